"""A first look at a sweep: how outcomes rank with each factor (Spearman), with intervals."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.sweep.outcomes import by_point
from sim.results.headlines import HEADLINES
from sim.results.rank_correlation import LEAST_POINTS, spearman
from sim.study.designs.factors import Factor


def rankable(values: pd.Series) -> bool:
    """Whether a factor's values can be ranked: numbers, or true and false, with nothing left out."""
    numeric = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)
    return bool(numeric) and not values.isna().any()


def correlations(
    outcomes: pd.DataFrame, points: pd.DataFrame, factors: Sequence[Factor], baseline: str | None
) -> pd.DataFrame:
    """Rank correlations by scenario, formula, outcome and factor, with the level and with the paired difference.

    Columns ``scenario``, ``formula``, ``outcome``, ``of`` ('level' or 'difference from <baseline>'), ``factor``,
    ``unit``, ``rank_correlation``, ``low``, ``high`` (95%), ``effect`` (how much more of the outcome the third of
    points with the highest factor has than that with the lowest, in ``effect_unit``), ``points``, and ``none_because``
    where there is no correlation. ``points`` has the factors' values by point. A factor of some formulas only is left
    out for the others; factors that are words are left out.
    """
    rows = []
    for scenario, runs in outcomes.groupby("scenario", sort=False, observed=True):
        for formula in dict.fromkeys(runs["formula"]):
            for headline in HEADLINES:
                for against in (None,) if baseline in (None, formula) else (None, baseline):
                    values = by_point(runs, formula, headline.column, against)
                    for factor in factors:
                        if not _applies(factor, formula, str(scenario), against) or not rankable(points[factor.name]):
                            continue
                        column = points[factor.name].loc[values.index].to_numpy(dtype=np.float64)
                        rho, low, high = spearman(column, values.to_numpy(dtype=np.float64))
                        rows.append(
                            {
                                "scenario": scenario,
                                "formula": formula,
                                "outcome": headline.column,
                                "of": "level" if against is None else f"difference from {against}",
                                "factor": factor.name,
                                "unit": factor.unit,
                                "rank_correlation": rho,
                                "low": low,
                                "high": high,
                                "effect": effect(column, values.to_numpy(dtype=np.float64)),
                                "effect_unit": headline.unit,
                                "points": len(values),
                                "none_because": _missing(column, values.to_numpy(dtype=np.float64), rho),
                            }
                        )
    return pd.DataFrame(rows)


def effect(factor: Array, outcome: Array) -> float:
    """How much more of the outcome, on average, the third of points with the highest factor has than the third with the
    lowest; NaN for fewer than ten points."""
    if len(factor) < LEAST_POINTS:
        return math.nan
    low, high = np.percentile(factor, [100.0 / 3.0, 200.0 / 3.0])
    return float(outcome[factor >= high].mean() - outcome[factor <= low].mean())


def _missing(factor: Array, outcome: Array, rho: float) -> str:
    """Why there is no correlation; empty where there is one."""
    if not math.isnan(rho):
        return ""
    if len(factor) < LEAST_POINTS:
        return f"fewer than {LEAST_POINTS} points"
    return "the factor does not vary" if np.ptp(factor) == 0.0 else "the outcome does not vary"


def _applies(factor: Factor, formula: str, scenario: str, baseline: str | None) -> bool:
    if factor.root == "parameters":
        return True
    if factor.root == "scenario":
        return scenario in factor.places
    return formula in factor.places or baseline in factor.places
