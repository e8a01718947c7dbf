"""The study ``hindcast``: every case over the draws, judged."""

from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.study.hindcast.case import Case, read_cases
from sim.study.hindcast.prices import consumer_prices
from sim.study.hindcast.running import Task, run_case
from sim.study.hindcast.verdict import Judgement, Verdict, case_verdict, judge, pulls
from sim.study.hindcast.worlds import law_before, laws_after
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


@dataclass(frozen=True)
class Finding:
    """A case with its verdict. ``draws`` by outcome ``[R, T]`` from the start year on; ``pulls`` by outcome: the
    parameters that move its last number most, with their rank correlation."""

    case: Case
    verdict: Verdict
    judgements: tuple[Judgement, ...]
    draws: dict[str, Array]
    pulls: dict[str, list[tuple[str, float]]]


@dataclass(frozen=True)
class Hindcast:
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
            law_before(world, case, world.base_year)
            laws_after(world, case, world.base_year)
    current_law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier)
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
    findings = tuple(_finding(case, simulated.get(case.name, {}), drawn) for case in cases)
    changed = told({}, flat_parameters(settings.parameters))
    return Hindcast(findings, settings.draws, settings.seed, settings.uncertainty, run, world.fingerprint, changed)


def _finding(case: Case, draws: dict[str, Array], drawn: dict[str, Array]) -> Finding:
    if case.start is None or case.untestable:
        return Finding(case, "cannot be tested", (), {}, {})
    judgements = tuple(judge(outcome, draws[outcome.name], case.start.year) for outcome in case.outcomes)
    verdict = case_verdict([judgement.verdict for judgement in judgements])
    moved = {}
    for judgement in judgements if drawn else ():
        outcome = judgement.outcome
        last = max(outcome.judged_years) - case.start.year
        final = draws[outcome.name][:, last]
        if outcome.compare == "ratio":
            final = final / draws[outcome.name][:, 0]
        moved[outcome.name] = pulls(final, drawn)
    return Finding(case, verdict, judgements, draws, moved)


def _simulate(
    settings: Settings,
    world: World,
    catalogue: Catalogue,
    cases: tuple[Case, ...],
    progress: Callable[[int, int], None],
) -> dict[str, dict[str, Array]]:
    tasks = [
        Task(case, world, catalogue, settings.seed, tuple(chunk), settings.uncertainty)
        for case in cases
        if not case.untestable
        for chunk in in_chunks(settings.draws, settings.chunk)
    ]
    total, done = sum(len(task.replicates) for task in tasks), 0
    progress(0, total)
    parts: list[dict[str, Array] | None] = [None] * len(tasks)
    with carrier_for(settings.executor, settings.worker_count, len(tasks)) as carrier:
        places = {carrier.submit(run_case, task): place for place, task in enumerate(tasks)}
        for future in as_completed(places):
            place = places[future]
            parts[place] = future.result()
            done += len(tasks[place].replicates)
            progress(done, total)
    joined: dict[str, dict[str, Array]] = {}
    for case in cases:
        own = [part for task, part in zip(tasks, parts, strict=True) if task.case is case and part is not None]
        if own:
            joined[case.name] = {name: np.concatenate([part[name] for part in own]) for name in own[0]}
    return joined
