"""One line for a setting that cannot be used: which one, what was written, and what is allowed, from its own type."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.inputs import InputError, nearest, shown
from sim.inputs.errors import LONGEST_LINE, cut

LONGEST_HINT = 80
"""Characters of what is allowed that are spent on words of which none is near."""

Schema = Mapping[str, Any]
"""A JSON schema, as pydantic gives it."""


def hint(word: str, allowed: Iterable[str]) -> str:
    """The allowed word nearest to ``word``, or the first of them if none is near."""
    known = list(allowed)
    text = nearest(word, known)
    if text.startswith("did you mean"):
        return text
    few = known
    while len(", ".join(few)) > LONGEST_HINT:
        few = few[:-1]
    return f"allowed: {', '.join(few)}{' ...' if len(few) < len(known) else ''}"


def first_of(error: ValidationError, model: type[BaseModel], source: str = "settings") -> InputError:
    """The first problem that pydantic found in a ``model``, as one line that begins with ``source``."""
    problem = error.errors(include_url=False)[0]
    keys, allowed, options = _followed(model, problem["loc"])
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        key = shown(str(problem["loc"][-1]), quotes=False)
        return _line(source, [*keys, key], f"unknown key; {hint(key, _keys_of(options))}")
    if kind.startswith("union_tag"):
        tag = str((problem.get("ctx") or {}).get("discriminator", "")).strip("'")
        named = value.get(tag) if isinstance(value, Mapping) else value
        known = [str(name) for option in options for name in option.get("discriminator", {}).get("mapping", {})]
        if kind == "union_tag_not_found":
            return _line(source, [*keys, tag], f"is missing; {_one_of(known)}")
        return _line(source, keys, f"{shown(named)} is not allowed: {tag} is {_one_of(known)}")
    if kind == "missing":
        return _line(source, keys, "is missing")
    if kind in ("value_error", "assertion_error"):
        said = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        # The parts of a mapping were written one by one: which are wrong, the sentence says.
        in_parts = isinstance(value, Mapping) and any("properties" in option for option in options)
        return _line(source, keys, said if in_parts else f"{shown(value)} is not allowed: {said}")
    if allowed.startswith("a list") and isinstance(value, str | int | float) and not isinstance(value, bool):
        allowed = f"a list, as [{shown(value, quotes=False)}]"
    return _line(source, keys, f"{shown(value)} is not allowed: {allowed}")


def _line(source: str, keys: Sequence[str], said: str) -> InputError:
    return InputError(cut(": ".join([source, *([".".join(keys)] if keys else []), said]), LONGEST_LINE))


def _followed(model: type[BaseModel], location: Sequence[str | int]) -> tuple[list[str], str, list[Schema]]:
    """The keys on the way to a problem, what is allowed there, and the schemas that stand there.

    Pydantic's location also names branches of a union, which are no keys that a user wrote.
    """
    whole = _schema_of(model)
    options: list[Schema] = [whole]
    keys: list[str] = []
    for part in location:
        below = [found for option in options for found in _below(option, part, whole)]
        if below:
            options = below
            keys.append(shown(str(part), quotes=False))
    allowed = _one_of(list(dict.fromkeys(words_of(option, whole) for option in options)))
    return keys, allowed, list(_parts(options, whole))


@cache
def _schema_of(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def _parts(options: Sequence[Schema], whole: Schema) -> Iterator[Schema]:
    """The schemas themselves, with those that they refer to or choose between."""
    for option in options:
        if "$ref" in option:
            yield from _parts([whole["$defs"][option["$ref"].rpartition("/")[2]]], whole)
            continue
        yield option
        yield from _parts([*option.get("anyOf", ()), *option.get("oneOf", ())], whole)


def _below(option: Schema, part: str | int, whole: Schema) -> Iterator[Schema]:
    for schema in _parts([option], whole):
        properties = schema.get("properties", {})
        if part in properties:
            yield properties[part]
        elif isinstance(part, int) and "items" in schema:
            yield schema["items"]
        elif isinstance(part, str) and schema.get("additionalProperties") is True and part != "[key]":
            yield {}


def _keys_of(options: Sequence[Schema]) -> list[str]:
    return list(dict.fromkeys(str(key) for option in options for key in option.get("properties", {})))


def allowed_for(model: type[BaseModel], *keys: str) -> str:
    """What a setting may be, in words, by its keys from the top."""
    return _followed(model, keys)[1]


def words_of(schema: Schema, whole: Schema) -> str:
    """What a schema allows, in words."""
    return _one_of(list(_alternatives(schema, whole)))


def _alternatives(schema: Schema, whole: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield from _alternatives(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    elif "discriminator" in schema:
        named = schema["discriminator"]
        yield f"a mapping with {named['propertyName']}: {_one_of(list(named['mapping']))}"
    elif "anyOf" in schema:
        for option in schema["anyOf"]:
            yield from _alternatives(option, whole)
    elif "enum" in schema:
        yield from (str(word) for word in schema["enum"])
    else:
        yield _kind(schema, whole)


def _kind(schema: Schema, whole: Schema) -> str:
    kind = schema.get("type")
    if "const" in schema:
        return str(schema["const"])
    if kind in ("integer", "number"):
        return _number(schema, "a whole number" if kind == "integer" else "a number")
    if kind == "array":
        return f"a list, as [...], each {words_of(schema['items'], whole)}"
    if kind == "object":
        keys = _keys_of([schema])
        return f"a mapping with {', '.join(keys)}" if keys else "a mapping of keys to values"
    if kind == "string":
        said = f"a name or path of {schema.get('minLength', 0)} to {schema.get('maxLength', 1_000):,} characters"
        return str(schema.get("description", said))
    return {"boolean": "true or false", "null": "null"}.get(str(kind), "a value")


def _number(schema: Schema, word: str) -> str:
    ends = dict(schema)
    if schema["type"] == "integer" and "exclusiveMaximum" in ends:
        ends["maximum"] = ends.pop("exclusiveMaximum") - 1
    bounds = {key: _bound(ends[key]) for key in _BOUNDS if key in ends}
    if "minimum" in bounds and "maximum" in bounds:
        return f"{word} from {bounds['minimum']} to {bounds['maximum']}"
    parts = [f"{_BOUNDS[key]} {bound}" for key, bound in bounds.items()]
    return " ".join([word, " and ".join(parts)]) if parts else word


def _bound(number: float) -> str:
    if number % 1:
        return f"{number:.10g}"
    return f"{int(number):,}" if number >= 10_000 else str(int(number))


_BOUNDS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}


def _one_of(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + words[-1] if words else "nothing"
