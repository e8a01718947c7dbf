"""A district's money in a year, unfolded: what each line is expected to pay, what may be promised, the price of a
dollar, the books, and own money of the next year."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.arrays import ratio
from sim.behavior import budgeting, planning
from sim.engine import accounts, situation
from sim.study.explain.decision import Decision
from sim.study.explain.items import FACTOR, PRICE, YES_NO, Item, Moment, amount, line_titles
from sim.study.explain.reading import prospects_by_line

EXPECTED = "What the district expects for CTE this year"
PROMISE = "What may be promised to sections and upkeep"
DEAR = "The price of a dollar"
PROGRAM = "Does CTE as a whole carry itself?"
BOOKS = "The books of the year"
OWN = "Own money of next year, base-year dollars a member"

NEITHER = 0.05
"""How far a dollar may be worth more or less than a dollar while money is said just to suffice."""


def money_items(moment: Moment, decision: Decision) -> list[Item]:
    """From what lines are expected to pay to what a dollar is worth, and whether CTE as a whole carries itself."""
    return [
        *_expected(moment),
        *_promise(moment),
        *_dear(moment, decision),
        *_program(moment, decision),
    ]


def book_items(moment: Moment) -> list[Item]:
    """How the year's books closed, and what the district gives of its own afterwards."""
    return [*_books(moment), *_own(moment)]


def price_words(price: float) -> str:
    """What a price of a dollar means."""
    if price > 1.0 + NEITHER:
        return "money is short"
    return "money is ample" if price < 1.0 - NEITHER else "money just suffices"


def price_sentence(moment: Moment) -> str:
    """What one more dollar for CTE is worth to the district, and what that means."""
    price = float(np.exp(moment.of_district(moment.year.choice.log_price)))
    last = float(np.exp(moment.of_district(moment.year.situation.log_price)))
    return (
        f"a CTE dollar is worth {amount(price, PRICE)} to this district ({amount(last, PRICE)} the year before): "
        f"{price_words(price)}"
    )


def _expected(moment: Moment) -> Iterator[Item]:
    of, year = moment.of_district, moment.year
    titles = line_titles(offer.line for offer in year.offers.lines)
    for name, alone in prospects_by_line(moment).items():
        comes = of(alone.restricted) + of(alone.free)
        free = any(offer.line.name == name and offer.line.oversight == "general" for offer in year.offers.lines)
        kind = "without strings:" if free else "restricted:"
        yield Item(EXPECTED, titles[name], "dollars", comes, kind, quiet=not comes)
        apart, lasts = of(alone.expected), of(alone.lasting)
        yield Item(EXPECTED, f"  {titles[name]}: not earned by sections", "dollars", apart, quiet=True)
        yield Item(EXPECTED, f"  {titles[name]}: of that, lasts", "dollars", lasts, quiet=True)
        left = of(alone.uncredited)
        yield Item(EXPECTED, f"  {titles[name]}: stays in the general fund", "dollars", left, quiet=True)
    all_lines = year.prospects
    yield Item(EXPECTED, "restricted to CTE", "dollars", of(all_lines.restricted))
    yield Item(EXPECTED, "without strings, credited to CTE", "dollars", of(all_lines.free))
    yield Item(EXPECTED, "without strings, stays in the general fund", "dollars", of(all_lines.uncredited))
    yield Item(EXPECTED, "of what reaches CTE: not earned by sections", "dollars", of(all_lines.expected))
    yield Item(EXPECTED, "of that: lasts through the planning horizon", "dollars", of(all_lines.lasting))


def _promise(moment: Moment) -> Iterator[Item]:
    of, year, before, parameters = moment.of_district, moment.year, moment.before, moment.ensemble.parameters
    price, known, prospects = year.conditions.price_index, year.situation, year.prospects
    own, capital, filled = year.books.own, before.capital_share, before.filled_share
    due = situation.equipment_due(parameters, before, year.conditions)
    due = np.minimum(due, np.maximum(prospects.expected - prospects.lasting, 0.0))
    members = of(year.cohorts.membership)
    each = amount(of(known.own_budget * price), "dollars")
    yield Item(PROMISE, "own money of the year", "dollars", of(own), f"{each} x {amount(members, '')} members")
    yield Item(PROMISE, "receipts that no section earns", "dollars", of(prospects.expected))
    kept = f"({_dollars(of(own))} + {_dollars(of(prospects.expected - prospects.doubted))}) / {1.0 + of(capital):.3f}"
    yield Item(PROMISE, "kept for things bought once, for each dollar of the rest", "share", of(capital), quiet=True)
    doubted = of(prospects.doubted)
    yield Item(PROMISE, "held against promises that were cut", "dollars", doubted, quiet=not doubted)
    running = budgeting.for_running(own, prospects.expected - prospects.doubted, capital)
    yield Item(PROMISE, "both, less what is kept for things bought once", "dollars", of(running), kept)
    yield Item(PROMISE, "equipment that is due for replacement", "dollars", of(due), quiet=True)
    lasting = f"{_dollars(of(own))} + {_dollars(of(prospects.lasting))} + {_dollars(of(due))}"
    long = budgeting.for_long(own, prospects.expected, prospects.lasting, due)
    yield Item(PROMISE, "own, what lasts, and equipment that is due", "dollars", of(long), lasting)
    yield Item(PROMISE, "cost of a plan with posts empty as usual", "share", of(filled))
    parts = f"the lesser / {amount(of(filled), 'share')}"
    yield Item(PROMISE, "may be promised to sections and upkeep", "dollars", of(known.promised), parts)
    yield Item(PROMISE, "does not last, and buys things once", "dollars", of(known.once))


