"""The calendar of a year: every step of the model, in the order in which it happens.

Read ``run_year`` from top to bottom to read the model. A driver supplies only how districts decide (``decide_all``)
and how arrays are shaped: ``[D, C]`` for one run, ``[R, D, C]`` for a batch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array
from sim.behavior import budgeting
from sim.behavior.situation import Choice, Situation
from sim.engine import accounts, classrooms, economy, exams, maintenance, requirements, situation, workforce
from sim.engine.accounts import Bill, Books
from sim.engine.census import UNKNOWN, Census
from sim.engine.centers import at_centers
from sim.engine.classrooms import Interest, Schooling
from sim.engine.draws import Draws, Purpose
from sim.engine.early_end import lines_under
from sim.engine.economy import Cohorts, Conditions, Signals
from sim.engine.felt import felt
from sim.engine.maintenance import Maintenance
from sim.engine.memory import in_place
from sim.engine.offers import Offers, announce, payment_before_law
from sim.engine.outlook import Outlook, form_outlook
from sim.engine.prospects import Prospects, form_prospects
from sim.engine.scenario import Scenario
from sim.engine.settlement import Settlement, settle
from sim.engine.state import Premises, State
from sim.engine.workforce import Workforce
from sim.funding.formula import Formula
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.world.world import World

DecideAll = Callable[[Situation], Choice]


@dataclass(frozen=True)
class Year:
    """What happened in a year, step by step."""

    fiscal_year: int
    conditions: Conditions
    cohorts: Cohorts
    signals: Signals
    offers: Offers
    outlook: Outlook
    prospects: Prospects
    interest: Interest
    situation: Situation
    choice: Choice
    workforce: Workforce
    schooling: Schooling
    maintenance: Maintenance
    bill: Bill
    settlement: Settlement
    books: Books


@in_place
def run_year(
    world: World,
    parameters: Parameters,
    premises: Premises,
    current_law: Formula,
    formula: Formula,
    scenario: Scenario,
    state: State,
    draws: Draws,
    fiscal_year: int,
    year_index: int,
    decide_all: DecideAll,
    census: Census = UNKNOWN,
) -> tuple[State, Year]:
    """One fiscal and school year: the state at its end, and what happened in it.

    ``year_index`` addresses the draws (0 is the first year of the warm-up). ``census``: what is known of a year that is
    past.
    """
    luck = draws.year(year_index)

    # 1. Economy and enrollment move.
    shocks = felt(world, scenario, draws, fiscal_year, year_index)
    conditions = economy.conditions(world, parameters, state, shocks, fiscal_year, luck[Purpose.REVENUE])
    cohorts = economy.cohorts(world, parameters, premises, state, conditions, luck[Purpose.LOCAL_ENROLLMENT])
    signals = economy.signals(world, premises, fiscal_year, shocks)

    # 2. The state announces prices and appropriations.
    lines = lines_under(scenario.end, formula, current_law, fiscal_year, world.base_year)
    offers = announce(world, parameters, premises, lines, state, conditions, luck[Purpose.AWARD])

    # 3. Districts form beliefs: posted prices x trust x how long they expect each line to last.
    outlook = form_outlook(parameters.beliefs, premises, state, offers, conditions)
    prospects = form_prospects(premises, state, offers, outlook, conditions)

    # 4. Districts decide, cluster by cluster: close, contract, hold, expand or launch.
    interest = classrooms.interest(world, parameters, premises, state, conditions, cohorts, signals)
    shared = at_centers(world, parameters, premises, state, conditions, offers, interest, prospects)
    if shared is not None:
        interest, conditions, prospects = shared.interest, shared.conditions, shared.prospects
    known = situation.observe(
        world, parameters, premises, state, conditions, offers, prospects, signals, interest, cohorts, luck
    )
    if shared is not None:
        known = shared.seen(known)
    choice = census.decided(decide_all(known))

    # 5. Sites close; instructors leave and are sought in regional labor markets; launched sites open.
    staffed = workforce.staff(world, parameters, premises, state, conditions, choice, luck)
    staffed = census.offered(staffed, parameters.staffing.substitute_cover)

    # 6. Students choose among what is offered, within seats, progress, and sit for credentials.
    schooling = classrooms.teach(
        world, parameters, premises, state, conditions, cohorts, staffed, interest, choice.first_class, prospects,
        offers, census,
    )  # fmt: skip

    # 7. Quality and equipment age or are renewed.
    kept = maintenance.maintain(world, parameters, premises, state, choice, staffed, schooling, prospects, luck)

    # 8. The state counts and pays.
    bill = accounts.bill(parameters, conditions, known, choice, staffed, schooling)
    counts = accounts.count(parameters, state, cohorts, known, choice, staffed, schooling, kept, bill)
    if shared is not None:
        counts = shared.counted(counts)
    settlement = settle(parameters, state, offers, prospects, counts, conditions, own=known.own_budget)

    # 9. Books close; trust has been updated by what was really paid.
    books = accounts.close(parameters, state, conditions, known, choice, counts, settlement, bill)

    year = Year(
        fiscal_year, conditions, cohorts, signals, offers, outlook, prospects, interest, known, choice, staffed,
        schooling, kept, bill, settlement, books,
    )  # fmt: skip
    return state_after(parameters, premises, state, year, counts, luck), year


def state_after(
    parameters: Parameters,
    premises: Premises,
    state: State,
    year: Year,
    counts: Counts,
    luck: Mapping[Purpose, Array],
) -> State:
    """The state at the end of a year."""
    staffed, schooling, kept, settlement = year.workforce, year.schooling, year.maintenance, year.settlement
    choice, terms = year.choice, parameters.decisions
    going_on = 1.0 - staffed.launched
    planned = situation.own_planned(state, year.prospects, year.conditions, year.cohorts.membership)
    own, wanted, restricted, uncredited = accounts.own_money_next(
        parameters, premises, state, planned, year.conditions, year.offers, counts, settlement
    )
    after = replace(
        state,
        sites=staffed.sites,
        first_sections=staffed.first_posts,
        second_sections=staffed.second_posts,
        vacant_sections=staffed.vacant,
        vacant_years=(state.vacant_years + 1.0) * np.minimum(staffed.vacant, 1.0),
        appeal=remembered(state.appeal, terms.appeal_memory, terms.appeal_spread, luck[Purpose.APPEAL]),
        leadership=budgeting.leadership_after(
            state.leadership, luck[Purpose.LEADERSHIP_CHANGE] < terms.leadership_change, luck[Purpose.LEADERSHIP], terms
        ),
        interest=remembered(
            state.interest,
            parameters.choice.interest_memory,
            premises.interest_spread,
            luck[Purpose.INTEREST],
        ),
        notice=choice.notice,
        program_notice=choice.program_notice,
        plan=choice.plan * going_on,
        plan_years=choice.plan_years * going_on,
        launching=staffed.launching,
        launching_sections=staffed.launching_sections,
        facilities=kept.facilities,
        equipment=kept.equipment,
        first_students=schooling.enrolled.first,
        second_students=schooling.enrolled.second,
        taught=schooling.taught,
        recoded_share=schooling.efforts.recoded_share,
        exam_sites=exams.taken_up(staffed.sites, schooling.exams, luck[Purpose.EXAM]),
        exam_for_pay=schooling.exams.for_pay_after,
        exam_price=schooling.exams.price,
        further_exams=schooling.efforts.further_exams,
        dual_credit_effort=schooling.efforts.dual_credit,
        placement_effort=schooling.efforts.placement,
        log_price=choice.log_price,
        plan_cost=choice.plan_cost / year.conditions.price_index,
        plan_falls=choice.plan_falls / year.conditions.price_index,
        own_money=own,
        own_wanted=wanted,
        restricted=restricted,
        uncredited=uncredited,
        fiscal_effort=requirements.fiscal_effort_after(
            [offer.line for offer in year.offers.lines], state, year.conditions, year.situation.own_budget
        ),
        cash=year.books.year_end.cash / year.conditions.price_index,
        awaited=year.books.awaited,
        cost=counts.expenditure / year.conditions.price_index,
        spending_ratio=year.books.year_end.spending_ratio,
        quality=kept.quality,
        grades=year.cohorts.grades,
        local_index=year.cohorts.local_index,
        entry_index=year.cohorts.entry_index,
        revenue_shock=year.conditions.revenue_shock,
        categorical_cut=year.conditions.categorical_cut,
        pool=staffed.pool,
        trust=settlement.trust,
        remembered=settlement.remembered,
        steadiness=year.outlook.steadiness,
        paid_before=settlement.paid_before,
        reserves=settlement.reserves,
        approved=settlement.approved,
        last_payment=settlement.joint_paid,
        payment_before_law=payment_before_law(state, year.offers, year.fiscal_year),
        counts=counts,
    )
    return after.with_sums(schooling.participants, staffed.posts, staffed.staffed)


def remembered(level: Array, memory: Array, spread: Array, noise: Array) -> Array:
    """A view one year on: first-order autoregressive with a standard deviation of ``spread`` in the long run."""
    return memory * level + spread * np.sqrt(1.0 - memory * memory) * noise
