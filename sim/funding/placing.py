"""What is wrong with a formula that was read, at the places of its file: of a law among several, of a rate that differs
by condition, of a line that two laws have."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.funding.condition_words import ALL_LEFT_OUT
from sim.funding.differing import COVERED, NOTHING_LEFT, spread, written_at
from sim.inputs import Mistake, Part

Way = tuple[Part, ...]
"""Keys and places of lists from the top of a file."""
Ways = Sequence[Sequence[Way]]
"""Of each line of a formula where it is written: at several places if several laws have it, at none if the file does
not name it."""


def in_file(mistakes: Sequence[Mistake], content: Any, ways: Ways) -> list[Mistake]:
    """Mistakes of a formula, those of its lines by their number in it (``lines``, n), as they stand in its file.

    ``content`` is what is written there. What is wrong with a condition is told there alone, and not of the rates after
    it, which leave it out.
    """
    read = [one for mistake in mistakes for one in _as_written(mistake, content, ways)]
    found = [placed for one in read if (placed := _of_its_rate(one, content, read)) is not None]
    return found or [_of_its_component(one, content) for one in read]


def _as_written(mistake: Mistake, content: Any, ways: Ways) -> list[Mistake]:
    """A mistake at every place where its line is written."""
    several_laws = isinstance(content, Mapping) and "laws" in content
    if mistake.place[:1] != ("lines",):
        begins = several_laws and mistake.where == ("takes_effect",)
        return [replace(mistake, where=("from",), place=("laws", 0))] if begins else [mistake]
    number = mistake.place[1]
    there = ways[number] if isinstance(number, int) and number < len(ways) else ()
    if several_laws and mistake.where in (("start_year",), ("sunset_year",)):
        return [_of_its_years(mistake, content, there)]
    return [_of_its_rules(_of_a_shared_line(replace(mistake, place=way), content), content) for way in there] or [
        replace(mistake, place=())
    ]


def _of_its_years(mistake: Mistake, content: Any, ways: Sequence[Way]) -> Mistake:
    """The year in which a line begins or ends, if it is written; else that of its first law, or of its last."""
    key = mistake.where[0]
    written = next((way for way in ways if key in _keys(_at(content, way))), None)
    if written is not None or not ways:
        return replace(mistake, place=written or ())
    if key == "start_year":
        return replace(mistake, where=("from",), place=ways[0][:2])
    return replace(mistake, where=(), said=f"the law's last year {mistake.said}", place=ways[-1][:2])


def _of_a_shared_line(mistake: Mistake, content: Any) -> Mistake:
    """What is wrong with a shared line stands in no place of the file but its name."""
    entry = _at(content, mistake.place)
    inside = isinstance(entry, Mapping) and (
        "line" not in entry or mistake.where[:1] == () or mistake.where[0] in entry
    )
    if inside or not mistake.where:
        return mistake
    within = ".".join(str(part) for part in mistake.where)
    name = ("line",) if isinstance(entry, Mapping) else ()
    return replace(mistake, where=name, said=f"{within} of the shared line: {mistake.said}")


def _of_its_rules(mistake: Mistake, content: Any) -> Mistake:
    """A case of the rules over all lines of a law, which are rules of each of its lines when these are read."""
    number = mistake.where[2] if mistake.where[:2] == ("rules", "differs") and len(mistake.where) > 2 else None
    if mistake.place[:1] != ("laws",) or len(mistake.place) < 4 or not isinstance(number, int):
        return mistake
    rules = _keys(_at(content, mistake.place)).get("rules")
    own = rules.get("differs") if isinstance(rules, Mapping) else None
    known = len(own) if isinstance(own, list) else 0
    if number < known:
        return mistake
    return replace(mistake, place=mistake.place[:2], where=("rules", "differs", number - known, *mistake.where[3:]))


def _of_its_rate(mistake: Mistake, content: Any, all_: Sequence[Mistake]) -> Mistake | None:
    """A mistake at the rate of its component in which it stands; None if it stands in another rate too.

    What is wrong with a rate as a whole stands in its case, unless it is of the component, and so of the last rate too.
    """
    written = _keys(_at(content, mistake.place)).get("components")
    place = mistake.where[1] if mistake.where[:1] == ("components",) else None
    if not isinstance(written, list) or not isinstance(place, int):
        return mistake
    origins = spread(written)[1]
    if place >= len(origins):
        return mistake
    way = written_at(mistake.where, origins, written)
    if "differs" not in written[origins[place][0]]:
        return replace(mistake, where=way or mistake.where)
    number = origins[place][1]
    if len(mistake.where) == 3 and number is not None:
        last = max(at for at, (written_place, _) in enumerate(origins) if written_place == origins[place][0])
        whole = ("components", origins[place][0], mistake.where[2])
        elsewhere = replace(mistake, where=("components", last, mistake.where[2]))
        of_the_case = last == place or elsewhere not in all_
        return replace(mistake, where=(*whole, "differs", number) if of_the_case else whole)
    if mistake.said != ALL_LEFT_OUT:
        return replace(mistake, where=way) if way is not None else None
    there = way or ("components", origins[place][0], mistake.where[2], "differs")
    return replace(mistake, where=there, said=COVERED if number is not None else NOTHING_LEFT)


def _of_its_component(mistake: Mistake, content: Any) -> Mistake:
    """A mistake at its component as it is written."""
    written = _keys(_at(content, mistake.place)).get("components")
    place = mistake.where[1] if mistake.where[:1] == ("components",) else None
    origins = spread(written)[1] if isinstance(written, list) else []
    if not isinstance(place, int) or place >= len(origins):
        return mistake
    return replace(mistake, where=("components", origins[place][0], *mistake.where[2:3]))


def _at(content: Any, way: Way) -> Any:
    """What is written at a place; None where nothing is."""
    for part in way:
        known = range(len(content)) if isinstance(content, list) else content if isinstance(content, Mapping) else ()
        if part not in known:
            return None
        content = content[part]
    return content


def _keys(written: Any) -> Mapping[str, Any]:
    return written if isinstance(written, Mapping) else {}
