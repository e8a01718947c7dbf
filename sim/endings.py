"""How a command ends that cannot go on: one line, and an exit status. What is not told here is an error of the program.

Status 2: what the user wrote or named cannot be used. Status 1: the machine, or what the study needs, gave out.
"""

import errno
import re
from dataclasses import dataclass

from sim.inputs import InputError
from sim.printing import one_short_line
from sim.study.running.stopping import DISK_FULL, StoppedError

_USERS = (
    "EACCES", "EPERM", "ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG", "ELOOP", "EROFS", "EINVAL",
)  # fmt: skip
USERS_PATHS = frozenset(getattr(errno, name) for name in _USERS if hasattr(errno, name))
"""Errors of the operating system that are about a path which the user has chosen."""

_OF_MEMORY = re.compile("memory|failed to map segment", re.IGNORECASE)
"""What the loader of libraries says when there is no room for one."""


@dataclass(frozen=True)
class Ending:
    """The line to print, without the program's name, and the exit status; ``details``: where it tells of several
    mistakes, each of them."""

    line: str
    status: int
    details: tuple[str, ...] = ()


def ending_of(error: BaseException) -> Ending | None:
    """How an error is told, or None if it is an error of the program, which keeps its traceback."""
    told = _told(error)
    if told is None:
        return None
    line, status = told
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return Ending(one_short_line(line) + notes, status, getattr(error, "details", ()))


def _told(error: BaseException) -> tuple[str, int] | None:
    if isinstance(error, InputError):
        return str(error), 2
    if _comes_from(error, "hydra", "omegaconf"):
        return "the settings do not fit together; cte-sim --help shows what may be written", 2
    if isinstance(error, StoppedError):
        return str(error), 1
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, MemoryError) or (isinstance(error, ImportError) and _OF_MEMORY.search(str(error))):
        return "there is not enough memory; take fewer workers, a smaller chunk or fewer draws", 1
    if isinstance(error, RecursionError):
        return "what was written is nested too deeply to be read", 2
    if isinstance(error, UnicodeEncodeError | UnicodeDecodeError):
        return f"a name cannot be written in this encoding ({error.encoding}); set PYTHONUTF8=1", 2
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return "the system starts no further threads; take fewer workers", 1
    if _comes_from(error, "submitit"):
        return str(error), 1  # of a job in another process that left no result it knows only that
    inner = next((cause for cause in (error.__cause__, *error.args) if isinstance(cause, OSError)), None)
    return _of_the_system(inner) if inner is not None else None


def _comes_from(error: BaseException, *packages: str) -> bool:
    """Whether an error is of a kind that one of these packages defines, asked without loading it."""
    return any(kind.__module__.partition(".")[0] in packages for kind in type(error).__mro__)


def _of_the_system(error: OSError) -> tuple[str, int]:
    reason = error.strerror or str(error) or type(error).__name__
    paths = " to ".join(str(path) for path in (error.filename, error.filename2) if path is not None)
    if error.errno in DISK_FULL:
        return f"results cannot be written: {reason}" + (f": {paths}" if paths else ""), 1
    said = f"{paths}: {reason}" if paths else f"the system refused something that is needed: {reason}"
    return said, 2 if error.errno in USERS_PATHS and paths else 1
