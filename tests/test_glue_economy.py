"""What a year brings from outside: its spread, its cuts, and what a scenario's shock is laid on."""

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import group, number
from small_world import small_world

from sim.engine import economy
from sim.engine.economy import Conditions
from sim.engine.felt import Felt
from sim.parameters.groups import Economy
from sim.world.world import Anchor, World

TERMS = group(
    Economy,
    inflation=0.02,
    wage_growth=0.03,
    revenue_growth=0.04,
    revenue_volatility=0.08,
    revenue_persistence=0.6,
    budget_share=0.98,
    budget_growth=0.04,
    full_cut_shortfall=0.1,
    grant_cut=0.06,
    formula_cut=0.02,
    categorical_cut=0.12,
    categorical_restored=0.25,
)


def world() -> World:
    revenue = Anchor(**{**dict.fromkeys(Anchor.__dataclass_fields__, ""), "value": 1e9})
    return replace(small_world(), anchors={"general_fund_revenue": revenue})


def conditions(
    fiscal_year: int, noise: float = 0.0, shock: float = 0.0, standing: float = 0.0, **shocks: Any
) -> Conditions:
    known = replace(builders.parameters(), economy=TERMS)
    state = builders.state(revenue_shock=shock, categorical_cut=standing)
    return economy.conditions(world(), known, state, Felt(**shocks), fiscal_year, number(noise))


def test_growth_of_revenue_has_the_volatility_that_was_measured() -> None:
    rng, shock, growth = np.random.default_rng(1), np.zeros((4000, 1, 1)), []
    for _ in range(60):
        moved = economy.revenue_shock(shock, rng.standard_normal(shock.shape), TERMS)
        growth.append(moved - shock)
        shock = moved
    assert np.std(growth[20:]) == pytest.approx(0.08, rel=0.01)


def test_up_to_the_base_year_all_stands_still() -> None:
    for year in (2015, 2026):
        found = conditions(year, noise=2.0)
        assert found.price_index == found.wage_index == 1.0
        assert found.revenue == pytest.approx(1e9)
        assert found.years_since_base == 0


def test_prices_wages_and_revenue_grow_each_at_its_own_rate() -> None:
    found = conditions(2029)
    assert found.price_index == pytest.approx(1.02**3)
    assert found.wage_index == pytest.approx(1.03**3)
    assert found.revenue == pytest.approx(1e9 * 1.04**3)
    assert found.costs.elective / conditions(2026).costs.elective == pytest.approx(1.03**3)


@pytest.mark.parametrize(("revenue", "severity"), [(1.0, 0.0), (0.98, 0.0), (0.931, 0.5), (0.882, 1.0), (0.5, 1.0)])
def test_grants_and_formula_money_are_cut_by_how_far_revenue_falls_short(revenue: float, severity: float) -> None:
    found = conditions(2027, revenue=revenue)
    assert found.grant_cut == pytest.approx(0.06 * severity, abs=1e-9)
    assert found.formula_cut == pytest.approx(0.02 * severity, abs=1e-9)
    assert found.general_money == pytest.approx(1 - 0.02 * severity)


@pytest.mark.parametrize(("revenue", "cut"), [(1.0, 0.0), (0.98, 0.0), (0.931, 0.06), (0.882, 0.12), (0.5, 0.12)])
def test_lines_of_their_own_are_cut_by_how_far_a_scenario_deepens_the_shortfall(revenue: float, cut: float) -> None:
    assert conditions(2027, revenue=revenue).categorical_cut == pytest.approx(cut, abs=1e-9)
    assert conditions(2027, recurring_budget=1.0 / revenue).categorical_cut == pytest.approx(cut, abs=1e-9)


def test_a_bust_of_luck_alone_cuts_no_line_deeper_and_a_scenario_only_by_what_it_adds() -> None:
    luck = conditions(2027, shock=np.log(0.931) / 0.6)
    assert luck.formula_cut == pytest.approx(0.01)
    assert luck.categorical_cut == 0.0
    both = conditions(2027, shock=np.log(0.931) / 0.6, revenue=0.882 / 0.931)
    assert both.formula_cut == pytest.approx(0.02)
    assert both.categorical_cut == pytest.approx(0.06)
    assert conditions(2027, revenue=1.5).categorical_cut == 0.0


def test_a_quarter_of_a_cut_is_put_back_in_a_year_unless_the_bust_goes_on() -> None:
    assert conditions(2027, standing=0.12).categorical_cut == pytest.approx(0.09)
    assert conditions(2027, standing=0.12, revenue=0.5).categorical_cut == pytest.approx(0.12)
    assert conditions(2027, standing=0.12, revenue=0.931).categorical_cut == pytest.approx(0.09)


def test_a_shock_meets_what_it_says_it_meets() -> None:
    calm = conditions(2027)
    dear = conditions(2027, running_costs=1.5, startup_costs=2.0)
    assert dear.startup_index == pytest.approx(2 * calm.price_index)
    assert dear.costs.site == pytest.approx(1.5 * calm.costs.site)
    assert dear.costs.participant == pytest.approx(1.5 * calm.costs.participant)
    assert dear.costs.section == pytest.approx(calm.costs.section)
    assert conditions(2027, general_money=0.8).general_money == pytest.approx(0.8)


def test_cohorts_follow_the_state_and_their_districts() -> None:
    known = builders.parameters(enrollment={"local_trend": 0.0, "local_noise": 0.0})
    held = small_world(2, members=(300.0, 100.0))
    premises = builders.premises(held, entrants=np.array([[75.0], [25.0]]), trend=1.0)
    grades = np.array([[75.0] * 4, [25.0] * 4])
    state = builders.state(2, 3, grades=grades, entry_index=0.9)
    shrunk = builders.conditions(fiscal_year=2026, years_since_base=0)
    found = economy.cohorts(held, known, premises, state, shrunk, np.zeros((2, 1)))
    assert found.membership == pytest.approx(np.array([[292.5], [97.5]]))
    assert found.grades[:, 0] == pytest.approx([67.5, 22.5])


def test_jobs_are_told_relative_to_the_mean_cluster() -> None:
    held = small_world()
    grown = replace(held, clusters=replace(held.clusters, employment_growth=np.array([0.0, 0.0, 1.0])))
    told = economy.signals(grown, builders.premises(grown, openings=np.ones((1, 3))), 2036)
    assert told.openings == pytest.approx(np.array([[0.75, 0.75, 1.5]]))


def test_an_industry_that_comes_takes_no_opening_from_other_clusters() -> None:
    held = small_world()
    premises = builders.premises(held, openings=np.array([[2.0, 1.0, 3.0]]))
    calm = economy.signals(held, premises, 2030)
    grown = economy.signals(held, premises, 2030, Felt(openings=np.array([[1.0, 1.0, 3.0]])))
    assert (grown.openings[:, :2] == calm.openings[:, :2]).all()
    assert grown.openings[0, 2] == pytest.approx(3.0 * calm.openings[0, 2])
