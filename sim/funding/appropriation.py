"""How much is voted for a line in a year, as it is written in a formula."""

from typing import Annotated, Literal

from pydantic import Field

from sim.funding.components.amounts import Dollars, Share, Years, YesNo
from sim.funding.components.component import money, percent
from sim.funding.strict import Strict
from sim.inputs import Example


class Fixed(Strict):
    """The same nominal dollars every year."""

    rule: Literal["fixed"] = "fixed"
    dollars: Dollars

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {money(self.dollars)} every year, not indexed."


class Indexed(Strict):
    """Dollars of the base year that follow the price index."""

    rule: Literal["indexed"] = "indexed"
    dollars: Dollars

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {money(self.dollars)} and rises with prices."


class ShareOfRevenue(Strict):
    """A share of the general fund's recurring revenue of the year."""

    rule: Literal["share_of_revenue"] = "share_of_revenue"
    share: Share

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {percent(self.share)} of general-fund revenue."


class DemandWithCap(Strict):
    """Whatever the formula owes, up to a cap; ``indexed`` lets the cap follow prices."""

    rule: Literal["demand_with_cap"] = "demand_with_cap"
    cap: Dollars
    indexed: YesNo = False

    def sentence(self) -> str:
        """The rule in words."""
        rising = ", which rises with prices" if self.indexed else ""
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
        return f"{money(self.dollars)} is voted once and spent in equal parts over {self.years} years."


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
