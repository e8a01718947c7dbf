"""What a user may set for a study, checked before anything runs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sim.inputs import InputError, shown
from sim.parameters.uncertainty import Uncertainty
from sim.study.setup.executor_settings import ExecutorSettings, LocalSettings
from sim.study.setup.refusals import first_of
from sim.study.setup.words import Name, PartOfName, PathName

NeutralBy = Literal["entitlement", "present_value"]

IGNORED_KEYS: tuple[str, ...] = (
    "workers", "report", "executor", "shard", "shards", "retry_failed", "folder", "district", "cluster", "replicate",
)  # fmt: skip
"""Settings that cannot change a number: a results folder may be continued with others."""


class Study(BaseModel):
    """What kind of study, over which formulas and scenarios. ``baseline`` is what differences are taken against.

    ``years``: of a bridge, one fiscal year (from the baseline to the formula) or two (from one year to the next); of an
    explanation, the fiscal years that are unfolded. ``cases``: of a hindcast or of probes, all that are shipped if none
    is named.
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
        "explain",
        "district",
        "hindcast",
        "probes",
        "verify_brief",
        "sweep",
        "status",
        "collect",
        "sensitivity",
        "calibrate",
        "assess",
        "alternatives",
        "explore",
        "levers",
        "reverse",
        "discover",
    ]
    formulas: tuple[PathName, ...] = ()
    baseline: PathName | None = None
    scenarios: tuple[PathName, ...] = ()
    years: tuple[Annotated[int, Field(strict=True, ge=1900, le=2200)], ...] = ()
    cases: tuple[Name, ...] = ()

    @field_validator("formulas", "scenarios", "cases")
    @classmethod
    def _names_each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if value.count(name) > 1:
                raise ValueError(f"{shown(name)} stands twice")
        return value


class WorldTables(BaseModel):
    """Whose tables: the folder of the user's own (``path``), or the bundled ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: PathName | None = None


class Design(BaseModel):
    """How the points of a sweep are placed, see ``docs/how_to/sweeps.md``.

    ``points``: how many, where the design does not say itself. ``file``: of a table or a posterior. ``luck``: all
    points share the replicates (``common``), so that they differ by their factors alone, or each has replicates of its
    ``own``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Literal["grid", "latin_hypercube", "sobol", "prior", "posterior", "table"]
    points: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    file: PathName | None = None
    luck: Literal["common", "own"] = "common"


class Precision(BaseModel):
    """When to stop: as soon as the 95% half-width of every formula's mean difference from the baseline in ``outcome``
    (mean of the last five years) is at most ``half_width``, or ``share`` of the baseline's mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    outcome: Literal["concentrators_taught", "concentrators", "credentials", "state_cost"]
    half_width: Annotated[float, Field(strict=True, gt=0.0, le=1e12, allow_inf_nan=False)] | None = None
    share: Annotated[float, Field(strict=True, gt=0.0, le=1.0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.half_width is None) == (self.share is None):
            raise ValueError("write exactly one of half_width (in units of the outcome) or share (of its mean)")
        return self


class Sensitivity(BaseModel):
    """How a sensitivity study is laid out, see ``docs/explanation/sensitivity.md``.

    ``trajectories``: of the screening, each with ``replicates`` turns of luck of its own. ``numbers``: how many of the
    screened are told apart by shares. ``points``: base points of the shares, a power of two. ``resamples``: of the
    bootstrap behind each interval. ``posterior``: file of accepted draws; the numbers in it follow their distribution
    there, the others their prior.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    trajectories: Annotated[int, Field(strict=True, ge=2, le=1000)]
    replicates: Annotated[int, Field(strict=True, ge=1, le=100)]
    numbers: Annotated[int, Field(strict=True, ge=1, le=100)]
    points: Annotated[int, Field(strict=True, ge=8, le=2**16)]
    resamples: Annotated[int, Field(strict=True, ge=20, le=10_000)]
    posterior: PathName | None = None

    @field_validator("points")
    @classmethod
    def _is_a_power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            raise ValueError("Sobol points are balanced at a power of two, as 128, 256, 512")
        return value


class Alternatives(BaseModel):
    """How far structural alternatives are followed: draws ``kept`` of each posterior, simulated anew, and of these the
    draws in which formulas are ``answered``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kept: Annotated[int, Field(strict=True, ge=2, le=100_000)]
    answered: Annotated[int, Field(strict=True, ge=2, le=10_000)]

    @model_validator(mode="after")
    def _answers_what_is_kept(self) -> Self:
        if self.answered > self.kept:
            raise ValueError(f"answered: {self.answered} is not allowed: at most the {self.kept} draws that are kept")
        return self


class Explore(BaseModel):
    """What an explorer is judged by: ``fresh`` points that its emulator has not seen. ``scenarios``: those that it can
    be asked in besides its own, each with so many ``points`` swept; ``compared``: formulas simulated as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    fresh: Annotated[int, Field(strict=True, ge=4, le=10_000)]
    scenarios: tuple[PathName, ...] = ()
    points: Annotated[int, Field(strict=True, ge=4, le=10_000)] = 160
    compared: tuple[PathName, ...] = ()


