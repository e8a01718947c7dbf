"""The tables beside the answer: every formula over one span of years, what it changes and where that leaves it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.answer.facts import Yearly, yearly, yearly_of_reference
from sim.report.answer.rules import LEAST_MOVED
from sim.report.compare.price import EACH, PER_LOSS, cost_per_added, divided
from sim.report.shared.concentrators import reported_cell
from sim.report.shared.intervals import NOT_AVAILABLE, PER_100, bands, interval_parts, mean_of_defined, number_text
from sim.report.shared.origin import changed_formulas, run_origin
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.report.shared.spans import Span, first_years, last_years, next_years, years_text
from sim.states.speaking import state_words
from sim.states.words import listed
from sim.study.running.precision import margin

if TYPE_CHECKING:
    from sim.results.results import Results

CELLS_FILE = "comparison.csv"

SAME = "-"
"""The cell of a law that is set against itself."""

Columns = list[list[Cell]]
"""Columns of a table, each its heading and then a cell for each row."""


def told_spans(panel: Panel) -> tuple[Span, ...]:
    """The first five years, the five after them, and the last five where they are others."""
    spans = [first_years(panel), next_years(panel), last_years(panel)]
    found = {span.text: span for span in spans if span is not None}
    return tuple(found.values())


def changes(results: "Results", panel: Panel, span: Span) -> list[list[Cell]]:
    """A header row, then the formulas by what they bring in the first years, the most first, and last current law with
    its dollars indexed: the rate of those taught, and what changes against current law within draws, in students, in
    public money and in words."""
    columns = [_names(results, panel), _rates(panel, span)]
    if panel.baseline is not None:
        columns += _against(panel, span, yearly(panel, span)[panel.baseline])
    return _rows(panel, columns)


def changes_from_indexed(results: "Results", panel: Panel, span: Span) -> list[list[Cell]]:
    """The same against current law with its dollars indexed; only a header where that was not run."""
    twin = yearly_of_reference(panel, span)
    if twin is None:
        return [[]]
    header, *rows = _rows(panel, [_names(results, panel), *_against(panel, span, twin)])
    return [header, *rows[:-1]]


def levels(results: "Results", panel: Panel, span: Span) -> list[list[Cell]]:
    """A header row, then in the same order what is taught, reported, paid by the state, taken from other units, and
    paid of what is owed."""
    return _rows(panel, [_names(results, panel), *_levels(panel, span)])


def headline_table(results: "Results", scenario: str | None = None, width: int = PAGE, so_far: str = "") -> str:
    """The table of the first years in a terminal of that width: what finds no room is left out by whole columns and
    named, never cut. Where it is of the draws ``so_far`` ('the first 64 of 200 draws'), its head says so, and the notes
    below it wait for all of them."""
    names = scenario_names(results)
    if scenario is None and len(names) > 1:
        return "\n".join(headline_table(results, name, width, so_far) for name in names)
    panel = Panel(results, scenario)
    span = first_years(panel)
    wide = changes(results, panel, span)
    wide = [[*row, *more[1:]] for row, more in zip(wide, levels(results, panel, span), strict=True)]
    title = heading(panel, span, bool(panel.others))
    if so_far:
        return "\n".join([*paragraphs([f"{title}; of {so_far}"], width), *_fitted(wide, width)[0]]) + "\n"
    lines = table_lines(title, wide, width)
    return "\n".join([*lines, *paragraphs(_notes(results, panel), width)]) + "\n"


def heading(panel: Panel, span: Span, against: bool) -> str:
    """What stands above a table: its years, what it is set against, and what stands below each number."""
    law = f", against {panel.short_titles[panel.baseline]}" if against and panel.baseline is not None else ""
    below = "; below each its 90% interval" if panel.draws > 1 else ""
    return f"{span.text}{law}: yearly means, FY{panel.base_year} dollars{below}{_held(panel, span)}"


def _held(panel: Panel, span: Span) -> str:
    """In which of the years formulas hold that do not in all of them."""
    said = []
    for f in range(len(panel.formulas)):
        held = panel.in_force(f) & span.years
        if f != panel.baseline and (span.years & panel.policy & ~held).any():
            years = years_text(panel.years[held]) if held.any() else "none of them"
            said.append(f"{panel.short_titles[f]} holds in {years}")
    return f"; {listed(said)}" if said else ""


def table_lines(title: str, cells: list[list[Cell]], width: int) -> list[str]:
    """A title and a table; columns that find no room are left out and named below."""
    lines, gone = _fitted(cells, width)
    named = [f"Not shown here: {'; '.join(gone)} (comparison.txt, {CELLS_FILE})."] if gone else []
    return [*paragraphs([title], width), *lines, *paragraphs(named, width)]


def _fitted(cells: list[list[Cell]], width: int) -> tuple[list[str], list[str]]:
    """The lines of a table with the columns that find room, and the names of those that do not."""
    kept = fitting(cells, width)
    lines = plain_table([[row[column] for column in kept] for row in cells], width).splitlines()
    return lines, [" ".join(top.split()) for place, (top, _) in enumerate(cells[0]) if place not in kept]


def comparison_frame(results: "Results") -> pd.DataFrame:
    """Every cell of every table, for every scenario and span, a row for each formula: two columns for each, the value
    and what stands below it; and credentials and pathways, for which pages have no room."""
    frames = []
    for scenario in scenario_names(results):
        panel = Panel(results, scenario)
        for span in told_spans(panel):
            frames.append(_frame(results, panel, span))
    return pd.concat(frames, ignore_index=True)


def _frame(results: "Results", panel: Panel, span: Span) -> pd.DataFrame:
    parts = [("", changes(results, panel, span)), ("", levels(results, panel, span))]
    parts += [("", _rows(panel, [_names(results, panel), *_counted(panel, span)]))]
    if panel.reference is not None:
        parts.append((", against indexed", changes_from_indexed(results, panel, span)))
    order = [*_in_order(panel)]
    names = [*panel.formulas, *([panel.reference.name] if panel.reference is not None else [])]
    found: dict[str, list[str]] = {
        "scenario": [panel.scenario] * len(order),
        "fiscal_years": [span.text] * len(order),
        "formula": [names[row] for row in order],
        "title": [row[0][0] for row in parts[0][1][1:]],
    }
    for said, (header, *rows) in parts:
        for place, (top, _) in enumerate(header[1:], 1):
            name = f"{' '.join(top.split())}{said}"
            cells = [row[place] for row in rows]
            cells += [("", "")] * (len(order) - len(cells))
            found[name] = [value for value, _ in cells]
            found[f"{name}, below"] = [below.replace("\n", "; ") for _, below in cells]
    return pd.DataFrame(found)


def _rows(panel: Panel, columns: Columns) -> list[list[Cell]]:
    """Columns as rows, the header and then the formulas in their order."""
    return [[column[0] for column in columns], *([column[1 + row] for column in columns] for row in _in_order(panel))]


def _notes(results: "Results", panel: Panel) -> list[str]:
    return [*word_notes(panel), movement_note(panel), f"{run_origin(results, panel.draws, panel.scenario)}."]


def word_notes(panel: Panel) -> list[str]:
    """What the words of the tables mean."""
    notes = [
        "Taught: a second course of one pathway completed in the year. Public money: what the state's CTE lines pay "
        f"and what a weight takes from {state_words().other_units}, which is no saving."
    ]
    if panel.baseline is not None and panel.others:
        notes.append(
            "More, less: the interval of the difference within draws leaves out zero; the same: it does not. "
            f"'{EACH.capitalize()}' is public money over students, where both are more; '{PER_LOSS}' where both are "
            "less; no such number where a mean is too uncertain to be divided."
        )
    return notes


def movement_note(panel: Panel) -> str:
    """How far means may still move with other draws; empty where there is nothing to say of it."""
    if panel.baseline is None or panel.draws < 2 or not panel.others:
        return ""
    years = first_years(panel).years
    taught = panel.state("concentrators_taught")[:, :, years].mean(axis=2)
    most = max(margin(taught[f] - taught[panel.baseline]).half_width for f in panel.others)
    return f"With other draws a mean change of students taught may move by up to ±{_rounded(most)} (95%)."


def _rounded(students: float) -> str:
    """Two figures are enough of an error."""
    return number_text(students, "students", 10.0 ** (np.floor(np.log10(students)) - 1.0) if students > 0.0 else None)


def _in_order(panel: Panel) -> list[int]:
    """Places of formulas by what they bring in the first years, the same order in every table; the reference last."""
    taught = [float(one.per_100.mean()) for one in yearly(panel, first_years(panel))]
    order = sorted(range(len(taught)), key=lambda f: -taught[f])
    return [*order, *([len(taught)] if panel.reference is not None else [])]


def _all(panel: Panel, span: Span) -> list[Yearly]:
    """Of every formula, and last of the reference if there is one."""
    other = yearly_of_reference(panel, span)
    return [*yearly(panel, span), *([other] if other is not None else [])]


def _names(results: "Results", panel: Panel) -> list[Cell]:
    changed = changed_formulas(results)
    cells = [("Formula", "")]
    for f, (title, name) in enumerate(zip(panel.short_titles, panel.formulas, strict=True)):
        remarks = ["baseline"] * (f == panel.baseline) + ["changed"] * (name in changed)
        cells.append((title, ", ".join(remarks)))
    if panel.reference is not None:
        cells.append((panel.reference.short_title, ""))
    return cells


def _rates(panel: Panel, span: Span) -> list[Cell]:
    cells: list[Cell] = [("Taught\nper 100\nmembers", "")]
    for one in _all(panel, span):
        found = bands(one.per_100, axis=0)
        ends = f"{np.floor(found.low):.0f}-{np.ceil(found.high):.0f}" if panel.draws > 1 else ""
        cells.append((number_text(float(found.mean), PER_100, 0.1), ends))
    return cells


def _against(panel: Panel, span: Span, other: Yearly) -> Columns:
    """What changes within draws: students taught, public money, and what is brought for which, in words; the dollars
    for one more are those that the two cells beside it give."""
    columns: Columns = [[("Change in\ntaught", "")], [("Change in\npublic money", "")], [("Taught for\npublic $", "")]]
    for one in _all(panel, span):
        if np.array_equal(one.taught, other.taught) and np.array_equal(one.public, other.public):
            cells: tuple[Cell, ...] = ((SAME, ""), (SAME, ""), (SAME, ""))
        else:
            change = one.minus(other)
            found = cost_per_added(change.public, change.taught)
            taught, money = (_cell(change.taught, "students", True), _cell(change.public, "dollars", True))
            cells = (taught, money, _words(found.verdict, divided(found, money[0], taught[0])))
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    return columns


def _words(verdict: str, price: str) -> Cell:
    """A verdict on two lines where it is long; then there is no price."""
    return (verdict.removesuffix(" the same"), "the same") if verdict.endswith(" the same") else (verdict, price)


def _levels(panel: Panel, span: Span) -> Columns:
    taught: list[Cell] = [("Taught", "")]
    reported: list[Cell] = [("Reported", "")]
    paid: list[Cell] = [("State pays", "")]
    taken: list[Cell] = [(f"Taken\nin {state_words().main_formula.short}", "")]
    for one in _all(panel, span):
        text, _ = _cell(one.taught, "students")
        taught.append((text, ""))
        reported.append(reported_cell(text, float(one.recoded.mean())))
        paid.append(_cell(one.state, "dollars"))
        moved = float(one.moved.mean())
        taken.append((number_text(moved, "dollars") if moved >= LEAST_MOVED else SAME, ""))
    return [taught, reported, paid, taken, _paid(panel, span)]


def _paid(panel: Panel, span: Span) -> list[Cell]:
    shares = list(panel.proration())
    if panel.reference is not None:
        shares.append(panel.reference.proration())
    cells: list[Cell] = [("Paid\nshare", "")]
    for share in shares:
        own = mean_of_defined(share[:, span.years], axis=1)
        cells.append((NOT_AVAILABLE, "none owed") if np.isnan(own).all() else _cell(own, "share"))
    return cells


def _counted(panel: Panel, span: Span) -> Columns:
    columns: Columns = []
    for name, unit, title in (("credentials", "credentials", "Credentials"), ("pathways", "pathways", "Pathways")):
        values = panel.state(name)
        if panel.reference is not None:
            values = np.concatenate([values, panel.reference.state(name)[None]])
        columns.append([(title, ""), *(_cell(own[:, span.years].mean(axis=1), unit) for own in values)])
    return columns


def _cell(values: Array, unit: str, signed: bool = False) -> Cell:
    found = bands(values, axis=0)
    if len(values) < 2:
        return number_text(float(found.mean), unit, signed=signed), ""
    return interval_parts(
        float(found.mean), float(found.low), float(found.high), unit, signed, between=" to " if signed else "-"
    )
