"""FISCAL IMPLICATIONS in sentences by rules: what the bill costs, up to which limit, and who carries the rest."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.funding.appropriation import FOLLOWING_DEMAND
from sim.report.answer.facts import PAID
from sim.report.answer.rules import LEAST_MOVED, OFTEN, settled
from sim.report.answer.text import SHORTFALL_TOLD
from sim.report.fiscal_note.amounts import FINEST, in_words
from sim.report.fiscal_note.case import FIFTH, Case, signed, spread
from sim.report.fiscal_note.lines import Row
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.spans import years_text
from sim.states.speaking import state_words
from sim.states.words import listed

if TYPE_CHECKING:
    from sim.funding.line import Line


def fiscal_implications(case: Case) -> list[str]:
    """What the bill costs the state, whether that is limited, what moves inside the main formula, what falls on
    districts."""
    sentences = (
        _begins,
        _cost,
        _recurrence,
        _levels,
        _steps,
        _given_up,
        _limit,
        _unspent,
        _short,
        _moved,
        _districts,
        _ends,
    )
    return [sentence for told in sentences for sentence in told(case)]


def total(rows: list[Row]) -> Array:
    """The total of a table of the note, ``[R, Y]``."""
    return next(row.amounts for row in rows if row.kind == "total")


def _begins(case: Case) -> Iterator[str]:
    """From when on the bill holds, where years of the run come before."""
    if not case.late:
        return
    before = case.panel.years[case.panel.policy & (case.panel.years < case.begins)]
    yield f"The bill begins in FY{case.begins}; in {years_text(before)} current law holds, with or without it."


def _cost(case: Case) -> Iterator[str]:
    """The change of the note's years together, and year by year from the bill's first on."""
    yearly = total(case.budget.change(case.f))
    years = case.budget.years
    whole = yearly.sum(axis=1)
    if case.begins > years[-1]:
        yield f"No fiscal impact in {years_text(years)}, before the bill begins.{_first_year(case)}"
        return
    if np.abs(yearly).max(initial=0.0) < FINEST / 2.0:
        yield f"No fiscal impact in {years_text(years)}: the state pays what it pays under current law."
        return
    single = "" if len(whole) > 1 else " in the one draw that was run, which tells no range"
    way = settled(whole) if len(whole) > 1 else ("more" if whole.mean() > 0.0 else "less")
    if way == "same":
        yield (
            f"Over {years_text(years)} the state pays neither clearly more nor clearly less than under current law: "
            f"{signed(float(whole.mean()))}{spread(whole)}."
        )
    else:
        amount = in_words(float(whole.mean()))
        size = whole if way == "more" else -whole
        than = f"{way} than current law{spread(size)}{single}"
        yield f"Over {years_text(years)} the bill costs the state {amount} {than}."
    each = [f"{signed(float(yearly[:, y].mean()))} in FY{year}" for y, year in enumerate(years) if year >= case.begins]
    if len(years) > 1 and each:
        yield f"Year by year: {listed(each)}."


def _first_year(case: Case) -> str:
    """What a bill that begins after the years of the note costs in its first year, if that was run."""
    at = np.flatnonzero(case.decade.years == case.begins)
    if not len(at):
        return " It begins after the years that were run; run more (horizon=)."
    change = total(case.decade.change(case.f))[:, at[0]]
    moved = signed(float(change.mean()))
    return f" In FY{case.begins}, its first year, it moves what the state pays by {moved}{spread(change)}."


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
    """What is paid in single years of the bill, under it and under current law."""
    told = case.told_years

    def said(cost: Array) -> str:
        return listed([f"{in_words(float(cost[:, t].mean()) / 1e3)} in {case.fiscal_year(t)}" for t in told])

    if case.begins > case.panel.years[-1]:
        return
    bill, law = case.values("state_cost"), case.under_law("state_cost")
    yield f"In all the state's CTE lines pay {said(bill)} under the bill; under current law {said(law)}."


STEP = 1.5
"""How many times as much, or as little, is paid in one year as in the one before, from which on it is told."""


def _steps(case: Case) -> Iterator[str]:
    """Years in which the bill pays far more or far less than in the year before, and what begins or ends then."""
    held = case.panel.in_force(case.f)
    cost = case.values("state_cost").mean(axis=0) / 1e3
    for at in case.decade.at[:-1]:
        was, now = float(cost[at]), float(cost[at + 1])
        if not (held[at] and held[at + 1]) or max(was, now) < FINEST or min(was, now) * STEP > max(was, now):
            continue
        why = _changes(case, int(at))
        way = "rises" if now > was else "falls"
        yield (
            f"From {case.fiscal_year(at)} to {case.fiscal_year(at + 1)} what it pays {way} from {in_words(was)} to "
            f"{in_words(now)}{f': {why}' if why else ''}."
        )


def _changes(case: Case, at: int) -> str:
    """What begins, changes or ends in the year after a year, by its place."""
    begin, change, end, harmless = list[str](), list[str](), list[str](), list[str]()
    for program in case.programs:
        before, after = (next((line for line in program if case.runs(line, year)), None) for year in (at, at + 1))
        if after is None and before is not None:
            end.append(case.called(program, [before]))
        elif before is None and after is not None:
            begin.append(case.called(program, [after]))
        elif before is not None and after is not None and before is not after:
            change.append(case.called(program, [after]))
        if before is not None and _harmless(case, before, at) and not (after and _harmless(case, after, at + 1)):
            harmless.append(case.called(program, [before]))
    parts = (("begins", begin), ("changes by a later law", change), ("has ended", end))
    plural = {"begins": "begin", "changes by a later law": "change by a later law", "has ended": "have ended"}
    said = [f"{listed(names)} {verb if len(names) == 1 else plural[verb]}" for verb, names in parts if names]
    if harmless:
        said.append(f"no hold harmless any more for {listed(harmless)}")
    return "; ".join(said)


def _harmless(case: Case, line: "Line", at: int) -> bool:
    """Whether a hold harmless protects what a line pays in a year, by its place."""
    assert case.bill is not None
    rule = (line.rules.under(case.bill.rules) if line.joint else line.rules).hold_harmless
    first = max(line.start_year or case.begins, case.begins)
    return rule is not None and (rule.years is None or int(case.panel.years[at]) < first + rule.years)


def _given_up(case: Case) -> Iterator[str]:
    """Lines of current law in whose place the bill comes, with what they would pay in its first year."""
    found = case.decade.given_up(case.f)
    if not found:
        return
    at = int(np.argmax(case.decade.years >= case.begins))
    amount = in_words(float(sum(law[:, at].mean() for _, law in found)))
    names = listed([name for name, _ in found])
    verb = "is" if len(found) == 1 else "are"
    yield (
        f"The bill comes in the place of current law, not beside it: from FY{case.begins} on {names} {verb} no longer "
        f"paid, {amount} in FY{case.decade.years[at]} under current law. A bill that is meant to come on top names "
        "these lines among its own."
    )


def _limit(case: Case) -> Iterator[str]:
    """Whether what is voted limits what is paid, and what lines without a limit come to."""
    outside = [program for program in case.programs if program[0].seg == "outside" and not program[0].federal]
    open_ended = [program for program in outside if all(line.appropriation.rule == "full" for line in program)]
    if outside and len(open_ended) == len(outside):
        yield f"The bill sets no limit: whatever is owed is paid{_coming_to(case, open_ended)}."
    elif open_ended:
        verb = "is" if len(open_ended) == 1 else "are"
        titles = listed([case.called(program) for program in open_ended])
        yield f"Without a limit {verb} {titles}: whatever is owed there is paid{_coming_to(case, open_ended)}."
    limited = [program for program in outside if program not in open_ended]
    binding = [program for program in limited if _binds(case, program)]
    loose = [program for program in limited if program not in binding]
    if binding and len(binding) == len(outside):
        yield "What is voted limits what is paid: where more is owed, districts get a part of it."
    elif binding:
        names = listed([case.called(program) for program in binding])
        yield f"What is voted limits what {names} {'pays' if len(binding) == 1 else 'pay'}."
    if loose:
        run = [any(case.runs(line, at) for program in loose for line in program) for at in case.decade.at]
        within = f" in {years_text(case.decade.years[run])}" if any(run) else ""
        names = listed([case.called(program) for program in loose])
        yield f"What is voted for {names} limits nothing{within}: in no draw is more owed."
    if any(line.seg == "funded" for line in case.own_lines):
        yield f"The appropriation of {state_words().main} grows by what the bill's weight is worth."


def _binds(case: Case, program: "Sequence[Line]") -> bool:
    """Whether in some draw and year what is voted for a program holds back what it pays: more is owed, or a sum that is
    no mere cap is paid out whole."""
    held = case.panel.in_force(case.f)[case.decade.at]
    names = {line.name for line in program}
    owed, paid = case.decade.owed_by(case.f, names)[:, held], case.decade.of_lines(case.f, names)[:, held]
    if (owed - paid >= FINEST).any() or not held.any():
        return True
    sums = {line.name for line in program if line.appropriation.rule not in FOLLOWING_DEMAND}
    given = case.decade.of_lines(case.f, sums)[:, held]
    voted = sum((case.decade.voted_for(case.f, name)[:, held] for name in sums), np.zeros_like(given))
    return bool(((given >= FINEST) & (voted - given < FINEST)).any())


def _coming_to(case: Case, programs: "Sequence[Sequence[Line]]") -> str:
    """What some lines pay in the fifth year after the base year, or the one nearest to it in which one of them runs:
    these lines alone."""
    lines = [line for program in programs for line in program]
    runs = [place for place, at in enumerate(case.decade.at) if any(case.runs(line, at) for line in lines)]
    if not runs:
        return ""
    place = min(runs, key=lambda place: abs(int(case.decade.years[place]) - case.panel.base_year - FIFTH))
    year = int(case.decade.years[place])
    paid = case.decade.of_lines(case.f, {line.name for line in lines})[:, place]
    found = bands(paid, axis=0)
    low, high = (in_words(float(end), float(found.high)) for end in (found.low, found.high))
    ending = [
        case.called(program)
        for program in programs
        if not any(case.runs(line, case.decade.at[place]) for line in program)
    ]
    without = f" ({listed(ending)} {'does' if len(ending) == 1 else 'do'} not run then)" if ending else ""
    amount = low if low == high else f"{low} to {high}"
    return f", which comes to {amount} in FY{year}{without}" if float(found.high) >= FINEST else ""


LEFT = 0.05
"""The part of what is voted for a line from which on it is told that it is not paid out."""


def _unspent(case: Case) -> Iterator[str]:
    """What is voted for a line and not paid out in the first of the told years in which it runs, as less is owed, or a
    limit on single districts holds it back."""
    said = []
    for program in case.programs:
        for at in case.paying_years:
            line = next((line for line in program if case.runs(line, at)), None)
            if line is None:
                continue
            if line.reserve is None and line.seg == "outside" and not line.federal:
                place = int(np.searchsorted(case.decade.at, at))
                voted = float(case.decade.voted_for(case.f, line.name)[:, place].mean())
                left = voted - float(case.decade.of_lines(case.f, {line.name})[:, place].mean())
                if left >= max(LEFT * voted, FINEST):
                    said.append(f"{in_words(left)} of {in_words(voted)} for {line.called} in {case.fiscal_year(at)}")
            break
    if said:
        yield f"Voted and not paid out, so that it stays with the state: {listed(said)}."


def _short(case: Case) -> Iterator[str]:
    """When less is paid than is owed, in the years of the bill."""
    paid = case.facts.paid[case.f]
    if np.isnan(paid.share) or not case.panel.in_force(case.f).any():
        return
    outside = [line for line in case.own_lines if line.seg == "outside" and not line.federal]
    if outside and all(line.appropriation.rule == "full" for line in outside):
        return
    if paid.first is not None:
        first = f"In FY{paid.first} the median draw first pays less than {PAID:.0%} of what is owed"
        then = "" if paid.year == paid.first else f"; in FY{paid.year} it pays"
        yield f"{first}{then or ':'} {number_text(paid.share, 'share', 0.01)}."
    elif paid.part >= OFTEN:
        part = number_text(paid.part, "share", 0.01)
        yield f"In {part} of draws there is a year of the bill that pays less than {PAID:.0%} of what is owed."
    else:
        yield f"In the median draw the money suffices: {PAID:.0%} or more of what is owed is paid in every year."


def _moved(case: Case) -> Iterator[str]:
    """What a weight takes from other units of the main formula, which is no saving of the state's."""
    moved = float(case.level().moved.mean())
    if moved < LEAST_MOVED:
        return
    at = case.year(case.begins - case.panel.base_year)
    own, other = case.values("unit_value")[:, at], case.under_law("unit_value")[:, at]
    fall = number_text(float((other - own).mean()), "dollars")
    part = number_text(float(((other - own) / other).mean()), "share")
    yield (
        f"{in_words(moved / 1e3)} a year ({case.span()}, FY{case.facts.base_year} dollars) is taken from "
        f"{state_words().other_units}, whose {state_words().unit_value} falls by {fall} ({part}) in "
        f"{case.fiscal_year(at)}. That is "
        "money moved, no saving: what a district gains for CTE all districts pay."
    )


