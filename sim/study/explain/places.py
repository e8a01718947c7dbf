"""Finding a district or a cluster by its identifier or by a part of its name."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from sim.inputs import InputError, nearest

SHOWN = 6
"""How many matching names an answer lists."""


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
            f"settings: {what}: '{word}' is a part of {len(parts)} names: {listed}{more}; write one of them"
        )
    raise InputError(f"settings: {what}: '{word}' is not known; {_hint(said, identifiers, names)}")


def _hint(said: str, identifiers: Sequence[str], names: Sequence[str]) -> str:
    """The names of which a word, or the beginning, is most like what was said."""
    like: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        for label in {identifiers[place], name, *re.split(r"[\s-]+", name)}:
            like.setdefault(label.casefold(), []).append(place)
    close = get_close_matches(said, sorted(like), n=3, cutoff=0.6)
    places = list(dict.fromkeys(place for label in close for place in like[label]))[:SHOWN]
    if places:
        return f"did you mean {' or '.join(f'{names[place]} ({identifiers[place]})' for place in places)}?"
    return nearest(said, identifiers)
