"""What a study says of its own Monte Carlo error: how far mean differences from the baseline may still move."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.shared.intervals import NOT_AVAILABLE, number_text
from sim.report.shared.names import titles_of
from sim.report.shared.panel import scenario_names
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.results.headlines import HEADLINES, LAST, headline_columns, headlines
from sim.study.running.precision import Margin, margins
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

PRECISION_FILE = "precision.csv"


def all_margins(results: "Results") -> dict[str, dict[tuple[str, str], Margin]]:
    """Margins by scenario, then by formula and headline outcome; empty if the baseline was not run."""
    baseline = results.manifest.baseline
    if baseline is None or baseline not in set(results.design["formula"]):
        return {}
    state = results.read("state", headline_columns())
    found = headlines(state, results.manifest.base_year)
    return {name: margins(found, results.design, baseline, name) for name in scenario_names(results)}


def write_precision(results: "Results", folder: Path) -> str:
    """Write precision.csv and return the same as text; an empty text if there is nothing to compare with."""
    found = all_margins(results)
    if not any(found.values()):
        return ""
    units = {headline.name: headline.unit for headline in HEADLINES}
    rows = [
        {
            "scenario": scenario,
            "formula": formula,
            "outcome": outcome,
            "unit": units[outcome],
            "years": f"last {LAST}",
            "difference_mean": margin.mean,
            "monte_carlo_error": margin.error,
            "half_width_95": margin.half_width,
            "replicates": margin.replicates,
        }
        for scenario, named in found.items()
        for (formula, outcome), margin in named.items()
    ]
    write_table(pd.DataFrame(rows), folder / PRECISION_FILE)
    return precision_text(results, found)


def precision_text(results: "Results", found: Mapping[str, Mapping[tuple[str, str], Margin]]) -> str:
    """One row for each formula: mean difference from the baseline, give or take its 95% half-width; within 80 columns.
    What finds no room there is in the file."""
    replicates = max((margin.replicates for named in found.values() for margin in named.values()), default=0)
    counted = f"{replicates:,} replicate{'s' if replicates != 1 else ''}"
    names = titles_of(results.manifest.formulas)
    header: list[Cell] = [("Formula" if len(found) == 1 else "Formula, scenario", "")]
    for headline in HEADLINES:
        unit = f"FY{results.manifest.base_year} $" if headline.unit == "dollars" else ""
        header.append((headline.heading, unit))
    rows = [header]
    for scenario, named in found.items():
        for formula in dict.fromkeys(formula for formula, _ in named):
            cells = [(_cell(named[formula, headline.name], headline.unit), "") for headline in HEADLINES]
            title = names.get(formula, formula)
            rows.append([(title if len(found) == 1 else f"{title}, {scenario}", ""), *cells])
    kept = fitting(rows, PAGE)
    gone = "; ".join(" ".join(rows[0][place][0].split()) for place in range(len(header)) if place not in kept)
    notes = [
        f"Not shown here: {gone} ({PRECISION_FILE})." if gone else "",
        f"Mean of the last {LAST} years. Behind ±: 95% half-width of the mean over replicates: how far that "
        "mean may still move with other draws. It shrinks with more of them; the spread over draws does not."
        + (" One replicate cannot tell: use more draws." if replicates < 2 else "")
        + _ending(results),
    ]
    title = f"How far a mean difference from {names.get(str(results.manifest.baseline), '')} may move, {counted}"
    table = plain_table([[row[place] for place in kept] for row in rows], PAGE)
    return "\n".join([*paragraphs([title]), table.rstrip("\n"), *paragraphs(notes)])


def _ending(results: "Results") -> str:
    """How many replicates were used, where the settings ask for a precision."""
    wanted = results.manifest.config.get("precision")
    if not wanted:
        return ""
    draws, stopped = int(results.manifest.draws), results.stopped
    goal = f"{wanted['half_width']:g}" if wanted.get("half_width") else f"{wanted['share']:.3g} of the baseline's mean"
    if stopped is not None:
        return f" Stopped after {stopped.replicates:,} of {draws:,} replicates: {wanted['outcome']} within {goal}."
    return f" All {draws:,} replicates were used; {wanted['outcome']} within {goal} was not reached."


def _cell(of: Margin, unit: str) -> str:
    if not np.isfinite(of.mean):
        return NOT_AVAILABLE
    if not np.isfinite(of.half_width):
        return number_text(of.mean, unit, signed=True)
    step = 10.0 ** (np.floor(np.log10(of.half_width)) - 1.0) if of.half_width > 0 else None
    size = max(abs(of.mean), of.half_width)
    return f"{number_text(of.mean, unit, step, True, size)} ± {number_text(of.half_width, unit, step, size=size)}"
