"""The study ``hindcast``: every case over the draws, judged."""

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.study.hindcast.case import Case, read_cases
from sim.study.hindcast.prices import consumer_prices
from sim.study.hindcast.running import Paths, Task, run_with_placebo
from sim.study.hindcast.verdict import Judgement, Verdict, case_verdict, judge, pulls
from sim.study.hindcast.worlds import law_before, laws_after, refuse_impossible_start
from sim.study.running.dispatch import carrier_for
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import told
from sim.study.setup.design import drawn_columns, in_chunks
from sim.study.setup.inputs import CURRENT_LAW, find_formula, run_number
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World

FEWEST_FOR_PULLS = 50
"""Draws below which a rank correlation with 130 parameters says nothing."""

NOTHING = Paths({}, None)
"""What is there of a case that cannot be tested."""


@dataclass(frozen=True)
class Finding:
    """A case with its verdict. ``draws`` by outcome ``[R, T]`` from the start year on, and those of the ``placebo``
    (none where the case is its own); ``pulls`` by outcome: the parameters that move its last number most, with their
    rank correlation."""

    case: Case
    verdict: Verdict
    judgements: tuple[Judgement, ...]
    draws: dict[str, Array]
    placebo: dict[str, Array]
    pulls: dict[str, list[tuple[str, float]]]


@dataclass(frozen=True)
class Hindcast:
    """All findings and where they come from; ``changed``: what the user changed of parameters; ``tables``: the state
    whose behavior was asked, as a setting names it."""

    findings: tuple[Finding, ...]
    draws: int
    seed: int
    uncertainty: str
    run: str
    data: str
    changed: tuple[str, ...] = ()
    tables: Path | None = None


@dataclass(frozen=True)
class Materials:
    """What a hindcast is made of, read and checked."""

    world: World
    catalogue: Catalogue
    cases: tuple[Case, ...]


def read_materials(settings: Settings) -> Materials:
    """World, parameters and cases with all their laws. Raises InputError, one line, before anything runs."""
    world = load_world(settings.world_path)
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    cases = read_cases(settings.study.cases)
    for case in cases:
        if not case.untestable:
            refuse_impossible_start(world, case)
            law_before(world, case, world.base_year)
            laws_after(world, case, world.base_year)
    current_law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier, law=world.law)
    refuse_another_start(settings, world, catalogue, current_law)
    return Materials(world, catalogue, cases)


def hindcast(
    settings: Settings, materials: Materials, progress: Callable[[int, int], None] = lambda done, total: None
) -> Hindcast:
    """Run and judge the cases."""
    world, catalogue, cases = materials.world, materials.catalogue, materials.cases
    simulated = _simulate(settings, world, catalogue, cases, progress)
    drawn: dict[str, Array] = {}
    if settings.draws >= FEWEST_FOR_PULLS:
        drawn = drawn_columns(catalogue, world, settings.seed, range(settings.draws), settings.uncertainty)
    run = run_number(
        settings,
        world,
        cases=[case.model_dump(mode="json") for case in cases],
        prices={str(year): index for year, index in consumer_prices().items()},
    )
    findings = tuple(_finding(case, simulated.get(case.name, NOTHING), drawn) for case in cases)
    changed = told({}, flat_parameters(settings.parameters))
    return Hindcast(
        findings, settings.draws, settings.seed, settings.uncertainty, run, world.fingerprint, changed,
        settings.world_path,
    )  # fmt: skip


def _finding(case: Case, paths: Paths, drawn: dict[str, Array]) -> Finding:
    if case.start is None or case.untestable:
        return Finding(case, "cannot be tested", (), {}, {}, {})
    draws, placebo = paths.case, paths.placebo or {}
    judgements = tuple(
        judge(outcome, draws[outcome.name], case.start.year, placebo.get(outcome.name)) for outcome in case.outcomes
    )
    verdict = case_verdict([judgement.verdict for judgement in judgements])
    moved = {}
    for judgement in judgements if drawn else ():
        outcome = judgement.outcome
        last = max(outcome.judged_years) - case.start.year
        final = draws[outcome.name][:, last]
        if outcome.compare == "ratio":
            final = final / draws[outcome.name][:, 0]
        moved[outcome.name] = pulls(final, drawn)
    return Finding(case, verdict, judgements, draws, placebo, moved)


def _simulate(
    settings: Settings,
    world: World,
    catalogue: Catalogue,
    cases: tuple[Case, ...],
    progress: Callable[[int, int], None],
) -> dict[str, Paths]:
    tasks = [
        Task(case, world, catalogue, settings.seed, tuple(chunk), settings.uncertainty)
        for case in cases
        if not case.untestable
        for chunk in in_chunks(settings.draws, settings.chunk)
    ]
    total, done = sum(len(task.replicates) for task in tasks), 0
    progress(0, total)
    parts: list[Paths] = [NOTHING] * len(tasks)
    with carrier_for(settings.executor, settings.worker_count, len(tasks)) as carrier:
        places = {carrier.submit(run_with_placebo, task): place for place, task in enumerate(tasks)}
        for future in as_completed(places):
            place = places[future]
            parts[place] = future.result()
            done += len(tasks[place].replicates)
            progress(done, total)
    joined: dict[str, Paths] = {}
    for case in cases:
        own = [part for task, part in zip(tasks, parts, strict=True) if task.case is case]
        if own:
            placebo = [part.placebo for part in own if part.placebo is not None]
            joined[case.name] = Paths(_joined([part.case for part in own]), _joined(placebo) if placebo else None)
    return joined


def _joined(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Chunks one after the other along the draws."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
