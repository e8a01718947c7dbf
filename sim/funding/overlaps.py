"""Where conditions of a formula meet: two rates or rules that could both hold, and which of them counts; and where
they leave a range without a district."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from sim.arrays import Array, BoolArray
from sim.funding import conditions
from sim.funding.cases import Case
from sim.funding.components import Component
from sim.funding.conditions import Where
from sim.funding.empty_bands import empty_in_words
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.world.world import World

NAMED = 3
"""Districts that are named."""


def overlaps(formula: Formula, world: World) -> list[str]:
    """In words, where two of a formula's own rates or rules that differ by condition could both hold, and which counts
    there; and conditions that hold in every district, so that they change nothing."""
    members, several = world.districts.membership[:, np.newaxis], len(formula.own_lines) > 1
    said: list[str] = []
    for line in formula.own_lines:
        start = f"{line.name}, " if several else ""
        said += [f"{start}{one}" for one in _of_rates(line, world, members)]
        said += [f"{start}{one}" for one in _of_rules(line.rules.differs, world, members)]
        if line.where is not None and _everywhere(line.where, world, members):
            said.append(f"{line.name}: its where holds in every district.")
    return [*said, *_of_rules(formula.rules.differs, world, members), *empty_in_words(formula, world)]


def _of_rates(line: Line, world: World, members: Array) -> Iterator[str]:
    for place, component in enumerate(line.components):
        if component.where is None:
            continue
        if _everywhere(component.where, world, members):
            yield f"{component.label}: its where holds in every district."
        before = _earlier(component, line)
        if before is not None:
            rest = component.where.model_copy(update={"unless": None})
            both = conditions.holds(rest, world, members) & conditions.holds(before, world, members)
            if both.any():
                where = _districts(both, world)
                yield f"{component.label}: in {where} the condition of an earlier rate holds too, and that rate counts."
        for other in line.components[:place]:
            if _alike(other, component) and other.where is not None:
                both = conditions.holds(component.where, world, members) & conditions.holds(other.where, world, members)
                if both.any():
                    where = _districts(both, world)
                    yield f"{component.label} and {other.label}: in {where} both hold, and both are paid."


def _earlier(component: Component, line: Line) -> Where | None:
    """What a rate leaves out because other rates of the same component come before it; None for one that has a
    condition of its own, and for what holds elsewhere."""
    where = component.where
    if where is None or where.unless is None:
        return None
    if all(getattr(where, key) is None for key in type(where).model_fields if key != "unless"):
        return None
    left_out = where.unless.any_of or (where.unless,)
    others = [other.where for other in line.components if other is not component and type(other) is type(component)]
    found = any(one == other.model_copy(update={"unless": None}) for one in left_out for other in others if other)
    return where.unless if found else None


def _alike(one: Component, other: Component) -> bool:
    """Whether two components pay for the same thing."""
    return type(one) is type(other) and getattr(one, "count", None) == getattr(other, "count", None)


def _of_rules(cases: Sequence[Case], world: World, members: Array) -> Iterator[str]:
    for one, other in combinations(cases, 2):
        shared = [key.replace("_", " ") for key in one.written if key in other.written]
        both = conditions.holds(one.where, world, members) & conditions.holds(other.where, world, members)
        if shared and both.any():
            where = _districts(both, world)
            yield f"{' and '.join(shared)}: in {where} two conditions under differs hold, and the first counts."


def _everywhere(where: Where, world: World, members: Array) -> bool:
    return bool(conditions.holds(where, world, members).all())


def _districts(both: BoolArray, world: World) -> str:
    """How many districts, and the first of them by name."""
    places = np.flatnonzero(both.any(axis=-1))
    names = [world.districts.name[place] for place in places[:NAMED]]
    more = f" and {len(places) - len(names)} more" if len(places) > len(names) else ""
    return f"{len(places)} district{'s' if len(places) > 1 else ''} ({', '.join(names)}{more})"
