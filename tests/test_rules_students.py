"""What students want and what is within their reach, and cohorts that move up; worked by hand."""

import numpy as np
import pytest
from parameter_groups import column, group, number, row

from sim.parameters.groups import Choice
from sim.students.choice import (
    demand,
    gained_share,
    job_pull,
    local_shares,
    of_one_mind,
    participation_level,
    reach_by_sites,
    reached_share,
    tilted_shares,
)
from sim.students.enrollment import entering_cohort, local_drift, moved_up

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


def test_a_district_of_many_schools_strays_less_than_one_of_a_single_school() -> None:
    """Schools stray by themselves: of four alike the district strays by half as much, and of two alike by 1 / sqrt(2);
    schools that stand for nobody say nothing."""
    coverage = np.array([[0.0, 1.0, 1.0, 1.0, 1.0], [0.0, 0.5, 1.0, 1.0, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0]])
    assert of_one_mind(coverage) == pytest.approx(column(1.0, 0.5**0.5, 0.5))
    unlike = np.array([[0.0, 0.8, 1.0]])
    assert of_one_mind(unlike) == pytest.approx((0.64 + 0.04) ** 0.5)
