"""Formulas and lines with every number moved a little, differently in each version, and still valid."""

from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.funding.formula import Formula
from sim.funding.line import Line

ALIKE = ("scale", "winners", "phase_in")
"""Numbers that are the same in all runs of a batch."""


def moved(content: Any, factor: float) -> Any:
    """The content of a model with every number that is not whole multiplied by ``factor``."""
    if isinstance(content, dict):
        return {key: value if key in ALIKE else moved(value, factor) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [moved(value, factor) for value in content]
    return content * factor if isinstance(content, float) else content


def moved_line(line: Line, rng: np.random.Generator) -> Line:
    """The line with the numbers of each part moved by up to a fifth; a part that allows neither way stays."""
    content: dict[str, Any] = line.model_dump()
    for key, part in (
        ("appropriation", None),
        ("rules", None),
        *(("components", at) for at in range(len(line.components))),
    ):
        factor = 0.8 + 0.19 * rng.random()
        old = content[key] if part is None else content[key][part]
        for way in (factor, 1.0 / factor):
            new = moved(old, way)
            if part is None:
                tried = {**content, key: new}
            else:
                tried = {**content, key: [new if at == part else one for at, one in enumerate(content[key])]}
            try:
                Line.model_validate(tried)
            except ValidationError:
                continue
            content = tried
            break
    return Line.model_validate(content)


def moved_formula(formula: Formula, rng: np.random.Generator) -> Formula:
    return formula.model_copy(update={"lines": tuple(moved_line(line, rng) for line in formula.lines)})
