"""The JSON schema of a bill's file, for editors, from the same models that read it."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sim.funding.components import COMPONENTS
from sim.funding.formula import Formula
from sim.funding.line import NOT_IN_FILES, Line
from sim.funding.reading import FORMULA_KEYS, LINE_KEYS, SHORT_KEYS
from sim.funding.rules import JointRules
from sim.inputs import schema

ADDRESS = "https://json-schema.org/draft/2020-12/schema"
LISTS_OR_ONE = frozenset({"locale", "locales", "county", "region", "district", "cluster", "clusters"})
"""Keys that hold a list of words, of which one may stand alone."""


def bill_schema() -> dict[str, Any]:
    """The schema of a formula's file: keys of the formula, and of its one line, of ``lines`` or of ``laws``."""
    definitions: dict[str, Any] = {}
    top = _of(Formula, definitions)["properties"]
    line = _of(Line, definitions)["properties"]
    _of(JointRules, definitions)
    for model in _models(Line, set()):
        _told(model, definitions)
    _told(JointRules, definitions)
    definitions["JointRules"]["additionalProperties"] = False
    for kind in COMPONENTS.values():
        _may_differ(definitions[kind.__name__])
    of_line = {key: line[key] for key in LINE_KEYS}
    of_short = {key: line[key] for key in SHORT_KEYS}
    whole = {"type": "object", "properties": of_line, "required": ["name", "components", "appropriation"]}
    changed = {"type": "object", "properties": {"line": {"type": "string"}, **of_line}, "required": ["line"]}
    definitions["WholeLine"] = {**whole, "additionalProperties": False}
    definitions["ChangedLine"] = {**changed, "additionalProperties": False}
    lines = {
        "type": "array",
        "items": {"anyOf": [{"type": "string"}, _to("WholeLine"), _to("ChangedLine")]},
        "description": "a whole line, the name of a shared line, or a shared line with some keys changed",
    }
    rules = {"anyOf": [_to("Rules"), _to("JointRules")]}
    law = {**of_line, "from": {"type": "integer", "minimum": 2001, "maximum": 2200}, "lines": lines, "rules": rules}
    definitions["Law"] = {
        "type": "object", "properties": law, "required": ["from"], "additionalProperties": False,
    }  # fmt: skip
    found = {
        "$schema": ADDRESS,
        "title": "A funding formula",
        "description": "A bill: what is paid for, by which rules, out of what.",
        "type": "object",
        "properties": {
            **{key: top[key] for key in FORMULA_KEYS},
            **of_short,
            "rules": rules,
            "lines": lines,
            "also": {"type": "array", "items": {"type": "string"}, "description": "shared lines that flow beside it"},
            "laws": {"type": "array", "items": _to("Law"), "description": "laws that follow each other, by year"},
        },
        "required": ["title", "source", "year_of_numbers", "description"],
        "anyOf": [{"required": [key]} for key in ("components", "lines", "laws")],
        "additionalProperties": False,
        "$defs": definitions,
    }
    return found


def _to(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _of(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """A model's own schema; those of its parts go to the definitions."""
    found = model.model_json_schema()
    definitions.update(found.pop("$defs", {}))
    if model.__name__ not in definitions and model is not Formula:
        definitions[model.__name__] = found
    return found


def _models(model: type[BaseModel], known: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A model and all within it, each once."""
    if model in known:
        return
    known.add(model)
    yield model
    for field in model.model_fields.values():
        for one in _inside(schema.of_field(field)):
            yield from _models(one, known)


def _inside(wanted: list[schema.Wanted]) -> Iterator[type[BaseModel]]:
    for one in wanted:
        if isinstance(one.kind, type) and issubclass(one.kind, BaseModel):
            yield one.kind
        for part in one.inside:
            yield from _inside(schema.wanted(part))


def _told(model: type[BaseModel], definitions: dict[str, Any]) -> None:
    """What each key may be, in the words of the messages, and what is read besides what the model holds."""
    properties = definitions[model.__name__]["properties"]
    for key in list(properties):
        if key in NOT_IN_FILES:
            del properties[key]
            continue
        if key in LISTS_OR_ONE and (entry := _entry(properties[key])) is not None:
            properties[key] = {"anyOf": [entry, properties[key]]}
        elif key == "high_schools":
            properties[key] = {"anyOf": [{"type": "integer", "minimum": 1}, properties[key]]}
        properties[key]["description"] = schema.in_words(schema.of_field(model.model_fields[key]))


def _entry(written: dict[str, Any]) -> dict[str, Any] | None:
    """What an entry of a list may be; None for what is no list."""
    lists = [one for one in (written, *written.get("anyOf", ())) if one.get("type") == "array"]
    return lists[0]["items"] if lists else None


def _may_differ(component: dict[str, Any]) -> None:
    """A component with rates that differ by condition."""
    keys = {key: value for key, value in component["properties"].items() if key not in ("kind", "name")}
    component["properties"]["differs"] = {
        "type": "array",
        "description": "rates that differ by condition: a list of where and what is different there",
        "items": {"type": "object", "properties": keys, "required": ["where"], "additionalProperties": False},
    }
