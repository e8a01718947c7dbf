"""The words of the pages and what they mean, for hover text and for a list at the end."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from sim.inputs import read_yaml
from sim.states.speaking import state_words

MOST = 60
"""Terms that a reader can be asked to look at."""


def glossary() -> Mapping[str, str]:
    """Terms, in the order of the alphabet, and what each means, in the words of the state and with its own terms."""
    words = state_words()
    found = {term: words.fill(meaning) for term, meaning in _of_any_state().items()} | dict(words.terms)
    return dict(sorted(found.items(), key=lambda item: item[0].casefold()))


@cache
def _of_any_state() -> Mapping[str, str]:
    found: dict[str, str] = read_yaml(Path(__file__).with_name("glossary.yaml"))
    return found


def explained(text: str) -> Markup:
    """A sentence as HTML, escaped; where a term of the glossary first stands, its meaning can be hovered over."""
    out, at, told = [], 0, set()
    for found in _terms().finditer(text):
        term = _spelled(found.group())
        if term in told:
            continue
        told.add(term)
        out += [
            escape(text[at : found.start()]),
            Markup('<abbr title="{}">{}</abbr>').format(glossary()[term], found[0]),
        ]
        at = found.end()
    return Markup("").join([*out, escape(text[at:])])


def _terms() -> re.Pattern[str]:
    longest_first = sorted(glossary(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})s?\b", re.IGNORECASE)


def _spelled(word: str) -> str:
    """The term of the glossary that a word of a text is."""
    by_lower = {term.lower(): term for term in glossary()}
    lower = word.lower()
    return by_lower[lower] if lower in by_lower else by_lower[lower.removesuffix("s")]
