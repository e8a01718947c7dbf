"""Tables of two-line cells as plain text that fits a terminal: whole columns are left out, no number is cut."""

from collections.abc import Sequence

Cell = tuple[str, str]
"""A cell of two lines, a value (or heading) and what stands below it (an interval, a unit)."""

_RULED = "    \n    \n -- \n    \n    \n -- \n    \n -- \n"
"""Table borders in plain ASCII: a rule under the header and under the table."""


def plain_table(cells: Sequence[Sequence[Cell]]) -> str:
    """A table, its first row the header, as wide as it needs, every line ended."""
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
    natural = Console(width=1000).measure(table).maximum
    out = StringIO()
    Console(file=out, width=natural, color_system=None, force_terminal=False, highlight=False).print(table)
    return out.getvalue()


def fitting(cells: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """The columns that find room in a width, those that come first before others; always the first two."""
    kept: list[int] = []
    room = width - 1
    for column in range(len(cells[0])):
        needed = 2 + max(len(line) for row in cells for text in row[column] for line in text.split("\n"))
        if column < 2 or needed <= room:
            kept.append(column)
            room -= needed
    return kept
