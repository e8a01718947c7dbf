"""Hindcasts net of their placebo: verdicts, directions, ranges that are known, and starts of a case's own."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from judged import judged_settings
from simulated import differences, new_mexico

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.report.generated_docs.hindcast_cases import keys_markdown
from sim.report.hindcast.files import write_hindcast
from sim.report.hindcast.tables import fact_text
from sim.study.hindcast.case import Case, case_folder, read_case, read_cases
from sim.study.hindcast.measures import NAMED
from sim.study.hindcast.net import fact_net_of, net_of_placebo
from sim.study.hindcast.outcomes import Fact, Outcome, Range
from sim.study.hindcast.running import Paths, Task, facts, run_case, run_with_placebo
from sim.study.hindcast.study import hindcast, read_materials
from sim.study.hindcast.verdict import direction_of, judge, median_bounds
from sim.study.hindcast.worlds import kept_bounds, main_shares, refuse_impossible_start
from sim.study.setup.settings import Settings


def settings_for(cases: list[str], **changes: Any) -> Settings:
    return judged_settings("hindcast", cases, **changes)


def outcome(**changes: Any) -> Outcome:
    written = {
        "name": "made_up",
        "label": "made up",
        "measure": "concentrators",
        "stands_for": "a count",
        "start": 100.0,
        "observed": {2001: 150.0},
        "tolerance": 0.1,
        "use": "held_out",
        "confidence": "high",
    }
    return Outcome.model_validate({**written, **changes})


def series(draws: Array) -> Array:
    """A start of 1 and a year after it."""
    return np.stack([np.ones_like(draws), draws], axis=1)


def case_of(name: str, *outcomes: Outcome, **changes: Any) -> Case:
    """A shipped case with outcomes of the test's own."""
    return read_cases((name,))[0].model_copy(update={"outcomes": outcomes, **changes})


def paths_of(case: Case, replicates: tuple[int, ...] = (0, 1)) -> Paths:
    return run_with_placebo(Task(case, new_mexico(), load_catalogue(), 5, replicates, "prior"))


# ---- what is judged


def test_a_case_that_only_drifts_does_not_agree_and_says_so() -> None:
    drift = np.linspace(1.4, 1.6, 101)
    judgement = judge(outcome(), series(drift), 2000, series(drift))
    assert judgement.as_it_is == "agrees"
    assert judgement.verdict == "does not agree"
    assert judgement.remark == "agrees only as its placebo drifts"
    assert judgement.points[0].net.median == 1.0
    assert judgement.direction == "not told"
    assert judgement.skill == pytest.approx(0.0)


def test_drift_is_taken_out_of_a_ratio_and_luck_stays_in_its_band() -> None:
    drift = np.linspace(0.5, 0.9, 101)
    judgement = judge(outcome(), series(1.5 * drift), 2000, series(drift))
    assert judgement.as_it_is == "does not agree"
    assert judgement.verdict == "agrees"
    (point,) = judgement.points
    net, effect = point.net, point.effect
    assert (net.low, net.median, net.high) == pytest.approx((1.5 * 0.52 / 0.7, 1.5, 1.5 * 0.88 / 0.7))
    assert (effect.low, effect.median, effect.high) == pytest.approx((1.5, 1.5, 1.5))
    assert point.placebo is not None
    assert point.placebo.median == pytest.approx(0.7)
    assert point.median == pytest.approx(1.05)


def test_a_record_of_no_change_that_the_placebo_meets_too_is_said_to_show_nothing() -> None:
    draws = np.linspace(0.98, 1.02, 101)
    judgement = judge(outcome(observed={2001: 100.0}), series(draws), 2000, series(draws))
    assert judgement.verdict == "agrees"
    assert judgement.remark == "so does the placebo, with the law unchanged"
    assert judgement.direction is None


def test_a_level_is_judged_as_it_is_and_a_share_of_districts_by_its_difference() -> None:
    draws, still = np.full(50, 0.4), np.full(50, 0.1)
    level = outcome(compare="level", start=None, observed={2001: 0.4})
    assert judge(level, series(draws), 2000, series(still)).verdict == "agrees"
    share = outcome(compare="level", start=None, observed={2001: 0.4}, net="difference", unchanged={2001: 0.1})
    judgement = judge(share, series(draws), 2000, series(still))
    assert judgement.verdict == "agrees"
    assert judgement.points[0].net_fact.middle == pytest.approx(0.3)
    assert judge(share, series(draws), 2000, series(0.3 + still)).verdict == "does not agree"
    without = judge(share, series(draws), 2000, series(np.zeros(50)))
    assert without.remark == "agrees only if the record's own change without a law is not taken off"


