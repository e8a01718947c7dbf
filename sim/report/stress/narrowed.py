"""A results folder seen through a slit: statewide tables alone, or those of one scenario, so that a study of many runs
by district need not lie in memory at once."""

from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import pyarrow.dataset as ds

from sim.report.shared.panel import scenario_names

if TYPE_CHECKING:
    from sim.results.results import Results

BY_PLACE = ("districts", "clusters", "static", "lines")
"""The tables that are large."""


class _Narrowed:
    """Results that answer for some tables alone, and of one scenario if it is named."""

    def __init__(self, results: "Results", tables: tuple[str, ...], runs: pd.Index | None = None) -> None:
        self._results = results
        self._tables = tables
        self._runs = runs
        self._read: dict[str, pd.DataFrame] = {}

    def keeps(self, table: str) -> bool:
        return (table not in BY_PLACE or table in self._tables) and self._results.keeps(table)

    def __getattr__(self, name: str) -> Any:
        if name in self._tables and self._runs is not None:
            if name not in self._read:
                self._read[name] = _of_runs(self._results, name, self._runs)
            return self._read[name]
        return getattr(self._results, name)


def statewide(results: "Results") -> "Results":
    """The results without districts, clusters and lines."""
    return cast("Results", _Narrowed(results, ()))


def of_scenario(results: "Results", scenario: str, tables: tuple[str, ...]) -> "Results":
    """The results with some of the large tables, read for the runs of one scenario alone."""
    names = results.design["scenario"].astype(str) if "scenario" in results.design else None
    chosen = results.design if names is None else results.design[names == scenario]
    if scenario not in scenario_names(results):
        raise ValueError(f"the results have no scenario '{scenario}'")
    return cast("Results", _Narrowed(results, tables, pd.Index(chosen["run_id"])))


def _of_runs(results: "Results", table: str, runs: pd.Index) -> pd.DataFrame:
    if not hasattr(results, "scan"):  # held in memory as a whole
        held: pd.DataFrame = getattr(results, table)
        return held[held["run_id"].isin(runs)]
    run = ds.field("run_id")
    within = (run >= int(runs.min())) & (run <= int(runs.max()))
    found: pd.DataFrame = results.scan(table).to_table(filter=within).to_pandas()
    return found.sort_values(["run_id", "fiscal_year"], kind="stable", ignore_index=True)
