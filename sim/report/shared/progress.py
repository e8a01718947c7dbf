"""How far a study is: a bar with time left in a terminal, a few lines elsewhere; and what is being written, by name."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn

from sim.engine import headway
from sim.report.shared.steps import Tell

_LINE_SECONDS = 60.0
"""Between two lines in a log file at most: a night of them can still be read. The first come sooner."""

_FIRST_SECONDS = 4.0
_LOOK_SECONDS = 0.1


class Pace:
    """Runs a second and time left, measured from the first call on: what an earlier start had finished is not counted
    as done now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: tuple[float, float] | None = None

    def text(self, done: float, total: int) -> str:
        """'210 a second, 0:03:20 left'; empty while too little is known."""
        now = self._clock()
        if self._begun is None:
            self._begun = (now, done)
        began, before = self._begun
        if done <= before or now - began < 0.5:
            return ""
        rate = (done - before) / (now - began)
        left = timedelta(seconds=round((total - done) / rate))
        shown = f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.2g} a second"
        return f"{shown}, {left} left" if done < total else shown


class Shown:
    """What is shown of a study: the runs that it was told are done, and what is under way beyond them. Never less than
    before, as a piece that is done leaves ``under_way`` a moment before it is told."""

    def __init__(self, under_way: Callable[[], float] = headway.under_way) -> None:
        self._under_way = under_way
        self._most = 0.0
        self.done, self.total = 0, 0

    def told(self, done: int, total: int) -> None:
        """So many runs are done and kept, of all."""
        self.done, self.total = done, total

    def now(self) -> float:
        """Runs done, with fractions of those under way."""
        self._most = min(max(self._most, self.done + self._under_way()), float(self.total))
        return self._most


class Quiet:
    """When the next line is due: soon at first, then each time as much later again, up to ``_LINE_SECONDS``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._due = clock()

    def over(self) -> bool:
        """Whether a line is due; the next is then later."""
        now = self._clock()
        if now < self._due:
            return False
        self._due = now + min(max(now - self._began, _FIRST_SECONDS), _LINE_SECONDS)
        return True


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that is told the runs done and the runs of the whole design."""
    shown, pace = Shown(), Pace()
    if console.is_terminal:
        with _Bar(shown, pace, console=console) as bar:
            bar.add_task("runs", total=None, counted="", pace="preparing")
            yield shown.told
        return
    with _lines(console, shown, pace) as told:
        yield told


class _Bar(Progress):
    """A bar that looks how far it is whenever it is drawn."""

    def __init__(self, shown: Shown, pace: Pace, **more: Any) -> None:
        self._shown, self._pace = shown, pace
        columns = (BarColumn(), TextColumn("{task.fields[counted]}"), TextColumn("{task.fields[pace]}"))
        super().__init__(*columns, **more)

    def get_renderables(self) -> Iterator[RenderableType]:
        """The bar as it stands now."""
        total = self._shown.total
        for task in self.tasks if total else ():
            now = self._shown.now()
            task.total, task.completed = total, now
            task.fields["counted"] = f"{int(now):,} of {total:,} runs"
            task.fields["pace"] = self._pace.text(now, total) or "..."
        yield from super().get_renderables()


@contextmanager
def _lines(console: Console, shown: Shown, pace: Pace) -> Iterator[Callable[[int, int], None]]:
    """A line when something moves for the first time, then now and then, and at the end."""
    quiet, ended, talking = Quiet(), threading.Event(), threading.Lock()
    said: list[tuple[int, int]] = []

    def say() -> None:
        with talking:
            now, total = shown.now(), shown.total
            at, text = (int(now), total), pace.text(now, total)
            if not said or at != said[-1]:
                said.append(at)
                console.print(f"{at[0]:,} of {total:,} runs" + (f", {text}" if text else ""), highlight=False)

    def look() -> None:
        pace_began = False
        while not ended.wait(_LOOK_SECONDS):
            if shown.total and not pace_began:
                pace.text(shown.now(), shown.total)
                pace_began = True
            if shown.done < shown.total and int(shown.now()) > 0 and quiet.over():
                say()

    def told(done: int, total: int) -> None:
        shown.told(done, total)
        if done == total:
            say()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield told
    finally:
        ended.set()
        looking.join()


@contextmanager
def writing_steps(console: Console) -> Iterator[Tell]:
    """Yields a function that is told what is written: beside a spinner in a terminal, else in a line now and then."""
    if console.is_terminal:
        with console.status("writing") as status:
            yield lambda name, number, of: status.update(_step(name, number, of))
        return
    quiet = Quiet()

    def line(name: str, number: int, of: int) -> None:
        if quiet.over():
            console.print(_step(name, number, of), highlight=False)

    yield line


def _step(name: str, number: int, of: int) -> str:
    return f"writing {name}, {number} of {of}"
