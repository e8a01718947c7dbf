"""A hindcast as data: a state before a change of law, the laws, and what was observed."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.engine.scenario import Shocks
from sim.funding.components.amounts import Note, Text, Title, YesNo
from sim.inputs import Mistake, Unit, nearest
from sim.study.hindcast.measures import over_districts
from sim.study.hindcast.outcomes import Contrast, Described, Outcome, Positive, Share, Word, Year
from sim.study.probes.measures import AnyMeasure, Group, Part

LONGEST = 60
"""Years that a hindcast runs at most."""

Number = Annotated[float, Field(strict=True, ge=-1e12, le=1e12)]
Students = Annotated[float, Field(strict=True, ge=0.0, le=1e7), Unit("students")]
NotNegativeShare = Annotated[float, Field(strict=True, ge=0.0, le=1.0), Unit("share")]

TIERS = (1, 2, 3)
"""Value tiers of credentials."""


class Start(Described):
    """The state in the year before the law changed: the districts of the bundled world with ratios of the case's own.

    What is not given stays as in the bundled world.
    """

    year: Year
    """The fiscal year before the law changed."""
    members: Positive
    """Students in grades 9-12 of the real state, which turns its pots into those of a state of the model's size."""
    participants_per_member: Share | None = None
    """Participants over students in grades 9-12."""
    concentrators_per_participant: Share | None = None
    """Concentrators over participants."""
    participants_per_site: Positive | None = None
    """Participants for each pathway site."""
    credentials_per_concentrator: Positive | None = None
    """Credentials for each concentrator."""
    pass_rate: Share | None = None
    """Exams that earn a credential; as many credentials are earned, of more or fewer exams."""
    tier_mix: Annotated[dict[int, NotNegativeShare], Field(max_length=3)] = Field(default_factory=dict)
    """Shares of credentials by value tier 1, 2 and 3, which sum to 1, as near as the clusters' main tiers allow."""
    districts_taking_part: Share | None = None
    """Share of districts with a pathway when the model begins to settle to its start; the others are the smallest. By
    the start year somewhat more have one (of 0.5 it makes 0.58), and never more than in the bundled world."""

    @model_validator(mode="after")
    def _whole_mix(self) -> Self:
        if self.tier_mix and tuple(sorted(self.tier_mix)) != TIERS:
            raise ValueError("tier_mix: write the shares of tiers 1, 2 and 3")
        if self.tier_mix and abs(sum(self.tier_mix.values()) - 1.0) > 1e-6:
            raise ValueError(f"tier_mix: the shares sum to {sum(self.tier_mix.values()):g}; they must sum to 1")
        return self


class Law(Described):
    """The law from a fiscal year on. A line keeps its name for as long as districts know it as the same promise: what
    they have learnt of it stays."""

    starts: Year | None = None
    """The first fiscal year of the law; the law before the change is in force in every year and has none."""
    formula: str | None = None
    """A shipped formula, taken as it is; or write lines."""
    dollars_of: Year | None = None
    """The fiscal year of the dollars of the lines. Only the strength of a rule that counts without paying
    (accountability) is in the model's own dollars, whatever that year."""
    lines: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)] = ()
    """Lines of a formula, as in conf/formula, in the real state's dollars."""
    perkins: YesNo = True
    """Whether federal money flows beside it."""

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


class Placebo(Described):
    """The same state on the same draws with the law before the change in force in every year: what comes out of it is
    the model's drift, and no answer to the law."""

    indexed: YesNo = False
    """The dollars of the law before keep up with prices, where the case is that they do not."""
    shocks: YesNo = False
    """What is fed beside the law befalls the placebo too, so that only the law is judged."""


