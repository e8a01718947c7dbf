"""How workbooks for districts look: number formats, columns, rows that wrap, print set-up."""

import textwrap
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from sim.states.speaking import state_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

DOLLARS = "[>=0.5]$#,##0;[<=-0.5]-$#,##0;$0"
COUNT = "#,##0"
DECIMAL = "[>=0.05]#,##0.0;[<=-0.05]-#,##0.0;0.0"
PERCENT = "[>=0.0005]0.0%;[<=-0.0005]-0.0%;0.0%"
"""Number formats. What rounds to zero is shown as zero and without a sign."""

MORE_DOLLARS = "[>=0.5]▲ $#,##0;[<=-0.5]▼ -$#,##0;$0"
MORE_DECIMAL = "[>=0.05]▲ #,##0.0;[<=-0.05]▼ -#,##0.0;0.0"
"""Formats of changes: an arrow besides the sign, which colors need not tell."""

YEAR = "0"
"""Format of fiscal years, which stand in the middle of their column, away from what is beside them."""

NAME = "@"
"""Format of names, of which the longest are made smaller rather than cut."""

DIGITS: dict[str, int] = {
    DOLLARS: 0, MORE_DOLLARS: 0, COUNT: 0, YEAR: 0, DECIMAL: 1, MORE_DECIMAL: 1, PERCENT: 3, "0%": 2,
}  # fmt: skip
"""Decimals to which a number is rounded as it is written: those that its format shows."""

HEADER_ROW = 2
"""Rows above the column headings: the sheet's title and what its intervals are."""

TOTAL_ROW, BELOW_TOTAL = HEADER_ROW, HEADER_ROW + 1
"""Where a sheet of one sum has it, and the column headings below it: outside the rows that are sorted and filtered, so
that the sum never moves among the districts."""

Columns = Sequence[tuple[str, int, str]]
"""Heading, width in characters and number format of each column."""

LETTER, LEGAL = 1, 5
"""Paper by its number in a workbook."""

ROOM: dict[int, int] = {LETTER: 155, LEGAL: 205}
"""Characters of column width that a landscape page holds at a type of eight points, by paper; measured with a wide
font, so that what stands in for a missing one is readable too."""

LINE_HEIGHT = 15.0
"""Points of a line of text."""

NOTE_WIDTH = 110
"""Characters over which a note below a title is wrapped."""


class Formats:
    """Cell formats by number format and whether the row is a total."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"italic": True, "font_color": "#404040", "text_wrap": True, "valign": "top"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.words = book.add_format({"text_wrap": True, "valign": "top", "indent": 1})
        self.label = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.fixed = book.add_format({"font_name": "Courier New", "font_size": 10})
        self.link = book.add_format({"font_color": "#1B3A57", "underline": 1})
        self.clear = book.add_format({"bold": True})
        self.header = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#E7ECF1"}
        )

    def number(self, style: str, total: bool = False) -> "Format":
        """The format of a number, or of text if ``style`` is empty."""
        if (style, total) not in self._made:
            made = {"num_format": style} if style else {}
            if style == YEAR:
                made["align"] = "center"
            shrunk = {"shrink": True} if style == NAME else {}
            self._made[style, total] = self._book.add_format(
                {**made, **shrunk, **({"bold": True, "top": 1, "bg_color": "#F3F3F3"} if total else {})}
            )
        return self._made[style, total]


def rounded(value: float, style: str) -> float:
    """A number as it is written under a format: never minus zero."""
    return round(value, DIGITS[style]) + 0.0 if style in DIGITS else value


def wide_enough(heading: str, width: int) -> int:
    """The width of a column in which no word of its heading is broken, with room for the filter's button."""
    return max(width, max(len(word) for word in heading.split()) + 2)


def lines_needed(text: str, width: int) -> int:
    """How many lines a text takes in a cell so many characters wide."""
    return sum(max(len(textwrap.wrap(part, max(width - 1, 1))), 1) for part in text.split("\n"))


