"""Tables of two-line cells as plain text that fits a terminal: whole columns are left out, no number is cut."""

import textwrap
from collections.abc import Sequence

Cell = tuple[str, str]
"""A cell of two lines, a value (or heading) and what stands below it (an interval, a unit)."""

PAGE = 80
"""Columns of a page: what files are written at, and what every terminal has."""

NARROWEST_NAME, LONGEST_WORD = 14, 24
"""Columns to which names in the first column may be folded; no word in them is broken that is at most so long."""

BLANK = 1
"""Blank column at the right end of a table, which no line keeps."""

_RULED = "    \n    \n -- \n    \n    \n -- \n    \n -- \n"
"""Table borders in plain ASCII: a rule under the header and under the table."""


def plain_table(cells: Sequence[Sequence[Cell]], width: int | None = None) -> str:
    """A table, its first row the header, every line ended: as wide as it needs, or with names folded to fit ``width``
    if the other columns leave room for that."""
    from io import StringIO

    from rich.box import Box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=Box(_RULED, ascii=True), padding=(0, 1, 0, 0))
    header, *rows = cells
    for number, (top, below) in enumerate(header):
        heading = f"{top}\n{below}" if below else top
        table.add_column(heading, justify="right" if number else "left", no_wrap=number > 0, overflow="fold")
    for row in rows:
        table.add_row(*(f"{top}\n{below}" if below else top for top, below in row))
    natural = Console(width=1000, force_jupyter=False).measure(table).maximum
    least = _narrowest(cells)
    out = StringIO()
    # The edge at the right end is blank.
    wide = natural if width is None else min(natural, max(width + BLANK, least))
    Console(
        file=out,
        width=wide,
        color_system=None,
        force_terminal=False,
        force_jupyter=False,
        highlight=False,
        markup=False,
    ).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines() if line.strip()) + "\n"


def fitting(cells: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """The columns that find room in a width, those that come first before others, where names may be folded; always
    the first two."""
    kept: list[int] = []
    room = width - 1 + BLANK
    for column in range(len(cells[0])):
        needed = 2 + min(_wide(cells, column), _narrowest_name(cells) if column == 0 else width)
        if column < 2 or needed <= room:
            kept.append(column)
            room -= needed
    return kept


def paragraphs(texts: Sequence[str], width: int = PAGE) -> list[str]:
    """Sentences folded to a width, those that say nothing left out; no word is broken."""
    folded = (textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) for text in texts if text)
    return [line for lines in folded for line in lines]


def _wide(cells: Sequence[Sequence[Cell]], column: int) -> int:
    return max(len(line) for row in cells for text in row[column] for line in text.split("\n"))


def _narrowest(cells: Sequence[Sequence[Cell]]) -> int:
    """Columns that the table takes with its names folded as far as they may be."""
    return 1 + sum(
        2 + min(_wide(cells, column), _narrowest_name(cells) if column == 0 else 1000)
        for column in range(len(cells[0]))
    )


def _narrowest_name(cells: Sequence[Sequence[Cell]]) -> int:
    """Columns to which names may be folded without a word broken."""
    words = [len(word) for row in cells for text in row[0] for word in text.split()]
    return max(NARROWEST_NAME, min(max(words, default=0), LONGEST_WORD))
