"""What each district sees when it decides, assembled from the state, the prices and the neighbors."""

from collections.abc import Mapping

import numpy as np

from sim.arrays import ZERO, Array, at_districts, district_most, district_total, part_of, ratio
from sim.behavior import beliefs, budgeting, costs
from sim.behavior.situation import Situation
from sim.engine import requirements
from sim.engine.classrooms import Interest
from sim.engine.draws import Purpose
from sim.engine.economy import Cohorts, Conditions, Signals
from sim.engine.offerings import peer_share
from sim.engine.offers import Offers
from sim.engine.prospects import Prospects
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.students import choice, credentials
from sim.world.world import World


def observe(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    offers: Offers,
    prospects: Prospects,
    signals: Signals,
    interest: Interest,
    cohorts: Cohorts,
    luck: Mapping[Purpose, Array],
) -> Situation:
    """The situation of every district at decision time."""
    clusters, terms, reach = world.clusters, parameters.decisions, premises.reach
    unit, price = conditions.costs, conditions.price_index
    entry = reach.entry(state.sites)
    reached = choice.reached_share(reach, entry)
    wanted, boost = choice.demand(interest.wanted, interest.interested, reached, parameters.choice.diversion)
    site_wanted = interest.wanted * choice.gained_share(reach, entry) * np.minimum(boost, 2.0)

    # What a student is worth here and now, and what each is believed to earn.
    labor = at_districts(signals.priority + (signals.openings - 1.0), world.districts.region)
    around = peer_share(state.sites, world) - premises.reference_peers
    view = np.exp(state.appeal + terms.labor_weight * labor + terms.neighbor_weight * around) * price
    each, exams = credentials.exams_for_one_more(
        part_of(state.exam_sites, state.sites),
        state.further_exams,
        credentials.usual_each(parameters.clusters.attempt_rate, premises.exam_share, parameters.outcomes),
        parameters.outcomes,
    )
    per_participant, per_concentrator = prospects.per_participant, prospects.per_concentrator
    if prospects.credential_value is not ZERO:
        passed = prospects.credential_value * parameters.clusters.pass_rate
        per_participant = per_participant + passed * (1.0 - parameters.outcomes.pass_rate_fall) * each
        per_concentrator = per_concentrator + passed * exams
    running = unit.participant + each * unit.attempt
    planned_own = own_budget(state, prospects, conditions, cohorts.membership)
    own = planned_own * cohorts.membership * price
    general = parameters.books.general_launch * offers.base_units * offers.unit_value
    due = equipment_due(parameters, state, conditions)
    staff_money = budgeting.promised(
        own, prospects.expected, prospects.lasting, prospects.doubted, state.capital_share, state.filled_share, due
    )
    once = budgeting.not_lasting(
        own, prospects.expected, prospects.lasting, prospects.doubted, state.capital_share, due
    )
    stays, stays_lasting = prospects.expected - prospects.ending, prospects.lasting - prospects.lasting_ends
    doubted = np.minimum(prospects.doubted, stays)
    lasts = budgeting.promised(own, stays, stays_lasting, doubted, state.capital_share, state.filled_share, due)
    enduring = lasts - prospects.earned_ends
    # Cash and receipts of the year that are promised to nobody: they buy things once.
    ready = np.maximum(state.cash, 0.0) * price + own + prospects.expected - staff_money * state.filled_share
    committed = budgeting.commitment(
        own_wanted(state, prospects, conditions, cohorts.membership) * cohorts.membership * price,
        prospects.restricted + prospects.free,
        prospects.federal,
        parameters.books.federal_administration,
    )
    startup_cost = parameters.clusters.startup_cost * (parameters.costs.startup_level * conditions.startup_index)
    return Situation(
        sites=state.sites,
        first_sections=state.first_sections,
        second_sections=state.second_sections,
        vacant_sections=state.vacant_sections,
        vacant_years=state.vacant_years,
        launching=state.launching,
        facilities=state.facilities,
        high_schools=reach.most,
        equipment=state.equipment,
        notice=state.notice,
        program_notice=state.program_notice,
        plan=state.plan,
        plan_years=state.plan_years,
        wanted=np.maximum(wanted - state.second_students, 0.0),
        eligible=state.first_students * interest.going_on,
        going_on=interest.going_on,
        site_wanted=site_wanted,
        first_worth=premises.first_value * view,
        second_worth=premises.second_value * view,
        site_worth=premises.site_value * view,
        first_earned=per_participant,
        second_earned=per_participant + interest.completion * per_concentrator,
        section_earned=prospects.per_instructor / parameters.costs.sections_per_instructor,
        site_earned=prospects.per_site,
        section_cost=unit.section,
        elective=unit.elective,
        first_running=running,
        second_running=running + interest.completion * (unit.concentrator + exams * unit.attempt),
        section_running=unit.section_upkeep,
        site_running=unit.site,
        program_cost=unit.program,
        startup_cost=startup_cost,
        startup_net=startup_cost * (1.0 - np.minimum(prospects.startup_share, 1.0)),
        facility_cost=clusters.facility_cost * (parameters.costs.facility_level * conditions.startup_index),
        own_budget=planned_own,
        # While the warm-up looks for budgets, every district is taken to want CTE.
        commitment=np.where(premises.solving > 0, committed, unit.program),
        promised=staff_money,
        once=once,
        # All that is promised to nobody, of money that comes again: nothing of what is about to end.
        once_again=np.maximum(own + stays - lasts * state.filled_share, 0.0),
        usual_upkeep=usual_upkeep(parameters, state, conditions),
        enduring=enduring,
        earned=prospects.earned,
        plan_cost=state.plan_cost * price,
        plan_falls=state.plan_falls * price,
        log_price=state.log_price,
        launch_cash=np.maximum(ready, 0.0),
        launch_general=general * (1.0 + district_most(state.plan_years)),
        class_size=clusters.class_size[np.newaxis, :] * premises.class_level,
        class_cap=clusters.class_cap[np.newaxis, :] * premises.class_level,
        second_class=terms.second_class * premises.second_level,
        annuity=beliefs.annuity(1.0 / (1.0 + parameters.beliefs.discount_rate), parameters.beliefs.horizon_years),
        practiced=parameters.books.practiced_spending,
        floor=parameters.books.spending_floor,
        ceiling=parameters.books.spending_ceiling,
        first_draw=luck[Purpose.FIRST_SECTIONS],
        second_draw=luck[Purpose.SECOND_SECTIONS],
        close_draw=luck[Purpose.CLOSURE],
        solving=premises.solving,
        school_bonus=school_bonus(world, parameters, state, prospects, site_wanted),
    )


