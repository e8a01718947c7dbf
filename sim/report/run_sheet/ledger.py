"""The run sheet's ledger: of every formula, district by district, from what is claimed to what is paid."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.funding.allocation import STAGES
from sim.report.run_sheet.districts import Shown, in_order, shown_years
from sim.report.run_sheet.layout import (
    BELOW_TOTAL,
    COUNT,
    DOLLARS,
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
from sim.report.shared.intervals import bands
from sim.report.shared.order import labels_where_shared
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results

LEDGER = "Ledger"

STAGE_HEADINGS: dict[str, str] = {
    "claimed": "Claimed: prices x all counts",
    "entitlement": "Entitlement: within limits",
    "matched": "After local share, effort, carry-over limit, share cap and maximum",
    "guaranteed": "After the minimum guarantee",
    "held_harmless": "After hold harmless",
    "capped": "After the growth cap",
    "phased_in": "After the phase-in: owed",
    "paid": "Paid, after proration",
}
"""The stages of a district's ledger as column headings."""

ALWAYS = frozenset({"claimed", "phased_in", "paid"})
"""Stages that have a column whatever they do; another has one where it changes what any district gets."""

LEDGER_YEARS = (1, 5)
"""Years after the base year of which the ledger is shown."""

WHO: Columns = (
    ("Formula", 27, ""),
    ("Fiscal year", 8, YEAR),
    ("{Place}", 36, NAME),
    ("Kind", 9, ""),
    ("Members", 10, COUNT),
)


def write_ledger(
    book: "Workbook", formats: Formats, results: "Results", panel: Panel, facts: Roster, shown: Shown
) -> None:
    """One row for each formula, the baseline too, year and district: the stages of its ledger, means over draws in
    constant dollars, beside the static score of the same formula. Above the headings the sums of the rows shown."""
    sheet = book.add_worksheet(LEDGER)
    prices = panel.district_prices()
    held = {stage: (panel.districts(stage) / prices).mean(axis=1) for stage in STAGES}
    stages = _that_differ(held)
    at_stage = len(WHO)
    columns: Columns = (
        *WHO,
        *((STAGE_HEADINGS[stage], 13, DOLLARS) for stage in stages),
        ("Share paid", 9, PERCENT),
        ("Paid, low (p05)", 12, DOLLARS),
        ("Paid, high (p95)", 12, DOLLARS),
        ("Static score: owed", 12, DOLLARS),
        ("Static score: paid", 12, DOLLARS),
        ("Identifier", 10, ""),
    )
    left_out = [STAGE_HEADINGS[stage].lower() for stage in STAGES if stage not in stages]
    without = f" Stages that change nothing here have no column ({'; '.join(left_out)})." if left_out else ""
    note = (
        f"State CTE lines together, constant dollars of FY{panel.base_year}, means over draws; low and high: 90% of "
        "draws. The static score is that of base-year counts, no one responding, competitive awards as expected. "
        f"Filtered as the page of districts is.{without}"
    )
    title = "Ledger of payments, stage by stage"
    set_up_table(sheet, formats, title, note, columns, 3, BELOW_TOTAL)
    mark_pages(sheet, title, run_origin(results, panel.draws, panel.scenario))
    names = labels_where_shared(facts.name, panel.district_names)
    years = [y for y in shown_years(panel) if panel.district_years[y] - panel.base_year in LEDGER_YEARS]
    years = years or shown_years(panel)[-1:]
    first_year = shown.year if shown.year in panel.district_years[years] else int(panel.district_years[years[0]])
    row = first = BELOW_TOTAL + 1
    sums = np.zeros(len(columns))
    share = at_stage + len(stages)
    static = [panel.static(stage).mean(axis=1) for stage in ("phased_in", "paid")]
    members = panel.districts("membership").mean(axis=1)
    paid = bands(panel.districts("paid") / prices, axis=1)
    for d in in_order(facts):  # rows of one district stand together, as on the page of districts
        for y, f in ((y, f) for y in years for f in range(len(panel.formulas))):
            year = int(panel.district_years[y])
            texts = {
                0: panel.short_titles[f],
                2: names[d],
                3: state_words().kind(facts.kind[d]),
                len(columns) - 1: panel.district_names[d],
            }
            for column, text in texts.items():
                sheet.write_string(row, column, text)
            sheet.write_number(row, 1, year)
            numbers = {4: rounded(float(members[f, y, d]), COUNT)}
            for place, stage in enumerate(stages, start=at_stage):
                numbers[place] = rounded(float(held[stage][f, y, d]), DOLLARS)
            ends = within(numbers[share - 1], float(paid.low[f, y, d]), float(paid.high[f, y, d]), DOLLARS)
            numbers[share + 1], numbers[share + 2] = ends
            numbers |= {
                share + 3 + place: rounded(float(of[f, d]), DOLLARS)
                for place, of in enumerate(static)
                if np.isfinite(of[f, d])
            }
            for column, value in numbers.items():
                sheet.write_number(row, column, value)
            part = numbers[share - 1] / numbers[share - 2] if numbers[share - 2] else 1.0
            sheet.write_number(row, share, rounded(part, PERCENT))
            if (f, year) == (shown.formula, first_year):
                for column, value in numbers.items():
                    sums[column] += value
            else:
                sheet.set_row(row, None, None, {"hidden": True})
            row += 1
    summed = {4, *range(at_stage, share), share + 3, share + 4}
    _totals(sheet, formats, columns, summed, sums, first, row - 1)
    end_table(sheet, columns, row - 1, BELOW_TOTAL)
    sheet.filter_column_list(0, [panel.short_titles[shown.formula]])
    sheet.filter_column_list(1, [str(first_year)])


def _that_differ(held: dict[str, Array]) -> list[str]:
    """The stages that change what any district gets by half a dollar, and those that are always shown."""
    kept = []
    before: Array | None = None
    for stage in STAGES:
        changes = before is None or bool((np.abs(held[stage] - before) >= 0.5).any())
        if stage in ALWAYS or changes:
            kept.append(stage)
        before = held[stage]
    return kept


def _totals(
    sheet: "Worksheet", formats: Formats, columns: Columns, summed: set[int], sums: Array, first: int, last: int
) -> None:
    for column, (_, _, style) in enumerate(columns[:-1]):
        if column in summed:
            letter = column_letter(column)
            live = f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{last + 1})"
            sheet.write_formula(TOTAL_ROW, column, live, formats.number(style, total=True), float(sums[column]))
        else:
            sheet.write_blank(TOTAL_ROW, column, None, formats.number("", total=True))
    sheet.write_string(TOTAL_ROW, 0, "Sum of the rows shown", formats.number("", total=True))
