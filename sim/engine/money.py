"""The state's money over a year: announce, be believed, count and pay. Joins the funding rules to beliefs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.arrays import ZERO, Array, outer, ratio, state_total
from sim.behavior import beliefs as believing
from sim.behavior import recoding
from sim.engine import outlook, requirements
from sim.engine.economy import Conditions
from sim.engine.requirements import Requirement
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

PRICED = ("per_participant", "per_concentrator", "per_credential", "per_site", "startup_share")
"""Prices that pay for what one more section, site or launch brings; all others pay a district much the same whatever it
does with one more pathway."""
EFFORT = (
    "per_concentrator", "per_credential", "per_quality_point", "per_placement", "per_dual_credit",
)  # fmt: skip
"""Prices that are answered within the year, by trust alone."""


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
    """Money as districts believe in it, dollars of the year.

    As far as it lasts through the planning horizon (trust, continuation, what is credited to CTE): ``per_participant``,
    ``per_concentrator``, ``credential_value``, ``per_site`` ``[..., D, C]``, ``per_school`` ``[..., D, 1]``;
    ``startup_share`` by trust. ``expected`` ``[..., D, 1]``: receipts of the year that no section's worth counts: those
    that come whatever the district does with one more section, and what of prices does not last; ``lasting``: what of
    the former lasts; ``ending``: what of all receipts will on average not come through the horizon, by the law's own
    words and by what was cut before; ``earned``: what prices pay for last year's counts, as far as it lasts.
    ``restricted`` and ``free``: all that is expected of restricted lines and of those without strings, of which
    ``federal`` so much, and ``uncredited`` what of the latter stays in the general fund, ``[..., D, 1]``. For the
    year's effort, in dollars of the base year, by trust: ``concentrator_price``, ``credential_price``,
    ``credential_prices`` of each tier, ``quality_price`` ``[..., D, K]``, ``placement_price``, ``dual_credit_price``.
    ``required``: what lines ask of districts' own money for it.
    """

    per_participant: Array
    per_concentrator: Array
    credential_value: Array
    per_site: Array
    per_school: Array
    startup_share: Array
    expected: Array
    lasting: Array
    ending: Array
    earned: Array
    restricted: Array
    free: Array
    federal: Array
    uncredited: Array
    concentrator_price: Array
    credential_price: Array
    credential_prices: tuple[Array, Array, Array]
    quality_price: Array
    placement_price: Array
    dual_credit_price: Array
    steadiness: Mapping[str, Array]
    receipts: Mapping[str, Array]
    required: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class Efforts:
    """Effort on each paid margin after a year, ``[..., D, C]`` and ``[..., D, 1]``: the share of recodable students who
    are counted, and extra shares of credentials, dual credit and places."""

    recoded_share: Array
    credential: Array
    dual_credit: Array
    placement: Array


@dataclass(frozen=True)
class Settlement:
    """How a year was paid: a ledger for each line; by district ``[..., D, 1]`` dollars reaching CTE, of which from
    ``restricted`` and from ``free`` lines, those without strings that went to the general fund, and what the state's
    CTE lines paid, with money inside the SEG (``state_paid``) and without (``joint_paid``); and for next year trust and
    remembered receipts ``[..., D, 1]`` and what reserves hold ``[..., 1, 1]``."""

    ledgers: Mapping[str, Ledger]
    reaching_cte: Array
    restricted: Array
    free: Array
    not_sticking: Array
    state_paid: Array
    joint_paid: Array
    trust: Mapping[str, Array]
    remembered: Mapping[str, Array]
    paid_before: Mapping[str, Array]
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
        offers.append(Offer(line, schedule, money, reach(line, schedule, premises, parameters.beliefs)))
    cost = seg.weight_cost(added["funded"], added["unfunded"], value, undiluted)
    return Offers(tuple(offers), funds, value, undiluted, base_units, sum(added.values(), ZERO), places, cost)


def reach(line: Line, schedule: Schedule, premises: Premises, beliefs: Beliefs) -> Array:
    """Share of a line's payments that is CTE money in a district, ``[..., D, 1]`` or ``[..., 1, 1]``.

    Restricted money all is, as far as it supports pathways. Of money without strings a district credits CTE with a part
    of what its students earn, and with CTE's part of the budget where every member earns it. Where a share must be
    spent on CTE, that share is restricted and the rest without strings.
    """
    if line.oversight != "general":
        return line.pathway_share + 0.0 * beliefs.general_credit
    earned = schedule.per_member is ZERO
    free = premises.credit if earned else beliefs.general_money_share
    share = line.rules.spend_on_cte
    if share is not None:
        free = share + (1.0 - share) * free
    return free * line.pathway_share


def prospects(beliefs: Beliefs, premises: Premises, state: State, offers: Offers, conditions: Conditions) -> Prospects:
    """What districts expect of all lines together, given their trust in each."""
    certain = Schedule()
    believed = Schedule()
    value = price = ZERO
    nothing: Array = state.counts.membership * 0.0
    expected, lasting, ending, earned, restricted, free, federal, uncredited = (nothing,) * 8
    real = 1.0 / conditions.price_index
    counted = in_dollars_of_the_year(state.counts, conditions)
    year = conditions.fiscal_year
    owed = {
        offer.line.name: outlook.owed_statewide(offer.line, offer.schedule, counted, year) for offer in offers.lines
    }
    again = outlook.again(state, coming(offers, owed), conditions.price_index)
    steadiness = outlook.steadiness(state, again, beliefs)
    # What the law would pay for what was counted last, where rules come between counts and payment.
    ruled = [offer.line.name for offer in offers.lines if not outlook.follows_counts(offer.line, counted)]
    ledgers = settled(state, offers, counted, year) if ruled else {}
    foreseen = {name: ledgers[name] for name in ruled}
    whole = if_all_give_what_is_asked(state, offers, counted, year)
    size = state.counts.membership * conditions.price_index
    required: list[Requirement] = []
    to_match: list[tuple[Line, Array, Array, Array]] = []
    receipts: dict[str, Array] = {}
    for offer in offers.lines:
        line, posted = offer.line, offer.schedule
        attention = believing.attention_after(premises.attention, line.rule_year(year))
        seen = outlook.seen(
            line,
            trust_in(state, line, beliefs),
            outlook.affordable(offer.appropriation, owed[line.name]),
            again[line.promised_by],
            steadiness[line.promised_by],
            outlook.marginal_share(foreseen[line.name]) if line.name in foreseen else ONE,
            year,
            attention,
            beliefs,
        )
        paid = seen.trust * offer.reach * seen.marginal
        kept: Array | None = None
        effort = requirements.effort_required(line, state, conditions)
        if effort is not None:
            payment = whole[line.name].phased_in * seen.trust
            required.append(Requirement(line.name, "maintenance_of_effort", effort, ZERO, payment))
            kept = requirements.effort_expected(state, effort, payment, size)
            paid = paid * kept
        certain = certain.plus(posted.only(*PRICED, "per_school").times(paid * seen.lasts))
        believed = believed.plus(posted.only(*EFFORT).times(paid * seen.now))
        if posted.per_credential is not CREDENTIAL_ZERO:
            usual = usual_price(posted.per_credential, premises.tier_mix)
            value = value + outer(paid * seen.lasts, usual)
            price = price + outer(paid * seen.now, usual)
        if line.identity in state.remembered:
            receipts[line.identity] = state.remembered[line.identity] * seen.of_last_year
            comes = receipts[line.identity] * conditions.price_index
        else:
            comes = entitlement(posted.without(*PRICED), counted) * (offer.reach * seen.trust * seen.now)
        for_prices = entitlement(posted.only(*PRICED), counted) * paid
        if line.name in foreseen:
            arriving = foreseen[line.name].phased_in * (offer.reach * seen.trust)
            lump = np.maximum(arriving - for_prices * seen.now, 0.0)
            comes = comes + attention * (lump - comes)
        if kept is not None:
            comes = comes * kept
        expected = expected + comes + for_prices * (seen.now - seen.lasts)
        lasting = lasting + comes * seen.receipts_last
        ending = ending + (comes + for_prices * seen.now) * (1.0 - seen.stays)
        earned = earned + for_prices * seen.lasts
        arrives = comes + for_prices * seen.now
        if np.any(line.rules.local_match):
            payment = whole[line.name].phased_in * seen.trust
            to_match.append((line, payment, payment * offer.reach, arrives))
        if line.federal:
            federal = federal + arrives
        if line.oversight == "general":
            free = free + arrives
            uncredited = uncredited + arrives * (line.pathway_share / np.maximum(offer.reach, 1e-9) - 1.0)
        else:
            restricted = restricted + arrives
    required.extend(
        requirements.to_match(line, payment, reaching, restricted + free - arrives, state)
        for line, payment, reaching, arrives in to_match
    )
    one, two, three = believed.per_credential
    return Prospects(
        per_participant=certain.per_participant,
        per_concentrator=certain.per_concentrator,
        credential_value=value,
        per_site=certain.per_site,
        per_school=certain.per_school,
        startup_share=certain.startup_share,
        expected=expected,
        lasting=lasting,
        ending=ending,
        earned=earned,
        restricted=restricted,
        free=free,
        federal=federal,
        uncredited=uncredited,
        concentrator_price=_times(believed.per_concentrator, real),
        credential_price=_times(price, real),
        credential_prices=(_times(one, real), _times(two, real), _times(three, real)),
        quality_price=_times(believed.per_quality_point, real),
        placement_price=_times(believed.per_placement, real),
        dual_credit_price=_times(believed.per_dual_credit, real),
        steadiness=steadiness,
        receipts=receipts,
        required=tuple(required),
    )


def if_all_give_what_is_asked(state: State, offers: Offers, counts: Counts, fiscal_year: int) -> dict[str, Ledger]:
    """The ledgers of lines that ask something of districts' own money, as if every district gave it, by name."""
    asking = [offer.line.name for offer in offers.lines if requirements.asks(offer.line)]
    if not asking:
        return {}
    given = tuple(replace(offer, line=requirements.unmatched(offer.line)) for offer in offers.lines)
    ledgers = settled(state, replace(offers, lines=given), counts, fiscal_year)
    return {name: ledgers[name] for name in asking}


