"""What a sweep writes: its factors, a summary by formula, rank correlations, and the tornado."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.report.compare.precision import write_precision
from sim.report.shared.figure_style import Look
from sim.report.shared.intervals import NOT_AVAILABLE, bands, interval_parts, number_text
from sim.report.shared.names import in_sentence, titles_of
from sim.report.shared.origin import run_origin
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.report.sweep.outcomes import columns, run_outcomes
from sim.report.sweep.rank_correlations import correlations
from sim.report.sweep.tornado import strongest, tornado
from sim.results.headlines import HEADLINES
from sim.results.store import write_shard
from sim.study.designs.factors import Factor
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

SHOWN = 12
"""Factors printed at most; correlations.csv has all."""


UNFIT = r"[^\w@+.-]"
"""What a scenario's name may hold and the name of a file should not."""


def factor_lines(factors: Sequence[Factor], shown: int = SHOWN) -> list[str]:
    """The factors for the head of a run: path, range, unit, and the value as written."""
    lines = [
        f"  {factor.path}: {factor.range_text()} ({factor.unit}; as written {factor.written})"
        for factor in factors[:shown]
    ]
    rest = len(factors) - shown
    return [*lines, f"  and {rest} more, see factors.csv"] if rest > 0 else lines


def write_sweep(results: "Results", factors: Sequence[Factor], folder: Path, everything: bool = True) -> str:
    """Write sweep.csv, correlations.csv, precision.csv, outcomes.parquet, sweep.txt and figures/tornado.png.

    Returns the text. Without ``everything`` no figure is drawn.
    """
    outcomes, span = run_outcomes(results)
    baseline = results.manifest.baseline if results.manifest.baseline in set(outcomes["formula"]) else None
    table = summary_by_formula(outcomes, baseline, span)
    write_table(table, folder / "sweep.csv")
    names = [factor.name for factor in factors]
    points = results.design.drop_duplicates("point").set_index("point")[names].sort_index()
    found = correlations(outcomes, points, factors, baseline)
    write_table(found, folder / "correlations.csv", digits=6)
    write_shard(folder / "outcomes.parquet", pa.Table.from_pandas(outcomes, preserve_index=False))
    margins = write_precision(results, folder)
    titles = titles_of(results.manifest.formulas)
    answer, levels = _answer(found, titles, baseline, span), _levels_text(table, results, outcomes, span, titles)
    text = "\n".join([*answer, "", *levels, "", *_correlations_text(found, titles, baseline), margins, ""])
    (folder / "sweep.txt").write_text(text, encoding="utf-8")
    if everything and len(found):
        _draw(results, found, folder / "figures")
    return text


def summary_by_formula(outcomes: pd.DataFrame, baseline: str | None, span: str) -> pd.DataFrame:
    """By scenario, formula and outcome: mean and percentiles over runs, and those of the paired difference."""
    rows = []
    for scenario, runs in outcomes.groupby("scenario", sort=False, observed=True):
        paired = runs.set_index(["formula", "point", "replicate"])
        for formula in dict.fromkeys(runs["formula"]):
            for column in columns():
                values = paired.loc[formula][column.name]
                of = bands(values.to_numpy(dtype=np.float64), axis=0)
                row = {
                    "scenario": scenario,
                    "formula": formula,
                    "metric": column.name,
                    "label": column.label,
                    "unit": column.unit,
                    "fiscal_years": span,
                    "runs": int(of.count),
                    "mean": of.mean,
                    "median": of.median,
                    "p05": of.low,
                    "p25": of.p25,
                    "p75": of.p75,
                    "p95": of.high,
                }
                if baseline is not None:
                    change = bands((values - paired.loc[baseline][column.name]).to_numpy(dtype=np.float64), axis=0)
                    row |= {
                        "baseline": baseline,
                        "difference_mean": change.mean,
                        "difference_median": change.median,
                        "difference_p05": change.low,
                        "difference_p95": change.high,
                    }
                rows.append(row)
    return pd.DataFrame(rows)


def _answer(found: pd.DataFrame, titles: dict[str, str], baseline: str | None, span: str) -> list[str]:
    """For each formula of the first scenario which factor moves what is taught, and public money, most and by how
    much; at most three sentences."""
    if not len(found) or not found["rank_correlation"].notna().any():
        return paragraphs([FEW])
    first = found[found["scenario"] == found["scenario"].iloc[0]]
    said = []
    for formula, rows in first.groupby("formula", sort=False):
        kind = _kind(str(formula), baseline)
        of = rows[(rows["of"] == kind) & (rows["outcome"] == TAUGHT)]
        clear = of[(of["low"] > 0.0) | (of["high"] < 0.0)]
        what = f"{titles[str(formula)]}, students taught" + ("" if kind == "level" else " against current law")
        if clear.empty:
            said.append(f"{what} ({span}): no factor moves it clearly over the range swept.")
            continue
        row = clear.loc[clear["rank_correlation"].abs().idxmax()]
        said.append(
            f"{what} ({span}): moved most steadily by {_factor(str(row['factor']), str(formula))}, "
            f"{number_text(float(row['effect']), 'students', signed=True)} from the third of points where it is lowest "
            "to that where it is highest."
        )
    return paragraphs(said[-3:])


