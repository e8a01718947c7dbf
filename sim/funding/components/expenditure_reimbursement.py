"""Money back for what a district has spent."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import Array, ratio
from sim.funding.components.amounts import MOST_ENTRIES, Share, StudentDollars
from sim.funding.components.component import Component, Strict, money, percent
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule


class Step(Strict):
    """A rate for spending up to ``up_to`` dollars for each full-time student in CTE; the last step has no end."""

    rate: Share
    up_to: Annotated[StudentDollars, Field(gt=0.0)] | None = None


class ExpenditureReimbursement(Component):
    """A share of CTE spending beyond ordinary courses.

    Modeled on Colorado (CRS 23-8-102: 80% of the first $1,250 for each full-time student by which the program costs
    more than 70% of per-pupil revenue, then 50%), Minnesota (35% of approved spending) and North Dakota (40% or more).
    The spending counted is what a district spent in the year beyond the cost of ordinary courses, launches left out,
    so that a law's own deduction of ordinary cost is met already; ``threshold`` (dollars for each full-time student)
    takes off more. Write one ``rate``, or ``steps`` with the end of each. ``full_time_share`` turns a participant into
    full-time students. The share is posted from the spending that the state saw last, and exact with ``count_lag: 1``.
    ``of`` says of which spending; with ``all_cost`` what ordinary courses would have cost in place of CTE counts too,
    as in laws that pay a share of teachers' salaries; of that the share is posted for every participant.
    """

    kind: Literal["expenditure_reimbursement"] = "expenditure_reimbursement"
    rate: Share | None = None
    steps: Annotated[tuple[Step, ...], Field(max_length=MOST_ENTRIES)] = ()
    threshold: StudentDollars = 0.0
    full_time_share: Share = 1.0
    of: Literal["excess_cost", "all_cost"] = "excess_cost"

    once_in_a_line = True

    @field_validator("steps")
    @classmethod
    def _rising_ends(cls, value: tuple[Step, ...]) -> tuple[Step, ...]:
        if any(step.up_to is None for step in value[:-1]) or (value and value[-1].up_to is not None):
            raise ValueError("every step but the last has an up_to, and the last has none")
        ends = [step.up_to for step in value if step.up_to is not None]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise ValueError("the ends of the steps rise")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.rate is None) == (not self.steps):
            raise ValueError("write exactly one of rate or steps")
        return self

    def paid_prices(self) -> frozenset[str]:
        """The share of spending, if a rate is above zero."""
        if not any(step.rate > 0.0 for step in self._steps()):
            return frozenset()
        return frozenset({"expenditure_share", *(["per_participant"] if self.of == "all_cost" else [])})

    def without_effect(self) -> Mapping[str, str]:
        """What a full-time student is, where no amount is counted for each."""
        if self.steps or self.threshold:
            return {}
        return {"full_time_share": "no threshold and no step is counted for each full-time student"}

    def _steps(self) -> tuple[Step, ...]:
        if self.steps:
            return self.steps
        assert self.rate is not None
        return (Step.model_construct(rate=self.rate),)

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """The share of spending that is reimbursed, ``[..., D, 1]``, or ``[..., 1, 1]`` for a plain rate, and of what
        ordinary courses would have cost, for each participant, ``[..., D, 1]``."""
        counts, ordinary = context.counts, context.counts.ordinary_cost
        participants = counts.total("participants")
        if self.rate is not None and not np.any(self.threshold):
            share = np.zeros((1, 1)) + self.rate
        else:
            spent = counts.expenditure + ordinary if self.of == "all_cost" else counts.expenditure
            share = ratio(self.reimbursed(spent, participants * self.full_time_share, context.index), spent)
        if self.of == "excess_cost":
            return Schedule(expenditure_share=share)
        return Schedule(expenditure_share=share, per_participant=share * ratio(ordinary, participants))

    def reimbursed(self, spent: Array, students: Array, index: Array) -> Array:
        """Dollars paid back for ``spent`` dollars and so many full-time students, ``[..., D, 1]``."""
        above = np.maximum(spent - students * (self.threshold * index), 0.0)
        paid: Array = above * 0.0
        reached: Array = above * 0.0
        for step in self._steps():
            end = above if step.up_to is None else np.minimum(above, students * (step.up_to * index))
            paid = paid + step.rate * np.maximum(end - reached, 0.0)
            reached = np.maximum(end, reached)
        return paid

    def describe(self) -> list[str]:
        """Rates, steps and threshold."""
        beyond = f" beyond {money(self.threshold)} a full-time student" if self.threshold else ""
        over = "with what ordinary courses would have cost" if self.of == "all_cost" else "above ordinary courses"
        if self.rate is not None:
            return [f"{percent(self.rate)} of what a district spends on CTE {over}{beyond}."]
        parts = [
            f"{percent(step.rate)} of the rest"
            if step.up_to is None
            else f"{percent(step.rate)} up to {money(step.up_to)}"
            for step in self.steps
        ]
        return [f"Of CTE spending {over}{beyond}, a full-time student: {', then '.join(parts)}."]
