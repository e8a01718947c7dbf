"""A probe as data: what is run, what is compared with what, within which range, and why."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.engine.scenario import Shocks
from sim.funding.components.amounts import Note, Text, Title, YesNo, simple_name
from sim.funding.line import Oversight
from sim.inputs import Mistake, Unit
from sim.study.probes.measures import AnyMeasure

LONGEST = 40
"""Years that a probe runs at most."""

CURRENT_LAW = "current_law"
"""The run that every probe has without writing it: current law in the same world, the placebo."""

Year = Annotated[int, Field(strict=True, ge=0, le=LONGEST), Unit("years after the base year")]
LaterYear = Annotated[int, Field(strict=True, ge=1, le=LONGEST), Unit("years after the base year")]
Times = Annotated[float, Field(strict=True, ge=0.0, le=100.0), Unit("times what it would be")]
Word = Annotated[str, Field(strict=True, max_length=60), AfterValidator(simple_name)]
Bound = Annotated[float, Field(strict=True, ge=-1e12, le=1e12)]
Tolerance = Annotated[float, Field(strict=True, gt=0.0, le=1e12)]

Compare = Literal["ratio", "difference", "level", "share_of_gain"]
Expected = Literal["yes", "within_twice", "not_yet"]


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise ValueError("write at least one")
    return value


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ProbeLaw(_Data):
    """A law: a shipped ``formula`` by its name, or ``lines`` of its own; without either the world's current law. Then
    what is changed of it: its own lines ``times`` so much, their ``oversight``, whether they are ``recurring``, whether
    their dollars are ``indexed``, whether they are ``continued`` beyond an end of their own, the last year that they
    pay by the law's own words (``pays_to``, in years after the base year); lines ``without`` which, and lines that are
    added (``plus``)."""

    formula: Annotated[str, Field(strict=True, max_length=200)] | None = None
    lines: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)] = ()
    times: Times = 1.0
    oversight: Oversight | None = None
    recurring: YesNo | None = None
    indexed: YesNo = False
    continued: YesNo = False
    pays_to: LaterYear | None = None
    without: Annotated[tuple[Word, ...], Field(max_length=100)] = ()
    plus: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.formula is not None and self.lines:
            raise ValueError("write a formula or lines, not both")
        return self


class Run(_Data):
    """One arm: a ``law`` from the first year on, or ``laws`` by the year from which each holds, none of which is known
    before it comes; ``shocks`` by the year from which each holds; ``parameters`` that are other than in the placebo
    from the first year on (the start is the same); ``same_offer``: sites, sections, plans and classes are decided
    as under current law, whatever the law."""

    label: Title
    law: ProbeLaw | None = None
    laws: Annotated[dict[LaterYear, ProbeLaw], Field(max_length=LONGEST)] = {}
    shocks: Annotated[dict[LaterYear, Shocks], Field(max_length=LONGEST)] = {}
    parameters: dict[str, Any] = {}
    same_offer: YesNo = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.law is not None and self.laws:
            raise ValueError("write a law or laws, not both")
        return self

    @property
    def in_turn(self) -> dict[int, ProbeLaw]:
        """The laws by the year from which each holds; none: current law throughout."""
        return {1: self.law} if self.law is not None else dict(self.laws)


class ProbeWorld(_Data):
    """The state that a probe's runs start from, placebo included: ``parameters`` that are set in it, the ``lines`` of
    its current law (none: that of the bundled state), and whether job openings stand still (``steady_jobs``)."""

    title: Title = "the state as it is"
    source: Note = ""
    parameters: dict[str, Any] = {}
    lines: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)] = ()
    steady_jobs: YesNo = False


class Check(_Data):
    """One number that must lie in a range.

    ``measure`` in ``years`` (their mean, or with ``each`` every one) of the run ``of``; with ``since`` over its own
    value in that year. Then, by ``compare``, its ``ratio`` to that of the run ``against``, the ``difference``, or
    nothing (``level``); ``share_of_gain`` is its difference over that of the run ``gain``. All draw by draw; judged is
    the median over draws, or the ``mean``. The range is written ``least`` and ``most``, or ``near`` and ``within``;
    without either the number is shown and not judged. ``expected`` says whether the model is known to do it;
    ``to_hold`` what would have to be true.
    """

    label: Title
    measure: AnyMeasure
    of: Word
    against: Word = CURRENT_LAW
    compare: Compare = "ratio"
    gain: Word | None = None
    years: Annotated[tuple[Year, ...], Field(max_length=LONGEST), AfterValidator(_some)]
    each: YesNo = False
    since: Year | None = None
    judged: Literal["median", "mean"] = "median"
    least: Bound | None = None
    most: Bound | None = None
    near: Bound | None = None
    within: Tolerance | None = None
    expected: Expected | None = None
    to_hold: Note = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.near is None) != (self.within is None):
            raise ValueError("near and within go together")
        if self.near is not None and (self.least is not None or self.most is not None):
            raise ValueError("write least and most, or near and within")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least must not exceed most")
        if (self.gain is not None) != (self.compare == "share_of_gain"):
            raise ValueError("gain goes with compare: share_of_gain")
        if self.expected == "within_twice" and self.near is None:
            raise ValueError("within_twice needs near and within")
        return self

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The range; None for a number that is only shown."""
        return self.range_at(1.0)

    def range_at(self, tolerances: float) -> tuple[float, float] | None:
        """The range at so many ``tolerances``; that of least and most does not widen."""
        if self.near is not None and self.within is not None:
            return self.near - tolerances * self.within, self.near + tolerances * self.within
        if self.least is None and self.most is None:
            return None
        return (
            self.least if self.least is not None else float("-inf"),
            self.most if self.most is not None else float("inf"),
        )

    @property
    def named(self) -> tuple[str, ...]:
        """The runs that it needs."""
        against = () if self.compare == "level" else (self.against,)
        return (self.of, *against, *((self.gain,) if self.gain is not None else ()))

    @property
    def all_years(self) -> tuple[int, ...]:
        """The years that it needs."""
        return (*self.years, *((self.since,) if self.since is not None else ()))


