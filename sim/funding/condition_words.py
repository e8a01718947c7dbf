"""How conditions are said: lists of words, names as they are compared, and which of them exclude each other."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np

from sim.funding.bands import Band
from sim.inputs import nearest, shown
from sim.states.speaking import state_words

HIGH_COST = "high_cost"
"""The state's high-cost fields; a condition holds for a cluster of which they cover a half or more."""
VALUE_WORDS: dict[str, float] = {"value_1": 1.0, "value_2": 2.0, "value_3": 3.0}
"""Clusters whose main credential is of low, middle or high labor-market value."""
ALL_LEFT_OUT = "holds for no district: its unless leaves out every one in which it would"
"""What is said of a condition of which its own exception leaves nothing."""


_MEMBERS = "members: {at_least: ..., below: ...}, of those in grades 9-12, as there is no count of all grades"
_COUNTS = ("membership", "total_membership", "total_members", "enrollment", "total_enrollment", "enrolment", "students")
INSTEAD: Mapping[str, str] = {
    "members_below": "members: {below: ...}",
    "members_per_school_below": "members_per_school: {below: ...}",
    "locales": "locale: [...]",
    "clusters": "cluster: [...]",
    "districts": "district: [...]",
    "counties": "county: [...]",
    "regions": "region: [...]",
    "not": "unless: {...}",
    "any": "any_of: [{...}, {...}]",
    "or": "any_of: [{...}, {...}]",
    "all": "its keys side by side, which hold together",
    "size": _MEMBERS,
    **dict.fromkeys(_COUNTS, _MEMBERS),
}
"""Keys that people write in a condition, and what stands there instead."""
RARE = 3
"""Names that have a word which tells them apart."""


def plural(word: str, number: int) -> str:
    """A key that names places, for so many of them."""
    return word if number == 1 else "counties" if word == "county" else f"{word}s"


def cluster_words(word: str) -> str:
    """A cluster, or a word that stands for several, as a sentence has it."""
    if word == HIGH_COST:
        return state_words().high_cost
    return f"clusters of credential value {VALUE_WORDS[word]:g}" if word in VALUE_WORDS else state_words().cluster(word)


def joined(said: Sequence[str]) -> str:
    """Qualities that hold together; a comma before the *and* where one of them lists alternatives."""
    return (", and " if any(" or " in one for one in said) else " and ").join(said)


def plain(word: str) -> str:
    """A word as names are compared: composed letters, ordinary blanks, small."""
    composed = unicodedata.normalize("NFKC", word).replace("_", " ")
    return " ".join(composed.split()).casefold()


def names_of(written: str | tuple[str, ...] | None) -> set[str]:
    """What a key of a condition names; nothing where it is not written."""
    return {written} if isinstance(written, str) else set(written or ())


def under(low: Band, high: Band) -> bool:
    """Whether one range ends before the other begins."""
    return low.below is not None and high.at_least is not None and bool(np.all(low.below <= high.at_least))


def like(word: str, names: Sequence[str]) -> str:
    """A hint: the names of which the word is a part; else the one that shares with it the words that fewest names have;
    else the one that is spelled most like it."""
    parts = [name for name in names if plain(word) and plain(word) in plain(name)] or _of_rare_words(word, names)
    if not parts:
        return nearest(word, names)
    return f"did you mean {' or '.join(shown(name) for name in parts[:3])}{', ...' if len(parts) > 3 else ''}?"


def _of_rare_words(word: str, names: Sequence[str]) -> list[str]:
    """The names that share a rare word with another, and share most of such with it, as 'Bloomfield Schools' does with
    'Bloomfield Municipal Schools'."""
    words = [set(plain(name).split()) for name in names]
    number = Counter(one for of_one in words for one in of_one)
    rare = {one for one in plain(word).split() if 0 < number[one] <= RARE}
    shared = [sum(1.0 / number[one] for one in rare & of_one) for of_one in words]
    best = max(shared, default=0.0)
    return [name for name, much in zip(names, shared, strict=True) if much == best] if best > 0.0 else []


def kind_meant(value: object, known: Iterable[str]) -> str:
    """A hint: the known kind of which a value is the plural, or that is among its words; empty if there is no one."""
    words = plain(str(value)).split()
    meant = [one for one in known if set(words) & {plain(one), f"{plain(one)}s"}]
    return f"; did you mean '{meant[0]}'?" if len(meant) == 1 else ""


def as_list(written: object) -> Sequence[object]:
    """What a key names, whether it is written as one or as a list."""
    return written if isinstance(written, list | tuple) else [] if written is None else [written]


NAMES = ("locale", "kind", "county", "region", "district", "cluster")
"""Keys of a condition that name something."""


class Ranged(Protocol):
    """A condition, of which ranges of numbers are read here by name, and names by their keys."""

    def bands(self) -> tuple[tuple[str, Band | None], ...]:
        """The keys that are ranges of a number."""


Condition = TypeVar("Condition", bound=Ranged)


def apart(one: Ranged, other: Ranged) -> bool:
    """Whether no district or pathway can meet both of two conditions, by what is written in them alone."""
    for key in ("locale", "kind", "county", "cluster"):
        mine, theirs = (names_of(getattr(where, key)) for where in (one, other))
        if key == "cluster" and (mine | theirs) & {HIGH_COST, *VALUE_WORDS}:
            continue
        if mine and theirs and not {plain(word) for word in mine} & {plain(word) for word in theirs}:
            return True
    return any(
        mine is not None and theirs is not None and (under(mine, theirs) or under(theirs, mine))
        for (_, mine), (_, theirs) in zip(one.bands(), other.bands(), strict=True)
    )


def within(one: Ranged, other: Ranged) -> bool:
    """Whether all that meets one condition meets the other, by what is written in them alone."""
    if any(getattr(other, key) is not None for key in ("any_of", "unless")):
        return False
    for key in NAMES:
        mine, theirs = ({plain(word) for word in names_of(getattr(where, key))} for where in (one, other))
        if theirs and not (mine and mine <= theirs):
            return False
    return all(
        theirs is None or (mine is not None and mine.within(theirs))
        for (_, mine), (_, theirs) in zip(one.bands(), other.bands(), strict=True)
    )


def widest(conditions: Sequence[Condition]) -> list[Condition]:
    """Of conditions of which any may hold those that do not lie within another; of two alike the first."""
    return [
        one
        for place, one in enumerate(conditions)
        if not any(
            within(one, other) and (at < place or not within(other, one))
            for at, other in enumerate(conditions)
            if at != place
        )
    ]


def end_set(where: Ranged, exception: Ranged) -> tuple[str, Band] | None:
    """The key and the range of a condition as an exception ends it, which asks for one end of the same range and
    nothing else: *at least 150*, except *at least 500*, is 150 to below 500. None where it is another exception."""
    if any(getattr(exception, key) is not None for key in (*NAMES, "any_of", "unless")):
        return None
    asked = [(key, band) for key, band in exception.bands() if band is not None]
    own = dict(where.bands()).get(asked[0][0]) if len(asked) == 1 else None
    if own is None:
        return None
    key, band = asked[0]
    if band.below is None:
        return None if own.within(band) else (key, own.model_copy(update={"below": band.at_least}))
    if band.at_least is None:
        return None if own.within(band) else (key, own.model_copy(update={"at_least": band.below}))
    return None
