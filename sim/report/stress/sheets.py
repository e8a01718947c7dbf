"""Tables of a stress study as data, so that the page and the plain text show the same cells."""

from dataclasses import dataclass

from sim.report.shared.intervals import interval_parts, number_text
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.study.stress.tails import Figure


@dataclass(frozen=True)
class Row:
    """A row; ``strong``: it heads those below it. ``shade``: how dark each cell is, 0 to 1, in a heat map."""

    cells: tuple[Cell, ...]
    strong: bool = False
    shade: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A table with its title, a sentence, and what its cells mean."""

    name: str
    title: str
    head: tuple[Cell, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def as_text(sheet: Sheet, width: int = PAGE) -> str:
    """The table as plain text of a width; columns that find no room are named below it."""
    rows = [sheet.head, *(row.cells for row in sheet.rows)]
    kept = fitting(rows, width)
    gone = [
        " ".join(f"{above} {below}".split()) for place, (above, below) in enumerate(sheet.head) if place not in kept
    ]
    more = [f"Not shown here: {'; '.join(gone)} (report.html)."] if gone else []
    table = plain_table([[row[place] for place in kept] for row in rows], width).rstrip("\n")
    return "\n".join([*paragraphs([sheet.title], width), table, *paragraphs([*more, *sheet.notes], width)]) + "\n"


def dollars(figure: Figure) -> Cell:
    """A figure of a tail with its interval below; with too few draws, how many more it wants."""
    if figure.wanted:
        return (f"{figure.wanted:,} more", "draws wanted")
    return interval_parts(figure.value, figure.low, figure.high, "dollars", between="-")


def money(value: float) -> str:
    """Dollars in three figures."""
    return number_text(value, "dollars")
