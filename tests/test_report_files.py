"""Figures and run sheet: nothing empty, nothing NaN, and sums that agree with the tables."""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import openpyxl
import pandas as pd
import pytest
from fake_results import BASE_YEAR, FORMULAS, FakeResults, fake_results, fake_world
from openpyxl.utils import column_index_from_string

from sim.report.compare.figures import FIGURES, figures
from sim.report.compare.write import write_report
from sim.report.fiscal_note.table import fiscal_note_table
from sim.report.run_sheet.answer import ANSWER
from sim.report.run_sheet.cover import HOW_TO_READ
from sim.report.run_sheet.distribution import DISTRIBUTION_COLUMNS
from sim.report.run_sheet.districts import ABOUT, COLUMNS, DISTRICTS, SHOWN_YEARS
from sim.report.run_sheet.layout import BELOW_TOTAL, HEADER_ROW, LINE_HEIGHT, ROOM, TOTAL_ROW, filled, lines_needed
from sim.report.run_sheet.ledger import LEDGER, LEDGER_YEARS
from sim.report.run_sheet.sheet import PAGES, write_run_sheet
from sim.report.shared.across_districts import CHANGED, across_frame
from sim.report.shared.figure_style import look, page, save, spread_apart
from sim.report.shared.groups import groups
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(25)
RESULTS = fake_results(WORLD, draws=8, horizon=10)
FEW = ("status_quo", "aligned")
PANEL = Panel(RESULTS)
TITLES = dict(zip(PANEL.formulas, PANEL.short_titles, strict=True))
SUMMED_PAGES = (DISTRICTS, LEDGER)


def changed(results: "Results", **frames: Any) -> "Results":
    return cast("Results", replace(cast("FakeResults", results), **frames))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report")
    write_report(RESULTS, WORLD, target)
    return target


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without figures, which take longest."""
    target = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.report.compare.figures.FIGURES", {})
        write_report(RESULTS, WORLD, target)
    return target


@pytest.fixture(scope="module")
def book(tables: Path) -> openpyxl.Workbook:
    """The workbook, formulas as they are written."""
    return openpyxl.load_workbook(tables / "run_sheet.xlsx")


@pytest.fixture(scope="module")
def values(tables: Path) -> openpyxl.Workbook:
    """The workbook, formulas as what they come to."""
    return openpyxl.load_workbook(tables / "run_sheet.xlsx", data_only=True)


@pytest.fixture(scope="module")
def sheets(values: openpyxl.Workbook) -> dict[str, pd.DataFrame]:
    """The tables of the workbook by page, hidden rows too."""
    found = {}
    for name in values.sheetnames[2:]:
        first = (BELOW_TOTAL if name in SUMMED_PAGES else HEADER_ROW) + 1
        rows = list(values[name].iter_rows(min_row=first, values_only=True))
        found[name] = pd.DataFrame(rows[1:], columns=rows[0])
    return found


def shown(book: openpyxl.Workbook, name: str, header: int) -> list[tuple[object, ...]]:
    """The rows of a page that its filter leaves."""
    sheet = book[name]
    rows = range(header + 2, sheet.max_row + 1)
    return [tuple(cell.value for cell in sheet[row]) for row in rows if not sheet.row_dimensions[row].hidden]


def district_rows(formula: str) -> pd.DataFrame:
    """One row for each replicate, year and district, money in constant dollars."""
    prices = RESULTS.state[["run_id", "fiscal_year", "price_index"]]
    rows = RESULTS.districts.merge(RESULTS.design, on="run_id").query("formula == @formula")
    rows = rows.merge(prices, on=["run_id", "fiscal_year"])
    return rows.assign(payment=rows.paid / rows.price_index, lost=rows.dilution / rows.price_index)


@pytest.mark.slow
def test_a_report_holds_all_that_an_analyst_opens(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"comparison.txt", "summary.csv", "across_districts.csv", "fiscal_note.csv", "run_sheet.xlsx"} <= names
    drawn = {Path(name).stem for name in names if name.endswith(".png")}
    assert drawn == {
        "cost_and_concentrators",
        "concentrators_per_100",
        "concentrators",
        "concentrators_difference",
        "participants_difference",
        "offered_by_cluster",
        "gains_and_losses_concentrators",
        "gains_and_losses_dollars",
        "change_across_districts",
        "plans",
        "unserved",
        "instructors",
        "credentials_by_tier",
        "credentials_path",
        "state_cost_by_line",
        "proration",
        "unit_value",
    }
    for name in names:
        if name.endswith((".csv", ".txt")):
            assert not re.search(r"\bnan\b|\binf\b", (folder / name).read_text(encoding="utf-8"), re.IGNORECASE), name


@pytest.fixture
def few_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two figures stand for all where the truth is not of figures."""
    monkeypatch.setattr("sim.report.compare.figures.FIGURES", dict(islice(FIGURES.items(), 2)))


