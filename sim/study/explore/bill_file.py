"""A bill as a file in which the values of its knobs are left open, so that a page can fill them in.

The file holds the same law as the one that was read: all of its keys that differ from what is usual, its lines by
name. With the knobs at any values it reads as the formula that a sweep has at those values, to the same fingerprint.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from sim.config_folder import config_folder
from sim.funding.formula import Formula
from sim.funding.reading import formula_from, read_lines
from sim.funding.writing import content
from sim.inputs import InputError, yaml_text
from sim.study.designs.places import Key, Place, with_values
from sim.study.explore.knobs import Knob
from sim.study.setup.inputs import formula_record

EXPLORED = "explored"
"""What is added to the name and title of a bill whose knobs have been moved."""

Piece = str | dict[str, Any]
"""Text, or the place of a knob: ``{"knob": 2}``, with the texts by whole number where a value stands for more."""


def explored(formula: Formula) -> Formula:
    """The bill under a name and title of its own; what it is expected to owe holds for its own numbers alone."""
    return formula.model_copy(
        update={
            "name": f"{formula.name}_{EXPLORED}",
            "title": f"{formula.title} ({EXPLORED})"[:300],
            "short": "",
            "expected_base_year_entitlement": None,
        }
    )


def formula_at(formula: Formula, knobs: Sequence[Knob], values: Sequence[float]) -> Formula:
    """The bill with its knobs at ``values``, as the file of the page holds it. Raises InputError, one line."""
    places = [knob.factor.places[formula.name] for knob in knobs]
    row = [knob.value(value) for knob, value in zip(knobs, values, strict=True)]
    return with_values(explored(formula), places, [row], ["the explorer"])[0]


def file_pieces(formula: Formula, knobs: Sequence[Knob]) -> list[Piece] | None:
    """The text of the bill's file in pieces, the values of knobs between them; None where a bill cannot be written so.

    The file is read back with all knobs at their own values, at their least and at their most.
    """
    written = content(explored(formula))
    own = [at for at, line in enumerate(formula.lines) if not line.background]
    pieces: list[Piece] = []
    tokens = {f"knob-{number}-of-the-explorer": number for number in range(len(knobs))}
    for token, knob in zip(tokens, knobs, strict=True):
        _put(written, _keys(knob.factor.places[formula.name], own), token)
    text = yaml_text(written)
    for token, number in sorted(tokens.items(), key=lambda one: text.index(one[0])):
        before, _, text = text.partition(token)
        pieces += [before, _open_place(knobs[number], number, formula)]
    pieces.append(text)
    ends = ([knob.own for knob in knobs], [knob.low for knob in knobs], [knob.high for knob in knobs])
    return pieces if all(_reads_back(formula, knobs, pieces, values) for values in ends) else None


def filled(pieces: Sequence[Piece], values: Sequence[float]) -> str:
    """The file with the knobs at ``values``."""
    return "".join(piece if isinstance(piece, str) else _text(piece, values) for piece in pieces)


def _text(piece: Mapping[str, Any], values: Sequence[float]) -> str:
    value = values[int(piece["knob"])]
    if "texts" in piece:
        return str(piece["texts"][str(int(value))])
    return str(int(value)) if value == int(value) else repr(float(value))


def _open_place(knob: Knob, number: int, formula: Formula) -> dict[str, Any]:
    place = knob.factor.places[formula.name]
    if place.steps is None:
        return {"knob": number}
    years = range(int(knob.low), int(knob.high) + 1)
    return {"knob": number, "texts": {str(year): str(list(place.content(year))) for year in years}}


def _reads_back(formula: Formula, knobs: Sequence[Knob], pieces: Sequence[Piece], values: Sequence[float]) -> bool:
    wanted, lines = formula_at(formula, knobs, values), read_lines(config_folder() / "line")
    try:
        read = formula_from(yaml.safe_load(filled(pieces, values)), "explorer", wanted.name, lines)
    except InputError:
        return False
    return bool(formula_record(read)["fingerprint"] == formula_record(wanted)["fingerprint"])


def _keys(place: Place, own: Sequence[int]) -> tuple[Key, ...]:
    """Where a place stands in the file, which lists the formula's own lines alone."""
    first, *rest = place.keys
    return (first, own.index(int(rest[0])), *rest[1:]) if first == "lines" else place.keys


def _put(content: Any, keys: Sequence[Key], token: str) -> None:
    for key in keys[:-1]:
        if isinstance(content, dict) and key not in content:
            content[key] = {}
        content = content[key]
    content[keys[-1]] = token
