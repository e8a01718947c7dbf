"""Step 4 of the year, before districts decide: what shared centers of the law in force make of students and costs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, BoolArray, cluster_major
from sim.behavior import centers
from sim.behavior.situation import Situation
from sim.engine.classrooms import Interest
from sim.engine.economy import Conditions
from sim.engine.offers import Offers
from sim.engine.prospects import Prospects
from sim.engine.state import Premises, State
from sim.funding.components.shared_center import SharedCenter
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.students import choice
from sim.world.world import World


@dataclass(frozen=True)
class AtCenters:
    """``part``, ``[..., D, C]``: of what a section costs, what falls on the district; ``pooled``, 1 where it shares its
    classes with others; and the year with it: what
    students ``want`` (fewer where they must travel), what things cost (``conditions``), and what is believed to be paid
    for an instructor (``prospects``), of whom a district has a part."""

    part: Array
    pooled: Array
    interest: Interest
    conditions: Conditions
    prospects: Prospects

    def seen(self, known: Situation) -> Situation:
        """What districts see: a lab that is shared, and classes that need not be filled alone."""
        return replace(
            known,
            startup_cost=known.startup_cost * self.part,
            startup_net=known.startup_net * self.part,
            facility_cost=known.facility_cost * self.part,
            pooled=self.pooled,
        )

    def counted(self, counts: Counts) -> Counts:
        """What the state counts: of an instructor at a center each district has its part."""
        return replace(counts, instructors=counts.instructors * self.part)


def at_centers(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    offers: Offers,
    interest: Interest,
    prospects: Prospects,
) -> AtCenters | None:
    """What centers that lines pay for this year make of it; None where there are none."""
    found = list(_members(offers, world, state.counts))
    if not found:
        return None
    reach, unit, price = premises.reach, conditions.costs, conditions.price_index
    entry = reach.entry(state.sites)
    at_home, boost = choice.demand(
        interest.wanted, interest.interested, choice.reached_share(reach, entry), parameters.choice.diversion
    )
    further = interest.wanted * choice.gained_share(reach, entry) * np.minimum(boost, 2.0)
    students = np.where(state.sites > 0, at_home, further)
    section = unit.section + unit.section_upkeep + unit.site
    class_size = world.clusters.class_size[np.newaxis, :] * premises.class_level
    way = parameters.costs.center_travel * price
    going, part, away = 1.0 + 0.0 * students, 1.0 + 0.0 * students, 0.0 * students
    for members in found:
        one = centers.pooled(students, state.sites, class_size, section, members, parameters.choice.center_going, way)
        # Where two laws have a center for the same pathway, students go to one of them.
        free = (away <= 0.0) & (part >= 1.0)
        going, part = np.where(free, one.going, going), np.where(free, one.part, part)
        away = np.where(free, one.away, away)
    going, part, away = (cluster_major(np.asarray(one)) for one in (going, part, away))
    costs = replace(
        unit,
        section=unit.section * part,
        site=unit.site * part,
        section_upkeep=unit.section_upkeep * part,
        participant=unit.participant + way * away,
    )
    return AtCenters(
        part=part,
        pooled=cluster_major(((away > 0.0) | (part < 1.0)).astype(np.float64)),
        interest=replace(interest, wanted=interest.wanted * going),
        conditions=replace(conditions, costs=costs),
        prospects=replace(prospects, per_instructor=prospects.per_instructor * part),
    )


def _members(offers: Offers, world: World, counts: Counts) -> Iterator[BoolArray]:
    """The pathways of each center that is paid this year, ``[..., D, C]``."""
    shape = counts.participants.shape
    for offer in offers.lines:
        for place, component in enumerate(offer.line.components):
            if not isinstance(component, SharedCenter):
                continue
            condition = offer.schedule.covers[place] if offer.schedule.covers else None
            for members in component.members(world, counts):
                held = members if condition is None else members & (condition > 0.0)
                yield np.broadcast_to(held, shape)