def coming(offers: Offers, owed: Mapping[str, Array]) -> dict[str, Array]:
    """Dollars of the year that come under each promise where its lines owe so much, by their name, within what is voted
    for them, ``[..., 1, 1]``."""
    under: dict[str, Array] = {}
    for offer in offers.lines:
        dollars = np.minimum(owed[offer.line.name], offer.appropriation)
        under[offer.line.promised_by] = under.get(offer.line.promised_by, ZERO) + dollars
    return under


def in_dollars_of_the_year(last_year: Counts, conditions: Conditions) -> Counts:
    """What was counted last year, its dollars raised as prices have risen since: what a share of it would pay now."""
    rise = conditions.price_rise
    return replace(
        last_year, expenditure=last_year.expenditure * rise, startup_spending=last_year.startup_spending * rise
    )


def _times(price: Array, factor: Array) -> Array:
    return price if price is ZERO else price * factor


def usual_price(prices: tuple[Array, Array, Array], mix: tuple[Array, Array, Array]) -> Array:
    """The mean price of a credential for a mix of tiers, ``[..., 1, C]``; ``[..., D, C]`` if prices differ."""
    return outer(prices[0], mix[0]) + outer(prices[1], mix[1]) + outer(prices[2], mix[2])


def trust_in(state: State, line: Line, beliefs: Beliefs) -> Array:
    """A district's trust in a line's promise, ``[..., D, 1]``: what it has learnt, or what it grants a new one."""
    if line.promised_by in state.trust:
        return state.trust[line.promised_by]
    return beliefs.initial_trust + 0.0 * state.cash


