"""A weight inside the state's main formula, which in New Mexico is the state equalization guarantee (SEG)."""

from typing import Literal

from sim.arrays import ZERO, Array, district_total
from sim.funding.components.amounts import Share, UnitWeight, YesNo
from sim.funding.components.component import Component, part_in_words
from sim.funding.components.counting import PRICES_OF, WORDS, HeadCount, heads
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule
from sim.states.speaking import state_words


class SegWeight(Component):
    """Program units added for students: weight x students, each unit worth the unit value.

    Modeled on SB130 of 2025 (0.25 for membership in approved CTE programs) and on the secondary factor of HB63 (Laws
    2025, Chapter 89: 1.25 to 1.30 for grades 6-12, 0.05 x $6,801.50 = $340 of the $589 more per student). If
    ``funded``, the main formula appropriation grows by the units' worth and the unit value stays; if not, the same
    money is divided over more units and every unit in the state is worth less. ``full_time_share`` turns a headcount
    into full-time membership. ``in_base_units`` marks a weight that the base program units already hold: it is not paid
    again.
    """

    kind: Literal["seg_weight"] = "seg_weight"
    count: HeadCount
    weight: UnitWeight
    funded: YesNo
    full_time_share: Share = 1.0
    in_base_units: YesNo = False

    def paid_prices(self) -> frozenset[str]:
        """The price of those it counts, if the weight is above zero and not paid already."""
        pays = self.weight * self.full_time_share > 0.0 and not self.in_base_units
        return PRICES_OF[self.count] if pays else frozenset()

    def units(self, counts: Counts) -> Array:
        """Program units that the weight adds for these counts, ``[..., D, 1]``."""
        if self.in_base_units:
            return counts.membership * 0.0
        return (self.weight * self.full_time_share) * district_total(heads(counts, self.count))

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars for each student counted, ``[..., 1, 1]``: weight x unit value."""
        price = ZERO if self.in_base_units else (self.weight * self.full_time_share) * context.unit_value
        match self.count:
            case "members":
                return Schedule(per_member=price)
            case "participants":
                return Schedule(per_participant=price)
            case "concentrators":
                return Schedule(per_concentrator=price)

    def describe(self) -> list[str]:
        """The weight, where, and who pays for it."""
        share = f" at {part_in_words(self.full_time_share)} of full time" if self.full_time_share != 1.0 else ""
        main = state_words().main
        what = f"{self.weight:g} {state_words().main_formula.units} of {main} for every {WORDS[self.count]}{share}"
        if self.in_base_units:
            said = f"already part of the base {state_words().main_formula.units} and not paid again"
            return [f"{what}{self._here()} {said}."]
        money = (
            f"{main} appropriation grows by their worth"
            if self.funded
            else f"out of the same {state_words().main_formula.short} appropriation"
        )
        return [f"{what}{self._here()} {money}."]

    def sentences(self) -> list[str]:
        """The same: its condition stands beside the weight, not behind what is paid for it."""
        return self.describe()

    def briefly(self) -> list[str]:
        """The same."""
        return self.describe()

    def _here(self) -> str:
        """The condition, and the mark that parts it from what follows."""
        return "," if self.where is None else f" {self.where.phrase()};"
