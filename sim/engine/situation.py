"""What each district sees when it decides, assembled from the state, the prices and the neighbors."""

from collections.abc import Mapping

import numpy as np

from sim.arrays import ZERO, Array, at_districts, district_total, ratio
from sim.behavior import beliefs, costs, sizing
from sim.behavior.deciding import Situation
from sim.engine.classrooms import Interest
from sim.engine.draws import Purpose
from sim.engine.economy import Conditions, Signals
from sim.engine.money import Offers, Prospects
from sim.engine.offerings import peer_share
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.students import choice
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
    luck: Mapping[Purpose, Array],
) -> Situation:
    """The situation of every district at decision time.

    A pathway's expected revenue is what its students and its site are believed to earn, plus its part of the
    district's own customary money and of its lump sums. These back each participant in proportion to the usual cost of
    the cluster: a district that runs dear pathways has chosen to, but it does not back half-empty sections.
    """
    clusters, terms, reach = world.clusters, parameters.choice, premises.reach
    entry = reach.entry(state.sites)
    reached = choice.reached_share(reach, entry)
    demanded, boost = choice.demand(interest.wanted, interest.interested, reached, terms.diversion)
    site_demand = interest.wanted * choice.gained_share(reach, entry) * np.minimum(boost, 2.0)
    section_seats = clusters.class_size * terms.seats_per_section
    site_sections = sizing.sections_needed(site_demand, section_seats, 1.0)

    # What a participant, a section and a site cost as practiced, and what each participant is believed to earn.
    unit, practiced = conditions.costs, parameters.books.practiced_spending
    attempts_each = parameters.clusters.attempt_rate * parameters.outcomes.credential_level
    variable = costs.variable_each(interest.progression, attempts_each, unit, practiced)
    usual = costs.usual_cost(variable, unit, practiced, section_seats, parameters.costs.usual_site)
    taught_section = unit.section + practiced * unit.section_upkeep
    site = practiced * unit.site
    own_part = ratio(prospects.own_money + prospects.lump_sum, district_total(usual * state.participants), 1.0)
    student = own_part * usual + student_value(prospects, interest, attempts_each * parameters.clusters.pass_rate)
    margin_each = student - (variable - unit.elective)
    startup_cost = parameters.clusters.startup_cost * (parameters.costs.startup_level * conditions.startup_index)
    return Situation(
        sites=state.sites,
        sections=state.sections,
        vacant_sections=state.vacant_sections,
        vacant_years=state.vacant_years,
        launching=state.launching,
        facilities=state.facilities,
        high_schools=reach.most,
        equipment=state.equipment,
        participants=state.participants,
        demanded=demanded,
        site_demand=site_demand,
        site_sections=site_sections,
        margin=state.participants * margin_each
        + state.sites * (prospects.per_site - site)
        - state.sections * taught_section
        - state.vacant_sections * unit.section,
        site_margin=site_demand * margin_each
        + (prospects.per_site - site)
        - site_sections * taught_section
        + school_bonus(world, parameters, state, prospects, site_demand),
        startup_cost=startup_cost,
        startup_grant=prospects.startup_share * startup_cost,
        facility_cost=clusters.facility_cost * (parameters.costs.facility_level * conditions.startup_index),
        cash=state.cash,
        general_money=parameters.decisions.general_startup * offers.base_units * offers.unit_value,
        yearly_spending=state.counts.expenditure,
        labor_signal=at_districts(signals.priority + (signals.openings - 1.0), world.districts.region),
        peer_share=peer_share(state.sites, world),
        quality_gap=interest.quality_gap,
        revenue_risk=prospects.revenue_risk,
        short_of_money=state.spending_ratio < practiced,
        squeeze=sizing.squeeze(state.squeeze, state.spending_ratio, practiced, parameters.decisions.squeeze_speed),
        annuity=beliefs.annuity(1.0 / (1.0 + parameters.beliefs.discount_rate), parameters.beliefs.horizon_years),
        class_size=clusters.class_size[np.newaxis, :],
        class_cap=clusters.class_cap[np.newaxis, :],
        price_index=conditions.price_index,
        seats_per_section=terms.seats_per_section,
        launch_draw=luck[Purpose.LAUNCH],
        close_draw=luck[Purpose.CLOSURE],
    )


def student_value(prospects: Prospects, interest: Interest, passed_each: Array) -> Array:
    """What a participant is believed to earn, dollars, ``[..., D, C]``; ``passed_each`` are the credentials that a
    concentrator earns without paid effort, ``[..., 1, C]``."""
    value = prospects.per_participant
    per_concentrator = prospects.per_concentrator
    if prospects.credential_value is not ZERO:
        per_concentrator = per_concentrator + prospects.credential_value * passed_each
    if per_concentrator is not ZERO:
        value = value + interest.progression * per_concentrator
    return value


def school_bonus(world: World, parameters: Parameters, state: State, prospects: Prospects, site_demand: Array) -> Array:
    """What a site earns by making one more high school offer CTE, dollars, ``[..., D, C]``, where it would fill.

    Sites stand in the largest schools first, so only a cluster that all offering schools have already brings a further
    school to the count.
    """
    if prospects.per_school is ZERO:
        return ZERO
    offering = state.counts.offering_schools
    without = offering < world.districts.high_schools[:, np.newaxis]
    counts_a_school = (state.sites >= offering) & (site_demand >= parameters.decisions.minimum_section)
    return (prospects.per_school * without) * counts_a_school
