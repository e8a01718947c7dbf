"""The checks of a calibration, each on a case whose answer is known, and on one that it must catch."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, norm

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.parameters.posterior import STORED
from sim.report.assessment.files import write_assessment
from sim.report.assessment.tables import tables
from sim.report.assessment.words import answer, believed, short_answer
from sim.states.folder import targets_path
from sim.study.assessment.discrepancy import GRID, discrepancies, sigma_from_others, with_discrepancy
from sim.study.assessment.evidence import (
    CASE_OF,
    STATE_OF,
    Evidence,
    evidence_of,
    nothing_changes,
    state_of,
    straight_line,
)
from sim.study.assessment.forecasts import below, forecasts_of, inside, misfit, two_sided, with_tolerance
from sim.study.assessment.power_scaling import cjs, scaled, sensitivity
from sim.study.assessment.race import (
    DISCREPANT,
    LINE,
    MODEL,
    NOTHING,
    PRIOR,
    UNDECIDED,
    Entrant,
    bias_by_size,
    entrants,
    heat,
    heats,
    spread_of_others,
)
from sim.study.assessment.ranks import BINS, LIKELIHOOD, RankTest, rank_tests, ranks_of_truths
from sim.study.assessment.scores import (
    Interval,
    case_means,
    crps_of_normal,
    crps_of_sample,
    log_error,
    over_cases,
    skill_over_cases,
    slope_over_cases,
)
from sim.study.assessment.study import Assessment, assess, read_materials
from sim.study.calibration.emulating import Emulator
from sim.study.calibration.stored import read_waves
from sim.study.calibration.study import prior_points
from sim.study.calibration.targets import Measure, read_targets
from sim.study.hindcast.case import read_cases
from sim.study.hindcast.kinds import CHURN, ENDING, KIND_OF, OTHER, kind_of
from sim.study.hindcast.measures import NAMED
from sim.study.hindcast.schema import Outcome
from sim.study.setup.settings import Settings, read_settings

# Scores.


def test_the_score_of_a_normal_forecast_is_the_known_formula() -> None:
    # At its own mean: 2 phi(0) - 1 / sqrt(pi), twice the deviation twice as much; far away nearly the distance.
    known = 2.0 / np.sqrt(2.0 * np.pi) - 1.0 / np.sqrt(np.pi)
    means, deviations = np.array([0.0, 3.0, 0.0, 2.0]), np.array([1.0, 2.0, 1.0, 0.0])
    observed = np.array([0.0, 3.0, 50.0, 1.5])
    found = crps_of_normal(means, deviations, observed)
    np.testing.assert_allclose(found, [known, 2.0 * known, 50.0 - 1.0 / np.sqrt(np.pi), 0.5])


def test_the_score_of_a_sample_is_that_of_what_it_was_drawn_from() -> None:
    sample = np.column_stack([norm.ppf((np.arange(20_000) + 0.5) / 20_000)] * 2)
    observed = np.array([0.0, 1.3])
    np.testing.assert_allclose(
        crps_of_sample(sample, observed), crps_of_normal(np.zeros(2), np.ones(2), observed), atol=1e-3
    )
    assert crps_of_sample(np.array([[2.0]]), np.array([5.0])) == 3.0
    # By hand: distances 1 and 1 from the observed, mean distance of two draws 1 (0, 2, 2, 0 over four).
    assert crps_of_sample(np.array([[0.0], [2.0]]), np.array([1.0])) == pytest.approx(1.0 - 0.5)


def test_a_score_is_best_for_the_forecaster_who_says_what_is_true() -> None:
    truth = np.random.default_rng(3).standard_normal(20_000)
    honest, sure, vague, off = (
        crps_of_normal(np.full_like(truth, mean), np.full_like(truth, deviation), truth).mean()
        for mean, deviation in ((0.0, 1.0), (0.0, 0.5), (0.0, 2.0), (0.5, 1.0))
    )
    assert honest < min(sure, vague, off)


def test_cases_count_once_however_many_targets_they_have() -> None:
    values, cases = np.array([1.0, 1.0, 1.0, 4.0, np.nan]), ("a", "a", "a", "b", "c")
    assert case_means(values, cases).tolist() == [1.0, 4.0]
    found = over_cases(values, cases)
    # Student's quantile for one degree of freedom is 6.3138; the standard error 1.5.
    assert (found.value, found.cases) == (2.5, 2)
    assert found.high - found.value == pytest.approx(6.3138 * 1.5, rel=1e-4)
    assert np.isnan(over_cases(values[:3], cases[:3]).low)


def test_skill_is_one_less_the_ratio_of_scores() -> None:
    cases = ("a", "b", "c")
    better = skill_over_cases(np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0]), cases)
    assert (better.value, better.low, better.high) == (0.5, 0.5, 0.5)
    same = skill_over_cases(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0]), cases)
    assert same.value == 0.0
    assert same.low < 0.0 < same.high <= 1.0
    assert skill_over_cases(np.full(3, np.nan), np.ones(3), cases).cases == 0


def test_the_slope_says_how_much_of_a_change_is_forecast() -> None:
    seen = np.array([0.5, -0.4, 0.1, 0.6])
    found = slope_over_cases(0.7 * seen, seen, ("a", "b", "c", "c"))
    np.testing.assert_allclose(found[:3], 0.7)
    np.testing.assert_allclose(log_error(np.array([2.0, 0.0]), np.array([1.0, 1.0])), [np.log(2.0), np.nan])


# Simulation-based calibration, of a linear model with normal luck, where the fit is exact.

MIXING = np.array([[1.0, 0.2], [0.0, 1.0], [0.0, 0.0]])
NAMES = ("first", "second", "untold")


def ranked(narrowed: float = 1.0, luck: float = 0.5, bent: float = 0.0) -> dict[str, RankTest]:
    z = norm.ppf(prior_points(7, 3_000, 3))
    statistics = z @ MIXING + luck * np.random.default_rng(8).standard_normal((3_000, 2))
    statistics[:, 0] += bent * np.abs(z[:, 0]) ** 3
    ranks = ranks_of_truths(z, statistics, np.array([0.4, 0.6]), NAMES, 300, 9, narrowed)
    assert ranks.places.shape == (300, 4)
    return {test.name: test for test in rank_tests(ranks)}


def test_ranks_are_uniform_where_the_fit_is_exact() -> None:
    found = ranked()
    assert tuple(found) == (*NAMES, LIKELIHOOD)
    for test in found.values():
        assert test.histogram.sum() == 300
        assert len(test.histogram) == BINS
        assert min(test.p_smirnov, test.p_histogram) > 0.005, test
    for name in NAMES:
        assert abs(found[name].bias) < 3.0
        assert found[name].width == pytest.approx(1.0, abs=0.12)
    # One parameter seen with errors of 0.5 and 0.4 together; another not at all.
    assert found["untold"].spread == pytest.approx(1.0, abs=0.05)
    assert found["first"].spread == pytest.approx(np.sqrt(0.41 / 1.41), abs=0.08)


def test_a_posterior_that_is_too_narrow_is_caught() -> None:
    found = ranked(narrowed=0.6)
    for name in NAMES:
        assert found[name].p_smirnov < 0.01
        assert found[name].p_histogram < 1e-3
        assert found[name].width < 0.75
        assert found[name].histogram[[0, -1]].sum() > 300 * 3 / BINS


def test_an_emulator_that_misses_the_model_is_caught() -> None:
    found = ranked(bent=1.0)
    assert min(found["first"].p_smirnov, found["first"].p_histogram, found[LIKELIHOOD].p_histogram) < 1e-3


def test_truths_leave_enough_draws_to_the_emulator() -> None:
    with pytest.raises(ValueError, match="60 truths leave too few of 100 draws"):
        ranks_of_truths(np.zeros((100, 1)), np.zeros((100, 1)), np.ones(1), ("a",), 60, 1)


# Forecasts: two cases tell of one parameter.


def evidence(values: Sequence[float], **changes: Array | int | tuple[str, ...]) -> Evidence:
    """Four targets, each the parameter and luck with a deviation of 0.3; two of each of two cases."""
    z = norm.ppf(prior_points(2, 4_000, 1))
    luck = np.random.default_rng(4).standard_normal((4_000, 4))
    plain = {
        "parameters": ("only",),
        "targets": (),
        "z": z,
        "statistics": z + 0.3 * luck,
        "of_prior": 4_000,
        "simulated": z[:50] + 0.3 * luck[:50],
        "values": np.array(values),
        "tolerances": np.full(4, 0.4),
        "scales": np.full(4, 0.4),
        "fitted": np.array([True, True, True, False]),
        "cases": ("a", "a", "b", "b"),
        "kinds": ("x", "y", "x", "y"),
        "unchanged": np.full(4, np.nan),
        "line": np.full(4, np.nan),
        "years": np.full(4, np.nan),
    }
    return Evidence(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_case_is_forecast_by_the_others_alone() -> None:
    found = forecasts_of(evidence([2.0, 2.0, -1.0, 0.0]), 5)
    # Each target tells the parameter with a variance of 0.3^2 + 0.4^2 = 0.25; those that are not fitted tell nothing.
    np.testing.assert_allclose(found.left_out.mean(axis=0)[:2], -1.0 * 4.0 / 5.0, atol=0.05)
    np.testing.assert_allclose(found.left_out.mean(axis=0)[2:], 4.0 * 4.0 / 9.0, atol=0.05)
    np.testing.assert_allclose(found.as_fitted.mean(axis=0), 3.0 * 4.0 / 13.0, atol=0.05)
    np.testing.assert_allclose(found.left_out.var(axis=0)[:2], 1.0 / 5.0 + 0.09, atol=0.03)
    np.testing.assert_allclose(found.as_fitted.var(axis=0), 1.0 / 13.0 + 0.09, atol=0.02)


def test_what_lies_far_out_has_a_small_p_and_lies_in_no_band() -> None:
    sample = np.random.default_rng(1).standard_normal((20_000, 3))
    values = np.array([0.0, 1.2, 3.0])
    chance = below(sample, np.full(3, 0.5), values)
    np.testing.assert_allclose(chance, norm.cdf(values / np.sqrt(1.25)), atol=0.01)
    np.testing.assert_allclose(two_sided(chance), 2.0 * norm.sf(values / np.sqrt(1.25)), atol=0.02)
    wide = with_tolerance(sample, np.full(3, 0.5), 3)
    np.testing.assert_allclose(wide.std(axis=0), np.sqrt(1.25), atol=0.02)
    assert inside(wide, values, 0.5).tolist() == [True, False, False]
    assert inside(wide, values, 0.8).tolist() == [True, True, False]


def test_bands_of_a_true_forecast_cover_as_they_say() -> None:
    truth = np.random.default_rng(2).standard_normal(2_000)
    sample = np.random.default_rng(3).standard_normal((2_000, 1)).repeat(2_000, axis=1)
    for band in (0.5, 0.8, 0.9):
        assert inside(sample, truth, band).mean() == pytest.approx(band, abs=0.03)
        assert inside(0.5 * sample, truth, band).mean() < band - 0.15


def test_targets_that_are_missed_together_are_told() -> None:
    # Thirty statistics that no parameter moves, with luck of 1.2 and errors of 1.6, which make 2 together.
    values = 2.0 * np.random.default_rng(4).standard_normal(30)
    still = Emulator(np.zeros((3, 30)), 1.44 * np.eye(30), np.zeros(30))
    points, weights = np.zeros((10, 1)), np.full(10, 0.1)
    squares, p = misfit(still, points, weights, values, np.full(30, 1.6))
    assert squares == pytest.approx(float(np.sum((values / 2.0) ** 2)))
    assert p == pytest.approx(float(chi2.sf(squares, 30)))
    assert 0.01 < p < 0.99
    assert misfit(still, points, weights, 2.5 * values, np.full(30, 1.6))[1] < 1e-6
    # Two statistics that have all their luck in common and are missed by the same count nearly as one.
    twins = Emulator(np.zeros((3, 2)), np.ones((2, 2)), np.zeros(2))
    assert misfit(twins, points, weights, np.full(2, 3.0), np.full(2, 0.01))[0] == pytest.approx(9.0, rel=1e-3)


# Discrepancy.


def missing(sigma: float, count: int, each: int = 1) -> tuple[Array, Array, tuple[str, ...], tuple[str, ...]]:
    """Forecasts of 1 with luck of 0.05 and observed numbers that lie off by a factor, the same for a whole case."""
    random = np.random.default_rng(6)
    sample = 1.0 + 0.05 * random.standard_normal((500, count * each))
    values = np.exp(sigma * random.standard_normal(count)).repeat(each)
    return sample, values, ("x",) * (count * each), tuple(np.arange(count).repeat(each).astype(str))


def test_the_discrepancy_of_many_cases_is_found() -> None:
    for sigma in (0.15, 0.4):
        found = discrepancies(*missing(sigma, 200))[0]
        assert found.low < sigma < found.high
        assert found.sigma == pytest.approx(sigma, rel=0.15)
        assert (found.targets, found.cases) == (200, 200)
        assert found.factors[1] == pytest.approx(np.exp(1.645 * found.sigma), rel=1e-3)
    nothing = discrepancies(np.random.default_rng(1).normal(1.0, 0.05, (500, 200)), np.ones(200), *missing(0, 200)[2:])
    assert nothing[0].sigma < 0.03


def test_targets_of_a_case_count_as_one_observation() -> None:
    once, often = (discrepancies(*missing(0.3, 8, each))[0] for each in (1, 6))
    assert often.targets == 48
    assert often.cases == once.cases == 8
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.2)


def test_the_discrepancy_of_a_case_is_told_by_the_others() -> None:
    sample, values, kinds, cases = missing(0.2, 10)
    kinds = (*kinds[:5], *("y",) * 5)
    before = sigma_from_others(sample, values, kinds, cases)
    np.testing.assert_allclose(before.sum(axis=1), 1.0)
    far = values.copy()
    far[0] = 20.0
    after = sigma_from_others(sample, far, kinds, cases)
    np.testing.assert_array_equal(before[0], after[0])
    assert after[1] @ GRID > 1.3 * (before[1] @ GRID)
    assert after[6] @ GRID > before[6] @ GRID


def test_a_forecast_with_discrepancy_is_as_wide_as_it_says() -> None:
    chance = np.zeros((1, len(GRID)))
    chance[0, np.argmin(np.abs(GRID - 0.3))] = 1.0
    found = with_discrepancy(np.full((20_000, 1), 5.0), chance, 2)
    assert np.median(found) == pytest.approx(5.0, rel=0.01)
    assert np.log(found).std() == pytest.approx(0.3, abs=0.01)


# The race.


def test_a_model_that_knows_wins_and_one_that_does_not_loses() -> None:
    cases = tuple("abcdef")
    near, far = np.array([0.9, 1.0, 1.1, 1.0, 0.8, 1.2]), np.array([2.0, 2.2, 1.9, 2.1, 2.0, 2.3])
    one, other = Entrant("one", near, near), Entrant("other", far, far)
    won, lost = heat(one, other, cases), heat(other, one, cases)
    assert (won.verdict, won.won, won.skill.value) == ("won", 6, pytest.approx(1.0 - 6.0 / 12.5))
    assert (lost.verdict, lost.won) == ("lost", 0)
    mixed = heat(Entrant("mixed", near[::-1] * [3, 1, 3, 1, 3, 1], near), other, cases)
    assert mixed.verdict == UNDECIDED
    says_less = Entrant("less", np.where(np.arange(6) < 2, far, np.nan), far)
    assert heat(one, says_less, cases).targets == 2


def test_the_model_runs_against_what_needs_no_model() -> None:
    said = {"unchanged": np.array([1.0, 1.0, 1.0, np.nan]), "line": np.array([np.nan, 1.3, np.nan, np.nan])}
    own = evidence([1.5, 1.6, 1.4, 1.5], **said)
    forecasts = forecasts_of(own, 5)
    running = entrants(own, forecasts, sigma_from_others(forecasts.left_out, own.values, own.kinds, own.cases), 5)
    assert set(running) == {MODEL, DISCREPANT, NOTHING, LINE, PRIOR}
    assert np.isfinite(running[NOTHING].crps).tolist() == [True, True, True, False]
    assert np.isfinite(running[LINE].crps).tolist() == [False, True, False, False]
    # "Nothing changes" misses the other case by 1 tolerance, so that its deviation is the square root of 2 tolerances.
    miss = -0.5 / 0.4
    known = crps_of_normal(np.array([miss]), np.sqrt([1.0 + 1.0]), np.zeros(1))
    assert running[NOTHING].crps[0] == pytest.approx(known[0])
    assert [(h.first, h.other) for h in heats(own, running)][:2] == [(MODEL, NOTHING), (DISCREPANT, NOTHING)]
    # The cases agree, so that each tells the other better than the prior does.
    assert heat(running[MODEL], running[PRIOR], own.cases).won == 2


def test_the_spread_of_a_forecast_without_a_model_is_that_of_its_other_misses() -> None:
    missed = np.array([1.0, 3.0, 2.0, np.nan])
    found = spread_of_others(missed, ("a", "a", "b", "b"))
    np.testing.assert_allclose(found, [2.0, 2.0, np.sqrt(5.0), np.sqrt(5.0)])
    assert spread_of_others(missed[:2], ("a", "a")).tolist() == [0.0, 0.0]


def test_large_changes_that_are_forecast_too_small_are_told() -> None:
    own = evidence([1.02, 1.1, 2.0, 0.5], unchanged=np.ones(4), cases=("a", "b", "c", "d"))
    forecasts = forecasts_of(own, 5)
    half = np.sqrt(own.values)  # half of every change, in logarithms
    rows, slope = bias_by_size(own, forecasts.__class__(**{**vars(forecasts), "left_out": np.tile(half, (5, 1))}))
    assert [(row.size, row.targets) for row in rows] == [("up to 5%", 1), ("5 to 25%", 1), ("over 25%", 2)]
    for row in rows:
        assert row.forecast == pytest.approx(row.observed / 2.0)
        assert row.missing == pytest.approx(row.observed / 2.0)
        assert row.right == row.targets
    np.testing.assert_allclose(slope[:3], 0.5)


def outcome(**changes: object) -> Outcome:
    plain = {
        "name": "o", "label": "o", "measure": "participants", "stands_for": "o", "observed": {2012: 110.0, 2020: 90.0},
        "start": 100.0, "tolerance": 0.1, "use": "fitted", "confidence": "high",
    }  # fmt: skip
    return Outcome.model_validate({**plain, **changes})


def test_forecasts_without_a_model_are_what_anyone_would_say() -> None:
    assert nothing_changes(outcome()) == 1.0
    assert straight_line(outcome(), 2010, 2020) == pytest.approx(1.0 + 0.1 / 2 * 10)
    assert straight_line(outcome(observed={2012: 50.0, 2020: 40.0}), 2010, 2020) == 0.0
    assert np.isnan(straight_line(outcome(observed={2020: 90.0}), 2010, 2020))
    level = outcome(compare="level", start=None)
    assert np.isnan(nothing_changes(level))
    assert np.isnan(straight_line(level, 2010, 2020))
    assert nothing_changes(outcome(compare="level", start=None, over={"quantile": 0.5})) == 1.0
    assert nothing_changes(outcome(compare="level", start=None, over={"below": 0.5})) == 0.0
    contrast = {"years": [2012], "against": [2020]}
    assert nothing_changes(outcome(contrast=contrast, start=None)) == 1.0
    assert np.isnan(nothing_changes(None))


def test_every_measure_belongs_to_a_case_and_a_kind() -> None:
    assert set(CASE_OF) == set(get_args(Measure))
    assert set(KIND_OF) == set(NAMED)
    assert set(STATE_OF) <= set(CASE_OF.values())
    states = {case.name: state_of(case) for case in read_cases()}
    assert set(STATE_OF.values()) <= set(states.values())
    # Every reading of New Mexico's past is New Mexico's, whose base year does not tell it.
    assert {states[name] for name in states if name.startswith("new_mexico")} == {"New Mexico"}


def test_an_outcome_is_missed_as_others_of_its_kind_are() -> None:
    changes = {"kind": "changes", "column": "teaching", "take": "sd"}
    turned_away = {"kind": "state", "column": ["unserved_first"], "per": ["participants"]}
    level = {"compare": "level", "start": None}
    assert kind_of(outcome(measure="instructors")) == "sites and instructors"
    assert kind_of(outcome(measure="spending_per_member", over={"below": 0.5}, **level)) == ENDING
    assert kind_of(outcome(measure="spending_per_member", over={"quantile": 0.5}, **level)) == "spending"
    assert kind_of(outcome(measure=changes, **level)) == CHURN
    assert kind_of(outcome(measure=turned_away, **level)) == OTHER


# Power-scaling: one normal parameter, seen with an error.


def scaled_answer(seen: float, error: float) -> tuple[float, float, float]:
    """Sensitivities and move of the mean for a standard normal prior and one number seen with an error."""
    variance = error**2 / (1.0 + error**2)
    u = (np.arange(40_000) + 0.5) / 40_000
    z = seen / (1.0 + error**2) + np.sqrt(variance) * norm.ppf(u)
    found = sensitivity("z", z, np.full(len(z), 1.0 / len(z)), -0.5 * z**2, -0.5 * ((seen - z) / error) ** 2)
    return found.prior, found.likelihood, found.moves


def test_power_scaling_moves_the_mean_as_a_normal_model_must() -> None:
    seen, error = 2.0, 0.7
    # With the prior to the power a the mean is seen / (1 + a error^2); its slope in the binary logarithm of a at one.
    slope = -seen * error**2 / (1.0 + error**2) ** 2 * np.log(2.0)
    assert scaled_answer(seen, error)[2] == pytest.approx(slope / np.sqrt(error**2 / (1.0 + error**2)), rel=0.01)


def test_what_tells_a_parameter_is_found_by_power_scaling() -> None:
    prior, likelihood, _ = scaled_answer(0.0, 5.0)
    assert prior > 0.05 > likelihood  # the prior tells it
    prior, likelihood, _ = scaled_answer(0.2, 0.2)
    assert likelihood > 0.05 > prior  # the data tell it
    agree, apart = scaled_answer(0.0, 1.0), scaled_answer(4.0, 1.0)
    assert min(apart[:2]) > 3.0 * max(agree[:2])  # prior and data pull apart
    words = sensitivity("z", np.zeros(3), np.full(3, 1 / 3), np.zeros(3), np.zeros(3))
    assert (words.prior, words.likelihood, words.moves) == (0.0, 0.0, 0.0)
    assert words.diagnosis == "hardly told by either"


def test_the_distance_of_two_weightings_is_nothing_if_they_are_the_same_and_grows() -> None:
    values, even = np.linspace(-1.0, 1.0, 500), np.full(500, 1.0 / 500)
    assert cjs(values, even, even) == pytest.approx(0.0, abs=1e-7)
    little, much = (cjs(values, even, scaled(even, values, power)) for power in (1.5, 3.0))
    assert 0.0 < little < much < 1.0
    ends = np.zeros((2, 500))
    ends[0, 0] = ends[1, -1] = 1.0
    assert cjs(values, ends[0], ends[1]) == pytest.approx(1.0)


# The study, on the stored waves.


def asked(**changes: Any) -> Settings:
    plain = {
        "study": {"name": "assess"}, "world": {"path": None}, "horizon": 30, "draws": 20, "seed": 5, "chunk": 8,
        "workers": 1, "uncertainty": "posterior", "cost_neutral": None, "report": True,
    }  # fmt: skip
    return read_settings({**plain, **changes})


def copied(folder: Path) -> Path:
    for suffix in (".csv", ".json", ".parquet"):
        (folder / "posterior").with_suffix(suffix).write_bytes(STORED.with_suffix(suffix).read_bytes())
    return folder


@pytest.fixture(scope="module")
def found() -> Assessment:
    """The assessment of the stored waves."""
    settings = asked()
    return assess(settings, *read_materials(settings))


@pytest.mark.slow
def test_an_assessment_writes_a_table_and_a_figure_for_each_check_and_the_same_ones_again(
    tmp_path: Path, found: Assessment
) -> None:
    text = write_assessment(found, tmp_path / "out")
    assert text == (tmp_path / "out" / "assessment.txt").read_text(encoding="utf-8")
    shipped = tables(found)
    assert len(shipped["ranks"]) == len(found.evidence.parameters) + 1
    assert len(shipped["left_out"]) == len(shipped["predictive"]) == len(found.evidence.targets)
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == set(shipped)
    figures = {path.stem.removeprefix("assessment_") for path in (tmp_path / "out" / "figures").glob("*.png")}
    assert figures == set(shipped) - {"race_by_target"}
    # The waves of a folder are read as the stored ones are.
    again = assess(asked(folder=str(copied(tmp_path))), *read_materials(asked(folder=str(tmp_path))))
    for name, table in tables(again).items():
        pd.testing.assert_frame_equal(table, shipped[name])


def test_words_follow_from_the_tables(found: Assessment) -> None:
    lost = [replace(h, skill=Interval(-0.5, -0.7, -0.3, 4)) for h in found.heats]
    won = [replace(h, skill=Interval(0.5, 0.3, 0.7, 4), closer=Interval(0.5, 0.3, 0.7, 4)) for h in found.heats]
    for run, how, believable in ((lost, "loses to", False), (won, "wins against", True)):
        other = replace(found, heats=run)
        assert f'the model {how} "nothing changes"' in " ".join(answer(other))
        may, not_ = believed(other)
        assert f"forecasts it {'better' if believable else 'worse'} than the forecast" in short_answer(other)
        assert "beyond doubt" not in short_answer(other)
        assert any("rather than not at all" in sentence for sentence in may) is believable
        assert any("nothing changes" in sentence for sentence in not_) is not believable
        assert any("the fit has made forecasts better" in sentence for sentence in not_) is not believable
    parted = [h if h.first == MODEL else replace(h, skill=Interval(0.1, -0.1, 0.3, 4)) for h in won]
    assert "better than the forecast that nothing changes, though not beyond doubt" in short_answer(
        replace(found, heats=parted)
    )
    narrow = [replace(row, shares=(0.1, 0.2, 0.3)) for row in found.coverage]
    wide = [replace(row, shares=(0.5, 0.8, 0.9)) for row in found.coverage]
    assert "still not as they should" in " ".join(answer(replace(found, coverage=narrow)))
    assert "too narrow" not in " ".join(answer(replace(found, coverage=wide)))
    off = [replace(test, p_smirnov=1e-6) for test in found.tests]
    assert "some are not found" in answer(replace(found, tests=off))[0]


def test_waves_that_do_not_fit_the_targets_are_refused_in_one_line(tmp_path: Path) -> None:
    most = len(read_waves(STORED).prior) // 2
    for changes, told in (
        ({"draws": 5}, f"from 20 to {most} truths"),
        ({"draws": most + 1}, f"from 20 to {most} truths"),
        ({"folder": str(tmp_path / "nowhere")}, r"posterior\.parquet: the waves of the calibration cannot be read"),
    ):
        with pytest.raises(InputError, match=told) as caught:
            read_materials(asked(**changes))
        assert "\n" not in str(caught.value)
    catalogue = load_catalogue()
    table, cases = read_targets(targets_path(), catalogue)
    waves = read_waves(STORED)
    for changed, told in (
        (replace(waves, provenance={**waves.provenance, "priors": "0"}), "other priors"),
        (replace(waves, prior=waves.prior.drop(columns="sites")), "hold no sites"),
        (replace(waves, prior=waves.prior.iloc[:50]), "50 draws from the priors are too few"),
    ):
        with pytest.raises(InputError, match=told):
            evidence_of(changed, table, cases, catalogue)


def test_the_page_shows_what_was_found_in_the_stored_waves() -> None:
    page = (Path(__file__).parent.parent / "docs" / "explanation" / "assessment.md").read_text(encoding="utf-8")
    made = read_waves(STORED).provenance
    assert f"targets {made['targets'][:8]}, model {made['model'][:8]}" in page
    for figure in ("ranks", "predictive", "left_out", "coverage", "race", "changes", "power_scaling", "discrepancy"):
        assert f"](../images/assessment_{figure}.png)" in page
