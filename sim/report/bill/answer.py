"""What a checked bill comes to, in a few sentences: what it pays against current law, who gains and who loses."""

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.bill.held import centers_in_short
from sim.report.bill.shortfall import (
    cut_as_drawn,
    draws_text,
    fall_sentences,
    left_over,
    reserve_sentences,
    share_short,
    tells,
)
from sim.report.bill.tables import by_draw, clearly, distribution, line_rows
from sim.report.shared.intervals import bands, interval_text, number_text
from sim.report.shared.plain_table import PAGE, paragraphs
from sim.states.speaking import state_words
from sim.states.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.report.bill.tables import GroupRow, LineRow
    from sim.study.bill.check_formula import BillCheck

LEAST_MOVED = 1_000.0
"""Dollars a year below which money moved inside the main formula is rounding."""


def bill_answer(check: "BillCheck") -> list[str]:
    """The sentences, folded to 80 columns."""
    state = distribution(check)[0]
    sentences = [
        _paid(check, state),
        *drawn_in_short(check),
        who_gains(check),
        *_short(check),
        *reserve_sentences(check),
        *fall_sentences(check),
        *centers_in_short(check),
        _cliffs(check),
        FUTURE,
    ]
    return [line for sentence in sentences for line in paragraphs([sentence], PAGE)]


FUTURE = "Later years, and what districts do about it, are not in this: cte-sim project with the same bill gives them."
"""What a static score leaves out, and which command gives it."""


def _paid(check: "BillCheck", state: "GroupRow") -> str:
    """What districts are paid under the bill and under current law on the same counts."""
    law = check.current_law.short or check.current_law.title
    bill = by_draw(check, check.bill.net()).sum(axis=1)
    change = _interval(np.abs(bill - by_draw(check, check.law.net()).sum(axis=1)))
    mean = float(state.change.mean)
    crosses = float(state.change.low) < 0.0 < float(state.change.high)
    way = "more" if mean > 0.0 else "less"
    if crosses:
        change = interval_text(mean, float(state.change.low), float(state.change.high), "dollars", signed=True)
        against = f"not clearly more or less than under {law} ({change})"
    else:
        against = f"{change} {way} than under {law}" if abs(mean) >= 1.0 else f"as much as under {law}"
    paid = f"{check.formula.title}: on the counts of FY{check.world.base_year} districts are paid "
    rules, silent = f"under the rules of FY{check.bill.fiscal_year}", "with no one responding"
    moved = moved_inside(check)
    if moved is None:
        return f"{paid}{_interval(bill)} {rules}, {against}, {silent}."
    return (
        f"{paid}{_interval(bill + moved)} {rules}, of which {_interval(moved)} is taken from "
        f"{state_words().other_units}, which is no saving. That leaves {_interval(bill)}, {against}, {silent}."
    )


def moved_inside(check: "BillCheck") -> Array | None:
    """What of a bill's money leaves other units of the main formula, ``[R]``; None if it is rounding."""
    moved: Array = by_draw(check, check.bill.dilution).sum(axis=1)
    return moved if float(moved.mean()) >= LEAST_MOVED else None


def drawn_in_short(check: "BillCheck") -> list[str]:
    """What is paid in all where a bound cuts awards of a competition as they are drawn, beside what is expected."""
    cut = cut_as_drawn(line_rows(check))
    if not cut:
        return []
    less = sum_of([row.paid - drawn for row, drawn in cut])
    paid, now = (by_draw(check, one.net()).sum(axis=1) for one in (check.bill, check.law))
    drawn = number_text(float((paid - less).mean()), "dollars")
    change = number_text(float((paid - less - now).mean()), "dollars", signed=True)
    law = check.current_law.short or check.current_law.title
    less_taken = "" if moved_inside(check) is None else " less what is taken"
    bounds = dict.fromkeys(bound for row, _ in cut for bound in check.as_drawn[row.name].bounds)
    return [
        f"That is with awards as districts may expect them; as they are drawn, {listed(tuple(bounds))} "
        f"{'cut' if len(bounds) > 1 else 'cuts'} them more, and districts are paid {drawn}{less_taken} "
        f"({change} against {law})."
    ]


