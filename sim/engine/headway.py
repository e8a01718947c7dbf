"""How far the work that is under way is: told by the engine after each simulated year, read by who shows progress.

A worker process writes into its own place of a board that it shares with the process that started it. No number of a
study depends on it; where nothing is shared (Dask), chunks are told as they are done and nothing in between.
"""

from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from typing import Any

Board = MutableSequence[float]
"""Runs done of the piece that each worker works on; fractions of a run count."""


@dataclass
class _Worker:
    """What this process writes: its board, its place on it, and the piece of work that it is in."""

    board: Board = field(default_factory=lambda: [0.0])
    place: int = 0
    runs: float = 0.0
    run_years: float = 0.0
    done: float = 0.0


_here = _Worker()


@contextmanager
def piece(runs: float, run_years: float) -> Iterator[None]:
    """A piece of work that ends with so many ``runs`` done, after so many simulated ``run_years``, warm-up included. A
    piece within a piece is part of it."""
    if _here.run_years:
        yield
        return
    _here.runs, _here.run_years, _here.done = runs, max(run_years, 1.0), 0.0
    try:
        yield
    finally:
        _here.run_years = 0.0
        _here.board[_here.place] = 0.0


def year_done(runs: int) -> None:
    """A year of so many runs has been simulated."""
    if _here.run_years:
        _here.done += runs
        _here.board[_here.place] = _here.runs * min(_here.done / _here.run_years, 1.0)


def under_way() -> float:
    """Runs that are done within pieces that are not."""
    return float(sum(_here.board))


def shared_board(context: BaseContext, workers: int) -> tuple[Any, ...]:
    """A board for so many workers that this process reads, as what `join_board` takes in each of them."""
    board = context.RawArray("d", workers)
    _here.board, _here.place = board, 0
    return board, context.Value("i", 0)


def own_board() -> None:
    """Back to a board that this process alone writes on."""
    _here.board, _here.place = [0.0], 0


def join_board(board: Any, joined: Any) -> None:
    """Take the next place on a board, in a worker process."""
    with joined.get_lock():
        place = joined.value
        joined.value += 1
    _here.board, _here.place = board, place % len(board)
