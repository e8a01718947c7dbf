"""What carries chunks: this process, a pool of local processes, or (dask_executor.py) a Dask cluster."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from multiprocessing import active_children
from types import TracebackType
from typing import Any, Protocol, Self

from sim.engine import headway
from sim.study.running.processes import begin_worker, interrupts_held_back, process_context, starting_processes


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
    """A pool of processes of this computer. A worker's death breaks the pool; it is then built anew."""

    lost: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    attempts = 3

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        self._others = set(active_children())
        with starting_processes():
            context = process_context()
            board = headway.shared_board(context, self.workers)
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=begin_worker, initargs=board)

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Hand one chunk to the pool. Its first call starts the processes."""
        with starting_processes(), interrupts_held_back():
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
