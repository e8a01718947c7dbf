"""Measures of a probe by hand, and the rule by which it is judged."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_probes import check_of, probe_of

from sim.report.probes.tables import standing_text
from sim.study.probes.history import History
from sim.study.probes.measures import Changes, Group, OfClusters, OfDistricts, OfState
from sim.study.probes.schema import CURRENT_LAW, Check
from sim.study.probes.verdict import Finding, judge, net


class Districts(SimpleNamespace):
    def __len__(self) -> int:
        return len(self.membership)


def history_of(**columns: list[list[float]]) -> History:
    """One draw of four districts over some years; ``columns`` by year and district."""
    districts = Districts(
        membership=np.array([50.0, 50.0, 400.0, 400.0]),
        total_membership=np.array([150.0, 150.0, 1200.0, 1200.0]),
        locale=("rural", "town", "rural", "city"),
    )
    world = SimpleNamespace(districts=districts, clusters=SimpleNamespace(high_cost_share=np.array([1.0, 0.5, 0.0])))
    history = History(world)  # type: ignore[arg-type]
    for year in range(len(next(iter(columns.values())))):
        given = {name: np.array([values[year]]) for name, values in columns.items()}
        history.districts.append({"spending": np.ones((1, 4)), **given})
    return history


def test_columns_of_the_state_are_summed_and_divided() -> None:
    history = history_of(spending=[[1.0] * 4])
    history.state.append(
        {"first_sections": np.array([6.0]), "second_sections": np.array([3.0]), "sites": np.array([2.0])}
    )
    measure = OfState(column=("first_sections", "second_sections"), per=("sites",))
    assert measure.values(history).tolist() == [[4.5]]


def test_high_cost_fields_count_by_the_share_of_a_cluster_that_they_cover() -> None:
    history = history_of(spending=[[1.0] * 4])
    history.clusters.append({"sections": np.array([[2.0, 4.0, 4.0]])})
    assert OfClusters(column="sections", take="high_cost_share").values(history).tolist() == [[0.4]]


def test_totals_of_a_group_and_beside_another() -> None:
    history = history_of(pathways=[[1.0, 2.0, 3.0, 5.0]], membership=[[10.0, 10.0, 10.0, 10.0]])
    small, large = Group(members=(0, 100)), Group(members=(100,))
    assert OfDistricts(column="pathways", group=small, take="total").values(history).tolist() == [[3.0]]
    assert OfDistricts(column="pathways", group=small, beside=large, take="total").values(history).tolist() == [[0.375]]
    rural = Group(locales=("rural",))
    assert OfDistricts(column="pathways", per="membership", group=rural, take="total").values(history).tolist() == [
        [0.2]
    ]
    nobody = Group(pupils=(5_000,))
    assert np.isnan(OfDistricts(column="pathways", per="membership", group=nobody, take="total").values(history)).all()


def test_quantiles_and_shares_are_of_districts_relative_to_their_own_start() -> None:
    history = history_of(spending=[[10.0, 10.0, 20.0, 0.0], [0.0, 5.0, 20.0, 7.0]])
    below = OfDistricts(column="spending", relative=True, take="below", at=0.6)
    assert below.values(history)[0, 1] == pytest.approx(2.0 / 3.0), "a district without a start is left out"
    median = OfDistricts(column="spending", relative=True, take="quantile", at=0.5)
    assert median.values(history)[0].tolist() == [1.0, 0.5]
    parts = ({"group": {"members": [0, 100]}, "share": 0.2}, {"group": {"members": [100]}, "share": 0.8})
    weighed = OfDistricts.model_validate({**below.model_dump(), "parts": parts})
    assert weighed.values(history)[0, 1] == pytest.approx(0.2), "each part counts by its share"


def test_saturated_districts_are_told_by_the_year() -> None:
    history = history_of(
        leaving_cte=[[1.0, 2.0, 3.0, 4.0]], incoming=[[10.0] * 4], unserved_share=[[0.0, 0.2, 0.0, 0.0]],
        larger_classes=[[0.0, 0.0, 0.1, 0.0]], upkeep_put_off=[[0.0] * 4],
    )  # fmt: skip
    standard = {"unserved_share": 0.05, "larger_classes": 0.01, "upkeep_put_off": 0.01}
    for saturated, share in ((True, 0.25), (False, 0.25)):
        measure = OfDistricts.model_validate(
            {
                "column": "leaving_cte", "per": "incoming", "take": "total",
                "group": {"saturated": saturated, "standard": standard},
            }
        )  # fmt: skip
        assert measure.values(history).tolist() == [[share]]


def test_changes_are_over_the_half_sum_and_pooled_over_years() -> None:
    history = history_of(instructors=[[2.0, 2.0, 10.0, 0.0], [1.0, 3.0, 9.0, 0.0], [1.0, 3.0, 9.0, 0.0]])
    taken = {take: Changes(column="instructors", take=take).values(history)[0] for take in _TAKES}
    first = np.array([-1.0 / 1.5, 1.0 / 2.5, -1.0 / 9.5])
    assert taken["sd"][1] == pytest.approx(first.std())
    assert taken["sd"][2] == pytest.approx(np.concatenate([first, np.zeros(3)]).std())
    assert taken["created"][1] == pytest.approx(1.0 / 14.0)
    assert taken["destroyed"][1] == pytest.approx(2.0 / 14.0)
    assert taken["destroyed"][2] == pytest.approx(2.0 / 27.0)
    assert taken["turnover"][1] == pytest.approx(1.5 / 14.0)
    assert taken["lumps"][1] == pytest.approx(0.5), "one of the two that went, went in a cut beyond a fifth"
    assert np.isnan(taken["sd"][0])


_TAKES = ("sd", "created", "destroyed", "turnover", "lumps")


TWO_DRAWS = {
    CURRENT_LAW: np.array([[100.0, 100.0, 200.0], [10.0, 10.0, 20.0]]),
    "double": np.array([[100.0, 110.0, 240.0], [10.0, 12.0, 22.0]]),
    "other": np.array([[100.0, 120.0, 280.0], [10.0, 14.0, 24.0]]),
}


@pytest.mark.parametrize(
    ("changes", "years", "wanted"),
    [
        ({}, (2,), [1.2, 1.1]),
        ({}, (1, 2), [350.0 / 300.0, 34.0 / 30.0]),
        ({"compare": "difference"}, (2,), [40.0, 2.0]),
        ({"compare": "level"}, (2,), [240.0, 22.0]),
        ({"compare": "level", "since": 0}, (2,), [2.4, 2.2]),
        ({"since": 1}, (2,), [240.0 / 110.0 / 2.0, 22.0 / 12.0 / 2.0]),
        ({"compare": "share_of_gain", "gain": "other"}, (2,), [0.5, 0.5]),
    ],
)
def test_a_number_is_taken_draw_by_draw(changes: dict[str, Any], years: tuple[int, ...], wanted: list[float]) -> None:
    assert net(check_of(**changes), TWO_DRAWS, years).tolist() == pytest.approx(wanted)


def test_of_several_years_the_worst_is_judged() -> None:
    series = {**TWO_DRAWS, "double": np.array([[100.0, 110.0, 250.0], [10.0, 11.0, 25.0]])}
    found = judge(probe_of(), check_of(years=[1, 2], each=True, least=1.0), series)
    assert (found.years, found.value, found.standing) == ((1,), pytest.approx(1.1), "holds")
    found = judge(probe_of(), check_of(years=[1, 2], each=True, most=1.2, least=None), series)
    assert (found.years, found.value, found.standing) == ((2,), pytest.approx(1.25), "fails")
    assert found.path.tolist() == pytest.approx([1.1, 1.25])


@pytest.mark.parametrize(
    ("changes", "standing", "passes"),
    [
        ({"least": 1.0, "most": 1.2}, "holds", True),
        ({"least": 1.2}, "fails", False),
        ({"least": None}, "shown", False),
        ({"least": None, "near": 1.1, "within": 0.06}, "holds", True),
        ({"least": None, "near": 1.1, "within": 0.03}, "within twice", False),
        ({"least": None, "near": 1.1, "within": 0.03, "expected": "within_twice"}, "within twice", True),
        ({"least": None, "near": 1.1, "within": 0.02, "expected": "within_twice"}, "fails", False),
    ],
)
def test_a_median_is_held_against_its_range(changes: dict[str, Any], standing: str, passes: bool) -> None:
    found = judge(probe_of(), check_of(**changes), TWO_DRAWS)
    assert (found.standing, found.passes) == (standing, passes)


def test_what_is_not_defined_in_any_draw_is_no_pass() -> None:
    nothing = {name: 0.0 * values for name, values in TWO_DRAWS.items()}
    found = judge(probe_of(), check_of(), nothing)
    assert (found.standing, found.passes) == ("cannot be told", False)


def test_a_probe_is_as_good_as_its_checks_and_what_is_not_expected_fails_nothing() -> None:
    probe = probe_of()

    def verdict(*checks: Check) -> str:
        return Finding(probe, tuple(judge(probe, check, TWO_DRAWS) for check in checks)).verdict

    good, bad, shown = check_of(), check_of(least=2.0), check_of(least=None)
    waiting = check_of(least=2.0, expected="not_yet")
    assert verdict(good, shown) == "holds"
    assert verdict(good, bad) == "fails"
    assert verdict(good, waiting) == "holds in part"
    assert verdict(waiting) == "not yet"
    assert verdict(waiting, bad) == "fails"
    assert standing_text(judge(probe, waiting, TWO_DRAWS)) == "not yet"
    assert standing_text(judge(probe, check_of(expected="not_yet"), TWO_DRAWS)) == "holds already"
