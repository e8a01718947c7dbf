"""The folder that a command writes into: made when it is needed, its own, and gone again if nothing came of it.

``.hydra/`` in it holds the words of the command (``overrides.yaml``) and what they came to (``config.yaml``). They are
written once the start is accepted, so that a refused one changes nothing in a folder that is there.
"""

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from sim.arguments import FOLDERS, OUT
from sim.endings import USERS_PATHS
from sim.inputs import InputError, read_yaml
from sim.results.files import write_atomically

RECORD = Path(".hydra")
WORDS, CONFIG = RECORD / "overrides.yaml", RECORD / "config.yaml"
_OF_A_START = {"results", "manifest.json", "design.parquet", "factors.csv", "shocks.csv"}
"""What a start writes before its first chunk is done."""


@dataclass
class RunFolder:
    """A folder for the study of that name.

    ``chosen``: the user named it; one that is there already is passed over otherwise. ``shared``: shards, or the jobs
    of a multirun, write into it together; ``of_jobs``: each of these has a folder of its own in it. ``words`` and
    ``plain`` are the record of the command; without words (a shard alone) there is none.
    """

    path: Path
    study: str
    chosen: bool
    words: Sequence[str] | None = None
    plain: Mapping[str, Any] = field(default_factory=dict)
    shared: bool = False
    of_jobs: bool = False
    _made: list[Path] = field(default_factory=list)
    _fresh: bool = False
    _open: bool = False
    _before: dict[Path, bytes | None] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse, before anything is done, what could not be written into. Writes nothing. Raises InputError."""
        if str(self.path).encode("utf-8", "ignore").decode() != str(self.path):
            raise InputError("out: the folder's name is not text in this locale; set PYTHONUTF8=1")
        with _told(self.path):
            there = next(path for path in (self.path, *self.path.parents) if os.path.lexists(path))
            if not there.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
            if not os.access(there, os.W_OK | os.X_OK):
                number = errno.EROFS if _is_read_only(there) else errno.EACCES
                raise OSError(number, os.strerror(number), str(there))
            if there == self.path and self.chosen:
                self._refuse_strangers()

    def open(self) -> Path:
        """Make the folder, or take the one that is there, and say which it is. Raises InputError if it is of something
        else, or cannot be made."""
        if self._open:
            return self.path
        with _told(self.path):
            self._make_parents(self.path.parent)
            if self.chosen:
                self._fresh = self._made_now(self.path) or not _content(self.path)
                if not self._fresh:
                    self._refuse_strangers()
            else:
                self._fresh, self.path = True, self._first_free()
        self._open = True
        return self.path

    @property
    def fresh(self) -> bool:
        """Whether it was opened and nothing was in it, so that there is nothing that a start could not go with."""
        return self._open and self._fresh

    @property
    def written(self) -> Path | None:
        """The folder, if it was made or taken; None if nothing was to be written."""
        return self.path if self._open else None

    def accept(self) -> Path:
        """The start goes ahead: write the record of the command."""
        folder = self.open()
        if self.words is not None and not self._before:
            (folder / RECORD).mkdir(exist_ok=True)
            texts = {WORDS: [str(word) for word in self.words], CONFIG: dict(self.plain)}
            for name, content in texts.items():
                path = folder / name
                self._before[path] = path.read_bytes() if path.is_file() else None
                write_atomically(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode())
        return folder

    def accepting(self, advance: Callable[[int, int], None]) -> Callable[[int, int], None]:
        """Progress of runs, whose first call comes when they begin: the start has been accepted."""

        def progress(done: int, total: int) -> None:
            self.accept()
            advance(done, total)

        return progress

    def withdraw(self) -> None:
        """Nothing came of the start: leave the folder as it was. What a chunk has written stays."""
        if not self._open or self.shared:
            self.remove_if_empty()
            return
        if any(self.path.glob("results/chunk-*.json")) or any(self.path.glob("*/results/chunk-*.json")):
            return
        for path, content in self._before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                write_atomically(path, content)
        if self._fresh:
            for path in _own_files(self.path):
                path.unlink(missing_ok=True)
        for folder in (self.path / "results" / ".writers", self.path / "results", self.path / RECORD):
            if self._fresh:
                with suppress(OSError):
                    folder.rmdir()
        self.remove_if_empty()

    def remove_if_empty(self) -> None:
        """Take away the folders that were made for it, if nothing is in them."""
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def _make_parents(self, folder: Path) -> None:
        for path in reversed((folder, *folder.parents)):
            if not path.is_dir():
                self._made_now(path)

    def _made_now(self, path: Path) -> bool:
        try:
            path.mkdir()
        except FileExistsError:
            if not path.is_dir():
                raise
            return False
        self._made.append(path)
        return True

    def _first_free(self) -> Path:
        """The folder under its name, or with a number behind it: two starts in one second have one each."""
        return next(
            path
            for number in count(1)
            if self._made_now(path := self.path if number == 1 else self.path.with_name(f"{self.path.name}-{number}"))
        )

    def _refuse_strangers(self) -> None:
        """Refuse a folder that holds files, unless they are of this study."""
        names = set() if self.of_jobs else _content(self.path)
        if not names or names <= _OF_A_START:
            return
        found = study_in(self.path)
        if found == self.study:
            return
        choose = "choose an empty or a new folder: out=..."
        if found is None:
            raise InputError(f"{self.path}: holds other files ({', '.join(sorted(names)[:3])}); {choose}")
        if not (self.path / "manifest.json").is_file() or self.study not in _KEEP_RUNS:
            raise InputError(f"{self.path}: holds the results of study={found}; {choose}")


_KEEP_RUNS = ("compare", "project", "stress", "decompose", "two_by_two", "sweep")
"""Studies whose manifest says what a folder holds; that is compared, key by key, when they start."""


def study_in(folder: Path) -> str | None:
    """The study whose results a folder holds, or None if none can be told."""
    for path in (folder / "manifest.json", *sorted(folder.glob("*/manifest.json"))):
        with suppress(OSError, ValueError, RecursionError):
            content = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(content, dict) and isinstance(content.get("study"), str):
                return str(content["study"])
    with suppress(InputError):
        content = read_yaml(folder / CONFIG)
        study = content.get("study") if isinstance(content, dict) else None
        if isinstance(study, dict) and isinstance(study.get("name"), str):
            return str(study["name"])
    return None


def without_folder(words: Sequence[str]) -> list[str]:
    """The words of a command but for the folder that it writes into."""
    return [word for word in words if not word.startswith((f"{OUT}=", *(f"{key}=" for key in FOLDERS[:2])))]


def recorded_words(folder: Path) -> list[str] | None:
    """The words of the command that began the study in a folder; None if there is no record that can be used."""
    try:
        words = read_yaml(folder / WORDS)
    except InputError:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) and word.isprintable() for word in words):
        return None
    return words


def _content(folder: Path) -> set[str]:
    """The names in a folder, without hidden ones and empty folders."""
    return {
        path.name
        for path in folder.iterdir()
        if not path.name.startswith(".") and not (path.is_dir() and next(path.iterdir(), None) is None)
    }


def _own_files(folder: Path) -> Iterator[Path]:
    """Files in a folder that was empty before, which a start writes ahead of its first chunk."""
    for name in _OF_A_START - {"results"}:
        yield folder / name
    yield from (folder / RECORD).glob("*")
    yield from (folder / "results" / ".writers").glob("*")
    yield from (folder / "results" / ".writers").glob(".prepare")


def _is_read_only(folder: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the operating system about the folder, in one line that says how to choose another."""
    try:
        yield
    except OSError as error:
        if error.errno not in USERS_PATHS:
            raise
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"{error.filename or path}: cannot be the folder for results: {reason}; choose another: out=..."
        ) from error
