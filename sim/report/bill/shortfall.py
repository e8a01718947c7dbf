"""Where an appropriation is short, and what of it is left over: both directions, over draws."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.shared.intervals import number_text
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.report.bill.tables import LineRow
    from sim.study.bill.check_formula import BillCheck

LEAST_LEFT = 0.01
"""The share of an appropriation from which what is not paid out is told; below it lies the luck of the counts."""
ROUNDING = 1e-9
AS_DRAWN = 0.005
"""The share of what a competition is expected to pay from which on it is told that drawn awards come to less."""


def left_over(row: "LineRow") -> Array:
    """Dollars of a line's appropriation that are not paid out, ``[R]``; none of a line without a number of dollars. Of
    a competition under a bound it is what is left of awards as they are drawn."""
    known, paid = np.isfinite(row.appropriation), row.paid if row.drawn is None else row.drawn
    return np.where(known, np.maximum(np.where(known, row.appropriation, 0.0) - paid, 0.0), 0.0)


def cut_as_drawn(rows: "list[LineRow]") -> "list[tuple[LineRow, Array]]":
    """The lines with a competition of which a bound takes more as awards are drawn than of what districts may expect of
    them, with what is paid then."""
    return [
        (row, row.drawn)
        for row in rows
        if row.drawn is not None and float(row.drawn.mean()) < (1.0 - AS_DRAWN) * float(row.paid.mean())
    ]


def share_short(owed: Array, paid: Array) -> float | None:
    """The share of draws in which less is paid than is owed; None if in none, or by less than a dollar on average."""
    short = paid < owed * (1.0 - ROUNDING)
    return float(short.mean()) if short.any() and float((owed - paid).mean()) >= 1.0 else None


def short_text(share: float, missing: str, draws: int) -> str:
    """By how much an appropriation is short, and in how many draws."""
    return f"short {draws_text(share)}, by {missing} on average over all draws" if draws > 1 else f"short by {missing}"


def draws_text(share: float) -> str:
    """In how many draws something holds."""
    if share == 1.0:
        return "in every draw"
    return f"in {share:.0%} of draws" if share >= 0.01 else "in fewer than 1% of draws"


def tells(left: Array, voted: Array) -> bool:
    """Whether what is left of the dollars voted is worth a sentence."""
    return float(left.mean()) >= max(LEAST_LEFT * float(voted.mean()), 1.0)


def reserve_sentences(check: "BillCheck") -> list[str]:
    """What is drawn from the reserves of a bill's lines, what stays in them, and what they then hold."""
    said = []
    several = len(check.bill.own_lines) > 1
    for line in check.bill.own_lines:
        if line.reserve is None:
            continue
        year = check.bill.ledgers[line.name].reserve
        drawn, kept, held = (float(dollars.mean()) for dollars in (year.drawn, year.refilled, year.balance))
        of = f" of {line.called}" if several else ""
        holds = f"it then holds {number_text(held, 'dollars')}" if held >= 1.0 else "it is then empty"
        if drawn >= 1.0:
            said.append(f"The payments draw {number_text(drawn, 'dollars')} from the reserve{of}; {holds}.")
        if kept >= 1.0:
            amount = number_text(kept, "dollars")
            said.append(f"{amount} of what is not paid out stays in the reserve{of}; {holds}.")
    return said


def fall_sentences(check: "BillCheck") -> list[str]:
    """That payments fall where a growth cap counts what a phase-in paid, in the first year in which they do."""
    if not check.falls:
        return []
    first, others = check.falls[0], check.falls[1:]
    after, before = number_text(first.after, "dollars"), number_text(first.before, "dollars")
    several = first.districts > 1
    also = f", and some in FY{', FY'.join(str(one.fiscal_year) for one in others)} too" if others else ""
    return [
        f"On the same counts {first.districts} {state_words().places if several else state_words().place} "
        f"{'are' if several else 'is'} owed less in FY{first.fiscal_year} than the year before, {after} instead of "
        f"{before}{also}: the growth cap counts what the phase-in paid. Write the phase-in from the base year, or "
        "the cap in a law that begins when the phase-in is over."
    ]