def test_model_and_record_are_taken_net_alike() -> None:
    case, placebo = np.array([2.0, 3.0]), np.array([4.0, 0.0])
    np.testing.assert_array_equal(net_of_placebo(case, placebo, "ratio"), [0.5, np.nan])
    np.testing.assert_array_equal(net_of_placebo(case, placebo, "difference"), [-2.0, 3.0])
    np.testing.assert_array_equal(net_of_placebo(case, placebo, "none"), case)
    assert fact_net_of(Fact(1.0, 2.0), 0.5, "ratio") == (2.0, 4.0)
    assert fact_net_of(Fact(1.0, 2.0), None, "ratio") == (1.0, 2.0)
    assert fact_net_of(Fact(1.0, 2.0), 0.5, "difference") == (0.5, 1.5)


def test_a_direction_is_told_only_beyond_the_error_of_so_few_draws() -> None:
    around = np.linspace(0.9, 1.12, 40)  # median 1.01
    assert direction_of(Fact(1.5, 1.5), around, 1.0, 0.1) == "not told"
    assert direction_of(Fact(1.5, 1.5), 1.0 + np.linspace(0.005, 0.015, 40), 1.0, 0.1) == "right"
    assert direction_of(Fact(1.5, 1.5), 1.0 - np.linspace(0.005, 0.015, 40), 1.0, 0.1) == "wrong"
    assert direction_of(Fact(1.5, 1.5), np.array([1.4, 1.5, 1.6]), 1.0, 0.1) == "not told"
    assert direction_of(Fact(1.05, 1.05), around, 1.0, 0.1) is None
    assert direction_of(Fact(0.7, 1.0), around, 1.0, 0.1) is None


def test_the_bounds_of_a_median_hold_it_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    bounds = [median_bounds(rng.exponential(size=50)) for _ in range(400)]
    held = np.mean([low <= np.log(2.0) <= high for low, high in bounds])
    assert 0.93 <= held <= 0.99
    assert median_bounds(np.arange(3.0)) == (float("-inf"), float("inf"))


# ---- what is known


def test_ranges_and_one_sided_facts_by_hand() -> None:
    known = outcome(observed={2001: {"low": 70.0, "high": 100.0}, 2002: {"at_least": 110.0}, 2003: {"at_most": 90.0}})
    assert facts(known) == {2001: (0.7, 1.0), 2002: (1.1, float("inf")), 2003: (float("-inf"), 0.9)}
    assert [fact_text(fact) for fact in facts(known).values()] == ["0.70 to 1.00", "at least 1.10", "at most 0.90"]
    draws = np.linspace(0.8, 1.2, 101)
    values = np.stack([np.ones(101), draws, draws, draws], axis=1)
    points = judge(known, values, 2000, np.ones_like(values)).points
    assert [point.near for point in points] == [True, True, False]  # 1.0 within 10% of 1.1, not of 0.9
    assert all(point.inside for point in points)
    assert judge(outcome(observed={2001: {"at_least": 130.0}}), series(draws), 2000).points[0].inside is False


@pytest.mark.parametrize(
    "written",
    [{}, {"low": 1.0}, {"low": 2.0, "high": 1.0}, {"at_least": 1.0, "at_most": 2.0}, {"low": 1.0, "at_most": 2.0}],
)
def test_half_a_range_is_refused(written: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"write low and high, or at_least, or at_most|high must lie above low"):
        Range.model_validate(written)


# ---- what is run


def test_the_placebo_is_the_same_state_on_the_same_draws_with_the_law_unchanged() -> None:
    measured = outcome(measure="credentials", observed={2020: 100.0})
    case = case_of("virginia", measured)
    found = paths_of(case)
    assert found.placebo is not None
    changed, still = found.case["made_up"], found.placebo["made_up"]
    np.testing.assert_array_equal(changed[:, :3], still[:, :3])  # 2011 to 2013; the law begins in 2014
    assert (changed[:, -1] > 1.2 * still[:, -1]).all()
    without = paths_of(case_of("virginia", measured, laws=())).case["made_up"]
    np.testing.assert_array_equal(without, still)
    assert differences(run_case(Task(case, new_mexico(), load_catalogue(), 5, (0, 1), "prior")), found.case) == []


