"""The sequence of courses: who goes on, who is seated, who is turned away; worked by hand."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import number, row

from sim.arrays import Array
from sim.students.courses import Enrolled, eligible_for_second, enroll


@pytest.mark.parametrize(("staying", "expected"), [(1.0, 50.0), (0.5, 25.0), (0.0, 0.0)])
def test_those_go_on_who_took_the_first_course_at_a_site_that_is_still_open(staying: float, expected: float) -> None:
    assert eligible_for_second(number(100.0), number(staying), number(0.5)) == pytest.approx(expected)


def seated(**changes: Any) -> Enrolled:
    """Two pathways of one site each: three first-course sections of 20 and one second-course section of 15."""
    asked: dict[str, Array] = {
        "demanded": row(60.0, 40.0),
        "eligible": row(10.0, 0.0),
        "first_sections": row(3.0, 3.0),
        "second_sections": row(1.0, 1.0),
        "sites": row(1.0, 1.0),
        "planned_class": number(20.0),
        "second_class": number(0.75),
        "spill_over": number(0.0),
    }
    return enroll(**{**asked, **changes})


def test_a_worked_case() -> None:
    """60 want a course and 10 of them can take the second: 50 ask for the first; nobody is turned away."""
    found = seated()
    assert found.second == pytest.approx(row(10.0, 0.0))
    assert found.first == pytest.approx(row(50.0, 40.0))
    assert not found.unserved.any()


@pytest.mark.parametrize(
    ("case", "changes", "first", "second", "unserved_first", "unserved_second"),
    [
        ("seats of second courses bound", {"eligible": row(22.0, 0.0)}, 45, 15, 0, 7),
        ("those turned away there ask for a first course", {"eligible": row(60.0, 0.0)}, 45, 15, 0, 45),
        ("seats of first courses bound", {"demanded": row(100.0, 0.0)}, 60, 10, 30, 0),
        ("without a teacher there is no seat", {"first_sections": row(0.0, 0.0)}, 0, 10, 50, 0),
        ("and no second course", {"second_sections": row(0.0, 0.0), "sites": row(0.0, 0.0)}, 60, 0, 0, 10),
        ("larger classes hold more", {"demanded": row(100.0, 0.0), "planned_class": number(25.0)}, 75, 10, 15, 0),
    ],
)
def test_seats_bound(
    case: str, changes: dict[str, Any], first: float, second: float, unserved_first: float, unserved_second: float
) -> None:
    found = seated(**changes)
    of_first = (found.first, found.second, found.unserved_first, found.unserved_second)
    assert [part[0, 0] for part in of_first] == pytest.approx([first, second, unserved_first, unserved_second]), case


def test_a_site_without_a_second_section_teaches_both_courses_together() -> None:
    """Of 24 who want a course in two sections of 20, 12 can take the second: they do, on seats that are free."""
    found = seated(
        demanded=row(24.0, 0.0), eligible=row(12.0, 0.0), first_sections=row(2.0, 0.0), second_sections=row(0.0, 0.0)
    )
    assert found.second[0, 0] == pytest.approx(12.0)
    assert found.first[0, 0] == pytest.approx(12.0)
    assert found.unserved[0, 0] == 0.0


def test_combined_sections_leave_half_of_their_seats_to_first_courses_and_never_displace_them() -> None:
    packed = seated(
        demanded=row(39.0, 0.0), eligible=row(30.0, 0.0), first_sections=row(2.0, 0.0), second_sections=row(0.0, 0.0)
    )
    assert packed.second[0, 0] == pytest.approx(1.0)
    empty = seated(
        demanded=row(2.0, 0.0), eligible=row(30.0, 0.0), first_sections=row(2.0, 0.0), second_sections=row(0.0, 0.0)
    )
    assert empty.second[0, 0] == pytest.approx(20.0)
    assert empty.unserved_second[0, 0] == pytest.approx(10.0)


@pytest.mark.parametrize(("spill", "moved"), [(0.0, 0.0), (0.5, 20.0), (1.0, 20.0), (0.25, 10.0)])
def test_students_turned_away_take_free_seats_of_other_pathways(spill: float, moved: float) -> None:
    found = seated(demanded=row(110.0, 40.0), spill_over=number(spill))
    assert found.first == pytest.approx(row(60.0, 40.0 + moved))
    assert found.unserved_first == pytest.approx(row(40.0, 0.0))


@given(st.integers(0, 2**32 - 1))
def test_students_are_conserved_and_no_seat_is_sold_twice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (3, 4, 5)
    demanded, eligible = rng.gamma(0.7, 50.0, (2, *shape))
    sites = rng.integers(0, 4, shape).astype(np.float64)
    first = rng.integers(0, 6, shape) * (sites > 0) * rng.random(shape)
    second = rng.integers(0, 4, shape) * (sites > 0) * 1.0
    class_size, spill = rng.uniform(15.0, 25.0, shape), rng.random((3, 1, 1))
    found = enroll(demanded, eligible, first, second, sites, class_size, number(0.7), spill)
    room = first * class_size
    own_room = second * class_size * 0.7
    assert (found.first >= 0).all()
    assert (found.second >= 0).all()
    combined = np.maximum(found.second - own_room, 0.0)
    assert (found.first + combined <= room * (1 + 1e-9) + 1e-9).all()
    assert (combined <= 0.5 * room + 1e-9).all()
    assert found.second + found.unserved_second == pytest.approx(eligible)
    seated_here = np.minimum(found.first, np.maximum(demanded - found.second, 0.0))
    assert seated_here + found.unserved_first == pytest.approx(np.maximum(demanded - found.second, 0.0))
    moved = (found.first - seated_here).sum(axis=-1)
    assert (moved <= spill[..., 0] * found.unserved_first.sum(axis=-1) + 1e-9).all()
    students = (found.first + found.second).sum(axis=-1)
    assert (students <= np.maximum(demanded, found.second).sum(axis=-1) + 1e-9).all()


@given(st.integers(0, 2**32 - 1))
def test_a_section_more_never_serves_fewer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    demanded, eligible = rng.gamma(0.7, 50.0, (2, 4, 5))
    sites = rng.integers(1, 4, (4, 5)).astype(np.float64)
    first = sites + rng.integers(0, 4, (4, 5))
    second = rng.integers(0, 4, (4, 5)).astype(np.float64)
    lean = enroll(demanded, eligible, first, second, sites, number(20.0), number(0.7), number(0.0))
    wide = enroll(demanded, eligible, first + 1.0, second, sites, number(20.0), number(0.7), number(0.0))
    deep = enroll(demanded, eligible, first, second + 1.0, sites, number(20.0), number(0.7), number(0.0))
    assert (wide.unserved_first <= lean.unserved_first + 1e-9).all()
    assert (wide.first + wide.second >= lean.first + lean.second - 1e-9).all()
    assert (deep.second >= np.minimum(lean.second, second * 14.0) - 1e-9).all()


def test_one_district_is_seated_as_among_many() -> None:
    rng = np.random.default_rng(4)
    demanded, eligible = rng.gamma(0.7, 50.0, (2, 3, 4, 5))
    numbers = (demanded, eligible, *rng.integers(1, 5, (3, 3, 4, 5)).astype(np.float64))
    together = enroll(*numbers, number(20.0), number(0.7), number(0.4))
    alone = enroll(*(given[1, 2:3] for given in numbers), number(20.0), number(0.7), number(0.4))
    for one in fields(Enrolled):
        assert (getattr(together, one.name)[1, 2:3] == getattr(alone, one.name)).all()
