"""Outcomes of a sweep run by run: a few statewide columns, each as its mean over the last five years."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.results.schema import STATE, Column
from sim.study.running.precision import means_of_last_years

if TYPE_CHECKING:
    from sim.results.results import Results

OUTCOMES: tuple[str, ...] = (
    "participants", "concentrators", "high_cost_concentrators", "credentials", "pathways", "sites", "instructors",
    "quality", "state_cost_constant", "proration",
)  # fmt: skip
"""The columns of the state table that a sweep is summarized by."""

HEADLINES: tuple[tuple[str, str], ...] = (
    ("concentrators", "Concentrators"),
    ("credentials", "Credentials"),
    ("state_cost_constant", "State cost"),
)
"""The outcomes that factors are correlated with, and their headings."""


def columns() -> tuple[Column, ...]:
    """The outcomes with unit and label."""
    by_name = {column.name: column for column in STATE}
    return tuple(by_name[name] for name in OUTCOMES)


def run_outcomes(results: "Results") -> tuple[pd.DataFrame, str]:
    """One row for each finished run: its keys in the design and its outcomes; and the fiscal years they are means of.

    Only the columns that are needed are read, so that a sweep of a hundred thousand runs fits in memory.
    """
    state = results.read("state", ["run_id", "fiscal_year", *OUTCOMES])
    means, span = means_of_last_years(state, OUTCOMES, int(results.manifest.base_year))
    keys = [name for name in ("run_id", "point", "replicate", "formula", "scenario") if name in results.design]
    joined = results.design[keys].merge(means, left_on="run_id", right_index=True, how="inner")
    return joined.reset_index(drop=True), span


def by_point(outcomes: pd.DataFrame, formula: str, outcome: str, baseline: str | None = None) -> pd.Series:
    """An outcome at each point, mean over replicates; of the paired difference from ``baseline`` if one is named."""
    wide = outcomes[outcomes["formula"] == formula].set_index(["point", "replicate"])[outcome]
    if baseline is not None:
        wide = wide - outcomes[outcomes["formula"] == baseline].set_index(["point", "replicate"])[outcome]
    means: pd.Series = wide.groupby(level="point").mean()
    defined: pd.Series = means[np.isfinite(means)]
    return defined
