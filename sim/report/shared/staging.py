"""Reports that appear whole: all files of one are written beside the old ones, and take their places together."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sim.results.files import DISK_FULL, remove_leftovers, writing

ELSEWHERE = "choose another folder (out=...)"


@contextmanager
def staged(folder: Path, again: str = "") -> Iterator[Path]:
    """A folder in which a report is written; without an error its files then replace those of ``folder``.

    If a file cannot be written, nothing of the report is left and older files are as they were. Raises InputError, one
    line, where ``folder`` cannot be written; OSError, with a note that says how to go on (``again``), if the disk is
    full.
    """
    with writing(folder, ELSEWHERE):
        folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        place = folder / f".report-{uuid4().hex}.tmp"
        place.mkdir()
    try:
        with writing(folder, ELSEWHERE), _as_errors_of_the_system():
            yield place
            for path in sorted(place.rglob("*")):
                target = folder / path.relative_to(place)
                if path.is_dir():
                    target.mkdir(exist_ok=True)
                else:
                    os.replace(path, target)
    except OSError as error:
        if again and error.errno in DISK_FULL:
            error.add_note(again)
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _as_errors_of_the_system() -> Iterator[None]:
    """A workbook that cannot be written says so by an error of its own, which holds that of the system."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        inner = next((part for part in error.args if isinstance(part, OSError)), None)
        if inner is None:
            raise
        raise inner from error
