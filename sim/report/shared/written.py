"""What the manifest says of a formula's years: from when to when it holds, and which of its lines go on as others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.arrays import BoolArray, IntArray
from sim.funding.laws import LAW, first_of_name
from sim.states.words import listed


@dataclass(frozen=True)
class Running:
    """The fiscal years in which a formula holds after the base year: ``begins`` is the first, until which current law
    holds; ``ends`` the last in which a line of its own can pay, None if it has no end, or never pays."""

    begins: int
    ends: int | None = None

    def holds(self, years: IntArray) -> BoolArray:
        """Whether each fiscal year is one of them."""
        found: BoolArray = (years >= self.begins) & (years <= (self.ends if self.ends is not None else years))
        return found


def running(record: Mapping[str, Any], base_year: int) -> Running:
    """When a formula holds in a study, by the manifest's record of it; from the year after the base year on where that
    does not hold what was written."""
    content, first = record.get("content") or {}, base_year + 1
    begins = max(int(content.get("takes_effect") or first), first)
    lines = _own_lines(content)
    ends = [int(line["sunset_year"]) for line in lines if line.get("sunset_year") is not None]
    last = max(ends) if ends and len(ends) == len(lines) else None
    return Running(begins, last if last is not None and last >= begins else None)


def successive(record: Mapping[str, Any]) -> dict[str, str]:
    """The lines of later laws by name, each with the name of the line of an earlier law that it goes on from.

    Such lines are called by the name of the first and the year of their law. Only those count as one that never run
    together and whose money is of one kind: the same fund, and alike recurring.
    """
    content = record.get("content") or {}
    first: dict[str, str] = {}
    chains: dict[str, list[Mapping[str, Any]]] = {}
    for line in _own_lines(content):
        name = str(line["name"])
        head = first_of_name(name, line.get("start_year"), chains)
        if head is not None and not all(_goes_on(earlier, line) for earlier in chains[head]):
            head = None
        if head is not None:
            first[name] = head
        chains.setdefault(head or name, []).append(line)
    return first


def title_of_laws(titles: Sequence[str]) -> str:
    """What lines of laws one after another are called together, by the title of each: by that of the first, and where
    it names its law, by the laws of all: 'A bill (laws of FY2030 and FY2031)'."""
    first = LAW.fullmatch(titles[0])
    if first is None:
        return titles[0]
    years = sorted({found["year"] for title in titles if (found := LAW.fullmatch(title)) is not None})
    if len(years) == 1:
        return titles[0]
    named = [f"FY{year}" for year in years]
    return f"{first['title']} (laws of {listed(named) if len(named) == 2 else f'{named[0]} to {named[-1]}'})"


def _own_lines(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [line for line in content.get("lines") or () if not line.get("background")]


def _goes_on(earlier: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    alike = all(earlier.get(key) == line.get(key) for key in ("fund", "recurring"))
    ended, starts = earlier.get("sunset_year"), line.get("start_year")
    return alike and ended is not None and starts is not None and int(ended) < int(starts)
