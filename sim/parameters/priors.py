"""From a point of the unit cube to parameter values: the inverse distribution functions of the priors."""

import numpy as np
from scipy.special import ndtri

from sim.arrays import Array
from sim.parameters.catalogue import Prior

P90_OF_STANDARD_NORMAL = float(ndtri(0.9))


def quantile(prior: Prior, center: float, probability: Array) -> Array:
    """The value below which the prior holds ``probability`` of its mass.

    ``center`` is the peak of a triangular and the median of a lognormal prior. A lognormal keeps low and high as its
    10th and 90th percentiles even where they lie unevenly about the median, by a scale for each half.
    """
    if prior.distribution == "fixed" or prior.low is None or prior.high is None:
        return np.full_like(probability, center)
    if prior.distribution == "uniform":
        return prior.low + probability * (prior.high - prior.low)
    if prior.distribution == "triangular":
        return _triangular(prior.low, center, prior.high, probability)
    return split_lognormal(prior.low, center, prior.high, probability)


def split_lognormal(low: float | Array, median: float | Array, high: float | Array, probability: Array) -> Array:
    """A lognormal quantile with its own scale below and above the median; low and high are P10 and P90."""
    z = ndtri(probability) / P90_OF_STANDARD_NORMAL
    scale = np.where(z < 0, np.log(np.divide(median, low)), np.log(np.divide(high, median)))
    result: Array = median * np.exp(z * scale)
    return result


def _triangular(low: float, peak: float, high: float, probability: Array) -> Array:
    width = high - low
    turn = (peak - low) / width
    rising = low + np.sqrt(probability * width * (peak - low))
    falling = high - np.sqrt((1 - probability) * width * (high - peak))
    result: Array = np.where(probability < turn, rising, falling)
    return result
