"""What districts believe of a price, worked by hand."""

import numpy as np
import pytest
from parameter_groups import column, group, number

from sim.behavior.beliefs import annuity, persistence, updated_trust
from sim.parameters.groups import Beliefs

BELIEFS = group(
    Beliefs,
    horizon_years=2,
    discount_rate=0.25,
    recurring_continuation=1.0 - 1e-12,
    nonrecurring_continuation=0.5,
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
