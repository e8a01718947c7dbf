"""Values that a schema does not allow, made from the types and bounds of its own fields, and YAML to write them in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from sim.inputs.schema import Wanted, of_field, wanted

LONG = "x" * 100_000


@dataclass(frozen=True)
class Raw:
    """Text that stands in a file as it is, without quotes."""

    text: str


NOTHING = Raw("")
NO_NUMBERS = ("0500", "050_000", "1:30", "5%", "$900", "'1'", "abc", ".nan", ".inf", "-.inf", "true", "1.0e+400", "[1]")
NO_WORDS = ("'   '", "'???'", "2026", "true", "[a, b]", "{a: b}", "1.5")


def yaml_of(value: Any) -> str:
    """A value in YAML's flow style; raw text as it is."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{yaml_of(key)}: {yaml_of(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(yaml_of(part) for part in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else repr(value)


def block_of(content: Mapping[str, Any]) -> str:
    """A file: one key a line."""
    return "".join(f"{yaml_of(key)}: {yaml_of(value)}\n" for key, value in content.items())


def bad_values(model: type[BaseModel], key: str) -> Iterator[tuple[str, Any]]:
    """Values that a field of a model does not allow, each with a name."""
    field = model.model_fields[key]
    options = of_field(field)
    if field.is_required():
        yield "null", NOTHING
    kinds = {one.kind for one in options}
    for one in options:
        for what, value in _bad(one):
            if not _fits_another(value, one, options):
                yield what, value
    if kinds & {int, float} and str not in kinds:
        for text in NO_NUMBERS:
            yield text, Raw(text)
        yield "a number of 5,000 digits", Raw("9" * 5_000)
        yield "a word of 100,000 letters", LONG
    if kinds == {str}:
        for text in NO_WORDS:
            yield text, Raw(text)
        yield "100,000 letters", LONG
    if kinds == {bool}:
        for text in ("maybe", "2", "[true]", "{a: 1}", "0.5", "'1'"):
            yield text, Raw(text)


def _fits_another(value: Any, one: Wanted, options: list[Wanted]) -> bool:
    """Whether another member of the union might take it."""
    if isinstance(value, Raw) or len(options) == 1:
        return False
    return any(isinstance(value, str) and other.kind is str for other in options if other is not one)


def _bad(one: Wanted) -> Iterator[tuple[str, Any]]:
    if one.kind in (int, float):
        yield from _beyond(one)
    elif get_origin(one.kind) is Literal:
        words = get_args(one.kind)
        if all(isinstance(word, str) for word in words):
            yield "a misspelt word", f"{words[0]}x"
            yield "capitals", str(words[0]).upper()
            yield "an empty word", ""
            yield "a list of it", [words[0]]
            yield "a mapping", {"a": words[0]}
            yield "100,000 letters", LONG
        else:
            yield "a number beyond", max(words) + 1
            yield "true", True
            yield "a word", str(words[0])
        yield "a fraction", 0.25
    elif one.kind is tuple:
        yield "a number for a list", 5
        yield "a mapping for a list", {"a": 1}
        yield "a list of lists", [[["a"]]]
        yield "a list of nothing", [None]
        if one.shortest:
            yield "an empty list", []
        if one.longest is not None:
            yield "too many", [0.5] * (one.longest + 1)
        yield from ((f"[{what}]", [value]) for inner in wanted(one.inside[0]) for what, value in _bad(inner))
    elif one.kind is dict:
        yield "a number for a mapping", 5
        yield "a list for a mapping", [1, 2]
        yield "an unknown key", {"zzz": 1}
        yield "a date for a key", {Raw("2026-13-45"): 1}
        if one.shortest:
            yield "an empty mapping", {}
        keys = [key for kind in wanted(one.inside[0]) for key in _keys(kind)]
        for inner in wanted(one.inside[1]):
            yield from ((f"{{{key}: {what}}}", {key: value}) for key in keys[:1] for what, value in _bad(inner))
    elif isinstance(one.kind, type) and issubclass(one.kind, BaseModel):
        yield "a number for keys", 3
        yield "a list for keys", [1]
        yield "a word for keys", "abc"
        yield "an unknown key", {"zzz": 1}
        for key in one.kind.model_fields:
            yield f"only a misspelt {key}", {f"{key}x": 1}


def _beyond(one: Wanted) -> Iterator[tuple[str, Any]]:
    if one.low is not None:
        yield "too low", one.low if one.without_low else one.low - 1
    if one.high is not None:
        yield "too high", one.high if one.without_high else one.high + 1
        yield "far too high", Raw("1.0e+300")
    if one.kind is int:
        yield "a fraction", (one.low or 0) + 0.5


def _keys(kind: Wanted) -> list[Any]:
    if get_origin(kind.kind) is Literal:
        return list(get_args(kind.kind))
    return [2030] if kind.kind is int else ["a"]
