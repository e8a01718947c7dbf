"""The files of a checked bill: what is printed, one row for each district, and the ledger workbook."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.funding.allocation import STAGES
from sim.funding.appropriation import DemandWithCap
from sim.funding.formula import describe
from sim.report.bill.answer import bill_answer
from sim.report.bill.cliff_words import boundary_sentences, cliff_sentences, limit_sentences
from sim.report.bill.held import held_sentences
from sim.report.bill.tables import by_draw, distribution, district_table, line_rows, origin_text, statewide_table
from sim.report.bill.text import bill_text, step_name
from sim.report.run_sheet.layout import (
    BELOW_TOTAL,
    COUNT,
    DOLLARS,
    HEADER_ROW,
    LINE_HEIGHT,
    MORE_DOLLARS,
    NAME,
    PERCENT,
    TOTAL_ROW,
    Columns,
    Formats,
    column_letter,
    end_table,
    lines_needed,
    mark_pages,
    print_set_up,
    rounded,
    set_up_table,
    sheet_name,
    within,
    write_wrapped,
)
from sim.report.run_sheet.ledger import STAGE_HEADINGS
from sim.report.shared.intervals import COVERS, bands
from sim.report.shared.order import labels_where_shared, ranks
from sim.states.speaking import state_words
from sim.states.words import DISTRICT
from sim.study.bill.bridge import STEPS
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sim.funding.line import Line
    from sim.study.bill.check_formula import BillCheck

WHO: Columns = (("{Place}", 36, NAME), ("Kind", 9, ""), ("Members", 10, COUNT))
LAST: Columns = (
    ("Identifier", 12, ""), ("Size class", 13, ""), ("Locale", 8, ""), ("County", 14, ""), ("Estimated fields", 26, ""),
)  # fmt: skip
"""Columns before and after the numbers of a page of districts."""

MEMBERS = 2

COVER_WIDTHS = (26, 108)
CLIFF_WIDTHS = (14, 130)
"""Characters of the columns of the pages of text."""

Live = tuple[str, Callable[[Sequence[float]], float]]
"""A formula of a row, with ``{row}``, and what it comes to of the row's numbers by column."""


