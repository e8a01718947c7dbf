"""The fiscal note: cells worked by hand, sums that agree with the tables, one content in all of its files."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import docx
import numpy as np
import pandas as pd
import pytest
from docx.oxml.ns import qn
from fake_results import BASE_YEAR, FORMULAS, FakeResults, fake_results, fake_world
from simulated import shipped

from sim.report.fiscal_note.amounts import NO_IMPACT, cell, in_words
from sim.report.fiscal_note.build import fiscal_notes
from sim.report.fiscal_note.case import formula_of, synopsis
from sim.report.fiscal_note.document import write_document
from sim.report.fiscal_note.files import MOST_DOCUMENTS, write_note_table, write_notes
from sim.report.fiscal_note.note import Note, NoteTable
from sim.report.fiscal_note.page import page_of
from sim.report.fiscal_note.table import CHANGE, CHANGE_IN_STUDENTS, COLUMNS, PAID, STUDENTS, fiscal_note_table
from sim.study.setup.inputs import formula_record

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(25)
RESULTS = fake_results(WORLD, draws=8, horizon=10)
FEW = ("status_quo", "aligned")
THREE_YEARS = f"FY{BASE_YEAR + 1}-{str(BASE_YEAR + 3)[2:]}"


def changed(results: "Results", **frames: Any) -> "Results":
    return cast("Results", replace(cast("FakeResults", results), **frames))


def by_hand() -> "Results":
    """Five draws in which current law pays $13 million from one nonrecurring line, and the bill $40 to $44 million from
    a recurring one, $2 million more in each later year; nothing is paid twice and nothing moves inside the SEG."""
    made = cast("FakeResults", fake_results(WORLD, draws=5, horizon=5, formulas=FEW))
    lines = made.lines.merge(made.design[["run_id", "formula", "replicate"]], on="run_id")
    after = lines.fiscal_year - BASE_YEAR
    bill = 40e6 + 1e6 * lines.replicate + 2e6 * (after - 1)
    paid = np.where((lines.formula == "status_quo") & (lines.line == "nextgen_pilot"), 13e6, 0.0)
    paid = np.where((lines.formula == "aligned") & (lines.line == "base_funding") & (after > 0), bill, paid)
    table = made.lines.assign(paid=paid, appropriation=paid)
    return cast("Results", replace(made, lines=table))


def rows_of(table: NoteTable) -> dict[str, list[tuple[str, str]]]:
    return {row.cells[0][0]: list(row.cells[1:]) for row in table.rows}


def test_a_made_up_bill_has_the_cells_that_are_worked_by_hand() -> None:
    (note,) = fiscal_notes(by_hand(), WORLD)
    appropriation, impact = note.tables
    assert impact.head == (
        "Agency/Program", "FY2027", "FY2028", "FY2029", "3 Year Total Cost", "Recurring or Nonrecurring",
        "Fund Affected",
    )  # fmt: skip
    rows = rows_of(impact)
    # Draws 0 to 4 pay 40 to 44 million: mean 42, 5th percentile 40.2, 95th 43.8; less 13 million of current law.
    assert rows["Base for each high school"] == [
        ("$42,000", "$40,200-$43,800"), ("$44,000", "$42,200-$45,800"), ("$46,000", "$44,200-$47,800"),
        ("$132,000", "$127,000-$137,000"), ("Recurring", ""), ("General Fund", ""),
    ]  # fmt: skip
    assert rows["NextGen CTE pilot"] == [
        ("($13,000)", ""), ("($13,000)", ""), ("($13,000)", ""), ("($39,000)", ""), ("Nonrecurring", ""),
        ("General Fund", ""),
    ]  # fmt: skip
    assert rows["Total"][:4] == [
        ("$29,000", "$27,200-$30,800"), ("$31,000", "$29,200-$32,800"), ("$33,000", "$31,200-$34,800"),
        ("$93,000", "$87,600-$98,400"),
    ]  # fmt: skip
    assert rows["Total"][4:] == [("Both", ""), ("General Fund", "")]
    assert rows_of(appropriation)["Base for each high school"][0] == ("$42,000", "$40,200-$43,800")
    (out_years,) = next(part.tables for part in note.sections if part.heading == "FISCAL IMPLICATIONS")
    assert rows_of(out_years)["FY2031"][:3] == [
        ("$37,000", "$35,200-$38,800"), ("$50,000", "$48,200-$51,800"), ("$13,000", ""),
    ]  # fmt: skip
    # Five years of 29, 31, 33, 35 and 37 million.
    assert rows_of(out_years)["5 Year Total"][0][0] == "$165,000"
    said = next(part.paragraphs for part in note.sections if part.heading == "FISCAL IMPLICATIONS")
    assert said[0] == (
        "Over FY2027-29 the bill costs the state $93.0 million more than current law (90% of draws: $87.6 million to "
        "$98.4 million)."
    )
    assert said[1] == "Year by year: +$29.0 million in FY2027, +$31.0 million in FY2028 and +$33.0 million in FY2029."
    assert said[2] == "Of that, +$132 million is recurring and -$39.0 million nonrecurring."


@pytest.mark.parametrize(
    ("numbers", "printed"),
    [
        ((42104.6, 40491.5, 43652.4), ("$42,100", "$40,500-$43,700")),
        ((12998.7, 12998.7, 13000.0), ("$13,000", "")),
        ((1250.0, 1250.0, 1250.0), ("$1,250", "")),
        ((-300.0, -400.0, -250.0), ("($300)", "($400) to ($250)")),
        ((4.13, -300.0, 310.0), ("$4", "($300) to $310")),
        ((0.0, 0.0, 0.0), (NO_IMPACT, "")),
        ((0.01, -0.02, 0.04), (NO_IMPACT, "")),
        ((0.0, -2.0, 0.0), ("$0", "($2.0) to $0")),
    ],
)
def test_cells_have_three_figures_and_parentheses_for_decreases(numbers: tuple[float, ...], printed: object) -> None:
    assert cell(*numbers) == printed


def read(text: str) -> float:
    number = float(re.sub(r"[^\d.]", "", text))
    return -number if text.startswith("(") else number


@pytest.mark.parametrize("seed", range(40))
def test_a_printed_mean_stays_within_its_printed_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low, mean, high = np.sort(rng.normal(0.0, 10.0 ** rng.uniform(-1, 5), 3))
    value, below = cell(mean, low, high)
    if below:
        ends = re.split(r" to |(?<=\d)-(?=\$)", below)
        assert read(ends[0]) <= read(value) <= read(ends[1])


def test_amounts_in_sentences() -> None:
    assert in_words(42104.6) == "$42.1 million"
    assert in_words(812.44) == "$812,000"
    assert in_words(89.3, 9540.0) == "$0.09 million"
    assert in_words(-5000.0) == "$5.00 million"


def test_a_bill_that_is_current_law_has_no_fiscal_impact() -> None:
    made = cast("FakeResults", fake_results(WORLD, draws=4, horizon=3, formulas=FEW))
    runs = made.design.set_index("run_id").formula
    law = made.lines[made.lines.run_id.map(runs) == "status_quo"]
    twin = law.assign(run_id=law.run_id + 4)
    same = replace(made, lines=pd.concat([law, twin]), state=_twin(made.state, runs))
    (note,) = fiscal_notes(cast("Results", same), WORLD)
    assert {value for value, _ in rows_of(note.tables[1])["Total"][:4]} == {NO_IMPACT}
    assert note.sections[3].paragraphs[0].startswith("No fiscal impact in FY2027-29")


def _twin(state: pd.DataFrame, runs: "pd.Series[str]") -> pd.DataFrame:
    law = state[state.run_id.map(runs) == "status_quo"]
    return pd.concat([law, law.assign(run_id=law.run_id + 4)])


class _Texts(HTMLParser):
    """The texts of a page's note, white space evened."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.texts = False, list[str]()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.inside = self.inside or tag == "article"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "article"

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.texts.append(" ".join(data.split()))


