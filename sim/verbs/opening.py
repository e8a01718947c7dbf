"""Showing what a run wrote: its page in the program that the system has for it, else its answer as text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sim.api.result import PAGES
from sim.inputs import InputError
from sim.latest import OUTPUTS, latest_of
from sim.report.answer.files import ANSWER_TEXT
from sim.run_folder import study_in

FIRST = ("report.html", "answer.html", "district.html", "index.html")
"""Pages to open before any other of the folder."""


def open_folder(folder: Path | None) -> str:
    """Open the page of a results folder, or of the last finished run; what to print about it.

    Raises InputError, one line, if there is no such folder or nothing to show in it.
    """
    place = folder if folder is not None else latest_of(Path(OUTPUTS))
    if place.is_file() and folder is not None:
        place = latest_of(folder.parent) if folder.name == "latest" else place.parent
    if not place.is_dir():
        raise InputError(f"{place}: there is no such folder")
    pages = sorted(place.glob("*.html"), key=lambda path: (path.name not in FIRST, path.name))
    if pages and _opened(pages[0]):
        return str(pages[0])
    texts = [text for each in (place, *_jobs(place)) if (text := _answer(each)) is not None]
    if not texts and not pages:
        raise InputError(f"{place}: holds no results of a study")
    return "\n\n".join([str(pages[0] if pages else place), *texts])


def _jobs(folder: Path) -> list[Path]:
    """The folders of the jobs of a multirun."""
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and study_in(path) is not None]


def _answer(folder: Path) -> str | None:
    """The answer of a study in words, or the page that it printed."""
    names = [ANSWER_TEXT, *PAGES.get(str(study_in(folder)), ())]
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    return path.read_text(encoding="utf-8").rstrip() if path is not None else None


def _opened(page: Path) -> bool:
    """Whether the system has a screen and a program for pages, which then shows it."""
    if sys.platform == "win32":
        os.startfile(page)
        return True
    screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open") if screen else None
    if opener is None:
        return False
    quiet = subprocess.DEVNULL
    subprocess.Popen([opener, str(page.resolve())], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    return True