def test_what_is_fed_beside_the_law_befalls_the_placebo_only_if_the_case_says_so() -> None:
    volume = read_cases(("kansas_volume",))[0]
    alone = paths_of(volume)
    assert alone.placebo is not None
    assert (alone.case["volume"][:, -1] > 1.5 * alone.placebo["volume"][:, -1]).all()
    both = paths_of(volume.model_copy(update={"placebo": volume.placebo.model_copy(update={"shocks": True})}))
    assert both.placebo is not None
    assert (both.case["volume"][:, -1] < 1.2 * both.placebo["volume"][:, -1]).all()


def test_a_case_in_which_nothing_changes_is_its_own_placebo() -> None:
    still = case_of("virginia", outcome(measure="credentials", observed={2014: 100.0}), laws=())
    assert not still.has_placebo
    assert paths_of(still).placebo is None


def test_verdict_tables_and_data_show_the_placebo(tmp_path: Path) -> None:
    settings = settings_for(["virginia"])
    text = write_hindcast(hindcast(settings, read_materials(settings)), tmp_path, figures=False)
    assert "Judged as the ratio to the placebo." in text
    (row,) = pd.read_csv(tmp_path / "hindcast.csv").to_dict("records")
    assert row["net"] == "ratio"
    assert row["net_median"] == pytest.approx(row["median"] / row["placebo_median"], rel=0.05)
    header = (tmp_path / "hindcast.md").read_text(encoding="utf-8").splitlines()[0]
    assert "Placebo" in header


@pytest.mark.parametrize("word", NAMED)
def test_every_measure_that_has_a_word_is_a_number_in_every_year(word: str) -> None:
    values = MEASURED[word]
    assert values.shape == (2, 3)
    assert np.isfinite(values).all()
    assert (values >= 0.0).all()


def _measured() -> dict[str, Array]:
    named = tuple(outcome(name=word, measure=word, compare="level", start=None, observed={2013: 1.0}) for word in NAMED)
    return run_case(Task(case_of("virginia", *named, laws=()), new_mexico(), load_catalogue(), 5, (0, 1), "prior"))


MEASURED = _measured()


def test_measures_hang_together() -> None:
    per_member = MEASURED["participants"] * MEASURED["spending_per_member"]
    np.testing.assert_allclose(per_member / MEASURED["participants_per_member"], MEASURED["spending"])
    np.testing.assert_allclose(
        MEASURED["credentials_per_concentrator"] * MEASURED["concentrators"], MEASURED["credentials"]
    )
    assert (MEASURED["easy_share"] + MEASURED["hard_share"] < 1.0).all()
    assert (MEASURED["districts_with_exam"] <= MEASURED["districts_taking_part"]).all()


# ---- how it starts


def started(**start: Any) -> dict[str, float]:
    case = read_cases(("virginia",))[0]
    assert case.start is not None
    names = ("pass_rate", "easy_share", "hard_share", "credentials", "districts_taking_part")
    named = tuple(outcome(name=name, measure=name, compare="level", start=None, observed={2012: 1.0}) for name in names)
    case = case.model_copy(
        update={"outcomes": named, "laws": (), "start": type(case.start)(**{**case.start.model_dump(), **start})}
    )
    refuse_impossible_start(new_mexico(), case)
    found = run_case(Task(case, new_mexico(), load_catalogue(), 5, tuple(range(6)), "prior"))
    return {name: float(values[:, 0].mean()) for name, values in found.items()}


def test_a_case_may_start_with_its_own_pass_rate_tiers_and_share_of_districts() -> None:
    usual = started()
    rate = started(pass_rate=0.5)
    assert rate["pass_rate"] == pytest.approx(0.5, rel=0.03)
    assert rate["credentials"] == pytest.approx(usual["credentials"], rel=0.03)
    mix = started(tier_mix={1: 0.3, 2: 0.45, 3: 0.25})
    assert (mix["easy_share"], mix["hard_share"]) == pytest.approx((0.3, 0.25), abs=0.03)
    assert mix["credentials"] == pytest.approx(usual["credentials"])
    districts = len(new_mexico().districts)
    assert 0.5 <= started(districts_taking_part=0.5)["districts_taking_part"] / districts <= 0.6
    assert usual["districts_taking_part"] / districts > 0.8


def test_a_mix_of_tiers_that_no_cluster_could_make_is_refused() -> None:
    with pytest.raises(InputError, match=r"virginia\.yaml: start\.tier_mix: no such mix"):
        started(tier_mix={1: 1.0, 2: 0.0, 3: 0.0})
    with pytest.raises(ValueError, match="must sum to 1"):
        started(tier_mix={1: 0.5, 2: 0.3, 3: 0.1})


