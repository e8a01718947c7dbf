"""A hindcast as data: a state before a change of law, the laws, and what was observed."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.engine.scenario import Shocks
from sim.funding.components.amounts import Note, Text, Title, YesNo, simple_name
from sim.inputs import Mistake, Unit, nearest
from sim.inputs.schema import YEAR

LONGEST = 60
"""Years that a hindcast runs at most."""

Share = Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share")]
Positive = Annotated[float, Field(strict=True, gt=0.0, le=1e12)]
Number = Annotated[float, Field(strict=True, ge=-1e12, le=1e12)]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100), Unit(YEAR)]
Years = Annotated[tuple[Year, ...], Field(max_length=100)]
Tolerance = Annotated[float, Field(strict=True, gt=0.0, lt=1.0), Unit("share of the observed value")]
Word = Annotated[str, Field(strict=True, max_length=60), AfterValidator(simple_name)]

Measure = Literal[
    "participants",
    "participants_per_member",
    "concentrators",
    "concentrators_per_participant",
    "credentials",
    "credentials_per_concentrator",
    "sites",
    "instructors",
    "spending_per_member",
    "school_concentrator_share",
]
"""What of the model may stand for an observed number; spending is in real dollars."""

ByDistrict = ("participants", "concentrators", "sites", "instructors", "spending_per_member")
"""Measures that are kept district by district."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _refuse_twice(years: Sequence[int]) -> None:
    for year in years:
        if years.count(year) > 1:
            raise ValueError(f"{year} stands twice")


class Start(_Data):
    """The state in the year before the law changed.

    ``members``: students in grades 9-12 of the real state, which turns its pots into those of a state of the model's
    size. The stylized state has the districts of the bundled world; what is given here replaces its own starting
    ratios: ``participants_per_member``, ``concentrators_per_participant``, ``participants_per_site``,
    ``credentials_per_concentrator``.
    """

    year: Year
    members: Positive
    participants_per_member: Share | None = None
    concentrators_per_participant: Share | None = None
    participants_per_site: Positive | None = None
    credentials_per_concentrator: Positive | None = None


class Law(_Data):
    """The law from a fiscal year on. ``formula`` names a shipped formula, taken as it is; ``lines`` are lines of a
    formula in the state's own dollars of the year ``dollars_of``; only the strength of a rule that counts without
    paying (``accountability``) is in the model's own dollars, whatever that year. A line keeps its name for as long as
    districts know it as the same promise: what they have learnt of it stays. ``perkins`` lets federal money flow
    beside it."""

    starts: Year | None = None
    formula: str | None = None
    dollars_of: Year | None = None
    lines: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)] = ()
    perkins: YesNo = True

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.formula is not None and self.lines:
            raise ValueError("write a formula or lines, not both")
        if self.lines and self.dollars_of is None:
            raise ValueError("lines need dollars_of, the year of their dollars")
        if self.dollars_of is not None and not self.lines:
            raise ValueError("dollars_of is the year of the dollars of lines, and there are none")
        if self.formula is not None and not self.perkins:
            raise ValueError("a shipped formula is taken with the federal money that flows beside it")
        return self


