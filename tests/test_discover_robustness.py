"""Robustness of formulas over futures: shares, regret and reversals, worked by hand."""

import numpy as np
import pytest
from sweeping import inputs_of, settings_with

from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.study.discover.futures import KIND, SIZE, futures
from sim.study.discover.outcomes import Outcome, Span, judged
from sim.study.discover.robustness import regrets, reversals, robustness
from sim.study.discover.study import read_materials
from sim.study.setup.inputs import Inputs
from sim.study.setup.scenarios import find_scenario
from sim.study.setup.settings import Discover

LAYOUT = {
    "budget": "appropriation", "goal": "concentrators_taught", "level": "current_law", "years": 2, "severity": 2.0,
    "fresh": 20, "resamples": 20,
}  # fmt: skip


def outcome(over: list[float], reached: list[float], level: list[float], cost: list[float]) -> Outcome:
    overs, reach = np.array(over), np.array(reached)
    return Outcome(overs, overs > 0.0, reach, reach < np.array(level), np.array(cost))


LAW = [3.0, 3.0, 3.0, 3.0]
THREE = {
    "law": outcome([-1, -1, -1, -1], LAW, LAW, [10, 10, 10, 10]),
    "bill": outcome([5, -1, -1, 2], [4, 5, 2, 4], LAW, [30, 30, 20, 20]),
    "other": outcome([-1, -1, -1, -1], [3.5, 4, 4, 1], LAW, [12, 12, 12, 8]),
}


def test_shares_are_of_all_futures() -> None:
    table = robustness(THREE, 50, np.random.default_rng(0)).set_index("formula")
    assert table["within_budget"].tolist() == [1.0, 0.5, 1.0]
    assert table["at_goal"].tolist() == [1.0, 0.75, 0.75]
    assert table["both"].tolist() == [1.0, 0.25, 0.75]
    assert (table["both"] <= np.minimum(table["within_budget"], table["at_goal"])).all()
    assert (table["both"] >= table["within_budget"] + table["at_goal"] - 1.0 - 1e-12).all()


def test_regret_is_against_the_best_of_each_future() -> None:
    found = regrets(THREE)
    assert found["bill"]["goal"].tolist() == [0, 0, 2, 0]
    assert found["other"]["goal"].tolist() == [0.5, 1, 0, 3]
    assert found["law"]["dollars"].tolist() == [0, 0, 0, 2]
    assert (np.stack([one["goal"] for one in found.values()]).min(axis=0) == 0).all()
    table = robustness(THREE, 200, np.random.default_rng(0)).set_index("formula")
    assert table.loc["other", "regret_goal_largest"] == 3.0
    assert table.loc["other", "regret_goal_p90"] == pytest.approx(np.quantile([0.5, 1, 0, 3], 0.9))
    assert (table["regret_goal_p90_low"] <= table["regret_goal_p90_high"]).all()
    assert table.loc["other", "regret_goal_largest_high"] == 3.0


def test_a_reversal_is_a_future_in_which_the_one_behind_reaches_more() -> None:
    table = reversals(THREE, list(THREE)).set_index(["ahead", "behind"])
    assert table.loc[("bill", "law"), "reversed"] == 0.25
    assert table.loc[("bill", "other"), "reversed"] == 0.25
    assert table.loc[("other", "law"), "mean_lead"] == pytest.approx(0.125)


def test_the_worst_year_breaks_a_budget_and_the_mean_of_the_last_years_the_goal() -> None:
    by_year = {
        "fiscal_year": np.array([[2027.0, 2028.0]] * 2), "entitlement": np.array([[90.0, 121.0], [90.0, 110.0]]),
        "appropriation": np.array([[100.0, 110.0]] * 2), "state_cost": np.array([[90.0, 110.0]] * 2),
        "state_cost_constant": np.array([[90.0, 100.0]] * 2), "price_index": np.array([[1.0, 1.1]] * 2),
        "membership": np.array([[1000.0, 2000.0]] * 2), "concentrators_taught": np.array([[20.0, 80.0]] * 2),
    }  # fmt: skip
    span = Span(2027, 2028, 2027)
    over, reached, cost = judged(by_year, Discover.model_validate(LAYOUT), span)
    assert over[0] == pytest.approx(10.0)
    assert over[1] < 0.0, "what is owed to the dollar is no shortfall"
    assert reached.tolist() == [3.0, 3.0]
    assert cost.tolist() == [95.0, 95.0]
    dollars = Discover.model_validate({**LAYOUT, "budget": 105.0, "of": "owed"})
    assert judged(by_year, dollars, span)[0] == pytest.approx([5.0, -5.0])


def drawn(*kinds: str, **changes: object) -> object:
    inputs: Inputs = inputs_of(scenarios=tuple(find_scenario(kind, config_folder()) for kind in kinds))
    settings = settings_with(horizon=4, factors={}, **changes)
    return futures(settings, inputs, Discover.model_validate(LAYOUT), 24, 0)


def test_a_future_has_one_kind_of_scenario_at_its_size() -> None:
    found = drawn("baseline", "oil_slump", "new_industry")
    table, points = found.table, found.sweep.points
    assert table[KIND].value_counts().to_dict() == {"baseline": 8, "oil_slump": 8, "new_industry": 8}
    assert (table[SIZE][table[KIND] == "baseline"] == 0.0).all()
    slump = table[KIND] == "oil_slump"
    year = "scenario.from_year.2029.revenue"
    assert points[year][slump].to_numpy() == pytest.approx(1.0 - 0.10 * table[SIZE][slump].to_numpy())
    assert (points[year][~slump] == 1.0).all()
    assert (points["scenario.from_year.2028.clusters.advanced_manufacturing.openings"][slump] == 1.0).all()
    assert len(set(found.sweep.replicates.ravel())) == 24, "each has luck of its own"


def test_what_has_no_size_is_refused() -> None:
    with pytest.raises(InputError, match="early_end ends the formula and has no size"):
        drawn("early_end")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"uncertainty": "central"}, "uncertainty: central is not allowed"),
        ({"design": {"name": "grid"}}, "few futures to search"),
        ({"design": {"name": "table", "points": 24}}, "study=discover draws its futures"),
        ({"factors": {"parameters": "prior"}}, "every uncertain number varies already"),
        ({"discover": None}, "discover: is missing"),
    ],
)
def test_what_does_not_go_with_the_study_is_refused(changes: dict[str, object], told: str) -> None:
    asked = {"design": {"name": "sobol", "points": 32}, "factors": {}, "discover": LAYOUT, "horizon": 4, **changes}
    with pytest.raises(InputError, match=told):
        read_materials(settings_with(**asked), inputs_of())
