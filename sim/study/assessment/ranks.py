"""Simulation-based calibration: does the fit find parameters that are known (Talts and others 2018)?

A draw of the wave is taken for the truth and its statistics, with errors as large as those of the targets, for what was
observed; the fit is made as for the real targets, by an emulator that has not seen the draw. Over many truths the place
of the truth in its posterior must be uniform. Of a parameter of which the statistics say nothing it is so by itself;
the likelihood at the truth is ranked too, which is not (Modrák and others 2023).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import chisquare, kstest

from sim.arrays import Array
from sim.streams import Stream, generator
from sim.study.calibration.emulating import log_likelihood, regression, weighed

POINTS = 4_000
"""Points of the emulator that are weighed for each truth."""

BINS = 10
"""Of a rank histogram."""

LIKELIHOOD = "likelihood at the truth"
"""What is ranked besides the parameters."""

PART = 1
"""Of the stream of a calibration's sample: the truths and their errors."""


@dataclass(frozen=True)
class Ranks:
    """``places`` ``[T, P + 1]``: where truths lie in their posteriors, 0 to 1, parameter by parameter and last the
    likelihood; ``errors`` and ``spreads`` ``[T, P]``: posterior mean less truth, and standard deviation of the
    posterior, both in standard deviations of the prior."""

    names: tuple[str, ...]
    places: Array
    errors: Array
    spreads: Array


@dataclass(frozen=True)
class RankTest:
    """Of one parameter: ``histogram`` ``[BINS]`` of its ranks; p of Kolmogorov and Smirnov and of the chi-square of the
    histogram against uniform; ``bias``: mean error over the mean error that is expected by chance, in its standard
    errors; ``spread``: mean of the posterior's over the prior's; ``width``: the posterior's spread over the root mean
    square of its errors, 1 if it is as sure as it is right, less if it is too sure."""

    name: str
    histogram: Array
    p_smirnov: float
    p_histogram: float
    bias: float
    spread: float
    width: float


def ranks_of_truths(
    z: Array,
    statistics: Array,
    scales: Array,
    names: Sequence[str],
    truths: int,
    seed: int,
    narrowed: float = 1.0,
    of_prior: int | None = None,
) -> Ranks:
    """Ranks of ``truths`` draws of a wave, ``z`` ``[N, P]`` and ``statistics`` ``[N, S]``, fitted with errors of
    ``scales`` ``[S]``. Truths are of the first ``of_prior`` draws (None: of all), which must come from the priors; all
    others go to the emulator. ``narrowed`` below 1 makes each posterior that much too narrow, for tests of the test.

    Raises ValueError if fewer draws than truths would be left to the emulator.
    """
    first = len(z) if of_prior is None else of_prior
    if 2 * truths > first:
        raise ValueError(f"{truths} truths leave too few of {first} draws to the emulator")
    random = generator(seed, Stream.CALIBRATION_SAMPLE, PART)
    order = random.permutation(first)
    chosen, others = order[:truths], np.concatenate([order[truths:], np.arange(first, len(z))])
    emulator = regression(z[others], statistics[others])
    many = z.shape[1]
    found, errors, spreads = np.zeros((truths, many + 1)), np.zeros((truths, many)), np.zeros((truths, many))
    for place, row in enumerate(chosen):
        seen = statistics[row] + scales * random.standard_normal(len(scales))
        points, weights = weighed(emulator, seen, scales, many, seed + place, POINTS)
        drawn = ndtri(points)
        mean = weights @ drawn
        drawn = mean + narrowed * (drawn - mean)
        found[place, :many] = weights @ (drawn < z[row])
        here = log_likelihood(emulator, z[row : row + 1], seen, scales)[0]
        found[place, many] = weights @ (log_likelihood(emulator, drawn, seen, scales) < here)
        errors[place] = mean - z[row]
        spreads[place] = np.sqrt(weights @ (drawn - mean) ** 2)
    return Ranks((*names, LIKELIHOOD), found, errors, spreads)


def rank_tests(ranks: Ranks) -> list[RankTest]:
    """One test for each parameter, and one for the likelihood, of which only the ranks are tested."""
    tests = []
    truths = len(ranks.places)
    for place, name in enumerate(ranks.names):
        u = ranks.places[:, place]
        histogram = np.histogram(np.clip(u, 0.0, 1.0), BINS, (0.0, 1.0))[0].astype(np.float64)
        bias = spread = width = float("nan")
        if place < ranks.errors.shape[1]:
            error, spread = ranks.errors[:, place], float(ranks.spreads[:, place].mean())
            bias = float(error.mean() / (error.std(ddof=1) / np.sqrt(truths)))
            width = float(np.sqrt(np.mean(ranks.spreads[:, place] ** 2) / np.mean(error**2)))
        smirnov, chi = float(kstest(u, "uniform").pvalue), float(chisquare(histogram).pvalue)
        tests.append(RankTest(name, histogram, smirnov, chi, bias, spread, width))
    return tests
