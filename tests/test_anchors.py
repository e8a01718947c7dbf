"""New Mexico's base year comes out right before any policy bites, and policies do what evidence says they do.

Means over draws; the bounds are those of the evidence, not of the model.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from simulated import Step, new_mexico_ensemble, shipped, steps

from sim.arrays import district_total
from sim.engine import recording
from sim.engine.ensemble import Ensemble

DRAWS = 24
HORIZON = 30
UNIT_VALUE = 6801.5
"""Dollars for each program unit of the SEG in FY2026."""


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return new_mexico_ensemble(DRAWS, HORIZON)


@pytest.fixture(scope="module")
def base(ensemble: Ensemble) -> dict[str, float]:
    """Statewide numbers of the base year, means over draws."""
    return means(ensemble, Step(ensemble.state, ensemble.base, ensemble.state))


def means(ensemble: Ensemble, step: Step) -> dict[str, float]:
    record = recording.statewide(ensemble.world, ensemble.parameters, step.after, step.year)
    return {name: float(np.mean(values)) for name, values in record.items()}


@cache
def under(formula: str) -> pd.DataFrame:
    """Statewide numbers by fiscal year, means over draws."""
    ensemble = new_mexico_ensemble(DRAWS, HORIZON)
    simulated = steps(ensemble, shipped(formula), HORIZON)
    return pd.DataFrame([means(ensemble, step) for step in simulated], index=range(2027, 2027 + HORIZON))


def test_participants_and_concentrators_are_those_of_the_state(base: dict[str, float]) -> None:
    assert base["participants"] == pytest.approx(69_888, rel=0.005)
    assert base["concentrators_taught"] == pytest.approx(22_210, rel=0.005)
    assert base["concentrators"] == pytest.approx(base["concentrators_taught"])
    assert base["membership"] == pytest.approx(101_654, rel=0.01)


def test_concentrators_lie_where_they_do(ensemble: Ensemble, base: dict[str, float]) -> None:
    assert 0.18 <= base["school_concentrator_share"] <= 0.28
    assert 0.36 <= base["high_cost_concentrators"] / base["concentrators"] <= 0.46


def test_the_map_has_a_useful_size(base: dict[str, float]) -> None:
    assert 900 <= base["sites"] <= 1_400
    assert 700 <= base["instructors"] <= 1_000
    assert 33e6 <= base["sustained_cost"] <= 55e6


def test_fiscal_2026_is_paid_as_voted(ensemble: Ensemble, base: dict[str, float]) -> None:
    assert base["appropriation"] == pytest.approx(50_000_000)
    voted = {name: float(record["appropriation"][0]) for name, record in recording.by_line(ensemble.base).items()}
    pilot, zones, other = (voted[name] for name in ("nextgen_pilot", "innovation_zones", "other_cte"))
    assert (pilot, zones, pilot + zones + other) == (13_000_000, 11_200_000, 38_500_000)
    assert voted["internships"] == 10_000_000
    assert voted["career_development_success"] == 1_500_000
    assert base["unit_value"] == pytest.approx(UNIT_VALUE)


def test_pilot_awards_for_each_student_span_two_orders_of_magnitude(ensemble: Ensemble) -> None:
    paid = ensemble.base.settlement.ledgers["nextgen_pilot"].paid
    students = district_total(ensemble.state.participants)
    awarded = (paid > 0) & (students > 0)
    each = np.where(awarded, paid / np.where(awarded, students, 1.0), np.nan)
    least, most = np.nanmin(each, axis=(1, 2)), np.nanmax(each, axis=(1, 2))
    assert np.median(most / least) >= 100
    assert 10 < np.median(least) < 100
    assert 3_000 < np.median(most) < 20_000


def test_current_law_is_near_a_steady_state_that_shrinks_with_membership(base: dict[str, float]) -> None:
    law = under("status_quo")
    shrunk = law["membership"] / base["membership"]
    assert (law["concentrators"] / base["concentrators"] / shrunk).iloc[:10].between(0.9, 1.15).all()
    assert (law["sites_closed"] / law["sites"]).iloc[:10].between(0.015, 0.045).all()
    assert law["proration"].between(0.9, 1.0).all()


def test_a_year_without_a_change_of_law_is_like_the_base_year(base: dict[str, float]) -> None:
    """No transient: what is offered a member three years on is what was offered, but for a few percent."""
    law = under("status_quo")
    shrunk = law["membership"] / base["membership"]
    for name in ("participants", "concentrators_taught", "first_sections", "second_sections", "instructors"):
        assert (law[name] / base[name] / shrunk).iloc[:3].between(0.95, 1.08).all(), name
    assert (law["sites"] / base["sites"]).iloc[:3].between(0.97, 1.03).all()


def test_the_end_of_the_pilot_costs_depth_before_reach(base: dict[str, float]) -> None:
    law, sunset = under("status_quo"), under("pilot_sunset")
    lost = {name: 1 - sunset[name] / law[name] for name in ("participants", "concentrators", "quality", "sites")}
    first_five = {name: share.loc[:2031].sum() for name, share in lost.items()}
    assert first_five["concentrators"] > 1.2 * first_five["participants"] > 0
    assert first_five["quality"] > 0.8 * first_five["participants"]
    assert (lost["concentrators"] > lost["participants"]).loc[2029:].all()
    assert (sunset["non_salary_spending_share"] < law["non_salary_spending_share"])[:2031].all()
    sites_before = np.concatenate([[base["sites"]], sunset["sites"].to_numpy()])[:5]
    closing = sunset["sites_closed"].to_numpy()[:5] / sites_before
    assert (closing > 0.03).all()
    assert closing.max() < 0.25


def test_after_the_pilot_cte_settles_near_the_level_before_it(base: dict[str, float]) -> None:
    sunset = under("pilot_sunset")
    reach, depth = sunset["participants"] / sunset["membership"], sunset["concentrators"] / sunset["membership"]
    before_reach, before_depth = 65_102 / 92_523, 15_443 / 92_523
    assert reach.loc[2034:2040].mean() == pytest.approx(before_reach, rel=0.2)
    assert depth.loc[2034:2040].mean() == pytest.approx(before_depth, rel=0.2)
    assert depth.iloc[-1] > 0.5 * before_depth
    assert reach.iloc[-1] > 0.5 * before_reach


def test_the_aligned_formula_grows_depth_and_reach() -> None:
    law, aligned = under("status_quo"), under("aligned")
    for year in (2031, 2036, 2046, 2056):
        assert aligned["concentrators"][year] > 1.15 * law["concentrators"][year]
        assert aligned["participants"][year] > law["participants"][year]
        assert aligned["sites"][year] > law["sites"][year]
        assert aligned["quality"][year] > law["quality"][year]


def test_plans_wait_longer_for_people_and_labs_than_for_money_under_the_aligned_formula() -> None:
    early = under("aligned").loc[:2031].sum()
    assert early["plans_for_room"] + early["plans_for_instructor"] > early["plans_for_money"]
    assert early["launches_started"] < early["plans_begun"]


def test_general_money_for_all_secondary_students_keeps_less_than_the_pilot() -> None:
    law, sunset, general = under("status_quo"), under("pilot_sunset"), under("seg_only")
    assert (general["participants"] / sunset["participants"]).loc[:2036].between(0.95, 1.2).all()
    lost = (law["concentrators"] - sunset["concentrators"]).loc[2028:2036].sum()
    kept = (general["concentrators"] - sunset["concentrators"]).loc[2028:2036].sum()
    assert 0 < kept < lost
    assert general["state_cost"][2027] == pytest.approx(50e6, rel=0.05)


def test_a_weight_inside_the_seg_is_worth_what_the_bill_says_and_dilutes_everyone() -> None:
    law, bill = under("status_quo"), under("sb130_quarter_weight")
    assert bill["weight_units"][2027] * UNIT_VALUE == pytest.approx(37.8e6, rel=0.03)
    assert (bill["unit_value"] < law["unit_value"]).all()
    assert 1 - bill["unit_value"][2027] / law["unit_value"][2027] == pytest.approx(0.0086, abs=0.002)
    assert (bill["state_cost"] == 0).all()
    assert np.allclose(bill["dilution"], bill["weight_value"], rtol=1e-9)
    assert (bill["weight_value"] > 0).all()


def test_concentrators_follow_what_pays_for_them() -> None:
    per_concentrator, base_only = under("aligned_per_concentrator"), under("aligned_base")
    assert per_concentrator["concentrators"][2032] > 1.1 * base_only["concentrators"][2032]
    assert base_only["state_cost"][2027] == pytest.approx(10e6, rel=0.1)


def test_paying_for_credentials_moves_credentials_more_than_seats() -> None:
    with_bonus, without = under("aligned_credentials"), under("pilot_sunset")
    more = with_bonus.loc[2032] / without.loc[2032]
    assert more["credentials"] > 1.03
    assert abs(more["participants"] - 1) < 0.5 * (more["credentials"] - 1)
