"""The district run sheet: a workbook that sets every formula against the baseline, district by district and year by
year, as state education agencies attach them to bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.figure_style import plain, short
from sim.report.groups import Group, Roster, groups, net_payment, roster
from sim.report.intervals import COVERS, Bands, bands, paired
from sim.report.panel import Panel

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results
    from sim.world.world import World

DOLLARS, COUNT, DECIMAL, PERCENT = "$#,##0;[Red]-$#,##0", "#,##0", "#,##0.0;[Red]-#,##0.0", "0.0%;[Red]-0.0%"

COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("Fiscal year", 7, "0"),
    ("District or charter", 30, ""),
    ("Kind", 9, ""),
    ("Size class", 13, ""),
    ("Locale", 8, ""),
    ("Membership, grades 9-12", 11, COUNT),
    ("State payment, baseline", 13, DOLLARS),
    ("State payment, formula", 13, DOLLARS),
    ("SEG money lost to a lower unit value, change", 13, DOLLARS),
    ("Difference, net", 13, DOLLARS),
    ("Difference, low (p05)", 13, DOLLARS),
    ("Difference, high (p95)", 13, DOLLARS),
    ("Difference, % of baseline", 10, PERCENT),
    ("Difference for each member", 11, DOLLARS),
    ("For each member, low (p05)", 11, DOLLARS),
    ("For each member, high (p95)", 11, DOLLARS),
    ("Rank by gain for each member", 8, "0"),
    ("Pathways, baseline", 9, DECIMAL),
    ("Pathways, formula", 9, DECIMAL),
    ("Concentrators, baseline", 12, DECIMAL),
    ("Concentrators, formula", 12, DECIMAL),
    ("Concentrators, difference", 12, DECIMAL),
    ("Concentrators, low (p05)", 12, DECIMAL),
    ("Concentrators, high (p95)", 12, DECIMAL),
    ("Identifier", 10, ""),
    ("County", 14, ""),
    ("Estimated fields", 26, ""),
)
"""Heading, width in characters and number format of a formula's sheet."""

DISTRIBUTION_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("Formula", 24, ""),
    ("Fiscal year", 7, "0"),
    ("Grouped by", 15, ""),
    ("Group", 26, ""),
    ("Districts and charters", 10, COUNT),
    ("Membership, grades 9-12", 12, COUNT),
    ("State payment, baseline", 14, DOLLARS),
    ("State payment, formula", 14, DOLLARS),
    ("Difference, net", 14, DOLLARS),
    ("Difference, low (p05)", 14, DOLLARS),
    ("Difference, high (p95)", 14, DOLLARS),
    ("Difference for each member", 12, DOLLARS),
    ("For each member, low (p05)", 12, DOLLARS),
    ("For each member, high (p95)", 12, DOLLARS),
    ("Concentrators, baseline", 13, DECIMAL),
    ("Concentrators, difference", 13, DECIMAL),
    ("Concentrators, low (p05)", 13, DECIMAL),
    ("Concentrators, high (p95)", 13, DECIMAL),
    ("Clearly gain", 8, COUNT),
    ("Clearly lose", 8, COUNT),
    ("Neither", 8, COUNT),
)

HEADER_ROW = 2
"""Rows above the column headings: the sheet's title and what its intervals are."""


@dataclass(frozen=True)
class _Columns:
    """The panel's district columns, ``[F, R, Y, D]``; money in constant dollars."""

    membership: Array
    payment: Array
    dilution: Array
    net: Array
    pathways: Array
    concentrators: Array