def write_bill(check: "BillCheck", folder: Path) -> str:
    """Write answer.txt, bill.txt, bill.csv, bill_districts.csv and bill_ledger.xlsx; returns the text of bill.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    text = bill_text(check)
    (folder / "bill.txt").write_text(text, encoding="utf-8")
    (folder / "answer.txt").write_text("\n".join(bill_answer(check)) + "\n", encoding="utf-8")
    write_table(statewide_table(check), folder / "bill.csv")
    table = district_table(check)
    table.insert(0, "formula", check.formula.name)
    table.insert(1, "run", check.origin.run[:8])
    write_table(table, folder / "bill_districts.csv")
    write_ledger(check, folder / "bill_ledger.xlsx")
    return text


def write_ledger(check: "BillCheck", path: Path) -> None:
    """Write the workbook: a cover, the price by line and component, one sheet for each own line with every stage of
    every district's ledger, the change against current law, the bridge that explains it, the distribution, and the
    cliffs. Dollars of the base year, means over draws; totals and differences are live formulas."""
    from xlsxwriter import Workbook

    with Workbook(path, {"nan_inf_to_errors": False}) as book:
        book.set_properties({"title": f"Static score of {check.formula.title}", "comments": origin_text(check)})
        formats = Formats(book)
        used = {"cover", "price", "against current law", "bridge", "distribution", "cliffs", "history"}
        _cover(check, book, formats)
        _price(check, book, formats)
        for line in check.bill.own_lines:
            _line_sheet(check, book.add_worksheet(sheet_name(line.name, used)), formats, line)
        _against(check, book, formats)
        _bridge(check, book, formats)
        _distribution(check, book, formats)
        _cliffs(check, book, formats)


def _note(check: "BillCheck") -> str:
    alone = check.origin.draws == 1
    draws = "Numbers of one draw." if alone else "Means over draws; low and high: 90% of draws."
    return (
        f"Base-year counts and prices, the rules of FY{check.bill.fiscal_year}, no one responding. {draws} Estimates, "
        "not entitlements."
    )


def _sheet(
    check: "BillCheck",
    sheet: "Worksheet",
    formats: Formats,
    title: str,
    columns: Columns,
    frozen: int = 1,
    header_row: int = HEADER_ROW,
) -> None:
    set_up_table(sheet, formats, f"{check.formula.title}: {title}", _note(check), columns, frozen, header_row)
    mark_pages(sheet, f"{check.formula.name}: {title}", origin_text(check))


def _cover(check: "BillCheck", book: "Workbook", formats: Formats) -> None:
    sheet = book.add_worksheet("Cover")
    for column, width in enumerate(COVER_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{check.formula.title}: static score by district", formats.title)
    own = check.formula.model_copy(update={"lines": check.formula.own_lines})
    background = ", ".join(line.called for line in check.formula.lines if line.background)
    lines = [
        ("These are estimates", "Payments under stated assumptions; estimates, not entitlements."),
        ("Run", origin_text(check)),
        ("Run number", check.origin.run),
        ("Formula version", check.origin.formula),
        ("Data fingerprint", check.origin.data),
        ("Source of the bill", check.formula.source),
        ("Year of its numbers", str(check.formula.year_of_numbers)),
        ("Current law", f"{check.current_law.name}: {check.current_law.title}"),
        ("What it pays for", "\n".join(describe(own, check.world.base_year))),
        ("Beside it, as in every formula", background or "nothing"),
        (
            "What is computed",
            "Counts, prices and membership of the base year, with the rules of the fiscal year in which the bill takes "
            "effect. No district responds; the study 'project' shows what happens when they do.",
        ),
        (
            "Low and high",
            "5th and 95th percentile over draws: which district offers what, parameters and capacity to win grants are "
            f"drawn. {COVERS}",
        ),
        ("Bridge", "Steps from current law to the bill; they sum to the difference, district by district."),
    ]
    for row, (label, text) in enumerate(lines, start=2):
        write_wrapped(
            sheet, row, [(0, label, COVER_WIDTHS[0], formats.label), (1, text, COVER_WIDTHS[1], formats.wrap)]
        )
    print_set_up(sheet, sum(COVER_WIDTHS))
    mark_pages(sheet, f"{check.formula.name}: cover", origin_text(check))


def _price(check: "BillCheck", book: "Workbook", formats: Formats) -> None:
    columns: Columns = (
        ("Line", 24, NAME), ("Component or stage", 30, NAME), ("Dollars", 14, DOLLARS), ("Low (p05)", 14, DOLLARS),
        ("High (p95)", 14, DOLLARS), ("Bill without it", 14, DOLLARS), ("What it adds last", 14, DOLLARS),
        ("In words", 76, ""),
    )  # fmt: skip
    sheet = book.add_worksheet("Price")
    _sheet(check, sheet, formats, "price statewide, by line and component", columns, 2)
    row = HEADER_ROW + 1

    def put(line: str, name: str, values: Array, words: str = "", without: Array | None = None) -> None:
        nonlocal row
        sheet.write_string(row, 0, line)
        sheet.write_string(row, 1, name)
        if np.isfinite(values).all():
            found = bands(values, axis=0)
            mean = rounded(float(found.mean), DOLLARS)
            for column, value in enumerate(
                (mean, *within(mean, float(found.low), float(found.high), DOLLARS)), start=2
            ):
                sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, 2, "as owed")
        if without is not None:
            sheet.write_number(row, 5, rounded(float(without.mean()), DOLLARS))
            sheet.write_number(row, 6, rounded(float((check.parts.whole - without).mean()), DOLLARS))
        sheet.write_string(row, 7, words, formats.words)
        sheet.set_row(row, LINE_HEIGHT * lines_needed(words, columns[7][1] - 2))
        row += 1

    for part in check.parts.parts:
        put(part.line, f"{part.component}, alone", part.alone, " ".join(part.words), part.without)
    put("", "interaction", check.parts.interaction, "The whole less the sum of the components alone.")
    put("", "entitlement, all components", check.parts.whole, "Within limits, before guarantees, caps and proration.")
    for line in line_rows(check):
        put(line.name, "entitlement", line.entitlement, "Prices times what the line's limits let count.")
        put(line.name, "owed after all rules", line.owed, "After local share, guarantees, floors, caps and phase-in.")
        if isinstance(check.bill.offers[line.name].line.appropriation, DemandWithCap):
            voted = "As much as is owed is voted, up to the cap."
        elif np.isfinite(line.appropriation).all():
            voted = "What is voted for the year."
        else:
            voted = "As much as is owed is voted."
        put(line.name, "appropriation", line.appropriation, voted)
        put(line.name, "paid", line.paid, "What is owed, less what the appropriation is short of.")


def _order(check: "BillCheck") -> list[int]:
    districts = check.world.districts
    return sorted(range(len(districts)), key=lambda d: (districts.kind[d] != DISTRICT, districts.name[d]))


def _district_sheet(
    check: "BillCheck",
    sheet: "Worksheet",
    formats: Formats,
    title: str,
    columns: Columns,
    values: Sequence[Array],
    live: dict[int, Live],
    averaged: frozenset[int] = frozenset(),
    intervals: tuple[int, ...] = (),
) -> None:
    """One row for each district, and a statewide row of sums above the headings. ``values`` ``[D]`` stand in the
    columns between who the district is and its identifier; ``live`` gives those that are formulas of other columns.
    ``averaged`` columns have no sum. After a mean of ``intervals`` stand the ends of its interval."""
    _sheet(check, sheet, formats, title, (*WHO, *columns, *LAST), header_row=BELOW_TOTAL)
    districts = check.world.districts
    order = _order(check)
    named = labels_where_shared(districts.name, districts.identifier)
    first, final = BELOW_TOTAL + 2, BELOW_TOTAL + 1 + len(order)
    styles = [style for _, _, style in (*WHO, *columns)]
    sums = np.zeros(len(styles))
    for row, d in enumerate(order, start=BELOW_TOTAL + 1):
        sheet.write_string(row, 0, named[d])
        sheet.write_string(row, 1, state_words().kind(districts.kind[d]))
        numbers = [0.0, 0.0, *(float(held[d]) for held in (check.members.mean(axis=0), *values))]
        numbers = [rounded(number, style) for number, style in zip(numbers, styles, strict=True)]
        for mean in intervals:
            numbers[mean + 1 : mean + 3] = within(numbers[mean], numbers[mean + 1], numbers[mean + 2], styles[mean])
        for column in range(MEMBERS, len(numbers)):
            if column in live:
                text, comes_to = live[column]
                numbers[column] = rounded(comes_to(numbers), styles[column])
                sheet.write_formula(row, column, text.format(row=row + 1), None, numbers[column])
            else:
                sheet.write_number(row, column, numbers[column])
        sums += numbers
        last = (districts.identifier[d], districts.size_class[d], districts.locale[d], districts.county[d],
                "; ".join(districts.estimated[d]))  # fmt: skip
        for column, text in enumerate(last, start=len(styles)):
            sheet.write_string(row, column, text)
    for column, style in enumerate(styles):
        made = formats.number(style, total=True)
        if column < MEMBERS or column in averaged:
            sheet.write_blank(TOTAL_ROW, column, None, made)
        else:
            letter = column_letter(column)
            sheet.write_formula(TOTAL_ROW, column, f"=SUM({letter}{first}:{letter}{final})", made, float(sums[column]))
    sheet.write_string(TOTAL_ROW, 0, f"All {state_words().places}", formats.number("", total=True))
    end_table(sheet, (*WHO, *columns, *LAST), final - 1, BELOW_TOTAL)


def _line_sheet(check: "BillCheck", sheet: "Worksheet", formats: Formats, line: "Line") -> None:
    ledger = check.bill.ledgers[line.name]
    stages = [by_draw(check, getattr(ledger, stage)) for stage in STAGES]
    paid = bands(stages[-1], axis=0)
    owed = stages[-2].mean(axis=0)
    share = np.divide(paid.mean, owed, out=np.ones_like(owed), where=owed > 0)
    columns: Columns = (
        *((STAGE_HEADINGS[stage], 13, DOLLARS) for stage in STAGES),
        ("Paid, low (p05)", 12, DOLLARS),
        ("Paid, high (p95)", 12, DOLLARS),
        ("Share paid", 9, PERCENT),
        ("Paid for each member", 11, DOLLARS),
    )
    each = np.divide(
        paid.mean, check.members.mean(axis=0), out=np.zeros_like(owed), where=check.members.mean(axis=0) > 0
    )
    values = [*(stage.mean(axis=0) for stage in stages), paid.low, paid.high, share, each]
    got = len(WHO) + len(STAGES) - 1
    due, ratio, per_member = got - 1, got + 3, got + 4
    before, last, members = (column_letter(column) for column in (due, got, MEMBERS))
    live: dict[int, Live] = {
        ratio: (
            f"=IF({before}{{row}}>0,{last}{{row}}/{before}{{row}},1)",
            lambda row: row[got] / row[due] if row[due] > 0.0 else 1.0,
        ),
        per_member: (
            f"=IF({members}{{row}}>0,{last}{{row}}/{members}{{row}},0)",
            lambda row: row[got] / row[MEMBERS] if row[MEMBERS] > 0.0 else 0.0,
        ),
    }
    unsummed = frozenset({got + 1, got + 2, ratio, per_member})
    joint = line.joint and sum(other.joint for other in check.bill.own_lines) > 1
    part = " (from the guarantee to the phase-in: its part of what all lines owe together)" if joint else ""
    title = f"ledger of {line.called}{part}"
    _district_sheet(check, sheet, formats, title, columns, values, live, unsummed, (got,))


def _against(check: "BillCheck", book: "Workbook", formats: Formats) -> None:
    table = district_table(check)
    columns: Columns = (
        ("State payment, current law (net)", 14, DOLLARS),
        ("State payment, bill", 14, DOLLARS),
        (state_words().lost, 14, DOLLARS),
        ("Difference, net", 15, MORE_DOLLARS),
        ("Difference, low (p05)", 14, DOLLARS),
        ("Difference, high (p95)", 14, DOLLARS),
        ("Difference for each member", 12, MORE_DOLLARS),
        ("For each member, low (p05)", 12, DOLLARS),
        ("For each member, high (p95)", 12, DOLLARS),
        ("Rank by gain for each member", 9, "0"),
    )
    names = ("net_current_law", "paid", "main_formula_lost", "change", "change_p05", "change_p95",
             "change_per_member", "change_per_member_p05", "change_per_member_p95")  # fmt: skip
    values: list[Array] = [table[name].to_numpy(np.float64) for name in names]
    rank = ranks(values[6]).astype(np.float64)
    start = len(WHO)
    first, second, third = (column_letter(start + place) for place in range(3))
    live: dict[int, Live] = {
        start + 3: (
            f"={second}{{row}}-{first}{{row}}-{third}{{row}}",
            lambda row: row[start + 1] - row[start] - row[start + 2],
        )
    }
    sheet = book.add_worksheet("Against current law")
    unsummed = frozenset(range(start + 4, start + 10))
    title = f"against {check.current_law.name}"
    intervals = (start + 3, start + 6)
    _district_sheet(check, sheet, formats, title, columns, [*values, rank], live, unsummed, intervals)


def _bridge(check: "BillCheck", book: "Workbook", formats: Formats) -> None:
    start = len(WHO)
    first, last = column_letter(start), column_letter(start + len(STEPS))
    columns: Columns = (
        ("Current law, net", 14, DOLLARS),
        *((step_name(step), 13, DOLLARS) for step in STEPS),
        ("Bill, net: the sum", 14, DOLLARS),
    )
    values = [
        by_draw(check, held).mean(axis=0)
        for held in (check.change.start, *(check.change.steps[step] for step in STEPS), check.change.end)
    ]
    end = start + len(STEPS) + 1
    live: dict[int, Live] = {end: (f"=SUM({first}{{row}}:{last}{{row}})", lambda row: sum(row[start:end]))}
    title = f"why the number changes from {check.current_law.name}"
    _district_sheet(check, book.add_worksheet("Bridge"), formats, title, columns, values, live)


def _distribution(check: "BillCheck", book: "Workbook", formats: Formats) -> None:
    columns: Columns = (
        ("Grouped by", 15, ""), ("Group", 26, ""), ("{Places}", 10, COUNT),
        ("Members", 12, COUNT), ("Current law, net", 14, DOLLARS), ("Bill, net", 14, DOLLARS),
        ("Difference", 15, MORE_DOLLARS), ("Difference, low (p05)", 14, DOLLARS),
        ("Difference, high (p95)", 14, DOLLARS), ("Difference for each member", 12, MORE_DOLLARS),
        ("For each member, low (p05)", 12, DOLLARS), ("For each member, high (p95)", 12, DOLLARS),
        ("Gain", 8, COUNT), ("Lose", 8, COUNT),
    )  # fmt: skip
    sheet = book.add_worksheet("Distribution")
    _sheet(check, sheet, formats, "who gains and who loses, by group of districts", columns, 2)
    for row, of in enumerate(distribution(check), start=HEADER_ROW + 1):
        sheet.write_string(row, 0, of.group.by)
        sheet.write_string(row, 1, of.group.name)
        numbers = [float(of.group.members.sum()), of.members, of.law, of.bill]
        for one in (of.change, of.per_member):
            mean = rounded(float(one.mean), DOLLARS)
            numbers += [mean, *within(mean, float(one.low), float(one.high), DOLLARS)]
        for column, value in enumerate((*numbers, float(of.gain), float(of.lose)), start=2):
            sheet.write_number(row, column, rounded(value, columns[column][2]))


def _cliffs(check: "BillCheck", book: "Workbook", formats: Formats) -> None:
    sheet = book.add_worksheet("Cliffs")
    columns: Columns = (("Kind", CLIFF_WIDTHS[0], ""), ("In words", CLIFF_WIDTHS[1], ""))
    _sheet(check, sheet, formats, "cliffs, limits and boundaries", columns)
    row = HEADER_ROW + 1
    kinds = (
        ("cliff", cliff_sentences(check, None)),
        ("limit", limit_sentences(check, None)),
        ("bound", held_sentences(check)),
        ("clusters", boundary_sentences(check)),
    )
    for kind, sentences in kinds:
        for sentence in sentences:
            cells = [(0, kind, CLIFF_WIDTHS[0], formats.label), (1, sentence, CLIFF_WIDTHS[1], formats.wrap)]
            write_wrapped(sheet, row, cells)
            row += 1
