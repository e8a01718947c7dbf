"""Carrying out a design: its chunks through an executor, and again from where it stopped."""

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.funding.formula import Formula
from sim.parameters.posterior import load_posterior, posterior_path
from sim.results.claims import claim, preparing
from sim.results.discrepancy import CarriedDiscrepancy, read_discrepancy
from sim.results.environment import mixture, this_environment
from sim.results.files import write_atomically, writing
from sim.results.manifest import new_manifest
from sim.results.records import ChunkRecord
from sim.results.stopping import STOPPED_FILE, Stopped
from sim.results.store import begin, finished_chunks, remove_unfinished
from sim.study.designs.sweep import FACTORS_FILE, Sweep, factor_table
from sim.study.running.chunk import Task
from sim.study.running.dispatch import carrier_for, dispatch
from sim.study.running.memory import refuse_too_large
from sim.study.running.plan import planned
from sim.study.running.precision import StoppingRule, stopping_rule
from sim.study.running.shock_table import SHOCKS_FILE, shock_table
from sim.study.running.stopping import Whereabouts
from sim.study.setup.inputs import Inputs, formula_record
from sim.study.setup.reads import READS
from sim.study.setup.settings import IGNORED_KEYS, Settings
from sim.tables_for_people import ENCODING

ELSEWHERE = "choose another folder (out=...); results that lie there can be looked at with cte-sim status"

Progress = Callable[[int, int], None]
"""Called with the runs done and the runs of the whole design."""


@dataclass(frozen=True)
class Outcome:
    """Runs of this start (the whole design, or its shard), those that an earlier start had finished, failures, and
    where it stopped early."""

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
    another study or if another process is carrying out some of these chunks; OSError and StoppedError as of `dispatch`.
    However it ends, no worker is left and no file is torn.
    """
    if sweep is None:
        refuse_too_large(settings, inputs)
    else:
        refuse_too_large(settings, inputs, len(sweep.points), len(sweep.factors))
    plan = planned(settings, inputs, folder.resolve(), sweep)
    manifest = new_manifest(
        study=settings.study.name,
        config={**config, "scenarios": {s.name: s.model_dump(mode="json") for s in inputs.scenarios}},
        world_fingerprint=inputs.world.fingerprint,
        data_vintage=inputs.world.vintage,
        state=inputs.world.state,
        formulas={formula.name: _record(formula, inputs) for formula in inputs.formulas},
        references={formula.name: formula_record(formula) for formula in inputs.references},
        discrepancy=carried(settings),
        baseline=inputs.baseline,
        base_year=inputs.world.base_year,
        horizon=settings.horizon,
        draws=settings.draws,
        seed=settings.seed,
        chunk_size=plan.chunk_size,
        ignoring=IGNORED_KEYS,
    )
    chunks = settings.chunks_to_run(len(plan.tasks))
    with writing(folder, ELSEWHERE):
        folder.mkdir(parents=True, exist_ok=True)
        with preparing(folder):
            begin(folder, manifest, plan.design)
            if sweep is not None:
                write_atomically(folder / FACTORS_FILE, factor_table(sweep.factors).encode(ENCODING))
            replicates = sorted(int(number) for number in plan.design["replicate"].unique())
            shocks = shock_table(inputs.scenarios, settings.seed, replicates, inputs.world.base_year, settings.horizon)
            if shocks is not None:
                write_atomically(folder / SHOCKS_FILE, shocks.to_csv(index=False).encode(ENCODING))
            claimed = claim(folder, chunks, settings.shard_label)
    try:
        rule = stopping_rule(settings, inputs, plan, folder)
        tasks = [plan.tasks[chunk] for chunk in chunks]
        outcome = _carry_out_chunks(settings, folder, tasks, progress, rule)
    except BaseException as error:
        remove_unfinished(folder, chunks)
        claimed.release(stopped=f"{type(error).__name__}: {error}".rstrip(": "))
        raise
    remove_unfinished(folder, chunks)  # of a worker that was killed
    claimed.release()
    return outcome


def carried(settings: Settings) -> CarriedDiscrepancy | None:
    """What the intervals of a study carry beside parameters and luck. Raises InputError, one line, if the posterior
    lacks it."""
    told = settings.uncertainty == "posterior" and settings.discrepancy
    if not told or "discrepancy" not in READS[settings.study.name]:
        return None
    path = posterior_path(settings.world_path)
    return read_discrepancy(load_posterior(path).provenance, path.with_suffix(".json").name)


def _record(formula: Formula, inputs: Inputs) -> dict[str, Any]:
    """What the manifest keeps of a formula, with how it was scaled to equal money if it was."""
    neutral = inputs.neutral.get(formula.name)
    record = formula_record(formula, inputs.changed.get(formula.name, ""))
    return {**record, **({"neutral": neutral.record()} if neutral is not None else {})}


def _carry_out_chunks(
    settings: Settings,
    folder: Path,
    tasks: list[Task],
    progress: Progress,
    rule: StoppingRule | None,
) -> Outcome:
    """Carry out those of the chunks that are not finished. All have been claimed by this process."""
    mine = {task.chunk for task in tasks}
    place = Whereabouts(folder)
    remove_unfinished(folder, mine)
    finished = finished_chunks(folder, only=mine)
    if settings.retry_failed:
        finished = {chunk: record for chunk, record in finished.items() if not record.failed}
    enough = rule is not None and any(rule.saw(finished[chunk]) for chunk in sorted(finished))
    if rule is not None and not enough and 0 in mine:
        with writing(folder / STOPPED_FILE, "remove it"):  # what is there of it is not borne out by the chunks
            (folder / STOPPED_FILE).unlink(missing_ok=True)
    waiting = [] if enough else [task for task in tasks if task.chunk not in finished]
    total = sum(len(task.cells) * len(task.replicates) for task in tasks)
    resumed = sum(len(record.run_ids) + len(record.failed) for record in finished.values())
    failed = sum(len(record.failed) for record in finished.values())
    done = resumed
    progress(done, total)
    if waiting:
        _tell_of_another_machine(folder, finished.values())
        with (
            carrier_for(settings.executor, settings.worker_count, len(waiting)) as carrier,
            closing(dispatch(carrier, waiting)) as records,
        ):
            for record in records:
                place.must_be_same()
                done += len(record.run_ids) + len(record.failed)
                failed += len(record.failed)
                progress(done, total)
                if rule is not None and rule.saw(record):
                    break
    return Outcome(total, resumed, failed, rule.stopped if rule is not None else None)


def _tell_of_another_machine(folder: Path, finished: Iterable[ChunkRecord]) -> None:
    """Say on standard error that a study goes on with other packages or on another kind of processor than before."""
    if mixed := mixture([*(record.environment for record in finished), this_environment()]):
        print(f"cte-sim: {folder}: {mixed}", file=sys.stderr)
