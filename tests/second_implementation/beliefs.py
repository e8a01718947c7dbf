"""What the state announces and what districts believe of it (7.2 and 7.3 of the protocol)."""

import copy
import itertools
import math
from types import SimpleNamespace
from typing import Any

from second_implementation.payments import (
    PRICED,
    UNPRICED,
    entitlement,
    identity_of,
    in_seg,
    is_federal,
    owed_next,
    promise_of,
    runs,
    settle,
    share_paid,
    trust_in,
    year_of_rule,
)
from second_implementation.plain import at, within

YEARS_AHEAD = 60


def voted(line: Any, now: Any) -> float:
    """Dollars that a line may pay in the year; no end to them where it is funded in full."""
    if not runs(line, now.fiscal_year):
        return 0.0
    rule = line.appropriation
    if rule.rule == "full":
        return math.inf
    if rule.rule == "share_of_revenue":
        return float(rule.share * line.scale * now.revenue)
    if rule.rule == "once":
        dollars = rule.dollars / rule.years if now.fiscal_year < line.start_year + rule.years else 0.0
    elif rule.rule == "demand_with_cap":
        dollars = rule.cap * (now.price_index if rule.indexed else 1.0)
    else:
        dollars = rule.dollars * (now.price_index if rule.rule == "indexed" else 1.0)
    kind = line.cut_as or ("none" if is_federal(line) else "formula" if line.recurring else "grant")
    cut = {"none": 0.0, "grant": now.grant_cut, "formula": now.formula_cut}[kind]
    if not is_federal(line) and line.components[0].kind != "seg_weight" and line.cut_as in (None, "grant"):
        cut = max(cut, now.categorical_cut)
    left = now.shocks.federal_money if is_federal(line) else 1.0
    return float(dollars * line.scale * (1.0 - cut) * left)


def unit_values(world: Any, rules: Any, state: Any, lines: list[Any], now: Any) -> SimpleNamespace:
    """The unit value of the state's main formula, with and without CTE weights, and program units by district."""
    members = state.counts.membership
    units = world.anchors["program_units"].value * rules.economy.seg_units_level
    units *= sum(members) / sum(world.districts.membership)
    money = units * world.anchors["unit_value"].value * now.price_index * (1.0 - now.formula_cut)
    added = {True: 0.0, False: 0.0}
    heads = {
        "members": sum(members),
        "participants": sum(map(sum, state.counts.participants)),
        "concentrators": sum(map(sum, state.counts.concentrators)),
    }
    for line in lines:
        for weight in line.components if in_seg(line) and runs(line, now.fiscal_year) else ():
            if not weight.in_base_units:
                added[weight.funded] += weight.weight * weight.full_time_share * heads[weight.count] * line.scale
    all_members = world.districts.total_membership
    return SimpleNamespace(
        undiluted=money / units,
        value=money * (1.0 + added[True] / units) / (units + added[True] + added[False]),
        base_units=[units * each / sum(all_members) for each in all_members],
    )


def reach(line: Any, prices: Any, rules: Any, premises: Any, d: int) -> float:
    """Share of a line's payment that is CTE money in a district."""
    if line.oversight != "general":
        return float(line.pathway_share)
    every_member = at(prices.per_member, d, 0) != 0
    credited = rules.beliefs.general_money_share if every_member else at(premises.credit, d, 0)
    if line.rules.spend_on_cte is not None:
        credited = line.rules.spend_on_cte + (1.0 - line.rules.spend_on_cte) * credited
    return float(credited * line.pathway_share)


def annuity(factor: float, years: float) -> float:
    """Sum of the powers of a factor over the years, of which the last may be a part."""
    return factor * (1.0 - math.pow(factor, years)) / (1.0 - factor)


def over_years(shares: list[float], factor: float, horizon: float, lead: float = 0.0) -> float:
    """Sum of share x factor^h over the years h of the horizon beyond the lead."""
    found = 0.0
    for h, share in enumerate(shares):
        later, sooner = within(h + 1.0, lead, horizon), within(float(h), lead, horizon)
        found += share * (annuity(factor, later) - annuity(factor, sooner))
    return found


def read(unread: float, written: float, attention: float) -> float:
    return unread - attention * max(unread - written, 0.0)


