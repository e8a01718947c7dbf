"""The school year and what it leaves behind: seats, teaching, reporting, quality, labs."""

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import number, row
from small_world import small_world

from sim.arrays import Array
from sim.behavior.launching import FOR_MONEY, FOR_ROOM
from sim.engine import classrooms, maintenance
from sim.engine.classrooms import Interest, Schooling
from sim.engine.draws import Purpose
from sim.engine.economy import Cohorts, Signals
from sim.engine.maintenance import Maintenance
from sim.students.courses import Enrolled
from sim.world.world import World

STUDENTS = {"diversion": 0.0, "district_travel": 1.0, "spill_over": 0.0, "openings_tilt": 0.0}
OUTCOMES = {
    "going_on": 0.5,
    "completion": 0.8,
    "completion_quality": 1.0,
    "substitute_loss": 0.5,
    "recodable": 0.4,
    "recoding_speed": 0.5,
    "recoding_price_scale": 100.0,
}


def one_school() -> World:
    """A district of 100 members with one school, which all its students reach."""
    world = small_world(1)
    return replace(world, clusters=replace(world.clusters, class_size=np.full(3, 20.0)))


def interested(state: dict[str, Any] | None = None, members: float = 100.0, **shocks: float) -> Interest:
    world = one_school()
    conditions = builders.conditions()
    known = {"quality": 0.5, "counts": builders.counts(1, 3, membership=100.0), **(state or {})}
    return classrooms.interest(
        world,
        builders.parameters(choice=STUDENTS, outcomes=OUTCOMES, initial={"quality_mean": 0.5}),
        builders.premises(world, class_level=1.0, second_level=1.0, going_on_level=1.0),
        builders.state(1, 3, **known),
        replace(conditions, shocks=replace(conditions.shocks, **shocks)),
        builders.bundle(Cohorts, membership=members),
        builders.bundle(Signals, openings=row(1.0, 1.0, 1.0)),
    )


def taught(staffing: dict[str, Any] | None = None, price: float | None = None, **state: Any) -> Schooling:
    """A site of the first cluster with two first-course sections and a second-course one; 60 ask, 20 may go on."""
    world = one_school()
    offer = {
        "sites": row(1.0, 0.0, 0.0),
        "first_posts": row(2.0, 0.0, 0.0),
        "second_posts": row(1.0, 0.0, 0.0),
        "first_taught": row(2.0, 0.0, 0.0),
        "second_taught": row(1.0, 0.0, 0.0),
    }
    wish = builders.bundle(
        Interest, interested=60.0, wanted=row(60.0, 0.0, 0.0), going_on=0.5, completion=0.8, quality_gap=0.0
    )
    prospects = builders.prospects(1, 3)
    if price is not None:
        prospects = replace(prospects, concentrator_price=number(price))
    return classrooms.teach(
        world,
        builders.parameters(choice=STUDENTS, outcomes=OUTCOMES, decisions={"second_class": 0.75}),
        builders.premises(world, class_level=1.0, second_level=1.0, going_on_level=1.0),
        builders.state(1, 3, first_students=row(40.0, 0.0, 0.0), **state),
        builders.conditions(),
        builders.bundle(Cohorts, membership=100.0),
        builders.workforce(1, 3, **{**offer, **(staffing or {})}),
        wish,
        row(20.0, 20.0, 20.0),
        prospects,
        builders.offers(1, 3),
    )


def test_interest_is_that_of_the_years_members() -> None:
    assert interested().interested == pytest.approx(50.0)
    assert interested(members=80.0).interested == pytest.approx(40.0)
    assert interested(participation=1.2).interested == pytest.approx(60.0)
    assert interested(participation=9.0).interested == pytest.approx(100.0)
    assert interested().wanted == pytest.approx(row(50 / 3, 50 / 3, 50 / 3))


def test_interest_comes_and_goes_within_the_students_that_there_are() -> None:
    assert interested({"interest": 0.2}).interested == pytest.approx(60.0)
    assert interested({"interest": -0.2}).interested == pytest.approx(40.0)
    assert interested({"interest": 0.2}, participation=1.5).interested == pytest.approx(90.0)
    assert interested({"interest": 3.0}).interested == pytest.approx(100.0)
    assert interested({"interest": -1.5}).interested == 0.0
    assert interested({"interest": 0.2}).going_on == pytest.approx(interested().going_on)


def test_fewer_go_on_where_fewer_are_left() -> None:
    assert (interested().going_on == 0.5).all()
    assert interested(members=80.0).going_on == pytest.approx(0.4)
    assert interested(members=120.0).going_on == pytest.approx(0.5)
    assert interested(progression=1.2).going_on == pytest.approx(0.6)
    assert interested(progression=9.0).going_on == pytest.approx(1.0)


def test_completion_answers_quality() -> None:
    assert interested().completion == pytest.approx(0.8)
    assert interested({"quality": 0.6}).completion == pytest.approx(0.88)


def test_a_year_worked_by_hand() -> None:
    """20 may go on and 15 sit in the second course; 45 ask for a first and 40 find a seat; 12 complete."""
    found = taught()
    assert found.enrolled.second[0, 0] == pytest.approx(15.0)
    assert found.enrolled.first[0, 0] == pytest.approx(40.0)
    assert found.enrolled.unserved_first[0, 0] == pytest.approx(5.0)
    assert found.enrolled.unserved_second[0, 0] == pytest.approx(5.0)
    assert found.taught[0, 0] == pytest.approx(12.0)
    assert found.participants[0, 0] == pytest.approx(55.0)
    assert not found.recoded.any()


