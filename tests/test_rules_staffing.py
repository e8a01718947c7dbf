"""Sections, instructors, quality and equipment, worked by hand."""

import numpy as np
import pytest
from parameter_groups import group, number, row

from sim.behavior.sizing import planned_class, section_change, sections_needed, squeeze
from sim.behavior.staffing import (
    by_region,
    candidates,
    chance_within_year,
    fill_chance,
    filled,
    labor_markets,
    launch_staffed,
    next_supply,
    scarcity,
    sections_vacated,
)
from sim.behavior.upkeep import Drivers, Loadings, aged_equipment, moved_quality, quality_target
from sim.parameters.groups import Decisions, Quality, Staffing

SIZING = group(Decisions, expansion_limit=0.25)


@pytest.mark.parametrize(
    ("before", "spending", "expected"),
    [(0.0, 0.6, 20.0), (0.0, 0.9, 20.0), (0.0, 0.3, 22.5), (0.5, 0.3, 25.0), (1.0, 0.0, 30.0), (1.0, 0.9, 25.0)],
)
def test_classes_are_planned_larger_when_money_is_short(before: float, spending: float, expected: float) -> None:
    """Half of the way each year, toward classes as far from 20 to 30 as spending is below 60%."""
    short = squeeze(number(before), number(spending), number(0.6), number(0.5))
    assert planned_class(number(20.0), number(30.0), short) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("demanded", "sites", "expected"), [(100.0, 2, 5), (109.0, 2, 5), (111.0, 2, 6), (1.0, 2, 2), (0.0, 0, 0)]
)
def test_sections_serve_demand_with_one_for_each_site(demanded: float, sites: float, expected: float) -> None:
    assert sections_needed(number(demanded), number(20.0), number(sites)) == expected


@pytest.mark.parametrize(
    ("sections", "sites", "needed", "half_empty", "short", "expected"),
    [
        (8, 1, 8, False, False, 0),
        (8, 1, 9, False, False, 1),
        (8, 1, 20, False, False, 2),
        (8, 1, 20, True, True, 2),
        (2, 1, 9, False, False, 1),
        (8, 1, 4, False, False, 0),
        (8, 1, 4, True, False, -2),
        (8, 1, 7, True, False, -1),
        (8, 1, 4, False, True, -2),
        (8, 1, 4, True, True, -2),
        (8, 0, 9, False, False, 0),
        (0, 1, 1, True, False, 1),
    ],
)
def test_a_pathway_grows_and_shrinks_by_whole_sections(
    sections: float, sites: float, needed: float, half_empty: bool, short: bool, expected: float
) -> None:
    change = section_change(
        sections=number(sections),
        sites=number(sites),
        needed=number(needed),
        half_empty=np.array([[half_empty]]),
        short_of_money=np.array([[short]]),
        decisions=SIZING,
    )
    assert change == expected


@pytest.mark.parametrize(
    ("sections", "sites", "draw", "expected"),
    [
        (4, 1, 0.89, 0),
        (4, 1, 0.91, 4),
        (9, 3, 0.69, 0),
        (9, 3, 0.71, 3),
        (5, 2, 0.81, 2),
        (0, 0, 0.99, 0),
        (30, 20, 0.5, 3),
    ],
)
def test_instructors_leave_with_all_their_sections(sections: float, sites: float, draw: float, expected: float) -> None:
    assert sections_vacated(number(sections), number(sites), number(0.1), number(draw)) == expected


def test_regions_add_their_districts() -> None:
    sections = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    assert by_region(sections, np.array([0, 2])).tolist() == [[3.0, 30.0], [4.0, 40.0]]


@pytest.mark.parametrize(("supply", "sought", "expected"), [(10, 5, 1.0), (5, 10, 0.5), (0, 10, 0.0), (10, 0, 1.0)])
def test_a_labor_market_runs_dry(supply: float, sought: float, expected: float) -> None:
    assert scarcity(number(supply), number(sought)) == expected


@pytest.mark.parametrize(
    ("chance", "rural", "scarce", "expected"),
    [(0.5, 0.0, 1.0, 0.6), (0.5, 1.0, 1.0, 0.48), (0.5, 0.0, 0.5, 0.3), (0.9, 0.0, 1.0, 1.0), (0.9, 1.0, 0.5, 0.4)],
)
def test_the_chance_to_fill_a_post(chance: float, rural: float, scarce: float, expected: float) -> None:
    terms = group(Staffing, rural_factor=0.8, fill_level=1.2)
    assert fill_chance(number(chance), number(rural), number(scarce), terms) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("vacant", "chance", "rounds", "draw", "expected"),
    [
        (4, 0.5, 2, 0.0, 3),
        (4, 0.5, 1, 0.0, 2),
        (1, 0.5, 2, 0.24, 0),
        (1, 0.5, 2, 0.26, 1),
        (3, 0.0, 5, 0.99, 0),
        (3, 1.0, 1, 0.99, 3),
        (0, 0.9, 2, 0.99, 0),
    ],
)
def test_vacant_posts_are_searched_for_in_rounds(
    vacant: float, chance: float, rounds: float, draw: float, expected: float
) -> None:
    within_year = chance_within_year(number(chance), number(rounds))
    assert filled(number(vacant), within_year, number(draw)) == expected


