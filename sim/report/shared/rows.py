"""Rows of text cells, the first their header, as Markdown and as aligned columns."""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]

WIDEST = 95
"""Characters of a cell that a text column shows."""


def markdown_rows(rows: Rows) -> list[str]:
    """The lines of a Markdown table, all columns but the first aligned to the right."""
    head, *body = rows
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *body]
    return ["| " + " | ".join(line) + " |" for line in lines]


def text_rows(rows: Rows) -> list[str]:
    """The lines of a table in text, every column as wide as its widest cell."""
    plain = [[cell[:WIDEST] for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in plain) for place in range(len(plain[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in plain]
