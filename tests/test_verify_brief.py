"""LESC's comparison on simulated schools: what is laid where, the two rules, and the test."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from simulated import new_mexico, new_mexico_ensemble

from sim.arrays import district_total, state_total
from sim.engine.ensemble import prepare
from sim.inputs import InputError
from sim.report.hindcast.verify_brief import write_verification
from sim.study.hindcast import verify_brief as verifying
from sim.study.hindcast.brief_parts import (
    CTE_PARTS,
    OWN_PARTS,
    PARTS,
    TASTES,
    cost_parts,
    second_course_cost,
    split,
    with_tastes_alike,
)
from sim.study.hindcast.brief_schools import (
    Rule,
    cte_excess,
    on_schools,
    own_money_share,
    rules_of,
    simulated_schools,
    size_background,
)
from sim.study.hindcast.verify_brief import LAYERS, Verification, verify_brief
from sim.study.setup.settings import Settings, read_settings


def settings_for(**changes: Any) -> Settings:
    plain = {
        "study": {"name": "verify_brief"},
        "world": {"path": None},
        "horizon": 30,
        "draws": 4,
        "seed": 3,
        "chunk": 4,
        "workers": 1,
        "uncertainty": "prior",
        "cost_neutral": None,
        "report": True,
    }
    return read_settings({**plain, **changes})


def test_what_is_laid_on_schools_is_what_their_district_has() -> None:
    ensemble = new_mexico_ensemble(2, 1)
    schools, state = simulated_schools(ensemble.world), ensemble.state
    laid = on_schools(schools, state.taught, state.sites)
    back = np.zeros_like(state.taught)
    np.add.at(back, (slice(None), schools.district), laid)
    assert np.allclose(back, state.taught)
    offering = (laid > 0).sum(axis=1)
    assert (offering <= state.sites.sum(axis=1)).all()
    beyond = schools.rank[:, np.newaxis] >= state.sites[:, schools.district]
    assert (laid[beyond] == 0).all()
    first, second = schools.members[:-1], schools.members[1:]
    assert (first >= second)[schools.district[:-1] == schools.district[1:]].all()


def test_pathways_cost_what_the_bill_of_their_district_says() -> None:
    ensemble = new_mexico_ensemble(2, 1)
    bill, state = ensemble.base.bill, ensemble.state
    excess = cte_excess(ensemble)
    # The year's spending ratio is known when its books close, and is that of the state at its end. What a district pays
    # to run CTE at all is in its bill and is no pathway's.
    program = ensemble.base.conditions.costs.program * state.counts.offering
    assert np.allclose(district_total(excess) + program, bill.instruction + state.spending_ratio * bill.flexible)
    share = own_money_share(ensemble, excess)
    assert ((share >= 0) & (share <= 1)).all()


def test_the_rules_are_the_brief_s() -> None:
    powerhouse, specialist = rules_of(new_mexico())
    members = np.array([100.0, 100.0, 4000.0, 4000.0])
    assert powerhouse.holds(np.array([[25.0, 25.1, 499.0, 500.0]]), members).tolist() == [[False, True, False, True]]
    assert specialist.holds(np.array([[11.0, 11.1, 199.0, 200.0]]), members).tolist() == [[False, True, False, True]]
    assert (powerhouse.observed, specialist.observed) == (905, 1592)
    assert powerhouse.implied_error == pytest.approx(644, abs=1)


def test_what_small_districts_cost_more_meets_the_published_means() -> None:
    world = new_mexico()
    background, size = size_background(world), world.districts.total_membership
    small = size <= 200
    assert np.average(background, weights=size) == pytest.approx(13_900)
    assert np.average(background[small], weights=size[small]) == pytest.approx(26_100, rel=1e-6)
    assert (np.diff(background[np.argsort(size)]) <= 1e-9).all()
    large = replace(world, districts=replace(world.districts, total_membership=size + 1000.0))
    assert (size_background(large) == 13_900).all()


def test_the_test_is_welch_s_one_tailed_among_schools_with_a_pathway() -> None:
    spending = np.array([[5.0, 6.0, 9.0, 8.0, 100.0, 7.0]])
    group = np.array([[False, False, True, True, False, True]])
    offering = np.array([[True, True, True, True, False, True]])
    difference, chance = verifying._tested(spending, group, offering)
    assert difference[0] == pytest.approx(8.0 - 5.5)
    expected = ttest_ind([9.0, 8.0, 7.0], [5.0, 6.0], equal_var=False, alternative="greater").pvalue
    assert chance[0] == pytest.approx(expected)
    alone = np.array([[True, False, False, False, False, False]])
    assert np.isnan(verifying._tested(spending, alone, offering)[0]).all()


def test_a_group_without_schools_is_no_difference_and_no_crash() -> None:
    nobody = Rule("none", "None", 2.0, 1e9, 100.0, 0.05, False)
    assert not nobody.holds(np.ones((1, 3)), np.ones(3)).any()


def test_the_study_does_not_depend_on_chunks_and_is_written(tmp_path: Path) -> None:
    study = verify_brief(settings_for())
    other = verify_brief(settings_for(chunk=1))
    for one, two in zip(study.comparisons, other.comparisons, strict=True):
        assert np.array_equal(one.schools, two.schools)
        for layer in LAYERS:
            assert np.array_equal(one.difference[layer], two.difference[layer])
    text = write_verification(study, tmp_path)
    assert "$905" in text
    assert "$1,592" in text
    table = pd.read_csv(tmp_path / "verify_brief.csv")
    assert len(table) == 2 * len(LAYERS)
    assert (table.difference_p05 <= table.difference_median).all()
    assert (tmp_path / "figures" / "verify_brief.png").stat().st_size > 10_000


def test_a_longer_study_begins_with_the_draws_of_a_shorter() -> None:
    study, shorter = verify_brief(settings_for()), verify_brief(settings_for(draws=2))
    for one, two in zip(study.comparisons, shorter.comparisons, strict=True):
        for layer in LAYERS:
            assert np.array_equal(one.difference[layer][:2], two.difference[layer])
            assert np.array_equal(one.p[layer][:2], two.p[layer])


@pytest.mark.parametrize(
    ("districts", "told"),
    [
        ("n1,Northfield,1200,2\n", "these tables have 1 districts with 2 high schools, and it needs at least 2 with 4"),
        ("n1,Northfield,1200,1\nn2,Lakeside,300,1\n", "these tables have 2 districts with 2 high schools"),
        ("n1,Northfield,1200,2\nn2,Lakeside,300,1\nn3,Ashton,200,1\n", "schools with a pathway fall under the rule"),
    ],
)
def test_a_state_with_too_few_schools_to_compare_is_refused_in_one_line(
    districts: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "districts.csv").write_text(f"district,name,membership,high_schools\n{districts}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        verify_brief(settings_for(world={"path": str(tmp_path)}))
    assert str(caught.value).startswith("settings: world.path: study=verify_brief")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def study() -> Verification:
    return verify_brief(settings_for())


def test_ctes_parts_are_all_that_pathways_cost_beyond_ordinary_courses() -> None:
    ensemble = new_mexico_ensemble(2, 1)
    parts, excess = cost_parts(ensemble), cte_excess(ensemble)
    assert np.allclose(sum(parts.values()), excess)
    # Over the state what fields cost and what classes cost are the means that students are counted at.
    scale = np.abs(excess).sum(axis=(-2, -1))
    for part in ("costly_fields", "small_classes"):
        assert np.allclose(parts[part].sum(axis=(-2, -1)) / scale, 0.0, atol=1e-12), part
    enrolled = ensemble.base.schooling.enrolled
    second = second_course_cost(ensemble).sum(axis=(-2, -1)) / enrolled.second.sum(axis=(-2, -1))
    first = (excess - second_course_cost(ensemble)).sum(axis=(-2, -1)) / enrolled.first.sum(axis=(-2, -1))
    assert (second > first).all(), "a second course has fewer students"
    assert np.allclose(parts["second_courses"], (second - first)[:, np.newaxis, np.newaxis] * enrolled.second)


def test_the_parts_of_a_difference_add_up_to_the_brief_s_comparison_in_every_draw(study: Verification) -> None:
    for comparison in study.comparisons:
        usual = study.splits[comparison.rule.name]["as_it_is"]
        assert np.array_equal(usual.schools, comparison.schools)
        for layer, parts in (
            ("cte_all_funds", CTE_PARTS),
            ("cte_own_money", OWN_PARTS),
            ("with_size", (*OWN_PARTS, "size")),
            ("with_everything", tuple(PARTS)),
        ):
            assert np.allclose(usual.total(parts), comparison.difference[layer]), layer
        assert (usual.counted > 0).all()


def test_worlds_differ_in_one_thing(study: Verification) -> None:
    assert (study.recoded == 0).all()  # so that the schools as they are have no recoded concentrators to leave out
    for by in study.splits.values():
        usual, recut, alike = by["as_it_is"], by["recut"], by["tastes_alike"]
        assert (recut.schools > usual.schools).all(), "more students count at every school"
        assert not np.array_equal(alike.parts["taking_part"], usual.parts["taking_part"])
    ensemble = new_mexico_ensemble(2, 1)
    parameters = with_tastes_alike(ensemble.parameters)
    for name in TASTES:
        group, key = name.split(".")
        assert (getattr(getattr(parameters, group), key) == 0).all()
    assert parameters.costs == ensemble.parameters.costs
    alike = prepare(ensemble.world, parameters, ensemble.current_law, 2026, range(2), 1)
    assert (alike.state.appeal == 0).all()
    assert (alike.state.leadership == 0).all()
    assert np.allclose(state_total(alike.state.taught), state_total(ensemble.state.taught), rtol=0.01)
    assert np.array_equal(alike.state.counts.membership, ensemble.state.counts.membership)


def test_a_split_by_hand() -> None:
    parts = {part: np.array([[1.0, 2.0, 3.0, 100.0]]) * (number + 1) for number, part in enumerate(PARTS)}
    group, among = np.array([[False, True, True, False]]), np.array([[True, True, True, False]])
    assert np.isnan(split(parts, group, among, np.full((1, 4), 0.5)).parts["size"]).all()  # one school is no other side
    among = np.array([[True, True, True, True]])
    found = split(parts, group, among, np.array([[0.1, 0.3, 0.5, 0.1]]))
    assert found.parts["taking_part"] == pytest.approx([2.5 - 50.5])
    assert found.counted == pytest.approx([0.3])
    assert found.total() == pytest.approx((2.5 - 50.5) * sum(range(1, len(PARTS) + 1)))


def test_the_page_says_what_the_model_makes_and_its_sums_are_those_of_their_rows(
    study: Verification, tmp_path: Path
) -> None:
    write_verification(study, tmp_path)
    page = (tmp_path / "verify_brief.md").read_text(encoding="utf-8")
    assert "Of $905 the model makes" in page
    assert "Of $1,592 the model makes" in page
    table = pd.read_csv(tmp_path / "brief_parts.csv")
    for _, rows in table.groupby(["rule", "world"], sort=False):
        added = rows.difference_mean.where(~rows["sum"], 0.0).cumsum()
        assert np.allclose(rows.difference_mean[rows["sum"]], added[rows["sum"]], rtol=1e-4, atol=0.01)
    assert (tmp_path / "figures" / "brief_parts.png").stat().st_size > 10_000
