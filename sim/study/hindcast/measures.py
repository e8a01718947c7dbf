"""What of the model may stand for an observed number: by a word, or written out as a probe's measure is."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from sim.inputs import nearest, shown
from sim.study.probes.history import DISTRICT_COLUMNS, STATE_COLUMNS
from sim.study.probes.measures import AnyMeasure, OfDistricts, OfState, Part


@dataclass(frozen=True)
class Named:
    """A measure that has a word of its own; ``meaning`` with its unit."""

    measure: OfState
    meaning: str


def _over(column: str, *per: str) -> OfState:
    return OfState(column=(column,), per=per)


NAMED: dict[str, Named] = {
    "participants": Named(_over("participants"), "students who took a CTE course"),
    "participants_per_member": Named(_over("participants", "membership"), "participants over students in grades 9-12"),
    "concentrators": Named(_over("concentrators"), "students reported as concentrators"),
    "concentrators_per_participant": Named(_over("concentrators", "participants"), "concentrators over participants"),
    "credentials": Named(_over("credentials"), "credentials earned"),
    "credentials_per_concentrator": Named(_over("credentials", "concentrators"), "credentials over concentrators"),
    "credentials_per_member": Named(_over("credentials", "membership"), "credentials over students in grades 9-12"),
    "easy_share": Named(_over("credentials_tier_1", "credentials"), "share of credentials that are of tier 1"),
    "hard_share": Named(_over("credentials_tier_3", "credentials"), "share of credentials that are of tier 3"),
    "pass_rate": Named(_over("pass_rate"), "share of exams that earn a credential"),
    "price_paid": Named(_over("proration"), "paid over entitled, the state's CTE lines together (proration)"),
    "spending": Named(_over("spending", "price_index"), "excess cost spent on CTE, real dollars"),
    "spending_per_member": Named(
        _over("spending", "price_index", "membership"), "excess cost spent on CTE for each member, real dollars"
    ),
    "state_cost": Named(_over("state_cost", "price_index"), "paid by the state's CTE lines, real dollars"),
    "instructors": Named(_over("instructors"), "instructors teaching, full-time equivalents"),
    "instructors_per_member": Named(_over("instructors", "membership"), "instructors over students in grades 9-12"),
    "sections": Named(OfState(column=("first_sections", "second_sections")), "sections of both levels"),
    "sites": Named(_over("sites"), "pathways counted at each high school that offers them"),
    "districts_taking_part": Named(_over("districts_offering"), "districts with a pathway"),
    "districts_with_exam": Named(_over("exam_districts"), "districts in which a paid exam is sat"),
    "school_concentrator_share": Named(
        _over("school_concentrator_share"), "concentrators taught over membership, mean of high schools"
    ),
}  # fmt: skip
"""The words; any other column of the state's results may stand by its own name."""


def _written_out(written: object) -> object:
    """The measure that a word stands for; what is no word is taken as it is."""
    if not isinstance(written, str):
        return written
    if written in NAMED:
        return NAMED[written].measure
    if written not in STATE_COLUMNS:
        raise ValueError(f"{shown(written)} is not a measure; {nearest(written, [*NAMED, *STATE_COLUMNS])}")
    return OfState(column=(written,))


Measure = Annotated[AnyMeasure, BeforeValidator(_written_out)]
"""One number for each draw and year, ``[R, T]``."""


def kept_by_district(measure: AnyMeasure) -> bool:
    """Whether a measure of the state can be read district by district."""
    return isinstance(measure, OfState) and {*measure.column, *measure.per} <= set(DISTRICT_COLUMNS)


def over_districts(
    measure: AnyMeasure, parts: tuple[Part, ...], quantile: float | None, below: float | None
) -> OfDistricts:
    """A measure of the state read over districts, each relative to its own start year: the value at a ``quantile``, or
    the share ``below`` a value. ``parts``: size classes with their share of the record's districts."""
    assert isinstance(measure, OfState)
    return OfDistricts(
        column=measure.column,
        per=measure.per,
        relative=True,
        take="below" if quantile is None else "quantile",
        at=below if quantile is None else quantile,
        parts=parts,
    )