class Contrast(_Data):
    """The mean over some years divided by the mean over others."""

    years: Annotated[tuple[Year, ...], Field(min_length=1, max_length=100)]
    against: Annotated[tuple[Year, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _each_year_once(self) -> Self:
        _refuse_twice((*self.years, *self.against))
        return self


class SizeClass(_Data):
    """Districts of a size by members in grades 9-12 in the start year, ``least`` included and ``most`` not, and their
    ``share`` of the districts in the record: where a number is over districts, the model's are weighed so that each
    class has its share."""

    name: Word
    least: Annotated[float, Field(strict=True, ge=0.0, le=1e12), Unit("students")]
    most: Annotated[float, Field(strict=True, gt=0.0, le=1e12), Unit("students")] | None = None
    share: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most is not None and self.most <= self.least:
            raise ValueError("most must lie above least")
        return self


class OverDistricts(_Data):
    """How a measure is read over districts, each relative to its own start year: the value at a ``quantile`` of
    districts, or the share of districts ``below`` a value; of all, or ``among`` those of one size."""

    quantile: Annotated[float, Field(strict=True, gt=0.0, lt=1.0), Unit("share of districts")] | None = None
    below: Positive | None = None
    among: Word | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.quantile is None) == (self.below is None):
            raise ValueError("write either quantile or below")
        return self


class Outcome(_Data):
    """One observed series and what of the model stands for it.

    ``compare``: ``ratio`` to the start year (``start`` is its observed value), or ``level``; with ``contrast`` one
    number, the ratio of two means; ``over`` reads it over districts. ``judged``: the years that the verdict rests on
    (all observed, if not given); the others are shown. ``tolerance``: how far the median may be from the observed
    value, as a share of it.
    """

    name: Word
    label: Title
    measure: Measure
    stands_for: Text
    observed: Annotated[dict[Year, Positive], Field(min_length=1, max_length=100)]
    compare: Literal["ratio", "level"] = "ratio"
    start: Positive | None = None
    contrast: Contrast | None = None
    over: OverDistricts | None = None
    judged: Years = ()
    tolerance: Tolerance
    use: Literal["fitted", "held_out"]
    confidence: Text

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.compare == "ratio" and self.start is None and self.contrast is None:
            raise ValueError("a ratio needs start, the value observed in the start year")
        if self.over is not None and (self.compare != "level" or self.contrast is not None):
            raise ValueError("over districts the numbers are ratios already; write compare: level and no contrast")
        if self.over is not None and self.measure not in ByDistrict:
            raise ValueError(f"{self.measure} is not kept by district; allowed: {', '.join(ByDistrict)}")
        _refuse_twice(self.judged)
        wanted = self.judged if self.contrast is None else (*self.contrast.years, *self.contrast.against)
        for year in wanted:
            if year not in self.observed:
                raise ValueError(f"{year} is judged but not observed")
        return self

    def without_effect(self) -> Iterator[tuple[str, str]]:
        """Keys that were written and change nothing beside the others, each with the reason."""
        if self.start is not None and (self.contrast is not None or self.compare == "level"):
            yield "start", "it is what a ratio is to; a level and a contrast have none"
        if self.contrast is not None and self.judged:
            yield "judged", "a contrast is one number"
        if self.contrast is not None and "compare" in self.model_fields_set:
            yield "compare", "a contrast is the ratio of its own years"

    @property
    def judged_years(self) -> tuple[int, ...]:
        """The years that the verdict rests on."""
        return self.judged or tuple(sorted(self.observed))


class Case(_Data):
    """A hindcast. ``untestable`` says why the model cannot be tested by it; it then has no laws and no outcomes, only
    the ``record`` of what was observed. ``parameters``: what is known of this state and would otherwise be drawn.
    ``sizes``: size classes of its districts, for outcomes over districts."""

    name: str
    title: Title
    source: Text
    what_happened: Text
    fed: Note = ""
    stylized: Note = ""
    fitted: Note = ""
    caveats: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    untestable: Note = ""
    record: dict[str, Any] = {}
    start: Start | None = None
    before: Law | None = None
    laws: Annotated[tuple[Law, ...], Field(max_length=100)] = ()
    shocks: Annotated[dict[Year, Shocks], Field(max_length=100)] = {}
    parameters: Annotated[dict[str, Number], Field(max_length=100)] = {}
    sizes: Annotated[tuple[SizeClass, ...], Field(max_length=20)] = ()
    outcomes: Annotated[tuple[Outcome, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _testable_or_not(self) -> Self:
        if self.untestable:
            if self.laws or self.outcomes or not self.record:
                raise ValueError("a case that cannot be tested has a record, and neither laws nor outcomes")
            if self.start or self.before or self.shocks or self.parameters or self.sizes:
                raise ValueError(
                    "a case that cannot be tested needs no start, no law before, shocks, parameters or sizes"
                )
            return self
        if self.start is None or self.before is None or not self.laws or not self.outcomes:
            raise ValueError("write start, before, laws and outcomes, or untestable with the reason")
        return self

    @property
    def last_year(self) -> int:
        """The last year with anything observed."""
        return max(max(outcome.observed) for outcome in self.outcomes)

    def mistakes(self) -> Iterator[Mistake]:
        """What can be read and would be wrong or do nothing.

        Years that do not follow each other: laws and shocks come after the start year, and before anything is observed
        for the last time; observed years from the start year on, and not so late that nothing can be run to them. Names
        that stand twice, and keys without effect.
        """
        if self.start is None:
            return
        first, last = self.start.year, self.last_year
        if last - first > LONGEST:
            yield Mistake(("outcomes",), f"{last} lies more than {LONGEST} years after the start year {first}")
        if self.before is not None and self.before.starts is not None:
            yield Mistake(("before", "starts"), "the law before the change is in force in every year; leave it out")
        begun = first
        for place, law in enumerate(self.laws):
            where: tuple[str | int, ...] = ("laws", place, "starts")
            if law.starts is None:
                yield Mistake(where, "is missing; write the first fiscal year of the law")
            elif law.starts <= begun:
                said = f"{law.starts} does not lie after {begun}; laws stand in the order of their starts"
                yield Mistake(where, f"{said}, all after the start year")
            elif law.starts > last:
                yield Mistake(where, f"{law.starts} lies after {last}, the last year with anything observed")
            begun = max(begun, law.starts or begun)
        for year in self.shocks:
            if not first < year <= last:
                yield Mistake(("shocks", year), f"is not simulated; a year from {first + 1} to {last}")
        yield from self._mistaken_sizes()
        names = [outcome.name for outcome in self.outcomes]
        for place, outcome in enumerate(self.outcomes):
            if names.index(outcome.name) < place:
                yield Mistake(("outcomes", place, "name"), f"'{outcome.name}' stands twice")
            for year in outcome.observed:
                if year < first:
                    said = f"lies before the start year {first}; nothing is simulated for it"
                    yield Mistake(("outcomes", place, "observed", year), said)
            for key, why in outcome.without_effect():
                yield Mistake(("outcomes", place, key), f"has no effect here: {why}")

    def _mistaken_sizes(self) -> Iterator[Mistake]:
        """Size classes that overlap, are named twice or read by nothing, and classes that are not there."""
        names = [size.name for size in self.sizes]
        for place, size in enumerate(self.sizes):
            if names.index(size.name) < place:
                yield Mistake(("sizes", place, "name"), f"'{size.name}' stands twice")
            if place and (before := self.sizes[place - 1].most or float("inf")) > size.least:
                yield Mistake(
                    ("sizes", place, "least"), f"{size.least:g} lies within the class before, up to {before:g}"
                )
        over = [(place, outcome.over) for place, outcome in enumerate(self.outcomes) if outcome.over is not None]
        if self.sizes and not over:
            yield Mistake(("sizes",), "has no effect here: no outcome is over districts")
        for place, districts in over:
            where = ("outcomes", place, "over")
            if not self.sizes:
                yield Mistake(where, "needs sizes, the size classes of the record's districts")
            elif districts.among is not None and districts.among not in names:
                yield Mistake((*where, "among"), f"'{districts.among}' is not known; {nearest(districts.among, names)}")
