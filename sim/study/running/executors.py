"""What carries chunks: this process, a pool of local processes, or (dask_executor.py) a Dask cluster."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Protocol, Self

from sim.engine import headway
from sim.study.running.stopping import StoppedError

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Carrier(Protocol):
    """A `concurrent.futures` executor, and what to do when one of its workers dies.

    As a context manager it ends its workers: at once if it is left by an exception, else when they are done.
    """

    lost: tuple[type[BaseException], ...]
    """What the future of a chunk raises if its worker died."""

    attempts: int
    """How often a chunk is tried alone after it went down with a worker, before its runs are failures."""

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Hand one chunk over. May raise one of ``lost``."""

    def width(self) -> int:
        """How many chunks to keep handed over, so that no worker waits for its next one."""

    def must_be_there(self) -> None:
        """Asked while nothing has been done for some seconds. Raises StoppedError if nothing will be any more."""

    def renew(self) -> bool:
        """Make it usable again after a worker died; whether all that was handed over is lost."""

    def __enter__(self) -> Self:
        """Start it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""


class _Here(Executor):
    """An executor that does each piece of work at once in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class InProcess:
    """One chunk after the other in this process."""

    lost: tuple[type[BaseException], ...] = ()
    attempts = 3

    def __init__(self) -> None:
        self._executor = _Here()

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Carry the chunk out; the future is done."""
        return self._executor.submit(work, task)

    def width(self) -> int:
        """One at a time, so that each is told as it is done."""
        return 1

    def must_be_there(self) -> None:
        """It is this process."""

    def renew(self) -> bool:
        """Nothing can have died."""
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


class LocalPool:
    """A pool of spawned processes of this computer. A worker's death breaks the pool; it is then built anew."""

    lost: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    attempts = 3

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        self._others = set(active_children())
        with _starting_processes():
            context = get_context("spawn")
            board = headway.shared_board(context, self.workers)
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=begin_worker, initargs=board)

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Hand one chunk to the pool. Its first call starts the processes."""
        with _starting_processes(), interrupts_held_back():
            return self._pool.submit(work, task)

    def width(self) -> int:
        """One for each worker and one ready for each second of them."""
        return self.workers + (self.workers + 1) // 2

    def must_be_there(self) -> None:
        """The pool tells of the end of a worker itself."""

    def renew(self) -> bool:
        """A new pool in place of the broken one, whose chunks are all lost."""
        self._end()
        self._start()
        return True

    def _end(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        mine = [process for process in active_children() if process not in self._others]
        for process in mine:
            process.kill()
        for process in mine:
            process.join(10.0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.shutdown(cancel_futures=True)
        else:
            self._end()
        headway.own_board()


@contextmanager
def _starting_processes() -> Iterator[None]:
    """Processes that are started here have no threads for linear algebra, which chunks do without and which take
    memory from them. Raises StoppedError where the operating system starts no further process, as where files or memory
    run out."""
    before = {name: os.environ.get(name) for name in _THREADS}
    try:
        os.environ.update(dict.fromkeys(_THREADS, "1"))
        yield
    except (OSError, MemoryError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or "memory ran out"
        raise StoppedError(
            f"worker processes cannot be started: {reason}; take fewer (workers=1 needs none), or raise the limits of "
            "this account (ulimit -a)"
        ) from error
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C and a polite kill back while processes are started, and let them come afterwards.

    A process that is half started when its parent turns away ends with a traceback. Blocking the signal in this thread
    would not do: another thread may receive it, and Python still handles it here. The mask is for the new processes,
    which inherit it and leave Ctrl-C to this process.
    """
    came: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in handlers:
        signal.signal(number, lambda number, frame: came.append(number))
    masked = hasattr(signal, "pthread_sigmask")
    if masked:
        resource_tracker.ensure_running()  # it would let them through again when it starts
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def begin_worker(*board: Any) -> None:
    """Prepare a worker process: it leaves Ctrl-C to its parent, ends when its parent does, however that ends, and tells
    on the ``board`` that they share how far it is."""
    if board:
        headway.join_board(*board)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
