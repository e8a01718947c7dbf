"""Carrying out a design: its chunks through an executor, and again from where it stopped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.results.claims import claim, preparing
from sim.results.manifest import new_manifest
from sim.results.store import begin, finished_chunks, remove_unfinished
from sim.study.chunk import Task
from sim.study.design import crossed_design
from sim.study.dispatch import dispatch
from sim.study.executors import carrier_for
from sim.study.inputs import Inputs, formula_record
from sim.study.settings import IGNORED_KEYS, Settings

Progress = Callable[[int, int], None]
"""Called with the runs done and the runs of the whole design."""


@dataclass(frozen=True)
class Outcome:
    """Runs of this start (the whole design, or its shard), those that an earlier start had finished, and failures."""

    runs: int
    resumed: int
    failed: int


def carry_out(
    settings: Settings, inputs: Inputs, folder: Path, config: Mapping[str, Any], progress: Progress
) -> Outcome:
    """Run every formula on every replicate and store the results in ``folder``.

    Chunks that an earlier start of the same study finished are not run again. Raises InputError if the folder holds
    another study or if another process is carrying out some of these chunks; OSError and StoppedError as of `dispatch`.
    However it ends, no worker is left and no file is torn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [formula.name for formula in inputs.formulas]
    design = crossed_design(
        names,
        [scenario.name for scenario in inputs.scenarios],
        settings.draws,
        inputs.catalogue,
        inputs.world,
        settings.seed,
        settings.uncertainty,
    )
    manifest = new_manifest(
        study=settings.study.name,
        config={**config, "scenarios": {s.name: s.model_dump(mode="json") for s in inputs.scenarios}},
        world_fingerprint=inputs.world.fingerprint,
        formulas={formula.name: formula_record(formula) for formula in inputs.formulas},
        baseline=inputs.baseline,
        base_year=inputs.world.base_year,
        horizon=settings.horizon,
        draws=settings.draws,
        seed=settings.seed,
        chunk_size=settings.chunk,
        ignoring=IGNORED_KEYS,
    )
    tasks = list(_tasks(settings, inputs, folder.resolve()))
    chunks = settings.chunks_to_run(len(tasks))
    with preparing(folder):
        begin(folder, manifest, design)
        claimed = claim(folder, chunks, settings.shard_label)
    try:
        outcome = _carry_out_chunks(settings, folder, [tasks[chunk] for chunk in chunks], progress)
    except BaseException as error:
        remove_unfinished(folder, chunks)
        claimed.release(stopped=f"{type(error).__name__}: {error}".rstrip(": "))
        raise
    claimed.release()
    return outcome


def _carry_out_chunks(settings: Settings, folder: Path, tasks: Sequence[Task], progress: Progress) -> Outcome:
    """Carry out those of the chunks that are not finished. All have been claimed by this process."""
    mine = {task.chunk for task in tasks}
    remove_unfinished(folder, mine)
    finished = finished_chunks(folder, only=mine)
    if settings.retry_failed:
        finished = {chunk: record for chunk, record in finished.items() if not record.failed}
    waiting = [task for task in tasks if task.chunk not in finished]
    total = sum(len(task.cells) * len(task.replicates) for task in tasks)
    resumed = sum(len(record.run_ids) + len(record.failed) for record in finished.values())
    failed = sum(len(record.failed) for record in finished.values())
    done = resumed
    progress(done, total)
    if waiting:
        with carrier_for(settings.executor, settings.worker_count, len(waiting)) as carrier:
            for record in dispatch(carrier, waiting):
                done += len(record.run_ids) + len(record.failed)
                failed += len(record.failed)
                progress(done, total)
    return Outcome(total, resumed, failed)


def _tasks(settings: Settings, inputs: Inputs, folder: Path) -> Iterator[Task]:
    for chunk, first in enumerate(range(0, settings.draws, settings.chunk)):
        yield Task(
            folder=folder,
            chunk=chunk,
            world=inputs.world,
            catalogue=inputs.catalogue,
            current_law=inputs.current_law,
            formulas=inputs.formulas,
            scenarios=inputs.scenarios,
            seed=settings.seed,
            replicates=tuple(range(first, min(first + settings.chunk, settings.draws))),
            draws=settings.draws,
            horizon=settings.horizon,
            uncertainty=settings.uncertainty,
        )
