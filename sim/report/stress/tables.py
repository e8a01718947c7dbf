"""Formulas under shocks: what it costs, how often money runs short, and what students lose."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.arrays import Array
from sim.report.shared.intervals import Bands, bands, interval_note, interval_parts, number_text
from sim.report.shared.origin import run_origin
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.report.shared.spans import years_text
from sim.report.stress.figures import stress_figures
from sim.report.stress.shortfall import (
    CALM,
    LEAST_DOLLARS,
    LEAST_TAUGHT,
    Shortfall,
    Stressed,
    scenario_titles,
    short_years,
    stress_panels,
    stressed,
)
from sim.states.folder import state_words
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

YEARLY: tuple[tuple[str, str], ...] = (
    ("state_cost", "dollars"),
    ("entitlement", "dollars"),
    ("appropriation", "dollars"),
    ("proration", "share"),
    ("dilution", "dollars"),
    ("participants", "students"),
    ("concentrators_taught", "students"),
    ("concentrators", "students"),
    ("credentials", "credentials"),
    ("sites", "sites"),
)


Columns = tuple[tuple[str, str, str, bool], ...]

COLUMNS: Columns = (
    ("Not paid,\nworst year", "worst_shortfall", "dollars", False),
    ("Lowest\npaid share", "lowest_share", "share", False),
    ("Change in\ntaught", "taught", "students", True),
    ("Dearest\nyear", "worst_cost", "dollars", False),
    ("Not paid,\nall years", "all_unpaid", "dollars", False),
    ("Change in\ncredentials", "credentials", "credentials", True),
)
"""Headings, fields of a shortfall, units and whether they are changes; those that matter most first."""


def stress_table(results: "Results", width: int = PAGE) -> str:
    """One table, formula by scenario, as plain text within ``width``: a row without a shock, then those scenarios that
    move anything. Columns that find no room are named below; answer.csv has them and every scenario."""
    panels = stress_panels(results)
    titles = scenario_titles(results)
    calm = panels.get(CALM)
    found = stressed(panels)
    assert calm is not None
    rows = _rows(found, titles)
    kept = fitting(rows, width)
    gone = [" ".join(rows[0][place][0].split()) for place in range(len(rows[0])) if place not in kept]
    still = [titles[name] for name in titles if name != CALM and not any(one.moves(name) for one in found)]
    years = years_text(calm.years[calm.policy]) if calm.policy.any() else f"FY{calm.base_year}"
    notes = [
        f"Not shown here: {'; '.join(gone)} (answer.csv)." if gone else "",
        f"No row under any formula: {', '.join(still)}." if still else "",
        "A scenario has a row where it clearly moves a worst year by "
        f"{number_text(LEAST_DOLLARS, 'dollars')} or more, or those taught by {LEAST_TAUGHT:.0%} or more. Not paid: "
        "owed by the state's lines above their appropriation, which districts carry. Changes: of the yearly mean "
        "against the same draws without the shock.",
        f"* from {state_words().other_units}, in the year in which a weight takes most: no cost of the state and no "
        "saving."
        if any(float(one.calm.most_taken.mean()) >= LEAST_DOLLARS for one in found)
        else "",
        interval_note(calm.draws, calm.seed, calm.covers),
        f"{run_origin(results, calm.draws, 'by row')}.",
    ]
    title = f"Worst years of {years}, FY{calm.base_year} dollars; below each its 90% interval"
    table = plain_table([[row[place] for place in kept] for row in rows], width)
    return "\n".join([*paragraphs([title], width), table.rstrip("\n"), *paragraphs(notes, width)]) + "\n"


def stress_cells(results: "Results") -> list[list[Cell]]:
    """All columns of the table with their headings first; a formula's title stands alone in its row, its scenarios
    below it."""
    return _rows(stressed(stress_panels(results)), scenario_titles(results))


def _rows(found: Sequence[Stressed], titles: Mapping[str, str]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[("Formula, scenario", ""), *((heading, "") for heading, *_ in COLUMNS)]]
    for one in found:
        rows.append([(one.title, ""), *[("", "")] * len(COLUMNS)])
        rows.append([(f"  {titles[CALM].lower()}", ""), *_cells(one.calm, calm_row=True)])
        rows += [
            [(f"  {titles[name]}", ""), *_cells(shock, calm_row=False)]
            for name, shock in one.shocks.items()
            if one.moves(name)
        ]
    return rows


def _cells(shock: Shortfall, calm_row: bool) -> list[Cell]:
    cells = []
    for _, name, unit, signed in COLUMNS:
        value, below = ("-", "") if calm_row and signed else _parts(getattr(shock, name), unit, signed)
        taken = float(shock.most_taken.mean())
        if name == "worst_cost" and taken >= LEAST_DOLLARS:
            below = "\n".join(filter(None, (below, f"{number_text(taken, 'dollars')} taken*")))
        cells.append((value, below))
    return cells


def _parts(of: Array, unit: str, signed: bool = False) -> Cell:
    summary = bands(of, axis=0)
    between = " to " if signed else "-"
    return interval_parts(float(summary.mean), float(summary.low), float(summary.high), unit, signed, between=between)


def stress_frame(results: "Results") -> pd.DataFrame:
    """By scenario, formula, year and metric: mean and percentiles over draws, and the chance of a short year."""
    rows = []
    for scenario, panel in stress_panels(results).items():
        short = short_years(panel)
        for column, unit in YEARLY:
            found: Bands = bands(panel.state(column))
            for f, formula in enumerate(panel.formulas):
                for t, year in enumerate(panel.years):
                    rows.append(
                        {
                            "scenario": scenario,
                            "formula": formula,
                            "fiscal_year": int(year),
                            "metric": column,
                            "unit": unit,
                            "mean": found.mean[f, t],
                            "median": found.median[f, t],
                            "p05": found.low[f, t],
                            "p95": found.high[f, t],
                            "monte_carlo_error": found.error[f, t],
                            "probability_short": float(short[f, :, t].mean()),
                            "draws": panel.draws,
                        }
                    )
    return pd.DataFrame(rows)


def write_stress(results: "Results", folder: Path, answer: str, everything: bool = True) -> list[Path]:
    """Write stress.txt, which begins with the answer, stress.csv and, with ``everything``, the figures."""
    text, table = folder / "stress.txt", folder / "stress.csv"
    text.write_text(f"{answer}\n{stress_table(results)}", encoding="utf-8")
    write_table(stress_frame(results), table)
    drawn = stress_figures(results, stress_panels(results), folder / "figures") if everything else []
    return [text, table, *drawn]
