"""A district's money unfolded: the numbers told are those that moved it, and follow from one another."""

import math

import numpy as np
import pytest
from explained import moments, told

from sim.study.explain.decision import (
    decision_of,
)
from sim.study.explain.money import (
    BOOKS,
    DEAR,
    EXPECTED,
    OWN,
    PROMISE,
    book_items,
    money_items,
    price_words,
    prospects_by_line,
)


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "pilot_sunset", "sb130_quarter_weight"])
def test_what_lines_are_expected_to_pay_adds_up_to_what_the_district_reckons_with(formula: str) -> None:
    weighty = 0
    for moment in moments(formula):
        each, together = prospects_by_line(moment), moment.year.prospects
        for name in ("restricted", "free", "uncredited", "expected", "lasting", "earned"):
            summed = sum((getattr(alone, name) for alone in each.values()), np.zeros((1, 1)))
            np.testing.assert_array_equal(summed, getattr(together, name))
        items = money_items(moment, decision_of(moment))
        comes, kinds = told(items, EXPECTED), {item.name: item.how for item in items if item.step == EXPECTED}
        for kind, whole in (
            ("restricted:", "restricted to CTE"),
            ("without strings:", "without strings, credited to CTE"),
        ):
            parts = sum(value for name, value in comes.items() if kinds[name] == kind)
            assert parts == pytest.approx(comes[whole], rel=1e-12)
        assert comes["of what reaches CTE: not earned by sections"] == moment.of_district(together.expected)
        assert comes["of that: lasts through the planning horizon"] == moment.of_district(together.lasting)
        assert comes["without strings, stays in the general fund"] == moment.of_district(together.uncredited)
        weighty += comes["restricted to CTE"] > 0
    assert weighty


def test_what_may_be_promised_follows_from_the_numbers_told() -> None:
    """The lesser of both limits, over the cost of a plan with its usual empty posts; what lasts less comes once."""
    bound = {"running": 0, "long": 0}
    for moment in [*moments("status_quo"), *moments("aligned"), *moments("pilot_sunset")]:
        money = told(money_items(moment, decision_of(moment)), PROMISE)
        own, comes = money["own money of the year"], money["receipts that no section earns"]
        running = money["both, less what is kept for things bought once"]
        long = money["own, what lasts, and equipment that is due"]
        kept = money["kept for things bought once, for each dollar of the rest"]
        comes_surely = comes - money["held against promises that were cut"]
        assert running == pytest.approx((own + comes_surely) / (1.0 + kept), rel=1e-12)
        lasts = moment.of_district(moment.year.prospects.lasting)
        due = min(money["equipment that is due for replacement"], max(comes - lasts, 0.0))
        assert long == pytest.approx(own + lasts + due, rel=1e-12)
        promise = min(running, long) / money["cost of a plan with posts empty as usual"]
        promised = money["may be promised to sections and upkeep"]
        assert promised == moment.of_district(moment.year.situation.promised)
        assert promised == pytest.approx(promise, rel=1e-9)
        once = money["does not last, and buys things once"]
        assert once == moment.of_district(moment.year.situation.once)
        assert once == pytest.approx(max(running - long, 0.0), rel=1e-9, abs=1e-6)
        bound["running" if running < long else "long"] += 1
    assert min(bound.values()) > 0


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "pilot_sunset"])
def test_the_price_of_a_dollar_moves_as_the_numbers_told_say(formula: str) -> None:
    moved = 0
    for moment in moments(formula):
        decision, terms = decision_of(moment), moment.ensemble.parameters.decisions
        dear = told(money_items(moment, decision), DEAR)
        net = dear["last year's plan would cost"] - dear["last year's counts earn, as far as that lasts"]
        gap = net - dear["may be promised"]
        step = gap / max(dear["fall of the cost for a log point of the price"], 1e-6 * abs(gap))
        most, limit = moment.at(terms.price_step), moment.at(terms.price_limit)
        step = min(max(dear["share of the gap that a year closes, at most"] * step, -most), most)
        log_price = min(max(math.log(dear["a CTE dollar was worth, last year"]) + step, -limit), limit)
        price = dear["a CTE dollar is worth, this year"]
        assert price == moment.of_district(np.exp(moment.year.choice.log_price))
        assert price == pytest.approx(math.exp(log_price), rel=1e-9)
        assert dear["at this price the plan costs"] == moment.of_district(moment.year.choice.plan_cost)
        moved += price != dear["a CTE dollar was worth, last year"]
    assert moved


@pytest.mark.parametrize(
    ("price", "words"),
    [(1.3, "money is short"), (0.7, "money is ample"), (1.0, "money just suffices"), (1.04, "suffices")],
)
def test_a_price_is_told_in_words(price: float, words: str) -> None:
    assert words in price_words(price)


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "pilot_sunset", "louisiana"])
def test_the_books_told_close(formula: str) -> None:
    """What comes in less what goes out is what is carried over."""
    for moment in moments(formula):
        books = told([item for item in book_items(moment) if not item.quiet], BOOKS)
        over = books.pop("carry-over into next year")
        assert over == moment.of_district(moment.year.books.year_end.cash)
        size = sum(abs(dollars) for dollars in books.values())
        assert sum(books.values()) == pytest.approx(over, abs=1e-9 * size + 1e-6)
        assert books["received for CTE"] == moment.of_district(moment.year.settlement.reaching_cte)
        share = told(book_items(moment), BOOKS)["upkeep, materials and exams: share paid"]
        whole = told(book_items(moment), BOOKS)["upkeep, materials and exams: all of it"]
        assert share == moment.of_district(moment.after.spending_ratio)
        assert -books["upkeep, materials and exams"] == pytest.approx(share * whole, rel=1e-9, abs=1e-6)


def test_own_money_of_next_year_follows_from_the_numbers_told() -> None:
    lost = gained = replaced_freely = 0
    for moment in [*moments("aligned"), *moments("pilot_sunset"), *moments("sb130_quarter_weight")]:
        own = told(book_items(moment), OWN)
        change = own["restricted receipts of this year"] - own["restricted receipts in the base year"]
        replaced = (1.0 - own["spending that goes with a dollar lost"]) * max(-change, 0.0)
        displaced = (1.0 - own["spending that comes with a dollar gained"]) * max(change, 0.0)
        assert own["own money in place of what was lost"] == pytest.approx(replaced, rel=1e-9, abs=1e-9)
        assert own["own money displaced by what was gained"] == pytest.approx(-displaced, rel=1e-9, abs=1e-9)
        wish = max(own["own money in the base year"] + replaced - displaced, 0.0)
        wish *= own["general money, a member, multiplies it by"] * own["leadership multiplies it by"]
        credited = min(own["CTE's money without strings"], max(-change, 0.0))
        assert own["  of it in place of what was lost"] == pytest.approx(credited, rel=1e-9, abs=1e-9)
        assert own["the district wants to give"] == pytest.approx(max(wish - credited, 0.0), rel=1e-9, abs=1e-9)
        now, speed = own["it gives this year"], moment.at(moment.ensemble.parameters.books.own_speed)
        moved = now + speed * (own["the district wants to give"] - now)
        assert own["it gives next year"] == moment.of_district(moment.after.own_money)
        assert own["it gives next year"] == pytest.approx(moved, rel=1e-9, abs=1e-9)
        lost += change < 0
        gained += change > 0
        replaced_freely += 0 < credited < own["CTE's money without strings"] or 0 < credited < -change
    assert min(lost, gained, replaced_freely) > 0
