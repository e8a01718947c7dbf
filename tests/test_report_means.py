"""A mean is never outside the interval beside it: in no table, of whatever distribution; nor is zero minus zero."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import openpyxl
import pandas as pd
import pytest
from fake_results import BASE_YEAR, FakeResults, fake_results, fake_world

from sim.report.bill.change import change_table, write_change
from sim.report.bill.files import write_ledger
from sim.report.bill.tables import clearly, distribution, district_table, statewide_table
from sim.report.bill.text import bill_text
from sim.report.calibration.tables import named_band
from sim.report.compare.decomposition import Part, parts_frame
from sim.report.compare.headline_table import changes, levels
from sim.report.compare.summary import summary
from sim.report.explain.text import _spread_rows
from sim.report.fiscal_note.table import fiscal_note_table
from sim.report.run_sheet.layout import (
    BELOW_TOTAL,
    DECIMAL,
    DOLLARS,
    HEADER_ROW,
    MORE_DECIMAL,
    MORE_DOLLARS,
    PERCENT,
    TOTAL_ROW,
)
from sim.report.run_sheet.sheet import write_run_sheet
from sim.report.shared.intervals import signed_text
from sim.report.shared.panel import Panel
from sim.report.shared.spans import first_years
from sim.report.stress.tables import stress_frame, stress_table
from sim.report.sweep.text import summary_by_formula
from sim.study.bill.change import Change, explain_change
from sim.study.bill.check_formula import BillCheck, check_formula
from sim.study.setup.inputs import read_inputs
from sim.study.setup.settings import read_settings

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(12)
DRAWS = 40
KEYS = {"run_id", "fiscal_year", "line", "cluster", "district", "price_index"}


def lumpy() -> "Results":
    """Results in which all draws but one have one value and that one another, as under a cap that nearly always binds:
    the mean of every number lies outside its percentiles."""
    made = cast("FakeResults", fake_results(WORLD, DRAWS, 6, ("status_quo", "aligned", "sb130_quarter_weight")))
    frames: dict[str, Any] = {}
    for name in ("state", "lines", "clusters", "districts", "static"):
        table = getattr(made, name).copy()
        draw = table["run_id"].to_numpy() % DRAWS
        labels = [key for key in ("fiscal_year", "line", "cluster", "district") if key in table]
        keys = [table["run_id"] // DRAWS, *(table[key] for key in labels)]
        for column in set(table) - KEYS:
            common = table[column].where(draw == 1).groupby(keys, observed=True).transform("max")
            table[column] = np.where(draw == 0, 0.5 * common, common)
        frames[name] = table
    frames["state"]["price_index"] = 1.0
    return cast("Results", replace(made, **frames))


RESULTS = lumpy()


@pytest.fixture(scope="module")
def check() -> BillCheck:
    return check_formula(bill_settings("check_formula", formula_file="aligned"))


@pytest.fixture(scope="module")
def change() -> Change:
    held = bill_settings("bridge", years=[2028])
    return explain_change(held, read_inputs(held, None, "aligned"), "aligned")


def bill_settings(name: str, years: list[int] | None = None, **changes: Any) -> Any:
    study = {"name": name, "baseline": "status_quo", "formulas": [], "years": years or []}
    config = {
        "study": study, "world": {"path": None}, "horizon": 4, "draws": 12, "seed": 3, "chunk": 12, "workers": 1,
        "uncertainty": "prior", "cost_neutral": None, "report": False,
    }  # fmt: skip
    return read_settings({**config, **changes})


def triples(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each mean of a table with the ends of its interval beside it."""
    ends = (("_p05", "_p95"), ("_low", "_high"))
    for column in map(str, table):
        stem = column.removesuffix("mean").removesuffix("_")
        for low, high in ends:
            for name in dict.fromkeys((stem, column)):
                found = [f"{name}{end}".removeprefix("_") for end in (low, high)]
                if set(found) <= set(table) and column not in found and not column.endswith(("median", "error")):
                    yield column, table[[column, *found]].set_axis(["mean", "low", "high"], axis=1)


def held(table: pd.DataFrame) -> int:
    """How many means stand in their intervals; fails at one that does not."""
    count = 0
    for column, found in triples(table):
        inside = (found["low"] <= found["mean"]) & (found["mean"] <= found["high"])
        wrong = found[~inside & found.notna().all(axis=1)]
        assert wrong.empty, (column, wrong.head())
        count += int(found.notna().all(axis=1).sum())
    return count


