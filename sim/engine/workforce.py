"""Step 5 of the year: sites close, sections are given up, instructors leave and are sought, launched sites open."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.arrays import Array, at_districts, part_of
from sim.behavior import staffing
from sim.behavior.situation import Choice
from sim.engine.draws import Purpose
from sim.engine.economy import Conditions
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.pathways import Pathways
from sim.world.world import World


@dataclass(frozen=True)
class Workforce:
    """Sites, posts and instructors after hiring, ``[..., D, C]``.

    ``first_posts`` and ``second_posts`` are sections with and without an instructor; ``vacant`` those without, of both
    levels; ``first_taught`` and ``second_taught`` those with an instructor or a substitute. ``staying`` is the share of
    last year's sites that is still open; ``launched`` is 1 where a plan found its instructor and ``without_instructor``
    where it looked and found none; ``opened`` counts sites that teach their first cohort. ``hiring_chance`` is that of
    a post, and of a launch, in one round; ``hired`` are sections that found their instructor. ``emptied``: sites that
    closed as no section was left. Regions ``[..., G, C]``: ``candidates`` of this year, ``pool`` of the next.
    """

    sites: Array
    first_posts: Array
    second_posts: Array
    vacant: Array
    first_taught: Array
    second_taught: Array
    staying: Array
    emptied: Array
    hiring_chance: Array
    hired: Array
    launched: Array
    without_instructor: Array
    opened: Array
    launching: Array
    launching_sections: Array
    candidates: Array
    pool: Array

    @cached_property
    def offered(self) -> Pathways:
        """The pathways that have a site."""
        return Pathways(self.sites > 0)

    @cached_property
    def posts(self) -> Array:
        """Sections of both levels, ``[..., D, C]``."""
        return self.first_posts + self.second_posts

    @cached_property
    def staffed(self) -> Array:
        """Sections with an instructor, ``[..., D, C]``."""
        return self.posts - self.vacant


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

    Vacant sections are given up before staffed ones, and a site whose last section goes closes. All districts of a
    region draw on one pool of people in a cluster; launches compete there with vacancies, and no more are hired than it
    has.
    """
    terms, shocks, markets = parameters.staffing, conditions.shocks, premises.markets
    regions = world.districts.region_starts
    left_open = state.sites - choice.sites_closed
    kept, standing = part_of(left_open, state.sites), np.minimum(left_open, 1.0)
    first = _after_closing(state.first_sections, choice.first_change, kept, standing)
    second = _after_closing(state.second_sections, choice.second_change, kept, standing)
    # A site keeps at least one section; where none is left it closes.
    sites = np.minimum(left_open, first + second)
    emptied = left_open - sites
    lacking = np.maximum(np.minimum(sites, 1.0) - first, 0.0)
    first, second = first + lacking, np.maximum(second - lacking, 0.0)
    staying = part_of(sites, state.sites)

    posts = first + second
    staffed_before = state.staffed
    staffed = np.minimum(staffed_before, posts)
    # Of all who taught some leave; posts that are given up go with them first, and only then is anybody let go.
    leaving = staffing.sections_vacated(
        staffed_before,
        np.minimum(state.sites, staffed_before),
        np.minimum(terms.turnover * shocks.turnover, 1.0),
        luck[Purpose.TURNOVER],
    )
    let_go = staffed_before - staffed
    staffed = staffed - np.maximum(leaving - let_go, 0.0)
    left = staffed_before - staffed
    vacant = posts - staffed

    seeking = choice.seeking.astype(np.float64)
    launch_sections = choice.launch_sections * seeking
    sought = staffing.by_region(vacant + launch_sections, regions)
    candidates = staffing.candidates(
        state.pool * shocks.instructor_supply, world.clusters.salary_premium * terms.premium_paid, terms
    )
    applicants = staffing.applicants(candidates, sought)
    chance = staffing.fill_chance(
        world.clusters.fill_probability, markets.rural, at_districts(applicants, markets.region), terms
    )
    hiring_chance = at_districts(chance, markets.place)
    within_year = at_districts(staffing.chance_within_year(chance, terms.refill_rounds), markets.place)
    hires = staffing.by_region(vacant * within_year + launch_sections * hiring_chance, regions)
    covered = at_districts(staffing.scarcity(candidates, hires), world.districts.region)
    hiring_chance, within_year = hiring_chance * covered, within_year * covered
    filled = staffing.filled(vacant, within_year, luck[Purpose.HIRING])
    vacant = vacant - filled

    launched = seeking * staffing.launch_staffed(hiring_chance, luck[Purpose.LAUNCH_HIRING])
    opened = (state.launching == 1).astype(np.float64)
    opened_sections = opened * state.launching_sections
    sites, first = sites + opened, first + opened_sections
    staffed_launches = launched * launch_sections
    hired = filled + staffed_launches
    taught = 1.0 - (1.0 - terms.substitute_cover) * part_of(vacant, first + second)
    return Workforce(
        sites=sites,
        first_posts=first,
        second_posts=second,
        vacant=vacant,
        first_taught=first * taught,
        second_taught=second * taught,
        staying=staying,
        emptied=emptied,
        hiring_chance=hiring_chance,
        hired=hired,
        launched=launched,
        without_instructor=seeking - launched,
        opened=opened,
        launching=np.maximum(state.launching - 1.0, 0.0) + launched * parameters.clusters.launch_years,
        launching_sections=state.launching_sections - opened_sections + staffed_launches,
        candidates=candidates,
        pool=staffing.next_pool(
            state.pool,
            staffing.by_region(hired, regions),
            staffing.by_region(left, regions),
            premises.entering * shocks.instructor_supply,
            world.clusters.salary_premium * terms.premium_paid,
            terms,
        ),
    )


def _after_closing(sections: Array, change: Array, kept: Array, standing: Array) -> Array:
    """Sections of the sites that are ``kept``, a share, where any is (``standing``, 1 or 0); those that go with a site
    count toward what is given up."""
    staying = np.floor(sections * kept + 0.5) + np.maximum(change, 0.0)
    left: Array = np.maximum(np.minimum(staying, sections + change), 0.0) * standing
    return left
