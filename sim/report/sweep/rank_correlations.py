"""A first look at a sweep: how outcomes rank with each factor (Spearman), with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.report.sweep.outcomes import by_point
from sim.results.headlines import HEADLINES
from sim.results.rank_correlation import spearman
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
    ``unit``, ``rank_correlation``, ``low``, ``high`` (95%), ``points``. ``points`` has the factors' values by point. A
    factor of some formulas only is left out for the others; factors that are words are left out.
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
