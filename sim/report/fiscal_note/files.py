"""The files of fiscal notes: a page and a document for each bill, and one table of all numbers."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.fiscal_note.build import fiscal_notes
from sim.report.fiscal_note.document import write_document
from sim.report.fiscal_note.page import page_of
from sim.report.fiscal_note.table import fiscal_note_table
from sim.report.stress.measured import Measured
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

FOLDER = "fiscal_notes"
TABLE_FILE = "fiscal_note.csv"

MOST_DOCUMENTS = 3
"""Bills of a run up to which each has a document beside its page; of more only those that are asked for."""


def write_notes(
    results: "Results",
    world: "World",
    folder: Path,
    bills: Collection[str] | None = None,
    stress: Measured | None = None,
) -> list[Path]:
    """Write ``fiscal_notes/NAME.html`` and ``.docx`` for each formula beside current law, or for those named in
    ``bills``; of more than ``MOST_DOCUMENTS`` that nobody has named the pages alone. Returns the paths, none where
    there is nothing to note (see ``fiscal_notes``, which takes ``stress`` too)."""
    written: list[Path] = []
    notes = fiscal_notes(results, world, bills, stress)
    for note in notes:
        place = folder / FOLDER
        place.mkdir(parents=True, exist_ok=True)
        page, document = place / f"{note.formula}.html", place / f"{note.formula}.docx"
        page.write_text(page_of(note), encoding="utf-8", newline="\n")
        written.append(page)
        if bills is not None or len(notes) <= MOST_DOCUMENTS:
            write_document(note, document)
            written.append(document)
    return written


def write_note_table(results: "Results", path: Path) -> Path | None:
    """Write the numbers of all notes as CSV; None if the horizon has no year after the base year."""
    table = fiscal_note_table(results)
    if table.empty:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(table, path, digits=None)
    return path
