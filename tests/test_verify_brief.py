"""LESC's comparison on simulated schools: what is laid where, the two rules, and the test."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from simulated import new_mexico, new_mexico_ensemble

from sim.arrays import district_total
from sim.inputs import InputError
from sim.report.hindcast.verify_brief import write_verification
from sim.study.hindcast import verify_brief as verifying
from sim.study.hindcast.brief_schools import (
    Rule,
    cte_excess,
    on_schools,
    own_money_share,
    rules_of,
    simulated_schools,
    size_background,
)
from sim.study.hindcast.verify_brief import LAYERS, verify_brief
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