def test_where_a_site_closed_none_of_its_students_goes_on() -> None:
    assert taught({"staying": row(0.5, 0.0, 0.0)}).eligible[0, 0] == pytest.approx(10.0)


def test_under_substitutes_fewer_complete() -> None:
    half = taught({"vacant": row(1.5, 0.0, 0.0)})
    assert half.taught[0, 0] == pytest.approx(15 * 0.8 * 0.75)


def test_recoding_is_reported_without_one_more_student_or_credential() -> None:
    plain, paid = taught(), taught(price=1e9)
    assert paid.recoded[0, 0] == pytest.approx(0.5 * 0.4 * 12.0)
    assert paid.reported[0, 0] == pytest.approx(12.0 + 2.4)
    assert paid.taught == pytest.approx(plain.taught)
    assert paid.participants == pytest.approx(plain.participants)
    assert paid.credentials.attempts == pytest.approx(plain.credentials.attempts)
    fading = taught(price=0.0, recoded_share=row(0.5, 0.0, 0.0))
    assert fading.recoded[0, 0] == pytest.approx(0.25 * 0.4 * 12.0)


QUALITY = {
    "speed": 0.5,
    "stability_weight": 1.0,
    "equipment_weight": 1.0,
    "class_size_weight": 1.0,
    "spending_weight": 1.0,
    "fleet_life_left": 0.5,
}


def maintained(
    students: float = 40.0,
    choice: dict[str, Any] | None = None,
    staffing: dict[str, Any] | None = None,
    draw: float = 0.99,
    **state: Any,
) -> Maintenance:
    """A site with two sections of 20, all as in the reference year unless said otherwise."""
    world = one_school()
    offer = {"sites": row(1.0, 0.0, 0.0), "first_posts": row(2.0, 0.0, 0.0), "first_taught": row(2.0, 0.0, 0.0)}
    known = {"sites": row(1.0, 0.0, 0.0), "equipment": row(0.4, 0.0, 0.0), "facilities": row(1.0, 0.0, 0.0)}
    counts = builders.counts(1, 3, sites=row(1.0, 0.0, 0.0), participants=row(40.0, 0.0, 0.0))
    reference = {
        "reference_stability": 1.0,
        "reference_equipment": 0.4,
        "reference_fill": 1.0,
        "reference_spending": 0.6,
    }
    return maintenance.maintain(
        world,
        builders.parameters(quality=QUALITY, decisions={"capital_project_rate": 0.02}),
        builders.premises(world, quality_level=0.5, class_level=1.0, second_level=1.0, **reference),
        builders.state(1, 3, **{**known, "quality": 0.5, "spending_ratio": 0.6, "counts": counts, **state}),
        builders.choice(1, 3, **(choice or {})),
        builders.workforce(1, 3, **{**offer, **(staffing or {})}),
        builders.bundle(Schooling, enrolled=builders.bundle(Enrolled, first=row(students, 0.0, 0.0))),
        builders.prospects(1, 3),
        {Purpose.CAPITAL_PROJECT: np.full((1, 3), draw)},
    )


def test_where_all_is_as_it_was_quality_stays() -> None:
    assert maintained().quality == pytest.approx(np.full((1, 12), 0.5))
    assert maintained().fill == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("reason", "better", "worse"),
    [
        ("smaller classes", maintained(30.0), maintained(50.0)),
        ("posts that are filled", maintained(), maintained(staffing={"vacant": row(1.0, 0.0, 0.0)})),
        ("equipment", maintained(equipment=row(0.8, 0.0, 0.0)), maintained(equipment=row(0.1, 0.0, 0.0))),
        ("upkeep", maintained(spending_ratio=0.9), maintained(spending_ratio=0.3)),
    ],
)
def test_quality_answers_what_it_should(reason: str, better: Maintenance, worse: Maintenance) -> None:
    middle = maintained().quality
    assert (better.quality >= middle).all(), reason
    assert (worse.quality <= middle).all(), reason
    assert (better.quality > worse.quality).any(), reason


def test_equipment_follows_what_was_spent_and_new_sites_are_new() -> None:
    aged = (maintained(spending_ratio=share).equipment[0, 0] for share in (0.2, 0.6, 1.0))
    one, two, three = aged
    assert one < two < three
    opened = {"sites": row(2.0, 0.0, 0.0), "opened": row(1.0, 0.0, 0.0)}
    assert maintained(staffing=opened).equipment[0, 0] > two


def labs(plan: float, draw: float, builds: bool = False) -> Array:
    choice = {"plan": row(0.0, plan, 0.0), "builds_facility": np.array([[False, builds, False]])}
    return maintained(choice=choice, draw=draw).facilities


def test_labs_are_built_where_a_plan_waits_for_one_and_never_more_than_there_are_schools() -> None:
    assert labs(FOR_ROOM, 0.01) == pytest.approx(row(1.0, 1.0, 0.0))
    assert labs(FOR_ROOM, 0.5) == pytest.approx(row(1.0, 0.0, 0.0))
    assert labs(FOR_MONEY, 0.01) == pytest.approx(row(1.0, 0.0, 0.0))
    assert labs(FOR_MONEY, 0.5, builds=True) == pytest.approx(row(1.0, 1.0, 0.0))
    assert labs(FOR_ROOM, 0.01, builds=True) == pytest.approx(row(1.0, 1.0, 0.0))
