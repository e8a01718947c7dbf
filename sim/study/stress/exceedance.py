"""How often a loss is exceeded: curves as insurers report them, by the worst year and by the sum of all years.

A *future* is one draw: parameters and luck over the horizon. ``occurrence`` curves (OEP) are of its worst year,
``aggregate`` curves (AEP) of the sum of its years. A return period of ten is the loss that one future in ten exceeds;
it is no calendar of years.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, IntArray
from sim.study.stress.tails import draws_needed

RETURNS: tuple[int, ...] = (2, 5, 10, 20, 100)
"""One future in so many."""

LEAST_INSIDE = 4
"""Turns of luck of one parameter draw from which on it has a curve of its own."""

GRID = 101
"""Chances at which curves of several parameter draws are set side by side."""


@dataclass(frozen=True)
class Curve:
    """The chance ``[N]`` that a loss exceeds each of ``losses`` ``[N]``, falling."""

    losses: Array
    chance: Array


def exceedance(values: Array) -> Curve:
    """The curve of draws ``[R]``: the part of them above each of their own values.

    By hand, of 1, 2, 2, 5: three in four exceed 1, one in four exceeds 2, none exceeds 5.
    """
    distinct, counts = np.unique(values, return_counts=True)
    above = len(values) - np.cumsum(counts)
    return Curve(distinct, above / len(values))


def chance_above(values: Array, loss: float) -> float:
    """The part of draws ``[R]`` above a loss."""
    return float((values > loss).mean())


def at_return(values: Array, one_in: int, independent: int | None = None) -> float:
    """The loss that one future in ``one_in`` exceeds: the least draw of ``[R]`` that no more than that part lies above;
    NaN with fewer independent draws than an upper limit of it needs."""
    count = len(values) if independent is None else independent
    if count < draws_needed(1.0 - 1.0 / one_in):
        return float("nan")
    ordered = np.sort(values)
    rank = int(np.ceil(len(values) * (1.0 - 1.0 / one_in) - 1e-9))
    return float(ordered[max(rank, 1) - 1])


@dataclass(frozen=True)
class CurveBand:
    """Curves of several parameter draws at the same chances: ``chances`` ``[G]``, each draw's losses ``[P, G]``, and
    over draws the 5th and 95th percentile and the mean, ``[G]``."""

    chances: Array
    each: Array
    low: Array
    high: Array
    mean: Array


def curve_band(values: Array, groups: IntArray) -> CurveBand | None:
    """One curve for each parameter draw, with chance inside, and the band over draws, of values ``[R]`` whose draw of
    parameters is ``groups`` ``[R]``; None where no group has `LEAST_INSIDE` turns of luck.

    The width between curves is what more knowledge would narrow; the length of one is what a reserve must carry.
    """
    number = int(groups.max()) + 1
    inside = [values[groups == group] for group in range(number)]
    inside = [own for own in inside if len(own) >= LEAST_INSIDE]
    if len(inside) < 2:
        return None
    chances = np.linspace(0.0, 1.0, GRID)
    each = np.stack([np.quantile(own, 1.0 - chances, method="inverted_cdf") for own in inside])
    low, high = np.percentile(each, (5.0, 95.0), axis=0)
    return CurveBand(chances, each, low, high, each.mean(axis=0))


def yearly_chance(values: Array, losses: Sequence[float]) -> Array:
    """The chance a year that a loss exceeds each of ``losses``, of draws by year ``[R, T]``: mean over draws and
    years."""
    return np.array([float((values > loss).mean()) for loss in losses])
