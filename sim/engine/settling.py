"""The settling of a start: what a run keeps is moved, year by year of its warm-up, to where the base year comes out."""

from dataclasses import replace

import numpy as np

from sim.arrays import Array, district_total, ratio, state_total
from sim.behavior.budgeting import for_long
from sim.engine.calendar import Year
from sim.engine.census import MOST_INTERESTED
from sim.engine.exams import settle_exams
from sim.engine.offerings import usual_peer_share
from sim.engine.situation import equipment_due
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.world.world import World


def schools_inside(world: World) -> int:
    """High schools that belong to a district of the world."""
    return int((world.high_schools.district >= 0).sum())


def settle_constants(
    world: World, parameters: Parameters, premises: Premises, state: State, year: Year, known_sites: Array | None = None
) -> Premises:
    """What a community sees in students and sites, and interest, a step nearer to where the state's counts come out:
    its participants and concentrators, and its sites, which are ``known_sites`` ``[..., D, C]`` or as many as high
    schools have on average."""
    schooling = year.schooling
    first, turned_away = state_total(schooling.enrolled.first), state_total(schooling.enrolled.unserved_first)
    taught, wanted = state_total(state.taught), world.anchors["concentrators"].value
    participants = state_total(state.participants)
    more = np.clip(ratio(world.anchors["participants"].value + 0.0 * participants, participants, 1.0), 0.8, 1.25)
    served = 1.0 - ratio(turned_away, first + turned_away)
    gap = (1.0 - parameters.choice.unserved_share) - served
    deeper = np.clip(ratio(wanted + 0.0 * taught, taught, 1.0), 0.8, 1.25)
    # Where more go on than usually wish to, as many find no seat in a second course as in a first.
    second = wanted * ratio(state_total(schooling.enrolled.second), taught, 1.0)
    going_on = ratio(second, world.anchors["participants"].value - second)
    wish = (1.0 - parameters.choice.unserved_share) * np.minimum(parameters.outcomes.going_on, 1.0)
    sites = state_total(state.sites)
    target = parameters.initial.sites_per_school * float(schools_inside(world))
    if known_sites is not None:
        target = state_total(known_sites + 0.0 * state.sites)
    wider = np.clip(ratio(target + 0.0 * sites, sites, 1.0), 0.8, 1.25)
    return replace(
        premises,
        participation=np.minimum(premises.participation * more, MOST_INTERESTED),
        first_value=premises.first_value * np.exp(np.clip(2.0 * gap, -0.2, 0.2)),
        second_value=premises.second_value * deeper * deeper,
        site_value=premises.site_value * wider,
        going_on_level=premises.going_on_level if known_sites is not None else np.maximum(going_on / wish, 1.0),
    )


def usual_over_the_state(state: State) -> State:
    """The same districts, students' interest as usual over the state, however it strays from school to school."""
    members = state.counts.membership
    strays = ratio(state_total(members * state.interest), state_total(members))
    return replace(state, interest=state.interest - strays)


def begin_to_live_within(state: State) -> State:
    """The budgets that districts have settled on, each as its present leaders would have it: from here on districts
    live within them."""
    return replace(state, own_money=state.base_own * np.maximum(1.0 + state.leadership, 0.0))


def settle_level(world: World, state: State) -> State:
    """Own money of all districts alike, a step nearer to where it pays for participants and concentrators."""
    taught, participants = state_total(state.taught), state_total(state.participants)
    deeper = np.clip(ratio(world.anchors["concentrators"].value + 0.0 * taught, taught, 1.0), 0.9, 1.1)
    more = np.clip(ratio(world.anchors["participants"].value + 0.0 * participants, participants, 1.0), 0.9, 1.1)
    return replace(state, own_money=state.own_money * deeper * more, base_own=state.base_own * deeper * more)


def settle_references(world: World, parameters: Parameters, premises: Premises, state: State, year: Year) -> Premises:
    """The state's means of what moves quality, those of this year, and the constants of exams."""
    premises = settle_exams(parameters, premises, state, year.workforce.opened, year.schooling.exams)
    students = district_total(state.participants)
    equipment = ratio(district_total(state.equipment * state.sites), district_total(state.sites))
    stable = ratio(district_total(year.workforce.staffed), district_total(year.workforce.posts), 1.0)
    weight = ratio(students, state_total(students))
    return replace(
        premises,
        reference_peers=usual_peer_share(state.sites, world),
        reference_equipment=state_total(weight * equipment),
        reference_stability=state_total(weight * stable),
        reference_fill=state_total(weight * year.maintenance.fill),
        reference_spending=state_total(weight * state.spending_ratio),
    )


def settle_budget(parameters: Parameters, state: State, year: Year, index: int) -> State:
    """Each district's own money moved to where it pays for this year's plan at a price of one dollar for a dollar.

    It is a mean over the years of the warm-up, the n-th with weight n, so that no one year's luck decides what a
    district gives, nor the first years, which are far from the end.
    """
    running = year.bill.instruction + year.choice.upkeep_share * year.bill.flexible
    launches = ratio(state_total(year.choice.launch_cost), state_total(running))
    filled = ratio(state_total(running), state_total(year.choice.plan_cost), 1.0)
    first, pace = index == 0, 2.0 / (index + 2.0)
    capital = state.capital_share + pace * (launches - state.capital_share)
    filled = state.filled_share + pace * (filled - state.filled_share)
    plan = (year.choice.plan_cost - year.choice.plan_earned) * filled
    size = state.counts.membership * year.conditions.price_index
    expected, lasting = year.prospects.expected, year.prospects.lasting
    long = for_long(0.0 * plan, expected, lasting, equipment_due(parameters, state, year.conditions))
    needed = np.maximum(np.maximum((1.0 + capital) * plan - expected, plan - long), 0.0)
    own = state.base_own + pace * (ratio(needed, size) - state.base_own)
    # A district whose receipts alone pay for more than its plan has nothing of its own to give: a dollar is worth less
    # to it than a dollar, until its plan takes all.
    alone = np.maximum(np.minimum(expected / (1.0 + capital), long), 1.0)
    cheaper = np.clip(0.7 * np.log(np.maximum(plan, 1.0) / alone), -0.3, 0.3)
    cash = parameters.initial.cash_start * year.bill.sustained if first else state.cash
    return replace(
        state,
        own_money=own,
        base_own=own,
        base_restricted=state.base_restricted + pace * (state.restricted - state.base_restricted),
        capital_share=capital,
        log_price=np.clip(state.log_price + cheaper, -1.5, 0.0),
        filled_share=filled,
        cash=np.maximum(cash, 0.0),
    )


def freeze_base_year(state: State, expected: Array) -> State:
    """Keep what the state's CTE lines are ``expected`` to have paid, dollars ``[..., D, 1]``, against which later years
    are measured, and what districts gave of their own."""
    return replace(state, base_payment=expected, last_payment=expected, base_fiscal_effort=state.fiscal_effort)
