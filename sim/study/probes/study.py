"""The study ``probes``: the battery over the draws, judged."""

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.study.probes.measures import AnyMeasure
from sim.study.probes.reading import read_probes
from sim.study.probes.running import Task, arm_key, run_task, stages_of, world_key
from sim.study.probes.schema import Probe
from sim.study.probes.verdict import Finding, judge
from sim.study.running.dispatch import carrier_for
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import told
from sim.study.setup.design import in_chunks
from sim.study.setup.inputs import CURRENT_LAW, find_formula, run_number
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World


@dataclass(frozen=True)
class Battery:
    """All findings and where they come from; ``changed``: what the user changed of parameters."""

    findings: tuple[Finding, ...]
    draws: int
    seed: int
    uncertainty: str
    run: str
    data: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Materials:
    """What the battery is made of, read and checked."""

    world: World
    catalogue: Catalogue
    probes: tuple[Probe, ...]


def read_materials(settings: Settings) -> Materials:
    """World, parameters and probes with all their laws. Raises InputError, one line, before anything runs."""
    world = load_world(settings.world_path)
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    probes = read_probes(settings.study.cases, world)
    current_law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier, law=world.law)
    refuse_another_start(settings, world, catalogue, current_law)
    return Materials(world, catalogue, probes)


def probe_all(
    settings: Settings, materials: Materials, progress: Callable[[int, int], None] = lambda done, total: None
) -> Battery:
    """Run and judge the probes."""
    values = _simulate(settings, materials, progress)
    findings = tuple(finding(probe, values) for probe in materials.probes)
    run = run_number(settings, materials.world, probes=[probe.model_dump(mode="json") for probe in materials.probes])
    return Battery(
        findings,
        settings.draws,
        settings.seed,
        settings.uncertainty,
        run,
        materials.world.fingerprint,
        told({}, flat_parameters(settings.parameters)),
    )


Found = dict[tuple[str, str, AnyMeasure], Array]
"""By world, arm and measure, ``[R, T]``."""


def finding(probe: Probe, values: Found) -> Finding:
    """A probe judged by what its runs left."""
    judgements = []
    for check in probe.checks:
        series = {name: values[world_key(probe), arm_key(probe.all_runs[name]), check.measure] for name in check.named}
        judgements.append(judge(probe, check, series))
    return Finding(probe, tuple(judgements))


def _simulate(settings: Settings, materials: Materials, progress: Callable[[int, int], None]) -> Found:
    tasks = [
        Task(stage, materials.world, materials.catalogue, settings.seed, tuple(chunk), settings.uncertainty)
        for stage in stages_of(materials.probes, materials.world)
        for chunk in in_chunks(settings.draws, settings.chunk)
    ]
    total, done = sum(_runs(task) for task in tasks), 0
    progress(0, total)
    parts: list[Found] = [{} for _ in tasks]
    with carrier_for(settings.executor, settings.worker_count, len(tasks)) as carrier:
        places = {carrier.submit(run_task, task): place for place, task in enumerate(tasks)}
        for future in as_completed(places):
            place = places[future]
            stage = tasks[place].stage.key
            parts[place] = {(stage, arm, measure): found for (arm, measure), found in future.result().items()}
            done += _runs(tasks[place])
            progress(done, total)
    return _joined(parts)


def _runs(task: Task) -> int:
    return len(task.replicates) * len(task.stage.arms)


def _joined(parts: Sequence[Found]) -> Found:
    """Chunks one after the other along the draws."""
    collected: dict[tuple[str, str, AnyMeasure], list[Array]] = {}
    for part in parts:
        for key, found in part.items():
            collected.setdefault(key, []).append(found)
    return {key: np.concatenate(found) for key, found in collected.items()}
