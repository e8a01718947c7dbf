"""The state's money over a year: announce, be believed, count and pay. Joins the funding rules to beliefs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.arrays import ZERO, Array, outer, ratio, state_total
from sim.behavior import beliefs as believing
from sim.engine.economy import Conditions
from sim.engine.state import Premises, State
from sim.funding import allocation, budget, pricing, seg
from sim.funding.allocation import Claim, Ledger
from sim.funding.context import ONE, PricingContext
from sim.funding.line import Line
from sim.funding.schedule import CREDENTIAL_ZERO, Counts, Schedule, entitlement
from sim.funding.smoothing import Before
from sim.parameters.groups import Beliefs, Outcomes, Parameters
from sim.students import outcomes as completing
from sim.world.world import World

WEIGHED = ("per_participant", "per_concentrator", "per_site", "per_school")
"""Prices that districts weigh over the planning horizon."""
TRUSTED = (
    "per_concentrator", "per_credential", "per_quality_point", "per_placement", "per_dual_credit", "startup_share",
)  # fmt: skip
"""Prices that districts weigh by trust and reach alone, without the planning horizon."""
ANYHOW = (
    "per_district", "per_offering_district", "per_school", "per_member", "per_dual_credit", "per_placement",
    "per_instructor", "per_quality_point", "expenditure_share",
)  # fmt: skip
"""Prices that pay a district much the same whatever it does with one more pathway: its lump sums."""


@dataclass(frozen=True)
class Offer:
    """A line's posted prices and its money this year; ``reach`` is the share of a payment that becomes CTE money in
    a district (spending rules and stick rate), ``[..., 1, 1]``."""

    line: Line
    schedule: Schedule
    appropriation: Array
    reach: Array


@dataclass(frozen=True)
class Offers:
    """Everything the state announces for a year. ``unit_value``, ``weight_units`` and ``undiluted_value`` (the unit
    value without CTE weights) are ``[..., 1, 1]``; ``base_units`` and ``paid_places`` ``[..., D, 1]``. ``weight_cost``
    ``[..., 1, 1]`` is what the SEG's appropriation grows by for each dollar that a funded weight pays."""

    lines: tuple[Offer, ...]
    budget: budget.Budget
    unit_value: Array
    undiluted_value: Array
    base_units: Array
    weight_units: Array
    paid_places: Array
    weight_cost: Array = field(default_factory=lambda: ONE)


@dataclass(frozen=True)
class Prospects:
    """Prices as districts believe in them, dollars.

    Weighed over the planning horizon (trust, persistence, what sticks): ``per_participant``, ``per_concentrator`` and
    ``per_site`` ``[..., D, C]``, ``credential_value``, ``per_school`` and ``lump_sum`` ``[..., D, 1]``,
    ``startup_share``. Weighed by trust and reach alone, for the year's effort: ``concentrator_price``,
    ``credential_price``, ``credential_prices`` of each tier, ``quality_price`` ``[..., D, K]``, ``placement_price``,
    ``dual_credit_price``. The value and the price of a credential are means over tiers by the mix that districts earn
    without incentives. ``revenue_risk`` ``[..., D, 1]`` is the share of CTE revenue that may not be paid or not last.
    ``own_money`` ``[..., D, 1]`` is what a district spends of its own on last year's participants.
    """

    per_participant: Array
    per_concentrator: Array
    credential_value: Array
    per_site: Array
    per_school: Array
    lump_sum: Array
    startup_share: Array
    concentrator_price: Array
    credential_price: Array
    credential_prices: tuple[Array, Array, Array]
    quality_price: Array
    placement_price: Array
    dual_credit_price: Array
    own_money: Array
    revenue_risk: Array


@dataclass(frozen=True)
class Efforts:
    """Effort on each paid margin after a year: extra shares, ``[..., D, C]`` and ``[..., D, 1]``."""

    concentration: Array
    credential: Array
    dual_credit: Array
    placement: Array


@dataclass(frozen=True)
class Settlement:
    """How a year was paid: a ledger for each line; by district ``[..., D, 1]`` dollars reaching CTE and not sticking,
    and what the state's CTE lines paid, with money inside the SEG (``state_paid``) and without (``joint_paid``); and
    for next year trust ``[..., D, 1]`` and what reserves hold ``[..., 1, 1]``."""

    ledgers: Mapping[str, Ledger]
    reaching_cte: Array
    not_sticking: Array
    state_paid: Array
    joint_paid: Array
    trust: Mapping[str, Array]
    reserves: Mapping[str, Array]


