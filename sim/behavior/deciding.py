"""The yearly decision of a district, for every cluster at once: what to run, what to close, what to plan.

``decide`` is the step of the agent. It reads only what the district itself knows (``Situation``), so that it can be
called for one district's row or for all districts of many runs with the same result.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Self, cast

import numpy as np

from sim.arrays import Array, BoolArray, district_total, part_of, ratio
from sim.behavior import budgeting, closing, launching, planning, sizing
from sim.behavior.closing import ClosingTerms
from sim.behavior.launching import Plans
from sim.behavior.planning import Sections
from sim.parameters.groups import Decisions
from sim.pathways import At, Pathways


class Rows:
    """A bundle of arrays that can be cut to one district, or to some pathways."""

    @property
    def whole(self) -> Self:
        """The bundle itself, which of one cut to some pathways is the uncut one."""
        return self

    def at(self, pathways: Pathways) -> Self:
        """The same bundle at some pathways, each array ``[N]``."""
        return cast(Self, At(self, pathways))

    def total(self, amounts: Array) -> Array:
        """The sum over each district's pathways, ``[..., D, 1]``."""
        return district_total(amounts)

    def each(self, quantity: Any) -> Any:
        """A district's number ``[..., D, 1]`` at each of its pathways."""
        return quantity

    def terms(self, decisions: Decisions) -> Decisions:
        """Parameters ``[..., 1, 1]`` at each of the pathways."""
        return decisions

    def row(self, district: int) -> Self:
        """The same bundle for one district: every array that varies by district is cut to ``[..., 1, n]``."""
        cut = {}
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and value.shape[-2] > 1:
                cut[field.name] = value[..., district : district + 1, :]
        return replace(self, **cut)  # type: ignore[type-var]


@dataclass(frozen=True)
class Situation(Rows):
    """What a district knows when it decides. Dollars of the year; ``[..., D, C]`` unless said otherwise.

    Offer: ``sites``; posts of first and of second courses, ``first_sections`` and ``second_sections``;
    ``vacant_sections`` among them and ``vacant_years``; ``launching`` (years until a launched site's first cohort);
    ``facilities`` (schools with a usable lab), ``high_schools`` ``[D, 1]``, ``equipment`` (service life left),
    ``notice``, ``plan`` (what a plan waits for) and ``plan_years``.
    Students: ``wanted`` (a first course), ``eligible`` (for a second), ``going_on`` (share of
    first-course students who will be), and ``site_wanted``, whom one more site would draw.
    Worth at a price of one dollar: ``first_worth`` and ``second_worth`` of a student, ``site_worth`` of a site.
    Believed payments, as far as they last: ``first_earned``, ``second_earned`` a student, ``site_earned`` a site.
    Costs: ``section_cost`` (salary); ``elective`` saved for each student; ``first_running`` and ``second_running`` for
    each student, ``section_running`` and ``site_running``, all sustained; ``startup_net``, ``facility_cost``.
    Money ``[..., D, 1]``: ``promised``, ``log_price`` of last year, ``launch_money``. Classes:
    ``class_size``, ``class_cap`` and ``second_class`` (of second courses, relative to first). ``annuity`` ``[..., 1,
    1]``. Draws, uniform: ``first_draw``, ``second_draw``, ``close_draw``.
    ``practiced``, ``floor`` and ``ceiling`` ``[..., 1, 1]``: shares of sustained non-salary cost. ``solving``: 1 where the price of a
    dollar follows the budget, 0 in the warm-up, where budgets follow it.
    """

    sites: Array
    first_sections: Array
    second_sections: Array
    vacant_sections: Array
    vacant_years: Array
    launching: Array
    facilities: Array
    high_schools: Array
    equipment: Array
    notice: Array
    program_notice: Array
    plan: Array
    plan_years: Array
    wanted: Array
    eligible: Array
    going_on: Array
    site_wanted: Array
    first_worth: Array
    second_worth: Array
    site_worth: Array
    first_earned: Array
    second_earned: Array
    site_earned: Array
    section_cost: Array
    elective: Array
    first_running: Array
    second_running: Array
    section_running: Array
    site_running: Array
    program_cost: Array
    startup_cost: Array
    startup_net: Array
    facility_cost: Array
    own_budget: Array
    promised: Array
    earned: Array
    plan_cost: Array
    plan_falls: Array
    log_price: Array
    launch_cash: Array
    launch_general: Array
    class_size: Array
    class_cap: Array
    second_class: Array
    annuity: Array
    practiced: Array
    floor: Array
    ceiling: Array
    first_draw: Array
    second_draw: Array
    close_draw: Array
    solving: Array
    school_bonus: Array


