"""The printed tables of a checked bill, within 80 columns: its lines, its components, and who gains and loses."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.funding.line import called_apart
from sim.report.bill.tables import distribution, line_rows
from sim.report.shared.intervals import Bands, bands, interval_parts, number_text
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table

if TYPE_CHECKING:
    from sim.study.bill.check_formula import BillCheck

WHOLE = 10.0
"""Dollars a member from which on no cents are shown."""


def costs_table(check: "BillCheck") -> str:
    """What each line is owed, what was voted, and what is paid; intervals are of what is paid."""
    rows: list[list[Cell]] = [
        [
            ("Line", ""), ("Entitlement", ""), ("Owed after\nall rules", ""), ("Appropriated", ""), ("Paid", ""),
            ("Paid\nshare", ""),
        ]
    ]  # fmt: skip
    several = len(check.formula.own_lines) > 1
    for row in line_rows(check):
        share = np.divide(row.paid, row.owed, out=np.ones_like(row.paid), where=row.owed > 0)
        name = (row.title if several else check.formula.title, "")
        money = [(_cell(values)[0], "") for values in (row.entitlement, row.owed, row.appropriation)]
        rows.append([name, *money, _cell(row.paid), (_cell(share, "share")[0], "")])
    return _printed(rows)


def parts_table(check: "BillCheck") -> str:
    """What each component is worth alone, what the bill is worth without it, and what it adds last."""
    rows: list[list[Cell]] = [
        [("Component (entitlement)", ""), ("Alone", ""), ("Bill without it", ""), ("It adds last", "")]
    ]
    titles = called_apart(check.formula.own_lines)
    several = len({part.line for part in check.parts.parts}) > 1
    for part in check.parts.parts:
        component = part.component.replace("_", " ")
        words = f"{titles[part.line]}: {component}" if several else component
        last = check.parts.whole - part.without
        rows.append([(words, ""), _cell(part.alone), _cell(part.without), _cell(last, signed=True)])
    if len(check.parts.parts) > 1:
        rows.append([("interaction (whole less parts)", ""), _cell(check.parts.interaction, signed=True), *_BLANKS])
    return _printed(rows)


def distribution_table(check: "BillCheck") -> str:
    """Who gains and who loses, by group of districts."""
    header = ("Districts", "Members", "Now", "Bill", "Change", "A member")
    rows: list[list[Cell]] = [[*((heading, "") for heading in header), ("Gain", "Lose")]]
    for row in distribution(check):
        name = row.group.name if row.group.by != "size class" else f"{row.group.name} (size)"
        change = interval_parts(float(row.change.mean), float(row.change.low), float(row.change.high), "dollars", True)
        money = [(number_text(value, "dollars"), "") for value in (row.law, row.bill)]
        members = (f"{row.members:,.0f}", "")
        counts = (str(row.gain), str(row.lose))
        rows.append([(name, ""), members, *money, (change[0], ""), member_cell(row.per_member), counts])
    return _printed(rows)


def member_cell(of: Bands) -> Cell:
    """Dollars a member and, below, their interval: in whole dollars, but for a few."""
    values = [float(value) for value in (of.mean, of.low, of.high)]
    size = max(abs(value) for value in values)
    mean, low, high = (
        number_text(value, "dollars", 1.0 if size >= WHOLE else 0.01, True, max(size, 1e-9)) for value in values
    )
    return mean, "" if low == high == mean else f"{low} to {high}"


_BLANKS: list[Cell] = [("", ""), ("", "")]


def _cell(values: Array, unit: str = "dollars", signed: bool = False) -> Cell:
    """Mean and, below, interval over draws of ``values[R]``."""
    if not np.isfinite(values).all():
        return "as owed", ""
    found = bands(values, axis=0)
    between = " to " if signed else "-"
    return interval_parts(float(found.mean), float(found.low), float(found.high), unit, signed, between=between)


def _printed(rows: list[list[Cell]]) -> str:
    kept = fitting(rows, PAGE)
    table = plain_table([[row[place] for place in kept] for row in rows], PAGE)
    left_out = [" ".join(" ".join(rows[0][place]).split()) for place in range(len(rows[0])) if place not in kept]
    if not left_out:
        return table
    stand = "stand" if len(left_out) > 1 else "stands"
    said = f"No room here for {' and '.join(left_out)}, which {stand} in bill.csv."
    return table + "".join(f"  {line}\n" for line in paragraphs([said], PAGE - 4))
