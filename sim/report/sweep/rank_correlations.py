"""A first look at a sweep: how outcomes rank with each factor (Spearman), with intervals."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.arrays import Array
from sim.report.sweep.outcomes import HEADLINES, by_point
from sim.study.designs.factors import Factor

LEAST_POINTS = 10
"""Points below which no rank correlation is given."""

CONFIDENCE = 0.95

ROUNDING = 1e-9
"""Relative differences at or below this are rounding, not a response."""


def spearman(one: Array, other: Array) -> tuple[float, float, float]:
    """Spearman's rank correlation and its 95% interval, ``(rho, low, high)``; NaN where either does not vary.

    The interval is Fisher's with the variance of Bonett and Wright (2000), (1 + rho^2 / 2) / (n - 3). Ties get their
    mean rank.
    """
    count = len(one)
    if any(np.ptp(values) <= ROUNDING * np.abs(values).max() for values in (one, other) if count):
        return math.nan, math.nan, math.nan
    ranks = [pd.Series(values).rank().to_numpy() for values in (one, other)]
    centered = [rank - rank.mean() for rank in ranks]
    spread = math.sqrt(float((centered[0] ** 2).sum()) * float((centered[1] ** 2).sum()))
    if count < LEAST_POINTS or spread == 0.0:
        return math.nan, math.nan, math.nan
    rho = min(max(float((centered[0] * centered[1]).sum()) / spread, -1.0), 1.0)
    if abs(rho) == 1.0:
        return rho, rho, rho
    half = float(ndtri((1.0 + CONFIDENCE) / 2.0)) * math.sqrt((1.0 + rho * rho / 2.0) / (count - 3))
    middle = math.atanh(rho)
    return rho, math.tanh(middle - half), math.tanh(middle + half)


def rankable(values: pd.Series) -> bool:
    """Whether a factor's values can be ranked: numbers, or true and false, with nothing left out."""
    numeric = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)
    return bool(numeric) and not values.isna().any()


def correlations(
    outcomes: pd.DataFrame, points: pd.DataFrame, factors: Sequence[Factor], baseline: str | None
) -> pd.DataFrame:
    """Rank correlations by scenario, formula, outcome and factor, with the level and with the paired difference.

    Columns ``scenario``, ``formula``, ``outcome``, ``of`` ('level' or 'difference from <baseline>'), ``factor``,
    ``unit``, ``rank_correlation``, ``low``, ``high`` (95%), ``points``. ``points`` has the factors' values by point. A
    factor of some formulas only is left out for the others; factors that are words are left out.
    """
    rows = []
    for scenario, runs in outcomes.groupby("scenario", sort=False, observed=True):
        for formula in dict.fromkeys(runs["formula"]):
            for outcome, _ in HEADLINES:
                for against in (None,) if baseline in (None, formula) else (None, baseline):
                    values = by_point(runs, formula, outcome, against)
                    for factor in factors:
                        if not _applies(factor, formula, str(scenario), against) or not rankable(points[factor.name]):
                            continue
                        column = points[factor.name].loc[values.index].to_numpy(dtype=np.float64)
                        rho, low, high = spearman(column, values.to_numpy(dtype=np.float64))
                        rows.append(
                            {
                                "scenario": scenario,
                                "formula": formula,
                                "outcome": outcome,
                                "of": "level" if against is None else f"difference from {against}",
                                "factor": factor.name,
                                "unit": factor.unit,
                                "rank_correlation": rho,
                                "low": low,
                                "high": high,
                                "points": len(values),
                            }
                        )
    return pd.DataFrame(rows)


def _applies(factor: Factor, formula: str, scenario: str, baseline: str | None) -> bool:
    if factor.root == "parameters":
        return True
    if factor.root == "scenario":
        return scenario in factor.places
    return formula in factor.places or baseline in factor.places
