"""The district run sheet: a workbook that sets every formula against the baseline, district by district and year by
year, as state education agencies attach them to bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.run_sheet.across import write_across
from sim.report.run_sheet.layout import (
    COLUMNS,
    DISTRIBUTION_COLUMNS,
    HEADER_ROW,
    Formats,
    mark_pages,
    set_up_table,
    sheet_name,
    write_cover,
)
from sim.report.run_sheet.ledger import in_order, write_equity, write_ledger
from sim.report.shared.figure_style import plain
from sim.report.shared.groups import Group, Roster, groups, net_payment, roster
from sim.report.shared.intervals import Bands, bands, paired
from sim.report.shared.order import labels_where_shared, ranks
from sim.report.shared.origin import formula_origin, run_origin
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results
    from sim.world.world import World


@dataclass(frozen=True)
class _Columns:
    """The panel's district columns, ``[F, R, Y, D]``; money in constant dollars."""

    membership: Array
    payment: Array
    static: Array
    dilution: Array
    net: Array
    pathways: Array
    taught: Array
    reported: Array


def write_run_sheet(results: "Results", world: "World", path: Path, scenario: str | None = None) -> Path | None:
    """Write the workbook; None if there is no baseline to compare with or districts were not stored.

    Sheets: a cover that says how to read it; the distribution over groups of districts, the federal disparity, and
    percentiles of the change over districts; for each formula but the baseline the comparison with it, with a statewide
    row first in each year; and for every formula the ledger, stage by stage. Money is in constant dollars of the base
    year.
    Intervals hold 90% of draws of the difference within each draw.
    """
    panel = Panel(results, scenario)
    if panel.baseline is None or not panel.others or not panel.district_names:
        return None
    from xlsxwriter import Workbook

    path.parent.mkdir(parents=True, exist_ok=True)
    prices = panel.district_prices()
    held = _Columns(
        panel.districts("membership"),
        panel.districts("paid") / prices,
        np.broadcast_to(panel.static("paid")[:, :, None], panel.districts("paid").shape),
        panel.districts("dilution") / prices,
        net_payment(panel),
        panel.districts("pathways"),
        panel.districts("concentrators_taught"),
        panel.districts("concentrators"),
    )
    facts = roster(panel, world)
    with Workbook(path, {"nan_inf_to_errors": False}) as book:
        origin = run_origin(results, panel.draws, panel.scenario)
        book.set_properties({"title": "District run sheet", "comments": origin})
        formats = Formats(book)
        write_cover(book, formats, results, panel, facts)
        _distribution(book, formats, results, panel, held, groups(panel, world))
        write_equity(book, formats, results, panel, held.net)
        write_across(book, formats, results, panel)
        used = {"cover", "distribution", "equity", "across districts", "history"}
        for f in panel.others:
            sheet = book.add_worksheet(sheet_name(panel.formulas[f], used))
            _formula_sheet(sheet, formats, results, panel, held, facts, f)
        for f in range(len(panel.formulas)):
            write_ledger(
                book.add_worksheet(sheet_name(f"{panel.formulas[f]} ledger", used)), formats, results, panel, facts, f
            )
    return path


def _formula_sheet(
    sheet: "Worksheet",
    formats: Formats,
    results: "Results",
    panel: Panel,
    held: _Columns,
    facts: Roster,
    f: int,
) -> None:
    assert panel.baseline is not None
    b = panel.baseline
    name = panel.formulas[f]
    origin = f"{run_origin(results, panel.draws, panel.scenario)}, {formula_origin(results, name)}"
    note = (
        f"{origin}. Constant dollars of FY{panel.base_year}, means over draws; low and high: 90% of draws of the "
        f"difference from {plain(panel.formulas[b])} within each draw. Estimates, not entitlements."
    )
    set_up_table(sheet, formats, f"{name}: {panel.titles[f]}", note, COLUMNS, 2)
    mark_pages(sheet, f"{name} against {panel.formulas[b]}", origin)
    order = in_order(facts)
    named = labels_where_shared(facts.name, panel.district_names)
    totals = [formats.number(style, total=True) for _, _, style in COLUMNS]
    row, breaks = HEADER_ROW + 1, []
    for y, year in enumerate(panel.district_years):
        if year <= panel.base_year:
            continue
        if row > HEADER_ROW + 1:
            breaks.append(row)
        state = _differences(held, f, b, y, order, together=True)
        each = _differences(held, f, b, y, order, together=False)
        rank = ranks(each.per_member.mean)
        who = ("All districts and charters", "state", "", "")
        _write_row(sheet, row, int(year), who, state, 0, None, ("", "", ""), totals)
        row += 1
        for place, d in enumerate(order):
            who = (named[d], facts.kind[d], facts.size_class[d], facts.locale[d])
            last = (panel.district_names[d], facts.county[d], facts.estimated[d])
            _write_row(sheet, row, int(year), who, each, place, int(rank[place]), last, None)
            row += 1
    sheet.autofilter(HEADER_ROW, 0, row - 1, len(COLUMNS) - 1)
    sheet.set_h_pagebreaks(breaks)


@dataclass(frozen=True)
class _Differences:
    """A formula against the baseline in one year, each field by district in the order asked for, or statewide."""

    membership: Array
    baseline: Array
    payment: Array
    static: Array
    dilution: Array
    net: Bands
    per_member: Bands
    pathways: tuple[Array, Array]
    taught: tuple[Array, Array]
    taught_change: Bands
    reported: tuple[Array, Array]


