"""The order of formulas, on draws in which the right answer is known; and the words that tell of it."""

from typing import Any

import numpy as np
import pytest
from sweeping import inputs_of

from sim.arrays import Array
from sim.report.sensitivity.order import order_lines, verdict
from sim.study.sensitivity.numbers import uncertain_numbers
from sim.study.sensitivity.ranking import (
    CRITERIA,
    Ranking,
    by_concentrators,
    by_cost,
    order_target,
    proportion,
    rank,
    ranking_frame,
)
from sim.study.sensitivity.shares import Shares, shares_design

NUMBERS = uncertain_numbers(inputs_of())[:3]
FORMULAS = ("current", "bill", "other")
MOST, CHEAPEST = CRITERIA


def design_of(base: int = 512) -> Shares:
    return shares_design(NUMBERS, (), base, 0)


def table_of(design: Shares, bill: Array | float, other: Array | float = 5.0) -> dict[tuple[str, str], Array]:
    ones = np.ones(len(design.cube))
    found = {("current", "concentrators_taught"): 0.0 * ones, ("bill", "concentrators_taught"): bill * ones}
    found["other", "concentrators_taught"] = other * ones
    for formula, cost in zip(FORMULAS, (10.0, 12.0, 11.0), strict=True):
        found[formula, "state_cost"] = cost * ones
    return found


def ranked(bill: Array | float, design: Shares, other: Array | float = 5.0) -> Ranking:
    return rank(MOST, design, table_of(design, bill, other), FORMULAS, "current")


def columns(*rows: tuple[float, float]) -> Any:
    return {
        **{(name, "concentrators_taught"): np.array([row[0]]) for name, row in zip("bcdefg", rows, strict=False)},
        **{(name, "state_cost"): np.array([row[1]]) for name, row in zip("bcdefg", rows, strict=False)},
    }


def test_more_concentrators_come_first_and_a_tie_goes_by_the_order_of_formulas() -> None:
    table = columns((3.0, 0.0), (5.0, 0.0), (3.0, 0.0))
    assert by_concentrators(table, "bcd", "b")[:, 0].tolist() == [1, 0, 2]


def test_a_cheap_concentrator_comes_before_a_dear_one_and_none_at_all_comes_last() -> None:
    # b is the baseline; c adds 10 for 100, d adds 5 for 25, e adds 2 and saves, f adds 8 and saves less, g loses.
    table = columns((50.0, 1000.0), (60.0, 1100.0), (55.0, 1025.0), (52.0, 400.0), (58.0, 999.0), (49.0, 0.0))
    places = by_cost(table, "cdefg", "b")[:, 0].tolist()
    assert dict(zip("cdefg", places, strict=True)) == {"f": 0, "e": 1, "d": 2, "c": 3, "g": 4}


def test_a_number_that_turns_the_order_is_found_and_named() -> None:
    """The bill is ahead unless the second number lies in its highest third."""
    design = design_of()
    found = ranked(np.where(design.cube[:, 1] < 2 / 3, 6.0, 4.0), design)
    assert (found.leader, found.runner_up) == ("bill", "other")
    assert found.holds("bill")[0] == pytest.approx(2 / 3, abs=0.01)
    assert found.places.sum(axis=0).tolist() == pytest.approx([1, 1, 1])
    first = found.flips[0]
    assert first.number.name == NUMBERS[1].name
    assert [third.share for third in first.thirds] == [1.0, 1.0, 0.0]
    assert first.changes_the_answer
    assert [third.most_often for third in first.thirds] == ["bill", "bill", "other"]
    assert not any(flip.changes_the_answer for flip in found.flips[1:])
    told = verdict(found)
    assert "bill is first in 67% (" in told
    assert "The answer depends on one number" in told
    assert f"with '{NUMBERS[1].label}' in its highest third other is first most often, and bill in 0%" in told


def test_an_order_that_holds_everywhere_is_told_as_such() -> None:
    design = design_of()
    found = ranked(np.where((design.cube[:, 0] > 0.9) & (design.cube[:, 1] > 0.5), 4.0, 6.0), design)
    told = verdict(found)
    share = found.holds("bill")[0]
    assert f"bill is first in {share:.0%}" in told
    assert "No single number changes that: in each third of each of the 3 it is first most often" in told
    flip = found.flips[0]
    assert flip.number.name == NUMBERS[0].name
    assert flip.clear
    assert f"with '{flip.number.label}' in its highest third bill is first in {flip.thirds[2].share:.0%}" in told


