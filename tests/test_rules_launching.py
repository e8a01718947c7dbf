"""The gates of a launch, closures, and the decision as a whole, worked by hand."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, group, number, row

from sim.arrays import Array
from sim.behavior.closing import ClosingTerms, sites_closed
from sim.behavior.deciding import Attraction, Choice, Situation, decide
from sim.behavior.launching import Gates, launch_capacity, pass_gates
from sim.parameters.groups import Decisions

REASONS = ("size", "facility", "cash", "capacity")


def gates(**changes: Any) -> Gates:
    """Three wanted launches of 100 dollars in one district with money and room for all, the second liked best."""
    asked: dict[str, Any] = {
        "wanted": np.array([[True, True, True]]),
        "score": row(1.0, 3.0, 2.0),
        "expected_participants": row(20.0, 20.0, 20.0),
        "has_facility": np.array([[True, True, True]]),
        "startup_net": row(100.0, 100.0, 100.0),
        "facility_cost": row(1000.0, 1000.0, 1000.0),
        "cash": number(1e6),
        "capacity": number(9.0),
        "minimum_section": number(10.0),
    }
    return pass_gates(**{**asked, **changes})


def outcome(gates: Gates) -> str:
    """One letter for each cluster: + passed, or the first letter of the gate that stopped it (k for capacity)."""
    letters = []
    for place in range(gates.passed.shape[-1]):
        found = [
            letter
            for letter, mask in (
                ("+", gates.passed),
                ("s", gates.stopped_by_size),
                ("f", gates.stopped_by_facility),
                ("c", gates.stopped_by_cash),
                ("k", gates.stopped_by_capacity),
            )
            if mask[0, place]
        ]
        assert len(found) <= 1
        letters.append(found[0] if found else ".")
    return "".join(letters)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "+++"),
        ({"wanted": np.array([[False, True, False]])}, ".+."),
        ({"wanted": np.zeros((1, 3), dtype=bool)}, "..."),
        ({"expected_participants": row(9.9, 10.0, 20.0)}, "s++"),
        ({"cash": number(0.0)}, "ccc"),
        ({"cash": number(100.0)}, "c+c"),
        ({"cash": number(199.0)}, "c+c"),
        ({"cash": number(200.0)}, "c++"),
        ({"cash": number(150.0), "startup_net": row(50.0, 100.0, 60.0)}, "++c"),
        ({"capacity": number(1.0)}, "k+k"),
        ({"capacity": number(2.0)}, "k++"),
        ({"capacity": number(1.0), "cash": number(100.0)}, "c+c"),
        ({"has_facility": np.array([[True, False, True]])}, "+++"),
        ({"has_facility": np.array([[True, False, True]]), "cash": number(200.0)}, "+f+"),
        ({"has_facility": np.array([[True, False, True]]), "cash": number(1100.0)}, "c+c"),
        ({"has_facility": np.zeros((1, 3), dtype=bool), "cash": number(0.0)}, "fff"),
        ({"startup_net": row(0.0, 0.0, 0.0), "cash": number(0.0)}, "+++"),
        ({"expected_participants": row(0.0, 0.0, 0.0), "cash": number(0.0)}, "sss"),
    ],
)
def test_each_gate_stops_what_it_should(changes: dict[str, Any], expected: str) -> None:
    assert outcome(gates(**changes)) == expected


def test_a_launch_takes_its_startup_and_its_facility_from_cash() -> None:
    passed = gates(has_facility=np.array([[True, False, True]]), cash=number(1200.0))
    assert outcome(passed) == "c++"
    assert passed.cost == pytest.approx(row(0.0, 1100.0, 100.0))
    assert (passed.builds_facility == np.array([[False, True, False]])).all()


def test_clusters_compete_for_cash_in_order_of_attractiveness() -> None:
    cases = ((row(3.0, 2.0, 1.0), "+cc"), (row(1.0, 2.0, 3.0), "cc+"), (row(1.0, 2.0, 2.0), "c+c"))
    for score, expected in cases:
        assert outcome(gates(score=score, cash=number(100.0))) == expected


def test_districts_do_not_share_cash() -> None:
    wanted = np.ones((2, 3), dtype=bool)
    passed = gates(wanted=wanted, cash=column(0.0, 300.0), capacity=column(9.0, 2.0))
    assert passed.stopped_by_cash.tolist() == [[True, True, True], [False, False, False]]
    assert passed.passed.tolist() == [[False, False, False], [False, True, True]]


@pytest.mark.parametrize(("schools", "each", "expected"), [(1, 0.5, 1), (3, 0.5, 1), (4, 0.5, 2), (30, 1.0, 30)])
def test_capacity_grows_with_high_schools(schools: float, each: float, expected: float) -> None:
    assert launch_capacity(number(schools), number(each)) == expected


@given(st.integers(0, 2**32 - 1))
def test_gates_of_many_districts_are_those_of_each_alone_and_never_overspend(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 4, 5)
    asked: dict[str, Any] = {
        "wanted": rng.random(shape) < 0.7,
        "score": rng.normal(size=shape),
        "expected_participants": rng.uniform(0, 40, shape),
        "has_facility": rng.random(shape) < 0.6,
        "startup_net": rng.uniform(0, 200, shape),
        "facility_cost": rng.uniform(0, 400, (1, 5)),
        "cash": rng.uniform(0, 600, (2, 4, 1)),
        "capacity": rng.integers(1, 4, (4, 1)).astype(np.float64),
        "minimum_section": np.full((2, 1, 1), 10.0),
    }
    together = pass_gates(**asked)
    stopped = sum(getattr(together, f"stopped_by_{reason}").astype(int) for reason in REASONS)
    assert (together.passed + stopped == asked["wanted"]).all()
    assert (together.cost.sum(axis=-1, keepdims=True) <= asked["cash"] + 1e-9).all()
    assert (together.passed.sum(axis=-1, keepdims=True) <= asked["capacity"]).all()
    for run in range(2):
        for district in range(4):
            own = {
                name: value[(run if value.shape[0] > 1 else 0,) * (value.ndim - 2)][
                    ..., slice(district, district + 1) if value.shape[-2] > 1 else slice(None), :
                ]
                for name, value in asked.items()
            }
            alone = pass_gates(**own)
            for field in fields(Gates):
                ours = getattr(together, field.name)[run, district : district + 1]
                assert np.array_equal(ours, getattr(alone, field.name))


CLOSING = group(
    Decisions,
    close_intercept=-2.0,
    close_margin_weight=1.0,
    close_margin_scale=100.0,
    close_cash_weight=0.5,
    close_vacancy_weight=1.0,
    close_vacancy_years=2.0,
    close_size_weight=2.0,
    close_inertia=3.0,
)


@pytest.mark.parametrize(
    ("margin", "deficit", "vacant", "small", "equipment", "log_odds"),
    [
        (0.0, False, False, False, 0.0, -2.0),
        (100.0, False, False, False, 0.0, -2.0 - np.log(1 + np.sqrt(2))),
        (-100.0, False, False, False, 0.0, -2.0 + np.log(1 + np.sqrt(2))),
        (0.0, True, False, False, 0.0, -1.5),
        (0.0, False, True, False, 0.0, -1.0),
        (0.0, False, False, True, 0.0, 0.0),
        (0.0, True, True, True, 0.5, 0.0),
    ],
)
def test_what_makes_a_site_close(
    margin: float, deficit: bool, vacant: bool, small: bool, equipment: float, log_odds: float
) -> None:
    debt, unstaffed, tiny = (np.array([[value]]) for value in (deficit, vacant, small))
    chance = ClosingTerms(number(margin), debt, unstaffed, tiny, number(equipment), CLOSING).chance
    assert chance == pytest.approx(1 / (1 + np.exp(-log_odds)))


@pytest.mark.parametrize(
    ("sites", "chance", "draw", "expected"),
    [
        (1, 0.1, 0.89, 0),
        (1, 0.1, 0.91, 1),
        (10, 0.25, 0.49, 2),
        (10, 0.25, 0.51, 3),
        (2, 1.0, 0.99, 2),
        (0, 0.9, 0.99, 0),
        (3, 0.0, 0.99, 0),
    ],
)
def test_closures_are_whole_and_right_on_average(sites: float, chance: float, draw: float, expected: float) -> None:
    assert sites_closed(number(sites), number(chance), number(draw)) == expected


def test_closures_are_right_on_average() -> None:
    draws = (np.arange(1000) + 0.5)[:, np.newaxis, np.newaxis] / 1000
    for sites in (1.0, 3.0, 7.0):
        assert sites_closed(number(sites), number(0.13), draws).mean() == pytest.approx(0.13 * sites, abs=1e-3)


DECISIONS = replace(
    CLOSING,
    launch_intercept=number(-1.0),
    launch_inertia=number(0.5),
    financial_weight=number(2.0),
    financial_scale=number(1000.0),
    demand_weight=number(3.0),
    labor_weight=number(0.4),
    peer_weight=number(0.6),
    quality_weight=number(5.0),
    risk_aversion=number(1.5),
    minimum_section=number(10.0),
    considered_share=number(0.5),
    launches_per_school=number(1.0),
    cash_reserve=number(0.1),
    expansion_limit=number(0.5),
    contraction_fill=number(0.5),
)


def situation(**changes: Array) -> Situation:
    """One district with three schools and one cluster, offered at one of them."""
    known = {
        "sites": 1.0, "sections": 3.0, "vacant_sections": 0.0, "vacant_years": 0.0, "launching": 0.0,
        "facilities": 2.0, "high_schools": 3.0, "equipment": 0.0, "participants": 50.0, "demanded": 60.0,
        "site_demand": 30.0, "site_sections": 2.0, "margin": 0.0, "site_margin": 1_000.0,
        "startup_cost": 5_000.0, "startup_grant": 1_000.0, "facility_cost": 90_000.0,
        "cash": 6_000.0, "general_money": 500.0, "yearly_spending": 10_000.0, "labor_signal": 0.0, "peer_share": 0.0,
        "quality_gap": 0.0, "revenue_risk": 0.0, "squeeze": 0.0, "annuity": 5.0, "class_size": 20.0,
        "class_cap": 30.0, "price_index": 1.0, "seats_per_section": 1.0, "launch_draw": 0.0, "close_draw": 0.0,
    }  # fmt: skip
    short = {"short_of_money": np.array([[False]])}
    return Situation(**{**{name: number(value) for name, value in known.items()}, **short, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 3 * 1.5),
        ({"site_demand": 100.0}, 3 * 2.0),
        ({"site_demand": 0.0}, 0.0),
        ({"labor_signal": 1.5}, 4.5 + 0.6),
        ({"peer_share": 0.5}, 4.5 + 0.3),
        ({"quality_gap": -0.1}, 4.5 - 0.5),
        ({"revenue_risk": 0.4}, 4.5 - 0.6),
        ({"sites": 0.0}, 4.5 - 0.5),
    ],
)
def test_attractiveness_adds_its_parts(changes: dict[str, float], expected: float) -> None:
    known = situation(**{name: number(value) for name, value in changes.items()})
    assert Attraction(known, number(0.0), DECISIONS).total == pytest.approx(expected)


@pytest.mark.parametrize(("value", "price"), [(1_000.0, 1.0), (2_000.0, 2.0)])
def test_attractiveness_of_money_is_real_and_saturates(value: float, price: float) -> None:
    score = Attraction(situation(price_index=number(price)), number(value), DECISIONS).total
    assert score == pytest.approx(4.5 + 2.0 * np.log(1 + np.sqrt(2)))


def launched(short_of_money: bool = False, **changes: float) -> Choice:
    known = situation(**{name: number(value) for name, value in changes.items()})
    return decide(replace(known, short_of_money=np.array([[short_of_money]])), DECISIONS)


def test_a_launch_that_pays_is_made() -> None:
    choice = launched()
    assert choice.wanted.all()
    assert choice.launch.all()
    assert choice.launch_cost == 4_000
    assert choice.launch_sections == 2
    assert not choice.builds_facility.any()


@pytest.mark.parametrize(
    "changes",
    [
        {"sites": 3.0},
        {"sites": 2.0, "launching": 1.0},
        {"launching": 1.0},
        {"site_demand": 5.0},
        {"launch_draw": 1.0 - 1e-9, "revenue_risk": 1.0, "site_margin": -1e9},
    ],
)
def test_a_launch_is_not_wanted(changes: dict[str, float]) -> None:
    choice = launched(**changes)
    assert not choice.wanted.any()
    assert not choice.launch.any()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"site_demand": 9.0}, "stopped_by_size"),
        ({"facilities": 1.0}, "stopped_by_facility"),
        ({"cash": 4_400.0}, "stopped_by_cash"),
        ({"cash": -1e6, "general_money": 3_999.0}, "stopped_by_cash"),
    ],
)
def test_a_wanted_launch_is_stopped(changes: dict[str, float], reason: str) -> None:
    choice = launched(**changes)
    assert choice.wanted.all()
    assert not choice.launch.any()
    assert getattr(choice, reason).all()


def test_a_reserve_is_kept_and_general_money_helps() -> None:
    assert launched(cash=4_500.0).launch.all()
    assert launched(cash=0.0, general_money=4_000.0).launch.all()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 0.0),
        ({"demanded": 80.0}, 1.0),
        ({"demanded": 500.0}, 1.0),
        ({"demanded": 20.0}, 0.0),
        ({"demanded": 20.0, "participants": 20.0}, -1.0),
        ({"demanded": 60.0, "squeeze": 0.5, "short_of_money": True}, -1.0),
        ({"demanded": 60.0, "squeeze": 0.5}, 0.0),
        ({"sections": 2.0, "vacant_sections": 1.0}, 0.0),
    ],
)
def test_sections_follow_demand(changes: dict[str, float], expected: float) -> None:
    assert launched(**changes).section_change == expected


def test_closing_weighs_the_margin_of_each_participant() -> None:
    even = 1 / (1 + np.exp(2.0))
    for draw, closed in ((1 - even - 1e-9, 0.0), (1 - even + 1e-9, 1.0)):
        assert launched(close_draw=draw).sites_closed == closed
    losing = 1 / (1 + np.exp(2.0 - np.log(1 + np.sqrt(2))))
    for draw, closed in ((1 - losing - 1e-9, 0.0), (1 - losing + 1e-9, 1.0)):
        assert launched(close_draw=draw, margin=-5_000.0).sites_closed == closed


def test_books_that_close_to_the_cent_are_in_no_deficit() -> None:
    even = 1 / (1 + np.exp(2.0))
    assert launched(close_draw=1 - even - 1e-9, cash=-1e-9).sites_closed == 0.0
    assert launched(close_draw=1 - even - 1e-9, cash=-1.0).sites_closed == 1.0


def test_a_district_sees_its_own_row() -> None:
    rng = np.random.default_rng(3)
    many = situation(**{name: rng.uniform(0, 90, (4, 2)) for name in ("demanded", "participants", "site_demand")})
    many = replace(many, cash=column(0.0, 1e4, 1e5, 1e6), high_schools=column(1.0, 2.0, 3.0, 4.0))
    together = decide(many, DECISIONS)
    for district in range(4):
        own = many.row(district)
        assert own.cash.shape == (1, 1)
        assert own.annuity is many.annuity
        alone = decide(own, DECISIONS)
        for field in fields(Choice):
            ours = np.broadcast_to(getattr(together, field.name), (4, 2))[district]
            assert np.array_equal(ours, np.broadcast_to(getattr(alone, field.name), (1, 2))[0]), field.name
