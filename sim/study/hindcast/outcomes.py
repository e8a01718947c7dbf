"""What was observed in a hindcast, as data: series of numbers and ranges, and what of the model stands for them."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.funding.components.amounts import Text, Title, simple_name
from sim.inputs import Unit
from sim.inputs.schema import YEAR
from sim.study.hindcast.measures import Measure, kept_by_district

Share = Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share")]
Positive = Annotated[float, Field(strict=True, gt=0.0, le=1e12)]
NotNegative = Annotated[float, Field(strict=True, ge=0.0, le=1e12)]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100), Unit(YEAR)]
Years = Annotated[tuple[Year, ...], Field(max_length=100)]
Tolerance = Annotated[float, Field(strict=True, gt=0.0, lt=1.0), Unit("share of the observed value")]
Word = Annotated[str, Field(strict=True, max_length=60), AfterValidator(simple_name)]

Net = Literal["ratio", "difference", "none"]
"""How a number is taken net of the placebo's."""


class Described(BaseModel):
    """Data whose keys are described where they are declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def refuse_twice(years: Sequence[int]) -> None:
    """Raise ValueError if a year is named twice."""
    for year in years:
        if years.count(year) > 1:
            raise ValueError(f"{year} stands twice")


class Fact(NamedTuple):
    """What is known of a number: it lies from ``low`` to ``high``, which are one where it was observed as a number."""

    low: float
    high: float

    @property
    def single(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """The number, the middle of a range, or the bound of what is known to one side."""
        if self.high == float("inf"):
            return self.low
        return self.high if self.low == float("-inf") else 0.5 * (self.low + self.high)

    def away(self, value: float) -> float:
        """How far a value lies from what is known, 0 within it."""
        return max(self.low - value, value - self.high, 0.0)


class Range(Described):
    """What is known of a number that was not observed as one."""

    low: NotNegative | None = None
    """The least that it can have been; with high."""
    high: NotNegative | None = None
    """The most that it can have been; with low."""
    at_least: NotNegative | None = None
    """It was this or more; nothing is known of how much more."""
    at_most: NotNegative | None = None
    """It was this or less; nothing is known of how much less."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        written = [key for key in type(self).model_fields if getattr(self, key) is not None]
        if written not in (["low", "high"], ["at_least"], ["at_most"]):
            raise ValueError("write low and high, or at_least, or at_most")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("high must lie above low")
        return self

    @property
    def fact(self) -> Fact:
        """The range as bounds."""
        if self.low is not None and self.high is not None:
            return Fact(self.low, self.high)
        if self.at_least is not None:
            return Fact(self.at_least, float("inf"))
        assert self.at_most is not None
        return Fact(float("-inf"), self.at_most)


class Contrast(Described):
    """The mean over some years divided by the mean over others."""

    years: Annotated[tuple[Year, ...], Field(min_length=1, max_length=100)]
    """Years whose mean is divided."""
    against: Annotated[tuple[Year, ...], Field(min_length=1, max_length=100)]
    """Years by whose mean it is divided."""

    @model_validator(mode="after")
    def _each_year_once(self) -> Self:
        refuse_twice((*self.years, *self.against))
        return self


class OverDistricts(Described):
    """How a measure is read over districts, each relative to its own start year."""

    quantile: Annotated[float, Field(strict=True, gt=0.0, lt=1.0), Unit("share of districts")] | None = None
    """The value below which this share of districts lies."""
    below: Positive | None = None
    """The share of districts below this value, 1 being the start year."""
    among: Word | None = None
    """Districts of this size class alone."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.quantile is None) == (self.below is None):
            raise ValueError("write either quantile or below")
        return self


class Outcome(Described):
    """One observed series and what of the model stands for it."""

    name: Word
    """Its name in tables."""
    label: Title
    """What a reader sees."""
    measure: Measure
    """What of the model stands for it: one of the words below, another column of the state's results, or a mapping as
    in a probe (kind: state, districts, clusters or changes)."""
    stands_for: Text
    """What was observed."""
    observed: Annotated[dict[Year, Positive | Range], Field(min_length=1, max_length=100)]
    """By fiscal year a number, or what is known of it."""
    compare: Literal["ratio", "level"] = "ratio"
    """Ratio to the start year, or the number as it is."""
    start: Positive | None = None
    """The value observed in the start year, to which a ratio is."""
    contrast: Contrast | None = None
    """One number instead of a series: the ratio of two means."""
    over: OverDistricts | None = None
    """Reads the measure over districts; needs sizes."""
    net: Net | None = None
    """How the verdict is taken net of the placebo: the ratio to it (if not given, where the number is relative to a
    start or a contrast), the difference from it, or not at all (if not given, a level)."""
    unchanged: Annotated[dict[Year, NotNegative], Field(max_length=100)] = Field(default_factory=dict)
    """What the record itself shows where no law changed, by year and as it is compared; if not given, 1 for a ratio and
    0 for a difference."""
    judged: Years = ()
    """The years that the verdict rests on, all observed if not given; the others are shown."""
    tolerance: Tolerance
    """How far the median may lie from the observed value, or from the range."""
    use: Literal["fitted", "held_out"]
    """Whether the calibration or a parameter's value rests on the same record."""
    confidence: Text
    """How sure the record is."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.compare == "ratio" and self.start is None and self.contrast is None:
            raise ValueError("a ratio needs start, the value observed in the start year")
        if self.over is not None and (self.compare != "level" or self.contrast is not None):
            raise ValueError("over districts the numbers are ratios already; write compare: level and no contrast")
        if self.over is not None and not kept_by_district(self.measure):
            raise ValueError("over reads a measure of the state whose columns are kept by district")
        refuse_twice(self.judged)
        wanted = self.judged if self.contrast is None else (*self.contrast.years, *self.contrast.against)
        for year in wanted:
            if year not in self.observed:
                raise ValueError(f"{year} is judged but not observed")
            if self.contrast is not None and isinstance(self.observed[year], Range):
                raise ValueError(f"a contrast needs numbers; {year} has a range")
        return self

    def without_effect(self) -> Iterator[tuple[str, str]]:
        """Keys that were written and change nothing beside the others, each with the reason."""
        if self.start is not None and (self.contrast is not None or self.compare == "level"):
            yield "start", "it is what a ratio is to; a level and a contrast have none"
        if self.contrast is not None and self.judged:
            yield "judged", "a contrast is one number"
        if self.contrast is not None and "compare" in self.model_fields_set:
            yield "compare", "a contrast is the ratio of its own years"
        if self.unchanged and self.how_net == "none":
            yield "unchanged", "the outcome is not judged net of a placebo"

    @property
    def how_net(self) -> Net:
        """How the verdict is taken net of the placebo."""
        if self.net is not None:
            return self.net
        return "ratio" if self.relative else "none"

    @property
    def relative(self) -> bool:
        """Whether 1 stands for no change."""
        return self.compare == "ratio" or self.contrast is not None

    @property
    def judged_years(self) -> tuple[int, ...]:
        """The years that the verdict rests on."""
        return self.judged or tuple(sorted(self.observed))
