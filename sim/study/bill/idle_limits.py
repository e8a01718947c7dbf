"""Limits and floors of a bill that bind no district on the counts of its price; whom bounds and minimums owe less."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.engine.ensemble import Ensemble
from sim.funding.allocation import JOINT_STAGES
from sim.funding.bounds import bounds_written, without_bound
from sim.funding.components import Base
from sim.funding.components.component import percent
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.study.bill.bridge import BOUNDS, RULE_OF_STAGE
from sim.study.bill.static_score import Position, base_year_position

NEAR = 1e-9
"""By what share of itself a payment must move for a rule to have moved it."""

OWED = "phased_in"
"""The stage at which a line owes what all rules leave, before proration."""


def idle_limits(position: Position) -> list[tuple[str, str]]:
    """The line, and the limit or floor of it that changes no district's payment in any draw; a rule over all lines is
    told once, of ``all lines``. Bounds, which hold floors down too: ``bounds_that_hold``."""
    joint: dict[str, list[bool]] = {}
    found = []
    for line in position.own_lines:
        for stage, rule, before, after in _moved(line, position):
            idle = not _differ(after, before)
            if stage in JOINT_STAGES and line.joint:
                joint.setdefault(rule, []).append(idle)
            elif idle:
                found.append((line.name, rule))
    return [*found, *(("all lines", rule) for rule, idle in joint.items() if all(idle))]


def _moved(line: Line, position: Position) -> Iterator[tuple[str, str, Array, Array]]:
    """Each limit and floor that a line has, with its stage, and what is owed before and after it."""
    ledger, rules = position.ledgers[line.name], line.rules
    limits = [component.label for component in line.components if component.limits_counts]
    if limits:
        named = " and ".join(label.replace("_", " ") for label in limits)
        yield "entitlement", f"limits of {named}", ledger.claimed, ledger.entitlement
    written = (
        ("guaranteed", bool(np.any(np.asarray(rules.minimum_guarantee) > 0.0)), ledger.matched),
        ("held_harmless", holds_harmless(line, position.fiscal_year), ledger.guaranteed),
        ("capped", rules.growth_cap is not None, ledger.held_harmless),
    )
    for stage, is_written, before in written:
        if is_written:
            yield stage, RULE_OF_STAGE[stage], before, getattr(ledger, stage)


def _differ(one: Array, other: Array) -> bool:
    return bool((np.abs(one - other) > NEAR * np.maximum(np.abs(other), 1.0)).any())


@dataclass(frozen=True)
class Held:
    """Districts that are owed less because a bound of a line holds there: a local share, a carry-over limit, a share
    cap, a maximum, the highest share that the state pays, or a fewest number of concentrators that they do not reach.

    ``rule`` is its name; ``dollars`` ``[D]``: how much less all lines owe than without it, before proration, mean over
    draws; nothing of districts that are owed as much or more.
    """

    line: str
    rule: str
    dollars: Array


def bounds_that_hold(
    ensemble: Ensemble, formula: Formula, position: Position
) -> tuple[list[Held], list[tuple[str, str]]]:
    """The bounds of the own lines in force that owe any district less in any draw, and those that move no district's
    payment, each by pricing the formula with and without it: a bound may do nothing to what is earned and yet hold
    down a floor. Where several of a line hold the same districts, so that none alone makes a difference, they are told
    together."""
    held, idle = list[Held](), list[tuple[str, str]]()
    for line in position.own_lines:
        written = formula.line(line.name)
        keys = bounds_written(written.rules)
        moving = []
        for key in keys:
            dollars, moves = _owed_less(ensemble, formula, position, without_bound(written, key))
            if moves:
                moving.append(key)
                held += [Held(line.name, BOUNDS[key], dollars)] if (dollars > 0.0).any() else []
        if len(keys) > 1 and not moving:
            dollars, moves = _owed_less(ensemble, formula, position, without_bound(written, *keys))
            if moves:
                moving = keys
                held.append(Held(line.name, " and ".join(BOUNDS[key] for key in keys), dollars))
        idle += [(line.name, BOUNDS[key]) for key in keys if key not in moving]
    return held, idle


def ends_of_state_shares(
    ensemble: Ensemble, formula: Formula, position: Position
) -> tuple[list[Held], list[tuple[str, str]]]:
    """Whom the highest share that the state pays owes less, and the ends of shares by wealth that move no district's
    payment, each by pricing the formula without that end."""
    held, idle = list[Held](), list[tuple[str, str]]()
    for line in position.own_lines:
        written = formula.line(line.name)
        share = written.rules.state_share
        if share is None:
            continue
        for end, at, free in (("least", share.least, 0.0), ("most", share.most, 1.0)):
            if at == free:
                continue
            rules = written.rules.model_copy(update={"state_share": share.model_copy(update={end: free})})
            dollars, moves = _owed_less(ensemble, formula, position, written.model_copy(update={"rules": rules}))
            rule = f"{'lowest' if end == 'least' else 'highest'} share that the state pays, {percent(at)}"
            if not moves:
                idle.append((line.name, rule))
            elif (dollars > 0.0).any():
                held.append(Held(line.name, rule, dollars))
    return held, idle


def left_out_by_minimums(ensemble: Ensemble, formula: Formula, position: Position) -> list[Held]:
    """Whom a base with a fewest number of concentrators leaves out, line by line, each by pricing the formula without
    it; components that ask for the same number are told together."""
    held = []
    for line in position.own_lines:
        written = formula.line(line.name)
        asked: dict[float, list[Base]] = {}
        for part in written.components:
            if isinstance(part, Base) and part.limits_counts:
                asked.setdefault(float(part.minimum_concentrators), []).append(part)
        for least, parts in asked.items():
            free = tuple(
                part.model_copy(update={"minimum_concentrators": 0.0}) if part in parts else part
                for part in written.components
            )
            dollars, _ = _owed_less(ensemble, formula, position, written.model_copy(update={"components": free}))
            if (dollars > 0.0).any():
                named = " and ".join(part.label for part in parts)
                held.append(Held(line.name, f"minimum of {least:g} concentrators ({named})", dollars))
    return held


def _owed_less(ensemble: Ensemble, formula: Formula, position: Position, line: Line) -> tuple[Array, bool]:
    """How much less each district is owed than with this ``line`` in the formula, dollars ``[D]``, mean over draws, and
    whether any district's payment moves in any draw."""
    lines = tuple(line if one.name == line.name else one for one in formula.lines)
    other = base_year_position(ensemble, formula.model_copy(update={"lines": lines}), year=position.fiscal_year)
    free, bound = other.stage(OWED), position.stage(OWED)
    moves = _differ(free, bound) or _differ(other.ledgers[line.name].phased_in, position.ledgers[line.name].phased_in)
    less = np.where(free - bound > NEAR * np.maximum(free, 1.0), free - bound, 0.0)
    return less[..., 0].reshape(-1, less.shape[-2]).mean(axis=0), moves


def holds_harmless(line: Line, fiscal_year: int) -> bool:
    """Whether a hold harmless of the line is written and has not ended by a fiscal year."""
    terms = line.rules.hold_harmless
    return terms is not None and (terms.years is None or line.rule_year(fiscal_year) < terms.years)
