"""Step 7 of the year: quality follows its drivers; equipment ages or is renewed; labs and shops are built."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, district_total, part_of, ratio
from sim.behavior import launching, upkeep
from sim.behavior.situation import Choice
from sim.engine.classrooms import Schooling
from sim.engine.draws import Purpose
from sim.engine.prospects import Prospects
from sim.engine.state import Premises, State
from sim.engine.workforce import Workforce
from sim.parameters.groups import Parameters
from sim.world.world import World


@dataclass(frozen=True)
class Maintenance:
    """``quality`` ``[..., D, K]``, ``equipment`` and ``facilities`` ``[..., D, C]`` at the year's end; ``fill``
    ``[..., D, 1]``: students over seats of typical classes, mean over participants."""

    quality: Array
    equipment: Array
    facilities: Array
    fill: Array


def maintain(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    choice: Choice,
    workforce: Workforce,
    schooling: Schooling,
    prospects: Prospects,
    luck: Mapping[Purpose, Array],
) -> Maintenance:
    """Upkeep answers the money that was spent last year, and the people and classes of this one."""
    students = schooling.participants
    second_class = parameters.decisions.second_class * premises.second_level
    taught = (workforce.first_taught + second_class * workforce.second_taught) * premises.class_level
    filled = part_of(students, taught * world.clusters.class_size)
    fill = ratio(district_total(filled * students), schooling.enrolled.in_district, 1.0)
    staffed = ratio(district_total(workforce.staffed), district_total(workforce.posts), 1.0)
    life_left = ratio(district_total(state.equipment * state.sites), state.counts.total("sites"))
    drivers = upkeep.Drivers(
        stability=staffed - premises.reference_stability,
        equipment=life_left - premises.reference_equipment,
        class_size=premises.reference_fill - fill,
        spending=state.spending_ratio - premises.reference_spending,
    )
    incentive = ratio(prospects.quality_price, state.counts.total("participants"))
    target = upkeep.quality_target(premises.quality_level, drivers, premises.loadings, incentive, parameters.quality)
    waiting = choice.plan == launching.FOR_ROOM
    projects = (waiting & (luck[Purpose.CAPITAL_PROJECT] < parameters.decisions.capital_project_rate)).astype(
        np.float64
    )
    built = choice.builds_facility.astype(np.float64)
    return Maintenance(
        quality=upkeep.moved_quality(state.quality, target, parameters.quality),
        equipment=upkeep.aged_equipment(
            state.equipment,
            state.spending_ratio,
            world.clusters.equipment_life[np.newaxis, :],
            workforce.sites - workforce.opened,
            workforce.opened,
            parameters.quality,
        ),
        facilities=np.minimum(state.facilities + built + projects, world.districts.high_schools[:, np.newaxis]),
        fill=fill,
    )
