"""A bonus for each industry-recognized credential earned."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.arrays import ZERO, Array, district_total, ratio, state_total
from sim.funding.components.amounts import Count, OneDollars, Raise, Share, Weight
from sim.funding.components.component import Component, money, percent
from sim.funding.components.counting import UnitAmount
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule
from sim.pathways import Pathways
from sim.world.world import CREDENTIAL_TIERS


class CredentialBonus(Component):
    """Dollars for each credential, by its value tier (1 low to 3 high).

    Modeled on New Mexico's Career Development Success bills (SB211 of 2023, SB67 of 2024, SB64 of 2025: $250 to $750;
    in SB67 one district at most 10% of the credentials paid) and Colorado's program of the same name (HB18-1266). At
    most ``per_student_limit`` credentials are paid for each concentrator of a pathway in a year, the best paid first; a
    district is paid for at most ``district_share_limit`` of all credentials earned in the state. ``district_share_of``:
    of those that the component itself pays (``own``), or as one limit of those that all bonuses of the line pay that
    say so too (``line``), as rates of one component that differ by condition do. Instead of
    ``dollars`` a tier may have a weight: ``weights`` times ``base_amount`` (dollars, or ``unit_value``), as Florida's
    0.1 to 0.3 of the base student allocation (F.S. 1011.62). ``low_income_multiplier`` raises the amount for students
    in poverty, as Colorado's 1.2. With ``proration: by_tier`` in the line's rules tier 3 is paid first.
    """

    kind: Literal["credential_bonus"] = "credential_bonus"
    dollars: Annotated[dict[Literal[1, 2, 3], OneDollars], Field(min_length=1)] | None = None
    weights: Annotated[dict[Literal[1, 2, 3], Weight], Field(min_length=1)] | None = None
    base_amount: UnitAmount | None = None
    per_student_limit: Count | None = 1.0
    district_share_limit: Share | None = None
    district_share_of: Literal["own", "line"] = "own"
    low_income_multiplier: Raise = 1.0

    once_in_a_line = True
    limits = ("credentials", "concentrators")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.dollars is None) == (self.weights is None):
            raise ValueError("write exactly one of dollars or weights (with base_amount)")
        if (self.weights is None) != (self.base_amount is None):
            raise ValueError("weights and base_amount go together")
        return self

    def paid_prices(self) -> frozenset[str]:
        """The price of credentials, if a tier has an amount above zero and the limits let any be paid."""
        amount = any(self._amount(tier) > 0.0 for tier in CREDENTIAL_TIERS) and self.base_amount != 0.0
        within = 0.0 not in (self.per_student_limit, self.district_share_limit)
        return frozenset({"per_credential"} if amount and within else ())

    def without_effect(self) -> Mapping[str, str]:
        """Of what a share is, where there is no limit to it."""
        if self.district_share_limit is not None:
            return {}
        return {"district_share_of": "it says of what a district_share_limit is, and there is none"}

    @property
    def shares_limit(self) -> bool:
        """Whether its limit for one district is one with those of other bonuses of its line."""
        return self.district_share_limit is not None and self.district_share_of == "line"

    def _amount(self, tier: int) -> float:
        """Dollars of a tier, or its weight."""
        amounts = self.dollars if self.dollars is not None else self.weights or {}
        return amounts.get(tier, 0.0)  # type: ignore[call-overload, no-any-return]

    def order(self) -> tuple[int, ...]:
        """The tiers from the best paid to the worst; the same in all runs of a batch."""
        return tuple(sorted(CREDENTIAL_TIERS, key=lambda tier: np.ravel(self._amount(tier))[0], reverse=True))

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per credential of each tier, ``[..., 1, 1]``; by district where poverty counts, ``[..., D, 1]``."""
        if isinstance(self.base_amount, str):
            unit = context.unit_value
        else:
            unit = context.index if self.base_amount is None else self.base_amount * context.index
        if np.any(self.low_income_multiplier != 1.0):
            poverty = context.world.districts.poverty_share[:, np.newaxis]
            unit = unit * (1.0 + (self.low_income_multiplier - 1.0) * poverty)
        first, second, third = (
            self._amount(tier) * unit if np.any(self._amount(tier)) else ZERO for tier in CREDENTIAL_TIERS
        )
        return Schedule(per_credential=(first, second, third))

    @property
    def limits_counts(self) -> bool:
        """Whether there is a limit for each student or for each district."""
        return self.per_student_limit is not None or self.district_share_limit is not None

    def counted(self, counts: Counts) -> Counts:
        """The credentials within both limits, ``[..., D, C]`` for each tier; a limit that it shares with others is left
        to ``within_shared_limit``."""
        earned = counts.credentials
        paid: list[Array] = list(earned)
        all_tiers = counts.all_credentials
        if self.per_student_limit is not None:
            limit = self.per_student_limit * counts.concentrators
            beyond = all_tiers > limit
            if beyond.any():
                crowded = Pathways(beyond)
                room = crowded.take(limit)
                for tier in self.order():
                    within = np.minimum(crowded.take(earned[tier - 1]), room)
                    room = room - within
                    paid[tier - 1] = crowded.everywhere(within, earned[tier - 1])
        if self.district_share_limit is not None and not self.shares_limit:
            in_district = district_total(all_tiers)
            most = self.district_share_limit * state_total(in_district)
            if paid[0] is not earned[0]:
                in_district = district_total(paid[0] + paid[1] + paid[2])
            share = ratio(np.minimum(most, in_district), in_district, 1.0)
            paid = [tier * share for tier in paid]
        if all(after is before for after, before in zip(paid, earned, strict=True)):
            return counts
        return counts.but(credentials=(paid[0], paid[1], paid[2]))

    def describe(self) -> list[str]:
        """The amounts, then the limits."""
        tiers = [tier for tier in CREDENTIAL_TIERS if self._amount(tier)]
        if self.dollars is not None:
            amounts = ", ".join(f"{money(self._amount(tier))} in tier {tier}" for tier in tiers)
        else:
            of = money(self.base_amount) if isinstance(self.base_amount, float) else "the unit value"
            amounts = ", ".join(f"{self._amount(tier):g} of {of} in tier {tier}" for tier in tiers)
        sentences = [f"For every credential earned: {amounts or 'nothing'}."]
        if self.low_income_multiplier != 1.0:
            sentences.append(f"A student in poverty counts {self.low_income_multiplier:g} times.")
        if self.per_student_limit is not None:
            one = self.per_student_limit == 1.0
            what = f"{self.per_student_limit:,.6g} {'credential' if one else 'credentials'}"
            paid = "is paid" if one else "are paid"
            sentences.append(f"At most {what} for each concentrator of a pathway {paid} in a year.")
        if self.district_share_limit is not None:
            share = percent(self.district_share_limit)
            together = ", all rates with this limit together" if self.shares_limit else ""
            sentences.append(
                f"One district is paid for at most {share} of the credentials earned in the state{together}."
            )
        return sentences


def within_shared_limit(
    bonuses: Sequence[tuple[CredentialBonus, Array | None]], earned: Counts, paid: Counts
) -> Counts:
    """What of the credentials ``paid`` within other limits is paid within the one that several bonuses of a line share:
    of all those that were ``earned`` in the state where any of them pays, one district's at most so large a share.

    Each bonus stands with its condition, 1 or 0, None for everywhere.
    """
    limit = bonuses[0][0].district_share_limit
    conditions = [condition for _, condition in bonuses if condition is not None]
    somewhere: Array | None = None
    if len(conditions) == len(bonuses):
        somewhere = reduce(np.maximum, conditions)
    there, within = (counts if somewhere is None else counts.inside(somewhere) for counts in (earned, paid))
    most = np.asarray(limit) * state_total(district_total(there.all_credentials))
    in_district = district_total(within.all_credentials)
    share = ratio(np.minimum(most, in_district), in_district, 1.0)
    if somewhere is not None:
        share = np.where(somewhere > 0.0, share, 1.0)
    one, two, three = paid.credentials
    return paid.but(credentials=(one * share, two * share, three * share))
