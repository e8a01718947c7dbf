"""A district's books and costs, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from parameter_groups import group, number, row
from small_world import small_world

from sim.behavior.books import backfilled, close_books, closing_local_rate, local_contribution
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
from sim.parameters.groups import Books, Choice, ClusterCosts, Costs, Staffing

BOOKS = group(Books, spending_floor=0.2, cash_draw=0.5, carryover_limit=1.0, rescue_rate=0.5)
COSTS = group(
    Costs,
    compensation=100_000,
    sections_per_instructor=5,
    elective_class_size=25,
    fixed_site_share=0.6,
    usual_site=0.5,
    upper_level_consumables=1.0,
    running_level=2.0,
)


@pytest.mark.parametrize(
    ("receipts", "reference", "expected"), [(60.0, 100.0, 16.0), (100.0, 100.0, 0.0), (140.0, 100.0, 0.0)]
)
def test_general_money_replaces_part_of_what_left(receipts: float, reference: float, expected: float) -> None:
    assert backfilled(number(receipts), number(reference), number(0.4)) == pytest.approx(expected)


@pytest.mark.parametrize(("participants", "expected"), [(80.0, 8_000.0), (125.0, 12_500.0), (200.0, 12_500.0)])
def test_own_money_follows_students_up_to_a_limit(participants: float, expected: float) -> None:
    own = local_contribution(number(100.0), number(participants), number(100.0), number(1.25))
    assert own == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "cash", "receipts", "local", "instruction", "flexible", "startup", "ratio", "left", "rescued", "released"),
    [
        ("in balance", 0, 60, 40, 50, 50, 0, 1.0, 0, 0, 0),
        ("money to spare is kept", 0, 100, 40, 50, 50, 0, 1.0, 40, 0, 0),
        ("above a year of cost it is released", 90, 100, 40, 50, 50, 0, 1.0, 100, 0, 30),
        ("flexible costs give way", 0, 50, 25, 50, 50, 0, 0.5, 0, 0, 0),
        ("half of the cash helps", 20, 50, 25, 50, 50, 0, 0.7, 10, 0, 0),
        ("a floor is paid, and half the deficit rescued", 0, 40, 0, 50, 50, 0, 0.2, -10, 10, 0),
        ("start-up is paid from cash", 30, 60, 40, 50, 50, 30, 1.0, 0, 0, 0),
        ("start-up beyond cash is paid from income", 10, 60, 60, 50, 50, 30, 1.0, 0, 0, 0),
        ("a debt is carried and half of it rescued", -20, 60, 40, 50, 50, 0, 1.0, -10, 10, 0),
        ("nothing to pay and nothing paid", 0, 0, 0, 0, 0, 0, 1.0, 0, 0, 0),
    ],
)
def test_books_close(
    name: str,
    cash: float,
    receipts: float,
    local: float,
    instruction: float,
    flexible: float,
    startup: float,
    ratio: float,
    left: float,
    rescued: float,
    released: float,
) -> None:
    end = close_books(
        number(cash), number(receipts), number(local), number(instruction), number(flexible), number(startup), BOOKS
    )
    assert end.spending_ratio == pytest.approx(ratio), name
    assert end.cash == pytest.approx(left, abs=1e-9), name
    assert end.rescued == pytest.approx(rescued, abs=1e-9), name
    assert end.released == pytest.approx(released, abs=1e-9), name
    assert end.spending == pytest.approx(instruction + ratio * flexible), name


@pytest.mark.parametrize(("receipts", "participants", "expected"), [(40.0, 20.0, 2.0), (200.0, 20.0, 0.0), (0, 0, 0)])
def test_own_money_is_set_to_what_closes_the_books(receipts: float, participants: float, expected: float) -> None:
    rate = closing_local_rate(number(50.0), number(50.0), number(receipts), number(participants), number(0.6))
    assert rate == pytest.approx(expected)


CLUSTERS = ClusterCosts(
    startup_cost=row(0.0),
    consumables=row(30.0),
    exam_fee=row(100.0),
    pass_rate=row(1.0),
    attempt_rate=row(1.0),
    launch_years=row(1.0),
)


def units(wage_index: float = 1.0, price_index: float = 1.0) -> UnitCosts:
    parts = {"costs": COSTS, "clusters": CLUSTERS, "staffing": group(Staffing, premium_paid=0.5)}
    parameters = type("Parts", (), {**parts, "choice": group(Choice, seats_per_section=0.8)})
    return unit_costs(small_world().clusters, parameters, number(wage_index), number(price_index))  # type: ignore[arg-type]


def test_a_section_costs_its_pay_and_a_participant_saves_an_elective() -> None:
    salary = section_salary(small_world().clusters, number(1.1), COSTS, group(Staffing, premium_paid=0.5))
    assert salary == pytest.approx(row(33_000, 33_000, 33_000))
    elective = elective_cost(number(1.1), COSTS, number(0.8))
    assert elective == pytest.approx(110_000 / (5 * 25 * 0.8))
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
    assert cost == pytest.approx(((25 * 30 * 2 + 300) * 1.1) * row(1.0, 1.0, 1.0))
    each = variable_each(number(0.25), number(0.6), units(price_index=1.1), number(0.5))
    assert each == pytest.approx(0.5 * (1.25 * 30 * 2 + 0.25 * 0.6 * 100) * 1.1)


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


def test_books_of_one_district_close_as_among_many() -> None:
    rng = np.random.default_rng(2)
    cash = rng.normal(50.0, 60.0, (6, 7, 1))
    receipts, local, instruction, flexible, startup = np.abs(rng.normal(50.0, 30.0, (5, 6, 7, 1)))
    together = close_books(cash, receipts, local, instruction, flexible, startup, BOOKS)
    own = (4, slice(2, 3))
    alone = close_books(cash[own], receipts[own], local[own], instruction[own], flexible[own], startup[own], BOOKS)
    for name in ("cash", "spending", "spending_ratio", "rescued", "released"):
        assert (getattr(together, name)[own] == getattr(alone, name)).all()
