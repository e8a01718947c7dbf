"""How the district run sheet looks: columns, number formats, cover, print set-up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.shared.groups import Roster
from sim.report.shared.origin import formula_origin, run_origin
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results

DOLLARS = "[>=0.5]$#,##0;[<=-0.5][Red]-$#,##0;$0"
COUNT = "#,##0"
DECIMAL = "[>=0.05]#,##0.0;[<=-0.05][Red]-#,##0.0;0.0"
PERCENT = "[>=0.0005]0.0%;[<=-0.0005][Red]-0.0%;0.0%"
"""Number formats. What rounds to zero is shown as zero, without a sign and not in red."""

COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("Fiscal year", 7, "0"),
    ("District or charter", 30, ""),
    ("Kind", 9, ""),
    ("Size class", 13, ""),
    ("Locale", 8, ""),
    ("Membership, grades 9-12", 11, COUNT),
    ("State payment, baseline", 13, DOLLARS),
    ("State payment, formula", 13, DOLLARS),
    ("Static score of the formula, no one responding", 13, DOLLARS),
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
    ("Concentrators taught, baseline", 13, DECIMAL),
    ("Concentrators taught, formula", 13, DECIMAL),
    ("Taught, difference", 12, DECIMAL),
    ("Taught, low (p05)", 12, DECIMAL),
    ("Taught, high (p95)", 12, DECIMAL),
    ("Concentrators reported, baseline", 13, DECIMAL),
    ("Concentrators reported, formula", 13, DECIMAL),
    ("of these recoded, formula", 12, DECIMAL),
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
    ("Concentrators taught, baseline", 13, DECIMAL),
    ("Taught, difference", 13, DECIMAL),
    ("Taught, low (p05)", 13, DECIMAL),
    ("Taught, high (p95)", 13, DECIMAL),
    ("Concentrators reported, difference", 13, DECIMAL),
    ("Clearly gain", 8, COUNT),
    ("Clearly lose", 8, COUNT),
    ("Neither", 8, COUNT),
)

HEADER_ROW = 2
"""Rows above the column headings: the sheet's title and what its intervals are."""

TOTAL_ROW, BELOW_TOTAL = HEADER_ROW, HEADER_ROW + 1
"""Where a sheet of one sum has it, and the column headings below it: outside the rows that are sorted and filtered, so
that the sum never moves among the districts."""


class Formats:
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
        """The format of a number, or of text if ``style`` is empty."""
        if (style, total) not in self._made:
            made = {"num_format": style} if style else {}
            self._made[style, total] = self._book.add_format(
                {**made, **({"bold": True, "top": 1, "bg_color": "#F3F3F3"} if total else {})}
            )
        return self._made[style, total]


def write_cover(book: "Workbook", formats: Formats, results: "Results", panel: Panel, facts: Roster) -> None:
    """The cover: where the numbers come from, how to read them, what they are not, and the formulas."""
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
        ("Run", run_origin(results, panel.draws, panel.scenario)),
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
            "Static score",
            "What the formula would pay if every district counted as in the base year and no one responded, under the "
            "rules of its first year (a phase-in or a cap may bind then). The payment beside it is the behavioral "
            "score: districts respond, and each year's own rules hold.",
        ),
        (
            "Ledger sheets",
            "Every stage from what is claimed to what is paid, district by district and year by year, for each "
            "formula and for the baseline.",
        ),
        (
            "Across districts sheet",
            "How unequal the change is: percentiles over districts of the change in each district's rate.",
        ),
        (
            "Equity sheet",
            "The federal 95/5 disparity of state CTE money a member (34 CFR 222.162).",
        ),
        (
            "Low and high",
            "5th and 95th percentile over draws of the difference from the baseline within each draw: 90% of draws. "
            f"{panel.covers}",
        ),
        (
            "Concentrators",
            "Taught: completed a second course of one pathway in the year. Recoded: reported besides, as sequences "
            "were re-cut around courses that students take anyway. Reported, which the state counts and pays: both.",
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
    sheet.write_string(row, 1, "Title, source and version", formats.header)
    for number, f in enumerate(range(len(panel.formulas)), start=row + 1):
        source = str((manifest.formulas.get(panel.formulas[f]) or {}).get("source") or "")
        sheet.write_string(number, 0, panel.formulas[f], formats.label)
        said = f"{panel.titles[f]}. {source}".strip()
        sheet.write_string(number, 1, f"{said} ({formula_origin(results, panel.formulas[f])})", formats.wrap)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    mark_pages(sheet, "Cover", run_origin(results, panel.draws, panel.scenario))


def mark_pages(sheet: "Worksheet", name: str, origin: str) -> None:
    """Print header and footer."""

    def escaped(text: str) -> str:
        return text.replace("&", "&&")

    sheet.set_header(f"&L&9{escaped(name)[:80]}&R&9Estimates, not entitlements")
    sheet.set_footer(f"&L&8{escaped(origin)[:200]}&R&8&P of &N")


def set_up_table(
    sheet: "Worksheet",
    formats: Formats,
    title: str,
    note: str,
    columns: Sequence[tuple[str, int, str]],
    frozen: int,
    header_row: int = HEADER_ROW,
) -> None:
    """Title, note, headings, widths, number formats, frozen panes and print set-up of a sheet."""
    sheet.write_string(0, 0, title, formats.title)
    sheet.write_string(1, 0, note, formats.note)
    for column, (heading, width, style) in enumerate(columns):
        sheet.set_column(column, column, width, formats.number(style))
        sheet.write_string(header_row, column, heading, formats.header)
    sheet.set_row(header_row, 62)
    sheet.freeze_panes(header_row + 1, frozen)
    sheet.set_landscape()
    sheet.set_paper(5)  # legal: as many columns as a run sheet has
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header_row)


def sheet_name(formula: str, used: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\, unlike any other whatever the case."""
    base = "".join("_" if sign in "[]:*?/\\'" else sign for sign in formula)[:31] or "formula"
    name, number = base, 2
    while name.lower() in used:
        name = f"{base[: 31 - len(str(number)) - 1]}_{number}"
        number += 1
    used.add(name.lower())
    return name
