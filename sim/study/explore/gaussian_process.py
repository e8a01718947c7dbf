"""A Gaussian process: a number as a smooth function of a few others, from points at which it is known.

``y(x) = b0 + b x + s^2 k(x, x') + noise``: a linear mean under flat priors, a Matern 5/2 kernel with a length scale for
each input (automatic relevance determination), and a nugget for what the inputs do not explain. Length scales and
nugget maximize the marginal likelihood, in which variance and mean are solved for (Rasmussen and Williams 2006, 2.7 and
5.4; Sacks, Welch, Mitchell and Wynn 1989). It is a page of linear algebra: a package of machine learning would weigh
as much as all others together, and the explorer computes the same numbers in a browser.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from sim.arrays import Array, IntArray

ROOT5 = np.sqrt(5.0)
LOG_LENGTH = (np.log(0.05), np.log(50.0))
"""Bounds of a length scale, where inputs lie between 0 and 1."""
LOG_NUGGET = (np.log(1e-8), np.log(1.0))
"""Bounds of the nugget, as a share of the process's variance."""
JUDGED = 200
"""Points by whose likelihood length scales and nugget are found; the process itself goes through all."""
STARTS = ((1.0, 1e-4),)
"""Length scales and nuggets from which the search begins."""


@dataclass(frozen=True)
class Process:
    """A fitted process: ``lengths`` ``[K]``, ``nugget`` as a share of the variance, ``mean`` ``[1 + K]`` and the
    ``weights`` ``[N]`` of the kernel at each training point."""

    lengths: Array
    nugget: float
    mean: Array
    weights: Array

    def at(self, x: Array, training: Array) -> Array:
        """The expected values at ``x`` ``[M, K]``, given the inputs of the ``training`` points ``[N, K]``: ``[M]``."""
        found: Array = trend(x) @ self.mean + matern(x, training, self.lengths) @ self.weights
        return found


def trend(x: Array) -> Array:
    """One and the inputs, ``[N, 1 + K]``."""
    return np.column_stack([np.ones(len(x)), x])


def matern(x: Array, other: Array, lengths: Array) -> Array:
    """The Matern 5/2 correlation between points, ``[M, N]``."""
    far = ROOT5 * cdist(x / lengths, other / lengths)
    found: Array = (1.0 + far + far**2 / 3.0) * np.exp(-far)
    return found


def fit(x: Array, y: Array) -> Process:
    """The process through points ``x`` ``[N, K]`` between 0 and 1 with values ``y`` ``[N]``.

    Raises ValueError where there are fewer points than twice the terms of the mean.
    """
    if len(x) < 2 * (1 + x.shape[1]):
        raise ValueError(f"{len(x)} points are too few for {x.shape[1]} inputs")
    design = trend(x)
    if np.ptp(y) == 0.0:
        mean = np.zeros(design.shape[1])
        mean[0] = y[0]
        return Process(np.ones(x.shape[1]), 1.0, mean, np.zeros(len(x)))
    few = _few(len(x))
    squares = (x[few, np.newaxis, :] - x[np.newaxis, few, :]) ** 2
    bounds = [LOG_LENGTH] * x.shape[1] + [LOG_NUGGET]
    known = (squares, design[few], y[few])
    found = []
    for length, nugget in STARTS:
        start = np.log([length] * x.shape[1] + [nugget])
        found.append(minimize(_loss, start, known, "L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": 80}))
    best = min(found, key=lambda one: float(one.fun)).x
    # In two digits, which is all that the likelihood tells, the last bits of another processor make no other process.
    found_at = [float(f"{value:.2g}") for value in np.exp(best)]
    lengths, nugget = np.array(found_at[:-1]), found_at[-1]
    mean, weights = solved(matern(x, x, lengths) + nugget * np.eye(len(x)), design, y)
    return Process(lengths, nugget, mean, weights)


def _few(points: int) -> IntArray:
    """Points evenly through the design by which length scales are judged."""
    return np.unique(np.linspace(0, points - 1, min(points, JUDGED)).astype(np.intp))


def solved(covariance: Array, design: Array, y: Array) -> tuple[Array, Array]:
    """Coefficients of the mean by generalized least squares, and the covariance's inverse times what is left."""
    factor = cho_factor(covariance, lower=True)
    inside = cho_solve(factor, design)
    mean = np.linalg.solve(design.T @ inside, inside.T @ y)
    weights: Array = cho_solve(factor, y - design @ mean)
    return mean, weights


def _loss(log: Array, squares: Array, design: Array, y: Array) -> tuple[float, Array]:
    """Minus the profile log likelihood and its gradient in the logarithms of length scales and nugget."""
    inputs, points = squares.shape[2], len(y)
    lengths, nugget = np.exp(log[:-1]), np.exp(log[-1])
    scaled = squares @ (1.0 / lengths**2)
    far = ROOT5 * np.sqrt(scaled)
    decay = np.exp(-far)
    covariance = (1.0 + far + far**2 / 3.0) * decay
    covariance[np.diag_indices(points)] += nugget
    try:
        factor = cho_factor(covariance, lower=True, check_finite=False)
    except np.linalg.LinAlgError:
        return 1e25, np.zeros(log.size)
    inside = cho_solve(factor, design)
    mean = np.linalg.solve(design.T @ inside, inside.T @ y)
    left = y - design @ mean
    weights = cho_solve(factor, left)
    variance = float(left @ weights) / points
    loss = 0.5 * points * np.log(variance) + np.log(np.diag(factor[0])).sum()
    inverse = cho_solve(factor, np.eye(points))
    # d k / d log(length) = 5/3 (1 + far) exp(-far) squares / length^2, and half of the trace of each.
    common = (inverse - np.outer(weights, weights) / variance) * (5.0 / 3.0) * (1.0 + far) * decay
    slopes = 0.5 * np.einsum("ij,ijk->k", common, squares) / lengths**2
    own = 0.5 * nugget * (np.trace(inverse) - weights @ weights / variance)
    return float(loss), np.append(slopes[:inputs], own)
