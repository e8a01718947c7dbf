"""Base funding: a minimum level of support whatever the size of the program."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import ZERO, Array, district_total, ratio
from sim.funding.components.amounts import (
    MOST_ENTRIES,
    ClusterCount,
    Count,
    Courses,
    DistrictDollars,
    MemberDollars,
    SchoolDollars,
    SiteDollars,
    Units,
)
from sim.funding.components.component import Component, Strict, money
from sim.funding.components.counting import UnitAmount
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule
from sim.inputs import Mistake
from sim.world.world import World

COURSES_PER_INSTRUCTOR = 5.0
"""Year-long courses that a full-time instructor teaches."""


class BreadthStep(Strict):
    """What a high school with at least so many ``clusters`` and ``courses`` gets: ``units`` of the base's unit."""

    clusters: ClusterCount
    courses: Courses = 0.0
    units: Units


class Base(Component):
    """A fixed amount for every district, member of a district, high school or site that offers a pathway.

    Modeled on the base funding that LESC proposes (LESC brief, 4 September 2025, p. 11) and on Utah's base for each
    high school (Utah Code 53F-2-311) and Louisiana's floor for each district; ``per_member`` on grants for each student
    of districts that take part, as Oregon's (Measure 98, Or. Rev. Stat. 327.850). With ``minimum_concentrators`` a
    district and its high schools count only if these have at least so many on average, and a site only if the
    district's sites of its cluster have.

    ``breadth_steps`` pay a high school by how much it offers: Utah's 10, 15, 20 and 25 weighted pupil units for 2 to 5
    clusters (Rule R277-911-6). Clusters and courses are means over a district's high schools with a pathway, as the
    state saw them last; courses are sections taught, five for each instructor. A step is worth ``units`` times ``unit``
    (dollars, or ``unit_value``); the last step that is reached pays.
    """

    kind: Literal["base"] = "base"
    per_district: DistrictDollars = 0.0
    per_member: MemberDollars = 0.0
    per_school: SchoolDollars = 0.0
    per_site: SiteDollars = 0.0
    minimum_concentrators: Count = 0.0
    breadth_steps: Annotated[tuple[BreadthStep, ...], Field(max_length=MOST_ENTRIES)] = ()
    unit: UnitAmount = "unit_value"

    once_in_a_line = True
    limits = ("offering_schools", "sites", "concentrators")

    @field_validator("breadth_steps")
    @classmethod
    def _rising(cls, value: tuple[BreadthStep, ...]) -> tuple[BreadthStep, ...]:
        for earlier, later in pairwise(value):
            if later.clusters <= earlier.clusters or later.courses < earlier.courses or later.units < earlier.units:
                raise ValueError("each step asks for more clusters than the one before, and pays no less")
        return value

    @model_validator(mode="after")
    def _pays_something(self) -> Self:
        amounts = (self.per_district, self.per_member, self.per_school, self.per_site)
        if all(dollars == 0.0 for dollars in amounts) and not self.breadth_steps:
            raise ValueError(
                "write dollars above zero for per_district, per_member, per_school or per_site, or breadth_steps"
            )
        return self

    def paid_prices(self) -> frozenset[str]:
        """Dollars for districts, high schools and sites, as far as they are above zero."""
        steps = any(step.units > 0.0 for step in self.breadth_steps) and self.unit != 0.0
        paid = {
            "per_offering_district": self.per_district > 0.0 or self.per_member > 0.0,
            "per_school": self.per_school > 0.0 or steps,
            "per_site": self.per_site > 0.0,
        }
        return frozenset(name for name, pays in paid.items() if pays)

    def without_effect(self) -> Mapping[str, str]:
        """The unit, where no step is paid in units."""
        return {} if self.breadth_steps else {"unit": "it is what a unit of breadth_steps is worth, and there are none"}

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Steps of more clusters than there are, and a minimum that no district's students could reach."""
        clusters, members = len(world.clusters), float(world.districts.membership.max())
        found = [
            Mistake(
                ("breadth_steps", place, "clusters"),
                f"{step.clusters:g} is never reached: there are {clusters} clusters",
            )
            for place, step in enumerate(self.breadth_steps)
            if step.clusters > clusters
        ]
        if self.minimum_concentrators > members:
            said = f"{self.minimum_concentrators:g} is never reached: no district has more than {members:,.0f} members"
            found.append(Mistake(("minimum_concentrators",), said))
        return found

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per offering district, offering school and site, ``[..., 1, 1]``; by breadth, and by members as the
        state counted them last, ``[..., D, 1]``."""

        def price(dollars: float) -> Array:
            return dollars * context.index if np.any(dollars) else ZERO

        per_district, per_school = price(self.per_district), price(self.per_school)
        if np.any(self.per_member):
            per_district = per_district + price(self.per_member) * context.counts.membership
        if self.breadth_steps:
            unit = context.unit_value if isinstance(self.unit, str) else self.unit * context.index
            per_school = per_school + self.units_reached(context.counts) * unit
        return Schedule(
            per_offering_district=per_district,
            per_school=per_school,
            per_site=price(self.per_site),
        )

    def units_reached(self, counts: Counts) -> Array:
        """Units of the highest step that the district's high schools reach on average, ``[..., D, 1]``."""
        clusters = ratio(district_total(counts.sites), counts.offering_schools)
        courses = ratio(district_total(counts.instructors) * COURSES_PER_INSTRUCTOR, counts.offering_schools)
        units: Array = clusters * 0.0
        for step in self.breadth_steps:
            units = np.where((clusters >= step.clusters) & (courses >= step.courses), step.units, units)
        return units

    @property
    def limits_counts(self) -> bool:
        """Whether a fewest number of concentrators is asked for."""
        return bool(np.any(self.minimum_concentrators))

    def counted(self, counts: Counts) -> Counts:
        """Schools and sites with at least ``minimum_concentrators`` on average in their district or pathway."""
        if not np.any(self.minimum_concentrators):
            return counts
        enough = district_total(counts.concentrators) >= self.minimum_concentrators * counts.offering_schools
        enough_in_pathway = counts.concentrators >= self.minimum_concentrators * counts.sites
        return counts.but(
            offering_schools=np.where(enough, counts.offering_schools, 0.0),
            sites=np.where(enough_in_pathway, counts.sites, 0.0),
        )

    def describe(self) -> list[str]:
        """One sentence for each amount."""
        least = f"at least {self.minimum_concentrators:g} concentrators on average over"
        asked = bool(np.any(self.minimum_concentrators))
        of_district = f" and {least} its high schools with one" if asked else ""
        of_school = f" and {least} the district's high schools with one" if asked else ""
        of_site = f" with {least} the district's sites of that cluster" if asked else ""
        places = (
            (self.per_district, f"district with a pathway{of_district}"),
            (self.per_member, f"member in grades 9-12 of a district with a pathway{of_district}"),
            (self.per_school, f"high school with a pathway{of_school}"),
            (self.per_site, f"pathway at a high school{of_site}"),
        )
        said = [f"{money(dollars)} for every {place}." for dollars, place in places if dollars]
        unit = money(self.unit) if isinstance(self.unit, float) else "the unit value"
        for step in self.breadth_steps:
            courses = f" and {step.courses:g} courses" if step.courses else ""
            said.append(f"{step.units:g} x {unit} for every high school with {step.clusters:g} clusters{courses}.")
        return said