@dataclass(frozen=True)
class Choice:
    """What a district decided. ``[..., D, C]``: ``sites_closed``; ``first_change`` and ``second_change`` of sections
    (positive: to staff, negative: given up), before closures; ``notice`` that runs; plans: ``plan``, ``plan_years``,
    ``begun``, ``given_up``, ``seeking`` (looks for an instructor now), ``launch_sections`` that the new site needs,
    ``launch_cost`` taken from cash, ``builds_facility``. ``[..., D, 1]``: ``log_price`` of a dollar, ``upkeep_share``.
    """

    sites_closed: Array
    first_change: Array
    second_change: Array
    notice: Array
    program_notice: Array
    plan: Array
    plan_years: Array
    begun: BoolArray
    given_up: BoolArray
    seeking: BoolArray
    launch_sections: Array
    launch_cost: Array
    paid: BoolArray
    builds_facility: BoolArray
    first_class: Array
    log_price: Array
    upkeep_share: Array
    plan_cost: Array
    plan_earned: Array
    plan_falls: Array
    closed_for_money: BoolArray
    leaves: BoolArray


@dataclass(frozen=True)
class Weighed:
    """What a district would run at a ``price`` of a dollar: ``first`` and ``second`` sections, of which ``first_wanted``
    and ``second_wanted``; the ``class_size`` that is planned and the ``first_class`` in which students are seated,
    ``[..., D, C]``; ``upkeep_share``, ``[..., D, 1]``."""

    first: Sections
    second: Sections
    first_wanted: Array
    second_wanted: Array
    first_class: Array
    class_size: Array
    upkeep_share: Array
    price: Array


@dataclass(frozen=True)
class Planned:
    """What a district's plan of sections and sites costs and what it earns, dollars, and by how many dollars its cost
    ``falls`` for each unit of the log price of a dollar, ``[..., D, 1]``."""

    cost: Array
    earned: Array
    falls: Array


def weigh_sections(situation: Situation, log_price: Array, decisions: Decisions) -> Weighed:
    """What each section is worth and costs at the classes and the upkeep that go with a price of a dollar."""
    s, terms = situation, situation.terms(decisions)
    log_price = s.each(log_price)
    price, spread = np.exp(log_price), terms.section_spread
    share = planning.upkeep_share(s.practiced, log_price, s.floor, s.ceiling)
    class_size = planning.planned_class(s.class_size, s.class_cap, log_price, terms)
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
        earned=s.second_earned * each,
        later=0.0 * s.sites,
        cost=np.maximum(section + (share * s.second_running - s.elective) * each, least),
    )
    for_each_going_on = ratio(planning.surplus(second, price, spread), s.eligible)
    possible = sizing.sections_possible(s.wanted, class_size, s.sites) * offered
    each = part_of(s.wanted, possible)
    first = Sections(
        possible=possible,
        least=s.sites,
        worth=s.first_worth * each,
        earned=s.first_earned * each,
        later=for_each_going_on * (s.going_on * each),
        cost=np.maximum(section + (share * s.first_running - s.elective) * each, least),
    )
    first_wanted = planning.sections_wanted(first, price, spread)
    second_wanted = planning.sections_wanted(second, price, spread)
    return Weighed(
        first=first,
        second=second,
        first_wanted=first_wanted,
        second_wanted=second_wanted,
        # Students are not turned away for classes smaller than those of the base year.
        first_class=planning.planned_class(s.class_size, s.class_cap, np.maximum(log_price, 0.0), terms),
        class_size=class_size,
        upkeep_share=share,
        price=price,
    )


def weigh_budget(situation: Situation, weighed: Weighed, decisions: Decisions) -> Planned:
    """What a district's plan costs and earns, and by how much its cost falls as a dollar becomes dearer."""
    s, terms = situation, situation.terms(decisions)
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
        cost=s.total(gross) + s.whole.program_cost,
        earned=s.total(weighed.first_wanted * first.earned + weighed.second_wanted * second.earned),
        falls=np.maximum(falls, decisions.least_response * s.total(salaries)),
    )


def weigh_closing(situation: Situation, weighed: Weighed, decisions: Decisions) -> ClosingTerms:
    """What a site is worth beside what it costs, and what else would end it."""
    s, terms = situation, situation.terms(decisions)
    first, second = weighed.first, weighed.second
    value = s.site_worth * s.sites + first.worth * first.possible + s.second_worth * s.eligible
    earned = s.site_earned * s.sites + first.earned * first.possible + s.second_earned * s.eligible
    cost = s.site_running * s.sites * weighed.upkeep_share + first.cost * first.possible + second.cost * second.possible
    posts = s.first_sections + s.second_sections
    return ClosingTerms(
        margin=ratio(value / weighed.price + earned - cost, cost),
        long_vacant=(s.vacant_years >= terms.close_vacancy_years) & (s.vacant_sections >= posts) & (s.sites > 0),
        few_students=(s.wanted + s.eligible < terms.minimum_section * s.sites),
        lab_out_of_use=(s.equipment <= 0.0) & (s.sites > 0),
    )


