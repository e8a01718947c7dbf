"""A progress bar with rate and time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that is told the runs done and the runs of the whole design."""
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task: TaskID = bar.add_task("runs", total=None, rate="")

        def advance(done: int, total: int) -> None:
            current = bar.tasks[0]
            elapsed = current.elapsed or 0.0
            rate = f"{done / elapsed:,.0f} a second" if elapsed > 0.5 and done else ""
            bar.update(task, completed=done, total=total, rate=rate)

        yield advance