def outlook(world: Any, rules: Any, premises: Any, state: Any, offers: list[Any], now: Any) -> SimpleNamespace:
    """Every line as each district sees it, by name, and the steadiness of each promise."""
    terms, year = rules.beliefs, now.fiscal_year
    counts = in_dollars_of_the_year(state.counts, now)
    ledgers = settle(world, state, offers, counts, state.counts, year)
    owed = {offer.line.name: owed_next(offer, ledgers[offer.line.name], counts, year) for offer in offers}
    coming: dict[str, float] = {}
    for offer in offers:
        promise = promise_of(offer.line)
        coming[promise] = coming.get(promise, 0.0) + min(owed[offer.line.name], offer.appropriation)
    again, steadiness = {}, dict(state.steadiness)
    for promise, dollars in coming.items():
        before = state.paid_before.get(promise, 0.0) * now.price_index
        again[promise] = dollars / before if before > 0 else 1.0
        kept = 1.0 - terms.cut_memory * (1.0 - state.steadiness.get(promise, 1.0))
        steadiness[promise] = kept * min(again[promise] / (1.0 - terms.cut_noticed), 1.0)
    lines = {}
    for offer in offers:
        line, ledger = offer.line, ledgers[offer.line.name]
        enough = min(offer.appropriation / owed[line.name], 1.0) if owed[line.name] > 0 else 1.0
        lines[line.name] = [
            _seen(
                line, ledger, d, terms, at(premises.attention, d, 0), trust_in(state, promise_of(line), rules)[d],
                enough, again[promise_of(line)], steadiness[promise_of(line)], year,
            )
            for d in range(len(state.cash))
        ]  # fmt: skip
    return SimpleNamespace(lines=lines, steadiness=steadiness)


def _seen(
    line: Any, ledger: Any, d: int, terms: Any, attention: float, trust: float, enough: float, again: float,
    steadiness: float, year: int,
) -> SimpleNamespace:  # fmt: skip
    attention = 1.0 - (1.0 - attention) ** (1.0 + year_of_rule(line, year))
    continuation = terms.recurring_continuation if line.recurring else terms.nonrecurring_continuation
    discount = 1.0 / (1.0 + terms.discount_rate)
    whole = annuity(discount, terms.horizon_years)
    unread = annuity(continuation * discount, terms.horizon_years) / whole
    pays = [share_paid(line, year + h) for h in range(YEARS_AHEAD)]
    # A phase-in from a payment of before takes nothing away from money that comes whatever is counted.
    brings = pays
    if line.rules.phase_in_from != "nothing":
        brings = [float(runs(line, year + h)) for h in range(YEARS_AHEAD)]
    last = share_paid(line, year - 1) if line.rules.phase_in_from == "nothing" else float(runs(line, year - 1))
    before = max(last, brings[0])
    brings = [min(share / before, 1.0) if before > 0 else share for share in brings]
    now = read(1.0, pays[0], attention)
    lasts = over_years(pays, continuation * discount, terms.horizon_years) / whole
    lumps = over_years(brings, continuation * discount, terms.horizon_years) / whole
    lead = min(terms.opening_lead, terms.horizon_years)
    after = over_years(brings, discount, terms.horizon_years, lead)
    after /= over_years([1.0] * YEARS_AHEAD, discount, terms.horizon_years, lead)
    ruled, marginal = _ruled(line), 1.0
    if ruled:
        stages = [getattr(ledger, name)[d] for name in ("entitlement", "matched", "guaranteed", "held_harmless")]
        stages.append(ledger.capped[d])
        decided = any(abs(b - a) > 1e-9 * abs(a) for a, b in itertools.pairwise(stages))
        counted = min(stages[0] / ledger.claimed[d], 1.0) if ledger.claimed[d] > 0 else 1.0
        marginal = 0.0 if decided else counted
    return SimpleNamespace(
        attention=attention, trust=read(trust, enough, attention), now=now,
        of_last_year=read(1.0, again, attention), lasts=min(read(unread, lasts, attention), now) * steadiness,
        receipts_last=read(unread, lumps, attention) * steadiness, stays=read(1.0, after, attention) * steadiness,
        steadiness=steadiness, marginal=read(1.0, marginal, attention), foreseen=ledger.phased_in[d] if ruled else None,
    )  # fmt: skip


def _ruled(line: Any) -> bool:
    """Whether a floor, a cap, a phase-in, a match or a limit of counts is written in the line."""
    rules = line.rules
    limited = any(
        component.kind == "credential_bonus"
        and (component.per_student_limit is not None or component.district_share_limit is not None)
        for component in line.components
    )
    return bool(
        limited or rules.hold_harmless is not None or rules.growth_cap is not None or rules.minimum_guarantee
        or rules.minimum_guarantee_charter is not None or rules.phase_in or rules.carryover is not None
    )  # fmt: skip