def test_where_the_first_place_is_decided_the_second_is_looked_at() -> None:
    design = design_of()
    found = ranked(9.0, design, other=np.where(design.cube[:, 2] < 1 / 3, -1.0, 5.0))
    assert (found.decided, found.contested) == (("bill",), 1)
    assert (found.leader, found.runner_up) == ("other", "current")
    assert found.flips[0].number.name == NUMBERS[2].name
    assert [third.share for third in found.flips[0].thirds] == [0.0, 1.0, 1.0]
    told = verdict(found)
    assert told.startswith(
        "bill is first in all 1,024 draws (at least 99.7% of cases): no uncertain number changes that. other is second"
        " in 67% ("
    )
    assert f"with '{NUMBERS[2].label}' in its lowest third current is second most often" in told


def test_an_order_that_never_changes_is_told_in_one_sentence() -> None:
    found = ranked(9.0, design_of(64))
    assert (found.decided, found.leader, found.runner_up) == ((), "bill", "other")
    assert verdict(found) == "bill is first in 100% (98% to 100%) of draws. No uncertain number changes that."
    assert not any("third of its distribution" in line for line in order_lines(found, []))


def test_a_coin_toss_is_too_near_to_tell_and_no_number_is_blamed() -> None:
    design = design_of(128)
    luck = np.random.default_rng(0).random(int(design.replicates.max()) + 1)[design.replicates[:, 0]]
    found = ranked(np.where(luck < 0.51, 6.0, 4.0), design)
    told = verdict(found)
    assert "is too near to tell them apart" in told
    assert "The answer depends on" not in told
    assert "No single number changes that by more than these draws alone might." in told


def test_draws_are_those_of_the_sample_alone() -> None:
    """Points in which one factor was exchanged are no independent draws, and must not count."""
    design = design_of(64)
    bill = np.full(len(design.cube), 4.0)
    bill[design.sample] = 6.0
    assert ranked(bill, design).holds("bill")[0] == 1.0


def test_what_decides_an_order_is_the_lead_or_whether_there_is_one() -> None:
    design = design_of(64)
    table = table_of(design, 6.0 + design.cube[:, 0])
    by_most = rank(MOST, design, table, FORMULAS, "current")
    assert order_target(by_most, table).values == pytest.approx(1.0 + design.cube[:, 0])
    by_price = rank(CHEAPEST, design, table, FORMULAS, "current")
    assert by_price.formulas == ("bill", "other")
    # The bill costs 2 for 6 to 7, the other 1 for 5.
    assert by_price.leader == "other"
    assert set(order_target(by_price, table).values) == {1.0}


def test_the_lines_show_the_shares_of_every_place_and_of_every_third() -> None:
    design = design_of()
    found = ranked(np.where(design.cube[:, 1] < 2 / 3, 6.0, 4.0), design)
    lines = order_lines(found, ["  (what decides)"])
    assert max(map(len, lines)) <= 120
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("  ") and "%" in line}
    assert rows["bill"] == ["67%", "33%", "0%"]
    assert rows["other"] == ["33%", "67%", "0%"]
    assert rows["current"] == ["0%", "0%", "100%"]
    assert any(line.split()[:4] == ["100%", "100%", "0%", "-100"] for line in lines)
    frame = ranking_frame([found])
    places = frame[frame["of"] == "place"]
    assert len(places) == 9
    assert places.groupby("formula")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    assert len(frame[frame["of"] == "place_by_third"]) == 9


def test_a_proportion_has_an_interval_at_its_ends_too() -> None:
    assert proportion(0, 100) == pytest.approx((0.0, 0.0, 0.02634), abs=1e-4)
    assert proportion(100, 100) == pytest.approx((1.0, 0.97366, 1.0), abs=1e-4)
    assert proportion(50, 100) == pytest.approx((0.5, 0.4188, 0.5812), abs=1e-3)


def test_an_order_needs_two_formulas() -> None:
    design = design_of(8)
    with pytest.raises(ValueError, match="two formulas"):
        rank(CHEAPEST, design, table_of(design, 6.0), ("current", "bill"), "current")
