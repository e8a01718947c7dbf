"""The process of a study on demand: it carries the words of a command line out as the command line does.

Where the system bears it (Linux) it is a fork of a process that has loaded the program and done nothing, so that nobody
waits for that;
elsewhere it is a new one.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from sim.audience import Audience
from sim.composition import compose
from sim.endings import ending_of
from sim.job import run_job
from sim.run_folder import RunFolder
from sim.study.running.processes import forks

OUT, REFUSED = "out", "refused.txt"
"""What a study leaves in its place: the folder of its results, or the line by which it is refused."""

LOADED = (
    "sim.serve.study_process", "sim.commands.studies", "sim.report.briefing.file", "sim.report.compare.write",
    "sim.report.district.files", "sim.report.explain.text", "sim.report.stress.tables", "sim.study.district.study",
    "sim.study.explain.story",
)  # fmt: skip
"""Modules that a fork has at once."""


def context() -> BaseContext:
    """How processes begin here."""
    if not forks():
        return get_context("spawn")
    found = get_context("forkserver")
    found.set_forkserver_preload(list(LOADED))
    return found


def load_ahead() -> None:
    """Let the process that others are forks of load the program, beside everything else."""
    if forks():
        from multiprocessing.forkserver import ensure_running

        context()
        ensure_running()


def study_process(words: Sequence[str], record: Sequence[str], place: Path) -> BaseProcess:
    """A process for a study, not yet begun, that works in a folder of its own."""
    found: BaseProcess = context().Process(  # type: ignore[attr-defined]
        target=carry_out, args=(tuple(words), tuple(record), str(place)), daemon=True
    )
    return found


def carry_out(words: Sequence[str], record: Sequence[str], folder: str) -> None:
    """Carry a study out; ``record`` are its words as the results tell them."""
    place = Path(folder)
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C is for the program that serves, which ends this one
    os.chdir(place)
    os.environ["MPLBACKEND"] = "agg"
    audience = Audience(say=lambda text: None, lines=True, quiet=True)
    try:
        composed = compose(words)
        run_job(composed, RunFolder(place / OUT, "", True, list(record)), audience=audience)
    except Exception as error:
        told = ending_of(error)
        if told is None:
            traceback.print_exception(error, file=sys.stderr)
        (place / REFUSED).write_text("" if told is None else told.line, encoding="utf-8")
        raise SystemExit(1) from None
