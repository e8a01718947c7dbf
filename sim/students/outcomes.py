"""What students complete: concentrators, credentials by value tier, dual credit, placements, graduates gained."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import ZERO, Array, district_total, outer, ratio
from sim.parameters.groups import Outcomes


def completion_rate(quality_gap: Array, outcomes: Outcomes) -> Array:
    """Share of second-course students who complete it where all sections have their instructor, ``[..., D, 1]``;
    ``quality_gap`` is mean quality less the reference."""
    return np.clip(outcomes.completion * (1.0 + outcomes.completion_quality * quality_gap), 0.0, 1.0)


def rate_when_staffed(rate: Array, staffed: Array, outcomes: Outcomes) -> Array:
    """The progression rate where the share ``staffed`` of a pathway's sections has its instructor, ``[..., D, C]``.

    Under a substitute fewer students complete the course, by the share ``substitute_loss``.
    """
    return rate * ((1.0 - outcomes.substitute_loss) + outcomes.substitute_loss * staffed)


def effort_toward(effort: Array, price: Array, gain: Array, price_scale: Array, outcomes: Outcomes) -> Array:
    """Effort on one margin a year later: it moves toward gain x (1 - exp(-price / scale)), up faster than down.

    Paying for outcomes moves the reported outcome with saturation and a lag: Michigan 2015, completers x1.7-2.0
    within three years (Goldring and co-authors, NBER 2024); Kansas SB155, about +30% credentials a head for $1,000.
    """
    if price is ZERO:
        return effort * (1.0 - outcomes.effort_fall)
    target = gain - gain * np.exp(np.minimum(price * (-1.0 / price_scale), 0.0))
    gap = target - effort
    faster_up = (outcomes.effort_rise - outcomes.effort_fall) * np.maximum(gap, 0.0)
    return effort + (outcomes.effort_fall * gap + faster_up)


@dataclass(frozen=True)
class Credentials:
    """``attempts`` and ``earned`` by value tier 1 to 3, each ``[..., D, C]``."""

    attempts: Array
    earned: tuple[Array, Array, Array]


def credentials(
    concentrating: Array,
    attempt_rate: Array,
    pass_rate: Array,
    quality_gap: Array,
    effort: Array,
    mix: tuple[Array, Array, Array],
    outcomes: Outcomes,
) -> Credentials:
    """Credential attempts and credentials earned by tier.

    Effort raises attempts; the students drawn in pass less often, so that the pass rate falls by ``pass_rate_penalty``
    for a doubling of attempts. ``mix`` weighs the three tiers.
    """
    attempts = concentrating * np.minimum(attempt_rate * outcomes.credential_level * (1.0 + effort), 1.0)
    at_natural_effort = outer(1.0 + outcomes.pass_rate_quality * quality_gap, pass_rate)
    passing = at_natural_effort * (1.0 - outcomes.pass_rate_penalty * effort)
    each = attempts * np.clip(passing, 0.0, 1.0) / (mix[0] + mix[1] + mix[2])
    return Credentials(attempts, (each * mix[0], each * mix[1], each * mix[2]))


def tier_mix(
    natural: tuple[Array, Array, Array], prices: tuple[Array, Array, Array], effort: Array, outcomes: Outcomes
) -> tuple[Array, Array, Array]:
    """How credentials divide over value tiers: weights, each ``[..., D, C]``, positive.

    Paid effort goes where a dollar is earned most easily: a tier's pull is its price over its difficulty (tier 1 = 1),
    relative to the mean pull. When tiers pay alike, the mix slides to the easy ones (Virginia after its mandate: nine
    of ten credentials generic; REL Appalachia).
    """
    if all(price is ZERO for price in prices):
        return natural
    pull_1 = prices[0]
    pull_2 = prices[1] / outcomes.tier_difficulty_2
    pull_3 = prices[2] / outcomes.tier_difficulty_3
    mean_pull = (pull_1 + pull_2 + pull_3) / 3.0
    one, two, three = (
        share * np.clip(1.0 + effort * (outcomes.tier_shift * (ratio(pull, mean_pull, 1.0) - 1.0)), 0.05, None)
        for share, pull in zip(natural, (pull_1, pull_2, pull_3), strict=True)
    )
    return one, two, three


def natural_mix(credential_tier: Array, main_share: Array) -> tuple[Array, Array, Array]:
    """Tier shares without incentives: ``main_share`` in the tier of the cluster's main credential
    (``credential_tier`` ``[1, C]``), the rest split evenly over the other two."""
    other = (1.0 - main_share) / 2.0
    one, two, three = (np.where(credential_tier == tier, main_share, other) for tier in (1, 2, 3))
    return one, two, three


def dual_credit(participants: Array, effort: Array, outcomes: Outcomes) -> Array:
    """Dual-credit enrollments in CTE, ``[..., D, 1]``."""
    return district_total(participants) * (outcomes.dual_credit_rate * (1.0 + effort))


def placements(concentrating: Array, effort: Array, paid_places: Array, outcomes: Outcomes) -> Array:
    """Work-based learning placements, ``[..., D, 1]``: those a district arranges itself, more with paid effort, and
    the places that internship money pays for."""
    return district_total(concentrating) * (outcomes.placement_rate * (1.0 + effort)) + paid_places


def graduates_gained(concentrating: Array, outcomes: Outcomes) -> Array:
    """Extra on-time graduates among this year's seniors who concentrate, ``[..., D, 1]``.

    The causal range is 0 to +10 points (admission cut-offs and lotteries in MA, CT and NC); the raw 19-point gap of
    New Mexico concentrators is selection and is not used.
    """
    return district_total(concentrating) * (outcomes.senior_share * outcomes.graduation_effect)
