"""report.html: a results folder as one file that asks for no other, to be mailed, read on a screen and printed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.briefing.content import Content, content
from sim.report.briefing.places import LEAST_MEMBERS, rows_for_browser
from sim.report.briefing.shown import shown_figures
from sim.report.fiscal_note.build import IMPLICATIONS, fiscal_notes
from sim.report.fiscal_note.note import Note
from sim.report.page.rendering import as_data, render
from sim.report.shared.panel import Panel
from sim.results.files import write_atomically, writing

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

REPORT_FILE = "report.html"


def write_briefing(
    results: "Results",
    world: "World",
    path: Path,
    scenario: str | None = None,
    command: str = "",
    drawn: Path | None = None,
    explorer: Mapping[str, Any] | None = None,
) -> Path:
    """Write the page of a comparison to ``path``; the others as of ``briefing_values``.

    Raises InputError, one line, if the file cannot be written.
    """
    page = render("briefing.html", **briefing_values(results, world, scenario, command, drawn, explorer))
    with writing(path, "name another file"):
        write_atomically(path, page.encode(), make_folder=False)
    return path


def briefing_values(
    results: "Results",
    world: "World",
    scenario: str | None = None,
    command: str = "",
    drawn: Path | None = None,
    explorer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the template of the page is given; ``command`` is how to make the folder again, if that is known, and
    ``drawn`` a folder that holds the figures already; ``explorer`` is what sliders for a bill compute with
    (``sim.report.explore.files.read_content``)."""
    panel = Panel(results, scenario)
    found = content(results, world, panel)
    browser = ""
    if found.districts is not None:
        browser = as_data(rows_for_browser(panel, found.districts, [places.formula for places in found.places]))
    shown = shown_figures(results, world, panel, drawn)
    return {
        "page": found,
        "figures": shown,
        "behind": as_data({figure.name: figure.table for figure in shown}),
        "notes": _money_of_notes(results, world, found),
        "browser": browser,
        "command": command,
        "explorer": explorer,
        "least_members": LEAST_MEMBERS,
    }


def _money_of_notes(results: "Results", world: "World", found: Content) -> list[Note]:
    """What the fiscal notes say of money, for the formulas whose districts the page names and in their order."""
    if not results.keeps("lines"):
        return []
    order = [places.formula for places in found.places]
    return [
        replace(note, sections=tuple(section for section in note.sections if section.heading == IMPLICATIONS))
        for note in sorted(fiscal_notes(results, world, order), key=lambda note: order.index(note.formula))
    ]
