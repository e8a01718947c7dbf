"""What a probe's run leaves behind: its results' columns by year, and a few that only probes ask for."""

from dataclasses import dataclass, field

import numpy as np

from sim.arrays import Array, district_total, ratio, state_total
from sim.behavior import planning
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.state import State
from sim.parameters.groups import Parameters
from sim.results.ledger import STAGES, STEPS
from sim.results.schema import CLUSTER, DISTRICT, PROGRAMS, STATE
from sim.world.world import World

STATE_EXTRAS: tuple[str, ...] = ("staffed_sections", "hired", "non_salary_spending")
"""Statewide: sections with an instructor; those that found one in the year; dollars for equipment, upkeep, supplies and
exams, and for launches."""

DISTRICT_EXTRAS: tuple[str, ...] = (
    "price_index", "incoming", "leaving_cte", "without_a_post", "unserved_share", "larger_classes", "upkeep_put_off",
    "teaching",
)  # fmt: skip
"""By district: the price level; dollars that come into CTE, from lines and of the district's own; dollars that leave it
again (lapsed, returned to the general fund, or used for other purposes); students turned away whom no vacant post
would seat, and these over all who asked for a seat; by how much classes are planned larger than usual, and upkeep not
paid for, both as shares; and sections that are taught, by an instructor or a substitute."""

STATE_COLUMNS: tuple[str, ...] = (*(column.name for column in STATE), *STATE_EXTRAS)
_STORED = [column.name for column in (*DISTRICT, *PROGRAMS) if column.unit and column.name not in STEPS.values()]
DISTRICT_COLUMNS: tuple[str, ...] = (*dict.fromkeys((*_STORED, *STAGES)), *DISTRICT_EXTRAS)
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
        self.districts.append({**by_district, **_district_extras(parameters, state, year, by_district)})
        self.clusters.append(dict(recording.by_cluster(parameters, state, year)))

    @property
    def runs(self) -> int:
        """Draws."""
        return int(self.districts[0]["spending"].shape[0])


def _flat(record: dict[str, Array]) -> dict[str, Array]:
    return {name: np.asarray(value).reshape(-1) for name, value in record.items()}


def _state_extras(year: Year) -> dict[str, Array]:
    return {
        "staffed_sections": state_total(year.workforce.staffed).reshape(-1),
        "hired": state_total(year.workforce.hired).reshape(-1),
        "non_salary_spending": state_total(
            year.books.year_end.spending_ratio * year.bill.flexible + year.bill.startup
        ).reshape(-1),
    }


def usual_class(parameters: Parameters, year: Year) -> Array:
    """Students that a district plans for a section where a dollar is worth a dollar, ``[..., D, C]``."""
    known = year.situation
    return planning.planned_class(known.class_size, known.class_cap, 0.0 * known.log_price, parameters.decisions)


def without_a_post(year: Year) -> Array:
    """Students turned away whom no vacant post would seat if it were filled, ``[..., D, C]``, where they are at least
    half a class: for want of a post, not of an instructor, and not because sections are lumps."""
    staffed, enrolled, known = year.workforce, year.schooling.enrolled, year.situation
    class_size = year.choice.first_class
    first = enrolled.unserved_first - (staffed.first_posts - staffed.first_taught) * class_size
    second = enrolled.unserved_second - (staffed.second_posts - staffed.second_taught) * (
        class_size * known.second_class
    )
    half_a_class = 0.5 * class_size
    return first * (first >= half_a_class) + second * (second >= half_a_class)


def _district_extras(parameters: Parameters, state: State, year: Year, known: dict[str, Array]) -> dict[str, Array]:
    ended, settled = year.books.year_end, year.settlement
    unserved, seated = district_total(without_a_post(year)), district_total(year.schooling.participants)
    planned = district_total(year.choice.first_class * state.sections)
    usual = district_total(usual_class(parameters, year) * state.sections)
    extras = {
        "price_index": year.conditions.price_index,
        "incoming": settled.reaching_cte + year.books.own,
        "leaving_cte": ended.lapsed + ended.returned + settled.not_sticking,
        "without_a_post": unserved,
        "unserved_share": ratio(unserved, unserved + seated),
        "larger_classes": ratio(planned, usual, 1.0) - 1.0,
        "upkeep_put_off": np.maximum(1.0 - ended.spending_ratio, 0.0),
        "teaching": district_total(year.workforce.first_taught + year.workforce.second_taught),
    }
    shape = known["spending"].shape
    return {name: np.broadcast_to(value[..., 0], shape) for name, value in extras.items()}
