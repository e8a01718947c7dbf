"""Plans for further sites: what they wait for, which come first, when they are given up; worked by hand."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, group, number, row

from sim.arrays import Array
from sim.behavior.launching import FOR_INSTRUCTOR, FOR_MONEY, FOR_ROOM, NONE, Plans, reviewed
from sim.parameters.groups import Decisions
from sim.pathways import At, Pathways

TERMS = group(Decisions, plan_patience=5.0)
LETTERS = {NONE: ".", FOR_ROOM: "r", FOR_MONEY: "m", FOR_INSTRUCTOR: "i"}


def reviewed_with(**changes: Any) -> Plans:
    """One district that could plan three sites of 100 dollars, with room and money, that likes the second best."""
    asked: dict[str, Any] = {
        "waits": row(0.0, 0.0, 0.0),
        "years": row(0.0, 0.0, 0.0),
        "value": row(500.0, 700.0, 600.0),
        "required": number(0.0),
        "possible": np.array([[True, True, True]]),
        "has_room": np.array([[True, True, True]]),
        "startup": number(100.0),
        "facility": number(400.0),
        "money": number(1e6),
        "capacity": number(9.0),
    }
    return review({**asked, **changes})


def review(asked: dict[str, Any]) -> Plans:
    """Plans of all pathways of ``[..., D, C]``, back in their places; a lab weighs what it costs unless it is said."""
    asked = {"value_with_lab": asked["value"] - asked["facility"], **asked}
    pathways = Pathways(np.ones(asked["waits"].shape, dtype=bool))
    wide = {name: np.broadcast_to(value, pathways.shape) for name, value in asked.items()}
    taken = {name: pathways.take(value) for name, value in wide.items()}
    plans = reviewed(pathways=pathways, **taken, decisions=At(TERMS, pathways))
    return Plans(**{one.name: pathways.everywhere(getattr(plans, one.name)) for one in fields(Plans)})


def stages(plans: Plans) -> str:
    """What each plan waits for: r a room, m money, i an instructor; a point where there is none."""
    return "".join(LETTERS[stage] for stage in plans.waits.ravel())


NO_ROOM = np.zeros((1, 3), dtype=bool)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "iii"),
        ({"money": number(0.0)}, "mmm"),
        ({"money": number(100.0)}, "mim"),
        ({"money": number(199.0)}, "mim"),
        ({"money": number(200.0)}, "mii"),
        ({"has_room": NO_ROOM, "money": number(0.0)}, "rrr"),
        ({"has_room": NO_ROOM, "money": number(400.0)}, "rmr"),
        ({"has_room": NO_ROOM, "money": number(500.0)}, "rir"),
        ({"has_room": NO_ROOM, "value": row(300.0, 350.0, 399.0)}, "rrr"),
        ({"has_room": NO_ROOM, "value": row(300.0, 350.0, 399.0), "value_with_lab": row(100.0, 150.0, 199.0)}, "iii"),
        ({"has_room": np.array([[True, False, True]]), "money": number(300.0)}, "iri"),
        ({"capacity": number(1.0)}, ".i."),
        ({"capacity": number(2.0)}, ".ii"),
        ({"possible": np.array([[True, False, True]])}, "i.i"),
        ({"required": row(500.0, 699.0, 700.0)}, ".i."),
        ({"waits": row(FOR_MONEY, 0.0, 0.0), "capacity": number(1.0)}, "i.."),
        ({"waits": row(FOR_ROOM, FOR_MONEY, FOR_INSTRUCTOR), "money": number(0.0)}, "mmi"),
        ({"waits": row(FOR_INSTRUCTOR, 0.0, 0.0), "money": number(0.0), "capacity": number(2.0)}, "im."),
    ],
)
def test_a_plan_waits_for_a_room_then_for_money_then_for_an_instructor(changes: dict[str, Any], expected: str) -> None:
    assert stages(reviewed_with(**changes)) == expected


def test_what_is_built_and_paid_is_told_and_costs() -> None:
    plans = reviewed_with(has_room=np.array([[True, False, True]]), money=number(600.0))
    assert stages(plans) == "mii"
    assert plans.builds.tolist() == [[False, True, False]]
    assert plans.paid.tolist() == [[False, True, True]]
    assert plans.cost == pytest.approx(row(0.0, 500.0, 100.0))


def test_a_plan_that_is_paid_for_is_not_paid_for_again() -> None:
    plans = reviewed_with(waits=row(FOR_INSTRUCTOR, FOR_INSTRUCTOR, FOR_INSTRUCTOR), years=row(1.0, 0.0, 3.0))
    assert not plans.paid.any()
    assert not plans.cost.any()
    assert plans.years == pytest.approx(row(2.0, 1.0, 4.0))


@pytest.mark.parametrize("stage", [FOR_ROOM, FOR_MONEY, FOR_INSTRUCTOR])
@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("it no longer pays", {"value": row(-1.0, 700.0, 600.0)}),
        ("it is no longer possible", {"possible": np.array([[False, True, True]])}),
        ("it has waited for too long", {"years": row(5.0, 0.0, 0.0)}),
    ],
)
def test_a_plan_is_given_up(stage: float, reason: str, changes: dict[str, Any]) -> None:
    kept = reviewed_with(waits=row(stage, stage, stage), years=row(4.0, 0.0, 0.0))
    assert not kept.given_up.any()
    plans = reviewed_with(**{"waits": row(stage, stage, stage), "years": row(4.0, 0.0, 0.0), **changes})
    assert plans.given_up.tolist() == [[True, False, False]], reason
    assert stages(plans)[0] == "."
    assert plans.years[0, 0] == 0.0


def test_a_plan_given_up_makes_room_for_another() -> None:
    plans = reviewed_with(waits=row(FOR_MONEY, 0.0, 0.0), value=row(-1.0, 700.0, 600.0), capacity=number(1.0))
    assert plans.begun.tolist() == [[False, True, False]]


def test_a_plan_that_is_worth_nothing_more_than_it_costs_is_kept_but_not_begun() -> None:
    assert stages(reviewed_with(value=row(0.0, 0.0, 0.0))) == "..."
    assert stages(reviewed_with(value=row(0.0, 0.0, 0.0), waits=row(FOR_INSTRUCTOR, 0.0, 0.0))) == "i.."


def test_of_two_that_are_worth_the_same_the_first_comes_first() -> None:
    assert stages(reviewed_with(value=row(500.0, 600.0, 600.0), capacity=number(1.0))) == ".i."


def test_districts_do_not_share_money_or_people() -> None:
    yes = np.ones((2, 3), dtype=bool)
    plans = reviewed_with(
        waits=np.zeros((2, 3)), possible=yes, has_room=yes, money=column(0.0, 300.0), capacity=column(9.0, 2.0)
    )
    assert stages(plans) == "mmm" + ".ii"


def naive(asked: dict[str, Any]) -> dict[str, Array]:
    """The same, one district after the other and one cluster after the other."""
    runs, districts, clusters = asked["waits"].shape
    out = {name.name: np.zeros((runs, districts, clusters)) for name in fields(Plans)}
    for run, district in np.ndindex(runs, districts):
        at = {name: np.broadcast_to(value, (runs, districts, clusters))[run, district] for name, value in asked.items()}
        money, free = at["money"][0], at["capacity"][0]
        stage, years = at["waits"].copy(), at["years"].copy()
        for c in range(clusters):
            planned = stage[c] > NONE
            if planned and (at["value"][c] < 0 or not at["possible"][c] or years[c] >= 5):
                out["given_up"][run, district, c], stage[c] = 1, -1
            free -= planned and stage[c] > NONE
            years[c] = years[c] + 1 if stage[c] > NONE else 0
        liked = sorted(range(clusters), key=lambda c: (-at["value"][c], c))
        for c in liked:
            if stage[c] == NONE and at["possible"][c] and at["value"][c] > at["required"][c] and free >= 1:
                out["begun"][run, district, c], stage[c] = 1, FOR_ROOM
                free -= 1
        stopped = False
        for c in sorted(range(clusters), key=lambda c: (-(at["value"][c] - at["facility"][c]), c)):
            if stage[c] == FOR_ROOM and not at["has_room"][c] and at["value"][c] > at["facility"][c]:
                stopped = stopped or at["facility"][c] > money
                if not stopped:
                    money -= at["facility"][c]
                    out["builds"][run, district, c] = 1
                    out["cost"][run, district, c] += at["facility"][c]
                    stage[c] = FOR_MONEY
        for c in range(clusters):
            stage[c] = FOR_MONEY if stage[c] == FOR_ROOM and at["has_room"][c] else stage[c]
        stopped = False
        for c in liked:
            if stage[c] == FOR_MONEY:
                stopped = stopped or at["startup"][c] > money
                if not stopped:
                    money -= at["startup"][c]
                    out["paid"][run, district, c] = 1
                    out["cost"][run, district, c] += at["startup"][c]
                    stage[c] = FOR_INSTRUCTOR
        out["waits"][run, district] = np.maximum(stage, 0.0)
        out["years"][run, district] = years
    return out


@given(st.integers(0, 2**32 - 1))
def test_the_queue_is_that_of_a_loop_over_districts_and_clusters(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 4, 5)
    asked: dict[str, Any] = {
        "waits": rng.integers(0, 4, shape).astype(np.float64) * (rng.random(shape) < 0.5),
        "years": rng.integers(0, 7, shape).astype(np.float64),
        "value": rng.integers(-3, 9, shape) * 50.0,
        "required": rng.integers(0, 3, (1, 5)) * 25.0,
        "possible": rng.random(shape) < 0.8,
        "has_room": rng.random(shape) < 0.5,
        "startup": rng.integers(0, 5, shape) * 50.0,
        "facility": rng.integers(1, 5, (1, 5)) * 50.0,
        "money": rng.integers(0, 12, (2, 4, 1)) * 50.0,
        "capacity": rng.integers(1, 5, (4, 1)).astype(np.float64),
    }
    together, expected = review(asked), naive(asked)
    for one in fields(Plans):
        assert np.array_equal(getattr(together, one.name), expected[one.name]), one.name
    assert (together.cost.sum(axis=-1, keepdims=True) <= asked["money"]).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 300.0))
def test_more_money_never_holds_a_plan_back(seed: int, dollars: float) -> None:
    rng = np.random.default_rng(seed)
    asked: dict[str, Any] = {
        "waits": rng.integers(0, 4, (3, 4)).astype(np.float64),
        "years": np.zeros((3, 4)),
        "value": rng.uniform(0.0, 900.0, (3, 4)),
        "possible": np.ones((3, 4), dtype=bool),
        "has_room": np.ones((3, 4), dtype=bool),
        "startup": rng.uniform(0.0, 200.0, (3, 4)),
        "money": rng.uniform(0.0, 500.0, (3, 1)),
    }
    poor, rich = reviewed_with(**asked), reviewed_with(**{**asked, "money": asked["money"] + dollars})
    assert (rich.waits >= poor.waits).all()
