"""The run sheet's page on the federal disparity test of what state CTE money leaves a district with a member."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.run_sheet.layout import (
    DOLLARS,
    HEADER_ROW,
    YEAR,
    Columns,
    Formats,
    end_table,
    mark_pages,
    rounded,
    set_up_table,
)
from sim.report.shared.intervals import bands
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.study.bill.disparity import LIMIT, disparity

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from sim.results.results import Results

EQUITY = "Equity"

EQUITY_COLUMNS: Columns = (
    ("Formula", 27, ""),
    ("Fiscal year", 8, YEAR),
    ("$ a member, 5th percentile", 13, DOLLARS),
    ("$ a member, 95th percentile", 13, DOLLARS),
    ("95/5 disparity", 11, "0%"),
    ("Disparity, low (p05)", 11, "0%"),
    ("Disparity, high (p95)", 11, "0%"),
    ("Draws without money at the 5th percentile", 14, "0%"),
)


def write_equity(book: "Workbook", formats: Formats, results: "Results", panel: Panel, net: Array) -> None:
    """One row for each formula and stored year. ``net`` ``[F, R, Y, D]`` are constant dollars.

    A draw in which the districts of the 5th percentile get nothing has no finite disparity; such draws are counted and
    left out of the others' mean.
    """
    sheet = book.add_worksheet(EQUITY)
    note = (
        "Dollars a member of net state CTE money; districts ranked by it, percentiles at 5% and 95% of cumulative "
        f"members (34 CFR 222.162; a state passes with {LIMIT:.0%} for all its revenue, which is far more than CTE "
        "money). Low and high: 90% of draws."
    )
    title = "How equally CTE money is spread: the federal disparity test"
    set_up_table(sheet, formats, title, note, EQUITY_COLUMNS, 2)
    mark_pages(sheet, title, run_origin(results, panel.draws, panel.scenario))
    members = panel.districts("membership")
    row = HEADER_ROW + 1
    for f, name in enumerate(panel.short_titles):
        for y, year in enumerate(panel.district_years):
            found = [disparity(net[f, r, y], members[f, r, y]) for r in range(panel.draws)]
            shares = np.array([one.share for one in found])
            finite = np.isfinite(shares)
            sheet.write_string(row, 0, name)
            sheet.write_number(row, 1, int(year))
            for column, values in ((2, [one.low for one in found]), (3, [one.high for one in found])):
                sheet.write_number(row, column, rounded(float(np.mean(values)), DOLLARS))
            if finite.any():
                spread = bands(shares[finite], axis=0)
                for column, value in enumerate((spread.mean, spread.low, spread.high), start=4):
                    sheet.write_number(row, column, rounded(float(value), "0%"))
            else:
                sheet.write_string(row, 4, "n/a")
            sheet.write_number(row, 7, rounded(float(1.0 - finite.mean()), "0%"))
            row += 1
    end_table(sheet, EQUITY_COLUMNS, row - 1)
