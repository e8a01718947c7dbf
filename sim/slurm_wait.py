"""A multirun on Slurm stops waiting for jobs that Slurm no longer knows.

The launcher asks Slurm's accounting how its jobs ended. A cluster without accounting never answers for a job that was
killed, and the command would wait for ever. The queue (`squeue`) is always there: once no job of this multirun is in it
any more, and the launcher has had time to see their results, the command is ended.
"""

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.arguments import OUT, folder_setting

report: list[str] = []
"""Why the command was ended, in one line, if it was."""

_LOOK_SECONDS = 5.0
_LOOKS = 5


@contextmanager
def watching(folder: Path) -> Iterator[None]:
    """Look at the queue while the command waits for the jobs that it sends from a multirun's folder."""
    over = threading.Event()
    arguments = (folder.absolute(), _jobs(folder.absolute()), over)
    threading.Thread(target=_watch, args=arguments, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _jobs(folder: Path) -> set[str]:
    """The numbers of the jobs that were submitted from a multirun's folder: each has a folder of its own."""
    return {path.name for path in (folder / ".submitit").glob("*") if path.name[:1].isdigit()}


def in_queue(jobs: set[str]) -> bool | None:
    """Whether Slurm has any of the jobs queued or running; None if it does not answer."""
    command = ["squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={','.join(sorted(jobs))}"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode:
        return False if "Invalid job id" in answer.stderr else None
    ended = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE"}
    return any(state not in ended for state in answer.stdout.split())


def _watch(folder: Path, before: set[str], over: threading.Event) -> None:
    gone = 0
    while not over.wait(_LOOK_SECONDS):
        jobs = _jobs(folder) - before
        gone = gone + 1 if jobs and in_queue(jobs) is False else 0
        if gone == _LOOKS:
            report.append(
                "the Slurm jobs have ended, but not all of them left a result; what is finished is kept: "
                f"{shlex.join(['cte-sim', 'status', str(folder)])}; the same command with "
                f"{folder_setting(OUT, folder)} continues"
            )
            os.kill(os.getpid(), signal.SIGINT)
            return
