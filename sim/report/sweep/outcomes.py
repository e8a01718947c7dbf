"""Outcomes of a sweep run by run: a few statewide columns, each as its mean over the last five years."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.results.headlines import outcomes_by_run
from sim.results.schema import STATE, Column

if TYPE_CHECKING:
    from sim.results.results import Results

OUTCOMES: tuple[str, ...] = (
    "participants", "concentrators_taught", "concentrators", "high_cost_concentrators", "credentials", "pathways",
    "sites", "first_sections", "second_sections", "unserved_first", "unserved_second", "instructors", "quality",
    "state_cost_constant", "proration",
)  # fmt: skip
"""The columns of the state table that a sweep is summarized by."""


def columns() -> tuple[Column, ...]:
    """The outcomes with unit and label."""
    by_name = {column.name: column for column in STATE}
    return tuple(by_name[name] for name in OUTCOMES)


def run_outcomes(results: "Results") -> tuple[pd.DataFrame, str]:
    """A row for each finished run, its keys in the design and its outcomes; and the fiscal years they are means of."""
    means, span = outcomes_by_run(results, OUTCOMES)
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
