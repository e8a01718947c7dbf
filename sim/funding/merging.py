"""Formulas that differ only in numbers, merged into one that serves a batch of runs: each number its own in each run.

The rules multiply, compare and add the numbers of a formula with arrays ``[R, D, C]``, so a number may as well be an
array ``[R, 1, 1]``. What decides which rule is taken cannot differ within a batch: ``structure`` tells it apart.
"""

from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def structure(value: Any) -> Hashable:
    """What models must have in common to be merged.

    Kinds, words, whole numbers, lengths and what is left out; which numbers are zero or one, because rules skip those;
    the numbers that a model lists as ``alike``; and, by its ``order``, how its numbers are ranked.
    """
    if isinstance(value, BaseModel):
        alike: frozenset[str] = getattr(value, "alike", frozenset())
        fields = tuple(
            repr(part) if name in alike else structure(part)
            for name, part in ((name, getattr(value, name)) for name in type(value).model_fields)
        )
        order = getattr(value, "order", None)
        return type(value).__name__, fields, order() if order is not None else None
    if isinstance(value, float):
        return "number", value == 0.0, value == 1.0
    if isinstance(value, dict):
        return tuple((key, structure(part)) for key, part in value.items())
    if isinstance(value, list | tuple):
        return tuple(structure(part) for part in value)
    return type(value).__name__, repr(value)


def merged(models: Sequence[Model]) -> Model:
    """One model for a batch of runs from one for each: numbers that differ become arrays ``[R, 1, 1]``.

    The models have one ``structure``. Raises ValueError if they have not.
    """
    first: Model = models[0]
    if all(model is first for model in models):  # as in every study without factors: thousands of times
        return first
    if len({structure(model) for model in models}) > 1:
        raise ValueError("models of different structure cannot be merged")
    joined: Model = _joined(models)
    return first if joined is first else joined


def _joined(values: Sequence[Any]) -> Any:
    first = values[0]
    if all(value is first for value in values) or all(value == first for value in values):
        return first
    if isinstance(first, BaseModel):
        names = type(first).model_fields
        parts = {name: [getattr(value, name) for value in values] for name in names}
        return first.model_copy(update={name: _joined(part) for name, part in parts.items()})
    if isinstance(first, dict):
        return {key: _joined([value[key] for value in values]) for key in first}
    if isinstance(first, list | tuple):
        return tuple(_joined(part) for part in zip(*values, strict=True))
    return np.array(values, dtype=np.float64).reshape(-1, 1, 1)
