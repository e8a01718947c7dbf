"""How far a study is: moves within a chunk, never back, in a bar or a few lines; and costs no number a bit."""

import io
import threading
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest
from rich.console import Console
from simulated import new_mexico_ensemble, shipped

from sim.engine import headway
from sim.engine.ensemble import simulate
from sim.report.shared.progress import Quiet, Shown, progress_bar, writing_steps


@pytest.fixture(autouse=True)
def own() -> Iterator[None]:
    headway.own_board()
    yield
    headway.own_board()


def test_a_piece_moves_with_every_simulated_year_to_its_number_of_runs() -> None:
    start, years, seen = new_mexico_ensemble(2, 3), 3, []
    with headway.piece(runs=10, run_years=2 * years):
        for _ in simulate(start, shipped("status_quo"), years):
            seen.append(headway.under_way())
    assert seen == pytest.approx([10 / 3, 20 / 3, 10])
    assert headway.under_way() == 0.0


def test_years_outside_a_piece_are_not_counted_and_a_piece_within_one_is_part_of_it() -> None:
    headway.year_done(5)
    assert headway.under_way() == 0.0
    with headway.piece(4, 8):
        with headway.piece(100, 1):
            headway.year_done(2)
        assert headway.under_way() == 1.0
        headway.year_done(200)  # tried again, row by row
        assert headway.under_way() == 4.0


def test_what_is_shown_never_goes_back_and_never_beyond_the_end() -> None:
    under_way = iter([3.0, 9.5, 0.0, 2.0, 99.0])
    shown = Shown(lambda: next(under_way))
    shown.told(0, 20)
    assert [shown.now(), shown.now()] == [3.0, 9.5]
    assert shown.now() == 9.5  # the piece has ended and is not told yet
    shown.told(10, 20)
    assert shown.now() == 12.0
    assert shown.now() == 20.0


def test_lines_are_close_at_first_and_a_minute_apart_later() -> None:
    seconds = count()
    quiet = Quiet(lambda: float(next(seconds)))
    due = [second for second in range(1, 1000) if quiet.over()]
    assert due[:4] == [1, 5, 10, 20]
    assert [later - sooner for sooner, later in pairwise(due[6:])] == [60] * (len(due) - 7)


def plain() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=False, width=100), out


def test_a_notebook_is_told_in_a_handful_of_lines() -> None:
    console, out = plain()
    with progress_bar(console) as advance:
        for done in range(0, 2001, 20):
            advance(done, 2000)
    with writing_steps(console) as tell:
        for number in range(1, 51):
            tell("figures", number, 50)
    lines = out.getvalue().splitlines()
    assert lines[-2:] == ["2,000 of 2,000 runs", "writing figures, 1 of 50"]
    assert len(lines) <= 5
    assert threading.active_count() < 10


def test_a_bar_is_never_without_its_end() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    with progress_bar(console) as advance:
        advance(0, 12)
        with headway.piece(12, 12):
            headway.year_done(6)
            console.print("")
            advance(0, 12)
        advance(12, 12)
    assert "/?" not in out.getvalue()
    assert "12 of 12 runs" in out.getvalue()


def test_a_worker_process_tells_on_the_board_of_the_process_that_started_it(tmp_path: Path) -> None:
    from working import half_way_until

    from sim.study.running.executors import LocalPool

    with LocalPool(2) as pool:
        ended = pool.submit(half_way_until, tmp_path / "go")
        while headway.under_way() != 5.0:
            assert not ended.done()
        (tmp_path / "go").touch()
        assert ended.result() == 10
        assert headway.under_way() == 0.0