class Stress(BaseModel):
    """How a stress study is laid out, see ``docs/how_to/stress.md``.

    ``luck``: turns of luck that each draw of parameters meets, so that ``draws`` are parameter draws times luck; 1:
    each draw has parameters of its own. ``reserve``: the ladder of reserve funds, ``own`` for that of the
    state's folder, or the path of a file; null: none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    luck: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1
    reserve: PathName | None = None


class Reverse(BaseModel):
    """What a reverse stress test asks, see ``docs/how_to/stress.md``.

    ``level``: the paid share that the worst year is pushed below, in at least the part ``chance`` of draws. ``shock``:
    what is made stronger: the ``severity`` of the scenario, or one of the factors that a scenario may multiply, from
    the year ``start`` on. ``most``: the farthest that is tried, a severity or a factor. ``within``: how narrow the
    bracket is, as a part of ``most``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    level: Annotated[float, Field(strict=True, gt=0.0, lt=1.0)]
    chance: Annotated[float, Field(strict=True, gt=0.0, le=1.0)]
    shock: Literal["severity", "revenue", "participation", "progression", "credentials", "entrants"]
    start: Annotated[int, Field(strict=True, ge=2000, le=2200)] | None = None
    most: Annotated[float, Field(strict=True, ge=0.0, le=10.0)]
    within: Annotated[float, Field(strict=True, gt=0.0, le=0.5)]


Money = Annotated[float, Field(strict=True, ge=1, le=1e13, allow_inf_nan=False)]
"""Dollars of a state for CTE, in a year or together over many."""


