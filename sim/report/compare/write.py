"""Everything an analyst opens, written into one folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.answer.files import answer_text, write_answer
from sim.report.briefing.file import REPORT_FILE, write_briefing
from sim.report.compare.comparison import comparison_table
from sim.report.compare.figures import figures
from sim.report.compare.headline_table import CELLS_FILE, comparison_frame, headline_table
from sim.report.compare.summary import summary
from sim.report.fiscal_note.files import TABLE_FILE, write_note_table, write_notes
from sim.report.run_sheet.sheet import write_run_sheet
from sim.report.shared.across_districts import across_frame
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.plain_table import PAGE
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

ACROSS_FILE = "across_districts.csv"

MORE = "More: comparison.txt (later years, current law indexed), summary.csv, figures/."
"""Where the rest stands."""


def at_a_glance(results: "Results", width: int = PAGE) -> str:
    """What stands on the screen: the answer in words, and the table of the first years beside it."""
    return f"{answer_text(results)}\n{headline_table(results, width=width)}"


def write_report(
    results: "Results", world: "World", folder: Path, everything: bool = True, command: str = ""
) -> list[Path]:
    """Write answer.txt and answer.csv, comparison.txt and comparison.csv, summary.csv, across_districts.csv,
    fiscal_note.csv, fiscal_notes/, run_sheet.xlsx, figures/ and report.html; returns what was written. ``command`` is
    how to make the results again, for the page.

    Without ``everything`` only the first five. With several scenarios the run sheet and the figures are written for
    each, the page for the first. What the results do not hold (districts that were not stored, a baseline that was not
    run) is left out rather than written empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path | None] = []

    written += write_answer(results, folder)
    table = folder / "comparison.txt"
    table.write_text(f"{answer_text(results)}\n{comparison_table(results)}", encoding="utf-8")
    written.append(table)
    cells = folder / CELLS_FILE
    write_table(comparison_frame(results), cells)
    written.append(cells)

    tidy = folder / "summary.csv"
    write_table(summary(results), tidy)
    written.append(tidy)
    if not everything:
        return [path for path in written if path is not None]

    unequal = pd.concat([across_frame(Panel(results, name)) for name in scenario_names(results)])
    if len(unequal):
        write_table(unequal, folder / ACROSS_FILE, digits=6)
        written.append(folder / ACROSS_FILE)

    if results.keeps("lines"):
        written.append(write_note_table(results, folder / TABLE_FILE))
        written += write_notes(results, world, folder)

    names = scenario_names(results)
    for scenario in names:
        name = "run_sheet.xlsx" if len(names) == 1 else f"run_sheet_{scenario}.xlsx"
        written.append(write_run_sheet(results, world, folder / name, scenario))

    written.extend(figures(results, world, folder / "figures"))
    drawn = folder / "figures" if len(names) == 1 else folder / "figures" / names[0]
    written.append(write_briefing(results, world, folder / REPORT_FILE, names[0], command, drawn))
    return [path for path in written if path is not None]
