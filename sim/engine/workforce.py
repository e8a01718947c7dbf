"""Step 5 of the year: sites close, sections are given up, instructors leave and are sought, launched sites open."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, at_districts, part_of
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
    and ``stopped`` where it found no instructor; ``opened`` counts sites that teach their first cohort. ``posts`` are
    sections with an instructor and vacant ones; ``taught`` sections have an instructor or a substitute.
    ``hiring_chance`` is that of a post, and of a launch, in one round; ``hired`` are sections that found their
    instructor this year. Regions ``[..., G, C]``: ``candidates`` of this year, ``supply`` of the next.
    """

    sites: Array
    sections: Array
    vacant_sections: Array
    posts: Array
    taught: Array
    staying: Array
    hiring_chance: Array
    hired: Array
    launched: Array
    stopped: Array
    opened: Array
    launching: Array
    launching_sections: Array
    candidates: Array
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
    cluster; launches compete there with vacancies, and on average no more are hired than the region has.
    """
    terms, shocks, markets = parameters.staffing, conditions.shocks, premises.markets
    sites = state.sites - choice.sites_closed
    staying = part_of(sites, state.sites)
    sections = np.floor(state.sections * staying + 0.5)
    vacant = np.floor(state.vacant_sections * staying)

    spare = sections + vacant - sites
    given_up = np.maximum(np.minimum(-choice.section_change, spare), 0.0)
    vacant_given_up = np.minimum(given_up, vacant)
    sections = sections - (given_up - vacant_given_up)
    vacant = vacant - vacant_given_up

    leaving = staffing.sections_vacated(
        sections, sites, np.minimum(terms.turnover * shocks.turnover, 1.0), luck[Purpose.TURNOVER]
    )
    sections = sections - leaving
    vacant = vacant + leaving + np.maximum(choice.section_change, 0.0) * np.minimum(sites, 1.0)

    launch = choice.launch.astype(np.float64)
    launch_sections = choice.launch_sections * launch
    sought = staffing.by_region(vacant + launch_sections, world.districts.region_starts)
    candidates = staffing.candidates(
        state.supply * shocks.instructor_supply, world.clusters.salary_premium * terms.premium_paid, terms
    )
    scarcity = staffing.scarcity(candidates, sought)
    chance = staffing.fill_chance(
        world.clusters.fill_probability, markets.rural, at_districts(scarcity, markets.region), terms
    )
    hiring_chance = at_districts(chance, markets.place)
    within_year = at_districts(staffing.chance_within_year(chance, terms.refill_rounds), markets.place)
    hires = staffing.by_region(vacant * within_year + launch_sections * hiring_chance, world.districts.region_starts)
    covered = at_districts(staffing.scarcity(candidates, hires), world.districts.region)
    hiring_chance, within_year = hiring_chance * covered, within_year * covered
    filled = staffing.filled(vacant, within_year, luck[Purpose.HIRING])
    sections = sections + filled
    vacant = vacant - filled

    launched = launch * staffing.launch_staffed(hiring_chance, luck[Purpose.LAUNCH_HIRING])
    opened = (state.launching == 1).astype(np.float64)
    opened_sections = opened * state.launching_sections
    sites = sites + opened
    sections = sections + opened_sections
    return Workforce(
        sites=sites,
        sections=sections,
        vacant_sections=vacant,
        posts=sections + vacant,
        taught=sections + terms.substitute_cover * vacant,
        staying=staying,
        hiring_chance=hiring_chance,
        hired=filled + launched * launch_sections,
        launched=launched,
        stopped=launch - launched,
        opened=opened,
        launching=np.maximum(state.launching - 1.0, 0.0) + launched * parameters.clusters.launch_years,
        launching_sections=state.launching_sections - opened_sections + launched * launch_sections,
        candidates=candidates,
        supply=staffing.next_supply(state.supply, sought, terms),
    )
