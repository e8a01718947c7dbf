"""Titles of formulas for tables, figures and sentences: short, and no two alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sim.funding.components.amounts import LONGEST_SHORT_TITLE

CUT = "..."

COMMON: frozenset[str] = frozenset(
    {"A", "Aligned:", "An", "Base", "Competitive", "Cost", "Credential", "Current", "Grants", "More", "No", "The"}
)
"""First words of titles that are no names, and have a small letter within a sentence."""


def short_titles(names: Sequence[str], titles: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """A title of at most 28 letters for each formula: the one that its file gives, the title if that is short enough,
    else the title's first words. Where two would be the same, the formulas' names in words."""
    found = [short or _cut(title) for title, short in zip(titles, given, strict=True)]
    count = Counter(found)
    return tuple(
        title if count[title] == 1 else _cut(name.replace("_", " ")) for title, name in zip(found, names, strict=True)
    )


def titles_of(records: Mapping[str, Mapping[str, Any] | None]) -> dict[str, str]:
    """The short titles of a manifest's formulas, by name."""
    names = list(records)
    entries = [records[name] or {} for name in names]
    titles = [str(entry.get("title") or name) for name, entry in zip(names, entries, strict=True)]
    given = [str(entry.get("short") or "") for entry in entries]
    return dict(zip(names, short_titles(names, titles, given), strict=True))


def in_sentence(title: str) -> str:
    """A title as it stands within a sentence: 'current law', but 'Kansas's weight and bonus' and 'SB130'."""
    return title[:1].lower() + title[1:] if title.partition(" ")[0] in COMMON else title


def first_letter(sentence: str) -> str:
    """The sentence with a capital letter at its start."""
    return sentence[:1].upper() + sentence[1:]


def _cut(title: str) -> str:
    """The title, or as many of its first words as find room."""
    if len(title) <= LONGEST_SHORT_TITLE:
        return title
    room = LONGEST_SHORT_TITLE - len(CUT)
    kept = title[: room + 1].rsplit(" ", 1)[0] if " " in title[: room + 1] else title[:room]
    return kept.rstrip(" ,;:(") + CUT
