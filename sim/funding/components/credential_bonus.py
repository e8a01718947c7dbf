"""A bonus for each industry-recognized credential earned."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sim.arrays import ZERO, Array, district_total, ratio, state_total
from sim.funding.components.component import Component, Count, Dollars, Share, money, percent
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule
from sim.world.world import CREDENTIAL_TIERS


class CredentialBonus(Component):
    """Dollars for each credential, by its value tier (1 low to 3 high).

    Modelled on New Mexico's Career Development Success bills (SB211 of 2023, SB67 of 2024, SB64 of 2025: $250 to $750,
    one district at most 10% of the credentials paid) and Colorado's program of the same name (HB18-1266). At most
    ``per_student_limit`` credentials are paid for each concentrator of a pathway in a year, the best paid first; a
    district is paid for at most ``district_share_limit`` of all credentials earned in the state.
    """

    kind: Literal["credential_bonus"] = "credential_bonus"
    dollars: Annotated[dict[Literal[1, 2, 3], Dollars], Field(min_length=1)]
    per_student_limit: Count | None = 1.0
    district_share_limit: Share | None = None

    once_in_a_line = True

    def _dollars(self, tier: int) -> float:
        return self.dollars.get(tier, 0.0)  # type: ignore[call-overload, no-any-return]

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars per credential of each tier, ``[..., 1, 1]``."""
        first, second, third = (
            self._dollars(tier) * context.index if self._dollars(tier) else ZERO for tier in CREDENTIAL_TIERS
        )
        return Schedule(per_credential=(first, second, third))

    def counted(self, counts: Counts) -> Counts:
        """The credentials within both limits, ``[..., D, C]`` for each tier."""
        earned = counts.credentials
        paid: list[Array] = list(earned)
        all_tiers = earned[0] + earned[1] + earned[2]
        if self.per_student_limit is not None:
            limit = self.per_student_limit * counts.concentrators
            beyond = all_tiers > limit
            if beyond.any():
                room = limit
                for tier in sorted(CREDENTIAL_TIERS, key=self._dollars, reverse=True):
                    within = np.minimum(earned[tier - 1], room)
                    room = room - within
                    paid[tier - 1] = np.where(beyond, within, earned[tier - 1])
        if self.district_share_limit is not None:
            in_district = district_total(all_tiers)
            most = self.district_share_limit * state_total(in_district)
            if paid[0] is not earned[0]:
                in_district = district_total(paid[0] + paid[1] + paid[2])
            share = ratio(np.minimum(most, in_district), in_district, 1.0)
            paid = [tier * share for tier in paid]
        if all(after is before for after, before in zip(paid, earned, strict=True)):
            return counts
        return replace(counts, credentials=(paid[0], paid[1], paid[2]))

    def describe(self) -> list[str]:
        """The amounts, then the limits."""
        amounts = ", ".join(f"{money(self._dollars(tier))} in tier {tier}" for tier in CREDENTIAL_TIERS)
        sentences = [f"For every credential earned: {amounts}."]
        if self.per_student_limit is not None:
            sentences.append(f"At most {self.per_student_limit:g} credential for each student and year is paid.")
        if self.district_share_limit is not None:
            share = percent(self.district_share_limit)
            sentences.append(f"One district is paid for at most {share} of the credentials earned in the state.")
        return sentences
