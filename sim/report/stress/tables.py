"""Formulas under shocks: what it costs, how often money runs short, and what students lose."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.arrays import Array
from sim.report.fiscal_note.files import write_notes
from sim.report.shared.intervals import Bands, bands, interval_note, interval_parts, number_text
from sim.report.shared.origin import run_origin
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.report.shared.spans import years_text
from sim.report.stress.figures import stress_figures
from sim.report.stress.figures_of_losses import loss_figures
from sim.report.stress.measured import Measured, measured
from sim.report.stress.narrowed import of_scenario
from sim.report.stress.page import stress_page
from sim.report.stress.places import Places, lost_frame, toll_frame, toll_sheet
from sim.report.stress.reserve_tables import claim_sheet, ladder_of, ladder_sheet, reserves_frame
from sim.report.stress.sheets import Sheet, as_text
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
from sim.report.stress.tail_tables import (
    exceedance_frame,
    losses_frame,
    matrix,
    parts_sheet,
    returns_sheet,
    tail_sheet,
    yearly_frame,
)
from sim.report.stress.words import tail_sentences
from sim.states.speaking import state_words
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

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


def write_stress(
    results: "Results",
    folder: Path,
    answer: str,
    everything: bool = True,
    world: "World | None" = None,
    command: str = "",
) -> list[Path]:
    """Write stress.txt, which begins with the answer, the tables of losses and, with ``everything``, the figures and
    report.html, which names districts where the ``world`` is given; ``command`` makes the folder again."""
    of = measured(results)
    text, table = folder / "stress.txt", folder / "stress.csv"
    further = [as_text(sheet) for sheet in text_sheets(of)]
    said = "\n".join(paragraphs(tail_sentences(of)))
    pieces = [answer, said + "\n" if said else "", stress_table(results), *further]
    text.write_text("\n".join(piece for piece in pieces if piece), encoding="utf-8")
    write_table(stress_frame(results), table)
    written = [text, table]
    ladder = ladder_of(results)
    frames = {
        "losses.csv": losses_frame(of),
        "losses_by_year.csv": yearly_frame(of),
        "exceedance.csv": exceedance_frame(of),
        "lost.csv": toll_frame(of),
        **({"reserves.csv": reserves_frame(of, ladder)} if ladder is not None else {}),
    }
    places = Places(of, world) if world is not None else None
    if places is not None and places.there and places.worst:
        frames["lost_by_place.csv"] = lost_frame(of, places)
    for name, frame in frames.items():
        write_table(frame, folder / name)
        written.append(folder / name)
    if not everything:
        return written
    drawn = [
        *loss_figures(of, places, folder / "figures"),
        *stress_figures(results, of.panels, of.titles, folder / "figures"),
    ]
    page = folder / "report.html"
    head, *found = sentences(answer)
    html = stress_page(of, [*found, head], world, folder / "figures", command)  # the conclusion first
    page.write_text(html, encoding="utf-8", newline="\n")
    if world is not None and results.keeps("lines"):
        written += write_notes(of_scenario(results, CALM, ("lines", "districts")), world, folder, stress=of)
    return [*written, *drawn, page]


def tails_told(results: "Results", width: int = PAGE) -> list[str]:
    """What is said of tails, as paragraphs of a width."""
    return [*paragraphs(tail_sentences(measured(results)), width), ""]


def text_sheets(of: Measured) -> list[Sheet]:
    """The tables of stress.txt after the first."""
    ladder = ladder_of(of.results)
    found = [
        matrix(of),
        tail_sheet(of, "carried", "worst year"),
        returns_sheet(of),
        parts_sheet(of),
        *((ladder_sheet(of, ladder), claim_sheet(of, ladder)) if ladder is not None else ()),
        toll_sheet(of),
    ]
    return [sheet for sheet in found if sheet is not None]


def sentences(answer: str) -> list[str]:
    """The lines of an answer as sentences: what is indented goes on."""
    found: list[str] = []
    for line in answer.splitlines():
        if line.startswith("  ") and found:
            found[-1] += f" {line.strip()}"
        elif line.strip():
            found.append(line)
    return found
