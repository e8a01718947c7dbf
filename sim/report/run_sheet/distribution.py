"""The run sheet's page on groups of districts: who gains and who loses, by size, place, poverty and kind."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.run_sheet.differences import Held, differences
from sim.report.run_sheet.districts import Shown, shown_years
from sim.report.run_sheet.layout import (
    COUNT,
    DECIMAL,
    DOLLARS,
    HEADER_ROW,
    MORE_DECIMAL,
    MORE_DOLLARS,
    YEAR,
    Columns,
    Formats,
    end_table,
    mark_pages,
    rounded,
    set_up_table,
    within,
)
from sim.report.shared.groups import Group
from sim.report.shared.intervals import Bands, bands
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from sim.results.results import Results

DISTRIBUTION = "Distribution"

DISTRIBUTION_COLUMNS: Columns = (
    ("Formula", 27, ""),
    ("Fiscal year", 8, YEAR),
    ("Grouped by", 14, ""),
    ("Group", 25, ""),
    ("{Places}", 11, COUNT),
    ("Members", 10, COUNT),
    ("State payment, baseline", 13, DOLLARS),
    ("State payment, formula", 13, DOLLARS),
    ("Net change", 15, MORE_DOLLARS),
    ("Net change, low (p05)", 13, DOLLARS),
    ("Net change, high (p95)", 13, DOLLARS),
    ("Clearly gain", 9, COUNT),
    ("Clearly lose", 9, COUNT),
    ("Neither", 9, COUNT),
    ("Change for each member", 10, MORE_DOLLARS),
    ("For each member, low (p05)", 10, DOLLARS),
    ("For each member, high (p95)", 10, DOLLARS),
    ("Taught, baseline", 11, DECIMAL),
    ("Change in taught", 12, MORE_DECIMAL),
    ("Taught, low (p05)", 10, DECIMAL),
    ("Taught, high (p95)", 10, DECIMAL),
    ("Reported, difference", 12, MORE_DECIMAL),
)

HALF_A_DOLLAR = 0.5


def write_distribution(
    book: "Workbook",
    formats: Formats,
    results: "Results",
    panel: Panel,
    held: Held,
    groups: Sequence[Group],
    shown: Shown,
) -> None:
    """One row for each formula but the baseline, shown year and group; it opens with one year."""
    assert panel.baseline is not None
    b = panel.baseline
    sheet = book.add_worksheet(DISTRIBUTION)
    note = (
        f"Filtered to FY{shown.year}. Constant dollars of FY{panel.base_year}, means over draws; low and high: 90% of "
        "draws of the difference from the baseline within each draw. Poverty quarters hold equally many districts, "
        "those of one share together; without enough different shares there are none."
    )
    title = "Who gains and who loses, by group of districts"
    set_up_table(sheet, formats, title, note, DISTRIBUTION_COLUMNS, 4)
    mark_pages(sheet, title, run_origin(results, panel.draws, panel.scenario))
    row = HEADER_ROW + 1
    for f in panel.others:
        for y in shown_years(panel):
            each = bands(held.net[f, :, y] - held.net[b, :, y], axis=0)
            gain, lose = each.low > HALF_A_DOLLAR, each.high < -HALF_A_DOLLAR
            for group in groups:
                members = np.flatnonzero(group.members)
                of = differences(held, f, b, y, members, together=True)
                texts = {0: panel.short_titles[f], 2: group.by, 3: group.name}
                for column, text in texts.items():
                    sheet.write_string(row, column, text)
                sheet.write_number(row, 1, int(panel.district_years[y]))
                clear = (int(gain[members].sum()), int(lose[members].sum()))
                numbers = [len(members), *(float(v[0]) for v in (of.membership, of.baseline, of.payment))]
                numbers += _with_ends(of.net, DOLLARS)
                numbers += [*clear, len(members) - sum(clear), *_with_ends(of.per_member, DOLLARS)]
                numbers += [float(of.taught[0][0]), *_with_ends(of.taught_change, DECIMAL)]
                numbers.append(float(of.reported[1][0] - of.reported[0][0]))
                for column, value in enumerate(numbers, start=4):
                    sheet.write_number(row, column, rounded(float(value), DISTRIBUTION_COLUMNS[column][2]))
                if int(panel.district_years[y]) != shown.year:
                    sheet.set_row(row, None, None, {"hidden": True})
                row += 1
    end_table(sheet, DISTRIBUTION_COLUMNS, row - 1)
    sheet.filter_column_list(1, [str(shown.year)])


def _with_ends(found: Bands, style: str) -> list[float]:
    mean = rounded(float(found.mean[0]), style)
    return [mean, *within(mean, float(found.low[0]), float(found.high[0]), style)]
