"""Headline outcomes: the few statewide numbers by which formulas are judged, each as its mean over the last years."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from sim.results.results import Results

LAST = 5
"""A headline outcome is its mean over so many last years, or over all after the base year if there are fewer."""


@dataclass(frozen=True)
class Headline:
    """An outcome by which formulas are judged: the ``column`` of the state table it is read from, its ``unit`` (dollars
    are those of the base year), a short ``heading``, which may take two lines, and a full ``label``."""

    name: str
    column: str
    unit: str
    heading: str
    label: str


HEADLINES: tuple[Headline, ...] = (
    Headline(
        "concentrators_taught", "concentrators_taught", "students", "Concentrators\ntaught", "Concentrators taught"
    ),
    Headline("concentrators", "concentrators", "students", "Concentrators\nreported", "Concentrators reported"),
    Headline("credentials", "credentials", "credentials", "Credentials", "Credentials"),
    Headline(
        "state_cost", "state_cost_constant", "dollars", "State cost", "State cost a year, dollars of the base year"
    ),
)
"""A formula is judged by the concentrators it has taught; what the state counts and pays is what is reported."""


def headline_columns() -> list[str]:
    """The columns of the state table from which headline outcomes are taken, with its keys."""
    return ["run_id", "fiscal_year", *(headline.column for headline in HEADLINES)]


def headlines(state: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Headline outcomes of each run by name, indexed by ``run_id``."""
    means = last_years(state, base_year, [headline.column for headline in HEADLINES])
    means.columns = pd.Index([headline.name for headline in HEADLINES])
    return means


def last_years(state: pd.DataFrame, base_year: int, columns: Sequence[str]) -> pd.DataFrame:
    """The mean of each column over the last years of each run, indexed by ``run_id``."""
    first, last = _span(state, base_year)
    recent = state[state["fiscal_year"].between(first, last)]
    means: pd.DataFrame = recent.groupby("run_id", sort=True)[list(columns)].mean()
    return means


def outcomes_by_run(results: "Results", columns: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Columns of the state table as means over the last years, one row for each finished run, indexed by ``run_id``;
    and the fiscal years that they are means of, in words.

    Only the columns that are needed are read, so that a sweep of a hundred thousand runs fits in memory.
    """
    state = results.read("state", ["run_id", "fiscal_year", *columns])
    base_year = int(results.manifest.base_year)
    first, last = _span(state, base_year)
    span = f"FY{first}-{str(last)[2:]}" if last > first else f"FY{last}"
    return last_years(state, base_year, columns), span


def _span(state: pd.DataFrame, base_year: int) -> tuple[int, int]:
    """The first and the last of the last years; the base year itself only where nothing comes after it."""
    last = int(state["fiscal_year"].max())
    return min(max(base_year, last - LAST) + 1, last), last