def test_the_tables_of_a_comparison_hold_their_means() -> None:
    assert held(summary(RESULTS)) > 1000
    assert held(fiscal_note_table(RESULTS)) > 100


def test_the_distributions_are_such_that_bare_percentiles_would_not_hold_them() -> None:
    values = RESULTS.state.query("fiscal_year == @BASE_YEAR + 2 and run_id < @DRAWS")["concentrators"]
    low, high = np.percentile(values, [5, 95])
    assert values.mean() < low == high


def test_the_tables_of_other_studies_hold_their_means() -> None:
    assert held(stress_frame(RESULTS)) > 100
    frame = RESULTS.state.merge(RESULTS.design, on="run_id").assign(point=0, scenario="baseline")
    outcomes = frame[frame["fiscal_year"] == BASE_YEAR + 2]
    assert held(summary_by_formula(outcomes, "status_quo", "FY2028")) > 20
    effect = np.where(np.arange(DRAWS) == 0, 50.0, 100.0)
    assert held(parts_frame([Part("row", "concentrators", "students", effect)])) == 1


def test_the_tables_of_a_bill_and_of_a_bridge_hold_their_means(check: BillCheck, change: Change) -> None:
    assert held(district_table(check)) == 2 * len(check.world.districts)
    assert held(change_table(change)) == len(change.world.districts)


def test_an_explanation_and_a_calibration_hold_their_means() -> None:
    @dataclass
    class Spread:
        words: str
        unit: str
        values: tuple[np.ndarray, ...]

    rows = {
        row.name.split(": ")[1]: row.values
        for row in _spread_rows(cast(Any, Spread("pay", "dollars", (np.array([0.0] + [9.0] * 39),))), 0)
    }
    assert rows["90% of draws, low end"] <= rows["mean over draws"] <= rows["90% of draws, high end"]
    from sim.report.calibration.tables import _mean_and_band

    band = named_band(_mean_and_band(np.array([0.0] + [9.0] * 39)))
    assert band["p05"] <= band["mean"] <= band["p95"]


PRINTED = re.compile(r"^[+-]?[$]?[\d,.]+[%MB]?$")


def printed(text: str) -> float:
    scale = {"%": 0.01, "M": 1e6, "B": 1e9}.get(text[-1], 1.0)
    return float(text.rstrip("%MB").replace("$", "").replace(",", "")) * scale


def test_printed_cells_hold_their_means() -> None:
    seen = 0
    panel = Panel(RESULTS)
    for cells in (make(RESULTS, panel, first_years(panel)) for make in (changes, levels)):
        for value, below in (cell for row in cells[1:] for cell in row[1:]):
            ends = re.split(r" to |(?<=[\dMB%])-(?=[$\d])", below.split("\n")[0].strip("()"))
            if len(ends) == 2 and PRINTED.match(value) and all(map(PRINTED.match, ends)):
                low, high = map(printed, ends)
                assert low <= printed(value) <= high, (value, below)
                seen += 1
    assert seen > 10
    assert "100.0%-100.0%" not in stress_table(RESULTS)


