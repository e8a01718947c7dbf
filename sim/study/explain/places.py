"""Finding a district or a cluster by its identifier or by a part of its name."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from sim.inputs import InputError, shown
from sim.world.world import World

SHOWN = 6
"""How many matching names an answer lists."""

NEAREST = 3
"""How many of the names most like a word that none is it lists."""

LIST = "list"
"""What asks for the names of all places in place of one of them."""


def find_place(what: str, word: str, identifiers: Sequence[str], names: Sequence[str]) -> int:
    """The index of the one place that ``word`` means; capital letters do not matter.

    It is an identifier or a whole name; else the beginning of a name that no other begins with; else a part that no
    other has.

    ``what`` is the setting, 'district' or 'cluster'. Raises InputError, one line, that lists near matches.
    """
    said = " ".join(word.split()).casefold()
    known = [(identifier.casefold(), " ".join(name.split()).casefold())
             for identifier, name in zip(identifiers, names, strict=True)]  # fmt: skip
    whole = [place for place, labels in enumerate(known) if said in labels]
    parts = [place for place, labels in enumerate(known) if said and any(said in label for label in labels)]
    begun = [place for place in parts if known[place][1].startswith(said)]
    for found in (whole, begun, parts):
        if len(found) == 1:
            return found[0]
    if parts:
        listed = ", ".join(f"{names[place]} ({identifiers[place]})" for place in parts[:SHOWN])
        more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
        raise InputError(
            f"settings: {what}: {shown(word)} is a part of {len(parts)} names: {listed}{more}; write one of them"
        )
    like = " or ".join(_most_like(said, identifiers, names))
    listed = f"cte-sim list {what}s prints all {len(names)}"
    raise InputError(f"settings: {what}: {shown(word)} is not known; did you mean {like}? {listed}")


def places_text(world: World, clusters: bool = False) -> str:
    """The identifier and name of every district, or cluster, a line for each, by name."""
    of = world.clusters if clusters else world.districts
    width = max(len(identifier) for identifier in of.identifier)
    rows = sorted(zip(of.name, of.identifier, strict=True))
    return "\n".join(f"{identifier:<{width}}  {name}" for name, identifier in rows)


def _most_like(said: str, identifiers: Sequence[str], names: Sequence[str]) -> list[str]:
    """The places of which a word, or the beginning, is most like what was said, nearest first."""
    like: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        for label in {identifiers[place], name, *re.split(r"[\s-]+", name)}:
            like.setdefault(label.casefold(), []).append(place)
    labels = sorted(like)
    close = get_close_matches(said, labels, n=3, cutoff=0.6) or get_close_matches(said, labels, n=3, cutoff=0.0)
    places = list(dict.fromkeys(place for label in close for place in like[label]))[:NEAREST]
    return [f"{names[place]} ({identifiers[place]})" for place in places]
