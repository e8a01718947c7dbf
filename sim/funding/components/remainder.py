"""What the appropriation leaves after everything else, shared over students."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, cast

import numpy as np
from pydantic import Field, model_validator

from sim.arrays import Array, state_total
from sim.funding.components.amounts import MOST_ENTRIES
from sim.funding.components.component import REST
from sim.funding.components.counting import PRICES_OF, PathwayCount, StudentCount, StudentCounting
from sim.funding.components.tiers import BY_PATHWAY, Tier, check_tiers, factors, tiers_out_of_place
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule, entitlement
from sim.inputs import Mistake
from sim.world.world import World


class Remainder(StudentCounting):
    """The part of the line's appropriation that its other components do not owe, shared equally over what is counted.

    Modeled on Utah's add-on (Utah Code 53F-2-311): every high school first gets weighted pupil units by what it
    offers, and the rest of the pot follows prior-year hours. What the others owe is what they would owe for the counts
    that the state saw last, so with ``count_lag: 1`` the line owes its appropriation to the dollar. Nothing is left
    where the others owe more. ``tiers`` may let some clusters count for more.
    """

    kind: Literal["remainder"] = "remainder"
    count: StudentCount
    tiers: Annotated[tuple[Tier, ...], Field(max_length=MOST_ENTRIES)] = ()

    stage = REST
    once_in_a_line = True
    prices_what_is_counted = True

    @model_validator(mode="after")
    def _tiers_share(self) -> Self:
        if self.tiers and self.count not in BY_PATHWAY:
            raise ValueError(f"tiers share out what is left over {', '.join(BY_PATHWAY)}")
        if self.tiers:
            check_tiers(self.tiers, multipliers_only=True)
        return self

    def paid_prices(self) -> frozenset[str]:
        """The price of what it counts, if anything is counted."""
        return PRICES_OF[self.count] if self.counts_any(self.count) else frozenset()

    def without_effect(self) -> Mapping[str, str]:
        """Keys of counting that make no difference to what is left over and shared out."""
        return self.keys_without_effect(self.count, shares_out=True)

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Tiers that match no cluster, or one that another has."""
        return tiers_out_of_place(self.tiers, world)

    @property
    def divides_appropriation(self) -> bool:
        """Whether the pot is the line's appropriation."""
        return True

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """One price for each one counted, ``[..., 1, 1]``, or by cluster with tiers, ``[..., 1, C]``."""
        others = state_total(entitlement(so_far, context.all_counts)) + so_far.statewide
        left = np.maximum(context.appropriation - others, 0.0)
        if not self.tiers:
            number = state_total(self.total_of(self.count, context.counts))
            return self.prices_for(self.count, left / np.maximum(number, 1.0))
        worth = factors(self.tiers, context.world)
        weighted = state_total(self.counted_of(cast(PathwayCount, self.count), context.counts) * worth)
        price: Array = worth * (left / np.maximum(weighted, 1.0))
        return self.prices_for(self.count, price)

    def describe(self) -> list[str]:
        """Who shares what is left."""
        tiers = [f"In {tier.where()} each counts as {tier.multiplier:g}." for tier in self.tiers]
        return [f"What is left of the appropriation is shared equally over every {self.one(self.count)}.", *tiers]
