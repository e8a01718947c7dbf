"""Dollars for each student, or for what students do."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, cast

import numpy as np
from pydantic import Field, model_validator

from sim.arrays import Array, state_total
from sim.funding.components.amounts import MOST_ENTRIES, Dollars, OneDollars, Weight
from sim.funding.components.component import money
from sim.funding.components.counting import PRICES_OF, PathwayCount, StudentCount, StudentCounting, UnitAmount
from sim.funding.components.tiers import BY_PATHWAY, Tier, check_tiers, factors, tiers_out_of_place
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule
from sim.inputs import Mistake
from sim.world.world import World


class PerStudent(StudentCounting):
    """An amount for each participant, concentrator, completer, credit, credential, dual-credit enrollment, work-based
    learning place or member.

    Written in one of three ways: ``dollars``; a ``weight`` times ``base_amount`` (dollars, or ``unit_value`` for the
    state formula's own unit value), as Georgia and Kansas write theirs; or a ``pot`` shared over all that was counted
    last, as in Michigan (State School Aid Act, section 61a), where ``tiers`` may let some clusters count more, as in
    Kentucky (House Bill 499 of 2024). The LESC brief (p. 11) proposes an amount for each concentrator.
    """

    kind: Literal["per_student"] = "per_student"
    count: StudentCount
    dollars: OneDollars | None = None
    weight: Weight | None = None
    base_amount: UnitAmount | None = None
    pot: Dollars | None = None
    tiers: Annotated[tuple[Tier, ...], Field(max_length=MOST_ENTRIES)] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(amount is not None for amount in (self.dollars, self.weight, self.pot)) != 1:
            raise ValueError("write exactly one of dollars, weight (with base_amount) or pot")
        if (self.weight is None) != (self.base_amount is None):
            raise ValueError("weight and base_amount go together")
        if self.tiers and (self.pot is None or self.count not in BY_PATHWAY):
            raise ValueError(f"tiers here share out a pot over {', '.join(BY_PATHWAY)}; otherwise write a cost_tier")
        if self.tiers:
            check_tiers(self.tiers, multipliers_only=True)
        return self

    def paid_prices(self) -> frozenset[str]:
        """The price of what it counts, if its amount is above zero and anything is counted."""
        amounts = (self.dollars, self.weight if self.base_amount != 0.0 else 0.0, self.pot)
        pays = any(amount is not None and amount > 0.0 for amount in amounts) and self.counts_any(self.count)
        return PRICES_OF[self.count] if pays else frozenset()

    def without_effect(self) -> Mapping[str, str]:
        """Keys of counting that the count does not follow, or that a pot makes no difference by."""
        return self.keys_without_effect(self.count, shares_out=self.pot is not None)

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Tiers that match no cluster, or one that another has."""
        return tiers_out_of_place(self.tiers, world)

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """One price for each one counted, ``[..., 1, 1]``, or by cluster where a pot has tiers, ``[..., 1, C]``."""
        if self.pot is not None:
            return self.prices_for(self.count, self._from_pot(self.pot, context))
        if self.weight is not None:
            if isinstance(self.base_amount, str):
                return self.prices_for(self.count, self.weight * context.unit_value)
            assert self.base_amount is not None
            return self.prices_for(self.count, (self.weight * self.base_amount) * context.index)
        assert self.dollars is not None
        return self.prices_for(self.count, self.dollars * context.index)

    def _from_pot(self, pot: float, context: PricingContext) -> Array:
        if not self.tiers:
            number = state_total(self.total_of(self.count, context.counts))
            return pot * context.index / np.maximum(number, 1.0)
        number = self.counted_of(cast(PathwayCount, self.count), context.counts)
        worth = factors(self.tiers, context.world)
        price: Array = worth * (pot * context.index / np.maximum(state_total(number * worth), 1.0))
        return price

    def describe(self) -> list[str]:
        """One sentence with the amount as it is written."""
        who = self.one(self.count)
        if self.pot is not None:
            tiers = [f"In {tier.where()} each counts as {tier.multiplier:g}." for tier in self.tiers]
            return [f"{money(self.pot)} shared equally over every {who}.", *tiers]
        if self.weight is not None:
            of = money(self.base_amount) if isinstance(self.base_amount, float) else "the unit value"
            return [f"{self.weight:g} of {of} for every {who}."]
        return [f"{money(self.dollars or 0.0)} for every {who}."]
