"""Base funding: a minimum level of support whatever the size of the program."""

from dataclasses import replace
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from sim.arrays import ZERO, Array, district_total
from sim.funding.components.component import Component, Count, Dollars, money
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule


class Base(Component):
    """A fixed amount for every district, high school or site that offers a pathway.

    Modelled on the base funding that LESC proposes (LESC brief, 4 September 2025, p. 11) and on Utah's base for each
    high school (Utah Code 53F-2-311) and Louisiana's floor for each district. With ``minimum_concentrators`` a high
    school (or a site) counts only if it has at least so many on average in its district.
    """

    kind: Literal["base"] = "base"
    per_district: Dollars = 0.0
    per_school: Dollars = 0.0
    per_site: Dollars = 0.0
    minimum_concentrators: Count = 0.0

    once_in_a_line = True

    @model_validator(mode="after")
    def _pays_something(self) -> Self:
        if self.per_district == self.per_school == self.per_site == 0.0:
            raise ValueError("write dollars above zero for per_district, per_school or per_site")
        return self

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per offering district, offering school and site, ``[..., 1, 1]``."""

        def price(dollars: float) -> Array:
            return dollars * context.index if dollars else ZERO

        return Schedule(
            per_offering_district=price(self.per_district),
            per_school=price(self.per_school),
            per_site=price(self.per_site),
        )

    def counted(self, counts: Counts) -> Counts:
        """Schools and sites with at least ``minimum_concentrators`` on average in their district or pathway."""
        if not self.minimum_concentrators:
            return counts
        enough = district_total(counts.concentrators) >= self.minimum_concentrators * counts.offering_schools
        enough_in_pathway = counts.concentrators >= self.minimum_concentrators * counts.sites
        return replace(
            counts,
            offering_schools=np.where(enough, counts.offering_schools, 0.0),
            sites=np.where(enough_in_pathway, counts.sites, 0.0),
        )

    def describe(self) -> list[str]:
        """One sentence for each amount."""
        least = f" and at least {self.minimum_concentrators:g} concentrators" if self.minimum_concentrators else ""
        places = (
            (self.per_district, f"district with a pathway{least}"),
            (self.per_school, f"high school with a pathway{least}"),
            (self.per_site, f"pathway at a high school{least.replace(' and', ' with')}"),
        )
        return [f"{money(dollars)} for every {place}." for dollars, place in places if dollars]
