"""A fiscal note as a page for a browser and for print."""

from sim.report.fiscal_note.note import TITLE, Note, disclaimer
from sim.report.page.rendering import render


def page_of(note: Note) -> str:
    """The note as one self-contained HTML page."""
    return render("fiscal_note.html", note=note, title=TITLE, disclaimer=disclaimer())