def own_budget(state: State, prospects: Prospects, conditions: Conditions, membership: Array) -> Array:
    """What a district gives CTE of its own this year, real dollars a member, ``[..., D, 1]``: what it has planned,
    times what a scenario makes of it, and at least what lines require of it, as far as that is worth it. A shock is no
    plan: it leaves nothing behind when it ends."""
    given = own_planned(state, prospects, conditions, membership) * conditions.shocks.local_money
    return _required_at_least(given, state, prospects, conditions, membership)


def own_planned(state: State, prospects: Prospects, conditions: Conditions, membership: Array) -> Array:
    """What a district has planned to give CTE of its own this year, real dollars a member, ``[..., D, 1]``.

    What comes without strings in place of a restricted line stays with CTE on the day; afterwards the district gives
    what it wants, and at least what lines require of it, as far as that is worth it.
    """
    size = membership * conditions.price_index
    freed = budgeting.freed_money(
        state.restricted,
        ratio(prospects.restricted, size),
        state.uncredited,
        ratio(prospects.uncredited, size),
    )
    return _required_at_least(state.own_money + freed, state, prospects, conditions, membership)


def own_wanted(state: State, prospects: Prospects, conditions: Conditions, membership: Array) -> Array:
    """What a district lastingly wants to give CTE of its own, real dollars a member, ``[..., D, 1]``: at least what
    lines require of it, as far as that is worth it."""
    return _required_at_least(state.own_wanted, state, prospects, conditions, membership)


def _required_at_least(
    own: Array, state: State, prospects: Prospects, conditions: Conditions, membership: Array
) -> Array:
    if not prospects.required:
        return own
    size = membership * conditions.price_index
    return np.maximum(own, requirements.floor(prospects.required, state.own_wanted, size))


def equipment_due(parameters: Parameters, state: State, conditions: Conditions) -> Array:
    """What districts ordinarily spend on replacing equipment in a year, dollars, ``[..., D, 1]``."""
    unit = conditions.costs
    whole = unit.site * state.sites + unit.section_upkeep * state.sections
    return parameters.books.practiced_spending * district_total(unit.replacement * whole)


def usual_upkeep(parameters: Parameters, state: State, conditions: Conditions) -> Array:
    """What districts ordinarily spend on the upkeep of what they run, but for exams, dollars, ``[..., D, 1]``."""
    needed = costs.flexible_cost(
        state.sites,
        state.staffed,
        state.participants,
        state.taught,
        ZERO,
        conditions.costs,
    )
    return parameters.books.practiced_spending * district_total(needed)


def school_bonus(world: World, parameters: Parameters, state: State, prospects: Prospects, site_wanted: Array) -> Array:
    """What a site earns by making one more high school offer CTE, dollars, ``[..., D, C]``, where it would fill.

    Sites stand in the largest schools first, so only a cluster that all offering schools have already brings a further
    school to the count.
    """
    if prospects.per_school is ZERO:
        return ZERO
    offering = state.counts.offering_schools
    without = offering < world.districts.high_schools[:, np.newaxis]
    counts_a_school = (state.sites >= offering) & (site_wanted >= parameters.decisions.minimum_section)
    return (prospects.per_school * without) * counts_a_school
