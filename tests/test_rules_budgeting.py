"""What districts give of their own, what of all money may be promised to staff, how books close; worked by hand."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, group, number

from sim.arrays import Array
from sim.behavior.budgeting import (
    YearEnd,
    close_books,
    commitment,
    freed_money,
    layoffs,
    leadership_after,
    moved_own_money,
    not_lasting,
    own_money_wanted,
    promised,
    weight_of_things_bought_once,
)
from sim.parameters.groups import Books, Decisions

BOOKS = group(
    Books,
    spending_floor=0.2,
    spending_ceiling=1.1,
    cash_draw=0.5,
    reserve_share=0.0,
    carryover_limit=1.0,
    deficit_limit=0.1,
)


def wanted(
    restricted: float, free: float = 0.0, loss_passthrough: float = 0.75, kept: float = 0.7, general: float = 1.0
) -> float:
    """Of a district that gave 100 dollars a member when 50 restricted ones came."""
    numbers = (100.0, 50.0, restricted, free, loss_passthrough, kept, general)
    return own_money_wanted(*(number(value) for value in numbers)).item()


@pytest.mark.parametrize(
    ("case", "own", "expected"),
    [
        ("nothing moves", wanted(50.0), 100.0),
        ("a quarter of what was lost is replaced", wanted(10.0), 100 + 0.25 * 40),
        ("a district that does not want CTE takes own money away too", wanted(10.0, loss_passthrough=1.5), 100 - 20),
        ("and gives nothing less than nothing", wanted(10.0, loss_passthrough=4.0), 0.0),
        ("a part of what is gained displaces own money", wanted(90.0), 100 - 0.3 * 40),
        ("at most all of it", wanted(1050.0), 0.0),
        ("less general money", wanted(50.0, general=0.9), 90.0),
        ("less general money and a loss", wanted(10.0, general=0.9), 99.0),
        ("freed money is credited against what was lost", wanted(10.0, free=40.0), 110 - 40),
        ("and free money beyond it is not", wanted(10.0, free=100.0), 110 - 40),
        ("free money in place of nothing is no reason to give less", wanted(50.0, free=30.0), 100.0),
    ],
)
def test_what_a_district_wants_to_give(case: str, own: float, expected: float) -> None:
    assert own == pytest.approx(expected), case


@pytest.mark.parametrize("free", [0.0, 15.0, 40.0])
def test_spending_falls_by_the_same_whether_money_was_cut_or_freed(free: float) -> None:
    spending = wanted(10.0, free) + 10.0 + free
    assert spending == pytest.approx(150 - 0.75 * 40)


@given(st.integers(0, 2**32 - 1))
def test_a_restricted_dollar_more_never_lowers_spending_on_cte(seed: int) -> None:
    rng = np.random.default_rng(seed)
    less, more = np.sort(rng.uniform(0.0, 120.0, 2))
    loss, kept = rng.uniform(0.05, 3.0), rng.uniform(0.0, 1.0)
    assert wanted(more, 0.0, loss, kept) + more >= wanted(less, 0.0, loss, kept) + less - 1e-9


@pytest.mark.parametrize(
    ("restricted_before", "restricted", "free_before", "free", "expected"),
    [
        (50.0, 10.0, 0.0, 40.0, 40.0),
        (50.0, 10.0, 0.0, 25.0, 25.0),
        (50.0, 10.0, 0.0, 90.0, 40.0),
        (50.0, 10.0, 0.0, 0.0, 0.0),
        (50.0, 50.0, 0.0, 40.0, 0.0),
        (50.0, 10.0, 40.0, 40.0, 0.0),
        (10.0, 50.0, 40.0, 0.0, 0.0),
    ],
)
def test_money_is_freed_on_the_day_on_which_one_line_takes_the_place_of_another(
    restricted_before: float, restricted: float, free_before: float, free: float, expected: float
) -> None:
    numbers = (restricted_before, restricted, free_before, free)
    assert freed_money(*(number(value) for value in numbers)) == pytest.approx(expected)


@pytest.mark.parametrize(("own", "target", "expected"), [(100.0, 50.0, 80.0), (50.0, 100.0, 70.0), (50.0, 50.0, 50.0)])
def test_own_money_moves_part_of_the_way(own: float, target: float, expected: float) -> None:
    assert moved_own_money(number(own), number(target), number(0.4)) == pytest.approx(expected)


def staff_money(
    own: float = 100.0,
    expected: float = 60.0,
    lasting: float = 60.0,
    capital: float = 0.0,
    filled: float = 1.0,
    equipment: float = 0.0,
    doubted: float = 0.0,
) -> float:
    numbers = (own, expected, lasting, doubted, capital, filled, equipment)
    return promised(*(number(value) for value in numbers)).item()


@pytest.mark.parametrize(
    ("case", "money", "expected"),
    [
        ("all that lasts", staff_money(), 160.0),
        ("what does not last hires nobody", staff_money(lasting=0.0), 100.0),
        ("half lasts", staff_money(lasting=30.0), 130.0),
        ("a part is kept for things bought once", staff_money(capital=0.25), 128.0),
        ("a grant pays for those things first", staff_money(capital=0.25, lasting=40.0), 128.0),
        ("and for equipment that is due", staff_money(lasting=0.0, equipment=25.0), 125.0),
        ("but buys no more equipment than there is to buy", staff_money(lasting=0.0, equipment=90.0), 160.0),
        ("what is held against a promise that was cut hires nobody", staff_money(doubted=20.0), 140.0),
        ("vacant posts cost nothing", staff_money(filled=0.8), 200.0),
        ("nothing is nothing", staff_money(own=0.0, expected=0.0, lasting=0.0), 0.0),
        ("less than nothing promises nothing", staff_money(own=0.0, expected=-50.0, lasting=-50.0), 0.0),
    ],
)
def test_what_may_be_promised_to_staff(case: str, money: float, expected: float) -> None:
    assert money == pytest.approx(expected), case


@given(*(st.floats(0.0, 1000.0) for _ in range(3)), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_dollar_more_never_promises_less_and_a_lasting_one_never_less_than_a_passing_one(
    own: float, expected: float, dollar: float, lasting: float, capital: float, part: float
) -> None:
    base = staff_money(own, expected, lasting * expected, capital)
    passing = staff_money(own, expected + dollar, lasting * expected + part * dollar, capital)
    certain = staff_money(own, expected + dollar, lasting * expected + dollar, capital)
    given_own = staff_money(own + dollar, expected, lasting * expected, capital)
    assert base - 1e-9 <= passing <= certain + 1e-9
    assert given_own >= certain - 1e-9 or given_own >= passing - 1e-9
    assert certain <= base + dollar + 1e-9


def passing(**changes: float) -> float:
    money = {
        "own": 100.0,
        "expected": 60.0,
        "lasting": 60.0,
        "doubted": 0.0,
        "capital": 0.0,
        "equipment": 0.0,
        **changes,
    }
    return not_lasting(*(number(value) for value in money.values())).item()


@pytest.mark.parametrize(
    ("case", "money", "expected"),
    [
        ("all lasts", passing(), 0.0),
        ("none of it lasts", passing(lasting=0.0), 60.0),
        ("equipment that is due has its part", passing(lasting=0.0, equipment=25.0), 35.0),
        ("and takes no more than there is", passing(lasting=0.0, equipment=90.0), 0.0),
        ("what is kept for launches has another use", passing(lasting=0.0, capital=0.25), 28.0),
        ("where that is all, nothing is left", passing(lasting=40.0, capital=0.25), 0.0),
    ],
)
def test_what_does_not_last_is_promised_to_nobody(case: str, money: float, expected: float) -> None:
    assert money == pytest.approx(expected), case


@given(st.integers(0, 2**32 - 1))
def test_money_for_running_is_promised_or_comes_once_and_never_both(seed: int) -> None:
    rng = np.random.default_rng(seed)
    own, expected, equipment = rng.gamma(1.0, [[[100.0]], [[80.0]], [[20.0]]], (3, 50, 1))
    lasting, capital = expected * rng.random((50, 1)), rng.uniform(0.0, 0.5, (50, 1))
    filled = rng.uniform(0.5, 1.0, (50, 1))
    doubted = 0.3 * rng.random((50, 1)) * expected
    staff = promised(own, expected, lasting, doubted, capital, filled, equipment)
    once = not_lasting(own, expected, lasting, doubted, capital, equipment)
    assert staff * filled + once == pytest.approx((own + expected) / (1.0 + capital))
    # A dollar that comes this year and never again is promised to nobody who is not promised without it.
    more = promised(own, expected + 10.0, lasting, doubted + 10.0, capital, filled, equipment)
    assert more[once > 0.0] == pytest.approx(staff[once > 0.0])
    assert (more >= staff - 1e-9).all()


LEADERS = group(Decisions, leadership_spread=0.65)


def test_a_start_up_weighs_what_the_last_dollar_for_upkeep_would_be_worth() -> None:
    """Upkeep is worth its logarithm, a dollar for a dollar at what is usual: 60 more beside 40 leave 0.4 of that."""
    upkeep, once = number(40.0), number(60.0)
    assert weight_of_things_bought_once(once, upkeep).item() == pytest.approx(0.4)
    assert weight_of_things_bought_once(number(0.0), upkeep).item() == 1.0
    assert weight_of_things_bought_once(number(0.0), number(0.0)).item() == 1.0
    step = 1e-4
    worth = upkeep * np.log((upkeep + once + step) / (upkeep + once)) / step
    assert weight_of_things_bought_once(once, upkeep).item() == pytest.approx(worth.item(), rel=1e-5)


def test_a_leaderships_view_stays_with_its_superintendent_and_goes_with_it() -> None:
    """A new one with the view of a standard deviation: exp(0.65 - 0.65^2 / 2) - 1."""
    before, view = column(0.3, 0.3, -0.4), column(1.0, 1.0, 0.0)
    after = leadership_after(before, column(0.0, 1.0, 1.0) > 0, view, LEADERS)
    assert after == pytest.approx(column(0.3, np.exp(0.65 - 0.21125) - 1, np.exp(-0.21125) - 1))


def test_leaders_give_as_much_as_usual_on_average_whoever_they_are() -> None:
    views = np.random.default_rng(3).standard_normal((200_000, 1))
    after = leadership_after(0.0 * views, views < np.inf, views, LEADERS)
    assert after.mean() == pytest.approx(0.0, abs=0.01)
    assert after.min() > -1.0
    assert np.log1p(after).std() == pytest.approx(0.65, abs=0.01)
    alike = leadership_after(0.0 * views, views < np.inf, views, group(Decisions, leadership_spread=0.0))
    assert not alike.any()


@pytest.mark.parametrize(
    ("committed", "payable", "expected"),
    [(100.0, 100.0, 0.0), (100.0, 75.0, 0.25), (100.0, 150.0, 0.0), (100.0, 0.0, 1.0), (0.0, 0.0, 0.0), (-5.0, 1.0, 0)],
)
def test_sections_that_cannot_be_paid_go(committed: float, payable: float, expected: float) -> None:
    assert layoffs(number(committed), number(payable)) == pytest.approx(expected)


def closed(
    cash: float,
    receipts: float,
    own: float,
    instruction: float,
    flexible: float,
    startup: float,
    share: float,
    once: float = 0.0,
) -> YearEnd:
    numbers = (cash, receipts, own, instruction, flexible, startup, share, once)
    return close_books(*(number(value) for value in numbers), BOOKS)


@pytest.mark.parametrize(
    ("case", "end", "ratio", "left", "covered", "returned", "lapsed"),
    [
        ("in balance", closed(0, 60, 40, 50, 50, 0, 1.0), 1.0, 0, 0, 0, 0),
        ("as planned, and half of what is idle", closed(0, 60, 40, 50, 50, 0, 0.6), 0.8, 10, 0, 0, 0),
        ("upkeep gives way, and a small deficit is carried", closed(0, 40, 25, 50, 50, 0, 0.6), 0.43, -6.5, 0, 0, 0),
        ("a floor is paid, and general money covers", closed(0, 10, 30, 50, 50, 0, 0.6), 0.2, -4, 16, 0, 0),
        ("more than a year of cost is not kept", closed(0, 300, 40, 50, 50, 0, 1.0), 1.1, 100, 0, 40, 95),
        ("own money goes back first", closed(0, 150, 80, 50, 50, 0, 1.0), 1.1, 100, 0, 25, 0),
        ("launches are paid from cash", closed(30, 60, 40, 50, 50, 30, 1.0), 1.0, 0, 0, 0, 0),
        ("a debt is repaid by putting off upkeep", closed(-20, 60, 40, 50, 50, 0, 1.0), 0.8, -10, 0, 0, 0),
        ("nothing to pay and nothing paid", closed(0, 0, 0, 0, 0, 0, 1.0), 1.0, 0, 0, 0, 0),
        ("what comes once is spent at once", closed(0, 60, 40, 50, 50, 0, 0.6, once=15), 0.9, 5, 0, 0, 0),
        ("where it is more than half of what is idle", closed(0, 60, 40, 50, 50, 0, 0.6, once=4), 0.8, 10, 0, 0, 0),
        ("as far as it is there when launches are paid", closed(0, 60, 40, 50, 50, 12, 0.6, once=15), 0.76, 0, 0, 0, 0),
        ("and as far as upkeep has a use for it", closed(0, 90, 40, 50, 50, 0, 0.6, once=60), 1.1, 25, 0, 0, 0),
        ("what came once saves no upkeep in want", closed(0, 40, 25, 50, 50, 0, 0.6, once=30), 0.43, -6.5, 0, 0, 0),
    ],
)
def test_books_close(
    case: str, end: YearEnd, ratio: float, left: float, covered: float, returned: float, lapsed: float
) -> None:
    assert end.spending_ratio == pytest.approx(ratio), case
    found = (end.cash.item(), end.covered.item(), end.returned.item(), end.lapsed.item())
    assert found == pytest.approx((left, covered, returned, lapsed), abs=1e-9), case


def test_a_reserve_is_not_idle() -> None:
    terms = replace(BOOKS, reserve_share=number(0.1))
    end = close_books(*(number(value) for value in (0, 60, 40, 50, 50, 0, 0.6, 0)), terms)
    assert end.spending_ratio == pytest.approx(0.6 + 0.5 * (20 - 10) / 50)
    end = close_books(*(number(value) for value in (0, 60, 40, 50, 50, 0, 0.6, 15)), terms)
    assert end.spending_ratio == pytest.approx(0.6 + (20 - 10) / 50)


def many(seed: int) -> tuple[list[Array], Books]:
    rng = np.random.default_rng(seed)
    lone = (4, 6, 1)
    cash = rng.normal(20.0, 100.0, lone)
    receipts, own, flexible, startup = rng.gamma(1.0, [[[[90.0]]], [[[60.0]]], [[[50.0]]], [[[20.0]]]], (4, *lone))
    instruction = rng.normal(80.0, 60.0, lone)
    terms = {name: rng.random((4, 1, 1)) for name in ("spending_floor", "cash_draw", "reserve_share", "deficit_limit")}
    terms["carryover_limit"] = rng.uniform(0.0, 2.0, (4, 1, 1))
    terms["spending_ceiling"] = rng.uniform(1.0, 1.5, (4, 1, 1))
    share = np.maximum(rng.random(lone), terms["spending_floor"])
    once = rng.gamma(1.0, 20.0, lone) * (rng.random(lone) < 0.7)
    return [cash, receipts, own, instruction, flexible, startup, share, once], replace(BOOKS, **terms)


@given(st.integers(0, 2**32 - 1))
def test_every_dollar_has_a_payer_and_a_place(seed: int) -> None:
    amounts, terms = many(seed)
    cash, receipts, own, instruction, flexible, startup, share, _ = amounts
    end = close_books(*amounts, terms)
    came = cash + receipts + own + end.covered
    went = end.spending + startup + end.cash + end.returned + end.lapsed
    assert came == pytest.approx(went, abs=1e-9)
    assert end.spending == pytest.approx(instruction + end.spending_ratio * flexible)
    for part in (end.covered, end.returned, end.lapsed):
        assert (part >= 0).all()
    assert (end.returned <= own).all()
    assert (end.spending_ratio <= terms.spending_ceiling).all()
    assert (end.spending_ratio >= np.minimum(share, terms.spending_floor)).all()
    assert (end.cash >= -terms.deficit_limit * (own + receipts) - 1e-9).all()
    assert (end.cash <= terms.carryover_limit * np.maximum(instruction + flexible, 0.0) + 1e-9).all()


@given(st.integers(0, 2**32 - 1))
def test_upkeep_is_cut_below_the_plan_only_where_money_lacks(seed: int) -> None:
    amounts, terms = many(seed)
    cash, receipts, own, instruction, flexible, startup, share, _ = amounts
    end = close_books(*amounts, terms)
    lacking = cash + receipts + own - instruction - startup < share * flexible
    assert lacking[end.spending_ratio < share - 1e-12].all()
    assert lacking[end.covered > 1e-9].all()


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 500.0))
def test_a_dollar_more_never_leaves_less_upkeep_or_more_debt(seed: int, dollars: float) -> None:
    amounts, terms = many(seed)
    poor = close_books(*amounts, terms)
    rich = close_books(amounts[0] + dollars, *amounts[1:], terms)
    assert (rich.spending_ratio >= poor.spending_ratio - 1e-12).all()
    assert (rich.cash >= poor.cash - 1e-9).all()
    assert (rich.covered <= poor.covered + 1e-9).all()


@given(st.integers(0, 2**32 - 1))
def test_what_comes_once_is_spent_within_the_year_as_far_as_there_is_use_for_it(seed: int) -> None:
    amounts, terms = many(seed)
    cash, receipts, own, instruction, flexible, startup, share, once = amounts
    end = close_books(*amounts, terms)
    left = cash + receipts + own - instruction - startup - share * flexible
    reserve = terms.reserve_share * np.maximum(instruction + flexible, 0.0)
    used = (end.spending_ratio - share) * flexible
    room = (terms.spending_ceiling - share) * flexible
    ready = np.minimum(np.minimum(once, np.maximum(left - reserve, 0.0)), room)
    assert (used >= np.where(left > 0.0, ready, -np.inf) - 1e-9).all()
    saved = close_books(*amounts[:-1], 0.0 * once, terms)
    for name in ("covered", "lapsed", "returned", "cash"):
        assert (getattr(end, name) <= getattr(saved, name) + 1e-9).all(), name


def test_books_of_one_district_close_as_among_many() -> None:
    amounts, _ = many(2)
    together = close_books(*amounts, BOOKS)
    own = (3, slice(2, 3))
    alone = close_books(*(amount[own] for amount in amounts), BOOKS)
    for one in fields(YearEnd):
        assert (getattr(together, one.name)[own] == getattr(alone, one.name)).all()


def test_of_federal_grants_only_administration_s_part_pays_for_running_a_program() -> None:
    """$10,000 wanted, $50,000 expected, of which $20,000 are federal: 10,000 + 30,000 + a twentieth of 20,000."""
    assert commitment(number(10_000), number(50_000), number(20_000), number(0.05)) == pytest.approx(41_000)
    assert commitment(number(0), number(20_000), number(20_000), number(0.05)) == pytest.approx(1_000)
