"""Sentences of floors, with the bounds of lines that hold them down."""

from collections.abc import Iterable, Sequence
from typing import cast

from sim.funding.bounds import bounds_written, everywhere
from sim.funding.components.component import money, percent
from sim.funding.line import Line
from sim.funding.rules import Rules
from sim.funding.terms import ShareCap

FLOORS: tuple[str, ...] = ("is owed, before proration, less than", "is owed at least")
"""By what the sentence of a hold harmless or a minimum guarantee is known."""

SPENDING = {"local_match": "its own CTE spending matches", "carryover": "its CTE spending and its carry-over allow"}


def within_bounds(sentences: Iterable[str], lines: Sequence[Line]) -> list[str]:
    """The sentences of rules that hold these lines together, a floor with what it is bounded by: no floor lifts what a
    line pays above the line's own bounds."""
    bounded = [(line, words) for line in lines if (words := bound_words(line.rules))]
    if not bounded:
        return list(sentences)
    if len(lines) == 1:
        most = f", but no more than {bounded[0][1]}"
    else:
        most = f", but {' and '.join(f'of {line.called} no more than {words}' for line, words in bounded)}"
    return [f"{one[:-1]}{most}." if any(floor in one for floor in FLOORS) else one for one in sentences]


def bound_words(rules: Rules) -> str:
    """What a line pays a district at most, in words; nothing where it has no bound."""
    said = [_most(rules, key) for key in bounds_written(rules)]
    return f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else "".join(said)


def bound_sentences(rules: Rules, key: str) -> list[str]:
    """What the rules say of one bound: everywhere, and where a condition holds."""
    said = list(rules.alone(key, getattr(rules, key))) if everywhere(rules, key) else []
    return said + rules.cases_in_words({key})


def _most(rules: Rules, key: str) -> str:
    if key in SPENDING:
        return f"what {SPENDING[key]}{'' if everywhere(rules, key) else ' where that is asked'}"
    if key == "maximum_payment":
        differs = any(key in case.written for case in rules.differs)
        return "its maximum payment" if differs else money(cast(float, rules.maximum_payment))
    cap = cast(ShareCap, rules.share_cap)
    most = percent(cap.share) if cap.share is not None else f"its share of the state's {cap.of}"
    return f"{most} of the line's money"