def write_wrapped(sheet: "Worksheet", row: int, cells: Sequence[tuple[int, str, int, "Format"]]) -> None:
    """Write texts of one row, each with its column, width and format, and set the row's height to the longest: programs
    that do not measure wrapped text themselves would print rows over one another."""
    for column, text, _, style in cells:
        sheet.write_string(row, column, text, style)
    sheet.set_row(row, LINE_HEIGHT * max(lines_needed(text, width) for _, text, width, _ in cells))


def mark_pages(sheet: "Worksheet", name: str, origin: str) -> None:
    """Print header and footer: the sheet, the run, and the page."""

    def escaped(text: str) -> str:
        return text.replace("&", "&&")

    sheet.set_header(f"&L&9{escaped(name)[:80]}&R&9Estimates, not entitlements")
    sheet.set_footer(f"&L&8{escaped(origin)[:200]}&R&8&P of &N")


def print_set_up(sheet: "Worksheet", width: int) -> None:
    """Landscape, one page wide, on the smaller paper that holds so many characters at a readable size."""
    sheet.set_landscape()
    sheet.set_paper(LETTER if width <= ROOM[LETTER] else LEGAL)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)


def set_up_table(
    sheet: "Worksheet",
    formats: Formats,
    title: str,
    note: str,
    columns: Columns,
    frozen: int,
    header_row: int = HEADER_ROW,
) -> None:
    """Title, note, headings, widths, number formats, frozen panes and print set-up of a sheet, of which as many of the
    first columns are printed as a page holds at a readable size."""
    columns = filled(columns)
    widths = [wide_enough(heading, width) for heading, width, _ in columns]
    shown = printed(columns)
    for column, (heading, _, style) in enumerate(columns):
        sheet.set_column(column, column, widths[column], formats.number(style))
        sheet.write_string(header_row, column, heading, formats.header)
    sheet.write_string(0, 0, title, formats.title)
    _note(sheet, formats, note, widths[:shown])
    tallest = max(lines_needed(heading, width - 1) for (heading, _, _), width in zip(columns, widths, strict=True))
    sheet.set_row(header_row, LINE_HEIGHT * tallest + 4)
    sheet.freeze_panes(header_row + 1, frozen)
    print_set_up(sheet, sum(widths[:shown]))
    sheet.repeat_rows(header_row)


def filled(columns: Columns) -> Columns:
    """The columns with the state's words in their headings."""
    return tuple((state_words().fill(heading), width, style) for heading, width, style in columns)


def printed(columns: Columns) -> int:
    """How many of the first columns are printed: as many as a page holds at a readable size."""
    widths = (wide_enough(heading, width) for heading, width, _ in columns)
    return max(sum(reached <= ROOM[LEGAL] for reached in accumulate(widths)), 1)


def end_table(sheet: "Worksheet", columns: Columns, last_row: int, header_row: int = HEADER_ROW) -> None:
    """Filter buttons over the rows from the headings to the last, and what of the sheet is printed."""
    sheet.autofilter(header_row, 0, last_row, len(columns) - 1)
    sheet.print_area(0, 0, last_row, printed(filled(columns)) - 1)


def _note(sheet: "Worksheet", formats: Formats, note: str, widths: Sequence[int]) -> None:
    """The note below the title, wrapped over as many columns as a line of text needs."""
    reached = list(accumulate(widths))
    last = next((place for place, width in enumerate(reached) if width >= NOTE_WIDTH), len(widths) - 1)
    if last:
        sheet.merge_range(1, 0, 1, last, "", formats.note)
    sheet.write_string(1, 0, note, formats.note)
    sheet.set_row(1, LINE_HEIGHT * lines_needed(note, reached[last]))


def column_letter(column: int) -> str:
    """The letter of a column in formulas."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def within(mean: float, low: float, high: float, style: str) -> tuple[float, float]:
    """The ends of an interval as they are written beside a mean as it is written, which stays in it."""
    return min(rounded(low, style), mean), max(rounded(high, style), mean)


def sheet_name(formula: str, used: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\, unlike any other whatever the case."""
    base = "".join("_" if sign in "[]:*?/\\'" else sign for sign in formula)[:31] or "formula"
    name, number = base, 2
    while name.lower() in used:
        name = f"{base[: 31 - len(str(number)) - 1]}_{number}"
        number += 1
    used.add(name.lower())
    return name
