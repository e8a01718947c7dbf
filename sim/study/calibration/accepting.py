"""Approximate Bayesian computation: rejection by distance, and local-linear regression adjustment.

Beaumont, Zhang and Balding (2002), Approximate Bayesian computation in population genetics, Genetics 162. Each
simulated statistic gets an error of its target's tolerance before it is compared (Wilkinson 2013), so that the
posterior allows for errors of observation and of the model.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from sim.arrays import Array, IntArray
from sim.streams import Stream, generator

ERRORS_PER_DRAW = 20
"""Errors that each simulated draw meets. A simulation is dear and an error is free: with one error for each draw the
means of the posterior moved by a third of a prior standard deviation from seed to seed, with twenty by a tenth."""


@dataclass(frozen=True)
class Accepted:
    """The nearest draws. ``rows`` ``[n]`` among all draws, nearest first; ``weights`` ``[n]`` of the Epanechnikov
    kernel, summing to 1; ``apart`` ``[n, S]`` is how far each statistic, with its error, lies from its target, in
    tolerances; ``bandwidth`` the distance of the first draw that is not kept; ``finite`` how many draws could be
    compared."""

    rows: IntArray
    weights: Array
    discrepancy: Array
    bandwidth: float
    finite: int

    @property
    def effective(self) -> float:
        """The number of equally weighted draws that are worth as much."""
        return float(1.0 / np.sum(self.weights**2))


def fitted(
    points: Array, statistics: Array, targets: Array, scales: Array, share: float, seed: int
) -> tuple[Accepted, Array]:
    """The nearest ``share`` of all pairs of a draw and an error, and their adjusted places in the priors ``[n, P]``.

    ``points`` ``[N, P]`` are the draws' places in their priors, ``statistics`` ``[N, S]`` what they gave; pair ``i`` is
    of draw ``i`` modulo N.
    """
    many = np.tile(statistics, (ERRORS_PER_DRAW, 1))
    accepted = accept(many, targets, scales, share, errors(seed, *many.shape))
    return accepted, adjusted(np.tile(points, (ERRORS_PER_DRAW, 1)), accepted)


def shift_error(points: Array, statistics: Array, targets: Array, scales: Array, share: float, seed: int) -> float:
    """How far the posterior's means may be off for want of draws, in standard deviations of the prior's quantiles:
    half the difference between the even and the odd draws, root mean square over parameters."""
    means = []
    for first in (0, 1):
        rows = slice(first, None, 2)
        accepted, moved = fitted(points[rows], statistics[rows], targets, scales, share, seed + first)
        means.append(accepted.weights @ moved)
    return float(np.sqrt(np.mean((means[0] - means[1]) ** 2)) / 2.0 * np.sqrt(12.0))


def errors(seed: int, draws: int, statistics: int) -> Array:
    """A standard normal error for each draw and statistic, ``[N, S]``."""
    return generator(seed, Stream.CALIBRATION_ERRORS).standard_normal((draws, statistics))


def accept(statistics: Array, targets: Array, scales: Array, share: float, noise: Array) -> Accepted:
    """Keep the ``share`` of draws whose statistics ``[N, S]``, with ``noise`` in units of ``scales`` ``[S]`` added, are
    nearest to the targets ``[S]``: root mean square of the differences in scales.

    Draws with a statistic that is not finite are never kept. Raises ValueError if too few are left.
    """
    discrepancy = (statistics - targets) / scales + noise
    finite = np.all(np.isfinite(discrepancy), axis=1)
    distance = np.full(len(discrepancy), np.inf)
    distance[finite] = np.sqrt(np.mean(discrepancy[finite] ** 2, axis=1))
    usable = int(finite.sum())
    wanted = int(np.ceil(share * usable))
    if wanted < fewest(len(targets)):
        raise ValueError(f"{wanted} draws are too few for a regression on {len(targets)} statistics")
    order = np.argsort(distance, kind="stable")
    rows = order[:wanted]
    bandwidth = float(distance[order[wanted]]) if wanted < usable else float(distance[rows[-1]]) * (1.0 + 1e-9)
    kernel = 1.0 - (distance[rows] / bandwidth) ** 2
    return Accepted(rows, kernel / kernel.sum(), discrepancy[rows], bandwidth, usable)


def fewest(statistics: int) -> int:
    """Draws without which the regression is not made: four for each coefficient."""
    return 4 * (statistics + 1)


def adjusted(points: Array, accepted: Accepted) -> Array:
    """The accepted draws' places in their priors ``[n, P]`` (in 0 to 1) moved along a weighted linear regression of
    their logits on the statistics to where the statistics equal the targets."""
    places = logit(points[accepted.rows])
    design = np.column_stack([np.ones(len(accepted.rows)), accepted.discrepancy])
    root = np.sqrt(accepted.weights)[:, None]
    slopes = np.linalg.lstsq(root * design, root * places, rcond=None)[0]
    moved: Array = expit(places - accepted.discrepancy @ slopes[1:])
    return moved
