"""Tails of a distribution of losses: value at risk, expected shortfall, and how many draws either needs.

A *value at risk* at 95% is the loss that 95% of draws stay within; the *expected shortfall* at 95% is the mean of the
worst 5% of draws (in insurance: tail value at risk). Both are of the draws, and no figure of them is given from fewer
independent draws than its upper limit needs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from sim.arrays import Array, IntArray
from sim.streams import Stream, generator

LEVELS: tuple[float, ...] = (0.90, 0.95, 0.99)
"""The confidence for which tails are told."""

CERTAIN = 0.95
"""How sure an upper limit is."""

RESAMPLES = 1_000
"""Of the bootstrap behind each interval."""


def draws_needed(level: float, certain: float = CERTAIN) -> int:
    """The fewest independent draws of which the largest is an upper limit of the quantile ``level``, whatever the
    distribution: the least n with 1 - level^n >= certain. For 95%: 29, 59 and 299 draws at 90, 95 and 99% (Wilks 1941).
    """
    return math.ceil(math.log1p(-certain) / math.log(level) - 1e-9)


def upper_limit(values: Array, level: float, certain: float = CERTAIN) -> float:
    """A limit that the quantile ``level`` lies below with confidence ``certain``, whatever the distribution: the least
    of the ordered draws ``[R]`` of which that is so; NaN with fewer draws than `draws_needed`."""
    draws = len(values)
    if draws < draws_needed(level, certain):
        return math.nan
    # X_(k) is at least the quantile with the chance that fewer than k of the draws lie below it.
    rank = int(np.argmax(bdtr(np.arange(draws + 1), draws, level) >= certain)) + 1
    return float(np.sort(values)[min(rank, draws) - 1])


def weights_of(draws: int, seed: int, groups: IntArray | None = None, resamples: int = RESAMPLES) -> Array:
    """How often each draw comes in each resample, ``[resamples + 1, R]``; the first row is the draws themselves.

    ``groups`` ``[R]``, counted from 0: draws that share their parameters are resampled together, as only groups are
    independent of each other. The same weights for every formula and scenario keep differences paired.
    """
    random = generator(seed, Stream.TAILS, 0)
    number = draws if groups is None else int(groups.max()) + 1
    chosen = random.multinomial(number, np.full(number, 1.0 / number), size=resamples).astype(np.float64)
    spread = chosen if groups is None else chosen[:, groups]
    found: Array = np.concatenate([np.ones((1, draws)), spread])
    return found


@dataclass(frozen=True)
class Ordered:
    """Draws in rising order ``values`` ``[R]``, their ``weights`` in each resample and what lies up to each, ``[B,
    R]``."""

    values: Array
    weights: Array
    up_to: Array


def ordered(values: Array, weights: Array) -> Ordered:
    """Draws ``[R]`` with their weights in each resample, put in order once for all levels."""
    order = np.argsort(values, kind="stable")
    own = weights[:, order]
    return Ordered(values[order], own, np.cumsum(own, axis=1))


def value_at_risk(of: Ordered, level: float) -> Array:
    """The quantile ``level`` in each resample ``[B]``: the least draw that at least so much of the weight lies at or
    below."""
    reached = of.up_to >= level * of.up_to[:, -1:] * (1.0 - 1e-12)
    found: Array = of.values[np.argmax(reached, axis=1)]
    return found


def expected_shortfall(of: Ordered, level: float) -> Array:
    """The mean of the worst ``1 - level`` of draws in each resample ``[B]``; a draw at the edge counts with the part of
    its weight that is needed (Acerbi and Tasche 2002)."""
    whole = of.up_to[:, -1:]
    tail = (1.0 - level) * whole
    counted = np.clip(tail - (whole - of.up_to), 0.0, of.weights)
    found: Array = counted @ of.values / tail[:, 0]
    return found


@dataclass(frozen=True)
class Figure:
    """A figure of a tail: its ``value``, the ends of its 90% bootstrap interval, an upper limit that holds whatever the
    distribution (of a value at risk; NaN else), and how many more draws it wants: where that is above zero, all four
    are NaN."""

    value: float
    low: float
    high: float
    limit: float
    wanted: int


@dataclass(frozen=True)
class Tail:
    """A loss at a confidence: the ``value_at_risk`` and the ``expected_shortfall`` beyond it."""

    level: float
    value_at_risk: Figure
    expected_shortfall: Figure


def tail(values: Array, level: float, weights: Array, independent: int | None = None) -> Tail:
    """The tail of draws ``[R]`` at a level; ``independent``: how many of them are, if not all."""
    (found,) = tails(values, weights, independent, (level,))
    return found


def tails(
    values: Array, weights: Array, independent: int | None = None, levels: Sequence[float] = LEVELS
) -> tuple[Tail, ...]:
    """The tails of draws ``[R]`` at each level; ``independent``: how many of them are, if not all."""
    count = len(values) if independent is None else independent
    found: list[Tail] = []
    held: Ordered | None = None
    for level in levels:
        wanted = max(draws_needed(level) - count, 0)
        if wanted:
            nothing = Figure(math.nan, math.nan, math.nan, math.nan, wanted)
            found.append(Tail(level, nothing, nothing))
            continue
        held = ordered(values, weights) if held is None else held
        # Draws in groups give no limit that holds whatever the distribution: their order says less than their number.
        limit = upper_limit(values, level) if count == len(values) else math.nan
        at_risk, shortfall = value_at_risk(held, level), expected_shortfall(held, level)
        found.append(Tail(level, _figure(at_risk, limit), _figure(shortfall, math.nan)))
    return tuple(found)


def _figure(resampled: Array, limit: float) -> Figure:
    low, high = np.percentile(resampled[1:], (5.0, 95.0)) if len(resampled) > 1 else (math.nan, math.nan)
    value = float(resampled[0])
    return Figure(value, min(float(low), value), max(float(high), value), limit, 0)
