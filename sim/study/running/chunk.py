"""One unit of work: some replicates under every formula, carried out together and written as one set of shards."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.arrays import Array, IntArray
from sim.engine import headway, recording
from sim.engine.calendar import Year
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, simulate
from sim.engine.scenario import Scenario
from sim.engine.state import State
from sim.engine.static import static_score
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.uncertainty import Uncertainty
from sim.results.ledger import steps_of
from sim.results.records import ChunkRecord, Failure
from sim.results.schema import TABLES
from sim.results.store import write_chunk
from sim.study.designs.batches import NOTHING_VARIES, Batch, Varied, batches, begin, start
from sim.study.setup.detail import DETAIL_STEPS
from sim.world.world import World


@dataclass(frozen=True)
class Task:
    """What a worker is told: rows, each a replicate under every pair of scenario and formula.

    The place of a pair gives its runs: run_id = place x size + row. Without a sweep a row is its replicate and ``size``
    is ``draws``; with one, ``rows`` are numbered over the whole design and ``varied`` has the values of each.
    ``references`` run beside the ``baseline``, of which their rows have the runs.
    """

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
    keep: tuple[str, ...] = ("state", "lines", "clusters", "districts")
    varied: Varied = NOTHING_VARIES
    rows: tuple[int, ...] | None = None
    size: int | None = None
    references: tuple[Formula, ...] = ()
    baseline: str | None = None
    luck: int = 1

    @property
    def cells(self) -> list[tuple[int, Scenario, Formula]]:
        """Every pair of scenario and formula with its place in the design."""
        pairs = [(scenario, formula) for scenario in self.scenarios for formula in self.formulas]
        return [(place, scenario, formula) for place, (scenario, formula) in enumerate(pairs)]

    @property
    def places(self) -> range:
        """The rows of the task by their place in it."""
        return range(len(self.replicates))

    @property
    def years_of_a_row(self) -> int:
        """Years that are simulated for each row: the warm-up once, then every pair of scenario and formula."""
        beside = len(self.references) * len(self.scenarios) if self.baseline is not None else 0
        return WARM_UP_YEARS + 1 + self.horizon * (len(self.cells) + beside)

    def run_ids(self, place: int, rows: Sequence[int]) -> list[int]:
        """The runs of a pair of scenario and formula, by its place, for rows by their place in the task."""
        numbers = self.replicates if self.rows is None else self.rows
        return [place * (self.size or self.draws) + numbers[row] for row in rows]


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
    """Run the rows of a task under all its formulas and write them.

    A row that cannot be computed, or gives a number that is not finite, becomes a failure with its seed, values,
    stage and message; the others are kept.
    """
    with headway.piece(len(task.cells) * len(task.places), len(task.places) * task.years_of_a_row):
        return _carried_out(task)


def _carried_out(task: Task) -> ChunkRecord:
    tables, failures = _attempt(task, task.places)
    if failures is None:
        tables, failures = _Tables(), []
        for row in task.places:
            alone, failed = _attempt(task, (row,), keep_failure=True)
            failures.extend(failed or [])
            for table, columns in alone.joined().items():
                tables.add(table, columns)
    failed_runs = {failure.run_id for failure in failures}
    run_ids = [run for place, _, _ in task.cells for run in task.run_ids(place, task.places)]
    finished = [run for run in run_ids if run not in failed_runs]
    return write_chunk(task.folder, task.chunk, finished, tables.joined(), failures)


def _attempt(task: Task, rows: Sequence[int], keep_failure: bool = False) -> tuple[_Tables, list[Failure] | None]:
    """The tables of these rows, and their failures; None instead of failures if they must be tried one by one."""
    tables = _Tables()
    stage = "start"
    try:
        ensemble, started = start(
            task.world,
            task.catalogue,
            task.current_law,
            task.seed,
            task.replicates,
            task.varied,
            rows,
            task.horizon,
            task.uncertainty,
            task.luck,
        )
        for place, scenario, formula in task.cells:
            stage = f"formula {formula.name}, scenario {scenario.name}"
            runs = np.array(task.run_ids(place, rows), dtype=np.int64)
            for batch in batches(formula, scenario, task.varied, rows, started):
                _run_formula(task, begin(ensemble, batch), batch, runs[batch.rows], tables)
            for reference in task.references if formula.name == task.baseline else ():
                stage = f"formula {reference.name}, scenario {scenario.name}"
                for batch in batches(reference, scenario, task.varied, rows, started):
                    _run_reference(task, begin(ensemble, batch), batch, runs[batch.rows], tables)
    except (ArithmeticError, ValueError, IndexError, KeyError) as error:
        if not keep_failure:
            return tables, None
        message = traceback.format_exception_only(error)[-1].strip()
        return _Tables(), failures_of(task, rows, stage, message)
    return tables, []


def failures_of(task: Task, rows: Sequence[int], stage: str, message: str) -> list[Failure]:
    """Every run of these rows, by their place in the task, as a failure."""
    return [
        Failure(run, task.seed, stage, message, {"replicate": task.replicates[row], **task.varied.at(row)})
        for place, _, _ in task.cells
        for run, row in zip(task.run_ids(place, rows), rows, strict=True)
    ]


def _run_formula(task: Task, ensemble: Ensemble, batch: Batch, runs: Runs, tables: _Tables) -> None:
    if "districts" in task.keep:
        scored = static_score(ensemble, batch.formula)
        keys = {"run_id": runs, "fiscal_year": np.full(runs.size, scored.fiscal_year, dtype=np.int64)}
        record = recording.static(ensemble.state, scored)
        tables.add("static", _long(keys, "district", task.world.districts.identifier, steps_of(record), batch.result))
    _keep(task, ensemble, ensemble.state, ensemble.base, runs, batch.result, 0, tables)
    years = simulate(ensemble, batch.formula, task.horizon, scenario=batch.scenario)
    for step, (state, year) in enumerate(years, start=1):
        _keep(task, ensemble, state, year, runs, batch.result, step, tables)


def _run_reference(task: Task, ensemble: Ensemble, batch: Batch, runs: Runs, tables: _Tables) -> None:
    """What a reference brings and costs statewide, under the runs of the baseline that it is the twin of."""
    tables.add("references", _statewide(ensemble, ensemble.state, ensemble.base, runs, batch.result))
    for state, year in simulate(ensemble, batch.formula, task.horizon, scenario=batch.scenario):
        tables.add("references", _statewide(ensemble, state, year, runs, batch.result))


def _statewide(ensemble: Ensemble, state: State, year: Year, runs: Runs, result: IntArray) -> dict[str, Any]:
    """The statewide columns of a year. Raises FloatingPointError if one of them is not a finite number."""
    keys = {"run_id": runs, "fiscal_year": np.full(runs.size, year.fiscal_year, dtype=np.int64)}
    found = recording.statewide(ensemble.world, ensemble.parameters, state, year)
    for name, values in found.items():
        if not np.isfinite(values).all():
            raise FloatingPointError(f"{name} is not a finite number in fiscal year {year.fiscal_year}")
    return {**keys, **{name: _each_run(values, result) for name, values in found.items()}}


def _keep(
    task: Task,
    ensemble: Ensemble,
    state: State,
    year: Year,
    runs: Runs,
    result: IntArray,
    step: int,
    tables: _Tables,
) -> None:
    world, parameters = ensemble.world, ensemble.parameters
    keys = {"run_id": runs, "fiscal_year": np.full(runs.size, year.fiscal_year, dtype=np.int64)}
    tables.add("state", _statewide(ensemble, state, year, runs, result))
    if "lines" in task.keep:
        for line, record in recording.by_line(year).items():
            columns = {name: _each_run(values, result) for name, values in record.items()}
            tables.add("lines", {**keys, "line": np.full(runs.size, line, dtype=object), **columns})
    if "clusters" in task.keep and (step in DETAIL_STEPS or step == task.horizon):
        clusters = recording.by_cluster(parameters, state, year)
        tables.add("clusters", _long(keys, "cluster", world.clusters.identifier, clusters, result))
    kept = [table for table in ("districts", "district_programs") if table in task.keep]
    if kept and step in DETAIL_STEPS:
        found = steps_of(recording.by_district(parameters, state, year))
        for table in kept:
            record = {column.name: found[column.name] for column in TABLES[table] if column.name in found}
            tables.add(table, _long(keys, "district", world.districts.identifier, record, result))


def _each_run(values: Array, result: IntArray) -> Array:
    """A number of every run ``[R]``, or one for all, as each row takes it."""
    spread: Array = np.broadcast_to(values, (int(result.max()) + 1,))[result]
    return spread


def _long(
    keys: Mapping[str, Runs], name: str, labels: Sequence[str], record: Mapping[str, Array], result: IntArray
) -> dict[str, Any]:
    many, simulated = len(labels), int(result.max()) + 1
    columns: dict[str, Any] = {key: np.repeat(values, many) for key, values in keys.items()}
    columns[name] = np.tile(np.array(labels, dtype=object), keys["run_id"].size)
    for key, values in record.items():
        columns[key] = np.broadcast_to(values, (simulated, many))[result].reshape(-1)
    return columns
