"""A rule that makes outcomes count for a district without paying for them: a diploma requirement, a report card."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from sim.arrays import ZERO
from sim.funding.components.amounts import Dollars, no_truth
from sim.funding.components.component import Component, money
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule
from sim.world.world import CREDENTIAL_TIERS


class Accountability(Component):
    """Credentials or concentrators that count for a district although nobody pays for them.

    Modeled on diplomas that ask for a credential (Virginia's standard diploma from the class of 2017; Ohio's seals and
    points), and on report cards that count them (Ohio; Louisiana's school performance scores). Districts answer it as a
    price of ``strength`` dollars for each credential or concentrator, dollars of the base year in every year; it is
    never paid, owed or part of a cost, and no trust is asked for, as a rule does not run out of money. ``tiers`` are
    the value tiers of credentials that count, all by default. How strong such a rule is must be judged: the payment
    that would move a district as much.
    """

    kind: Literal["accountability"] = "accountability"
    count: Literal["credentials", "concentrators"]
    strength: Dollars
    tiers: Annotated[
        tuple[Annotated[Literal[1, 2, 3], BeforeValidator(no_truth)], ...], Field(min_length=1, max_length=3)
    ] = (1, 2, 3)

    alike = frozenset({"tiers"})

    def paid_prices(self) -> frozenset[str]:
        """What counts, if it has any strength; no price is paid."""
        if not np.any(self.strength):
            return frozenset()
        return frozenset({"credential_stake" if self.count == "credentials" else "concentrator_stake"})

    def without_effect(self) -> Mapping[str, str]:
        """Tiers where concentrators count."""
        return {} if self.count == "credentials" else {"tiers": "only credentials have tiers"}

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """What each counts for, dollars of the year, ``[..., 1, 1]``."""
        counts_for = self.strength * context.price_index
        if self.count == "concentrators":
            return Schedule(concentrator_stake=counts_for)
        first, second, third = (counts_for if tier in self.tiers else ZERO for tier in CREDENTIAL_TIERS)
        return Schedule(credential_stake=(first, second, third))

    def describe(self) -> list[str]:
        """What counts, and that it is not paid."""
        what = self.count.removesuffix("s")
        if self.count == "credentials" and set(self.tiers) != set(CREDENTIAL_TIERS):
            what += f" of tier {' or '.join(str(tier) for tier in sorted(set(self.tiers)))}"
        return [
            f"Every {what} counts for a district as much as {money(self.strength)} would, in dollars of the base year; "
            "nothing is paid."
        ]
