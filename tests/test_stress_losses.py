"""Losses by hand: amounts, tails, curves, parts of a variance, reserves, recovery; and truths that hold whatever
comes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.study.stress.exceedance import at_return, chance_above, curve_band, exceedance
from sim.study.stress.losses import buffer_needed, losses, over_horizon, worst_year
from sim.study.stress.parts import nested, parts, split
from sim.study.stress.recovery import exits, lost, years_to_recover
from sim.study.stress.tails import (
    draws_needed,
    expected_shortfall,
    ordered,
    tail,
    upper_limit,
    value_at_risk,
    weights_of,
)

ONE = np.ones((1, 10))
TEN = np.arange(1.0, 11.0)
AMOUNTS = arrays(np.float64, (3, 5), elements=st.floats(0.0, 1e8))


class TestLosses:
    def test_by_hand(self) -> None:
        found = losses(*(np.array([[amount]]) for amount in (60.0, 54.0, 4.0, 3.0)))
        assert found.over_voted.item() == 10.0
        assert found.unpaid.item() == 6.0
        assert found.carried.item() == 9.0
        assert found.paid_share.item() == pytest.approx(0.9)

    @given(AMOUNTS, AMOUNTS, AMOUNTS)
    def test_what_is_owed_is_paid_or_unpaid_and_the_sum_is_no_less_than_the_worst_year(self, owed, paid, taken) -> None:  # type: ignore[no-untyped-def]
        found = losses(owed, np.minimum(paid, owed), np.zeros_like(owed), taken)
        assert found.unpaid + np.minimum(paid, owed) == pytest.approx(owed)
        assert (over_horizon(found.carried) >= worst_year(found.carried) - 1e-6).all()

    def test_a_buffer_by_hand(self) -> None:
        owed, voted = np.array([[50.0, 70.0, 60.0], [70.0, 50.0, 70.0]]), np.full((2, 3), 60.0)
        assert buffer_needed(owed, voted).tolist() == [10.0, 20.0]
        assert buffer_needed(owed, voted, keeps=1.0).tolist() == [0.0, 10.0]

    @given(AMOUNTS, AMOUNTS)
    def test_a_buffer_pays_every_year_and_a_dollar_less_does_not(self, owed, voted) -> None:  # type: ignore[no-untyped-def]
        needed = buffer_needed(owed, voted, keeps=1.0)
        left = needed[:, None] + np.cumsum(voted - owed, axis=1)
        assert (left >= -1e-3).all()
        short = needed > 1.0
        assert (left[short].min(axis=1, initial=np.inf) < 1.0).all()


class TestTails:
    def test_the_fewest_draws_are_those_of_order_statistics(self) -> None:
        assert [draws_needed(level) for level in (0.90, 0.95, 0.99)] == [29, 59, 299]

    def test_by_hand(self) -> None:
        assert value_at_risk(ordered(TEN, ONE), 0.9).item() == 9.0
        assert expected_shortfall(ordered(TEN, ONE), 0.8).item() == pytest.approx(9.5)
        # A quarter of ten draws is two and a half: 10, 9 and half of 8.
        assert expected_shortfall(ordered(TEN, ONE), 0.75).item() == pytest.approx((10 + 9 + 0.5 * 8) / 2.5)

    def test_weights_are_repeated_draws(self) -> None:
        weights = np.array([[2.0, 1.0, 0.0, 1.0]])
        values = np.array([5.0, 1.0, 7.0, 3.0])
        again = ordered(np.array([5.0, 5.0, 1.0, 3.0]), np.ones((1, 4)))
        weighted = ordered(values, weights)
        for level in (0.5, 0.6, 0.9):
            assert value_at_risk(weighted, level) == value_at_risk(again, level)
            assert expected_shortfall(weighted, level) == pytest.approx(expected_shortfall(again, level))

    @given(arrays(np.float64, 60, elements=st.floats(0.0, 1e9)))
    def test_the_mean_of_the_tail_is_no_less_than_where_it_begins(self, values) -> None:  # type: ignore[no-untyped-def]
        found = tail(values, 0.95, weights_of(60, 1, resamples=20))
        assert found.expected_shortfall.value >= found.value_at_risk.value - 1e-3
        assert found.value_at_risk.limit >= found.value_at_risk.value
        assert found.value_at_risk.low <= found.value_at_risk.value <= found.value_at_risk.high

    def test_no_figure_from_too_few_draws(self) -> None:
        values = np.arange(58.0)
        found = tail(values, 0.95, weights_of(58, 1, resamples=5))
        assert math.isnan(found.value_at_risk.value)
        assert math.isnan(found.expected_shortfall.value)
        assert found.value_at_risk.wanted == 1
        assert math.isnan(upper_limit(values, 0.95))
        assert upper_limit(np.arange(59.0), 0.95) == 58.0

    def test_an_upper_limit_covers_as_often_as_it_says(self) -> None:
        random = np.random.default_rng(4)
        covered = [upper_limit(random.exponential(size=100), 0.9) > -math.log(0.1) for _ in range(1_000)]
        assert 0.945 <= np.mean(covered) <= 0.995

    def test_draws_in_groups_are_resampled_together(self) -> None:
        groups = np.repeat(np.arange(5), 4)
        weights = weights_of(20, 1, groups, resamples=50)
        assert (weights.reshape(51, 5, 4) == weights.reshape(51, 5, 4)[:, :, :1]).all()
        assert (weights.sum(axis=1) == 20).all()
        assert (weights[0] == 1).all()


class TestCurves:
    def test_by_hand(self) -> None:
        found = exceedance(np.array([2.0, 1.0, 5.0, 2.0]))
        assert found.losses.tolist() == [1.0, 2.0, 5.0]
        assert found.chance.tolist() == [0.75, 0.25, 0.0]
        assert chance_above(np.array([1.0, 2.0, 2.0, 5.0]), 1.5) == 0.75

    def test_one_future_in_ten_is_worse(self) -> None:
        values = np.arange(1.0, 101.0)
        assert at_return(values, 10) == 90.0
        assert chance_above(values, at_return(values, 10)) == pytest.approx(0.1)
        assert math.isnan(at_return(values, 100))

    def test_draws_that_know_nothing_more_have_one_curve_and_luck_alone_has_length(self) -> None:
        """One world in which luck is all, one in which parameters are all."""
        groups = np.repeat(np.arange(6), 8)
        luck = curve_band(np.tile(np.arange(8.0), 6), groups)
        known = curve_band(np.repeat(np.arange(6.0), 8), groups)
        assert luck is not None
        assert known is not None
        assert np.ptp(luck.each, axis=0).max() == 0.0
        assert np.ptp(luck.mean) == 7.0
        assert np.ptp(known.each, axis=1).max() == 0.0
        assert np.ptp(known.each, axis=0).min() == 5.0
        assert curve_band(np.arange(48.0), np.arange(48)) is None


class TestParts:
    def test_by_hand(self) -> None:
        assert nested(np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1])) == (7.0, 2.0)

    def test_each_part_is_found_where_it_is_put(self) -> None:
        random = np.random.default_rng(9)
        groups = np.repeat(np.arange(200), 10)
        known, luck, shock = random.normal(0, 3, 200)[groups], random.normal(0, 2, 2_000), random.normal(0, 1, 2_000)
        found = split(known + luck, known + luck + shock, None, groups)
        assert found["parameters"] == pytest.approx(9.0, rel=0.25)
        assert found["luck"] == pytest.approx(4.0, rel=0.1)
        assert found["shocks"] == pytest.approx(1.0, rel=0.3)

    def test_shares_sum_to_one_and_intervals_hold_them(self) -> None:
        random = np.random.default_rng(2)
        groups = np.repeat(np.arange(12), 4)
        values = random.normal(size=12)[groups] + random.normal(size=48)
        found = parts(values, None, 1.3 * values, groups, seed=3, resamples=60)
        assert sum(part.share for part in found.values()) == pytest.approx(1.0)
        assert all(part.low <= part.share + 0.2 and part.high >= part.share - 0.2 for part in found.values())
        assert found["missed"].variance > 0.0

    def test_unequal_turns_are_refused(self) -> None:
        with pytest.raises(ValueError, match="as many turns"):
            parts(np.zeros(3), None, None, np.array([0, 0, 1]), seed=1)


class TestRecovery:
    def test_by_hand(self) -> None:
        calm = np.full((3, 5), 100.0)
        shocked = np.array([[100, 90, 95, 99.5, 100], [100, 90, 100, 100, 98], [100, 100, 100, 101, 100.0]])
        found = years_to_recover(shocked, calm, 1)
        assert found[0] == 2.0
        assert math.isnan(found[1])
        assert found[2] == 0.0
        assert lost(shocked, calm).tolist() == [15.5, 12.0, -1.0]

    def test_a_district_leaves_that_would_have_stayed(self) -> None:
        assert exits(np.array([0.0, 2.0, 0.0]), np.array([1.0, 2.0, 0.0])) == 1.0
