"""The answer as files: the words, and the numbers behind each of their sentences."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.arrays import Array
from sim.report.answer.facts import Facts, facts
from sim.report.answer.rules import later, settled
from sim.report.answer.text import answer_lines
from sim.report.shared.intervals import PER_100, bands
from sim.report.shared.panel import scenario_names
from sim.report.stress.shortfall import CALM
from sim.states.speaking import state_words
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

ANSWER_TEXT, ANSWER_NUMBERS = "answer.txt", "answer.csv"

NUMBERS: tuple[str, ...] = (
    "scenario", "sentence", "formula", "title", "measure", "unit", "fiscal_years", "value", "low", "high",
    "monte_carlo_error", "draws", "said",
)  # fmt: skip
"""Columns of answer.csv, in order. ``said`` is what the rules allow to be said of the number."""


def all_facts(results: "Results") -> list[Facts]:
    """The facts of the calm scenario where others stand beside it, else of every scenario."""
    names = scenario_names(results)
    return [facts(results, name) for name in ((CALM,) if CALM in names else names)]


def answer_text(results: "Results") -> str:
    """The answer in words, at most twelve lines of 80 characters for each scenario that has one."""
    return "\n\n".join("\n".join(answer_lines(found)) for found in all_facts(results)) + "\n"


def write_answer(results: "Results", folder: Path) -> list[Path]:
    """Write answer.txt and answer.csv; returns their paths."""
    found = all_facts(results)
    words, numbers = folder / ANSWER_TEXT, folder / ANSWER_NUMBERS
    words.write_text("\n\n".join("\n".join(answer_lines(one)) for one in found) + "\n", encoding="utf-8", newline="\n")
    write_table(pd.concat([answer_numbers(one) for one in found], ignore_index=True), numbers)
    return [words, numbers]


def answer_numbers(found: Facts) -> pd.DataFrame:
    """A row for each number behind the answer, columns ``NUMBERS``: changes from current law where it was run, else
    levels; ``low`` and ``high`` are the ends of the interval."""
    rows = [*_changes(found), *_recoded(found), *_short(found), *_order(found), *_bad_years(found), *_trust(found)]
    frame = pd.DataFrame(rows, columns=list(NUMBERS))
    frame["scenario"] = found.scenario
    return frame


_MEASURES = (
    ("ranking", "per_100", "concentrators taught for each 100 members", PER_100),
    ("ranking", "taught", "concentrators taught", "students"),
    ("public money", "public", "public money used for CTE: state lines and what is taken", "dollars"),
    ("public money", "state", "state's CTE lines", "dollars"),
    ("public money", "moved", "taken from {other_units}", "dollars"),
)


def _changes(found: Facts) -> list[dict[str, Any]]:
    rows = []
    for span, years in enumerate(found.spans):
        for f in found.others or range(len(found.names)):
            change = found.change(f, span)
            for sentence, name, measure, unit in _MEASURES:
                values: Array = getattr(change, name)
                label = f"{'change in ' if found.others else ''}{state_words().fill(measure)}"
                said = settled(values) if found.others else ""
                row = {"sentence": "later order" if span else sentence, "fiscal_years": years.text, "said": said}
                rows.append(_named(found, f) | row | {"measure": label, "unit": unit} | _spread(values))
    return rows


def _recoded(found: Facts) -> list[dict[str, Any]]:
    return [
        _named(found, f)
        | {"sentence": "recoded", "measure": "recoded, of those reported", "unit": "share", "draws": found.draws}
        | {"fiscal_years": found.spans[0].text, "value": level.recoded_share}
        for f, level in enumerate(found.levels[0])
    ]


def _short(found: Facts) -> list[dict[str, Any]]:
    rows = []
    for f, paid in enumerate(found.paid):
        shared = _named(found, f) | {"sentence": "short", "draws": found.draws}
        year = {"fiscal_years": f"FY{paid.year}", "unit": "share"}
        rows += [
            shared | year | {"measure": "paid share in the median draw", "value": paid.share},
            shared | {"measure": "first year under 95% paid in the median draw", "unit": "year", "value": paid.first},
            shared | {"measure": "draws with a year under 95% paid", "unit": "share", "value": paid.part},
        ]
    return rows


def _order(found: Facts) -> list[dict[str, Any]]:
    if len(found.spans) < 2 or found.draws < 2:
        return []
    by_span = [[level.per_100 for level in levels] for levels in found.levels]
    pairs = later(*by_span)
    rows = []
    for said, some in (("holds", pairs.hold), ("no longer clear", pairs.gone), ("turned round", pairs.turned)):
        for ahead, behind in some:
            rows.append(
                _named(found, ahead)
                | {"sentence": "later order", "measure": f"more for each 100 members than {found.names[behind]}"}
                | {"unit": PER_100, "fiscal_years": found.spans[1].text, "said": said}
                | _spread(by_span[1][ahead] - by_span[1][behind])
            )
    return rows


def _bad_years(found: Facts) -> list[dict[str, Any]]:
    rows = []
    for f, years in enumerate(found.bad_years or ()):
        for year in years:
            shared = _named(found, f) | {"sentence": "bad year"}
            for measure, unit, values in (
                (f"owed and not paid in the worst year, {year.scenario}", "dollars", year.unpaid),
                (f"change in concentrators taught, {year.scenario}", "students", year.taught),
            ):
                rows.append(shared | {"measure": measure, "unit": unit} | _spread(values))
    return rows


def _trust(found: Facts) -> list[dict[str, Any]]:
    shared = {"sentence": "trust"}
    if found.discrepancy is None:
        return [shared | {"measure": "past laws of which intervals hold what was missed", "unit": "laws", "value": 0}]
    response = found.discrepancy.response
    sizes = {"value": response.sigma, "low": response.low, "high": response.high}
    return [
        shared
        | {"measure": "past laws of which intervals hold what was missed", "unit": "laws", "value": response.cases},
        shared | {"measure": "deviation of an effect's size that they told", "unit": "log points"} | sizes,
    ]


def _named(found: Facts, formula: int) -> dict[str, str]:
    return {"formula": found.names[formula], "title": found.titles[formula]}


def _spread(values: Array) -> dict[str, float]:
    of = bands(values, axis=0)
    return {
        "value": float(of.mean), "low": float(of.low), "high": float(of.high), "monte_carlo_error": float(of.error),
        "draws": len(values),
    }  # fmt: skip
