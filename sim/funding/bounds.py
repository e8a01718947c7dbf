"""Bounds of a line: what a district is paid at most for its own spending, its share of the money, or in dollars."""

from typing import Any

from sim.arrays import some
from sim.funding.line import Line
from sim.funding.rules import UNRULED, Rules

BOUND_KEYS: tuple[str, ...] = ("local_match", "carryover", "share_cap", "maximum_payment")
"""The rules that bind a line at every stage, floors included; maintenance of effort, which lessens all, is none."""


def bounds_written(rules: Rules) -> list[str]:
    """The bounds that are written, everywhere or where a condition holds."""
    return [key for key in BOUND_KEYS if everywhere(rules, key) or any(case.written.get(key) for case in rules.differs)]


def everywhere(rules: Rules, key: str) -> bool:
    """Whether a bound is written for all districts."""
    value = getattr(rules, key)
    return some(value) if key == "local_match" else value is not None


def without_bound(line: Line, *keys: str) -> Line:
    """The line without some of its bounds, wherever they hold."""
    neutral: dict[str, Any] = {key: getattr(UNRULED, key) for key in keys}
    cases = tuple(
        case.model_copy(
            update={**dict.fromkeys(key for key in keys if key in case.written), "lifts": _left(case.lifts, keys)}
        )
        for case in line.rules.differs
    )
    kept = tuple(case for case in cases if case.written)
    return line.model_copy(update={"rules": line.rules.model_copy(update={**neutral, "differs": kept})})


def _left(lifts: tuple[Any, ...], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(key for key in lifts if key not in keys)
