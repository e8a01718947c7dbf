"""What districts believe of a price: will it be paid, will it last, will it reach CTE."""

import numpy as np

from sim.arrays import Array
from sim.parameters.groups import Beliefs


def updated_trust(trust: Array, paid: Array, owed: Array, learning_rate: Array) -> Array:
    """Expected paid share of a line after seeing what was paid, ``[..., D, 1]``.

    trust += learning_rate x (paid / owed - trust), only where something was owed.
    """
    due = owed > 0
    share = np.where(due, paid / np.where(due, owed, 1.0), trust)
    return trust + learning_rate * (np.minimum(share, 1.0) - trust)


def persistence(recurring: bool, beliefs: Beliefs) -> Array:
    """Weight of a yearly dollar that may end, relative to one that is certain, over the planning horizon.

    sum of (continuation x discount)^h over sum of discount^h, h from 1 to the horizon: recurring formula money is
    expected to last, a nonrecurring grant to be renewed year by year. ``[..., 1, 1]``.
    """
    continuation = beliefs.recurring_continuation if recurring else beliefs.nonrecurring_continuation
    discount = 1.0 / (1.0 + beliefs.discount_rate)
    return annuity(continuation * discount, beliefs.horizon_years) / annuity(discount, beliefs.horizon_years)


def annuity(factor: Array, years: Array) -> Array:
    """Sum of factor^h for h from 1 to ``years``, for a factor below one."""
    return factor * (1.0 - np.exp(years * np.log(factor))) / (1.0 - factor)
