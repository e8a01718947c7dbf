"""What a study will run: its design table and its tasks, laid out before anything starts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.study.designs.batches import Varied
from sim.study.designs.sweep import Sweep
from sim.study.running.chunk import Task
from sim.study.setup.design import crossed_design, in_chunks
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings

FEWEST, WORTHWHILE = 4, 8
"""Chunks that a small study is cut into, and the rows from which on one is worth its own start."""


@dataclass(frozen=True)
class Plan:
    """The design, one row for each run, and the tasks that carry it out, one for each chunk.

    A *row* is a point with a replicate; every pair of scenario and formula runs each row, so that ``run_id`` = place of
    the pair x ``rows`` + row. Rows go replicate by replicate over all ``points``: after any whole replicate each point
    has run equally often.
    """

    design: pd.DataFrame
    tasks: tuple[Task, ...]
    rows: int
    points: int

    @property
    def chunk_size(self) -> int:
        """The rows that a chunk carries out; the last may have fewer."""
        return len(self.tasks[0].replicates)


def planned(settings: Settings, inputs: Inputs, folder: Path, sweep: Sweep | None = None) -> Plan:
    """The plan of a study, with the points of ``sweep`` if it has any."""
    names = [formula.name for formula in inputs.formulas]
    scenarios = [scenario.name for scenario in inputs.scenarios]
    points = len(sweep.points) if sweep is not None else 1
    own_luck = settings.design is not None and settings.design.luck == "own"
    rows = settings.draws * points
    if sweep is not None and sweep.replicates is not None:
        replicate_of = sweep.replicates.T.reshape(rows)
    else:
        replicate_of = np.arange(rows) if own_luck else np.repeat(np.arange(settings.draws), points)
    replicates = int(replicate_of.max()) + 1
    design = crossed_design(
        names, scenarios, replicates, inputs.catalogue, inputs.world, settings.seed, settings.uncertainty, settings.luck
    )
    if sweep is not None:
        design = _with_points(design, sweep, replicate_of, len(names) * len(scenarios))
    tasks = tuple(_tasks(settings, inputs, folder, sweep, replicate_of))
    return Plan(design, tasks, rows, points)


def shared_out(rows: int, most: int) -> list[range]:
    """The rows of each chunk, ``most`` of them where there are enough.

    A study with less than ``FEWEST`` such chunks is cut into smaller and equal ones, as far as each keeps
    ``WORTHWHILE`` rows, so that no worker waits for a long last one. The cut does not depend on the number of workers:
    a study may be continued with others.
    """
    size = most
    if rows < FEWEST * most:
        number = max(math.ceil(rows / most), min(FEWEST, rows // WORTHWHILE), 1)
        size = math.ceil(rows / number)
    return in_chunks(rows, size)


def _with_points(crossed: pd.DataFrame, sweep: Sweep, replicate_of: np.ndarray, cells: int) -> pd.DataFrame:
    """The design of single replicates, spread over points; a factor's column stands where a draw's would."""
    rows, points = len(replicate_of), len(sweep.points)
    replicates = len(crossed) // cells
    first = np.repeat(np.arange(cells) * replicates, rows) + np.tile(replicate_of, cells)
    design = crossed.iloc[first].reset_index(drop=True)
    design["run_id"] = np.arange(len(design))
    point = np.tile(np.arange(rows) % points, cells)
    values = sweep.points.iloc[point].reset_index(drop=True)
    drawn = design.drop(columns=[name for name in values if name in design])
    keys = ["run_id", "formula", "scenario", "replicate"]
    numbers = pd.DataFrame({"point": point})
    parts = [drawn[keys[:1]], numbers, drawn[keys[1:]], values, drawn.drop(columns=keys)]
    joined: pd.DataFrame = pd.concat(parts, axis=1)
    return joined


def _tasks(
    settings: Settings, inputs: Inputs, folder: Path, sweep: Sweep | None, replicate_of: np.ndarray
) -> Iterator[Task]:
    rows = len(replicate_of)
    columns = {} if sweep is None else {str(name): column.tolist() for name, column in sweep.points.items()}
    points = 1 if sweep is None else len(sweep.points)
    # Where a study stops early depends on its chunks, which are then as written.
    whole = settings.precision is not None
    chunks = in_chunks(rows, settings.chunk) if whole else shared_out(rows, settings.chunk)
    for chunk, chosen in enumerate(chunks):
        varied = Varied()
        if sweep is not None:
            values = {name: tuple(column[row % points] for row in chosen) for name, column in columns.items()}
            varied = Varied(sweep.factors, values)
        yield Task(
            folder=folder,
            chunk=chunk,
            world=inputs.world,
            catalogue=inputs.catalogue,
            current_law=inputs.current_law,
            formulas=inputs.formulas,
            references=inputs.references,
            baseline=inputs.baseline,
            scenarios=inputs.scenarios,
            seed=settings.seed,
            replicates=tuple(int(replicate_of[row]) for row in chosen),
            draws=settings.draws,
            horizon=settings.horizon,
            uncertainty=settings.uncertainty,
            keep=settings.keep,
            varied=varied,
            rows=tuple(chosen) if sweep is not None else None,
            size=rows,
            luck=settings.luck,
        )