def announce(
    world: World,
    parameters: Parameters,
    premises: Premises,
    lines: tuple[Line, ...],
    state: State,
    conditions: Conditions,
    award_noise: Array,
    expected: bool = False,
) -> Offers:
    """Appropriations, the unit value, and the price schedule of every line.

    The SEG's own appropriation follows membership and prices, less the cut of a bust; weights count the students of
    the year before, as the SEG does. ``expected`` posts competitive awards before they are drawn, at what they are
    expected to be.
    """
    economy = parameters.economy
    funds = budget.Budget(
        conditions.fiscal_year,
        conditions.price_index,
        conditions.revenue,
        conditions.grant_cut,
        conditions.formula_cut,
    )
    size = state_total(state.counts.membership) / world.districts.membership.sum()
    base_units = seg.base_program_units(world, world.anchors["program_units"].value * economy.seg_units_level * size)
    statewide_units = state_total(base_units)
    seg_money = (
        statewide_units * world.anchors["unit_value"].value * conditions.price_index * (1.0 - conditions.formula_cut)
    )
    added = {"funded": ZERO, "unfunded": ZERO}
    for line in lines:
        if line.seg != "outside":
            units = state_total(pricing.program_units(line, state.counts, conditions.fiscal_year))
            added[line.seg] = added[line.seg] + units
    undiluted = seg.unit_value(statewide_units, ZERO, ZERO, seg_money)
    value = seg.unit_value(statewide_units, added["funded"], added["unfunded"], seg_money)
    offers = []
    places = state.counts.membership * 0.0
    for line in lines:
        money = budget.appropriate(line, funds)
        context = PricingContext(
            world=world,
            fiscal_year=conditions.fiscal_year,
            price_index=conditions.price_index,
            unit_value=value,
            counts=state.counts,
            appropriation=money,
            award_noise=award_noise,
            award_capacity=premises.award_capacity,
            expected=expected,
        )
        schedule = pricing.announce(line, context)
        bought = pricing.places_bought(line, schedule, money)
        if bought is not ZERO:
            members = state.counts.membership
            places = places + bought * ratio(members, state_total(members))
        offers.append(Offer(line, schedule, money, reach(line, schedule, conditions.fiscal_year, parameters.beliefs)))
    cost = seg.weight_cost(added["funded"], added["unfunded"], value, undiluted)
    return Offers(tuple(offers), funds, value, undiluted, base_units, sum(added.values(), ZERO), places, cost)


def reach(line: Line, schedule: Schedule, fiscal_year: int, beliefs: Beliefs) -> Array:
    """Share of a line's payments that becomes CTE money in a district, ``[..., 1, 1]``.

    General money that CTE did not earn (paid for every member) reaches CTE only by CTE's part of the budget. Where a
    share must be spent on CTE, that share sticks as restricted money does and the rest as loose money.
    """
    running = max(fiscal_year - line.start_year, 0) if line.start_year is not None else 0
    share = line.rules.spend_on_cte
    if line.oversight == "general" and schedule.per_member is not ZERO and share is None:
        return beliefs.general_money_share * line.pathway_share
    stick = believing.stick_rate(line.oversight, running, beliefs)
    if share is not None:
        restricted = beliefs.stick_categorical if line.oversight == "general" else stick
        stick = share * restricted + (1.0 - share) * believing.stick_rate("general", running, beliefs)
    return stick * line.pathway_share


def prospects(beliefs: Beliefs, premises: Premises, state: State, offers: Offers, conditions: Conditions) -> Prospects:
    """What districts expect of all lines together, given their trust in each; their own money is safe."""
    own_money = districts_own_money(state, conditions.local_money_index)
    certain = Schedule()
    believed = Schedule()
    value = price = ZERO
    lump: Array = state.counts.membership * 0.0
    nominal: Array = lump
    secure: Array = lump
    persistence = {recurring: believing.persistence(recurring, beliefs) for recurring in (True, False)}
    for offer in offers.lines:
        line, posted = offer.line, offer.schedule
        trust = trust_in(state, line, beliefs)
        lasting = trust * persistence[line.recurring]
        certain = certain.plus(posted.only(*WEIGHED).times(lasting * offer.reach))
        believed = believed.plus(posted.only(*TRUSTED).times(trust * offer.reach))
        if posted.per_credential is not CREDENTIAL_ZERO:
            usual = usual_price(posted.per_credential, premises.tier_mix)
            value = value + outer(lasting * offer.reach, usual)
            price = price + outer(trust, usual)
        anyhow = entitlement(posted.only(*ANYHOW), state.counts) * offer.reach
        owed = anyhow + entitlement(posted.without(*ANYHOW), state.counts) * offer.reach
        lump = lump + anyhow * lasting
        nominal = nominal + owed
        secure = secure + owed * lasting
    return Prospects(
        per_participant=certain.per_participant,
        per_concentrator=certain.per_concentrator,
        credential_value=value,
        per_site=certain.per_site,
        per_school=certain.per_school,
        lump_sum=lump,
        startup_share=believed.startup_share,
        concentrator_price=believed.per_concentrator,
        credential_price=price,
        credential_prices=believed.per_credential,
        quality_price=believed.per_quality_point,
        placement_price=believed.per_placement,
        dual_credit_price=believed.per_dual_credit,
        own_money=own_money,
        revenue_risk=ratio(nominal - secure, nominal + own_money),
    )


