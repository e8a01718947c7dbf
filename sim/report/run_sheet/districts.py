"""The run sheet's page of districts: every formula in every shown year, to be filtered by both; and who they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.run_sheet.differences import Differences, Held, differences
from sim.report.run_sheet.layout import (
    BELOW_TOTAL,
    COUNT,
    DECIMAL,
    DOLLARS,
    HEADER_ROW,
    MORE_DECIMAL,
    MORE_DOLLARS,
    NAME,
    PERCENT,
    TOTAL_ROW,
    YEAR,
    Columns,
    Formats,
    column_letter,
    end_table,
    mark_pages,
    rounded,
    set_up_table,
    within,
)
from sim.report.shared.groups import Roster
from sim.report.shared.order import labels_where_shared, ranks
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words
from sim.states.words import DISTRICT

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results

DISTRICTS, ABOUT = "Districts", "About the districts"

SHOWN_YEARS = (1, 3, 5, 10)
"""Years after the base year of which districts are shown: those in which a run is to be trusted most, and so few that
the workbook can be mailed."""

FIRST_SHOWN = 5
"""The year after the base year that the page shows when it is opened, or the last shown before it."""

COLUMNS: Columns = (
    ("Formula", 27, ""),
    ("Fiscal year", 8, YEAR),
    ("{Place}", 36, NAME),
    ("Kind", 9, ""),
    ("Members", 10, COUNT),
    ("State payment, baseline", 12, DOLLARS),
    ("State payment, formula", 12, DOLLARS),
    ("Static score, no one responding", 12, DOLLARS),
    ("Net change", 13, MORE_DOLLARS),
    ("Net change, low (p05)", 12, DOLLARS),
    ("Net change, high (p95)", 12, DOLLARS),
    ("Change, part of baseline", 10, PERCENT),
    ("Change for each member", 10, MORE_DOLLARS),
    ("Rank", 7, "0"),
    ("Change in taught", 11, MORE_DECIMAL),
    ("Taught, low (p05)", 9, DECIMAL),
    ("Taught, high (p95)", 9, DECIMAL),
    ("Taught, baseline", 10, DECIMAL),
    ("Taught, formula", 10, DECIMAL),
    ("{short} money lost, change", 11, DOLLARS),
    ("Pathways, baseline", 10, DECIMAL),
    ("Pathways, formula", 10, DECIMAL),
    ("Recoded, formula", 10, DECIMAL),
    ("Size class", 15, ""),
    ("Estimated facts", 11, "0"),
    ("Identifier", 10, ""),
)
"""Heading, width in characters and number format; what a reader looks for comes first and is printed."""

MEMBERS, BASELINE, PAYMENT, STATIC, NET, SHARE, EACH, RANK, TAUGHT_CHANGE = 4, 5, 6, 7, 8, 11, 12, 13, 14
TAUGHT, LOST, PATHWAYS, RECODED = (17, 18), 19, (20, 21), 22
SUMMED: tuple[int, ...] = (MEMBERS, BASELINE, PAYMENT, STATIC, NET, TAUGHT_CHANGE, *TAUGHT, LOST, *PATHWAYS, RECODED)
"""Columns whose shown rows have a sum above the headings."""

ABOUT_COLUMNS: Columns = (
    ("Identifier", 11, ""),
    ("{Place}", 48, NAME),
    ("Kind", 9, ""),
    ("County", 14, ""),
    ("Size class", 15, ""),
    ("Locale", 9, ""),
    ("Estimated, not observed", 70, ""),
)


@dataclass(frozen=True)
class Shown:
    """What the page shows at first: the formula and the year by which it is filtered."""

    formula: int
    year: int


def shown_years(panel: Panel) -> list[int]:
    """The places of the stored years that the workbook shows; the last of them where none is among these."""
    after = panel.district_years - panel.base_year
    found: list[int] = np.flatnonzero(np.isin(after, SHOWN_YEARS)).tolist()
    return found or [len(after) - 1]


def shown_first(panel: Panel, formula: int) -> Shown:
    """The given formula in the fifth year, or the last shown before it."""
    years = [int(panel.district_years[y]) for y in shown_years(panel)]
    return Shown(formula, max((year for year in years if year <= panel.base_year + FIRST_SHOWN), default=years[0]))


def in_order(facts: Roster) -> IntArray:
    """Districts by name, then charters by name: places in the result tables."""
    return np.array(sorted(range(len(facts.name)), key=lambda d: (facts.kind[d] != DISTRICT, facts.name[d])))


def write_districts(
    book: "Workbook", formats: Formats, results: "Results", panel: Panel, held: Held, facts: Roster, shown: Shown
) -> None:
    """One row for each formula but the baseline, shown year and district; above the headings the sums of the rows that
    the filter leaves. Net differences are live formulas, so that they can be traced."""
    assert panel.baseline is not None
    sheet = book.add_worksheet(DISTRICTS)
    note = (
        f"Filtered to {panel.short_titles[shown.formula]} in FY{shown.year}: choose others by the buttons of Formula "
        f"and Fiscal year. Constant dollars of FY{panel.base_year}, means over draws; low and high: 90% of draws of "
        "the difference within each draw. Bold: the whole interval on one side of zero. The row above the headings "
        "sums what is shown."
    )
    set_up_table(sheet, formats, "District by district against current law", note, COLUMNS, 3, BELOW_TOTAL)
    mark_pages(sheet, "District by district against current law", run_origin(results, panel.draws, panel.scenario))
    order = in_order(facts)
    names = labels_where_shared(facts.name, panel.district_names)
    found = {
        (y, f): differences(held, f, panel.baseline, y, order, together=False)
        for y in shown_years(panel)
        for f in panel.others
    }
    rank = {key: ranks(of.per_member.mean) for key, of in found.items()}
    row = first = BELOW_TOTAL + 1
    sums = np.zeros(len(COLUMNS))
    # Rows of one district stand together: what they share makes the file half as large, and filtered they are in order.
    for at, d in enumerate(order):
        for (y, f), of in found.items():
            year = int(panel.district_years[y])
            texts = {0: panel.short_titles[f], 2: names[d], 3: state_words().kind(facts.kind[d])}
            texts |= {len(COLUMNS) - 3: facts.size_class[d], len(COLUMNS) - 1: panel.district_names[d]}
            for column, text in texts.items():
                sheet.write_string(row, column, text)
            numbers = {1: float(year), RANK: float(rank[y, f][at]), len(COLUMNS) - 2: _estimated(facts, d)}
            written = _write_numbers(sheet, row, _numbers(of, at) | numbers)
            if (f, year) == (shown.formula, shown.year):
                sums += written
            else:
                sheet.set_row(row, None, None, {"hidden": True})
            row += 1
    _totals(sheet, formats, sums, first, row - 1)
    end_table(sheet, COLUMNS, row - 1, BELOW_TOTAL)
    sheet.filter_column_list(0, [panel.short_titles[shown.formula]])
    sheet.filter_column_list(1, [str(shown.year)])
    for mean in (NET, TAUGHT_CHANGE):
        low, high = mean + 1, mean + 2
        ends = f"${column_letter(low)}{first + 1}>0,${column_letter(high)}{first + 1}<0"
        bold = {"type": "formula", "criteria": f"=OR({ends})", "format": formats.clear}
        sheet.conditional_format(first, mean, row - 1, mean, bold)


def _estimated(facts: Roster, d: int) -> float:
    return float(len([field for field in facts.estimated[d].split("; ") if field]))


def _numbers(of: Differences, at: int) -> dict[int, float]:
    """The numbers of a district by column, as they are written."""
    plain = (
        (MEMBERS, of.membership), (BASELINE, of.baseline), (PAYMENT, of.payment), (STATIC, of.static),
        (LOST, of.dilution), (TAUGHT[0], of.taught[0]), (TAUGHT[1], of.taught[1]), (PATHWAYS[0], of.pathways[0]),
        (PATHWAYS[1], of.pathways[1]), (RECODED, of.reported[1] - of.taught[1]),
    )  # fmt: skip
    numbers = {column: rounded(float(values[at]), COLUMNS[column][2]) for column, values in plain}
    numbers[EACH] = rounded(float(of.per_member.mean[at]), DOLLARS)
    numbers[NET] = numbers[PAYMENT] - numbers[BASELINE] - numbers[LOST]
    if numbers[BASELINE] > 0.0:
        numbers[SHARE] = rounded(numbers[NET] / numbers[BASELINE], PERCENT)
    numbers[TAUGHT_CHANGE] = rounded(float(of.taught_change.mean[at]), DECIMAL)
    for mean, found in ((NET, of.net), (TAUGHT_CHANGE, of.taught_change)):
        ends = float(found.low[at]), float(found.high[at])
        numbers[mean + 1], numbers[mean + 2] = within(numbers[mean], *ends, COLUMNS[mean][2])
    return numbers


def _write_numbers(sheet: "Worksheet", row: int, numbers: dict[int, float]) -> Array:
    """Write a district's numbers, the net difference as a live formula; returns what is summed, by column."""
    excel = row + 1
    written = np.zeros(len(COLUMNS))
    for column, value in numbers.items():
        if column == NET:
            sheet.write_formula(row, NET, f"=G{excel}-F{excel}-{column_letter(LOST)}{excel}", None, value)
        elif np.isfinite(value):
            sheet.write_number(row, column, value)
        else:
            continue
        written[column] = value
    return written


