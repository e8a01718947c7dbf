"""What students complete and earn, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import group, number, row

from sim.arrays import ZERO
from sim.parameters.groups import Outcomes
from sim.students.outcomes import (
    completion_rate,
    credentials,
    dual_credit,
    effort_toward,
    graduates_gained,
    natural_mix,
    placements,
    rate_when_staffed,
    tier_mix,
)

OUTCOMES = group(
    Outcomes,
    completion=0.8,
    completion_quality=1.0,
    substitute_loss=0.4,
    effort_rise=0.5,
    effort_fall=0.2,
    credential_level=0.5,
    pass_rate_penalty=0.2,
    pass_rate_quality=0.5,
    tier_shift=1.0,
    tier_difficulty_2=2.0,
    tier_difficulty_3=4.0,
    dual_credit_rate=0.1,
    placement_rate=0.05,
    graduation_effect=0.04,
    senior_share=0.5,
)


@pytest.mark.parametrize(("gap", "expected"), [(0.0, 0.8), (0.1, 0.88), (-0.1, 0.72), (0.5, 1.0), (-5.0, 0.0)])
def test_completion_answers_quality_modestly(gap: float, expected: float) -> None:
    assert completion_rate(number(gap), OUTCOMES) == pytest.approx(expected)


@pytest.mark.parametrize(("staffed", "expected"), [(1.0, 0.3), (0.5, 0.24), (0.0, 0.18)])
def test_fewer_go_on_under_substitutes(staffed: float, expected: float) -> None:
    assert rate_when_staffed(number(0.3), number(staffed), OUTCOMES) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("effort", "price", "expected"),
    [
        (0.0, 0.0, 0.0),
        (0.0, 100.0, 0.5 * 0.6 * (1 - np.exp(-1))),
        (0.0, 1e9, 0.3),
        (0.6, 0.0, 0.48),
        (0.6, -50.0, 0.48),
        (0.6, 1e9, 0.6),
    ],
)
def test_effort_rises_faster_than_it_falls(effort: float, price: float, expected: float) -> None:
    moved = effort_toward(number(effort), number(price), number(0.6), number(100.0), OUTCOMES)
    assert moved == pytest.approx(expected)


def test_effort_for_a_price_that_nobody_pays_fades_as_for_one_of_nothing() -> None:
    unpaid = effort_toward(number(0.6), ZERO, number(0.6), number(100.0), OUTCOMES)
    assert unpaid == effort_toward(number(0.6), number(0.0), number(0.6), number(100.0), OUTCOMES)


def test_effort_saturates_in_price_and_settles_in_time() -> None:
    effort = number(0.0)
    for _ in range(200):
        effort = effort_toward(effort, number(200.0), number(0.6), number(100.0), OUTCOMES)
    assert effort == pytest.approx(0.6 * (1 - np.exp(-2)))


def earned(effort: float = 0.0, gap: float = 0.0, rate: float = 0.8, passing: float = 0.5) -> tuple[float, float]:
    done = credentials(
        number(100.0), number(rate), number(passing), number(gap), number(effort),
        (number(0.2), number(0.5), number(0.3)), OUTCOMES,
    )  # fmt: skip
    total = sum(tier.item() for tier in done.earned)
    assert [tier.item() / total for tier in done.earned] == pytest.approx([0.2, 0.5, 0.3])
    return done.attempts.item(), total


def test_credentials_are_attempted_and_passed() -> None:
    assert earned() == pytest.approx((40.0, 20.0))
    assert earned(effort=0.5) == pytest.approx((60.0, 60 * 0.5 * 0.9))
    assert earned(gap=0.2) == pytest.approx((40.0, 40 * 0.5 * 1.1))
    assert earned(effort=3.0, rate=1.0) == pytest.approx((100.0, 100 * 0.5 * 0.4))
    assert earned(gap=10.0)[1] == pytest.approx(40.0)


NATURAL = (number(0.25), number(0.5), number(0.25))


def mix(prices: tuple[float, float, float], effort: float) -> list[float]:
    one, two, three = (number(price) for price in prices)
    weights = [weight.item() for weight in tier_mix(NATURAL, (one, two, three), number(effort), OUTCOMES)]
    return [weight / sum(weights) for weight in weights]


def test_without_effort_or_prices_the_mix_is_natural() -> None:
    assert mix((0.0, 0.0, 0.0), 1.0) == pytest.approx([0.25, 0.5, 0.25])
    assert mix((500.0, 500.0, 500.0), 0.0) == pytest.approx([0.25, 0.5, 0.25])
    assert mix((100.0, 200.0, 400.0), 1.0) == pytest.approx([0.25, 0.5, 0.25])


def test_prices_that_are_alike_slide_the_mix_to_what_is_easy() -> None:
    pulls = np.array([1.0, 0.5, 0.25])
    weights = np.array([0.25, 0.5, 0.25]) * (1 + 0.5 * (pulls / pulls.mean() - 1))
    assert mix((500.0, 500.0, 500.0), 0.5) == pytest.approx(list(weights / weights.sum()))


@given(st.lists(st.floats(0, 5000), min_size=3, max_size=3), st.floats(0, 30))
def test_mixes_sum_to_one_and_leave_no_tier_out(prices: list[float], effort: float) -> None:
    shares = mix((prices[0], prices[1], prices[2]), effort)
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) > 0


def test_the_natural_mix_puts_most_in_the_tier_of_the_main_credential() -> None:
    one, two, three = natural_mix(row(1.0, 2.0, 3.0), number(0.6))
    assert one == pytest.approx(row(0.6, 0.2, 0.2))
    assert two == pytest.approx(row(0.2, 0.6, 0.2))
    assert three == pytest.approx(row(0.2, 0.2, 0.6))


def test_outcomes_of_the_whole_district() -> None:
    assert dual_credit(row(100.0, 50.0), number(0.2), OUTCOMES) == pytest.approx(150 * 0.1 * 1.2)
    assert placements(row(30.0, 10.0), number(1.0), number(7.0), OUTCOMES) == pytest.approx(40 * 0.05 * 2 + 7)
    assert graduates_gained(row(30.0, 10.0), OUTCOMES) == pytest.approx(40 * 0.5 * 0.04)
