"""Tables of losses: formulas by scenarios, tails, return periods, and where their spread comes from."""

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import years_text
from sim.report.stress.conditions import RANDOM
from sim.report.stress.measured import Measured
from sim.report.stress.sheets import Row, Sheet, dollars, money
from sim.report.stress.shortfall import CALM, LEAST_DOLLARS
from sim.states.speaking import state_words
from sim.study.stress.exceedance import RETURNS, at_return
from sim.study.stress.losses import MEASURES, SPANS, over
from sim.study.stress.parts import PARTS, Part, parts
from sim.study.stress.tails import LEVELS, draws_needed

TOLD = ("carried", "state")
"""The measures that tables show; files hold all."""

ES = 1
"""The place of 95% among `LEVELS`."""

NARROW = 14
"""Letters of a line of a formula's title over a column."""


def exposed(of: Measured, measure: str = "carried") -> list[int]:
    """The formulas of which a scenario makes the measure worth telling in the worst year."""
    largest = of.means(measure, "worst year").max(axis=1)
    return [f for f in range(len(of.formulas)) if largest[f] >= LEAST_DOLLARS]


def moving(of: Measured, formula: int, measure: str = "carried") -> list[str]:
    """The scenario without a shock, the one of random shocks, and those that move the measure's mean in the worst year
    by `LEAST_DOLLARS` or more; the largest first."""
    means = dict(zip(of.panels, of.means(measure, "worst year")[formula], strict=True))
    moved = [name for name in of.shocks if name == RANDOM or abs(means[name] - means[CALM]) >= LEAST_DOLLARS]
    return [CALM, *sorted(moved, key=lambda name: -means[name])]


def matrix(of: Measured) -> Sheet:
    """One table of formulas by scenarios: what districts carry in the worst year, its mean and the mean of the worst
    twentieth of draws, darker where that is larger."""
    shown = list(range(len(of.formulas)))
    mean = of.means("carried", "worst year")
    tail = np.array([[of.tails(name, f, "carried", "worst year")[ES].expected_shortfall.value for name in of.panels]
                     for f in shown])  # fmt: skip
    dark = np.nan_to_num(tail, nan=0.0) if np.isfinite(tail).any() else mean
    top = max(float(dark.max()), 1.0)
    rows = []
    for s, name in enumerate(of.panels):
        cells: list[Cell] = [(of.titles[name], "")]
        for f in shown:
            below = money(tail[f, s]) if np.isfinite(tail[f, s]) else ""
            cells.append((money(mean[f, s]), below))
        rows.append(Row(tuple(cells), name == CALM, (0.0, *(float(dark[f, s]) / top for f in shown))))
    few = "" if np.isfinite(tail).any() else f" {_wanted(of, 0.95)}"
    return Sheet(
        "matrix",
        f"What districts carry in the worst year of {years_text(of.years)}, by formula and scenario",
        (("Scenario", ""), *((textwrap.fill(title, NARROW), "") for title in of.calm.short_titles)),
        tuple(rows),
        (
            "Above: mean of draws. Below: mean of the worst one in twenty (expected shortfall at 95%). Each holds "
            f"under the scenario of its row alone. Owed and not paid, and taken from {state_words().others}; "
            f"FY{of.calm.base_year} dollars.{few}",
        ),
    )


def tail_sheet(of: Measured, measure: str, span: str) -> Sheet | None:
    """Value at risk and expected shortfall of a measure over a span, by formula and the scenarios that move it; None
    where it is nothing worth telling."""
    shown = exposed(of, measure)
    if not shown:
        return None
    rows = []
    for f in shown:
        rows.append(Row(((of.calm.short_titles[f], ""), *[("", "")] * 6), strong=True))
        for name in moving(of, f, measure):
            found = of.tails(name, f, measure, span)
            mean = float(over(span, of.losses[name][f].of(measure)).mean())
            figures = [found[0].value_at_risk, found[1].value_at_risk, found[1].expected_shortfall,
                       found[2].value_at_risk, found[2].expected_shortfall]  # fmt: skip
            rows.append(Row(((f"  {of.under(name)}", ""), (money(mean), ""), *map(dollars, figures))))
    title = MEASURES[measure]
    return Sheet(
        f"tails_{measure}_{span.replace(' ', '_')}",
        f"{title[:1].upper()}{title[1:]} {SPANS[span]} of {years_text(of.years)}: how bad it can be",
        (
            ("Formula, condition", ""), ("Mean", ""), ("1 in 10\nworse than", "VaR 90%"),
            ("1 in 20\nworse than", "VaR 95%"),
            ("Mean of worst\n1 in 20", "ES 95%"), ("1 in 100\nworse than", "VaR 99%"),
            ("Mean of worst\n1 in 100", "ES 99%"),
        ),
        tuple(rows),
        (
            "Below each figure its 90% bootstrap interval over draws. No figure is given from fewer draws than "
            "its upper limit "
            f"needs ({_needs()}). {_wanted(of, 0.99)}".strip(),
            _hundredth(of, measure, span, shown),
        ),
    )  # fmt: skip