def weigh_program(situation: Situation, weighed: Weighed, decisions: Decisions) -> Array:
    """What all of a district's CTE is worth and earns beyond its cost, that of running a program at all included,
    dollars of the year, ``[..., D, 1]``."""
    s, price = situation, weighed.price
    courses = planning.surplus(weighed.first, price, situation.terms(decisions).section_spread)
    sites = s.sites * (s.site_worth / price + s.site_earned - weighed.upkeep_share * s.site_running)
    return s.total(courses + sites) - s.whole.program_cost


@dataclass(frozen=True)
class FurtherSite:
    """One more site of each cluster as a district sees it, ``[..., D, C]``.

    ``students`` it would draw and ``sections`` it needs; dollars a year: ``worth`` at a price of one dollar,
    ``earned`` (without what one more school that offers CTE earns), and ``cost``; dollars over the horizon: ``value``,
    and how much is ``required`` for a plan. ``has_room``: a lab stands unused. What it takes: a ``free_school``, none ``under_way``,
    ``enough_students``. ``[..., D, 1]``: ``money`` for labs and start-ups, and ``capacity`` for plans at once.
    """

    students: Array
    sections: Array
    worth: Array
    earned: Array
    cost: Array
    value: Array
    required: Array
    has_room: BoolArray
    free_school: BoolArray
    under_way: BoolArray
    enough_students: BoolArray
    money: Array
    capacity: Array

    @property
    def possible(self) -> BoolArray:
        """Where a further site could be planned."""
        return self.free_school & ~self.under_way & self.enough_students


def weigh_site(situation: Situation, log_price: Array, decisions: Decisions) -> FurtherSite:
    """What one more site would be worth and cost at the district's price of a dollar."""
    s, terms = situation, situation.terms(decisions)
    log_price = s.each(log_price)
    students = s.site_wanted
    sections = np.maximum(np.rint(students / s.class_size), 1.0)
    going_on = terms.plan_second * students
    share = planning.upkeep_share(s.practiced, log_price, s.floor, s.ceiling)
    worth = s.site_worth + s.first_worth * students + s.second_worth * going_on
    earned = s.site_earned + s.first_earned * students + s.second_earned * going_on
    taught = sections + going_on / (s.second_class * s.class_size)
    supplies = s.first_running * students + s.second_running * going_on
    running = (s.site_running + s.section_running * taught + supplies) * share
    cost = s.section_cost * taught + running - s.elective * (students + going_on)
    unpaid = s.plan != launching.FOR_INSTRUCTOR
    return FurtherSite(
        students=students,
        sections=sections,
        worth=worth,
        earned=earned,
        cost=cost,
        value=s.annuity * (worth / np.exp(log_price) + earned + s.school_bonus - cost) - s.startup_net * unpaid,
        required=terms.plan_hurdle * s.startup_net,
        has_room=s.facilities > s.sites,
        free_school=s.sites < s.high_schools,
        under_way=s.launching > 0,
        enough_students=students >= terms.minimum_section,
        money=s.launch_cash + s.launch_general,
        capacity=np.maximum(np.floor(terms.plans_per_school * s.high_schools), 1.0),
    )


def review_plans(situation: Situation, site: FurtherSite, pathways: Pathways, decisions: Decisions) -> Plans:
    """What becomes of the plans for further sites; situation and site are those of ``pathways``."""
    s = situation
    return launching.reviewed(
        pathways=pathways,
        waits=s.plan,
        years=s.plan_years,
        value=site.value,
        required=site.required,
        possible=site.possible,
        has_room=site.has_room,
        startup=s.startup_net,
        facility=s.facility_cost,
        money=site.money,
        capacity=site.capacity,
        decisions=s.terms(decisions),
    )


def may_plan(situation: Situation, decisions: Decisions) -> BoolArray:
    """Where a plan is under way or a further site could be planned, ``[..., D, C]``."""
    s = situation
    room = (s.sites < s.high_schools) & (s.launching <= 0) & (s.site_wanted >= decisions.minimum_section)
    found: BoolArray = room | (s.plan > launching.NONE)
    return found


@dataclass(frozen=True)
class SectionChanges:
    """Sections of ``first`` and ``second`` courses to staff (positive) or to give up (negative), ``[..., D, C]``; and
    what the plan would cost as it moves (``committed``), the most that can be paid (``payable``), dollars, and the
    share of sections that goes at once (``laid_off``), ``[..., D, 1]``."""

    first: Array
    second: Array
    committed: Array
    payable: Array
    laid_off: Array