def who_gains(check: "BillCheck") -> str:
    """How many districts gain and lose on average, and of these in nearly every draw; what each of the two counts."""
    state, (gain, lose) = distribution(check)[0], clearly(check)
    if check.origin.draws == 1:
        return f"{_counted(state.gain)} {_verb('gain', state.gain)} and {state.lose} {_verb('lose', state.lose)}."
    said = (
        f"{_counted(state.gain)} {_verb('gain', state.gain)} and {state.lose} {_verb('lose', state.lose)} on average "
        f"over draws; of these {gain.sum()} {_verb('gain', int(gain.sum()))} and {lose.sum()} "
        f"{_verb('lose', int(lose.sum()))} in at least 95% of draws."
    )
    if int(gain.sum()) + int(lose.sum()) == state.gain + state.lose:
        return said
    return (
        f"{said} Both are true: the first counts districts by their mean, the second those whose sign the draws do not "
        "change; the others gain in some draws and lose in others, because who offers what is drawn."
    )


def _counted(number: int) -> str:
    return f"{number} {state_words().place}" if number == 1 else f"{number} {state_words().places}"


def _verb(word: str, number: int) -> str:
    return f"{word}s" if number == 1 else word


def _short(check: "BillCheck") -> list[str]:
    """Where an appropriation is short, of the lines that it is short for, and what of all would not be paid out."""
    rows = line_rows(check)
    short = [row for row in rows if share_short(row.owed, row.paid) is not None]
    limited = [row for row in rows if np.isfinite(row.appropriation).all()]
    said = []
    if short:
        owed, paid = (sum_of([getattr(row, field) for row in short]) for field in ("owed", "paid"))
        missing = number_text(float((owed - paid).mean()), "dollars")
        if len(rows) == 1:
            which = "Its appropriation is"
        else:
            which = f"The appropriation{_s(short)} of {_named(short)} {'are' if len(short) > 1 else 'is'}"
        share = share_short(owed, paid)
        if share is None or share == 1.0:
            said.append(f"{which} short by {missing} of {_interval(owed)} owed.")
        else:
            said.append(
                f"{which} short {draws_text(share)}: of {_interval(owed)} owed, {missing} is not paid on average over "
                "all draws."
            )
    if not limited:
        return said
    voted, left = (sum_of(of) for of in ([row.appropriation for row in limited], [left_over(row) for row in limited]))
    if tells(left, voted):
        idle, all_voted = (number_text(float(value.mean()), "dollars") for value in (left, voted))
        said.append(
            f"Of its appropriation of {all_voted}, {idle} would not be paid out{' on average' if said else ''}."
        )
    return said


MOST_NAMED = 3
"""Lines that are named in one sentence."""


def _named(rows: "Sequence[LineRow]") -> str:
    return listed([row.title for row in rows]) if len(rows) <= MOST_NAMED else f"{len(rows)} lines"


def _s(rows: "Sequence[LineRow]") -> str:
    return "s" if len(rows) > 1 else ""


def sum_of(values: "Sequence[Array]") -> Array:
    """The sum of several lines' dollars, draw by draw."""
    return reduce(np.add, values)


def _cliffs(check: "BillCheck") -> str:
    jumps = sum(cliff.kind == "jump" for cliff in check.cliffs)
    unpaid = len({(cliff.line, cliff.cause) for cliff in check.cliffs if cliff.kind == "unpaid"})
    held = len({(held.line, held.rule) for held in check.held})
    if not jumps and not unpaid and not held:
        return "Cliffs and limits: none found."
    bounds = f"; bounds that hold payments down: {held}" if held else ""
    found = f"Cliffs found: {jumps or 'none'}; limits at which one more brings nothing: {unpaid or 'none'}"
    return f"{found}{bounds} (below)."


def _interval(values: Array) -> str:
    found = bands(values, axis=0)
    return interval_text(float(found.mean), float(found.low), float(found.high), "dollars")
