"""Ranges of a number in which no district lies today, of a list of which another one holds for some.

A sliding scale is written in even steps, and between two of its ends there may be no district: membership moves, and
then there is one. So such a range is no mistake, as one condition that holds for nobody is; a price tells of it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.arrays import BoolArray
from sim.funding import conditions
from sim.funding.bands import Band
from sim.funding.cases import Case
from sim.funding.components import Component, SizeAdjustment
from sim.funding.components.component import by_written
from sim.funding.conditions import Where
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.inputs import Part
from sim.states.words import listed
from sim.world.world import World

Bands = dict[str, Band]
"""Ranges of numbers by their keys."""


class OneOf(NamedTuple):
    """A condition of a list: the way to it from its line, as it holds, and its ranges, if that is all that is written;
    none for where no other of the list holds. ``again`` are the ways to it in those after it, which leave it out."""

    way: tuple[Part, ...]
    where: Where
    ranges: Bands | None
    elsewhere: bool = False
    again: tuple[tuple[Part, ...], ...] = ()


class Listed(NamedTuple):
    """Conditions of one list, and what it is called."""

    called: str
    conditions: tuple[OneOf, ...]
    in_order: bool
    """Whether one counts only where none before it holds."""


def empty_today(line: Line, world: World) -> set[tuple[Part, ...]]:
    """The ways from a line to its ranges in which no district lies today, where another of the same list has some."""
    return {way for found in _lists(line) for one in _empty(found, world, line.where) for way in (one.way, *one.again)}


def empty_cases(cases: Sequence[Case], world: World) -> set[tuple[Part, ...]]:
    """The same of a formula's own rules that differ by condition."""
    return {one.way for one in _empty(_of_rules(cases), world, None)}


def empty_in_words(formula: Formula, world: World) -> list[str]:
    """A sentence for each list of a formula with ranges in which no district lies today."""
    lists = [(line.where, found) for line in formula.own_lines for found in _lists(line)]
    lists.append((None, _of_rules(formula.rules.differs)))
    said = [_sentence(found, empty) for where, found in lists if (empty := _empty(found, world, where))]
    return list(dict.fromkeys(said))


def _lists(line: Line) -> Iterator[Listed]:
    place = 0
    for rates in by_written(line.components):
        way: tuple[Part, ...] = ("components", place, str(getattr(rates[0], "kind", "")))
        if isinstance(rates[0], SizeAdjustment):
            bands = [
                OneOf((*way, "bands", number, "where"), band.where, _ranges(band.where))
                for number, band in enumerate(rates[0].bands)
            ]
            yield Listed(rates[0].label, tuple(bands), in_order=False)
        if len(rates) > 1:
            yield Listed(rates[-1].label, tuple(_rates(rates, place)), in_order=True)
        place += len(rates)
    yield _of_rules(line.rules.differs)


def _of_rules(cases: Sequence[Case]) -> Listed:
    ways = [("rules", "differs", number, "where") for number in range(len(cases))]
    found = [OneOf(way, case.where, _ranges(case.where)) for way, case in zip(ways, cases, strict=True)]
    return Listed("rules that differ by condition", tuple(found), in_order=False)


def _rates(rates: Sequence[Component], place: int) -> Iterator[OneOf]:
    """The conditions of the rates of one component, each without those before it, and last where none of them holds."""
    last = rates[-1].where
    assert last is not None
    kept = {key for key in last.model_fields_set if key != "unless" and getattr(last, key) is not None}
    of_its_own = len(_left_out(last)) - (len(rates) - 1)
    ways = [
        ("components", place + number, str(getattr(rate, "kind", "")), "where") for number, rate in enumerate(rates)
    ]
    for number, rate in enumerate(rates):
        assert rate.where is not None
        written = rate.where.model_copy(update=dict.fromkeys([*kept, "unless"]))
        alone = len(_left_out(rate.where)) - number == of_its_own
        again = tuple(
            (*ways[later], "unless", *(("any_of", len(left) - later + number) if len(left) > 1 else ()))
            for later in range(number + 1, len(rates))
            if (left := _left_out(rates[later].where))
        )
        yield OneOf(ways[number], rate.where, _ranges(written) if alone else None, rate is rates[-1], again)


