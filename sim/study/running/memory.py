"""What a study needs of memory at the least, held against what the computer has before anything runs."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sim.inputs import InputError
from sim.results.schema import TABLES
from sim.study.setup.detail import DETAIL_STEPS
from sim.study.setup.executor_settings import LocalSettings
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings
from sim.world.world import World

NUMBER = 8
"""Bytes of a number."""

EXTRA_COLUMNS = 4
"""Columns of a design beside its numbers, and samples of the shares beside those of its numbers."""

DESIGN_COPIES = 2.4
"""How often the design table lies in memory while it is made; measured."""

ARRAYS_OF_A_RUN = 200
"""Arrays over districts and clusters that a worker holds for each run of a chunk at the least; measured."""

STEPS_HELD = 24
"""Numbers of each district that a bridge holds for each draw: its steps, and both ends, while they are joined."""

DISTRICT_HELD = 400
"""Numbers of a draw and year that the page of a district holds: two formulas, by line, cluster and neighbor, twice."""

PLACES = 3
"""Numbers beside its columns that a report keeps of each row of a table: where the row belongs."""

_READ_WHOLE = ("compare", "project", "stress", "decompose", "two_by_two")
"""Studies whose report holds all tables that are kept."""

_ALL_AT_ONCE = ("check_formula", "explore")
"""Studies that hold the base year of all draws; an explorer does so in each worker, from one point to the next."""

GB = 1e9


def memory_of_computer() -> float | None:
    """Bytes of memory that this process may use: the computer's, or the limit that its job or shell has; None where
    neither can be found out."""
    found = list(_limits())
    return min(found) if found else None


def _limits() -> Iterator[float]:
    with suppress(AttributeError, ValueError, OSError):  # a system that does not tell it in this way
        yield float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for path in _control_groups():
        try:
            written = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if written.isdecimal():
            yield float(written)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        yield float(limit)


def _control_groups() -> Iterator[Path]:
    """The files in which Linux keeps the limits of the groups that this process is in, as of a container or a job."""
    root = Path("/sys/fs/cgroup")
    yield root / "memory.max"
    yield root / "memory" / "memory.limit_in_bytes"
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if not controllers:
            for folder in (Path(place), *Path(place).parents):
                yield root / str(folder).lstrip("/") / "memory.max"
        elif "memory" in controllers.split(","):
            yield root / "memory" / place.lstrip("/") / "memory.limit_in_bytes"


def refuse_too_large(settings: Settings, inputs: Inputs, points: int = 1, factors: int = 0) -> None:
    """Refuse a study whose design, chunks or report cannot lie in memory; ``points`` and ``factors`` are those of a
    sweep. Raises InputError, one line."""
    runs = settings.draws * points * len(inputs.formulas) * len(inputs.scenarios)
    of = f"{settings.draws:,} draws of {len(inputs.formulas)} formulas over {settings.horizon} years"
    of = f"{runs:,} runs" if points > 1 else of
    many = "design.points" if points > settings.draws else "draws"
    _refuse(many, of, design_bytes(runs, inputs, factors), "in the design table", "write fewer")
    together = chunk_bytes(settings, inputs.world, runs // (len(inputs.formulas) * len(inputs.scenarios)))
    _refuse("chunk", of, together, "in all workers together", "write a smaller chunk, or fewer workers")
    tables = f"in the tables {', '.join(settings.keep)} when they are reported"
    _refuse("draws", of, report_bytes(settings, inputs, runs), tables, "write fewer, or keep=[state], or shards")


def refuse_many_draws(settings: Settings, world: World) -> None:
    """The same for a study that keeps no runs: its draws, all at once where it holds them so, else chunk by chunk."""
    of, districts = f"{settings.draws:,} draws", len(world.districts)
    if settings.study.name in _ALL_AT_ONCE:
        workers = settings.worker_count if settings.study.name == "explore" else 1
        every = workers * settings.draws * districts * len(world.clusters) * NUMBER * ARRAYS_OF_A_RUN
        _refuse("draws", of, every, "all at once", "write fewer")
        return
    together = min(settings.draws, settings.chunk) * districts * len(world.clusters) * NUMBER * ARRAYS_OF_A_RUN
    _refuse("chunk", of, together, "chunk by chunk", "write a smaller chunk")
    if settings.study.name == "bridge":
        _refuse("draws", of, settings.draws * districts * NUMBER * STEPS_HELD, "for their steps", "write fewer")
    if settings.study.name == "district":
        years = settings.draws * (settings.horizon + 1)
        _refuse("draws", of, years * NUMBER * DISTRICT_HELD, "for the district's numbers", "write fewer")


def refuse_large_layout(settings: Settings, inputs: Inputs) -> None:
    """The same for the second stage of a sensitivity study, before the first is carried out."""
    layout = settings.sensitivity
    if layout is None:
        return
    numbers = min(layout.numbers, len(inputs.catalogue.uncertain()))
    runs = layout.points * (numbers + EXTRA_COLUMNS) * len(inputs.formulas)
    needed = runs * (numbers + EXTRA_COLUMNS) * NUMBER * DESIGN_COPIES
    _refuse("sensitivity.points", f"{runs:,} runs", needed, "in the design table", "write fewer")


def _refuse(setting: str, of: str, needed: float, where: str, instead: str) -> None:
    has = memory_of_computer()
    if has is not None and needed > has:
        raise InputError(
            f"settings: {setting}: {of} need at least {needed / GB:,.1f} GB of memory {where}, and this computer gives"
            f" {has / GB:,.1f} GB; {instead}"
        )


def design_bytes(runs: int, inputs: Inputs, factors: int) -> float:
    """Bytes of the table of all runs while it is made: a row for each, a column for each number that is drawn."""
    columns = EXTRA_COLUMNS + len(inputs.catalogue.uncertain()) + factors
    return runs * columns * NUMBER * DESIGN_COPIES


def chunk_bytes(settings: Settings, world: World, rows: int) -> float:
    """Bytes that the workers of this computer hold while each carries out a chunk; 0 if they are elsewhere."""
    if not isinstance(settings.executor, LocalSettings):
        return 0.0
    together = min(rows, settings.chunk * settings.worker_count)
    return float(together * len(world.districts) * len(world.clusters) * NUMBER * ARRAYS_OF_A_RUN)


def report_bytes(settings: Settings, inputs: Inputs, runs: int) -> float:
    """Bytes of the tables that a report holds; 0 where none is written, or where it may stop before all draws."""
    if settings.study.name not in _READ_WHOLE or settings.shard is not None or settings.precision is not None:
        return 0.0
    years, stored = settings.horizon + 1, sum(step <= settings.horizon for step in DETAIL_STEPS)
    lines = min(len(formula.lines) for formula in inputs.formulas)
    rows = {
        "state": years,
        "lines": years * lines,
        "clusters": stored * len(inputs.world.clusters),
        "districts": (stored + 1) * len(inputs.world.districts),
        "district_programs": stored * len(inputs.world.districts),
    }
    return float(sum(runs * rows[table] * (len(TABLES[table]) + PLACES) * NUMBER for table in settings.keep))
