"""The state counts and pays, and districts learn from what was paid."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import ZERO, Array, ratio
from sim.behavior import beliefs as believing
from sim.engine import approvals, requirements
from sim.engine.economy import Conditions
from sim.engine.offers import Offers, settled
from sim.engine.outlook import coming, owed_statewide, trust_in
from sim.engine.prospects import PRICED, Prospects
from sim.engine.state import State
from sim.funding import allocation, pricing
from sim.funding.allocation import Ledger
from sim.funding.line import Line
from sim.funding.schedule import CREDENTIAL_ZERO, Counts, Schedule, entitlement
from sim.parameters.groups import Beliefs, Parameters


@dataclass(frozen=True)
class Settlement:
    """How a year was paid: a ledger for each line; by district ``[..., D, 1]`` dollars reaching CTE, of which from
    ``restricted`` and from ``free`` lines, and of which from the state's CTE lines (``from_state``); those without
    strings that went to the general fund, and what the state's CTE lines paid, with money inside the main formula
    (``state_paid``) and without (``joint_paid``), of which ``for_credentials``; and for next year trust and remembered
    receipts ``[..., D, 1]``, what reserves hold ``[..., 1, 1]``, and the sites that lines with approval will
    pay for."""

    ledgers: Mapping[str, Ledger]
    reaching_cte: Array
    restricted: Array
    free: Array
    not_sticking: Array
    from_state: Array
    state_paid: Array
    joint_paid: Array
    for_credentials: Array
    trust: Mapping[str, Array]
    remembered: Mapping[str, Array]
    paid_before: Mapping[str, Array]
    reserves: Mapping[str, Array]
    approved: Mapping[str, Array]


def settle(
    parameters: Parameters,
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
    reaching, restricted, free, lost, from_state, paid_by_state, joint, for_credentials = (nothing,) * 8
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
        part = arrived * np.minimum(ratio(unpriced, ledger.claimed), 1.0) / conditions.price_index
        before = prospects.receipts.get(line.identity, part)
        if line.name in kept:  # What would have come had the district kept its effort: it knows what it loses by it.
            part = np.where(kept[line.name] > 0.0, ratio(part, kept[line.name]), before)
        remembered[line.identity] = before + parameters.books.receipts_memory * (part - before)
        if not line.background and not line.federal:
            from_state = from_state + arrived
            paid_by_state = paid_by_state + ledger.paid
            for_credentials = for_credentials + ledger.paid * part_for_credentials(
                line, offer.schedule, ledger, paid_on
            )
        if line.joint:
            joint = joint + ledger.paid
    trust = trust_after(state, offers, ledgers, beliefs)
    year = conditions.fiscal_year
    owed = {
        offer.line.name: owed_statewide(offer.line, offer.schedule, counts, ledgers[offer.line.name], year)
        for offer in offers.lines
    }
    paid_before = {promise: dollars / conditions.price_index for promise, dollars in coming(offers, owed).items()}
    return Settlement(
        ledgers,
        reaching,
        restricted,
        free,
        lost,
        from_state,
        paid_by_state,
        joint,
        for_credentials,
        trust,
        remembered,
        paid_before,
        reserves,
        approvals.approved_after(lines, state, counts),
    )


def part_for_credentials(line: Line, schedule: Schedule, ledger: Ledger, paid_on: Counts) -> Array:
    """The part of what a line owes that it owes for credentials, ``[..., D, 1]``."""
    if schedule.per_credential is CREDENTIAL_ZERO:
        return ZERO
    within = pricing.counted(line, paid_on, schedule)
    whole = ledger.entitlement if line.rules.approval is None else entitlement(schedule, within)
    return np.minimum(ratio(entitlement(schedule.only("per_credential"), within), whole), 1.0)


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
