"""What can be counted of students, and how the model's counts stand for those that state laws name."""

from collections.abc import Mapping
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from sim.arrays import Array
from sim.funding.components.amounts import Credits, Share, UnitDollars
from sim.funding.components.component import Component, part_in_words, percent
from sim.funding.schedule import Counts, Schedule
from sim.world.world import CREDENTIAL_TIERS

HeadCount = Literal["participants", "concentrators", "members"]
PathwayCount = Literal["participants", "concentrators", "completers", "credit_hours", "advanced_credits"]
StudentCount = Literal[
    "participants", "concentrators", "completers", "credit_hours", "advanced_credits", "credentials", "dual_credit",
    "placements", "members",
]  # fmt: skip
WORDS: dict[str, str] = {
    "participants": "participant",
    "concentrators": "concentrator",
    "completers": "completer",
    "credit_hours": "credit in CTE",
    "advanced_credits": "credit of a concentrator",
    "credentials": "credential",
    "dual_credit": "dual-credit enrollment in CTE",
    "placements": "work-based learning place",
    "members": "member in grades 9-12",
}
"""One of each count, as in 'for every ...'."""


def heads(counts: Counts, count: HeadCount) -> Array:
    """The students counted, ``[..., D, C]``, or ``[..., D, 1]`` for members."""
    if count == "members":
        return counts.membership
    return counts.participants if count == "participants" else counts.concentrators


