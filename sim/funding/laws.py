"""Several laws in one file, one after the other: each holds until the next begins."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.funding.line import Line
from sim.funding.rules import JointRules
from sim.inputs import MISSING, Mistake, fiscal_year_meant, nearest_key, number_meant, shown

EXAMPLE = 2031
"""A fiscal year, as one is written."""


KEPT = 55
"""Letters of a line's name that are kept where the year of its law is added."""
LAW = re.compile(r"(?P<title>.*) \(law of FY(?P<year>\d{4})\)", re.DOTALL)
"""The title of a later law of a file that has one line, see ``title_in``."""


@dataclass(frozen=True)
class Law:
    """A law of a file: its fiscal year, the last before the next (None for the last law), and what is written of it
    without ``from``."""

    begins: int
    last: int | None
    written: Mapping[str, Any]


def laws_of(written: Any) -> tuple[list[Law], list[Mistake]]:
    """The laws of a file in their order, and what is wrong with their years."""
    if not isinstance(written, list) or not written or not all(isinstance(law, Mapping) for law in written):
        said = f"{shown(written)} is not allowed: write a list of laws, each with from: and what holds from then on"
        return [], [Mistake(("laws",), said)]
    found = [mistake.below("laws", place) for place, law in enumerate(written) for mistake in _of_its_year(law)]
    years = [law.get("from") for law in written]
    if not found:
        found = [
            Mistake(("laws", place, "from"), f"{year} does not come after {before}, the year of the law before")
            for place, (before, year) in enumerate(pairwise(years), start=1)
            if year <= before
        ]
    if found:
        return [], found
    ends = [*(year - 1 for year in years[1:]), None]
    return [
        Law(year, end, {key: value for key, value in law.items() if key != "from"})
        for year, end, law in zip(years, ends, written, strict=True)
    ], []


def _of_its_year(law: Mapping[str, Any]) -> list[Mistake]:
    """What is wrong with the year in which a law begins."""
    year = law.get("from")
    if isinstance(year, int) and not isinstance(year, bool) and 2001 <= year <= 2200:
        return []
    if year is None:
        instead = next((key for key in ("takes_effect", "start_year") if key in law), None)
        if instead is not None:
            return [
                Mistake((instead,), f"a law among several begins in the year of its from: write {_from(law[instead])}")
            ]
        misspelt = next((key for key in law if nearest_key(str(key), ("from",)) == "did you mean 'from'?"), None)
        if misspelt is not None:
            return [Mistake((misspelt,), "unknown key; did you mean 'from'?")]
        return [Mistake(("from",), f"{MISSING}: the first fiscal year of the law, as {EXAMPLE}")]
    meant = (number_meant(year, 2001, 2200) or fiscal_year_meant(year)) if isinstance(year, str) else ""
    said = f"{shown(year)} is not allowed: the first fiscal year of the law, a whole number from 2001 to 2200"
    return [Mistake(("from",), f"{said}; {meant}" if meant else f"{said}, as {EXAMPLE}")]


def _from(year: Any) -> str:
    return f"from: {year}" if isinstance(year, int) else f"from: and the fiscal year, as from: {EXAMPLE}"


def name_in(name: str, year: int) -> str:
    """What a line of a law that begins in a year is called where an earlier law has another line of its name."""
    return f"{name[:KEPT]}_{year}"


def title_in(title: str, year: int) -> str:
    """The title of a law of one line, which has none of its own, that follows others in its file."""
    return f"{title} (law of FY{year})"


def first_of_name(name: str, start_year: int | None, earlier: Iterable[str]) -> str | None:
    """Of the names of ``earlier`` lines the one after which a later law's line is named; None if there is none."""
    return next((one for one in earlier if start_year is not None and name == name_in(one, start_year)), None)


def within(law: Law, line: Line) -> Line:
    """A line as it runs while its law holds."""
    if law.last is None or (line.sunset_year is not None and line.sunset_year <= law.last):
        return line
    return line.model_copy(update={"sunset_year": law.last})


def origins(
    parts: Sequence[tuple[Law, JointRules, Sequence[Line]]], lines: Sequence[Line]
) -> list[list[tuple[int, int]]]:
    """Of each of the ``lines`` that were ``joined`` the laws that have it, each with the line's place in it.

    What a line pays by is the same object as where it was read first; in a later law it is the one of its name.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in lines]
    going_on: dict[str, int] = {}
    for number, (_, _, own) in enumerate(parts):
        for place, line in enumerate(own):
            new = next((at for at, one in enumerate(lines) if one.components is line.components), None)
            if new is not None:
                going_on[line.name] = new
            found[going_on[line.name]].append((number, place))
    return found


def joined(parts: Sequence[tuple[Law, JointRules, Sequence[Line]]]) -> list[Line]:
    """The lines of all laws as those of one formula: each ends with its law, unless the next has the same line.

    Rules over all lines of a law become rules of its lines, as lines of different laws never run together. A name that
    an earlier law has for another line gets the year of its law.
    """
    lines: list[Line] = []
    written: list[str] = []
    for law, rules, own in parts:
        for line in own:
            held = line.model_copy(update={"rules": line.rules.under(rules)}) if line.joint else line
            named = [place for place, name in enumerate(written) if name == line.name]
            at = next((place for place in named if _goes_on(lines[place], held, law)), None)
            if at is not None:
                lines[at] = within(law, lines[at].model_copy(update={"sunset_year": held.sunset_year}))
                continue
            if named:
                held = held.model_copy(update={"name": name_in(line.name, law.begins)})
            lines.append(within(law, held))
            written.append(line.name)
    return lines


def _goes_on(earlier: Line, line: Line, law: Law) -> bool:
    """Whether a line of a law is that of the law before of its name, going on."""
    if earlier.sunset_year != law.begins - 1 or line.start_year != law.begins:
        return False
    own = {"start_year": None, "sunset_year": None, "name": line.name}
    return earlier.model_copy(update=own) == line.model_copy(update=own)
