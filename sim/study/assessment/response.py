"""How far the size of a change is missed: what happened over what was forecast, from cases that were left out.

A law's effect is the distance of an outcome from what it would be if nothing changed. The observed effect is the
forecast one times a lognormal factor of mean one, which is what intervals carry, beside the forecast's own variance
and the stated tolerance of the record. All kinds of outcome are taken together, as changes are on record in few cases;
targets of one case count as one.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp, ndtri

from sim.arrays import Array
from sim.streams import Stream, generator
from sim.study.assessment.discrepancy import Discrepancy

GRID = np.exp(np.linspace(np.log(0.02), np.log(3.0), 200))
"""Standard deviations of the factor's logarithm that are weighed."""

USUAL, USUAL_SPREAD = 0.5, 0.7
"""Prior of that deviation, lognormal (a judgement): an effect forecast within two thirds and one and a half times, give
or take a factor of two."""

NODES = 41
"""Points over which the factor is summed up."""

RESPONSE = "size of a response"

PART = 5
"""Of the stream of a calibration's sample: factors of responses."""


def response_spread(
    sample: Array, values: Array, unchanged: Array, tolerances: Array, cases: Sequence[str]
) -> Discrepancy:
    """From forecasts ``[M, S]`` made without each one's case. Targets without an ``unchanged`` value have no change."""
    changed = np.isfinite(unchanged)
    forecast, observed = sample.mean(axis=0) - unchanged, values - unchanged
    variance = sample.var(axis=0) + tolerances**2
    chance = _log_likelihood(forecast[changed], observed[changed], variance[changed])
    names = np.asarray(cases)[changed]
    total = -0.5 * (np.log(GRID / USUAL) / USUAL_SPREAD) ** 2
    for case in np.unique(names):
        total = total + chance[names == case].mean(axis=0)
    weight = np.exp(total - logsumexp(total))
    low, middle, high = np.interp((0.05, 0.5, 0.95), np.cumsum(weight), GRID)
    # What is forecast to change by less than its error has no size to be missed by.
    sized = np.abs(forecast) > np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(sized, np.log(observed / np.where(sized, forecast, 1.0)), np.nan)[changed]
    told = [np.mean(own) for case in np.unique(names) if len(own := apart[(names == case) & np.isfinite(apart)])]
    bias = float(np.mean(told)) if told else float("nan")
    return Discrepancy(
        RESPONSE, float(middle), float(low), float(high), bias, int(changed.sum()), len(np.unique(names))
    )


def with_response(sample: Array, unchanged: Array, spread: Discrepancy, seed: int) -> Array:
    """A forecast ``[M, S]`` whose distance from what it would be if nothing changed is larger or smaller by a factor,
    the same for all of a draw, with a mean of one; what has no ``unchanged`` value ``[S]`` stays as it is."""
    wide = spread.spread.predictive
    random = generator(seed, Stream.CALIBRATION_SAMPLE, PART)
    factor = np.exp(wide * random.standard_normal((len(sample), 1)) - 0.5 * wide**2)
    found: Array = np.where(np.isfinite(unchanged), unchanged + factor * (sample - unchanged), sample)
    return found


def _log_likelihood(forecast: Array, observed: Array, variance: Array) -> Array:
    """Of every deviation of the ``GRID``, ``[S, G]``."""
    scores = ndtri((np.arange(NODES) + 0.5) / NODES)
    factor = np.exp(GRID[:, np.newaxis] * scores - 0.5 * GRID[:, np.newaxis] ** 2)
    apart = observed[:, np.newaxis, np.newaxis] - forecast[:, np.newaxis, np.newaxis] * factor
    spread = variance[:, np.newaxis, np.newaxis]
    found: Array = logsumexp(-0.5 * (apart**2 / spread + np.log(spread)), axis=2) - np.log(NODES)
    return found
