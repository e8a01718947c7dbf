"""Posts and people: who is given up first, who is hired, and that a region has no more people than it has."""

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, row
from small_world import small_world

from sim.arrays import Array
from sim.engine import workforce
from sim.engine.draws import Purpose
from sim.engine.workforce import Workforce
from sim.world.world import World

EAGER = {
    "turnover": 0.0,
    "rural_factor": 1.0,
    "fill_level": 1.0,
    "refill_rounds": 50.0,
    "pool_exit": 0.1,
    "return_share": 0.5,
    "wage_elasticity": 0.0,
    "premium_paid": 0.0,
    "substitute_cover": 0.4,
}
"""Nobody leaves and all posts are advertised until somebody comes."""
DRAWS = (Purpose.TURNOVER, Purpose.HIRING, Purpose.LAUNCH_HIRING)


def two_regions() -> World:
    """Three districts, the last in a region of its own."""
    world = small_world(3)
    places = replace(world.districts, region=np.array([0, 0, 1]), region_starts=np.array([0, 2]))
    names = replace(world.regions, identifier=("R", "S"), name=("R", "S"))
    return replace(world, districts=places, regions=names)


def staffed(
    state: dict[str, Any] | None = None,
    choice: dict[str, Any] | None = None,
    terms: dict[str, float] | None = None,
    draw: float | Array = 0.5,
    supply: float = 1.0,
    entering: float = 0.0,
) -> Workforce:
    """Each of three districts has a site of the first cluster with four first-course sections and one of the second."""
    world = two_regions()
    offer = {"sites": row(1.0, 0.0, 0.0), "first_sections": row(4.0, 0.0, 0.0), "second_sections": row(1.0, 0.0, 0.0)}
    conditions = builders.conditions()
    shocks = replace(conditions.shocks, instructor_supply=supply)
    luck = {purpose: np.broadcast_to(draw, (3, 3)) + np.zeros((3, 3)) for purpose in DRAWS}
    return workforce.staff(
        world,
        builders.parameters(staffing={**EAGER, **(terms or {})}),
        builders.premises(world, entering=np.full((2, 3), entering)),
        builders.state(3, 3, pool=np.full((2, 3), 100.0), **{**offer, **(state or {})}),
        replace(conditions, shocks=shocks),
        builders.choice(3, 3, **(choice or {})),
        luck,
    )


def in_first(*values: float) -> Array:
    """A number for each district in the first cluster."""
    return column(*values) * row(1.0, 0.0, 0.0)


def test_where_nothing_is_decided_and_nobody_leaves_all_stays() -> None:
    found = staffed()
    assert found.sites[:, 0].tolist() == [1.0, 1.0, 1.0]
    assert found.posts[:, 0].tolist() == [5.0, 5.0, 5.0]
    assert not found.vacant.any()
    assert (found.staying[:, 0] == 1.0).all()
    assert found.pool == pytest.approx(np.full((2, 3), 90.0))


def test_sections_are_added_and_given_up_at_both_levels() -> None:
    found = staffed(choice={"first_change": in_first(1.0, -2.0, 0.0), "second_change": in_first(2.0, 0.0, -1.0)})
    assert found.first_posts[:, 0].tolist() == [5.0, 2.0, 4.0]
    assert found.second_posts[:, 0].tolist() == [3.0, 1.0, 0.0]


def test_posts_of_a_site_that_closes_go_with_it() -> None:
    two = {"sites": row(2.0, 0.0, 0.0), "first_sections": row(6.0, 0.0, 0.0), "second_sections": row(2.0, 0.0, 0.0)}
    found = staffed(two, {"sites_closed": in_first(1.0, 2.0, 0.0)})
    assert found.first_posts[:, 0].tolist() == [3.0, 0.0, 6.0]
    assert found.second_posts[:, 0].tolist() == [1.0, 0.0, 2.0]
    assert found.staying[:, 0].tolist() == [0.5, 0.0, 1.0]
    assert not found.emptied.any()


