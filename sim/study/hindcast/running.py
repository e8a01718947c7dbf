"""Running a case: the law changes when it changed, and what the model has for each observed number is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.arrays import Array
from sim.engine import recording
from sim.engine.calendar import DecideAll, Year, run_year
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, deciding_all, prepare
from sim.engine.expected import expected_payment
from sim.engine.scenario import Scenario
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.posterior import Uncertainty
from sim.parameters.values import with_columns
from sim.study.hindcast.case import Case, Measure, Outcome
from sim.study.hindcast.districts import district_record, over_districts
from sim.study.hindcast.worlds import law_before, laws_after, scenario_of, stylized_parameters, stylized_world
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


def run_case(task: Task) -> dict[str, Array]:
    """What stands for each outcome, ``[R, T]`` by outcome, from the start year on."""
    case, world = task.case, task.world
    stylized = stylized_world(world, case)
    parameters = parameters_for(task.catalogue, world, task.seed, task.replicates, task.uncertainty)
    known = {name: np.full(len(task.replicates), value) for name, value in case.parameters.items()}
    parameters = with_columns(parameters, {**task.columns, **known})
    parameters = stylized_parameters(parameters, task.catalogue, stylized, case)
    before = law_before(world, case, world.base_year)
    horizon = case.last_year - stylized.base_year
    ensemble = prepare(stylized, parameters, before, task.seed, task.replicates, horizon)
    records: list[Record] = []
    districts: list[Record] = []
    for state, year in years_under(ensemble, laws_after(world, case, world.base_year), scenario_of(case), horizon):
        records.append(recording.statewide(stylized, parameters, state, year))
        if case.sizes:
            districts.append(district_record(parameters, state, year))
    runs, members = len(task.replicates), stylized.districts.membership
    return {
        outcome.name: _over_years(outcome.measure, records, runs)
        if outcome.over is None
        else over_districts(outcome.over, outcome.measure, case.sizes, members, districts)
        for outcome in case.outcomes
    }


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
        yield state, year


def law_in(laws: Mapping[int, Formula], before: Formula, fiscal_year: int) -> Formula:
    """The law in force in a fiscal year."""
    begun = [starts for starts in laws if starts <= fiscal_year]
    return laws[max(begun)] if begun else before


def measured(measure: Measure, record: Record) -> Array:
    """What of a year stands for an observed number, ``[R]``."""
    match measure:
        case "participants_per_member":
            return record["participants"] / record["membership"]
        case "concentrators_per_participant":
            return record["concentrators"] / record["participants"]
        case "credentials_per_concentrator":
            return record["credentials"] / record["concentrators"]
        case "spending_per_member":
            return record["spending"] / record["price_index"] / record["membership"]
        case _:
            return record[measure]


def _over_years(measure: Measure, records: Sequence[Record], runs: int) -> Array:
    columns = [np.broadcast_to(measured(measure, record), (runs,)) for record in records]
    return np.stack(columns, axis=1)


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


def observed(outcome: Outcome) -> dict[int, float]:
    """The observed numbers as they are compared, by year."""
    if outcome.contrast is not None:
        high = np.mean([outcome.observed[year] for year in outcome.contrast.years])
        low = np.mean([outcome.observed[year] for year in outcome.contrast.against])
        return {max(outcome.observed): float(high / low)}
    base = outcome.start if outcome.compare == "ratio" and outcome.start is not None else 1.0
    return {year: value / base for year, value in sorted(outcome.observed.items())}