def write_run_sheet(results: "Results", world: "World", path: Path, scenario: str | None = None) -> Path | None:
    """Write the workbook; None if there is no baseline to compare with or districts were not stored.

    Sheets: a cover that says how to read it; the distribution over groups of districts; one sheet for each formula
    but the baseline, with a statewide row first in each year. Money is in constant dollars of the base year.
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
        panel.districts("state_paid") / prices,
        panel.districts("dilution") / prices,
        net_payment(panel),
        panel.districts("pathways"),
        panel.districts("concentrators"),
    )
    facts = roster(panel, world)
    with Workbook(path, {"nan_inf_to_errors": False}) as book:
        book.set_properties({"title": "District run sheet", "comments": _origin(results, panel)})
        formats = _Formats(book)
        _cover(book, formats, results, panel, facts)
        _distribution(book, formats, results, panel, held, groups(panel, world))
        used = {"cover", "distribution", "history"}
        for f in panel.others:
            sheet = book.add_worksheet(_sheet_name(panel.formulas[f], used))
            _formula_sheet(sheet, formats, results, panel, held, facts, f)
    return path


class _Formats:
    """Cell formats by number format and whether the row is a total."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"italic": True, "font_color": "#404040"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.label = book.add_format({"bold": True, "valign": "top"})
        self.header = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#E7ECF1"}
        )

    def number(self, style: str, total: bool = False) -> "Format":
        if (style, total) not in self._made:
            made = {"num_format": style} if style else {}
            self._made[style, total] = self._book.add_format(
                {**made, **({"bold": True, "top": 1, "bg_color": "#F3F3F3"} if total else {})}
            )
        return self._made[style, total]


def _origin(results: "Results", panel: Panel) -> str:
    manifest = results.manifest
    return (
        f"Run {short(manifest.config_hash)} of {str(manifest.created)[:10]}, CTE funding simulation "
        f"{manifest.code_version}, data {short(manifest.world_fingerprint)}, {panel.draws:,} draws, seed "
        f"{manifest.seed}, scenario {panel.scenario}"
    )


def _cover(book: "Workbook", formats: _Formats, results: "Results", panel: Panel, facts: Roster) -> None:
    assert panel.baseline is not None
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, "District run sheet: CTE funding formulas against current law", formats.title)
    estimated = sum(bool(fields) for fields in facts.estimated)
    years = ", ".join(f"FY{year}" for year in panel.district_years if year > panel.base_year)
    manifest = results.manifest
    lines = [
        ("These are estimates", "Simulated payments under stated assumptions; estimates, not entitlements."),
        ("Run", _origin(results, panel)),
        ("Configuration", str(manifest.config_hash)),
        ("Data fingerprint", str(manifest.world_fingerprint)),
        ("Baseline", f"{panel.formulas[panel.baseline]}: {panel.titles[panel.baseline]}"),
        ("Fiscal years", f"{years}. FY{panel.base_year} is the base year, equal in all formulas."),
        ("Dollars", f"Constant dollars of FY{panel.base_year}. Means over draws."),
        (
            "State payment",
            "What the state's CTE lines pay to the district. The net difference also counts SEG money that the "
            "district loses because added units lower the unit value.",
        ),
        (
            "Low and high",
            f"5th and 95th percentile over draws of the difference from the baseline within each draw: 90% of draws. "
            f"{COVERS}",
        ),
        ("Rank", "1 is the largest gain for each member (grades 9-12) in that fiscal year."),
        (
            "Clearly gain or lose",
            "In the distribution sheet: districts whose whole interval lies above, or below, zero; half a dollar "
            "counts as zero.",
        ),
        (
            "Estimated fields",
            f"{estimated} of {len(facts.name)} districts and charters have facts that are estimated, not observed; "
            "they are named in the last column of each formula's sheet.",
        ),
        ("Charters", "State-chartered schools stand as rows of their own, marked in the column Kind."),
        ("Filters", "Use the filter buttons to choose a year or group; the statewide row of a year has Kind 'state'."),
    ]
    for row, (label, text) in enumerate(lines, start=2):
        sheet.write_string(row, 0, label, formats.label)
        sheet.write_string(row, 1, text, formats.wrap)
    row = len(lines) + 3
    sheet.write_string(row, 0, "Formula", formats.header)
    sheet.write_string(row, 1, "Title and source", formats.header)
    for number, f in enumerate(range(len(panel.formulas)), start=row + 1):
        source = str((manifest.formulas.get(panel.formulas[f]) or {}).get("source") or "")
        sheet.write_string(number, 0, panel.formulas[f], formats.label)
        sheet.write_string(number, 1, f"{panel.titles[f]}. {source}".strip(), formats.wrap)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    _page_marks(sheet, "Cover", _origin(results, panel))


