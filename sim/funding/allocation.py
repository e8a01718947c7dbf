"""The state counts and pays: from what a line owes to what each district is paid, stage by stage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from sim.arrays import ZERO, Array, district_most, district_total, ratio, state_total
from sim.funding.components.component import by_written
from sim.funding.context import ONE
from sim.funding.line import Line
from sim.funding.pricing import counted
from sim.funding.reserve import NO_RESERVE, ReserveYear, run_reserve
from sim.funding.schedule import Counts, Schedule, entitlement
from sim.funding.smoothing import Before, Part, Smoothed, smoothed

ROUNDING = 1e-12
"""Relative rounding error allowed in identities over districts: what is paid may exceed the appropriation by it."""


STAGES: tuple[str, ...] = (
    "claimed", "entitlement", "matched", "guaranteed", "held_harmless", "capped", "phased_in", "paid",
)  # fmt: skip
"""The stages of a district's ledger from what is claimed to what is paid, in their order."""

JOINT_STAGES: tuple[str, ...] = STAGES[STAGES.index("guaranteed") : STAGES.index("paid")]
"""Those that are worked out over all lines of a formula together."""


@dataclass(frozen=True)
class Claim:
    """A line when a year is settled: its posted prices, the counts that it pays on (see ``counts_for``), its
    appropriation, and what its reserve held at the end of last year, both dollars ``[..., 1, 1]``. ``effort_kept``:
    the share of the payment that a district's effort keeps, ``[..., D, 1]``; None where none is asked for.
    ``approved``: the share of each pathway's sites that the line pays for, ``[..., D, C]``; None for all."""

    line: Line
    schedule: Schedule
    counts: Counts
    appropriation: Array
    reserve: Array = field(default_factory=lambda: ZERO)
    effort_kept: Array | None = None
    approved: Array | None = None

    @property
    def paid_on(self) -> Counts:
        """The counts of what is approved."""
        return self.counts if self.approved is None else self.counts.approved(self.approved)