def trust_after(state: State, offers: Offers, ledgers: Mapping[str, Ledger], beliefs: Beliefs) -> dict[str, Array]:
    """Trust in each promise after a year, ``[..., D, 1]``: it follows what was paid of all that was owed under it."""
    trust = dict(state.trust)
    promises: dict[str, list[Line]] = {}
    for offer in offers.lines:
        promises.setdefault(offer.line.promised_by, []).append(offer.line)
    for promise, lines in promises.items():
        paid = sum((ledgers[line.name].paid for line in lines), ZERO)
        owed = sum((ledgers[line.name].phased_in for line in lines), ZERO)
        trust[promise] = believing.updated_trust(trust_in(state, lines[0], beliefs), paid, owed, beliefs.learning_rate)
    return trust


def efforts(outcomes: Outcomes, state: State, expected: Prospects) -> Efforts:
    """Effort on each margin answers its believed price, for recoding and credentials cluster by cluster."""
    move = completing.effort_toward
    return Efforts(
        recoded_share=recoding.recoded_share(state.recoded_share, expected.concentrator_price, outcomes),
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
            outcomes.dual_credit_price_scale,
            outcomes,
        ),
        placement=move(
            state.placement_effort,
            expected.placement_price,
            outcomes.placement_gain,
            outcomes.placement_price_scale,
            outcomes,
        ),
    )


