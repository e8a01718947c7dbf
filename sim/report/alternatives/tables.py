"""The tables of other structures beside the model, as they are written for people."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.report.shared.intervals import bands
from sim.results.headlines import HEADLINES
from sim.study.alternatives.answers import order

if TYPE_CHECKING:
    from sim.arrays import Array
    from sim.study.alternatives.study import Compared, Comparison

ONE_IN_TWENTY = 0.05
"""Chance of a table in which chance alone marks a number."""


def tables(found: "Comparison") -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    return {
        "alternatives": standing_table(found),
        "alternatives_targets": targets_table(found),
        "alternatives_cases": cases_table(found),
        "alternatives_answers": answers_table(found),
        "alternatives_order": order_table(found),
    }


def standing_table(found: "Comparison") -> pd.DataFrame:
    """One row for each structure, the model first: evidence, misfit and scores, and how they are beside the model."""
    rows = []
    for one, weight in zip(found.structures, found.weights, strict=True):
        standing, against = one.standing, one.beside
        row = {
            "structure": one.structure.name,
            "title": one.structure.title,
            "fitted_parameters": len(one.structure.entries),
            "compared_draws": one.fit.fit.finite,
            "exact_effective": one.fit.fit.exact,
            "log_evidence": standing.evidence.value,
            "sampling_error": standing.evidence.error,
            "misfit": standing.misfit(found.table),
            "log_score": float(standing.log_scores.sum()),
            "stacking_weight": float(weight),
        }
        if against is not None:
            row |= {"log_evidence_beside": against.evidence, "log_evidence_beside_error": against.error}
            for name, interval in (("log_score", against.log_score), ("crps", against.crps)):
                row |= {f"{name}_beside": interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        rows.append(row)
    return pd.DataFrame(rows)


def targets_table(found: "Comparison") -> pd.DataFrame:
    """One row for each structure and target: its distance after the fit in tolerances, and its score with the case left
    out, beside those of the model; nearer is above zero where the structure comes closer."""
    model = found.model.standing
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "structure": one.structure.name,
                    "target": [target.name for target in found.table.targets],
                    "use": ["fitted" if target.use == "fit" else "held out" for target in found.table.targets],
                    "case": one.standing.case_of,
                    "distance": one.standing.distance,
                    "nearer": nearer(one, found),
                    "crps": one.standing.crps,
                    "crps_beside": one.standing.crps - model.crps,
                }
            )
            for one in found.structures
        ],
        ignore_index=True,
    )


def nearer(one: "Compared", found: "Comparison") -> "Array":
    """By how many tolerances the mean of a structure's posterior comes nearer to each target than the model's."""
    gained: Array = np.abs(found.model.standing.distance) - np.abs(one.standing.distance)
    return gained


def cases_table(found: "Comparison") -> pd.DataFrame:
    """One row for each structure and case: the log score of the case left out, and that less the model's."""
    rows = [
        {
            "structure": one.structure.name, "case": case, "log_score": float(score),
            "log_score_beside": float(score - model),
        }
        for one in found.structures
        for case, score, model in zip(
            one.standing.cases, one.standing.log_scores, found.model.standing.log_scores, strict=True
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


def answers_table(found: "Comparison") -> pd.DataFrame:
    """One row for each structure, formula and outcome: what the formula brings beyond current law, mean and 90% of
    draws; the model's mean; how far they lie apart in standard errors of their difference."""
    rows = []
    for one in found.structures:
        for formula, outcomes in one.effects.items():
            for headline in HEADLINES:
                values, of_model = outcomes[headline.name], found.model.effects[formula][headline.name]
                band = bands(values, axis=0)
                rows.append(
                    {
                        "structure": one.structure.name, "formula": formula, "outcome": headline.name,
                        "unit": headline.unit, "mean": float(band.mean), "p05": float(band.low),
                        "p95": float(band.high), "model_mean": float(of_model.mean()),
                        "errors_from_model": errors_apart(values, of_model),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def errors_apart(values: "Array", of_model: "Array") -> float:
    """The difference of two means in standard errors; nothing where both are the same numbers."""
    error = np.sqrt(sum(one.var(ddof=1) / len(one) for one in (values, of_model)))
    apart = float(values.mean() - of_model.mean())
    return apart / float(error) if error > 0 else 0.0


def beyond_chance(found: "Comparison") -> float:
    """Standard errors that the greatest of all these differences from the model exceeds by chance in one of twenty such
    tables."""
    many = len(found.others) * len(found.formulas[1:]) * len(HEADLINES)
    return float(ndtri(1.0 - ONE_IN_TWENTY / (2.0 * many)))


def order_table(found: "Comparison") -> pd.DataFrame:
    """One row for each structure and outcome: all formulas from the most to the least, with = between those that are
    not told apart."""
    rows = [
        {
            "structure": one.structure.name, "outcome": headline.name,
            "order": " > ".join(" = ".join(group) for group in order(one.effects, found.formulas[0], headline.name)),
        }
        for one in found.structures
        for headline in HEADLINES
    ]  # fmt: skip
    return pd.DataFrame(rows)