def _page_marks(sheet: "Worksheet", name: str, origin: str) -> None:
    def escaped(text: str) -> str:
        return text.replace("&", "&&")

    sheet.set_header(f"&L&9{escaped(name)[:80]}&R&9Estimates, not entitlements")
    sheet.set_footer(f"&L&8{escaped(origin)[:200]}&R&8&P of &N")


def _table(
    sheet: "Worksheet", formats: _Formats, title: str, note: str, columns: Sequence[tuple[str, int, str]], frozen: int
) -> None:
    """Title, note, headings, widths, number formats, frozen panes and print set-up of a sheet."""
    sheet.write_string(0, 0, title, formats.title)
    sheet.write_string(1, 0, note, formats.note)
    for column, (heading, width, style) in enumerate(columns):
        sheet.set_column(column, column, width, formats.number(style))
        sheet.write_string(HEADER_ROW, column, heading, formats.header)
    sheet.set_row(HEADER_ROW, 62)
    sheet.freeze_panes(HEADER_ROW + 1, frozen)
    sheet.set_landscape()
    sheet.set_paper(5)  # legal: as many columns as a run sheet has
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)


def _formula_sheet(
    sheet: "Worksheet",
    formats: _Formats,
    results: "Results",
    panel: Panel,
    held: _Columns,
    facts: Roster,
    f: int,
) -> None:
    assert panel.baseline is not None
    b = panel.baseline
    name = panel.formulas[f]
    note = (
        f"{_origin(results, panel)}. Constant dollars of FY{panel.base_year}, means over draws; low and high: 90% of "
        f"draws of the difference from {plain(panel.formulas[b])} within each draw. Estimates, not entitlements."
    )
    _table(sheet, formats, f"{name}: {panel.titles[f]}", note, COLUMNS, 2)
    _page_marks(sheet, f"{name} against {panel.formulas[b]}", _origin(results, panel))
    order = np.array(sorted(range(len(facts.name)), key=lambda d: (facts.kind[d] == "charter", facts.name[d])))
    totals = [formats.number(style, total=True) for _, _, style in COLUMNS]
    row, breaks = HEADER_ROW + 1, []
    for y, year in enumerate(panel.district_years):
        if year <= panel.base_year:
            continue
        if row > HEADER_ROW + 1:
            breaks.append(row)
        state = _differences(held, f, b, y, order, together=True)
        each = _differences(held, f, b, y, order, together=False)
        rank = np.empty(len(order), np.intp)
        rank[np.argsort(-each.per_member.mean, kind="stable")] = np.arange(1, len(order) + 1)
        who = ("All districts and charters", "state", "", "")
        _write_row(sheet, row, int(year), who, state, 0, None, ("", "", ""), totals)
        row += 1
        for place, d in enumerate(order):
            who = (facts.name[d], facts.kind[d], facts.size_class[d], facts.locale[d])
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
    dilution: Array
    net: Bands
    per_member: Bands
    pathways: tuple[Array, Array]
    concentrators: tuple[Array, Array]
    concentrators_change: Bands


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
        (of(held.dilution, f) - of(held.dilution, b)).mean(axis=0),
        bands(change, axis=0),
        bands(each, axis=0),
        (of(held.pathways, b).mean(axis=0), of(held.pathways, f).mean(axis=0)),
        (of(held.concentrators, b).mean(axis=0), of(held.concentrators, f).mean(axis=0)),
        paired(of(held.concentrators, f), of(held.concentrators, b), axis=0),
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
        elif value is None:
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, float(value), style)

    excel = row + 1
    net, each, change = of.net, of.per_member, of.concentrators_change
    put(0, year)
    for column, text in enumerate(who, start=1):
        put(column, text)
    for column, value in enumerate((of.membership, of.baseline, of.payment, of.dilution), start=5):
        put(column, value[at])
    style = formats[9] if formats else None
    sheet.write_formula(row, 9, f"=H{excel}-G{excel}-I{excel}", style, float(net.mean[at]))
    put(10, net.p05[at])
    put(11, net.p95[at])
    style = formats[12] if formats else None
    share: float | str = float(net.mean[at] / of.baseline[at]) if of.baseline[at] > 0 else "n/a"
    sheet.write_formula(row, 12, f'=IF(G{excel}>0,J{excel}/G{excel},"n/a")', style, share)
    for column, value in enumerate((each.mean, each.p05, each.p95), start=13):
        put(column, value[at])
    put(16, rank)
    numbers = (*of.pathways, *of.concentrators, change.mean, change.p05, change.p95)
    for column, value in enumerate(numbers, start=17):
        put(column, value[at])
    for column, text in enumerate(last, start=24):
        put(column, text)


