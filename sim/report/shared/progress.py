"""A progress bar with rate and time left; where no one watches, a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

_LINE_SECONDS = 60.0
"""Between two lines in a log file: a night of them can still be read."""


class Pace:
    """Runs a second and time left, measured from the first call on: what an earlier start had finished is not counted
    as done now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: tuple[float, int] | None = None

    def text(self, done: int, total: int) -> str:
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


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that is told the runs done and the runs of the whole design."""
    pace = Pace()
    if not console.is_terminal:
        said = time.monotonic()

        def line(done: int, total: int) -> None:
            nonlocal said
            text = pace.text(done, total)
            if time.monotonic() - said > _LINE_SECONDS or done == total:
                said = time.monotonic()
                console.print(f"{done:,} of {total:,} runs" + (f", {text}" if text else ""), highlight=False)

        yield line
        return
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("runs", total=None, pace="")

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, pace=pace.text(done, total))

        yield advance
