"""Other structures: as data, fitted alike, held against a known evidence, and with their decision really taken out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm
from simulated import made_up, new_mexico, shipped

from sim.arrays import Array
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters, with_columns
from sim.report.alternatives.files import write_alternatives
from sim.report.alternatives.tables import tables
from sim.report.alternatives.words import finding, told_by_cases, told_by_evidence
from sim.results.headlines import HEADLINES
from sim.states.folder import targets_path
from sim.study.alternatives import study as alternatives_study
from sim.study.alternatives.answers import Answering, effects, named, order, reversals
from sim.study.alternatives.fitting import structures
from sim.study.alternatives.schema import Alternative, alternatives_path, read_alternatives
from sim.study.alternatives.standing import (
    Beside,
    Standing,
    beside,
    evidence_of_fitted,
    log_score,
    stacking_weights,
)
from sim.study.alternatives.study import Comparison, compare_structures, read_materials
from sim.study.assessment.evidence import Evidence
from sim.study.assessment.scores import Interval
from sim.study.calibration.emulating import Emulator, LogEvidence, log_evidence
from sim.study.calibration.statistics import Simulated
from sim.study.calibration.study import prior_points
from sim.study.calibration.targets import read_targets
from sim.study.setup.settings import Settings, read_settings

CATALOGUE = load_catalogue()
SHIPPED = {alternative.name: alternative for alternative in read_alternatives(alternatives_path(), CATALOGUE)}


# As data.


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("books.loss_passthrough: 1.0", "books.loss_passthru: 1.0", "did you mean 'books.loss_passthrough'"),
        ("outcomes.recodable: 0.0", "outcomes.recodable: -1.0", "-1 is not allowed: a number from 0 to 3"),
        ("outcomes.recodable: 0.0", "economy.recession: 0.0", "unknown parameter"),
        ("outcomes.recodable: 0.0", "enrollment.entry_growth: 0.0", "has values by year"),
        ("outcomes.recodable: 0.0", "outcomes.recodable: none", "recodable"),
        ("name: no_reading", "name: no_recoding", "'no_recoding' stands twice"),
        ("name: no_reading", "name: model", "'model' is the model's own name"),
        ("sets:\n      beliefs.attention: 0.0", "sets: {}", "sets"),
        ("    sets:\n      beliefs.attention: 0.0\n", "", "sets: is missing"),
        ("assumes: >-", "asumes: >-", "assumes"),
    ],
)
def test_alternatives_that_cannot_be_are_refused_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = alternatives_path().read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "alternatives.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_alternatives(path, CATALOGUE)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def materials_of(*alternatives: Alternative) -> tuple[Any, Simulated, tuple[Alternative, ...]]:
    table, cases = read_targets(targets_path(), CATALOGUE)
    return table, Simulated(made_up(3), CATALOGUE, shipped("status_quo"), cases, table.targets, 1, (), {}), alternatives


def test_what_a_structure_holds_is_not_fitted_and_all_else_stands_at_the_same_points() -> None:
    table, work, own = materials_of(*SHIPPED.values())
    model, *others = structures(table, work, own)
    assert tuple(model.entries) == table.parameters
    assert not model.held
    points = prior_points(3, 40, len(table.parameters))
    of_model = model.columns(points)
    for structure in others:
        held = SHIPPED[structure.name].sets
        assert set(structure.entries) == set(table.parameters) - set(held)
        assert set(structure.entries).isdisjoint(held)
        columns = structure.columns(points[:, [name in structure.entries for name in table.parameters]])
        assert set(columns) == set(table.parameters) | set(held)
        for name, column in columns.items():
            expected = np.full(40, held[name]) if name in held else of_model[name]
            np.testing.assert_array_equal(column, expected)


# The decision is really taken out: worlds that differ in the structure alone.


def under(alternative: Alternative, formula: str = "aligned", years: int = 3, **other: float) -> tuple[Ensemble, Any]:
    world = new_mexico()
    parameters = central_parameters(CATALOGUE, world.clusters, 2)
    sets = {**alternative.sets, **{name.replace("__", "."): value for name, value in other.items()}}
    parameters = with_columns(parameters, {name: np.full(2, value) for name, value in sets.items()})
    ensemble = prepare(world, parameters, shipped("status_quo"), 5, (0, 1), years)
    return ensemble, list(simulate(ensemble, shipped(formula), years))


HELD = {"choice.diversion": 0.5}
NO_CHANGE = Alternative(name="none", title="None", assumes="x", speaks_for="x", source="x", sets=HELD)
"""The model with a number held, and no decision taken out."""


def test_without_tastes_districts_are_of_one_mind() -> None:
    for alternative, alike in ((SHIPPED["no_tastes"], True), (NO_CHANGE, False)):
        ensemble, years = under(alternative)
        state, _ = years[-1]
        for lasting in (state.appeal, state.leadership, np.diff(ensemble.premises.loss_passthrough, axis=-2)):
            assert np.all(lasting == 0.0) == alike


def test_without_recoding_those_reported_are_those_taught() -> None:
    for alternative, same in ((SHIPPED["no_recoding"], True), (NO_CHANGE, False)):
        _, years = under(alternative)
        state, _ = years[-1]
        reported = state.counts.total("concentrators")
        assert np.allclose(reported, state.taught.sum(axis=-1, keepdims=True)) == same


def test_without_reading_nobody_looks_ahead() -> None:
    assert np.all(under(SHIPPED["no_reading"])[0].premises.attention == 0.0)
    assert np.all(under(NO_CHANGE)[0].premises.attention > 0.0)


def test_without_a_price_a_dollar_stays_what_it_was() -> None:
    for alternative, always in ((SHIPPED["written_order"], True), (NO_CHANGE, False)):
        ensemble, years = under(alternative)
        start = ensemble.state.log_price
        assert all(np.array_equal(state.log_price, start) for state, _ in years) == always
        assert np.all(np.abs(start) <= 0.1) == always


def test_without_replacement_a_lost_dollar_is_lost() -> None:
    ensemble, _ = under(SHIPPED["no_replacement"])
    assert np.all(ensemble.premises.loss_passthrough == 1.0)
    assert np.all(ensemble.premises.credit == ensemble.parameters.beliefs.general_credit)


@pytest.mark.parametrize(
    ("name", "idle"),
    [
        ("no_tastes", {"decisions__appeal_memory": 0.6, "decisions__leadership_change": 0.5}),
        ("no_recoding", {"outcomes__recoding_speed": 0.9, "outcomes__recoding_price_scale": 90.0,
                         "outcomes__recoding_cost": 900.0}),
        ("no_reading", {"beliefs__attention_spread": 2.0}),
        ("written_order", {"decisions__price_step": 0.1}),
    ],
)  # fmt: skip
def test_what_does_nothing_without_the_decision_does_something_with_it(name: str, idle: dict[str, float]) -> None:
    def records(alternative: Alternative, **other: float) -> Array:
        _, years = under(alternative, **other)
        last: Array = np.concatenate([years[-1][0].counts.total("concentrators").ravel(), years[-1][0].cash.ravel()])
        return last

    np.testing.assert_array_equal(records(SHIPPED[name]), records(SHIPPED[name], **idle))
    for parameter, value in idle.items():
        if name != "no_reading":  # its formula has nothing to read that binds
            assert not np.array_equal(records(NO_CHANGE), records(NO_CHANGE, **{parameter: value})), parameter


# The evidence, of linear models with normal luck, where it is known.

MIXING = np.array([[1.0, 0.3, 0.0], [0.5, 0.0, 1.0], [0.0, 2.0, 0.0]])


def linear(mixing: Array, luck: Array) -> Emulator:
    coefficients = np.vstack([np.full(mixing.shape[1], 0.2), mixing, 0.0 * mixing])
    return Emulator(coefficients, np.diag(luck**2), np.ones(mixing.shape[1]))


def test_the_evidence_of_a_linear_model_is_its_normal_density() -> None:
    luck, scales, seen = np.array([0.3, 0.1, 0.5]), np.array([0.5, 0.8, 1.0]), np.array([1.5, -2.0, 0.4])
    covariance = MIXING.T @ MIXING + np.diag(luck**2 + scales**2)
    known = multivariate_normal(np.full(3, 0.2), covariance).logpdf(seen)
    found = log_evidence(linear(MIXING, luck), seen, scales, 3, 1)
    assert found.value == pytest.approx(known, abs=4.0 * found.error)
    assert found.error < 0.01
    assert found.effective > 10_000
    few = log_evidence(linear(MIXING, luck), seen, scales, 3, 1, 200)
    assert few.error > 3.0 * found.error


def made(z: Array, statistics: Array, seen: Array, cases: tuple[str, ...], held_out: int = 0) -> Evidence:
    many = len(seen)
    return Evidence(
        parameters=("a", "b"), targets=(), z=z, statistics=statistics, simulated=statistics[:50], values=seen,
        tolerances=np.full(many, 0.5), scales=np.full(many, 0.5), fitted=np.arange(many) < many - held_out, cases=cases,
        kinds=("k",) * many, unchanged=np.full(many, np.nan), line=np.full(many, np.nan), of_prior=len(z),
        years=np.full(many, np.nan),
    )  # fmt: skip


CASES = ("one", "one", "two")


def waves_of(mixing: Array, seen: Array, held_out: int = 0) -> Evidence:
    z = norm.ppf(prior_points(7, 2_000, len(mixing)))
    luck = 0.3 * np.random.default_rng(8).standard_normal((2_000, 3))
    return made(z, z @ mixing + luck, seen, CASES, held_out)


def test_a_structure_that_is_right_beats_one_that_cannot_make_the_data() -> None:
    # What is seen lies 2.5 from zero where parameters spread by 1; without the first parameter nothing moves but luck.
    mixing = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    covariance = mixing.T @ mixing + (0.09 + 0.25) * np.eye(3)
    for seen, better in ((np.array([2.5, 2.4, 0.0]), True), (np.zeros(3), False)):
        model = waves_of(mixing, seen)
        less = waves_of(mixing[1:], seen)
        one, other = evidence_of_fitted(model, 1), evidence_of_fitted(less, 1)
        assert one.value == pytest.approx(multivariate_normal(np.zeros(3), covariance).logpdf(seen), abs=0.1)
        # Where both could have made it, the one that could have made less else is the likelier.
        assert (one.value > other.value + 3.0) == better
        assert (one.value < other.value) == (not better)
        assert (log_score(model, "one", 1) > log_score(less, "one", 1)) == better


def test_the_score_of_a_case_is_its_density_given_the_others() -> None:
    mixing, seen = np.array([[1.0, 1.0, 0.8], [0.3, 0.0, 1.0]]), np.array([0.4, 0.9, 1.3])
    covariance = mixing.T @ mixing + (0.09 + 0.25) * np.eye(3)
    gain = covariance[:2, 2] / covariance[2, 2]
    known = multivariate_normal(gain * seen[2], covariance[:2, :2] - np.outer(gain, covariance[2, :2])).logpdf(seen[:2])
    assert log_score(waves_of(mixing, seen), "one", 1) == pytest.approx(known, abs=0.05)
    # A target that the fit holds out is scored with its case and tells the others nothing.
    alone = multivariate_normal(np.zeros(2), covariance[:2, :2]).logpdf(seen[:2])
    assert log_score(waves_of(mixing, seen, held_out=1), "one", 1) == pytest.approx(alone, abs=0.05)


def standing(evidence: float, parts: Array, scores: Array, crps: Array) -> Standing:
    return Standing(LogEvidence(evidence, 0.0, 100.0), parts, np.zeros(3), crps, scores, ("one", "two"), CASES)


def test_a_structure_is_held_against_the_model_part_by_part_and_case_by_case() -> None:
    noise = np.array([0.0, 2.0, -1.0, 3.0, 1.0, -2.0, 0.5, 4.0])
    model = standing(-10.0, noise, np.array([-3.0, -5.0]), np.array([1.0, 3.0, 2.0]))
    same = beside(model, model)
    assert (same.evidence, same.error, same.log_score.value, same.crps.value) == (0.0, 0.0, 0.0, 0.0)
    # The error that both share does not count.
    shifted = beside(standing(-7.0, noise + 3.0, np.array([-2.0, -2.0]), np.array([0.5, 1.5, 2.0])), model)
    assert (shifted.evidence, shifted.error) == (3.0, 0.0)
    assert (shifted.log_score.value, shifted.crps.value) == (2.0, pytest.approx(-0.5))
    # Jackknife by hand: deviations of one part in eight by 8, the others by 0: 7/8 x (49 + 7 x 1).
    apart = beside(standing(-10.0, noise + 8.0 * (np.arange(8) == 2), model.log_scores, model.crps), model)
    assert apart.error == pytest.approx(np.sqrt(7.0 / 8.0 * (49.0 + 7.0)))


def test_weights_of_a_mixture_are_those_that_would_have_forecast_best() -> None:
    # Sum of logs 2 log(1 + w) + log(4 - 3 w): greatest where 2 / (1 + w) = 3 / (4 - 3 w), at 5/9.
    np.testing.assert_allclose(stacking_weights(np.log([[2.0, 2.0, 1.0], [1.0, 1.0, 4.0]])), [5 / 9, 4 / 9], atol=1e-6)
    np.testing.assert_allclose(stacking_weights(np.log([[2.0, 3.0], [1.0, 1.0]])), [1.0, 0.0], atol=1e-6)


# The answer.


def test_formulas_that_are_not_told_apart_stand_together() -> None:
    spread = np.array([-1.0, 1.0] * 20)
    found = {name: {"x": values} for name, values in
             {"more": 10.0 + spread, "alike": 10.1 + 3.0 * spread, "less": -5.0 + spread}.items()}  # fmt: skip
    assert order(found, "law", "x") == [("alike", "more"), ("law",), ("less",)]
    turned = {**found, "more": {"x": -1.0 + 0.1 * spread}}
    assert sorted(reversals(found, turned, "law", "x")) == [("more", "law")]
    assert list(reversals(found, found, "law", "x")) == []


def test_current_law_beside_itself_brings_nothing_and_less_recoding_less_reported() -> None:
    law, aligned = shipped("status_quo"), shipped("aligned")
    twin = law.model_copy(update={"name": "twin"})
    work = Answering(made_up(4), CATALOGUE, (law, twin, aligned), 3, 5, (0, 1), {})
    frames = []
    for share in (0.35, 0.0):
        one = replace(work, columns={"outcomes.recodable": np.full(2, share)})
        columns = one.simulate()
        assert set(columns) == set(one.outputs)
        frames.append(effects(pd.DataFrame(columns), ("status_quo", "twin", "aligned")))
    for headline in HEADLINES:
        np.testing.assert_array_equal(frames[0]["twin"][headline.name], 0.0)
    with_, without = (frame["aligned"] for frame in frames)
    assert np.all(with_["concentrators"] > with_["concentrators_taught"])
    np.testing.assert_allclose(without["concentrators"], without["concentrators_taught"])
    assert named("aligned", "credentials") in work.outputs


# A whole study, small.


def settings_with(**changes: Any) -> Settings:
    plain = {
        "study": {"name": "alternatives", "formulas": ["aligned"]}, "world": {"path": None}, "horizon": 2, "draws": 28,
        "seed": 5, "chunk": 8, "workers": 1, "uncertainty": "prior", "cost_neutral": None, "report": True,
        "alternatives": {"kept": 6, "answered": 4},
    }  # fmt: skip
    return read_settings({**plain, **changes})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three targets of two cases, three parameters and one alternative in a small state, so that few draws do."""
    whole = read_targets(targets_path(), CATALOGUE)[0]
    kept = tuple(target for target in whole.targets if target.name in ("sites", "closing_rate", "opening_rate"))
    fitted = ("decisions.close_spread", "initial.sites_per_school", "decisions.appeal_spread")
    few = whole.model_copy(update={"targets": kept, "parameters": fitted})
    monkeypatch.setattr(alternatives_study, "read_targets", lambda path, catalogue: (few, ()))
    monkeypatch.setattr(alternatives_study, "read_alternatives", lambda path, catalogue: (SHIPPED["no_tastes"],))
    monkeypatch.setattr(alternatives_study, "load_world", lambda path: made_up(8))
    monkeypatch.setattr(alternatives_study, "refuse_another_start", lambda *of: None)