def document_texts(path: Path) -> list[str]:
    """All runs of a document in reading order, table cells too."""
    body = docx.Document(str(path)).element.body
    return [" ".join(t.text.split()) for t in body.iter(qn("w:t")) if t.text and t.text.strip()]


@pytest.mark.parametrize("formula", ["aligned", "sb130_quarter_weight", "pilot_sunset"])
def test_page_and_document_hold_the_same_texts_in_the_same_order(formula: str, tmp_path: Path) -> None:
    (note,) = fiscal_notes(RESULTS, WORLD, [formula])
    texts = [" ".join(text.split()) for text in note.texts()]
    assert len(texts) > 100
    parser = _Texts()
    parser.feed(page_of(note))
    write_document(note, tmp_path / "note.docx")
    assert parser.texts == texts
    assert document_texts(tmp_path / "note.docx") == texts


def test_a_page_asks_for_nothing_and_keeps_what_a_user_wrote_as_text() -> None:
    (note,) = fiscal_notes(RESULTS, WORLD, ["aligned"])
    page = page_of(replace(note, title="<script>x</script>", head=(("SHORT TITLE", "<b>A</b>"),)))
    assert "<script>" not in page
    assert "&lt;b&gt;A" in page
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)", page)


def test_heads_of_tables_repeat_and_pages_are_numbered(tmp_path: Path) -> None:
    (note,) = fiscal_notes(RESULTS, WORLD, ["aligned"])
    write_document(note, tmp_path / "note.docx")
    document = docx.Document(str(tmp_path / "note.docx"))
    head, *tables = document.tables
    assert [cell.text for cell in head.rows[0].cells][::2] == ["SPONSOR", "LAST UPDATED"]
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in tables)
    assert "PAGE" in document.sections[0].footer._element.xml