def _distribution(
    book: "Workbook",
    formats: _Formats,
    results: "Results",
    panel: Panel,
    held: _Columns,
    held_groups: Sequence[Group],
) -> None:
    assert panel.baseline is not None
    b = panel.baseline
    sheet = book.add_worksheet("Distribution")
    note = (
        f"{_origin(results, panel)}. Constant dollars of FY{panel.base_year}, means over draws; low and high: 90% of "
        "draws of the difference from the baseline within each draw. Poverty quarters hold equally many districts."
    )
    _table(sheet, formats, "Who gains and who loses, by group of districts", note, DISTRIBUTION_COLUMNS, 4)
    _page_marks(sheet, "Distribution", _origin(results, panel))
    row = HEADER_ROW + 1
    for f in panel.others:
        for y, year in enumerate(panel.district_years):
            if year <= panel.base_year:
                continue
            each = bands(held.net[f, :, y] - held.net[b, :, y], axis=0)
            gain, lose = each.p05 > 0.5, each.p95 < -0.5
            for group in held_groups:
                members = np.flatnonzero(group.members)
                of = _differences(held, f, b, y, members, together=True)
                change = of.concentrators_change
                texts = (panel.formulas[f], None, group.by, group.name)
                for column, text in enumerate(texts):
                    if text:
                        sheet.write_string(row, column, text)
                sheet.write_number(row, 1, int(year))
                clear = (int(gain[members].sum()), int(lose[members].sum()))
                numbers = (
                    len(members),
                    *(float(v[0]) for v in (of.membership, of.baseline, of.payment)),
                    *(float(v[0]) for v in (of.net.mean, of.net.p05, of.net.p95)),
                    *(float(v[0]) for v in (of.per_member.mean, of.per_member.p05, of.per_member.p95)),
                    *(float(v[0]) for v in (of.concentrators[0], change.mean, change.p05, change.p95)),
                    *clear,
                    len(members) - sum(clear),
                )
                for column, value in enumerate(numbers, start=4):
                    sheet.write_number(row, column, value)
                row += 1
    sheet.autofilter(HEADER_ROW, 0, row - 1, len(DISTRIBUTION_COLUMNS) - 1)


def _sheet_name(formula: str, used: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\, unlike any other whatever the case."""
    base = "".join("_" if sign in "[]:*?/\\'" else sign for sign in formula)[:31] or "formula"
    name, number = base, 2
    while name.lower() in used:
        name = f"{base[: 31 - len(str(number)) - 1]}_{number}"
        number += 1
    used.add(name.lower())
    return name
