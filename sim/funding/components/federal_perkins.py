"""Federal background money under the Carl D. Perkins Act."""

from typing import Literal

import numpy as np

from sim.arrays import ratio, state_total
from sim.funding.components.amounts import Dollars, Share
from sim.funding.components.component import Component, money
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule


class FederalPerkins(Component):
    """Secondary local money, shared by membership and poverty among districts with a pathway.

    Perkins V, Section 131(a): 70% by children in families below the poverty line (``poverty_share_of_money``), the rest
    by children; membership in grades 9-12 stands for children. The act's minimum of $15,000 for a grantee, which small
    districts meet in consortia, is left out.
    """

    kind: Literal["federal_perkins"] = "federal_perkins"
    dollars: Dollars
    poverty_share_of_money: Share = 0.7

    once_in_a_line = True

    def paid_prices(self) -> frozenset[str]:
        """A lump sum, if there are dollars to share."""
        return frozenset({"per_district"} if self.dollars > 0.0 else ())

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """The allocation of each district, a lump sum, ``[..., D, 1]``."""
        members = context.counts.membership * context.counts.offering
        poor = members * context.world.districts.poverty_share[:, np.newaxis]
        by_members = ratio(members, state_total(members))
        by_poverty = np.where(state_total(poor) > 0.0, ratio(poor, state_total(poor)), by_members)
        share = (1.0 - self.poverty_share_of_money) * by_members + self.poverty_share_of_money * by_poverty
        return Schedule(per_district=share * (self.dollars * context.index))

    def describe(self) -> list[str]:
        """The amount and how it is shared."""
        poverty = f"{self.poverty_share_of_money:.0%} by poverty"
        return [f"{money(self.dollars)} of federal money shared by membership, {poverty}."]
