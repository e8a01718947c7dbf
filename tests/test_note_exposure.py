"""The part of a fiscal note on bad years: the conclusion first, every figure with its condition, alike in page and
document."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import docx
import numpy as np
import pytest
from fake_results import FakeResults, fake_world
from test_answer import CURRENT, Law
from test_stress_answer import CALM, SURGE, under

from sim.report.fiscal_note.build import fiscal_notes
from sim.report.fiscal_note.document import write_document
from sim.report.fiscal_note.exposure import HEADING
from sim.report.fiscal_note.note import Note, Section
from sim.report.fiscal_note.page import page_of
from sim.report.stress.measured import measured
from sim.report.stress.shortfall import stress_panels, stressed

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(4)


def note(scenarios: dict[str, dict[str, Law]], draws: bool = True) -> Note:
    results = under(scenarios)
    (found,) = fiscal_notes(results, WORLD, ["aligned"], measured(results) if draws else None)
    return found


def section(found: Note) -> Section:
    return next(one for one in found.sections if one.heading == HEADING)


def test_the_conclusion_comes_first_and_no_figure_stands_without_its_condition() -> None:
    """By hand: $50M are paid, a tenth of what is owed is not, $5.56M; under a surge a fifth, $12.5M."""
    said = section(note({"baseline": CALM, "take_up_surge": SURGE})).paragraphs
    assert said[0].startswith(
        "Cost cannot rise, the appropriation caps it; districts carry $5.56M in the worst year, $12.5M"
    )
    for paragraph in said:
        assert all(rest.lstrip().startswith("under take up surge") for rest in paragraph.split("$12.5M")[1:])


def test_every_sentence_with_an_amount_says_of_which_year_its_dollars_are(monkeypatch: pytest.MonkeyPatch) -> None:
    tail = "Aligned: in the worst one in twenty of futures districts carry $6M in the worst year without a shock."
    monkeypatch.setattr("sim.report.fiscal_note.exposure.tail_sentence", lambda *_: tail)
    said = section(note({"baseline": CALM, "take_up_surge": SURGE})).paragraphs
    assert said[1].endswith("in the worst year without a shock (FY2026 dollars).")
    assert all("FY2026 dollars" in paragraph for paragraph in said if "$" in paragraph)


def test_the_table_has_a_row_for_each_condition_with_the_cells_worked_by_hand() -> None:
    (table,) = section(note({"baseline": CALM, "take_up_surge": SURGE, "oil_slump": CALM})).tables
    rows = {row.cells[0][0]: [value for value, _ in row.cells[1:]] for row in table.rows}
    assert list(rows) == ["Without a shock", "Under take up surge"]
    paid, carried, *_ = rows["Without a shock"]
    assert (paid, carried) == ("$50,000", "$5,560")
    assert rows["Under take up surge"][:2] == ["$50,000", "$12,500"]
    assert rows["Under take up surge"][3] == "80.0%"
    assert table.remarks[-1].endswith("oil slump.")


def test_too_few_draws_name_how_many_more_the_tail_wants() -> None:
    (table,) = section(note({"baseline": CALM, "take_up_surge": SURGE})).tables
    draws = measured(under({"baseline": CALM, "take_up_surge": SURGE})).independent
    assert draws < 59
    assert {row.cells[3][0] for row in table.rows} == {f"{59 - draws} more draws wanted"}


def test_a_run_without_a_shock_has_no_such_section_and_says_where_it_is_to_be_had() -> None:
    found = note({"baseline": CALM}, draws=False)
    assert HEADING not in {one.heading for one in found.sections}
    assert any("cte-sim stress has it" in text for text in found.texts())


def test_students_lost_are_told_under_the_scenario_that_loses_most() -> None:
    drought = {"status_quo": CURRENT, "aligned": Law(500, state=50.0, paid=(0.9,))}
    said = section(note({"baseline": CALM, "instructor_drought": drought})).paragraphs
    assert any(one.startswith("Fewest are taught under instructor drought: -1,500") for one in said)


def test_page_and_document_hold_the_section(tmp_path: Path) -> None:
    found = note({"baseline": CALM, "take_up_surge": SURGE})
    write_document(found, tmp_path / "note.docx")
    held = docx.Document(str(tmp_path / "note.docx"))
    words = " ".join(paragraph.text for paragraph in held.paragraphs)
    page = page_of(found)
    for text in (HEADING, *section(found).paragraphs):
        assert text in words
    assert HEADING in page
    assert any("Under take up surge" in cell.text for table in held.tables for row in table.rows for cell in row.cells)


def test_a_draw_that_next_to_nothing_moves_denies_no_direction() -> None:
    """Of half of the draws the shortfall falls by a thousand dollars; in the others it rises by millions."""
    study = cast("FakeResults", under({"baseline": CALM, "take_up_surge": SURGE}))
    state = study.state.copy()
    calm_rows = state.run_id < 1000
    even = study.design.query("formula == 'aligned' and replicate % 2 == 0").run_id
    for column in ("entitlement", "state_cost"):
        before = state[calm_rows].set_index(["run_id", "fiscal_year"])[column]
        rows = state.run_id.isin(even) & ~calm_rows
        state.loc[rows, column] = [before[run - 1000, year] for run, year in zip(
            state[rows].run_id, state[rows].fiscal_year, strict=True)]  # fmt: skip
    rows = state.run_id.isin(even) & ~calm_rows
    for away, direction in ((1_000.0, "more"), (2e6, "same")):
        moved = state.copy()
        moved.loc[rows, "entitlement"] -= away
        aligned = stressed(stress_panels(cast("Results", replace(study, state=moved))))[1]
        change = aligned.shocks["take_up_surge"].worst_shortfall - aligned.calm.worst_shortfall
        assert np.mean(change < 0.0) == pytest.approx(0.5)
        assert aligned.unpaid("take_up_surge") == direction
