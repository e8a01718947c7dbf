"""What districts may expect of a yearly competition before it is held, given their lasting capacity to win.

A district's luck of the year n is standard normal. It wins where

    persistence x capacity + sqrt(1 - persistence^2) x n > threshold

and its claim on the pot is size x exp(spread x (sqrt(1 - persistence^2) x capacity - persistence x n)). Winners share
the pot by their claims; if no one wins, all that offer a pathway do.
"""

from collections.abc import Iterable
from functools import reduce
from statistics import NormalDist

import numpy as np

from sim.arrays import TINY, Array, ratio, state_total

NODES = 20
"""Nodes of the Gauss-Legendre rule over a district's luck, on either side of what it needs to win."""
EDGE = 8.2
"""Luck beyond so many standard deviations is left out (two in ten thousand million millions)."""
FIRST, STEP, LAST = -3.2, 0.5, 18.0
"""The trapezoidal rule over s, where the integration variable is t = exp(s - exp(-s))."""
NEGLIGIBLE = -60.0
"""The logarithm below which the probability-like product of an integrand counts as zero."""

Nodes = list[tuple[Array, Array]]
"""Weights and claims at the nodes of a district's luck, each ``[..., D, 1]``."""


def winning_threshold(winners: float) -> float:
    """The score above which a district wins, if ``winners`` of all districts do."""
    return NormalDist().inv_cdf(1.0 - winners) if winners < 1.0 else -np.inf


def needed_luck(capacity: Array, threshold: float, persistence: Array | float) -> Array:
    """How lucky a district must be to win, ``[..., D, 1]``, within ``EDGE`` either way."""
    luck = np.sqrt(1.0 - persistence * persistence)
    short = threshold - persistence * capacity
    # Without luck the sign alone decides; a score that just reaches the threshold does not win.
    sure = np.where(short < 0.0, -EDGE, EDGE)
    needed = np.where(luck > 0.0, short / np.where(luck > 0.0, luck, 1.0), sure)
    return np.clip(needed, -EDGE, EDGE)


def chance_of_winning(capacity: Array, winners: float, persistence: Array | float) -> Array:
    """The probability that a district wins in a year, ``[..., D, 1]``."""
    needed = needed_luck(capacity, winning_threshold(winners), persistence)
    return _sum(weight for weight, _ in _by_luck(needed, capacity * 0.0, 0.0)[0])


def expected_shares(
    size: Array, capacity: Array, winners: float, persistence: Array | float, spread: Array | float
) -> Array:
    """The share of the pot that each district is expected to get, ``[..., D, 1]``; shares sum to one.

    With claims Y of which those of losers are zero, E[Y_d / sum Y] is the integral over t from 0 to infinity of
    E[Y_d exp(-t Y_d)] x the product over all others of E[exp(-t Y)], because districts' luck is independent; the case
    that no one wins is the same integral over losers' claims. Both are taken by numerical rules whose error is below a
    hundred-millionth of the pot at the settings of the pilot, and below a thousandth up to a spread of 2 however much
    of winning is lasting; the sum is brought to one.
    """
    luck = np.sqrt(1.0 - persistence * persistence)
    usual = np.where(size > 0.0, size * np.exp(spread * luck * capacity), 0.0)
    usual = ratio(usual, state_total(usual))
    needed = needed_luck(capacity, winning_threshold(winners), persistence)
    winning, losing = _by_luck(needed, usual, spread * persistence)
    lost = _sum(weight for weight, _ in losing)
    shares = _integral(winning, lost)
    # A district without a pathway has no part in the case that no one wins, whether it wins or not.
    absent = np.where(usual > 0.0, 0.0, 1.0 - lost)
    nobody = state_total(np.log(np.maximum(lost + absent, TINY))) > NEGLIGIBLE
    if nobody.any():
        shares = shares + np.where(nobody, _integral(losing, absent), 0.0)
    return ratio(shares, state_total(shares))


def _by_luck(needed: Array, usual: Array, lean: Array | float) -> tuple[Nodes, Nodes]:
    """Weights and claims over the luck of winners and of losers; all weights of a district sum to one.

    A district without a claim neither wins nor loses anything: its weights stay, its claims are zero.
    """
    points, steps = np.polynomial.legendre.leggauss(NODES)
    found: list[Nodes] = []
    for low, high in ((needed, EDGE), (-EDGE, needed)):
        width = high - low
        nodes: Nodes = []
        for point, step in zip(points, steps, strict=True):
            luck = low + width * (0.5 + 0.5 * point)
            nodes.append((width * step * np.exp(-0.5 * luck * luck), usual * np.exp(-lean * luck)))
        found.append(nodes)
    whole = _sum(weight for nodes in found for weight, _ in nodes)
    winning, losing = ([(weight / whole, claim) for weight, claim in nodes] for nodes in found)
    return winning, losing


def _integral(nodes: Nodes, idle: Array) -> Array:
    """The integral of ``expected_shares`` over claims at ``nodes``; with probability ``idle`` a district has none."""
    shares = 0.0 * idle
    for place in range(int((LAST - FIRST) / STEP)):
        at = FIRST + place * STEP
        t = np.exp(at - np.exp(-at))
        weight = STEP * t * (1.0 + np.exp(-at))
        damped = [(share * np.exp(-t * claim), claim) for share, claim in nodes]
        stays = np.maximum(idle + _sum(part for part, _ in damped), TINY)
        falls = _sum(part * claim for part, claim in damped)
        product = state_total(np.log(stays))
        # Run by run, so that a run's number does not depend on the batch that it is in.
        counts = product > NEGLIGIBLE
        if not counts.any():
            break
        shares = shares + np.where(counts, weight * np.exp(product), 0.0) * falls / stays
    return shares


def _sum(parts: Iterable[Array]) -> Array:
    return reduce(np.add, parts)