def settle(
    parameters: Parameters,
    premises: Premises,
    state: State,
    offers: Offers,
    prospects: Prospects,
    counts: Counts,
    conditions: Conditions,
    own: Array | None = None,
) -> Settlement:
    """Count, prorate and pay every line, and learn from it. ``own`` money that districts gave, real dollars a member,
    ``[..., D, 1]``, decides what they keep of lines that ask for effort; None keeps all."""
    beliefs = parameters.beliefs
    lines = [offer.line for offer in offers.lines]
    kept = requirements.shares_kept(lines, state, conditions, own) if own is not None else {}
    ledgers = settled(state, offers, counts, conditions.fiscal_year, kept)
    reserves, remembered = dict(state.reserves), {}
    nothing: Array = counts.membership * 0.0
    reaching, restricted, free, lost, paid_by_state, joint = nothing, nothing, nothing, nothing, nothing, nothing
    for offer in offers.lines:
        line, ledger = offer.line, ledgers[offer.line.name]
        paid_on = allocation.counts_for(line, counts, state.counts)
        reserves[line.name] = ledger.reserve.balance
        arrived = ledger.paid * offer.reach
        reaching = reaching + arrived
        if line.oversight == "general":
            free = free + arrived
            lost = lost + ledger.paid * line.pathway_share - arrived
        else:
            restricted = restricted + arrived
        unpriced = entitlement(offer.schedule.without(*PRICED), paid_on)
        part = arrived * np.minimum(ratio(unpriced, entitlement(offer.schedule, paid_on)), 1.0) / conditions.price_index
        before = prospects.receipts.get(line.identity, part)
        if line.name in kept:  # What would have come had the district kept its effort: it knows what it loses by it.
            part = np.where(kept[line.name] > 0.0, ratio(part, kept[line.name]), before)
        remembered[line.identity] = before + parameters.books.receipts_memory * (part - before)
        if not line.background and not line.federal:
            paid_by_state = paid_by_state + ledger.paid
        if line.joint:
            joint = joint + ledger.paid
    trust = trust_after(state, offers, ledgers, beliefs)
    owed = {
        offer.line.name: outlook.pays(offer.line, conditions.fiscal_year)
        * state_total(ledgers[offer.line.name].entitlement)
        + ledgers[offer.line.name].statewide_owed
        for offer in offers.lines
    }
    paid_before = {promise: dollars / conditions.price_index for promise, dollars in coming(offers, owed).items()}
    return Settlement(
        ledgers,
        reaching,
        restricted,
        free,
        lost,
        paid_by_state,
        joint,
        trust,
        remembered,
        paid_before,
        reserves,
    )


def settled(
    state: State, offers: Offers, counts: Counts, fiscal_year: int, kept: Mapping[str, Array] | None = None
) -> dict[str, Ledger]:
    """The ledger of every line, by name; of some lines districts have ``kept`` a share by their effort."""
    claims = tuple(
        Claim(
            offer.line,
            offer.schedule,
            allocation.counts_for(offer.line, counts, state.counts),
            offer.appropriation,
            state.reserves.get(offer.line.name, ZERO),
            (kept or {}).get(offer.line.name),
        )
        for offer in offers.lines
    )
    ledgers = allocation.settle_all(claims, Before(state.base_payment, state.last_payment), fiscal_year)
    return {claim.line.name: ledger for claim, ledger in zip(claims, ledgers, strict=True)}
