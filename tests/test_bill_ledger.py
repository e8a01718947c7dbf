"""The ledger of a checked bill, a workbook: readable on paper, every row in words, nothing printed over another."""

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.report.bill.files import write_ledger
from sim.report.bill.tables import origin_text
from sim.report.run_sheet.layout import HEADER_ROW, LINE_HEIGHT, TOTAL_ROW, lines_needed, rounded, within
from sim.study.bill.check_formula import BillCheck, check_formula
from sim.study.setup.settings import read_settings


@pytest.fixture(scope="module")
def check() -> BillCheck:
    settings: dict[str, Any] = {
        "study": {"name": "check_formula", "baseline": "status_quo", "formulas": [], "years": []},
        "world": {"path": None}, "horizon": 4, "draws": 3, "seed": 3, "chunk": 12, "workers": 1,
        "uncertainty": "prior", "cost_neutral": None, "report": False, "formula_file": "aligned",
    }  # fmt: skip
    return check_formula(read_settings(settings))


@pytest.fixture(scope="module")
def path(check: BillCheck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bill") / "bill_ledger.xlsx"
    write_ledger(check, target)
    return target


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def widths(sheet: Any) -> list[float]:
    found = [8.43] * sheet.max_column
    for held in sheet.column_dimensions.values():
        for column in range(held.min, min(held.max, sheet.max_column) + 1):
            found[column - 1] = held.width
    return found


def test_rows_that_wrap_have_the_height_of_their_text(book: openpyxl.Workbook) -> None:
    tall = 0
    for name in ("Cover", "Price", "Cliffs"):
        sheet = book[name]
        wide = widths(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                merged = cell.row == 2
                if isinstance(cell.value, str) and cell.alignment.wrap_text and not merged:
                    lines = lines_needed(cell.value, int(wide[cell.column - 1]))
                    assert (sheet.row_dimensions[cell.row].height or LINE_HEIGHT) >= LINE_HEIGHT * lines
                    tall += lines > 1
    assert tall > 3


def test_every_row_of_the_price_says_in_words_what_it_is(book: openpyxl.Workbook) -> None:
    rows = list(book["Price"].iter_rows(min_row=HEADER_ROW + 2, values_only=True))
    assert {"appropriation", "paid", "interaction"} <= {row[1] for row in rows}
    assert all(row[7] for row in rows)


def test_numbers_are_rounded_and_none_is_minus_zero(path: Path) -> None:
    book = openpyxl.load_workbook(path, data_only=True)
    seen = 0
    for sheet in book:
        for row in sheet.iter_rows(min_row=HEADER_ROW + 1):
            for cell in row:
                if isinstance(cell.value, float | int) and str(cell.number_format).endswith("$0"):
                    assert cell.value == round(cell.value), (sheet.title, cell.coordinate)
                    assert str(cell.value) != "-0.0"
                    seen += 1
    assert seen > 1000


def test_the_run_is_told_in_the_footer_alone_and_the_page_holds_what_is_printed(
    check: BillCheck, book: openpyxl.Workbook
) -> None:
    run = origin_text(check)[:12]
    for sheet in book:
        assert run in sheet.oddFooter.left.text
        if sheet.title != "Cover":
            above = [str(value) for row in sheet.iter_rows(max_row=3, values_only=True) for value in row]
            assert run not in " ".join(above)
        assert sheet.page_setup.fitToHeight == 0
    sheet = book["Against current law"]
    last = re.sub(r"\d", "", str(sheet.print_area).replace("$", "").split(":")[-1])
    assert sum(widths(sheet)[: openpyxl.utils.column_index_from_string(last)]) < 225


def test_sums_are_of_the_rounded_numbers_below_them(path: Path) -> None:
    sheet = openpyxl.load_workbook(path, data_only=True)["Bridge"]
    totals = [cell.value for cell in sheet[TOTAL_ROW + 1]]
    for column, total in enumerate(totals, start=1):
        if isinstance(total, int | float):
            rows = range(TOTAL_ROW + 3, sheet.max_row + 1)
            assert total == pytest.approx(sum(sheet.cell(row, column).value for row in rows), abs=1e-6)


@pytest.mark.parametrize("value", [0.4, -0.4, -2e-10, 1.5, 1234.56])
def test_an_interval_as_written_holds_its_mean_as_written(value: float) -> None:
    style = "[>=0.5]$#,##0;[<=-0.5]-$#,##0;$0"
    mean = rounded(value, style)
    low, high = within(mean, value, value + 0.2, style)
    assert low <= mean <= high
    assert str(mean) != "-0.0"
