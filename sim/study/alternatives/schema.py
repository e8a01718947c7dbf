"""Structural alternatives as data: ``conf/calibration/alternatives.yaml``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.config_folder import config_folder
from sim.funding.components.amounts import Name, Text, Title
from sim.inputs import Mistake, as_mapping, first_problem, nearest, read_with_lines, shown
from sim.parameters.catalogue import Catalogue

ALTERNATIVES = "alternatives.yaml"

MODEL = "model"
"""The name of the model itself, which no alternative may bear."""

Value = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Alternative(_Data):
    """A structure in which one decision of the model makes no difference. ``sets``: the parameters, as group.name, that
    it holds at a value and that are not fitted; ``assumes``, ``speaks_for`` and ``source``: what it takes to be so,
    what would make one believe it, and where that stands."""

    name: Name
    title: Title
    assumes: Text
    speaks_for: Text
    source: Text
    sets: Annotated[dict[str, Value], Field(min_length=1, max_length=100)]


class Alternatives(_Data):
    """The whole table."""

    alternatives: Annotated[tuple[Alternative, ...], Field(min_length=1, max_length=50)]


def alternatives_path() -> Path:
    """Where the shipped table lies."""
    return config_folder() / "calibration" / ALTERNATIVES


def read_alternatives(path: Path, catalogue: Catalogue) -> tuple[Alternative, ...]:
    """The alternatives. Raises InputError, one line, for a parameter that is not known or has values by year, a value
    beyond what the parameter may be, and a name that stands twice."""
    content, source = read_with_lines(path)
    written = as_mapping(content, source, "a table of alternatives")
    try:
        table = Alternatives.model_validate(written).alternatives
    except ValidationError as error:
        raise first_problem(error, source, model=Alternatives) from error
    found, names = [], [MODEL]
    for place, alternative in enumerate(table):
        if alternative.name in names:
            said = "is the model's own name" if alternative.name == MODEL else "stands twice"
            found.append(Mistake(("alternatives", place, "name"), f"{shown(alternative.name)} {said}"))
        names.append(alternative.name)
        found += [mistake.below("alternatives", place, "sets") for mistake in _of_values(alternative.sets, catalogue)]
    if found:
        raise source.refusals(found)
    return table


def _of_values(values: Mapping[str, float], catalogue: Catalogue) -> list[Mistake]:
    known = {f"{group}.{name}": entry for group, named in catalogue.entries.items() for name, entry in named.items()}
    found = []
    for name, value in values.items():
        if name not in known:
            found.append(Mistake((name,), f"unknown parameter; {nearest(name, sorted(known))}"))
        elif known[name].dated:
            found.append(Mistake((name,), "has values by year, which an alternative does not set"))
        elif not known[name].range[0] <= value <= known[name].range[1]:
            low, high = known[name].range
            said = f"{value:g} is not allowed: a number from {low:g} to {high:g} ({known[name].unit})"
            found.append(Mistake((name,), said))
    return found
