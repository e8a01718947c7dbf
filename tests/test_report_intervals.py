"""Bands, Monte-Carlo errors and the rounding of what is printed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.compare.price import cost_per_added, price_text
from sim.report.shared.direction import direction
from sim.report.shared.intervals import (
    bands,
    interval_parts,
    interval_text,
    mean_of_defined,
    number_text,
    paired,
    ratio_error,
)

RNG = np.random.default_rng(11)


def test_bands_are_numpys_percentiles() -> None:
    values = RNG.normal(5, 2, (3, 37, 4))
    found = bands(values)
    assert found.mean == pytest.approx(values.mean(axis=1))
    for level, percentile in ((5, found.p05), (25, found.p25), (50, found.median), (75, found.p75), (95, found.p95)):
        np.testing.assert_array_equal(percentile, np.percentile(values, level, axis=1))
    assert found.error == pytest.approx(values.std(axis=1, ddof=1) / math.sqrt(37))


def test_bands_leave_out_draws_in_which_the_value_is_not_defined() -> None:
    values = RNG.normal(5, 2, (3, 20))
    holes = values.copy()
    holes[0, ::3] = np.nan
    holes[2] = np.nan
    found = bands(holes)
    kept = holes[0][~np.isnan(holes[0])]
    assert found.count.tolist() == [len(kept), 20, 0]
    assert found.p05[0] == pytest.approx(np.percentile(kept, 5))
    assert found.p95[1] == pytest.approx(np.percentile(values[1], 95))
    assert found.error[0] == pytest.approx(kept.std(ddof=1) / math.sqrt(len(kept)))
    assert np.isnan(found.mean[2])
    assert np.isnan(found.median[2])


def test_one_draw_has_a_mean_but_no_error() -> None:
    found = bands(np.array([[4.0]]))
    assert found.mean[0] == found.p05[0] == found.p95[0] == 4.0
    assert np.isnan(found.error[0])


def test_differences_are_taken_within_draws() -> None:
    shared = RNG.normal(100, 20, 500)
    one, other = shared + 3.0 + RNG.normal(0, 0.1, 500), shared
    found = paired(one[None], other[None])
    assert found.error[0] == pytest.approx((one - other).std(ddof=1) / math.sqrt(500))
    assert found.p95[0] - found.p05[0] < 0.5
    shuffled = paired(one[None], RNG.permutation(other)[None])
    assert shuffled.mean[0] == pytest.approx(found.mean[0])
    assert shuffled.error[0] > 50 * found.error[0]


def test_the_error_of_a_ratio_of_means_agrees_with_the_bootstrap() -> None:
    below = RNG.normal(50, 10, 400)
    above = 3 * below + RNG.normal(0, 30, 400)
    picks = RNG.integers(0, 400, (4000, 400))
    bootstrap = (above[picks].mean(axis=1) / below[picks].mean(axis=1)).std()
    assert ratio_error(above, below) == pytest.approx(bootstrap, rel=0.1)


def test_the_mean_over_years_skips_years_without_a_value() -> None:
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    found = mean_of_defined(values, axis=1)
    assert found[0] == 2.0
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("numbers", "unit", "text"),
    [
        ((22_210.4, 21_498.0, 23_013.0), "students", "22,210 (21,500 to 23,000)"),
        ((45_213_000.0, 43_060_000.0, 47_020_000.0), "dollars", "$45.2M ($43.1M to $47.0M)"),
        ((1_234_567_890.0, 1.2e9, 1.3e9), "dollars", "$1.23B ($1.20B to $1.30B)"),
        ((-2_512_000.0, -3.1e6, -1.9e6), "dollars", "-$2.51M (-$3.1M to -$1.9M)"),
        ((1_592.3, 1_447.0, 1_751.0), "dollars", "$1,592 ($1,450 to $1,750)"),
        ((0.8731, 0.812, 0.934), "share", "87.3% (81% to 93%)"),
        ((1.0, 1.0, 1.0), "share", "100%"),
        ((0.6123, 0.58, 0.64), "", "0.612 (0.580 to 0.640)"),
        ((584.4, 554.0, 622.0), "pathways", "584 (554 to 622)"),
        ((0.0, 0.0, 0.0), "dollars", "$0"),
        ((math.nan, math.nan, math.nan), "dollars", "n/a"),
        ((12.0, math.nan, math.nan), "students", "12.0"),
    ],
)
def test_text_claims_no_more_than_the_interval_allows(
    numbers: tuple[float, float, float], unit: str, text: str
) -> None:
    assert interval_text(*numbers, unit) == text


def test_signs() -> None:
    assert number_text(1_240, "students", signed=True) == "+1,240"
    assert number_text(-1_240, "students", signed=True) == "-1,240"
    assert number_text(0.0, "students", signed=True) == "0"
    assert number_text(-0.0001, "students") == "0.0"


@given(
    st.floats(-1e12, 1e12),
    st.floats(0, 1e12),
    st.floats(0, 1e12),
    st.sampled_from(["dollars", "students", "share", "", "FTE"]),
)
def test_no_text_has_nine_digits_in_a_row_or_a_nan(middle: float, below: float, above: float, unit: str) -> None:
    if unit == "share":
        middle, below, above = middle / 1e12, below / 1e12, above / 1e12
    text = interval_text(middle, middle - below, middle + above, unit)
    assert "nan" not in text
    assert "inf" not in text
    for word in text.replace(",", "").replace("(", " ").replace(")", " ").split():
        assert sum(sign.isdigit() for sign in word) < 9


class TestCostPerAdded:
    more = RNG.normal(1000, 50, 200)
    dear = RNG.normal(2e6, 1e5, 200)

    def test_more_for_more_money_has_a_ratio_of_means(self) -> None:
        found = cost_per_added(self.dear, self.more)
        assert found.verdict == "more for more"
        assert found.ratio == pytest.approx(self.dear.mean() / self.more.mean())
        ratios = self.dear / self.more
        assert found.low == pytest.approx(np.percentile(ratios, 5), rel=0.02)
        assert found.high == pytest.approx(np.percentile(ratios, 95), rel=0.02)
        assert found.error == pytest.approx(ratio_error(self.dear, self.more))

    def test_every_other_kind_is_words_and_no_price(self) -> None:
        nothing = RNG.normal(0.01, 1.0, 200)
        for outcome, brings in ((self.more, "more"), (nothing, "same"), (-self.more, "less")):
            for cost, costs in ((self.dear, "more"), (nothing, "the same"), (-self.dear, "less")):
                found = cost_per_added(cost, outcome)
                assert found.verdict == f"{brings} for {costs}"
                assert (found.ratio is None) == ((brings, costs) != ("more", "more"))

    def test_a_cost_that_is_below_zero_on_average_only_has_no_price(self) -> None:
        found = cost_per_added(self.dear - 2.5e6 + 40 * RNG.normal(0, 1e5, 200), self.more)
        assert found.cost.mean() < 0
        assert found.verdict == "more for the same"
        assert found.ratio is None

    @given(st.lists(st.integers(-100, 1000).map(float), min_size=1, max_size=60), st.floats(-10.0, 10.0))
    def test_a_price_lies_in_its_own_interval_and_is_never_below_zero(self, outcome: list[float], cost: float) -> None:
        found = cost_per_added(np.full(len(outcome), cost), np.array(outcome))
        if found.ratio is not None:
            assert 0.0 <= found.low <= found.ratio <= found.high
            assert found.low <= found.median <= found.high

    def test_a_draw_without_added_cost_has_its_outcome_for_nothing(self) -> None:
        cost = np.where(np.arange(200) < 11, -1.0, 100.0)
        found = cost_per_added(cost, np.full(200, 2.0))
        assert (found.verdict, found.low) == ("more for more", 0.0)

    def test_where_some_draws_add_nothing_the_interval_has_no_upper_end(self) -> None:
        outcome = np.where(np.arange(200) < 11, 0.0, 100.0)
        found = cost_per_added(np.full(200, 1e5), outcome)
        assert found.verdict == "more for more"
        assert price_text(found) == ("$1,060", "$1,000 or more")

    def test_one_draw_tells_no_kind(self) -> None:
        assert cost_per_added(np.array([3.0]), np.array([2.0])).verdict == "unclear"


class TestDirection:
    def test_no_difference_is_the_same(self) -> None:
        assert direction(np.zeros(40)) == "same"

    def test_an_interval_that_holds_zero_is_the_same_however_many_draws(self) -> None:
        few, many = RNG.normal(1.0, 2.0, 40), RNG.normal(1.0, 2.0, 4000)
        assert direction(few) == direction(many) == "same"

    def test_an_interval_on_one_side_of_zero_has_its_direction_however_few_draws(self) -> None:
        for draws in (10, 40, 400):
            assert direction(RNG.normal(5.0, 1.0, draws)) == "more"
            assert direction(RNG.normal(-5.0, 1.0, draws)) == "less"

    def test_few_draws_of_a_study_say_the_same_as_many_where_the_end_lies_near_zero(self) -> None:
        """The end of the interval lies on zero: counting draws alone, every other small study would differ."""
        whole = np.concatenate([RNG.normal(5.0, 1.0, 189), RNG.normal(-0.2, 0.1, 11)])
        assert direction(whole) == "more"
        parts = [RNG.permutation(whole)[:40] for _ in range(500)]
        agree = np.mean([direction(part) == "more" for part in parts])
        counted = np.mean([np.percentile(part, 5) > 0 for part in parts])
        assert agree > 0.8 > counted

    def test_two_draws_that_disagree_with_their_mean_say_nothing(self) -> None:
        assert direction(np.array([5.0, -1.0])) == "same"


@given(
    st.floats(-1e12, 1e12),
    st.floats(-1e12, 1e12),
    st.floats(-1e12, 1e12),
    st.sampled_from(["dollars", "students", "share", "", "FTE"]),
)
def test_a_value_never_stands_outside_its_own_interval(one: float, two: float, value: float, unit: str) -> None:
    scale = 1e12 if unit == "share" else 1.0
    text, spread = interval_parts(value / scale, min(one, two) / scale, max(one, two) / scale, unit)
    if spread:
        low, high = (read(end) for end in spread.split(" to "))
        assert low <= read(text) <= high


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.0] * 39 + [0.96], "99.9% (99.9% to 100.0%)"),
        ([13_000_000.0] * 39 + [12_948_000.0], "$13.0M"),
        ([0.0] * 96 + [400.0] * 4, "16.0 (0 to 16)"),
    ],
)
def test_where_nearly_all_draws_have_one_value_the_interval_reaches_to_the_mean(values: list[float], text: str) -> None:
    found = bands(np.array(values), axis=0)
    unit = "share" if max(values) == 1.0 else "dollars" if max(values) > 1e6 else "students"
    assert float(found.p05) == float(found.p95) == float(found.median)
    assert found.low <= found.mean <= found.high
    assert interval_text(float(found.mean), float(found.low), float(found.high), unit) == text


def read(text: str) -> float:
    """A printed number as a number."""
    bare = text.replace("$", "").replace(",", "").replace("+", "")
    for end, scale in (("%", 0.01), ("M", 1e6), ("B", 1e9), (" million", 1e6), (" billion", 1e9)):
        if bare.endswith(end):
            return float(bare.removesuffix(end)) * scale
    return float(bare)