@pytest.mark.parametrize(
    ("chance", "draw", "expected"), [(0.5, 0.49, 1), (0.5, 0.5, 0), (0.0, 0.0, 0), (1.0, 0.999, 1)]
)
def test_a_launch_has_one_round(chance: float, draw: float, expected: float) -> None:
    assert launch_staffed(number(chance), number(draw)) == expected


def test_rural_districts_of_a_region_are_a_market_of_their_own() -> None:
    markets = labor_markets(np.array([0, 0, 1, 1, 1]), np.array([True, False, False, False, True]))
    assert markets.region[markets.place].tolist() == [0, 0, 1, 1, 1]
    assert markets.rural[markets.place, 0].tolist() == [1, 0, 0, 0, 1]
    assert len(markets.region) == 4


@pytest.mark.parametrize(("supply", "sought", "expected"), [(10, 5, 10.1), (10, 30, 11.11), (0, 0, 0.0)])
def test_supply_grows_slowly_and_answers_shortage(supply: float, sought: float, expected: float) -> None:
    terms = group(Staffing, supply_growth=0.01, supply_response=0.05)
    assert next_supply(number(supply), number(sought), terms) == pytest.approx(expected)


@pytest.mark.parametrize(("supply", "premium", "expected"), [(10, 0.0, 10.0), (10, 0.2, 11.0), (0, 0.5, 0.0)])
def test_candidates_answer_pay(supply: float, premium: float, expected: float) -> None:
    assert candidates(number(supply), number(premium), group(Staffing, wage_elasticity=0.5)) == pytest.approx(expected)


QUALITY = group(
    Quality,
    speed=0.25,
    stability_weight=1.0,
    equipment_weight=2.0,
    class_size_weight=3.0,
    spending_weight=4.0,
    incentive_gain=0.2,
    incentive_price_scale=100.0,
    fleet_life_left=0.5,
)
LOADINGS = Loadings(
    stability=row(1.0, 0.0),
    equipment=row(0.0, 1.0),
    class_size=row(1.0, 1.0),
    spending=row(0.0, 0.5),
    ease=row(1.0, 2.0),
)


def drivers(stability: float = 0.0, equipment: float = 0.0, class_size: float = 0.0, spending: float = 0.0) -> Drivers:
    return Drivers(number(stability), number(equipment), number(class_size), number(spending))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (drivers(), (0.5, 0.6)),
        (drivers(stability=-0.1), (0.4, 0.6)),
        (drivers(equipment=0.1), (0.5, 0.8)),
        (drivers(class_size=0.1), (0.8, 0.9)),
        (drivers(spending=-0.1), (0.5, 0.4)),
        (drivers(stability=0.9, equipment=-0.9), (1.0, 0.0)),
    ],
)
def test_quality_heads_where_its_drivers_push_it(given: Drivers, expected: tuple[float, float]) -> None:
    target = quality_target(row(0.5, 0.6), given, LOADINGS, row(0.0, 0.0), QUALITY)
    assert target == pytest.approx(row(*expected))


def test_money_for_quality_raises_the_cheap_components_most_and_saturates() -> None:
    target = quality_target(row(0.5, 0.5), drivers(), LOADINGS, row(100.0, 100.0), QUALITY)
    assert target == pytest.approx(0.5 + 0.2 * (1 - np.exp(row(-1.0, -2.0))))
    flooded = quality_target(row(0.5, 0.5), drivers(), LOADINGS, row(1e9, 1e9), QUALITY)
    assert flooded == pytest.approx(row(0.7, 0.7))
    punished = quality_target(row(0.5, 0.5), drivers(), LOADINGS, row(-50.0, 0.0), QUALITY)
    assert punished == pytest.approx(row(0.5, 0.5))


def test_quality_moves_part_of_the_way() -> None:
    assert moved_quality(row(0.4), row(0.8), QUALITY) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("equipment", "replaced", "before", "opened", "expected"),
    [
        (0.5, 1.0, 2, 0, 0.5),
        (0.3, 0.6, 2, 0, 0.3),
        (0.5, 0.0, 2, 0, 0.45),
        (0.5, 1.0, 1, 1, 0.75),
        (0.0, 0.0, 0, 1, 1.0),
        (0.9, 1.0, 0, 0, 0.0),
    ],
)
def test_equipment_ages_unless_it_is_replaced(
    equipment: float, replaced: float, before: float, opened: float, expected: float
) -> None:
    aged = aged_equipment(number(equipment), number(replaced), number(10.0), number(before), number(opened), QUALITY)
    assert aged == pytest.approx(expected)


@pytest.mark.parametrize("replaced", [0.0, 0.35, 1.0])
def test_equipment_settles_at_the_life_that_replacement_keeps(replaced: float) -> None:
    life = number(0.9)
    for _ in range(400):
        life = aged_equipment(life, number(replaced), number(8.0), number(3.0), number(0.0), QUALITY)
    assert life == pytest.approx(0.5 * replaced, abs=1e-9)


def test_posts_leave_and_are_filled_right_on_average() -> None:
    draws = (np.arange(2000) + 0.5)[:, np.newaxis, np.newaxis] / 2000
    leaving = sections_vacated(number(12.0), number(4.0), number(0.1), draws)
    assert leaving.mean() == pytest.approx(1.2, abs=0.01)
    filled_posts = filled(number(5.0), chance_within_year(number(0.3), number(2.0)), draws)
    assert filled_posts.mean() == pytest.approx(5 * (1 - 0.49), abs=0.01)