@dataclass(frozen=True)
class Ledger:
    """One year of one line, dollars ``[..., D, 1]`` unless said, each stage after the one before.

    ``claimed``: prices times all that districts have to count. ``entitlement``: prices times what the line's limits let
    count. ``matched``: at most what the local share and a carry-over limit allow, less what a shortfall of effort takes
    of it and of all that follow. ``guaranteed``: at least the minimum.
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


def settle_all(claims: Sequence[Claim], before: Before, fiscal_year: int) -> tuple[Ledger, ...]:
    """One year of all lines in force, from entitlement to payment, for the schedules that were announced.

    Line by line:

    1. entitlement = schedule x counts within the line's limits
    2. matched = min(entitlement, what the district's own spending matches)

    then over all of the formula's own state lines together, each of which has part of the sum (``smoothing``):

    3. guaranteed = max(matched, minimum guarantee), where the district offers a pathway
    4. held harmless = max(guaranteed, share x reference), where it offers a pathway
    5. capped = min(held harmless, (1 + growth cap) x paid last year), where it was paid last year
    6. phased in = reference + share of the way x (capped - reference)

    and again line by line:

    7. paid = proration x phased in, proration = min(1, (appropriation + drawn from a reserve) / all that is owed)

    Where the line pays in turn instead, the money goes to one part of what is owed after the other, and ``proration``
    is the share paid of the whole. Neither the cap nor the phase-in takes a district below its hold-harmless floor;
    only proration does. A match and a carry-over limit bind their line at every stage: no floor lifts a payment above
    what a district's own spending allows. Where effort falls short of what the line requires, every stage from
    ``matched`` on is smaller by the proportion of the shortfall. ``appropriation`` is infinite where the line is funded
    in full. Money inside the main formula, federal and background lines are settled each by itself.
    """
    joint = [claim for claim in claims if claim.line.joint]
    together = settle_together(joint, before, fiscal_year) if joint else ()
    settled = {claim.line.name: ledger for claim, ledger in zip(joint, together, strict=True)}
    return tuple(settled.get(claim.line.name) or settle(claim, before, fiscal_year) for claim in claims)


def settle(claim: Claim, before: Before, fiscal_year: int) -> Ledger:
    """One year of a line by itself, see ``settle_all``."""
    return settle_together((claim,), before, fiscal_year)[0]


def settle_together(claims: Sequence[Claim], before: Before, fiscal_year: int) -> tuple[Ledger, ...]:
    """One year of lines that joint rules hold together, see ``settle_all``."""
    owed = [_owed(claim) for claim in claims]
    stages = [Smoothed(line.matched, line.matched, line.matched, line.matched) for line in owed]
    running = [at for at, claim in enumerate(claims) if claim.line.active(fiscal_year)]
    if running:
        parts = [
            Part(claims[at].line, owed[at].matched, _offering(claims[at]), claims[at].schedule.minimum)
            for at in running
        ]
        for at, stage in zip(running, smoothed(parts, before, fiscal_year), strict=True):
            stages[at] = stage
    return tuple(
        _paid(claim, line, stage, fiscal_year) for claim, line, stage in zip(claims, owed, stages, strict=True)
    )


def _offering(claim: Claim) -> Array:
    """1 where the line's condition holds and a district has a pathway, of the clusters that the condition names if it
    names any, ``[..., D, 1]``."""
    covered = claim.schedule.covered
    if covered is None:
        return claim.counts.offering
    if covered.shape[-1] == 1:
        return claim.counts.offering * covered
    return (district_most(claim.counts.sites * covered) > 0.0).astype(np.float64)


@dataclass(frozen=True)
class _Owed:
    """A line before the joint rules; ``most`` is what a district's own spending allows, None without a limit."""

    within_limits: Counts
    claimed: Array
    entitlement: Array
    matched: Array
    most: Array | None


def _owed(claim: Claim) -> _Owed:
    """Prices times counts, with and without the line's limits, and what own spending and a cap allow of it."""
    counts = claim.paid_on
    within_limits = counted(claim.line, counts, claim.schedule)
    owed = entitlement(claim.schedule, within_limits)
    claimed = owed if within_limits is counts else entitlement(claim.schedule, counts)
    if not claim.line.rules.bounded:
        return _Owed(within_limits, claimed, owed, owed, None)
    most = claim.line.rules.most_by_spending(np.maximum(counts.expenditure, 0.0), counts.ordinary_cost)
    share = capped_share(claim)
    if share is not None:
        money = np.where(np.isfinite(claim.appropriation), claim.appropriation, state_total(owed))
        most = share * money if most is None else np.minimum(most, share * money)
    dollars = claim.schedule.maximum
    if dollars is not None:
        most = dollars if most is None else np.minimum(most, dollars)
    if most is None:  # a line that does not pay this year posts no maximum
        return _Owed(within_limits, claimed, owed, owed, None)
    return _Owed(within_limits, claimed, owed, np.minimum(owed, most), most)


def capped_share(claim: Claim) -> Array | None:
    """The share of the line's money that a district is paid at most, ``[..., D, 1]`` or ``[..., 1, 1]``; None without
    a cap."""
    cap = claim.line.rules.share_cap
    if cap is None:
        return None
    if cap.share is not None:
        return np.zeros((1, 1)) + cap.share
    assert cap.of is not None
    held = share_count(cap.of, claim.counts)
    return ratio(held, state_total(held))


def share_count(of: str, counts: Counts) -> Array:
    """The count whose share caps a payment, ``[..., D, 1]``."""
    if of == "members":
        return counts.membership
    if of == "credentials":
        return district_total(counts.all_credentials)
    return counts.total(of)


def _paid(claim: Claim, owed: _Owed, stage: Smoothed, fiscal_year: int) -> Ledger:
    """What is paid of what is owed after the joint rules, with every stage of the way."""
    line, active = claim.line, claim.line.active(fiscal_year)
    guaranteed, held, capped, phased = stage.guaranteed, stage.held_harmless, stage.capped, stage.phased_in
    if owed.most is not None and active:
        guaranteed, held, capped, phased = (
            np.minimum(dollars, owed.most) for dollars in (guaranteed, held, capped, phased)
        )
    statewide = claim.schedule.statewide + np.zeros_like(claim.appropriation)
    matched, effort = owed.matched, claim.effort_kept
    if effort is not None and active:
        matched, guaranteed, held, capped, phased = (
            effort * dollars for dollars in (matched, guaranteed, held, capped, phased)
        )
    all_owed = state_total(phased) + statewide
    reserve, available = NO_RESERVE, claim.appropriation
    if line.reserve is not None and active:
        first = fiscal_year == line.start_year
        reserve = run_reserve(line.reserve, line.scale, first, claim.reserve, claim.appropriation, all_owed)
        available = claim.appropriation + reserve.drawn
    proration = ratio(np.minimum(available, all_owed), all_owed, 1.0)
    paid, statewide_paid = phased * proration, statewide * proration
    if line.rules.proration != "pro_rata" and active:
        paid, statewide_paid = paid_by_tier(line, claim.schedule, owed.within_limits, phased, statewide, available)
    return Ledger(
        claimed=owed.claimed,
        entitlement=owed.entitlement,
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

    The state's own spending comes first, then the line's components as they stand in the file (``by_component``; the
    rates of one that differ by condition stand in one place), or everything but credentials and then credentials from
    tier 3 down (``by_tier``). ``owed`` is what the district is owed after all other rules; it is split as the
    entitlement is. A part for which money is short is prorated, and those after it get nothing. An adjustment that
    takes away is left out of the split.
    """
    if line.rules.proration == "by_component":
        posted = iter(schedule.parts)
        turns = [[next(posted) for _ in rates] for rates in by_written(line.components)]
    else:
        credentials = schedule.per_credential
        others = schedule.without("per_credential")
        turns = [[others], *([Schedule(per_credential=only)] for only in _each(credentials))]
    amounts = [_sum(np.maximum(entitlement(part, counts), 0.0) for part in parts) for parts in turns]
    together = _sum(amounts)
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


def _sum(dollars: Iterable[Array]) -> Array:
    return reduce(np.add, dollars)


def _each(credentials: tuple[Array, Array, Array]) -> list[tuple[Array, Array, Array]]:
    """One price at a time, from tier 3 down."""
    return [(ZERO, ZERO, credentials[2]), (ZERO, credentials[1], ZERO), (credentials[0], ZERO, ZERO)]


def cost_to_state(line: Line, ledger: Ledger, weight_cost: Array = ONE) -> Array:
    """What the line adds to the state's spending, ``[..., 1, 1]``: nothing for federal money or an unfunded weight.

    For a funded weight the main formula's appropriation grows by ``weight_cost`` dollars for each dollar that the
    weight pays (see ``seg.weight_cost``).
    """
    if line.federal or line.seg == "unfunded":
        return ledger.spent * 0.0
    return ledger.spent * weight_cost if line.seg == "funded" and weight_cost is not ONE else ledger.spent
