"""Scenarios: named shocks laid over the years after the base year, the same for every formula."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from sim.funding.components.amounts import FiscalYear, Note, Text, Title
from sim.inputs import Mistake, Source, Unit, as_mapping, as_source, mistakes, nearest, read_with_lines

FIRST_YEAR, LAST_YEAR = 2000, 2200

MOST = 10.0
"""The most that a shock may multiply by."""

Factor = Annotated[float, Field(strict=True, ge=0.0, le=MOST, allow_inf_nan=False), Unit("times what it would be")]


def year_written(key: object) -> object:
    """A fiscal year as a number where it is written as a word, as a part of a key on the command line."""
    return int(key) if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) <= 4 else key


ShockYear = Annotated[int, Field(strict=True), BeforeValidator(year_written)]

Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0, allow_inf_nan=False), Unit("share")]


class ClusterShocks(BaseModel):
    """What a scenario multiplies in one year in one cluster, besides what it multiplies everywhere.

    ``participation``: students who would take it. ``openings``: its job openings, to which students and districts
    look. ``turnover``, ``instructor_supply``, ``running_costs``, ``startup_costs``: as for all clusters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    participation: Factor = 1.0
    openings: Factor = 1.0
    turnover: Factor = 1.0
    instructor_supply: Factor = 1.0
    running_costs: Factor = 1.0
    startup_costs: Factor = 1.0


class Shocks(BaseModel):
    """What a scenario multiplies in one year; 1 leaves things as they are.

    ``revenue``: general-fund recurring revenue. ``entrants``: the cohort entering grade 9. ``participation``: students
    who would take CTE. ``progression``: odds that participants concentrate. ``credentials``: credential attempts.
    ``turnover``: instructors who leave. ``instructor_supply``: qualified candidates. ``running_costs``: non-salary
    costs, consumables and exams. ``startup_costs``: equipment and new labs. ``local_money``: what districts give CTE of
    their own. ``general_money``: districts' general money a member. ``federal_money``: what federal lines pay.
    ``paid_on_time``: the part of what the state pays for CTE that comes in its own year; the rest comes a year later.
    ``revenue_noise``: the ordinary ups and downs of revenue. ``recurring_budget``: what the state has committed to
    spend; revenue below it brings cuts. ``clusters``: what is multiplied in single clusters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    revenue: Factor = 1.0
    entrants: Factor = 1.0
    participation: Factor = 1.0
    progression: Factor = 1.0
    credentials: Factor = 1.0
    turnover: Factor = 1.0
    instructor_supply: Factor = 1.0
    running_costs: Factor = 1.0
    startup_costs: Factor = 1.0
    local_money: Factor = 1.0
    general_money: Factor = 1.0
    federal_money: Factor = 1.0
    paid_on_time: Share = 1.0
    revenue_noise: Factor = 1.0
    recurring_budget: Factor = 1.0
    clusters: dict[str, ClusterShocks] = {}


CALM = Shocks()


class EarlyEnd(BaseModel):
    """The end of a formula by a later law: districts read of it from ``announced`` on, and ``last_year`` is the last
    fiscal year that is paid."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    announced: FiscalYear
    last_year: FiscalYear

    @model_validator(mode="after")
    def _ends_after_it_is_announced(self) -> Self:
        if self.last_year < self.announced:
            raise ValueError(f"last_year {self.last_year} lies before it is announced, in {self.announced}")
        return self


class Spread(BaseModel):
    """A triangular distribution: ``low`` and ``high`` are its ends, ``likely`` its peak."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    low: Factor
    likely: Factor
    high: Factor

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"low {self.low:g}, likely {self.likely:g}, high {self.high:g} are not in this order")
        return self


class Kind(BaseModel):
    """Shocks of one kind, which come by chance: ``times`` in ``years`` that are known, as the ``source`` counts them.

    ``path`` is what is multiplied in the year in which one comes and in those after it, and ``then`` what stays when it
    is over. ``severity`` multiplies by how much each differs from 1, ``lasts`` how long each year of the path takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    times: Annotated[float, Field(strict=True, ge=0.0, le=1000.0, allow_inf_nan=False), Unit("times")]
    years: Annotated[float, Field(strict=True, ge=1.0, le=1000.0, allow_inf_nan=False), Unit("years")]
    source: Text
    path: Annotated[tuple[Shocks, ...], Field(min_length=1, max_length=60)]
    then: Shocks = Shocks()
    severity: Spread = Spread(low=1.0, likely=1.0, high=1.0)
    lasts: Spread = Spread(low=1.0, likely=1.0, high=1.0)

    @property
    def rate(self) -> float:
        """The chance that one comes in a year."""
        return self.times / self.years

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if self.times > self.years:
            raise ValueError(f"times {self.times:g} in {self.years:g} years: at most one comes in a year")
        if self.lasts.low < SHORTEST:
            raise ValueError(f"lasts: {self.lasts.low:g} is not allowed: at least {SHORTEST:g}")
        if any(shocks.clusters for shocks in (*self.path, self.then)):
            raise ValueError("clusters are not allowed in shocks that come by chance")
        if any(shocks.recurring_budget != 1.0 for shocks in (*self.path, self.then)):
            raise ValueError("recurring_budget is not allowed in shocks that come by chance")
        return self


