"""What a district weighs at a price of a dollar: sections, its budget, sites that might close, its whole program, and
one more site."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, part_of, ratio
from sim.behavior import budgeting, launching, planning, sizing
from sim.behavior.closing import ClosingTerms
from sim.behavior.planning import Sections
from sim.behavior.situation import Situation
from sim.parameters.groups import Decisions


@dataclass(frozen=True)
class Weighed:
    """What a district would run at a ``price`` of a dollar: ``first`` and ``second`` sections, of which
    ``first_wanted`` and ``second_wanted``; the ``class_size`` that is planned and the ``first_class`` in which students
    are seated, ``[..., D, C]``; ``upkeep_share``, ``[..., D, 1]``; ``first_margin``: that of first sections over the
    spread of what they are worth, ``[..., D, C]``."""

    first: Sections
    second: Sections
    first_wanted: Array
    second_wanted: Array
    first_class: Array
    class_size: Array
    upkeep_share: Array
    price: Array
    first_margin: Array


@dataclass(frozen=True)
class Planned:
    """What a district's plan of sections and sites costs and what it earns, dollars, and by how many dollars its cost
    ``falls`` for each unit of the log price of a dollar, ``[..., D, 1]``."""

    cost: Array
    earned: Array
    falls: Array


def weigh_sections(situation: Situation, log_price: Array, decisions: Decisions) -> Weighed:
    """What each section is worth and costs at the classes and the upkeep that go with a price of a dollar."""
    s, terms, whole = situation, situation.terms(decisions), situation.whole
    # What follows from the price alone is the same for all pathways of a district.
    price, spread = s.each(np.exp(log_price)), terms.section_spread
    share = s.each(planning.upkeep_share(whole.practiced, log_price, whole.floor, whole.ceiling))
    # Students are not turned away for classes smaller than those of the base year.
    tight, not_loose = (
        s.each(planning.class_tightness(one, decisions)) for one in (log_price, np.maximum(log_price, 0.0))
    )
    class_size = planning.class_between(s.class_size, s.class_cap, tight)
    second_class = s.second_class * class_size
    offered = np.minimum(s.sites, 1.0)
    section = s.section_cost + share * s.section_running
    least = terms.least_cost * s.section_cost
    possible = sizing.second_possible(s.eligible, second_class, terms.minimum_section) * offered
    each = part_of(s.eligible, possible) * (possible > 0)
    second = Sections(
        possible=possible,
        least=0.0 * s.sites,
        worth=s.second_worth * each,
        earned=s.second_earned * each + s.section_earned,
        later=0.0 * s.sites,
        cost=np.maximum(section + (share * s.second_running - s.elective) * each, least),
    )
    second_margin = planning.relative_margin(second, price, spread)
    for_each_going_on = ratio(planning.surplus_at(second, second_margin, spread), s.eligible)
    possible = sizing.sections_possible(s.wanted, class_size, s.sites) * offered
    each = part_of(s.wanted, possible)
    first = Sections(
        possible=possible,
        least=s.sites,
        worth=s.first_worth * each,
        earned=s.first_earned * each + s.section_earned,
        later=for_each_going_on * (s.going_on * each),
        cost=np.maximum(section + (share * s.first_running - s.elective) * each, least),
    )
    first_margin = planning.relative_margin(first, price, spread)
    return Weighed(
        first=first,
        second=second,
        first_wanted=planning.wanted_at(first, first_margin),
        second_wanted=planning.wanted_at(second, second_margin),
        first_class=planning.class_between(s.class_size, s.class_cap, not_loose),
        class_size=class_size,
        upkeep_share=share,
        price=price,
        first_margin=first_margin,
    )


def weigh_budget(situation: Situation, weighed: Weighed, decisions: Decisions) -> Planned:
    """What a district's plan costs and earns, and by how much its cost falls as a dollar becomes dearer."""
    s, terms, whole = situation, situation.terms(decisions), situation.whole
    share = weighed.upkeep_share
    first, second = weighed.first, weighed.second
    wanted = weighed.first_wanted + weighed.second_wanted
    site_upkeep = share * (s.site_running * s.sites)
    gross = weighed.first_wanted * first.cost + weighed.second_wanted * second.cost + site_upkeep
    # Fewer sections, larger classes, less upkeep.
    fewer = planning.falls_with_price(first, weighed.first_wanted, weighed.price, terms.section_spread)
    fewer = fewer + planning.falls_with_price(second, weighed.second_wanted, weighed.price, terms.section_spread)
    salaries = s.section_cost * wanted
    movable = (weighed.class_size > s.class_size) & (weighed.class_size < s.class_cap)
    larger = terms.class_response * (s.class_cap - s.class_size) / weighed.class_size * salaries * movable
    less = (site_upkeep + share * (s.section_running * wanted)) * ((share > s.floor) & (share < s.ceiling))
    falls = s.total(fewer + larger + less)
    return Planned(
        cost=s.total(gross) + whole.program_cost * (whole.all_sites > 0),
        earned=s.total(weighed.first_wanted * first.earned + weighed.second_wanted * second.earned),
        falls=np.maximum(falls, decisions.least_response * s.total(salaries)),
    )


