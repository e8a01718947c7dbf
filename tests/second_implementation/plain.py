"""Plain numbers: lists and floats in place of the engine's arrays, and the little arithmetic that all steps share."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any

Grid = list[list[float]]


def plain(value: Any) -> Any:
    """Any bundle of arrays as lists and floats: ``[1, 1]`` a float, ``[D, 1]`` a list, ``[1, C]`` a tuple, ``[D, C]`` a
    list of lists."""
    if hasattr(value, "tolist") and hasattr(value, "ndim"):
        return _numbers(value.tolist()) if value.ndim == 2 else value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        return SimpleNamespace(**{field.name: plain(getattr(value, field.name)) for field in fields(value)})
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value


def _numbers(rows: list[list[float]]) -> Any:
    if len(rows) == 1:
        return rows[0][0] if len(rows[0]) == 1 else tuple(rows[0])
    return [row[0] for row in rows] if len(rows[0]) == 1 else rows


def at(value: Any, district: int, cluster: int) -> float:
    """What holds for a pathway: of a number, of a list over districts, a tuple over clusters or a list of lists."""
    if isinstance(value, tuple):
        return float(value[cluster])
    if isinstance(value, list):
        row = value[district]
        return float(row[cluster] if isinstance(row, list) else row)
    return float(value)


def within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def logistic(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


def soft(value: float) -> float:
    """``log(1 + exp(value))``."""
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))
