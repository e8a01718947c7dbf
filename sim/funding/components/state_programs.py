"""The state's other career-connected programs: Innovation Zones, internships and what the state spends itself."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from sim.arrays import ratio, state_total
from sim.funding.components.amounts import Count, Dollars, OneDollars, SchoolCount, SchoolDollars, Spread
from sim.funding.components.component import Component, money
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule
from sim.inputs import Mistake
from sim.world.world import World


class InnovationZone(Component):
    """A grant for each high school designated as an Innovation Zone.

    Modeled on New Mexico's program: 47 schools, about $243,000 each in FY24 (KRQE, 14 June 2023), $11.2 million in
    FY25 (LESC brief, p. 5). Zones stay where they are: a district's number follows its high schools and its lasting
    capacity to win grants (``spread`` in logarithms, a judgement), drawn once a run, and is at most all of its high
    schools. Without ``dollars_per_school`` the zones share the line's appropriation.
    """

    kind: Literal["innovation_zone"] = "innovation_zone"
    schools: SchoolCount
    dollars_per_school: SchoolDollars | None = None
    spread: Spread = 0.5

    once_in_a_line = True

    def paid_prices(self) -> frozenset[str]:
        """A lump sum, if there are dollars."""
        return frozenset({"per_district"} if self.dollars_per_school != 0.0 else ())

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """More schools than the state has."""
        schools = int(world.districts.high_schools.sum())
        if self.schools <= schools:
            return ()
        return (Mistake(("schools",), f"{self.schools:,.0f} is more than the {schools:,} high schools that there are"),)

    @property
    def divides_appropriation(self) -> bool:
        """Whether the pot is the line's appropriation."""
        return self.dollars_per_school is None

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars to each district for its zones, a lump sum, ``[..., D, 1]``."""
        high_schools = context.world.districts.high_schools[:, np.newaxis].astype(np.float64)
        if context.inside is not None:
            high_schools = high_schools * context.inside
        weight = high_schools * np.exp(self.spread * context.award_capacity)
        # Systematic sampling in proportion to weight: whole schools that sum to the number designated.
        reached = np.floor(self.schools * ratio(np.cumsum(weight, axis=-2), state_total(weight)) + 0.5)
        before = np.concatenate([np.zeros_like(reached[..., :1, :]), reached[..., :-1, :]], axis=-2)
        zones = np.minimum(reached - before, high_schools)
        if self.dollars_per_school is not None:
            return Schedule(per_district=zones * (self.dollars_per_school * context.index))
        return Schedule(per_district=ratio(zones, state_total(zones)) * context.appropriation)

    def describe(self) -> list[str]:
        """Schools and dollars."""
        if self.dollars_per_school is None:
            return [f"{self.schools:g} Innovation Zone high schools share the appropriation equally."]
        return [f"{money(self.dollars_per_school)} for each of {self.schools:g} Innovation Zone high schools."]


class Internship(Component):
    """Dollars for each work-based learning place, up to ``places`` in the state.

    Modeled on New Mexico's summer enrichment internships: up to 3,000 places for $10 million in summer 2026, or $3,333
    a place (Tri-City Record on the PED announcement; LESC brief, p. 5).
    """

    kind: Literal["internship"] = "internship"
    dollars: OneDollars
    places: Count | None = None

    once_in_a_line = True
    limits = ("placements",)
    everywhere = "its places are bought for the whole state; write per_student with count: placements"

    def paid_prices(self) -> frozenset[str]:
        """The price of a place, if there are dollars and places."""
        return frozenset({"per_placement"} if self.dollars > 0.0 and self.places != 0.0 else ())

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per placement, ``[..., 1, 1]``."""
        return Schedule(per_placement=self.dollars * context.index)

    def counted(self, counts: Counts) -> Counts:
        """Placements within the number of places, each district's share of them alike."""
        if self.places is None:
            return counts
        arranged = state_total(counts.placements)
        share = ratio(np.minimum(self.places, arranged), arranged, 1.0)
        return counts.but(placements=counts.placements * share)

    def describe(self) -> list[str]:
        """Dollars and places."""
        places = f", up to {self.places:,.0f} places in the state" if self.places is not None else ""
        return [f"{money(self.dollars)} for every work-based learning place{places}."]


class StatewideDollars(Component):
    """Money that the state spends itself and that reaches no district.

    In New Mexico's CTE line: PED staff, the mobile workshop with the Department of Workforce Solutions and near-peer
    tutoring (LESC brief, p. 5).
    """

    kind: Literal["statewide_dollars"] = "statewide_dollars"
    dollars: Dollars

    everywhere = "the state spends it itself, in no district"

    def paid_prices(self) -> frozenset[str]:
        """What the state spends, if it is above zero."""
        return frozenset({"statewide"} if self.dollars > 0.0 else ())

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars spent by the state, ``[..., 1, 1]``."""
        return Schedule(statewide=self.dollars * context.index)

    def describe(self) -> list[str]:
        """The amount."""
        return [f"{money(self.dollars)} spent by the state itself, not by districts."]
