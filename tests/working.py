"""Work for workers in tests: chunks that kill their worker, fail, or look at what they are given."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from sim.engine import headway
from sim.results.records import ChunkRecord
from sim.study.running.chunk import Task, run_chunk


def kills_for_chunk_2(task: Task) -> ChunkRecord:
    """Chunk 2 kills its worker each time; the others take long enough to be out when it does."""
    if task.chunk == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.2)
    return run_chunk(task)


def kills_once_for_chunk_2(task: Task) -> ChunkRecord:
    """Chunk 2 kills its worker when it is carried out first."""
    mark = task.folder / "killed"
    if task.chunk == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_chunk(task)


def kills_always(task: Task) -> ChunkRecord:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def fails_for_chunk_2(task: Task) -> ChunkRecord:
    if task.chunk == 2:
        raise TypeError("an error\nof the program")
    return run_chunk(task)


def runs_out_of_memory(task: Task) -> ChunkRecord:
    if task.chunk == 2:
        raise MemoryError
    return run_chunk(task)


def exits_for_chunk_2(task: Task) -> ChunkRecord:
    if task.chunk == 2:
        raise SystemExit(3)
    return run_chunk(task)


def writes_elsewhere(task: Task) -> ChunkRecord:
    """As a worker without the results folder of the driver does."""
    elsewhere = Path(str(task.folder) + "-of-the-worker")
    (elsewhere / "results").mkdir(parents=True, exist_ok=True)
    return run_chunk(replace(task, folder=elsewhere))


def half_way_until(path: Path) -> int:
    """Be half-way through a piece of ten runs until a file is there."""
    with headway.piece(10, 2):
        headway.year_done(1)
        while not path.exists():
            time.sleep(0.01)
    return 10
