"""What a checked bill comes to, in a few sentences: what it pays against current law, who gains and who loses."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.bill.held import centers_in_short
from sim.report.bill.shortfall import draws_text, fall_sentences, left_over, reserve_sentences, share_short, tells
from sim.report.bill.tables import by_draw, clearly, distribution, line_rows
from sim.report.shared.intervals import bands, interval_text, number_text
from sim.report.shared.plain_table import PAGE, paragraphs
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.report.bill.tables import GroupRow
    from sim.study.bill.check_formula import BillCheck

LEAST_MOVED = 1_000.0
"""Dollars a year below which money moved inside the main formula is rounding."""


def bill_answer(check: "BillCheck") -> list[str]:
    """The sentences, folded to 80 columns."""
    state = distribution(check)[0]
    sentences = [
        _paid(check, state),
        *_taken(check),
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
    return (
        f"{check.formula.title}: on the counts of FY{check.world.base_year} districts are paid {_interval(bill)} under "
        f"the rules of FY{check.bill.fiscal_year}, {against}, with no one responding."
    )


def _taken(check: "BillCheck") -> list[str]:
    """What leaves other units of the main formula, which is no saving."""
    moved = by_draw(check, check.bill.dilution).sum(axis=1)
    if float(moved.mean()) < LEAST_MOVED:
        return []
    return [f"Of it, {_interval(moved)} is taken from {state_words().other_units}, which is no saving."]


def who_gains(check: "BillCheck") -> str:
    """How many districts gain and lose on average, and of these in nearly every draw; what each of the two counts."""
    state, (gain, lose) = distribution(check)[0], clearly(check)
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
    """Where the appropriation is short, and what of it would not be paid out."""
    owed, paid, voted, left = (np.zeros(check.origin.draws) for _ in range(4))
    for row in line_rows(check):
        owed, paid = owed + row.owed, paid + row.paid
        if np.isfinite(row.appropriation).all():
            voted, left = voted + row.appropriation, left + left_over(row)
    said = []
    short = share_short(owed, paid)
    if short is not None:
        missing = number_text(float((owed - paid).mean()), "dollars")
        if short == 1.0:
            said.append(f"Its appropriation is short by {missing} of {_interval(owed)} owed.")
        else:
            said.append(
                f"Its appropriation is short {draws_text(short)}: of {_interval(owed)} owed, {missing} is not paid on "
                "average over all draws."
            )
    if tells(left, voted):
        idle, all_voted = (number_text(float(value.mean()), "dollars") for value in (left, voted))
        said.append(
            f"Of its appropriation of {all_voted}, {idle} would not be paid out{' on average' if said else ''}."
        )
    return said


def _cliffs(check: "BillCheck") -> str:
    jumps = sum(cliff.kind == "jump" for cliff in check.cliffs)
    stepped = {(cliff.line, cliff.cause) for cliff in check.cliffs if cliff.kind == "unpaid"}
    unpaid = len(stepped | {(held.line, held.rule) for held in check.held})
    if not jumps and not unpaid:
        return "Cliffs and limits: none found."
    return f"Cliffs found: {jumps or 'none'}; limits at which one more brings nothing: {unpaid or 'none'} (below)."


def _interval(values: Array) -> str:
    found = bands(values, axis=0)
    return interval_text(float(found.mean), float(found.low), float(found.high), "dollars")