def _hundredth(of: Measured, measure: str, span: str, shown: Sequence[int]) -> str:
    """On how few draws the figures at 99% rest, and what is sure of them whatever the distribution; nothing where they
    are not given."""
    if of.independent < draws_needed(LEVELS[-1]):
        return ""
    draws = max(round(of.calm.draws * (1.0 - LEVELS[-1])), 1)
    one = "1 makes" if draws == 1 else f"{draws} make"
    said = f"Of {of.calm.draws:,} draws {one} the worst hundredth, so that the intervals at 99% are too narrow."
    limits = [
        f"{money(limit)} for {of.calm.short_titles[f]}"
        for f in shown
        if np.isfinite(limit := of.tails(of.unconditional, f, measure, span)[-1].value_at_risk.limit)
    ]
    if not limits:
        return f"{said} No upper limit can be given."
    return (
        f"{said} Whatever the distribution, VaR 99% lies with 95% confidence below {', '.join(limits)} "
        f"{of.under(of.unconditional)}; losses.csv has the limit of each."
    )


def _needs() -> str:
    return ", ".join(f"{draws_needed(level)} at {level:.0%}" for level in LEVELS)


def _wanted(of: Measured, level: float) -> str:
    """How many more draws a level wants, in a sentence; nothing where there are enough."""
    wanted = draws_needed(level) - of.independent
    if wanted <= 0:
        return ""
    kind = "draws of parameters" if of.luck > 1 else "draws"
    return f"{level:.0%} wants {wanted:,} more {kind}: draws={draws_needed(level) * of.luck}."


def returns_sheet(of: Measured, measure: str = "carried") -> Sheet | None:
    """Losses that one future in so many exceeds, of the worst year and of all years together, under the scenario that
    holds without a condition; None where nothing is worth telling."""
    shown = exposed(of, measure)
    if not shown:
        return None
    name = of.unconditional
    rows = []
    for span in SPANS:
        rows.append(Row(((f"{SPANS[span][:1].upper()}{SPANS[span][1:]}", ""), *[("", "")] * len(RETURNS)), strong=True))
        for f in shown:
            values = over(span, of.losses[name][f].of(measure))
            found = [at_return(values, one_in, of.independent) for one_in in RETURNS]
            rows.append(Row(((f"  {of.calm.short_titles[f]}", ""), *((_or_dash(value), "") for value in found))))
    likely = (
        "Shocks come at historical frequency, so these are chances."
        if name == RANDOM
        else "Without the scenario 'random' no shock has a likelihood: these are chances of luck and of what is not "
        "known, "
        "and hold if no shock comes."
    )
    return Sheet(
        f"returns_{measure}",
        f"{MEASURES[measure][:1].upper()}{MEASURES[measure][1:]} that one future in so many exceeds, {of.under(name)}",
        (("Formula", ""), *((f"1 in {one_in}", f"{1 / one_in:.0%}") for one_in in RETURNS)),
        tuple(rows),
        (
            f"A future is {years_text(of.years)} once: the worst year (occurrence, OEP) and the sum of all years "
            f"(aggregate, "
            f"AEP). {likely} A dash: more draws are wanted.",
        ),
    )


def _or_dash(value: float) -> str:
    return money(value) if np.isfinite(value) else "-"


def spread_of(of: Measured, formula: int, measure: str = "carried") -> dict[str, Part] | None:
    """The variance of a formula's worst year by its parts, under random shocks where they were run; None where each
    draw of parameters met one turn of luck, or draws were lost."""
    sizes = np.bincount(of.groups)
    if of.luck < 2 or len(sizes) < 2 or sizes.min() != sizes.max():
        return None
    calm = over("worst year", of.simulated[CALM][formula].of(measure))
    shocked = over("worst year", of.simulated[RANDOM][formula].of(measure)) if RANDOM in of.panels else None
    shown = None
    if of.results.manifest.discrepancy is not None:
        shown = over("worst year", of.losses[of.unconditional][formula].of(measure))
    return parts(calm, shocked, shown, of.groups, int(of.calm.seed))


