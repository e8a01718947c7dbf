"""Why payments change, as text, CSV and workbook: the steps from one side to the other, statewide and by district."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.bill.printed import WHOLE
from sim.report.bill.tables import HALF_A_DOLLAR
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
from sim.report.shared.intervals import COVERS, bands, interval_note, interval_parts, interval_text, number_text
from sim.report.shared.names import first_letter
from sim.report.shared.order import first_places, labels_where_shared, with_code
from sim.report.shared.origin import also, short
from sim.report.shared.plain_table import PAGE, Cell, paragraphs, plain_table
from sim.states.speaking import state_words
from sim.states.words import DISTRICT
from sim.study.bill.bridge import STEPS
from sim.tables_for_people import write_table
from sim.version import __version__

if TYPE_CHECKING:
    from sim.study.bill.change import Change, End

SHOWN = 5
"""How many districts with the largest gains, and losses, are printed of each kind; the files have all."""

LEAST_MEMBERS = 100
"""Members of grades 9-12 below which a district is left out of the ranking by dollars a member."""


def origin_text(change: "Change") -> str:
    """Run number, date, versions of code, formulas and data, draws, seed and scenario."""
    return (
        f"Run {short(change.run)} of {datetime.now(UTC):%Y-%m-%d}, CTE funding simulation {__version__}, data "
        f"{short(change.world.fingerprint)} ({change.world.vintage}), {change.draws:,} draws, seed {change.seed}, "
        f"scenario {change.scenario}" + also(change.changed) + state_words().told_behavior
    )


def write_change(change: "Change", folder: Path) -> str:
    """Write bridge.txt, bridge.csv, bridge_statewide.csv and bridge.xlsx; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = change_text(change)
    (folder / "bridge.txt").write_text(text, encoding="utf-8")
    write_table(change_table(change), folder / "bridge.csv")
    write_table(steps_frame(change), folder / "bridge_statewide.csv")
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
            "kind": [state_words().kind(kind) for kind in districts.kind],
            "members": change.members.mean(axis=0),
            "start": change.start.mean(axis=0),
            **{step: change.steps[step].mean(axis=0) for step in STEPS},
            "end": change.end.mean(axis=0),
            "difference": whole.mean,
            "difference_p05": whole.low,
            "difference_p95": whole.high,
        }
    )


def steps_frame(change: "Change") -> pd.DataFrame:
    """The steps statewide: a row for each side, each step between and the difference, nominal dollars."""
    ends = (change.start, change.end, change.end - change.start)
    parts = [("start", ends[0]), *((step, change.steps[step]) for step in STEPS), ("end", ends[1])]
    rows = []
    for name, values in (*parts, ("difference", ends[2])):
        of = bands(values.sum(axis=1), axis=0)
        measured = {"mean": of.mean, "p05": of.low, "p95": of.high, "monte_carlo_error": of.error}
        rows.append({"step": name, "unit": "dollars", **measured, "draws": change.draws})
    return pd.DataFrame(rows)