def usual_price(prices: tuple[Array, Array, Array], mix: tuple[Array, Array, Array]) -> Array:
    """The mean price of a credential for a mix of tiers, ``[..., 1, C]``; ``[..., D, C]`` if prices differ."""
    return outer(prices[0], mix[0]) + outer(prices[1], mix[1]) + outer(prices[2], mix[2])


def trust_in(state: State, line: Line, beliefs: Beliefs) -> Array:
    """A district's trust in a line, ``[..., D, 1]``: what it has learnt, or what it grants a new line."""
    if line.name in state.trust:
        return state.trust[line.name]
    return beliefs.initial_trust + 0.0 * state.cash


def efforts(outcomes: Outcomes, state: State, expected: Prospects) -> Efforts:
    """Effort on each margin answers its believed price, for concentration and credentials cluster by cluster."""
    move = completing.effort_toward
    return Efforts(
        concentration=move(
            state.concentration_effort,
            expected.concentrator_price,
            outcomes.concentration_gain,
            outcomes.concentration_price_scale,
            outcomes,
        ),
        credential=move(
            state.credential_effort,
            expected.credential_price,
            outcomes.credential_gain,
            outcomes.credential_price_scale,
            outcomes,
        ),
        dual_credit=move(
            state.dual_credit_effort,
            expected.dual_credit_price,
            outcomes.dual_credit_gain,
            outcomes.credential_price_scale,
            outcomes,
        ),
        placement=move(
            state.placement_effort,
            expected.placement_price,
            outcomes.placement_gain,
            outcomes.concentration_price_scale,
            outcomes,
        ),
    )


def settle(beliefs: Beliefs, state: State, offers: Offers, counts: Counts, fiscal_year: int) -> Settlement:
    """Count, prorate and pay every line, and learn from it."""
    ledgers = settled(state, offers, counts, fiscal_year)
    trust, reserves = dict(state.trust), dict(state.reserves)
    nothing: Array = counts.membership * 0.0
    reaching, lost, paid_by_state, joint = nothing, nothing, nothing, nothing
    for offer in offers.lines:
        line, ledger = offer.line, ledgers[offer.line.name]
        reserves[line.name] = ledger.reserve.balance
        trust[line.name] = believing.updated_trust(
            trust_in(state, line, beliefs), ledger.paid, ledger.phased_in, beliefs.learning_rate
        )
        reaching = reaching + ledger.paid * offer.reach
        lost = lost + ledger.paid * (line.pathway_share - np.minimum(offer.reach, line.pathway_share))
        if not line.background and not line.federal:
            paid_by_state = paid_by_state + ledger.paid
        if line.joint:
            joint = joint + ledger.paid
    return Settlement(ledgers, reaching, lost, paid_by_state, joint, trust, reserves)


def settled(state: State, offers: Offers, counts: Counts, fiscal_year: int) -> dict[str, Ledger]:
    """The ledger of every line, by name."""
    claims = tuple(
        Claim(
            offer.line,
            offer.schedule,
            allocation.counts_for(offer.line, counts, state.counts),
            offer.appropriation,
            state.reserves.get(offer.line.name, ZERO),
        )
        for offer in offers.lines
    )
    ledgers = allocation.settle_all(claims, Before(state.base_payment, state.last_payment), fiscal_year)
    return {claim.line.name: ledger for claim, ledger in zip(claims, ledgers, strict=True)}


def districts_own_money(state: State, index: Array) -> Array:
    """What districts would spend of their own on last year's participants, dollars, ``[..., D, 1]``; ``index`` is that
    of their own money."""
    return state.local_rate * index * state.counts.total("participants")
