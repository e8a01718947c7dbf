"""The comparison of formulas as a plain text table: what each brings, what it costs, what an added outcome costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.shared.intervals import (
    NOT_AVAILABLE,
    bands,
    interval_note,
    interval_parts,
    interval_text,
    mean_of_defined,
    number_text,
    ratio_error,
)
from sim.report.shared.origin import changed_formulas, run_origin
from sim.report.shared.panel import Panel, scenario_names

if TYPE_CHECKING:
    from sim.results.results import Results

RATIOS: Mapping[str, str] = MappingProxyType({"concentrators": "concentrator", "credentials": "credential"})
"""Outcomes whose added unit is priced, with the word for one of them."""

_RULED = "    \n    \n -- \n    \n    \n -- \n    \n -- \n"
"""Table borders in plain ASCII: a rule under the header and under the table."""

LAST = 5
"""Outcomes are shown as the mean over this many last years, when a formula has had time to work."""


@dataclass(frozen=True)
class CostPerAdded:
    """What one more unit of an outcome costs the state against the baseline.

    ``cost`` and ``outcome`` are the paired differences by draw ``[R]``, means over the years after the base year,
    constant dollars. ``verdict`` is 'costs' (more outcome), 'saves' (more outcome for clearly less money), 'fewer'
    (clearly less outcome) or 'unclear' (the interval of the outcome includes zero). ``ratio`` and the percentiles
    beside it are given for 'costs' and 'saves' only: mean cost over mean outcome, and the distribution of the ratio
    over draws; ``error`` is the Monte-Carlo standard error of ``ratio``.
    """

    verdict: str
    cost: Array
    outcome: Array
    ratio: float | None = None
    low: float = np.nan
    lower: float = np.nan
    median: float = np.nan
    upper: float = np.nan
    high: float = np.nan
    error: float = np.nan


def cost_per_added(cost: Array, outcome: Array) -> CostPerAdded:
    """Price one added unit from paired differences ``cost[R]`` (dollars) and ``outcome[R]``.

    The ends of the outcome's interval are actual draws (no interpolation), so that the ratio stays finite throughout
    its own interval whenever it is given. A draw below that interval with no more outcome counts as infinitely dear.
    """
    least, most = np.percentile(outcome, 5, method="lower"), np.percentile(outcome, 95, method="higher")
    if most < 0:
        return CostPerAdded("fewer", cost, outcome)
    if not least > 0:
        return CostPerAdded("unclear", cost, outcome)
    ratios = np.full(cost.shape, np.inf)
    np.divide(cost, outcome, out=ratios, where=outcome > 0)
    low, lower, median, upper = (float(np.percentile(ratios, level, method="nearest")) for level in (5, 25, 50, 75))
    top = float(np.percentile(ratios, 95, method="lower"))
    verdict = "saves" if np.percentile(cost, 95) < 0 else "costs"
    ratio = float(cost.mean()) / float(outcome.mean())
    return CostPerAdded(verdict, cost, outcome, ratio, low, lower, median, upper, top, ratio_error(cost, outcome))


def costs_per_added(panel: Panel, outcome: str) -> dict[int, CostPerAdded]:
    """``cost_per_added`` for every formula but the baseline, by its index; empty if the baseline was not run."""
    if panel.baseline is None or not panel.policy.any():
        return {}
    cost = panel.state("state_cost_constant")[:, :, panel.policy].mean(axis=2)
    number = panel.state(outcome)[:, :, panel.policy].mean(axis=2)
    return {f: cost_per_added(cost[f] - cost[panel.baseline], number[f] - number[panel.baseline]) for f in panel.others}


def _cost_cell(panel: Panel, f: int, costs: Mapping[int, CostPerAdded]) -> tuple[str, str]:
    if f == panel.baseline:
        return "-", ""
    if f not in costs:
        return NOT_AVAILABLE, "no baseline run"
    found = costs[f]
    money = bands(found.cost, axis=0)
    if found.verdict == "unclear":
        return NOT_AVAILABLE, "none added"
    if found.verdict == "fewer":
        return NOT_AVAILABLE, "fewer"
    if found.verdict == "saves":
        return "saves", f"{number_text(-float(money.mean), 'dollars')} a year"
    assert found.ratio is not None
    return interval_parts(found.ratio, found.low, found.high, "dollars", between="-")


def comparison_cells(results: "Results", scenario: str | None = None) -> list[list[tuple[str, str]]]:
    """The table's cells: a header row, then one row a formula in the order of the config; each cell is two lines,
    a value (or heading) and its interval (or unit)."""
    panel = Panel(results, scenario)
    last = _last_years(panel)
    all_years = panel.policy if panel.policy.any() else np.ones(len(panel.years), np.bool_)
    recent = _span(panel, last)
    rows: list[list[tuple[str, str]]] = [
        [
            ("Formula", ""),
            ("Concentrators", recent),
            ("Credentials", recent),
            ("State cost", f"FY{panel.base_year} $ a year"),
            ("$ per added", "concentrator"),
            ("$ per added", "credential"),
            ("Pathways", recent),
            ("Paid share", "(proration)"),
        ]
    ]
    columns = (
        (panel.state("concentrators"), last, "students"),
        (panel.state("credentials"), last, "credentials"),
        (panel.state("state_cost_constant"), all_years, "dollars"),
        (panel.state("pathways"), last, "pathways"),
        (panel.proration(), all_years, "share"),
    )
    cells = []
    for values, years, unit in columns:
        found = bands(mean_of_defined(values[:, :, years], axis=2))
        cells.append(
            [
                interval_parts(found.mean[f], found.p05[f], found.p95[f], unit, between="-")
                if found.count[f]
                else (NOT_AVAILABLE, "none owed")
                for f in range(len(panel.formulas))
            ]
        )
    prices, changed = [costs_per_added(panel, outcome) for outcome in RATIOS], changed_formulas(results)
    for f, formula in enumerate(panel.formulas):
        priced = [_cost_cell(panel, f, costs) for costs in prices]
        remarks = ["baseline"] * (f == panel.baseline) + ["changed"] * (formula in changed)
        label = (formula, ", ".join(remarks))
        rows.append([label, cells[0][f], cells[1][f], cells[2][f], *priced, cells[3][f], cells[4][f]])
    return rows


def comparison_table(results: "Results", scenario: str | None = None, width: int = 132) -> str:
    """The comparison of all formulas as plain text, two lines a cell, with a note on what the intervals mean.

    ``width`` is the length of lines to which the notes are wrapped; the table takes what it needs (about 125
    characters), rather than lose a digit. With several scenarios and none named, one table for each.
    """
    names = scenario_names(results)
    if scenario is None and len(names) > 1:
        return "\n".join(comparison_table(results, name, width) for name in names)
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table

    panel = Panel(results, scenario)
    header, *rows = comparison_cells(results, scenario)
    title = f"Funding formulas compared, FY{panel.years[0]} to FY{panel.years[-1]}, scenario {panel.scenario}"
    table = Table(title=title, title_justify="left", title_style="", box=Box(_RULED, ascii=True), padding=(0, 1, 0, 0))
    for number, (top, below) in enumerate(header):
        heading = f"{top}\n{below}" if below else top
        table.add_column(heading, justify="right" if number else "left", no_wrap=number > 0, overflow="fold")
    for row in rows:
        table.add_row(*(f"{top}\n{below}" if below else top for top, below in row))
    notes = [
        f"Concentrators, credentials and pathways: mean of {_span(panel, _last_years(panel))}. State cost and paid "
        f"share: mean of {_span(panel, panel.policy)}, state CTE lines. $ per added: added cost over added outcome, "
        "both against the baseline and as means of those years; n/a where 90% of draws do not all show a rise; "
        "'saves' where they show a rise for less money; below zero where that is so on average only.",
        interval_note(panel.draws, panel.seed),
    ]
    notes += _moved_inside_the_seg(panel)
    if panel.left_out:
        notes.append(f"{panel.left_out} draws are left out because a run in them did not finish.")
    notes.append(f"{run_origin(results, panel.draws, panel.scenario)}.")
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, highlight=False, markup=False)
    natural = Console(width=1000).measure(table).maximum
    Console(file=out, width=natural, color_system=None, force_terminal=False).print(table)
    for note in notes:
        console.print(note)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


LEAST_MOVED = 1_000.0
"""Dollars a year below which a change of the unit value is rounding."""


def _moved_inside_the_seg(panel: Panel) -> list[str]:
    """A note for each formula whose money comes from other program units of the SEG, not from the state."""
    if not panel.policy.any():
        return []
    moved = bands(panel.constant("dilution")[:, :, panel.policy].mean(axis=2))
    return [
        f"{formula}: {interval_text(moved.mean[f], moved.p05[f], moved.p95[f], 'dollars')} a year moves to "
        "CTE inside the SEG from other program units, whose value falls; it is no cost of the state."
        for f, formula in enumerate(panel.formulas)
        if moved.mean[f] > LEAST_MOVED
    ]


def _last_years(panel: Panel) -> BoolArray:
    return (
        np.asarray(panel.years > max(panel.base_year, int(panel.years[-1]) - LAST))
        if panel.policy.any()
        else (panel.years == panel.years[-1])
    )


def _span(panel: Panel, years: BoolArray) -> str:
    covered = panel.years[years]
    if not len(covered):
        return f"FY{panel.base_year}"
    return f"FY{covered[0]}" if len(covered) == 1 else f"FY{covered[0]}-{str(covered[-1])[2:]}"
