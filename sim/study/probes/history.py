"""What a probe's run leaves behind: its results' columns by year, and a few that only probes ask for."""

from dataclasses import dataclass, field

import numpy as np

from sim.arrays import Array, district_total, ratio, state_total
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.state import State
from sim.parameters.groups import Parameters
from sim.results.schema import CLUSTER, DISTRICT, STATE
from sim.world.world import World

STATE_EXTRAS: tuple[str, ...] = ("hired", "credential_attempts")
"""Statewide: sections that found an instructor in the year; attempts at a credential."""

DISTRICT_EXTRAS: tuple[str, ...] = (
    "price_index", "own_money", "restricted_money", "reaching_cte", "leaving_cte", "unserved_share", "larger_classes",
    "upkeep_put_off",
)  # fmt: skip
"""By district: the price level; own CTE money; dollars of restricted lines, and of all lines, that reach CTE; dollars
that leave CTE again (lapsed, returned to the general fund, or used for other purposes); students turned away over all
who asked for a seat; by how much classes are planned larger than usual, and upkeep not paid for, both as shares."""

STATE_COLUMNS: tuple[str, ...] = (*(column.name for column in STATE), *STATE_EXTRAS)
DISTRICT_COLUMNS: tuple[str, ...] = (*(column.name for column in DISTRICT if column.unit), *DISTRICT_EXTRAS)
CLUSTER_COLUMNS: tuple[str, ...] = tuple(column.name for column in CLUSTER if column.unit)


@dataclass
class History:
    """A run's columns, the base year first: of the state ``[R]``, of districts ``[R, D]`` and of clusters ``[R, C]``,
    one mapping for each year."""

    world: World
    state: list[dict[str, Array]] = field(default_factory=list)
    districts: list[dict[str, Array]] = field(default_factory=list)
    clusters: list[dict[str, Array]] = field(default_factory=list)

    def add(self, parameters: Parameters, state: State, year: Year) -> None:
        """Keep a year."""
        statewide = recording.statewide(self.world, parameters, state, year)
        self.state.append({**_flat(statewide), **_state_extras(year)})
        by_district = recording.by_district(parameters, state, year)
        self.districts.append({**by_district, **_district_extras(state, year, by_district)})
        self.clusters.append(dict(recording.by_cluster(parameters, state, year)))

    @property
    def runs(self) -> int:
        """Draws."""
        return int(self.districts[0]["spending"].shape[0])


def _flat(record: dict[str, Array]) -> dict[str, Array]:
    return {name: np.asarray(value).reshape(-1) for name, value in record.items()}


def _state_extras(year: Year) -> dict[str, Array]:
    return {
        "hired": state_total(year.workforce.hired).reshape(-1),
        "credential_attempts": state_total(year.schooling.credentials.attempts).reshape(-1),
    }


def _district_extras(state: State, year: Year, known: dict[str, Array]) -> dict[str, Array]:
    enrolled, ended, settled = year.schooling.enrolled, year.books.year_end, year.settlement
    unserved, seated = district_total(enrolled.unserved), district_total(year.schooling.participants)
    usual = district_total(year.situation.class_size * state.sections)
    planned = district_total(year.choice.first_class * state.sections)
    extras = {
        "price_index": year.conditions.price_index,
        "own_money": year.books.own,
        "restricted_money": settled.restricted,
        "reaching_cte": settled.reaching_cte,
        "leaving_cte": ended.lapsed + ended.returned + settled.not_sticking,
        "unserved_share": ratio(unserved, unserved + seated),
        "larger_classes": ratio(planned, usual, 1.0) - 1.0,
        "upkeep_put_off": 1.0 - ended.spending_ratio,
    }
    shape = known["spending"].shape
    return {name: np.broadcast_to(value[..., 0], shape) for name, value in extras.items()}
