"""Types of the numbers and words that a formula is written in, each with its unit and the bounds of reason.

The bounds are far beyond any law: they are there for the slip of a key, a percent for a share, a total for an amount.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from sim.inputs import Unit, truth
from sim.inputs.schema import YEAR


def says_something(text: str) -> str:
    """A text with at least one letter or digit. Raises ValueError for blanks and for what only holds the place."""
    if not re.search(r"\w", text):
        raise ValueError("write words")
    return text


def says_something_or_nothing(text: str) -> str:
    """A text that is left out, or has at least one letter or digit."""
    return says_something(text) if text else text


def names_a_year(text: str) -> str:
    """Words with a year in them. Raises ValueError otherwise, and for a date."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", text):
        raise ValueError(f"write the year alone: {text[:4]}")
    if not re.search(r"(?<![0-9])(19|20)[0-9]{2}(?![0-9])|FY ?[0-9]{2}(?![0-9])", text):
        raise ValueError("write the year of the numbers, as 2026, or words with the years, as FY26-27 (weights)")
    return text


def simple_name(text: str) -> str:
    """A name of letters, digits and underscores. Raises ValueError for another."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise ValueError("a name is small letters, digits and underscores, and begins with a letter")
    return text


def no_truth(value: object) -> object:
    """A value that is not true or false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError(f"write {int(value)}")
    return value


def whole(number: float) -> float:
    """A number of things that cannot be split. Raises ValueError for a fraction."""
    if number != int(number):
        raise ValueError("write a whole number")
    return number


MOST_ENTRIES = 100
"""Tiers, steps or locales of a component."""


Dollars = Annotated[float, Field(strict=True, ge=0.0, le=1e11), Unit("dollars")]
"""A statewide total."""
DistrictDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e9), Unit("dollars for a district")]
MemberDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("dollars for a member in grades 9-12")]
SchoolDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e7), Unit("dollars for a high school")]
SiteDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e7), Unit("dollars for a pathway at a high school")]
LaunchDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e8), Unit("dollars for a launch")]
InstructorDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("dollars for an instructor")]
OneDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("dollars for each one counted")]
StudentDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("dollars for a full-time student")]
UnitDollars = Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("dollars for a unit")]
DollarsEach = Annotated[float, Field(strict=True, ge=0.0, le=1e7), Unit("dollars for each of what per names")]

Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0), Unit("share")]
Multiplier = Annotated[float, Field(strict=True, ge=0.0, le=100.0), Unit("times the amount")]
Weight = Annotated[float, Field(strict=True, ge=0.0, le=10.0), Unit("times the base amount")]
UnitWeight = Annotated[float, Field(strict=True, ge=0.0, le=10.0), Unit("program units for a student")]
Units = Annotated[float, Field(strict=True, ge=0.0, le=10_000.0), Unit("units for a high school")]
Count = Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("heads")]
Credits = Annotated[float, Field(strict=True, ge=0.0, le=20.0), Unit("credits in a year")]
Courses = Annotated[float, Field(strict=True, ge=0.0, le=1_000.0), Unit("courses")]
ClusterCount = Annotated[float, Field(strict=True, ge=1.0, le=100.0), Unit("clusters")]
SchoolCount = Annotated[float, Field(strict=True, ge=1.0, le=1e5), Unit("high schools"), AfterValidator(whole)]
Members = Annotated[float, Field(strict=True, gt=0.0, le=1e6), Unit("members in grades 9-12")]
ClassSize = Annotated[float, Field(strict=True, gt=0.0, le=10_000.0), Unit("full-time students for a unit")]
WinningShare = Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share of the districts")]
Spread = Annotated[float, Field(strict=True, ge=0.0, le=5.0), Unit("standard deviation of the logarithm")]
Raise = Annotated[float, Field(strict=True, ge=1.0, le=100.0), Unit("times the amount")]
Growth = Annotated[float, Field(strict=True, ge=0.0, le=1.0), Unit("share a year")]
YearlyRise = Annotated[float, Field(strict=True, ge=-0.5, le=1.0), Unit("share a year")]
Match = Annotated[float, Field(strict=True, ge=0.0, le=20.0), Unit("own dollars for each dollar")]
Years = Annotated[int, Field(strict=True, ge=1, le=60), Unit("years")]
FiscalYear = Annotated[int, Field(strict=True, ge=2000, le=2200), Unit(YEAR)]
Year = Annotated[int, Field(strict=True, ge=1900, le=2100), Unit(YEAR)]
YearOfNumbers = Year | Annotated[str, Field(strict=True, max_length=300), AfterValidator(names_a_year)]

YesNo = Annotated[bool, Field(strict=True), BeforeValidator(truth)]
"""True or false; yes, no, on and off are taken as they are meant."""

Title = Annotated[str, Field(strict=True, max_length=300), AfterValidator(says_something)]
LONGEST_SHORT_TITLE = 28
"""Letters for which tables of 80 columns have room."""
ShortTitle = Annotated[
    str, Field(strict=True, max_length=LONGEST_SHORT_TITLE), AfterValidator(says_something_or_nothing)
]
"""For tables and sentences, where a title is too long; may be left out."""
Text = Annotated[str, Field(strict=True, max_length=5_000), AfterValidator(says_something)]
Note = Annotated[str, Field(strict=True, max_length=5_000), AfterValidator(says_something_or_nothing)]
"""A text that may be left out."""
Name = Annotated[str, Field(strict=True, max_length=60), AfterValidator(simple_name)]
