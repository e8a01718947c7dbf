"""What CTE costs beyond ordinary courses, worked by hand."""

from dataclasses import replace

import builders
import pytest
from parameter_groups import group, number, row
from small_world import small_world

from sim.behavior.costs import (
    UnitCosts,
    elective_cost,
    flexible_cost,
    section_salary,
    site_costs,
    unit_costs,
    usual_cost,
    variable_each,
)
from sim.parameters.groups import ClusterCosts, Costs, Staffing

COSTS = group(
    Costs,
    compensation=100_000,
    sections_per_instructor=5,
    elective_class_size=25,
    fixed_site_share=0.6,
    usual_site=0.5,
    upper_level_consumables=1.5,
    running_level=2.0,
    program=5000.0,
)


CLUSTERS = builders.bundle(
    ClusterCosts,
    startup_cost=row(0.0),
    consumables=row(30.0),
    exam_fee=row(100.0),
    pass_rate=row(1.0),
    attempt_rate=row(1.0),
    launch_years=row(1.0),
)


def units(wage_index: float = 1.0, price_index: float = 1.0) -> UnitCosts:
    known = replace(builders.parameters(staffing={"premium_paid": 0.5}), costs=COSTS, clusters=CLUSTERS)
    return unit_costs(small_world().clusters, known, number(wage_index), number(price_index))


def test_a_section_costs_its_pay_and_a_participant_saves_an_elective() -> None:
    salary = section_salary(small_world().clusters, number(1.1), COSTS, group(Staffing, premium_paid=0.5))
    assert salary == pytest.approx(row(33_000, 33_000, 33_000))
    elective = elective_cost(number(1.1), COSTS)
    assert elective == pytest.approx(110_000 / (5 * 25))
    assert units(wage_index=1.1).section == pytest.approx(salary)
    assert units(wage_index=1.1).elective == pytest.approx(elective)


def test_costs_of_a_site_rise_with_prices() -> None:
    costs = site_costs(small_world().clusters, number(1.5), COSTS)
    assert costs.replacement == pytest.approx(row(3.0, 3.0, 3.0))
    assert costs.upkeep == pytest.approx(row(9.0, 9.0, 9.0))
    assert costs.total == pytest.approx(row(12.0, 12.0, 12.0))


@pytest.mark.parametrize(
    ("sites", "sections", "expected"), [(1.0, 5.0, 1.0), (1.0, 1.0, 0.68), (2.0, 5.0, 1.6), (0.0, 0.0, 0.0)]
)
def test_part_of_a_sites_cost_goes_with_its_instructors(sites: float, sections: float, expected: float) -> None:
    nothing = number(0.0)
    cost = flexible_cost(number(sites), number(sections), nothing, nothing, nothing, units(price_index=1.5))
    assert cost == pytest.approx(expected * row(12.0, 12.0, 12.0))


def test_consumables_and_exams() -> None:
    nothing = number(0.0)
    cost = flexible_cost(nothing, nothing, row(20.0), row(5.0), row(3.0), units(price_index=1.1))
    assert cost == pytest.approx((((20 + 5 * 1.5) * 30 * 2 + 300) * 1.1) * row(1.0, 1.0, 1.0))
    each = variable_each(number(0.25), number(0.6), units(price_index=1.1), number(0.5))
    assert each == pytest.approx(0.5 * ((1 + 0.25 * 1.5) * 30 * 2 + 0.25 * 0.6 * 100) * 1.1)


def test_replacement_is_its_part_of_what_a_site_costs() -> None:
    assert units(price_index=1.5).replacement == pytest.approx(row(0.25, 0.25, 0.25))


def test_a_program_costs_what_wages_cost() -> None:
    assert units(wage_index=1.1, price_index=3.0).program == pytest.approx(5500.0)


def test_usual_cost_of_a_full_section_is_never_below_a_tenth_of_an_elective() -> None:
    ones = row(1.0, 1.0, 1.0)
    site = {"site": 0.6 * 8 * ones, "section_upkeep": 0.4 / 5 * 8 * ones}
    unit = replace(units(), section=900.0 * ones, elective=number(800.0), **site)
    each = usual_cost(0.5 * row(10.0, 10.0, 10.0), unit, number(0.5), number(1.0), number(0.5))
    assert each == pytest.approx((100 + 0.5 * (8 * (0.6 / 0.5 + 0.4 / 5) + 10)) * ones)
    cheap = usual_cost(
        0.5 * row(10.0, 10.0, 10.0), replace(unit, section=0 * ones), number(0.5), number(1.0), number(0.5)
    )
    assert cheap == pytest.approx(80.0 * ones)
