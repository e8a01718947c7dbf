"""The rules that hold a formula's lines together: minimum guarantee, hold harmless, growth cap, phase-in.

They work on what a district is owed by all lines together and are then split back to the lines, so that the same bill
owes the same whether it is written in one line or in several.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from sim.arrays import ZERO, Array, ratio, state_total
from sim.funding.line import Line
from sim.funding.together import same_guarantee


@dataclass(frozen=True)
class Before:
    """What the state's CTE lines paid each district before, dollars, ``[..., D, 1]``.

    ``base_year``: what they are expected to have paid in the base year, competitive awards before they are drawn.
    ``last_year``: what they paid last year, under whatever law and by whatever lines. ``before_law``: the same in the
    year before that in which the rules of the lines began to count; in that year itself it is ``last_year``. Money
    inside the main formula is no part.
    """

    base_year: Array
    last_year: Array
    before_law: Array = field(default_factory=lambda: ZERO)


@dataclass(frozen=True)
class Part:
    """A line in a year: ``matched`` dollars and ``offering`` (1 where a district has a pathway in the counts that the
    line pays on), ``[..., D, 1]``, and its posted ``minimum`` guarantee, ``ZERO`` without one."""

    line: Line
    matched: Array
    offering: Array
    minimum: Array


@dataclass(frozen=True)
class Smoothed:
    """A line's dollars after each joint rule, ``[..., D, 1]``."""

    guaranteed: Array
    held_harmless: Array
    capped: Array
    phased_in: Array


def smoothed(parts: Sequence[Part], before: Before, fiscal_year: int) -> list[Smoothed]:
    """The joint stages of lines that run together, under one rule each, for every line.

    Over the sums of all lines, district by district:

        guaranteed    = max(matched, minimum guarantee), over the lines that have the same guarantee
        held harmless = max(guaranteed, floor), floor = share x reference
        capped        = min(held harmless, (1 + growth cap) x paid last year), where something was paid last year
        phased in     = start + share of the way x (capped - start), start = the payment of the base year, of the
                        year before the law, or nothing

    Guarantee, floor and start of a phase-in hold where the district has a pathway. Neither the cap nor the phase-in
    takes a district below its floor. A sum that a rule changes is split in proportion to what each line owes the
    district after the guarantee; where none owes it anything, in equal parts over the lines that owe any district
    something, so that a line whose money the state spends itself is not charged with floors.
    """
    rules, line = parts[0].line.rules, parts[0].line
    year = line.rule_year(fiscal_year)
    owed = _guaranteed(parts)
    offering = reduce(np.maximum, (part.offering for part in parts))
    whole = _sum(owed)
    held = capped = phased = whole
    floor = None
    terms = rules.hold_harmless
    if terms is not None and (terms.years is None or year < terms.years):
        if terms.reference == "base_year":
            floor = terms.share * before.base_year * offering
        elif terms.reference == "previous_year" or year > 0:
            floor = terms.share * before.last_year * offering
    if floor is not None:
        held = capped = phased = np.maximum(whole, floor)
    if rules.growth_cap is not None and (rules.growth_cap_from == "previous_year" or year > 0):
        most = np.where(before.last_year > 0.0, (1.0 + rules.growth_cap) * before.last_year, np.inf)
        capped = phased = _not_below(np.minimum(held, most), floor)
    share = rules.phase_in_share(year)
    if share < 1.0:
        start = _start_of_phase_in(rules.phase_in_from, before, year) * offering
        phased = _not_below(start + share * (capped - start), floor)
    split = _splitter(owed, whole)
    stages = zip(owed, split(held), split(capped), split(phased), strict=True)
    return [Smoothed(*stage) for stage in stages]


def _start_of_phase_in(reference: str, before: Before, year: int) -> Array:
    """The payment from which a phase-in starts, in the ``year`` of its rules, 0 for the first."""
    if reference == "nothing":
        return ZERO
    if reference == "base_year":
        return before.base_year
    return before.before_law if year > 0 else before.last_year


def _guaranteed(parts: Sequence[Part]) -> list[Array]:
    """What each line owes after the minimum guarantees, each shared by the lines that have it."""
    owed = [part.matched for part in parts]
    if all(part.minimum is ZERO for part in parts):
        return owed
    for first, part in enumerate(parts):
        alike = [at for at, other in enumerate(parts) if same_guarantee(part.line, other.line)]
        if alike[0] < first or all(parts[at].minimum is ZERO for at in alike):
            continue
        least = reduce(np.maximum, (parts[at].minimum * parts[at].offering for at in alike))
        together = [owed[at] for at in alike]
        whole = _sum(together)
        for at, lifted in zip(alike, _splitter(together, whole)(np.maximum(whole, least)), strict=True):
            owed[at] = lifted
    return owed


def _splitter(owed: Sequence[Array], whole: Array) -> Callable[[Array], list[Array]]:
    """A function that splits a sum as what the lines owe, ``whole``, is split."""
    if len(owed) == 1:
        return lambda total: [total]
    pays = [(state_total(part) > 0.0).astype(np.float64) for part in owed]
    number = _sum(pays)
    alike = [ratio(one, number, 1.0 / len(owed)) for one in pays]
    shares = [np.where(whole > 0.0, ratio(part, whole), equal) for part, equal in zip(owed, alike, strict=True)]

    def split(total: Array) -> list[Array]:
        if total is whole:
            return list(owed)
        unmoved = total == whole
        return [np.where(unmoved, part, total * share) for part, share in zip(owed, shares, strict=True)]

    return split


def _sum(parts: Iterable[Array]) -> Array:
    return reduce(np.add, parts)


def _not_below(payment: Array, floor: Array | None) -> Array:
    return payment if floor is None else np.maximum(payment, floor)
