"""Titles of formulas for tables and sentences: short, and no two alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sim.funding.components.amounts import LONGEST_SHORT_TITLE

CUT = "..."


def short_titles(names: Sequence[str], titles: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """A title of at most 28 letters for each formula: the one that its file gives, the title if that is short enough,
    else the title's first words. Where two would be the same, the formulas' names in words."""
    found = [short or _cut(title) for title, short in zip(titles, given, strict=True)]
    count = Counter(found)
    return tuple(
        title if count[title] == 1 else _cut(name.replace("_", " ")) for title, name in zip(found, names, strict=True)
    )


def _cut(title: str) -> str:
    """The title, or as many of its first words as find room."""
    if len(title) <= LONGEST_SHORT_TITLE:
        return title
    room = LONGEST_SHORT_TITLE - len(CUT)
    kept = title[: room + 1].rsplit(" ", 1)[0] if " " in title[: room + 1] else title[:room]
    return kept.rstrip(" ,;:(") + CUT


def titles_by_name(formulas: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Short titles of the formulas of a manifest, by their names."""
    titles = [str(record.get("title") or name) for name, record in formulas.items()]
    given = [str(record.get("short") or "") for record in formulas.values()]
    return dict(zip(formulas, short_titles(tuple(formulas), titles, given), strict=True))
