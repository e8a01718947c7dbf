"""Titles of figures say what their numbers allow: two panels that differ little, and the sentence turns."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from sim.arrays import Array
from sim.report.calibration.findings import parameters_sentence
from sim.report.compare.alike import alike
from sim.report.compare.figure_lines import group_names, merged_note
from sim.report.compare.figure_map import Measure, Place, map_sentence, place_of
from sim.report.compare.findings import (
    change_sentence,
    cost_sentence,
    group_sentence,
    heads_sentence,
    rate_sentence,
    short_sentence,
)
from sim.report.shared.panel import Panel
from sim.report.stress.conditions import condition
from sim.report.stress.findings import capped, moving, shortfall_sentence
from sim.report.stress.findings import cost_sentence as stress_sentence
from sim.report.sweep.tornado import sentence

YEARS = np.arange(2026, 2037)
DRAWS = 40
LUCK = np.linspace(-1.0, 1.0, DRAWS)[np.random.default_rng(3).permutation(DRAWS)]


def panel_of(titles: tuple[str, ...], **columns: Array) -> Panel:
    """A panel of formulas, current law first, with columns ``[F, R, T]`` and prices that stand still."""
    count = len(titles)
    held: dict[str, Any] = {
        "formulas": tuple(f"f{number}" for number in range(count)), "short_titles": titles, "baseline": 0,
        "others": tuple(range(1, count)), "years": YEARS, "base_year": 2026, "policy": YEARS > 2026, "draws": DRAWS,
        "state": columns.__getitem__, "constant": columns.__getitem__,
    }  # fmt: skip
    return cast("Panel", SimpleNamespace(**held))


def flat(*levels: float, noise: float = 1.0) -> Array:
    """Each level in every year, with luck that formulas share, ``[F, R, T]``."""
    spread = noise * LUCK[:, None] * np.ones(len(YEARS))
    return np.array([level + spread for level in levels])


def students(taught: Array, membership: float = 10_000.0) -> dict[str, Array]:
    return {"concentrators_taught": taught, "membership": np.full_like(taught, membership)}


TWO = ("Current law", "SB130, a quarter weight")


def test_a_rate_names_what_brings_it_further_and_no_other() -> None:
    better = panel_of(TWO, **students(flat(1500, 1700)))
    assert rate_sentence(better) == (
        "Under current law 15.0 of 100 students concentrate in FY2036, 16.0 in FY2026; SB130, a quarter weight brings "
        "it to 17.0"
    )
    same = panel_of(TWO, **students(np.array([flat(1500)[0], 1500 + 200 * LUCK[:, None] * np.ones(len(YEARS))])))
    assert rate_sentence(same).endswith("no clear difference under SB130, a quarter weight")
    worse = panel_of(TWO, **students(flat(1500, 1300)))
    assert rate_sentence(worse).endswith("no formula clearly more, SB130, a quarter weight 13.0")


def test_heads_are_said_to_follow_membership_only_where_it_moves() -> None:
    taught = flat(1500, 1700)
    still = panel_of(TWO, **students(taught))
    assert heads_sentence(still).startswith("Concentrators taught by FY2036: 1,500 under current law, at most 1,700")
    falling = {"concentrators_taught": taught, "membership": np.linspace(100, 70, len(YEARS)) * np.ones_like(taught)}
    assert heads_sentence(panel_of(TWO, **falling)).startswith("Membership falls 30% by FY2036")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (100.0, "SB130, a quarter weight adds 100 participants in FY2036"),
        (0.0, "No clear difference in participants between SB130, a quarter weight and current law in FY2036"),
        (-100.0, "SB130, a quarter weight has 100 fewer participants in FY2036"),
    ],
)
def test_a_change_has_the_words_of_its_sign(change: float, said: str) -> None:
    panel = panel_of(TWO)
    assert change_sentence(panel, {1: change + 50 * LUCK}, "participants", "students", "FY2036").startswith(said)


def test_of_several_formulas_the_first_and_the_last_are_named_and_ties_stay_ties() -> None:
    panel = panel_of(("Current law", "A's", "B's", "C's"))
    changes = {1: 300 + LUCK, 2: 100 + LUCK, 3: -200 + LUCK}
    assert change_sentence(panel, changes, "seats", "students", "FY2036") == (
        "A's adds most seats: 300 in FY2036; C's has 200 fewer"
    )
    assert change_sentence(panel, changes | {2: -100 + LUCK}, "seats", "students", "FY2036") == (
        "Only A's adds seats: 300 in FY2036; 2 formulas have fewer, C's by 200"
    )
    tied = {1: 300 + LUCK, 2: 300.0 - LUCK, 3: -200 + LUCK}
    assert "A's and B's add most" in change_sentence(panel, tied, "seats", "students", "FY2036")
    none = dict.fromkeys((1, 2, 3), 100 * LUCK)
    assert change_sentence(panel, none, "seats", "students", "FY2036").startswith("No formula changes seats clearly")


def test_short_money_is_told_of_the_median_draw_with_the_mean_that_is_drawn_or_of_many_draws() -> None:
    share = np.ones((2, DRAWS, len(YEARS)))
    panel = panel_of(TWO)
    assert short_sentence(panel, share).startswith("No formula runs short")
    lean = share.copy()
    lean[1, :, 6] = 0.77
    assert short_sentence(panel, lean) == ("Only SB130, a quarter weight runs short, 77% paid in FY2032")
    lean[1, : DRAWS // 4, 6] = 0.37  # the median stays what it was; the line of means goes down to 67%
    assert short_sentence(panel, lean) == ("Only SB130, a quarter weight runs short, 67% paid in FY2032")
    some = share.copy()
    some[1, : DRAWS * 4 // 10, 6] = 0.5
    assert short_sentence(panel, some) == "Only SB130, a quarter weight runs short in 40% of draws"
    both = lean.copy()
    both[0, :, 3] = 0.9
    assert "Only" not in short_sentence(panel, both)


def test_a_group_is_named_only_where_its_change_is_clear() -> None:
    panel = panel_of(TWO)
    clear, unclear = 3.0 + LUCK, 9.0 * LUCK + 2.0
    said = group_sentence(panel, ("rural", "under 100"), [[clear, unclear]], "", " of 100", "taught", "FY2036")
    assert said == "Rural districts gain 3.0 of 100 (taught, FY2036, against current law)"
    said = group_sentence(panel, ("rural", "under 100"), [[unclear, -clear]], "", " of 100", "taught", "FY2036")
    assert said.startswith("Districts with under 100 members lose 3.0 of 100")


def test_money_that_a_weight_takes_makes_no_saving() -> None:
    panel = panel_of(TWO)
    taught = np.array([0 * LUCK, 500 + LUCK])
    cheap, honest = np.array([0 * LUCK, -40e6 + 1e6 * LUCK]), np.array([0 * LUCK, 1e7 + 1e6 * LUCK])
    assert "500 concentrators taught a year for $40.0M less public money" in cost_sentence(panel, cheap, taught, "x")
    assert "500 concentrators taught a year for $10.0M more public money" in cost_sentence(panel, honest, taught, "x")


def test_formulas_that_do_nearly_the_same_stand_together_and_few_stand_alone() -> None:
    values = flat(100, 500, 110, 105, 900, 495, 300, noise=1.0)
    groups = alike(values, range(7), 0, YEARS > 2026, 4)
    assert groups == [[4], [1, 5], [6], [0, 2, 3]]
    assert alike(values, (0, 2, 3), 0, YEARS > 2026, 4) == [[2], [3], [0]]


def test_groups_of_one_figure_have_names_of_their_own() -> None:
    panel = panel_of(("Current law", "One", "Two", "Three", "Four", "Five"))
    assert group_names(panel, [[1, 2], [3, 4], [5], [0]]) == [
        "2 formulas alike, A", "2 formulas alike, B", "Five", "Current law",
    ]  # fmt: skip
    assert group_names(panel, [[1, 2], [0, 3, 4]]) == ["2 formulas alike", "Current law and 2 like it"]
    assert merged_note(panel, [[1, 2], [3, 4]]) == (
        " 2 formulas alike, A: One and Two. 2 formulas alike, B: Three and Four."
    )


def test_a_map_marks_gains_and_losses_by_their_sign_and_only_clear_ones_as_clear() -> None:
    changes = np.stack([5 + LUCK, -5 + LUCK, 0.1 + LUCK, 0 * LUCK], axis=1)
    place = place_of(changes)
    assert place.sign.tolist() == [1.0, -1.0, 0.0, 0.0]
    assert np.sign(place.mean).tolist() == [1.0, -1.0, 1.0, 0.0]
    said = map_sentence(panel_of(TWO), {1: place}, Measure("state money", "dollars", ""), "FY2036")
    assert said == "SB130, a quarter weight: 1 district clearly gains, 1 loses (state money, FY2036)"
    still = Place(place.mean, np.zeros(4, np.bool_))
    assert "no district clearly gains or loses" in map_sentence(
        panel_of(TWO), {1: still}, Measure("m", "", ""), "FY2036"
    )


SURGE = {"baseline": "No shock", "surge": "A surge", "calm_too": "Nothing"}


def shocked(paid: Array, owed: Array) -> Panel:
    return panel_of(("Current law", "A bill's"), state_cost=paid, entitlement=owed)


def test_cost_is_said_not_to_rise_only_where_more_is_owed_and_none_of_it_paid() -> None:
    calm = shocked(flat(40e6, 50e6), flat(40e6, 50e6))
    capping = {"baseline": calm, "surge": shocked(flat(40e6, 50e6), flat(40e6, 70e6)), "calm_too": calm}
    assert capped(capping, 1)
    assert moving(capping, 1) == ["surge"]
    assert stress_sentence(capping, 1, SURGE).startswith(
        "Under a bill's cost cannot rise: the appropriation caps it; $20.0M goes unpaid in the worst year under a surge"
    )
    paying = {"baseline": calm, "surge": shocked(flat(40e6, 60e6), flat(40e6, 70e6))}
    assert not capped(paying, 1)
    assert stress_sentence(paying, 1, SURGE).startswith("A bill's costs $10.0M a year more under a surge")
    still = {"baseline": calm, "calm_too": calm}
    assert not capped(still, 1)
    assert stress_sentence(still, 1, SURGE) == "No scenario makes a bill's clearly dearer than $50.0M a year"


def test_the_tornado_names_the_steadiest_factor_whose_interval_leaves_zero_out() -> None:
    def rows(low: float) -> pd.DataFrame:
        shared = {"of": "level", "formula": "aligned", "outcome": "concentrators_taught"}
        return pd.DataFrame(
            [
                {"factor": "staffing.turnover", "rank_correlation": -0.6, "low": -0.8, "high": -0.4, **shared},
                {"factor": "staffing.wages", "rank_correlation": 0.9, "low": low, "high": 0.95, **shared},
            ]
        )

    titles = {"aligned": "LESC's aligned formula"}
    assert sentence(rows(-0.1), titles) == (
        "Concentrators taught fall most steadily with staffing: turnover (rank correlation -0.60)"
    )
    assert sentence(rows(0.1), titles).startswith("Concentrators taught rise most steadily with staffing: wages")


def test_what_targets_tell_of_parameters_is_counted() -> None:
    assert parameters_sentence(["staffing.turnover", "costs.level"], [0.5, 0.95]) == (
        "The targets narrow turnover most, to 50% of its prior's spread; 1 of 2 parameters keep 90% or more"
    )


def test_a_figure_names_a_scenario_by_its_title_and_once() -> None:
    calm = shocked(flat(40e6, 50e6), flat(40e6, 50e6))
    panels = {"baseline": calm, "surge": shocked(flat(40e6, 60e6), flat(40e6, 70e6))}
    assert stress_sentence(panels, 1, SURGE).endswith("; $10.0M goes unpaid in the worst year, $0 without a shock")
    assert stress_sentence(panels, 1, SURGE).count("a surge") == 1
    assert shortfall_sentence(panels, [0, 1], SURGE) == (
        "A bill's leaves most unpaid: $10.0M in the worst year under a surge ($10.0M to $10.0M), $0 without a shock"
    )
    assert condition(SURGE, "baseline") == "without a shock"
    assert condition({"covid": "COVID-19 again"}, "covid") == "under COVID-19 again"
