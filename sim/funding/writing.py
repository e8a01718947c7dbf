"""A formula written as a file: every key that differs from what is usual, so that it reads back as the same formula."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.funding.formula import Formula
from sim.funding.line import NOT_IN_FILES
from sim.inputs import yaml_text

WORDS = ("kind", "rule")
"""Keys that tell what a part is, written whatever they are."""


def content(formula: Formula) -> dict[str, Any]:
    """The formula as plain data, as a file holds it: its keys, its own lines one by one, and the names of the shared
    lines that flow beside it. What is written in short (rates that differ, several laws) is written out."""
    written: dict[str, Any] = _written(formula)
    written["takes_effect"] = formula.takes_effect
    lines = []
    for line in formula.own_lines:
        one = {**_written(line), "start_year": line.start_year}
        if line.start_year == formula.takes_effect:
            del one["start_year"]
        lines.append(one)
    background = [line.name for line in formula.lines if line.background]
    for key in ("name", "lines"):
        written.pop(key, None)
    return {**written, "lines": lines, "also": background}


def as_yaml(formula: Formula) -> str:
    """The text of the formula's file."""
    return yaml_text(content(formula))


def _written(part: BaseModel) -> dict[str, Any]:
    """The fields of a part that differ from what is usual, as plain data."""
    found = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        usual = field.get_default(call_default_factory=True) if not field.is_required() else ...
        if name not in NOT_IN_FILES and value is not None and (name in WORDS or value != usual):
            found[name] = _plain(value)
        elif value is None and usual is not None and name not in NOT_IN_FILES:
            found[name] = None  # nothing is written where something is usual
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _written(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
