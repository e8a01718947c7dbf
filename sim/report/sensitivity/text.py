"""What a sensitivity study writes: the text that a non-statistician reads, and the tables behind it."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sim.report.sensitivity.order import Title, order_lines, short_verdict
from sim.report.shared.figure_style import plain
from sim.report.shared.intervals import number_text
from sim.report.shared.names import titles_of
from sim.report.shared.plain_table import PAGE
from sim.results.headlines import Headline
from sim.states.speaking import state_words
from sim.study.compare.words import scaled_words
from sim.study.sensitivity.outcomes import OUTCOMES
from sim.study.sensitivity.shares import CHANCE, REST, TOGETHER
from sim.study.sensitivity.study import Findings
from sim.tables_for_people import write_table

WIDTH = PAGE
"""Characters to which the text is wrapped."""

SHOWN = 5
"""Numbers told of each outcome; sensitivity.csv has all."""

LEAST = 0.01
"""Numbers with a smaller share are not told."""

LABELS = {
    CHANCE: "Chance: whose luck a draw has",
    REST: "All numbers that the screening left out, together",
    TOGETHER: "What arises only from several of these together",
}
"""What has a share but is no number of the catalogue."""

WIDE = 0.15
"""Half-width of an interval of a share from which on more points are advised."""


def write_sensitivity(found: Findings, folder: Path, figures: bool = True) -> str:
    """Write sensitivity.txt and .csv, morris.csv, ranking.csv and, with ``figures``, figures/. Returns the text."""
    from sim.study.sensitivity.ranking import ranking_frame

    text = sensitivity_text(found)
    write_table(described(found, found.table, "factor"), folder / "sensitivity.csv", digits=6)
    write_table(described(found, found.morris, "number"), folder / "morris.csv", digits=6)
    write_table(ranking_frame(found.rankings), folder / "ranking.csv", digits=6)
    (folder / "sensitivity.txt").write_text(text, encoding="utf-8")
    if figures:
        from sim.report.sensitivity.figures import sensitivity_figures

        sensitivity_figures(found, folder / "figures")
    return text


def described(found: Findings, table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table with what each factor is: label, unit, range, confidence and source; keys first."""
    numbers = [found.number(str(factor)) for factor in table[name]]
    words = pd.DataFrame(
        {
            "label": [
                number.label if number else LABELS[str(factor)]
                for number, factor in zip(numbers, table[name], strict=True)
            ],
            "unit": [number.unit if number else "" for number in numbers],
            "range": [number.spread if number else "" for number in numbers],
            "confidence": [number.confidence if number else "" for number in numbers],
            "source": [number.source if number else "" for number in numbers],
        }
    )
    keys = ["outcome", "of", "formula", "reference", name]
    rest = [column for column in table.columns if column not in keys]
    return pd.concat([table[keys].reset_index(drop=True), words, table[rest].reset_index(drop=True)], axis=1)


def sensitivity_text(found: Findings) -> str:
    """The whole text, at most ``WIDTH`` characters wide."""
    title = _titles(found)
    lines = [
        *(line for ranking in found.rankings[:3] for line in _wrapped(short_verdict(ranking, title))),
        "",
        "WHICH UNCERTAIN NUMBERS MATTER",
        "",
        *_wrapped(_head(found)),
        "",
        *_wrapped(_reading(found)),
        "",
    ]
    for ranking in found.rankings:
        lines += [
            *order_lines(
                ranking, _top_lines(found, _rows(found, "order", ranking.leader, ranking.criterion.name)), title
            ),
            "",
        ]
    for outcome in OUTCOMES:
        if outcome.name == "state_cost" and found.inside_the_seg:
            lines += [*_wrapped(_seg_note(found)), ""]
        lines += [f"{outcome.label.upper()} (mean of {found.fiscal_years})", "", *_outcome_lines(found, outcome)]
    lines += [*_wrapped(_limits(found)), ""]
    return "\n".join(line.rstrip() for line in lines)


def _titles(found: Findings) -> Title:
    """What formulas are called: their short titles, or their names in words."""
    known = titles_of(found.results.manifest.formulas)
    return lambda name: known.get(name) or plain(name)


def _head(found: Findings) -> str:
    single = sum(len(number.dimensions) == 1 for number in found.numbers)
    costs = [number for number in found.numbers if len(number.dimensions) > 1]
    cells = sum(len(number.dimensions) for number in costs)
    clusters = f" and {len(costs)} kinds of cluster costs ({cells} numbers)" if costs else ""
    law = (
        f"Calibrated: {found.calibrated}, each by itself; the others follow their priors."
        if found.calibrated
        else "Each follows its prior."
    )
    screening, shares = found.runs
    return (
        f"{single} parameters{clusters} vary at once. {law} {found.fixed} parameters are known or held, and stay. "
        f"Screening ({screening:,} runs) chose the {len(found.with_shares)} that matter most; shares rest on "
        f"{shares:,} runs ({found.base:,} base points, {len(found.formulas)} formulas), seed "
        f"{found.results.manifest.seed}.{_scaled(found)}"
    )


def _scaled(found: Findings) -> str:
    words = scaled_words({name: record.get("neutral") for name, record in found.results.manifest.formulas.items()})
    return f" Formulas are {words}." if words else ""


