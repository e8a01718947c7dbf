"""What lines owe and pay (7.13 of the protocol, and the rules of a formula)."""

import copy
from types import SimpleNamespace
from typing import Any

from second_implementation.plain import at

PRICED = ("per_participant", "per_concentrator", "per_credential", "per_site", "per_instructor", "startup_share")
"""Prices that one more section, site or launch earns."""
UNPRICED = (
    "per_district", "per_offering_district", "per_school", "per_quality_point", "per_member",
    "per_placement", "per_dual_credit", "expenditure_share",
)  # fmt: skip
"""Prices that bring a district much the same whatever it does with one more pathway."""
OF_PATHWAYS = {
    "per_site": "sites", "per_participant": "participants", "per_concentrator": "concentrators",
    "per_instructor": "instructors", "startup_share": "startup_spending",
}  # fmt: skip
OF_DISTRICTS = {
    "per_school": "offering_schools", "per_member": "membership", "per_placement": "placements",
    "per_dual_credit": "dual_credit",
}  # fmt: skip


def entitlement(prices: Any, counts: Any, d: int, only: tuple[str, ...] = PRICED + UNPRICED) -> float:
    """Prices times counts of a district."""
    owed = 0.0
    width = range(len(counts.sites[d]))
    for name in only:
        price = getattr(prices, name)
        if name in OF_PATHWAYS:
            owed += sum(at(price, d, c) * getattr(counts, OF_PATHWAYS[name])[d][c] for c in width)
        elif name in OF_DISTRICTS:
            owed += at(price, d, 0) * getattr(counts, OF_DISTRICTS[name])[d]
        elif name == "per_credential":
            owed += sum(at(price[tier], d, c) * counts.credentials[tier][d][c] for tier in range(3) for c in width)
        elif name == "per_quality_point":
            owed += sum(at(price, d, k) * points for k, points in enumerate(counts.quality[d]))
        elif name == "expenditure_share":
            owed += at(price, d, 0) * max(counts.expenditure[d], 0.0)
        elif name == "per_offering_district":
            owed += at(price, d, 0) * (counts.offering_schools[d] > 0)
        else:
            owed += at(price, d, 0)
    return owed


def within_limits(line: Any, counts: Any) -> Any:
    """What of the counts a line pays for."""
    earned = counts
    for component in line.components:
        if component.kind == "internship" and component.places is not None:
            arranged = sum(counts.placements)
            share = min(component.places / arranged, 1.0) if arranged > 0 else 1.0
            counts = copy.copy(counts)
            counts.placements = [each * share for each in counts.placements]
        if component.kind == "credential_bonus":
            if component.per_student_limit is not None:
                counts = _most_a_student(counts, component)
            if component.district_share_limit is not None:
                counts = _largest_share(counts, component.district_share_limit, earned)
    return counts


def _most_a_student(counts: Any, component: Any) -> Any:
    """So many credentials for each concentrator of a pathway, the best paid first."""
    amounts = component.dollars or component.weights
    pays = [amounts.get(tier, 0.0) for tier in (1, 2, 3)]
    paid = [[list(row) for row in tier] for tier in counts.credentials]
    for d in range(len(counts.membership)):
        for c in range(len(counts.sites[d])):
            room = component.per_student_limit * counts.concentrators[d][c]
            for tier in sorted(range(3), key=lambda each: -pays[each]):
                paid[tier][d][c] = min(paid[tier][d][c], room)
                room -= paid[tier][d][c]
    counts = copy.copy(counts)
    counts.credentials = paid
    return counts


def _largest_share(counts: Any, limit: float, earned: Any) -> Any:
    """At most so much of all credentials earned in the state for one district."""
    of_district = [sum(sum(tier[d]) for tier in counts.credentials) for d in range(len(counts.membership))]
    most = limit * sum(sum(map(sum, tier)) for tier in earned.credentials)
    share = [min(most / each, 1.0) if each > 0 else 1.0 for each in of_district]
    counts = copy.copy(counts)
    counts.credentials = [
        [[each * share[d] for each in row] for d, row in enumerate(tier)] for tier in counts.credentials
    ]
    return counts


def is_federal(line: Any) -> bool:
    return bool(line.fund.lower().startswith("federal"))


def in_seg(line: Any) -> bool:
    return bool(line.components[0].kind == "seg_weight")


def is_joint(line: Any) -> bool:
    """State money of the formula's own outside the main formula: what its rules hold together."""
    return not (line.background or is_federal(line) or in_seg(line))


def runs(line: Any, year: int) -> bool:
    started = line.start_year is None or year >= line.start_year
    return bool(started and (line.sunset_year is None or year <= line.sunset_year))


def year_of_rule(line: Any, year: int) -> int:
    """0 in the first year that is paid."""
    since = line.start_year if line.rules_since is None else line.rules_since
    return max(year - since, 0) if since is not None else 0


