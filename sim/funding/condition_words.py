"""How conditions are said: lists of words, names as they are compared, and which of them exclude each other."""

import unicodedata
from collections.abc import Sequence

import numpy as np

from sim.funding.bands import Band
from sim.states.speaking import state_words

HIGH_COST = "high_cost"
"""The state's high-cost fields; a condition holds for a cluster of which they cover a half or more."""
VALUE_WORDS: dict[str, float] = {"value_1": 1.0, "value_2": 2.0, "value_3": 3.0}
"""Clusters whose main credential is of low, middle or high labor-market value."""


def plural(word: str, number: int) -> str:
    """A key that names places, for so many of them."""
    return word if number == 1 else "counties" if word == "county" else f"{word}s"


def cluster_words(word: str) -> str:
    """A cluster, or a word that stands for several, as a sentence has it."""
    if word == HIGH_COST:
        return state_words().high_cost
    return f"clusters of credential value {VALUE_WORDS[word]:g}" if word in VALUE_WORDS else word.replace("_", " ")


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words joined as in a sentence: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


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
