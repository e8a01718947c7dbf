"""What pydantic finds wrong, as a person says it: the key, the value, what is allowed and what to write instead."""

import re
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import replace
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.inputs import schema
from sim.inputs.errors import InputError, RuleError, cut, listed_words, nearest, nearest_key, shown
from sim.inputs.numbers import fiscal_year_meant, number_meant
from sim.inputs.schema import Wanted
from sim.inputs.source import MISSING, Mistake, Part, Source, as_source

MOST = 1e15
"""The largest number that is suggested where no bound is known."""

UNKNOWN = "unknown key; "

WHOLE = "the file"
"""What is blamed where no key is."""


def first_problem(
    error: ValidationError,
    source: str | Source,
    allowed: Mapping[str, Iterable[str]] | None = None,
    model: type[BaseModel] | None = None,
) -> InputError:
    """What pydantic found, as one line that starts with the file's name: the first mistake, and where the others are.

    ``model`` is the schema that was broken; its own keys and bounds are named. ``allowed`` may map the name of a
    mapping (the last named part of the location, or '' for the top) to the keys that it may hold instead.
    """
    return as_source(source).refusals(mistakes(error, allowed, model))


def mistakes(
    error: ValidationError,
    allowed: Mapping[str, Iterable[str]] | None = None,
    model: type[BaseModel] | None = None,
) -> list[Mistake]:
    """Everything that pydantic found, one mistake for each place, in the order of the schema."""
    found: dict[tuple[Part, ...], Mistake] = {}
    problems = error.errors(include_url=False)
    for problem in problems:
        way = problem["loc"]
        if problem["type"] == "too_short" and any(p["loc"][: len(way)] == way != p["loc"] for p in problems):
            continue  # a list is not too short whose entries could not be read
        where: tuple[Part, ...] = tuple(problem["loc"])
        options, place = schema.at(model, where) if model is not None else ([], where)
        mistake = _mistake(problem, place, options, allowed, model)
        # Of a union each member complains; what a rule has to say about the value is the most helpful.
        if mistake.where not in found or problem["type"] == "value_error":
            found[mistake.where] = mistake
    return _without_echoes(list(found.values()))


def _without_echoes(found: list[Mistake]) -> list[Mistake]:
    """The mistakes without a key that is missing only because another is written in its place."""
    kept = list(found)
    for place in {mistake.where[:-1] for mistake in found}:
        here = [mistake for mistake in found if mistake.where[:-1] == place]
        missing = [mistake for mistake in here if mistake.said.startswith(MISSING)]
        unknown = [mistake for mistake in here if mistake.said.startswith(UNKNOWN)]
        if place and len(missing) == len(unknown) == 1:
            key = missing[0].where[-1]
            if f"'{key}'" not in unknown[0].said:
                kept[kept.index(unknown[0])] = replace(unknown[0], said=f"{unknown[0].said}; {key} {missing[0].said}")
            kept.remove(missing[0])
    return kept


