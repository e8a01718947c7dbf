"""Less for introductory courses, more for advanced ones."""

from typing import Literal, Self

from pydantic import model_validator

from sim.arrays import ZERO
from sim.funding.components.amounts import Multiplier, Share
from sim.funding.components.component import LEVELS, Component, percent
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule


class CourseLevel(Component):
    """Multiplies the amounts per student by the level of the courses that the student takes.

    Modeled on Texas (Education Code 48.106: 1.10 outside a program of study, 1.28 for its levels 1-2, 1.47 for levels
    3-4) and on Indiana's level 1 and level 2 amounts (IC 20-43-8-15: $710 and $1,065). The model has no courses: a
    participant who does not concentrate counts as introductory, a concentrator, who has completed two courses, as
    advanced. The whole amount for a concentrator is multiplied by ``advanced``, that for any other participant by
    ``introductory``; advanced courses are never paid less. Courses outside an approved program of study, which the
    model does not tell apart, are ``outside_share`` of the introductory ones and multiplied by ``outside``.
    """

    kind: Literal["course_level"] = "course_level"
    introductory: Multiplier
    advanced: Multiplier
    outside: Multiplier | None = None
    outside_share: Share | None = None

    stage = LEVELS
    once_in_a_line = True

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.advanced < self.introductory:
            raise ValueError("advanced is at least introductory")
        if (self.outside is None) != (self.outside_share is None):
            raise ValueError("outside and outside_share go together")
        if self.outside is not None and self.outside > self.introductory:
            raise ValueError("courses outside a program of study are paid no more than introductory ones")
        return self

    def paid_prices(self) -> frozenset[str]:
        """None: it multiplies what others pay."""
        return frozenset()

    def works_on(self) -> frozenset[str]:
        """The amounts per participant and per concentrator, if a multiplier is other than 1."""
        multiplies = any(number not in (None, 1.0) for number in (self.introductory, self.advanced, self.outside))
        return frozenset({"per_participant", "per_concentrator"} if multiplies else ())

    @property
    def first(self) -> float:
        """The multiplier for a participant who does not concentrate: the mean over both kinds of first courses."""
        if self.outside is None or self.outside_share is None:
            return self.introductory
        return self.outside_share * self.outside + (1.0 - self.outside_share) * self.introductory

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """What the levels add: p to p x first, and p + c to (p + c) x advanced for a concentrator.

        With p the line's price per participant and c its further price per concentrator: a concentrator is a
        participant too.
        """
        participant, concentrator = so_far.per_participant, so_far.per_concentrator
        more = ZERO
        if participant is not ZERO:
            more = participant * (self.advanced - self.first)
        if concentrator is not ZERO:
            more = more + concentrator * (self.advanced - 1.0)
        return Schedule(
            per_participant=ZERO if participant is ZERO else participant * (self.first - 1.0),
            per_concentrator=more,
        )

    def describe(self) -> list[str]:
        """The multipliers."""
        said = [
            f"The amounts per student are multiplied by {self.introductory:g} for participants who do not "
            f"concentrate and by {self.advanced:g} for concentrators."
        ]
        if self.outside is not None and self.outside_share is not None:
            said.append(
                f"{percent(self.outside_share)} of the former take courses outside a program of study, "
                f"where it is {self.outside:g}."
            )
        return said
