"""Shared by the experiments: their arguments, running formulas on common draws, and tables of paired numbers."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from sim.report.shared.intervals import bands
from sim.tables_for_people import write_table

FORMULAS = Path(__file__).parent / "formulas"
"""Formulas that only an experiment needs."""


@dataclass(frozen=True)
class Options:
    """How much to run and where to write; ``workers`` None is one process for each processor."""

    draws: int
    horizon: int
    folder: Path
    workers: int | None


def options(arguments: Sequence[str] | None, name: str, draws: int = 20, horizon: int = 30) -> Options:
    """Read the command line of an experiment. Each size of a study gets a folder of its own."""
    parser = argparse.ArgumentParser(prog=f"{name}.py")
    parser.add_argument("draws", type=int, nargs="?", default=draws, help=f"replicates (default {draws})")
    parser.add_argument("--horizon", type=int, default=horizon, help=f"years (default {horizon})")
    parser.add_argument("--outputs", type=Path, default=Path("outputs/experiments"), help="where to write")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: one for each processor)")
    read = parser.parse_args(arguments)
    folder = read.outputs / f"{name}_{read.draws}_draws_{read.horizon}_years"
    return Options(read.draws, read.horizon, folder, read.workers)


def run(
    chosen: Options,
    formulas: Sequence[str | Path] | None = None,
    cost_neutral: float | str | None = None,
    neutral_by: str = "entitlement",
) -> sim.Runs:
    """Run the formulas on the same draws, against current law, and open the results; those of cte-sim by default.

    A study that is already in the folder is not run again. Ends the program with one line on bad input.
    """
    try:
        return sim.compare(
            formulas,
            draws=chosen.draws,
            years=chosen.horizon,
            workers=chosen.workers,
            folder=chosen.folder,
            cost_neutral=cost_neutral,
            neutral_by=neutral_by,
            quiet=True,
        )
    except sim.InputError as error:
        raise SystemExit(str(error)) from None


def by_formula(
    results: sim.Runs, columns: Mapping[str, str], years: range, against_baseline: bool = False
) -> pd.DataFrame:
    """Mean of each column over ``years`` and draws, one row for each formula; ``columns`` maps names to headings.

    ``against_baseline`` gives the mean of the differences within each draw, and beside it the interval of 90% of draws.
    """
    runs = results.with_design(results.state, ["formula", "replicate"])
    runs = runs[runs["fiscal_year"].isin(years)]
    means = runs.groupby(["formula", "replicate"], observed=True)[list(columns)].mean()
    if against_baseline:
        means = means - means.loc[results.manifest.baseline].reindex(means.index, level="replicate")
    grouped = means.groupby(level="formula", sort=False)
    table = grouped.mean().rename(columns=columns)
    if against_baseline:
        for name, heading in columns.items():
            table[f"{heading}, 90% of draws"] = grouped[name].apply(_interval)
    return table.reindex([name for name in results.manifest.formulas if name in table.index])


def _interval(values: "pd.Series[float]") -> str:
    found = bands(values.to_numpy(dtype=np.float64), axis=0)
    return f"{found.low:,.0f} to {found.high:,.0f}"


def show(title: str, table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV and print it, rounded for reading."""
    write_table(table.reset_index(), path, digits=None)
    print(f"\n{title}\n")
    print(table.to_string(float_format=_rounded))
    print(f"\nWritten to {path}")


def _rounded(number: float) -> str:
    text = f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.2f}"
    return "0" if text in ("0.00", "-0.00") else text
