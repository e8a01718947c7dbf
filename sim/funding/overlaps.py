"""Where conditions of a formula meet: two rates or rules that could both hold, and which of them counts; and where
they leave a range without a district."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from sim.arrays import Array, BoolArray
from sim.funding import conditions
from sim.funding.cases import Case
from sim.funding.components import Component
from sim.funding.conditions import Where
from sim.funding.empty_bands import empty_in_words
from sim.funding.formula import Formula
from sim.funding.line import Line, called_apart
from sim.states.words import listed
from sim.world.world import World

NAMED = 3
"""Districts that are named."""

Paying = Mapping[str, Sequence[BoolArray]]
"""By line the districts ``[D]`` in which each of its components brings money."""


def overlaps(formula: Formula, world: World, paying: Paying | None = None) -> list[str]:
    """In words, where two of a formula's own rates or rules that differ by condition could both hold, and which counts
    there; and conditions that hold in every district, so that they change nothing.

    With ``paying`` only lines that it names are told of, and of rates only districts in which they bring money.
    """
    members, titles = world.districts.membership[:, np.newaxis], called_apart(formula.own_lines)
    told = [line for line in formula.own_lines if paying is None or line.name in paying]
    said: list[str] = []
    for line in told:
        start = f"{titles[line.name]}, " if len(told) > 1 else ""
        everywhere = [np.ones(len(members), np.bool_)] * len(line.components)
        said += [f"{start}{one}" for one in _of_rates(line, world, members, (paying or {}).get(line.name, everywhere))]
        said += [f"{start}{one}" for one in _of_rules(line.rules.differs, world, members)]
        if line.where is not None and _everywhere(line.where, world, members):
            said.append(f"{titles[line.name]}: its where holds in every district.")
    return [*said, *_of_rules(formula.rules.differs, world, members), *empty_in_words(formula, world)]


def _of_rates(line: Line, world: World, members: Array, pays: Sequence[BoolArray]) -> Iterator[str]:
    added: list[int] = []
    several = np.zeros(len(members), np.bool_)
    for place, component in enumerate(line.components):
        if component.where is None:
            continue
        if _everywhere(component.where, world, members):
            yield f"{component.label}: its where holds in every district."
        before = _earlier(component, line)
        if before is not None:
            rest = component.where.model_copy(update={"unless": None})
            both = conditions.holds(rest, world, members) & conditions.holds(before, world, members)
            paid = np.any([pays[at] for at, other in enumerate(line.components) if _alike(other, component)], axis=0)
            if (found := _anywhere(both) & paid).any():
                where = _districts(found, world)
                yield f"{component.label}: in {where} the condition of an earlier rate holds too, and that rate counts."
        for at, other in enumerate(line.components[:place]):
            if not _alike(other, component) or other.where is None:
                continue
            both = conditions.holds(component.where, world, members) & conditions.holds(other.where, world, members)
            found = _anywhere(both) & pays[place] & pays[at]
            if not found.any():
                continue
            if _alternatives(other.where, component.where):
                where = _districts(found, world)
                yield f"{component.label} and {other.label}: in {where} both hold, and both are paid."
            else:
                added += [one for one in (at, place) if one not in added]
                several |= found
    if added:
        names = listed([line.components[at].label for at in sorted(added)])
        yield f"{names}: where several of these hold, as in {_districts(several, world)}, they are added."


def _alternatives(one: Where, other: Where) -> bool:
    """Whether two conditions look as if one of them held in a place and not the other: they say different things of the
    same, as two bands of size that meet. What adds a condition to another, or is of something else, is no alternative.
    """
    keys = [key for key in type(one).model_fields if key not in ("unless", "any_of")]
    return any(getattr(one, key) != getattr(other, key) for key in keys if getattr(one, key) and getattr(other, key))


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
            where = _districts(_anywhere(both), world)
            yield f"{' and '.join(shared)}: in {where} two conditions under differs hold, and the first counts."


def _anywhere(both: BoolArray) -> BoolArray:
    """The districts ``[D]`` in which something holds for any cluster."""
    there: BoolArray = np.any(both, axis=-1)
    return there


def _everywhere(where: Where, world: World, members: Array) -> bool:
    return bool(conditions.holds(where, world, members).all())


def _districts(there: BoolArray, world: World) -> str:
    """How many districts, and the first of them by name."""
    places = np.flatnonzero(there)
    names = [world.districts.name[place] for place in places[:NAMED]]
    more = f" and {len(places) - len(names)} more" if len(places) > len(names) else ""
    return f"{len(places)} district{'s' if len(places) > 1 else ''} ({', '.join(names)}{more})"