def _differences(held: _Columns, f: int, b: int, y: int, which: IntArray, together: bool) -> _Differences:
    """Means and paired differences of the districts ``which``, or of their sum within each draw."""

    def of(values: Array, formula: int) -> Array:
        chosen = values[formula, :, y, :][:, which]
        return chosen.sum(axis=1, keepdims=True) if together else chosen

    membership = of(held.membership, f)
    change = of(held.net, f) - of(held.net, b)
    each = np.divide(change, membership, out=np.zeros_like(change), where=membership > 0)
    return _Differences(
        membership.mean(axis=0),
        of(held.payment, b).mean(axis=0),
        of(held.payment, f).mean(axis=0),
        of(held.static, f).mean(axis=0),
        (of(held.dilution, f) - of(held.dilution, b)).mean(axis=0),
        bands(change, axis=0),
        bands(each, axis=0),
        (of(held.pathways, b).mean(axis=0), of(held.pathways, f).mean(axis=0)),
        (of(held.taught, b).mean(axis=0), of(held.taught, f).mean(axis=0)),
        paired(of(held.taught, f), of(held.taught, b), axis=0),
        (of(held.reported, b).mean(axis=0), of(held.reported, f).mean(axis=0)),
    )


def _write_row(
    sheet: "Worksheet",
    row: int,
    year: int,
    who: tuple[str, str, str, str],
    of: _Differences,
    at: int,
    rank: int | None,
    last: tuple[str, str, str],
    formats: "list[Format] | None",
) -> None:
    """One line of a formula's sheet. The net difference and its share are live formulas, so that they can be traced."""

    def put(column: int, value: Any) -> None:
        style = formats[column] if formats else None
        if isinstance(value, str):
            sheet.write_string(row, column, value, style) if value or style else None
        elif value is None or np.isnan(value):
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, float(value), style)

    excel = row + 1
    net, each, change = of.net, of.per_member, of.taught_change
    put(0, year)
    for column, text in enumerate(who, start=1):
        put(column, text)
    for column, value in enumerate((of.membership, of.baseline, of.payment, of.static, of.dilution), start=5):
        put(column, value[at])
    style = formats[10] if formats else None
    sheet.write_formula(row, 10, f"=H{excel}-G{excel}-J{excel}", style, float(net.mean[at]))
    put(11, net.low[at])
    put(12, net.high[at])
    style = formats[13] if formats else None
    share: float | str = float(net.mean[at] / of.baseline[at]) if of.baseline[at] > 0 else "n/a"
    sheet.write_formula(row, 13, f'=IF(G{excel}>0,K{excel}/G{excel},"n/a")', style, share)
    for column, value in enumerate((each.mean, each.low, each.high), start=14):
        put(column, value[at])
    put(17, rank)
    recoded = of.reported[1] - of.taught[1]
    numbers = (*of.pathways, *of.taught, change.mean, change.low, change.high, *of.reported, recoded)
    for column, value in enumerate(numbers, start=18):
        put(column, value[at])
    for column, text in enumerate(last, start=28):
        put(column, text)


def _distribution(
    book: "Workbook",
    formats: Formats,
    results: "Results",
    panel: Panel,
    held: _Columns,
    held_groups: Sequence[Group],
) -> None:
    assert panel.baseline is not None
    b = panel.baseline
    sheet = book.add_worksheet("Distribution")
    note = (
        f"{run_origin(results, panel.draws, panel.scenario)}. Constant dollars of FY{panel.base_year}, means over "
        "draws; low and high: 90% of draws of the difference from the baseline within each draw. Poverty quarters hold "
        "equally many districts, those of one share together; without enough different shares there are none."
    )
    set_up_table(sheet, formats, "Who gains and who loses, by group of districts", note, DISTRIBUTION_COLUMNS, 4)
    mark_pages(sheet, "Distribution", run_origin(results, panel.draws, panel.scenario))
    row = HEADER_ROW + 1
    for f in panel.others:
        for y, year in enumerate(panel.district_years):
            if year <= panel.base_year:
                continue
            each = bands(held.net[f, :, y] - held.net[b, :, y], axis=0)
            gain, lose = each.low > 0.5, each.high < -0.5
            for group in held_groups:
                members = np.flatnonzero(group.members)
                of = _differences(held, f, b, y, members, together=True)
                change = of.taught_change
                texts = (panel.formulas[f], None, group.by, group.name)
                for column, text in enumerate(texts):
                    if text:
                        sheet.write_string(row, column, text)
                sheet.write_number(row, 1, int(year))
                clear = (int(gain[members].sum()), int(lose[members].sum()))
                numbers = (
                    len(members),
                    *(float(v[0]) for v in (of.membership, of.baseline, of.payment)),
                    *(float(v[0]) for v in (of.net.mean, of.net.low, of.net.high)),
                    *(float(v[0]) for v in (of.per_member.mean, of.per_member.low, of.per_member.high)),
                    *(float(v[0]) for v in (of.taught[0], change.mean, change.low, change.high)),
                    float(of.reported[1][0] - of.reported[0][0]),
                    *clear,
                    len(members) - sum(clear),
                )
                for column, value in enumerate(numbers, start=4):
                    sheet.write_number(row, column, value)
                row += 1
    sheet.autofilter(HEADER_ROW, 0, row - 1, len(DISTRIBUTION_COLUMNS) - 1)
