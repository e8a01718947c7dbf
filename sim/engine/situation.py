"""What each district sees when it decides, assembled from the state, the prices and the neighbors."""

from collections.abc import Mapping

import numpy as np

from sim.arrays import Array, district_total, ratio
from sim.behavior import beliefs, costs, sizing
from sim.behavior.deciding import Situation
from sim.engine.classrooms import Interest
from sim.engine.draws import Purpose
from sim.engine.economy import Conditions, Signals
from sim.engine.money import Offers, Prospects
from sim.engine.standing import peer_share, quality_gap
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
    clusters, schools = world.clusters, world.districts.high_schools
    travel = parameters.choice.district_travel
    progression = interest.progression
    reached = choice.reached_share(world.districts.coverage, state.sites, schools, travel)
    further = choice.reached_share(world.districts.coverage, state.sites + 1.0, schools, travel)
    demanded, boost = choice.demand(interest.interested, interest.shares, reached, parameters.choice.diversion)
    site_demand = interest.interested * interest.shares * (further - reached) * np.minimum(boost, 2.0)

    salary = costs.section_salary(clusters, conditions.wage_index, parameters.costs, parameters.staffing)
    elective = costs.elective_cost(conditions.wage_index, parameters.costs, parameters.choice.seats_per_section)
    site_cost = costs.site_costs(clusters, conditions.running_index, parameters.costs)
    practiced = parameters.books.practiced_spending
    attempts_each = parameters.clusters.attempt_rate * parameters.outcomes.credential_level
    variable_each = costs.variable_cost(
        np.ones_like(progression), progression, progression * attempts_each,
        parameters.clusters, conditions.running_index, parameters.costs,
    )  # fmt: skip

    yearly_cost = costs.instruction_excess(
        state.sections + state.vacant_sections,
        state.participants,
        salary,
        elective,
    ) + practiced * (
        costs.site_scale(state.sites, state.sections, parameters.costs) * site_cost.total
        + variable_each * state.participants
    )
    usual_each = costs.usual_cost(salary, elective, site_cost, variable_each, practiced, clusters, parameters)
    backing = (
        ratio(prospects.own_money + prospects.lump_sum, district_total(usual_each * state.participants), 1.0)
        * usual_each
    )
    per_concentrator = prospects.per_concentrator + attempts_each * parameters.clusters.pass_rate * (
        premises.tier_mix[0] * prospects.per_credential[0]
        + premises.tier_mix[1] * prospects.per_credential[1]
        + premises.tier_mix[2] * prospects.per_credential[2]
    )
    student_value = prospects.per_participant + progression * per_concentrator
    offering = state.sites.max(axis=-1, keepdims=True)
    fills = site_demand >= parameters.decisions.minimum_section
    school_bonus = prospects.per_school * ((offering < schools[:, np.newaxis]) & fills)
    new_sections = sizing.sections_needed(
        site_demand, clusters.class_size, parameters.choice.seats_per_section, np.ones_like(site_demand)
    )
    new_cost = costs.instruction_excess(new_sections, site_demand, salary, elective) + practiced * (
        costs.site_scale(np.ones_like(site_demand), new_sections, parameters.costs) * site_cost.total
        + variable_each * site_demand
    )
    startup_cost = parameters.clusters.startup_cost * (parameters.costs.startup_level * conditions.startup_index)
    return Situation(
        sites=state.sites,
        sections=state.sections,
        vacant_sections=state.vacant_sections,
        vacant_years=state.vacant_years,
        launching=state.launching,
        facilities=state.facilities,
        high_schools=schools[:, np.newaxis].astype(np.float64),
        equipment=state.equipment,
        participants=state.participants,
        demanded=demanded,
        site_demand=site_demand,
        expected_revenue=state.participants * (backing + student_value) + state.sites * prospects.per_site,
        site_revenue=site_demand * (backing + student_value) + prospects.per_site + school_bonus,
        yearly_cost=yearly_cost,
        site_cost=new_cost,
        startup_cost=startup_cost,
        startup_grant=prospects.startup_share * startup_cost,
        facility_cost=clusters.facility_cost * (parameters.costs.facility_level * conditions.startup_index),
        cash=state.cash,
        general_money=parameters.decisions.general_startup * offers.base_units * offers.unit_value,
        yearly_spending=state.counts.expenditure,
        labor_signal=signals.priority + (signals.openings - 1.0),
        peer_share=peer_share(state.sites, world),
        quality_gap=quality_gap(state.quality, parameters),
        revenue_risk=prospects.revenue_risk,
        spending_ratio=state.spending_ratio,
        annuity=beliefs.annuity(1.0 / (1.0 + parameters.beliefs.discount_rate), parameters.beliefs.horizon_years),
        class_size=clusters.class_size[np.newaxis, :],
        class_cap=clusters.class_cap[np.newaxis, :],
        price_index=conditions.price_index,
        seats_per_section=parameters.choice.seats_per_section,
        launch_draw=luck[Purpose.LAUNCH],
        close_draw=luck[Purpose.CLOSURE],
    )
