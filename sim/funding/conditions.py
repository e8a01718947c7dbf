"""Conditions on districts and clusters (``where:``): one grammar for components, lines, rules and multipliers.

A condition is read once, from YAML, and is then three things: a mask over a world's districts and clusters, words that
are true, and a list of what in it matches nothing. All keys of one condition hold together; ``any_of`` lists
conditions of which one suffices, ``unless`` is one that must not hold.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import Array, BoolArray, cluster_major
from sim.funding.bands import Band, MembersBand, PerSchoolBand, PovertyBand, SchoolsBand, WealthBand
from sim.funding.condition_words import (
    ALL_LEFT_OUT,
    HIGH_COST,
    INSTEAD,
    VALUE_WORDS,
    apart,
    as_list,
    cluster_words,
    end_set,
    joined,
    kind_meant,
    like,
    plain,
    plural,
    widest,
)
from sim.funding.strict import Strict
from sim.inputs import Mistake, RuleError, nearest, shown
from sim.states.folder import KIND_WORD, KindWord
from sim.states.speaking import state_words
from sim.states.words import DISTRICT, listed
from sim.world.world import World

MOST_WORDS = 500
"""Names in one list, and conditions in one."""

Locale = Literal["city", "suburb", "town", "rural"]
LOCALES: tuple[Locale, ...] = ("city", "suburb", "town", "rural")
Kind = KindWord

Word = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=MOST_WORDS)]
Bands = tuple[tuple[str, Band | None], ...]


class Where(Strict):
    """A condition: every key that is written must hold.

    Of a district: ``members`` (grades 9-12, as the state counted them last), ``members_per_school``, ``high_schools``
    (a number or a band), ``poverty`` (share of children), ``taxable_value`` (of property, dollars a member; a column
    that tables may have), ``locale``, ``kind``, ``county``, ``region``, ``district`` (names or codes). Of a pathway:
    ``cluster`` (names, or the words high_cost, value_1 to value_3). ``any_of``: at least one of these conditions holds.
    ``unless``: this one does not.
    """

    members: MembersBand | None = None
    members_per_school: PerSchoolBand | None = None
    high_schools: SchoolsBand | None = None
    poverty: PovertyBand | None = None
    taxable_value: WealthBand | None = None
    locale: Annotated[tuple[Locale, ...], Field(min_length=1, max_length=4)] | None = None
    kind: Kind | None = None
    county: Words | None = None
    region: Words | None = None
    district: Words | None = None
    cluster: Words | None = None
    any_of: "Annotated[tuple[Where, ...], Field(min_length=2, max_length=MOST_WORDS)] | None" = None
    unless: "Where | None" = None

    @model_validator(mode="before")
    @classmethod
    def _usual_words(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if "urban" in (plain(str(word)) for word in as_list(value.get("locale"))):
            raise ValueError("there is no locale 'urban'; write city, or [city, suburb]")
        for key in value:
            if str(key) in INSTEAD:
                raise RuleError(f"unknown key; write {INSTEAD[str(key)]}", (str(key),))
        return value

    @field_validator("locale", "county", "region", "district", "cluster", mode="before")
    @classmethod
    def _as_list(cls, value: object) -> object:
        if isinstance(value, str):
            return (value,)
        # Codes are often numbers, which YAML reads as such.
        return [str(one) if type(one) is int else one for one in value] if isinstance(value, list) else value

    @field_validator("kind", mode="before")
    @classmethod
    def _is_a_word(cls, value: object) -> object:
        if value is not None and (not isinstance(value, str) or not re.fullmatch(KIND_WORD, value)):
            kinds = state_words().kinds
            raise ValueError(f"a kind of district: {', '.join(kinds)}{kind_meant(value, kinds)}")
        return value

    @field_validator("high_schools", mode="before")
    @classmethod
    def _exactly(cls, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"at_least": float(value), "below": value + 1.0}
        return value

    @field_validator("locale", "county", "region", "district", "cluster")
    @classmethod
    def _each_once(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for word in value or ():
            if [plain(one) for one in value or ()].count(plain(word)) > 1:
                raise ValueError(f"{shown(word)} stands twice")
        return value

    @property
    def says_something(self) -> bool:
        """Whether any key is written."""
        return any(getattr(self, key) is not None for key in type(self).model_fields)

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if not self.says_something:
            raise ValueError("write a condition, as {members: {below: 200}} or {locale: rural}")
        return self

    def bands(self) -> Bands:
        """The keys that are ranges of a number."""
        return (
            ("members", self.members),
            ("members_per_school", self.members_per_school),
            ("high_schools", self.high_schools),
            ("poverty", self.poverty),
            ("taxable_value", self.taxable_value),
        )

    def by_cluster(self) -> bool:
        """Whether it tells clusters apart."""
        inside = [*(self.any_of or ()), *([self.unless] if self.unless is not None else [])]
        return self.cluster is not None or any(one.by_cluster() for one in inside)

    def words(self) -> str:
        """The condition in words, to follow a sentence: 'in rural districts with fewer than 141 members in grades 9-12,
        and nowhere else'."""
        said = self._where()
        return said if said.startswith("everywhere") else f"{said}, and nowhere else"

    def phrase(self) -> str:
        """The condition alone, to begin a sentence: 'in rural districts'."""
        return self._where()

    def _where(self) -> str:
        narrowed, left_out = self._narrowed()
        said = ", ".join(narrowed._parts_in_words())
        if not left_out:
            return said
        exception = " or ".join(one._as_one() for one in left_out)
        if not said:
            return f"everywhere except {exception}"
        alternatives = self.any_of is not None and not self._of_districts() and self.cluster is None
        return f"{f'({said})' if alternatives else said}, except {exception}"

    def _parts_in_words(self) -> list[str]:
        """What must hold together, but for exceptions."""
        parts = []
        # Alternatives among districts follow as 'that are rural or have ...'; what follows a comma would read as a
        # further one of a list.
        those = self.any_of is not None and not any(one.by_cluster() for one in self.any_of)
        beside = self._of_districts() or self.cluster is not None
        if self._of_districts() or (those and beside):
            parts.append(f"in {self._districts()}{f' that {self._either()}' if those else ''}")
        if self.cluster is not None:
            parts.append(f"in {listed(tuple(cluster_words(one) for one in self.cluster))}")
        if self.any_of is not None and not (those and beside):
            either = " or ".join(one._as_one() for one in self.any_of)
            parts.append(f"either {either}" if beside else either)
        return parts

    def _as_one(self) -> str:
        """The condition as one of a list: in brackets where it has parts of its own."""
        said = self._where()
        return f"({said})" if len(self._parts_in_words()) > 1 or self._narrowed()[1] else said

    def _narrowed(self) -> tuple["Where", tuple["Where", ...]]:
        """The condition with the ends of its ranges that exceptions set, and the other exceptions, but for those that
        lie outside the condition, or within another, by what is written."""
        if self.unless is None:
            return self, ()
        only = all(getattr(self.unless, key) is None for key in type(self).model_fields if key != "any_of")
        listed = self.unless.any_of if only and self.unless.any_of is not None else (self.unless,)
        found, left = self, list[Where]()
        for one in widest([one for one in listed if not apart(self, one)]):
            end = end_set(found, one)
            found = found.model_copy(update=dict([end])) if end is not None else found
            left += [one] if end is None else []
        return found, tuple(left)

    def _either(self) -> str:
        """Of which alternatives a district has one, as in 'districts that ...'."""
        qualities = [one._qualities() for one in self.any_of or ()]
        return " or ".join(said[0] if len(said) == 1 else f"({joined(said)})" for said in qualities)

    def _qualities(self) -> list[str]:
        """What a district is and has where a condition on districts holds, as in 'districts that ...'."""
        said = []
        if self.locale is not None:
            said.append(f"are {listed(self.locale, 'or')}")
        if self.kind is not None:
            said.append(f"are {_of_kind(self.kind)}")
        if self.district is not None:
            said.append(f"are {listed(self.district, 'or')}")
        for word, names in (("county", self.county), ("region", self.region)):
            if names is not None:
                said.append(f"lie in the {word} {listed(names, 'or')}")
        bands = [band.words() for _, band in self.bands() if band is not None]
        if bands:
            said.append(f"have {' and '.join(bands)}")
        if self.any_of is not None:
            said.append(f"({self._either()})" if said else self._either())
        if self.unless is not None:
            said.append(f"are none of those {self.unless._where()}")
        return said

    def _of_districts(self) -> bool:
        words = (self.locale, self.kind, self.county, self.region, self.district)
        return any(band is not None for _, band in self.bands()) or any(word is not None for word in words)

    def _districts(self) -> str:
        who = "districts" if self.kind is None else _of_kind(self.kind)
        if self.locale is not None:
            who = f"{listed(self.locale, 'or')} {who}"
        if self.district is not None:
            called = f"the district{'s' if len(self.district) > 1 else ''} {listed(self.district)}"
            who = called if who == "districts" else f"{called} (of {who})"
        said = [who]
        for word, names in (("county", self.county), ("region", self.region)):
            if names is not None:
                said.append(f"of the {plural(word, len(names))} {listed(names)}")
        bands = [band.words() for _, band in self.bands() if band is not None]
        return " ".join(said) + (f" with {' and '.join(bands)}" if bands else "")


