"""Limits and floors of a bill that bind no district on the counts that it is priced on."""

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.funding.allocation import JOINT_STAGES
from sim.funding.line import Line
from sim.funding.rules import Rules
from sim.study.bill.bridge import RULE_OF_STAGE
from sim.study.bill.static_score import Position

NEAR = 1e-9
"""By what share of itself a payment must move for a rule to have moved it."""


def idle_limits(position: Position) -> list[tuple[str, str]]:
    """The line, and the limit or rule of it that changes no district's payment in any draw; a rule over all lines is
    told once, of ``all lines``."""
    joint: dict[str, list[bool]] = {}
    found = []
    for line in position.own_lines:
        for stage, rule, before, after in _moved(line, position):
            idle = not (np.abs(after - before) > NEAR * np.maximum(np.abs(before), 1.0)).any()
            if stage in JOINT_STAGES and line.joint:
                joint.setdefault(rule, []).append(idle)
            elif idle:
                found.append((line.name, rule))
    return [*found, *(("all lines", rule) for rule, idle in joint.items() if all(idle))]


def _moved(line: Line, position: Position) -> Iterator[tuple[str, str, Array, Array]]:
    """Each limit and rule that a line has, with its stage, and what is owed before and after it."""
    ledger, rules = position.ledgers[line.name], line.rules
    limits = [component.label for component in line.components if component.limits_counts]
    if limits:
        named = " and ".join(label.replace("_", " ") for label in limits)
        yield "entitlement", f"limits of {named}", ledger.claimed, ledger.entitlement
    if rules.bounded:
        yield "matched", _bounds(rules), ledger.entitlement, ledger.matched
    written = (
        ("guaranteed", bool(np.any(np.asarray(rules.minimum_guarantee) > 0.0)), ledger.matched),
        ("held_harmless", rules.hold_harmless is not None, ledger.guaranteed),
        ("capped", rules.growth_cap is not None, ledger.held_harmless),
    )
    for stage, is_written, before in written:
        if is_written:
            yield stage, RULE_OF_STAGE[stage], before, getattr(ledger, stage)


def _bounds(rules: Rules) -> str:
    named = {
        "local match": bool(np.any(rules.local_match)),
        "carry-over limit": rules.carryover is not None,
        "share cap": rules.share_cap is not None,
    }
    return " and ".join(name for name, written in named.items() if written)
