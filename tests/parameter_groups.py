"""Parameter groups for worked examples: what an example does not set is NaN, so that no rule reads it unseen."""

from dataclasses import fields
from typing import TypeVar

import numpy as np

from sim.arrays import Array

Group = TypeVar("Group")


def group(kind: type[Group], **values: float) -> Group:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    unknown = set(values) - set(names)
    assert not unknown, unknown
    return kind(**{name: number(values.get(name, np.nan)) for name in names})


def number(value: float) -> Array:
    return np.array([[value]], dtype=np.float64)


def row(*values: float) -> Array:
    """One district, a number for each cluster."""
    return np.array([values], dtype=np.float64)


def column(*values: float) -> Array:
    """A number for each district."""
    return np.array(values, dtype=np.float64)[:, np.newaxis]