def _mistake(
    problem: Any,
    where: tuple[Part, ...],
    options: Sequence[Wanted],
    allowed: Mapping[str, Iterable[str]] | None,
    model: type[BaseModel] | None,
) -> Mistake:
    kind, value, context = problem["type"], problem["input"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known(where[:-1], allowed, model)
        return Mistake(where, f"{UNKNOWN}{nearest_key(str(where[-1]), known) if known is not None else 'remove it'}")
    if kind == "missing":
        example = next((one.example for one in options if one.example), "")
        wanted = f"; write {example}" if example else f": {schema.in_words(options)}" if options else ""
        return Mistake(where or (WHOLE,), f"{MISSING}{wanted}")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        key = str(context["discriminator"]).strip("'")
        known = [name for one in options for name in _names(one)]
        word = value.get(key) if isinstance(value, Mapping) else None
        if not known:
            expected = str(context.get("expected_tags", "")).replace("'", "")
            return Mistake(where, f"{shown(word)} is not allowed: {key} is {expected or 'missing'}")
        if word is None:
            return Mistake((*where, key), f"is missing; allowed: {listed_words(known)}")
        return Mistake((*where, key), f"{shown(word)} is not allowed; {nearest(str(word), known)}")
    if kind in ("value_error", "assertion_error"):
        said = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if isinstance(context.get("error"), RuleError):
            return Mistake((*where, *context["error"].way), said)
        # A rule about keys that stand together is no fault of one value.
        if not where or isinstance(value, Mapping | BaseModel) or _holds_mappings(value):
            return Mistake(where or (_key_named(said, value),), said)
        return Mistake(where, f"{_told(value)}: {said}")
    if kind == "string_too_long":
        return Mistake(where, f"{_told(value)}: text of at most {context['max_length']:,} letters")
    if kind in ("too_long", "too_short"):
        most, least = context.get("max_length"), context.get("min_length")
        return Mistake(where, f"{_length(value)}: {f'at most {most}' if kind == 'too_long' else f'at least {least}'}")
    if kind == "invalid_key":
        return Mistake(where, "unknown key; a key here is a word")
    words = schema.in_words(options) if options else _plain_words(kind, context, problem["msg"])
    hint = _hint(value, options)
    return Mistake(where or (WHOLE,), f"{_told(value)}: {words}{hint}")


def _key_named(said: str, written: object) -> str:
    """The first key in the words of a rule that was written: where a reader looks for what broke it."""
    keys = [word for word in re.findall(r"\w+", said) if isinstance(written, Mapping) and word in written]
    return keys[0] if keys else WHOLE


def _told(value: object) -> str:
    return "is empty" if value is None else f"{shown(value)} is not allowed"


def _length(value: object) -> str:
    entries = len(value) if isinstance(value, Sized) else 0
    return f"{entries:,} entries are not allowed" if entries else f"{shown(value)} is not allowed"


def _holds_mappings(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(part, Mapping | BaseModel) for part in value)


def _names(one: Wanted) -> tuple[str, ...]:
    model = one.kind
    return schema.names(model) if isinstance(model, type) and issubclass(model, BaseModel) else ()


def _known(
    parent: tuple[Part, ...], allowed: Mapping[str, Iterable[str]] | None, model: type[BaseModel] | None
) -> Iterable[str] | None:
    """The keys that a mapping may hold, by the list that was given for it or by its schema."""
    name = next((str(part) for part in reversed(parent) if not isinstance(part, int)), "")
    if allowed is not None and name in allowed:
        return allowed[name]
    for one in schema.at(model, parent)[0] if model is not None else []:
        if isinstance(one.kind, type) and issubclass(one.kind, BaseModel):
            return tuple(one.kind.model_fields)
    return None


def _plain_words(kind: str, context: Mapping[str, Any], message: str) -> str:
    """What is wanted where no schema is known, in the words of pydantic where they are plain."""
    words = {
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "float_parsing": "a number",
        "finite_number": "a number that has an end",
        "string_type": "text",
        "dict_type": "keys in braces, as {key: value}",
        "model_type": "keys in braces, as {key: value}",
        "tuple_type": "a list in brackets [ ]",
        "list_type": "a list in brackets [ ]",
        "literal_error": str(context.get("expected", "")).replace("'", ""),
    }
    if kind in words:
        return words[kind]
    return cut(message.replace("Input should be ", "").replace("Input should ", ""), 160)


def _hint(value: object, options: Sequence[Wanted]) -> str:
    """What to write instead, where the value shows what was meant."""
    kinds = {one.kind for one in options}
    if isinstance(value, str) and kinds & {int, float}:
        bounded = [one for one in options if one.kind in (int, float)]
        low = min(-MOST if one.low is None else one.low for one in bounded)
        high = max(MOST if one.high is None else one.high for one in bounded)
        meant = number_meant(value, low, high) or (fiscal_year_meant(value) if options[0].unit == schema.YEAR else "")
        return f"; {meant}" if meant else ""
    if isinstance(value, str) and len(options) == 1:
        words = _literal(options[0])
        return f"; {nearest(value, words)}" if words and "did you mean" in nearest(value, words) else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kinds == {str}:
            return f"; put it in quotes: '{value}'"
        if kinds == {float} and options[0].high == 1.0 and 1.0 < value <= 100.0:
            if options[0].unit == "share a year" and value < 2.0:
                growth = f"{100.0 * (value - 1.0):.6g}% growth {value - 1.0:.6g}"
                return f"; {value:g}% is written {value / 100.0:g}, {growth}"
            return f"; {value:g}% is written {value / 100.0:g}"
    return ""


def _literal(one: Wanted) -> list[str]:
    return [str(word) for word in get_args(one.kind)] if get_origin(one.kind) is Literal else []
