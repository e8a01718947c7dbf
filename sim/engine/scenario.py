"""Scenarios: named shocks laid over the years after the base year, the same for every formula."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sim.inputs import Source, as_source, first_problem, read_with_lines

Factor = Annotated[float, Field(ge=0.0, le=10.0, allow_inf_nan=False)]


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
    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    description: str = ""
    years: dict[int, Shocks] = {}
    from_year: dict[int, Shocks] = {}

    @field_validator("years", "from_year")
    @classmethod
    def _fiscal_years(cls, value: dict[int, Shocks]) -> dict[int, Shocks]:
        for year in value:
            if not 2000 <= year <= 2200:
                raise ValueError(f"{year} is not a fiscal year")
        return value

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
    if not isinstance(written, Mapping):
        raise as_source(source).refusal((), f"{written!r} is not allowed: a scenario is a mapping of keys to values")
    allowed = {
        "": list(Scenario.model_fields),
        "years": list(Shocks.model_fields),
        "from_year": list(Shocks.model_fields),
    }
    try:
        return Scenario.model_validate({**written, "name": name})
    except ValidationError as error:
        raise first_problem(error, source, allowed) from error
