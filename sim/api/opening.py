"""Opening a folder of results, whoever made it: the command line, a function of this package, another machine."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sim.api.report import Report
from sim.api.result import PAGES
from sim.api.runs import Runs
from sim.inputs import InputError
from sim.run_folder import study_in

IN_WAVES: tuple[str, ...] = ("calibrate", "alternatives", "explore")
"""Studies whose folder says what they are as that of runs does, and keeps none."""


def open(folder: Path | str) -> Runs | Report:
    """The results in a folder: `sim.Runs` of a study that keeps its runs, else a `sim.Report`.

    Raises InputError, one line, if the folder holds no results, or if runs are missing.
    """
    return opened(Path(folder))


def opened(folder: Path, kept: TemporaryDirectory[str] | None = None) -> Runs | Report:
    """The results in a folder, which goes with them if it is ``kept`` among the temporary files."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    study = study_in(folder)
    if (folder / "manifest.json").is_file() and study not in IN_WAVES:
        return Runs(folder, kept)
    if study not in PAGES or not (folder / PAGES[study][0]).is_file():
        raise InputError(f"{folder}: holds no results of a study")
    return Report(folder, study, kept)