def settle(world: Any, state: Any, offers: list[Any], counts: Any, last_counts: Any, year: int) -> dict[str, Any]:
    """The stages of every line, each a list over districts, by the line's name."""
    found = {}
    for offer in offers:
        rules, paid_on = offer.line.rules, last_counts if offer.line.rules.count_lag else counts
        assert rules.proration == "pro_rata", "not worked out here"
        assert not rules.local_match, "not worked out here"
        assert rules.maintenance_of_effort is None, "not worked out here"
        assert offer.line.reserve is None, "not worked out here"
        everyone = range(len(paid_on.membership))
        limited = within_limits(offer.line, paid_on)
        ledger = SimpleNamespace(
            claimed=[entitlement(offer.schedule, paid_on, d) for d in everyone],
            entitlement=[entitlement(offer.schedule, limited, d) for d in everyone],
            offering=[float(schools > 0) for schools in paid_on.offering_schools],
        )
        ledger.matched, ledger.most = list(ledger.entitlement), None
        if rules.carryover is not None:
            ledger.most = [max(spent, 0.0) / (1.0 - rules.carryover) for spent in paid_on.expenditure]
            ledger.matched = [min(pair) for pair in zip(ledger.matched, ledger.most, strict=True)]
        for stage in ("guaranteed", "held_harmless", "capped", "phased_in"):
            setattr(ledger, stage, list(ledger.matched))
        found[offer.line.name] = ledger
    joint = [offer for offer in offers if is_joint(offer.line) and runs(offer.line, year)]
    if joint:
        _joint_rules(state, joint, found, year)
    for offer in offers:
        ledger = found[offer.line.name]
        if ledger.most is not None and runs(offer.line, year):
            # No floor lifts a payment above what the district's own spending allows.
            for stage in ("guaranteed", "held_harmless", "capped", "phased_in"):
                bound = [min(pair) for pair in zip(getattr(ledger, stage), ledger.most, strict=True)]
                setattr(ledger, stage, bound)
        ledger.statewide = at(offer.schedule.statewide, 0, 0)
        owed = sum(ledger.phased_in) + ledger.statewide
        ledger.proration = min(offer.appropriation / owed, 1.0) if owed > 0 else 1.0
        ledger.paid = [each * ledger.proration for each in ledger.phased_in]
    return found


def _joint_rules(state: Any, offers: list[Any], found: dict[str, Any], year: int) -> None:
    """Guarantee, hold harmless, growth cap and phase-in over the sum of a formula's own lines, and the split back."""
    ledgers = [found[offer.line.name] for offer in offers]
    rules, n = offers[0].line.rules, year_of_rule(offers[0].line, year)
    guarantees = {_guarantee(offer.line) for offer in offers}
    for d in range(len(ledgers[0].matched)):
        offering = max(ledger.offering[d] for ledger in ledgers)
        for guarantee in guarantees:
            alike = [offer for offer in offers if _guarantee(offer.line) == guarantee]
            own = [found[offer.line.name] for offer in alike]
            least = max(at(offer.schedule.minimum, d, 0) * found[offer.line.name].offering[d] for offer in alike)
            whole = sum(ledger.matched[d] for ledger in own)
            lifted = max(whole, least)
            for ledger in own:
                even = (sum(ledger.matched) > 0) / max(sum(sum(each.matched) > 0 for each in own), 1)
                if not any(sum(each.matched) > 0 for each in own):
                    even = 1.0 / len(own)
                ledger.guaranteed[d] = lifted * (ledger.matched[d] / whole if whole > 0 else even)
        owes = [ledger.guaranteed[d] for ledger in ledgers]
        guaranteed = sum(owes)
        floor = None
        held = rules.hold_harmless
        if held is not None and (held.years is None or n < held.years):
            if held.reference == "base_year":
                floor = held.share * state.base_payment[d] * offering
            elif held.reference == "previous_year" or n > 0:
                floor = held.share * state.last_payment[d] * offering
        lowest = 0.0 if floor is None else floor
        harmless = max(guaranteed, lowest)
        capped = harmless
        last = state.last_payment[d]
        if rules.growth_cap is not None and (rules.growth_cap_from == "previous_year" or n > 0) and last > 0:
            capped = max(min(harmless, (1.0 + rules.growth_cap) * last), lowest)
        share = rules.phase_in[n] if n < len(rules.phase_in) else 1.0
        origins = {
            "base_year": state.base_payment,
            "previous_law": state.payment_before_law if n else state.last_payment,
        }
        start = origins[rules.phase_in_from][d] * offering if rules.phase_in_from in origins else 0.0
        phased = max(start + share * (capped - start), lowest) if share < 1 else capped
        for stage, amount in (("held_harmless", harmless), ("capped", capped), ("phased_in", phased)):
            for ledger, part in zip(ledgers, owes, strict=True):
                getattr(ledger, stage)[d] = (amount, part, guaranteed)
    _split(ledgers)


