"""Whether a formula does what it says: parts that never pay, keys that change nothing, words that match nothing, years
that never come. Everything here can be read without an error and would be simulated without a word."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from sim.arrays import Array
from sim.funding import conditions
from sim.funding.appropriation import DemandWithCap, Fixed, Indexed, Once, ShareOfRevenue
from sim.funding.cases import Case
from sim.funding.components import Component
from sim.funding.components.component import Strict
from sim.funding.components.tiers import TIER_WORDS, Tier, Tiered
from sim.funding.empty_bands import empty_cases, empty_today
from sim.funding.formula import ALWAYS, Formula
from sim.funding.line import Line
from sim.funding.pricing import coverage
from sim.inputs import Mistake, Part, nearest, shown
from sim.world.world import World

FARTHEST = 60
"""Years after the base year that a study may simulate at most."""


def way(formula: Formula, place: int) -> tuple[Part, ...]:
    """Where the line at a ``place`` of a formula stands in its file: at the top, if it is named after the file, as the
    one is that the file's own keys are about; else in the list of lines."""
    return () if formula.lines[place].name == own_name(formula.name) else ("lines", place)


def seen(formula: Formula, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Mistakes of a formula's lines, told here by their number (``lines``, n), where they stand in a file that is not
    known."""
    return [
        replace(mistake, place=way(formula, int(mistake.place[1]))) if mistake.place[:1] == ("lines",) else mistake
        for mistake in mistakes
    ]


def own_name(formula: str) -> str:
    """The name of the line of a formula that has one of its own, from the formula's: small letters, digits and _."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in formula.lower()).strip("_")
    name = kept or "line"
    return name[:60] if name[0].isalpha() else f"line_{name}"[:60]


def idle(formula: Formula) -> list[Mistake]:
    """Parts of the formula's own lines that can never pay, and keys written in it that change nothing."""
    found: list[Mistake] = []
    for place, line in enumerate(formula.lines):
        if not line.background:
            parts = [*_unpaid(line), *_keys_without_effect(line)]
            found.extend(mistake.below("lines", place) for mistake in parts)
    return found


def _unpaid(line: Line) -> Iterator[Mistake]:
    if _votes_nothing(line):
        yield Mistake(("appropriation",), "votes nothing: the line can never pay; write an amount above zero")
    for place, component in enumerate(line.components):
        paid, worked_on = component.paid_prices(), component.works_on()
        there = any(worked_on & other.paid_prices() for other in line.components if _before(other, component))
        where: tuple[Part, ...] = ("components", place, getattr(component, "kind", ""))
        if worked_on and not there:
            yield Mistake(where, f"works on {_prices(worked_on)} of the line's other components, and none pays any")
        elif not worked_on and not paid:
            yield Mistake(where, "can never pay or change anything, as its numbers are; write other amounts")


def _before(other: Component, component: Component) -> bool:
    return other is not component and other.stage <= component.stage


def _prices(names: frozenset[str]) -> str:
    heads = {"per_participant", "per_concentrator"}
    return "the amounts per participant and per concentrator" if names == heads else "the amounts"


def _votes_nothing(line: Line) -> bool:
    if line.reserve is not None and line.reserve.start > 0.0:
        return False
    match line.appropriation:
        case Fixed(dollars=amount) | Indexed(dollars=amount) | Once(dollars=amount):
            return amount == 0.0
        case DemandWithCap(cap=amount) | ShareOfRevenue(share=amount):
            return amount == 0.0
    return False


def _keys_without_effect(part: Strict) -> Iterator[Mistake]:
    """Keys that were written in a part, or in one of its own parts, and change nothing."""
    for key, why in part.without_effect().items():
        if key in part.model_fields_set:
            yield Mistake((key,), f"has no effect here: {why}")
    for name in type(part).model_fields:
        for way, inside in _parts_of(getattr(part, name), name):
            yield from (Mistake((*way, *mistake.where), mistake.said) for mistake in _keys_without_effect(inside))


def unknown_clusters(formula: Formula, clusters: Sequence[str]) -> list[Mistake]:
    """The clusters that a formula names, in conditions and tiers, and that are none of a world's ``clusters``."""
    known = (*clusters, *TIER_WORDS)
    return [
        Mistake(where, f"unknown cluster {shown(word)}; {nearest(word, known)}").below("lines", place)
        for place, line in enumerate(formula.lines)
        for where, word in _clusters_named(line)
        if word not in known
    ]


def _clusters_named(part: Strict) -> Iterator[tuple[tuple[Part, ...], str]]:
    """Every cluster that a part names, or one of its own parts, and the way to it."""
    for key in type(part).model_fields:
        inside = getattr(part, key)
        if key in ("cluster", "clusters") and isinstance(inside, tuple):
            yield from (((key, place), word) for place, word in enumerate(inside))
        for way, deeper in _parts_of(inside, key):
            yield from (((*way, *where), word) for where, word in _clusters_named(deeper))


def _parts_of(inside: object, key: str) -> Iterator[tuple[tuple[Part, ...], Strict]]:
    """What a field holds that is made of keys, and the way to it."""
    several = enumerate(inside) if isinstance(inside, tuple) else [(None, inside)]
    for place, one in several:
        if isinstance(one, Strict):
            kind = getattr(one, "kind", None) if key == "components" else getattr(one, "rule", None)
            yield (key, *([place] if place is not None else []), *([str(kind)] if kind else [])), one


def out_of_place(formula: Formula, world: World) -> list[Mistake]:
    """What the formula's own lines name or ask for and the world does not have, or no district can meet."""
    found: list[Mistake] = []
    for place, line in enumerate(formula.lines):
        if line.background:
            continue
        there_later = empty_today(line, world)
        wrong = [mistake for mistake in _out_of_place(line, world) if mistake.where not in there_later]
        if not wrong:
            wrong = [mistake for mistake in _never_meets(line, world) if mistake.where not in there_later]
        found += [mistake.below("lines", place) for mistake in wrong]
    there_later = empty_cases(formula.rules.differs, world)
    return [*found, *(one for one in _of_cases(formula.rules.differs, world) if one.where not in there_later)]


def _out_of_place(line: Line, world: World) -> Iterator[Mistake]:
    """The same of one line."""
    for number, component in enumerate(line.components):
        where = ("components", number, getattr(component, "kind", ""))
        wrong = list(component.out_of_place(world))
        if component.where is not None:
            wrong += _at(("where",), conditions.out_of_place(component.where, world))
        yield from _at(where, wrong)
    if line.where is not None:
        yield from _at(("where",), conditions.out_of_place(line.where, world))
    yield from _of_cases(line.rules.differs, world)
    if _by_wealth(line) and world.districts.taxable_value_per_member is None:
        said = "the tables have no taxable_value_per_member; add the column to districts.csv, or write poverty"
        yield Mistake(("rules", "state_share", "measure"), said)


def _of_cases(cases: Sequence[Case], world: World) -> Iterator[Mistake]:
    """The same of rules that differ by condition."""
    for number, case in enumerate(cases):
        yield from _at(("rules", "differs", number, "where"), conditions.out_of_place(case.where, world))


def _at(way: tuple[Part, ...], mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Mistakes as seen from further up a line."""
    return [Mistake((*way, *mistake.where), mistake.said) for mistake in mistakes]


def _by_wealth(line: Line) -> bool:
    rule = line.rules.state_share
    return rule is not None and rule.measure == "taxable_value" and not line.background


def _never_meets(line: Line, world: World) -> Iterator[Mistake]:
    """Components whose condition and their line's never hold together, and those that can stand once in a line for a
    district and stand there twice."""
    members = world.districts.membership[:, np.newaxis]
    covers, _ = coverage(line, world, members)
    for place, component in enumerate(line.components if covers else ()):
        here = covers[place]
        where: tuple[Part, ...] = ("components", place, getattr(component, "kind", ""), "where")
        if here is not None and not here.any():
            yield Mistake(where, "holds in no district in which the line's own where does")
        for other, earlier in zip(line.components[:place], covers[:place], strict=True):
            if component.once_in_a_line and type(other) is type(component) and here is not None and earlier is not None:
                twice = (here * earlier).max(axis=-1) > 0.0
                if twice.any():
                    name = world.districts.name[int(np.argmax(twice))]
                    said = f"holds in {name}, where that of '{other.label}' does; write unless in one of them"
                    yield Mistake(where, said)
    yield from _idle_tiers(line, world, covers)


def _idle_tiers(line: Line, world: World, covers: Sequence[Array | None]) -> Iterator[Mistake]:
    """Tiers for clusters of which none is paid where their component and its line are."""
    for place, component in enumerate(line.components if covers else ()):
        tiers: tuple[Tier, ...] = getattr(component, "tiers", ())
        alike = [other for other, one in enumerate(line.components) if getattr(one, "tiers", None) == tiers]
        for number, tier in enumerate(tiers if alike and alike[0] == place else ()):
            reached = [one for rate in alike for one in _reached(line, tier, rate, covers)]
            if reached and all(not np.any(one * tier.coverage(world)) for one in reached):
                said = "does nothing: the where of the component or of its line holds for none of these clusters"
                yield Mistake(
                    ("components", place, str(getattr(component, "kind", "")), "tiers", number, "clusters"), said
                )


def _reached(line: Line, tier: Tier, place: int, covers: Sequence[Array | None]) -> list[Array]:
    """Where a tier of a component adds dollars, or multiplies what the line's other components pay."""
    component = line.components[place]
    here = covers[place]
    everywhere = np.ones((1, 1))
    if not isinstance(component, Tiered) or tier.multiplier is None:
        return [everywhere if here is None else here]
    multiplied = [
        conditions.both(here, there)
        for other, there in zip(line.components, covers, strict=True)
        if _before(other, component) and other.paid_prices() & component.works_on()
    ]
    return [everywhere if one is None else one for one in multiplied]


def never_comes(formula: Formula, base_year: int, last_year: int) -> list[Mistake]:
    """Years of the formula that are not simulated: it takes effect after ``last_year``, none of its lines pays after
    ``base_year``, or a line begins or ends where no study reaches.

    A formula that takes effect earlier runs from the first year after the base year (`funding.formula.enacted`); one
    in force ``ALWAYS`` is current law, which may also end with the base year.
    """
    starts = formula.takes_effect
    first, farthest = base_year + 1, base_year + FARTHEST
    if starts > last_year:
        said = f"lies after FY{last_year}, the last year that is simulated; nothing would change"
        return [Mistake(("takes_effect",), f"{starts} {said}")]
    found, paying = [], False
    for place, line in enumerate(formula.lines):
        if line.background:
            continue
        begins = max(line.start_year or ALWAYS, starts if starts == ALWAYS else max(starts, first))
        ends = line.sunset_year if line.sunset_year is not None else farthest
        where = ("lines", place)
        if begins > farthest:
            found.append(Mistake(("start_year",), f"{begins} lies after any year that is simulated", place=where))
        elif ends < base_year or ends < begins:
            said = f"{ends} lies before FY{max(begins, base_year)}; the line is never paid"
            found.append(Mistake(("sunset_year",), said, place=where))
        paying = paying or (begins <= last_year and ends >= (base_year if starts == ALWAYS else first))
    if not paying and not found:
        key = ("start_year",) if formula.own_lines else ("lines",)
        first_line: tuple[Part, ...] = ("lines", formula.lines.index(formula.own_lines[0])) if formula.own_lines else ()
        said = f"no line of its own is paid by FY{last_year}, the last year that is simulated"
        found.append(Mistake(key, said, place=first_line))
    return found
