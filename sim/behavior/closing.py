"""When a site closes: its margin, the district's cash, a post that stays vacant, too few students."""

import numpy as np

from sim.arrays import Array, BoolArray, logistic
from sim.parameters.groups import Decisions


def closing_chance(
    margin: Array,
    in_deficit: BoolArray,
    long_vacant: BoolArray,
    small: BoolArray,
    equipment: Array,
    decisions: Decisions,
) -> Array:
    """Chance that a site closes this year, ``[..., D, C]``.

    ``margin`` is expected revenue less practiced cost per participant, constant dollars. Money sunk in equipment that
    still has service life holds closure back. Gross closure is about 3% a year in ordinary times and 15-25% in a cut
    (2025 EdWeek survey; Minnesota 2008-11).
    """
    return logistic(
        decisions.close_intercept
        - decisions.close_margin_weight * np.arcsinh(margin / decisions.close_margin_scale)
        + decisions.close_cash_weight * in_deficit
        + decisions.close_vacancy_weight * long_vacant
        + decisions.close_size_weight * small
        - decisions.close_inertia * equipment
    )


def sites_closed(sites: Array, chance: Array, draw: Array) -> Array:
    """Sites closed, whole: the expected number rounded up or down by one uniform draw, so that it is right on
    average for one site and for many."""
    return np.minimum(np.floor(sites * chance + draw), sites)
