"""What a sweep writes: its factors, a summary by formula, rank correlations, and the tornado."""

import textwrap
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.report.compare.precision import write_precision
from sim.report.shared.figure_style import Look
from sim.report.shared.intervals import NOT_AVAILABLE, bands, interval_parts
from sim.report.shared.names import in_sentence, titles_of
from sim.report.shared.origin import run_origin
from sim.report.sweep.outcomes import columns, run_outcomes
from sim.report.sweep.rank_correlations import correlations
from sim.report.sweep.tornado import strongest, tornado
from sim.results.headlines import HEADLINES
from sim.results.store import write_shard
from sim.study.designs.factors import Factor
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from rich.table import Table

    from sim.results.results import Results

WIDTH = 132
"""Characters to which notes are wrapped."""

SHOWN = 12
"""Factors printed at most; correlations.csv has all."""


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
    text = "\n".join([_levels_text(table, results, outcomes, span), _correlations_text(found, baseline), margins, ""])
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


def _levels_text(table: pd.DataFrame, results: "Results", outcomes: pd.DataFrame, span: str) -> str:
    points, replicates = outcomes["point"].nunique(), outcomes.groupby("point")["replicate"].nunique().max()
    title = f"Sweep of {points:,} points x {replicates:,} replicate{'s' if replicates != 1 else ''}, mean of {span}"
    out = _table(title, ["Formula", "Scenario", *(headline.heading for headline in HEADLINES)])
    for (scenario, formula), rows in table.groupby(["scenario", "formula"], sort=False):
        cells = [_interval(rows[rows["metric"] == headline.column].iloc[0]) for headline in HEADLINES]
        out.add_row(str(formula), str(scenario), *cells)
    note = (
        f"Below each mean: 90% of runs (5th to 95th percentile) over the points swept, seed {results.manifest.seed};"
        " how likely a point is depends on the design."
    )
    return _printed(out, note)


def _interval(row: "pd.Series") -> str:
    value, spread = interval_parts(row["mean"], row["p05"], row["p95"], row["unit"], between="-")
    return f"{value}\n{spread}" if spread else value


def _correlations_text(found: pd.DataFrame, baseline: str | None) -> str:
    names = strongest(found, SHOWN) if len(found) else []
    if not names:
        return "No rank correlations: they need at least 10 points and factors that are numbers."
    blocks = []
    for (scenario, formula), rows in found.groupby(["scenario", "formula"], sort=False):
        kind = "level" if baseline in (None, formula) else f"difference from {baseline}"
        where = f", scenario {scenario}" if found["scenario"].nunique() > 1 else ""
        headings = [headline.heading for headline in HEADLINES]
        of = "outcomes under" if kind == "level" else f"the {kind} of"
        title = f"Rank correlation (Spearman) of factors with {of} {formula}{where}"
        out = _table(title, ["Factor", *headings], words=1)
        for factor in names:
            one = rows[rows["factor"] == factor]
            cells = [
                _correlation(one[(one["outcome"] == headline.column) & (one["of"] == kind)]) for headline in HEADLINES
            ]
            if any(cell not in ("-", NOT_AVAILABLE) for cell in cells):
                out.add_row(factor.removeprefix("formula.").removeprefix(f"{formula}."), *cells)
        if out.row_count:
            blocks.append(_printed(out))
    rest = found["factor"].nunique() - len(names)
    more = f" The {len(names)} strongest factors; {rest} more in correlations.csv." if rest > 0 else ""
    against = " Differences are taken within each replicate; levels: correlations.csv." if baseline is not None else ""
    note = f"Below each: 95% interval, which depends on the number of points.{against}{more}"
    return "\n".join([*blocks, textwrap.fill(note, WIDTH), ""])


def _correlation(rows: pd.DataFrame) -> str:
    if not len(rows):
        return "-"
    row = rows.iloc[0]
    if not np.isfinite(row["rank_correlation"]):
        return NOT_AVAILABLE
    rho, low, high = (f"{round(float(row[name]), 2) + 0.0:+.2f}" for name in ("rank_correlation", "low", "high"))
    return f"{rho}\n{low} {high}"


def _table(title: str, headings: Sequence[str], words: int = 2) -> "Table":
    """An empty table whose first columns, so many of them, are words."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="", box=box.SIMPLE, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place >= words else "left", no_wrap=True)
    return table


def _printed(table: "Table", note: str = "") -> str:
    from rich.console import Console

    out = StringIO()
    natural = Console(width=1000).measure(table).maximum
    wide = Console(file=out, width=natural, color_system=None, force_terminal=False, highlight=False)
    title, table.title = str(table.title), None
    out.write(f"{title}\n")
    wide.print(table)
    out.write(textwrap.fill(note, WIDTH))
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines()) + "\n"


def _draw(results: "Results", found: pd.DataFrame, folder: Path) -> None:
    import matplotlib

    manifest = results.manifest
    titles = titles_of(manifest.formulas)
    scenarios = list(dict.fromkeys(found["scenario"]))
    with matplotlib.rc_context():
        for scenario in scenarios:
            base = in_sentence(titles.get(manifest.baseline or "", ""))
            of = Look(run_origin(results, manifest.draws, scenario), manifest.draws, manifest.seed, base)
            name = "tornado.png" if len(scenarios) == 1 else f"tornado_{scenario}.png"
            tornado(found[found["scenario"] == scenario], of, folder / name, titles)
