"""The state counts and pays: from what a line owes to what each district is paid, stage by stage."""

from dataclasses import dataclass, field, replace

import numpy as np

from sim.arrays import ZERO, Array, ratio, state_total
from sim.funding.line import Line
from sim.funding.pricing import counted
from sim.funding.reserve import NO_RESERVE, ReserveYear, run_reserve
from sim.funding.schedule import Counts, Schedule, entitlement

ROUNDING = 1e-12
"""Relative rounding error allowed in identities over districts: what is paid may exceed the appropriation by it."""


STAGES: tuple[str, ...] = (
    "claimed", "entitlement", "matched", "guaranteed", "held_harmless", "capped", "phased_in", "paid",
)  # fmt: skip
"""The stages of a district's ledger from what is claimed to what is paid, in their order."""


@dataclass(frozen=True)
class LineMemory:
    """What a line must remember, ``[..., D, 1]`` in dollars: ``paid`` last year, and the base-year ``reference``.

    The reference is the district's payment from all state CTE lines of current law in the base year; the engine sets
    it once. ``reserve`` ``[..., 1, 1]`` is what a reserve held at the end of last year.
    """

    paid: Array
    reference: Array
    reserve: Array = field(default_factory=lambda: ZERO)


@dataclass(frozen=True)
class Ledger:
    """One year of one line, dollars ``[..., D, 1]`` unless said, each stage after the one before.

    ``claimed``: prices times all that districts have to count. ``entitlement``: prices times what the line's limits let
    count. ``matched``: at most what the local share and a carry-over limit allow. ``guaranteed``: at least the minimum.
    ``held_harmless``: at least the floor. ``capped``: growth limited. ``phased_in``: the part of the way to it.
    ``proration`` ``[..., 1, 1]``: the share paid. ``paid``.
    ``statewide_owed`` and ``statewide_paid`` ``[..., 1, 1]`` are spent by the state itself. ``reserve``: what was drawn
    on and what is left.
    """

    claimed: Array
    entitlement: Array
    matched: Array
    guaranteed: Array
    held_harmless: Array
    capped: Array
    phased_in: Array
    proration: Array
    paid: Array
    statewide_owed: Array
    statewide_paid: Array
    reserve: ReserveYear = NO_RESERVE

    @property
    def owed(self) -> Array:
        """Dollars owed before proration, the state's own spending included, ``[..., 1, 1]``."""
        return state_total(self.phased_in) + self.statewide_owed

    @property
    def spent(self) -> Array:
        """Dollars paid, the state's own spending included, ``[..., 1, 1]``."""
        return state_total(self.paid) + self.statewide_paid


def counts_for(line: Line, this_year: Counts, last_year: Counts) -> Counts:
    """The counts that the line pays on: this year's, or last year's under a count lag."""
    return last_year if line.rules.count_lag else this_year


def settle(
    line: Line,
    schedule: Schedule,
    counts: Counts,
    appropriation: Array,
    memory: LineMemory,
    fiscal_year: int,
) -> Ledger:
    """One year of one line, from entitlement to payment, for the schedule that was announced.

    1. entitlement = schedule x counts within the line's limits
    2. matched = min(entitlement, what the district's own spending matches)
    3. guaranteed = max(matched, minimum guarantee), where the district offers a pathway
    4. held harmless = max(guaranteed, share x reference), where it offers a pathway
    5. capped = min(held harmless, (1 + growth cap) x paid last year), where it was paid last year
    6. phased in = reference + share of the way x (capped - reference)
    7. paid = proration x phased in, proration = min(1, (appropriation + drawn from a reserve) / all that is owed)

    Where the line pays in turn instead, the money goes to one part of what is owed after the other, and ``proration``
    is the share paid of the whole. Neither the cap nor the phase-in takes a district below its hold-harmless floor;
    only proration does. A match and a carry-over limit bind at every stage: no floor lifts a payment above what a
    district's own spending allows. ``appropriation`` is ``[..., 1, 1]``, infinite where the line is funded in full.
    Federal and state lines settle alike.
    """
    rules = line.rules
    within_limits = counted(line, counts)
    owed = entitlement(schedule, within_limits)
    claimed = owed if within_limits is counts else entitlement(schedule, counts)
    matched, most_spent = owed, None
    if rules.spending_multiple is not None:
        most_spent = rules.spending_multiple * np.maximum(counts.expenditure, 0.0)
        matched = np.minimum(owed, most_spent)
    guaranteed = held = capped = phased = matched
    if line.active(fiscal_year):
        year = fiscal_year - line.start_year if line.start_year is not None else 0
        if schedule.minimum is not ZERO:
            guaranteed = held = capped = phased = np.maximum(matched, schedule.minimum * counts.offering)
        floor = _floor(line, counts, memory, year)
        if floor is not None:
            held = capped = phased = np.maximum(guaranteed, floor)
        if rules.growth_cap is not None:
            most = np.where(memory.paid > 0.0, (1.0 + rules.growth_cap) * memory.paid, np.inf)
            capped = phased = _not_below(np.minimum(held, most), floor)
        share = rules.phase_in_share(year)
        if share < 1.0:
            reference = memory.reference * counts.offering if rules.phase_in_from == "base_year" else 0.0
            phased = _not_below(reference + share * (capped - reference), floor)
        if most_spent is not None:
            guaranteed, held, capped, phased = (
                np.minimum(stage, most_spent) for stage in (guaranteed, held, capped, phased)
            )
    statewide = schedule.statewide + np.zeros_like(appropriation)
    all_owed = state_total(phased) + statewide
    reserve, available = NO_RESERVE, appropriation
    if line.reserve is not None and line.active(fiscal_year):
        first = fiscal_year == line.start_year
        reserve = run_reserve(line.reserve, line.scale, first, memory.reserve, appropriation, all_owed)
        available = appropriation + reserve.drawn
    proration = ratio(np.minimum(available, all_owed), all_owed, 1.0)
    paid, statewide_paid = phased * proration, statewide * proration
    if rules.proration != "pro_rata" and line.active(fiscal_year):
        paid, statewide_paid = paid_by_tier(line, schedule, within_limits, phased, statewide, available)
    return Ledger(
        claimed=claimed,
        entitlement=owed,
        matched=matched,
        guaranteed=guaranteed,
        held_harmless=held,
        capped=capped,
        phased_in=phased,
        proration=proration,
        paid=paid,
        statewide_owed=statewide,
        statewide_paid=statewide_paid,
        reserve=reserve,
    )


