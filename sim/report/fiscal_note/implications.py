"""FISCAL IMPLICATIONS in sentences by rules: what the bill costs, up to which limit, and who carries the rest."""

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.report.answer.facts import PAID
from sim.report.answer.rules import LEAST_MOVED, OFTEN, settled
from sim.report.answer.text import SHORTFALL_TOLD
from sim.report.fiscal_note.amounts import FINEST, in_words
from sim.report.fiscal_note.case import Case, signed, spread
from sim.report.fiscal_note.lines import Row
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.spans import years_text
from sim.states.speaking import state_words
from sim.states.words import listed


def fiscal_implications(case: Case) -> list[str]:
    """What the bill costs the state, whether that is limited, what moves inside the main formula, what falls on
    districts."""
    sentences = (_cost, _recurrence, _levels, _limit, _short, _moved, _districts, _ends)
    return [sentence for told in sentences for sentence in told(case)]


def total(rows: list[Row]) -> Array:
    """The total of a table of the note, ``[R, Y]``."""
    return next(row.amounts for row in rows if row.kind == "total")


def _cost(case: Case) -> Iterator[str]:
    """The change of the note's years together, and year by year."""
    yearly = total(case.budget.change(case.f))
    years = case.panel.years[case.budget.at]
    whole = yearly.sum(axis=1)
    if np.abs(yearly).max(initial=0.0) < FINEST / 2.0:
        yield f"No fiscal impact in {years_text(years)}: the state pays what it pays under current law."
        return
    single = "" if len(whole) > 1 else " in the one draw that was run, which tells no range"
    way = settled(whole) if len(whole) > 1 else ("more" if whole.mean() > 0.0 else "less")
    if way == "same":
        yield (
            f"Over {years_text(years)} the state pays no clearly other amount than under current law: "
            f"{signed(float(whole.mean()))}{spread(whole)}."
        )
    else:
        amount = in_words(float(whole.mean()))
        size = whole if way == "more" else -whole
        than = f"{way} than current law{spread(size)}{single}"
        yield f"Over {years_text(years)} the bill costs the state {amount} {than}."
    if len(years) > 1:
        each = [f"{signed(float(yearly[:, y].mean()))} in FY{year}" for y, year in enumerate(years)]
        yield f"Year by year: {listed(each)}."


def _recurrence(case: Case) -> Iterator[str]:
    """What of the change recurs."""
    sums = {"Recurring": 0.0, "Nonrecurring": 0.0}
    for row in case.budget.change(case.f):
        if row.kind == "subtotal":
            sums[row.recurring] += float(row.amounts.sum(axis=1).mean())
    recurring, once = sums["Recurring"], sums["Nonrecurring"]
    if min(abs(recurring), abs(once)) < FINEST:
        return
    yield f"Of that, {signed(recurring)} is recurring and {signed(once)} nonrecurring."


def _levels(case: Case) -> Iterator[str]:
    """What is paid in single years, under the bill and under current law."""
    told = case.told_years

    def said(cost: Array) -> str:
        return listed([f"{in_words(float(cost[:, t].mean()) / 1e3)} in {case.fiscal_year(t)}" for t in told])

    bill, law = case.values("state_cost"), case.under_law("state_cost")
    yield f"In all the state's CTE lines pay {said(bill)} under the bill; under current law {said(law)}."


def _limit(case: Case) -> Iterator[str]:
    """Whether what is voted limits what is paid."""
    outside = [line for line in case.own_lines if line.seg == "outside" and not line.federal]
    open_ended = [line.appropriation.rule == "full" for line in outside]
    at = case.told_years[min(1, len(case.told_years) - 1)]
    cost = case.values("state_cost")[:, at] / 1e3
    if outside and all(open_ended):
        yield f"The bill sets no limit: whatever is owed is paid{_ranging(case, cost, at)}."
    elif outside and any(open_ended):
        titles = [line.called for line, full in zip(outside, open_ended, strict=True) if full]
        yield f"Without a limit is {listed(titles)}: whatever is owed there is paid{_ranging(case, cost, at)}."
    elif outside:
        yield "What is voted limits what is paid: where more is owed, districts get a part of it."
    if any(line.seg == "funded" for line in case.own_lines):
        yield f"The appropriation of {state_words().main} grows by what the bill's weight is worth."


