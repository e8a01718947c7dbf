"""Money for instructors."""

from typing import Annotated, Literal

from pydantic import Field

from sim.funding.components.component import Component, Dollars, Share, money
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule

ClassSize = Annotated[float, Field(strict=True, gt=0.0)]


class InstructorUnit(Component):
    """Dollars for each instructor, or for each instructor that a class-size divisor allots.

    Modeled on Wyoming's equipment money for each vocational teacher (FTE employed) and, with ``students_per_unit``,
    on Washington's prototypical school (RCW 28A.150.265: 23 students in a CTE class) and Delaware's unit (one for 20
    pupils): one unit is owed for so many full-time students, whether or not anyone is hired. ``full_time_share`` turns
    a participant into full-time students.
    """

    kind: Literal["instructor_unit"] = "instructor_unit"
    dollars: Dollars
    students_per_unit: ClassSize | None = None
    full_time_share: Share = 1.0

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per instructor FTE, or per participant, ``[..., 1, 1]``."""
        if self.students_per_unit is None:
            return Schedule(per_instructor=self.dollars * context.index)
        return Schedule(per_participant=(self.dollars * self.full_time_share / self.students_per_unit) * context.index)

    def describe(self) -> list[str]:
        """The amount and the divisor."""
        if self.students_per_unit is None:
            return [f"{money(self.dollars)} for every CTE instructor (full-time)."]
        share = f" (a participant counts as {self.full_time_share:.3g})" if self.full_time_share != 1.0 else ""
        return [f"{money(self.dollars)} for every {self.students_per_unit:g} full-time students in CTE{share}."]
