"""The statistics of a draw: New Mexico under current law, and the hindcasts, each with one replicate's luck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, ratio
from sim.engine import recording
from sim.engine.ensemble import prepare, simulate
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.values import with_columns
from sim.study.calibration.targets import Measure, Target
from sim.study.hindcast.case import Case
from sim.study.hindcast.running import Task as CaseTask
from sim.study.hindcast.running import compared, run_case
from sim.study.setup.design import parameters_for
from sim.world.world import World

YEARS_AFTER = 4
"""Years after the base year over which a rate a year is averaged, with the base year itself."""

Record = Mapping[str, Array]


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


def statistics_of(task: Simulated) -> dict[str, Array]:
    """Every target's statistic, ``[R]`` by the target's name. Parameters not in ``columns`` are drawn from their
    priors by each replicate's own stream."""
    found: dict[str, Array] = {}
    here = [target for target in task.targets if target.statistic.measure is not None]
    if here:
        records = current_law_records(task)
        for target in here:
            assert target.statistic.measure is not None
            found[target.name] = measured(target.statistic.measure, records)
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


def current_law_records(task: Simulated) -> list[Record]:
    """Statewide records of the base year and the years after it under current law."""
    parameters = parameters_for(task.catalogue, task.world, task.seed, task.replicates, "prior")
    parameters = with_columns(parameters, task.columns)
    ensemble = prepare(task.world, parameters, task.current_law, task.seed, task.replicates, YEARS_AFTER)
    records: list[Record] = [recording.statewide(task.world, parameters, ensemble.state, ensemble.base)]
    for state, year in simulate(ensemble, task.current_law, YEARS_AFTER):
        records.append(recording.statewide(task.world, parameters, state, year))
    return records


def measured(measure: Measure, records: Sequence[Record]) -> Array:
    """A measure of New Mexico, ``[R]``: of the base year, or for what happens in a year over all records.

    Where no launch was stopped for any of the three reasons, their shares are not a number.
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
        case "stopped_by_cost":
            return _barrier(records, "stopped_by_cash")
        case "stopped_by_teachers":
            return _barrier(records, "stopped_by_instructor")
        case _:
            return base[measure]


def _total(records: Sequence[Record], name: str) -> Array:
    total: Array = np.sum([record[name] for record in records], axis=0)
    return total


def _barrier(records: Sequence[Record], name: str) -> Array:
    reasons = ("stopped_by_cash", "stopped_by_instructor", "stopped_by_facility")
    stopped: Array = np.sum([_total(records, reason) for reason in reasons], axis=0)
    return ratio(_total(records, name), stopped, np.nan)
