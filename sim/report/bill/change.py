"""Why payments change, as text, CSV and workbook: the steps from one side to the other, statewide and by district."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.bill.text import step_name
from sim.report.run_sheet.layout import (
    BELOW_TOTAL,
    COUNT,
    DOLLARS,
    TOTAL_ROW,
    Formats,
    end_table,
    mark_pages,
    set_up_table,
)
from sim.report.shared.intervals import COVERS, bands, interval_note, interval_parts, number_text
from sim.report.shared.order import first_places, labels_where_shared, with_code
from sim.report.shared.origin import also, short
from sim.study.bill.bridge import STEPS
from sim.tables_for_people import write_table
from sim.version import __version__

if TYPE_CHECKING:
    from sim.study.bill.change import Change

SHOWN = 8
"""How many districts with the largest gains, and losses, a member are printed; the files have all."""

WIDTH = 118
NAME_WIDTH = 34
"""Columns of a district's name and code."""


def origin_text(change: "Change") -> str:
    """Run number, date, versions of code, formulas and data, draws, seed and scenario."""
    return (
        f"Run {short(change.run)} of {datetime.now(UTC):%Y-%m-%d}, CTE funding simulation {__version__}, data "
        f"{short(change.world.fingerprint)} ({change.world.vintage}), {change.draws:,} draws, seed {change.seed}, "
        f"scenario {change.scenario}" + also(change.changed)
    )


