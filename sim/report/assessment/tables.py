"""The tables of an assessment, one for each check, as they are written for people."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.study.assessment.discrepancy import with_discrepancy
from sim.study.assessment.forecasts import BANDS, two_sided, with_tolerance

if TYPE_CHECKING:
    from sim.arrays import Array
    from sim.study.assessment.scores import Interval
    from sim.study.assessment.study import Assessment

OUT = 0.05
"""Two-sided chance below which an observed number lies out."""


def tables(found: "Assessment") -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    return {
        "ranks": ranks_table(found),
        "predictive": predictive_table(found),
        "left_out": left_out_table(found),
        "coverage": coverage_table(found),
        "race": race_table(found),
        "race_by_target": race_by_target(found),
        "changes": changes_table(found),
        "power_scaling": power_table(found),
        "discrepancy": discrepancy_table(found),
    }


def ranks_table(found: "Assessment") -> pd.DataFrame:
    """One row for each fitted parameter, and the likelihood last: p of both tests, the posterior's bias and width."""
    return pd.DataFrame(
        {
            "parameter": test.name, "p_smirnov": test.p_smirnov, "p_histogram": test.p_histogram, "bias": test.bias,
            "spread_ratio": test.spread, "width": test.width,
            **{f"rank_{bin + 1}": count for bin, count in enumerate(test.histogram)},
        }
        for test in found.tests
    )  # fmt: skip


def predictive_table(found: "Assessment") -> pd.DataFrame:
    """One row for each target: the posterior simulated anew, 90% with its tolerance, and the chance of the observed."""
    return _forecast_table(found, found.forecasts.simulated, found.chance[0], False)


def left_out_table(found: "Assessment") -> pd.DataFrame:
    """The same of forecasts without the target's case, and 90% with the discrepancy that other cases tell."""
    return _forecast_table(found, found.forecasts.left_out, found.chance[1], True)


def _forecast_table(found: "Assessment", sample: "Array", chance: "Array", discrepant: bool) -> pd.DataFrame:
    evidence = found.evidence
    wide = np.quantile(with_tolerance(sample, evidence.tolerances, found.seed), (0.05, 0.95), axis=0)
    columns = {
        "target": [target.name for target in evidence.targets],
        "case": evidence.cases,
        "use": ["fitted" if fitted else "held out" for fitted in evidence.fitted],
        "observed": evidence.values,
        "tolerance": evidence.tolerances,
        "median": np.median(sample, axis=0),
        "p05": wide[0],
        "p95": wide[1],
        "chance_below_observed": chance,
        "p_two_sided": two_sided(chance),
    }
    if discrepant:
        carried = np.quantile(with_discrepancy(sample, found.sigma, found.seed), (0.05, 0.95), axis=0)
        alone = np.quantile(sample, (0.05, 0.95), axis=0)
        columns |= {
            "p05_without_tolerance": alone[0], "p95_without_tolerance": alone[1],
            "p05_with_discrepancy": carried[0], "p95_with_discrepancy": carried[1],
        }  # fmt: skip
    return pd.DataFrame(columns)


def coverage_table(found: "Assessment") -> pd.DataFrame:
    """One row for each kind of forecast and band: the share of targets inside, and the mean of it over cases."""
    return pd.DataFrame(
        {
            "forecast": row.forecast, "targets": row.targets, "cases": row.cases, "band": band, "inside": share,
            "over_cases": mean.value, "over_cases_low": max(mean.low, 0.0), "over_cases_high": min(mean.high, 1.0),
        }
        for row in found.coverage
        for band, share, mean in zip(BANDS, row.shares, row.over_cases, strict=True)
    )  # fmt: skip


def race_table(found: "Assessment") -> pd.DataFrame:
    """One row for each heat: scores in tolerances, distances in log points, skill and its interval over cases."""
    return pd.DataFrame(
        {
            "forecast": heat.first, "against": heat.other, "targets": heat.targets, "cases": heat.skill.cases,
            "crps": heat.crps[0], "crps_against": heat.crps[1],
            **_named("skill", heat.skill),
            "log_error": heat.log_error[0], "log_error_against": heat.log_error[1],
            **_named("closer", heat.closer), "cases_won": heat.won, "verdict": heat.verdict,
        }
        for heat in found.heats
    )  # fmt: skip


def race_by_target(found: "Assessment") -> pd.DataFrame:
    """One row for each target: the score of every entrant, in tolerances, and its distance in log points."""
    evidence = found.evidence
    columns: dict[str, object] = {"target": [target.name for target in evidence.targets], "case": evidence.cases}
    for name, entrant in found.entrants.items():
        word = name.replace(" ", "_")
        columns |= {f"crps_{word}": entrant.crps, f"log_error_{word}": entrant.log_error}
    return pd.DataFrame(columns)


def changes_table(found: "Assessment") -> pd.DataFrame:
    """One row for each size of change, and all together last: mean observed and forecast change, log points, towards
    where the observed one went; of all, how much of a change is forecast."""
    rows: list[dict[str, object]] = [
        {
            "size": row.size, "targets": row.targets, "cases": row.cases, "observed": row.observed,
            "forecast": row.forecast, "missing": row.missing, "right_direction": row.right,
        }
        for row in found.sizes
    ]  # fmt: skip
    known = int(np.isfinite(found.changed[0]).sum())
    rows.append({"size": "all", "targets": known, "cases": found.slope.cases, **_named("slope", found.slope)})
    return pd.DataFrame(rows)


def power_table(found: "Assessment") -> pd.DataFrame:
    """One row for each fitted parameter and each target: what its distribution answers to."""
    return pd.DataFrame(
        {
            "of": of, "name": row.name, "prior_sensitivity": row.prior, "likelihood_sensitivity": row.likelihood,
            "moves": row.moves, "diagnosis": row.diagnosis,
        }
        for of, rows in (("parameter", found.parameters), ("target", found.expected))
        for row in rows
    )  # fmt: skip


def discrepancy_table(found: "Assessment") -> pd.DataFrame:
    """One row for each kind of outcome: sigma with 90%, the factors that it stands for, and the mean miss."""
    return pd.DataFrame(
        {
            "kind": row.kind, "targets": row.targets, "cases": row.cases, "sigma": row.sigma, "sigma_p05": row.low,
            "sigma_p95": row.high, "factor_p05": row.factors[0], "factor_p95": row.factors[1], "bias": row.bias,
        }
        for row in found.all_discrepancies
    )  # fmt: skip


def _named(name: str, interval: "Interval") -> dict[str, float]:
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