def paid_by_tier(
    line: Line, schedule: Schedule, counts: Counts, owed: Array, statewide: Array, appropriation: Array
) -> tuple[Array, Array]:
    """What districts ``[..., D, 1]`` and the state itself ``[..., 1, 1]`` are paid where money goes part by part.

    The state's own spending comes first, then the line's components as they stand in the file (``by_component``), or
    everything but credentials and then credentials from tier 3 down (``by_tier``). ``owed`` is what the district is
    owed after all other rules; it is split as the entitlement is. A part for which money is short is prorated, and
    those after it get nothing. An adjustment that takes away is left out of the split.
    """
    if line.rules.proration == "by_component":
        prices: list[Schedule] = list(schedule.parts)
    else:
        credentials = schedule.per_credential
        prices = [schedule.without("per_credential"), *(Schedule(per_credential=only) for only in _each(credentials))]
    amounts = [np.maximum(entitlement(part, counts), 0.0) for part in prices]
    together = sum(amounts[1:], amounts[0])
    statewide_paid = np.minimum(statewide, appropriation)
    left = appropriation - statewide_paid
    paid: Array = owed * 0.0
    for place, amount in enumerate(amounts):
        # What no part explains (a guarantee where nothing is owed) goes with the first.
        part = owed * ratio(amount, together, 1.0 if place == 0 else 0.0)
        whole = state_total(part)
        share = ratio(np.minimum(left, whole), whole, 1.0)
        paid = paid + part * share
        left = np.maximum(left - whole, 0.0)
    enough = state_total(owed) + statewide <= appropriation
    return np.where(enough, owed, np.minimum(paid, owed)), statewide_paid


def _each(credentials: tuple[Array, Array, Array]) -> list[tuple[Array, Array, Array]]:
    """One price at a time, from tier 3 down."""
    return [(ZERO, ZERO, credentials[2]), (ZERO, credentials[1], ZERO), (credentials[0], ZERO, ZERO)]


def _floor(line: Line, counts: Counts, memory: LineMemory, year: int) -> Array | None:
    """The hold-harmless floor in a line's ``year``, ``[..., D, 1]``, or None where there is none."""
    rule = line.rules.hold_harmless
    if rule is None or (rule.years is not None and year >= rule.years):
        return None
    reference = memory.reference if rule.reference == "base_year" else memory.paid
    return rule.share * reference * counts.offering


def _not_below(payment: Array, floor: Array | None) -> Array:
    return payment if floor is None else np.maximum(payment, floor)


def remember(memory: LineMemory, ledger: Ledger) -> LineMemory:
    """The memory after a year: its payments, what a reserve holds, and the same reference."""
    return replace(memory, paid=ledger.paid, reserve=ledger.reserve.balance)


def cost_to_state(line: Line, ledger: Ledger) -> Array:
    """What the line adds to the state's spending, ``[..., 1, 1]``: nothing for federal money or an unfunded weight."""
    if line.federal or line.seg == "unfunded":
        return ledger.spent * 0.0
    return ledger.spent
