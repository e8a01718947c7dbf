"""One price of a dollar: classes, upkeep and sections at a price, and how the price moves; worked by hand."""

from itertools import pairwise

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import group, number, row

from sim.arrays import Array
from sim.behavior.planning import (
    Sections,
    falls_with_price,
    margin,
    moved_log_price,
    planned_class,
    run_share,
    sections_wanted,
    surplus,
    upkeep_share,
)
from sim.parameters.groups import Decisions

TERMS = group(Decisions, class_start=0.3, class_response=1.0, price_speed=0.5, price_step=0.7, price_limit=2.0)
NEWTON = group(Decisions, price_speed=1.0, price_step=50.0, price_limit=50.0)


def sections(**changes: float) -> Sections:
    """Ten possible sections that are worth a thousand dollars each and cost as much."""
    known = {"possible": 10.0, "least": 1.0, "worth": 1000.0, "earned": 0.0, "cost": 1000.0}
    return builders.bundle(Sections, **{**known, **changes})


@pytest.mark.parametrize(("log_price", "expected"), [(0.0, 23.0), (0.5, 28.0), (2.0, 30.0), (-0.1, 22.0), (-1.0, 20.0)])
def test_classes_go_toward_the_cap_as_money_becomes_dear(log_price: float, expected: float) -> None:
    assert planned_class(number(20.0), number(30.0), number(log_price), TERMS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("price", "expected"), [(1.0, 0.6), (2.0, 0.3), (10.0, 0.2), (0.75, 0.8), (0.5, 1.2), (0.3, 1.3)]
)
def test_upkeep_answers_the_price_between_a_floor_and_a_ceiling(price: float, expected: float) -> None:
    assert upkeep_share(number(0.6), number(np.log(price)), number(0.2), number(1.3)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "price", "expected"),
    [
        ({}, 1.0, 0.5),
        ({"earned": 500.0}, 1.0, 1 / (1 + np.exp(-1.0))),
        ({"earned": 500.0}, 2.0, 0.5),
        ({}, 2.0, 1 / (1 + np.exp(1.0))),
        ({"worth": 0.0}, 1.0, 1 / (1 + np.exp(2.0))),
        ({"worth": 3000.0, "cost": 2000.0}, 1.0, 1 / (1 + np.exp(-1.0))),
    ],
)
def test_sections_run_as_far_as_their_worth_carries_their_cost(
    changes: dict[str, float], price: float, expected: float
) -> None:
    assert run_share(sections(**changes), number(price), number(0.5)) == pytest.approx(expected)


def test_the_margin_is_worth_at_the_price_and_earnings_now_and_later_less_cost() -> None:
    found = margin(sections(worth=900.0, earned=200.0, later=50.0, cost=700.0), number(3.0))
    assert found == pytest.approx(300 + 200 + 50 - 700)


def test_sites_keep_their_sections_whatever_they_are_worth() -> None:
    kept = sections_wanted(sections(worth=0.0, least=3.0), number(1.0), number(0.1))
    assert kept == pytest.approx(3.0)


@given(st.integers(0, 2**32 - 1))
def test_a_dearer_dollar_never_adds_a_section_and_no_price_fills_more_than_students_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    possible, worth, earned, cost = rng.gamma(2.0, [[[2.0]], [[900.0]], [[300.0]], [[900.0]]], (4, 3, 5)) + 1.0
    least = np.minimum(rng.integers(0, 3, (3, 5)), possible)
    offered = builders.bundle(Sections, possible=possible, least=least, worth=worth, earned=earned, cost=cost)
    prices = [number(price) for price in (0.01, 0.3, 1.0, 3.0, 100.0)]
    wanted = [sections_wanted(offered, price, number(0.35)) for price in prices]
    for cheap, dear in pairwise(wanted):
        assert (dear <= cheap + 1e-12).all()
    assert (wanted[0] <= possible + 1e-12).all()
    assert (wanted[-1] >= offered.least).all()


@pytest.mark.parametrize("earned", [-900.0, 0.0, 700.0])
def test_the_surplus_of_a_plan_grows_by_the_sections_that_a_dollar_for_each_runs(earned: float) -> None:
    offered, one, spread, small = sections(earned=earned, least=0.0), number(1.0), number(0.4), 1e-5
    above, below = (surplus(sections(earned=earned + step), one, spread) for step in (small, -small))
    assert (above - below) / (2 * small) == pytest.approx(sections_wanted(offered, one, spread), rel=1e-6)
    assert surplus(offered, one, spread) >= max(10.0 * earned, 0.0)
    assert surplus(sections(), one, spread) == pytest.approx(10 * 0.4 * 1000 * np.log(2))


