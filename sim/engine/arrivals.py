"""Shocks that come by chance: when each kind comes in each replicate, how hard and for how long.

The draws are made beforehand, by year and kind, so that all formulas meet the same shocks.
"""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray
from sim.engine.scenario import CALM, Kind, RandomShocks, Shocks, Spread

DRAWN = 3
"""Numbers drawn for each kind and year: whether one comes, how hard, how long."""


@dataclass(frozen=True)
class Arrival:
    """What comes of one kind in one year, ``[...]`` over replicates: whether, how hard, and how long (what each year of
    its path takes)."""

    comes: BoolArray
    severity: Array
    lasts: Array


def arrival(kind: Kind, uniforms: Array) -> Arrival:
    """What three uniform numbers ``[..., DRAWN]`` mean for a kind."""
    comes, hard, long = (uniforms[..., place] for place in range(DRAWN))
    return Arrival(comes < kind.rate, quantile(kind.severity, hard), quantile(kind.lasts, long))


def quantile(spread: Spread, share: Array) -> Array:
    """The value below which a ``share`` of a triangular distribution lies."""
    width, rise, fall = spread.high - spread.low, spread.likely - spread.low, spread.high - spread.likely
    if width == 0.0:
        return np.full_like(share, spread.likely)
    left = spread.low + np.sqrt(share * width * rise)
    right = spread.high - np.sqrt((1.0 - share) * width * fall)
    found: Array = np.where(share < rise / width, left, right)
    return found


def of_year(shocks: RandomShocks, uniforms: Array) -> dict[str, Array]:
    """What has come by chance multiplies in the last of some years, by key, ``[..., 1, 1]``.

    ``uniforms`` ``[T, ..., MOST_KINDS, DRAWN]`` are the draws of the years from the first in which any may come. Of one
    kind the larger counts where several are under way; kinds are multiplied.
    """
    together: dict[str, Array] = {}
    for place, kind in enumerate(shocks.kinds.values()):
        for key in _keys(kind):
            low, high = np.ones((1, 1)), np.ones((1, 1))
            for since, drawn in enumerate(uniforms[::-1, ..., place, :]):
                come = arrival(kind, drawn)
                multiple = np.where(come.comes, _path(kind, key, since, come), 1.0)[..., np.newaxis, np.newaxis]
                low, high = np.minimum(low, multiple), np.maximum(high, multiple)
            together[key] = together.get(key, 1.0) * (low * high)
    return together


def _path(kind: Kind, key: str, since: int, come: Arrival) -> Array:
    """What shocks of a kind multiply so many years after they came, by the severity and length of each."""
    levels = np.array([getattr(shocks, key) for shocks in (*kind.path, kind.then)])
    place = np.minimum(np.floor(since / come.lasts), len(kind.path)).astype(np.intp)
    found: Array = np.maximum(1.0 + come.severity * (levels[place] - 1.0), 0.0)
    return found


def _keys(kind: Kind) -> list[str]:
    """The keys that a kind moves."""
    every = (*kind.path, kind.then)
    return [key for key in Shocks.model_fields if any(getattr(shocks, key) != getattr(CALM, key) for shocks in every)]
