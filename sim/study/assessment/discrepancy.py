"""What the model misses beyond parameters and luck, by kind of outcome, from cases that were left out.

Of kind k the logarithm of the observed over the forecast number is normal about zero with the variance of the forecast,
parameters and luck, and ``sigma`` squared. Targets of one case and kind count together as one observation, since what
made the model miss one made it miss the others. Kinds with few cases lean on all: the prior of sigma is lognormal about
the sigma that all kinds have together. The observed number's own error is part of it, as the record does not tell them
apart, so that it is rather too large.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtri

from sim.arrays import Array, BoolArray
from sim.results.discrepancy import ALL_KINDS, CarriedDiscrepancy, Spread
from sim.streams import Stream, generator

GRID = np.exp(np.linspace(np.log(0.005), np.log(2.0), 400))
"""Values of sigma that are weighed, log points."""

LEAN = 0.7
"""Standard deviation of the logarithm of a kind's sigma about that of all: a factor of two."""


NINETY = float(ndtri(0.95))

PART = 4
"""Of the stream of a calibration's sample: the discrepancy of forecasts."""


@dataclass(frozen=True)
class Discrepancy:
    """Of a kind of outcome: median and 90% of ``sigma``, log points, that a forecast's median may be off; from how many
    targets and cases; ``bias``: mean over cases of the logarithm of observed over forecast."""

    kind: str
    sigma: float
    low: float
    high: float
    bias: float
    targets: int
    cases: int

    @property
    def spread(self) -> Spread:
        """As it is stored."""
        digits = {name: float(f"{getattr(self, name):.4g}") for name in ("sigma", "low", "high")}
        return Spread(**digits, cases=max(self.cases, 1))

    @property
    def factors(self) -> tuple[float, float]:
        """Between which the discrepancy alone, at its median, leaves 90% of outcomes."""
        far = float(np.exp(NINETY * self.sigma))
        return 1.0 / far, far