def _reading(found: Findings) -> str:
    wide = _widest(found.table) > WIDE
    more = f" Some intervals here are wide: sensitivity.points={found.base * 4} halves them." if wide else ""
    return (
        "How to read: a share says how much of the spread (variance) of an outcome the number has a hand in, alone or "
        "together with others; what arises together counts for each, so shares may sum to more than 100%. In "
        "parentheses the interval that holds 90% of bootstrap resamples. 'Alone': how much of the spread would go if "
        "this one number were known. 'Raises it' and 'lowers it' say where the outcome goes as the number grows. In "
        "brackets: unit; range; how sure its "
        f"source is.{more}"
    )


def _seg_note(found: Findings) -> str:
    names = ", ".join(_titles(found)(name) for name in found.inside_the_seg)
    return (
        f"Note: {names} moves money to CTE inside {state_words().main} from {state_words().others}. That is no "
        "cost of the state, and"
        " is not in the state cost, nor in the order by cost above."
    )


def _widest(table: pd.DataFrame) -> float:
    half = (table["total_high"] - table["total_low"]) / 2
    return float(half.max()) if half.notna().any() else 0.0


def _limits(found: Findings) -> str:
    joint = " Correlations between calibrated numbers are ignored." if found.calibrated else ""
    return (
        "Not covered: errors in the model's rules or tables, other scenarios, changes of law. A number that matters "
        f"little here matters little over its range, not everywhere.{joint} All shares: sensitivity.csv. Screening of "
        "all numbers: morris.csv. Order of formulas: ranking.csv. How each is made: docs/explanation/sensitivity.md."
    )


def _outcome_lines(found: Findings, outcome: Headline) -> Iterator[str]:
    """The level under the baseline, then the difference of each formula from it."""
    title = _titles(found)
    blocks = [("level", found.baseline)] + [("difference", name) for name in found.formulas if name != found.baseline]
    for kind, formula in blocks:
        rows = _rows(found, kind, formula, outcome.name)
        first = rows.iloc[0]
        what = (
            f"Under {title(formula)}"
            if kind == "level"
            else f"Difference {title(formula)} less {title(found.baseline)}"
        )
        if rows["total"].isna().all():
            yield from _wrapped(f"{what}: {number_text(first['mean'], outcome.unit)} in every draw.")
            yield ""
            continue
        spread, mean = (
            number_text(first[column], outcome.unit, signed=signed)
            for column, signed in (("standard_deviation", False), ("mean", kind != "level"))
        )
        if outcome.unit == "share" and kind != "level":
            spread, mean = (text.replace("%", " points") for text in (spread, mean))
        yield from _wrapped(f"{what}: mean {mean}, standard deviation {spread}")
        yield from _top_lines(found, rows)
        yield ""


def _rows(found: Findings, kind: str, formula: str, outcome: str) -> pd.DataFrame:
    table = found.table
    return table[(table["of"] == kind) & (table["formula"] == formula) & (table["outcome"] == outcome)]


def _top_lines(found: Findings, rows: pd.DataFrame) -> list[str]:
    """The most important numbers of a target, then chance, the rest, and what arises only together."""
    if rows["total"].isna().all():
        return ["  It does not vary."]
    names = [number.name for number in found.with_shares]
    top = rows[rows["factor"].isin(names)].sort_values("total", ascending=False, kind="stable").head(SHOWN)
    top = top[top["total"] >= LEAST]
    lines = [f"  {'share':<15}{'alone':<7}"]
    for _, row in top.iterrows():
        number = found.number(str(row["factor"]))
        assert number is not None
        words = f"{number.label} [{number.unit}; {number.spread}; {number.confidence}]{_direction(row)}"
        lines += _entry(share_text(row), percent(row["alone"]), words)
    if len(top) < min(SHOWN, len(names)):
        lines += _entry("", "", f"No other of the {len(names)} numbers has a share of {LEAST:.0%}.")
    for name in (CHANCE, REST):
        for _, row in rows[rows["factor"] == name].iterrows():
            lines += _entry(share_text(row), percent(row["alone"]), LABELS[name])
    last = rows[rows["factor"] == TOGETHER].iloc[0]
    lines += _entry(share_text(last, "alone"), "", LABELS[TOGETHER])
    return lines


def _entry(share: str, alone: str, words: str) -> list[str]:
    first = f"  {share:<15}{alone:<7}"
    return textwrap.wrap(words, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False)


def _direction(row: "pd.Series") -> str:
    rho = row["rank_correlation"]
    if not np.isfinite(rho) or abs(rho) < 0.05:
        return ""
    return ", raises it" if rho > 0 else ", lowers it"


def share_text(row: "pd.Series", of: str = "total") -> str:
    """A share with its interval: '31% (24-39%)'. Estimates outside 0 to 100% are shown at the end they left."""
    low, high = (percent(row[f"{of}_{end}"]) for end in ("low", "high"))
    return f"{percent(row[of])} ({low.removesuffix('%')}-{high})"


def percent(share: float) -> str:
    """A share in whole percent, from 0% to 100%; '<1%' for what is small and not zero."""
    held = min(max(float(share), 0.0), 1.0)
    return "<1%" if 0.0 < held < 0.005 else f"{held:.0%}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
