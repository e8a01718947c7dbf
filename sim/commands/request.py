"""What was asked for, and what all that carry it out share: folders, how to go on, reports that appear whole."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.arguments import OUT, folder_setting
from sim.audience import TERMINAL, Audience
from sim.inputs import Source
from sim.run_folder import RunFolder, recorded_words, without_folder
from sim.study.running.stopping import DISK_FULL, FolderGoneError, StoppedError
from sim.study.setup.settings import Settings

if TYPE_CHECKING:
    from sim.study.setup.inputs import Inputs


@dataclass(frozen=True)
class Request:
    """What was asked for: checked settings, the configuration as plain data, the choices of its groups and where they
    come from, and the folders: this command's ``own``, and that of ``runs``, which shards of a multirun share.
    ``typed`` are the words of the command line that set something; ``audience`` is told of what is found.
    """

    settings: Settings
    plain: Mapping[str, Any]
    choices: Mapping[str, str | None]
    own: RunFolder
    runs: RunFolder
    sources: Mapping[str, Source] = field(default_factory=dict)
    typed: tuple[str, ...] = ()
    audience: Audience = TERMINAL

    @property
    def folder(self) -> Path:
        """This command's folder. To ask for it is to make it: ask when there is something to write."""
        return self.own.accept()

    @property
    def results_folder(self) -> Path:
        """The folder of the runs. To ask for it is to make it; its record is written when the runs begin."""
        return self.runs.open()

    def withdraw(self) -> None:
        """Nothing came of it: leave the folders as they were."""
        self.own.withdraw()
        self.runs.withdraw()

    def inputs(self) -> "Inputs":
        """The inputs that the settings name. Raises InputError, one line."""
        from sim.study.setup.inputs import read_inputs

        settings, choices = self.settings, self.choices
        return read_inputs(
            settings, settings.formula, choices.get("formula"), choices.get("scenario"), self.typed, self.sources
        )


def command_of(folder: Path) -> str | None:
    """The command that began the study in a folder, by its record; None if there is none."""
    words = recorded_words(folder)
    if words is None:
        return None
    place = folder.parent / folder.readlink() if folder.is_symlink() else folder  # a link may lead elsewhere by then
    return shlex.join(["cte-sim", *without_folder(words), folder_setting(OUT, place)])


def written(request: Request, write: Callable[[Path], str], remedy: str = "") -> None:
    """Write the files of a report, all or none, and print its text; ``remedy``: what to do if the disk is full."""
    from sim.report.shared.progress import writing_steps
    from sim.report.shared.staging import staged

    with writing_steps(request.audience.console()), staged(request.folder, remedy) as place:
        text = write(place)
    request.audience.say(f"{text}\nWritten to {request.folder}")


ONCE_MORE = "all runs are done and kept; make space, then the same command in the same folder writes tables and figures"
"""How to go on where the disk is full when the report is written."""


@contextmanager
def saying_how_to_continue(settings: Settings, folder: Path) -> Iterator[list[int]]:
    """Add to what stops a study how far it is and how it goes on. Yields the list [runs done, runs in all]."""
    progress_made = [0, 0]
    try:
        yield progress_made
    except FolderGoneError:
        raise
    except (KeyboardInterrupt, OSError, StoppedError) as error:
        again = folder_setting("folder" if settings.folder else OUT, folder)
        done = f"{progress_made[0]:,} of {progress_made[1]:,} runs are done and kept; " if progress_made[1] else ""
        space = "make space, then " if isinstance(error, OSError) and error.errno in DISK_FULL else ""
        error.add_note(f"{done}{space}the same command with {again} continues")
        raise
