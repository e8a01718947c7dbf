"""Running the battery: every world once, every arm of it once on the same draws, whichever probes ask for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array
from sim.behavior.situation import Choice, Situation
from sim.engine import headway
from sim.engine.calendar import DecideAll
from sim.engine.ensemble import WARM_UP_YEARS, deciding_all, prepare
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.groups import Parameters
from sim.parameters.uncertainty import Uncertainty
from sim.parameters.values import central_parameters, with_columns
from sim.study.hindcast.running import years_under
from sim.study.probes.history import History
from sim.study.probes.laws import law_from, law_of_world
from sim.study.probes.measures import AnyMeasure
from sim.study.probes.schema import Probe, ProbeWorld, Run
from sim.study.setup.design import parameters_for
from sim.study.setup.settings import flat_parameters
from sim.world.world import World

Values = Mapping[tuple[str, AnyMeasure], Array]
"""By arm and measure: one number for each draw and year, ``[R, T]``, the base year first."""

OFFER: tuple[str, ...] = (
    "sites_closed", "first_change", "second_change", "plan", "plan_years", "begun", "given_up", "seeking",
    "launch_sections", "builds_facility", "first_class",
)  # fmt: skip
"""What of a choice is the offer: sites, sections, plans and class sizes."""


@dataclass(frozen=True)
class Arm:
    """One run of a world, under ``laws`` by the fiscal year from which each holds, with what is measured of it."""

    key: str
    laws: Mapping[int, Formula]
    scenario: Scenario
    parameters: Mapping[str, float]
    same_offer: bool
    horizon: int
    measures: tuple[AnyMeasure, ...]


@dataclass(frozen=True)
class Stage:
    """A world with its current law and all arms that start from it; the placebo is the first."""

    key: str
    written: ProbeWorld
    law: Formula
    arms: tuple[Arm, ...]

    @property
    def horizon(self) -> int:
        """Years of the longest arm."""
        return max(arm.horizon for arm in self.arms)


@dataclass(frozen=True)
class Task:
    """Some draws of one stage."""

    stage: Stage
    world: World
    catalogue: Catalogue
    seed: int
    replicates: tuple[int, ...]
    uncertainty: Uncertainty


def world_key(probe: Probe) -> str:
    """What tells a probe's world from others."""
    return probe.world.model_dump_json(exclude={"title", "source"})


def arm_key(run: Run) -> str:
    """What tells an arm from others of its world."""
    return run.model_dump_json(exclude={"label"})


PLACEBO = arm_key(Run(label="placebo"))


def stages_of(probes: Sequence[Probe], world: World) -> tuple[Stage, ...]:
    """What must be run for all probes together: each world once, each arm once, as long as any probe looks."""
    found: dict[str, tuple[ProbeWorld, Formula, dict[str, Arm]]] = {}
    for probe in probes:
        if world_key(probe) not in found:
            found[world_key(probe)] = probe.world, law_of_world(probe, world), {}
        _, law, arms = found[world_key(probe)]
        for name, run in probe.all_runs.items():
            measures = [check.measure for check in probe.checks if name in check.named]
            horizon = max((max(check.all_years) for check in probe.checks if name in check.named), default=0)
            key = arm_key(run)
            if key in arms:
                old = arms[key]
                measures = list(dict.fromkeys((*old.measures, *measures)))
                arms[key] = replace(old, measures=tuple(measures), horizon=max(old.horizon, horizon))
            else:
                arms[key] = _arm(probe, run, law, world, tuple(dict.fromkeys(measures)), horizon)
    return tuple(
        Stage(key, written, law, _replaying_last(tuple(arms.values()))) for key, (written, law, arms) in found.items()
    )


def _replaying_last(arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    """The placebo first, as long as the longest arm that repeats its choices."""
    repeated = max((arm.horizon for arm in arms if arm.same_offer), default=0)
    placebo = next(arm for arm in arms if arm.key == PLACEBO)
    placebo = replace(placebo, horizon=max(placebo.horizon, repeated))
    return (placebo, *(arm for arm in arms if arm.key != PLACEBO))


def _arm(probe: Probe, run: Run, current: Formula, world: World, measures: tuple[AnyMeasure, ...], horizon: int) -> Arm:
    base = world.base_year
    shocks = {base + year: shock for year, shock in run.shocks.items()}
    return Arm(
        key=arm_key(run),
        laws={base + year: law_from(probe, law, base + year, current, world) for year, law in run.in_turn.items()},
        scenario=Scenario(name="probe", title=run.label, source=probe.source, from_year=shocks),
        parameters=flat_parameters(run.parameters),
        same_offer=run.same_offer,
        horizon=horizon,
        measures=measures,
    )


def run_task(task: Task) -> Values:
    """Every measure of every arm, ``[R, T]``."""
    draws, arms = len(task.replicates), task.stage.arms
    with headway.piece(draws * len(arms), draws * (WARM_UP_YEARS + 1 + sum(arm.horizon for arm in arms))):
        return _measured(task)


def _measured(task: Task) -> Values:
    world = stage_world(task.world, task.stage.written)
    parameters = stage_parameters(task, world)
    ensemble = prepare(world, parameters, task.stage.law, task.seed, task.replicates, task.stage.horizon)
    repeated: list[Choice] = []
    keeps = any(arm.same_offer for arm in task.stage.arms)
    found: dict[tuple[str, AnyMeasure], Array] = {}
    for arm in task.stage.arms:
        columns = {name: np.full(len(task.replicates), value) for name, value in arm.parameters.items()}
        started = replace(ensemble, parameters=with_columns(ensemble.parameters, columns)) if columns else ensemble
        decide_all = deciding_all(started.parameters)
        if arm.key == PLACEBO and keeps:
            decide_all = _keeping(decide_all, repeated)
        elif arm.same_offer:
            decide_all = _repeating(decide_all, iter(repeated))
        history = History(world)
        for state, year in years_under(started, arm.laws, arm.scenario, arm.horizon, decide_all):
            history.add(started.parameters, state, year)
        for measure in arm.measures:
            found[arm.key, measure] = measure.values(history)
    return found


def stage_world(world: World, written: ProbeWorld) -> World:
    """The tables of a probe's world."""
    if not written.steady_jobs:
        return world
    return replace(world, clusters=replace(world.clusters, employment_growth=0.0 * world.clusters.employment_growth))


def stage_parameters(task: Task, world: World) -> Parameters:
    """The drawn parameters, those that the world sets at their values for all draws."""
    drawn = parameters_for(task.catalogue, world, task.seed, task.replicates, task.uncertainty)
    setting = flat_parameters(task.stage.written.parameters)
    if not setting:
        return drawn
    # Set one by one, so that all others stand where they stand in every other world.
    held = central_parameters(task.catalogue.with_values(setting, "probe"), world.clusters, len(task.replicates))
    for key in setting:
        group, name = key.split(".")
        new = replace(getattr(drawn, group), **{name: getattr(getattr(held, group), name)})
        drawn = replace(drawn, **{group: new})
    return drawn


def _keeping(decide_all: DecideAll, kept: list[Choice]) -> DecideAll:
    def decide(situation: Situation) -> Choice:
        choice = decide_all(situation)
        kept.append(choice)
        return choice

    return decide


def _repeating(decide_all: DecideAll, kept: Iterator[Choice]) -> DecideAll:
    def decide(situation: Situation) -> Choice:
        before = next(kept)
        return replace(decide_all(situation), **{name: getattr(before, name) for name in OFFER})

    return decide
