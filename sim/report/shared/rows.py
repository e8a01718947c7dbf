"""Rows of text cells, the first their header, as Markdown and as columns that fit a page."""

import textwrap
from collections.abc import Sequence

from sim.report.shared.plain_table import PAGE

Rows = Sequence[Sequence[str]]

GAP = 2
"""Blanks between columns."""


def markdown_rows(rows: Rows) -> list[str]:
    """The lines of a Markdown table, all columns but the first aligned to the right."""
    head, *body = rows
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *body]
    return ["| " + " | ".join(line) + " |" for line in lines]


def text_rows(rows: Rows, width: int = PAGE) -> list[str]:
    """The lines of a table in text, every column as wide as its widest cell, or with cells folded between words so that
    it fits. Where even the longest words leave no room, each row is a paragraph of headings and cells."""
    columns = range(len(rows[0]))
    widths = [max(len(row[place]) for row in rows) for place in columns]
    least = [max(len(word) for row in rows for word in (row[place].split() or [""])) for place in columns]
    room = width - GAP * (len(rows[0]) - 1)
    if sum(least) > room:
        return _paragraphs(rows, width)
    while sum(widths) > room:
        widest = max((place for place in columns if widths[place] > least[place]), key=lambda place: widths[place])
        widths[widest] -= 1
    return [line for row in rows for line in _folded(row, widths)]


def _folded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [textwrap.wrap(cell, max(width, 1), break_long_words=False, break_on_hyphens=False) or [""]
             for cell, width in zip(row, widths, strict=True)]  # fmt: skip
    height = max(map(len, cells))
    padded = [lines + [""] * (height - len(lines)) for lines in cells]
    return [
        (" " * GAP).join(lines[place].ljust(width) for lines, width in zip(padded, widths, strict=True)).rstrip()
        for place in range(height)
    ]


def _paragraphs(rows: Rows, width: int) -> list[str]:
    head, *body = rows
    lines = []
    for row in body:
        said = "; ".join(
            f"{name}: {cell}" if name else cell for name, cell in zip(head[1:], row[1:], strict=True) if cell
        )
        lines += textwrap.wrap(
            f"{row[0]}: {said}", width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
    return lines