def run(folder: Path, settings: Settings) -> Comparison:
    return compare_structures(settings, read_materials(settings), folder, settings.model_dump(mode="json"))


@pytest.mark.usefixtures("small")
def test_the_same_seed_gives_the_same_tables_and_a_folder_is_continued(tmp_path: Path) -> None:
    found = run(tmp_path / "one", settings_with())
    assert [one.structure.name for one in found.structures] == ["model", "no_tastes"]
    assert [len(one.structure.entries) for one in found.structures] == [3, 2]
    assert set(found.others[0].fit.prior["decisions.appeal_spread"]) == {0.0}
    other = run(tmp_path / "two", settings_with(chunk=16))
    shown = tables(found)
    for name, table in tables(other).items():
        pd.testing.assert_frame_equal(table, shown[name])
    shard = tmp_path / "one" / "results" / "no_tastes-prior-00000.parquet"
    untouched = shard.stat().st_mtime_ns
    (tmp_path / "one" / "results" / "model-answers-00000.parquet").unlink()
    for name, table in tables(run(tmp_path / "one", settings_with())).items():
        pd.testing.assert_frame_equal(table, shown[name])
    assert shard.stat().st_mtime_ns == untouched
    with pytest.raises(InputError, match="holds a different study"):
        run(tmp_path / "one", settings_with(seed=6))
    text = write_alternatives(found, tmp_path / "out")
    assert "No differences of taste" in text
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == set(shown)
    assert len(list((tmp_path / "out" / "figures").glob("alternatives_*.png"))) == 2
    words_follow_from_the_numbers(found)


