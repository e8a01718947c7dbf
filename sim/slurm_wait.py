"""A multirun on Slurm stops waiting for jobs that Slurm no longer knows.

The launcher asks Slurm's accounting how its jobs ended. A cluster without accounting never answers for a job that was
killed, and the command would wait for ever. The queue (`squeue`) is always there: once no job of this multirun is in it
any more, and the launcher has had time to see their results, the command is ended.
"""

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

report: list[str] = []
"""Why the command was ended, in one line, if it was."""

_LOOK_SECONDS = 5.0
_LOOKS = 5
_over = threading.Event()


class StopWaiting(Callback):
    """Hydra's callback. It holds nothing: Hydra sends it along to the jobs."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Begin to look at the queue, if the jobs go to Slurm."""
        if "SlurmLauncher" not in str(config.hydra.launcher.get("_target_")):
            return
        folder = Path(str(config.hydra.sweep.dir)).absolute()
        before = _jobs(folder)
        _over.clear()
        threading.Thread(target=_watch, args=(folder, before), daemon=True).start()

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """The launcher has its results; of shards, say what is next."""
        _over.set()
        if config.get("shards", 1) > 1 and "BasicLauncher" not in str(config.hydra.launcher.get("_target_")):
            print(f"All jobs have ended: cte-sim study=collect folder={config.folder or config.hydra.sweep.dir}")


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


def _watch(folder: Path, before: set[str]) -> None:
    gone = 0
    while not _over.wait(_LOOK_SECONDS):
        jobs = _jobs(folder) - before
        gone = gone + 1 if jobs and in_queue(jobs) is False else 0
        if gone == _LOOKS:
            report.append(
                "the Slurm jobs have ended, but not all of them left a result; what is finished is kept: "
                f"cte-sim study=status folder={folder}; the same command with hydra.sweep.dir={folder} continues"
            )
            os.kill(os.getpid(), signal.SIGINT)
            return
