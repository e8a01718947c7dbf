"""Everything an analyst opens, written into one folder."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.answer.files import answer_text, write_answer
from sim.report.briefing.file import REPORT_FILE, write_briefing
from sim.report.compare.comparison import comparison_table
from sim.report.compare.figures import FIGURES_FOLDER, figures
from sim.report.compare.headline_table import CELLS_FILE, comparison_frame
from sim.report.compare.summary import summary
from sim.report.fiscal_note.files import TABLE_FILE, write_note_table, write_notes
from sim.report.run_sheet.sheet import write_run_sheet
from sim.report.shared.across_districts import across_frame
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.steps import Tell, silent
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sim.results.results import Results
    from sim.world.world import World

ACROSS_FILE = "across_districts.csv"

MORE = "More: comparison.txt (later years, current law indexed), summary.csv, figures/."
"""Where the rest stands."""

TO_MAIL = "To look at and to mail: report.html (cte-sim open shows it)."


def write_report(
    results: "Results",
    world: "World",
    folder: Path,
    everything: bool = True,
    tell: Tell = silent,
    drawn: "Future[list[Path]] | None" = None,
    command: str = "",
) -> list[Path]:
    """Write answer.txt and answer.csv, comparison.txt and comparison.csv, summary.csv, across_districts.csv,
    fiscal_note.csv, fiscal_notes/, run_sheet.xlsx, figures/ and report.html; returns what was written. ``command`` is
    how to make the results again, for the page.

    Without ``everything`` only the first five. With several scenarios the run sheet and the figures are written for
    each, the page for the first. What the results do not hold (districts that were not stored, a baseline that was not
    run) is left out rather than written empty. ``tell`` is told what is written; ``drawn`` are the
    figures where another process draws them meanwhile (`sim.report.compare.figures.drawn_beside`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = dict(_TABLES)
    if everything:
        parts |= _SHEETS
        names = scenario_names(results)
        for scenario in names:
            name = "run_sheet.xlsx" if len(names) == 1 else f"run_sheet_{scenario}.xlsx"
            parts[name] = partial(_run_sheet, name=name, scenario=scenario)
    written: list[Path | None] = []
    steps = len(parts) + 2 * everything
    for number, (name, write) in enumerate(parts.items(), start=1):
        tell(name, number, steps)
        written += write(results, world, folder)
    if everything:
        tell("figures", steps - 1, steps)
        if drawn is not None:
            written += drawn.result()
        else:
            at = steps - 1
            written += figures(results, world, folder / FIGURES_FOLDER, lambda name: tell(f"figure {name}", at, steps))
        tell(REPORT_FILE, steps, steps)
        place = folder / FIGURES_FOLDER if len(names) == 1 else folder / FIGURES_FOLDER / names[0]
        written.append(write_briefing(results, world, folder / REPORT_FILE, names[0], command, place))
    return [path for path in written if path is not None]


def _answer(results: "Results", world: "World", folder: Path) -> list[Path]:
    return write_answer(results, folder)


def _comparison(results: "Results", world: "World", folder: Path) -> list[Path]:
    table, cells = folder / "comparison.txt", folder / CELLS_FILE
    table.write_text(f"{answer_text(results)}\n{comparison_table(results)}", encoding="utf-8")
    write_table(comparison_frame(results), cells)
    return [table, cells]


def _summary(results: "Results", world: "World", folder: Path) -> list[Path]:
    tidy = folder / "summary.csv"
    write_table(summary(results), tidy)
    return [tidy]


def _across(results: "Results", world: "World", folder: Path) -> list[Path]:
    unequal = pd.concat([across_frame(Panel(results, name)) for name in scenario_names(results)])
    if not len(unequal):
        return []
    write_table(unequal, folder / ACROSS_FILE, digits=6)
    return [folder / ACROSS_FILE]


def _note(results: "Results", world: "World", folder: Path) -> list[Path | None]:
    if not results.keeps("lines"):
        return []
    return [write_note_table(results, folder / TABLE_FILE), *write_notes(results, world, folder)]


def _run_sheet(results: "Results", world: "World", folder: Path, name: str, scenario: str) -> list[Path | None]:
    return [write_run_sheet(results, world, folder / name, scenario)]


Write = Callable[["Results", "World", Path], Sequence[Path | None]]

_TABLES: dict[str, Write] = {"answer": _answer, "comparison": _comparison, "summary": _summary}
_SHEETS: dict[str, Write] = {"across districts": _across, "fiscal note": _note}
