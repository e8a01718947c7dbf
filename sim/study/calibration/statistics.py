"""The statistics of a draw: the state under current law, and the hindcasts, each with one replicate's luck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.arrays import Array, ratio
from sim.engine import recording
from sim.engine.ensemble import prepare, simulate
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.values import with_columns
from sim.study.calibration import churn
from sim.study.calibration.targets import Measure, Statistic, Target
from sim.study.hindcast.case import Case
from sim.study.hindcast.running import Task as CaseTask
from sim.study.hindcast.running import compared, run_case
from sim.study.setup.design import parameters_for
from sim.world.world import World

YEARS_AFTER = 4
"""Years after the base year over which a rate a year is averaged, with the base year itself."""

CALM = "economy.revenue_volatility"
"""Held at zero under current law: no bust falls into years that stand for ordinary ones."""

WAITING = ("plans_for_money", "plans_for_instructor", "plans_for_room")
"""What a plan for a further site may wait for."""

Record = Mapping[str, Array]


class CurrentLaw(NamedTuple):
    """The base year and the years after it: statewide records, and every district's instructors ``[R, D]``."""

    records: Sequence[Record]
    staff: Sequence[Array]


@dataclass(frozen=True)
class Simulated:
    """What a worker needs: the model, the targets, and the draws by replicate with their fitted parameters ``[R]``."""

    world: World
    catalogue: Catalogue
    current_law: Formula
    cases: tuple[Case, ...]
    targets: tuple[Target, ...]
    seed: int
    replicates: tuple[int, ...]
    columns: Mapping[str, Array]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the targets."""
        return tuple(target.name for target in self.targets)

    def simulate(self) -> dict[str, Array]:
        """Every target's statistic, ``[R]`` by its name."""
        return statistics_of(self)


def statistics_of(task: Simulated) -> dict[str, Array]:
    """Every target's statistic, ``[R]`` by the target's name. Parameters not in ``columns`` are drawn from their
    priors by each replicate's own stream."""
    found: dict[str, Array] = {}
    here = [target for target in task.targets if target.statistic.measure is not None]
    if here:
        years = under_current_law(task)
        members = task.world.districts.membership
        for target in here:
            found[target.name] = of_current_law(target.statistic, years, members)
    for case in task.cases:
        series = run_case(
            CaseTask(case, task.world, task.catalogue, task.seed, task.replicates, "prior", dict(task.columns))
        )
        for target in task.targets:
            wanted = target.statistic
            if wanted.case == case.name and wanted.year is not None:
                outcome = next(outcome for outcome in case.outcomes if outcome.name == wanted.outcome)
                assert case.start is not None
                found[target.name] = compared(outcome, series[outcome.name], case.start.year)[wanted.year]
    return {target.name: found[target.name] for target in task.targets}


def under_current_law(task: Simulated) -> CurrentLaw:
    """The base year and the years after it under current law, without a bust."""
    parameters = parameters_for(task.catalogue, task.world, task.seed, task.replicates, "prior")
    calm = {CALM: np.zeros(len(task.replicates))}
    parameters = with_columns(parameters, {**task.columns, **calm})
    ensemble = prepare(task.world, parameters, task.current_law, task.seed, task.replicates, YEARS_AFTER)
    years = [(ensemble.state, ensemble.base), *simulate(ensemble, task.current_law, YEARS_AFTER)]
    return CurrentLaw(
        [recording.statewide(task.world, parameters, state, year) for state, year in years],
        [recording.by_district(parameters, state, year)["instructors"] for state, year in years],
    )


def of_current_law(statistic: Statistic, years: CurrentLaw, members: Array) -> Array:
    """A statistic of the state, ``[R]``; ``members`` ``[D]`` of its districts."""
    assert statistic.measure is not None
    if statistic.members is None:
        return measured(statistic.measure, years.records)
    least, most = statistic.members
    chosen = (members >= least) & (members < most)
    match statistic.measure:
        case "instructors_change_spread":
            return churn.change_spread(years.staff, chosen)
        case "instructors_change_deviation":
            return churn.change_deviation(years.staff, chosen)
        case _:
            return churn.reallocation(years.staff, chosen)


def measured(measure: Measure, records: Sequence[Record]) -> Array:
    """A measure of the state, ``[R]``: of the base year, or for what happens in a year over all records.

    Where no plan waited for any of the three reasons, their shares are not a number.
    """
    base = records[0]
    match measure:
        case "high_cost_share":
            return base["high_cost_concentrators"] / base["concentrators"]
        case "participants_per_instructor":
            return base["participants"] / base["instructors"]
        case "opening_rate":
            return _total(records, "sites_opened") / _total(records, "sites")
        case "closing_rate":
            return _total(records, "sites_closed") / _total(records, "sites")
        case "waiting_for_money":
            return _waiting(records, "plans_for_money")
        case "waiting_for_instructor":
            return _waiting(records, "plans_for_instructor")
        case _:
            return base[measure]


def _total(records: Sequence[Record], name: str) -> Array:
    total: Array = np.sum([record[name] for record in records], axis=0)
    return total


def _waiting(records: Sequence[Record], name: str) -> Array:
    waited: Array = np.sum([_total(records, reason) for reason in WAITING], axis=0)
    return ratio(_total(records, name), waited, np.nan)
