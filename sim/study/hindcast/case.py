"""A hindcast as data: a state before a change of law, the laws, and what was observed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.config_folder import config_folder
from sim.engine.scenario import Shocks
from sim.inputs import InputError, first_problem, nearest, read_yaml

Share = Annotated[float, Field(gt=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100)]
Text = Annotated[str, Field(min_length=1)]

Measure = Literal[
    "participants",
    "participants_per_member",
    "concentrators",
    "concentrators_per_participant",
    "credentials",
    "credentials_per_concentrator",
    "sites",
    "school_concentrator_share",
]
"""What of the model may stand for an observed number."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    formula in the state's own dollars of the year ``dollars_of``. A line keeps its name for as long as districts know
    it as the same promise: what they have learnt of it stays. ``perkins`` lets federal money flow beside it."""

    starts: Year | None = None
    formula: str | None = None
    dollars_of: Year | None = None
    lines: tuple[dict[str, Any], ...] = ()
    perkins: bool = True

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.formula is not None and self.lines:
            raise ValueError("write a formula or lines, not both")
        if self.lines and self.dollars_of is None:
            raise ValueError("lines need dollars_of, the year of their dollars")
        return self


class Contrast(_Data):
    """The mean over some years divided by the mean over others."""

    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    against: Annotated[tuple[Year, ...], Field(min_length=1)]


class Outcome(_Data):
    """One observed series and what of the model stands for it.

    ``compare``: ``ratio`` to the start year (``start`` is its observed value), or ``level``; with ``contrast`` one
    number, the ratio of two means. ``judged``: the years that the verdict rests on (all observed, if not given);
    the others are shown. ``tolerance``: how far the median may be from the observed value, as a share of it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    measure: Measure
    stands_for: Text
    observed: Annotated[dict[Year, Positive], Field(min_length=1)]
    compare: Literal["ratio", "level"] = "ratio"
    start: Positive | None = None
    contrast: Contrast | None = None
    judged: tuple[Year, ...] = ()
    tolerance: Annotated[float, Field(gt=0.0, lt=1.0)]
    use: Literal["fitted", "held_out"]
    confidence: Text

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.compare == "ratio" and self.start is None and self.contrast is None:
            raise ValueError("a ratio needs start, the value observed in the start year")
        wanted = self.judged if self.contrast is None else (*self.contrast.years, *self.contrast.against)
        for year in wanted:
            if year not in self.observed:
                raise ValueError(f"{year} is judged but not observed")
        return self

    @property
    def judged_years(self) -> tuple[int, ...]:
        """The years that the verdict rests on."""
        return self.judged or tuple(sorted(self.observed))


class Case(_Data):
    """A hindcast. ``untestable`` says why the model cannot be tested by it; it then has no laws and no outcomes, only
    the ``record`` of what was observed."""

    name: str
    title: Text
    source: Text
    what_happened: Text
    fed: str = ""
    stylized: str = ""
    fitted: str = ""
    caveats: tuple[str, ...] = ()
    untestable: str = ""
    record: dict[str, Any] = {}
    start: Start | None = None
    before: Law | None = None
    laws: tuple[Law, ...] = ()
    shocks: dict[Year, Shocks] = {}
    outcomes: tuple[Outcome, ...] = ()

    @model_validator(mode="after")
    def _testable_or_not(self) -> Self:
        if self.untestable:
            if self.laws or self.outcomes or not self.record:
                raise ValueError("a case that cannot be tested has a record, and neither laws nor outcomes")
            return self
        if self.start is None or self.before is None or not self.laws or not self.outcomes:
            raise ValueError("write start, before, laws and outcomes, or untestable with the reason")
        begun = [law.starts for law in self.laws]
        if None in begun or begun != sorted(begun, key=lambda year: year or 0) or (begun[0] or 0) <= self.start.year:
            raise ValueError("laws stand in the order of their year starts, all after the start year")
        return self

    @property
    def last_year(self) -> int:
        """The last year with anything observed."""
        return max(max(outcome.observed) for outcome in self.outcomes)


def case_folder() -> Path:
    """Where the shipped cases lie."""
    return config_folder() / "hindcast"


def read_case(path: Path) -> Case:
    """One case from its file. Raises InputError with one line if it cannot be used."""
    written = read_yaml(path)
    if not isinstance(written, dict):
        raise InputError(f"{path.name}: {written!r} is not allowed: a case is a mapping of keys to values")
    allowed = {"": list(Case.model_fields), "start": list(Start.model_fields), "outcomes": list(Outcome.model_fields)}
    try:
        return Case.model_validate({**written, "name": path.stem})
    except ValidationError as error:
        raise first_problem(error, path.name, allowed) from error


def read_cases(names: Sequence[str] = ()) -> tuple[Case, ...]:
    """The named cases, or all that are shipped. Raises InputError for one that is not there."""
    folder = case_folder()
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    for name in names:
        if name not in known:
            raise InputError(f"settings: study.cases: '{name}' is not known; {nearest(name, known)}")
    return tuple(read_case(folder / f"{name}.yaml") for name in (names or known))
