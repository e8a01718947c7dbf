"""Shared centers: by hand who sends students and what each district pays, and what a law with a center does."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_up_laws import component, each, law
from simulated import made_up, parameters_from, sparse, steps, with_parameters

from sim.arrays import Array
from sim.behavior.centers import Pooled, pooled
from sim.engine.ensemble import Ensemble, prepare

SECTION, CLASS = 20_000.0, 20.0
ALL: dict[str, Any] = {"centers": [{"name": "Center", "where": {"members": {"below": 1_000_000}}}]}


def column(*values: float) -> Array:
    return np.array(values)[:, np.newaxis]


def one_center(
    students: tuple[float, ...], sites: tuple[float, ...], going: float = 1.0, way: float = 0.0, outside: int = 0
) -> Pooled:
    """Districts with one cluster; the last ``outside`` of them are not served by the center."""
    members = column(*[1.0] * (len(students) - outside), *[0.0] * outside) > 0
    numbers = (np.full((1, 1), value) for value in (CLASS, SECTION))
    return pooled(column(*students), column(*sites), *numbers, members, np.full((1, 1), going), np.full((1, 1), way))


def test_three_small_classes_become_one_section_of_which_each_pays_what_it_fills() -> None:
    found = one_center((5.0, 5.0, 10.0), (1, 1, 1))
    assert found.part.ravel() == pytest.approx([0.25, 0.25, 0.5])  # of one section, not of three
    assert found.away.ravel().tolist() == [1, 1, 0]  # it stands where most of its students are
    assert found.going.ravel().tolist() == [1, 1, 1]


def test_beside_a_full_class_a_small_one_pays_for_its_seats_and_the_host_for_its_own() -> None:
    found = one_center((40.0, 5.0), (2, 1))
    # 45 students in classes of 20 are 2.25 sections, where there were three.
    assert found.part.ravel() == pytest.approx([1.0, 0.25])
    assert float((found.part * column(2, 1)).sum()) == pytest.approx(45.0 / CLASS)


def test_those_who_do_not_go_are_lost_and_fill_no_seat() -> None:
    found = one_center((4.0, 12.0), (1, 1), going=0.5, way=900.0)
    # Two of four go: 14 students at the center, in one class that is not full.
    assert found.going.ravel() == pytest.approx([0.5, 1.0])
    assert found.part.ravel() == pytest.approx([2.0 / 14.0, 12.0 / 14.0])


@pytest.mark.parametrize(("students", "goes"), [(5.2, True), (5.3, False)])
def test_a_district_sends_where_a_class_of_its_own_costs_more_than_a_place_and_the_way(
    students: float, goes: bool
) -> None:
    # A place: 20,000 / 20 and 900 for the way, for each who goes, half of them: 3,800. Its own: 20,000 / 5.26 students.
    found = one_center((40.0, students), (2, 1), going=0.5, way=900.0)
    assert bool(found.away[1, 0]) is goes
    assert found.part[1, 0] == pytest.approx(0.5 * students / CLASS if goes else 1.0)


@pytest.mark.parametrize(("way", "goes"), [(2_100.0, True), (2_300.0, False)])
def test_a_center_that_is_not_full_is_dearer(way: float, goes: bool) -> None:
    # Alone 20,000 / 5; at the center 20,000 / 11 and the way: as dear where that is 2,182.
    assert bool(one_center((5.0, 6.0), (1, 1), way=way).away[0, 0]) is goes


@pytest.mark.parametrize(
    ("students", "sites", "outside"),
    [
        ((5.0,), (1,), 0),  # nobody to share with
        ((5.0, 5.0), (1, 1), 1),  # the other is not served
        ((5.0, 5.0), (0, 0), 0),  # no site at which it could stand
        ((25.0, 30.0), (1, 1), 0),  # full classes
    ],
)
def test_nothing_is_shared_where_nothing_can_be(
    students: tuple[float, ...], sites: tuple[float, ...], outside: int
) -> None:
    found = one_center(students, sites, outside=outside)
    assert (found.going == 1).all()
    assert (found.part == 1).all()
    assert (found.away == 0).all()


def test_nobody_is_sent_to_a_center_to_which_nobody_would_go() -> None:
    assert not one_center((3.0, 15.0), (1, 1), going=0.0).away.any()


def test_a_district_without_a_site_sees_what_its_part_would_be() -> None:
    found = one_center((4.0, 15.0), (0, 1))
    assert found.part.ravel() == pytest.approx([4.0 / 19.0, 1.0])  # nobody has joined the other yet


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    world = made_up(12, 3)
    parameters = sparse(parameters_from(world, 5, 4, 0.0), world)
    return prepare(world, parameters, law(each(300.0)), 5, range(4), 6)


def years(ensemble: Ensemble, **keys: Any) -> list[Any]:
    line = each(300.0)
    if keys:
        line = {**line, "components": [*line["components"], *component("shared_center", **keys)["components"]]}
    return list(steps(ensemble, law(line, takes_effect=2027), 6))


CENTER: dict[str, Any] = {**ALL, "per_participant": 1e-6}


def test_a_center_that_is_not_paid_changes_nothing(ensemble: Ensemble) -> None:
    # The same law, with a center that no district can be a part of as it takes more districts than there are.
    without, never = years(ensemble), years(ensemble, **CENTER, least_districts=13)
    assert all((a.after.sites == b.after.sites).all() for a, b in zip(without, never, strict=True))


def test_small_programs_last_longer_and_cost_less_for_each_student(ensemble: Ensemble) -> None:
    sure = with_parameters(ensemble.parameters, choice={"center_going": 1.0}, costs={"center_travel": 0.0})
    at_once = replace(ensemble, parameters=sure)
    alone, shared = years(at_once), years(at_once, **CENTER)
    assert shared[-1].after.sites.sum() > alone[-1].after.sites.sum()
    first = [part[0].year for part in (alone, shared)]
    each_costs = [float(year.bill.sustained.sum() / year.schooling.participants.sum()) for year in first]
    assert each_costs[1] < each_costs[0]
    instructors = [float(part[0].after.counts.instructors.sum()) for part in (alone, shared)]
    assert instructors[1] < instructors[0]


def test_a_dearer_way_is_paid_by_those_who_send_or_they_do_not_send(ensemble: Ensemble) -> None:
    found = []
    for way in (0.0, 500.0, 1e12):
        dear = with_parameters(ensemble.parameters, choice={"center_going": 1.0}, costs={"center_travel": way})
        found.append(years(replace(ensemble, parameters=dear), **CENTER)[0].year)
    cheap, some, never = (float(year.bill.sustained.sum()) for year in found)
    alone = float(years(ensemble)[0].year.bill.sustained.sum())
    assert cheap < some < alone
    assert never == pytest.approx(alone)
