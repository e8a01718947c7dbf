"""Dollars for each student, or for what students do."""

from typing import Literal, Self, cast

import numpy as np
from pydantic import model_validator

from sim.arrays import Array, state_total
from sim.funding.components.component import Dollars, Multiplier, money
from sim.funding.components.counting import PathwayCount, StudentCount, StudentCounting, UnitAmount
from sim.funding.components.tiers import BY_PATHWAY, Tier, check_tiers, factors
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule


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
    dollars: Dollars | None = None
    weight: Multiplier | None = None
    base_amount: UnitAmount | None = None
    pot: Dollars | None = None
    tiers: tuple[Tier, ...] = ()

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

    def clusters_named(self) -> tuple[str, ...]:
        """The clusters of the tiers of a pot."""
        return tuple(cluster for tier in self.tiers for cluster in tier.named())

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
