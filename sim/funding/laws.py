"""Several laws in one file, one after the other: each holds until the next begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.funding.line import Line
from sim.funding.rules import JointRules
from sim.inputs import Mistake, shown


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
    years = [law.get("from") for law in written]
    for place, year in enumerate(years):
        if isinstance(year, bool) or not isinstance(year, int) or not 2001 <= year <= 2200:
            said = "is missing" if year is None else f"{shown(year)} is not allowed"
            return [], [Mistake(("laws", place, "from"), f"{said}: the first fiscal year of the law, as 2031")]
        if place and year <= years[place - 1]:
            return [], [
                Mistake(("laws", place, "from"), f"{year} does not come after {years[place - 1]}, the law before")
            ]
    ends = [*(year - 1 for year in years[1:]), None]
    return [
        Law(year, end, {key: value for key, value in law.items() if key != "from"})
        for year, end, law in zip(years, ends, written, strict=True)
    ], []


def within(law: Law, line: Line) -> Line:
    """A line as it runs while its law holds."""
    if law.last is None or (line.sunset_year is not None and line.sunset_year <= law.last):
        return line
    return line.model_copy(update={"sunset_year": law.last})


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
                held = held.model_copy(update={"name": f"{line.name[:55]}_{law.begins}"})
            lines.append(within(law, held))
            written.append(line.name)
    return lines


def _goes_on(earlier: Line, line: Line, law: Law) -> bool:
    """Whether a line of a law is that of the law before of its name, going on."""
    if earlier.sunset_year != law.begins - 1 or line.start_year != law.begins:
        return False
    own = {"start_year": None, "sunset_year": None, "name": line.name}
    return earlier.model_copy(update=own) == line.model_copy(update=own)
