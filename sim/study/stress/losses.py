"""What a formula can lose the state and its districts in a year, in the worst year, and over a horizon.

Three amounts are told apart. *Over voted*: what is owed above what the year's appropriation paid; a line's own reserve
may pay a part of it. *Carried*: what districts carry, which is owed and not paid, and what a weight takes from other
program units of the main formula. *State cost*: what the state pays.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array


@dataclass(frozen=True)
class Losses:
    """Dollars of the base year by draw and year, each ``[..., T]`` over the years after the base year.

    ``over_voted``: owed above what the year's appropriation paid. ``unpaid``: owed and not paid. ``taken``: what a
    weight takes from other program units. ``state``: what the state pays. ``paid_share``: paid over owed, 1 where
    nothing is.
    """

    over_voted: Array
    unpaid: Array
    taken: Array
    state: Array
    paid_share: Array

    @property
    def carried(self) -> Array:
        """What districts carry: owed and not paid, and taken from their other program units."""
        return self.unpaid + self.taken

    def of(self, measure: str) -> Array:
        """A measure of `MEASURES` by its name."""
        found: Array = getattr(self, measure)
        return found


MEASURES: Mapping[str, str] = {
    "carried": "what districts carry",
    "unpaid": "owed and not paid",
    "over_voted": "owed above what was voted",
    "state": "state cost",
}
"""The measures of a loss, in words."""


def losses(owed: Array, paid: Array, drawn: Array, taken: Array) -> Losses:
    """Losses of amounts ``[..., T]`` in dollars of one year: ``owed`` by the state's CTE lines, ``paid`` by them, the
    part of that ``drawn`` from their reserves, and ``taken`` from other program units.

    By hand: of $60 owed, $50 were voted and $4 came out of a reserve: $10 is over what was voted, districts carry $6.
    """
    unpaid = np.maximum(owed - paid, 0.0)
    share = np.divide(np.minimum(paid, owed), owed, out=np.ones_like(owed), where=owed > 0.0)
    return Losses(np.maximum(owed - paid + drawn, 0.0), unpaid, taken, paid, share)


def worst_year(yearly: Array) -> Array:
    """The largest of the years ``[..., T]``, ``[...]``: what insurers call the occurrence loss."""
    found: Array = yearly.max(axis=-1)
    return found


def over_horizon(yearly: Array) -> Array:
    """The sum of the years ``[..., T]``, ``[...]``: what insurers call the aggregate loss."""
    found: Array = yearly.sum(axis=-1)
    return found


SPANS: Mapping[str, str] = {"worst year": "in the worst year", "all years": "over all years"}
"""Spans of a loss besides each year, with how they stand in a sentence."""


def over(span: str, yearly: Array) -> Array:
    """Losses ``[..., T]`` over a span of `SPANS`."""
    return worst_year(yearly) if span == "worst year" else over_horizon(yearly)


def buffer_needed(owed: Array, voted: Array, keeps: float = 0.0) -> Array:
    """The money that must be there at the start so that every year's debt ``[..., T]`` is paid, ``[...]``: the deepest
    that the sum of what is short lies under what was put back. ``keeps``: the share of a year's surplus over what is
    owed that stays for later years.

    By hand, owed 50, 70, 60 of 60 voted a year: 10 are over, then 10 are short: 10 are needed if nothing is kept, and
    none if the surplus stays; of 70, 50, 70 it is 20 or, the surplus kept, 10.
    """
    held = np.zeros(np.broadcast_shapes(owed.shape, voted.shape)[:-1])
    needed = held.copy()
    for year in range(owed.shape[-1]):
        left = voted[..., year] - owed[..., year]
        held = held + np.where(left > 0.0, keeps * left, left)
        needed = np.maximum(needed, -held)
    return needed
