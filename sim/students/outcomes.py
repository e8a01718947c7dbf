"""What students complete: concentrators, dual credit, placements, graduates gained; and effort toward a price."""

import numpy as np

from sim.arrays import ZERO, Array, district_total
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


def effort_toward(
    effort: Array, price: Array, cost: Array, gain: Array, price_scale: Array, outcomes: Outcomes
) -> Array:
    """Effort on one margin a year later: it moves toward gain x (1 - exp(-pay / scale)), up faster than down, where pay
    is what the price leaves beyond what one more costs the district; one that costs more than it pays is not sought.

    Paying for outcomes moves the reported outcome with saturation and a lag: Michigan 2015, completers x1.7-2.0
    within three years (Goldring and co-authors, NBER 2024).
    """
    if price is ZERO:
        return effort * (1.0 - outcomes.effort_fall)
    pay = np.maximum(price - cost, 0.0)
    target = gain - gain * np.exp(np.minimum(pay * (-1.0 / price_scale), 0.0))
    gap = target - effort
    faster_up = (outcomes.effort_rise - outcomes.effort_fall) * np.maximum(gap, 0.0)
    return effort + (outcomes.effort_fall * gap + faster_up)


def dual_credit(participants: Array, effort: Array, outcomes: Outcomes) -> Array:
    """Dual-credit enrollments in CTE, ``[..., D, 1]``; ``participants`` by pathway or by district."""
    return district_total(participants) * (outcomes.dual_credit_rate * (1.0 + effort))


def placements(concentrating: Array, effort: Array, paid_places: Array, outcomes: Outcomes) -> Array:
    """Work-based learning placements, ``[..., D, 1]``: those a district arranges itself, more with paid effort, and
    the places that internship money pays for."""
    return district_total(concentrating) * (outcomes.placement_rate * (1.0 + effort)) + paid_places


def cost_of_further(
    participants: Array, concentrating: Array, dual_credit: Array, placement: Array, outcomes: Outcomes
) -> Array:
    """What dual credit and places beyond the usual number cost the district at these efforts, dollars of the base year,
    ``[..., D, 1]``; the usual number is part of what running CTE costs. Students by pathway or by district."""
    enrollments = district_total(participants) * (outcomes.dual_credit_rate * dual_credit)
    places = district_total(concentrating) * (outcomes.placement_rate * placement)
    return enrollments * outcomes.dual_credit_cost + places * outcomes.placement_cost


def graduates_gained(concentrating: Array, outcomes: Outcomes) -> Array:
    """Extra on-time graduates among this year's seniors who concentrate, ``[..., D, 1]``.

    The causal range is 0 to +10 points (admission cut-offs and lotteries in MA, CT and NC); the raw 19-point gap of
    New Mexico concentrators is selection and is not used.
    """
    return district_total(concentrating) * (outcomes.senior_share * outcomes.graduation_effect)