def _dear(moment: Moment, decision: Decision) -> Iterator[Item]:
    of, known, parameters = moment.of_district, decision.known, moment.ensemble.parameters
    choice, changes = moment.year.choice, decision.changes
    price, before = of(np.exp(choice.log_price)), of(np.exp(known.log_price))
    yield Item(DEAR, "a CTE dollar was worth, last year", PRICE, before, f"{price_words(before)}:")
    yield Item(DEAR, "last year's plan would cost", "dollars", of(known.plan_cost))
    yield Item(DEAR, "last year's counts earn, as far as that lasts", "dollars", of(known.earned))
    yield Item(DEAR, "may be promised", "dollars", of(known.promised))
    yield Item(DEAR, "fall of the cost for a log point of the price", "dollars", of(known.plan_falls), quiet=True)
    speed = of(parameters.decisions.price_speed)
    yield Item(DEAR, "share of the gap that a year closes, at most", "share", speed)
    limit = abs(of(choice.log_price)) >= of(parameters.decisions.price_limit)
    words = f"{price_words(price)}{', at its limit' if limit else ''}:"
    yield Item(DEAR, "a CTE dollar is worth, this year", PRICE, price, words)
    yield Item(DEAR, "at this price the plan costs", "dollars", of(choice.plan_cost))
    yield Item(DEAR, "and its sections earn, as far as that lasts", "dollars", of(choice.plan_earned))
    terms = parameters.decisions
    toward = planning.planned_class(np.zeros((1, 1)), np.ones((1, 1)), choice.log_price, terms)
    yield Item(DEAR, "classes planned, from usual size to the cap", "share", of(toward))
    yield Item(DEAR, "upkeep planned, of what sustains all", "share", of(choice.upkeep_share),
               f"{amount(of(known.practiced), 'share')} / {amount(price, '')}, in bounds")  # fmt: skip
    yield Item(DEAR, "posts held and changed would cost", "dollars", of(changes.committed), quiet=True)
    yield Item(DEAR, "the most of it that can be paid", "dollars", of(changes.payable), quiet=True)
    over = f"{_dollars(of(changes.committed))}, at most {_dollars(of(changes.payable))}"
    gone = of(changes.laid_off)
    yield Item(DEAR, "sections laid off at once", "share", gone, f"{over}:" if gone else "")


def _program(moment: Moment, decision: Decision) -> Iterator[Item]:
    of, known, choice = moment.of_district, decision.known, moment.year.choice
    if not moment.total(known.sites):
        return
    yield Item(PROGRAM, "cost of running a program at all", "dollars a year", of(known.program_cost))
    yield Item(PROGRAM, "general and state money that may pay for that", "dollars a year", of(known.commitment))
    yield Item(PROGRAM, "worth and earned beyond all of its cost", "dollars a year", of(decision.program))
    needed = of(moment.ensemble.parameters.decisions.close_notice)
    notice = f"of {amount(needed, 'years')} of notice:"
    yield Item(PROGRAM, "years of notice before all of it closes", "years", needed, quiet=True)
    yield Item(PROGRAM, "years in a row in which it did not", "years", of(choice.program_notice), notice)
    leaves = of(choice.leaves)
    yield Item(PROGRAM, "the district gives up all of CTE", YES_NO, leaves, quiet=not leaves)


