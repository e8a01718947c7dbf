"""The yearly decision of a district, for every cluster at once: what to run, what to close, what to plan.

``decide`` is the step of the agent. It reads only what the district itself knows (``Situation``), so that it can be
called for one district's row or for all districts of many runs with the same result.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from sim.arrays import Array, BoolArray, district_total, outer, part_of, ratio
from sim.behavior import budgeting, closing, launching, planning, sizing
from sim.behavior.closing import ClosingTerms
from sim.behavior.launching import Plans
from sim.behavior.planning import Sections
from sim.parameters.groups import Decisions


class Rows:
    """A bundle of arrays that can be cut to one district."""

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
    Students: ``wanted`` (a first course), ``eligible`` (for a second), and ``site_wanted``, whom one more site would draw.
    Worth at a price of one dollar: ``first_worth`` and ``second_worth`` of a student, ``site_worth`` of a site.
    Believed payments, as far as they last: ``first_earned``, ``second_earned`` a student, ``site_earned`` a site.
    Costs: ``section_cost`` (salary); ``elective`` saved for each student; ``first_running`` and ``second_running`` for
    each student, ``section_running`` and ``site_running``, all sustained; ``startup_net``, ``facility_cost``.
    Money ``[..., D, 1]``: ``promised``, ``log_price`` of last year, ``launch_money``. Classes ``[1, C]``: ``class_size``,
    ``class_cap``. ``annuity`` ``[..., 1, 1]``. Draws, uniform: ``first_draw``, ``second_draw``, ``close_draw``.
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
    log_price: Array
    launch_cash: Array
    launch_general: Array
    class_size: Array
    class_cap: Array
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
    closed_for_money: BoolArray
    leaves: BoolArray


@dataclass(frozen=True)
class Weighed:
    """What a district would run at a price of a dollar: ``first`` and ``second`` sections, of which ``first_wanted`` and
    ``second_wanted`` ``[..., D, C]``; the ``first_class`` in which students are seated; ``upkeep_share`` and
    ``log_price`` ``[..., D, 1]``; the net ``cost`` of it all, by how much it ``falls`` for each unit of the log price,
    and its gross ``size``, dollars ``[..., D, 1]``."""

    first: Sections
    second: Sections
    first_wanted: Array
    second_wanted: Array
    first_class: Array
    upkeep_share: Array
    log_price: Array
    cost: Array
    falls: Array
    size: Array


def weigh_sections(situation: Situation, log_price: Array, decisions: Decisions) -> Weighed:
    """What each section is worth and costs at the classes and the upkeep that go with a price of a dollar."""
    s = situation
    price, spread = np.exp(log_price), decisions.section_spread
    share = planning.upkeep_share(s.practiced, log_price, s.floor, s.ceiling)
    offered = np.minimum(s.sites, 1.0)
    first_class = planning.planned_class(s.class_size, s.class_cap, log_price, decisions)
    second_class = decisions.second_class * first_class
    possible = sizing.sections_possible(s.wanted, first_class, s.sites) * offered
    each = part_of(s.wanted, possible)
    section = s.section_cost + outer(share, s.section_running)
    least = decisions.least_cost * s.section_cost
    first = Sections(
        possible=possible,
        least=s.sites,
        worth=s.first_worth * each,
        earned=s.first_earned * each,
        cost=np.maximum(section + (outer(share, s.first_running) - s.elective) * each, least),
    )
    second = Sections(
        possible=sizing.second_possible(s.eligible, second_class, s.sites, decisions.own_section) * offered,
        least=0.0 * s.sites,
        worth=s.second_worth * second_class,
        earned=s.second_earned * second_class,
        cost=np.maximum(section + (outer(share, s.second_running) - s.elective) * second_class, least),
    )
    first_wanted = planning.sections_wanted(first, price, spread)
    second_wanted = planning.sections_wanted(second, price, spread)
    wanted = first_wanted + second_wanted
    net = first_wanted * (first.cost - first.earned) + second_wanted * (second.cost - second.earned)
    fixed = district_total(s.site_running * s.sites + s.section_running * wanted)
    # By how much the plan's cost falls as a dollar becomes dearer: fewer sections, larger classes, less upkeep.
    fewer = planning.falls_with_price(first, first_wanted, price, spread)
    fewer = fewer + planning.falls_with_price(second, second_wanted, price, spread)
    larger = decisions.class_response * (s.class_cap - s.class_size) / first_class * s.section_cost * wanted
    movable = (first_class > s.class_size) & (first_class < s.class_cap)
    return Weighed(
        first=first,
        second=second,
        first_wanted=first_wanted,
        second_wanted=second_wanted,
        # Students are not turned away for classes smaller than those of the base year.
        first_class=planning.planned_class(s.class_size, s.class_cap, np.maximum(log_price, 0.0), decisions),
        upkeep_share=share,
        log_price=log_price,
        cost=district_total(net) + share * district_total(s.site_running * s.sites) + s.program_cost,
        falls=district_total(fewer + larger * movable) + share * fixed * ((share > s.floor) & (share < s.ceiling)),
        size=district_total(s.section_cost * wanted),
    )


def weigh_closing(situation: Situation, weighed: Weighed, decisions: Decisions) -> ClosingTerms:
    """What a site is worth beside what it costs, and what else would end it."""
    s = situation
    price = np.exp(weighed.log_price)
    first, second = weighed.first, weighed.second
    value = s.site_worth * s.sites + first.worth * first.possible + s.second_worth * s.eligible
    earned = s.site_earned * s.sites + first.earned * first.possible + s.second_earned * s.eligible
    cost = s.site_running * s.sites * weighed.upkeep_share + first.cost * first.possible + second.cost * second.possible
    posts = s.first_sections + s.second_sections
    return ClosingTerms(
        margin=ratio(value / price + earned - cost, cost),
        long_vacant=(s.vacant_years >= decisions.close_vacancy_years) & (s.vacant_sections >= posts) & (s.sites > 0),
        few_students=(s.wanted + s.eligible < decisions.minimum_section * s.sites),
        lab_out_of_use=(s.equipment <= 0.0) & (s.sites > 0),
    )


def weigh_program(situation: Situation, weighed: Weighed, decisions: Decisions) -> Array:
    """What all of a district's CTE is worth and earns beyond its cost, that of running a program at all included,
    dollars of the year, ``[..., D, 1]``."""
    s = situation
    price, spread = np.exp(weighed.log_price), decisions.section_spread
    courses = planning.surplus(weighed.first, price, spread) + planning.surplus(weighed.second, price, spread)
    sites = s.sites * (s.site_worth / price + s.site_earned - outer(weighed.upkeep_share, s.site_running))
    return district_total(courses + sites) - s.program_cost


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


def weigh_site(situation: Situation, weighed: Weighed, decisions: Decisions) -> FurtherSite:
    """What one more site would be worth and cost at the district's price of a dollar."""
    s = situation
    price = np.exp(weighed.log_price)
    students = s.site_wanted
    sections = np.maximum(np.rint(students / s.class_size), 1.0)
    going_on = decisions.plan_second * students
    share = weighed.upkeep_share
    worth = s.site_worth + s.first_worth * students + s.second_worth * going_on
    earned = s.site_earned + s.first_earned * students + s.second_earned * going_on
    running = (s.site_running + s.section_running * sections + s.first_running * students) * share
    cost = s.section_cost * sections + running - s.elective * (students + going_on)
    return FurtherSite(
        students=students,
        sections=sections,
        worth=worth,
        earned=earned,
        cost=cost,
        value=s.annuity * (worth / price + earned + s.school_bonus - cost) - s.startup_net,
        required=decisions.plan_hurdle * s.startup_net,
        has_room=s.facilities > s.sites,
        free_school=s.sites < s.high_schools,
        under_way=s.launching > 0,
        enough_students=students >= decisions.minimum_section,
        money=s.launch_cash + s.launch_general,
        capacity=np.maximum(np.floor(decisions.plans_per_school * s.high_schools), 1.0),
    )