def _split(ledgers: list[Any]) -> None:
    """A sum that a rule changed, back to the lines as they owe it; in equal parts where none owes a district
    anything, over the lines that owe any district something."""
    pays = [sum(ledger.guaranteed) > 0 for ledger in ledgers]
    for ledger, paying in zip(ledgers, pays, strict=True):
        even = paying / sum(pays) if any(pays) else 1.0 / len(pays)
        for stage in ("held_harmless", "capped", "phased_in"):
            moved = [amount * (part / whole if whole > 0 else even) for amount, part, whole in getattr(ledger, stage)]
            setattr(ledger, stage, moved)


def _guarantee(line: Any) -> tuple[float, float]:
    """The guarantee of a district and of a charter; lines that have the same share one."""
    district = line.rules.minimum_guarantee
    charter = line.rules.minimum_guarantee_charter
    return district, district if charter is None else charter


def receipts(
    rules: Any, state: Any, offers: list[Any], ledgers: dict[str, Any], counts: Any, believed: Any, now: Any
) -> SimpleNamespace:
    """What reaches CTE in each district, and what districts learn from it."""
    everyone = range(len(counts.membership))
    found = SimpleNamespace(
        reaching=[0.0 for _ in everyone], restricted=[0.0 for _ in everyone], free=[0.0 for _ in everyone],
        monitored=[0.0 for _ in everyone], uncredited=[0.0 for _ in everyone], joint=[0.0 for _ in everyone],
        from_state=[0.0 for _ in everyone],
        remembered={}, trust=dict(state.trust), paid_before={},
    )  # fmt: skip
    promises: dict[str, list[Any]] = {}
    for offer in offers:
        line, ledger = offer.line, ledgers[offer.line.name]
        promises.setdefault(promise_of(line), []).append(offer)
        memory = []
        for d in everyone:
            arrived = ledger.paid[d] * at(offer.reach, d, 0)
            found.reaching[d] += arrived
            if not (line.background or is_federal(line)):
                found.from_state[d] += arrived
            if line.oversight == "general":
                found.free[d] += arrived
                found.uncredited[d] += ledger.paid[d] * line.pathway_share - arrived
            else:
                found.restricted[d] += arrived
            if line.oversight == "monitored":
                found.monitored[d] += arrived
            if is_joint(line):
                found.joint[d] += ledger.paid[d]
            paid_on = state.counts if line.rules.count_lag else counts
            unpriced = entitlement(offer.schedule, paid_on, d, UNPRICED)
            share = min(unpriced / ledger.claimed[d], 1.0) if ledger.claimed[d] > 0 else 0.0
            part = arrived * share / now.price_index
            before = believed.receipts[identity_of(line)][d] if identity_of(line) in believed.receipts else part
            memory.append(before + rules.books.receipts_memory * (part - before))
        found.remembered[identity_of(line)] = memory
    for promise, made in promises.items():
        trust = trust_in(state, promise, rules)
        paid = [sum(ledgers[offer.line.name].paid[d] for offer in made) for d in everyone]
        owed = [sum(ledgers[offer.line.name].phased_in[d] for offer in made) for d in everyone]
        found.trust[promise] = [
            old + rules.beliefs.learning_rate * (paid[d] / owed[d] - old) if owed[d] > 0 else old
            for d, old in enumerate(trust)
        ]
        coming = sum(
            min(owed_next(offer, ledgers[offer.line.name], counts, now.fiscal_year), offer.appropriation)
            for offer in made
        )
        found.paid_before[promise] = coming / now.price_index
    return found


def promise_of(line: Any) -> str:
    return str(line.promise or line.name)


def identity_of(line: Any) -> str:
    return f"{line.promise}: {line.name}" if line.promise else str(line.name)


def trust_in(state: Any, promise: str, rules: Any) -> list[float]:
    """What a district has learnt of a promise, or what it grants a new one."""
    if promise in state.trust:
        return list(state.trust[promise])
    return [rules.beliefs.initial_trust for _ in state.cash]


def share_paid(line: Any, year: int) -> float:
    """Of its posted prices, what a line pays in a year by its own words."""
    if not runs(line, year):
        return 0.0
    n, steps = year_of_rule(line, year), line.rules.phase_in
    return float(steps[n]) if n < len(steps) else 1.0


def owed_next(offer: Any, ledger: Any, counts: Any, year: int) -> float:
    """What a line is about to owe for these counts in the whole state."""
    claimed = ledger.claimed
    if offer.line.rules.count_lag:
        claimed = [entitlement(offer.schedule, counts, d) for d in range(len(counts.membership))]
    return share_paid(offer.line, year) * float(sum(claimed)) + at(offer.schedule.statewide, 0, 0)
