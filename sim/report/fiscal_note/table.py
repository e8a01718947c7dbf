"""The numbers of fiscal notes as one table, a row for each cell that a note prints."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.arrays import IntArray
from sim.report.fiscal_note.amounts import cell
from sim.report.fiscal_note.lines import Budget, Row, policy_years
from sim.report.shared.intervals import bands, interval_text
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.spans import years_text
from sim.report.shared.written import Running

if TYPE_CHECKING:
    from sim.results.results import Results

PAID = "State payments"
CHANGE = "Estimated additional operating budget impact"
"""The two tables of money: what the formula pays, and the change from current law (the baseline)."""

STUDENTS = "Students"
CHANGE_IN_STUDENTS = "Estimated change in students"
"""The two tables of concentrators, in students."""

THOUSANDS, HEADS = "thousands of dollars", "students"

COLUMNS: tuple[str, ...] = (
    "scenario", "formula", "table", "row", "program", "recurring_or_nonrecurring", "fund_affected", "unit",
    "fiscal_years", "in_force", "mean", "low", "high", "cell",
)  # fmt: skip


def fiscal_note_table(results: "Results") -> pd.DataFrame:
    """One row for each scenario, formula, table, line and fiscal year, columns ``COLUMNS``.

    The years are the first three after the base year and, for money, their sum. ``mean`` is over draws, ``low`` and
    ``high`` the ends of its interval (of the difference within each draw for a change), so that low <= mean <= high;
    money is in thousands of nominal dollars, to a tenth. ``cell`` is what the note prints, where parentheses mark a
    decrease. ``in_force`` says whose the numbers are: ``current law`` until the formula begins, ``formula`` while it
    holds, ``nothing`` once its last line has ended, and for a sum of years all that hold in them.

    Means of lines add up to means of totals, but for rounding; lows and highs do not, because lines do not all fall low
    in the same draw. For ``row`` see ``sim.report.fiscal_note.lines.Row``; without rows if no year after the base year
    was run.

    Raises ValueError if the manifest does not say whether a line that pays is recurring and from which fund.
    """
    rows: list[dict[str, Any]] = []
    for scenario in scenario_names(results):
        panel = Panel(results, scenario)
        at = policy_years(panel)
        if not len(at):
            continue
        budget = Budget.of(panel, at)
        for f, formula in enumerate(panel.formulas):
            law = panel.running[f] if f != panel.baseline else None
            tables = (
                (PAID, THOUSANDS, budget.paid(f)),
                (CHANGE, THOUSANDS, budget.change(f)),
                (STUDENTS, HEADS, budget.students(f, change=False)),
                (CHANGE_IN_STUDENTS, HEADS, budget.students(f, change=True)),
            )
            for table, unit, held in tables:
                shared = {"scenario": scenario, "formula": formula, "table": table, "unit": unit}
                rows += [shared | found for row in held for found in _cells(panel.years[at], law, row, table, unit)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _in_force(years: IntArray, of: Running | None) -> str:
    """What holds in fiscal years, in their order: current law, then the formula, then nothing; ``of`` is None for
    current law itself."""
    if of is None:
        return "current law"
    held = ("current law" if year < of.begins else "formula" if of.holds(year) else "nothing" for year in years)
    return ", ".join(dict.fromkeys(held))


def _cells(years: IntArray, of: Running | None, row: Row, table: str, unit: str) -> Iterator[dict[str, Any]]:
    spans = [(years[y : y + 1], amounts) for y, amounts in enumerate(row.amounts.T)]
    if unit == THOUSANDS and len(years) > 1:
        spans.append((years, row.amounts.sum(axis=1)))
    for within, amounts in spans:
        found = bands(amounts, axis=0)
        mean, low, high = (float(np.round(value, 1)) + 0.0 for value in (found.mean, found.low, found.high))
        if unit == THOUSANDS:
            text = ", ".join(filter(None, cell(mean, low, high, table == CHANGE)))
        else:
            text = interval_text(mean, low, high, "students", signed=table == CHANGE_IN_STUDENTS)
        yield {
            "row": row.kind, "program": row.program, "recurring_or_nonrecurring": row.recurring,
            "fund_affected": row.fund, "fiscal_years": years_text(within), "in_force": _in_force(within, of),
            "mean": mean, "low": low, "high": high, "cell": text,
        }  # fmt: skip
