"""What a calibration fits and to what, as data: ``calibration/targets.yaml`` of a state's folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.funding.components.amounts import Text, Title, simple_name
from sim.inputs import Mistake, Source, Unit, as_mapping, as_source, first_problem, nearest, read_with_lines, shown
from sim.inputs.schema import YEAR
from sim.parameters.catalogue import Catalogue
from sim.study.hindcast.case import Case, Outcome, case_folder, read_cases
from sim.study.hindcast.running import observed

Word = Annotated[str, Field(strict=True, max_length=60), AfterValidator(simple_name)]
Members = Annotated[float, Field(strict=True, ge=0.0, le=1e12), Unit("students in grades 9-12")]

Measure = Literal[
    "sites",
    "instructors",
    "sustained_cost",
    "school_concentrator_share",
    "high_cost_share",
    "participants_per_instructor",
    "opening_rate",
    "closing_rate",
    "waiting_for_money",
    "waiting_for_instructor",
    "instructors_change_spread",
    "instructors_change_deviation",
    "instructors_reallocation",
]
"""What of a state under current law may be a target."""

BY_SIZE = ("instructors_change_spread", "instructors_change_deviation", "instructors_reallocation")
"""Measures of the districts of a size."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Statistic(_Data):
    """A number of the model: a ``measure`` of the state under current law, or what a hindcast has for an ``outcome``
    of a ``case`` in a ``year`` (a contrast stands at its last year). ``members``: of which districts, from the first
    number of students up to below the second, where a measure is by size."""

    measure: Measure | None = None
    members: tuple[Members, Members] | None = None
    case: str | None = None
    outcome: str | None = None
    year: Annotated[int, Field(strict=True, ge=2000, le=2100), Unit(YEAR)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [part is not None for part in (self.case, self.outcome, self.year)]
        if any(given) if self.measure is not None else not all(given):
            raise ValueError("write either measure, or case, outcome and year")
        if (self.members is not None) != (self.measure in BY_SIZE):
            raise ValueError(f"members is for measures of districts of a size: {', '.join(BY_SIZE)}")
        if self.members is not None and self.members[1] <= self.members[0]:
            raise ValueError("members: the second number must lie above the first")
        return self


class Target(_Data):
    """An observed number. ``tolerance`` is one standard deviation of observation and model discrepancy together;
    ``weight`` counts it as that many observations."""

    name: Word
    label: Title
    statistic: Statistic
    value: Annotated[float, Field(strict=True, ge=-1e12, le=1e12)]
    tolerance: Annotated[float, Field(strict=True, gt=0.0, le=1e12)]
    weight: Annotated[float, Field(strict=True, gt=0.0, le=10.0), Unit("observations")] = 1.0
    source: Text
    confidence: Literal["high", "medium", "low", "judgement"]
    use: Literal["fit", "held_out"] = "fit"

    @property
    def scale(self) -> float:
        """The standard deviation that the fit gives it."""
        return float(self.tolerance / np.sqrt(self.weight))


Share = Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share of the draws")]


class Targets(_Data):
    """The whole table. ``waves``: the share of the draws that each wave has, the first from the priors and each later
    one near what all before leave likely; ``keep``: draws of the posterior."""

    waves: Annotated[tuple[Share, ...], Field(min_length=1, max_length=10)]
    keep: Annotated[int, Field(strict=True, ge=10, le=100_000), Unit("draws")]
    parameters: Annotated[tuple[str, ...], Field(min_length=1, max_length=500)]
    targets: Annotated[tuple[Target, ...], Field(min_length=1, max_length=500)]

    @property
    def fitted(self) -> tuple[Target, ...]:
        """The targets that the fit rests on."""
        return tuple(target for target in self.targets if target.use == "fit")

    @property
    def case_names(self) -> tuple[str, ...]:
        """The hindcasts that any target needs, in the order of their first target."""
        return tuple(dict.fromkeys(t.statistic.case for t in self.targets if t.statistic.case is not None))


def read_targets(path: Path, catalogue: Catalogue) -> tuple[Targets, tuple[Case, ...]]:
    """The table and the hindcasts it needs. Raises InputError, one line, for what cannot be fitted or compared."""
    content, source = read_with_lines(path)
    written = as_mapping(content, source, "a table of targets")
    try:
        table = Targets.model_validate(written)
    except ValidationError as error:
        raise first_problem(error, source, model=Targets) from error
    found = [
        *_repeated("parameters", table.parameters),
        *_repeated("targets", [target.name for target in table.targets]),
    ]
    if not table.fitted:
        found.append(Mistake(("targets",), "none has use: fit; there is nothing to fit to"))
    uncertain = {f"{group}.{name}": entry for group, name, entry in catalogue.uncertain()}
    for place, name in enumerate(table.parameters):
        if name not in uncertain:
            said = f"{shown(name)} is not a parameter with a prior; {nearest(name, list(uncertain))}"
            found.append(Mistake(("parameters", place), said))
        elif uncertain[name].dated:
            found.append(Mistake(("parameters", place), f"{shown(name)} has values by year, which are not fitted"))
    known = sorted(path.stem for path in case_folder().glob("*.yaml"))
    for place, target in enumerate(table.targets):
        case = target.statistic.case
        if case is not None and case not in known:
            where = ("targets", place, "statistic", "case")
            found.append(Mistake(where, f"{shown(case)} is not known; {nearest(case, known)}"))
    if found:
        raise source.refusals(found)
    cases = read_cases(table.case_names) if table.case_names else ()
    for place, target in enumerate(table.targets):
        if target.statistic.case is not None:
            outcome_of(target, cases, source.within("targets", place, "statistic"))
    return table, cases


def outcome_of(target: Target, cases: Sequence[Case], source: str | Source) -> Outcome:
    """The observed series behind a target of a hindcast. Raises InputError if there is none, or not in that year."""
    wanted, source = target.statistic, as_source(source)
    case = next(case for case in cases if case.name == wanted.case)
    outcomes = {outcome.name: outcome for outcome in case.outcomes}
    if wanted.outcome not in outcomes:
        said = f"{shown(wanted.outcome)} is not known; {nearest(str(wanted.outcome), outcomes)}"
        raise source.refusal(("outcome",), said)
    outcome = outcomes[wanted.outcome]
    years = sorted(observed(outcome))
    if wanted.year not in years:
        raise source.refusal(("year",), f"{wanted.year} is not observed; allowed: {', '.join(map(str, years))}")
    return outcome


def _repeated(key: str, names: Sequence[str]) -> list[Mistake]:
    repeated = (name for place, name in enumerate(names) if name in names[:place])
    return [Mistake((key,), f"{shown(name)} stands twice") for name in repeated]