TAUGHT = "concentrators_taught"
FEW = "No rank correlations: they need at least 10 points and factors that are numbers."


def _kind(formula: str, baseline: str | None) -> str:
    return "level" if baseline in (None, formula) else f"difference from {baseline}"


def _factor(name: str, formula: str) -> str:
    """A factor in words: 'staffing turnover', 'per student dollars'."""
    words = name.removeprefix("formula.").removeprefix(f"{formula}.").removeprefix("scenario.")
    return words.replace("components.", "").replace(".", " ").replace("_", " ")


def _levels_text(
    table: pd.DataFrame, results: "Results", outcomes: pd.DataFrame, span: str, titles: dict[str, str]
) -> list[str]:
    points, replicates = outcomes["point"].nunique(), outcomes.groupby("point")["replicate"].nunique().max()
    counted = f"{points:,} point{'s' if points != 1 else ''} x {replicates:,} replicate{'s' if replicates != 1 else ''}"
    rows: list[list[Cell]] = [[("Formula, scenario", ""), *((headline.heading, "") for headline in HEADLINES)]]
    for (scenario, formula), held in table.groupby(["scenario", "formula"], sort=False):
        cells = [_interval(held[held["metric"] == headline.column].iloc[0]) for headline in HEADLINES]
        rows.append([(titles[str(formula)], str(scenario).replace("_", " ")), *cells])
    note = (
        f"Below each mean: 90% of runs (5th to 95th percentile) over the points swept, seed {results.manifest.seed};"
        " how likely a point is depends on the design."
    )
    return [f"Sweep of {counted}, mean of {span}", *plain_table(rows, PAGE).splitlines(), *paragraphs([note])]


def _interval(row: "pd.Series") -> Cell:
    return interval_parts(row["mean"], row["p05"], row["p95"], row["unit"], between="-")


def _correlations_text(found: pd.DataFrame, titles: dict[str, str], baseline: str | None) -> list[str]:
    names = strongest(found, SHOWN) if len(found) else []
    if not names:
        return []
    lines: list[str] = []
    missing: dict[str, None] = {}
    for (scenario, formula), rows in found.groupby(["scenario", "formula"], sort=False):
        kind = _kind(str(formula), baseline)
        where = f", scenario {scenario}" if found["scenario"].nunique() > 1 else ""
        of = "outcomes under" if kind == "level" else "the difference from current law of"
        cells: list[list[Cell]] = [[("Factor", ""), *((headline.heading, "") for headline in HEADLINES)]]
        for factor in names:
            one = rows[(rows["factor"] == factor) & (rows["of"] == kind)]
            held = [_correlation(one[one["outcome"] == headline.column]) for headline in HEADLINES]
            if not any(value not in ("-", NOT_AVAILABLE) for value, _ in held):
                continue
            cells.append([(_factor(factor, str(formula)), ""), *held])
            for headline, (value, _) in zip(HEADLINES, held, strict=True):
                if value == NOT_AVAILABLE:
                    reason = one[one["outcome"] == headline.column]["none_because"].iloc[0]
                    missing[f"{titles[str(formula)]}, {headline.label.lower()}: {reason}"] = None
        if len(cells) > 1:
            kept = fitting(cells, PAGE)
            lines += paragraphs([f"Rank correlation (Spearman) of factors with {of} {titles[str(formula)]}{where}"])
            lines += [*plain_table([[row[place] for place in kept] for row in cells], PAGE).splitlines(), ""]
    rest = found["factor"].nunique() - len(names)
    more = f" The {len(names)} strongest factors; {rest} more in correlations.csv." if rest > 0 else ""
    against = " Differences are taken within each replicate." if baseline is not None else ""
    notes = [
        "Below each: how much more of the outcome the third of points with the highest factor has than that with the "
        f"lowest. 95% intervals of the correlations, and levels: correlations.csv.{against}{more}",
        f"{NOT_AVAILABLE}: {'; '.join(missing)}." if missing else "",
    ]
    return [*lines, *paragraphs(notes), ""]


def _correlation(rows: pd.DataFrame) -> Cell:
    if not len(rows):
        return "-", ""
    row = rows.iloc[0]
    if not np.isfinite(row["rank_correlation"]):
        return NOT_AVAILABLE, ""
    rho = f"{round(float(row['rank_correlation']), 2) + 0.0:+.2f}"
    return rho, number_text(float(row["effect"]), str(row["effect_unit"]), signed=True)


def _draw(results: "Results", found: pd.DataFrame, folder: Path) -> None:
    import matplotlib

    manifest = results.manifest
    titles = titles_of(manifest.formulas)
    scenarios = list(dict.fromkeys(found["scenario"]))
    with matplotlib.rc_context():
        for scenario in scenarios:
            base = in_sentence(titles.get(manifest.baseline or "", ""))
            of = Look(run_origin(results, manifest.draws, scenario), manifest.draws, manifest.seed, base)
            name = "tornado.png" if len(scenarios) == 1 else f"tornado_{re.sub(UNFIT, '_', str(scenario))}.png"
            tornado(found[found["scenario"] == scenario], of, folder / name, titles)