@pytest.mark.parametrize("price", [0.5, 1.0, 2.5])
def test_what_a_dearer_dollar_saves_is_the_slope_of_the_plans_cost(price: float) -> None:
    offered, spread, small = sections(worth=1300.0, cost=900.0), number(0.4), 1e-6

    def cost(log_price: float) -> Array:
        return sections_wanted(offered, number(np.exp(log_price)), spread) * offered.cost

    slope = (cost(np.log(price) + small) - cost(np.log(price) - small)) / (2 * small)
    wanted = sections_wanted(offered, number(price), spread)
    assert falls_with_price(offered, wanted, number(price), spread) == pytest.approx(-slope, rel=1e-6)


def test_sections_that_sites_keep_save_nothing() -> None:
    held = sections(worth=0.0, least=3.0)
    assert falls_with_price(held, number(3.0), number(1.0), number(0.1)) == 0.0


def moved(log_price: float, cost: float, falls: float, promised: float, terms: Decisions = TERMS) -> float:
    return moved_log_price(*(number(value) for value in (log_price, cost, falls, promised)), terms).item()


def test_one_step_solves_a_plan_whose_cost_falls_in_a_straight_line() -> None:
    """Cost 1000 at a log price of 0.2, falling by 400 for each unit; 900 promised: 0.25 higher."""
    found = moved(0.2, 1000.0, 400.0, 900.0, NEWTON)
    assert found == pytest.approx(0.45)
    assert 1000.0 - 400.0 * (found - 0.2) == pytest.approx(900.0)


@pytest.mark.parametrize(
    ("promised", "expected"),
    [(1000.0, 0.0), (900.0, 0.125), (1100.0, -0.125), (0.0, 0.7), (9000.0, -0.7)],
)
def test_the_price_moves_part_of_the_way_and_never_by_more_than_a_step(promised: float, expected: float) -> None:
    assert moved(0.0, 1000.0, 400.0, promised) == pytest.approx(expected)


@pytest.mark.parametrize(("start", "promised", "expected"), [(1.9, 0.0, 2.0), (-1.9, 9000.0, -2.0)])
def test_the_price_stays_where_plans_still_answer_it(start: float, promised: float, expected: float) -> None:
    assert moved(start, 1000.0, 400.0, promised) == pytest.approx(expected)


def test_a_plan_that_answers_nothing_keeps_the_step_finite() -> None:
    assert moved(0.0, 0.0, 0.0, 0.0) == 0.0
    assert moved(0.0, 1000.0, 0.0, 980.0) == pytest.approx(0.7)
    assert moved(0.0, 1000.0, 0.0, 1020.0) == pytest.approx(-0.7)


@given(st.integers(0, 2**32 - 1))
def test_more_money_never_makes_a_dollar_dearer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    log_price, (cost, falls) = rng.normal(size=(6, 1)), rng.gamma(2.0, 1000.0, (2, 6, 1))
    less, more = np.sort(rng.gamma(2.0, 2000.0, (2, 6, 1)), axis=0)
    rich, poor = (moved_log_price(log_price, cost, falls, promised, TERMS) for promised in (more, less))
    assert (rich <= poor).all()


def test_years_of_steps_end_where_the_plan_costs_what_is_promised() -> None:
    offered = builders.bundle(
        Sections,
        possible=row(9.0, 4.0),
        least=row(1.0, 1.0),
        worth=row(900.0, 1500.0),
        earned=row(0.0, 200.0),
        cost=row(800.0, 1000.0),
    )
    spread, log_price, promised = number(0.3), number(0.0), number(6000.0)
    for _ in range(40):
        price = np.exp(log_price)
        wanted = sections_wanted(offered, price, spread)
        cost = (wanted * (offered.cost - offered.earned)).sum(keepdims=True)
        falls = falls_with_price(offered, wanted, price, spread).sum(keepdims=True)
        log_price = moved_log_price(log_price, cost, falls, promised, TERMS)
    assert cost == pytest.approx(6000.0, rel=1e-6)
