"""How steadily one number rises or falls with another over draws or points: Spearman's rank correlation."""

import math

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.arrays import Array

LEAST_POINTS = 10
"""Points below which no rank correlation is given."""

CONFIDENCE = 0.95

ROUNDING = 1e-9
"""Relative differences at or below this are rounding, not a response."""


def spearman(one: Array, other: Array) -> tuple[float, float, float]:
    """Spearman's rank correlation and its 95% interval, ``(rho, low, high)``; NaN where either does not vary or there
    are fewer than ten points.

    The interval is Fisher's with the variance of Bonett and Wright (2000), (1 + rho^2 / 2) / (n - 3). Ties get their
    mean rank.
    """
    count = len(one)
    if count < LEAST_POINTS or any(np.ptp(values) <= ROUNDING * np.abs(values).max() for values in (one, other)):
        return math.nan, math.nan, math.nan
    ranks = [pd.Series(values).rank().to_numpy() for values in (one, other)]
    centered = [rank - rank.mean() for rank in ranks]
    spread = math.sqrt(float((centered[0] ** 2).sum()) * float((centered[1] ** 2).sum()))
    if spread == 0.0:
        return math.nan, math.nan, math.nan
    rho = min(max(float((centered[0] * centered[1]).sum()) / spread, -1.0), 1.0)
    if abs(rho) == 1.0:
        return rho, rho, rho
    half = float(ndtri((1.0 + CONFIDENCE) / 2.0)) * math.sqrt((1.0 + rho * rho / 2.0) / (count - 3))
    middle = math.atanh(rho)
    return rho, math.tanh(middle - half), math.tanh(middle + half)
