"""Scores of forecasts that are samples or normal distributions, and means over cases with an interval."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import t as student

from sim.arrays import Array

LEVEL = 0.9
"""Of every interval over cases."""


class Interval(NamedTuple):
    """A number, its interval over cases, and of how many cases. The ends are not a number for fewer than two."""

    value: float
    low: float
    high: float
    cases: int


def crps_of_sample(sample: Array, observed: Array) -> Array:
    """Continuous ranked probability score of samples ``[M, S]`` at what was ``observed`` ``[S]``, in its units: the
    mean distance from it less half the mean distance of two draws (Gneiting and Raftery 2007). Less is better; of one
    draw it is the absolute error."""
    draws = len(sample)
    ordered = np.sort(sample, axis=0)
    rank = (2.0 * np.arange(1, draws + 1) - draws - 1.0)[:, np.newaxis]
    apart = np.sum(rank * ordered, axis=0) / draws**2
    found: Array = np.mean(np.abs(sample - observed), axis=0) - apart
    return found


def crps_of_normal(mean: Array, deviation: Array, observed: Array) -> Array:
    """The same of normal distributions, in closed form; with no deviation the absolute error."""
    away = np.abs(observed - mean)
    z = np.divide(away, deviation, out=np.full_like(away, np.inf), where=deviation > 0)
    height = np.exp(-0.5 * np.minimum(z, 1e6) ** 2) / np.sqrt(2.0 * np.pi)
    spread = deviation * (2.0 * height - 1.0 / np.sqrt(np.pi))
    found: Array = np.where(np.isinf(z), away, away * (2.0 * ndtr(z) - 1.0) + spread)
    return found


def log_error(predicted: Array, observed: Array) -> Array:
    """The distance of two positive numbers in log points; not a number where either is not positive."""
    both = (predicted > 0) & (observed > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(both, np.abs(np.log(predicted / observed)), np.nan)
    return found


def over_cases(values: Array, cases: Sequence[str]) -> Interval:
    """The mean over cases of their mean ``values`` ``[S]``, with Student's interval over cases. What is not a number
    is left out."""
    means = case_means(values, cases)
    return _student(float(means.mean()) if len(means) else np.nan, means)


def skill_over_cases(score: Array, reference: Array, cases: Sequence[str]) -> Interval:
    """One less the ratio of two mean scores, each a mean over cases; above zero the first is the better.

    The interval is Student's over cases of the ratio's linear part (the delta method); it ends at one, which no skill
    exceeds.
    """
    both = np.isfinite(score) & np.isfinite(reference)
    own = case_means(np.where(both, score, np.nan), cases)
    other = case_means(np.where(both, reference, np.nan), cases)
    if not len(own):
        return Interval(np.nan, np.nan, np.nan, 0)
    skill = 1.0 - own.mean() / other.mean()
    found = _student(float(skill), skill + ((1.0 - skill) * other - own) / other.mean())
    return found._replace(high=min(found.high, 1.0))


def slope_over_cases(predicted: Array, observed: Array, cases: Sequence[str]) -> Interval:
    """How much of an observed change is predicted: the slope through the origin over all targets, with the interval of
    the jackknife over cases."""
    names = np.asarray(cases)
    kinds = np.unique(names)

    def slope(kept: Array) -> float:
        changed = float(np.sum(observed[kept] ** 2))
        return float(np.sum(predicted[kept] * observed[kept])) / changed if changed > 0 else float("nan")

    whole = slope(np.ones(len(names), dtype=bool))
    if len(kinds) < 2:
        return Interval(whole, np.nan, np.nan, len(kinds))
    pseudo = np.array([len(kinds) * whole - (len(kinds) - 1) * slope(names != kind) for kind in kinds])
    return _student(whole, pseudo)


def case_means(values: Array, cases: Sequence[str]) -> Array:
    """The mean of each case that has a number, in the order of names."""
    names = np.asarray(cases)
    known = np.isfinite(values)
    return np.array([values[known & (names == name)].mean() for name in np.unique(names[known])])


def _student(value: float, each: Array) -> Interval:
    many = len(each)
    if many < 2:
        return Interval(value, np.nan, np.nan, many)
    half = float(student.ppf(0.5 + LEVEL / 2.0, many - 1) * each.std(ddof=1) / np.sqrt(many))
    return Interval(value, value - half, value + half, many)
