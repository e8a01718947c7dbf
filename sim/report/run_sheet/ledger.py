"""The run sheet's ledgers, stage by stage from what is claimed to what is paid, and its page on equity."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, IntArray
from sim.funding.allocation import STAGES
from sim.report.run_sheet.layout import COUNT, DOLLARS, HEADER_ROW, PERCENT, Formats, mark_pages, set_up_table
from sim.report.shared.groups import Roster
from sim.report.shared.intervals import bands
from sim.report.shared.order import labels_where_shared
from sim.report.shared.origin import formula_origin, run_origin
from sim.report.shared.panel import Panel
from sim.study.bill.disparity import LIMIT, disparity

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results

STAGE_HEADINGS: dict[str, str] = {
    "claimed": "Claimed: prices x all counts",
    "entitlement": "Entitlement: within limits",
    "matched": "After the local share, effort and carry-over limit",
    "guaranteed": "After the minimum guarantee",
    "held_harmless": "After hold harmless",
    "capped": "After the growth cap",
    "phased_in": "After the phase-in: owed",
    "paid": "Paid, after proration",
}
"""The stages of a district's ledger as column headings."""

LEDGER_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("Fiscal year", 7, "0"),
    ("District or charter", 30, ""),
    ("Kind", 9, ""),
    ("Membership, grades 9-12", 11, COUNT),
    *((STAGE_HEADINGS[stage], 14, DOLLARS) for stage in STAGES),
    ("Share paid", 9, PERCENT),
    ("Paid, low (p05)", 14, DOLLARS),
    ("Paid, high (p95)", 14, DOLLARS),
    ("Static score: owed", 14, DOLLARS),
    ("Static score: paid", 14, DOLLARS),
    ("Identifier", 10, ""),
)
EQUITY_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("Formula", 28, ""),
    ("Fiscal year", 7, "0"),
    ("$ a member, 5th percentile", 13, DOLLARS),
    ("$ a member, 95th percentile", 13, DOLLARS),
    ("95/5 disparity", 11, "0%"),
    ("Disparity, low (p05)", 11, "0%"),
    ("Disparity, high (p95)", 11, "0%"),
    ("Draws without money at the 5th percentile", 14, "0%"),
)


def in_order(facts: Roster) -> IntArray:
    """Districts by name, then charters by name: places in the result tables."""
    return np.array(sorted(range(len(facts.name)), key=lambda d: (facts.kind[d] == "charter", facts.name[d])))


def write_ledger(sheet: "Worksheet", formats: Formats, results: "Results", panel: Panel, facts: Roster, f: int) -> None:
    """One row for each district and stored year, the statewide sum first: the stages of its ledger, means over draws in
    constant dollars, beside the static score of the same formula."""
    name = panel.formulas[f]
    origin = f"{run_origin(results, panel.draws, panel.scenario)}, {formula_origin(results, name)}"
    note = (
        f"{origin}. State CTE lines together, constant dollars of FY{panel.base_year}, means over draws; low and high: "
        "90% of draws. The static score is that of base-year counts, no one responding, competitive awards as "
        "expected. Estimates, not entitlements."
    )
    set_up_table(sheet, formats, f"{name}: ledger of payments, stage by stage", note, LEDGER_COLUMNS, 2)
    mark_pages(sheet, f"{name}: ledger", origin)
    prices = panel.district_prices()[f]
    stages = [panel.districts(stage)[f] / prices for stage in STAGES]
    membership = panel.districts("membership")[f].mean(axis=0)
    static = [panel.static(stage)[f].mean(axis=0) for stage in ("phased_in", "paid")]
    totals = [formats.number(style, total=True) for _, _, style in LEDGER_COLUMNS]
    order = in_order(facts)
    named = labels_where_shared(facts.name, panel.district_names)
    row = HEADER_ROW + 1
    for y, year in enumerate(panel.district_years):
        if year <= panel.base_year:
            continue
        sums = bands(stages[-1][:, y].sum(axis=-1), axis=0)
        whole = [float(stage[:, y].sum(axis=-1).mean()) for stage in stages]
        numbers = (float(membership[y].sum()), *whole, None, float(sums.low), float(sums.high))
        _ledger_row(sheet, row, int(year), ("All districts and charters", "state", ""), numbers, totals)
        for place, held in enumerate(static):
            if np.isfinite(held).all():
                sheet.write_number(row, 15 + place, float(held.sum()), totals[15 + place])
        row += 1
        means = [stage[:, y].mean(axis=0) for stage in stages]
        paid = bands(stages[-1][:, y], axis=0)
        for d in order:
            numbers = (
                float(membership[y, d]),
                *(float(stage[d]) for stage in means),
                None,
                float(paid.low[d]),
                float(paid.high[d]),
                *(float(held[d]) if np.isfinite(held[d]) else None for held in static),
            )
            who = (named[d], facts.kind[d], panel.district_names[d])
            _ledger_row(sheet, row, int(year), who, numbers, None)
            row += 1
    sheet.autofilter(HEADER_ROW, 0, row - 1, len(LEDGER_COLUMNS) - 1)


