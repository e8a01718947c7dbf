"""Figures, run sheet and fiscal note: nothing empty, nothing NaN, and sums that agree with the tables."""

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

from sim.report.compare.figures import FIGURES, figures
from sim.report.compare.fiscal_note import CHANGE, CHANGE_IN_STUDENTS, PAID, STUDENTS, cell, fiscal_note
from sim.report.compare.write import write_report
from sim.report.run_sheet.layout import COLUMNS, DISTRIBUTION_COLUMNS, HEADER_ROW, sheet_name
from sim.report.run_sheet.sheet import write_run_sheet
from sim.report.shared.across_districts import CHANGED, across_frame
from sim.report.shared.figure_style import look, page, save, spread_apart
from sim.report.shared.groups import groups
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(25)
RESULTS = fake_results(WORLD, draws=8, horizon=10)
FEW = ("status_quo", "aligned")


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
def sheets(tables: Path) -> dict[str, pd.DataFrame]:
    book = openpyxl.load_workbook(tables / "run_sheet.xlsx", data_only=True)
    found = {}
    for name in book.sheetnames[1:]:
        rows = list(book[name].iter_rows(min_row=HEADER_ROW + 1, values_only=True))
        found[name] = pd.DataFrame(rows[1:], columns=rows[0])
    return found


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


def test_the_run_sheet_has_a_sheet_for_each_formula_but_the_baseline(sheets: dict[str, pd.DataFrame]) -> None:
    compared = [name for name in FORMULAS if name != "status_quo"]
    ledgers = [sheet_name(f"{name} ledger", set()) for name in FORMULAS]
    assert list(sheets) == ["Distribution", "Equity", "Across districts", *compared, *ledgers]
    rows = len(WORLD.districts) + 1
    years = [year for year in sorted(RESULTS.districts.fiscal_year.unique()) if year > BASE_YEAR]
    for name in FORMULAS:
        if name != "status_quo":
            sheet = sheets[name]
            assert list(sheet.columns) == [heading for heading, _, _ in COLUMNS]
            assert list(dict.fromkeys(sheet["Fiscal year"])) == years
            assert len(sheet) == rows * len(years)


@pytest.mark.parametrize("formula", ["aligned", "sb130_quarter_weight", "pilot_sunset"])
def test_run_sheet_totals_are_the_sums_of_the_frames(sheets: dict[str, pd.DataFrame], formula: str) -> None:
    own, base = district_rows(formula), district_rows("status_quo")
    for year, sheet in sheets[formula].groupby("Fiscal year"):
        total = sheet[sheet.Kind == "state"].iloc[0]
        districts = sheet[sheet.Kind != "state"]
        mine, theirs = own[own.fiscal_year == year], base[base.fiscal_year == year]
        draws = 8
        expected = {
            "State payment, baseline": theirs.payment.sum() / draws,
            "State payment, formula": mine.payment.sum() / draws,
            "SEG money lost to a lower unit value, change": (mine.lost.sum() - theirs.lost.sum()) / draws,
            "Membership, grades 9-12": mine.membership.sum() / draws,
            "Concentrators taught, formula": mine.concentrators_taught.sum() / draws,
            "Taught, difference": (mine.concentrators_taught.sum() - theirs.concentrators_taught.sum()) / draws,
            "Concentrators reported, baseline": theirs.concentrators.sum() / draws,
            "Concentrators reported, formula": mine.concentrators.sum() / draws,
            "of these recoded, formula": (mine.concentrators - mine.concentrators_taught).sum() / draws,
            "Pathways, baseline": theirs.pathways.sum() / draws,
        }
        expected["Difference, net"] = (
            expected["State payment, formula"]
            - expected["State payment, baseline"]
            - expected["SEG money lost to a lower unit value, change"]
        )
        for heading, value in expected.items():
            assert total[heading] == pytest.approx(value, rel=1e-9, abs=1e-6), heading
            assert districts[heading].sum() == pytest.approx(value, rel=1e-9, abs=1e-6), heading


def test_run_sheet_intervals_are_paired_by_draw(sheets: dict[str, pd.DataFrame]) -> None:
    identifier, year = WORLD.districts.identifier[3], BASE_YEAR + 5
    keys = {"district": identifier, "fiscal_year": year}
    series = []
    for formula in ("aligned", "status_quo"):
        rows = district_rows(formula)
        chosen = rows[(rows[list(keys)] == list(keys.values())).all(axis=1)].set_index("replicate")
        series.append(chosen.payment - chosen.lost)
    change = series[0] - series[1]
    sheet = sheets["aligned"]
    found = sheet[(sheet.Identifier == identifier) & (sheet["Fiscal year"] == year)].iloc[0]
    assert found["Difference, net"] == pytest.approx(change.mean())
    assert found["Difference, low (p05)"] == pytest.approx(np.percentile(change, 5))
    assert found["Difference, high (p95)"] == pytest.approx(np.percentile(change, 95))
    assert found["Difference, low (p05)"] <= found["Difference, net"] <= found["Difference, high (p95)"]