def parts_sheet(of: Measured, measure: str = "carried") -> Sheet | None:
    """Where the spread of the worst year comes from; None where that cannot be told."""
    found = {f: spread for f in exposed(of, measure) if (spread := spread_of(of, f, measure)) is not None}
    if not found:
        return None
    names = [name for name in PARTS if any(name in spread for spread in found.values())]
    names = [name for name in names if name != "shocks" or RANDOM in of.panels]
    rows = [
        Row(((of.calm.short_titles[f], ""), *(_share(spread.get(name)) for name in names)))
        for f, spread in found.items()
    ]
    lacks = "" if RANDOM in of.panels else " Shocks have no part here, as the scenario 'random' was not run."
    return Sheet(
        "parts",
        f"Where the spread of the worst year comes from: shares of its variance, {of.under(of.unconditional)}",
        (("Formula", ""), *((name.capitalize(), "") for name in names)),
        tuple(rows),
        (
            "; ".join(f"{name.capitalize()}: {PARTS[name]}" for name in names)
            + ". Below each share its 90% interval over "
            f"{of.independent} draws of parameters with {of.luck} turns of luck each. What parameters and past "
            f"misses make, "
            f"more knowledge could narrow; what luck and shocks make, a reserve must carry.{lacks}",
        ),
    )


def _share(part: Part | None) -> Cell:
    if part is None:
        return ("-", "")
    return (f"{part.share:.0%}", f"{part.low:.0%}-{part.high:.0%}")


def _each(of: Measured) -> Iterator[tuple[str, int, str, Array]]:
    """Scenario, place of the formula, measure, and its losses ``[R, T]``: what every stored table goes through."""
    for name in of.panels:
        for f in range(len(of.formulas)):
            for measure in MEASURES:
                yield name, f, measure, of.losses[name][f].of(measure)


def losses_frame(of: Measured) -> pd.DataFrame:
    """Every tail: by scenario, formula, measure, span (each year too) and level, dollars of the base year."""
    rows = []
    for name, f, measure, yearly in _each(of):
        for span in SPANS:
            values = over(span, yearly)
            for tail in of.tails(name, f, measure, span):
                shared = {"scenario": name, "formula": of.formulas[f], "measure": measure, "span": span,
                          "unit": "dollars", "mean": float(values.mean()), "level": tail.level}  # fmt: skip
                for figure, of_tail in (("value at risk", tail.value_at_risk),
                                        ("expected shortfall", tail.expected_shortfall)):  # fmt: skip
                    rows.append(shared | {
                        "figure": figure, "value": of_tail.value, "low": of_tail.low, "high": of_tail.high,
                        "upper_limit": of_tail.limit, "draws": len(values), "draws_wanted": of_tail.wanted,
                    })  # fmt: skip
    return pd.DataFrame(rows)


def yearly_frame(of: Measured, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Every measure year by year: mean and quantiles over draws, dollars of the base year."""
    rows = []
    for name, f, measure, yearly in _each(of):
        held = {f"p{level * 100:.0f}": np.quantile(yearly, level, axis=0, method="inverted_cdf")
                for level in levels if of.independent >= draws_needed(level)}  # fmt: skip
        for t, year in enumerate(of.years):
            rows.append(
                {"scenario": name, "formula": of.formulas[f], "fiscal_year": int(year), "measure": measure,
                 "unit": "dollars", "mean": float(yearly[:, t].mean()), **{k: v[t] for k, v in held.items()}}
            )  # fmt: skip
    return pd.DataFrame(rows)


def exceedance_frame(of: Measured) -> pd.DataFrame:
    """Return periods of every measure under every scenario, dollars of the base year."""
    return pd.DataFrame(
        {"scenario": name, "formula": of.formulas[f], "measure": measure, "span": span, "one_future_in": one_in,
         "unit": "dollars", "exceeds": at_return(over(span, yearly), one_in, of.independent)}
        for name, f, measure, yearly in _each(of) for span in SPANS for one_in in RETURNS
    )  # fmt: skip
