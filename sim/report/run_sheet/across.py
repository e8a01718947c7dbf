"""The run sheet's page on how unequal the change is: percentiles over districts, and the share that loses."""

from typing import TYPE_CHECKING

from sim.report.run_sheet.layout import (
    COUNT,
    HEADER_ROW,
    PERCENT,
    YEAR,
    Columns,
    Formats,
    end_table,
    mark_pages,
    rounded,
    set_up_table,
)
from sim.report.shared.across_districts import CHANGED, PERCENTILES, RATES, across
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from sim.results.results import Results

ACROSS = "Across districts"

HUNDREDTHS = "[>=0.005]#,##0.00;[<=-0.005]-#,##0.00;0.00"

ACROSS_COLUMNS: Columns = (
    ("Formula", 27, ""),
    ("Fiscal year", 8, YEAR),
    ("Change in", 40, ""),
    *(("Median" if level == 50 else f"{level}th percentile of districts", 11, HUNDREDTHS) for level in PERCENTILES),
    ("Districts that lose", 10, PERCENT),
    ("Lose, low (p05)", 10, PERCENT),
    ("Lose, high (p95)", 10, PERCENT),
    ("Districts that gain", 10, PERCENT),
    ("Members in districts that lose", 11, PERCENT),
    ("{Places}", 10, COUNT),
)


def write_across(book: "Workbook", formats: Formats, results: "Results", panel: Panel) -> None:
    """One row for each formula but the baseline, stored year and rate; means over draws."""
    assert panel.baseline is not None
    sheet = book.add_worksheet(ACROSS)
    origin = run_origin(results, panel.draws, panel.scenario)
    note = (
        f"Change in each district's rate against {panel.short_titles[panel.baseline]}; percentiles over "
        "districts, each counting once, within a draw, then mean over draws, so that the luck of single districts is "
        f"in them. Lose or gain: by more than {CHANGED:.1%} of the state's rate. Low and high: 90% of draws."
    )
    set_up_table(sheet, formats, "How unequal the change is across districts", note, ACROSS_COLUMNS, 3)
    mark_pages(sheet, "How unequal the change is across districts", origin)
    row = HEADER_ROW + 1
    for f in panel.others:
        for at, year in enumerate(panel.district_years):
            if year <= panel.base_year:
                continue
            for column, _, unit in RATES:
                found = across(panel, column, f, at)
                lose = found.losing
                sheet.write_string(row, 0, panel.short_titles[f])
                sheet.write_number(row, 1, int(year))
                sheet.write_string(row, 2, unit)
                numbers = (
                    *found.percentiles.mean, lose.mean, lose.low, lose.high, found.gaining.mean, found.in_losing.mean,
                    len(panel.district_names),
                )  # fmt: skip
                for place, value in enumerate(numbers, start=3):
                    style = ACROSS_COLUMNS[place][2]
                    number = round(float(value), 2) + 0.0 if style == HUNDREDTHS else rounded(float(value), style)
                    sheet.write_number(row, place, number)
                row += 1
    end_table(sheet, ACROSS_COLUMNS, row - 1)