def _of_kind(kind: str) -> str:
    """What the state calls districts of a kind: 'school districts', 'state-chartered charters'."""
    kinds = state_words().kinds
    called = kinds[kind].many if kind in kinds else kind
    return f"school {called}" if kind == DISTRICT else called


def mask(where: Where, world: World, membership: Array) -> Array:
    """1 where a condition holds and 0 elsewhere, ``[..., D, 1]``, or ``[..., D, C]`` if it tells clusters apart.

    ``membership`` ``[..., D, 1]``: members in grades 9-12 as the state counted them last; all else is the world's own.
    """
    found = holds(where, world, membership)
    return cluster_major(found.astype(np.float64)) if found.shape[-1] > 1 else found.astype(np.float64)


def holds(where: Where, world: World, membership: Array) -> BoolArray:
    """Where a condition holds; see ``mask``."""
    parts = list(_parts(where, world, membership))
    if where.any_of is not None:
        parts.append(reduce(np.logical_or, [holds(one, world, membership) for one in where.any_of]))
    if where.unless is not None:
        parts.append(~holds(where.unless, world, membership))
    found: BoolArray = reduce(np.logical_and, parts)
    return found


def _parts(where: Where, world: World, membership: Array) -> Iterator[BoolArray]:
    for key, band in where.bands():
        if band is not None:
            yield band.holds(_number(key, world, membership))
    for words, names in _names(where, world):
        asked = {plain(word) for word in words}
        yield np.array([[bool(asked & {plain(name) for name in known})] for known in names], dtype=np.bool_)
    if where.cluster is not None:
        yield _clusters(where.cluster, world)