def _ledger_row(
    sheet: "Worksheet",
    row: int,
    year: int,
    who: tuple[str, str, str],
    numbers: tuple[float | None, ...],
    formats: "list[Format] | None",
) -> None:
    """Year, who, and ``numbers`` from the membership on; the share paid is a live formula."""

    def style(column: int) -> "Format | None":
        return formats[column] if formats else None

    sheet.write_number(row, 0, year, style(0))
    sheet.write_string(row, 1, who[0], style(1))
    sheet.write_string(row, 2, who[1], style(2))
    for column, value in enumerate(numbers, start=3):
        if value is not None:
            sheet.write_number(row, column, value, style(column))
    owed, paid = numbers[len(STAGES) - 1], numbers[len(STAGES)]
    share = paid / owed if owed and paid is not None else 1.0
    sheet.write_formula(row, 12, f"=IF(K{row + 1}>0,L{row + 1}/K{row + 1},1)", style(12), share)
    if who[2]:
        sheet.write_string(row, 17, who[2], style(17))


def write_equity(book: "Workbook", formats: Formats, results: "Results", panel: Panel, net: Array) -> None:
    """The federal 95/5 disparity of what state CTE money leaves a district with a member, by formula and stored year.

    ``net`` ``[F, R, Y, D]`` are constant dollars. A draw in which the districts of the 5th percentile get nothing has
    no finite disparity; such draws are counted and left out of the others' mean.
    """
    sheet = book.add_worksheet("Equity")
    origin = run_origin(results, panel.draws, panel.scenario)
    note = (
        f"{origin}. Dollars a member of net state CTE money; districts ranked by it, percentiles at 5% and 95% of "
        f"cumulative members (34 CFR 222.162; a state passes with {LIMIT:.0%} for all its revenue, which is far more "
        "than CTE money). Low and high: 90% of draws."
    )
    set_up_table(sheet, formats, "How equally CTE money is spread: the federal disparity test", note, EQUITY_COLUMNS, 2)
    mark_pages(sheet, "Equity", origin)
    members = panel.districts("membership")
    row = HEADER_ROW + 1
    for f, name in enumerate(panel.formulas):
        for y, year in enumerate(panel.district_years):
            found = [disparity(net[f, r, y], members[f, r, y]) for r in range(panel.draws)]
            shares = np.array([one.share for one in found])
            finite = np.isfinite(shares)
            sheet.write_string(row, 0, name)
            sheet.write_number(row, 1, int(year))
            for column, values in ((2, [one.low for one in found]), (3, [one.high for one in found])):
                sheet.write_number(row, column, float(np.mean(values)))
            if finite.any():
                spread = bands(shares[finite], axis=0)
                for column, value in enumerate((spread.mean, spread.low, spread.high), start=4):
                    sheet.write_number(row, column, float(value))
            else:
                sheet.write_string(row, 4, "n/a")
            sheet.write_number(row, 7, float(1.0 - finite.mean()))
            row += 1
    sheet.autofilter(HEADER_ROW, 0, row - 1, len(EQUITY_COLUMNS) - 1)