def change_sections(situation: Situation, weighed: Weighed, decisions: Decisions) -> SectionChanges:
    """Sections move toward what is wanted; where next year's plan could not be paid, some go at once."""
    s, terms = situation, situation.terms(decisions)
    firsts = sizing.section_change(s.first_sections, weighed.first_wanted, s.sites, s.first_draw, terms)
    seconds = sizing.section_change(s.second_sections, weighed.second_wanted, 0.0 * s.sites, s.second_draw, terms)
    first_net, second_net = (each.cost - each.earned for each in (weighed.first, weighed.second))
    committed = s.total((s.first_sections + firsts) * first_net + (s.second_sections + seconds) * second_net)
    # Sections are lumps: a plan that exceeds its money by half a section is no reason to lay off.
    half_a_section = 0.5 * ratio(committed, s.total(s.first_sections + s.second_sections))
    payable = s.whole.promised * (1.0 + decisions.deficit_share) + half_a_section
    gone = s.whole.solving * budgeting.layoffs(committed, payable)
    if gone.any():
        # First what the plan has no more use for, then a share of everything.
        first_beyond = sizing.beyond_plan(s.first_sections, firsts, weighed.first_wanted)
        second_beyond = sizing.beyond_plan(s.second_sections, seconds, weighed.second_wanted)
        spare = s.total(first_beyond * first_net + second_beyond * second_net)
        of_beyond = np.clip(ratio(gone * committed, spare), 0.0, 1.0)
        of_all = (gone > 0.0) * budgeting.layoffs(committed - of_beyond * spare, payable)
        unused, all_alike = s.each(of_beyond), s.each(of_all)
        left = 1.0 - all_alike
        firsts = sizing.after_layoffs(
            firsts, unused * left * first_beyond + all_alike * (s.first_sections + firsts), s.first_draw
        )
        seconds = sizing.after_layoffs(
            seconds, unused * left * second_beyond + all_alike * (s.second_sections + seconds), s.second_draw
        )
    return SectionChanges(firsts, seconds, committed, payable, gone)


def priced(situation: Situation, decisions: Decisions) -> Array:
    """The log price of a dollar this year, ``[..., D, 1]``: last year's plan against this year's money."""
    s = situation
    moved = planning.moved_log_price(s.log_price, s.plan_cost - s.earned, s.plan_falls, s.promised, decisions)
    return s.log_price + s.solving * (moved - s.log_price)


def decide(situation: Situation, decisions: Decisions) -> Choice:
    """The district's step: the price of a dollar, then sections, sites and plans at that price."""
    s = situation
    log_price = priced(s, decisions)

    # What is offered: sections, and sites that close.
    offered = Pathways((s.sites > 0) | (s.launching > 0))
    here = s.at(offered)
    weighed = weigh_sections(here, log_price, decisions)
    planned = weigh_budget(here, weighed, decisions)
    changes = change_sections(here, weighed, decisions)
    terms = weigh_closing(here, weighed, decisions)
    notice = closing.notice_after(here.notice, terms.unsustained & (here.sites > 0))
    closed = closing.sites_closed(here.sites, notice, terms, here.equipment, here.close_draw, here.terms(decisions))
    unsustained = (here.total(here.sites) > 0) & (weigh_program(here, weighed, decisions) < 0.0)
    program_notice = closing.notice_after(s.program_notice, unsustained)
    leaves = program_notice >= decisions.close_notice
    closed = np.where(here.each(leaves), here.sites, closed)

    # What could be offered: plans for further sites.
    further = Pathways(may_plan(s, decisions))
    there = s.at(further)
    site = weigh_site(there, log_price, decisions)
    plans = review_plans(there, site, further, decisions)
    return Choice(
        sites_closed=offered.everywhere(closed),
        first_change=offered.everywhere(changes.first),
        second_change=offered.everywhere(changes.second),
        notice=offered.everywhere(notice),
        program_notice=program_notice,
        plan=further.everywhere(plans.waits),
        plan_years=further.everywhere(plans.years),
        begun=further.everywhere(plans.begun),
        given_up=further.everywhere(plans.given_up),
        seeking=further.everywhere(plans.waits == launching.FOR_INSTRUCTOR),
        launch_sections=further.everywhere(site.sections),
        launch_cost=further.everywhere(plans.cost),
        paid=further.everywhere(plans.paid),
        builds_facility=further.everywhere(plans.builds),
        first_class=offered.everywhere(weighed.first_class),
        log_price=log_price,
        upkeep_share=planning.upkeep_share(s.practiced, log_price, s.floor, s.ceiling),
        plan_cost=planned.cost,
        plan_earned=planned.earned,
        plan_falls=planned.falls,
        closed_for_money=offered.everywhere((closed > 0) & (here.each(leaves) | (terms.margin < 0.0))),
        leaves=leaves,
    )
