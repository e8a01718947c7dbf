"""A fiscal note from results: head, tables and sections in the order of New Mexico's Fiscal Impact Reports.

Layout: FISCAL IMPACT REPORT of the Legislative Finance Committee as printed in 2025 (nmlegis.gov, HB272, SB107):
sponsor, short title, bill number, analyst; APPROPRIATION; ESTIMATED ADDITIONAL OPERATING BUDGET IMPACT in thousands,
three fiscal years and their sum, recurring or nonrecurring, fund; then sources, the bill in words, and its effects.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.arrays import Array
from sim.report.answer.facts import facts
from sim.report.fiscal_note.amounts import FINEST, cell, thousands
from sim.report.fiscal_note.case import Case, synopsis
from sim.report.fiscal_note.exposure import exposure
from sim.report.fiscal_note.implications import fiscal_implications, total
from sim.report.fiscal_note.issues import Money, Stored, has_districts, significant_issues
from sim.report.fiscal_note.lines import YEARS, Budget, Row, policy_years
from sim.report.fiscal_note.note import Note, NoteTable, Section, TableRow
from sim.report.fiscal_note.reading import (
    administrative_implications,
    alternatives,
    assumptions,
    performance_implications,
    technical_issues,
    without_the_bill,
)
from sim.report.shared.intervals import bands, interval_parts
from sim.report.shared.origin import formula_origin, run_origin
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.plain_table import Cell
from sim.report.stress.measured import Measured, measured
from sim.report.stress.shortfall import CALM
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.funding.line import Line
    from sim.results.results import Results
    from sim.world.world import World

LAST_OUT_YEAR = 10
"""The year after the base year with which the table of out-years ends."""

UNIT = "(dollars in thousands)"
DECREASES = "Parentheses ( ) indicate decreases. Below an amount: its range, 90% of draws."
ROUNDED = "Each cell has three figures, so that sums may differ in the last; ranges do not add up."

IMPLICATIONS = "FISCAL IMPLICATIONS"
"""The section that says what a bill costs, and whom."""


def fiscal_notes(
    results: "Results", world: "World", bills: Collection[str] | None = None, stress: Measured | None = None
) -> list[Note]:
    """The fiscal note of each formula against current law, of those named in ``bills`` or of all, in the order of the
    results; of the calm scenario where others stand beside it, else of the first. None where current law was not run,
    lines of money were not kept, or no year after the base year was run. ``stress``: what a stress study measured, if
    that is known already.

    Raises ValueError if ``bills`` names what is no formula of the results beside current law.
    """
    names = scenario_names(results)
    panel = Panel(results, CALM if CALM in names else names[0])
    at = policy_years(panel, LAST_OUT_YEAR)
    named = {panel.formulas[f] for f in panel.others}
    if unknown := sorted(set(bills or ()) - named):
        raise ValueError(
            f"no formula beside current law is called '{unknown[0]}'; there are: {', '.join(sorted(named))}"
        )
    if panel.baseline is None or not len(at) or not results.keeps("lines"):
        return []
    found, budget = facts(results, panel.scenario), Budget.of(panel, at)
    stored = Stored(panel, world) if has_districts(panel) else None
    if stress is None and found.bad_years is not None:
        stress = measured(results)
    wanted = [f for f in panel.others if bills is None or panel.formulas[f] in bills]
    cases = [Case(results, panel, found, budget.first(YEARS), budget, f, panel.baseline) for f in wanted]
    return [_note(case, stored.money(case.f) if stored is not None else None, stress) for case in cases]


def _note(case: Case, money: Money | None, stress: Measured | None) -> Note:
    manifest = case.results.manifest
    head = (
        ("SPONSOR", ""),
        ("LAST UPDATED", str(manifest.created)[:10]),
        ("SHORT TITLE", case.panel.titles[case.f]),
        ("BILL NUMBER", ""),
        ("ANALYST", ""),
    )
    origin = f"{run_origin(case.results, case.panel.draws, case.panel.scenario)}, " + formula_origin(
        case.results, case.name
    )
    tables = tuple(table for table in (_appropriation(case), _impact(case)) if table is not None)
    return Note(case.name, case.panel.titles[case.f], head, tables, tuple(_sections(case, money, stress)), origin)


def _sections(case: Case, money: Money | None, stress: Measured | None) -> Iterable[Section]:
    source = str(case.record.get("source") or "").strip()
    sources = [f"The bill: {source}"] if source else []
    vintage = f" ({case.results.manifest.data_vintage})" if case.results.manifest.data_vintage else ""
    sources.append(f"Counts, prices and districts: the simulation's tables{vintage}; their sources stand in them.")
    yield Section("Sources of Information", tuple(sources))
    yield Section("SUMMARY")
    words = synopsis(case.bill, case.panel.base_year) if case.bill is not None else [case.panel.titles[case.f]]
    yield Section("Synopsis of Bill", tuple(words), lesser=True)
    yield Section(IMPLICATIONS, tuple(fiscal_implications(case)), tuple(_out_years(case)))
    if bad_years := exposure(case, stress):
        yield bad_years
    if issues := significant_issues(case, money):
        yield Section("SIGNIFICANT ISSUES", tuple(issues))
    yield Section("PERFORMANCE IMPLICATIONS", tuple(performance_implications(case)), (_students(case),))
    yield Section("ADMINISTRATIVE IMPLICATIONS", tuple(administrative_implications(case)))
    yield Section("TECHNICAL ISSUES", tuple(technical_issues(case)))
    if others := alternatives(case):
        yield Section("ALTERNATIVES", tuple(others))
    yield Section("WHAT WILL BE THE CONSEQUENCES OF NOT ENACTING THIS BILL", tuple(without_the_bill(case)))
    yield Section("ASSUMPTIONS AND UNCERTAINTY", tuple(assumptions(case)))


def _years(case: Case) -> tuple[str, ...]:
    return tuple(f"FY{year}" for year in case.panel.years[case.budget.at])


def _money(amounts: Array, change: bool) -> Cell:
    found = bands(amounts, axis=0)
    return cell(float(found.mean), float(found.low), float(found.high), change)


def _appropriation(case: Case) -> NoteTable | None:
    """What the bill votes: a sum, 'as owed' for a line that is paid in full, 'up to' a cap for one that is so until
    then, and nothing in years in which a line does not run."""
    own = {line.name: program for program in case.programs for line in program}
    rows = []
    voted = case.budget.voted(case.f, own or None)
    for row in voted:
        cells = [_vote(case, own.get(row.line, ()), at, row.amounts[:, y]) for y, at in enumerate(case.budget.at)]
        rows.append(TableRow(((row.program, ""), *cells, (row.recurring, ""), (row.fund, ""))))
    if not rows:
        cells = [("NFI", "")] * len(case.budget.at)
        years = case.budget.years
        none = "The bill makes no appropriation"
        if case.begins > years[-1]:
            none += f" before FY{case.begins}"
        rows = [TableRow(((none, ""), *cells, ("", ""), ("", "")))]
    shown = _years(case)
    return NoteTable(
        "APPROPRIATION",
        UNIT,
        ("Program", *shown, "Recurring or Nonrecurring", "Fund Affected"),
        tuple(rows),
        (3.0, *[1.35] * len(shown), 1.7, 1.35),
        frozenset({0, len(shown) + 1, len(shown) + 2}),
        tuple(_of_votes(case, voted, own)),
    )


def _vote(case: Case, program: "Sequence[Line]", at: int, amounts: Array) -> Cell:
    """What is voted for a program in a year, by its place; ``amounts`` as the run has them where there is a number."""
    line = next((line for line in program if case.runs(line, at)), None)
    if program and line is None:
        return "$0", ""
    rule = line.appropriation if line is not None else None
    if line is not None and rule is not None and rule.rule == "full":
        return (f"within {state_words().main}" if line.seg != "outside" else "as owed"), ""
    if line is not None and rule is not None and rule.rule == "demand_with_cap":
        prices = case.values("price_index")[:, at].mean() if rule.indexed else 1.0
        return f"up to {thousands(rule.cap * line.scale * float(prices) / 1e3)}", "as owed"
    return _money(amounts, change=False)


def _of_votes(case: Case, rows: Sequence[Row], own: "Mapping[str, Sequence[Line]]") -> Iterator[str]:
    """What is to be known of the votes: when they begin, and that laws one after another have one row."""
    if case.late:
        yield f"The bill begins in FY{case.begins}; what current law votes before is not the bill's."
    if rows and any(len(program) > 1 for program in case.programs):
        yield "A line that a later law of the bill changes has one row."
    if any(_cut(case, row, own[row.line]) for row in rows if row.line in own):
        yield "Where less stands than the bill names, a bust of revenue has cut it in some draws."


def _cut(case: Case, row: Row, program: "Sequence[Line]") -> bool:
    """Whether less was voted for a program in some draw than the sum that it names."""
    for y, at in enumerate(case.budget.at):
        line = next((line for line in program if case.runs(line, at)), None)
        rule = line.appropriation if line is not None else None
        if line is not None and rule is not None and rule.rule == "fixed":
            named = rule.dollars * line.scale / 1e3
            if named - float(row.amounts[:, y].mean()) >= FINEST:
                return True
    return False


def _impact(case: Case) -> NoteTable:
    """The change from current law by line, fund and recurrence, with the sum of the years."""
    years = _years(case)
    rows = []
    for row in case.budget.change(case.f):
        if row.kind == "background":
            continue
        cells = [_money(amounts, change=True) for amounts in row.amounts.T]
        together = [_money(row.amounts.sum(axis=1), change=True)] if len(years) > 1 else []
        kinds: list[Cell] = [(row.recurring, ""), (row.fund, "")]
        program = "Subtotal" if row.kind == "subtotal" else row.program
        rows.append(TableRow(((program, ""), *cells, *together, *kinds), row.kind in ("subtotal", "total")))
    sums = [f"{len(years)} Year Total Cost"] if len(years) > 1 else []
    numbers = len(years) + len(sums)
    remarks = [DECREASES, ROUNDED]
    if case.late:
        remarks.insert(0, f"Until the bill begins in FY{case.begins} current law holds, with or without it.")
    if any(row.kind == "reserve" for row in case.budget.change(case.f)):
        remarks.append("What is set aside in a reserve is no part of totals: it is paid out only when it is drawn.")
    return NoteTable(
        "ESTIMATED ADDITIONAL OPERATING BUDGET IMPACT",
        UNIT,
        ("Agency/Program", *years, *sums, "Recurring or Nonrecurring", "Fund Affected"),
        _without_single_subtotals(case.budget.change(case.f), rows),
        (1.75, *[1.35] * numbers, 1.7, 1.35),
        frozenset({0, numbers + 1, numbers + 2}),
        tuple(remarks),
    )


def _without_single_subtotals(held: Sequence[Row], rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """Subtotals only where there are several: a single one is the total again."""
    kinds = [row.kind for row in held if row.kind != "background"]
    several = kinds.count("subtotal") > 1
    return tuple(row for kind, row in zip(kinds, rows, strict=True) if several or kind != "subtotal")


def _out_years(case: Case) -> Iterable[NoteTable]:
    """The years after those of the note, to the tenth, and all years from the bill's first on together."""
    budget = case.decade
    after = range(YEARS, len(budget.at))
    if not after:
        return
    change, paid = total(budget.change(case.f)), total(budget.paid(case.f))
    law = total(budget.paid(case.b))
    held = budget.years >= case.begins
    unpaid = budget.unpaid(case.f) * held
    columns = ((change, True), (paid, False), (law, False), (unpaid, False))
    rows = []
    for place in after:
        cells = [_money(of[:, place], way) for of, way in columns]
        if not held[place]:
            cells[1] = cells[3] = ("not begun", "")
        rows.append(TableRow(((f"FY{budget.years[place]}", ""), *cells)))
    remarks = []
    if held.any():
        count, since = int(held.sum()), f" from FY{case.begins} on, in which the bill begins" if case.late else ""
        together = f"{count} Year Total" if count > 1 else "Total"
        rows.append(
            TableRow(((together, ""), *(_money(of[:, held].sum(axis=1), way) for of, way in columns)), total=True)
        )
        too = ", those of the table on the first page too" if held[:YEARS].any() else ""
        remarks.append(f"The total is of all {count} years{since}{too}.")
    if case.ends is not None and case.ends < budget.years[-1]:
        remarks.append(f"The bill ends after FY{case.ends}; the run has nothing in its place.")
    yield NoteTable(
        "OUT-YEARS",
        UNIT,
        (
            "Fiscal year",
            "Change from current law",
            "Paid under the bill",
            "Paid under current law",
            "Owed and not paid under the bill",
        ),
        tuple(rows),
        (1.4, 2.0, 2.0, 2.0, 2.0),
        frozenset({0}),
        tuple(remarks),
    )


def _students(case: Case) -> NoteTable:
    """Concentrators against current law in the years of the note."""
    rows = []
    for row in case.budget.students(case.f, change=True):
        found = [bands(heads, axis=0) for heads in row.amounts.T]
        cells = [interval_parts(float(of.mean), float(of.low), float(of.high), "students", signed=True) for of in found]
        rows.append(TableRow(((row.program, ""), *cells)))
    years = _years(case)
    return NoteTable(
        "ESTIMATED CHANGE IN STUDENTS",
        "(concentrators)",
        ("", *years),
        tuple(rows),
        (3.6, *[1.4] * len(years)),
        frozenset({0}),
    )