def _districts(case: Case) -> Iterator[str]:
    """What is left to districts: what the bill owes and does not pay, and what they put in of their own."""
    unpaid = case.decade.unpaid(case.f) * case.panel.in_force(case.f)[case.decade.at]
    if 1e3 * float(unpaid.mean(axis=0).max(initial=0.0)) >= SHORTFALL_TOLD:
        told = [
            f"{in_words(float(unpaid[:, place].mean()))} in FY{year}"
            for place, year in enumerate(case.decade.years)
            if case.decade.at[place] in case.paying_years
        ]
        yield f"What the bill owes and does not pay falls on districts: {listed(told)}."
    years = case.facts.spans[0].years
    local = case.values("local_money") / case.values("price_index")
    before = case.under_law("local_money") / case.under_law("price_index")
    change = (local - before)[:, years].mean(axis=1) / 1e3
    way = settled(change)
    if way in ("more", "less"):
        yield (
            f"Of their own general money districts spend {in_words(float(change.mean()))} a year {way} on CTE than "
            f"under current law in {case.span()}, FY{case.facts.base_year} dollars."
        )


def _ends(case: Case) -> Iterator[str]:
    """What ends when, within the years that were run or with the whole bill, and what comes after."""
    last = int(case.panel.years[-1])
    ends: dict[int, list[str]] = {}
    for program in case.programs:
        years = [line.sunset_year for line in program]
        if None not in years:
            ends.setdefault(max(int(year or 0) for year in years), []).append(case.called(program))
    for year in sorted(ends):
        if year < last and year != case.ends:
            yield f"{listed(ends[year])} {'ends' if len(ends[year]) == 1 else 'end'} after FY{year}."
    if case.ends is not None:
        yield (
            f"The whole bill ends after FY{case.ends}. In the estimate current law does not come back: from "
            f"FY{case.ends + 1} on no line of the state pays for CTE, until another law is made."
        )
