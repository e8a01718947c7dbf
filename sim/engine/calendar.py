"""The calendar of a year: every rule of the model, in the order in which it happens.

Read ``run_year`` from top to bottom to read the model. A driver supplies only how districts decide
(``decide_all``) and how arrays are shaped: ``[D, C]`` for one run, ``[R, D, C]`` for a batch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, district_total, ratio
from sim.behavior import books as bookkeeping
from sim.behavior import costs as costing
from sim.behavior import staffing, upkeep
from sim.behavior.deciding import Choice, Situation
from sim.engine import economy, money, situation
from sim.engine.draws import Draws, Purpose
from sim.engine.economy import Conditions
from sim.engine.state import Premises, State
from sim.funding.formula import Formula, lines_in_force
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.students import choice as choosing
from sim.students import enrollment, outcomes
from sim.world.world import World

DecideAll = Callable[[Situation], Choice]


@dataclass(frozen=True)
class Year:
    """What happened in a year, for recording: the flows that the state at its end does not hold."""

    fiscal_year: int
    conditions: Conditions
    offers: money.Offers
    choice: Choice
    launches_started: Array
    stopped_by_instructor: Array
    sites_opened: Array
    credentials: tuple[Array, Array, Array]
    dual_credit: Array
    graduates_gained: Array
    settlement: money.Settlement
    year_end: bookkeeping.YearEnd
    local: Array
    backfill: Array
    fill: Array
    instruction: Array
    flexible: Array
    startup_spending: Array

    @property
    def sustained_cost(self) -> Array:
        """Excess cost with everything sustained, dollars, ``[..., D, 1]``."""
        return self.instruction + self.flexible


def run_year(
    world: World,
    parameters: Parameters,
    premises: Premises,
    current_law: Formula,
    formula: Formula,
    state: State,
    draws: Draws,
    fiscal_year: int,
    year_index: int,
    decide_all: DecideAll,
) -> tuple[State, Year]:
    """One fiscal and school year: the state at its end, and what happened in it.

    ``year_index`` addresses the draws (0 is the first year of the warm-up).
    """

    def drawn(purpose: Purpose) -> Array:
        return draws.of_year(purpose, year_index)

    # 1. Economy and enrollment move.
    conditions = economy.conditions(world, parameters, state, fiscal_year, drawn(Purpose.REVENUE))
    index = economy.entry_index(parameters.enrollment, state.entry_index, world.base_year, fiscal_year)
    drift = economy.local_drift(world, parameters, premises, state, fiscal_year, drawn(Purpose.LOCAL_ENROLLMENT))
    entrants = enrollment.entering_cohort(premises.entrants, index, drift)
    grades = enrollment.moved_up(state.grades, entrants, premises.retention)
    membership = district_total(grades)
    openings, priority = economy.regional_signals(world, premises, fiscal_year)

    # 2. The state announces prices and appropriations.
    lines = lines_in_force(formula, current_law, fiscal_year)
    offers = money.announce(world, parameters, premises, lines, state, conditions, drawn(Purpose.AWARD))

    # 3. Districts form beliefs about what they will be paid, and whether it lasts.
    own_money = money.districts_own_money(state, conditions.price_index)
    prospects = money.prospects(parameters.beliefs, state, offers, own_money)

    # 4. Districts decide, cluster by cluster: close, contract, hold, expand or launch.
    shares = choosing.tilted_shares(premises.local_shares, openings, parameters.choice.openings_tilt)
    rate = outcomes.progression_rate(
        premises.progression,
        situation.quality_gap(state.quality, parameters),
        situation.breadth(state.sites, world) / premises.reference_breadth,
        state.concentration_effort,
        parameters.outcomes,
    )
    general_money = parameters.decisions.general_startup * offers.base_units * offers.unit_value
    known = situation.observe(
        world, parameters, premises, state, conditions, prospects, membership, own_money, general_money, shares, rate,
        openings, priority,
        drawn(Purpose.LAUNCH), drawn(Purpose.CLOSURE),
    )  # fmt: skip
    choice = decide_all(known)

    # 5. Sites close and sections are given up; instructors leave and are sought; launched sites open.
    staying = ratio(state.sites - choice.sites_closed, state.sites)
    sites = state.sites - choice.sites_closed
    sections = np.floor(state.sections * staying + 0.5)
    vacant = np.floor(state.vacant_sections * staying)
    given_up = np.minimum(-np.minimum(choice.section_change, 0.0), np.maximum(sections + vacant - sites, 0.0))
    vacant_cut = np.minimum(given_up, vacant)
    sections, vacant = sections - (given_up - vacant_cut), vacant - vacant_cut
    leaving = staffing.sections_vacated(sections, sites, parameters.staffing.turnover, drawn(Purpose.TURNOVER))
    sections = sections - leaving
    vacant = vacant + leaving + np.maximum(choice.section_change, 0.0) * (sites > 0)
    launch_sections = choice.launch_sections * choice.launch
    sought = staffing.by_region(vacant + launch_sections, world.districts.region_starts)
    scarcity = staffing.scarcity(state.supply, sought)[..., world.districts.region, :]
    chance = staffing.fill_chance(world.clusters.fill_probability, premises.rural, scarcity, parameters.staffing)
    hired = staffing.hire(
        vacant, chance, parameters.staffing.refill_rounds, drawn(Purpose.HIRING), drawn(Purpose.LAUNCH_HIRING)
    )
    sections, vacant = sections + hired.filled, vacant - hired.filled
    launched = choice.launch * hired.launch_staffed
    opening = (state.launching == 1) * 1.0
    sites = sites + opening
    sections = sections + opening * state.launching_sections
    launching = np.maximum(state.launching - 1.0, 0.0) + launched * parameters.clusters.launch_years
    launching_sections = state.launching_sections * (launching > 0) * (1.0 - launched) + launched * launch_sections
    supply = staffing.next_supply(
        state.supply, sought, world.clusters.salary_premium * parameters.staffing.premium_paid, parameters.staffing
    )

    # 6. Students choose among what is offered, progress, and sit for credentials.
    reached = choosing.reached_share(
        world.districts.coverage, sites, world.districts.high_schools, parameters.choice.district_travel
    )
    interested = membership * premises.participation
    demanded, _ = choosing.demand(interested, shares, reached, parameters.choice.diversion)
    taught = sections + parameters.staffing.substitute_cover * vacant
    capacity = choosing.seats(taught, world.clusters.class_cap, parameters.choice.seats_per_section)
    participants = choosing.enrolled(demanded, capacity, parameters.choice.spill_over)
    efforts = money.efforts(parameters.outcomes, state, prospects, premises.tier_mix)
    concentrating = outcomes.concentrators(rate, state.participants, staying, participants)
    mix = outcomes.tier_mix(premises.tier_mix, prospects.credential_prices, efforts.credential, parameters.outcomes)
    earned = outcomes.credentials(
        concentrating,
        parameters.clusters.attempt_rate,
        parameters.clusters.pass_rate,
        situation.quality_gap(state.quality, parameters),
        efforts.credential,
        mix,
        parameters.outcomes,
    )
    dual_credit = outcomes.dual_credit(participants, efforts.dual_credit, parameters.outcomes)
    arranged = outcomes.placements(concentrating, efforts.placement, offers.paid_places, parameters.outcomes)

    # 7. Quality follows its drivers; equipment ages or is renewed.
    fill = ratio(participants, taught * world.clusters.class_size * parameters.choice.seats_per_section, 1.0)
    district_fill = ratio(district_total(fill * participants), district_total(participants), 1.0)
    drivers = upkeep.Drivers(
        stability=ratio(district_total(sections), district_total(sections + vacant), 1.0)
        - premises.reference_stability,
        equipment=ratio(district_total(state.equipment * state.sites), district_total(state.sites))
        - premises.reference_equipment,
        class_size=premises.reference_fill - district_fill,
        spending=state.spending_ratio - premises.reference_spending,
    )
    target = upkeep.quality_target(
        premises.quality_level,
        drivers,
        premises.loadings,
        ratio(prospects.quality_price, district_total(state.participants)),
        parameters.quality,
    )
    quality = upkeep.moved_quality(state.quality, target, parameters.quality)
    equipment = upkeep.aged_equipment(
        state.equipment,
        state.spending_ratio,
        world.clusters.equipment_life,
        sites - opening,
        opening,
        parameters.quality,
    )
    projects = (parameters.decisions.capital_project_rate > drawn(Purpose.CAPITAL_PROJECT)) * 1.0
    built = launched * choice.builds_facility
    schools = world.districts.high_schools[:, np.newaxis]
    facilities = np.minimum(state.facilities + built + projects, schools)

    # 8. The state counts and pays.
    salary = costing.section_salary(world.clusters, conditions.wage_index, parameters.costs, parameters.staffing)
    elective = costing.elective_cost(conditions.wage_index, parameters.costs, parameters.choice.seats_per_section)
    instruction = district_total(costing.instruction_excess(taught, participants, salary, elective))
    upkeep_cost = costing.site_costs(world.clusters, conditions.price_index, parameters.costs)
    scale = costing.site_scale(sites, sections, parameters.costs)
    variable = costing.variable_cost(
        participants, concentrating, earned.attempts, parameters.clusters, conditions.price_index, parameters.costs
    )
    flexible = district_total(scale * upkeep_cost.total + variable)
    startup = launched * (choice.launch_cost + known.startup_grant)
    counts = Counts(
        membership=membership,
        offering_schools=sites.max(axis=-1, keepdims=True),
        sites=sites,
        participants=participants,
        concentrators=concentrating,
        credentials=earned.earned,
        instructors=sections / parameters.costs.sections_per_instructor,
        quality=quality,
        expenditure=instruction + state.spending_ratio * flexible,
        startup_spending=launched * known.startup_cost,
        placements=arranged,
    )
    settlement = money.settle(parameters.beliefs, state, offers, counts, fiscal_year)

    # 9. Books close; trust is updated by what was really paid.
    reference = state.reference_receipts * membership * conditions.price_index
    backfill = bookkeeping.backfilled(state.receipts, reference, parameters.books.backfill)
    own = bookkeeping.local_contribution(
        state.local_rate * conditions.price_index,
        district_total(participants),
        state.reference_participants * membership,
        parameters.books.local_growth_limit,
    )
    startup_spent = district_total(startup)
    general = np.minimum(np.maximum(startup_spent - np.maximum(state.cash, 0.0), 0.0), general_money)
    local = own + backfill + general
    year_end = bookkeeping.close_books(
        state.cash, settlement.reaching_cte, local, instruction, flexible, startup_spent, parameters.books
    )
    after = replace(
        state,
        sites=sites,
        sections=sections,
        vacant_sections=vacant,
        vacant_years=(state.vacant_years + 1.0) * (vacant > 0),
        launching=launching,
        launching_sections=launching_sections,
        facilities=facilities,
        equipment=equipment,
        participants=participants,
        concentrators=concentrating,
        demanded=demanded,
        concentration_effort=efforts.concentration,
        credential_effort=efforts.credential,
        cash=year_end.cash,
        spending_ratio=year_end.spending_ratio,
        receipts=state.receipts + parameters.books.receipts_memory * (settlement.reaching_cte - state.receipts),
        local_index=drift,
        dual_credit_effort=efforts.dual_credit,
        placement_effort=efforts.placement,
        grades=grades,
        quality=quality,
        supply=supply,
        entry_index=index,
        revenue_shock=conditions.revenue_shock,
        revenue=conditions.revenue,
        unit_value=offers.unit_value,
        trust=settlement.trust,
        memory=settlement.memory,
        counts=counts,
    )
    year = Year(
        fiscal_year=fiscal_year,
        conditions=conditions,
        offers=offers,
        choice=choice,
        launches_started=launched,
        stopped_by_instructor=choice.launch * (1.0 - hired.launch_staffed),
        sites_opened=opening,
        credentials=earned.earned,
        dual_credit=dual_credit,
        graduates_gained=outcomes.graduates_gained(concentrating, parameters.outcomes),
        settlement=settlement,
        year_end=year_end,
        local=local + year_end.rescued,
        backfill=backfill,
        fill=district_fill,
        instruction=instruction,
        flexible=flexible,
        startup_spending=startup_spent,
    )
    return after, year
