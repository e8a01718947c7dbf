"""Who writes which chunks of a results folder: claims that end with their process.

Each start writes a small file under ``results/.writers`` that says who it is and which chunks it carries out, and holds
an operating-system lock on it. A start whose chunks overlap those of a living claim is refused. The system drops the
lock when the process ends, however it ends, so a claim never has to be broken by hand.

The lock is ``flock``. It holds between processes of one machine on every local file system, and between machines on
NFS (version 4, or 3 with its lock service) and on Lustre and BeeGFS mounted with locks; on a file system that keeps
locks to each machine (Lustre's ``localflock``) it does not see the other machines, and where there are no locks at all
a start is told so. Even then no result can be torn: every file appears whole, and two starts of one study write equal
bytes.
"""

import errno
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sim.inputs import InputError
from sim.results.files import content_of, entries_in, first_fault, is_there, write_atomically

_WAIT_SECONDS = 60.0
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Writer:
    """A start of a study: the chunks ``first`` to ``last`` that it carries out, as which ``shard`` ('2 of 4') if it is
    one, on which host as which process, since when, and in one line why it stopped if it stopped before its end."""

    first: int
    last: int
    shard: str | None
    host: str
    process: int
    started: str
    stopped: str | None = None

    @property
    def chunks(self) -> str:
        """In words: 'shard 2 of 4, chunks 10 to 19'."""
        named = f"chunks {self.first} to {self.last}" if self.last != self.first else f"chunk {self.first}"
        if self.last < self.first:
            named = "before its first chunk"
        return f"shard {self.shard}, {named}" if self.shard else named

    def replaces(self, other: "Writer") -> bool:
        """Whether this start carries out chunks of the other's, or is the same shard again."""
        overlap = other.last >= self.first and other.first <= self.last
        return overlap or (self.shard is not None and self.shard == other.shard)

    @property
    def who(self) -> str:
        """In words: 'process 4242 on node7 since 2026-11-24 23:10:07 UTC'."""
        return f"process {self.process} on {self.host} since {self.started}"


_WRITER = TypeAdapter(Writer)


class NoLocksError(Exception):
    """The file system of a results folder has no locks."""


def _lock(file: IO[bytes], *, shared: bool = False) -> bool:
    """Lock an open file without waiting; False if another process holds it. Raises NoLocksError."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 30)  # a byte beyond the content, so that others can still read the file
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        if error.errno in _NO_LOCKS:
            raise NoLocksError from error
        raise
    return True


def _folder(folder: Path) -> Path:
    return folder / "results" / ".writers"


@contextmanager
def preparing(folder: Path) -> Iterator[None]:
    """Alone in ``folder`` for the moment in which its manifest and design are written and chunks are claimed.

    Waits for others to finish theirs. Raises InputError if that takes longer than a minute.
    """
    _folder(folder).mkdir(parents=True, exist_ok=True)
    with (_folder(folder) / ".prepare").open("ab") as file:
        until = time.monotonic() + _WAIT_SECONDS
        try:
            while not _lock(file):
                if time.monotonic() > until:
                    raise InputError(f"{folder}: another start has been preparing this folder for a minute; try again")
                time.sleep(0.05)
        except NoLocksError:
            print(
                f"cte-sim: {folder}: this file system has no locks; make sure that only one start writes each shard",
                file=sys.stderr,
            )
        yield


class Claim:
    """Chunks of a folder claimed by this process until ``release`` or until the process ends."""

    def __init__(self, folder: Path, path: Path, writer: Writer, file: IO[bytes]) -> None:
        self.folder, self.path, self.writer, self._file = folder, path, writer, file

    def release(self, stopped: str | None = None) -> None:
        """Give the chunks back. ``stopped`` is kept for `status`: why they are not all done, in one line."""
        if self._file.closed:
            return
        try:
            if stopped is None:
                self.path.unlink(missing_ok=True)
                _remove_replaced(self.folder, self.writer)
            else:
                _write(self.path, replace(self.writer, stopped=" ".join(stopped.split())))
        except (OSError, InputError):
            # A full disk, or a folder that is gone: that chunks are missing, or that none is, must be enough.
            _remove(self.path)
        self._file.close()


def claim(folder: Path, chunks: range, shard: str | None = None) -> Claim:
    """Claim chunks for this process; call it inside `preparing`. Files of claims whose process ended are removed.

    Raises InputError, naming the process, if one that lives has claimed any of them.
    """
    own = _this_process(chunks, shard)
    for _, writer, alive in _claims(folder, []):
        if alive and writer.last >= own.first and writer.first <= own.last:
            raise InputError(
                f"{folder}: {writer.chunks} are being carried out by {writer.who}; wait for it, or stop it first"
            )
    _remove_replaced(folder, own)
    path = _folder(folder) / f"{uuid4().hex}.json"
    _write(path, own)
    file = path.open("r+b")
    try:
        while not _lock(file):
            time.sleep(0.01)  # `status` is looking at it
    except NoLocksError:
        pass  # `preparing` has said so
    return Claim(folder, path, own, file)


def _remove_replaced(folder: Path, own: Writer) -> None:
    """Remove the claims of starts that have ended and that this one stands for."""
    for path, writer, alive in _claims(folder, []):
        if not alive and own.replaces(writer):
            _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):  # in a folder of somebody else, or one that is gone
        path.unlink(missing_ok=True)


def note_stop(folder: Path, shard: str | None, reason: str) -> None:
    """Leave a note, for `status`, of a start that ended before it could claim its chunks."""
    note = replace(_this_process(range(0, 0), shard), stopped=" ".join(reason.split()))
    _folder(folder).mkdir(parents=True, exist_ok=True)
    _write(_folder(folder) / f"{uuid4().hex}.json", note)


def _this_process(chunks: range, shard: str | None) -> Writer:
    return Writer(
        first=chunks.start,
        last=chunks.stop - 1,
        shard=shard,
        host=socket.gethostname(),
        process=os.getpid(),
        started=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    )


def _write(path: Path, writer: Writer) -> None:
    content = json.dumps(asdict(writer)).encode()
    if not path.exists():
        write_atomically(path, content, make_folder=False)
        return
    # In place: a rename would leave the lock on the file that is gone.
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def writers(folder: Path) -> tuple[list[tuple[Writer, bool]], list[str]]:
    """Every start that has not ended well, with whether its process lives, sorted by chunks; and the claims that cannot
    be read, each with why. Nothing is written. Raises InputError if their folder cannot be read."""
    unread: list[str] = []
    found = _claims(folder, unread)
    return sorted(((writer, alive) for _, writer, alive in found), key=lambda pair: pair[0].first), unread


def _claims(folder: Path, unread: list[str]) -> list[tuple[Path, Writer, bool]]:
    """The claims in a folder. What cannot be read is told in ``unread``."""
    found = []
    for name in entries_in(_folder(folder)):
        path = _folder(folder) / name
        if path.suffix != ".json" or not is_there(path):
            continue
        try:
            writer = _WRITER.validate_json(content_of(path))
            with path.open("rb") as file:
                alive = writer.stopped is None and not _lock(file, shared=True)
        except NoLocksError:
            alive = False
        except FileNotFoundError:
            continue  # it has just ended
        except ValidationError as error:
            unread.append(f"{path}: {first_fault(error)}")
            continue
        except (InputError, OSError) as error:
            if is_there(path):
                unread.append(str(error))
            continue
        found.append((path, writer, alive))
    return found