def _left_out(where: Where | None) -> Sequence[Where]:
    if where is None or where.unless is None:
        return ()
    alone = all(getattr(where.unless, key) is None for key in Where.model_fields if key != "any_of")
    return where.unless.any_of if alone and where.unless.any_of is not None else (where.unless,)


def _ranges(where: Where) -> Bands | None:
    """The ranges of a condition that says nothing else."""
    ranges = {key: band for key, band in where.bands() if band is not None}
    others = [key for key in Where.model_fields if key not in ranges and getattr(where, key) is not None]
    return None if others else ranges


def _empty(found: Listed, world: World, line: Where | None) -> list[OneOf]:
    """The ranges of a list in which no district lies, if any lies in another, but for those that nothing can reach."""
    members = world.districts.membership[:, np.newaxis]
    inside = None if line is None else conditions.holds(line, world, members)

    def holds(where: Where) -> bool:
        here: BoolArray = conditions.holds(where, world, members)
        return bool((here if inside is None else here & inside).any())

    def left_out(number: int) -> bool:
        """Whether it is those before it that leave a condition no district, and more than numbers may move out of."""
        one, before = found.conditions[number], [other.ranges for other in found.conditions[:number]]
        if not found.in_order:
            return False
        if None in before and (one.elsewhere or holds(one.where.model_copy(update={"unless": None}))):
            return True
        return _covered(one, before)

    held = [holds(one.where) for one in found.conditions]
    if not any(here for here, one in zip(held, found.conditions, strict=True) if not one.elsewhere):
        return []
    return [
        one
        for number, one in enumerate(found.conditions)
        if not held[number] and one.ranges is not None and not left_out(number)
    ]


def _covered(one: OneOf, before: Sequence[Bands | None]) -> bool:
    """Whether by what is written no number is left to a condition by those before it."""
    ranges = one.ranges or {}
    earlier = [other for other in before if other]
    if any(all(key in ranges and ranges[key].within(band) for key, band in other.items()) for other in earlier):
        return True
    keys = {next(iter(other)) for other in earlier if len(other) == 1}
    return any(
        not _rest(_ends(ranges.get(key)), [_ends(other[key]) for other in earlier if list(other) == [key]])
        for key in keys
    )


def _ends(band: Band | None) -> tuple[float, float]:
    """From where to where a range is; all that is possible where there is none."""
    low = 0.0 if band is None or band.at_least is None else float(band.at_least)
    return low, np.inf if band is None or band.below is None else float(band.below)


def _rest(range_: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    """Whether anything of a range is left by others."""
    low, high = range_
    for least, most in sorted(taken):
        if least > low:
            break
        low = max(low, most)
    return low < high


def _sentence(found: Listed, empty: Sequence[OneOf]) -> str:
    which = [_in_words(one) for one in empty]
    key = which[0].partition(" ")[0]
    alike = all(one.ranges and len(one.ranges) == 1 and next(iter(one.ranges)) == key for one in empty)
    said = f"{key} {listed([one.partition(' ')[2] for one in which])}" if alike else listed(which)
    number = sum(not one.elsewhere for one in found.conditions)
    return f"No district lies today in {len(empty)} of the {number} bands of {found.called}: {said}."


def _in_words(one: OneOf) -> str:
    if one.elsewhere or not one.ranges:
        return "what lies in none of the others"
    return " with ".join(f"{key} {_from_to(band)}" for key, band in one.ranges.items())


def _from_to(band: Band) -> str:
    if band.at_least is None:
        return f"below {band.below:,.6g}"
    return f"of {band.at_least:,.6g} or more" if band.below is None else f"{band.at_least:,.6g} to {band.below:,.6g}"
