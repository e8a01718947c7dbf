"""What a fit forecasts for each target: as fitted, and with the target's whole case left out of the fit.

A forecast is a sample ``[M, S]`` of parameters and luck: the emulator of all targets at points of the posterior, with
luck of its own. The stated tolerance of a target, one standard deviation of observation and of what the model leaves
out, stands beside it where a forecast is held against the record.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import chi2

from sim.arrays import Array, BoolArray
from sim.streams import Stream, generator
from sim.study.assessment.evidence import Evidence
from sim.study.calibration.emulating import Emulator, log_likelihood, regression, weighed
from sim.study.designs.files import resampled

SAMPLE = 4_000
"""Draws of a forecast."""

BANDS = (0.5, 0.8, 0.9)
"""Central bands whose coverage is counted."""

LUCK = 2
TOLERANCE = 3
"""Parts of the stream of a calibration's sample: the luck of forecasts, and errors of the stated tolerance."""


@dataclass(frozen=True)
class Forecasts:
    """Samples ``[M, S]`` of parameters and luck: from the ``prior`` wave, from the posterior ``as_fitted``, as it was
    ``simulated`` anew, and with each target's case ``left_out``; ``points`` ``[N, P]`` and ``weights`` ``[N]`` are the
    posterior as fitted, ``emulator`` that of all targets."""

    prior: Array
    as_fitted: Array
    simulated: Array
    left_out: Array
    points: Array
    weights: Array
    emulator: Emulator


def forecasts_of(evidence: Evidence, seed: int) -> Forecasts:
    """All forecasts. Targets that the fit holds out are forecast without their case too, where that has others."""
    emulator = regression(evidence.z, evidence.statistics)
    points, weights = posterior_without(evidence, emulator, np.zeros(len(evidence.values), dtype=bool), seed)
    as_fitted = _forecast(emulator, points, weights, seed, 0)
    left_out = np.zeros_like(as_fitted)
    names = np.asarray(evidence.cases)
    for number, case in enumerate(dict.fromkeys(evidence.cases), start=1):
        own = names == case
        found = _forecast(emulator, *posterior_without(evidence, emulator, own, seed), seed, number)
        left_out[:, own] = found[:, own]
    usable = np.isfinite(evidence.simulated).all(axis=1)
    prior, simulated = evidence.statistics[: evidence.of_prior], evidence.simulated[usable]
    return Forecasts(prior, as_fitted, simulated, left_out, points, weights, emulator)


def posterior_without(evidence: Evidence, emulator: Emulator, without: BoolArray, seed: int) -> tuple[Array, Array]:
    """Normal scores ``[N, P]`` and weights ``[N]`` of the posterior by the fitted targets but those ``without``
    ``[S]``."""
    kept = evidence.fitted & ~without
    many = evidence.z.shape[1]
    found, weights = weighed(emulator.of(kept), evidence.values[kept], evidence.scales[kept], many, seed)
    return ndtri(found), weights


def with_tolerance(sample: Array, tolerances: Array, seed: int) -> Array:
    """A forecast with errors of the stated tolerances ``[S]``."""
    return sample + tolerances * generator(seed, Stream.CALIBRATION_SAMPLE, TOLERANCE).standard_normal(sample.shape)


def below(sample: Array, tolerances: Array, values: Array) -> Array:
    """The chance ``[S]`` of a number below the observed ``values``, errors of the tolerances included."""
    found: Array = ndtr((values - sample) / tolerances).mean(axis=0)
    return found


def two_sided(chance: Array) -> Array:
    """Twice the smaller tail: small where the observed number lies far out on either side."""
    found: Array = 2.0 * np.minimum(chance, 1.0 - chance)
    return found


def misfit(
    emulator: Emulator, points: Array, weights: Array, values: Array, scales: Array
) -> tuple[float, float]:  # fmt: skip
    """Of all targets together, at points of the posterior ``[N, P]``: the mean sum of squares of what is missed, in
    deviations of luck and errors and counted once where they go together, and the posterior predictive chance of one as
    large. The sum has as many degrees of freedom as there are targets."""
    squares = -2.0 * log_likelihood(emulator, points, values, scales)
    return float(weights @ squares), float(weights @ chi2.sf(squares, len(values)))


def inside(sample: Array, values: Array, band: float, to: Array | None = None) -> BoolArray:
    """Whether the observed ``values`` ``[S]``, or any part of the ranges from them ``to`` their other ends ``[S]``, lie
    in the central ``band`` of a forecast."""
    low, high = np.quantile(sample, (0.5 - band / 2.0, 0.5 + band / 2.0), axis=0)
    found: BoolArray = (low <= (values if to is None else to)) & (values <= high)
    return found


def _forecast(emulator: Emulator, points: Array, weights: Array, seed: int, part: int) -> Array:
    rows = resampled(weights, SAMPLE, seed)
    root = np.linalg.cholesky(emulator.unexplained + 1e-12 * np.diag(np.diag(emulator.unexplained)))
    random = generator(seed, Stream.CALIBRATION_SAMPLE, LUCK, part)
    found: Array = emulator.at(points[rows]) + random.standard_normal((SAMPLE, len(root))) @ root.T
    return found
