"""Why a district's number changed: the difference between two formulas, or two years, in ordered steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.arrays import Array
from sim.funding.allocation import STAGES, Ledger
from sim.funding.pricing import NOTHING
from sim.funding.rules import Rules
from sim.funding.schedule import Counts, Schedule, entitlement
from sim.study.bill.static_score import Position

FIRST_STEPS: tuple[str, ...] = ("prices", "counts")
"""What changes the claim, in the order in which it is changed."""

MAIN_STEP = "main_formula"
"""The last step: money of the main formula lost or regained because its unit value moved."""

RULE_OF_STAGE: Mapping[str, str] = {
    "entitlement": "limits",
    "matched": "local share, effort, carry-over, share cap and maximum",
    "guaranteed": "minimum guarantee",
    "held_harmless": "hold harmless",
    "capped": "growth cap",
    "phased_in": "phase-in",
    "paid": "proration",
}
"""The rule that leads to a stage of the ledger from the stage before it."""

BOUNDS: Mapping[str, str] = {
    "local_match": "local share",
    "maintenance_of_effort": "effort",
    "carryover": "carry-over",
    "share_cap": "share cap",
    "maximum_payment": "maximum payment",
}
"""The rules that lead to ``matched``, by their keys."""


def rule_words(stage: str, rules: Iterable[Rules]) -> str:
    """The rule that leads to a stage, by name; where several do, those of them that are written."""
    if stage != "matched":
        return RULE_OF_STAGE[stage]
    written = list(rules)
    named = [
        words
        for key, words in BOUNDS.items()
        if any(np.any(getattr(one, key)) or any(key in case.written for case in one.differs) for one in written)
    ]
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0] if named else RULE_OF_STAGE[stage]


STEPS: tuple[str, ...] = (*FIRST_STEPS, *STAGES[1:], MAIN_STEP)
"""All steps in their order; those after prices and counts are named by the stage of the ledger they lead to."""


@dataclass(frozen=True)
class Bridge:
    """From ``start`` to ``end``, net dollars to each district ``[..., D, 1]``, by ``steps`` that sum to the difference.

    ``prices``: other posted prices on the counts of the start. ``counts``: other counts at the prices of the end. Then
    what each rule does to the payment at the end less what it did at the start: limits, local share and carry-over,
    minimum guarantee, hold harmless, growth cap, phase-in, proration. Last, the main formula's unit value.
    """

    start: Array
    end: Array
    steps: Mapping[str, Array]


def bridge(before: Position, after: Position) -> Bridge:
    """Explain the change in net payment of own lines between two positions on the same districts.

    Lines are matched by name; one that stands on one side only has no prices on the other. The order of prices and
    counts matters where both change: prices are moved first, so that a change of formula on the same counts is all
    prices and rules, and a change of year under the same formula is all counts and rules.
    """
    names = sorted({line.name for position in (before, after) for line in position.own_lines})
    nothing = before.dilution * 0.0 + after.dilution * 0.0
    steps = dict.fromkeys(STEPS, nothing)
    for name in names:
        old, new = _line(before, name), _line(after, name)
        counts_before = _counts(before, after, name)
        counts_after = _counts(after, before, name)
        first = entitlement(old, counts_before)
        repriced = entitlement(new, counts_before)
        steps["prices"] = steps["prices"] + (repriced - first)
        steps["counts"] = steps["counts"] + (entitlement(new, counts_after) - repriced)
        for earlier, later in pairwise(STAGES):
            moved = _moved(after.ledgers.get(name), earlier, later) - _moved(before.ledgers.get(name), earlier, later)
            steps[later] = steps[later] + moved
    steps[MAIN_STEP] = before.dilution - after.dilution
    return Bridge(before.net(), after.net(), steps)


def _line(position: Position, name: str) -> Schedule:
    return position.offers[name].schedule if name in position.offers else NOTHING


def _counts(position: Position, other: Position, name: str) -> Counts:
    """The counts that a line pays on; where it stands only on the other side, the counts of this side's other lines."""
    if name in position.counts:
        return position.counts[name]
    return next(iter(position.counts.values()), other.counts[name])


def _moved(ledger: Ledger | None, earlier: str, later: str) -> Array | float:
    if ledger is None:
        return 0.0
    difference: Array = getattr(ledger, later) - getattr(ledger, earlier)
    return difference
