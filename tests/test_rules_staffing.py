"""Instructors leave, are sought, come from a pool and return to it; worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import group, number

from sim.behavior.staffing import (
    applicants,
    by_region,
    candidates,
    chance_within_year,
    fill_chance,
    filled,
    labor_markets,
    launch_staffed,
    next_pool,
    scarcity,
    sections_vacated,
)
from sim.parameters.groups import Staffing

POOL = group(Staffing, pool_exit=0.2, return_share=0.25, wage_elasticity=0.5)


@pytest.mark.parametrize(
    ("sections", "sites", "draw", "expected"),
    [
        (4, 1, 0.89, 0),
        (4, 1, 0.91, 4),
        (9, 3, 0.69, 0),
        (9, 3, 0.71, 3),
        (5, 2, 0.81, 2),
        (0, 0, 0.99, 0),
        (30, 20, 0.5, 3),
    ],
)
def test_instructors_leave_with_all_their_sections(sections: float, sites: float, draw: float, expected: float) -> None:
    assert sections_vacated(number(sections), number(sites), number(0.1), number(draw)) == expected


def test_regions_add_their_districts() -> None:
    sections = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    assert by_region(sections, np.array([0, 2])).tolist() == [[3.0, 30.0], [4.0, 40.0]]


@pytest.mark.parametrize(("supply", "sought", "expected"), [(10, 5, 1.0), (5, 10, 0.5), (0, 10, 0.0), (10, 0, 1.0)])
def test_a_labor_market_runs_dry(supply: float, sought: float, expected: float) -> None:
    assert scarcity(number(supply), number(sought)) == expected


@pytest.mark.parametrize(("supply", "premium", "expected"), [(10, 0.0, 10.0), (10, 0.2, 11.0), (0, 0.5, 0.0)])
def test_candidates_answer_pay(supply: float, premium: float, expected: float) -> None:
    assert candidates(number(supply), number(premium), POOL) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("chance", "rural", "applying", "expected"),
    [
        (0.5, 0.0, 1.0, 0.6),
        (0.5, 1.0, 1.0, 0.48),
        (0.5, 0.0, 2.0, 1 - 0.4**2),
        (0.5, 1.0, 0.5, 1 - 0.52**0.5),
        (0.5, 0.0, 0.0, 0.0),
        (0.9, 0.0, 1.0, 0.99),
    ],
)
def test_the_chance_to_fill_a_post_is_that_one_of_its_applicants_fits(
    chance: float, rural: float, applying: float, expected: float
) -> None:
    terms = group(Staffing, rural_factor=0.8, fill_level=1.2)
    assert fill_chance(number(chance), number(rural), number(applying), terms) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("people", "sought", "expected"), [(10, 5, 2.0), (5, 10, 0.5), (0, 10, 0), (100, 1, 10), (3, 0, 10)]
)
def test_applicants_are_people_for_each_section_that_is_sought(people: float, sought: float, expected: float) -> None:
    assert applicants(number(people), number(sought)) == expected


@pytest.mark.parametrize(
    ("vacant", "chance", "rounds", "draw", "expected"),
    [
        (4, 0.5, 2, 0.0, 3),
        (4, 0.5, 1, 0.0, 2),
        (1, 0.5, 2, 0.24, 0),
        (1, 0.5, 2, 0.26, 1),
        (3, 0.0, 5, 0.99, 0),
        (3, 1.0, 1, 0.99, 3),
        (0, 0.9, 2, 0.99, 0),
    ],
)
def test_vacant_posts_are_searched_for_in_rounds(
    vacant: float, chance: float, rounds: float, draw: float, expected: float
) -> None:
    within_year = chance_within_year(number(chance), number(rounds))
    assert filled(number(vacant), within_year, number(draw)) == expected


@pytest.mark.parametrize(
    ("chance", "draw", "expected"), [(0.5, 0.49, 1), (0.5, 0.5, 0), (0.0, 0.0, 0), (1.0, 0.999, 1)]
)
def test_a_launch_has_one_round(chance: float, draw: float, expected: float) -> None:
    assert launch_staffed(number(chance), number(draw)) == expected


def test_rural_districts_of_a_region_are_a_market_of_their_own() -> None:
    markets = labor_markets(np.array([0, 0, 1, 1, 1]), np.array([True, False, False, False, True]))
    assert markets.region[markets.place].tolist() == [0, 0, 1, 1, 1]
    assert markets.rural[markets.place, 0].tolist() == [1, 0, 0, 0, 1]
    assert len(markets.region) == 4


def pool_after(
    pool: float, hired: float = 0.0, left: float = 0.0, entrants: float = 0.0, premium: float = 0.0
) -> float:
    return next_pool(*(number(value) for value in (pool, hired, left, entrants, premium)), POOL).item()


@pytest.mark.parametrize(
    ("case", "pool", "expected"),
    [
        ("a fifth drifts away", pool_after(100.0), 80.0),
        ("those who are hired leave the pool", pool_after(100.0, hired=40.0), 48.0),
        ("a quarter of those who leave a post come back into reach", pool_after(100.0, left=20.0), 85.0),
        ("new people come", pool_after(100.0, entrants=20.0), 100.0),
        ("more where pay answers that of industry", pool_after(100.0, entrants=20.0, premium=0.5), 105.0),
        ("nobody is nobody", pool_after(0.0), 0.0),
        ("never less than none", pool_after(10.0, hired=15.0), 0.0),
    ],
)
def test_people_who_could_teach_are_conserved(case: str, pool: float, expected: float) -> None:
    assert pool == pytest.approx(expected), case


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8), st.floats(0.0, 30.0))
def test_the_pool_of_years_is_what_came_less_what_went(shares: list[float], entrants: float) -> None:
    pool, came, went = 50.0, 0.0, 0.0
    for share in shares:
        hired = share * pool
        drift = 0.2 * (pool - hired)
        came, went = came + entrants + 0.25 * hired, went + hired + drift
        pool = pool_after(pool, hired, hired, entrants)
    assert pool == pytest.approx(50.0 + came - went)


def test_a_pool_settles_where_as_many_come_as_drift_away() -> None:
    drought = flooded = 100.0
    for _ in range(30):
        drought, flooded = pool_after(drought, entrants=10.0), pool_after(flooded, entrants=40.0)
    assert drought == pytest.approx(10.0 / 0.2, rel=0.01)
    assert flooded == pytest.approx(40.0 / 0.2, rel=0.01)


def test_posts_leave_and_are_filled_right_on_average() -> None:
    draws = (np.arange(2000) + 0.5)[:, np.newaxis, np.newaxis] / 2000
    leaving = sections_vacated(number(12.0), number(4.0), number(0.1), draws)
    assert leaving.mean() == pytest.approx(1.2, abs=0.01)
    filled_posts = filled(number(5.0), chance_within_year(number(0.3), number(2.0)), draws)
    assert filled_posts.mean() == pytest.approx(5 * (1 - 0.49), abs=0.01)