def log_misses(sample: Array, values: Array) -> tuple[Array, Array]:
    """The logarithm of observed over forecast mean, and the variance of the forecast in logarithms, both ``[S]``. Not a
    number where either number is not positive."""
    mean = sample.mean(axis=0)
    both = (mean > 0) & (values > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        missed = np.where(both, np.log(values / mean), np.nan)
        variance = np.where(both, sample.var(axis=0) / mean**2, np.nan)
    return missed, variance


def discrepancies(sample: Array, values: Array, kinds: Sequence[str], cases: Sequence[str]) -> list[Discrepancy]:
    """One for each kind, in the order of their first target, from forecasts ``[M, S]`` made without each one's case."""
    missed, variance = log_misses(sample, values)
    known = np.isfinite(missed)
    pooled = _pooled(missed, variance, kinds, cases, known)
    found = []
    for kind in dict.fromkeys(kinds):
        own = (np.asarray(kinds) == kind) & known
        weight = _posterior(missed, variance, kinds, cases, own, pooled)
        low, middle, high = np.interp((0.05, 0.5, 0.95), np.cumsum(weight), GRID)
        own_cases = np.asarray(cases)[own]
        means = [missed[own][own_cases == case].mean() for case in np.unique(own_cases)]
        found.append(
            Discrepancy(kind, float(middle), float(low), float(high), float(np.mean(means)), int(own.sum()), len(means))
        )
    return found


def of_another_kind(sample: Array, values: Array, kinds: Sequence[str], cases: Sequence[str]) -> Discrepancy:
    """What a kind of outcome may have that no target belongs to: lognormal about the sigma of all kinds together."""
    missed, variance = log_misses(sample, values)
    known = np.isfinite(missed)
    middle = _pooled(missed, variance, kinds, cases, known)
    far = float(np.exp(NINETY * LEAN))
    means = [missed[known & (np.asarray(cases) == case)].mean() for case in np.unique(np.asarray(cases)[known])]
    return Discrepancy(
        ALL_KINDS, middle, middle / far, middle * far, float(np.mean(means)), int(known.sum()), len(means)
    )


def carried(
    kinds: Sequence[Discrepancy], others: Discrepancy, response: Discrepancy, years: float
) -> CarriedDiscrepancy:
    """What the intervals of other studies carry."""
    levels = {row.kind: row.spread for row in (*kinds, others)}
    return CarriedDiscrepancy(levels=levels, response=response.spread, years=float(f"{years:.3g}"))


def sigma_from_others(sample: Array, values: Array, kinds: Sequence[str], cases: Sequence[str]) -> Array:
    """The chance of every sigma of the ``GRID`` for each target's kind ``[S, G]``, as all cases but its own tell it:
    what a study of a case that is not yet known could have carried."""
    return sigma_told(sample, values, kinds, cases, [(kind, (case,)) for kind, case in zip(kinds, cases, strict=True)])


def sigma_told(
    sample: Array,
    values: Array,
    kinds: Sequence[str],
    cases: Sequence[str],
    wanted: Sequence[tuple[str, tuple[str, ...]]],
) -> Array:
    """The chance of every sigma of the ``GRID`` ``[N, G]`` for each ``wanted`` kind of outcome, as all cases tell it
    but those that are named beside it. Where none of them has the kind, it is lognormal about the sigma that all kinds
    have together."""
    missed, variance = log_misses(sample, values)
    known = np.isfinite(missed)
    names, sorts = np.asarray(cases), np.asarray(kinds)
    found: dict[tuple[str, tuple[str, ...]], Array] = {}
    pooled: dict[tuple[str, ...], float] = {}
    for kind, without in dict.fromkeys(wanted):
        others = known & ~np.isin(names, without)
        if without not in pooled:
            pooled[without] = _pooled(missed, variance, kinds, cases, others)
        found[kind, without] = _posterior(missed, variance, kinds, cases, others & (sorts == kind), pooled[without])
    return np.array([found[each] for each in wanted])


def with_discrepancy(sample: Array, chance: Array, seed: int) -> Array:
    """A forecast ``[M, S]`` with a discrepancy: each draw times a factor with a median of one, whose sigma is drawn by
    its ``chance`` ``[S, G]``, so that what is not known of sigma is in the forecast too."""
    random = generator(seed, Stream.CALIBRATION_SAMPLE, PART)
    levels = np.cumsum(chance, axis=1)
    found = np.zeros_like(sample)
    for place in range(sample.shape[1]):
        drawn = np.searchsorted(levels[place], random.random(len(sample)) * levels[place, -1])
        found[:, place] = sample[:, place] * np.exp(GRID[drawn] * random.standard_normal(len(sample)))
    return found


def _log_likelihood(
    missed: Array, variance: Array, kinds: Sequence[str], cases: Sequence[str], own: BoolArray
) -> Array:
    """Of every sigma of the grid; each case of a kind counts once, however many targets it has."""
    total = np.zeros_like(GRID)
    labels = np.array([f"{kind}/{case}" for kind, case in zip(kinds, cases, strict=True)])
    for label in np.unique(labels[own]):
        rows = own & (labels == label)
        spread = variance[rows, np.newaxis] + GRID**2
        total += np.mean(-0.5 * (np.log(spread) + missed[rows, np.newaxis] ** 2 / spread), axis=0)
    return total


def _pooled(missed: Array, variance: Array, kinds: Sequence[str], cases: Sequence[str], own: BoolArray) -> float:
    return float(GRID[np.argmax(_log_likelihood(missed, variance, kinds, cases, own))])


def _posterior(
    missed: Array, variance: Array, kinds: Sequence[str], cases: Sequence[str], own: BoolArray, pooled: float
) -> Array:
    prior = -0.5 * (np.log(GRID / pooled) / LEAN) ** 2
    log_weight = prior + _log_likelihood(missed, variance, kinds, cases, own)
    found: Array = np.exp(log_weight - logsumexp(log_weight))
    return found
