"""Scenarios: named shocks laid over the years after the base year, the same for every formula."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from sim.funding.components.amounts import Note, Text, Title
from sim.inputs import Mistake, Source, Unit, as_mapping, as_source, mistakes, nearest, read_with_lines

FIRST_YEAR, LAST_YEAR = 2000, 2200

Factor = Annotated[float, Field(strict=True, ge=0.0, le=10.0, allow_inf_nan=False), Unit("times what it would be")]


def year_written(key: object) -> object:
    """A fiscal year as a number where it is written as a word, as a part of a key on the command line."""
    return int(key) if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) <= 4 else key


ShockYear = Annotated[int, Field(strict=True), BeforeValidator(year_written)]


class Shocks(BaseModel):
    """What a scenario multiplies in one year; 1 leaves things as they are.

    ``revenue``: general-fund recurring revenue. ``entrants``: the cohort entering grade 9. ``participation``: students
    who would take CTE. ``progression``: odds that participants concentrate. ``credentials``: credential attempts.
    ``turnover``: instructors who leave. ``instructor_supply``: qualified candidates. ``running_costs``: non-salary
    costs, consumables and exams. ``startup_costs``: equipment and new labs. ``local_money``: what districts give CTE of
    their own. ``general_money``: districts' general money a member.
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


CALM = Shocks()


class Scenario(BaseModel):
    """A named path of shocks. ``years`` maps a fiscal year to what is multiplied in that year alone; ``from_year`` maps
    a fiscal year to what is multiplied from then on, until a later entry says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: Title
    source: Text
    description: Note = ""
    years: dict[ShockYear, Shocks] = {}
    from_year: dict[ShockYear, Shocks] = {}

    @field_validator("years", "from_year")
    @classmethod
    def _fiscal_years(cls, value: dict[int, Shocks]) -> dict[int, Shocks]:
        for year in value:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise ValueError(f"{year} is not a fiscal year")
        return value

    def written(self) -> list[tuple[str, int, Shocks]]:
        """Its shocks one by one: under which key, for which year."""
        of_year = [("years", year, shocks) for year, shocks in self.years.items()]
        return of_year + [("from_year", year, shocks) for year, shocks in self.from_year.items()]

    def never_comes(self, base_year: int, farthest: int) -> list[Mistake]:
        """Shocks of the base year and before, which is as it was, and of years after ``farthest``."""
        said = f"is not simulated; a fiscal year from {base_year + 1} to {farthest}"
        return [Mistake((key, year), said) for key, year, _ in self.written() if not base_year < year <= farthest]

    def does_something(self, base_year: int, last_year: int) -> bool:
        """Whether anything is multiplied in the years after ``base_year`` to ``last_year``."""
        return any(self.at(year, base_year) != CALM for year in range(base_year + 1, last_year + 1))

    def at(self, fiscal_year: int, base_year: int) -> Shocks:
        """The shocks of a year; none in the base year and before."""
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
