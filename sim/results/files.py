"""Files that exist whole or not at all, and one line where the operating system refuses."""

import errno
import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from sim.inputs import InputError

DISK_FULL: tuple[int, ...] = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Error numbers of the operating system: no space, no quota, larger than a file may be."""

_LEFTOVER_SECONDS = 3600.0
_SHOWN = 60
"""Characters of a wrong value that are shown."""


def write_atomically(path: Path, content: bytes, *, make_folder: bool = True) -> None:
    """Write a file under a temporary name beside ``path``, force it to disk, then rename it.

    A crash at any moment leaves the old file, or none, never a part. The temporary name is this call's own, so two
    processes never write into the same file. The folder is made if need be, or without ``make_folder`` must be there:
    one that was moved away or deleted while a study runs is not to be made anew. Raises OSError.
    """
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force a rename to disk, where the system can open folders."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files and folders of writers that were killed.

    Only those untouched for an hour: a younger one may belong to another process that is writing now.
    """
    for leftover in folder.glob(".*.tmp"):
        try:
            if time.time() - leftover.lstat().st_mtime <= _LEFTOVER_SECONDS:
                continue
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink()
        except FileNotFoundError:
            continue


def is_regular(path: Path) -> bool:
    """Whether ``path`` is a file with bytes to read, or a link to one: no folder, pipe or device. False where one may
    not look."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Whether there is anything at ``path``, be it a link that leads nowhere. Raises InputError if one may not look."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise cannot("read", path, error) from error
    return True


def content_of(path: Path) -> bytes:
    """The bytes of a file. Raises InputError, one line, if it is missing, no file, or may not be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: is not a file")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: is missing") from error
    except OSError as error:
        raise cannot("read", path, error) from error


def json_of(path: Path) -> Any:
    """The content of a JSON file. Raises InputError, one line, if it cannot be read or is no JSON."""
    content = content_of(path)
    try:
        return json.loads(content)
    except RecursionError as error:
        raise InputError(f"{path}: not valid JSON (brackets within brackets without end)") from error
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON ({' '.join(str(error).split())})") from error


def entries_in(folder: Path) -> dict[str, os.DirEntry[str]]:
    """What lies in a folder, by name in order; nothing if it is missing. Raises InputError, one line, if it is no
    folder or may not be read."""
    try:
        with os.scandir(folder) as found:
            return {entry.name: entry for entry in sorted(found, key=lambda entry: entry.name)}
    except FileNotFoundError:
        return {}
    except NotADirectoryError as error:
        raise InputError(f"{folder}: is not a folder") from error
    except OSError as error:
        raise cannot("read", folder, error) from error


def cannot(verb: str, path: Path, error: OSError) -> InputError:
    """What the operating system refuses, as one line: 'x/manifest.json: cannot be read: Permission denied'."""
    done = {"read": "read", "write": "written"}[verb]
    about = f" ({error.filename})" if error.filename and str(error.filename) != str(path) else ""
    return InputError(f"{path}: cannot be {done}: {error.strerror or error}{about}")


@contextmanager
def writing(folder: Path, instead: str) -> Iterator[None]:
    """Tell in one line that a folder cannot be written, and what to do ``instead``.

    Raises InputError for what the operating system refuses, as where it is somebody else's, on a read-only disk, or a
    file where a folder should be; a full disk stays the OSError that it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise
        raise InputError(f"{cannot('write', folder, error)}; {instead}") from error


def first_fault(error: ValidationError) -> str:
    """The first thing that does not fit a schema, in some words: where, what, why. Long values are left out."""
    problem = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    kind, value = problem["type"], problem["input"]
    wanted = next((words for start, words in _WANTED.items() if kind.startswith(start)), None)
    if kind in ("extra_forbidden", "missing", "unexpected_keyword_argument"):
        said = "is missing" if kind == "missing" else "unknown key"
    elif kind == "json_invalid":
        said = f"not valid JSON ({problem['msg'].removeprefix('Invalid JSON: ')})"
    elif wanted is None:
        said = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    elif isinstance(value, str | int | float | None) and len(repr(value)) <= _SHOWN:
        said = f"{value!r} is not allowed: {wanted}"
    else:
        said = f"{wanted}"
    return f"{where}: {said}" if where else said


_WANTED: dict[str, str] = {
    "int": "a whole number is expected",
    "float": "a number is expected",
    "greater": "it is too small",
    "less": "it is too large",
    "string_type": "text is expected",
    "string_pattern": "64 hexadecimal digits are expected",
    "string_too_short": "text is expected",
    "bool": "true or false is expected",
    "dict": "a mapping of keys is expected",
    "model": "a mapping of keys is expected",
    "dataclass": "a mapping of keys is expected",
    "tuple": "a list is expected",
    "list": "a list is expected",
}
"""What a schema wants, in words, by the beginning of the kind of fault."""
