"""Conditions that are planted are found, noise gives none, and a peeling is worked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from sim.study.discover.boxes import REPRODUCED, SIGNIFICANT, discover, quasi_p, telling
from sim.study.discover.points import Points, measured, points_of, whole
from sim.study.discover.prim import paste, peel

KINDS = ("calm", "slump", "surge", "boom")


def futures(size: int, seed: int, numbers: int = 20) -> tuple[Points, pd.DataFrame]:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.random((size, numbers)), columns=[f"x{place}" for place in range(numbers)])
    table["kind"] = random.choice(KINDS, size)
    return points_of(table, {"kind": KINDS}), table


def planted(table: pd.DataFrame) -> np.ndarray:
    """Inside: x3 above 0.7 in a slump or a surge."""
    return ((table["x3"] > 0.7) & table["kind"].isin(["slump", "surge"])).to_numpy()


def test_a_peeling_worked_by_hand() -> None:
    # Ten futures at 1 to 10, of which the last four are cases. A slice is a tenth, one future each time, and the one
    # at 1 holds none of the cases, as the next five: after six slices only cases are left.
    points = points_of(pd.DataFrame({"x": np.arange(1.0, 11.0)}), {})
    cases = np.arange(1, 11) > 6
    boxes = peel(points, cases, alpha=0.1, least=0.1)
    assert [float(box.low[0]) for box in boxes] == [-np.inf, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5]
    measures = [measured(box.holds(points), cases) for box in boxes]
    assert [measure.inside for measure in measures] == [10, 9, 8, 7, 6, 5, 4]
    assert [measure.hits for measure in measures] == [4] * 7
    assert measures[1].density == pytest.approx(4 / 9)
    assert measures[-1].told_apart == 1.0


def test_pasting_takes_back_what_was_cut_for_nothing() -> None:
    points = points_of(pd.DataFrame({"x": np.arange(1.0, 11.0)}), {})
    cases = np.arange(1, 11) > 6
    too_small = whole(points).with_limit(0, low=8.5, high=9.5)
    assert measured(too_small.holds(points), cases).inside == 1
    wider = paste(points, cases, too_small)
    assert wider.holds(points).tolist() == cases.tolist()
    assert wider.high[0] == np.inf


def test_quasi_p_is_the_binomial_tail_against_the_box_without_the_limit() -> None:
    # Without its limit the box is everything: 4 cases of 10. Inside are 5 points, 4 of them cases.
    points = points_of(pd.DataFrame({"x": np.arange(1.0, 11.0)}), {})
    box = whole(points).with_limit(0, low=5.5)
    p, q = 0.4, 0.6
    assert quasi_p(points, np.arange(1, 11) > 6, box, 0) == pytest.approx(5 * p**4 * q + p**5)


def test_a_planted_box_is_found_with_its_limits_and_holds_among_fresh_futures() -> None:
    points, table = futures(400, 1)
    fresh, fresh_table = futures(400, 2)
    flip = np.random.default_rng(3).random(400) < 0.05
    cases, fresh_cases = planted(table) ^ flip, planted(fresh_table) ^ np.roll(flip, 7)
    found = discover(points, cases, fresh, fresh_cases, 20, np.random.default_rng(0))
    assert found.tells
    assert {points.names[at] for at in found.box.limits} == {"x3", "kind"}
    assert found.box.low[3] == pytest.approx(0.7, abs=0.05)
    assert found.box.high[3] == np.inf
    assert found.box.kept[-1] == {KINDS.index("slump"), KINDS.index("surge")}
    assert all(
        limit.quasi_p <= SIGNIFICANT and limit.reproduction >= REPRODUCED for limit in found.limits if limit.kept
    )
    assert found.fresh.density > 2 * found.fresh.share


def test_the_numbers_of_a_box_are_the_readers_own_divisions() -> None:
    points, table = futures(200, 4)
    cases = planted(table)
    for box in peel(points, cases, telling(points, cases)):
        of = measured(box.holds(points), cases)
        assert of.coverage * of.cases == pytest.approx(of.hits)
        assert of.density * of.inside == pytest.approx(of.hits)
        assert of.density * of.mass == pytest.approx(of.coverage * of.share)
    assert measured(whole(points).holds(points), cases).density == cases.mean()


def test_in_noise_nothing_is_told() -> None:
    told = 0
    for seed in range(10):
        random = np.random.default_rng(100 + seed)
        points, fresh = futures(200, 200 + seed)[0], futures(200, 300 + seed)[0]
        cases, fresh_cases = random.random(200) < 0.3, random.random(200) < 0.3
        told += discover(points, cases, fresh, fresh_cases, 20, random).tells
    assert told <= binom.ppf(0.999, 10, SIGNIFICANT)


@pytest.mark.parametrize("cases", [0, 9, 192, 200])
def test_with_too_few_cases_or_others_nothing_is_looked_for(cases: int) -> None:
    points, _ = futures(200, 5)
    hits = np.arange(200) < cases
    found = discover(points, hits, points, hits, 20, np.random.default_rng(0))
    assert not found.searched
    assert not found.tells
    assert found.found.share == cases / 200


def test_a_tree_finds_the_same_box_and_its_leaves_hold_every_future_once() -> None:
    pytest.importorskip("sklearn")
    from sim.study.discover.tree import grown

    points, table = futures(400, 1)
    fresh, fresh_table = futures(300, 2)
    leaves = grown(points, planted(table), fresh, planted(fresh_table))
    assert sum(leaf.found.inside for leaf in leaves) == 400
    assert sum(leaf.found.hits for leaf in leaves) == planted(table).sum()
    assert sum(leaf.fresh.inside for leaf in leaves) == 300
    assert leaves[0].found.density > 0.95
    asked = {points.names[question.dimension] for leaf in leaves for question in leaf.questions}
    assert asked <= {"x3", "kind"}