def weigh_closing(situation: Situation, weighed: Weighed, decisions: Decisions) -> ClosingTerms:
    """What a site is worth beside what it costs, and what else would end it."""
    s, terms = situation, situation.terms(decisions)
    first, second = weighed.first, weighed.second
    value = s.site_worth * s.sites + first.worth * first.possible + s.second_worth * s.eligible
    earned = s.site_earned * s.sites + first.earned * first.possible + s.second_earned * s.eligible
    earned = earned + s.section_earned * second.possible
    cost = s.site_running * s.sites * weighed.upkeep_share + first.cost * first.possible + second.cost * second.possible
    posts = s.first_sections + s.second_sections
    return ClosingTerms(
        margin=ratio(value / weighed.price + earned - cost, cost),
        long_vacant=(s.vacant_years >= terms.close_vacancy_years) & (s.vacant_sections >= posts) & (s.sites > 0),
        few_students=(s.wanted + s.eligible < sizing.least_students(terms.minimum_section, s.pooled) * s.sites),
        lab_out_of_use=(s.equipment <= 0.0) & (s.sites > 0),
    )


def weigh_program(
    situation: Situation, weighed: Weighed, planned: Planned, log_price: Array, decisions: Decisions
) -> Array:
    """What all of a district's CTE is worth and earns beyond its cost, that of running a program at all included,
    dollars of the year, ``[..., D, 1]``.

    Where a dollar is dear more CTE would be worth having, and that is no reason to have none: there what is run counts
    by its worth in dollars of the general fund, ``price`` times that in dollars for CTE.
    """
    s, price = situation, weighed.price
    courses = planning.surplus_at(weighed.first, weighed.first_margin, situation.terms(decisions).section_spread)
    sites = s.sites * (s.site_worth / price + s.site_earned - weighed.upkeep_share * s.site_running)
    beyond = s.total(courses + sites) - s.whole.program_cost
    dear = np.maximum(np.exp(log_price), 1.0)
    return dear * beyond + (dear - 1.0) * (planned.cost - planned.earned)


@dataclass(frozen=True)
class FurtherSite:
    """One more site of each cluster as a district sees it, ``[..., D, C]``.

    ``price``: of a dollar over its horizon. ``students`` it would draw and ``sections`` it needs; dollars a year:
    ``worth`` at a price of one dollar, ``earned`` (without what one more school that offers CTE earns), and ``cost``;
    ``weight``: what a dollar of a start-up or a lab counts for, as money that is promised to nobody buys it; dollars
    over the horizon: the ``startup``, so weighed, that is still to be paid, the ``value``, that of a site whose lab
    must be built first (``value_with_lab``), and how much is ``required`` for a plan. ``has_room``: a lab stands
    unused. What it takes: a ``free_school``, none ``under_way``, ``enough_students``, and that the district is
    ``committed``, with what the site would earn, to pay for a program. ``[..., D, 1]``: ``money`` for labs and
    start-ups, and ``capacity`` for plans at once."""

    price: Array
    students: Array
    sections: Array
    worth: Array
    earned: Array
    cost: Array
    weight: Array
    startup: Array
    value: Array
    value_with_lab: Array
    required: Array
    has_room: BoolArray
    free_school: BoolArray
    under_way: BoolArray
    enough_students: BoolArray
    committed: BoolArray
    money: Array
    capacity: Array

    @property
    def possible(self) -> BoolArray:
        """Where a further site could be planned."""
        return self.free_school & ~self.under_way & self.enough_students & self.committed


def weigh_site(situation: Situation, log_price: Array, decisions: Decisions) -> FurtherSite:
    """What one more site would be worth and cost at the district's price of a dollar."""
    s, terms, whole = situation, situation.terms(decisions), situation.whole
    students = s.site_wanted
    sections = np.maximum(np.rint(students / s.class_size), 1.0)
    going_on = terms.plan_second * students
    share = s.each(planning.upkeep_share(whole.practiced, log_price, whole.floor, whole.ceiling))
    worth = s.site_worth + s.first_worth * students + s.second_worth * going_on
    earned = s.site_earned + s.first_earned * students + s.second_earned * going_on
    taught = sections + going_on / (s.second_class * s.class_size)
    earned = earned + s.section_earned * taught
    supplies = s.first_running * students + s.second_running * going_on
    upkeep = s.site_running + s.section_running * taught + supplies
    cost = s.section_cost * taught + share * upkeep - s.elective * (students + going_on)
    weight = budgeting.weight_of_things_bought_once(s.once_again, s.usual_upkeep + s.practiced * upkeep)
    startup = weight * s.startup_net * (s.plan != launching.FOR_INSTRUCTOR)
    price = s.each(np.exp(log_price))
    value = s.annuity * (worth / price + earned + s.school_bonus - cost) - startup
    return FurtherSite(
        price=price,
        students=students,
        sections=sections,
        worth=worth,
        earned=earned,
        cost=cost,
        weight=weight,
        value=value,
        value_with_lab=value - weight * s.facility_cost,
        startup=startup,
        required=terms.plan_hurdle * weight * s.startup_net,
        has_room=s.facilities > s.sites,
        free_school=s.sites < s.high_schools,
        under_way=s.launching > 0,
        enough_students=students >= sizing.least_students(terms.minimum_section, s.pooled),
        committed=s.commitment + earned >= s.program_cost,
        money=s.each(whole.launch_cash + whole.launch_general),
        capacity=s.each(np.maximum(np.floor(decisions.plans_per_school * whole.high_schools), 1.0)),
    )
