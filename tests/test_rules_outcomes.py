"""What students complete, worked by hand."""

import numpy as np
import pytest
from parameter_groups import group, number, row

from sim.arrays import ZERO
from sim.parameters.groups import Outcomes
from sim.students.outcomes import (
    completion_rate,
    cost_of_further,
    dual_credit,
    effort_toward,
    graduates_gained,
    placements,
    rate_when_staffed,
)

OUTCOMES = group(
    Outcomes,
    completion=0.8,
    completion_quality=1.0,
    substitute_loss=0.4,
    effort_rise=0.5,
    effort_fall=0.2,
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
    moved = effort_toward(number(effort), number(price), number(0.0), number(0.6), number(100.0), OUTCOMES)
    assert moved == pytest.approx(expected)


def test_effort_for_a_price_that_nobody_pays_fades_as_for_one_of_nothing() -> None:
    unpaid = effort_toward(number(0.6), ZERO, number(0.0), number(0.6), number(100.0), OUTCOMES)
    assert unpaid == effort_toward(number(0.6), number(0.0), number(0.0), number(0.6), number(100.0), OUTCOMES)


def test_effort_saturates_in_price_and_settles_in_time() -> None:
    effort = number(0.0)
    for _ in range(200):
        effort = effort_toward(effort, number(200.0), number(0.0), number(0.6), number(100.0), OUTCOMES)
    assert effort == pytest.approx(0.6 * (1 - np.exp(-2)))


def test_effort_answers_what_a_price_leaves_beyond_its_cost() -> None:
    plain = effort_toward(number(0.1), number(70.0), number(0.0), number(0.6), number(100.0), OUTCOMES)
    dear = effort_toward(number(0.1), number(100.0), number(30.0), number(0.6), number(100.0), OUTCOMES)
    assert dear == pytest.approx(plain)
    too_dear = effort_toward(number(0.1), number(100.0), number(100.0), number(0.6), number(100.0), OUTCOMES)
    assert too_dear == pytest.approx(
        effort_toward(number(0.1), ZERO, number(30.0), number(0.6), number(100.0), OUTCOMES)
    )


def test_outcomes_of_the_whole_district() -> None:
    assert dual_credit(row(100.0, 50.0), number(0.2), OUTCOMES) == pytest.approx(150 * 0.1 * 1.2)
    assert placements(row(30.0, 10.0), number(1.0), number(7.0), OUTCOMES) == pytest.approx(40 * 0.05 * 2 + 7)
    assert graduates_gained(row(30.0, 10.0), OUTCOMES) == pytest.approx(40 * 0.5 * 0.04)


def test_dual_credit_and_places_beyond_the_usual_number_cost_the_district_and_usual_ones_nothing_more() -> None:
    """Of 30 participants a tenth take dual credit and of 20 concentrators a quarter have a place; by effort half as
    many more and as many again: 1.5 at 200 dollars and 5 at 300."""
    terms = group(Outcomes, dual_credit_rate=0.1, placement_rate=0.25, dual_credit_cost=200.0, placement_cost=300.0)
    participants, concentrating = row(20.0, 10.0), row(12.0, 8.0)
    found = cost_of_further(participants, concentrating, number(0.5), number(1.0), terms)
    assert found == pytest.approx(1.5 * 200.0 + 5.0 * 300.0)
    assert cost_of_further(participants, concentrating, number(0.0), number(0.0), terms) == 0.0