@pytest.mark.usefixtures("few_figures")
def test_what_is_written_is_what_is_returned(tmp_path: Path) -> None:
    small = fake_results(WORLD, 3, 3, FEW)
    written = write_report(small, WORLD, tmp_path)
    assert all(path.is_file() for path in written)
    assert set(written) == {path for path in tmp_path.rglob("*") if path.is_file()}


def test_figures_whose_data_is_not_there_are_not_drawn(tmp_path: Path) -> None:
    alone = fake_results(WORLD, 4, 2, ("aligned",))
    bare = changed(alone, districts=alone.districts.iloc[:0])
    drawn = {path.stem for path in figures(bare, WORLD, tmp_path)}
    assert {"concentrators", "state_cost_by_line", "plans", "unserved", "instructors"} <= drawn
    against = {"cost_and_concentrators", "concentrators_difference", "offered_by_cluster", "change_across_districts"}
    assert not drawn & {"gains_and_losses_dollars", "unit_value", *against}
    assert write_run_sheet(bare, WORLD, tmp_path / "run_sheet.xlsx") is None


def test_one_draw_over_one_year_can_be_drawn(tmp_path: Path) -> None:
    assert figures(fake_results(WORLD, 1, 1, FEW), WORLD, tmp_path)


def test_an_empty_figure_cannot_be_written(tmp_path: Path) -> None:
    of = look(RESULTS, Panel(RESULTS))
    figure, axes = page("Title", "Caption", of, 2, 2, 1.0)
    axes[0].plot([1, 2], [1, 2])
    axes[1].set_title("unemployment")
    with pytest.raises(ValueError, match="panel 'unemployment' shows nothing"):
        save(figure, tmp_path / "one.png")
    axes[1].plot([1, 2], [np.nan, np.nan])
    with pytest.raises(ValueError, match="shows nothing"):
        save(figure, tmp_path / "one.png")
    assert not list(tmp_path.iterdir())
    axes[1].plot([1, 2], [3, 4])
    assert save(figure, tmp_path / "one.png").stat().st_size > 1000


