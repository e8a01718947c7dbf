"""The fiscal-note table in the layout of New Mexico's Fiscal Impact Reports: three fiscal years, recurring or not, by
fund, in thousands of dollars; and the concentrators that the money is paid for."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.arrays import Array, IntArray
from sim.report.shared.intervals import bands, interval_text
from sim.report.shared.panel import Panel, scenario_names
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

YEARS = 3
"""Fiscal years after the base year that a fiscal note covers."""

PAID = "State payments"
CHANGE = "Estimated additional operating budget impact"
"""The two tables of money: what the formula pays, and the change from current law (the baseline)."""

STUDENTS = "Students"
CHANGE_IN_STUDENTS = "Estimated change in students"
"""The two tables of concentrators, in students."""

COUNTED: tuple[tuple[str, str], ...] = (
    ("concentrators_taught", "Concentrators taught"),
    ("concentrators_recoded", "Concentrators recoded: reported as sequences are re-cut"),
    ("concentrators", "Concentrators reported, which the state counts and pays for"),
)
"""What is counted; the first two add up to the third."""

THOUSANDS, HEADS = "thousands of dollars", "students"

SEG_FUND = "General Fund"
"""The fund that the SEG is appropriated from."""

SMALLEST = 0.05
"""Thousands of dollars below which a cell reads 'No fiscal impact'."""


def fiscal_note(results: "Results") -> pd.DataFrame:
    """One row for each scenario, formula, table and line, with totals by fund and recurrence and over all.

    For each of the first three fiscal years after the base year and for their sum: the mean over draws, a low and a
    high (5th and 95th percentile; of the difference within each draw for the change table), all in thousands of
    nominal dollars, and the cell as a fiscal note prints it, where parentheses mark a decrease. Means of lines add up
    to means of totals, but for rounding; lows and highs do not, because lines do not all fall low in the same draw.
    Background lines, which exist whatever the formula, are listed as such and stay out of the totals. What is set aside
    for a line's reserve is the row 'reserve', also outside the totals: it is paid out only when it is drawn. A weight
    inside the SEG that gets no new appropriation is paid for by the other program units; that is the row 'offset', so
    that totals are what the state adds. Below the money stand concentrators in heads, taught, recoded and reported
    (rows 'count'), which have no sum over years.

    Raises ValueError if the manifest does not say whether a line that pays is recurring and from which fund.
    """
    rows: list[dict[str, Any]] = []
    for scenario in scenario_names(results):
        panel = Panel(results, scenario)
        years = np.flatnonzero(panel.policy)[:YEARS]
        if not len(years):
            continue
        paid = panel.lines("paid")[:, :, years] / 1000.0
        moved = panel.state("dilution")[:, :, years] / 1000.0
        aside = panel.lines("set_aside")[:, :, years] / 1000.0
        for f, formula in enumerate(panel.formulas):
            shared = {"scenario": scenario, "formula": formula, "title": panel.titles[f]}
            labels = [f"FY{year}" for year in panel.years[years]]
            for table, amounts, reference, offset in _tables(panel, paid, moved, f):
                for row in (*_set_aside(panel, f, aside[f]), *_table(panel, f, amounts, reference, offset)):
                    cells = row.pop("amounts")
                    rows.append(
                        shared
                        | {"table": table, "unit": THOUSANDS}
                        | row
                        | _cells(cells, labels, table == CHANGE)
                        | {"draws": panel.draws}
                    )
            rows += [shared | row | {"draws": panel.draws} for row in _students(panel, f, years, labels)]
    return pd.DataFrame(rows)


def _students(panel: Panel, f: int, years: IntArray, labels: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of concentrators taught, recoded and reported, and of their change unless this is the baseline."""
    for table in (STUDENTS, CHANGE_IN_STUDENTS):
        change = table == CHANGE_IN_STUDENTS
        if change and (panel.baseline is None or f == panel.baseline):
            continue
        for column, program in COUNTED:
            values = panel.state(column)[:, :, years]
            counted = values[f] - values[panel.baseline] if change else values[f]
            row: dict[str, Any] = {"table": table, "unit": HEADS, "row": "count", "line": "", "program": program}
            row |= {"recurring_or_nonrecurring": "", "fund_affected": ""}
            for label, heads in zip(labels, counted.T, strict=True):
                found = bands(heads, axis=0)
                mean, low, high = (round(float(number), 1) + 0.0 for number in (found.mean, found.low, found.high))
                text = interval_text(mean, low, high, "students", signed=change)
                row |= {label: mean, f"{label}_low": low, f"{label}_high": high, f"{label}_text": text}
            yield row


