"""Limits and floors of a bill that bind no district on the counts that it is priced on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.funding.allocation import JOINT_STAGES
from sim.funding.line import Line
from sim.study.bill.bridge import RULE_OF_STAGE, rule_words
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
        yield "matched", rule_words("matched", [rules]), ledger.entitlement, ledger.matched
    written = (
        ("guaranteed", bool(np.any(np.asarray(rules.minimum_guarantee) > 0.0)), ledger.matched),
        ("held_harmless", rules.hold_harmless is not None, ledger.guaranteed),
        ("capped", rules.growth_cap is not None, ledger.held_harmless),
    )
    for stage, is_written, before in written:
        if is_written:
            yield stage, RULE_OF_STAGE[stage], before, getattr(ledger, stage)


@dataclass(frozen=True)
class Held:
    """Districts that a line owes less because their own spending or their share of the money bounds it.

    ``rule`` is its name; ``dollars`` ``[D]``: how much less, mean over draws.
    """

    line: str
    rule: str
    dollars: Array


def held_districts(position: Position) -> list[Held]:
    """By line, whom its local share, carry-over limit or share cap owes less in any draw."""
    found = []
    for line in position.own_lines:
        ledger = position.ledgers[line.name]
        less = np.maximum(ledger.entitlement - ledger.matched, 0.0)
        if line.rules.bounded and (less > NEAR * np.maximum(ledger.entitlement, 1.0)).any():
            bounds = line.rules.model_copy(update={"maintenance_of_effort": None})
            dollars = less[..., 0].reshape(-1, less.shape[-2]).mean(axis=0)
            found.append(Held(line.name, rule_words("matched", [bounds]), dollars))
    return found
