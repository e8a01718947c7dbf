"""Which of a formula's lines are held together by its joint rules, and what is wrong with how these are written.

Hold harmless, growth cap and phase-in work on what a district is owed by all state lines of the formula that run at the
same time, whatever number of lines that is; a minimum guarantee on the lines that have the same. Money inside the main
formula, federal money, background lines and lines that stand ``apart`` are outside.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from sim.funding.line import Line
from sim.funding.rules import REFERRING, JointRules, joint_cases, refer
from sim.states.speaking import state_words
from sim.states.words import listed

NEVER = 10_000
"""Later than any fiscal year."""


class Problem(NamedTuple):
    """What is wrong with a joint rule: the line (None for the formula's own ``rules``), the key, and why."""

    line: str | None
    key: str
    said: str


def groups(rules: JointRules, lines: Sequence[Line], takes_effect: int) -> list[tuple[Line, ...]]:
    """Lines whose referring rules count years together, each group in the order of the file.

    All of the formula's lines where its own ``rules`` have any, else those that run at the same time, directly or
    through others.
    """
    joint = [line for line in lines if line.joint]
    if rules.refers:
        return [tuple(joint)] if joint else []
    found: list[tuple[Line, ...]] = []
    for line in joint:
        meets = [any(overlap(line, other, takes_effect) for other in group) for group in found]
        met = tuple(other for group, meeting in zip(found, meets, strict=True) if meeting for other in group)
        found = [group for group, meeting in zip(found, meets, strict=True) if not meeting]
        found.append((*met, line))
    return found


def overlap(one: Line, other: Line, takes_effect: int) -> bool:
    """Whether two lines run in a same fiscal year from the one in which their formula takes effect."""
    first = max(takes_effect, one.start_year or takes_effect, other.start_year or takes_effect)
    return first <= min(one.sunset_year or NEVER, other.sunset_year or NEVER)


def same_guarantee(one: Line, other: Line) -> bool:
    """Whether two lines have the same minimum guarantee; in a batch of runs, in each of them."""
    return all(
        np.array_equal(one.rules.guarantee(charter), other.rules.guarantee(charter)) for charter in (False, True)
    )


def held_together(one: Line, other: Line) -> bool:
    """Whether a joint rule makes what one of two lines owes depend on the other, where both run."""
    if not (one.joint and other.joint):
        return False
    written = one.rules.written_joint
    if any(key in REFERRING for key in written) or refer(one.rules.differs):
        return True
    return bool(written) and same_guarantee(one, other)


def problem_with(rules: JointRules, lines: Sequence[Line], takes_effect: int) -> Problem | None:
    """The first thing that is wrong with a formula's joint rules, or None."""
    return next(_problems(rules, lines, takes_effect), None)


def _problems(rules: JointRules, lines: Sequence[Line], takes_effect: int) -> Iterator[Problem]:
    joint = [line for line in lines if line.joint]
    for key in () if joint else (*rules.written, *(["differs"] if rules.differs else [])):
        yield Problem(
            None, key, f"holds for nothing: money in {state_words().main}, federal and background money are outside it"
        )
    for line in joint:
        for key in rules.written:
            if key in line.rules.written_joint:
                yield Problem(line.name, key, "stands under the formula's rules too; write it there alone")
        if rules.differs and joint_cases(line.rules.differs):
            yield Problem(line.name, "differs", "has rules over all lines, as the formula's rules do; write them there")
    for line in lines:
        if not line.joint and joint_cases(line.rules.differs):
            yield Problem(line.name, "differs", "has rules over all of a formula's own lines, of which this is none")
        if line.seg != "outside":
            for key in line.rules.written_joint:
                yield Problem(
                    line.name, key, f"cannot hold for money inside {state_words().main}, whose units are paid in full"
                )
        elif not line.joint:
            for key in (key for key in line.rules.written_joint if key in REFERRING):
                kind = "federal" if line.federal else "background" if line.background else "separate"
                yield Problem(line.name, key, f"counts what the formula pays, of which {kind} money is no part")
    for one, other in combinations(joint, 2):
        if overlap(one, other, takes_effect):
            cases, others = (joint_cases(line.rules.differs, REFERRING) for line in (one, other))
            if cases != others:
                has, lacks = (other, one) if others else (one, other)
                keys = [key for case in (*others, *cases) for key in case.written if key in REFERRING]
                yield Problem(has.name, "differs", f"({listed(list(dict.fromkeys(keys)))}) {_one_rule(lacks)}")
            for key in REFERRING:
                mine, theirs = _said(one, key), _said(other, key)
                if mine != theirs:
                    has, lacks = (other, one) if theirs is not None else (one, other)
                    yield Problem(has.name, key, _one_rule(lacks))


def _one_rule(lacks: Line) -> str:
    return (
        f"differs from line {lacks.name}, which runs at the same time; one rule holds for all lines together: write it "
        "under the formula's rules, and apart: true in a line that is to stand outside"
    )


def _said(line: Line, key: str) -> Any:
    """What a line says of a rule; where a rule starts from says nothing without the rule."""
    rule = getattr(line.rules, key.removesuffix("_from"))
    return getattr(line.rules, key) if rule not in (None, ()) else None