def _number(key: str, world: World, membership: Array) -> Array:
    """What a range of a condition is of, ``[..., D, 1]``; nothing where the tables do not have it."""
    districts = world.districts
    if key in ("members", "members_per_school"):
        return membership if key == "members" else membership / np.maximum(districts.high_schools, 1)[:, np.newaxis]
    if key == "high_schools":
        return np.maximum(districts.high_schools, 1.0)[:, np.newaxis]
    if key == "poverty":
        return districts.poverty_share[:, np.newaxis]
    value = districts.taxable_value_per_member
    return np.full((len(districts), 1), np.nan) if value is None else value[:, np.newaxis]


def _names(where: Where, world: World) -> Iterator[tuple[Sequence[str], list[tuple[str, ...]]]]:
    """The words of each key that names something, with every district's own words for it."""
    for key in ("locale", "kind", "county", "region", "district"):
        words = getattr(where, key)
        if words is not None:
            yield (words,) if isinstance(words, str) else words, _known(key, world)


def _known(key: str, world: World) -> list[tuple[str, ...]]:
    districts, regions = world.districts, world.regions
    if key == "district":
        return list(zip(districts.identifier, districts.name, strict=True))
    if key == "region":
        return [(regions.identifier[place], regions.name[place]) for place in districts.region]
    return [(word,) for word in getattr(districts, key)]


