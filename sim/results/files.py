"""Files that exist whole or not at all."""

import os
import time
from pathlib import Path
from uuid import uuid4

_LEFTOVER_SECONDS = 3600.0


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside ``path``, force it to disk, then rename it.

    A crash at any moment leaves the old file, or none, never a part. The folder is created if need be. The temporary
    name is this call's own, so two processes never write into the same file.
    """
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
    """Remove temporary files of writers that were killed.

    Only those untouched for an hour: a younger one may belong to another process that is writing now.
    """
    for leftover in folder.glob(".*.tmp"):
        try:
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                leftover.unlink()
        except FileNotFoundError:
            continue
