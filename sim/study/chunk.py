"""One unit of work: some replicates under every formula, carried out together and written as one set of shards."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.arrays import Array
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.scenario import Scenario
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.results.store import ChunkRecord, Failure, write_chunk
from sim.study.design import Uncertainty, parameters_for
from sim.world.world import World

DETAIL_STEPS: tuple[int, ...] = (0, 1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60)
"""Years after the base year for which every district's numbers are kept."""


@dataclass(frozen=True)
class Task:
    """What a worker is told. Every scenario is crossed with every formula; the place of a pair gives its
    runs: run_id = place x draws + replicate."""

    folder: Path
    chunk: int
    world: World
    catalogue: Catalogue
    current_law: Formula
    formulas: tuple[Formula, ...]
    scenarios: tuple[Scenario, ...]
    seed: int
    replicates: tuple[int, ...]
    draws: int
    horizon: int
    uncertainty: Uncertainty

    @property
    def cells(self) -> list[tuple[int, Scenario, Formula]]:
        """Every pair of scenario and formula with its place in the design."""
        pairs = [(scenario, formula) for scenario in self.scenarios for formula in self.formulas]
        return [(place, scenario, formula) for place, (scenario, formula) in enumerate(pairs)]

    def run_ids(self, place: int, replicates: Sequence[int]) -> list[int]:
        """The runs of a pair of scenario and formula, by its place, with these replicates."""
        return [place * self.draws + replicate for replicate in replicates]


Runs = npt.NDArray[Any]


class _Tables:
    """Columns of the result tables as they grow, block by block."""

    def __init__(self) -> None:
        self.blocks: dict[str, dict[str, list[Any]]] = {}

    def add(self, table: str, columns: Mapping[str, Any]) -> None:
        grown = self.blocks.setdefault(table, {name: [] for name in columns})
        for name, values in columns.items():
            grown[name].append(values)

    def joined(self) -> dict[str, dict[str, Any]]:
        return {
            table: {name: np.concatenate(blocks) for name, blocks in columns.items()}
            for table, columns in self.blocks.items()
        }


def run_chunk(task: Task) -> ChunkRecord:
    """Run the replicates of a task under all its formulas and write them.

    A replicate that cannot be computed, or gives a number that is not finite, becomes a failure with its seed,
    parameters, stage and message; the others are kept.
    """
    tables, failures = _attempt(task, task.replicates)
    if failures is None:
        tables, failures = _Tables(), []
        for replicate in task.replicates:
            alone, failed = _attempt(task, (replicate,), keep_failure=True)
            failures.extend(failed or [])
            for table, columns in alone.joined().items():
                tables.add(table, columns)
    failed_runs = {failure.run_id for failure in failures}
    run_ids = [run for place, _, _ in task.cells for run in task.run_ids(place, task.replicates)]
    finished = [run for run in run_ids if run not in failed_runs]
    return write_chunk(task.folder, task.chunk, finished, tables.joined(), failures)


def _attempt(task: Task, replicates: Sequence[int], keep_failure: bool = False) -> tuple[_Tables, list[Failure] | None]:
    """The tables of these replicates, and their failures; None instead of failures if they must be tried one by one."""
    tables = _Tables()
    stage = "start"
    try:
        parameters = parameters_for(task.catalogue, task.world, task.seed, replicates, task.uncertainty)
        ensemble = prepare(task.world, parameters, task.current_law, task.seed, replicates, task.horizon)
        for place, scenario, formula in task.cells:
            stage = f"formula {formula.name}, scenario {scenario.name}"
            _run_formula(task, ensemble, place, formula, scenario, replicates, tables)
    except (ArithmeticError, ValueError, IndexError, KeyError) as error:
        if not keep_failure:
            return tables, None
        message = traceback.format_exception_only(error)[-1].strip()
        return _Tables(), failures_of(task, replicates, stage, message)
    return tables, []


def failures_of(task: Task, replicates: Sequence[int], stage: str, message: str) -> list[Failure]:
    """Every run of these replicates as a failure."""
    return [
        Failure(run, task.seed, stage, message, {"replicate": replicate})
        for place, _, _ in task.cells
        for run, replicate in zip(task.run_ids(place, replicates), replicates, strict=True)
    ]


def _run_formula(
    task: Task,
    ensemble: Ensemble,
    place: int,
    formula: Formula,
    scenario: Scenario,
    replicates: Sequence[int],
    tables: _Tables,
) -> None:
    runs = np.array(task.run_ids(place, replicates), dtype=np.int64)
    _keep(task, ensemble, ensemble.state, ensemble.base, runs, 0, tables)
    for step, (state, year) in enumerate(simulate(ensemble, formula, task.horizon, scenario=scenario), start=1):
        _keep(task, ensemble, state, year, runs, step, tables)


def _keep(task: Task, ensemble: Ensemble, state: State, year: Year, runs: Runs, step: int, tables: _Tables) -> None:
    world, parameters = ensemble.world, ensemble.parameters
    keys = {"run_id": runs, "fiscal_year": np.full(runs.size, year.fiscal_year, dtype=np.int64)}
    statewide = recording.statewide(world, parameters, state, year)
    for name, values in statewide.items():
        if not np.isfinite(values).all():
            raise FloatingPointError(f"{name} is not a finite number in fiscal year {year.fiscal_year}")
    tables.add("state", {**keys, **{name: _each_run(values, runs.size) for name, values in statewide.items()}})
    for line, record in recording.by_line(year).items():
        columns = {name: _each_run(values, runs.size) for name, values in record.items()}
        tables.add("lines", {**keys, "line": np.full(runs.size, line, dtype=object), **columns})
    clusters = recording.by_cluster(parameters, state, year)
    tables.add("clusters", _long(keys, "cluster", world.clusters.identifier, clusters))
    if step in DETAIL_STEPS:
        districts = recording.by_district(state, year)
        tables.add("districts", _long(keys, "district", world.districts.identifier, districts))


def _each_run(values: Array, runs: int) -> Array:
    return np.broadcast_to(values, (runs,))


def _long(keys: Mapping[str, Runs], name: str, labels: Sequence[str], record: Mapping[str, Array]) -> dict[str, Any]:
    many = len(labels)
    runs = keys["run_id"].size
    columns: dict[str, Any] = {key: np.repeat(values, many) for key, values in keys.items()}
    columns[name] = np.tile(np.array(labels, dtype=object), runs)
    columns.update({key: np.broadcast_to(values, (runs, many)).reshape(-1) for key, values in record.items()})
    return columns
