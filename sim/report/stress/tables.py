"""Formulas under shocks: what it costs, how often money runs short, and what students lose."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.shared.concentrators import reported_cell
from sim.report.shared.intervals import Bands, bands, interval_note, interval_parts, number_text
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel, scenario_names
from sim.report.stress.figures import stress_figures
from sim.report.stress.shortfall import CALM, SHORT, Shortfall, short_years, shortfall
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


def _panels(results: "Results") -> dict[str, Panel]:
    return {name: Panel(results, name) for name in scenario_names(results)}


def _parts(of: Array, unit: str, signed: bool = False) -> tuple[str, str]:
    summary = bands(of[np.newaxis, :])
    between = " to " if signed else "-"
    return interval_parts(
        float(summary.mean[0]), float(summary.low[0]), float(summary.high[0]), unit, signed, between=between
    )


def _cell(of: Array, unit: str, signed: bool = False) -> str:
    return "\n".join(filter(None, _parts(of, unit, signed)))


def _reported(found: Shortfall) -> str:
    taught, _ = _parts(found.taught, "students", signed=True)
    recoded = float((found.concentrators - found.taught).mean())
    return "\n".join(reported_cell(taught, recoded, signed=True))


def stress_table(results: "Results", width: int = 132) -> str:
    """One block for each formula, one row for each scenario, as plain text.

    ``width`` is the length of lines to which the notes are wrapped; a table takes what it needs, rather than lose a
    digit.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    panels = _panels(results)
    calm = panels.get(CALM)
    if calm is None:
        raise ValueError("a stress study needs the scenario 'baseline', against which losses are taken")
    console = Console(width=width, color_system=None)
    blocks: list[str] = []
    for place, name in enumerate(calm.formulas):
        table = Table(box=box.SIMPLE, pad_edge=False, collapse_padding=True)
        table.add_column("Scenario", no_wrap=True)
        for heading in (
            f"Dearest year\nFY{calm.base_year} $", "Draws\nshort", "Shortfall,\nworst year", "Lowest\npaid share",
            "Concentrators\ntaught", "reported", "Participants", "Credentials",
        ):  # fmt: skip
            table.add_column(heading, justify="right", no_wrap=True)
        for scenario, panel in panels.items():
            found = shortfall(panel, calm, place)
            calm_row = scenario == CALM
            table.add_row(
                scenario,
                _cell(found.worst_cost, "dollars"),
                number_text(float(found.short.mean()), "share", 0.01),
                _cell(found.worst_shortfall, "dollars"),
                _cell(found.lowest_share, "share"),
                "-" if calm_row else _cell(found.taught, "students", signed=True),
                "-" if calm_row else _reported(found),
                "-" if calm_row else _cell(found.participants, "students", signed=True),
                "-" if calm_row else _cell(found.credentials, "credentials", signed=True),
            )
        wide = Console(width=Console(width=1000).measure(table).maximum, color_system=None)
        with wide.capture() as captured:
            wide.print(table)
        lines = [f"{calm.titles[place]} ({name})", *captured.get().rstrip().splitlines()]
        blocks.append("\n".join(line.rstrip() for line in lines))
    note = (
        "Concentrators taught and reported, participants and credentials: change of the yearly mean against the same"
        f" draws without the shock; what is reported and not taught is recoded. Draws short: share "
        f"of draws with a year in which more than {SHORT:.1%} of what is owed is not paid. "
        + interval_note(calm.draws, calm.seed, calm.covers)
        + f" {run_origin(results, calm.draws, 'by row')}."
    )
    with console.capture() as captured:
        console.print(note)
    return "\n\n".join([*blocks, captured.get().rstrip()]) + "\n"


def stress_frame(results: "Results") -> pd.DataFrame:
    """By scenario, formula, year and metric: mean and percentiles over draws, and the chance of a short year."""
    rows = []
    for scenario, panel in _panels(results).items():
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


def write_stress(results: "Results", folder: Path, everything: bool = True) -> list[Path]:
    """Write stress.txt, stress.csv and, with ``everything``, the figures."""
    text, table = folder / "stress.txt", folder / "stress.csv"
    text.write_text(stress_table(results), encoding="utf-8")
    write_table(stress_frame(results), table)
    drawn = stress_figures(results, _panels(results), folder / "figures") if everything else []
    return [text, table, *drawn]
