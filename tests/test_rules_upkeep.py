"""Quality and equipment, worked by hand."""

import builders
import numpy as np
import pytest
from parameter_groups import group, number, row

from sim.behavior.upkeep import Drivers, Loadings, aged_equipment, moved_quality, quality_target
from sim.parameters.groups import Quality

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
LOADINGS = builders.bundle(
    Loadings,
    stability=row(1.0, 0.0),
    equipment=row(0.0, 1.0),
    class_size=row(1.0, 1.0),
    spending=row(0.0, 0.5),
    ease=row(1.0, 2.0),
)


def drivers(stability: float = 0.0, equipment: float = 0.0, class_size: float = 0.0, spending: float = 0.0) -> Drivers:
    return builders.bundle(Drivers, stability=stability, equipment=equipment, class_size=class_size, spending=spending)


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
