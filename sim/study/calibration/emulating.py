"""The posterior by exact weights on an emulator of the statistics.

Errors of targets are normal with known scales, so the likelihood of a draw is known exactly once its statistics are.
Of thousands of draws from the priors few come near all targets at once; a regression of the statistics on the
parameters carries what the others say (Sacks, Welch, Mitchell and Wynn 1989; Kennedy and O'Hagan 2001). What it leaves
unexplained, the luck of a run and the parameters that are not fitted, is a normal error beside that of the targets.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp, ndtr, ndtri

from sim.arrays import Array, BoolArray
from sim.streams import Stream, generator

SAMPLE = 20_000
"""Points of the emulator that are weighed; it costs nothing to ask."""

ROUNDS = 4
"""How often the points are drawn anew, each time from mean and covariance of those weighed before."""

WIDER = 1.1
"""Variance of the drawn points over that of the posterior, so that its tails are covered."""

DRAWS_PER_TERM = 4
"""Draws for each coefficient of the regression, without which it is not made."""


@dataclass(frozen=True)
class Emulator:
    """The statistics as functions of the parameters' places in their priors, as standard normals ``z`` ``[N, P]``:
    ``coefficients`` ``[1 + 2 P, S]`` of one, z and z squared; ``unexplained`` ``[S, S]`` the covariance of what is
    left; ``explained`` ``[S]`` the share of variance that is not."""

    coefficients: Array
    unexplained: Array
    explained: Array

    def at(self, z: Array) -> Array:
        """The statistics to be expected at places, ``[N, S]``."""
        found: Array = terms(z) @ self.coefficients
        return found

    def of(self, chosen: BoolArray) -> "Emulator":
        """The emulator of some of the statistics, ``chosen`` ``[S]``."""
        unexplained = self.unexplained[np.ix_(chosen, chosen)]
        return Emulator(self.coefficients[:, chosen], unexplained, self.explained[chosen])


@dataclass(frozen=True)
class Fit:
    """A posterior: ``places`` ``[N, P]`` in the priors (0 to 1) with ``weights`` ``[N]`` that sum to 1, and the
    ``emulator`` that weighed them; ``exact``: effective number of the simulated draws weighed without it; ``finite``:
    how many of them could be compared."""

    places: Array
    weights: Array
    emulator: Emulator
    exact: float
    finite: int

    @property
    def effective(self) -> float:
        """The number of equally weighted points that are worth as much as the weighted ones."""
        return effective(self.weights)

    @property
    def mean(self) -> Array:
        """The posterior's means in standard deviations of the priors' normal places, ``[P]``."""
        found: Array = self.weights @ ndtri(self.places)
        return found


def fitted(
    points: Array, statistics: Array, targets: Array, scales: Array, seed: int, log_drawn: Array | None = None
) -> Fit:
    """The posterior of draws at ``points`` ``[N, P]`` in their priors that gave ``statistics`` ``[N, S]``.

    ``log_drawn`` ``[N]``: the logarithm of the density that the points were drawn from over that of the priors; None:
    they are drawn from the priors. The emulator does not ask where its points come from, the exact weights do. Draws
    with a statistic that is not finite are left out. Raises ValueError if too few remain.
    """
    usable = np.all(np.isfinite(statistics), axis=1)
    if usable.sum() < (least := fewest(points.shape[1])):
        raise ValueError(f"{usable.sum()} draws are too few to fit {points.shape[1]} parameters; at least {least}")
    emulator = regression(ndtri(points[usable]), statistics[usable])
    places, weights = weighed(emulator, targets, scales, points.shape[1], seed)
    log_weights = -0.5 * np.sum(((statistics[usable] - targets) / scales) ** 2, axis=1)
    exact = effective(normalized(log_weights if log_drawn is None else log_weights - log_drawn[usable]))
    return Fit(places, weights, emulator, exact, int(usable.sum()))


def shift_error(
    points: Array, statistics: Array, targets: Array, scales: Array, seed: int, log_drawn: Array | None = None
) -> float:
    """How far the posterior's means may be off for want of draws, in standard deviations of the prior: half the
    difference between fits to the even and to the odd draws, root mean square over parameters."""
    drawn = np.zeros(len(points)) if log_drawn is None else log_drawn
    even, odd = (
        fitted(points[first::2], statistics[first::2], targets, scales, seed + first, drawn[first::2]).mean
        for first in (0, 1)
    )
    return float(np.sqrt(np.mean((even - odd) ** 2)) / 2.0)


def fewest(parameters: int) -> int:
    """Draws without which the regression on so many parameters is not made."""
    return DRAWS_PER_TERM * (1 + 2 * parameters)


def terms(z: Array) -> Array:
    """One, the places and their squares less one, ``[N, 1 + 2 P]``."""
    return np.column_stack([np.ones(len(z)), z, z * z - 1.0])


def regression(z: Array, statistics: Array) -> Emulator:
    """Least squares of the statistics on the terms of the places."""
    design = terms(z)
    coefficients = np.asarray(np.linalg.lstsq(design, statistics, rcond=None)[0], dtype=np.float64)
    left = statistics - design @ coefficients
    free = max(len(z) - design.shape[1], 1)
    unexplained = left.T @ left / free
    variance = statistics.var(axis=0)
    varies: BoolArray = variance > 0
    explained = np.where(varies, 1.0 - np.diag(unexplained) / np.where(varies, variance, 1.0), 0.0)
    return Emulator(coefficients, unexplained, np.maximum(explained, 0.0))


@dataclass(frozen=True)
class Importance:
    """Points drawn for a posterior: normal scores ``z`` ``[N, P]`` of their places in the priors, and the logarithm of
    prior times likelihood over the density that they were drawn with, ``log_weights`` ``[N]`` and ``constant``, which
    all share, together."""

    z: Array
    log_weights: Array
    constant: float


@dataclass(frozen=True)
class LogEvidence:
    """The logarithm of the probability density of all targets together before any fit, ``value``, in the targets' own
    units, so that only differences between models of the same targets mean something; the standard ``error`` of the
    sampling; ``effective``: how many equally weighted points the estimate is worth."""

    value: float
    error: float
    effective: float


def weighed(
    emulator: Emulator, targets: Array, scales: Array, parameters: int, seed: int, sample: int = SAMPLE
) -> tuple[Array, Array]:
    """``sample`` points of the posterior in the priors' places ``[N, P]`` and their weights ``[N]``, which sum to 1."""
    found = importance(emulator, targets, scales, parameters, seed, sample)
    # A place stored as 0 or 1 would be an end of a prior that has none.
    return np.clip(ndtr(found.z), 2.0**-33, 1.0 - 2.0**-33), normalized(found.log_weights)


