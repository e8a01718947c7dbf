"""A whole year of one run, step by step in the order of the protocol, in plain numbers."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation import beliefs, books, economy, payments, students
from second_implementation.decisions import decide
from second_implementation.plain import Grid, at
from second_implementation.staffing import staff
from second_implementation.upkeep import maintain
from second_implementation.view import observe


def run_year(
    world: Any, rules: Any, premises: Any, state: Any, announced: list[Any], shocks: Any, luck: Any, year: int
) -> SimpleNamespace:
    """The year after a state, and the state at its end.

    ``announced`` is what is read as data: each line of the law in force and its posted prices.
    """
    years = year - world.base_year
    # 1. Economy and enrollment move.
    now = economy.conditions(rules, state, world.anchors["general_fund_revenue"].value, years, shocks, luck)
    now.shocks, now.fiscal_year = shocks, year
    cohorts = economy.cohorts(world, rules, premises, state, years, year, shocks, luck)
    openings = economy.openings(world, premises, years, shocks)
    members, everyone = cohorts.membership, range(len(cohorts.membership))
    # 2. The state announces.
    unit = beliefs.unit_values(world, rules, state, [line for line, _ in announced], now)
    offers = [
        SimpleNamespace(
            line=line, schedule=prices, appropriation=beliefs.voted(line, now),
            reach=[beliefs.reach(line, prices, rules, premises, d) for d in everyone],
        )
        for line, prices in announced
    ]  # fmt: skip
    # 3. Districts form beliefs.
    outlook = beliefs.outlook(world, rules, premises, state, offers, now)
    believed = beliefs.prospects(premises, state, offers, outlook, now)
    # 4. Districts decide.
    wish = students.interest(world, state, rules, premises, openings, members, shocks)
    seen = observe(world, rules, premises, state, now, unit, believed, openings, wish, members, luck)
    chosen = [decide(seen, rules.decisions, d, len(state.sites[d])) for d in everyone]
    # 5. Instructors.
    staffed = staff(world, state, chosen, rules.staffing, rules.clusters, premises, shocks, luck)
    # 6. Students.
    taken = students.enroll(world, state, rules, premises, wish, staffed, chosen)
    sitting = _answered(world, premises, offers, believed, now)
    found = students.credentials(world, state, rules, premises, wish, staffed, taken, sitting, shocks)
    students.beside(world, state, rules, taken, believed, offers, found)
    # 7. Quality and equipment.
    kept = maintain(
        world, state, rules, premises, chosen, staffed, taken, lambda d, k: believed.quality_price[d][k], luck
    )
    # 8. The state counts and pays.
    owed = books.bill(world, rules, now, seen, chosen, staffed, taken, found)
    counts = books.counts(rules, state, members, seen, chosen, staffed, taken, found, kept, owed)
    ledgers = payments.settle(world, state, offers, counts, state.counts, year)
    paid = payments.receipts(rules, state, offers, ledgers, counts, believed, now)
    # 9. Books close.
    closed = books.close(rules, state, now, seen, chosen, counts, paid, owed)
    found_year = SimpleNamespace(
        now=now, cohorts=cohorts, openings=openings, unit=unit, offers=offers, outlook=outlook, believed=believed,
        wish=wish, seen=seen, chosen=chosen, staffed=staffed, taken=taken, sitting=sitting, found=found, kept=kept,
        owed=owed, counts=counts, ledgers=ledgers, paid=paid, closed=closed,
    )  # fmt: skip
    found_year.after = _state_after(world, rules, premises, state, found_year, luck)
    return found_year


def _answered(world: Any, premises: Any, offers: list[Any], believed: Any, now: Any) -> SimpleNamespace:
    """Prices that effort answers, dollars of the base year, with what counts for districts without being paid."""
    concentrator = sum(at(offer.schedule.concentrator_stake, 0, 0) for offer in offers) / now.price_index
    tiers = [sum(at(offer.schedule.credential_stake[t], 0, 0) for offer in offers) / now.price_index for t in range(3)]
    width = range(len(believed.credential_price[0]))
    usual = [sum(tiers[tier] * premises.tier_mix[tier][c] for tier in range(3)) for c in width]

    def with_stake(prices: Grid, stake: Any, factor: float = 1.0) -> Grid:
        return [[price * factor + stake(c) for c, price in enumerate(row)] for row in prices]

    return SimpleNamespace(
        concentrator=with_stake(believed.concentrator_price, lambda c: concentrator),
        credential=with_stake(believed.credential_price, lambda c: usual[c]),
        lasting=with_stake(believed.credential_value, lambda c: usual[c], 1.0 / now.price_index),
        tiers=[
            with_stake(prices, lambda c, stake=stake: stake)
            for prices, stake in zip(believed.credential_prices, tiers, strict=True)
        ],
    )


def _state_after(world: Any, rules: Any, premises: Any, state: Any, year: Any, luck: Any) -> SimpleNamespace:
    """The state at the end of the year, every variable of it that changes."""
    staffed, taken, found, now, chosen = year.staffed, year.taken, year.found, year.now, year.chosen
    everyone, width = range(len(chosen)), range(len(state.sites[0]))
    terms = rules.decisions

    def each(value: Any) -> Grid:
        return [[value(d, c) for c in width] for d in everyone]

    def drifted(level: float, memory: float, spread: float, draw: float) -> float:
        return memory * level + spread * math.sqrt(1.0 - memory * memory) * draw

    exam_sites, for_pay = students.exams_next_year(world, state, rules.outcomes, premises, staffed, found, luck.EXAM)
    own = books.own_money(rules, premises, state, now, year.seen.own_planned, year.unit, year.counts, year.paid)
    spread = terms.leadership_spread
    leaders = [
        math.exp(spread * luck.LEADERSHIP[d] - spread * spread / 2.0) - 1.0
        if luck.LEADERSHIP_CHANGE[d] < terms.leadership_change
        else state.leadership[d]
        for d in everyone
    ]
    return SimpleNamespace(
        sites=staffed.sites,
        first_sections=staffed.first_posts,
        second_sections=staffed.second_posts,
        vacant_sections=staffed.vacant,
        vacant_years=each(lambda d, c: state.vacant_years[d][c] + 1.0 if staffed.vacant[d][c] > 0 else 0.0),
        appeal=each(
            lambda d, c: drifted(state.appeal[d][c], terms.appeal_memory, terms.appeal_spread, luck.APPEAL[d][c])
        ),
        leadership=leaders,
        interest=[
            drifted(
                state.interest[d], rules.choice.interest_memory, at(premises.interest_spread, d, 0), luck.INTEREST[d]
            )
            for d in everyone
        ],
        notice=each(lambda d, c: chosen[d].notice[c]),
        program_notice=[choice.program_notice for choice in chosen],
        plan=each(lambda d, c: chosen[d].plan[c] * (1.0 - staffed.launched[d][c])),
        plan_years=each(lambda d, c: chosen[d].plan_years[c] * (1.0 - staffed.launched[d][c])),
        launching=staffed.launching,
        launching_sections=staffed.launching_sections,
        facilities=year.kept.facilities,
        equipment=year.kept.equipment,
        first_students=taken.first,
        second_students=taken.second,
        taught=taken.taught,
        recoded_share=found.recoded_share,
        exam_sites=exam_sites,
        exam_for_pay=for_pay,
        exam_price=year.sitting.lasting,
        further_exams=found.further_exams,
        dual_credit_effort=found.dual_credit_effort,
        placement_effort=found.placement_effort,
        log_price=[choice.log_price for choice in chosen],
        plan_cost=[choice.plan_cost / now.price_index for choice in chosen],
        plan_falls=[choice.plan_falls / now.price_index for choice in chosen],
        own_money=own.own_money,
        own_wanted=own.own_wanted,
        restricted=own.restricted,
        uncredited=own.uncredited,
        fiscal_effort=year.seen.own_budget,
        cash=[cash / now.price_index for cash in year.closed.cash],
        awaited=year.closed.awaited,
        cost=[cost / now.price_index for cost in year.counts.expenditure],
        spending_ratio=year.closed.spending_ratio,
        quality=year.kept.quality,
        grades=year.cohorts.grades,
        local_index=year.cohorts.local_index,
        entry_index=year.cohorts.entry_index,
        revenue_shock=now.revenue_shock,
        categorical_cut=now.categorical_cut,
        pool=staffed.pool,
        trust=year.paid.trust,
        remembered=year.paid.remembered,
        steadiness=year.outlook.steadiness,
        paid_before=year.paid.paid_before,
        approved={},
        reserves={**state.reserves, **{offer.line.name: 0.0 for offer in year.offers}},
        last_payment=year.paid.joint,
        payment_before_law=_before_law(state, year),
        counts=year.counts,
    )


def _before_law(state: Any, year: Any) -> list[float]:
    """What was paid last year where a phase-in begins this year; otherwise what is remembered of that."""
    for offer in year.offers:
        if offer.line.rules.phase_in and payments.year_of_rule(offer.line, year.now.fiscal_year) == 0:
            return state.last_payment  # type: ignore[no-any-return]
    return state.payment_before_law  # type: ignore[no-any-return]
