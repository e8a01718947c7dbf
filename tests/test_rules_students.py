"""What students do, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, group, number, row

from sim.parameters.groups import Choice, Outcomes
from sim.students.choice import (
    demand,
    enrolled,
    gained_share,
    job_pull,
    local_shares,
    participation_level,
    reach_by_sites,
    reached_share,
    seats,
    tilted_shares,
)
from sim.students.enrollment import entering_cohort, local_drift, moved_up
from sim.students.outcomes import (
    concentrators,
    credentials,
    dual_credit,
    effort_toward,
    graduates_gained,
    natural_mix,
    placements,
    progression_rate,
    rate_when_staffed,
    tier_mix,
)

COVERAGE = np.array([[0.0, 0.5, 0.8, 1.0], [0.0, 1.0, 1.0, 1.0]])
SCHOOLS = np.array([3, 1])


def test_a_pathway_reaches_its_schools_and_those_who_travel() -> None:
    sites = np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 9.0]])
    reach = reach_by_sites(COVERAGE, SCHOOLS, number(0.0))
    reached = reached_share(reach, reach.entry(sites))
    assert reached == pytest.approx(np.array([[0.0, 0.5, 0.8, 1.0], [0.0, 1.0, 1.0, 1.0]]))
    reach = reach_by_sites(COVERAGE, SCHOOLS, number(0.4))
    travelling = reached_share(reach, reach.entry(sites))
    assert travelling == pytest.approx(np.array([[0.0, 0.7, 0.88, 1.0], [0.0, 1.0, 1.0, 1.0]]))
    further = gained_share(reach, reach.entry(sites))
    assert further == pytest.approx(np.array([[0.7, 0.18, 0.12, 0.0], [1.0, 0.0, 0.0, 0.0]]))


def test_reach_is_the_same_for_a_batch_of_runs() -> None:
    sites = np.random.default_rng(1).integers(0, 4, (5, 2, 3)).astype(np.float64)
    travel = np.linspace(0, 1, 5)[:, np.newaxis, np.newaxis]
    together = reach_by_sites(COVERAGE, SCHOOLS, travel)
    for run in range(5):
        alone = reach_by_sites(COVERAGE, SCHOOLS, travel[run])
        for share in (reached_share, gained_share):
            ours = share(together, together.entry(sites))[run]
            assert np.array_equal(ours, share(alone, alone.entry(sites[run])))


@pytest.mark.parametrize(
    ("reached", "diversion", "expected"),
    [
        ((1.0, 1.0), 0.5, (60.0, 40.0)),
        ((1.0, 0.0), 0.0, (60.0, 0.0)),
        ((1.0, 0.0), 1.0, (100.0, 0.0)),
        ((1.0, 0.0), 0.5, (80.0, 0.0)),
        ((0.5, 0.5), 0.5, (45.0, 30.0)),
        ((0.0, 0.0), 0.5, (0.0, 0.0)),
    ],
)
def test_students_whose_cluster_is_out_of_reach_are_diverted_or_lost(
    reached: tuple[float, float], diversion: float, expected: tuple[float, float]
) -> None:
    asked, boost = demand(100.0 * row(0.6, 0.4), number(100.0), row(*reached), number(diversion))
    assert asked == pytest.approx(row(*expected))
    assert asked == pytest.approx(100.0 * row(0.6, 0.4) * row(*reached) * boost)


def test_a_section_seats_some_students_in_two_courses() -> None:
    assert seats(row(3.0), row(20.0), number(0.8)) == pytest.approx(48.0)


@pytest.mark.parametrize(
    ("demanded", "capacity", "spill", "expected"),
    [
        ((10.0, 20.0), (20.0, 30.0), 0.5, (10.0, 20.0)),
        ((50.0, 20.0), (30.0, 20.0), 0.5, (30.0, 20.0)),
        ((50.0, 20.0), (30.0, 30.0), 0.0, (30.0, 20.0)),
        ((50.0, 20.0), (30.0, 40.0), 0.5, (30.0, 30.0)),
        ((90.0, 20.0), (30.0, 30.0), 1.0, (30.0, 30.0)),
        ((50.0, 0.0), (0.0, 0.0), 1.0, (0.0, 0.0)),
    ],
)
def test_students_turned_away_take_free_seats(
    demanded: tuple[float, float], capacity: tuple[float, float], spill: float, expected: tuple[float, float]
) -> None:
    assert enrolled(row(*demanded), row(*capacity), number(spill)) == pytest.approx(row(*expected))


@given(st.integers(0, 2**32 - 1))
def test_enrollment_makes_no_students_and_oversells_no_seat(seed: int) -> None:
    rng = np.random.default_rng(seed)
    demanded, capacity = rng.gamma(0.5, 100.0, (2, 3, 4, 5))
    spill = rng.random((3, 1, 1))
    taken = enrolled(demanded, capacity, spill)
    assert (taken <= capacity * (1 + 1e-12)).all()
    assert (taken >= np.minimum(demanded, capacity)).all()
    assert (taken.sum(axis=-1) <= demanded.sum(axis=-1) * (1 + 1e-12)).all()
    turned_away = np.maximum(demanded - capacity, 0.0).sum(axis=-1, keepdims=True)
    free = np.maximum(capacity - demanded, 0.0).sum(axis=-1, keepdims=True)
    moved = (taken - np.minimum(demanded, capacity)).sum(axis=-1, keepdims=True)
    assert moved == pytest.approx(np.minimum(spill * turned_away, free))


def test_local_shares_sum_to_one() -> None:
    shares = local_shares(row(0.7, 0.3), np.array([[1.0, 3.0], [0.0, 2.0], [0.0, 0.0]]))
    assert shares == pytest.approx(np.array([[0.25, 0.75], [0.0, 1.0], [0.5, 0.5]]), abs=1e-9)


@pytest.mark.parametrize(("tilt", "expected"), [(0.0, (0.5, 0.5)), (0.4, (0.6, 0.4)), (1.0, (0.75, 0.25))])
def test_demand_leans_toward_jobs(tilt: float, expected: tuple[float, float]) -> None:
    pull = job_pull(row(1.5, 0.5), number(tilt))
    assert tilted_shares(row(0.5, 0.5), pull) == pytest.approx(row(*expected))


def test_participation_by_locale() -> None:
    terms = group(
        Choice, rural_participation=1.2, town_participation=1.0, suburb_participation=0.9, city_participation=0.8
    )
    indicators = tuple(column(*(float(place == locale) for place in range(4))) for locale in range(4))
    assert participation_level(indicators, terms) == pytest.approx(column(1.2, 1.0, 0.9, 0.8))  # type: ignore[arg-type]


def test_grades_move_up() -> None:
    moved = moved_up(row(100.0, 90.0, 80.0, 70.0), number(110.0), row(0.9, 0.8, 1.1))
    assert moved == pytest.approx(row(110.0, 90.0, 72.0, 88.0))


def test_entering_cohorts_follow_the_state_however_districts_drift() -> None:
    entrants = entering_cohort(column(100.0, 300.0), number(0.9), column(2.0, 1.0))
    assert entrants == pytest.approx(column(200.0, 300.0) * 0.72)
    assert entrants.sum() == pytest.approx(360.0)


def test_a_district_drifts_by_trend_and_noise() -> None:
    assert local_drift(column(1.0, 2.0), number(0.1), column(0.0, -0.1)) == pytest.approx(column(np.exp(0.1), 2.0))


OUTCOMES = group(
    Outcomes,
    progression_ceiling=0.8,
    progression_quality=2.0,
    focus_elasticity=0.5,
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


def progression(gap: float = 0.0, breadth: float = 1.0, effort: float = 0.0, base: float = 0.3) -> float:
    return progression_rate(number(base), number(gap), number(breadth), number(effort), OUTCOMES).item()


def test_progression_at_the_reference_is_the_base_rate() -> None:
    for base in (0.05, 0.3, 0.79):
        assert progression(base=base) == pytest.approx(base)


def test_progression_by_odds() -> None:
    odds = 0.3 / 0.5
    for given_, factor in (
        ({"effort": 0.5}, 1.5),
        ({"gap": 0.1}, np.exp(0.2)),
        ({"breadth": 4.0}, 0.5),
        ({"gap": 0.1, "breadth": 4.0, "effort": 0.5}, np.exp(0.2) * 0.75),
    ):
        assert progression(**given_) == pytest.approx(0.8 * odds * factor / (1 + odds * factor))


@pytest.mark.parametrize(("staffed", "expected"), [(1.0, 0.3), (0.5, 0.24), (0.0, 0.18)])
def test_fewer_go_on_under_substitutes(staffed: float, expected: float) -> None:
    assert rate_when_staffed(number(0.3), number(staffed), OUTCOMES) == pytest.approx(expected)


def test_progression_never_reaches_its_ceiling() -> None:
    assert 0.79 < progression(effort=1e3) < 0.8
    assert progression(effort=1.0) > progression(effort=0.5) > progression()


@pytest.mark.parametrize(
    ("previous", "staying", "participants", "expected"),
    [(100.0, 1.0, 100.0, 30.0), (100.0, 0.5, 100.0, 15.0), (100.0, 1.0, 20.0, 20.0), (0.0, 1.0, 80.0, 0.0)],
)
def test_concentrators_come_from_last_years_participants(
    previous: float, staying: float, participants: float, expected: float
) -> None:
    done = concentrators(number(0.3), number(previous), number(staying), number(participants))
    assert done == pytest.approx(expected)


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