def _books(moment: Moment) -> Iterator[Item]:
    of, books, bill = moment.of_district, moment.year.books, moment.year.bill
    ended, index = books.year_end, moment.year.conditions.price_index
    yield Item(BOOKS, "carry-over from last year", "dollars", of(moment.before.cash * index))
    yield Item(BOOKS, "received for CTE", "dollars", of(moment.year.settlement.reaching_cte))
    yield Item(BOOKS, "own money", "dollars", of(books.own))
    yield Item(BOOKS, "general money for launches", "dollars", of(books.launch_money))
    yield Item(BOOKS, "general money that covers what no cut avoids", "dollars", of(ended.covered))
    yield Item(BOOKS, "instruction beyond ordinary classes", "dollars", -of(bill.instruction))
    paid, whole = of(ended.spending_ratio), of(bill.flexible)
    yield Item(BOOKS, "upkeep, materials and exams: all of it", "dollars", whole, quiet=True)
    yield Item(BOOKS, "upkeep, materials and exams: share paid", "share", paid, quiet=True)
    yield Item(BOOKS, "upkeep, materials and exams", "dollars", -of(ended.spending - bill.instruction),
               f"{amount(paid, 'share')} of {_dollars(whole)}:")  # fmt: skip
    yield Item(BOOKS, "labs and start-ups", "dollars", -of(bill.startup))
    yield Item(BOOKS, "own money not needed, given back", "dollars", -of(ended.returned))
    yield Item(BOOKS, "restricted money beyond the limit, lapsed", "dollars", -of(ended.lapsed))
    yield Item(BOOKS, "carry-over into next year", "dollars", of(ended.cash), "the sum:")


def own_money(moment: Moment) -> accounts.OwnMoney:
    """What the rule said of own money after the year's payments."""
    year, ensemble = moment.year, moment.ensemble
    return accounts.own_money_wanted(
        ensemble.parameters, ensemble.premises, moment.before, year.conditions, year.offers, moment.after.counts,
        year.settlement,
    )  # fmt: skip


def _own(moment: Moment) -> Iterator[Item]:
    of, before, unit = moment.of_district, moment.before, "dollars"
    if moment.year.fiscal_year <= moment.ensemble.world.base_year:
        return
    terms, through = own_money(moment), moment.ensemble.premises.loss_passthrough
    lost, gained = budgeting.lost_and_gained(before.base_restricted, terms.restricted)
    yield Item(OWN, "own money in the base year", unit, of(before.base_own))
    yield Item(OWN, "restricted receipts in the base year", unit, of(before.base_restricted))
    yield Item(OWN, "restricted receipts of this year", unit, of(terms.restricted))
    yield Item(OWN, "spending that goes with a dollar lost", unit, of(through))
    yield Item(OWN, "spending that comes with a dollar gained", unit, of(terms.kept))
    yield Item(OWN, "own money in place of what was lost", unit, of((1.0 - through) * lost),
               f"(1 - {of(through):.2f}) x {_dollars(of(lost))}")  # fmt: skip
    yield Item(OWN, "own money displaced by what was gained", unit, -of((1.0 - terms.kept) * gained),
               f"(1 - {of(terms.kept):.2f}) x {_dollars(of(gained))}")  # fmt: skip
    yield Item(OWN, "general money, a member, multiplies it by", FACTOR, of(terms.general))
    yield Item(OWN, "leadership multiplies it by", FACTOR, of(terms.leadership))
    credited = np.minimum(terms.free, lost)
    yield Item(OWN, "CTE's money without strings", unit, of(terms.free))
    yield Item(OWN, "  of it in place of what was lost", unit, of(credited))
    sums = f"({_dollars(of(before.base_own))} + {_dollars(of((1.0 - through) * lost))} - "
    sums += f"{_dollars(of((1.0 - terms.kept) * gained))}) x {of(terms.general):.2f} x {of(terms.leadership):.2f}"
    wanted = sums + (f" - {_dollars(of(credited))}" if of(credited) else "")
    yield Item(OWN, "the district wants to give", unit, of(terms.wanted), wanted)
    yield from _required(moment)
    yield Item(OWN, "it gives this year", unit, of(moment.year.situation.own_budget))
    speed = of(moment.ensemble.parameters.books.own_speed)
    yield Item(OWN, "it gives next year", unit, of(moment.after.own_money), f"{amount(speed, 'share')} of the way:")


def _required(moment: Moment) -> Iterator[Item]:
    """What lines ask of this year's own money, and what the district adds for it; shown where it adds anything."""
    of, year, before, unit = moment.of_district, moment.year, moment.before, "dollars"
    size = year.cohorts.membership * year.conditions.price_index
    without = replace(year.prospects, required=())
    planned = of(situation.own_budget(before, without, year.conditions, year.cohorts.membership))
    added = of(year.situation.own_budget) - planned
    titles = line_titles(offer.line for offer in year.offers.lines)
    words = {"maintenance_of_effort": "effort to maintain", "local_match": "own money that matches it"}
    for asked in year.prospects.required:
        title = f"{titles[asked.line]}: {words[asked.rule]}"
        worth = of(ratio(asked.worth, size))
        said = f"worth {_dollars(worth)} more than the {_dollars(of(before.own_wanted))} that it lastingly wants:"
        yield Item(OWN, title, unit, of(asked.required(size)), said, quiet=added <= 0.0)
    if year.prospects.required:
        yield Item(OWN, "planned for this year without that", unit, planned, quiet=added <= 0.0)
        yield Item(OWN, "  added because lines require it", unit, added, quiet=added <= 0.0)


def _dollars(value: float) -> str:
    return amount(value, "dollars")
