"""A bill's JSON schema, for editors: what each key may be, from the classes that read bills."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from sim.config_folder import config_folder
from sim.funding.differing import SHARED_OUT, UNCHANGED
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.reading import FORMULA_KEYS, LINE_KEYS, SHORT_KEYS
from sim.inputs.schema import names
from sim.report.generated_docs.bill_keys import meaning, models_in, parts_within

Schema = dict[str, Any]

NUMBER_WITH_UNDERSCORES = {"type": "string", "pattern": r"^[0-9]{1,3}(_[0-9]{3})+(\.[0-9]+)?$"}
"""What 50_000 is to an editor: a text, where YAML 1.2 is read; to the program, as to YAML 1.1, it is a number."""


def bill_schema() -> Schema:
    """The schema of a bill's file (JSON Schema 2020-12).

    It knows every key by itself: names, types, bounds and words. What keys say together, and what does nothing, is left
    to the program.
    """
    whole = Formula.model_json_schema()
    parts: Schema = whole["$defs"]
    for part in parts_within(Formula):
        at = whole if part is Formula else parts[part.__name__]
        _explain(part, at)
    line = parts["Line"]
    line["properties"] = {key: line["properties"][key] for key in LINE_KEYS}
    line["required"] = ["name", "components", "appropriation"]
    _let_differ(parts)
    _share_lines(parts)
    top: Schema = {key: whole["properties"][key] for key in FORMULA_KEYS}
    top |= {key: line["properties"][key] for key in SHORT_KEYS}
    top["rules"] = {"description": "Rules of the one line; beside lines, rules over all of them."}
    top["also"] = {
        "description": "Shared lines that flow beside the bill's own.",
        "type": "array",
        "items": {"$ref": "#/$defs/SharedLine"},
    }
    top["lines"] = {
        "description": meaning(Formula, "lines"),
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/Entry"},
    }
    of_lines = [key for key in SHORT_KEYS if key not in ("rules", *FORMULA_KEYS)]
    parts["Law"] = _law({key: top[key] for key in SHORT_KEYS if key not in FORMULA_KEYS} | {"lines": top["lines"]})
    top["laws"] = {
        "description": "Laws that follow each other: each holds from its year on, until the next begins.",
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/Law"},
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A bill of the CTE funding simulation",
        "description": "A funding formula; cte-sim price FILE checks what this schema cannot.",
        "type": "object",
        "additionalProperties": False,
        "required": [key for key in FORMULA_KEYS if Formula.model_fields[key].is_required()],
        "properties": top,
        "if": {"required": ["laws"]},
        "then": {"properties": dict.fromkeys(("rules", "lines", *of_lines), False)},
        "else": _one_law(of_lines),
        "$defs": parts,
    }
    for node in _nodes(schema):
        _as_written(node)
    return schema


def _one_law(of_lines: Sequence[str]) -> Schema:
    """Either ``lines``, with rules over all of them, or the keys ``of_lines`` of the only line."""
    return {
        "if": {"required": ["lines"]},
        "then": {"properties": {"rules": {"$ref": "#/$defs/JointRules"}, **dict.fromkeys(of_lines, False)}},
        "else": {"required": ["components", "appropriation"], "properties": {"rules": {"$ref": "#/$defs/Rules"}}},
    }


def _law(keys: Schema) -> Schema:
    """One of several laws: its year, and one line or several."""
    begins = {"description": "The first fiscal year of the law.", "type": "integer", "minimum": 2001, "maximum": 2200}
    return {
        "description": "One of several laws in a file.",
        "type": "object",
        "additionalProperties": False,
        "required": ["from"],
        "properties": {"from": begins, **copy.deepcopy(keys), "rules": {"description": "Rules of its line or lines."}},
        **_one_law([key for key in keys if key not in ("rules", "lines")]),
    }


def _explain(part: type[BaseModel], at: Schema) -> None:
    """What each key does, in place of its name in title case; a kind or rule must be named."""
    at["description"] = " ".join((part.__doc__ or "").split("\n\n")[0].split()).replace("``", "")
    for key, schema in at["properties"].items():
        schema.pop("title", None)
        if "const" in schema:
            at.setdefault("required", []).append(key)
        elif part is not Formula or key in FORMULA_KEYS:
            schema["description"] = meaning(part, key).replace("`", "")


def _let_differ(parts: Schema) -> None:
    """A component may say what differs by condition: some of its keys again, each time with a where. A number of high
    schools may stand for a range of one."""
    parts["Where"]["properties"]["high_schools"]["anyOf"].append({"type": "integer", "minimum": 0})
    for part in models_in(Line.model_fields["components"]):
        keys = parts[part.__name__]["properties"]
        if names(part)[0] in SHARED_OUT:
            continue
        again = {key: value for key, value in keys.items() if key not in UNCHANGED}
        keys["differs"] = {
            "description": "What is otherwise where a condition holds; the first that holds counts.",
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["where"],
                "minProperties": 2,
                "properties": copy.deepcopy(again),
            },
        }


def _share_lines(parts: Schema) -> None:
    """Entries of a list of lines: a whole line, the name of a shared one, or a shared one with keys changed."""
    names = sorted(path.stem for path in (config_folder() / "line").glob("*.yaml"))
    parts["SharedLine"] = {"description": "A line that formulas share.", "enum": names}
    changed = {key: value for key, value in parts["Line"]["properties"].items() if key != "name"}
    parts["ChangedLine"] = {
        "description": "A shared line with some keys changed.",
        "type": "object",
        "additionalProperties": False,
        "required": ["line"],
        "properties": {"line": {"$ref": "#/$defs/SharedLine"}, **changed},
    }
    parts["Entry"] = {
        "if": {"type": "string"},
        "then": {"$ref": "#/$defs/SharedLine"},
        "else": {
            "if": {"type": "object", "required": ["line"]},
            "then": {"$ref": "#/$defs/ChangedLine"},
            "else": {"$ref": "#/$defs/Line"},
        },
    }


def _as_written(node: Schema) -> None:
    """Let numbers have underscores, and one word stand for a list of one."""
    for key, value in node.items():
        also = _also_written(value) if isinstance(value, dict) else None
        if also is not None:
            said = {name: value.pop(name) for name in ("description", "default") if name in value}
            node[key] = {"anyOf": [value, also], **said}
    for key in ("anyOf", "oneOf"):
        if key in node:
            further = [also for one in node[key] if (also := _also_written(one)) is not None]
            node[key] = [*node[key], *(also for also in further if also not in node[key])]


def _also_written(schema: Schema) -> Schema | None:
    """What may stand in place of what a schema allows, None if nothing may."""
    if schema.get("type") in ("number", "integer") and "const" not in schema:
        return NUMBER_WITH_UNDERSCORES
    items = schema.get("items", {}) if schema.get("type") == "array" else {}
    return dict(items) if items.get("type") == "string" else None


def _nodes(schema: Any) -> Iterator[Schema]:
    """A schema and all that stand in it, those within first."""
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for value in list(inside):
        yield from _nodes(value)
    if isinstance(schema, dict):
        yield schema