def log_evidence(
    emulator: Emulator, targets: Array, scales: Array, parameters: int, seed: int, sample: int = SAMPLE
) -> LogEvidence:
    """The log of the integral of likelihood times prior (the marginal likelihood), by importance sampling."""
    found = importance(emulator, targets, scales, parameters, seed, sample)
    weights = normalized(found.log_weights)
    value = float(logsumexp(found.log_weights)) - np.log(sample) + found.constant
    # Relative variance of the mean of the weights, which is that of its logarithm where it is small.
    error = np.sqrt(max(np.sum(weights**2) - 1.0 / sample, 0.0))
    return LogEvidence(float(value), float(error), effective(weights))


def importance(
    emulator: Emulator, targets: Array, scales: Array, parameters: int, seed: int, sample: int = SAMPLE
) -> Importance:
    """``sample`` points, weighed.

    Importance sampling: points are drawn from a normal distribution, at first that of the posterior were the emulator
    linear, and weighed by prior times likelihood over their density; then anew from the mean and covariance of those.
    """
    random = generator(seed, Stream.CALIBRATION_SAMPLE)
    error = np.linalg.cholesky(emulator.unexplained + np.diag(scales**2))
    slopes = solve_triangular(error, emulator.coefficients[1 : 1 + parameters].T, lower=True)
    gap = solve_triangular(error, targets - emulator.coefficients[0], lower=True)
    covariance = np.linalg.inv(np.eye(parameters) + slopes.T @ slopes)
    mean = covariance @ slopes.T @ gap
    for _ in range(ROUNDS):
        root = np.linalg.cholesky(WIDER * covariance)
        standard = random.standard_normal((sample, parameters))
        z = mean + standard @ root.T
        apart = solve_triangular(error, (targets - emulator.at(z)).T, lower=True)
        density = -0.5 * (np.sum(apart**2, axis=0) + np.sum(z**2, axis=1) - np.sum(standard**2, axis=1))
        weights = normalized(density)
        mean = weights @ z
        # Where few points carry the weight their covariance is too narrow: keep as much of the last as they lack.
        trust = min(effective(weights) / (20.0 * parameters), 1.0)
        around = (z - mean) * weights[:, np.newaxis]
        covariance = trust * (around.T @ (z - mean)) + (1.0 - trust) * covariance
    # The prior and the density of the points are standard normals but for the latter's root.
    constant = np.log(np.diag(root)).sum() - np.log(np.diag(error)).sum() - 0.5 * len(targets) * np.log(2.0 * np.pi)
    return Importance(z, density, float(constant))


def log_likelihood(emulator: Emulator, z: Array, seen: Array, scales: Array) -> Array:
    """Up to a constant, ``[N]``: that of what was ``seen`` at places ``z`` by an emulator and errors of ``scales``."""
    error = np.linalg.cholesky(emulator.unexplained + np.diag(scales**2))
    apart = solve_triangular(error, (seen - emulator.at(z)).T, lower=True)
    found: Array = -0.5 * np.sum(apart**2, axis=0)
    return found


def normalized(log_weights: Array) -> Array:
    """Weights that sum to 1 from their logarithms."""
    found: Array = np.exp(log_weights - logsumexp(log_weights))
    return found


def effective(weights: Array) -> float:
    """The number of equally weighted draws that are worth as much as these, whose weights sum to 1."""
    return float(1.0 / np.sum(weights**2))