def words_follow_from_the_numbers(found: Comparison) -> None:
    def said(evidence: float, error: float, crps: Interval) -> tuple[str, str, str]:
        log_score = Interval(-crps.value, -crps.high, -crps.low, 2)
        against = Beside(evidence, error, log_score, crps)
        one = replace(found.others[0], beside=against)
        changed = replace(found, structures=(found.model, one))
        return told_by_evidence(one), told_by_cases(one), " ".join(finding(changed)[:2])

    better, worse, open_ = Interval(-1.0, -1.5, -0.5, 2), Interval(1.0, 0.5, 1.5, 2), Interval(1.0, -0.5, 2.5, 2)
    assert said(-9.0, 1.0, worse)[:2] == ("against", "worse")
    assert "speak against" in said(-9.0, 1.0, worse)[2]
    assert said(9.0, 1.0, better)[:2] == ("for", "better")
    assert "speak for" in said(9.0, 1.0, better)[2]
    # Neither within its error nor below twenty to one is a structure told from the model.
    for evidence, error in ((9.0, 5.0), (2.9, 0.1), (-2.9, 0.1)):
        told, by_cases, text = said(evidence, error, open_)
        assert (told, by_cases) == ("not told", "not told")
        assert "None is told from the model" in text
        assert "no structure forecasts better or worse" in text
    # One score alone does not do.
    half = replace(found.others[0], beside=Beside(0.0, 1.0, Interval(0.1, 0.05, 0.2, 2), open_))
    assert told_by_cases(half) == "not told"


@pytest.mark.usefixtures("small")
def test_a_study_that_cannot_be_is_refused_in_one_line() -> None:
    for changes, told in (
        ({"draws": 27}, "draws: 27 is too few for 3 parameters; at least 28"),
        ({"alternatives": None}, "alternatives: is missing"),
        ({"study": {"name": "alternatives", "formulas": ["status_quo"]}}, "at least one formula besides current law"),
        ({"study": {"name": "alternatives", "formulas": ["alignd"]}}, "did you mean 'aligned'"),
        ({"alternatives": {"kept": 4, "answered": 9}}, "answered: 9 is not allowed: at most the 4 draws"),
    ):
        with pytest.raises(InputError, match=told) as caught:
            read_materials(settings_with(**changes))
        assert "\n" not in str(caught.value)
