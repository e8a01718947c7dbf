"""Everything an analyst opens, written into one folder."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.answer.files import answer_text, write_answer
from sim.report.compare.comparison import comparison_table
from sim.report.compare.figures import figures, figures_of_folder
from sim.report.compare.fiscal_note import write_fiscal_note
from sim.report.compare.headline_table import CELLS_FILE, headline_frame, headline_table
from sim.report.compare.summary import summary
from sim.report.run_sheet.sheet import write_run_sheet
from sim.report.shared.across_districts import across_frame
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.steps import Tell, silent
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.study.running.executors import Carrier
    from sim.world.world import World

ACROSS_FILE = "across_districts.csv"

MORE = "More: comparison.txt (current law flat and indexed), summary.csv, figures/."
"""Where the rest stands."""


def at_a_glance(results: "Results", width: int = 132) -> str:
    """What stands first on the screen and in comparison.txt: the answer in words, and the table beside it."""
    return f"{answer_text(results)}\n{headline_table(results, width=width)}"


def write_report(
    results: "Results",
    world: "World",
    folder: Path,
    everything: bool = True,
    tell: Tell = silent,
    beside: "Carrier | None" = None,
) -> list[Path]:
    """Write answer.txt and answer.csv, comparison.txt and comparison.csv, summary.csv, across_districts.csv,
    fiscal_note.csv, run_sheet.xlsx and figures/*.png; returns what was written.

    Without ``everything`` only the first five. With several scenarios the run sheet and the figures are written for
    each. What the results do not hold (districts that were not stored, a baseline that was not run) is left out rather
    than written empty. ``tell`` is told what is written; ``beside`` draws the figures in another process meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = dict(_TABLES)
    if everything:
        parts |= _SHEETS
        names = scenario_names(results)
        for scenario in names:
            name = "run_sheet.xlsx" if len(names) == 1 else f"run_sheet_{scenario}.xlsx"
            parts[name] = partial(_run_sheet, name=name, scenario=scenario)
    drawn = None
    if everything and beside is not None:
        drawn = beside.submit(figures_of_folder, (results.folder, world, folder / "figures"))
    written: list[Path | None] = []
    steps = len(parts) + everything
    for number, (name, write) in enumerate(parts.items(), start=1):
        tell(name, number, steps)
        written += write(results, world, folder)
    if everything:
        tell("figures", steps, steps)
        if drawn is not None:
            written += drawn.result()
        else:
            written += figures(results, world, folder / "figures", lambda name: tell(f"figure {name}", steps, steps))
    return [path for path in written if path is not None]


def _answer(results: "Results", world: "World", folder: Path) -> list[Path]:
    return write_answer(results, folder)


def _comparison(results: "Results", world: "World", folder: Path) -> list[Path]:
    table, cells = folder / "comparison.txt", folder / CELLS_FILE
    table.write_text(f"{at_a_glance(results)}\n{comparison_table(results)}", encoding="utf-8")
    write_table(headline_frame(results), cells)
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
    return [write_fiscal_note(results, folder / "fiscal_note.csv")] if results.keeps("lines") else []


def _run_sheet(results: "Results", world: "World", folder: Path, name: str, scenario: str) -> list[Path | None]:
    return [write_run_sheet(results, world, folder / name, scenario)]


Write = Callable[["Results", "World", Path], Sequence[Path | None]]

_TABLES: dict[str, Write] = {"answer": _answer, "comparison": _comparison, "summary": _summary}
_SHEETS: dict[str, Write] = {"across districts": _across, "fiscal note": _note}
