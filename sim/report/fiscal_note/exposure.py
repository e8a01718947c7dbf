"""What a bad year does to a bill, for its fiscal note: the conclusion first, and no figure of a scenario without its
condition in the same sentence or row."""

from collections.abc import Iterator

from sim.arrays import Array, IntArray
from sim.report.answer.stress import clauses, lowered
from sim.report.fiscal_note.amounts import cell
from sim.report.fiscal_note.case import Case
from sim.report.fiscal_note.note import NoteTable, Section, TableRow
from sim.report.shared.intervals import bands, interval_text
from sim.report.shared.names import first_letter
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import years_text
from sim.report.stress.measured import RANDOM, Measured
from sim.report.stress.shortfall import CALM, LEAST_DOLLARS, LEAST_TAUGHT, Shortfall, Stressed, stressed
from sim.report.stress.tail_tables import ES
from sim.report.stress.words import chances, tail_sentence
from sim.states.speaking import state_words
from sim.states.words import listed

HEADING = "BUDGET EXPOSURE"


def exposure(case: Case, of: Measured | None) -> Section | None:
    """What shocks cost the state under the bill, what districts then carry, and which students go without; None where
    no shock was run."""
    if of is None:
        return None
    one = stressed(dict(of.panels))[case.f]
    return Section(HEADING, tuple(_said(case, of, one)), (_table(case, of, one),))


def _said(case: Case, of: Measured, one: Stressed) -> Iterator[str]:
    years = years_text(_years(case, of))
    yield (
        f"{'. '.join(first_letter(clause) for clause in clauses(one, of.titles))}. ({years}, FY{of.calm.base_year} "
        "dollars; in brackets 90% of draws.)"
    )
    if tail := tail_sentence(of, case.f).partition(": ")[2]:
        yield f"{first_letter(tail).removesuffix('.')} (FY{of.calm.base_year} dollars)."
    yield _fewest(of, one)
    yield chances(of)


def _fewest(of: Measured, one: Stressed) -> str:
    """Under which scenario fewest are taught, by how many a year."""
    fewer = [name for name in one.shocks if one.teaches(name) == "less"]
    if not fewer:
        return f"No scenario lowers those taught by {LEAST_TAUGHT:.0%} or more."
    name = min(fewer, key=lambda name: float(one.shocks[name].taught.mean()))
    found = bands(one.shocks[name].taught, axis=0)
    change = interval_text(float(found.mean), float(found.low), float(found.high), "students", signed=True)
    return f"Fewest are taught {of.under(name)}: {change} concentrators a year, against the same years without it."


def _years(case: Case, of: Measured) -> IntArray:
    """The years of the study in which the bill has begun."""
    begun: IntArray = of.years[of.years >= case.begins]
    return begun if len(begun) else of.years


def _table(case: Case, of: Measured, one: Stressed) -> NoteTable:
    """A row without a shock, then a row for each scenario that moves the bill's money or students."""
    told = [name for name in one.shocks if name == RANDOM or one.moves(name)]
    still = [lowered(of.titles[name]) for name in one.shocks if name not in told]
    taken = any(float(shock.most_taken.mean()) >= LEAST_DOLLARS for shock in (one.calm, *one.shocks.values()))
    remarks = ["Each row holds if its condition comes. Districts carry what is owed and not paid"
               + (f", and what a weight takes from {state_words().other_units}" if taken else "")
               + "; the worst one in twenty: mean of the worst twentieth of draws."]  # fmt: skip
    if still:
        least = f"${LEAST_DOLLARS:,.0f} a year or {LEAST_TAUGHT:.0%} of those taught"
        remarks.append(f"Not moved by {least}: {listed(still)}.")
    return NoteTable(
        "EXPOSURE IN THE WORST YEAR",
        f"(dollars in thousands of FY{of.calm.base_year}; the worst of {years_text(_years(case, of))})",
        (
            "Condition", "State pays in its dearest year", "Districts carry", "Districts carry, worst one in twenty",
            "Lowest share paid", "Concentrators taught a year",
        ),
        tuple(TableRow(tuple(_cells(of, case.f, name, one)), name == CALM) for name in (CALM, *told)),
        (2.6, 1.5, 1.5, 1.5, 1.2, 1.6),
        frozenset({0}),
        tuple(remarks),
    )  # fmt: skip


def _cells(of: Measured, formula: int, name: str, one: Stressed) -> Iterator[Cell]:
    shock: Shortfall = one.calm if name == CALM else one.shocks[name]
    yield first_letter(of.under(name)), ""
    yield _thousands(shock.worst_cost)
    yield _thousands(of.losses[name][formula].of("carried").max(axis=1))
    tail = of.tails(name, formula, "carried", "worst year")[ES].expected_shortfall
    if tail.wanted:
        yield f"{tail.wanted:,} more draws wanted", ""
    else:
        yield cell(tail.value / 1e3, tail.low / 1e3, tail.high / 1e3, change=False)
    yield _interval(shock.lowest_share, "share")
    yield ("-", "") if name == CALM else _interval(shock.taught, "students", signed=True)


def _thousands(dollars: Array) -> Cell:
    found = bands(dollars / 1e3, axis=0)
    return cell(float(found.mean), float(found.low), float(found.high), change=False)


def _interval(values: Array, unit: str, signed: bool = False) -> Cell:
    found = bands(values, axis=0)
    mean, _, rest = interval_text(float(found.mean), float(found.low), float(found.high), unit, signed).partition(" (")
    return mean, rest.rstrip(")")
