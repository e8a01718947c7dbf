"""What the price of a bill tells that its author may not expect: years, money that is short, rates that meet."""

from typing import TYPE_CHECKING

import numpy as np

from sim.funding.appropriation import Once
from sim.funding.line import Line, called_apart
from sim.funding.overlaps import overlaps
from sim.report.bill.shortfall import (
    cut_as_drawn,
    fall_sentences,
    left_over,
    reserve_sentences,
    share_short,
    short_text,
    tells,
)
from sim.report.bill.tables import line_rows
from sim.report.shared.intervals import number_text
from sim.states.speaking import state_words
from sim.states.words import listed
from sim.study.bill.static_score import paying

if TYPE_CHECKING:
    from sim.study.bill.check_formula import BillCheck

EXPECTED_WITHIN = 0.005
"""A bill's own expected entitlement is remarked on if what it owes is off by more than three digits are rounded."""


def year_sentences(check: "BillCheck") -> list[str]:
    """Where the years that are written are not those in which a line is paid."""
    said = []
    base, several = check.world.base_year, len(check.formula.own_lines) > 1
    first = max(check.formula.takes_effect, base + 1)
    for written, runs in zip(check.formula.own_lines, check.enacted.own_lines, strict=True):
        name = (written.title or f"line {written.name}") if several else "the bill"
        begins = f"{name[0].upper()}{name[1:]}"
        start = max(runs.start_year or check.formula.takes_effect, check.formula.takes_effect)
        if not runs.active(start):
            said.append(f"{begins} is never paid: it ends before FY{first}, when it could first be.")
        elif runs.start_year != written.start_year:
            counted = _counted_from_the_first_year(runs)
            said.append(
                f"Written to begin in FY{written.start_year}, {name} is first paid in FY{runs.start_year}: current law "
                f"holds until FY{first - 1}.{f' {counted} from there.' if counted else ''}"
            )
    return said


def _counted_from_the_first_year(line: Line) -> str:
    """What of a line counts its years from the first that is paid, as the subject of a sentence with its verb."""
    rules = line.rules
    floors = [rules.hold_harmless, *(case.hold_harmless for case in rules.differs)]
    counts = {
        "a phase-in": bool(rules.phase_in),
        "a hold harmless": any(floor is not None and floor.years is not None for floor in floors),
        "maintenance of effort": rules.effort_ends,
        "money voted once": isinstance(line.appropriation, Once),
    }
    named = [what for what, written in counts.items() if written]
    if not named:
        return ""
    said = f"{', '.join(named[:-1])} and {named[-1]} count their" if len(named) > 1 else f"{named[0]} counts its"
    return f"{said[0].upper()}{said[1:]} years"


def remarks(check: "BillCheck") -> list[str]:
    """What the price tells that the author may not expect."""
    said = []
    several = len(check.formula.own_lines) > 1
    for row in line_rows(check):
        name = f"{row.title}: the" if several else "The"
        short, left = share_short(row.owed, row.paid), left_over(row)
        if short is not None:
            missing = number_text(float((row.owed - row.paid).mean()), "dollars")
            said.append(f"{name} appropriation is {short_text(short, missing, len(row.owed))}.")
        if np.isfinite(row.appropriation).all() and tells(left, row.appropriation):
            idle = number_text(float(left.mean()), "dollars")
            on_average = "" if short is None else " on average"
            said.append(f"{name} appropriation has {idle} that would not be paid out{on_average}.")
    said += reserve_sentences(check)
    said += fall_sentences(check)
    said += overlap_sentences(check)
    said += drawn_sentences(check)
    year, base = check.bill.fiscal_year, check.world.base_year
    if year > base + 1:
        law = check.current_law.short or check.current_law.title
        said.append(
            f"The rules are those of FY{year}, the prices those of FY{base}: what dollars that are not indexed buy "
            f"less by then, under the bill and {law}, is not in it. cte-sim compare shows both, beside {law} indexed."
        )
    expected, found = check.formula.expected_base_year_entitlement, check.central_entitlement
    if expected is not None and found is not None and abs(found - expected) > EXPECTED_WITHIN * expected:
        stated, owed = number_text(expected, "dollars"), number_text(found, "dollars")
        off = f", {abs(found / expected - 1.0):.1%} {'more' if found > expected else 'less'}" if expected else ""
        said.append(
            f"The file says expected_base_year_entitlement: {stated}; at central parameters it owes {owed}{off}."
        )
    for line in check.bill.own_lines:
        if line.seg != "outside":
            cost = number_text(float(np.mean(check.bill.state_cost(line))), "dollars")
            grows = f"grows by {cost} for it" if line.seg == "funded" else "does not grow for it"
            of = f"{line.called}: money" if several else "Money"
            said.append(f"{of} inside {state_words().main}, whose appropriation {grows}.")
    return said


def overlap_sentences(check: "BillCheck") -> list[str]:
    """Where rates or rules of the lines that are priced meet."""
    return overlaps(check.formula, check.world, paying(check.bill))


def drawn_sentences(check: "BillCheck") -> list[str]:
    """Competitions of which a bound takes more as they are drawn than of what districts may expect of them."""
    said, titles = [], called_apart(check.formula.own_lines)
    for row, spent in cut_as_drawn(line_rows(check)):
        held = check.as_drawn[row.name]
        drawn, expected = (number_text(float(dollars.mean()), "dollars") for dollars in (spent, row.paid))
        of = f"{titles[row.name]}: its" if len(titles) > 1 else "Its"
        said.append(
            f"{of} {listed(held.bounds)} {'are' if len(held.bounds) > 1 else 'is'} applied here to what a district may "
            f"expect of the competition. Awards as they are drawn are cut more: on these counts {drawn} is paid, not "
            f"{expected}. cte-sim project pays awards as they are drawn."
        )
    return said


def unpriced_sentence(check: "BillCheck") -> list[str]:
    """The lines that are not paid in the year that is priced, in one sentence."""
    year, titles = check.bill.fiscal_year, called_apart(check.formula.own_lines)
    priced = {line.name for line in check.bill.own_lines}
    spans: dict[str, list[str]] = {}
    later = []
    for line in check.enacted.own_lines:
        start = max(line.start_year or check.formula.takes_effect, check.formula.takes_effect)
        if line.name in priced or not line.active(start):
            continue
        spans.setdefault(_span(start, line.sunset_year), []).append(titles[line.name])
        later += [start] if start > year else []
    if not spans:
        return []
    said = "; ".join(f"{listed(names)} ({span})" for span, names in spans.items())
    other = f" With year={min(later)} the rules are those of FY{min(later)}." if later else ""
    return [f"Not paid in FY{year}, and so not priced: {said}.{other}"]


def _span(start: int, end: int | None) -> str:
    if end is None:
        return f"from FY{start}"
    return f"FY{start}" if end == start else f"FY{start} to FY{end}"


def ended_law_sentences(check: "BillCheck") -> list[str]:
    """Which lines of the law that the bill is set against have ended before the year that is priced, or begun since the
    base year: why what is paid now differs between two years."""
    year, base = check.bill.fiscal_year, check.world.base_year
    law = check.current_law.short or check.current_law.title
    moved = []
    for line in check.current_law.own_lines:
        if line.active(base) and not line.active(year):
            moved.append(f"{line.called} has ended (last paid in FY{line.sunset_year})")
        elif line.active(year) and not line.active(base):
            moved.append(f"{line.called} has begun (FY{line.start_year})")
    return [f"Now is {law} as it stands in FY{year}. Since FY{base} {listed(moved)}."] if moved else []