def _tables(panel: Panel, paid: Array, moved: Array, f: int) -> Iterator[tuple[str, Array, Array, Array]]:
    """What is paid ``[R, 3, L]`` and, unless this is the baseline, the change from it; the amounts that decide whether
    a line is listed at all; and what other program units of the SEG lose ``[R, 3]``, negative."""
    yield PAID, paid[f], paid[f], -moved[f]
    if panel.baseline is not None and f != panel.baseline:
        both = np.maximum(np.abs(paid[f]), np.abs(paid[panel.baseline]))
        yield CHANGE, paid[f] - paid[panel.baseline], both, moved[panel.baseline] - moved[f]


def _set_aside(panel: Panel, f: int, aside: Array) -> Iterator[dict[str, Any]]:
    """A row for each line that has money voted for its reserve in these years, ``aside[R, 3, L]``."""
    for number, line in enumerate(panel.line_names):
        if aside[..., number].any():
            facts = panel.line_metadata(line, panel.formulas[f])
            yield {
                "row": "reserve",
                "line": line,
                "program": f"{facts.get('title') or line}: set aside in a reserve",
                "recurring_or_nonrecurring": "Nonrecurring",
                "fund_affected": str(facts.get("fund") or ""),
                "amounts": aside[..., number],
            }


def _table(panel: Panel, f: int, amounts: Array, reference: Array, offset: Array) -> Iterator[dict[str, Any]]:
    formula = panel.formulas[f]
    counted: dict[tuple[str, str], Array] = {}
    for number, line in enumerate(panel.line_names):
        if not (reference[..., number] != 0.0).any():
            continue
        facts = panel.line_metadata(line, formula)
        if facts.get("recurring") is None or not facts.get("fund"):
            raise ValueError(f"the manifest does not say fund and recurrence of the line '{line}' that {formula} pays")
        background = bool(facts.get("background"))
        recurring = "Recurring" if facts["recurring"] else "Nonrecurring"
        fund = str(facts["fund"])
        if not background:
            counted[fund, recurring] = counted.get((fund, recurring), 0.0) + amounts[..., number]
        yield {
            "row": "background" if background else "line",
            "line": line,
            "program": str(facts.get("title") or line),
            "recurring_or_nonrecurring": recurring,
            "fund_affected": fund,
            "amounts": amounts[..., number],
        }
    if (offset != 0.0).any():
        counted[SEG_FUND, "Recurring"] = counted.get((SEG_FUND, "Recurring"), 0.0) + offset
        yield {
            "row": "offset",
            "line": "",
            "program": "Moved from other program units of the SEG (lower unit value)",
            "recurring_or_nonrecurring": "Recurring",
            "fund_affected": SEG_FUND,
            "amounts": offset,
        }
    for (fund, recurring), total in sorted(counted.items()):
        yield {
            "row": "subtotal",
            "line": "",
            "program": f"Total {recurring.lower()}, {fund}",
            "recurring_or_nonrecurring": recurring,
            "fund_affected": fund,
            "amounts": total,
        }
    kinds = {recurring for _, recurring in counted}
    funds = {fund for fund, _ in counted}
    yield {
        "row": "total",
        "line": "",
        "program": "Total",
        "recurring_or_nonrecurring": kinds.pop() if len(kinds) == 1 else ("Both" if kinds else ""),
        "fund_affected": funds.pop() if len(funds) == 1 else ("Several" if funds else ""),
        "amounts": sum(counted.values(), np.zeros(amounts.shape[:-1])),
    }


def _cells(amounts: Array, labels: list[str], change: bool) -> dict[str, Any]:
    """Numbers and printed text of each year and of their sum, from ``amounts[R, Y]`` in thousands of dollars."""
    out: dict[str, Any] = {}
    total = f"{len(labels)}_year_total"
    for label, values in (*zip(labels, amounts.T, strict=True), (total, amounts.sum(axis=1))):
        found = bands(values, axis=0)
        mean, low, high = (round(float(number), 1) + 0.0 for number in (found.mean, found.low, found.high))
        out |= {label: mean, f"{label}_low": low, f"{label}_high": high, f"{label}_text": cell(mean, low, high, change)}
    return out


def cell(mean: float, low: float, high: float, change: bool = True) -> str:
    """A cell as a fiscal note prints it, thousands of dollars: '$1,250.0', '($300.0)', '$110.0, range $90.0 to $120.0'
    or 'No fiscal impact' (for a change) where all three are zero."""
    if max(abs(mean), abs(low), abs(high)) < SMALLEST:
        return "No fiscal impact" if change else "$0.0"
    if high - low < 2 * SMALLEST:
        return _money(mean)
    return f"{_money(mean)}, range {_money(low)} to {_money(high)}"


def _money(thousands: float) -> str:
    text = f"${abs(thousands):,.1f}"
    return f"({text})" if thousands <= -SMALLEST else text


def write_fiscal_note(results: "Results", path: Path) -> Path | None:
    """Write ``fiscal_note`` as CSV; None if the horizon has no year after the base year."""
    table = fiscal_note(results)
    if table.empty:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(table, path, digits=None)
    return path
