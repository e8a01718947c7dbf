"""Starting the command as a user does, and watching and killing what it starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STUDY = (
    "draws=12", "chunk=1", "horizon=14", "report=false", "study.formulas=[status_quo,aligned]", "workers=2",
)  # fmt: skip
"""Twelve chunks of two runs, each a quarter of a second."""

SHORTER = tuple("horizon=8" if word.startswith("horizon=") else word for word in STUDY)
"""The same, where chunks need not last."""

LIMIT = 120.0
"""Seconds after which a test gives up waiting."""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **more}


def call(folder: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Call ``cte-sim`` in ``folder`` and wait for its end."""
    command = [sys.executable, "-m", "sim", *arguments]
    options: dict[str, Any] = {"env": environment(), "timeout": LIMIT, **more}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, **options)


def _heeding_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and hands that on; what a user starts does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(folder: Path, *arguments: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """``cte-sim`` running in a process group of its own; nothing of it is left afterwards."""
    command = [sys.executable, "-m", "sim", *arguments]
    options: dict[str, Any] = {"env": environment(), **more}
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heeding_ctrl_c,
        **options,
    )
    try:
        yield process
    finally:
        if process.poll() is None or group(process.pid):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait(LIMIT)
        process.stdout.close()
        process.stderr.close()


def until(condition: Callable[[], Any], what: str, limit: float = LIMIT) -> Any:
    """Wait for a condition to hold; its value."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"waited {limit:.0f} s in vain for {what}")


def chunks_done(folder: Path) -> int:
    return len(list((folder / "results").glob("chunk-*.json")))


def group(leader: int) -> list[int]:
    """The living processes of the process group of ``leader``, itself left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == leader:
            continue
        try:
            state, _, process_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z" and int(process_group) == leader:
            found.append(int(entry.name))
    return found


def workers_of(leader: int) -> list[int]:
    """The worker processes of a running command, which carry out chunks: what was forked from the one that has loaded
    the model, or, on other systems, started afresh."""
    found = []
    for process in group(leader):
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"spawn_main" in command or (b"forkserver" in command and parent != leader):
            found.append(process)
    return sorted(found)
