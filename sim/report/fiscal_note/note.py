"""What a fiscal note holds, whatever it is written as: its head, its tables, its sections of plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.shared.plain_table import Cell
from sim.states.speaking import state_words

TITLE = "Fiscal Impact Report"


def disclaimer() -> str:
    """What a note is not, in the words of its state: with the notes whose layout it has, where they are the state's."""
    of = state_words().notes
    made = f"in the layout of {of}; it is none of them, and" if of else "and"
    return f"Made by a simulation {made} no agency has reviewed it. Amounts are estimates, not entitlements."


@dataclass(frozen=True)
class TableRow:
    """Cells of two lines, a value and what stands below it; ``total`` rows stand out."""

    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True)
class NoteTable:
    """A table with its ``unit`` below its title; ``widths`` are the parts of the page that its columns take, ``words``
    the columns of text, set to the left."""

    title: str
    unit: str
    head: tuple[str, ...]
    rows: tuple[TableRow, ...]
    widths: tuple[float, ...]
    words: frozenset[int]
    remarks: tuple[str, ...] = ()

    def texts(self) -> Iterator[str]:
        """Its texts in reading order."""
        yield from filter(None, (self.title, self.unit, *self.head))
        yield from (text for row in self.rows for cell in row.cells for text in cell if text)
        yield from self.remarks


@dataclass(frozen=True)
class Section:
    """A heading, or a lesser one, and what stands below it: sentences first, then tables."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[NoteTable, ...] = ()
    lesser: bool = False

    def texts(self) -> Iterator[str]:
        """Its texts in reading order."""
        yield self.heading
        yield from self.paragraphs
        for table in self.tables:
            yield from table.texts()


@dataclass(frozen=True)
class Note:
    """The fiscal note of one formula. ``head`` are labels with what is known of them, empty where a person fills them
    in; ``origin`` says which run it is of."""

    formula: str
    title: str
    head: tuple[tuple[str, str], ...]
    tables: tuple[NoteTable, ...]
    sections: tuple[Section, ...]
    origin: str

    def texts(self) -> Iterator[str]:
        """All texts in reading order: what each way of writing the note must hold."""
        yield TITLE
        for label, known in self.head:
            yield from filter(None, (label, known))
        for table in self.tables:
            yield from table.texts()
        for section in self.sections:
            yield from section.texts()
        yield disclaimer()
        yield self.origin
