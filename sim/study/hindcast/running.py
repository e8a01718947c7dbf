"""Running a case: the law changes when it changed, and what the model has for each observed number is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.arrays import Array
from sim.engine import headway, recording
from sim.engine.calendar import DecideAll, Year, run_year
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, deciding_all, prepare
from sim.engine.expected import expected_payment
from sim.engine.scenario import Scenario
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.uncertainty import Uncertainty
from sim.parameters.values import with_columns
from sim.study.hindcast.case import Case, Outcome
from sim.study.hindcast.outcomes import Fact, Range
from sim.study.hindcast.worlds import (
    law_before,
    law_of_placebo,
    laws_after,
    scenario_of,
    scenario_of_placebo,
    stylized_parameters,
    stylized_world,
)
from sim.study.probes.history import History
from sim.study.setup.design import parameters_for
from sim.world.world import World

Record = Mapping[str, Array]


@dataclass(frozen=True)
class Task:
    """Some draws of one case."""

    case: Case
    world: World
    catalogue: Catalogue
    seed: int
    replicates: tuple[int, ...]
    uncertainty: Uncertainty
    columns: Mapping[str, Array] = field(default_factory=dict)
    """Parameters set draw by draw, ``[R]`` by 'group.name', instead of what ``uncertainty`` gives."""


@dataclass(frozen=True)
class Paths:
    """What stands for each outcome, ``[R, T]`` by outcome from the start year on: under the laws of the ``case``, and
    under the ``placebo`` on the same draws; None where the case is its own placebo."""

    case: dict[str, Array]
    placebo: dict[str, Array] | None


def run_case(task: Task) -> dict[str, Array]:
    """What stands for each outcome under the case's laws, ``[R, T]`` by outcome, from the start year on."""
    return _paths(task, with_placebo=False).case


def run_with_placebo(task: Task) -> Paths:
    """What stands for each outcome under the case's laws and under the placebo."""
    case, draws = task.case, len(task.replicates)
    simulated = WARM_UP_YEARS + 1
    if case.start is not None:
        simulated += (case.last_year - case.start.year) * (2 if case.has_placebo else 1)
    with headway.piece(draws, draws * simulated):
        return _paths(task, with_placebo=case.has_placebo)


def _paths(task: Task, with_placebo: bool) -> Paths:
    case, world = task.case, task.world
    stylized = stylized_world(world, case)
    parameters = parameters_for(task.catalogue, world, task.seed, task.replicates, task.uncertainty)
    known = {name: np.full(len(task.replicates), value) for name, value in case.parameters.items()}
    parameters = with_columns(parameters, {**task.columns, **known})
    parameters = stylized_parameters(parameters, task.catalogue, stylized, case)
    dollars = world.base_year
    horizon = case.last_year - stylized.base_year
    ensemble = prepare(stylized, parameters, law_before(world, case, dollars), task.seed, task.replicates, horizon)

    def path(laws: Mapping[int, Formula], scenario: Scenario) -> dict[str, Array]:
        history = History(stylized)
        for state, year in years_under(ensemble, laws, scenario, horizon):
            history.add(parameters, state, year)
        return {outcome.name: case.measure_of(outcome).values(history) for outcome in case.outcomes}

    found = path(laws_after(world, case, dollars), scenario_of(case))
    if not with_placebo:
        return Paths(found, None)
    continued = {stylized.base_year + 1: law_of_placebo(world, case, dollars)} if case.placebo.indexed else {}
    return Paths(found, path(continued, scenario_of_placebo(case)))


def under_laws(ensemble: Ensemble, laws: Mapping[int, Formula], scenario: Scenario, horizon: int) -> list[Record]:
    """Statewide records of the base year and of each year after it, under the law that is in force in each."""
    return [
        recording.statewide(ensemble.world, ensemble.parameters, state, year)
        for state, year in years_under(ensemble, laws, scenario, horizon)
    ]


def years_under(
    ensemble: Ensemble,
    laws: Mapping[int, Formula],
    scenario: Scenario,
    horizon: int,
    decide_all: DecideAll | None = None,
) -> Iterator[tuple[State, Year]]:
    """The base year and each year after it, under the law that is in force in each.

    ``laws`` by the fiscal year in which they begin; current law until the first. What districts have learnt of a line
    goes with its name from one law to the next.
    """
    world, parameters = ensemble.world, ensemble.parameters
    state = ensemble.state
    yield state, ensemble.base
    decide_all = decide_all or deciding_all(parameters)
    handed_on: Array | None = None
    for step in range(1, horizon + 1):
        fiscal_year = world.base_year + step
        before = state if handed_on is None else replace(state, last_payment=handed_on)
        handed_on = None
        law = law_in(laws, ensemble.current_law, fiscal_year)
        state, year = run_year(
            world, parameters, ensemble.premises, law, law, scenario, before, ensemble.draws, fiscal_year,
            WARM_UP_YEARS + step, decide_all,
        )  # fmt: skip
        if fiscal_year + 1 in laws:
            handed_on = expected_payment(world, parameters, ensemble.premises, before, state, year)
        headway.year_done(state.sites.shape[0])
        yield state, year


def law_in(laws: Mapping[int, Formula], before: Formula, fiscal_year: int) -> Formula:
    """The law in force in a fiscal year."""
    begun = [starts for starts in laws if starts <= fiscal_year]
    return laws[max(begun)] if begun else before


def compared(outcome: Outcome, values: Array, start_year: int) -> dict[int, Array]:
    """The model's number beside each observed one, ``[R]`` by year; a contrast stands at its last year."""

    def at(year: int) -> Array:
        column: Array = values[:, year - start_year]
        return column

    if outcome.contrast is not None:
        high = np.mean([at(year) for year in outcome.contrast.years], axis=0)
        low = np.mean([at(year) for year in outcome.contrast.against], axis=0)
        return {max(outcome.observed): high / low}
    years = range(start_year, start_year + values.shape[1])
    base = at(start_year) if outcome.compare == "ratio" else 1.0
    return {year: at(year) / base for year in years}


def facts(outcome: Outcome) -> dict[int, Fact]:
    """What is known of each number as it is compared, by year."""
    if outcome.contrast is not None:
        high = np.mean([_fact(outcome, year).low for year in outcome.contrast.years])
        low = np.mean([_fact(outcome, year).low for year in outcome.contrast.against])
        return {max(outcome.observed): Fact(float(high / low), float(high / low))}
    base = outcome.start if outcome.compare == "ratio" and outcome.start is not None else 1.0
    known = {year: _fact(outcome, year) for year in sorted(outcome.observed)}
    return {year: Fact(fact.low / base, fact.high / base) for year, fact in known.items()}


def _fact(outcome: Outcome, year: int) -> Fact:
    written = outcome.observed[year]
    return written.fact if isinstance(written, Range) else Fact(written, written)


def observed(outcome: Outcome) -> dict[int, float]:
    """The observed numbers as they are compared, by year: a range by its middle, what is known to one side by its
    bound."""
    return {year: fact.middle for year, fact in facts(outcome).items()}
