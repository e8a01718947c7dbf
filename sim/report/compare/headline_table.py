"""The table beside the answer: every formula over the same spans of years, in as many columns as find room."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.answer.facts import Yearly, yearly, yearly_of_reference
from sim.report.answer.rules import LEAST_MOVED, verdict
from sim.report.shared.concentrators import reported_cell
from sim.report.shared.intervals import NOT_AVAILABLE, PER_100, bands, interval_parts, mean_of_defined, number_text
from sim.report.shared.origin import changed_formulas, run_origin
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.plain_table import Cell, fitting, plain_table
from sim.report.shared.spans import Span, first_years, last_years, next_years
from sim.study.running.precision import margin

if TYPE_CHECKING:
    from sim.results.results import Results

CELLS_FILE = "comparison.csv"

TAKEN = "taken*"
"""After dollars that a weight takes from other program units of the SEG."""


def headline_cells(results: "Results", scenario: str | None = None) -> list[list[Cell]]:
    """The cells of the table: a header row, then the formulas by what they bring in the first years, the most first,
    and last current law with its dollars indexed, if that was run. Columns that matter most come first."""
    panel = Panel(results, scenario)
    first, then = first_years(panel), next_years(panel)
    rows = _in_order(panel, first)
    columns = [
        _names(results, panel),
        _rates(panel, first),
        *_changes(panel, first),
        _public_money(panel, first),
        _paid(panel, first),
        *(_changes(panel, then) if then is not None else []),
        *_words(panel, first),
        *_changes(panel, last_years(panel), long_run=True),
        *_recoded(panel, first),
        *_credentials(panel, first),
    ]
    return [[column[0] for column in columns], *([column[1 + row] for column in columns] for row in rows)]


def headline_table(results: "Results", scenario: str | None = None, width: int = 132) -> str:
    """The table in a terminal of that width: what finds no room is left out by whole columns and named, never cut."""
    names = scenario_names(results)
    if scenario is None and len(names) > 1:
        return "\n".join(headline_table(results, name, width) for name in names)
    panel = Panel(results, scenario)
    cells = headline_cells(results, panel.scenario)
    kept = fitting(cells, width)
    title = f"Yearly means, FY{panel.base_year} dollars; below each its 90% interval"
    text = plain_table([[row[column] for column in kept] for row in cells])
    told = (_left_out(cells, kept), *_notes(panel), f"{run_origin(results, panel.draws, panel.scenario)}.")
    notes = [textwrap.fill(note, width) for note in told if note]
    lines = [line.rstrip() for line in text.rstrip("\n").splitlines()]
    return "\n".join([*textwrap.wrap(title, width), *lines[1:], *notes]) + "\n"


def headline_frame(results: "Results") -> pd.DataFrame:
    """Exactly the cells of the table, all its columns, for every scenario: two columns for each, the value and what
    stands below it."""
    frames = []
    for scenario in scenario_names(results):
        header, *rows = headline_cells(results, scenario)
        names = [" ".join(f"{top} {below}".split()) for top, below in header]
        found: dict[str, list[str]] = {"scenario": [scenario] * len(rows)}
        for place, name in enumerate(names):
            found[name] = [row[place][0] for row in rows]
            found[f"{name}, below"] = [row[place][1].replace("\n", "; ") for row in rows]
        frames.append(pd.DataFrame(found))
    return pd.concat(frames, ignore_index=True)


def _left_out(cells: list[list[Cell]], kept: list[int]) -> str:
    gone = [f"{top} {below}" for place, (top, below) in enumerate(cells[0]) if place not in kept]
    named = "; ".join(" ".join(name.split()).lower().replace("fy2", "FY2") for name in gone)
    return f"No room for: {named} ({CELLS_FILE} has them)." if gone else ""


def _notes(panel: Panel) -> list[str]:
    notes = [
        "Public money: what the state's CTE lines pay and what a weight takes from other program units of the SEG "
        f"({TAKEN}), which is no saving. Taught: a second course of one pathway completed in the year."
    ]
    if panel.baseline is not None and panel.draws > 1 and panel.others:
        years = first_years(panel).years
        taught = panel.state("concentrators_taught")[:, :, years].mean(axis=2)
        most = max(margin(taught[f] - taught[panel.baseline]).half_width for f in panel.others)
        notes.append(f"With other draws a mean change of students taught may move by up to ±{_rounded(most)} (95%).")
    return notes


def _rounded(students: float) -> str:
    """Two figures are enough of an error."""
    return number_text(students, "students", 10.0 ** (np.floor(np.log10(students)) - 1.0) if students > 0.0 else None)


def _in_order(panel: Panel, first: Span) -> list[int]:
    taught = [float(one.per_100.mean()) for one in yearly(panel, first)]
    order = sorted(range(len(taught)), key=lambda f: -taught[f])
    return [*order, *([len(taught)] if panel.reference is not None else [])]


def _levels(panel: Panel, span: Span) -> list[Yearly]:
    """Of every formula, and last of the reference if there is one."""
    other = yearly_of_reference(panel, span)
    return [*yearly(panel, span), *([other] if other is not None else [])]


def _names(results: "Results", panel: Panel) -> list[Cell]:
    changed = changed_formulas(results)
    cells = [("Formula", "")]
    for f, (title, name) in enumerate(zip(panel.short_titles, panel.formulas, strict=True)):
        remarks = ["baseline"] * (f == panel.baseline) + ["changed"] * (name in changed)
        cells.append((title, ", ".join([name, *remarks])))
    if panel.reference is not None:
        cells.append((panel.reference.short_title, "for comparison"))
    return cells


def _rates(panel: Panel, span: Span) -> list[Cell]:
    return [("Taught per\n100 members", span.text), *(_cell(one.per_100, PER_100) for one in _levels(panel, span))]


def _changes(panel: Panel, span: Span, long_run: bool = False) -> list[list[Cell]]:
    """Taught, in heads, against the baseline; the long run only where it is no span of its own."""
    next_span = next_years(panel)
    told = {first_years(panel).text, next_span.text if next_span is not None else ""}
    if panel.baseline is None or (long_run and span.text in told):
        return []
    levels = _levels(panel, span)
    own = levels[panel.baseline].taught
    cells = [_cell(one.taught - own, "students", signed=True) for one in levels]
    cells[panel.baseline] = "-", ""
    return [[("Change in\ntaught", span.text), *cells]]


def _public_money(panel: Panel, span: Span) -> list[Cell]:
    cells = []
    for one in _levels(panel, span):
        value, below = _cell(one.public, "dollars")
        taken = float(one.moved.mean())
        if taken >= LEAST_MOVED:
            below = "\n".join(filter(None, (below, f"{number_text(taken, 'dollars')} {TAKEN}")))
        cells.append((value, below))
    return [("Public\nmoney", span.text), *cells]


def _paid(panel: Panel, span: Span) -> list[Cell]:
    shares = list(panel.proration())
    if panel.reference is not None:
        shares.append(panel.reference.proration())
    cells = []
    for share in shares:
        own = mean_of_defined(share[:, span.years], axis=1)
        cells.append((NOT_AVAILABLE, "") if np.isnan(own).all() else _cell(own, "share"))
    return [("Paid\nshare", span.text), *cells]


def _words(panel: Panel, span: Span) -> list[list[Cell]]:
    """What is brought for which public money, and the dollars for one more where that has a meaning."""
    if panel.baseline is None:
        return []
    levels = _levels(panel, span)
    own = levels[panel.baseline]
    cells: list[Cell] = []
    for one in levels:
        change = one.minus(own)
        said, price = verdict(change.public, change.taught)
        cells.append((said, f"{number_text(price, 'dollars')} each" if price is not None else ""))
    cells[panel.baseline] = "-", ""
    return [[("Taught for\npublic money", span.text), *cells]]


def _recoded(panel: Panel, span: Span) -> list[list[Cell]]:
    cells = []
    for one in _levels(panel, span):
        taught, _ = _cell(one.taught, "students")
        cells.append(reported_cell(taught, float(one.recoded.mean())))
    return [[("Reported", span.text), *cells]]


def _credentials(panel: Panel, span: Span) -> list[list[Cell]]:
    values = panel.state("credentials")
    if panel.reference is not None:
        values = np.concatenate([values, panel.reference.state("credentials")[None]])
    return [[("Credentials", span.text), *(_cell(own[:, span.years].mean(axis=1), "credentials") for own in values)]]


def _cell(values: Array, unit: str, signed: bool = False) -> Cell:
    found = bands(values, axis=0)
    if len(values) < 2:
        return number_text(float(found.mean), unit, signed=signed), ""
    return interval_parts(
        float(found.mean), float(found.low), float(found.high), unit, signed, between=" to " if signed else "-"
    )
