"""What stops a study that could go on later."""

import os
from pathlib import Path

from sim.inputs import InputError
from sim.results.files import DISK_FULL

__all__ = ["DISK_FULL", "FolderGoneError", "StoppedError", "Whereabouts"]


class StoppedError(Exception):
    """The study cannot go on; what is finished is kept. Its text is one line."""


class FolderGoneError(StoppedError):
    """The results folder was deleted or moved away while the study ran: nothing more can be kept there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: the results folder is no longer there: it was deleted or moved while the study ran; if it was "
            "moved, put it back, and the same command continues"
        )


class Whereabouts:
    """A results folder as it was when a study began, to be told from one that took its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._was, self._begun = _identity(folder), _beginning(folder)

    def must_be_same(self) -> None:
        """Raises FolderGoneError if the folder is gone, or holds another study than at the beginning."""
        if is_gone(self.folder):
            raise FolderGoneError(self.folder)
        # Some network file systems number a folder anew: then its manifest tells.
        if _identity(self.folder) != self._was and _beginning(self.folder) != self._begun:
            raise FolderGoneError(self.folder)


def is_gone(folder: Path) -> bool:
    """Whether a results folder that was begun is no longer there."""
    from sim.results.records import SHARDS

    return not (folder / SHARDS).is_dir()


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _beginning(folder: Path) -> tuple[str, str] | None:
    """When the study in a folder was begun, and its settings."""
    from sim.results.manifest import read_manifest

    try:
        manifest = read_manifest(folder)
    except InputError:
        return None
    return manifest.created, manifest.config_hash