def _ranging(case: Case, cost: Array, at: int) -> str:
    found = bands(cost, axis=0)
    ends = [in_words(float(end), float(found.high)) for end in (found.low, found.high)]
    return "" if ends[0] == ends[1] else f", which comes to {ends[0]} to {ends[1]} in {case.fiscal_year(at)}"


def _short(case: Case) -> Iterator[str]:
    """When less is paid than is owed."""
    paid = case.facts.paid[case.f]
    if np.isnan(paid.share):
        return
    if paid.first is not None:
        yield (
            f"In FY{paid.first} the median draw first pays less than {PAID:.0%} of what is owed; in FY{paid.year} it "
            f"pays {number_text(paid.share, 'share', 0.01)}."
        )
    elif paid.part >= OFTEN:
        part = number_text(paid.part, "share", 0.01)
        yield f"In {part} of draws there is a year that pays less than {PAID:.0%} of what is owed."
    else:
        yield f"In the median draw the money suffices: {PAID:.0%} or more of what is owed is paid in every year."


def _moved(case: Case) -> Iterator[str]:
    """What a weight takes from other units of the main formula, which is no saving of the state's."""
    moved = float(case.level().moved.mean())
    if moved < LEAST_MOVED:
        return
    at = case.year(1)
    own, other = case.values("unit_value")[:, at], case.under_law("unit_value")[:, at]
    fall = number_text(float((other - own).mean()), "dollars")
    part = number_text(float(((other - own) / other).mean()), "share")
    yield (
        f"{in_words(moved / 1e3)} a year ({case.facts.spans[0].text}, FY{case.facts.base_year} dollars) is taken from "
        f"{state_words().other_units}, whose {state_words().unit_value} falls by {fall} ({part}) in "
        f"{case.fiscal_year(at)}. That is "
        "money moved, no saving: what a district gains for CTE all districts pay."
    )


def _districts(case: Case) -> Iterator[str]:
    """What is left to districts: what is owed and not paid, and what they put in of their own."""
    owed, paid = case.values("entitlement"), case.values("state_cost")
    unpaid = np.maximum(owed - paid, 0.0)[:, case.panel.policy]
    if float(unpaid.mean(axis=0).max(initial=0.0)) >= SHORTFALL_TOLD:
        told = [
            f"{in_words(float(np.maximum(owed - paid, 0.0)[:, t].mean()) / 1e3)} in {case.fiscal_year(t)}"
            for t in case.told_years
        ]
        yield f"What is owed and not paid falls on districts: {listed(told)}."
    years = case.facts.spans[0].years
    local = case.values("local_money") / case.values("price_index")
    before = case.under_law("local_money") / case.under_law("price_index")
    change = (local - before)[:, years].mean(axis=1) / 1e3
    way = settled(change)
    if way in ("more", "less"):
        yield (
            f"Of their own general money districts spend {in_words(float(change.mean()))} a year {way} on CTE than "
            f"under current law ({case.facts.spans[0].text}, FY{case.facts.base_year} dollars)."
        )


def _ends(case: Case) -> Iterator[str]:
    """Lines that end within the years that were run."""
    last = int(case.panel.years[-1])
    after = [line for line in case.own_lines if line.sunset_year is not None and line.sunset_year < last]
    for year in sorted({int(line.sunset_year or 0) for line in after}):
        titles = [line.called for line in after if line.sunset_year == year]
        yield f"{listed(titles)} {'ends' if len(titles) == 1 else 'end'} after FY{year}."