class StudentCounting(Component):
    """Keys of components that pay for students or for what students do.

    The model counts participants and concentrators of each pathway. Three further counts are built from them, by keys
    that a formula can change:

    - ``completers``: ``completion_share`` of the concentrators. 0.59 is 25.8% of graduates with three credits in one
      field over 43.7% with two (NCES transcripts 2019).
    - ``credit_hours``: ``credits_per_participant`` for every participant who does not concentrate and
      ``credits_per_concentrator`` for every concentrator. A judgement: a participant takes one year-long course in a
      year, a concentrator one and a half (1 to 2).
    - ``advanced_credits``: the credits of concentrators alone, who have two courses behind them.

    ``full_time_share`` turns a head or a credit into full-time students (a year-long course is about a sixth of full
    time: Texas counts 30 contact hours a week); ``eligible_share`` is the part of the count to which the law applies.
    """

    credits_per_participant: Credits = 1.0
    credits_per_concentrator: Credits = 1.5
    completion_share: Share = 0.59
    full_time_share: Share = 1.0
    eligible_share: Share = 1.0

    @model_validator(mode="after")
    def _more_credits_later(self) -> Self:
        if self.credits_per_concentrator < self.credits_per_participant:
            raise ValueError(
                f"credits_per_concentrator: {self.credits_per_concentrator:g} is not allowed beside "
                f"credits_per_participant: {self.credits_per_participant:g}; a concentrator takes at least as many "
                "credits as another participant. Those who do not concentrate are paid for by an amount for "
                "participants and one less by as much for concentrators"
            )
        return self

    def counts_any(self, count: StudentCount) -> bool:
        """Whether the keys of counting leave anything to count."""
        of_count = {
            "completers": self.completion_share,
            "credit_hours": self.credits_per_concentrator,
            "advanced_credits": self.credits_per_concentrator,
        }
        return self._share > 0.0 and of_count.get(count, 1.0) > 0.0

    def keys_without_effect(self, count: StudentCount, shares_out: bool) -> dict[str, str]:
        """Keys of counting that this count does not follow, each with the reason.

        With ``shares_out`` money is divided over all that is counted: then what makes every one count for less makes
        no difference.
        """
        idle = {
            key: f"count: {count} does not follow it; it belongs to {' and '.join(counts)}"
            for key, counts in KEYS_OF.items()
            if count not in counts
        }
        if shares_out:
            alike = ["full_time_share", "eligible_share"]
            alike += ["completion_share"] if count == "completers" else []
            alike += ["credits_per_concentrator"] if count == "advanced_credits" else []
            idle.update(dict.fromkeys(alike, "money that is shared out gives each the same, whatever each counts as"))
        return idle

    @property
    def _share(self) -> float:
        return self.full_time_share * self.eligible_share

    def prices_for(self, count: StudentCount, price: Array) -> Schedule:
        """The schedule that pays ``price`` for each one counted, ``[..., 1, 1]`` or by district and cluster."""
        if np.any(self._share != 1.0):
            price = price * self._share
        match count:
            case "participants":
                return Schedule(per_participant=price)
            case "concentrators":
                return Schedule(per_concentrator=price)
            case "completers":
                return Schedule(per_concentrator=price * self.completion_share)
            case "credit_hours":
                further = self.credits_per_concentrator - self.credits_per_participant
                return Schedule(per_participant=price * self.credits_per_participant, per_concentrator=price * further)
            case "advanced_credits":
                return Schedule(per_concentrator=price * self.credits_per_concentrator)
            case "credentials":
                return Schedule(per_credential=(price, price, price))
            case "dual_credit":
                return Schedule(per_dual_credit=price)
            case "placements":
                return Schedule(per_placement=price)
            case "members":
                return Schedule(per_member=price)

    def counted_of(self, count: PathwayCount, counts: Counts) -> Array:
        """How many are counted in each pathway, ``[..., D, C]``."""
        return self._combined(count, counts.participants, counts.concentrators)

    def total_of(self, count: StudentCount, counts: Counts) -> Array:
        """How many are counted in each district, ``[..., D, 1]``."""
        match count:
            case "credentials":
                earned = [counts.total(f"credentials_{tier}") for tier in CREDENTIAL_TIERS]
                return self._narrowed(earned[0] + earned[1] + earned[2])
            case "dual_credit":
                return self._narrowed(counts.dual_credit)
            case "placements":
                return self._narrowed(counts.placements)
            case "members":
                return self._narrowed(counts.membership)
            case _:
                return self._combined(count, counts.total("participants"), counts.total("concentrators"))

    def _combined(self, count: PathwayCount, participants: Array, concentrators: Array) -> Array:
        match count:
            case "participants":
                number = participants
            case "concentrators":
                number = concentrators
            case "completers":
                number = concentrators * self.completion_share
            case "credit_hours":
                further = self.credits_per_concentrator - self.credits_per_participant
                number = participants * self.credits_per_participant + concentrators * further
            case "advanced_credits":
                number = concentrators * self.credits_per_concentrator
        return self._narrowed(number)

    def _narrowed(self, number: Array) -> Array:
        return number * self._share if np.any(self._share != 1.0) else number

    def one(self, count: StudentCount) -> str:
        """One of what is counted, in words."""
        words = WORDS[count]
        if count == "credit_hours":
            words += f" ({self.credits_per_participant:g} for a participant, {self.credits_per_concentrator:g} for a "
            words += "concentrator)"
        elif count == "advanced_credits":
            words += f" ({self.credits_per_concentrator:g} each)"
        elif count == "completers":
            words += f" ({percent(self.completion_share)} of concentrators)"
        if self.full_time_share != 1.0:
            words += f" at {part_in_words(self.full_time_share)} of full time"
        if self.eligible_share != 1.0:
            words += f" ({percent(self.eligible_share)} of them)"
        return words


PRICES_OF: Mapping[StudentCount, frozenset[str]] = {
    "participants": frozenset({"per_participant"}),
    "concentrators": frozenset({"per_concentrator"}),
    "completers": frozenset({"per_concentrator"}),
    "credit_hours": frozenset({"per_participant", "per_concentrator"}),
    "advanced_credits": frozenset({"per_concentrator"}),
    "credentials": frozenset({"per_credential"}),
    "dual_credit": frozenset({"per_dual_credit"}),
    "placements": frozenset({"per_placement"}),
    "members": frozenset({"per_member"}),
}
"""The prices of a schedule by which each count is paid."""

KEYS_OF: Mapping[str, tuple[StudentCount, ...]] = {
    "credits_per_participant": ("credit_hours",),
    "credits_per_concentrator": ("credit_hours", "advanced_credits"),
    "completion_share": ("completers",),
}
"""The counts that a key is part of; the other keys of counting belong to all of them."""

UnitAmount = UnitDollars | Literal["unit_value"]
"""Dollars that a weight is multiplied by, or the state formula's own unit value."""