def test_sections_that_go_with_a_site_count_toward_those_given_up() -> None:
    two = {"sites": row(2.0, 0.0, 0.0), "first_sections": row(6.0, 0.0, 0.0), "second_sections": row(0.0, 0.0, 0.0)}
    closed = {"sites_closed": in_first(1.0, 1.0, 1.0), "first_change": in_first(-2.0, -4.0, 1.0)}
    assert staffed(two, closed).first_posts[:, 0].tolist() == [3.0, 2.0, 4.0]


def test_a_site_whose_last_section_goes_closes() -> None:
    choice = {"first_change": in_first(-4.0, -4.0, 0.0), "second_change": in_first(-1.0, 0.0, 0.0)}
    found = staffed(choice=choice)
    assert found.sites[:, 0].tolist() == [0.0, 1.0, 1.0]
    assert found.emptied[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert found.first_posts[1, 0] == 1.0  # what is left of a sequence begins with its first course
    assert found.second_posts[1, 0] == 0.0


def test_vacant_sections_are_given_up_before_staffed_ones() -> None:
    vacant = {"vacant_sections": row(2.0, 0.0, 0.0)}
    found = staffed(vacant, {"first_change": row(-2.0, 0.0, 0.0)}, {"fill_level": 0.0})
    assert (found.staffed[:, 0] == 3.0).all()
    assert (found.vacant[:, 0] == 0.0).all()
    assert found.pool == pytest.approx(np.full((2, 3), 90.0))


def test_those_whose_sections_go_come_back_into_reach_of_their_own_region() -> None:
    found = staffed(choice={"first_change": in_first(-3.0, 0.0, 0.0)})
    assert found.pool == pytest.approx(np.array([[90 + 0.5 * 3, 90, 90], [90, 90, 90]]))


def test_those_who_leave_are_counted_once_and_in_their_own_region() -> None:
    """All leave, five posts in each district; three of the fifteen sections go with them."""
    found = staffed(choice={"first_change": in_first(0.0, 0.0, -3.0)}, terms={"turnover": 1.0, "fill_level": 0.0})
    assert found.vacant[:, 0].tolist() == [5.0, 5.0, 2.0]
    assert found.pool == pytest.approx(np.array([[90 + 0.5 * 10, 90, 90], [90 + 0.5 * 5, 90, 90]]))


def test_hires_leave_the_pool_of_their_own_region() -> None:
    found = staffed({"vacant_sections": row(2.0, 0.0, 0.0)})
    assert not found.vacant.any()
    assert found.hired[:, 0].tolist() == [2.0, 2.0, 2.0]
    assert found.pool == pytest.approx(np.array([[0.9 * 96, 90, 90], [0.9 * 98, 90, 90]]))


def test_new_people_come_and_a_drought_keeps_them_away() -> None:
    assert staffed(entering=10.0).pool == pytest.approx(np.full((2, 3), 100.0))
    assert staffed(entering=10.0, supply=0.5).pool == pytest.approx(np.full((2, 3), 95.0))


def test_in_a_drought_nobody_is_hired_however_much_is_advertised() -> None:
    found = staffed({"vacant_sections": row(2.0, 0.0, 0.0)}, supply=0.0, draw=0.99)
    assert found.vacant[:, 0].tolist() == [2.0, 2.0, 2.0]
    assert not found.hired.any()


def test_a_launch_that_finds_its_instructor_opens_when_it_is_ready() -> None:
    plan = {"seeking": np.array([[False, True, False]] * 3), "launch_sections": row(0.0, 2.0, 0.0)}
    found = staffed(choice=plan, draw=0.0)
    assert found.launched[:, 1].tolist() == [1.0, 1.0, 1.0]
    years = builders.parameters().clusters.launch_years[0, 1]
    assert found.launching[:, 1].tolist() == [years] * 3
    assert found.launching_sections[:, 1].tolist() == [2.0] * 3
    assert not found.opened.any()
    opening = staffed({"launching": row(0.0, 1.0, 2.0), "launching_sections": row(0.0, 2.0, 3.0)})
    assert (opening.sites == row(1.0, 1.0, 0.0)).all()
    assert (opening.first_posts == row(4.0, 2.0, 0.0)).all()
    assert (opening.launching == row(0.0, 0.0, 1.0)).all()
    assert (opening.launching_sections == row(0.0, 0.0, 3.0)).all()


def test_a_launch_that_finds_nobody_is_told_and_asks_again() -> None:
    plan = {"seeking": np.array([[False, True, False]] * 3), "launch_sections": row(0.0, 2.0, 0.0)}
    found = staffed(choice=plan, supply=0.0)
    assert found.without_instructor[:, 1].tolist() == [1.0] * 3
    assert not found.launched.any()
    assert not found.launching.any()


def test_under_a_substitute_part_of_a_section_is_taught() -> None:
    found = staffed({"vacant_sections": row(5.0, 0.0, 0.0)}, supply=0.0)
    assert found.first_taught[:, 0] == pytest.approx([0.4 * 4] * 3)
    assert found.second_taught[:, 0] == pytest.approx([0.4] * 3)


def test_rural_districts_are_a_market_of_their_own_and_find_fewer() -> None:
    plain = two_regions()
    world = replace(plain, districts=replace(plain.districts, locale=("rural", "town", "town")))
    found = workforce.staff(
        world,
        builders.parameters(staffing={**EAGER, "rural_factor": 0.5, "fill_level": 0.8}),
        builders.premises(world),
        builders.state(3, 3, pool=np.full((2, 3), 100.0)),
        builders.conditions(),
        builders.choice(3, 3),
        {purpose: np.zeros((3, 3)) for purpose in DRAWS},
    )
    applying = 10
    assert found.hiring_chance[:, 0] == pytest.approx([1 - 0.6**applying, 1 - 0.2**applying, 1 - 0.2**applying])


@given(st.integers(0, 2**32 - 1))
def test_no_region_hires_more_than_it_has_and_people_are_conserved(seed: int) -> None:
    rng = np.random.default_rng(seed)
    world = two_regions()
    shape = (3, 3)
    sites = rng.integers(0, 3, shape) * 1.0
    first, second = sites * rng.integers(1, 5, shape), sites * rng.integers(0, 3, shape)
    vacant = np.floor((first + second) * rng.random(shape))
    pool = rng.gamma(1.0, 8.0, (2, 3))
    state = builders.state(
        3, 3, sites=sites, first_sections=first, second_sections=second, vacant_sections=vacant, pool=pool
    )
    choice = builders.choice(
        3,
        3,
        sites_closed=np.floor(sites * rng.random(shape)),
        first_change=np.maximum(rng.integers(-3, 4, shape), -first),
        second_change=np.maximum(rng.integers(-2, 3, shape), -second),
        seeking=rng.random(shape) < 0.4,
        launch_sections=rng.integers(1, 3, shape) * 1.0,
    )
    luck = {purpose: rng.random(shape) for purpose in DRAWS}
    terms = builders.parameters(staffing={**EAGER, "turnover": 0.3, "refill_rounds": 2.0})
    found = workforce.staff(
        world,
        terms,
        builders.premises(world, entering=np.full((2, 3), 2.0)),
        state,
        builders.conditions(),
        choice,
        luck,
    )
    expected_hires = _by_region(found.hired)
    # Whole posts are rounded by a draw in each district: at most one section, or one launch, more than expected.
    most = _by_region(np.ceil(found.launched * choice.launch_sections) + 1.0)
    assert (expected_hires <= pool + most).all()
    assert (found.vacant <= found.posts).all()
    assert (found.staffed >= 0).all()
    assert (found.sites <= sites).all()
    left = first + second - vacant - (found.staffed - (found.hired - found.launched * choice.launch_sections))
    assert (left >= -1e-9).all()
    staying = np.maximum(pool - expected_hires, 0.0) * 0.9
    assert found.pool == pytest.approx(staying + 2.0 + 0.5 * _by_region(left))


def test_more_people_never_leave_more_posts_empty() -> None:
    state = {"vacant_sections": row(4.0, 0.0, 0.0)}
    vacant = [staffed(state, supply=supply, draw=0.3).vacant.sum() for supply in (0.0, 0.02, 0.05, 0.1, 1.0)]
    assert vacant == sorted(vacant, reverse=True)
    assert vacant[0] > vacant[-1]


def _by_region(quantity: Array) -> Array:
    return np.stack([quantity[:2].sum(axis=0), quantity[2:].sum(axis=0)])