def write_change(change: "Change", folder: Path) -> str:
    """Write bridge.txt, bridge.csv and bridge.xlsx into a folder; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = change_text(change)
    (folder / "bridge.txt").write_text(text, encoding="utf-8")
    write_table(change_table(change), folder / "bridge.csv")
    _workbook(change, folder / "bridge.xlsx")
    return text


def change_table(change: "Change") -> pd.DataFrame:
    """One row for each district: payments at both ends and the steps between, means over draws, nominal dollars, with
    the interval of the whole difference."""
    districts = change.world.districts
    whole = bands(change.end - change.start, axis=0)
    return pd.DataFrame(
        {
            "run": short(change.run),
            "from": change.before.label,
            "to": change.after.label,
            "district": districts.identifier,
            "name": districts.name,
            "kind": districts.kind,
            "members": change.members.mean(axis=0),
            "start": change.start.mean(axis=0),
            **{step: change.steps[step].mean(axis=0) for step in STEPS},
            "end": change.end.mean(axis=0),
            "difference": whole.mean,
            "difference_p05": whole.low,
            "difference_p95": whole.high,
        }
    )


def change_text(change: "Change") -> str:
    """The steps statewide with intervals, then the districts that move most for each member."""
    from rich.console import Console

    out = StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, force_terminal=False, highlight=False, markup=False)
    print(f"Why payments change from {change.before.label}, to {change.after.label}\n", file=out)
    console.print(_steps_table(change))
    console.print(_districts_table(change))
    notes = [
        "Net state CTE payments in nominal dollars: what the state's CTE lines pay, less SEG money lost to a lower "
        "unit value. Prices: the later side's prices on the earlier side's counts. Counts: what districts and students "
        "count otherwise. Then what each rule does more, or less, than on the earlier side.",
        f"Largest gains and losses are for each member (grades 9-12); all {len(change.world.districts)} districts and "
        "charters are in bridge.csv and bridge.xlsx.",
        interval_note(change.draws, change.seed),
        f"{origin_text(change)}. Estimates, not entitlements.",
    ]
    for note in notes:
        console.print(note)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _steps_table(change: "Change") -> object:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False)
    for number, heading in enumerate(("Statewide", "Dollars", "90% of draws")):
        table.add_column(heading, justify="right" if number else "left")
    rows = [(change.before.label, change.start, False)]
    rows += [(step_name(step), change.steps[step], True) for step in STEPS if (np.abs(change.steps[step]) > 0.5).any()]
    rows += [(change.after.label, change.end, False), ("difference", change.end - change.start, True)]
    for label, dollars, signed in rows:
        whole = bands(dollars.sum(axis=1), axis=0)
        value, spread = interval_parts(float(whole.mean), float(whole.low), float(whole.high), "dollars", signed)
        table.add_row(label, value, spread)
    return table


def _districts_table(change: "Change") -> object:
    from rich import box
    from rich.table import Table

    shown = [step for step in STEPS if (np.abs(change.steps[step].mean(axis=0)) > 0.5).any()]
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("Largest gains and losses", no_wrap=True, max_width=NAME_WIDTH, overflow="ellipsis")
    for heading in ("From", *(step_name(step) for step in shown), "To", "A member"):
        table.add_column(heading, justify="right")
    each, districts = _per_member(change), change.world.districts
    for d in _ends(each):
        cells = [change.start, *(change.steps[step] for step in shown), change.end]
        money = [number_text(float(held[:, d].mean()), "dollars", signed=0 < n < len(cells) - 1)
                 for n, held in enumerate(cells)]  # fmt: skip
        name = with_code(districts.name[d], districts.identifier[d], NAME_WIDTH)
        table.add_row(name, *money, number_text(float(each[d]), "dollars", signed=True))
    return table


def _per_member(change: "Change") -> Array:
    members = change.members.mean(axis=0)
    moved = (change.end - change.start).mean(axis=0)
    each: Array = np.divide(moved, members, out=np.zeros_like(moved), where=members > 0)
    return each


def _ends(each: Array) -> list[int]:
    """The districts that gain most, then those that lose most, the most last; none of several that are alike where not
    all have room."""
    gains = [d for d in first_places(each, SHOWN)[0] if each[d] > 0]
    losses = [d for d in first_places(-each, SHOWN)[0] if each[d] < 0]
    return [*gains, *reversed(losses)]


def _workbook(change: "Change", path: Path) -> None:
    """One sheet: a row for each district, the sum of the state above the headings; ends and differences are live
    formulas."""
    from xlsxwriter import Workbook
    from xlsxwriter.utility import xl_col_to_name

    table = change_table(change)
    columns = (
        ("District or charter", 34, ""),
        ("Kind", 9, ""),
        ("Membership, grades 9-12", 12, COUNT),
        (f"Net payment, {change.before.label}", 15, DOLLARS),
        *((step_name(step).capitalize(), 14, DOLLARS) for step in STEPS),
        (f"Net payment, {change.after.label}: the sum", 15, DOLLARS),
        ("Difference", 14, DOLLARS),
        ("Difference, low (p05)", 14, DOLLARS),
        ("Difference, high (p95)", 14, DOLLARS),
        ("Identifier", 10, ""),
    )
    first, last = 3, 3 + len(STEPS)
    title = f"Why payments change from {change.before.label}, to {change.after.label}"
    note = f"Nominal dollars, means over draws. {COVERS} Estimates, not entitlements."
    kinds = np.array(change.world.districts.kind)
    order = sorted(range(len(table)), key=lambda d: (kinds[d] == "charter", table["name"][d]))
    named = labels_where_shared(change.world.districts.name, change.world.districts.identifier)
    with Workbook(path, {"nan_inf_to_errors": False}) as book:
        book.set_properties({"title": title, "comments": origin_text(change)})
        formats = Formats(book)
        sheet = book.add_worksheet("Bridge")
        set_up_table(sheet, formats, title, note, columns, 1, BELOW_TOTAL)
        mark_pages(sheet, title, origin_text(change))
        top, bottom = BELOW_TOTAL + 2, BELOW_TOTAL + 1 + len(order)
        sheet.write_string(TOTAL_ROW, 0, "All districts and charters", formats.number("", total=True))
        sheet.write_string(TOTAL_ROW, 1, "state", formats.number("", total=True))
        names = ["members", "start", *STEPS, "end", "difference"]
        for column, name in enumerate(names, start=2):
            letter = xl_col_to_name(column)
            style = formats.number(columns[column][2], total=True)
            value = float(table[name].sum())
            sheet.write_formula(TOTAL_ROW, column, f"=SUM({letter}{top}:{letter}{bottom})", style, value)
        for row, d in enumerate(order, start=BELOW_TOTAL + 1):
            of = table.iloc[d]
            sheet.write_string(row, 0, named[d])
            sheet.write_string(row, 1, of["kind"])
            for column, name in enumerate(["members", "start", *STEPS], start=2):
                sheet.write_number(row, column, float(of[name]))
            one, other, end = (xl_col_to_name(place) for place in (first, last, last + 1))
            sheet.write_formula(row, last + 1, f"=SUM({one}{row + 1}:{other}{row + 1})", None, float(of["end"]))
            sheet.write_formula(row, last + 2, f"={end}{row + 1}-{one}{row + 1}", None, float(of["difference"]))
            sheet.write_number(row, last + 3, float(of["difference_p05"]))
            sheet.write_number(row, last + 4, float(of["difference_p95"]))
            sheet.write_string(row, last + 5, of["district"])
        end_table(sheet, columns, bottom - 1, BELOW_TOTAL)
