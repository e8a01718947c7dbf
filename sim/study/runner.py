"""Carrying out a design: chunks through a pool of processes, shard by shard, and again from where it stopped."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sim.results.files import write_atomically
from sim.results.manifest import new_manifest
from sim.results.stopping import Stopped
from sim.results.store import start_or_resume
from sim.study.chunk import Task, run_chunk
from sim.study.designs.sweep import FACTORS_FILE, Sweep, factor_table
from sim.study.inputs import Inputs, formula_record
from sim.study.plan import planned
from sim.study.precision import stopping_rule
from sim.study.settings import IGNORED_KEYS, Settings

Progress = Callable[[int, int], None]
"""Called with the runs done and the runs of the whole design."""


@dataclass(frozen=True)
class Outcome:
    """Runs in the design, runs that an earlier start had finished, runs that failed, and where it stopped early."""

    runs: int
    resumed: int
    failed: int
    stopped: Stopped | None = None


def carry_out(
    settings: Settings,
    inputs: Inputs,
    folder: Path,
    config: Mapping[str, Any],
    progress: Progress,
    sweep: Sweep | None = None,
) -> Outcome:
    """Run every formula on every replicate, and on every point of a sweep, and store the results in ``folder``.

    Chunks that an earlier start of the same study finished are not run again. Raises InputError if the folder holds
    another study.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = planned(settings, inputs, folder, sweep)
    design = plan.design
    manifest = new_manifest(
        study=settings.study.name,
        config={**config, "scenarios": {s.name: s.model_dump(mode="json") for s in inputs.scenarios}},
        world_fingerprint=inputs.world.fingerprint,
        data_vintage=inputs.world.vintage,
        formulas={formula.name: formula_record(formula) for formula in inputs.formulas},
        baseline=inputs.baseline,
        base_year=inputs.world.base_year,
        horizon=settings.horizon,
        draws=settings.draws,
        seed=settings.seed,
        chunk_size=settings.chunk,
        ignoring=IGNORED_KEYS,
    )
    finished = start_or_resume(folder, manifest, design)
    if sweep is not None:
        write_atomically(folder / FACTORS_FILE, factor_table(sweep.factors).encode())
    rule = stopping_rule(settings, inputs, plan, folder)
    enough = rule is not None and any(rule.saw(finished[chunk]) for chunk in sorted(finished))
    tasks = [] if enough else [task for task in plan.tasks if task.chunk not in finished]
    total = len(design)
    resumed = sum(len(record.run_ids) + len(record.failed) for record in finished.values())
    failed = sum(len(record.failed) for record in finished.values())
    done = resumed
    progress(done, total)
    with executor(min(settings.worker_count, max(len(tasks), 1))) as pool:
        for record in _records(pool, tasks):
            done += len(record.run_ids) + len(record.failed)
            failed += len(record.failed)
            progress(done, total)
            if rule is not None and rule.saw(record):
                break
    return Outcome(total, resumed, failed, rule.stopped if rule is not None else None)


def _records(pool: Executor | None, tasks: list[Task]) -> Iterator[Any]:
    if pool is None:
        yield from map(run_chunk, tasks)
        return
    for future in as_completed([pool.submit(run_chunk, task) for task in tasks]):
        yield future.result()


@contextmanager
def executor(workers: int) -> Iterator[Executor | None]:
    """A pool of spawned processes, or None where one process is enough."""
    if workers == 1:
        yield None
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
