"""Starting processes of this computer and ending with them: what they are made from, and which signals they heed."""

import atexit
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, get_context, parent_process, resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from typing import Any

from sim.engine import headway
from sim.study.running.stopping import StoppedError

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_SOCKET = "/pymp-12345678/listener-12345678"
"""As Python calls the file through which it speaks to what processes are forked from."""
_LONGEST_SOCKET = 107
"""Bytes of such a file's path (unix(7), ``sun_path``)."""
_LOADED_ONCE = ["sim.study.running.chunk"]


def process_context() -> BaseContext:
    """How worker processes come about. On Linux they are forked from a process of one thread that has loaded the model
    once for all of them, elsewhere each starts afresh: other systems' own libraries do not bear a fork."""
    if not forks():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(_LOADED_ONCE)
    return context


def prepare_processes() -> None:
    """Let what workers are forked from load the model while this process reads its inputs. It ends with this process;
    where it cannot be started, that is told when workers are."""
    if not forks():
        return
    process_context()
    with suppress(StoppedError), starting_processes(), interrupts_held_back():
        forkserver.ensure_running()
        atexit.register(_end_what_still_loads)


def forks() -> bool:
    """Whether processes are forked here. What loads the model for them is told by ``PYTHONPATH`` where it lies, which
    cannot name a folder with a colon, and is spoken to through a file of the temporary folder, whose path the system
    bounds."""
    reachable = len(os.fsencode(tempfile.gettempdir())) + len(_SOCKET) <= _LONGEST_SOCKET
    return sys.platform.startswith("linux") and reachable and not any(os.pathsep in place for place in sys.path)


def _end_what_still_loads() -> None:
    """Else a command that is refused would leave it behind for a second."""
    number = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if number is not None:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)


@contextmanager
def starting_processes() -> Iterator[None]:
    """Processes that are started here have no threads for linear algebra, which chunks do without and which take
    memory from them. Raises StoppedError where the operating system starts no further process, as where files or memory
    run out."""
    settings = {
        **dict.fromkeys(_THREADS, "1"),
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(_searched()),
    }
    before = {name: os.environ.get(name) for name in settings}
    try:
        os.environ.update(settings)
        yield
    except (OSError, EOFError, MemoryError) as error:
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


def _searched() -> list[str]:
    """Where this process looks for modules: those it starts find the same ones there, and nothing in a folder of the
    user's that happens to be the working folder."""
    try:
        return [os.path.abspath(place) for place in sys.path]
    except FileNotFoundError:  # the working folder has been removed
        return [place for place in sys.path if os.path.isabs(place)]


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