def _totals(sheet: "Worksheet", formats: Formats, sums: Array, first: int, last: int) -> None:
    """Sums of the rows that the filter leaves, live."""
    for column, (_, _, style) in enumerate(COLUMNS):
        if column in SUMMED:
            letter = column_letter(column)
            live = f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{last + 1})"
            sheet.write_formula(TOTAL_ROW, column, live, formats.number(style, total=True), float(sums[column]))
        elif column < LOST:
            sheet.write_blank(TOTAL_ROW, column, None, formats.number("", total=True))
    sheet.write_string(TOTAL_ROW, 0, "Sum of the rows shown", formats.number("", total=True))


def write_about(book: "Workbook", formats: Formats, results: "Results", panel: Panel, facts: Roster) -> None:
    """Who the districts are and which of their facts are estimated, one row for each."""
    sheet = book.add_worksheet(ABOUT)
    note = "Facts of the base year. What is estimated was not observed for that district; the tables say how."
    set_up_table(sheet, formats, f"The {state_words().places}", note, ABOUT_COLUMNS, 2)
    mark_pages(sheet, f"The {state_words().places}", run_origin(results, panel.draws, panel.scenario))
    row = HEADER_ROW
    for row, d in enumerate(in_order(facts), start=HEADER_ROW + 1):
        texts = (
            panel.district_names[d], facts.name[d], state_words().kind(facts.kind[d]), facts.county[d],
            facts.size_class[d],
            facts.locale[d], facts.estimated[d],
        )  # fmt: skip
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)
    end_table(sheet, ABOUT_COLUMNS, row)