class Discover(BaseModel):
    """When a formula breaks its budget and misses its goal, and how that is looked for.

    ``budget``: the appropriation, or dollars of the base year, which what is owed or the state's cost (``of``) may not
    exceed in any of the first ``years``. ``goal``: per 100 members, mean of the last five of them, missed below
    ``level``. ``severity``: the largest size of a scenario. ``fresh`` futures judge what ``resamples`` have borne out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    budget: Money | Literal["appropriation"]
    of: Literal["owed", "cost"] = "owed"
    goal: Literal["concentrators_taught", "concentrators", "credentials"]
    level: Annotated[float, Field(strict=True, ge=0.0, le=100.0, allow_inf_nan=False)] | Literal["current_law"]
    years: Annotated[int, Field(strict=True, ge=1, le=60)]
    severity: Annotated[float, Field(strict=True, gt=0.0, le=2.0, allow_inf_nan=False)]
    fresh: Annotated[int, Field(strict=True, ge=20, le=100_000)]
    resamples: Annotated[int, Field(strict=True, ge=20, le=10_000)]

    @model_validator(mode="after")
    def _cost_is_held_against_dollars(self) -> Self:
        if self.of == "cost" and self.budget == "appropriation":
            raise ValueError("cost is capped by the appropriation; write of=owed, or a budget in dollars")
        return self


class Settings(BaseModel):
    """The resolved configuration.

    ``horizon``: years after the base year. ``draws``: replicates, each with its own luck and, unless ``uncertainty`` is
    ``central``, its own parameters. ``discrepancy``: whether intervals of a posterior carry what the model missed in
    other cases. ``chunk``: the most replicates carried out together. ``cost_neutral``: dollars to which every formula
    but the baseline is scaled, or 'baseline' for the baseline's, or null for formulas as written; 'both' runs each as
    written and, beside it, scaled to the baseline's. ``neutral_by``: dollars of what: base-year ``entitlement``, or the
    ``present_value`` of state cost over the horizon at the real ``discount_rate`` (null: that of
    ``sim/study/compare/discounting.py``). ``report``: figures, fiscal note and run sheet beside the tables.
    ``formula_file``: a bill in a file of the user's own, in place of ``formula``. ``year``: the fiscal year whose rules
    a price applies, by default the first in which the bill pays. ``district`` and ``cluster``, each by identifier or a
    part of a name, and ``replicate``: what an explanation unfolds; without a replicate the draw nearest to the mean.
    ``parameters``: values that replace those of the catalogue, as group.name. ``keep``: the result tables that are
    stored. ``precision``: when to stop before all ``draws`` are done. ``design`` and ``factors``: of a sweep.
    ``sensitivity``, ``alternatives``, ``explore``, ``discover``, ``stress`` and ``reverse``: of the studies of those
    names, ``levers``: of that of levers. ``shard`` of ``shards``: only this part of the chunks, counted from 1; the
    results of all shards lie in one folder. ``retry_failed``: run chunks that hold failed runs again. ``folder``: of
    results, for the studies that read them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    study: Study
    world: WorldTables = WorldTables()
    formula: dict[str, Any] = {}
    scenario: dict[str, Any] = {}
    horizon: Annotated[int, Field(strict=True, ge=1, le=60)]
    draws: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)]
    chunk: Annotated[int, Field(strict=True, ge=1, le=512)]
    workers: Annotated[int, Field(strict=True, ge=1, le=1024)] | None
    uncertainty: Uncertainty
    discrepancy: Annotated[bool, Field(strict=True)] = True
    cost_neutral: Money | Literal["baseline", "both"] | None
    neutral_by: NeutralBy = "entitlement"
    discount_rate: Annotated[float, Field(strict=True, ge=0.0, le=0.1, allow_inf_nan=False)] | None = None
    report: Annotated[bool, Field(strict=True)]
    parameters: dict[str, Any] = {}
    formula_file: PathName | None = None
    year: Annotated[int, Field(strict=True, ge=2000, le=2200)] | None = None
    district: PartOfName | None = None
    cluster: PartOfName | None = None
    replicate: Annotated[int, Field(strict=True, ge=0, lt=1_000_000)] | None = None
    keep: tuple[Literal["state", "lines", "clusters", "districts", "district_programs"], ...] = (
        "state",
        "lines",
        "clusters",
        "districts",
    )
    precision: Precision | None = None
    design: Design | None = None
    factors: dict[str, Any] = {}
    sensitivity: Sensitivity | None = None
    alternatives: Alternatives | None = None
    explore: Explore | None = None
    stress: Stress | None = None
    reverse: Reverse | None = None
    levers: tuple[PathName, ...] = ()
    discover: Discover | None = None

    @field_validator("cost_neutral", mode="before")
    @classmethod
    def _is_money(cls, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (value in (None, "baseline", "both") or (number and 0.0 < value < float("inf"))):
            raise ValueError("dollars above zero, baseline, both, or null")
        return value

    @field_validator("keep")
    @classmethod
    def _keeps_the_state(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "state" not in value or len(set(value)) < len(value):
            raise ValueError("state is always kept, and each table is named once")
        return value

    executor: ExecutorSettings = LocalSettings()
    shard: Annotated[int, Field(strict=True, ge=1)] | None = None
    shards: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 1
    retry_failed: Annotated[bool, Field(strict=True)] = False
    folder: PathName | None = None

    @model_validator(mode="after")
    def _shard_is_one_of_the_shards(self) -> Self:
        if self.shard is None and self.shards > 1:
            raise ValueError(f"shards={self.shards} needs a shard: 'shard=range(1,{self.shards + 1})' with -m for all")
        if self.shard is not None and self.shard > self.shards:
            raise ValueError(f"shard {self.shard} is not one of {self.shards}; say how many there are: shards=...")
        return self

    @property
    def world_path(self) -> Path | None:
        """The folder of the user's own tables, or None for the bundled world."""
        return Path(self.world.path) if self.world.path is not None else None

    @property
    def luck(self) -> int:
        """Turns of luck that each draw of parameters meets: replicate r has the parameters of draw r // luck."""
        return self.stress.luck if self.stress is not None else 1

    @property
    def worker_count(self) -> int:
        """Processes to use: as set, else one for each processor that this process may use, within its Slurm job."""
        if self.workers:
            return self.workers
        free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        of_job = os.environ.get("SLURM_CPUS_PER_TASK", "")
        return min(free, int(of_job)) if of_job.isdecimal() and int(of_job) else free

    def chunks_to_run(self, chunks: int) -> range:
        """The chunks that this start carries out, of the design's: all, or those of its shard."""
        if self.shard is None:
            return range(chunks)
        return range(chunks * (self.shard - 1) // self.shards, chunks * self.shard // self.shards)

    @property
    def shard_label(self) -> str | None:
        """'2 of 4', or None if the study is not in shards."""
        return f"{self.shard} of {self.shards}" if self.shard is not None else None


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check a resolved configuration. Raises InputError with one line: key, value, what is allowed."""
    try:
        settings = Settings.model_validate({str(key): value for key, value in config.items()})
    except ValidationError as error:
        raise first_of(error, Settings) from error
    if settings.uncertainty == "posterior" and settings.study.name not in (
        "calibrate", "assess", "alternatives", "parameters",
    ):  # fmt: skip
        from sim.parameters.posterior import load_posterior, posterior_path

        load_posterior(posterior_path(settings.world_path))
    if settings.cost_neutral is None and settings.neutral_by != "entitlement":
        raise InputError(f"settings: neutral_by: {settings.neutral_by} needs cost_neutral: baseline, both or dollars")
    if settings.discount_rate is not None and settings.neutral_by != "present_value":
        raise InputError("settings: discount_rate: is read with neutral_by=present_value only")
    if settings.precision is not None and settings.study.baseline is None:
        raise InputError("settings: precision: is of differences from the baseline, and the study has none")
    if settings.precision is not None and settings.shards > 1:
        raise InputError("settings: precision: does not go with shards, each of which sees only its own replicates")
    if settings.precision is not None and settings.design is not None and settings.design.luck == "own":
        raise InputError("settings: precision: counts replicates that all points share; it needs design.luck=common")
    return settings


def flat_parameters(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter overrides as 'group.name': value. Raises InputError if a group is not a mapping."""
    flat: dict[str, Any] = {}
    for group, named in nested.items():
        if not isinstance(named, Mapping) or not named:
            raise InputError(
                f"settings: parameters.{shown(group, quotes=False)}: {shown(named)} is not allowed:"
                " write parameters.group.name=value"
            )
        for name, value in named.items():
            flat[f"{group}.{name}"] = value
    return flat
