"""What districts believe of a price and read of the law, worked by hand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, group, number

from sim.behavior.beliefs import (
    annuity,
    attention,
    attention_after,
    persistence,
    persistence_read,
    read,
    share_after_opening,
    steadiness_after,
    updated_trust,
)
from sim.parameters.groups import Beliefs

BELIEFS = group(
    Beliefs,
    horizon_years=2,
    discount_rate=0.25,
    recurring_continuation=1.0 - 1e-12,
    nonrecurring_continuation=0.5,
    cut_memory=0.75,
    cut_noticed=0.1,
)


@pytest.mark.parametrize(
    ("trust", "paid", "owed", "expected"),
    [
        (0.8, 50.0, 100.0, 0.65),
        (0.8, 100.0, 100.0, 0.9),
        (0.8, 0.0, 100.0, 0.4),
        (0.8, 0.0, 0.0, 0.8),
        (0.8, 150.0, 100.0, 0.9),
        (1.0, 100.0, 100.0, 1.0),
        (0.0, 0.0, 100.0, 0.0),
    ],
)
def test_trust_follows_what_was_paid(trust: float, paid: float, owed: float, expected: float) -> None:
    assert updated_trust(number(trust), number(paid), number(owed), number(0.5)) == pytest.approx(expected)


def test_each_district_learns_from_its_own_payment() -> None:
    learnt = updated_trust(column(0.5, 0.5), column(10.0, 0.0), column(10.0, 10.0), number(0.2))
    assert learnt == pytest.approx(column(0.6, 0.4))


def test_trust_settles_at_the_share_that_is_always_paid() -> None:
    trust = number(1.0)
    for _ in range(200):
        trust = updated_trust(trust, number(57.0), number(100.0), number(0.35))
    assert trust == pytest.approx(0.57)


@pytest.mark.parametrize(
    ("factor", "years", "expected"), [(0.5, 1, 0.5), (0.5, 2, 0.75), (0.5, 3, 0.875), (0.8, 2, 0.8 + 0.64)]
)
def test_annuity_is_the_sum_of_discounted_years(factor: float, years: float, expected: float) -> None:
    assert annuity(number(factor), number(years)) == pytest.approx(expected)


def test_a_grant_that_may_end_weighs_less_than_a_line_that_lasts() -> None:
    assert persistence(True, BELIEFS) == pytest.approx(1.0)
    assert persistence(False, BELIEFS) == pytest.approx((0.4 + 0.16) / (0.8 + 0.64))


def test_one_district_learns_as_it_does_among_many() -> None:
    rng = np.random.default_rng(1)
    trust, paid, owed = rng.random((3, 4, 5, 1))
    together = updated_trust(trust, paid, owed, np.full((4, 1, 1), 0.3))
    alone = updated_trust(trust[2, 3:4], paid[2, 3:4], owed[2, 3:4], number(0.3))
    assert (together[2, 3:4] == alone).all()


@pytest.mark.parametrize(
    ("case", "shares", "then", "expected"),
    [
        ("no word of an end", (), 1.0, 0.4 + 0.16),
        ("the same written out", (1.0, 1.0, 1.0), 1.0, 0.4 + 0.16),
        ("this year is the last", (1.0,), 0.0, 0.4),
        ("an end beyond the horizon", (1.0, 1.0, 1.0), 0.0, 0.4 + 0.16),
        ("half of the first year, then all", (0.5,), 1.0, 0.2 + 0.16),
        ("nothing within the horizon", (0.0, 0.0, 0.0), 1.0, 0.0),
        ("steps and an end", (0.25, 0.5), 0.0, 0.1 + 0.08),
    ],
)
def test_who_reads_the_law_counts_the_years_in_which_it_pays(
    case: str, shares: tuple[float, ...], then: float, expected: float
) -> None:
    assert persistence_read(False, shares, then, BELIEFS) == pytest.approx(expected / (0.8 + 0.64)), case


@pytest.mark.parametrize(
    ("lead", "shares", "then", "expected"),
    [
        (0.0, (), 1.0, 1.0),
        (0.0, (1.0,), 0.0, 0.8 / 1.44),
        (0.0, (0.0,), 1.0, 0.64 / 1.44),
        (0.0, (0.5, 0.5), 0.0, 0.5),
        (1.0, (), 1.0, 1.0),
        (1.0, (1.0,), 0.0, 0.0),
        (1.0, (0.0,), 1.0, 1.0),
        (1.0, (1.0, 0.25), 0.0, 0.25),
        (1.0, (0.0, 1.0), 0.0, 1.0),
    ],
)
def test_the_laws_own_words_say_what_of_a_dollar_comes_once_a_planned_site_teaches(
    lead: float, shares: tuple[float, ...], then: float, expected: float
) -> None:
    terms = replace(BELIEFS, opening_lead=number(lead))
    assert share_after_opening(shares, then, terms) == pytest.approx(expected)


def test_an_end_before_a_site_could_open_leaves_it_nothing_and_each_year_later_more() -> None:
    terms = replace(BELIEFS, horizon_years=number(10.0), opening_lead=number(1.5))
    shares = [share_after_opening((1.0,) * years, 0.0, terms).item() for years in range(13)]
    assert shares[:2] == [0.0, 0.0]
    assert all(sooner < later for sooner, later in pairwise(shares[1:11]))
    assert shares[10:] == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("first", "years", "expected"), [(0.5, 0, 0.5), (0.5, 1, 0.75), (0.5, 2, 0.875), (0.0, 9, 0.0), (1.0, 3, 1.0)]
)
def test_each_year_of_a_line_is_one_more_chance_to_read_it(first: float, years: int, expected: float) -> None:
    assert attention_after(number(first), years) == pytest.approx(expected)


@given(st.floats(1.0, 30.0), st.floats(0.01, 0.3), st.floats(0.05, 0.99), st.booleans(), st.integers(0, 40))
def test_the_further_the_end_the_nearer_to_no_end(
    horizon: float, rate: float, lasts: float, recurring: bool, years: int
) -> None:
    """A horizon that ends within a year counts its part; an end beyond it is none."""
    terms = group(
        Beliefs,
        horizon_years=horizon,
        discount_rate=rate,
        recurring_continuation=lasts,
        nonrecurring_continuation=lasts / 2,
    )
    endless = persistence(recurring, terms).item()
    values = [persistence_read(recurring, (1.0,) * year, 0.0, terms).item() for year in (years, years + 1)]
    assert 0.0 <= values[0] <= values[1] <= endless + 1e-12
    if years >= horizon:
        assert values == pytest.approx([endless, endless])
    assert persistence_read(recurring, (1.0,) * years, 1.0, terms).item() == pytest.approx(endless)


def test_each_run_has_a_horizon_of_its_own() -> None:
    many = group(Beliefs, discount_rate=0.05, recurring_continuation=0.97, nonrecurring_continuation=0.5)
    horizons = np.array([1.0, 2.5, 4.0, 9.75]).reshape(4, 1, 1)
    shares = (0.0, 0.5, 1.0, 1.0)
    together = persistence_read(True, shares, 0.0, replace(many, horizon_years=horizons))
    for run in range(4):
        alone = persistence_read(True, shares, 0.0, replace(many, horizon_years=horizons[run]))
        assert (together[run] == alone).all()


@pytest.mark.parametrize(
    ("median", "normal", "expected"),
    [
        (0.8, 0.0, 0.8),
        (0.8, 1.0, 1 - 0.2**2),
        (0.8, -1.0, 1 - 0.2**0.5),
        (0.0, 2.0, 0.0),
        (1.0, -2.0, 1.0),
    ],
)
def test_districts_differ_in_what_they_overlook(median: float, normal: float, expected: float) -> None:
    spread = number(np.log(2.0))
    assert attention(number(median), spread, number(normal)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("case", "unread", "written", "reads", "expected"),
    [
        ("who does not read", 0.9, 0.1, 0.0, 0.9),
        ("who reads all", 0.9, 0.1, 1.0, 0.1),
        ("who reads half", 0.9, 0.1, 0.5, 0.5),
        ("good news counts when it is paid", 0.4, 0.9, 1.0, 0.4),
    ],
)
def test_what_is_read_lowers_what_is_taken(
    case: str, unread: float, written: float, reads: float, expected: float
) -> None:
    assert read(number(unread), number(written), number(reads)) == pytest.approx(expected), case


@pytest.mark.parametrize(
    ("case", "before", "again", "expected"),
    [
        ("as much again", 1.0, 1.0, 1.0),
        ("more", 1.0, 1.5, 1.0),
        ("a tenth less is not remarked", 1.0, 0.9, 1.0),
        ("half of it is gone", 1.0, 0.45, 0.5),
        ("all of it is gone", 1.0, 0.0, 0.0),
        ("three quarters of what was held against it still is", 0.5, 1.0, 1 - 0.75 * 0.5),
        ("good years beyond that help no faster", 0.5, 2.0, 1 - 0.75 * 0.5),
        ("a second cut upon the first", 0.5, 0.45, 0.5 * (1 - 0.75 * 0.5)),
    ],
)
def test_a_cut_counts_at_once_and_is_forgotten_slowly(case: str, before: float, again: float, expected: float) -> None:
    assert steadiness_after(number(before), number(again), BELIEFS) == pytest.approx(expected), case


def test_after_a_cut_a_promise_comes_back_to_where_it_was() -> None:
    held = [steadiness_after(number(1.0), number(0.45), BELIEFS).item()]
    for _ in range(60):
        held.append(steadiness_after(number(held[-1]), number(1.0), BELIEFS).item())
    assert all((1 - later) == pytest.approx(0.75 * (1 - sooner)) for sooner, later in pairwise(held))
    assert held[-1] == pytest.approx(1.0, abs=1e-6)