class SizeClass(Described):
    """Districts of a size. Where a number is over districts, the model's are weighed so that each class has its
    share."""

    name: Word
    """Its name, for among."""
    least: Students
    """Members in grades 9-12 in the start year from which on a district belongs to it."""
    most: Annotated[float, Field(strict=True, gt=0.0, le=1e7), Unit("students")] | None = None
    """Members below which it does; none: without end."""
    share: Share
    """Its share of the districts in the record."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most is not None and self.most <= self.least:
            raise ValueError("most must lie above least")
        return self

    @property
    def part(self) -> Part:
        """Its districts and what they stand for."""
        return Part(
            group=Group(members=(self.least,) if self.most is None else (self.least, self.most)), share=self.share
        )


class Case(Described):
    """A hindcast. One that cannot be tested has a record, and neither laws nor outcomes."""

    name: str
    """The name of its file."""
    title: Title
    """What a reader sees."""
    source: Text
    """Where its numbers come from."""
    what_happened: Text
    """The change of law and what followed."""
    fed: Note = ""
    """What the model is told, and what of the law it cannot be told."""
    stylized: Note = ""
    """What the stylized state takes from the real one."""
    fitted: Note = ""
    """Which parameters took their values from this record."""
    caveats: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """What weakens the comparison."""
    untestable: Note = ""
    """Why the model cannot be tested by it."""
    record: dict[str, Any] = Field(default_factory=dict)
    """What was observed, of a case that cannot be tested."""
    start: Start | None = None
    """The state before the change."""
    before: Law | None = None
    """The law before the change; before: {} is federal money alone."""
    laws: Annotated[tuple[Law, ...], Field(max_length=100)] = ()
    """The laws in the order of their first years; none where the case is that the law stayed."""
    shocks: Annotated[dict[Year, Shocks], Field(max_length=100)] = Field(default_factory=dict)
    """What is fed beside the law, each multiplier from its fiscal year on until the next."""
    placebo: Placebo = Placebo()
    """What the verdict is net of."""
    parameters: Annotated[dict[str, Number], Field(max_length=100)] = Field(default_factory=dict)
    """What is known of this state and would otherwise be drawn, by group.name."""
    sizes: Annotated[tuple[SizeClass, ...], Field(max_length=20)] = ()
    """Size classes of its districts, for outcomes over districts."""
    outcomes: Annotated[tuple[Outcome, ...], Field(max_length=100)] = ()
    """What was observed."""

    @model_validator(mode="after")
    def _testable_or_not(self) -> Self:
        if self.untestable:
            if self.laws or self.outcomes or not self.record:
                raise ValueError("a case that cannot be tested has a record, and neither laws nor outcomes")
            if self.start or self.before or self.shocks or self.parameters or self.sizes or self.has_placebo:
                raise ValueError(
                    "a case that cannot be tested needs no start, no law before, shocks, parameters, sizes or placebo"
                )
            return self
        if self.start is None or self.before is None or not self.outcomes:
            raise ValueError("write start, before and outcomes, or untestable with the reason")
        return self

    @property
    def has_placebo(self) -> bool:
        """Whether anything tells the case from its placebo."""
        return bool(self.laws or (self.shocks and not self.placebo.shocks) or self.placebo.indexed)

    def measure_of(self, outcome: Outcome) -> AnyMeasure:
        """What of the model stands for an outcome, read over the districts of the case's size classes if it is so
        written."""
        over = outcome.over
        if over is None:
            return outcome.measure
        parts = tuple(size.part for size in self.sizes if over.among in (None, size.name))
        return over_districts(outcome.measure, parts, over.quantile, over.below)

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
        yield from self._idle_placebo()
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
            yield from self._mistaken_years(place, outcome)
            for key, why in outcome.without_effect():
                yield Mistake(("outcomes", place, key), f"has no effect here: {why}")
            if outcome.net in ("ratio", "difference") and not self.has_placebo:
                yield Mistake(("outcomes", place, "net"), "has no effect here: the case is its own placebo")

    def _mistaken_years(self, place: int, outcome: Outcome) -> Iterator[Mistake]:
        """Years of an outcome for which nothing is simulated, or in which a ratio says nothing."""
        assert self.start is not None
        first, where = self.start.year, ("outcomes", place)
        before = f"lies before the start year {first}; allowed: {first} and later"
        if outcome.contrast is not None:
            for key in Contrast.model_fields:
                for position, year in enumerate(getattr(outcome.contrast, key)):
                    if year < first:
                        yield Mistake((*where, "contrast", key, position), f"{year} {before}")
        for year in outcome.observed:
            if year < first:
                yield Mistake((*where, "observed", year), before)
            elif year == first and outcome.compare == "ratio" and outcome.contrast is None:
                yield Mistake((*where, "observed", year), "is the start year, where a ratio is 1; write it as start")
        for year in outcome.unchanged:
            if year not in outcome.observed:
                allowed = ", ".join(map(str, sorted(outcome.observed)))
                yield Mistake((*where, "unchanged", year), f"is not observed; allowed: {allowed}")

    def _idle_placebo(self) -> Iterator[Mistake]:
        """Keys of the placebo that change nothing."""
        if self.placebo.shocks and not self.shocks:
            yield Mistake(("placebo", "shocks"), "has no effect here: the case has no shocks")
        if self.placebo.indexed and self.before is not None and not self.before.lines:
            yield Mistake(("placebo", "indexed"), "has no effect here: the law before has no lines with dollars")

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
