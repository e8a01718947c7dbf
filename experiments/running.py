"""Shared by the experiments: their settings, running formulas on common draws, tables of paired numbers, findings."""

import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

import sim

FORMULAS = Path(__file__).parent / "formulas"
"""Formulas that only an experiment needs."""
FINDINGS = "findings.jsonl"
"""The file of an experiment's folder that keeps what it found, a line each."""


@dataclass(frozen=True)
class Options:
    """How much to run and where to write; ``settings`` are further ones, as of the command line."""

    draws: int
    horizon: int
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)


def options(words: Sequence[str] | None, name: str, draws: int = 20, horizon: int = 30) -> Options:
    """Read the words of an experiment, ``key=value`` as those of ``cte-sim``: ``draws``, ``horizon``, ``outputs`` (the
    folder to write to) and any other setting. Each size of a study gets a folder of its own."""
    given: dict[str, Any] = {"draws": draws, "horizon": horizon, "outputs": "outputs/experiments"}
    for word in sys.argv[1:] if words is None else words:
        key, equals, value = word.partition("=")
        if not equals:
            raise SystemExit(f"{name}.py: '{word}' is no setting; write key=value, as draws=40")
        given[key] = yaml.safe_load(value)
    size = f"{name}_{given['draws']}_draws_{given['horizon']}_years"
    chosen = Options(given.pop("draws"), given.pop("horizon"), Path(given.pop("outputs")) / size, given)
    (chosen.folder / FINDINGS).unlink(missing_ok=True)  # what was found before is found anew
    return chosen


def run(chosen: Options, formulas: Sequence[str | Path] | None = None, **settings: Any) -> sim.Runs:
    """Run the formulas on the same draws, against current law, and open the results; those of cte-sim by default.

    A study that is already in the folder is not run again. Ends the program with one line on bad input.
    """
    try:
        return sim.compare(
            formulas, draws=chosen.draws, years=chosen.horizon, folder=chosen.folder, **{**chosen.settings, **settings}
        )
    except sim.InputError as error:
        raise SystemExit(str(error)) from None


def by_draw(results: sim.Runs, columns: Sequence[str], years: Collection[int]) -> pd.DataFrame:
    """Mean of each column over ``years``, one row for each formula and draw."""
    runs = results.with_design(results.state, ["formula", "replicate"])
    runs = runs[runs["fiscal_year"].isin(years)]
    return runs.groupby(["formula", "replicate"], observed=True)[list(columns)].mean()


def by_formula(
    results: sim.Runs, columns: Mapping[str, str], years: range, against_baseline: bool = False
) -> pd.DataFrame:
    """Mean of each column over ``years`` and draws, one row for each formula; ``columns`` maps names to headings.

    ``against_baseline`` gives the mean of the differences within each draw, and beside it the interval of 90% of draws.
    """
    means = by_draw(results, list(columns), years)
    if against_baseline:
        means = means - means.loc[results.manifest.baseline].reindex(means.index, level="replicate")
    grouped = means.groupby(level="formula", sort=False)
    table = grouped.mean().rename(columns=columns)
    if against_baseline:
        for name, heading in columns.items():
            table[f"{heading}, 90% of draws"] = grouped[name].apply(lambda values: interval(values, "{:,.0f}".format))
    return table.reindex([name for name in results.manifest.formulas if name in table.index])


def ends(values: "pd.Series[float]") -> tuple[float, float]:
    """The 5th and the 95th percentile over draws."""
    low, high = np.quantile(values.to_numpy(dtype=np.float64), (0.05, 0.95))
    return float(low), float(high)


def interval(values: "pd.Series[float]", write: Callable[[float], str]) -> str:
    """The interval that holds 90% of draws, each end written by ``write``."""
    low, high = ends(values)
    return f"{write(low)} to {write(high)}"


def told(values: "pd.Series[float]", write: Callable[[float], str]) -> str:
    """A number of each draw as its mean with the interval that holds 90% of draws."""
    return f"{write(float(values.mean()))} (90% of draws {interval(values, write)})"


def show(title: str, table: pd.DataFrame, path: Path, percent: Collection[str] = ()) -> None:
    """Write a table as CSV and print it, rounded for reading: ``percent`` names the columns of shares, money has the
    unit of its heading."""
    table.reset_index().to_csv(path, index=False)
    shown = table.copy()
    for column in shown.select_dtypes("number"):
        of = _percent if column in percent else _money if str(column).endswith("$M") else _rounded
        shown[column] = shown[column].map(of)
    print(f"\n{title}\n")
    print(shown.to_string(line_width=100))
    print(f"\nWritten to {path}")


@dataclass(frozen=True)
class Expectation:
    """What an experiment expects before it runs, and why: what somebody measured or what follows from the rules."""

    says: str
    because: str


def finding(chosen: Options, expected: Expectation, found: str, agrees: bool) -> None:
    """Print what was expected and why, beside it what came out and whether the two agree; either is a result. Kept in
    ``findings.jsonl`` of the experiment's folder too, for summary.py."""
    verdict = "as expected" if agrees else "not as expected"
    print(f"\nExpected: {expected.says}\nBecause:  {expected.because}\nFound:    {found}\nVerdict:  {verdict}")
    kept = {
        "expected": expected.says,
        "found": found,
        "verdict": verdict,
        "draws": chosen.draws,
        "years": chosen.horizon,
    }
    with (chosen.folder / FINDINGS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(kept) + "\n")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _money(millions: float) -> str:
    return f"{'-' if millions < -0.05 else ''}${abs(millions):,.1f}M"


def _rounded(number: float) -> str:
    text = f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.2f}"
    return "0" if text in ("0.00", "-0.00") else text
