"""The state announces a year: appropriations, the unit value, and the price schedule of every line."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.arrays import ZERO, Array, ratio, state_total
from sim.engine import approvals
from sim.engine.economy import Conditions
from sim.engine.state import Premises, State
from sim.funding import allocation, budget, pricing, seg
from sim.funding.allocation import Claim, Ledger
from sim.funding.context import ONE, PricingContext
from sim.funding.line import Line
from sim.funding.resolving import in_force
from sim.funding.schedule import Counts, Schedule
from sim.funding.smoothing import Before
from sim.parameters.groups import Beliefs, Parameters
from sim.world.world import World


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
    ``[..., 1, 1]`` is what the main formula's appropriation grows by for each dollar that a funded weight pays."""

    lines: tuple[Offer, ...]
    budget: budget.Budget
    unit_value: Array
    undiluted_value: Array
    base_units: Array
    weight_units: Array
    paid_places: Array
    weight_cost: Array = field(default_factory=lambda: ONE)


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

    The main formula's own appropriation follows membership and prices, less the cut of a bust; weights count the
    students of the year before, as the main formula does. ``expected`` posts competitive awards before they are drawn,
    at what they are expected to be.
    """
    economy = parameters.economy
    funds = budget.Budget(
        conditions.fiscal_year,
        conditions.price_index,
        conditions.revenue,
        conditions.grant_cut,
        conditions.formula_cut,
        conditions.shocks.federal_money,
        conditions.categorical_cut,
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
            units = state_total(pricing.program_units(line, state.counts, conditions.fiscal_year, world))
            added[line.seg] = added[line.seg] + units
    undiluted = seg.unit_value(statewide_units, ZERO, ZERO, seg_money)
    value = undiluted
    if added["funded"] is not ZERO or added["unfunded"] is not ZERO:
        value = seg.unit_value(statewide_units, added["funded"], added["unfunded"], seg_money)
    offers = []
    places = state.counts.membership * 0.0
    for written in lines:
        line = in_force(written, world, state.counts.membership)
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
            approvals.approved_share(offer.line, state, allocation.counts_for(offer.line, counts, state.counts)),
        )
        for offer in offers.lines
    )
    before = Before(state.base_payment, state.last_payment, state.payment_before_law)
    ledgers = allocation.settle_all(claims, before, fiscal_year)
    return {claim.line.name: ledger for claim, ledger in zip(claims, ledgers, strict=True)}


def payment_before_law(state: State, offers: Offers, fiscal_year: int) -> Array:
    """What the state's CTE lines paid each district in the year before the law that phases in began, as it is known
    after a fiscal year, dollars ``[..., D, 1]``."""
    begins = any(offer.line.rules.phase_in and offer.line.rule_year(fiscal_year) == 0 for offer in offers.lines)
    return state.last_payment if begins else state.payment_before_law
