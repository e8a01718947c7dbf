"""The summary table: every metric of every formula over a few spans of time, with intervals and paired differences."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray, IntArray
from sim.report.answer.facts import per_100
from sim.report.compare.price import RATIOS, Against, priced
from sim.report.shared.intervals import Bands, bands, mean_of_defined, paired
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.spans import FIRST, first_years, last_years, next_years
from sim.results.schema import STATE, Column

if TYPE_CHECKING:
    from sim.results.results import Results

NOT_DEFLATED = frozenset({"state_cost", "state_cost_constant"})
"""Dollar columns that get no constant-dollar twin here, because the result tables hold it."""

PER_100 = Column(
    "concentrators_taught_per_100", "per 100 members", "concentrators taught for each 100 members", adds_up=False
)
PUBLIC_MONEY = Column(
    "public_money_constant",
    "dollars",
    "paid by the state's CTE lines and taken from {others}",
    adds_up=True,
)
"""What the answer is told in, beside the columns of the results."""

DRAW_INTERVAL = "90% of draws, or to the mean beyond them: parameter uncertainty and chance together"

AGAINST_INDEXED = "_against_indexed"
"""After the metric of a price that is taken against the baseline with its dollars indexed."""

COLUMNS: tuple[str, ...] = (
    "scenario",
    "formula",
    "title",
    "metric",
    "label",
    "unit",
    "period",
    "fiscal_years",
    "draws",
    "mean",
    "median",
    "p05",
    "p25",
    "p75",
    "p95",
    "monte_carlo_error",
    "baseline",
    "difference_mean",
    "difference_median",
    "difference_p05",
    "difference_p95",
    "difference_monte_carlo_error",
    "interval",
)
"""Columns of the summary, in order."""


@dataclass(frozen=True)
class Period:
    """A span of the horizon: ``years[T]`` are in it; ``how`` is 'year', 'mean' or 'total', which only what adds up over
    years has."""

    name: str
    years: BoolArray
    how: str


def periods(panel: Panel) -> tuple[Period, ...]:
    """Base year, mean of the first five years under the formula, of the next five and of the last five, year 10, final
    year, and all years under it."""
    year = panel.years - panel.base_year
    horizon = int(year.max())
    out = [Period("base year", year == 0, "year")]
    if horizon > 0:
        first, then, last = first_years(panel), next_years(panel), last_years(panel)
        out += [Period(f"mean of {span.name}", span.years, "mean") for span in (first, then) if span is not None]
        if horizon > FIRST:
            out.append(Period(f"mean of the {last.name}", last.years, "mean"))
        if horizon >= 10:
            out.append(Period("year 10", year == 10, "year"))
        out.append(Period("final year", year == horizon, "year"))
        out.append(Period("mean of all years", year >= 1, "mean"))
        out.append(Period("total of all years", year >= 1, "total"))
    return tuple(out)


def summary(results: "Results") -> pd.DataFrame:
    """One row for each scenario, formula, metric and period; columns ``COLUMNS``.

    ``mean`` to ``p95`` describe the distribution over draws; ``difference_*`` that of the difference from the
    baseline within each draw, zero for the baseline itself and empty where the baseline was not run. The two
    ``*_error`` columns are Monte-Carlo standard errors of the two means, empty for fewer than two draws. Metrics
    ending in ``_constant`` are in dollars of the base year. A value that no draw defines has no row.

    The baseline with its dollars indexed stands last, if it was run. The rows of cost per added concentrator and
    credential give the ratio of mean paired differences under ``mean``, against the ``baseline`` that they name; they
    are left out where the formula does not bring more for more. An interval without an upper end has no ``p95``.
    """
    rows: list[dict[str, Any]] = []
    for scenario in scenario_names(results):
        panel = Panel(results, scenario)
        baseline = panel.formulas[panel.baseline] if panel.baseline is not None else ""
        shared = {"scenario": scenario, "baseline": baseline, "draws": panel.draws}
        for column, values in _metrics(panel, _column(panel)):
            for period in periods(panel):
                rows.extend(shared | row for row in _rows(panel, column, values, period))
        rows.extend(shared | row for row in _ratio_rows(panel))
    order = {name: number for number, name in enumerate(results.manifest.formulas)}
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    place = frame["formula"].map(lambda name: order.get(name, len(order)))
    return frame.iloc[np.lexsort((np.arange(len(frame)), place, pd.factorize(frame["scenario"])[0]))].reset_index(
        drop=True
    )


def _column(panel: Panel) -> Callable[[str], Array]:
    """A statewide column of all formulas and, last, of the reference, ``[F, R, T]``."""

    def column(name: str) -> Array:
        values = panel.state(name)
        return values if panel.reference is None else np.concatenate([values, panel.reference.state(name)[None]])

    return column


def _metrics(panel: Panel, column_of: Callable[[str], Array]) -> Iterator[tuple[Column, Array]]:
    prices = column_of("price_index")
    for column in STATE:
        values = column_of(column.name)
        if column.name == "proration":
            values = np.where(column_of("entitlement") > 0.0, values, np.nan)
        yield column, values
        if column.unit == "dollars" and column.name not in NOT_DEFLATED:
            label = f"{column.label}, in constant dollars of FY{panel.base_year}"
            yield replace(column, name=f"{column.name}_constant", said=label), values / prices
    yield PER_100, per_100(column_of("concentrators_taught"), column_of("membership"))
    label = f"{PUBLIC_MONEY.label}, in constant dollars of FY{panel.base_year}"
    yield replace(PUBLIC_MONEY, said=label), column_of("state_cost_constant") + column_of("dilution") / prices


def _over(values: Array, period: Period) -> Array:
    """``[F, R, T]`` to ``[F, R]``."""
    chosen = values[:, :, period.years]
    if period.how == "total":
        return np.asarray(chosen.sum(axis=2))
    return mean_of_defined(chosen, axis=2)


def _rows(panel: Panel, column: Column, values: Array, period: Period) -> Iterator[dict[str, Any]]:
    if period.how == "total" and not column.adds_up:
        return
    level = _over(values, period)
    level_bands = bands(level)
    change = paired(level, level[panel.baseline][None]) if panel.baseline is not None else None
    covered = panel.years[period.years]
    span = _span_text(covered)
    named = [*zip(panel.formulas, panel.titles, strict=True)]
    if panel.reference is not None:
        named.append((panel.reference.name, panel.reference.title))
    for f, (formula, title) in enumerate(named):
        if level_bands.count[f] == 0:
            continue
        yield {
            "formula": formula,
            "title": title,
            "metric": column.name,
            "label": column.label,
            "unit": column.unit,
            "period": period.name,
            "fiscal_years": span,
            "draws": int(level_bands.count[f]),
            "interval": DRAW_INTERVAL,
            **_level(level_bands, f),
            **(_change(change, f) if change is not None else {}),
        }


def _level(of: Bands, f: int) -> dict[str, float]:
    return {
        "mean": of.mean[f],
        "median": of.median[f],
        "p05": of.low[f],
        "p25": of.p25[f],
        "p75": of.p75[f],
        "p95": of.high[f],
        "monte_carlo_error": of.error[f],
    }


def _change(of: Bands, f: int) -> dict[str, float]:
    return {
        "difference_mean": of.mean[f],
        "difference_median": of.median[f],
        "difference_p05": of.low[f],
        "difference_p95": of.high[f],
        "difference_monte_carlo_error": of.error[f],
    }


def _ratio_rows(panel: Panel) -> Iterator[dict[str, Any]]:
    """The price of what is added, over every span of which means are told."""
    for period in periods(panel):
        if period.how != "mean":
            continue
        for side, (outcome, label) in product(priced(panel, period.years), RATIOS.items()):
            for f, cost in side.prices[outcome].items():
                if cost.ratio is not None:
                    yield _ratio_row(panel, period, side, outcome, label, f)


def _ratio_row(panel: Panel, period: Period, side: Against, outcome: str, label: str, f: int) -> dict[str, Any]:
    cost, covered = side.prices[outcome][f], panel.years[period.years]
    return {
        "formula": panel.formulas[f],
        "title": panel.titles[f],
        "metric": f"cost_per_added_{label}{AGAINST_INDEXED if side.indexed else ''}",
        "label": f"added public money over added {outcome.replace('_', ' ')}, constant dollars of FY{panel.base_year}; "
        f"ratio of the mean paired differences from {side.name}",
        "baseline": side.name,
        "unit": "dollars",
        "period": period.name,
        "fiscal_years": _span_text(covered),
        "mean": cost.ratio,
        "median": cost.median,
        "p05": cost.low,
        "p25": cost.lower,
        "p75": cost.upper,
        "p95": cost.high if np.isfinite(cost.high) else np.nan,
        "monte_carlo_error": cost.error,
        "interval": "90% of draws of the ratio within each draw; error of the ratio by the delta method",
    }


def _span_text(covered: IntArray) -> str:
    return f"FY{covered[0]}" if len(covered) == 1 else f"FY{covered[0]}-FY{covered[-1]}"