def change_text(change: "Change") -> str:
    """What changes and mostly why, the steps statewide with intervals, then the districts that move most in dollars
    and, of those that are not small, for each member; within 80 columns."""
    each, dollars = _per_member(change), (change.end - change.start).mean(axis=0)
    large = change.members.mean(axis=0) >= LEAST_MEMBERS
    small = int((~large).sum())
    lines = [
        *paragraphs(_answer(change)),
        "",
        f"Statewide, nominal dollars a year; below each mean 90% of {change.draws:,} draws",
        *_steps_table(change).splitlines(),
        "",
        "Districts that move most, in dollars",
        *_districts_table(change, dollars).splitlines(),
        "",
        f"Districts that move most, in dollars a member, of those with {LEAST_MEMBERS} members or more",
        *_districts_table(change, np.where(large, each, 0.0)).splitlines(),
        *paragraphs(
            [
                f"{small} {state_words().places} with fewer than {LEAST_MEMBERS} members (grades 9-12) are left out of "
                "the second ranking, where a few students make any number large."
                if small
                else "",
                f"All {len(change.world.districts)} with every step: bridge.csv and bridge.xlsx.",
                f"Payments: what the state's CTE lines pay, less {state_words().lost}. Prices: the "
                "later side's prices on the earlier side's counts. Counts: what districts and students count "
                "otherwise. Then what each rule does more, or less, than on the earlier side.",
                interval_note(change.draws, change.seed),
                f"{origin_text(change)}. Estimates, not entitlements.",
            ]
        ),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def side_text(end: "End") -> str:
    """A side of a change by its title: 'Current law, FY2027'."""
    if end.fiscal_year < end.formula.takes_effect:
        return f"Current law, FY{end.fiscal_year}"
    return f"{end.formula.short or end.formula.title}, FY{end.fiscal_year}"


def _answer(change: "Change") -> list[str]:
    """What changes in all and by which steps most; who gains and loses."""
    whole = bands((change.end - change.start).sum(axis=1), axis=0)
    mean, low, high = (float(value) for value in (whole.mean, whole.low, whole.high))
    clear = low > 0.0 or high < 0.0
    way = ("more" if mean > 0.0 else "less") if clear else "a difference whose sign is not clear"
    ends = sorted((abs(low), abs(high))) if clear else [low, high]
    size = interval_text(abs(mean) if clear else mean, ends[0], ends[1], "dollars", signed=not clear)
    steps = {step: float(change.steps[step].sum(axis=1).mean()) for step in STEPS}
    largest = sorted((step for step in STEPS if abs(steps[step]) > HALF_A_DOLLAR), key=lambda step: -abs(steps[step]))
    by = ", ".join(f"{step_name(step)} {number_text(steps[step], 'dollars', signed=True)}" for step in largest[:3])
    moved = (change.end - change.start).mean(axis=0)
    gain, lose = int((moved > HALF_A_DOLLAR).sum()), int((moved < -HALF_A_DOLLAR).sum())
    end = number_text(float(change.end.sum(axis=1).mean()), "dollars")
    if abs(mean) <= HALF_A_DOLLAR:
        first = f"{side_text(change.after)} pays districts {end}, as much as {side_text(change.before)}."
    else:
        sized = f"{size} {way}" if clear else f"{way} ({size})"
        first = f"{side_text(change.after)} pays districts {end}: {sized}, against {side_text(change.before)}."
    return [
        first,
        f"Largest steps: {by}." if by else "",
        f"{gain} {state_words().places} are paid more and {lose} less, on average over draws.",
    ]


def _steps_table(change: "Change") -> str:
    rows: list[list[Cell]] = [[("Step", ""), ("Dollars", "")]]
    told = [(side_text(change.before), change.start, False)]
    told += [(step_name(step), change.steps[step], True) for step in STEPS if (np.abs(change.steps[step]) > 0.5).any()]
    told += [(side_text(change.after), change.end, False), ("difference", change.end - change.start, True)]
    for label, dollars, signed in told:
        whole = bands(dollars.sum(axis=1), axis=0)
        parts = interval_parts(float(whole.mean), float(whole.low), float(whole.high), "dollars", signed)
        rows.append([(label, ""), parts])
    return plain_table(rows, PAGE)


def _districts_table(change: "Change", ranked: Array) -> str:
    """The districts with the largest ``ranked[D]``, and the smallest."""
    each, districts = _per_member(change), change.world.districts
    steps = {step: change.steps[step].mean(axis=0) for step in STEPS}
    headings = (first_letter(state_words().place), "From", "To", "Change", "A member", "Largest step")
    rows: list[list[Cell]] = [[(heading, "") for heading in headings]]
    for d in _ends(ranked):
        start, end = (float(held[:, d].mean()) for held in (change.start, change.end))
        largest = max(STEPS, key=lambda step: abs(float(steps[step][d])))
        step = number_text(float(steps[largest][d]), "dollars", signed=True)
        money = [number_text(start, "dollars"), number_text(end, "dollars")]
        step_each = 1.0 if abs(float(each[d])) >= WHOLE else 0.01
        a_member = number_text(float(each[d]), "dollars", step_each, True, max(abs(float(each[d])), 1e-9))
        moved = [number_text(end - start, "dollars", signed=True), a_member]
        name = with_code(districts.name[d], districts.identifier[d])
        rows.append([(name, ""), *((text, "") for text in (*money, *moved)), (f"{step_name(largest)}", step)])
    return plain_table(rows, PAGE)


def _per_member(change: "Change") -> Array:
    members = change.members.mean(axis=0)
    moved = (change.end - change.start).mean(axis=0)
    each: Array = np.divide(moved, members, out=np.zeros_like(moved), where=members > 0)
    return each


def _ends(ranked: Array) -> list[int]:
    """The districts that gain most, then those that lose most, the most last; none of several that are alike where not
    all have room."""
    gains = [d for d in first_places(ranked, SHOWN)[0] if ranked[d] > 0]
    losses = [d for d in first_places(-ranked, SHOWN)[0] if ranked[d] < 0]
    return [*gains, *reversed(losses)]


def _workbook(change: "Change", path: Path) -> None:
    """One sheet: a row for each district, the sum of the state above the headings; ends and differences are live
    formulas."""
    from xlsxwriter import Workbook
    from xlsxwriter.utility import xl_col_to_name

    table = change_table(change)
    columns = (
        ("{Place}", 34, ""),
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
    order = sorted(range(len(table)), key=lambda d: (kinds[d] != DISTRICT, table["name"][d]))
    named = labels_where_shared(change.world.districts.name, change.world.districts.identifier)
    with Workbook(path, {"nan_inf_to_errors": False}) as book:
        book.set_properties({"title": title, "comments": origin_text(change)})
        formats = Formats(book)
        sheet = book.add_worksheet("Bridge")
        set_up_table(sheet, formats, title, note, columns, 1, BELOW_TOTAL)
        mark_pages(sheet, title, origin_text(change))
        top, bottom = BELOW_TOTAL + 2, BELOW_TOTAL + 1 + len(order)
        sheet.write_string(TOTAL_ROW, 0, f"All {state_words().places}", formats.number("", total=True))
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