def test_the_sections_are_those_of_a_fiscal_impact_report_in_their_order() -> None:
    (note,) = fiscal_notes(RESULTS, WORLD, ["aligned"])
    order = ["Sources of Information", "SUMMARY", "Synopsis of Bill", "FISCAL IMPLICATIONS", "SIGNIFICANT ISSUES",
             "PERFORMANCE IMPLICATIONS", "ADMINISTRATIVE IMPLICATIONS", "TECHNICAL ISSUES"]  # fmt: skip
    assert [section.heading for section in note.sections][: len(order)] == order
    assert [label for label, _ in note.head] == ["SPONSOR", "LAST UPDATED", "SHORT TITLE", "BILL NUMBER", "ANALYST"]
    assert [table.title for table in note.tables] == ["APPROPRIATION", "ESTIMATED ADDITIONAL OPERATING BUDGET IMPACT"]


def test_money_moved_inside_the_seg_is_told_as_no_saving() -> None:
    notes = {note.formula: note for note in fiscal_notes(RESULTS, WORLD)}

    def said(note: Note) -> str:
        return " ".join(next(part.paragraphs for part in note.sections if part.heading == "FISCAL IMPLICATIONS"))

    assert "money moved, no saving" in said(notes["sb130_quarter_weight"])
    assert "money moved" not in said(notes["aligned"])


def test_a_bill_that_is_kept_in_the_manifest_is_told_in_its_own_words() -> None:
    bill = shipped("aligned")
    held = formula_of(json.loads(json.dumps(formula_record(bill))))
    assert held == bill
    assert held is not None
    words = " ".join(synopsis(held, BASE_YEAR))
    assert "$905 for every concentrator" in words
    assert "Until it takes effect in FY2027 current law holds." in words


def test_pages_for_all_and_documents_for_few_or_those_that_are_named(tmp_path: Path) -> None:
    some = tuple(list(FORMULAS)[: MOST_DOCUMENTS + 2])
    many = fake_results(WORLD, draws=2, horizon=2, formulas=some)
    written = {path.name for path in write_notes(many, WORLD, tmp_path / "all")}
    assert written == {f"{name}.html" for name in some if name != "status_quo"}
    named = {path.name for path in write_notes(many, WORLD, tmp_path / "named", ["seg_only"])}
    assert named == {"seg_only.html", "seg_only.docx"}
    with pytest.raises(ValueError, match="no formula beside current law is called 'seg'; there are: aligned"):
        fiscal_notes(many, WORLD, ["seg"])


def test_there_is_no_note_without_current_law(tmp_path: Path) -> None:
    alone = fake_results(WORLD, draws=2, horizon=2, formulas=("aligned",))
    assert write_notes(alone, WORLD, tmp_path) == []
    assert write_note_table(alone, tmp_path / "fiscal_note.csv") is not None


def test_one_draw_and_bare_results_have_a_note_that_claims_no_direction() -> None:
    made = fake_results(WORLD, draws=1, horizon=1, formulas=FEW)
    bare = changed(made, districts=made.districts.iloc[:0])
    (note,) = fiscal_notes(bare, WORLD)
    text = " ".join(note.texts())
    assert "one draw" in text
    assert not re.search(r"\bnan\b", text)
    assert "OUT-YEARS" not in text


def note_rows(table: pd.DataFrame, formula: str, which: str) -> pd.DataFrame:
    return table[(table.formula == formula) & (table.table == which)]


TABLE = fiscal_note_table(RESULTS)


def test_each_row_of_the_table_holds_its_mean() -> None:
    assert tuple(TABLE.columns) == COLUMNS
    assert (TABLE["low"] <= TABLE["mean"]).all()
    assert (TABLE["mean"] <= TABLE["high"]).all()
    assert len(TABLE) > 500


