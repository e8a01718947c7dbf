"""The rule by which a probe is judged, written down once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import Array, ratio
from sim.study.probes.schema import Check, Probe

Standing = Literal["holds", "within twice", "fails", "cannot be told", "shown"]
Verdict = Literal["holds", "within twice", "holds in part", "not yet", "fails"]

BAND = (5.0, 95.0)
"""The central 90% of draws."""

RULE = (
    "Every number is taken draw by draw against the placebo of the same draw, which is current law in the same world "
    "unless another run is named; judged is the median over draws (or the mean, where it is said), and shown with it "
    "the central 90% of draws. A check holds if that lies in its range; a probe holds if all its checks do."
)

Series = Mapping[str, Array]
"""A measure of each run by its name, ``[R, T]``, the base year first."""


@dataclass(frozen=True)
class Judgement:
    """A check and its number: ``value`` (median or mean over draws) and the band ``low`` to ``high``, in the ``years``
    that it was taken in; ``path``: the median by year after the base year, NaN where it is not defined."""

    check: Check
    years: tuple[int, ...]
    value: float
    low: float
    high: float
    standing: Standing
    passes: bool
    expected: bool
    path: Array


@dataclass(frozen=True)
class Finding:
    """A probe, its judgements in order and its verdict."""

    probe: Probe
    judgements: tuple[Judgement, ...]

    @property
    def verdict(self) -> Verdict:
        """What the checks say together."""
        judged = [judgement for judgement in self.judgements if judgement.standing != "shown"]
        failing = [judgement for judgement in judged if not judgement.passes]
        if any(judgement.expected for judgement in failing):
            return "fails"
        if failing:
            return "not yet" if len(failing) == len(judged) else "holds in part"
        return "within twice" if any(one.standing == "within twice" for one in judged) else "holds"


def net(check: Check, series: Series, years: tuple[int, ...]) -> Array:
    """The number of a check in each draw, ``[R]``, from the mean of its measure over ``years``."""

    def of(run: str) -> Array:
        values = series[run]
        taken: Array = values[:, list(years)].mean(axis=1)
        return taken if check.since is None else ratio(taken, values[:, check.since], np.nan)

    own = of(check.of)
    if check.compare == "level":
        return own
    against = of(check.against)
    if check.compare == "difference":
        return own - against
    if check.compare == "ratio":
        return ratio(own, against, np.nan)
    assert check.gain is not None
    gained = of(check.gain) - against
    share: Array = np.where(gained != 0.0, (own - against) / np.where(gained != 0.0, gained, 1.0), np.nan)
    return share


def judge(probe: Probe, check: Check, series: Series) -> Judgement:
    """Hold a check's number against its range; with ``each``, that of the year which lies worst."""
    spans = [(year,) for year in check.years] if check.each else [check.years]
    found = [(years, *_told(check, net(check, series, years))) for years in spans]
    years, value, low, high = max(found, key=lambda one: _outside(check, one[1]))
    standing = _standing(check, value)
    expected = probe.expected_of(check)
    longest = min(series[name].shape[1] for name in check.named)
    path = [_told(check, net(check, series, (year,)))[0] for year in range(1, longest)]
    return Judgement(
        check=check,
        years=years,
        value=value,
        low=low,
        high=high,
        standing=standing,
        passes=standing == "holds" or (standing == "within twice" and expected == "within_twice"),
        expected=expected != "not_yet",
        path=np.array(path),
    )


def _told(check: Check, draws: Array) -> tuple[float, float, float]:
    """The judged number and the band over draws in which it is defined."""
    defined = draws[np.isfinite(draws)]
    if defined.size == 0:
        return float("nan"), float("nan"), float("nan")
    low, high = np.percentile(defined, BAND)
    middle = np.median(defined) if check.judged == "median" else np.mean(defined)
    return float(middle), float(low), float(high)


def _outside(check: Check, value: float) -> float:
    """How far a number lies outside of the range, below 0 within it; a number that is not defined lies worst."""
    if np.isnan(value):
        return float("inf")
    if check.bounds is None:
        return 0.0
    low, high = check.bounds
    return max(low - value, value - high)


def _standing(check: Check, value: float) -> Standing:
    if check.bounds is None:
        return "shown"
    if np.isnan(value):
        return "cannot be told"
    if _outside(check, value) <= 0.0:
        return "holds"
    wider = check.range_at(2.0)
    assert wider is not None
    return "within twice" if check.near is not None and wider[0] <= value <= wider[1] else "fails"
