"""The parameters as the rules receive them: small frozen groups of arrays ``[..., 1, 1]``, one for each run.

Meaning, unit, source, confidence and prior of every field stand in the YAML file of the group's name and in
``docs/reference/parameters.md``; field names and YAML keys are the same and are checked against each other when loaded.
"""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array


@dataclass(frozen=True)
class Dated:
    """A parameter whose value depends on the fiscal year; ``factor`` ``[..., 1, 1]`` is its uncertainty."""

    years: tuple[int, ...]
    values: tuple[float, ...]
    factor: Array

    def at(self, fiscal_year: int) -> Array:
        """The value in force: that of the latest listed year not after ``fiscal_year``, else the earliest."""
        position = max(int(np.searchsorted(self.years, fiscal_year, side="right")) - 1, 0)
        return self.factor * self.values[position]


@dataclass(frozen=True)
class Economy:
    inflation: Array
    wage_growth: Array
    revenue_growth: Array
    revenue_volatility: Array
    revenue_persistence: Array
    budget_share: Array
    budget_growth: Array
    full_cut_shortfall: Array
    grant_cut: Array
    formula_cut: Array
    categorical_cut: Array
    categorical_restored: Array
    seg_units_level: Array


@dataclass(frozen=True)
class Enrollment:
    entry_growth: Dated
    local_trend: Array
    local_trend_fade: Array
    local_noise: Array


@dataclass(frozen=True)
class Initial:
    sites_per_school: Array
    breadth_exponent: Array
    charter_breadth: Array
    alternative_breadth: Array
    cluster_share_concentration: Array
    priority_breadth: Array
    facility_share_light: Array
    facility_share_heavy: Array
    quality_mean: Array
    quality_spread: Array
    equipment_start: Array
    openings_spread: Array
    cash_start: Array


@dataclass(frozen=True)
class Beliefs:
    learning_rate: Array
    initial_trust: Array
    horizon_years: Array
    discount_rate: Array
    recurring_continuation: Array
    nonrecurring_continuation: Array
    general_credit: Array
    general_money_share: Array
    attention: Array
    attention_spread: Array
    opening_lead: Array
    cut_memory: Array
    cut_noticed: Array


@dataclass(frozen=True)
class Decisions:
    class_start: Array
    class_response: Array
    section_spread: Array
    price_speed: Array
    price_step: Array
    price_limit: Array
    least_response: Array
    second_class: Array
    least_cost: Array
    section_slack: Array
    expansion_limit: Array
    reduction_limit: Array
    labor_weight: Array
    neighbor_weight: Array
    leadership_spread: Array
    leadership_change: Array
    appeal_spread: Array
    appeal_memory: Array
    minimum_section: Array
    plans_per_school: Array
    plan_hurdle: Array
    plan_patience: Array
    plan_second: Array
    capital_project_rate: Array
    close_notice: Array
    exit_sites: Array
    close_spread: Array
    close_vacancy_years: Array
    deficit_share: Array


@dataclass(frozen=True)
class Staffing:
    turnover: Array
    rural_factor: Array
    fill_level: Array
    refill_rounds: Array
    supply_slack: Array
    supply_floor: Array
    pool_exit: Array
    return_share: Array
    wage_elasticity: Array
    premium_paid: Array
    substitute_cover: Array


@dataclass(frozen=True)
class Choice:
    rural_participation: Array
    town_participation: Array
    suburb_participation: Array
    city_participation: Array
    diversion: Array
    district_travel: Array
    center_going: Array
    spill_over: Array
    openings_tilt: Array
    unserved_share: Array
    interest_spread: Array
    interest_memory: Array


@dataclass(frozen=True)
class Outcomes:
    going_on: Array
    completion: Array
    completion_quality: Array
    substitute_loss: Array
    recodable: Array
    recoding_speed: Array
    recoding_price_scale: Array
    recoding_cost: Array
    effort_rise: Array
    effort_fall: Array
    credential_level: Array
    exam_share: Array
    exam_review: Array
    exam_innovation: Array
    exam_imitation: Array
    exam_worth_scale: Array
    exam_limit: Array
    exam_price_scale: Array
    pass_rate_fall: Array
    tier_pass_fall: Array
    pass_rate_quality: Array
    main_tier_share: Array
    tier_shift: Array
    tier_difficulty_2: Array
    tier_difficulty_3: Array
    dual_credit_rate: Array
    dual_credit_gain: Array
    dual_credit_price_scale: Array
    dual_credit_cost: Array
    placement_rate: Array
    placement_gain: Array
    placement_price_scale: Array
    placement_cost: Array
    graduation_effect: Array
    senior_share: Array


@dataclass(frozen=True)
class Quality:
    speed: Array
    stability_weight: Array
    equipment_weight: Array
    class_size_weight: Array
    spending_weight: Array
    incentive_gain: Array
    incentive_price_scale: Array
    high_quality_threshold: Array
    fleet_life_left: Array


@dataclass(frozen=True)
class Costs:
    compensation: Array
    sections_per_instructor: Array
    program: Array
    elective_class_size: Array
    fixed_site_share: Array
    center_travel: Array
    usual_site: Array
    upper_level_consumables: Array
    startup_level: Array
    facility_level: Array
    running_level: Array


@dataclass(frozen=True)
class Books:
    practiced_spending: Array
    spending_floor: Array
    spending_ceiling: Array
    cash_draw: Array
    reserve_share: Array
    carryover_limit: Array
    deficit_limit: Array
    receipts_memory: Array
    loss_passthrough: Array
    loss_passthrough_spread: Array
    loss_passthrough_floor: Array
    gain_passthrough_monitored: Array
    gain_passthrough_categorical: Array
    general_elasticity: Array
    own_speed: Array
    general_launch: Array
    federal_administration: Array


@dataclass(frozen=True)
class ClusterCosts:
    """Cluster numbers as drawn for each run, ``[..., 1, C]``, dollars of the base year."""

    startup_cost: Array
    consumables: Array
    exam_fee: Array
    pass_rate: Array
    attempt_rate: Array
    launch_years: Array


@dataclass(frozen=True)
class Parameters:
    """All groups together."""

    economy: Economy
    enrollment: Enrollment
    initial: Initial
    beliefs: Beliefs
    decisions: Decisions
    staffing: Staffing
    choice: Choice
    outcomes: Outcomes
    quality: Quality
    costs: Costs
    books: Books
    clusters: ClusterCosts
