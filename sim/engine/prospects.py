"""What districts expect of a year's lines together, and how much effort they make where effort is paid."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import ZERO, Array, outer, some
from sim.behavior import recoding
from sim.engine import approvals, requirements
from sim.engine.economy import Conditions
from sim.engine.offers import Offers, settled
from sim.engine.outlook import Outlook, in_dollars_of_the_year
from sim.engine.requirements import Requirement
from sim.engine.stakes import Stakes
from sim.engine.state import Premises, State
from sim.funding.allocation import Ledger
from sim.funding.line import Line
from sim.funding.schedule import CREDENTIAL_ZERO, NOTHING, Counts, entitlement
from sim.parameters.groups import Parameters
from sim.students import credentials as sitting
from sim.students import outcomes as completing

PRICED = ("per_participant", "per_concentrator", "per_credential", "per_site", "per_instructor", "startup_share")
"""Prices that pay for what one more section, site or launch brings; all others pay a district much the same whatever it
does with one more pathway."""
EFFORT = (
    "per_concentrator", "per_credential", "per_quality_point", "per_placement", "per_dual_credit",
)  # fmt: skip
"""Prices that are answered within the year, by trust alone."""


@dataclass(frozen=True)
class Prospects:
    """Money as districts believe in it, dollars of the year.

    As far as it lasts through the planning horizon (trust, continuation, what is credited to CTE): ``per_participant``,
    ``per_concentrator``, ``credential_value``, ``per_site``, ``per_instructor`` ``[..., D, C]``, ``per_school``
    ``[..., D, 1]``;
    ``startup_share`` by trust. ``expected`` ``[..., D, 1]``: receipts of the year that no section's worth counts: those
    that come whatever the district does with one more section, and what of prices does not last; ``lasting``: what of
    the former lasts; ``doubted``: what of ``expected`` is held against promises that were cut; ``ending``,
    ``lasting_ends`` and ``earned_ends``: what of ``expected``, ``lasting`` and ``earned`` will on average not come
    through the horizon, by the law's own words and by what was cut before; ``earned``: what prices pay for last year's
    counts, as far as it lasts. ``restricted`` and ``free``: all that is expected of restricted lines and of those
    without strings, of which ``federal`` so much, and ``uncredited`` what of the latter stays in the general fund,
    ``[..., D, 1]``. For the year's effort, in dollars of the base year, by trust: ``concentrator_price``,
    ``credential_price``, ``credential_prices`` of each tier, ``quality_price`` ``[..., D, K]``, ``placement_price``,
    ``dual_credit_price``.
    ``required``: what lines ask of districts' own money for it.
    """

    per_participant: Array
    per_concentrator: Array
    credential_value: Array
    per_site: Array
    per_instructor: Array
    per_school: Array
    startup_share: Array
    expected: Array
    lasting: Array
    doubted: Array
    ending: Array
    lasting_ends: Array
    earned_ends: Array
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
    receipts: Mapping[str, Array]
    required: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class Efforts:
    """Effort on each margin that is paid or counts, after a year, ``[..., D, C]`` and ``[..., D, 1]``: the share of
    recodable students who are counted, that of further exams which are sat, and extra shares of dual credit and
    places."""

    recoded_share: Array
    further_exams: Array
    dual_credit: Array
    placement: Array


def form_prospects(
    premises: Premises, state: State, offers: Offers, outlook: Outlook, conditions: Conditions
) -> Prospects:
    """What districts expect of these lines together, as they see each."""
    certain = believed = NOTHING
    value = price = ZERO
    nothing: Array = state.counts.membership * 0.0
    expected, lasting, doubted, earned, restricted, free, federal, uncredited = (nothing,) * 8
    ending, lasting_ends, earned_ends = (nothing,) * 3
    real = 1.0 / conditions.price_index
    counted = in_dollars_of_the_year(state.counts, conditions)
    receipts: dict[str, Array] = {}
    whole = if_all_give_what_is_asked(state, offers, counted, conditions.fiscal_year)
    size = state.counts.membership * conditions.price_index
    required: list[Requirement] = []
    to_match: list[tuple[Line, Array, Array, Array]] = []
    for offer in offers.lines:
        line, posted, seen = offer.line, offer.schedule, outlook.lines[offer.line.name]
        paid = seen.trust * offer.reach * seen.marginal
        kept: Array | None = None
        effort = requirements.effort_required(line, state, conditions)
        if effort is not None:
            payment = whole[line.name].phased_in * seen.trust
            required.append(Requirement(line.name, "maintenance_of_effort", effort, ZERO, payment))
            kept = requirements.effort_expected(state, effort, payment, size)
            paid = paid * kept
        lastingly, this_year = paid * seen.lasts, paid * seen.now
        for_pathways, for_effort = posted.only(*PRICED), posted.only(*EFFORT)
        share = approvals.approved_share(line, state, counted)
        through = seen.approval
        if through is not None:
            for_pathways = for_pathways.without("startup_share").times(through).plus(posted.only("startup_share"))
        if share is not None:
            of_pathways = for_effort.only("per_concentrator", "per_credential").times(share)
            for_effort = for_effort.without("per_concentrator", "per_credential").plus(of_pathways)
        certain = certain.plus(for_pathways.plus(posted.only("per_school")).times(lastingly))
        believed = believed.plus(for_effort.times(this_year))
        if posted.per_credential is not CREDENTIAL_ZERO:
            usual = usual_price(for_pathways.per_credential, premises.tier_mix)
            value = value + outer(lastingly, usual)
            usual = usual if through is None else usual_price(for_effort.per_credential, premises.tier_mix)
            price = price + outer(this_year, usual)
        if line.identity in state.remembered:
            receipts[line.identity] = state.remembered[line.identity] * seen.of_last_year
            comes = receipts[line.identity] * conditions.price_index
        else:
            comes = entitlement(posted.without(*PRICED), counted) * (offer.reach * seen.trust * seen.now)
        for_prices = entitlement(posted.only(*PRICED), counted if share is None else counted.approved(share)) * paid
        if seen.foreseen is not ZERO:
            lump = np.maximum(seen.foreseen * (offer.reach * seen.trust) - for_prices * seen.now, 0.0)
            comes = comes + seen.attention * (lump - comes)
        if kept is not None:
            comes = comes * kept
        passing = for_prices * (seen.now - seen.lasts)
        comes_lastingly, earned_lastingly = comes * seen.receipts_last, for_prices * seen.lasts
        expected = expected + comes + passing
        lasting = lasting + comes_lastingly
        doubted = doubted + (comes + passing) * (1.0 - seen.steadiness)
        leaves = 1.0 - seen.stays
        ending = ending + (comes + passing) * leaves
        lasting_ends = lasting_ends + comes_lastingly * leaves
        earned_ends = earned_ends + earned_lastingly * leaves
        earned = earned + earned_lastingly
        arrives = comes + for_prices * seen.now
        if some(line.rules.local_match):
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
        per_instructor=certain.per_instructor,
        per_school=certain.per_school,
        startup_share=certain.startup_share,
        expected=expected,
        lasting=lasting,
        doubted=doubted,
        ending=ending,
        lasting_ends=lasting_ends,
        earned_ends=earned_ends,
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


def _times(price: Array, factor: Array) -> Array:
    return price if price is ZERO else price * factor


def usual_price(prices: tuple[Array, Array, Array], mix: tuple[Array, Array, Array]) -> Array:
    """The mean price of a credential for a mix of tiers, ``[..., 1, C]``; ``[..., D, C]`` if prices differ."""
    return outer(prices[0], mix[0]) + outer(prices[1], mix[1]) + outer(prices[2], mix[2])


def efforts(parameters: Parameters, state: State, expected: Prospects, stakes: Stakes, passing: Array) -> Efforts:
    """Effort on each margin answers its believed price, for recoding and exams cluster by cluster; what counts for
    districts without being paid (``stakes``) is as good as a price. ``passing``: the usual share of exams that are
    passed, ``[..., D, C]``."""
    outcomes = parameters.outcomes
    move = completing.effort_toward
    concentrator_price = stakes.with_concentrators(expected.concentrator_price)
    credential_price = stakes.with_credentials(expected.credential_price)
    return Efforts(
        recoded_share=recoding.recoded_share(state.recoded_share, concentrator_price, outcomes),
        further_exams=sitting.further_exams(
            state.further_exams,
            sitting.pay_of_an_exam(credential_price, passing, parameters.clusters.exam_fee),
            outcomes,
        ),
        dual_credit=move(
            state.dual_credit_effort,
            expected.dual_credit_price,
            outcomes.dual_credit_cost,
            outcomes.dual_credit_gain,
            outcomes.dual_credit_price_scale,
            outcomes,
        ),
        placement=move(
            state.placement_effort,
            expected.placement_price,
            outcomes.placement_cost,
            outcomes.placement_gain,
            outcomes.placement_price_scale,
            outcomes,
        ),
    )
