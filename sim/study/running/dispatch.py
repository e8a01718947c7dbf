"""Choosing what carries the chunks, and handing them over: a few ahead, again when a worker died, or as failed runs."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from functools import partial

from sim.results.records import ChunkRecord, record_path
from sim.results.store import write_chunk
from sim.study.running.chunk import Task, failures_of, run_chunk
from sim.study.running.executors import Carrier, InProcess, LocalPool
from sim.study.running.stopping import DISK_FULL, FolderGoneError, StoppedError, is_gone
from sim.study.setup.executor_settings import DaskSettings, LocalSettings, SlurmDaskSettings

HOPELESS = 3
"""How many chunks may be given up one after the other, none succeeding in between, before the study is stopped."""

NOT_SEEN = "{}: workers and this process must see the results folder under the same path"

_SEEN_SECONDS = 30.0
_LOOK_SECONDS = 5.0


def dispatch(
    carrier: Carrier, tasks: Iterable[Task], work: Callable[[Task], ChunkRecord] = run_chunk
) -> Generator[ChunkRecord]:
    """Carry out ``tasks``, started in their order; gives the record of each as it is done.

    A few more are handed over than there are workers, never all: the memory taken does not grow with the design. When a
    worker dies, every chunk that went down with it is tried again alone, so that the one that killed it is known; after
    ``carrier.attempts`` its runs are stored as failures and the others go on. A chunk that raises an error of the
    program becomes failures too. Raises OSError if the disk is full, and StoppedError if nothing succeeds any more, if
    results cannot be seen from here, if the results folder was moved or deleted, or if the executor has gone.
    """
    return _Dispatch(carrier, work).records(iter(tasks))


class _Dispatch:
    """The chunks that are out, and those to be tried again, each with how often it was tried alone."""

    def __init__(self, carrier: Carrier, work: Callable[[Task], ChunkRecord]) -> None:
        self.carrier, self.work = carrier, work
        self.out: dict[Future[ChunkRecord], tuple[Task, int]] = {}
        self.suspects: deque[tuple[Task, int]] = deque()
        self.worker_died = False
        self.given_up = 0

    def records(self, fresh: Iterator[Task]) -> Generator[ChunkRecord]:
        more = True
        while more or self.suspects or self.out:
            if self.suspects:
                if not self.out:
                    self._hand_over(*self.suspects.popleft())
            else:
                while more and not self.suspects and len(self.out) < self.carrier.width():
                    task = next(fresh, None)
                    more = task is not None
                    if task is not None:
                        self._hand_over(task, 0)
            done = wait(self.out, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED).done
            if not done:
                self.carrier.must_be_there()
            yield from self._settled(done)
            if self.worker_died:
                all_lost = self.carrier.renew()
                if all_lost:
                    wait(self.out, timeout=_LOOK_SECONDS)
                    yield from self._settled(set(self.out))
                self.worker_died = False

    def _hand_over(self, task: Task, tries: int) -> None:
        try:
            self.out[self.carrier.submit(partial(_without_exit, self.work), task)] = (task, tries)
        except self.carrier.lost:
            self.suspects.append((task, tries + 1))
            self.worker_died = True

    def _settled(self, done: set[Future[ChunkRecord]]) -> Iterator[ChunkRecord]:
        for future in sorted(done, key=lambda future: self.out[future][0].chunk):
            task, tries = self.out.pop(future)
            record = self._outcome(future, task, tries)
            if record is not None:
                yield record
            if self.given_up == HOPELESS:
                raise StoppedError(
                    f"{HOPELESS} chunks, one after the other, failed again and again; if workers run out of "
                    "memory, take fewer of them; then start again with retry_failed=true"
                )

    def _outcome(self, future: Future[ChunkRecord], task: Task, tries: int) -> ChunkRecord | None:
        """The record of a chunk that is settled, or None if it is to be tried again."""
        error = CancelledError() if future.cancelled() else future.exception(timeout=0)
        if error is None:
            _must_be_seen(task)
            self.given_up = 0
            return future.result(timeout=0)
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise error
        if isinstance(error, OSError) and is_gone(task.folder):
            raise FolderGoneError(task.folder) from error
        if isinstance(error, asyncio.CancelledError | CancelledError) and not isinstance(error, self.carrier.lost):
            raise StoppedError("the executor has ended, or given up what was handed to it")
        if isinstance(error, self.carrier.lost):
            self.worker_died = True
            reason = f"its worker died ({type(error).__name__}), as when memory runs out"
        elif isinstance(error, MemoryError):
            reason = "memory ran out"
        elif isinstance(error, OSError):
            reason = f"{type(error).__name__}: {error}"
        else:
            self.given_up = 0
            return _gave_up(task, f"{type(error).__name__}: {error}")
        if tries < self.carrier.attempts:
            self.suspects.append((task, tries + 1))
            return None
        if _is_of_a_missing_folder(error, task):
            raise StoppedError(NOT_SEEN.format(f"a worker does not find {task.folder}"))
        self.carrier.must_be_there()  # what went down with the whole executor is no failure of the chunk
        self.given_up += 1
        return _gave_up(task, f"{reason}; tried again alone {tries}x")


def _without_exit(work: Callable[[Task], ChunkRecord], task: Task) -> ChunkRecord:
    """Do the work in a worker. sys.exit there would end this process, or a Dask worker for good, without a word."""
    try:
        return work(task)
    except SystemExit as error:
        raise RuntimeError(f"the chunk called sys.exit({error.code})") from error


def _is_of_a_missing_folder(error: BaseException, task: Task) -> bool:
    """Whether a worker could not write because the results folder is not there, for it."""
    return isinstance(error, FileNotFoundError) and str(error.filename or "").startswith(str(task.folder))


def _gave_up(task: Task, reason: str) -> ChunkRecord:
    """Store all runs of a chunk as failures."""
    failures = failures_of(task, task.places, "worker", " ".join(reason.split()))
    return write_chunk(task.folder, task.chunk, [], {}, failures)


def _must_be_seen(task: Task) -> None:
    """Make sure that what a worker wrote is there for this process. A network file system may show it late."""
    path = record_path(task.folder, task.chunk)
    until = time.monotonic() + _SEEN_SECONDS
    while not path.exists():
        if is_gone(task.folder):
            raise FolderGoneError(task.folder)
        if time.monotonic() > until:
            raise StoppedError(NOT_SEEN.format(f"a worker has written chunk {task.chunk}, but {path} is not there"))
        next(path.parent.glob("*"), None)  # makes a network file system look again
        time.sleep(0.2)


def carrier_for(settings: LocalSettings | DaskSettings | SlurmDaskSettings, workers: int, chunks: int) -> Carrier:
    """The carrier that the settings name, no wider than there are ``chunks`` to carry out.

    Raises InputError if it needs a package that is not installed or a scheduler that does not answer.
    """
    workers = max(min(workers, chunks), 1)
    if isinstance(settings, LocalSettings):
        return InProcess() if workers == 1 else LocalPool(workers)
    from sim.study.running.dask_executor import DaskCarrier

    return DaskCarrier(settings, workers)