@pytest.mark.usefixtures("few_figures")
def test_figures_of_a_notebook_keep_their_own_style(tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures(fake_results(WORLD, 2, 2, FEW), WORLD, tmp_path)
    assert dict(matplotlib.rcParams) == before


def test_texts_in_figures_stay_on_the_page_and_off_each_other() -> None:
    of = look(RESULTS, Panel(RESULTS))
    figure, axes = page("A long title " * 12, "A long caption of many words " * 14, of, 7, 3, 1.2)
    for ax in axes:
        ax.plot([0, 1], [0, 1])
    figure.canvas.draw()
    edge = figure.bbox
    boxes = [text.get_window_extent() for text in figure.texts]
    boxes += [box for ax in axes if (box := ax.get_tightbbox()) is not None]
    for box in boxes:
        assert box.x0 >= edge.x0
        assert box.x1 <= edge.x1
        assert box.y0 >= edge.y0
        assert box.y1 <= edge.y1
    for number, box in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert not box.overlaps(other)


def test_labels_are_moved_apart() -> None:
    places = spread_apart([5.0, 0.0, 0.4, 0.5], 1.0)
    assert places == pytest.approx([5.0, -0.7, 0.3, 1.3])
    assert spread_apart([3.0, 1.0], 1.0) == [3.0, 1.0]
    assert spread_apart([], 1.0) == []


def test_importing_the_report_does_not_import_plotting() -> None:
    code = (
        "import sys, sim.report.compare.write; "
        "print([name for name in ('matplotlib', 'seaborn', 'xlsxwriter', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_workbook_has_an_answer_first_and_one_page_of_districts(
    book: openpyxl.Workbook, sheets: dict[str, pd.DataFrame]
) -> None:
    assert book.sheetnames == [ANSWER, *(name for name, _ in PAGES)]
    compared = {title for name, title in zip(PANEL.formulas, PANEL.short_titles, strict=True) if name != "status_quo"}
    years = [BASE_YEAR + after for after in SHOWN_YEARS]
    table = sheets[DISTRICTS]
    assert list(table.columns) == [heading for heading, _, _ in filled(COLUMNS)]
    assert set(table.Formula) == compared
    assert sorted(set(table["Fiscal year"])) == years
    assert len(table) == len(WORLD.districts) * len(years) * len(compared)
    assert len(sheets[LEDGER]) == len(WORLD.districts) * len(LEDGER_YEARS) * len(FORMULAS)


def test_the_first_page_has_the_words_the_table_a_chart_and_links(folder: Path, book: openpyxl.Workbook) -> None:
    sheet = book[ANSWER]
    cells = [str(row[0]) for row in sheet.values if row[0]]
    words = (folder / "answer.txt").read_text(encoding="utf-8").splitlines()
    assert cells[1 : 1 + len(words)] == words
    held = {str(value) for row in sheet.values for value in row}
    assert {"Taught\nper 100\nmembers", "Change in\ntaught"} <= held
    assert any(text.startswith("FY2027-31, against") for text in held)
    assert len(sheet._charts) == 1
    assert {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink} == {
        f"'{name}'!A1" for name, _ in PAGES
    }


def test_the_page_of_districts_opens_with_one_formula_and_year_and_sums_them_outside_the_filter(
    book: openpyxl.Workbook, values: openpyxl.Workbook
) -> None:
    for name in SUMMED_PAGES:
        sheet = values[name]
        rows = shown(values, name, BELOW_TOTAL)
        assert len(rows) == len(WORLD.districts)
        assert {(row[0], row[1]) for row in rows} == {(TITLES["aligned"], BASE_YEAR + 5)}
        first, last = (int(re.sub(r"\D", "", end)) for end in sheet.auto_filter.ref.split(":"))
        assert (first, last) == (BELOW_TOTAL + 1, sheet.max_row)
        assert {column.colId for column in sheet.auto_filter.filterColumn} == {0, 1}
        totals = [cell.value for cell in sheet[TOTAL_ROW + 1]]
        assert totals[0] == "Sum of the rows shown"
        held = [place for place, value in enumerate(totals) if isinstance(value, int | float)]
        assert len(held) > 6
        for place in held:
            assert totals[place] == pytest.approx(sum(cast(float, row[place]) for row in rows), abs=1e-6)
    live = book[DISTRICTS]
    assert live.cell(TOTAL_ROW + 1, 6).value == f"=SUBTOTAL(109,F{BELOW_TOTAL + 2}:F{live.max_row})"


@pytest.mark.parametrize("formula", ["aligned", "sb130_quarter_weight", "pilot_sunset"])
def test_districts_of_the_run_sheet_sum_to_the_frames(sheets: dict[str, pd.DataFrame], formula: str) -> None:
    own, base = district_rows(formula), district_rows("status_quo")
    table = sheets[DISTRICTS]
    for year, districts in table[table.Formula == TITLES[formula]].groupby("Fiscal year"):
        mine, theirs = own[own.fiscal_year == year], base[base.fiscal_year == year]
        draws = 8
        expected = {
            "State payment, baseline": theirs.payment.sum() / draws,
            "State payment, formula": mine.payment.sum() / draws,
            "SEG money lost, change": (mine.lost.sum() - theirs.lost.sum()) / draws,
            "Members": mine.membership.sum() / draws,
            "Taught, formula": mine.concentrators_taught.sum() / draws,
            "Change in taught": (mine.concentrators_taught.sum() - theirs.concentrators_taught.sum()) / draws,
            "Recoded, formula": (mine.concentrators - mine.concentrators_taught).sum() / draws,
            "Pathways, baseline": theirs.pathways.sum() / draws,
        }
        expected["Net change"] = (
            expected["State payment, formula"]
            - expected["State payment, baseline"]
            - expected["SEG money lost, change"]
        )
        for heading, value in expected.items():
            # Each district is rounded to what is shown: dollars and members to one, counts to a tenth.
            step = 1.0 if heading in ("Members", "Net change") or "payment" in heading or "money" in heading else 0.1
            assert districts[heading].sum() == pytest.approx(value, abs=1.5 * step * len(districts)), heading
            assert np.allclose(districts[heading].to_numpy(float) / step % 1.0 % 1.0, 0.0, atol=1e-6) or step < 1.0


def test_run_sheet_intervals_are_paired_by_draw_and_hold_their_means(sheets: dict[str, pd.DataFrame]) -> None:
    identifier, year = WORLD.districts.identifier[3], BASE_YEAR + 5
    keys = {"district": identifier, "fiscal_year": year}
    series = []
    for formula in ("aligned", "status_quo"):
        rows = district_rows(formula)
        chosen = rows[(rows[list(keys)] == list(keys.values())).all(axis=1)].set_index("replicate")
        series.append(chosen.payment - chosen.lost)
    change = series[0] - series[1]
    table = sheets[DISTRICTS]
    chosen = table[(table.Identifier == identifier) & (table["Fiscal year"] == year)]
    found = chosen[chosen.Formula == TITLES["aligned"]].iloc[0]
    assert found["Net change"] == pytest.approx(change.mean(), abs=1.5)
    assert found["Net change, low (p05)"] == pytest.approx(np.percentile(change, 5), abs=1.5)
    assert found["Net change, high (p95)"] == pytest.approx(np.percentile(change, 95), abs=1.5)
    assert (table["Net change, low (p05)"] <= table["Net change"]).all()
    assert (table["Net change"] <= table["Net change, high (p95)"]).all()


def test_ranks_follow_the_gain_for_each_member(sheets: dict[str, pd.DataFrame]) -> None:
    for _, sheet in sheets[DISTRICTS].groupby(["Formula", "Fiscal year"]):
        ranked = sheet.sort_values("Rank")
        assert ranked["Rank"].iloc[0] == 1
        assert ranked["Rank"].is_unique
        assert ranked["Change for each member"].is_monotonic_decreasing


def test_charters_and_estimated_facts_are_marked(sheets: dict[str, pd.DataFrame]) -> None:
    sheet = sheets[DISTRICTS].drop_duplicates("Identifier").set_index("Identifier")
    about = sheets[ABOUT].set_index("Identifier")
    for number, identifier in enumerate(WORLD.districts.identifier):
        assert sheet.loc[identifier, "Kind"] == WORLD.districts.kind[number]
        assert sheet.loc[identifier, "Estimated facts"] == len(WORLD.districts.estimated[number])
        words = about.loc[identifier, "Estimated, not observed"]
        assert (words == "total membership") == bool(WORLD.districts.estimated[number])


def test_pages_are_set_up_for_reading_and_printing(book: openpyxl.Workbook) -> None:
    cover = " ".join(str(value) for row in book[HOW_TO_READ].values for value in row if value)
    assert "estimates, not entitlements" in cover
    assert "1a2b3c4d" in cover
    assert "2026-11-20" in cover
    for sheet in book:
        assert "1a2b3c4d" in sheet.oddFooter.left.text
        assert "2026-11-20" in sheet.oddFooter.left.text
        assert "&P of &N" in str(sheet.oddFooter.right.text)
        assert sheet.page_setup.orientation == "landscape"
    for name, _ in PAGES[1:]:
        sheet = book[name]
        assert "1a2b3c4d" not in " ".join(
            str(value) for row in sheet.iter_rows(max_row=4, values_only=True) for value in row
        )
        assert sheet.auto_filter.ref
        assert sheet.print_title_rows
        assert sheet.freeze_panes
    sheet = book[DISTRICTS]
    row = BELOW_TOTAL + 2
    assert sheet[f"I{row}"].value == f"=G{row}-F{row}-T{row}"


def printed_columns(sheet: Any) -> int:
    area = str(sheet.print_area).replace("$", "").split("!")[-1]
    return int(column_index_from_string(re.sub(r"\d", "", area.split(":")[1]))) if area != "None" else sheet.max_column


def test_what_is_printed_is_readable_and_no_word_of_a_heading_is_broken(book: openpyxl.Workbook) -> None:
    for name, _ in PAGES[1:]:
        sheet = book[name]
        widths = column_widths(sheet)
        printed = printed_columns(sheet)
        assert sum(widths[:printed]) <= ROOM[int(sheet.page_setup.paperSize)] + printed, name
        header = (BELOW_TOTAL if name in SUMMED_PAGES else HEADER_ROW) + 1
        for width, cell in zip(widths, sheet[header], strict=False):
            assert max(map(len, str(cell.value).split())) <= width, (name, cell.value)


def column_widths(sheet: Any) -> list[float]:
    """Widths by column; a run of columns of one width is told once in a file."""
    widths = [8.43] * sheet.max_column
    for held in sheet.column_dimensions.values():
        for column in range(held.min, min(held.max, sheet.max_column) + 1):
            widths[column - 1] = held.width
    return widths


def test_rows_that_wrap_have_the_height_of_their_text(book: openpyxl.Workbook) -> None:
    tall = 0
    for name in (HOW_TO_READ, ANSWER):
        sheet = book[name]
        widths = column_widths(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.alignment.wrap_text:
                    lines = lines_needed(cell.value, int(widths[cell.column - 1]))
                    height = sheet.row_dimensions[cell.row].height or LINE_HEIGHT
                    assert height >= LINE_HEIGHT * lines, (name, cell.coordinate)
                    tall += lines > 1
    assert tall > 10


def test_a_workbook_of_many_formulas_is_small_enough_to_be_mailed(folder: Path) -> None:
    """Of 25 districts here; of New Mexico's 120 it is five times as large."""
    assert (folder / "run_sheet.xlsx").stat().st_size < 300_000


def test_groups_of_each_kind_hold_every_district_once() -> None:
    panel = Panel(RESULTS)
    found = groups(panel, WORLD)
    for by in {group.by for group in found}:
        members = np.sum([group.members for group in found if group.by == by], axis=0)
        assert (members == 1).all(), by
    assert {group.by for group in found} == {"state", "size class", "locale", "poverty quarter", "kind"}


def test_the_distribution_adds_up_to_the_state(sheets: dict[str, pd.DataFrame]) -> None:
    sheet = sheets["Distribution"]
    assert list(sheet.columns) == [heading for heading, _, _ in filled(DISTRIBUTION_COLUMNS)]
    for _, part in sheet.groupby(["Formula", "Fiscal year"]):
        state = part[part["Grouped by"] == "state"].iloc[0]
        for by in ("size class", "locale", "poverty quarter", "kind"):
            rows = part[part["Grouped by"] == by]
            for heading in ("State payment, formula", "Net change", "Clearly gain", "Districts and charters"):
                assert rows[heading].sum() == pytest.approx(state[heading], abs=len(rows))
        counts = part[["Clearly gain", "Clearly lose", "Neither"]].sum(axis=1)
        assert (counts == part["Districts and charters"]).all()


def test_percentiles_over_districts_are_those_of_each_draw_and_agree_in_the_workbook_the_table_and_by_hand(
    tables: Path, sheets: dict[str, pd.DataFrame]
) -> None:
    year = BASE_YEAR + 10
    rates = {}
    for formula in ("aligned", "status_quo"):
        rows = district_rows(formula).query("fiscal_year == @year")
        rates[formula] = rows.assign(rate=100 * rows.concentrators_taught / rows.membership).set_index(
            ["replicate", "district"]
        )
    change = (rates["aligned"].rate - rates["status_quo"].rate).unstack("district")
    held = rates["status_quo"].groupby("replicate")
    least = 100 * CHANGED * held.concentrators_taught.sum() / held.membership.sum()
    median = change.median(axis=1).mean()
    p10 = change.quantile(0.1, axis=1).mean()
    losing = change.lt(-least, axis=0).mean(axis=1)
    table = pd.read_csv(tables / "across_districts.csv", encoding="utf-8-sig")
    chosen = table.query("formula == 'aligned' and fiscal_year == @year and metric == 'concentrators_taught'")
    found = chosen.set_index("over_districts")
    assert found.loc["median", "mean"] == pytest.approx(median, rel=1e-4)
    assert found.loc["p10", "mean"] == pytest.approx(p10, rel=1e-4)
    assert found.loc["losing", "mean"] == pytest.approx(losing.mean(), rel=1e-4)
    assert found.loc["losing", "p95"] == pytest.approx(max(np.percentile(losing, 95), losing.mean()), rel=1e-4)
    assert found.loc["losing", "mean"] + found.loc["gaining", "mean"] <= 1.0
    sheet = sheets["Across districts"]
    row = sheet[(sheet.Formula == TITLES["aligned"]) & (sheet["Fiscal year"] == year)].iloc[0]
    assert row["Median"] == pytest.approx(median, abs=0.006)
    assert row["Districts that lose"] == pytest.approx(losing.mean(), abs=0.0006)


def test_percentiles_over_districts_rise_and_are_nothing_where_formulas_are_alike() -> None:
    table = across_frame(Panel(RESULTS))
    wide = table[table.over_districts.str.match(r"p\d|median")].pivot_table(
        index=["formula", "fiscal_year", "metric"], columns="over_districts", values="mean"
    )
    assert (wide[["p10", "p25", "median", "p75", "p90"]].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    twins = changed(
        RESULTS, districts=RESULTS.districts.assign(concentrators_taught=1.0, membership=50.0, sections=2.0)
    )
    assert (across_frame(Panel(twins))["mean"] == 0.0).all()


@pytest.mark.usefixtures("few_figures")
def test_a_report_can_be_made_from_a_stored_results_folder(tmp_path: Path) -> None:
    from sim.results.manifest import new_manifest
    from sim.results.results import open_results
    from sim.results.store import start_or_resume, write_chunk

    small = fake_results(WORLD, 3, 3, FEW)
    formulas = {name: {**facts, "fingerprint": name} for name, facts in small.manifest.formulas.items()}
    manifest = new_manifest(
        study="compare",
        config={"study": "compare"},
        world_fingerprint=WORLD.fingerprint,
        formulas=formulas,
        baseline="status_quo",
        base_year=BASE_YEAR,
        horizon=3,
        draws=3,
        seed=2026,
        chunk_size=6,
    )
    start_or_resume(tmp_path, manifest, small.design)
    tables = {name: getattr(small, name) for name in ("state", "lines", "clusters", "districts")}
    write_chunk(tmp_path, 0, list(small.design.run_id), tables, ())
    stored = open_results(tmp_path)
    written = write_report(stored, WORLD, tmp_path / "report")
    assert {"summary.csv", "run_sheet.xlsx", "fiscal_note.csv"} <= {path.name for path in written}
    pd.testing.assert_frame_equal(fiscal_note_table(stored), fiscal_note_table(small))


def test_a_title_that_a_spreadsheet_would_run_stays_text_in_the_workbook(tmp_path: Path) -> None:
    small = cast("FakeResults", fake_results(WORLD, 2, 2, FEW))
    formulas = {name: {**record, "title": f"=1+2 {name}"} for name, record in small.manifest.formulas.items()}
    evil = changed(cast("Results", small), manifest=replace(small.manifest, formulas=formulas))
    path = write_run_sheet(evil, WORLD, tmp_path / "run_sheet.xlsx")
    assert path is not None
    live = {
        str(cell.value)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert live
    assert not [text for text in live if text.startswith("=1+2")]