def in_dollars_of_the_year(counts: Any, now: Any) -> Any:
    """Last year's counts, what was spent raised as prices have risen."""
    counts = copy.copy(counts)
    counts.expenditure = [each * now.price_rise for each in counts.expenditure]
    counts.startup_spending = [[each * now.price_rise for each in row] for row in counts.startup_spending]
    return counts


MONEY = (
    "expected", "lasting", "doubted", "ending", "lasting_ends", "earned_ends", "earned", "restricted", "free",
    "federal", "uncredited", "placement_price", "dual_credit_price", "per_school",
)  # fmt: skip
PRICES = (
    "per_participant", "per_concentrator", "credential_value", "per_site", "per_instructor", "startup_share",
    "concentrator_price", "credential_price",
)  # fmt: skip


def prospects(premises: Any, state: Any, offers: list[Any], seen: Any, now: Any) -> SimpleNamespace:
    """Money as each district believes in it: prices by pathway, sums by district."""
    everyone, width = range(len(state.cash)), range(len(state.sites[0]))
    counts = in_dollars_of_the_year(state.counts, now)
    found = SimpleNamespace(receipts={}, **{name: [0.0 for _ in everyone] for name in MONEY})
    for name in PRICES:
        setattr(found, name, [[0.0 for _ in width] for _ in everyone])
    found.credential_prices = [[[0.0 for _ in width] for _ in everyone] for _ in range(3)]
    found.quality_price = [[0.0 for _ in state.quality[d]] for d in everyone]
    for offer in offers:
        if identity_of(offer.line) in state.remembered:
            found.receipts[identity_of(offer.line)] = [
                state.remembered[identity_of(offer.line)][d] * seen.lines[offer.line.name][d].of_last_year
                for d in everyone
            ]
        for d in everyone:
            _expect(found, premises, offer, seen.lines[offer.line.name][d], counts, now, d)
    return found


def _expect(found: Any, premises: Any, offer: Any, seen: Any, counts: Any, now: Any, d: int) -> None:
    line, posted, credited = offer.line, offer.schedule, at(offer.reach, d, 0)
    paid = seen.trust * credited * seen.marginal
    real = paid * seen.now / now.price_index
    for c in range(len(counts.sites[d])):
        for name in ("per_participant", "per_concentrator", "per_site", "per_instructor", "startup_share"):
            getattr(found, name)[d][c] += at(getattr(posted, name), d, c) * paid * seen.lasts
        usual = sum(at(posted.per_credential[tier], d, c) * premises.tier_mix[tier][c] for tier in range(3))
        found.credential_value[d][c] += usual * paid * seen.lasts
        found.credential_price[d][c] += usual * real
        found.concentrator_price[d][c] += at(posted.per_concentrator, d, c) * real
        for tier in range(3):
            found.credential_prices[tier][d][c] += at(posted.per_credential[tier], d, c) * real
    for k in range(len(found.quality_price[d])):
        found.quality_price[d][k] += at(posted.per_quality_point, d, k) * real
    found.placement_price[d] += at(posted.per_placement, d, 0) * real
    found.dual_credit_price[d] += at(posted.per_dual_credit, d, 0) * real
    found.per_school[d] += at(posted.per_school, d, 0) * paid * seen.lasts

    if identity_of(line) in found.receipts:
        comes = found.receipts[identity_of(line)][d] * now.price_index
    else:
        comes = entitlement(posted, counts, d, UNPRICED) * credited * seen.trust * seen.now
    by_prices = entitlement(posted, counts, d, PRICED) * paid
    if seen.foreseen is not None:
        lump = max(seen.foreseen * credited * seen.trust - by_prices * seen.now, 0.0)
        comes += seen.attention * (lump - comes)
    passing = by_prices * (seen.now - seen.lasts)
    leaves = 1.0 - seen.stays
    arrives = comes + by_prices * seen.now
    found.expected[d] += comes + passing
    found.lasting[d] += comes * seen.receipts_last
    found.doubted[d] += (comes + passing) * (1.0 - seen.steadiness)
    found.ending[d] += (comes + passing) * leaves
    found.lasting_ends[d] += comes * seen.receipts_last * leaves
    found.earned_ends[d] += by_prices * seen.lasts * leaves
    found.earned[d] += by_prices * seen.lasts
    if is_federal(line):
        found.federal[d] += arrives
    if line.oversight == "general":
        found.free[d] += arrives
        found.uncredited[d] += arrives * (line.pathway_share / credited - 1.0) if credited > 0 else 0.0
    else:
        found.restricted[d] += arrives