def review_plans(situation: Situation, site: FurtherSite, decisions: Decisions) -> Plans:
    """What becomes of the plans for further sites."""
    s = situation
    return launching.reviewed(
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
        decisions=decisions,
    )


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
    s = situation
    held = s.first_sections, s.second_sections
    draws = s.first_draw, s.second_draw
    net_each = [sections.cost - sections.earned for sections in (weighed.first, weighed.second)]
    changes = [
        sizing.section_change(s.first_sections, weighed.first_wanted, s.sites, s.first_draw, decisions),
        sizing.section_change(s.second_sections, weighed.second_wanted, 0.0 * s.sites, s.second_draw, decisions),
    ]
    committed = district_total(np.zeros_like(held[0]))
    for posts, change, net in zip(held, changes, net_each, strict=True):
        committed = committed + district_total((posts + change) * net)
    # Sections are lumps: a plan that exceeds its money by half a section is no reason to lay off.
    half_a_section = 0.5 * ratio(committed, district_total(s.first_sections + s.second_sections))
    payable = s.promised * (1.0 + decisions.deficit_share) + half_a_section
    gone = s.solving * budgeting.layoffs(committed, payable)
    first, second = (
        np.where(gone > 0.0, np.minimum(change, -np.floor(posts * gone + draw)), change)
        for change, posts, draw in zip(changes, held, draws, strict=True)
    )
    return SectionChanges(first, second, committed, payable, gone)


def decide(situation: Situation, decisions: Decisions) -> Choice:
    """The district's step: the price of a dollar, then sections, sites and plans at that price."""
    s = situation
    before = weigh_sections(s, s.log_price, decisions)
    moved = planning.moved_log_price(s.log_price, before.cost, before.falls, before.size, s.promised, decisions)
    weighed = weigh_sections(s, s.log_price + s.solving * (moved - s.log_price), decisions)
    terms = weigh_closing(s, weighed, decisions)
    notice = closing.notice_after(s.notice, terms.unsustained & (s.sites > 0))
    closed = closing.sites_closed(s.sites, notice, terms, s.equipment, s.close_draw, decisions)
    offering = district_total(s.sites) > 0
    program_notice = closing.notice_after(s.program_notice, offering & (weigh_program(s, weighed, decisions) < 0.0))
    leaves = program_notice >= decisions.close_notice
    closed = np.where(leaves, s.sites, closed)
    changes = change_sections(s, weighed, decisions)
    site = weigh_site(s, weighed, decisions)
    plans = review_plans(s, site, decisions)
    return Choice(
        sites_closed=closed,
        first_change=changes.first,
        second_change=changes.second,
        notice=notice,
        program_notice=program_notice,
        plan=plans.waits,
        plan_years=plans.years,
        begun=plans.begun,
        given_up=plans.given_up,
        seeking=plans.waits == launching.FOR_INSTRUCTOR,
        launch_sections=site.sections,
        launch_cost=plans.cost,
        paid=plans.paid,
        builds_facility=plans.builds,
        first_class=weighed.first_class,
        log_price=weighed.log_price,
        upkeep_share=weighed.upkeep_share,
        plan_cost=weighed.cost,
        closed_for_money=(closed > 0) & (leaves | (terms.margin < 0.0)),
        leaves=leaves,
    )