SHORTEST = 0.1
"""The least that a drawn length may multiply a path by."""

MOST_KINDS = 16
"""Kinds of shocks that may come by chance in one scenario: each has draws of its own."""


class RandomShocks(BaseModel):
    """Shocks that come by chance from a fiscal year on, by kind; those of one kind do not add up, the larger counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    from_year: FiscalYear
    kinds: Annotated[dict[str, Kind], Field(min_length=1, max_length=MOST_KINDS)]


class Scenario(BaseModel):
    """A named path of shocks. ``years`` maps a fiscal year to what is multiplied in that year alone; ``from_year`` maps
    a fiscal year to what is multiplied from then on, until a later entry says otherwise. ``end`` is an early end of
    the formula, ``random`` what comes by chance, in each replicate at another time."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: Title
    source: Text
    description: Note = ""
    years: dict[ShockYear, Shocks] = {}
    from_year: dict[ShockYear, Shocks] = {}
    end: EarlyEnd | None = None
    random: RandomShocks | None = None

    @field_validator("years", "from_year")
    @classmethod
    def _fiscal_years(cls, value: dict[int, Shocks]) -> dict[int, Shocks]:
        for year in value:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise ValueError(f"{year} is not a fiscal year")
        return value

    def written(self) -> list[tuple[tuple[str, str | int], int]]:
        """What it says one by one: where it stands, and for which year."""
        found: list[tuple[tuple[str, str | int], int]] = [(("years", year), year) for year in self.years]
        found += [(("from_year", year), year) for year in self.from_year]
        if self.end is not None:
            found += [(("end", "announced"), self.end.announced), (("end", "last_year"), self.end.last_year)]
        if self.random is not None:
            found.append((("random", "from_year"), self.random.from_year))
        return found

    @property
    def first_year(self) -> int | None:
        """The first fiscal year in which anything happens; None if nothing does."""
        return min((year for _, year in self.written()), default=None)

    def never_comes(self, base_year: int, farthest: int) -> list[Mistake]:
        """Shocks of the base year and before, which is as it was, and of years after ``farthest``."""
        said = f"is not simulated; a fiscal year from {base_year + 1} to {farthest}"
        return [Mistake(where, said) for where, year in self.written() if not base_year < year <= farthest]

    def does_something(self, base_year: int, last_year: int) -> bool:
        """Whether anything is multiplied, ends or may come in the years after ``base_year`` to ``last_year``."""
        if self.end is not None and self.end.announced <= last_year:
            return True
        if self.random is not None and self.random.from_year <= last_year:
            return True
        return any(self.at(year, base_year) != CALM for year in range(base_year + 1, last_year + 1))

    def at(self, fiscal_year: int, base_year: int) -> Shocks:
        """The shocks of a year that do not come by chance; none in the base year and before."""
        if fiscal_year <= base_year:
            return CALM
        if fiscal_year in self.years:
            return self.years[fiscal_year]
        begun = [year for year in self.from_year if year <= fiscal_year]
        return self.from_year[max(begun)] if begun else CALM


BASELINE = Scenario(name="baseline", title="No shock", source="Revenue and enrollment as the outlook has them")


def read_scenario(path: Path) -> Scenario:
    """A scenario file, named after the file. Raises InputError with one line if it cannot be used."""
    content, source = read_with_lines(path)
    return scenario_from(content, source, path.stem)


def scenario_from(written: Any, source: str | Source, name: str) -> Scenario:
    """A scenario from plain data. Raises InputError with one line if it cannot be used."""
    source = as_source(source)
    content = as_mapping(written, source, "a scenario")
    found = [Mistake((key,), f"unknown key; {nearest(str(key), KEYS)}") for key in content if key not in KEYS]
    known = {key: value for key, value in content.items() if key in KEYS}
    for key in ("years", "from_year"):
        found += _repeated(known.get(key), key)
    try:
        scenario = Scenario.model_validate({**known, "name": name})
    except ValidationError as error:
        found += mistakes(error, {"": KEYS}, Scenario)
    if found:
        raise source.refusals(found)
    return scenario


KEYS = tuple(key for key in Scenario.model_fields if key != "name")
"""Keys of a scenario's file; its name is the file's."""


def _repeated(years: Any, key: str) -> list[Mistake]:
    """Years that stand there twice, as a number and as a word; one of the two would be lost."""
    if not isinstance(years, Mapping):
        return []
    told = [str(year_written(year)) for year in years]
    return [Mistake((key, year), f"{year} stands twice") for year in dict.fromkeys(told) if told.count(year) > 1]