def test_ranks_follow_the_gain_for_each_member(sheets: dict[str, pd.DataFrame]) -> None:
    for _, sheet in sheets["aligned"].groupby("Fiscal year"):
        ranked = sheet[sheet.Kind != "state"].sort_values("Rank by gain for each member")
        assert ranked["Rank by gain for each member"].tolist() == list(range(1, len(ranked) + 1))
        assert ranked["Difference for each member"].is_monotonic_decreasing


def test_charters_and_estimated_fields_are_marked(sheets: dict[str, pd.DataFrame]) -> None:
    sheet = sheets["aligned"].drop_duplicates("Identifier").set_index("Identifier")
    for number, identifier in enumerate(WORLD.districts.identifier):
        assert sheet.loc[identifier, "Kind"] == WORLD.districts.kind[number]
        estimated = sheet.loc[identifier, "Estimated fields"]
        assert (estimated == "total membership") == bool(WORLD.districts.estimated[number])


def test_the_run_sheet_is_set_up_for_reading_and_printing(tables: Path) -> None:
    book = openpyxl.load_workbook(tables / "run_sheet.xlsx")
    cover = " ".join(str(value) for row in book["Cover"].values for value in row if value)
    assert "estimates, not entitlements" in cover
    assert "1a2b3c4d" in cover
    assert "2026-11-20" in cover
    sheet = book["aligned"]
    assert sheet.freeze_panes == f"C{HEADER_ROW + 2}"
    assert sheet.auto_filter.ref
    assert sheet.print_title_rows
    assert "1a2b3c4d" in sheet.oddFooter.left.text
    assert "2026-11-20" in sheet.oddFooter.left.text
    assert "aligned" in sheet.oddHeader.left.text
    assert sheet[f"K{HEADER_ROW + 2}"].value == f"=H{HEADER_ROW + 2}-G{HEADER_ROW + 2}-J{HEADER_ROW + 2}"


def test_groups_of_each_kind_hold_every_district_once() -> None:
    panel = Panel(RESULTS)
    found = groups(panel, WORLD)
    for by in {group.by for group in found}:
        members = np.sum([group.members for group in found if group.by == by], axis=0)
        assert (members == 1).all(), by
    assert {group.by for group in found} == {"state", "size class", "locale", "poverty quarter", "kind"}


def test_the_distribution_adds_up_to_the_state(sheets: dict[str, pd.DataFrame]) -> None:
    sheet = sheets["Distribution"]
    assert list(sheet.columns) == [heading for heading, _, _ in DISTRIBUTION_COLUMNS]
    for _, part in sheet.groupby(["Formula", "Fiscal year"]):
        state = part[part["Grouped by"] == "state"].iloc[0]
        for by in ("size class", "locale", "poverty quarter", "kind"):
            rows = part[part["Grouped by"] == by]
            for heading in ("State payment, formula", "Difference, net", "Clearly gain", "Districts and charters"):
                assert rows[heading].sum() == pytest.approx(state[heading], rel=1e-9, abs=1e-6)
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
    row = sheet[(sheet.Formula == "aligned") & (sheet["Fiscal year"] == year)].iloc[0]
    assert row["Median"] == pytest.approx(median)
    assert row["Districts that lose"] == pytest.approx(losing.mean())


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


def note_rows(table: pd.DataFrame, formula: str, which: str) -> pd.DataFrame:
    return table[(table.formula == formula) & (table.table == which)]


def test_fiscal_note_totals_equal_lines_and_frames() -> None:
    table = fiscal_note(RESULTS)
    years = [f"FY{BASE_YEAR + number}" for number in (1, 2, 3)]
    lines = RESULTS.lines.merge(RESULTS.design, on="run_id").query("line != 'federal_perkins'")
    paid = lines.groupby(["formula", "fiscal_year"]).paid.sum() / 8 / 1000
    for formula in FORMULAS:
        for which in (PAID, CHANGE) if formula != "status_quo" else (PAID,):
            rows = note_rows(table, formula, which)
            total = rows[rows.row == "total"].iloc[0]
            parts = rows[rows.row.isin(["line", "offset"])]
            for label in [*years, "3_year_total"]:
                assert total[label] == pytest.approx(parts[label].sum(), abs=0.05 * (len(parts) + 1))
                assert total[label] == pytest.approx(rows[rows.row == "subtotal"][label].sum(), abs=0.16)
                assert total[f"{label}_low"] <= total[label] <= total[f"{label}_high"]
            assert total["3_year_total"] == pytest.approx(total[years].sum(), abs=0.2)
            for number, label in enumerate(years, start=1):
                gross = rows[rows.row == "line"][label].sum()
                expected = paid.get((formula, BASE_YEAR + number), 0.0)
                if which == CHANGE:
                    expected -= paid["status_quo", BASE_YEAR + number]
                assert gross == pytest.approx(expected, abs=0.05 * (len(parts) + 1))