def _clusters(words: Sequence[str], world: World) -> BoolArray:
    clusters = world.clusters
    found = np.zeros((1, len(clusters)), dtype=np.bool_)
    for word in words:
        if word == HIGH_COST:
            found = found | (clusters.high_cost_share >= 0.5)
        elif word in VALUE_WORDS:
            found = found | (clusters.credential_tier == VALUE_WORDS[word])
        else:
            found = found | np.array([one == word for one in clusters.identifier])
    return found


def out_of_place(where: Where, world: World) -> list[Mistake]:
    """What in a condition matches nothing in a world: names that are not there, and conditions that nobody meets."""
    found: list[Mistake] = []
    districts = world.districts
    for key in ("county", "region", "district"):
        known = {plain(name) for names in _known(key, world) for name in names if name}
        for place, word in enumerate(getattr(where, key) or ()):
            if plain(word) not in known:
                there = sorted({names[0 if key == "region" else -1] for names in _known(key, world) if names[-1]})
                found.append(Mistake((key, place), f"there is no {key} {shown(word)}; {like(word, there)}"))
    kinds = world.state.kinds
    if where.kind is not None and where.kind not in kinds:
        found.append(Mistake(("kind",), f"there is no kind {shown(where.kind)}; {nearest(where.kind, kinds)}"))
    for place, word in enumerate(where.cluster or ()):
        if word not in (*world.clusters.identifier, HIGH_COST, *VALUE_WORDS):
            known_clusters = (*world.clusters.identifier, HIGH_COST, *VALUE_WORDS)
            found.append(Mistake(("cluster", place), f"unknown cluster {shown(word)}; {nearest(word, known_clusters)}"))
    if where.taxable_value is not None and districts.taxable_value_per_member is None:
        said = "the tables have no taxable_value_per_member; add the column to districts.csv, or write poverty"
        found.append(Mistake(("taxable_value",), said))
    for number, one in enumerate(where.any_of or ()):
        found.extend(_inside(mistake, "any_of", number) for mistake in out_of_place(one, world))
    if where.unless is not None:
        found.extend(_inside(mistake, "unless") for mistake in out_of_place(where.unless, world))
    members = districts.membership[:, np.newaxis]
    if not found and not holds(where, world, members).any():
        rest = where.model_copy(update={"unless": None})
        if where.unless is not None and (not rest.says_something or holds(rest, world, members).any()):
            return [Mistake((), ALL_LEFT_OUT)]
        found.append(Mistake((), f"holds for no district: none lies {where._where()}{_nearest_miss(where, world)}"))
    return found


def _inside(mistake: Mistake, *way: str | int) -> Mistake:
    return Mistake((*way, *mistake.where), mistake.said)


def _nearest_miss(where: Where, world: World) -> str:
    """How far the numbers of the world are from what a single key asks for."""
    districts = world.districts
    said = []
    for key in (key for key, band in where.bands() if band is not None):
        number = _number(key, world, districts.membership[:, np.newaxis])
        least, most = (f"{end:,.0f}" if end > 1.0 else f"{end:.3g}" for end in (number.min(), number.max()))
        if np.isfinite(number).all():
            said.append(f"; {key} goes from {least} to {most}")
    if where.locale is not None:
        said.append(f"; there are: {', '.join(sorted(set(districts.locale)))}")
    return said[0] if len(said) == 1 else ""


def both(one: Array | None, other: Array | None) -> Array | None:
    """Where two conditions hold together; None stands for everywhere."""
    if one is None or other is None:
        return other if one is None else one
    return one * other


def districts_of(condition: Array) -> Array:
    """The districts in which a condition holds for any cluster, ``[..., D, 1]``."""
    found: Array = condition.max(axis=-1, keepdims=True)
    return found
