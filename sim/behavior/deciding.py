"""The yearly decision of a district, for every cluster at once: what to run, what to close, what to plan.

``decide`` is the step of the agent. It reads only what the district itself knows (``Situation``), so that it can be
called for one district's row or for all districts of many runs with the same result.
"""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, part_of, ratio
from sim.behavior import budgeting, closing, launching, planning, sizing
from sim.behavior.launching import Plans
from sim.behavior.situation import Choice, Situation
from sim.behavior.weighing import (
    FurtherSite,
    Weighed,
    weigh_budget,
    weigh_closing,
    weigh_program,
    weigh_sections,
    weigh_site,
)
from sim.parameters.groups import Decisions
from sim.pathways import Pathways


def review_plans(situation: Situation, site: FurtherSite, pathways: Pathways, decisions: Decisions) -> Plans:
    """What becomes of the plans for further sites; situation and site are those of ``pathways``."""
    s = situation
    return launching.reviewed(
        pathways=pathways,
        waits=s.plan,
        years=s.plan_years,
        value=site.value,
        value_with_lab=site.value_with_lab,
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
    room = (
        (s.sites < s.high_schools)
        & (s.launching <= 0)
        & (s.site_wanted >= sizing.least_students(decisions.minimum_section, s.pooled))
    )
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
    seconds = sizing.section_change(s.second_sections, weighed.second_wanted, 0.0, s.second_draw, terms)
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


def priced_ahead(situation: Situation, log_price: Array, decisions: Decisions) -> Array:
    """The log price of a dollar over the horizon of a plan, ``[..., D, 1]``: that at which the plan of sections would
    cost what may be promised of money that comes through the horizon, and never below what it is."""
    s = situation
    gap = np.maximum(s.promised - s.enduring, 0.0)
    dearer = s.solving * part_of(gap, np.maximum(s.plan_falls, 1e-6 * gap))
    return np.minimum(log_price + dearer, np.maximum(log_price, decisions.price_limit))


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
    carried = closing.program_carried(
        weigh_program(here, weighed, planned, log_price, decisions), s.commitment, s.program_cost
    )
    unsustained = (s.all_sites > 0) & ~carried
    program_notice = closing.notice_after(s.program_notice, unsustained)
    leaves = program_notice >= decisions.close_notice
    ended = closing.sites_ended(here.sites, here.each(s.all_sites), here.close_draw, here.terms(decisions))
    leaving = here.each(leaves)
    closed = np.where(leaving, np.maximum(closed, ended), closed)

    # What could be offered: plans for further sites.
    further = Pathways(may_plan(s, decisions))
    there = s.at(further)
    site = weigh_site(there, priced_ahead(s, log_price, decisions), decisions)
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
        closed_for_money=offered.everywhere((closed > 0) & (leaving | (terms.margin < 0.0))),
        leaves=leaves,
    )
