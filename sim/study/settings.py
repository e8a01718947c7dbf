"""What a user may set for a study, checked before anything runs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sim.inputs import InputError, first_problem
from sim.parameters.posterior import Uncertainty, load_posterior

IGNORED_KEYS: tuple[str, ...] = ("workers", "report")
"""Settings that cannot change a number: a results folder may be continued with others."""


class Study(BaseModel):
    """What kind of study, over which formulas and scenarios. ``baseline`` is what differences are taken against.

    ``years``: of a bridge, one fiscal year (from the baseline to the formula) or two (from one year to the next).
    ``cases``: of a hindcast, all that are shipped if none is named.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Literal[
        "compare",
        "project",
        "parameters",
        "stress",
        "decompose",
        "two_by_two",
        "check_formula",
        "bridge",
        "hindcast",
        "verify_brief",
        "sweep",
        "calibrate",
    ]
    formulas: tuple[str, ...] = ()
    baseline: str | None = None
    scenarios: tuple[str, ...] = ()
    years: tuple[Annotated[int, Field(strict=True)], ...] = ()
    cases: tuple[str, ...] = ()


class Design(BaseModel):
    """How the points of a sweep are placed, see ``docs/sweeps.md``.

    ``points``: how many, where the design does not say itself. ``file``: of a table or a posterior. ``luck``: all
    points share the replicates (``common``), so that they differ by their factors alone, or each has replicates of its
    ``own``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Literal["grid", "latin_hypercube", "sobol", "prior", "posterior", "table"]
    points: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    file: str | None = None
    luck: Literal["common", "own"] = "common"


class Precision(BaseModel):
    """When to stop: as soon as the 95% half-width of every formula's mean difference from the baseline in ``outcome``
    (mean of the last five years) is at most ``half_width``, or ``share`` of the baseline's mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    outcome: Literal["concentrators", "credentials", "state_cost"]
    half_width: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None
    share: Annotated[float, Field(gt=0.0, le=1.0)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.half_width is None) == (self.share is None):
            raise ValueError("write exactly one of half_width (in units of the outcome) or share (of its mean)")
        return self


class Settings(BaseModel):
    """The resolved configuration.

    ``horizon``: years after the base year. ``draws``: replicates, each with its own luck and, unless ``uncertainty`` is
    ``central``, its own parameters. ``chunk``: replicates carried out together. ``cost_neutral``: dollars of
    base-year entitlement to which every formula but the baseline is scaled, or 'baseline' for the baseline's, or null
    for formulas as written; 'both' runs each as written and, beside it, scaled to the baseline's. ``report``: figures,
    fiscal note and run sheet beside the tables. ``formula_file``: the bill that a check reads. ``parameters``: values
    that replace those of the catalogue, as group.name. ``keep``: the result tables that are stored. ``precision``: when
    to stop before all ``draws`` are done. ``design`` and ``factors``: of a sweep.
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
    uncertainty: Uncertainty
    cost_neutral: Annotated[float, Field(gt=0)] | Literal["baseline", "both"] | None
    report: Annotated[bool, Field(strict=True)]
    parameters: dict[str, Any] = {}
    formula_file: str | None = None
    keep: tuple[Literal["state", "lines", "clusters", "districts"], ...] = ("state", "lines", "clusters", "districts")
    precision: Precision | None = None
    design: Design | None = None
    factors: dict[str, Any] = {}

    @field_validator("keep")
    @classmethod
    def _keeps_the_state(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "state" not in value or len(set(value)) < len(value):
            raise ValueError("state is always kept, and each table is named once")
        return value

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
        settings = Settings.model_validate(dict(config))
    except ValidationError as error:
        raise first_problem(
            error,
            "settings",
            {
                "": Settings.model_fields,
                "study": Study.model_fields,
                "design": Design.model_fields,
                "precision": Precision.model_fields,
            },
        ) from error
    if settings.uncertainty == "posterior" and settings.study.name not in ("calibrate", "parameters"):
        load_posterior()
    if settings.precision is not None and settings.study.baseline is None:
        raise InputError("settings: precision: is of differences from the baseline, and the study has none")
    if settings.precision is not None and settings.design is not None and settings.design.luck == "own":
        raise InputError("settings: precision: counts replicates that all points share; it needs design.luck=common")
    return settings


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
