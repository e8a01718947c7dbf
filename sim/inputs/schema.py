"""What a schema wants at a place, in words: 'a number from 0 to 1 (share)', from the types and bounds of its fields.

Fields say their bounds once, in their types; messages, and the inputs that tests make, follow from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.inputs.source import Part

YEAR = "fiscal year"
"""The unit of numbers that are years and are written without a comma."""

KEY = "[key]"


@dataclass(frozen=True)
class Unit:
    """What a number is counted in, as part of its type: ``Annotated[float, Field(ge=0), Unit('dollars')]``."""

    words: str


@dataclass(frozen=True)
class Example:
    """How a value may be written, as part of its type or as the ``example`` of a model: '{at_least: 140}'."""

    words: str


@dataclass(frozen=True)
class Wanted:
    """A type with its bounds, unions and wrappers resolved: what may stand at a place."""

    kind: Any
    low: float | None = None
    high: float | None = None
    without_low: bool = False
    without_high: bool = False
    shortest: int = 0
    longest: int | None = None
    unit: str = ""
    example: str = ""
    inside: tuple[Any, ...] = ()
    """The types of a list's entries, or of a mapping's keys and values."""


def wanted(annotation: Any, metadata: Sequence[Any] = ()) -> list[Wanted]:
    """What a type allows, one for each member of a union; what may be left out is not counted."""
    marks = list(metadata)
    if get_origin(annotation) is Annotated:
        annotation, *further = get_args(annotation)
        return wanted(annotation, [*further, *marks])
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not NoneType]
        return [one for member in members for one in wanted(member, marks)]
    marks = list(_unpacked(marks))
    numbers: dict[str, Any] = {}
    for mark in marks:
        match mark:
            case Ge(low):
                numbers |= {"low": low}
            case Gt(low):
                numbers |= {"low": low, "without_low": True}
            case Le(high):
                numbers |= {"high": high}
            case Lt(high):
                numbers |= {"high": high, "without_high": True}
            case MinLen(shortest):
                numbers |= {"shortest": shortest}
            case MaxLen(longest):
                numbers |= {"longest": longest}
            case Unit(words):
                numbers |= {"unit": words}
            case Example(words):
                numbers |= {"example": words}
    origin = get_origin(annotation)
    if origin in (tuple, list, dict):
        inside = tuple(part for part in get_args(annotation) if part is not Ellipsis)
        return [Wanted(origin, inside=inside, **numbers)]
    return [Wanted(annotation, **numbers)]


def _unpacked(marks: Sequence[Any]) -> Iterator[Any]:
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from mark.metadata
        else:
            yield mark


def of_field(found: FieldInfo) -> list[Wanted]:
    """What a field of a model allows."""
    return wanted(found.annotation, found.metadata)


def at(model: type[BaseModel], where: Sequence[Part]) -> tuple[list[Wanted], tuple[Part, ...]]:
    """What a model allows at a place, and the place as a user finds it: without the names of members of a union.

    Nothing is wanted where the model has no such place. ``where`` is pydantic's: after a key of a mapping may stand
    ``[key]``, where the key itself is wrong.
    """
    where = tuple(where)
    present, way = [Wanted(model)], list[Part]()
    for step, part in enumerate(where):
        if where[step + 1 : step + 2] == (KEY,):
            return [kind for one in present if one.kind is dict for kind in wanted(one.inside[0])], (*way, part)
        choice = _chosen(present, part)
        if choice is not None:
            present = [choice]
            way.append(part)
            continue
        below = [found for one in present for found in _inside(one, part)]
        if not below:
            # The name of a member of a union, as 'float', is no key of the file.
            beyond = step == len(where) - 1 and len(present) > 1
            return (present, tuple(way)) if beyond else ([], (*way, *where[step:]))
        present = below
        way.append(part)
    return present, tuple(way)


def _chosen(present: list[Wanted], part: Part) -> Wanted | None:
    """The member of a union of models that a word names, as the kind of a component."""
    for one in present if len(present) > 1 else []:
        if _is_model(one.kind) and part in names(one.kind):
            return one
    return None


def names(model: type[BaseModel]) -> tuple[str, ...]:
    """The words by which a model is chosen from a union: the only values of its ``kind`` or ``rule``."""
    return tuple(str(get_args(found.annotation)[0]) for found in model.model_fields.values() if _single(found))


def _single(found: FieldInfo) -> bool:
    return get_origin(found.annotation) is Literal and len(get_args(found.annotation)) == 1


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _inside(one: Wanted, part: Part) -> list[Wanted]:
    if _is_model(one.kind):
        found = one.kind.model_fields.get(str(part))
        return of_field(found) if found is not None else []
    if one.kind in (tuple, list) and isinstance(part, int):
        return wanted(one.inside[0])
    if one.kind is dict:
        return wanted(one.inside[1])
    return []


def in_words(options: Sequence[Wanted]) -> str:
    """What may be written, as 'a number from 0 to 100 (dollars), or unit_value'."""
    models = [one.kind for one in options if _is_model(one.kind)]
    if len(models) > 1:
        key = next(key for key, found in models[0].model_fields.items() if _single(found))
        example = next((one.example for one in options if one.example), f"{{{key}: {names(models[0])[0]}, ...}}")
        return f"keys in braces, one of them {key}, as {example}"
    return ", or ".join(dict.fromkeys(_words(one) for one in options))


def _words(one: Wanted) -> str:
    if one.kind is bool:
        return "true or false"
    if one.kind in (int, float):
        number = "a whole number" if one.kind is int else "a number"
        unit = f" ({one.unit})" if one.unit else ""
        return f"{number}{_bounds(one)}{unit}"
    if one.kind is str:
        return "text"
    if get_origin(one.kind) is Literal:
        return ", ".join(str(word) for word in get_args(one.kind))
    if one.kind in (tuple, list):
        return f"a list in brackets, as {one.example}" if one.example else "a list in brackets [ ]"
    if _is_model(one.kind):
        example = getattr(one.kind, "example", "")
        if example:
            return f"keys in braces, as {example}"
        keys = list(one.kind.model_fields)
        return f"keys in braces, as {{{keys[0]}: ...}}; its keys: {', '.join(keys[:8])}"
    if one.kind is dict:
        first = get_args(one.inside[0])[0] if get_origin(one.inside[0]) is Literal else "key"
        return f"keys in braces, as {{{first}: ...}}"
    return "another value"


def _bounds(one: Wanted) -> str:
    comma = "" if one.unit == YEAR else ","
    ends = []
    if one.low is not None:
        ends.append(f" {'above' if one.without_low else 'from'} {one.low:{comma}.15g}")
    if one.high is not None:
        upper = "below" if one.without_high else "to" if ends else "up to"
        ends.append(f"{',' if ends and one.without_high else ''} {upper} {one.high:{comma}.15g}")
    return "".join(ends)
