"""What a user may set for a study, checked before anything runs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.inputs import InputError, first_problem

IGNORED_KEYS: tuple[str, ...] = ("workers", "report", "district", "cluster", "replicate")
"""Settings that cannot change a number: a results folder may be continued with others."""


class Study(BaseModel):
    """What kind of study, over which formulas and scenarios. ``baseline`` is what differences are taken against.

    ``years``: of a bridge, one fiscal year (from the baseline to the formula) or two (from one year to the next); of an
    explanation, the fiscal years that are unfolded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Literal[
        "compare", "project", "parameters", "stress", "decompose", "two_by_two", "check_formula", "bridge", "explain"
    ]
    formulas: tuple[str, ...] = ()
    baseline: str | None = None
    scenarios: tuple[str, ...] = ()
    years: tuple[Annotated[int, Field(strict=True)], ...] = ()


class Settings(BaseModel):
    """The resolved configuration.

    ``horizon``: years after the base year. ``draws``: replicates, each with its own luck and, under
    ``uncertainty: prior``, its own parameters. ``chunk``: replicates carried out together. ``cost_neutral``: dollars of
    base-year entitlement to which every formula but the baseline is scaled, or 'baseline' for the baseline's, or null
    for formulas as written; 'both' runs each as written and, beside it, scaled to the baseline's. ``report``: figures,
    fiscal note and run sheet beside the tables. ``formula_file``: the bill that a check reads. ``district`` and
    ``cluster``, each by identifier or a part of a name, and ``replicate``: what an explanation unfolds; without a
    replicate the draw nearest to the mean. ``parameters``: values that replace those of the catalogue, as group.name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    study: Study
    world: dict[str, str | None]
    formula: dict[str, Any] = {}
    scenario: dict[str, Any] = {}
    horizon: Annotated[int, Field(strict=True, ge=1, le=60)]
    draws: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)]
    chunk: Annotated[int, Field(strict=True, ge=1, le=512)]
    workers: Annotated[int, Field(strict=True, ge=1, le=1024)] | None
    uncertainty: Literal["prior", "central"]
    cost_neutral: Annotated[float, Field(gt=0)] | Literal["baseline", "both"] | None
    report: Annotated[bool, Field(strict=True)]
    parameters: dict[str, Any] = {}
    formula_file: str | None = None
    district: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    cluster: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    replicate: Annotated[int, Field(strict=True, ge=0)] | None = None

    @property
    def world_path(self) -> Path | None:
        """The folder of the user's own tables, or None for the bundled world."""
        path = self.world.get("path")
        return Path(path) if path else None

    @property
    def worker_count(self) -> int:
        """Processes to use: as set, else one for each processor."""
        return self.workers or os.cpu_count() or 1


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check a resolved configuration. Raises InputError with one line: key, value, what is allowed."""
    try:
        return Settings.model_validate(dict(config))
    except ValidationError as error:
        raise first_problem(error, "settings", {"": Settings.model_fields, "study": Study.model_fields}) from error


def flat_parameters(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter overrides as 'group.name': value. Raises InputError if a group is not a mapping."""
    flat: dict[str, Any] = {}
    for group, named in nested.items():
        if not isinstance(named, Mapping):
            raise InputError(
                f"settings: parameters.{group}: {named!r} is not allowed: write parameters.group.name=value"
            )
        for name, value in named.items():
            flat[f"{group}.{name}"] = value
    return flat