class Probe(_Data):
    """A probe. ``reading`` says which reading of a wording was taken, and why. ``to_hold`` says what would have to be
    true where it fails; ``expected`` holds for checks that say nothing else."""

    name: str
    number: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    title: Title
    must_hold: Text
    reason: Text
    source: Text
    reading: Note = ""
    to_hold: Text
    expected: Expected = "yes"
    world: ProbeWorld = ProbeWorld()
    runs: Annotated[dict[Word, Run], Field(max_length=50)] = {}
    checks: Annotated[tuple[Check, ...], Field(max_length=100), AfterValidator(_some)]

    def expected_of(self, check: Check) -> Expected:
        """Whether the model is known to pass a check."""
        return check.expected or self.expected

    @property
    def all_runs(self) -> dict[str, Run]:
        """The runs by name, the placebo first."""
        return {CURRENT_LAW: Run(label="current law"), **self.runs}

    @property
    def horizon(self) -> int:
        """Years that are run."""
        return max(max(check.all_years) for check in self.checks)

    def mistakes(self) -> Iterator[Mistake]:
        """What can be read and could not be carried out or would do nothing."""
        if CURRENT_LAW in self.runs:
            yield Mistake(("runs", CURRENT_LAW), "is the placebo, which every probe has; choose another name")
        used = {name for check in self.checks for name in check.named}
        for name, run in self.runs.items():
            if name not in used:
                yield Mistake(("runs", name), "no check names it")
            for year in (*run.laws, *run.shocks):
                if year > self.horizon:
                    key = "laws" if year in run.laws else "shocks"
                    yield Mistake(("runs", name, key, year), f"no check looks so far: the last year is {self.horizon}")
        for place, check in enumerate(self.checks):
            where: tuple[str | int, ...] = ("checks", place)
            for key, named in (("of", check.of), ("against", check.against), ("gain", check.gain)):
                if named is not None and named not in self.all_runs:
                    known = ", ".join(self.all_runs)
                    yield Mistake((*where, key), f"'{named}' is not one of its runs: {known}")
            if check.compare == "level" and "against" in check.model_fields_set:
                yield Mistake((*where, "against"), "has no effect: a level is held against nothing")
            if check.compare != "level" and check.of == check.against:
                yield Mistake((*where, "of"), f"is compared with itself; name a run other than {check.against}")
