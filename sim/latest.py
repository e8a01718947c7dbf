"""``outputs/latest``: the last finished run, so that nobody has to look for its folder."""

import os
from contextlib import suppress
from pathlib import Path

from sim.inputs import InputError

OUTPUTS = "outputs"
"""The folder, where the user works, in which each run has one of its own."""

LATEST = "latest"
"""The link in it; where the file system has no links, a text file with the path."""


def note_latest(folder: Path) -> None:
    """Let ``outputs/latest`` lead to the folder of a run that has finished, if there is a folder ``outputs``.

    A folder or file of the user's own under that name stays, and nothing is said where neither can be written.
    """
    outputs = Path.cwd() / OUTPUTS
    place = outputs / LATEST
    if not outputs.is_dir() or (os.path.lexists(place) and not place.is_symlink() and _written_in(place) is None):
        return
    new = outputs / f".{LATEST}-{os.getpid()}"
    with suppress(OSError, NotImplementedError):
        try:
            new.symlink_to(os.path.relpath(folder, outputs), target_is_directory=True)
        except (OSError, NotImplementedError):
            new.write_text(f"{folder.resolve()}\n", encoding="utf-8")
        os.replace(new, place)
    with suppress(OSError):
        new.unlink(missing_ok=True)


def latest_of(outputs: Path) -> Path:
    """The folder of the last finished run. Raises InputError, one line, if there is none."""
    place = outputs / LATEST
    target = (outputs / os.readlink(place)).resolve() if place.is_symlink() else _written_in(place)
    if target is None or not target.is_dir():
        raise InputError(f"{place}: leads to no finished run; name its folder")
    return target


def _written_in(place: Path) -> Path | None:
    """The path in a text file of one line; None if it is none."""
    with suppress(OSError, UnicodeDecodeError):
        if place.is_file() and place.stat().st_size < 10_000:
            lines = place.read_text(encoding="utf-8").splitlines()
            return Path(lines[0]) if len(lines) == 1 and lines[0].strip() else None
    return None