def sheets(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each sheet of a workbook with headings: its name and its rows."""
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book:
        for header in (BELOW_TOTAL, HEADER_ROW):
            rows = list(sheet.iter_rows(min_row=header + 1, values_only=True))
            if rows and sum(isinstance(cell, str) for cell in rows[0]) > 4:
                yield sheet.title, pd.DataFrame(rows[1:], columns=rows[0])
                break


def workbook_triples(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """A column '..., low (p05)' with the one before it and the one after it."""
    names = list(table)
    for place, name in enumerate(names):
        if str(name).lower().endswith("low (p05)") and place:
            yield str(name), table.iloc[:, [place - 1, place, place + 1]].set_axis(["mean", "low", "high"], axis=1)


def test_workbooks_hold_their_means(check: BillCheck, change: Change, tmp_path: Path) -> None:
    write_run_sheet(RESULTS, WORLD, tmp_path / "run_sheet.xlsx")
    write_ledger(check, tmp_path / "bill_ledger.xlsx")
    write_change(change, tmp_path)
    seen = 0
    for path in tmp_path.glob("*.xlsx"):
        for title, table in sheets(path):
            for name, found in workbook_triples(table):
                if name == "Paid, low (p05)" and "Formula" in list(table):
                    continue  # there the column before is the share paid
                numbers = found.apply(pd.to_numeric, errors="coerce").dropna()
                slack = 1e-9 * numbers.abs().max(axis=1)
                inside = (numbers["low"] <= numbers["mean"] + slack) & (numbers["mean"] <= numbers["high"] + slack)
                assert inside.all(), (path.name, title, name, numbers[~inside].head())
                seen += len(numbers)
    assert seen > 500


def test_sums_stand_outside_the_rows_that_are_filtered_and_sorted(
    check: BillCheck, change: Change, tmp_path: Path
) -> None:
    write_ledger(check, tmp_path / "bill_ledger.xlsx")
    write_change(change, tmp_path)
    summed = 0
    for name in ("bill_ledger.xlsx", "bridge.xlsx"):
        for sheet in openpyxl.load_workbook(tmp_path / name):
            total = [
                row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "All districts and charters"
            ]
            if not total:
                continue
            summed += 1
            assert total == [TOTAL_ROW + 1]
            first, last = (int(re.sub(r"\D", "", end)) for end in sheet.auto_filter.ref.split(":"))
            assert first == BELOW_TOTAL + 1
            assert sheet.cell(first, 1).value == "District or charter"
            assert last == first + len(check.world.districts) == sheet.max_row
            formulas = [cell.value for cell in sheet[TOTAL_ROW + 1] if str(cell.value).startswith("=SUM(")]
            assert formulas
            assert all(text.endswith(f"{last})") and f"{first + 1}:" in text for text in formulas)
    assert summed == 4


@pytest.mark.parametrize(
    ("style", "least"),
    [(DOLLARS, 0.5), (DECIMAL, 0.05), (PERCENT, 0.0005), (MORE_DOLLARS, 0.5), (MORE_DECIMAL, 0.05)],
)
def test_what_rounds_to_zero_is_neither_negative_nor_an_arrow_in_a_workbook(style: str, least: float) -> None:
    above, below, zero = style.split(";")
    assert above.startswith(f"[>={least}]")
    assert re.match(rf"\[<=-{least}\](▼ )?-", below)
    assert not set("-▲▼") & set(zero)
    assert "Red" not in style


@pytest.mark.parametrize("value", [-2e-10, -0.0, 0.0, -0.004, 0.004])
def test_what_rounds_to_zero_has_no_minus_in_print(value: float) -> None:
    from sim.report.hindcast.verify_brief import _money

    assert _money(value) == "$0"
    assert signed_text(value, 2) == "+0.00"


def test_a_check_says_how_many_gain_on_average_and_how_many_of_these_in_nearly_every_draw(check: BillCheck) -> None:
    text = " ".join(bill_text(check).split())
    state, (gain, lose) = distribution(check)[0], clearly(check)
    assert gain.sum() <= state.gain
    assert lose.sum() <= state.lose
    assert (
        f"{state.gain} districts and charters gain and {state.lose} lose on average over draws; of these {gain.sum()} "
        f"gain and {lose.sum()} lose in at least 95% of draws. Both are true: "
    ) in text
    assert text.count("in at least 95% of draws") == 1


def test_a_check_begins_with_what_the_bill_pays_and_names_the_command_for_later_years(check: BillCheck) -> None:
    text = bill_text(check)
    first = " ".join(text.partition("What it pays for")[0].split())
    state = distribution(check)[0]
    assert first.startswith("LESC's aligned formula: on the counts of FY2026 districts are paid $")
    assert f"{abs(state.change.mean) / 1e6:.2f}" in first
    assert "cte-sim project with the same bill" in first
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_every_number_of_a_checks_tables_is_in_its_csv(check: BillCheck) -> None:
    table = statewide_table(check)
    state = distribution(check)[0]
    found = table.query("name == 'state: all districts and charters'").set_index("measure")["mean"]
    assert found["change"] == pytest.approx(float(state.change.mean))
    assert found["change a member"] == pytest.approx(float(state.per_member.mean))
    assert set(table.query("part == 'component'")["name"]) >= {
        f"{one.line}: {one.component}" for one in check.parts.parts
    }
    assert held(table) > 50
