"""Money for instructors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from sim.arrays import Array, district_total, ratio
from sim.funding.components.amounts import ClassSize, InstructorDollars, SchoolDollars, Share
from sim.funding.components.component import Component, money, part_in_words
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule


class InstructorUnit(Component):
    """Dollars for each instructor, or for each instructor that a class-size divisor allots.

    Modeled on Wyoming's equipment money for each vocational teacher (FTE employed), with its ``minimum_per_school`` for
    high schools of fewer than two teachers (House Bill 18 of 2025), and, with ``students_per_unit``, on Washington's
    prototypical school (RCW 28A.150.265: 23 students in a CTE class) and Delaware's unit (one for 20 pupils): one unit
    is owed for so many full-time students, whether or not anyone is hired. ``full_time_share`` turns a participant
    into full-time students. Where the instructors that the state saw last, as a mean over the district's high schools
    with a pathway, bring less than the minimum, it is posted in place of the amount; exact with ``count_lag: 1``.
    ``minimum_of``: by what the instructors of the component itself bring (``own``), or those of all that the line pays
    by components that say so too (``line``), as rates of one component that differ by condition do. What an instructor
    brings is part of what a section is worth to a district, so such a law hires.
    """

    kind: Literal["instructor_unit"] = "instructor_unit"
    dollars: InstructorDollars
    students_per_unit: ClassSize | None = None
    full_time_share: Share = 1.0
    minimum_per_school: SchoolDollars = 0.0
    minimum_of: Literal["own", "line"] = "own"

    @model_validator(mode="after")
    def _minimum_for_employed(self) -> Self:
        if self.minimum_per_school and self.students_per_unit is not None:
            raise ValueError(
                "a minimum_per_school goes with instructors employed, not with students_per_unit; write a base with "
                "per_school, or a minimum_guarantee in rules"
            )
        return self

    def paid_prices(self) -> frozenset[str]:
        """Dollars for instructors or for the students they are allotted to, and for what lacks to a minimum."""
        if self.students_per_unit is not None:
            return frozenset({"per_participant"} if self.dollars * self.full_time_share > 0.0 else ())
        paid = {
            "per_instructor": self.dollars > 0.0 or self.shares_minimum,
            "per_school": self.minimum_per_school > 0.0 and not self.shares_minimum,
        }
        return frozenset(name for name, pays in paid.items() if pays)

    def key_without_cluster(self) -> str:
        """The minimum, which is for all instructors of a high school."""
        return "minimum_per_school" if np.any(self.minimum_per_school) else ""

    def without_effect(self) -> Mapping[str, str]:
        """What a full-time student is, where instructors are counted; of what a minimum is, where there is none."""
        idle = {}
        if self.students_per_unit is None:
            idle["full_time_share"] = "instructors are counted, not students; it goes with students_per_unit"
        if not np.any(self.minimum_per_school):
            idle["minimum_of"] = "it says of what a minimum_per_school is, and there is none"
        return idle

    @property
    def shares_minimum(self) -> bool:
        """Whether its minimum is one with those of other components of its line."""
        return bool(np.any(self.minimum_per_school)) and self.minimum_of == "line"

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per instructor FTE, or per participant, ``[..., 1, 1]``; with a minimum per high school, that or the
        amount, ``[..., D, 1]``."""
        if self.students_per_unit is None:
            per_instructor = self.dollars * context.index
            if not np.any(self.minimum_per_school) or self.shares_minimum:
                return Schedule(per_instructor=per_instructor)
            in_a_school = ratio(context.counts.total("instructors"), context.counts.offering_schools)
            least = self.minimum_per_school * context.index
            # Where the minimum is more than its instructors bring, a further one brings a district nothing.
            short = per_instructor * in_a_school < least
            return Schedule(per_instructor=np.where(short, 0.0, per_instructor), per_school=np.where(short, least, 0.0))
        return Schedule(per_participant=(self.dollars * self.full_time_share / self.students_per_unit) * context.index)

    def describe(self) -> list[str]:
        """The amount and the divisor."""
        if self.students_per_unit is None:
            said = [f"{money(self.dollars)} for every CTE instructor (full-time)."]
            if self.minimum_per_school:
                together = ", all rates with this minimum together" if self.shares_minimum else ""
                said.append(
                    f"At least {money(self.minimum_per_school)} for every high school with a pathway{together}."
                )
            return said
        who, size = "participants", f"{self.students_per_unit:g}"
        if self.full_time_share != 1.0:
            who = f"full-time students in CTE (a participant counts as {part_in_words(self.full_time_share)})"
        return [f"{money(self.dollars)} for every {size} {who}, and for parts of {size} as much less."]


def with_shared_minimum(
    units: Sequence[tuple[InstructorUnit, Schedule, Array | None]], context: PricingContext
) -> list[Schedule]:
    """The prices of components that share one minimum for a high school: where their instructors together bring less,
    nothing for these, and with the last component the minimum for a high school.

    Each stands with the prices that it posts and with its condition, 1 or 0, None for everywhere.
    """
    counts, here = context.counts, [condition for _, _, condition in units if condition is not None]
    brought = reduce(np.add, [district_total(prices.per_instructor * counts.instructors) for _, prices, _ in units])
    least = units[0][0].minimum_per_school * context.index
    if len(here) == len(units):
        least = least * reduce(np.maximum, [condition.max(axis=-1, keepdims=True) for condition in here])
    short = ratio(brought, counts.offering_schools) < least
    posted = [replace(prices, per_instructor=np.where(short, 0.0, prices.per_instructor)) for _, prices, _ in units]
    return [*posted[:-1], replace(posted[-1], per_school=np.where(short, least, 0.0))]
