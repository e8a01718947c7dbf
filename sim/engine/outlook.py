"""How districts see a line of money: what of its posted prices will be paid, will last, and answers what they do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import ZERO, Array, ratio, some, state_total
from sim.behavior import beliefs as believing
from sim.engine import approvals
from sim.engine.economy import Conditions
from sim.engine.offers import Offer, Offers, settled
from sim.engine.state import Premises, State
from sim.funding.allocation import Ledger, share_count
from sim.funding.context import ONE
from sim.funding.line import Line
from sim.funding.schedule import Counts, Schedule, entitlement
from sim.parameters.groups import Beliefs

BINDING = 1e-9
"""By what share of itself a payment must differ from the one before a rule for the rule to have changed it."""


@dataclass(frozen=True)
class Seen:
    """A line as each district sees it, shares ``[..., D, 1]``.

    ``attention``: how far it is read. ``trust``: of what is owed, the share expected to be paid. ``now``: of its posted
    prices, the share that the law pays this year. ``of_last_year``: what of last year's money the state has announced
    again, as far as it is read. ``lasts`` and ``receipts_last``: of a dollar of its prices, and of money that comes
    whatever the district does, the part that lasts through the planning horizon. ``stays``: what of this year's money
    the law pays through the horizon, as far as it is read, and cuts in the past let it count. ``steadiness``: what of
    it cuts in the past let count. ``marginal``: the share of a further count's price that is paid, less where a floor
    or a cap decides what the district gets; ``foreseen``: what it would get for what was counted last, dollars, where
    it does, else ``ZERO``. ``approval``: see ``approvals.seen``.
    """

    attention: Array
    trust: Array
    now: Array
    of_last_year: Array
    lasts: Array
    receipts_last: Array
    stays: Array
    steadiness: Array
    marginal: Array
    foreseen: Array
    approval: Array | None = None


def seen(
    line: Line,
    trust: Array,
    affordable: Array,
    again: Array,
    steadiness: Array,
    marginal: Array,
    foreseen: Array,
    fiscal_year: int,
    attention: Array,
    unread: Array,
    beliefs: Beliefs,
    approval: Array | None = None,
) -> Seen:
    """A line as districts see it that read the law by ``attention`` ``[..., D, 1]``: learnt ``trust``, the share of
    what is about to be owed that is ``affordable`` with the money voted, the share of last year's dollars that come
    ``again`` under its promise, the promise's ``steadiness``, the ``marginal`` share of a price that is paid, the
    payment that is ``foreseen`` where rules decide it, and how long money of its kind lasts for who reads nothing
    (``unread``, see ``believing.persistence``)."""
    written, then = steps(line, fiscal_year)
    one = 1.0 + 0.0 * attention
    now, stays, lasts, receipts_last = one, one, unread * one, unread * one
    if written:
        now = believing.read(one, written[0] * one, attention)
        price = believing.persistence_read(line.recurring, written, then, beliefs)
        lasts = np.minimum(believing.read(unread, price, attention), now)
        # Money that comes whatever a district does is known by what came last year.
        before = max(brings(line, fiscal_year - 1), brings(line, fiscal_year))
        of_it = [ratio_of(brings(line, fiscal_year + year), before) for year in range(len(written))]
        receipts = believing.persistence_read(line.recurring, of_it, ratio_of(then, before), beliefs)
        receipts_last = believing.read(unread, receipts, attention)
        stays = believing.read(one, believing.share_after_opening(of_it, ratio_of(then, before), beliefs), attention)
    return Seen(
        attention=attention,
        trust=believing.read(trust, affordable, attention),
        now=now,
        of_last_year=believing.read(one, again, attention),
        lasts=lasts * steadiness,
        receipts_last=receipts_last * steadiness,
        stays=stays * steadiness,
        steadiness=steadiness,
        marginal=one if marginal is ONE else believing.read(one, marginal, attention),
        foreseen=foreseen,
        approval=approval,
    )


def ratio_of(share: float, before: float) -> float:
    """A share over an earlier one, at most 1; itself where there was none."""
    return min(share / before, 1.0) if before > 0.0 else share


LONGEST = 30
"""Years that anybody looks ahead: the longest horizon that ``beliefs.horizon_years`` allows."""


def steps(line: Line, fiscal_year: int) -> tuple[list[float], float]:
    """The shares that a line pays from this year on, as long as its words change them, and the share afterwards."""
    since_first = line.rule_year(fiscal_year)
    years = len(line.rules.phase_in) - since_first
    if line.start_year is not None:
        years = max(years, line.start_year - fiscal_year + len(line.rules.phase_in))
    if line.sunset_year is not None:
        years = max(years, line.sunset_year - fiscal_year + 1)
    written = [pays(line, fiscal_year + year) for year in range(min(years, LONGEST))]
    return written, pays(line, fiscal_year + max(years, 0))


def pays(line: Line, fiscal_year: int) -> float:
    """Share of what it posts that a line pays in a year by its own words: none after its end or before its start, a
    part in the first steps of a phase-in."""
    return line.rules.phase_in_share(line.rule_year(fiscal_year)) if line.active(fiscal_year) else 0.0


def brings(line: Line, fiscal_year: int) -> float:
    """The same of the money that a line brings whatever is counted: a phase-in that starts from a payment of before
    takes none of that away meanwhile."""
    return pays(line, fiscal_year) if line.rules.phase_in_from == "nothing" else float(line.active(fiscal_year))


def owed_statewide(line: Line, posted: Schedule, counts: Counts, ledger: Ledger | None, fiscal_year: int) -> Array:
    """What a line is about to owe for what was counted last, dollars, ``[..., 1, 1]``; ``ledger`` is its account of
    these ``counts``, if there is one, unless it pays on those of the year before."""
    claimed = entitlement(posted, counts) if ledger is None or line.rules.count_lag else ledger.claimed
    return pays(line, fiscal_year) * state_total(claimed) + posted.statewide


def affordable(appropriation: Array, owed: Array) -> Array:
    """Share of what is about to be ``owed`` that the money voted can pay, ``[..., 1, 1]``."""
    return np.minimum(ratio(np.minimum(appropriation, owed), owed, 1.0), 1.0)


@dataclass(frozen=True)
class Outlook:
    """All lines of a year as districts see them, by name, and by promise its ``steadiness``: the share of its money
    that they count on to last, ``[..., 1, 1]``."""

    lines: Mapping[str, Seen]
    steadiness: Mapping[str, Array]


def form_outlook(beliefs: Beliefs, premises: Premises, state: State, offers: Offers, conditions: Conditions) -> Outlook:
    """How districts see the lines that the state has announced, from what they have learnt and what they read."""
    year, counts = conditions.fiscal_year, in_dollars_of_the_year(state.counts, conditions)
    # What the law would pay for what was counted last.
    ledgers = settled(state, to_settle(offers), counts, year)
    owed = {
        offer.line.name: owed_statewide(offer.line, offer.schedule, counts, ledgers.get(offer.line.name), year)
        for offer in offers.lines
    }
    coming_again = again(state, coming(offers, owed), conditions.price_index)
    steady = steadiness(state, coming_again, beliefs)
    years = {offer.line.name: offer.line.rule_year(year) for offer in offers.lines}
    attention = {run: believing.attention_after(premises.attention, run) for run in set(years.values())}
    unread = {kind: believing.persistence(kind, beliefs) for kind in {offer.line.recurring for offer in offers.lines}}
    lines = {}
    for offer in offers.lines:
        line, name = offer.line, offer.line.name
        ledger = None if follows_counts(line) else ledgers[name]
        lines[name] = seen(
            line,
            trust_in(state, line, beliefs),
            affordable(offer.appropriation, owed[name]),
            coming_again[line.promised_by],
            steady[line.promised_by],
            ONE if ledger is None else marginal_share(ledger, capped_by_share(offer, counts, ledger)),
            ZERO if ledger is None else ledger.phased_in,
            year,
            attention[years[name]],
            unread[line.recurring],
            beliefs,
            approvals.seen(line, state, counts, beliefs),
        )
    return Outlook(lines, steady)


def to_settle(offers: Offers) -> Offers:
    """The offers of which districts must work out what they would be paid: those of lines that do not simply follow
    counts; all where a rule over several lines holds one of them."""
    ruled = tuple(offer for offer in offers.lines if not follows_counts(offer.line))
    together = any(held_with_others(offer.line) for offer in ruled)
    return offers if together else replace(offers, lines=ruled)


def again(state: State, coming: Mapping[str, Array], price_index: Array) -> dict[str, Array]:
    """Of last year's real dollars under each promise, the share that is ``coming`` for what was counted then, ``[...,
    1, 1]``; more than 1 where there are more."""
    return {
        promise: ratio(dollars, state.paid_before.get(promise, ZERO) * price_index, 1.0)
        for promise, dollars in coming.items()
    }


def steadiness(state: State, again: Mapping[str, Array], beliefs: Beliefs) -> dict[str, Array]:
    """The steadiness of each promise after the year's announcement, ``[..., 1, 1]``; a promise that is not made this
    year keeps its own."""
    after = dict(state.steadiness)
    for promise, share in again.items():
        after[promise] = believing.steadiness_after(state.steadiness.get(promise, 1.0 + 0.0 * share), share, beliefs)
    return after


def follows_counts(line: Line) -> bool:
    """Whether a line pays its prices for whatever is counted: no floor, cap, phase-in, match or limit of counts is
    written."""
    moved = held_with_others(line) or line.rules.bounded
    return not moved and not any(component.limits_counts for component in line.components)


def held_with_others(line: Line) -> bool:
    """Whether a rule is written for a line that holds its sum with other lines: a floor, a cap, a guarantee, a
    phase-in."""
    rules = line.rules
    smoothed = rules.hold_harmless is not None or rules.growth_cap is not None or bool(rules.phase_in)
    return smoothed or some(rules.minimum_guarantee) or rules.minimum_guarantee_charter is not None


def marginal_share(ledger: Ledger, by_share: Array | None = None) -> Array:
    """Share of a further count's price that a district would be paid, ``[..., D, 1]``.

    Nothing where a floor or a guarantee stands above what the counts earn, or a cap or the district's own spending
    below it; where the law limits what counts, the share of the district's counts that do. ``by_share``: see
    ``capped_by_share``.
    """
    stages = (
        (ledger.entitlement, ledger.matched),
        (ledger.matched, ledger.guaranteed),
        (ledger.guaranteed, ledger.held_harmless),
        (ledger.held_harmless, ledger.capped),
    )
    bound = np.zeros(1, dtype=np.bool_)
    for number, (before, after) in enumerate(stages):
        if after is not before:
            moved = np.abs(after - before) > BINDING * np.abs(before)
            bound = bound | (moved if by_share is None or number > 0 else moved & (by_share <= 0.0))
    counts = np.minimum(ratio(ledger.entitlement, ledger.claimed, 1.0), 1.0)
    if by_share is not None:
        counts = np.where(by_share > 0.0, by_share, counts)
    return np.where(bound, 0.0, counts)


PRICE_OF_COUNT = {
    "members": "per_member",
    "participants": "per_participant",
    "concentrators": "per_concentrator",
    "credentials": "per_credential",
}
"""The price by which what a cap measures is paid."""


def capped_by_share(offer: Offer, counts: Counts, ledger: Ledger) -> Array | None:
    """Where a district is paid its share of the state's count of a line's money, the part of the posted price that one
    more of these brings it; zero elsewhere, ``[..., D, 1]``; None without such a cap.

    Money M is shared as n / N, so one more brings M / N x (1 - n / N). The posted price for one is what the district is
    entitled to, over n, where the line pays for nothing else; else one more is taken to bring nothing.
    """
    cap = offer.line.rules.share_cap
    if cap is None or cap.of is None:
        return None
    paid = {name for part in offer.line.components for name in part.paid_prices() | part.works_on()}
    share = ratio(held := share_count(cap.of, counts), state_total(held))
    money = np.where(np.isfinite(offer.appropriation), offer.appropriation, state_total(ledger.entitlement))
    binds = (ledger.matched < ledger.entitlement) & (ledger.matched >= share * money * (1.0 - BINDING))
    brings = ratio(ledger.matched, ledger.entitlement) * (1.0 - share)
    return np.where(binds & (paid == {PRICE_OF_COUNT[cap.of]}), brings, 0.0)


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
    dollars = ("expenditure", "startup_spending", "ordinary_cost")
    read = tuple(getattr(last_year, name) for name in dollars)
    raised = last_year.once("dollars of the year", (rise, *read), lambda: [counted * rise for counted in read])
    return last_year.but(**dict(zip(dollars, raised, strict=True)))


def trust_in(state: State, line: Line, beliefs: Beliefs) -> Array:
    """A district's trust in a line's promise, ``[..., D, 1]``: what it has learnt, or what it grants a new one."""
    if line.promised_by in state.trust:
        return state.trust[line.promised_by]
    return beliefs.initial_trust + 0.0 * state.cash
