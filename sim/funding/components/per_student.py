"""Dollars for each student counted."""

from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from sim.arrays import Array, state_total
from sim.funding.components.component import Component, Dollars, Multiplier, money
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule

StudentCount = Literal["participants", "concentrators", "members"]


def students(counts: Counts, count: StudentCount) -> Array:
    """The students counted, ``[..., D, C]``, or ``[..., D, 1]`` for members."""
    if count == "members":
        return counts.membership
    return counts.participants if count == "participants" else counts.concentrators


def per_student_schedule(count: StudentCount, price: Array) -> Schedule:
    """A schedule that pays ``price`` for each student counted."""
    if count == "members":
        return Schedule(per_member=price)
    return Schedule(per_participant=price) if count == "participants" else Schedule(per_concentrator=price)


class PerStudent(Component):
    """An amount for each participant, concentrator or member in grades 9-12.

    Written in one of three ways: ``dollars``; a ``weight`` times ``base_amount`` (dollars, or ``unit_value`` for the
    state formula's own unit value), as Georgia and Kansas write theirs; or a ``pot`` shared equally over all students
    that were counted last, as Utah and Michigan do. The LESC brief (p. 11) proposes an amount per concentrator.
    """

    kind: Literal["per_student"] = "per_student"
    count: StudentCount
    dollars: Dollars | None = None
    weight: Multiplier | None = None
    base_amount: Dollars | Literal["unit_value"] | None = None
    pot: Dollars | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(amount is not None for amount in (self.dollars, self.weight, self.pot)) != 1:
            raise ValueError("write exactly one of dollars, weight (with base_amount) or pot")
        if (self.weight is None) != (self.base_amount is None):
            raise ValueError("weight and base_amount go together")
        return self

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """One price for each student counted, ``[..., 1, 1]``."""
        if self.pot is not None:
            counted = state_total(students(context.counts, self.count))
            price = self.pot * context.index / np.maximum(counted, 1.0)
        elif self.weight is not None and self.base_amount == "unit_value":
            price = self.weight * context.unit_value
        elif self.weight is not None:
            assert isinstance(self.base_amount, float)
            price = (self.weight * self.base_amount) * context.index
        else:
            assert self.dollars is not None
            price = self.dollars * context.index
        return per_student_schedule(self.count, price)

    def describe(self) -> list[str]:
        """One sentence with the amount as it is written."""
        student = {"participants": "participant", "concentrators": "concentrator", "members": "member in grades 9-12"}
        who = student[self.count]
        if self.pot is not None:
            return [f"{money(self.pot)} shared equally over every {who}."]
        if self.weight is not None:
            of = money(self.base_amount) if isinstance(self.base_amount, float) else "the unit value"
            return [f"{self.weight:g} of {of} for every {who}."]
        return [f"{money(self.dollars or 0.0)} for every {who}."]
