"""How much is voted for a line in a year, as it is written in a formula."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.funding.components.amounts import Dollars, Share, YearlyRise, Years, YesNo
from sim.funding.components.component import money, percent
from sim.funding.strict import Strict
from sim.inputs import Example


def rise(yearly: float, many: bool = False) -> str:
    """What is said of an amount, or of ``many``, that moves by a share a year."""
    verb = "rise" if yearly > 0.0 else "fall"
    return f"{verb if many else f'{verb}s'} by {percent(abs(yearly))} a year after the first"


class Fixed(Strict):
    """Nominal dollars, the same every year or ``yearly_rise`` more than the year before from the line's second on."""

    rule: Literal["fixed"] = "fixed"
    dollars: Dollars
    yearly_rise: YearlyRise = 0.0

    def sentence(self) -> str:
        """The rule in words."""
        voted = f"The appropriation is {money(self.dollars)}"
        return f"{voted} and {rise(self.yearly_rise)}." if self.yearly_rise else f"{voted} every year, not indexed."


class Indexed(Strict):
    """Dollars of the base year that follow the price index."""

    rule: Literal["indexed"] = "indexed"
    dollars: Dollars

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {money(self.dollars)} of the base year and rises with prices."


class ShareOfRevenue(Strict):
    """A share of the general fund's recurring revenue of the year."""

    rule: Literal["share_of_revenue"] = "share_of_revenue"
    share: Share

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {percent(self.share)} of general-fund revenue."


class DemandWithCap(Strict):
    """Whatever the formula owes, up to a cap; ``indexed`` lets the cap follow prices, ``yearly_rise`` lets it rise by
    a share a year after the line's first."""

    rule: Literal["demand_with_cap"] = "demand_with_cap"
    cap: Dollars
    indexed: YesNo = False
    yearly_rise: YearlyRise = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.indexed and np.any(self.yearly_rise):
            raise ValueError("write one of indexed and yearly_rise")
        return self

    def sentence(self) -> str:
        """The rule in words."""
        rising = " of the base year, which rises with prices" if self.indexed else ", not indexed"
        if self.yearly_rise:
            rising = f", which {rise(self.yearly_rise)}"
        return f"The appropriation follows what is owed, up to {money(self.cap)}{rising}."


class Full(Strict):
    """Whatever the formula owes, as inside the state's main formula."""

    rule: Literal["full"] = "full"

    def sentence(self) -> str:
        """The rule in words."""
        return "Whatever is owed is paid in full."


class Once(Strict):
    """Dollars voted once, in the line's first year, and spent in equal parts over ``years``."""

    rule: Literal["once"] = "once"
    dollars: Dollars
    years: Years

    def sentence(self) -> str:
        """The rule in words."""
        spent = "spent in that year" if self.years == 1 else f"spent in equal parts over {self.years} years"
        return f"{money(self.dollars)} is voted once and {spent}."


AppropriationRule = Annotated[
    Fixed | Indexed | ShareOfRevenue | DemandWithCap | Full | Once,
    Field(discriminator="rule"),
    Example("{rule: fixed, dollars: 40_000_000} or {rule: full}"),
]
APPROPRIATION_RULES: dict[str, type[Strict]] = {
    "fixed": Fixed,
    "indexed": Indexed,
    "share_of_revenue": ShareOfRevenue,
    "demand_with_cap": DemandWithCap,
    "full": Full,
    "once": Once,
}
FOLLOWING_DEMAND = ("full", "demand_with_cap")
"""Rules by which a line is paid what it owes, as far as a cap leaves room; of all others a sum is voted beforehand."""