def test_main_shares_make_the_wanted_mix_by_hand() -> None:
    weights, shares = np.array([0.2, 0.5, 0.3]), np.array([0.3, 0.4, 0.3])
    low, high = kept_bounds(weights, shares)
    assert low <= high
    for drawn in (0.3, 0.6, 0.9):
        kept = main_shares(weights, shares, np.array([drawn])) * weights
        others = weights - kept
        np.testing.assert_allclose(kept + 0.5 * (others.sum() - others), shares)


# ---- what there is


def test_the_page_of_keys_names_every_key_with_its_meaning_and_every_word() -> None:
    page = keys_markdown()
    for model in (Case, Outcome, Range):
        for key, field in model.model_fields.items():
            assert f"| `{key}` |" in page, key
            assert field.description, key
    assert all(f"| `{word}` |" in page for word in NAMED)


def test_there_are_fifteen_cases_and_five_that_nothing_was_fitted_to() -> None:
    tested = [case for case in read_cases() if not case.untestable]
    assert len(tested) >= 15
    assert sum(all(each.use == "held_out" for each in case.outcomes) for case in tested) >= 5


def test_what_was_no_observation_is_not_held_against_the_model() -> None:
    cases = {case.name: case for case in read_cases()}
    assert facts(cases["arizona"].outcomes[0]) == {2012: (0.7, 1.0)}  # 0.70 was a forecast
    assert not any("minnesota" in name for name in cases)
    assert all(2024 not in each.judged_years for each in cases["michigan"].outcomes)  # interpolated


def test_a_case_of_ones_own_is_named_by_its_path_from_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    path = folder / "my_state.yaml"
    path.write_text((case_folder() / "virginia.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    settings = settings_for([str(path), "delaware"], draws=2)
    found = hindcast(settings, read_materials(settings)).findings
    assert [finding.case.name for finding in found] == ["my_state", "delaware"]
    assert found[0].judgements[0].points[0].placebo is not None
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        read_materials(settings_for([str(folder / "nowhere.yaml")]))


# ---- what is refused

GOOD = case_folder() / "kansas_bonus.yaml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("against: [2016,", "against: [2010, 2016,", "2010 is judged but not observed"),
        (
            "2014: 0.168, 2015: 0.164, 2016: 0.122, 2017: 0.138, 2018: 0.121}\n    contrast: {years: [2014,",
            "2009: 0.168, 2015: 0.164, 2016: 0.122, 2017: 0.138, 2018: 0.121}\n    contrast: {years: [2009,",
            "outcomes.1.observed.2009: lies before the start year 2012; allowed: 2012 and later; and 1 more: line 62 "
            "outcomes.1.contrast.years.0",
        ),
        ("{2013: 0.117,", "{2012: 0.142, 2013: 0.117,", "observed.2012: is the start year, where a ratio is 1"),
        ("{2013: 0.117,", "{2013: {low: 0.1},", "write low and high, or at_least, or at_most"),
        ("2014: 0.168, 2015: 0.164, 2016: 0.122, 2017: 0.138, 2018: 0.121}\n    contrast",
         "2014: {at_least: 1}, 2015: 0.164, 2016: 0.122, 2017: 0.138, 2018: 0.121}\n    contrast",
         "a contrast needs numbers; 2014 has a range"),
        ("measure: credentials_per_concentrator", "measure: credentials_per_concentrater",
         "did you mean 'credentials_per_concentrator'"),
        ("before: {}", "before: {}\nplacebo: {shocks: true}", "placebo.shocks: has no effect here"),
        ("before: {}", "before: {}\nplacebo: {indexed: true}", "placebo.indexed: has no effect here"),
        ("name: rate\n", "name: rate\n    net: none\n    unchanged: {2014: 1}\n", "unchanged: has no effect here"),
        ("name: rate\n", "name: rate\n    unchanged: {2030: 1}\n", "unchanged.2030: is not observed; allowed: 2013"),
        ("  year: 2012\n", "  year: 2012\n  tier_mix: {1: 0.5, 2: 0.5}\n", "write the shares of tiers 1, 2 and 3"),
    ],
)  # fmt: skip
def test_what_a_case_cannot_mean_is_told_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = GOOD.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "made_up.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_case(path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("made_up.yaml")
