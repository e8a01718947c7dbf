"""Reporting apart from teaching: a pool with a ceiling, fast, paid for, ending with the pay; worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import group, number

from sim.arrays import ZERO
from sim.behavior.recoding import recoded, recoded_share
from sim.parameters.groups import Outcomes

TERMS = group(Outcomes, recodable=0.35, recoding_speed=0.5, recoding_price_scale=100.0)


@pytest.mark.parametrize(
    ("share", "price", "expected"),
    [
        (0.0, 100.0, 0.5 * (1 - np.exp(-1))),
        (0.0, 1e9, 0.5),
        (0.5, 1e9, 0.75),
        (1.0, 1e9, 1.0),
        (0.8, 0.0, 0.4),
        (0.8, -50.0, 0.4),
        (0.0, 0.0, 0.0),
    ],
)
def test_sequences_are_recut_part_of_the_way_to_what_pays(share: float, price: float, expected: float) -> None:
    assert recoded_share(number(share), number(price), TERMS) == pytest.approx(expected)


def test_a_price_that_nobody_pays_is_a_price_of_nothing() -> None:
    assert recoded_share(number(0.8), ZERO, TERMS) == recoded_share(number(0.8), number(0.0), TERMS)


def test_it_is_there_within_three_years_and_gone_within_three_of_the_end_of_pay() -> None:
    share = number(0.0)
    for _ in range(3):
        share = recoded_share(share, number(1e9), TERMS)
    assert share == pytest.approx(0.875)
    for _ in range(3):
        share = recoded_share(share, number(0.0), TERMS)
    assert share == pytest.approx(0.875 / 8)


@given(st.lists(st.floats(0.0, 1e6), max_size=12), st.floats(0.0, 500.0))
def test_no_pay_recodes_more_than_there_are(prices: list[float], taught: float) -> None:
    share = number(0.0)
    for price in prices:
        share = recoded_share(share, number(price), TERMS)
        assert 0.0 <= share <= 1.0
    assert recoded(share, number(taught), TERMS) <= 0.35 * taught * (1 + 1e-12)


def test_a_higher_price_never_recodes_less() -> None:
    shares = [recoded_share(number(0.2), number(price), TERMS).item() for price in (0.0, 10.0, 100.0, 1000.0)]
    assert shares == sorted(shares)


def test_recoded_concentrators_are_counted_without_one_more_seat() -> None:
    assert recoded(number(0.4), number(100.0), TERMS) == pytest.approx(14.0)
    assert recoded(number(1.0), number(0.0), TERMS) == 0.0
