"""How far an emulator is from the simulation at points that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.study.explore.predicting import COST, HIGH, LOW, MOVED, OWED, SHOWN, Explorer, spans

GOALS: Mapping[str, float] = {**dict.fromkeys(SHOWN, 0.02), COST: 0.03, OWED: 0.03, MOVED: 0.03}
"""What 95% of fresh points are to lie within, as a share of the level."""
NONE_BEYOND = 0.10
EACH_YEAR = "each year"
NUMBERS = ("mean", "low", "high")


@dataclass(frozen=True)
class Error:
    """The error of one number of an outcome over fresh points, as shares of the level: median, 95th percentile, and the
    largest. ``span``: of a mean of several years, or of each year."""

    outcome: str
    span: str
    number: str
    median: float
    p95: float
    most: float

    @property
    def reached(self) -> bool:
        """Whether it is as small as was wanted."""
        return self.p95 <= GOALS.get(self.outcome, np.inf) and self.most <= NONE_BEYOND


def errors(explorer: Explorer, points: Sequence[Sequence[float]], exact: Sequence[Mapping[str, Array]]) -> list[Error]:
    """The errors of every outcome: at each of the ``points`` what the explorer says against what was simulated, each
    ``SHOWN`` ``[R, T]``."""
    said = [explorer.at(values).levels() for values in points]
    parts = {EACH_YEAR: [[place] for place in range(len(explorer.years))]}
    parts |= {name: [places] for name, places in spans(explorer.years.tolist()).items()}
    found = []
    for outcome in SHOWN:
        one, two = (np.stack([levels[outcome] for levels in side]) for side in (said, exact))
        level = two + np.stack([levels[COST] for levels in exact]) if outcome == MOVED else two
        if not two.any() and not one.any():
            continue
        for span, years in parts.items():
            shares = np.stack([_shares(one, two, level, places) for places in years])
            found += [
                Error(outcome, span, number, *_summed(shares[:, at])) for at, number in enumerate(NUMBERS)
            ]  # fmt: skip
    return found


def _shares(one: Array, two: Array, level: Array, places: list[int]) -> Array:
    """Errors of mean, low and high ``[3, N]`` of means over some years."""
    ends = [_numbers(values[:, :, places].mean(axis=2)) for values in (one, two)]
    scale = np.abs(level[:, :, places].mean(axis=(1, 2)))
    found: Array = np.abs(ends[0] - ends[1]) / np.where(scale > 0.0, scale, np.inf)
    return found


def _numbers(values: Array) -> Array:
    """Mean, low and high over draws, ``[3, N]`` from ``[N, R]``."""
    mean = values.mean(axis=1)
    low, high = np.percentile(values, [LOW, HIGH], axis=1)
    return np.stack([mean, np.minimum(low, mean), np.maximum(high, mean)])


def _summed(shares: Array) -> tuple[float, float, float]:
    return float(np.median(shares)), float(np.percentile(shares, 95.0)), float(shares.max())


def district_errors(
    explorer: Explorer, points: Sequence[Sequence[float]], exact: Sequence[Mapping[str, Array]]
) -> list[Error]:
    """The same of ``money`` and ``taught`` of single districts ``[Y, D]``, as shares of their level, or of a tenth of
    the mean district's where they have less; and of groups of districts."""
    said = [explorer.at(values).districts() for values in points]
    groups = explorer.districts["groups"]
    found = []
    for outcome in ("money", "taught"):
        one, two = (np.stack([levels[outcome] for levels in side]) for side in (said, exact))
        scale = np.maximum(np.abs(two), 0.1 * np.abs(two).mean(axis=2, keepdims=True))
        found.append(Error(f"district_{outcome}", "districts", "mean", *_summed(np.abs(one - two) / scale)))
        sums = [np.stack([side[:, :, group["members"]].sum(axis=2) for group in groups]) for side in (one, two)]
        scale = np.maximum(np.abs(sums[1]), 1e-9)
        found.append(Error(f"district_{outcome}", "groups", "mean", *_summed(np.abs(sums[0] - sums[1]) / scale)))
    return found