def test_totals_equal_lines_and_frames() -> None:
    lines = RESULTS.lines.merge(RESULTS.design, on="run_id").query("line != 'federal_perkins'")
    paid = lines.groupby(["formula", "fiscal_year"]).paid.sum() / 8 / 1000
    for formula in FORMULAS:
        for which in (PAID, CHANGE) if formula != "status_quo" else (PAID,):
            rows = note_rows(TABLE, formula, which)
            total = rows[rows.row == "total"].set_index("fiscal_years")["mean"]
            parts = rows[rows.row.isin(["line", "offset"])].groupby("fiscal_years")["mean"].agg(["sum", "count"])
            sums = rows[rows.row == "subtotal"].groupby("fiscal_years")["mean"].sum()
            for label, value in total.items():
                if label in parts.index:
                    assert value == pytest.approx(parts["sum"][label], abs=0.05 * (parts["count"][label] + 1))
                    assert value == pytest.approx(sums[label], abs=0.16)
            years = [f"FY{BASE_YEAR + number}" for number in (1, 2, 3)]
            assert total[THREE_YEARS] == pytest.approx(total[years].sum(), abs=0.2)
            gross = rows[rows.row == "line"].groupby("fiscal_years")["mean"].sum()
            for number, label in enumerate(years, start=1):
                expected = paid.get((formula, BASE_YEAR + number), 0.0)
                if which == CHANGE:
                    expected -= paid["status_quo", BASE_YEAR + number]
                assert gross.get(label, 0.0) == pytest.approx(expected, abs=0.4)


@pytest.mark.parametrize("which", [STUDENTS, CHANGE_IN_STUDENTS])
def test_taught_and_recoded_add_up_to_what_is_reported(which: str) -> None:
    rows = note_rows(TABLE, "aligned", which).pivot_table(index="program", columns="fiscal_years", values="mean")
    taught, recoded, reported = (
        rows.loc[next(name for name in rows.index if word in name)] for word in ("taught", "recoded", "reported, which")
    )
    state = RESULTS.state.merge(RESULTS.design, on="run_id")
    means = state.groupby(["formula", "fiscal_year"])[["concentrators_taught", "concentrators"]].mean()
    assert THREE_YEARS not in rows
    for number in (1, 2, 3):
        label = f"FY{BASE_YEAR + number}"
        assert taught[label] + recoded[label] == pytest.approx(reported[label], abs=0.15)
        expected = means.loc["aligned", BASE_YEAR + number]
        if which == CHANGE_IN_STUDENTS:
            expected = expected - means.loc["status_quo", BASE_YEAR + number]
        assert taught[label] == pytest.approx(expected["concentrators_taught"], abs=0.06)
        assert reported[label] == pytest.approx(expected["concentrators"], abs=0.06)


def test_money_that_only_moves_inside_the_seg_is_no_cost_of_the_state() -> None:
    rows = note_rows(TABLE, "sb130_quarter_weight", PAID).query("fiscal_years == 'FY2027'")
    state = RESULTS.state.merge(RESULTS.design, on="run_id").query("formula == 'sb130_quarter_weight'")
    moved = state[state.fiscal_year == BASE_YEAR + 1].dilution.mean() / 1000
    assert rows[rows.row == "offset"]["mean"].iloc[0] == pytest.approx(-moved, abs=0.06)


def test_totals_are_the_states_cost() -> None:
    state = RESULTS.state.merge(RESULTS.design, on="run_id")
    cost = state.groupby(["formula", "fiscal_year"]).state_cost.mean() / 1000
    for formula in FORMULAS:
        total = note_rows(TABLE, formula, PAID).query("row == 'total'").set_index("fiscal_years")["mean"]
        for number in (1, 2, 3):
            assert total[f"FY{BASE_YEAR + number}"] == pytest.approx(cost[formula, BASE_YEAR + number], abs=0.06)


def test_background_lines_are_listed_but_not_counted() -> None:
    rows = note_rows(TABLE, "aligned", PAID).query("fiscal_years == 'FY2027'")
    assert rows[rows.row == "background"].program.tolist() == ["Federal Perkins V"]
    counted = rows[rows.row == "line"]["mean"].sum()
    assert rows[rows.row == "total"]["mean"].iloc[0] == pytest.approx(counted, abs=0.4)


def test_numbers_stay_numbers_and_name_fund_and_recurrence() -> None:
    assert all(pd.api.types.is_float_dtype(TABLE[name]) for name in ("mean", "low", "high"))
    lines = TABLE[TABLE.row == "line"]
    assert set(lines.recurring_or_nonrecurring) == {"Recurring", "Nonrecurring"}
    assert set(lines.fund_affected) == {"General Fund", "Public Education Reform Fund"}


def test_a_line_without_fund_or_recurrence_is_refused() -> None:
    manifest = replace(cast("FakeResults", RESULTS).manifest)
    manifest.formulas = {name: {**facts, "lines": {}} for name, facts in manifest.formulas.items()}
    with pytest.raises(ValueError, match="fund and recurrence of the line"):
        fiscal_note_table(changed(RESULTS, manifest=manifest))