@pytest.mark.parametrize("which", [STUDENTS, CHANGE_IN_STUDENTS])
def test_the_fiscal_note_counts_taught_and_recoded_which_add_up_to_what_is_reported(which: str) -> None:
    rows = note_rows(fiscal_note(RESULTS), "aligned", which)
    taught, recoded, reported = (rows.iloc[place] for place in range(3))
    state = RESULTS.state.merge(RESULTS.design, on="run_id")
    means = state.groupby(["formula", "fiscal_year"])[["concentrators_taught", "concentrators"]].mean()
    for number in (1, 2, 3):
        label = f"FY{BASE_YEAR + number}"
        assert taught[label] + recoded[label] == pytest.approx(reported[label], abs=0.15)
        expected = means.loc["aligned", BASE_YEAR + number]
        if which == CHANGE_IN_STUDENTS:
            expected = expected - means.loc["status_quo", BASE_YEAR + number]
        assert taught[label] == pytest.approx(expected["concentrators_taught"], abs=0.06)
        assert reported[label] == pytest.approx(expected["concentrators"], abs=0.06)
    assert rows["3_year_total"].isna().all()
    assert set(rows.unit) == {"students"}


def test_money_that_only_moves_inside_the_seg_is_no_cost_of_the_state() -> None:
    rows = note_rows(fiscal_note(RESULTS), "sb130_quarter_weight", PAID)
    state = RESULTS.state.merge(RESULTS.design, on="run_id").query("formula == 'sb130_quarter_weight'")
    moved = state[state.fiscal_year == BASE_YEAR + 1].dilution.mean() / 1000
    assert rows[rows.row == "offset"].FY2027.iloc[0] == pytest.approx(-moved, abs=0.06)


def test_totals_of_the_fiscal_note_are_the_states_cost() -> None:
    table = fiscal_note(RESULTS)
    state = RESULTS.state.merge(RESULTS.design, on="run_id")
    cost = state.groupby(["formula", "fiscal_year"]).state_cost.mean() / 1000
    for formula in FORMULAS:
        total = note_rows(table, formula, PAID).query("row == 'total'").iloc[0]
        for number in (1, 2, 3):
            assert total[f"FY{BASE_YEAR + number}"] == pytest.approx(cost[formula, BASE_YEAR + number], abs=0.06)


def test_background_lines_are_listed_but_not_counted() -> None:
    rows = note_rows(fiscal_note(RESULTS), "aligned", PAID)
    background = rows[rows.row == "background"]
    assert background.line.tolist() == ["federal_perkins"]
    counted = rows[rows.row == "line"].FY2027.sum()
    assert rows[rows.row == "total"].FY2027.iloc[0] == pytest.approx(counted, abs=0.4)


def test_fiscal_note_numbers_stay_numbers_and_name_fund_and_recurrence() -> None:
    table = fiscal_note(RESULTS)
    numeric = [name for name in table.columns if re.fullmatch(r"(FY\d+|3_year_total)(_low|_high)?", name)]
    assert len(numeric) == 12
    assert all(pd.api.types.is_float_dtype(table[name]) for name in numeric)
    lines = table[table.row == "line"]
    assert set(lines.recurring_or_nonrecurring) == {"Recurring", "Nonrecurring"}
    assert set(lines.fund_affected) == {"General Fund", "Public Education Reform Fund"}


def test_a_line_without_fund_or_recurrence_is_refused() -> None:
    manifest = replace(cast("FakeResults", RESULTS).manifest)
    manifest.formulas = {name: {**facts, "lines": {}} for name, facts in manifest.formulas.items()}
    with pytest.raises(ValueError, match="fund and recurrence of the line"):
        fiscal_note(changed(RESULTS, manifest=manifest))


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((1250.0, 1250.0, 1250.0), "$1,250.0"),
        ((-300.0, -300.0, -300.0), "($300.0)"),
        ((110.0, 90.0, 120.0), "$110.0, range $90.0 to $120.0"),
        ((-5.0, -12.3, 1.0), "($5.0), range ($12.3) to $1.0"),
        ((0.0, 0.0, 0.0), "No fiscal impact"),
        ((0.01, -0.02, 0.04), "No fiscal impact"),
    ],
)
def test_cells_of_a_fiscal_note(numbers: tuple[float, float, float], text: str) -> None:
    assert cell(*numbers) == text


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
    pd.testing.assert_frame_equal(fiscal_note(stored), fiscal_note(small))
