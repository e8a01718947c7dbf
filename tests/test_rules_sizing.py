"""How many sections a pathway runs, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import group, number

from sim.behavior.sizing import after_layoffs, beyond_plan, second_possible, section_change, sections_possible
from sim.parameters.groups import Decisions

TERMS = group(Decisions, section_slack=0.1, expansion_limit=0.25, reduction_limit=0.5)


@pytest.mark.parametrize(("students", "sites", "expected"), [(50.0, 1, 2.5), (50.0, 4, 4.0), (0.0, 1, 1.0), (0, 0, 0)])
def test_students_fill_sections_and_each_site_has_one(students: float, sites: float, expected: float) -> None:
    assert sections_possible(number(students), number(20.0), number(sites)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("eligible", "expected"), [(30.0, 2.0), (20.0, 20 / 15), (8.0, 1.0), (5.0, 1.0), (4.9, 0.0), (0.0, 0.0)]
)
def test_a_second_course_of_its_own_needs_a_section_of_students(eligible: float, expected: float) -> None:
    assert second_possible(number(eligible), number(15.0), number(5.0)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("held", "wanted", "least", "draw", "expected"),
    [
        (8, 8.05, 1, 0.99, 0),
        (8, 7.95, 1, 0.99, 0),
        (8, 8.6, 1, 0.4, 0),
        (8, 8.6, 1, 0.6, 1),
        (8, 30.0, 1, 0.0, 2),
        (2, 30.0, 1, 0.0, 1),
        (8, 7.4, 1, 0.4, 0),
        (8, 7.4, 1, 0.6, -1),
        (8, 0.0, 1, 0.0, -4),
        (1, 0.0, 0, 0.0, 0),
        (1, 0.0, 0, 0.2, -1),
        (8, 0.0, 6, 0.0, -2),
        (3, 2.0, 5, 0.9, 0),
        (0, 0.0, 0, 0.99, 0),
    ],
)
def test_sections_follow_the_plan_by_whole_ones(
    held: float, wanted: float, least: float, draw: float, expected: float
) -> None:
    change = section_change(number(held), number(wanted), number(least), number(draw), TERMS)
    assert change == expected


@given(st.integers(0, 2**32 - 1))
def test_change_is_whole_goes_toward_the_plan_and_leaves_what_must_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    held, least = rng.integers(0, 12, (2, 5, 6)).astype(np.float64)
    wanted, draw = rng.gamma(2.0, 3.0, (5, 6)), rng.random((5, 6))
    change = section_change(held, wanted, least, draw, TERMS)
    assert (change == np.rint(change)).all()
    assert (held + change >= np.minimum(held, least)).all()
    assert (change[wanted > held] >= 0).all()
    assert (change[wanted < held] <= 0).all()
    more = section_change(held, wanted + 1.5, least, draw, TERMS)
    assert (more >= change).all()


def test_change_is_right_on_average() -> None:
    draws = (np.arange(1000) + 0.5)[:, np.newaxis, np.newaxis] / 1000
    up = section_change(number(8.0), number(9.4), number(1.0), draws, TERMS)
    down = section_change(number(8.0), number(6.6), number(1.0), draws, TERMS)
    assert up.mean() == pytest.approx(1.3, abs=1e-3)
    assert down.mean() == pytest.approx(-1.3, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "laid_off", "draw", "expected"),
    [(1, 0.0, 0.9, 1), (1, 2.0, 0.0, -1), (-3, 2.0, 0.0, -5), (0, 2.4, 0.5, -2), (0, 2.4, 0.7, -3)],
)
def test_what_cannot_be_paid_goes_at_once(change: float, laid_off: float, draw: float, expected: float) -> None:
    assert after_layoffs(number(change), number(laid_off), number(draw)) == expected


def test_only_what_stands_beyond_the_plan_is_beyond_it() -> None:
    held, change, wanted = np.array([[8.0, 8.0, 8.0]]), np.array([[-2.0, 1.0, 0.0]]), np.array([[5.0, 9.4, 8.0]])
    assert beyond_plan(held, change, wanted).tolist() == [[1.0, 0.0, 0.0]]
