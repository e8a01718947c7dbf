"""An effect taken apart: by components with their interaction, or into more money and better design."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.shared.intervals import bands, interval_note, interval_parts
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

OUTCOMES: tuple[tuple[str, str, str], ...] = (
    ("participants", "students", "Participants"),
    ("concentrators_taught", "students", "Concentrators\ntaught"),
    ("concentrators", "students", "Concentrators\nreported"),
    ("credentials", "credentials", "Credentials"),
    ("state_cost_constant", "dollars", "State cost\nFY2026 $"),
)
ONLY, WITHOUT = "_only_", "_without_"


@dataclass(frozen=True)
class Part:
    """One row of a decomposition: yearly effect on an outcome by draw, ``[R]``."""

    row: str
    outcome: str
    unit: str
    effect: Array


def effect(panel: Panel, column: str, name: str, against: str) -> Array:
    """Mean yearly difference of two formulas over the policy years, by draw, ``[R]``."""
    values = panel.state(column)[:, :, panel.policy].mean(axis=-1)
    difference: Array = values[panel.formulas.index(name)] - values[panel.formulas.index(against)]
    return difference


def by_component(panel: Panel, formula: str, baseline: str, nothing: str) -> list[Part]:
    """The effect of a formula, of each component alone, of taking each out, and the interaction.

    Components are set against ``nothing`` (the formula that replaces the old lines with nothing), so that what the old
    lines did is a row of its own. Interaction = whole - sum of the components alone; the rows sum exactly.
    """
    prefix = f"{formula}{ONLY}"
    components = [name.removeprefix(prefix) for name in panel.formulas if name.startswith(prefix)]
    parts = []
    for column, unit, _ in OUTCOMES:
        ended = effect(panel, column, nothing, baseline)
        whole = effect(panel, column, formula, nothing)
        alone = {name: effect(panel, column, f"{prefix}{name}", nothing) for name in components}
        parts.append(Part("what it replaces ends", column, unit, ended))
        parts += [Part(f"{name} alone", column, unit, value) for name, value in alone.items()]
        parts.append(Part("interaction", column, unit, whole - sum(alone.values(), np.zeros_like(whole))))
        parts.append(Part(f"{formula} against {baseline}", column, unit, ended + whole))
        for name in components:
            taken = effect(panel, column, formula, f"{formula}{WITHOUT}{name}")
            parts.append(Part(f"the last step: adding {name}", column, unit, taken))
    return parts


def by_money_and_design(panel: Panel, formula: str, baseline: str, richer: str, leaner: str) -> list[Part]:
    """Two by two: more money in the old design, the new design with the old money, and what only both together do."""
    parts = []
    for column, unit, _ in OUTCOMES:
        money = effect(panel, column, richer, baseline)
        design = effect(panel, column, leaner, baseline)
        both = effect(panel, column, formula, baseline)
        parts += [
            Part("better design, same base-year money", column, unit, design),
            Part("more base-year money, same design", column, unit, money),
            Part("interaction", column, unit, both - money - design),
            Part(f"{formula} against {baseline}", column, unit, both),
        ]
    return parts


def parts_table(parts: list[Part], title: str, panel: Panel, notes: list[str], width: int = 132) -> str:
    """The parts as plain text: a row for each part, a column for each outcome, each with its interval; then notes."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=width, color_system=None)
    table = Table(box=box.SIMPLE, title=title, title_justify="left", pad_edge=False)
    table.add_column("Effect on the yearly mean")
    for _, _, heading in OUTCOMES:
        table.add_column(heading, justify="right")
    for row in dict.fromkeys(part.row for part in parts):
        cells = []
        for column, _, _ in OUTCOMES:
            part = next(part for part in parts if part.row == row and part.outcome == column)
            found = bands(part.effect[np.newaxis, :])
            value, spread = interval_parts(
                float(found.mean[0]), float(found.low[0]), float(found.high[0]), part.unit, signed=True
            )
            cells.append(f"{value}\n{spread}" if spread else value)
        table.add_row(row, *cells)
    with console.capture() as captured:
        console.print(table)
        for note in (*notes, interval_note(panel.draws, panel.seed, panel.covers)):
            console.print(note)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def parts_frame(parts: list[Part]) -> pd.DataFrame:
    """The parts as a tidy table with mean, percentiles and Monte-Carlo error."""
    rows = []
    for part in parts:
        found = bands(part.effect[np.newaxis, :])
        rows.append(
            {
                "part": part.row,
                "outcome": part.outcome,
                "unit": part.unit,
                "mean": found.mean[0],
                "median": found.median[0],
                "p05": found.low[0],
                "p95": found.high[0],
                "monte_carlo_error": found.error[0],
                "draws": part.effect.size,
            }
        )
    return pd.DataFrame(rows)


def write_parts(results: "Results", formula: str, folder: Path, nothing: str = "pilot_sunset") -> str:
    """Write parts.txt and parts.csv of a study that took a formula apart; returns the text."""
    panel = Panel(results)
    baseline = panel.formulas[panel.baseline] if panel.baseline is not None else panel.formulas[0]
    if f"{baseline}_more_money" in panel.formulas:
        parts = by_money_and_design(panel, formula, baseline, f"{baseline}_more_money", f"{formula}_same_money")
        title = f"{formula}: more money or better design"
        notes = [
            "Money is what a design owes for base-year counts. What it costs later, as districts respond and as its "
            "amounts and appropriation follow prices or do not, is part of the design's effect."
        ]
    else:
        parts = by_component(panel, formula, baseline, nothing)
        title = f"{formula}: component by component"
        notes = [
            f"Alone: against {nothing}, in which nothing replaces the old lines. The last step: the whole formula less "
            "the formula without the component. Rows down to the interaction sum to the whole."
        ]
    text = parts_table(parts, title, panel, [*notes, f"{run_origin(results, panel.draws, panel.scenario)}."])
    (folder / "parts.txt").write_text(text, encoding="utf-8")
    write_table(parts_frame(parts), folder / "parts.csv")
    return text
