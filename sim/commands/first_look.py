"""What a comparison or a stress study says while it runs: the answer of the first draws, and of a comparison the table,
long before all of them are done."""

from typing import TYPE_CHECKING

from sim.audience import TERMINAL
from sim.commands.request import Request
from sim.printing import terminal_width

if TYPE_CHECKING:
    from rich.console import Console

FIRST = 64
"""Draws that give a first answer: twice as many as a chunk holds, so that two workers have it at the same moment."""


class FirstLook:
    """Says once, to a person who waits, what the first draws answer; nothing of a study that soon has all its draws, or
    that goes on from an earlier start."""

    def __init__(self, request: Request, console: "Console", cells: int) -> None:
        settings = request.settings
        told = settings.study.name in ("compare", "project", "stress") and request.audience is TERMINAL
        self._due = told and settings.draws >= 2 * FIRST and not settings.shard
        self._request, self._console, self._cells = request, console, cells
        self._begun = False

    def saw(self, done: int) -> None:
        """So many runs are done; the first call tells of an earlier start."""
        if self._due and not self._begun:
            self._begun, self._due = True, done == 0
        elif self._due and done >= FIRST * self._cells:
            self._due = False
            self._say()

    def _say(self) -> None:
        from sim.results.results import open_results

        settings = self._request.settings
        results = open_results(self._request.results_folder, incomplete=True)
        draws = results.state["run_id"].nunique() // self._cells
        of = f"the first {draws} of {settings.draws} draws"
        if settings.study.name == "stress":
            from sim.report.answer.stress import stress_answer

            said = stress_answer(results)
        else:
            from sim.report.compare.at_a_glance import at_a_glance

            said = at_a_glance(results, terminal_width(), so_far=of)
        self._console.print(f"\nSo far, of {of}:\n{said}", markup=False, highlight=False, soft_wrap=True)
