"""The catalogue of every number in the model: value, unit, meaning, source, confidence and prior, from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.inputs import InputError, first_problem, nearest, read_yaml

FOLDER = Path(__file__).parent
GROUPS: tuple[str, ...] = (
    "economy",
    "enrollment",
    "initial",
    "beliefs",
    "decisions",
    "staffing",
    "choice",
    "outcomes",
    "quality",
    "costs",
    "books",
)
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Prior(BaseModel):
    """How uncertain a number is.

    ``uniform`` from low to high; ``triangular`` from low to high with its peak at the value; ``lognormal`` with the
    value as median and low and high as its 10th and 90th percentiles; ``fixed`` where the number is known or is a
    convention. For a dated parameter the prior is on a factor that multiplies every value, with median 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    distribution: Literal["uniform", "triangular", "lognormal", "fixed"]
    low: Finite | None = None
    high: Finite | None = None

    @model_validator(mode="after")
    def _has_a_range(self) -> "Prior":
        if self.distribution == "fixed":
            if self.low is not None or self.high is not None:
                raise ValueError("a fixed prior has no low and high")
        elif self.low is None or self.high is None or not self.low < self.high:
            raise ValueError(f"a {self.distribution} prior needs low < high")
        elif self.distribution == "lognormal" and self.low <= 0:
            raise ValueError("a lognormal prior needs low > 0")
        return self


class Entry(BaseModel):
    """One parameter. ``value`` is a number, or numbers by the fiscal year from which each holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: Finite | dict[int, Finite]
    unit: str = Field(min_length=1)
    label: str = Field(min_length=8)
    source: str = Field(min_length=3)
    confidence: Literal["high", "medium", "low", "judgement"]
    prior: Prior
    range: tuple[Finite, Finite]
    """What a user may set it to."""
    drawn_last: bool = False
    """Whether its coordinate stands after all others: a parameter that came later moves no draw of those before it."""

    @property
    def dated(self) -> bool:
        """Whether the value depends on the fiscal year."""
        return isinstance(self.value, dict)

    @model_validator(mode="after")
    def _is_consistent(self) -> "Entry":
        low, high = self.range
        numbers = self.value.values() if isinstance(self.value, dict) else (self.value,)
        if not numbers:
            raise ValueError("a dated value needs at least one year")
        if any(not low <= number <= high for number in numbers):
            raise ValueError(f"the value must lie in its range {low:g} to {high:g}")
        prior = self.prior
        if prior.low is not None and prior.high is not None:
            center = 1.0 if isinstance(self.value, dict) else self.value
            if not prior.low <= center <= prior.high:
                raise ValueError("the value must lie between low and high of its prior")
            if not self.dated and not (low <= prior.low and prior.high <= high):
                raise ValueError("the prior must lie in the range")
        return self


@dataclass(frozen=True)
class Catalogue:
    """Every parameter by group and name, in the order in which the files list them."""

    entries: Mapping[str, Mapping[str, Entry]]

    def uncertain(self) -> list[tuple[str, str, Entry]]:
        """The parameters that have a prior, in a fixed order: the dimensions of a design of experiments."""
        return [
            (group, name, entry)
            for group, named in self.entries.items()
            for name, entry in named.items()
            if entry.prior.distribution != "fixed"
        ]

    def with_values(self, overrides: Mapping[str, Any], source: str) -> "Catalogue":
        """The catalogue with some values set by a user, each then certain.

        ``overrides`` maps 'group.name' to a number, or to numbers by fiscal year where the parameter is dated. Raises
        InputError naming ``source``, the key, the value and what is allowed.
        """
        entries = {group: dict(named) for group, named in self.entries.items()}
        known = {f"{group}.{name}" for group, named in entries.items() for name in named}
        for key, value in overrides.items():
            if key not in known:
                hint = nearest(key, sorted(known))
                raise InputError(f"{source}: parameters.{_short(key)[1:-1]}: unknown parameter; {hint}")
            group, name = key.split(".")
            old = entries[group][name]
            low, high = old.range
            if isinstance(value, Mapping):
                value = _by_year(value, old, f"{source}: parameters.{key}")
            numbers = list(value.values()) if isinstance(value, Mapping) else [value]
            for number in numbers:
                if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
                    raise InputError(
                        f"{source}: parameters.{key}: {_short(number)} is not allowed: a number from {low:g} to"
                        f" {high:g} ({old.unit})"
                    )
            new = {int(year): float(n) for year, n in value.items()} if isinstance(value, Mapping) else float(value)
            entries[group][name] = old.model_copy(update={"value": new, "prior": Prior(distribution="fixed")})
        return Catalogue(entries)


FIRST_YEAR, LAST_YEAR = 2000, 2200
"""Fiscal years from which a value may hold."""

_LONGEST = 60


def _by_year(written: Mapping[Any, Any], entry: Entry, where: str) -> dict[int, Any]:
    """The numbers of a dated parameter by fiscal year; a year is text where it is a part of a key on a command line."""
    if not entry.dated:
        raise InputError(f"{where}: takes one number ({entry.unit}), not one for each year")
    if not written:
        raise InputError(f"{where}: is empty; write a number, or numbers by fiscal year, as {{2030: 0.01}}")
    found: dict[int, Any] = {}
    for key, value in written.items():
        year = int(key) if isinstance(key, str) and key.isdecimal() and len(key) == 4 else key
        if isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
            raise InputError(
                f"{where}: {_short(key)} is not allowed: a fiscal year from {FIRST_YEAR} to {LAST_YEAR}, from which"
                " a number holds"
            )
        if year in found:
            raise InputError(f"{where}: {year} stands twice")
        found[year] = value
    return found


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


@cache
def load_catalogue() -> Catalogue:
    """The bundled catalogue. Raises InputError with one line if a file breaks the schema."""
    return Catalogue({group: _read_group(FOLDER / f"{group}.yaml") for group in GROUPS})


def _read_group(path: Path) -> dict[str, Entry]:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise InputError(f"{path.name}: must map parameter names to entries")
    named: dict[str, Entry] = {}
    for name, fields in content.items():
        try:
            named[str(name)] = Entry.model_validate(fields)
        except ValidationError as error:
            raise first_problem(error, f"{path.name}: {name}", {"": Entry.model_fields}) from error
    return named
