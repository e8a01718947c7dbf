"""Step 5 of the year: sites close, sections are given up, instructors leave and are sought, launched sites open."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, part_of
from sim.behavior import staffing
from sim.behavior.deciding import Choice
from sim.engine.draws import Purpose
from sim.engine.economy import Conditions
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.world.world import World


@dataclass(frozen=True)
class Workforce:
    """Sites and instructors after hiring, ``[..., D, C]``.

    ``staying`` is the share of last year's sites that is still open; ``launched`` is 1 where a launch passed every gate
    and ``stopped`` where it found no instructor; ``opened`` counts sites that teach their first cohort. ``taught``
    sections have an instructor or a substitute. ``hiring_chance`` is that of a post, and of a launch, in one round.
    ``supply`` is ``[..., G, C]``.
    """

    sites: Array
    sections: Array
    vacant_sections: Array
    taught: Array
    staying: Array
    hiring_chance: Array
    launched: Array
    stopped: Array
    opened: Array
    launching: Array
    launching_sections: Array
    supply: Array


def staff(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    choice: Choice,
    luck: Mapping[Purpose, Array],
) -> Workforce:
    """Carry out what districts decided as far as instructors can be found.

    Vacant sections are given up before staffed ones. All districts of a region draw on one supply of candidates in a
    cluster; launches compete there with vacancies.
    """
    terms, shocks = parameters.staffing, conditions.shocks
    staying = part_of(state.sites - choice.sites_closed, state.sites)
    sites = state.sites - choice.sites_closed
    sections = np.floor(state.sections * staying + 0.5)
    vacant = np.floor(state.vacant_sections * staying)

    spare = np.maximum(sections + vacant - sites, 0.0)
    given_up = np.minimum(np.maximum(-choice.section_change, 0.0), spare)
    vacant_given_up = np.minimum(given_up, vacant)
    sections = sections - (given_up - vacant_given_up)
    vacant = vacant - vacant_given_up

    leaving = staffing.sections_vacated(
        sections, sites, np.minimum(terms.turnover * shocks.turnover, 1.0), luck[Purpose.TURNOVER]
    )
    sections = sections - leaving
    vacant = vacant + leaving + np.maximum(choice.section_change, 0.0) * (sites > 0)

    launch_sections = choice.launch_sections * choice.launch
    sought = staffing.by_region(vacant + launch_sections, world.districts.region_starts)
    scarcity = staffing.scarcity(state.supply * shocks.instructor_supply, sought)[..., world.districts.region, :]
    chance = staffing.fill_chance(world.clusters.fill_probability, premises.rural, scarcity, terms)
    hired = staffing.hire(vacant, chance, terms.refill_rounds, luck[Purpose.HIRING], luck[Purpose.LAUNCH_HIRING])
    sections = sections + hired.filled
    vacant = vacant - hired.filled

    launched = choice.launch * hired.launch_staffed
    opened = (state.launching == 1) * 1.0
    waiting = np.maximum(state.launching - 1.0, 0.0)
    sites = sites + opened
    sections = sections + opened * state.launching_sections
    return Workforce(
        sites=sites,
        sections=sections,
        vacant_sections=vacant,
        taught=sections + terms.substitute_cover * vacant,
        staying=staying,
        hiring_chance=chance,
        launched=launched,
        stopped=choice.launch * (1.0 - hired.launch_staffed),
        opened=opened,
        launching=waiting + launched * parameters.clusters.launch_years,
        launching_sections=state.launching_sections * (waiting > 0) + launched * launch_sections,
        supply=staffing.next_supply(state.supply, sought, world.clusters.salary_premium * terms.premium_paid, terms),
    )
