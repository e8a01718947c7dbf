"""What a calibration fits and to what, as data: ``conf/calibration/targets.yaml``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.config_folder import config_folder
from sim.inputs import InputError, first_problem, nearest, read_yaml
from sim.parameters.catalogue import Catalogue
from sim.study.hindcast.case import Case, Outcome, read_cases
from sim.study.hindcast.running import observed

TARGETS = "targets.yaml"
Text = Annotated[str, Field(min_length=1)]

Measure = Literal[
    "sites",
    "instructors",
    "sustained_cost",
    "school_concentrator_share",
    "high_cost_share",
    "participants_per_instructor",
    "opening_rate",
    "closing_rate",
    "stopped_by_cost",
    "stopped_by_teachers",
]
"""What of New Mexico under current law may be a target."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Statistic(_Data):
    """A number of the model: a ``measure`` of New Mexico under current law, or what a hindcast has for an ``outcome``
    of a ``case`` in a ``year`` (a contrast stands at its last year)."""

    measure: Measure | None = None
    case: str | None = None
    outcome: str | None = None
    year: Annotated[int, Field(strict=True)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [part is not None for part in (self.case, self.outcome, self.year)]
        if any(given) if self.measure is not None else not all(given):
            raise ValueError("write either measure, or case, outcome and year")
        return self


class Target(_Data):
    """An observed number. ``tolerance`` is one standard deviation of observation and model discrepancy together;
    ``weight`` counts it as that many observations."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    statistic: Statistic
    value: Annotated[float, Field(allow_inf_nan=False)]
    tolerance: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
    weight: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    source: Text
    confidence: Literal["high", "medium", "low", "judgement"]
    use: Literal["fit", "held_out"] = "fit"

    @property
    def scale(self) -> float:
        """The standard deviation that the fit gives it."""
        return float(self.tolerance / np.sqrt(self.weight))


class Targets(_Data):
    """The whole table. ``accept``: the share of draws that is kept; ``keep``: draws of the posterior."""

    accept: Annotated[float, Field(gt=0.0, le=1.0)]
    keep: Annotated[int, Field(strict=True, ge=10, le=100_000)]
    parameters: Annotated[tuple[str, ...], Field(min_length=1)]
    targets: Annotated[tuple[Target, ...], Field(min_length=1)]

    @property
    def fitted(self) -> tuple[Target, ...]:
        """The targets that the fit rests on."""
        return tuple(target for target in self.targets if target.use == "fit")

    @property
    def case_names(self) -> tuple[str, ...]:
        """The hindcasts that any target needs, in the order of their first target."""
        return tuple(dict.fromkeys(t.statistic.case for t in self.targets if t.statistic.case is not None))


def targets_path() -> Path:
    """Where the shipped table lies."""
    return config_folder() / "calibration" / TARGETS


def read_targets(path: Path, catalogue: Catalogue) -> tuple[Targets, tuple[Case, ...]]:
    """The table and the hindcasts it needs. Raises InputError, one line, for what cannot be fitted or compared."""
    written = read_yaml(path)
    if not isinstance(written, dict):
        raise InputError(f"{path.name}: {written!r} is not allowed: a mapping with parameters and targets")
    allowed = {"": list(Targets.model_fields), "targets": list(Target.model_fields)}
    try:
        table = Targets.model_validate(written)
    except ValidationError as error:
        raise first_problem(error, path.name, allowed) from error
    _refuse_repeats(path, "parameters", table.parameters)
    _refuse_repeats(path, "targets", [target.name for target in table.targets])
    if not table.fitted:
        raise InputError(f"{path.name}: targets: none has use: fit; there is nothing to fit to")
    uncertain = {f"{group}.{name}": entry for group, name, entry in catalogue.uncertain()}
    for name in table.parameters:
        if name not in uncertain:
            raise InputError(
                f"{path.name}: parameters: '{name}' is not a parameter with a prior; {nearest(name, list(uncertain))}"
            )
        if uncertain[name].dated:
            raise InputError(f"{path.name}: parameters: '{name}' has values by year, which are not fitted")
    cases = read_cases(table.case_names) if table.case_names else ()
    for target in table.targets:
        if target.statistic.case is not None:
            outcome_of(target, cases, path)
    return table, cases


def outcome_of(target: Target, cases: Sequence[Case], path: Path) -> Outcome:
    """The observed series behind a target of a hindcast. Raises InputError if there is none, or not in that year."""
    wanted = target.statistic
    where = f"{path.name}: targets: {target.name}"
    case = next(case for case in cases if case.name == wanted.case)
    outcomes = {outcome.name: outcome for outcome in case.outcomes}
    if wanted.outcome not in outcomes:
        raise InputError(f"{where}: outcome: '{wanted.outcome}' is not known; {nearest(str(wanted.outcome), outcomes)}")
    outcome = outcomes[wanted.outcome]
    years = sorted(observed(outcome))
    if wanted.year not in years:
        raise InputError(f"{where}: year: {wanted.year} is not observed; allowed: {', '.join(map(str, years))}")
    return outcome


def _refuse_repeats(path: Path, key: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path.name}: {key}: '{name}' stands twice")
