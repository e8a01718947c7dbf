"""Calibration: the method on a model whose answer is known, waves that can be continued, and the stored posterior."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from simulated import differences, new_mexico

from sim.inputs import InputError
from sim.parameters.catalogue import Prior, load_catalogue
from sim.parameters.posterior import STORED, load_posterior, priors_hash, read_posterior
from sim.parameters.priors import quantile
from sim.report.calibration.files import write_calibration as written_report
from sim.report.calibration.tables import calibration_markdown, identifiability, parameter_table, traded
from sim.states.folder import targets_path
from sim.study.calibration import churn
from sim.study.calibration import study as calibration_study
from sim.study.calibration.emulating import Fit, effective, fewest, fitted, normalized, regression, shift_error, terms
from sim.study.calibration.sequence import ENDS, Proposal, WaveRecord, log_drawn, near, priors_of, record_of, sizes
from sim.study.calibration.sequence import names as wave_names
from sim.study.calibration.statistics import CurrentLaw, measured, of_current_law
from sim.study.calibration.stored import WAVE, fingerprint, places, probability, read_waves, wave_content
from sim.study.calibration.study import Calibration, at_points, calibrate, prior_points, read_materials
from sim.study.calibration.targets import Targets, read_targets
from sim.study.calibration.waves import carry_out_wave
from sim.study.designs.files import resampled
from sim.study.hindcast.case import read_cases
from sim.study.hindcast.running import observed
from sim.study.setup.design import drawn_columns, parameters_for, posterior_columns
from sim.study.setup.executor_settings import LocalSettings
from sim.study.setup.settings import Settings, read_settings

CATALOGUE = load_catalogue()


def test_the_method_finds_the_posterior_of_a_model_whose_answer_is_known() -> None:
    # Two normal parameters with standard normal priors; one statistic is the first, one the sum of both and luck with a
    # standard deviation of 0.6. Errors of 0.5 and 0.8 make 0.5 and 1 with it, so that the posterior is normal with a
    # mean and covariance that can be worked.
    draws, scales, targets = 4_000, np.array([0.5, 0.8]), np.array([1.0, -0.5])
    points = prior_points(1, draws, 2)
    mixing = np.array([[1.0, 0.0], [1.0, 1.0]])
    luck = np.random.default_rng(1).standard_normal((draws, 2)) * [0.0, 0.6]
    statistics = norm.ppf(points) @ mixing.T + luck
    fit = fitted(points, statistics, targets, scales, 1)
    found = norm.ppf(fit.places[resampled(fit.weights, 5_000, 1)])
    errors = np.diag([4.0, 1.0])
    covariance = np.linalg.inv(np.eye(2) + mixing.T @ errors @ mixing)
    mean = covariance @ mixing.T @ errors @ targets
    np.testing.assert_allclose(found.mean(axis=0), mean, atol=0.04)
    np.testing.assert_allclose(np.cov(found.T), covariance, atol=0.04)
    np.testing.assert_allclose(fit.mean, mean, atol=0.04)
    assert fit.effective > 0.8 * len(fit.weights)
    assert 1 < fit.exact < draws
    assert shift_error(points, statistics, targets, scales, 1) < 0.05
    # A linear model without luck is explained wholly, one with it as far as its variance is not luck: 2 of 2.36.
    np.testing.assert_allclose(fit.emulator.explained, [1.0, 2.0 / 2.36], atol=0.02)


def test_a_statistic_that_bends_is_followed() -> None:
    # The square of a standard normal parameter is 4 within 0.1: it is 2 or -2, and both are found.
    points = prior_points(3, 2_000, 1)
    fit = fitted(points, norm.ppf(points) ** 2, np.array([4.0]), np.array([0.5]), 3)
    found = norm.ppf(fit.places[:, 0])
    assert fit.weights @ np.abs(found) == pytest.approx(2.0, abs=0.1)
    assert 0.3 < fit.weights @ (found > 0) < 0.7


def test_a_statistic_that_says_nothing_leaves_the_prior_as_it_was() -> None:
    points = prior_points(2, 4_000, 1)
    fit = fitted(points, np.random.default_rng(5).standard_normal((4_000, 1)), np.zeros(1), np.ones(1), 2)
    assert np.average(fit.places[:, 0], weights=fit.weights) == pytest.approx(0.5, abs=0.03)
    spread = np.sqrt(np.average((fit.places[:, 0] - 0.5) ** 2, weights=fit.weights))
    assert spread == pytest.approx(np.sqrt(1 / 12), abs=0.02)


def test_draws_that_cannot_be_compared_are_left_out() -> None:
    points = prior_points(4, 200, 1)
    statistics = norm.ppf(points)
    statistics[90:110] = np.nan
    fit = fitted(points, statistics, np.array([1.0]), np.array([0.5]), 4)
    assert fit.finite == 180
    assert fit.mean[0] == pytest.approx(0.8, abs=0.03)
    assert fit.weights.sum() == pytest.approx(1.0)


def test_the_effective_number_of_draws_is_that_of_equal_weights() -> None:
    assert effective(np.full(50, 0.02)) == pytest.approx(50.0)
    assert effective(normalized(np.array([0.0, 0.0, -1e9]))) == pytest.approx(2.0)
    assert terms(np.array([[0.5, 2.0]])).tolist() == [[1.0, 0.5, 2.0, -0.75, 3.0]]
    assert regression(np.zeros((20, 1)), np.ones((20, 1))).explained.tolist() == [0.0]


def test_too_few_draws_for_the_regression_are_refused() -> None:
    with pytest.raises(ValueError, match="30 draws are too few to fit 5 parameters; at least 44"):
        fitted(prior_points(1, 30, 5), np.zeros((30, 1)), np.zeros(1), np.ones(1), 1)
    wanted = 2 * fewest(len(table().parameters))
    with pytest.raises(InputError, match=f"draws: 100 is too few for .* parameters; at least {wanted}"):
        read_materials(settings_with(draws=100))


def test_a_weight_counts_a_target_as_so_many_observations() -> None:
    target = table().targets[0]
    assert target.model_copy(update={"weight": 4.0}).scale == pytest.approx(target.tolerance / 2)


# The table of targets.


def table() -> Targets:
    return read_targets(targets_path(), CATALOGUE)[0]


def test_targets_of_hindcasts_are_what_the_cases_observed() -> None:
    cases = {case.name: case for case in read_cases()}
    for target in table().targets:
        wanted = target.statistic
        if wanted.case is not None and wanted.year is not None:
            outcome = next(o for o in cases[wanted.case].outcomes if o.name == wanted.outcome)
            assert target.value == pytest.approx(observed(outcome)[wanted.year], abs=0.006), target.name
            if outcome.use == "held_out":
                assert target.use == "held_out", target.name


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  - staffing.turnover\n", "  - staffing.turnovr\n", "did you mean 'staffing.turnover'"),
        ("  - staffing.turnover\n", "  - books.own_speed\n", "parameters: 'books.own_speed' stands twice"),
        ("  - staffing.turnover\n", "  - staffing.premium_paid\n", "is not a parameter with a prior"),
        ("  - staffing.turnover\n", "  - enrollment.entry_growth\n", "values by year"),
        ("name: instructors", "name: sites", "targets: 'sites' stands twice"),
        ("tolerance: 60\n", "tolerance: 0\n", "tolerance"),
        ("{measure: sites}", "{measure: sitez}", "sitez"),
        ("{measure: sites}", "{measure: sites, year: 2026}", "write either measure, or case, outcome and year"),
        ("case: kansas_bonus", "case: kansas_bonuss", "did you mean 'kansas_bonus'"),
        ("outcome: enrollment", "outcome: enrolment", "did you mean 'enrollment'"),
        ("completion, year: 2018", "completion, year: 2017", "2017 is not observed; allowed: 2018, 2019"),
        ("{measure: sites}", "{measure: sites, members: [20, 250]}", "members is for measures of districts of a size"),
        (", members: [20, 250]}", "}", "members is for measures of districts of a size"),
        ("members: [20, 250]", "members: [250, 20]", "the second number must lie above the first"),
        ("keep: 400", "kep: 400", "keep: is missing"),
    ],
)
def test_a_table_that_cannot_be_fitted_is_refused_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "targets.yaml"
    text = targets_path().read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_targets(path, CATALOGUE)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_parameter_that_the_user_holds_cannot_be_fitted() -> None:
    with pytest.raises(InputError, match=r"'staffing\.turnover' is not a parameter with a prior"):
        read_materials(settings_with(parameters={"staffing": {"turnover": 0.1}}))


def test_rates_are_of_all_years_and_levels_of_the_base_year() -> None:
    years = [
        {"sites": np.array([100.0]), "sites_opened": np.array([2.0]), "plans_for_money": np.array([1.0]),
         "plans_for_instructor": np.array([2.0]), "plans_for_room": np.array([1.0])},
        {"sites": np.array([300.0]), "sites_opened": np.array([10.0]), "plans_for_money": np.array([4.0]),
         "plans_for_instructor": np.array([0.0]), "plans_for_room": np.array([2.0])},
    ]  # fmt: skip
    assert measured("sites", years) == 100.0
    assert measured("opening_rate", years) == pytest.approx(0.03)
    assert measured("waiting_for_money", years) == pytest.approx(0.5)
    assert measured("waiting_for_instructor", years) == pytest.approx(0.2)
    none = [{name: 0.0 * values for name, values in years[0].items()}]
    assert np.isnan(measured("waiting_for_money", none))


def test_churn_by_hand() -> None:
    # One run, three districts, two years: 10 to 14, 10 to 8, none to none; the state grows by 2.
    staff = [np.array([[10.0, 10.0, 0.0]]), np.array([[14.0, 8.0, 0.0]])]
    everywhere = np.array([True, True, True])
    changes = churn.yearly_changes(staff, everywhere)
    np.testing.assert_allclose(changes, [[4.0 / 12.0, -2.0 / 9.0, np.nan]])
    wide = 4.0 / 12.0 + 2.0 / 9.0
    assert churn.change_spread(staff, everywhere) == pytest.approx(0.68 * wide / 2.0)
    assert churn.change_deviation(staff, everywhere) == pytest.approx(wide / 2.0)
    assert churn.reallocation(staff, everywhere) == pytest.approx((4.0 + 2.0 - 2.0) / 20.0)
    assert churn.reallocation(staff, np.array([True, False, False])) == pytest.approx(0.0)


def test_measures_of_a_size_read_its_districts_alone() -> None:
    years = CurrentLaw([], [np.array([[10.0, 50.0, 60.0]]), np.array([[10.0, 60.0, 50.0]])])
    members = np.array([100.0, 250.0, 1_000.0])
    of = [t.statistic for t in table().targets if t.statistic.measure == "instructors_reallocation"]
    small, middle, large = (float(of_current_law(statistic, years, members)[0]) for statistic in of)
    assert (small, middle, large) == (0.0, 0.0, 0.0)
    both = of[1].model_copy(update={"members": (250.0, 1e6)})
    assert of_current_law(both, years, members) == pytest.approx(20.0 / 110.0)


def test_a_shift_that_the_number_of_draws_could_make_is_not_told_as_one() -> None:
    names = ("staffing.turnover", "books.own_speed")
    entries = {name: CATALOGUE.entries[name.split(".")[0]][name.split(".")[1]] for name in names}
    spread = norm.ppf((np.arange(400) + 0.5) / 400)
    other = np.random.default_rng(1).permutation(spread)
    prior = pd.DataFrame({names[0]: spread, names[1]: other})
    posterior = prior + [0.19, 0.26]
    # The fit's error of 0.05 and that of 400 draws, as large, make 0.07: 0.19 is under three of these, 0.26 is not.
    found = Calibration(table(), entries, prior, posterior, None, {"shift_error": 0.05, "kept": 400})  # type: ignore[arg-type]
    moved, untold, _ = identifiability(found)
    assert "(0.07): `books.own_speed`; down: none" in moved
    assert "`staffing.turnover`" in untold


# Waves after the first.


def test_draws_of_several_waves_weigh_as_draws_of_one_distribution_would() -> None:
    # Of one parameter with a standard normal prior: half of the draws from the prior, half from a normal distribution
    # about 1 with a variance of 0.25. The mean of x and of x squared under the prior are 0 and 1 whichever way drawn.
    near_one = Proposal(np.array([1.0]), np.array([[0.25]]))
    z = norm.ppf(np.concatenate([prior_points(1, 20_000, 1), near_one.points(20_000, 1, 2)]))
    weights = np.exp(-log_drawn(z, [priors_of(1), near_one], [20_000, 20_000]))
    assert weights.mean() == pytest.approx(1.0, abs=0.01)
    assert np.average(z[:, 0], weights=weights) == pytest.approx(0.0, abs=0.02)
    assert np.average(z[:, 0] ** 2, weights=weights) == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(near_one.log_over_prior(z), (norm.logpdf(z, 1.0, 0.5) - norm.logpdf(z))[:, 0])


def test_a_later_wave_is_drawn_where_the_first_left_what_is_likely() -> None:
    # One statistic, the parameter itself, seen at 2 with an error of 0.5: the posterior is normal about 1.6 with a
    # variance of 0.2, and the next wave is drawn about it with twice that.
    points = prior_points(2, 2_000, 1)
    fit = fitted(points, norm.ppf(points), np.array([2.0]), np.array([0.5]), 2)
    drawn = norm.ppf(near(fit).points(4_000, 2, 2))
    assert drawn.mean() == pytest.approx(1.6, abs=0.03)
    assert drawn.var() == pytest.approx(0.4, abs=0.03)


def test_a_later_wave_is_worth_more_and_tells_whether_the_emulator_was_off_where_it_is_asked() -> None:
    # A statistic that is linear in its parameter, and one that bends where the data lie and nowhere else.
    seen, scale, luck = np.array([2.0]), np.array([0.3]), np.random.default_rng(6).standard_normal((1_200, 1)) * 0.1

    def missed(bent: float) -> tuple[WaveRecord, WaveRecord, Fit]:
        def model(z: np.ndarray) -> np.ndarray:
            found: np.ndarray = z - bent * np.maximum(z - 1.5, 0.0) + luck[: len(z)]
            return found

        points = prior_points(3, 600, 1)
        first = fitted(points, model(norm.ppf(points)), seen, scale, 3)
        proposals = [priors_of(1), near(first)]
        z = norm.ppf(np.concatenate([points, proposals[1].points(600, 3, 2)]))
        waves = (z[:600], None), (z[600:], first.emulator)
        records = [
            record_of("", proposal, at, model(at), seen, scale, before)
            for proposal, (at, before) in zip(proposals, waves, strict=True)
        ]
        drawn = log_drawn(z, proposals, [600, 600])
        both = fitted(norm.cdf(z), np.concatenate([model(z[:600]), model(z[600:])]), seen, scale, 3, drawn)
        return records[0], records[1], both

    first, later, both = missed(0.0)
    assert later.exact > 5 * first.exact
    assert both.exact > later.exact
    assert np.isnan(first.missed)
    assert later.missed == pytest.approx(1.0, abs=0.1)
    assert missed(0.5)[1].missed > 1.5


def test_a_draw_of_a_wave_weighs_as_much_less_as_it_is_drawn_more_often_than_by_the_priors() -> None:
    # At 1 the proposal is e times as dense, against the priors, as at 0; the likelihood there is one part in e.
    proposal, z, seen = Proposal(np.ones(1), np.eye(1)), np.array([[0.0], [1.0]]), np.array([[0.0], [2.0**0.5]])
    found = record_of("wave_2", proposal, z, seen, np.zeros(1), np.ones(1), None)
    assert found.exact == pytest.approx((1.0 + np.exp(-2.0)) ** 2 / (1.0 + np.exp(-4.0)))


def test_a_wave_of_which_no_draw_can_be_compared_is_worth_none() -> None:
    none = record_of("wave_2", priors_of(1), np.zeros((3, 1)), np.full((3, 1), np.nan), np.ones(1), np.ones(1), None)
    assert (none.draws, none.exact) == (3, 0.0)
    assert np.isnan(none.missed)


def test_the_waves_share_the_draws_out() -> None:
    assert sizes((0.5, 0.25, 0.25), 101) == [51, 25, 25]
    assert sizes((1.0,), 7) == [7]
    assert wave_names(3) == ["prior", "wave_2", "wave_3"]


# A whole study, small.


def settings_with(**changes: Any) -> Settings:
    plain = {
        "study": {"name": "calibrate"}, "world": {"path": None}, "horizon": 30, "draws": 56, "seed": 5, "chunk": 8,
        "workers": 1, "uncertainty": "prior", "cost_neutral": None, "report": True,
    }  # fmt: skip
    return read_settings({**plain, **changes})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three targets of New Mexico and three parameters, so that few draws do."""
    whole = table()
    kept = tuple(target for target in whole.targets if target.name in ("sites", "closing_rate", "opening_rate"))
    few = whole.model_copy(
        update={
            "targets": kept,
            "parameters": ("decisions.close_spread", "initial.sites_per_school", "staffing.turnover"),
            "keep": 12,
            "waves": (0.5, 0.5),
        }
    )
    monkeypatch.setattr(calibration_study, "read_targets", lambda path, catalogue: (few, ()))


def run(folder: Path, settings: Settings) -> Calibration:
    return calibrate(settings, *read_materials(settings), folder, settings.model_dump(mode="json"))


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_a_calibration_is_the_same_whatever_chunks_and_processes_do_and_can_be_continued(tmp_path: Path) -> None:
    whole = run(tmp_path / "one", settings_with())
    run(tmp_path / "two", settings_with(workers=2, chunk=16))
    for name in ("posterior.csv", "posterior.json", "posterior.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert whole.posterior["replicate"].tolist() == list(range(56, 68))
    assert whole.prior["replicate"].tolist() == list(range(28))
    assert whole.later["wave_2"]["replicate"].tolist() == list(range(28, 56))
    assert [record["draws"] for record in whole.provenance["waves"]] == [28, 28]
    waves = read_waves(tmp_path / "one" / "posterior.csv")
    pd.testing.assert_frame_equal(waves.prior, whole.prior, check_dtype=False, rtol=1e-6)
    pd.testing.assert_frame_equal(waves.posterior, whole.posterior, check_dtype=False, rtol=1e-6)
    stored = pd.read_csv(tmp_path / "one" / "posterior.csv")
    np.testing.assert_array_equal(stored.to_numpy(), whole.posterior[list(whole.entries)].to_numpy())
    first = tmp_path / "one" / "results" / "prior-00000.parquet"
    untouched = first.stat().st_mtime_ns
    torn = tmp_path / "one" / "results" / "prior-00001.parquet"
    torn.write_bytes(torn.read_bytes()[:100])
    (tmp_path / "one" / "posterior.csv").unlink()
    again = run(tmp_path / "one", settings_with(workers=2))
    pd.testing.assert_frame_equal(again.prior, whole.prior)
    assert first.stat().st_mtime_ns == untouched
    pd.testing.assert_frame_equal(again.later["wave_2"], whole.later["wave_2"])
    torn.write_bytes(first.read_bytes())  # whole, but of other draws
    pd.testing.assert_frame_equal(run(tmp_path / "one", settings_with(workers=2)).prior, whole.prior)
    flipped = bytearray(first.read_bytes())
    flipped[len(flipped) // 3] ^= 1
    first.write_bytes(flipped)
    pd.testing.assert_frame_equal(run(tmp_path / "one", settings_with(workers=2)).prior, whole.prior)
    assert (tmp_path / "one" / "posterior.csv").read_bytes() == (tmp_path / "two" / "posterior.csv").read_bytes()
    with pytest.raises(InputError, match="holds a different study"):
        run(tmp_path / "one", settings_with(seed=6))
    text = written_report(again, tmp_path / "one")
    assert "closing_rate" not in text
    assert "Sites that close" in text
    assert (tmp_path / "one" / "figures" / "calibration_targets.png").stat().st_size > 10_000
    assert "| `staffing.turnover` |" in calibration_markdown(again)
    assert len(parameter_table(again)) == 3
    assert all(abs(value) > 0.5 for _, _, value in traded(again))


@pytest.mark.usefixtures("small")
def test_a_wave_reports_its_draws(tmp_path: Path) -> None:
    _, work = read_materials(settings_with())
    seen: list[int] = []
    columns = {"decisions.close_spread": np.full(5, 0.5)}
    frame = carry_out_wave(tmp_path, "prior", work, columns, 7, 2, LocalSettings(), 1, seen.append)
    assert frame["replicate"].tolist() == [7, 8, 9, 10, 11]
    assert (seen[0], seen[-1]) == (0, 5)
    assert sorted(np.diff(seen)) == [1, 2, 2]


# The stored posterior.


def test_the_stored_posterior_fits_the_priors_and_targets_of_today() -> None:
    stored = load_posterior()
    assert stored.provenance["priors"] == priors_hash(CATALOGUE, list(stored.columns))
    assert list(stored.columns) == list(table().parameters)
    assert stored.draws == stored.provenance["kept"] == table().keep
    for name, column in stored.columns.items():
        group, short = name.split(".")
        low, high = CATALOGUE.entries[group][short].range
        assert ((low <= column) & (column <= high)).all(), name
        assert column.std() > 0, name


def test_each_replicate_picks_a_draw_of_its_own_and_the_same_one_always() -> None:
    many = posterior_columns(CATALOGUE, 3, range(50))
    one = posterior_columns(CATALOGUE, 3, [41])
    other = posterior_columns(CATALOGUE, 4, [41])
    stored = load_posterior()
    rows = {tuple(row) for row in np.column_stack(list(stored.columns.values()))}
    assert all(tuple(row) in rows for row in np.column_stack(list(many.values())))
    assert {name: column[41] for name, column in many.items()} == {name: column[0] for name, column in one.items()}
    assert {name: column[0] for name, column in one.items()} != {name: column[0] for name, column in other.items()}


def test_parameters_that_are_not_fitted_keep_their_priors() -> None:
    world = new_mexico()
    prior = drawn_columns(CATALOGUE, world, 3, range(4), "prior")
    posterior = drawn_columns(CATALOGUE, world, 3, range(4), "posterior")
    assert drawn_columns(CATALOGUE, world, 3, range(4), "central") == {}
    changed = {name for name in prior if not np.array_equal(prior[name], posterior[name])}
    assert changed == set(load_posterior().columns)
    parameters = parameters_for(CATALOGUE, world, 3, range(4), "posterior")
    np.testing.assert_array_equal(parameters.staffing.turnover[:, 0, 0], posterior["staffing.turnover"])
    before = parameters_for(CATALOGUE, world, 3, range(4), "prior")
    assert differences(before.clusters, parameters.clusters) == []


def test_what_a_user_sets_wins_over_the_posterior() -> None:
    held = CATALOGUE.with_values({"staffing.turnover": 0.3}, "settings")
    assert "staffing.turnover" not in posterior_columns(held, 3, range(4))
    assert (parameters_for(held, new_mexico(), 3, range(4), "posterior").staffing.turnover == 0.3).all()


def test_a_posterior_that_does_not_fit_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "new_mexico.csv"
    for suffix in (".csv", ".json"):
        path.with_suffix(suffix).write_bytes(STORED.with_suffix(suffix).read_bytes())
    assert read_posterior(path, CATALOGUE).draws == load_posterior().draws
    held = CATALOGUE.with_values({"staffing.turnover": 0.3}, "settings")
    text = path.read_text(encoding="utf-8")
    header, first, rest = text.split("\n", 2)
    far = ",".join(["99", *first.split(",")[1:]])
    for change, catalogue, told in (
        (text, held, "was drawn from other priors"),
        (f"{header}\n{far}\n{rest}", CATALOGUE, "leaves its prior"),
        (f"{header}\n{first},1\n{rest}", CATALOGUE, "cannot be read"),
        (f"{header}\n", CATALOGUE, "holds no draws"),
        ("", CATALOGUE, "cannot be read"),
    ):
        path.write_text(change, encoding="utf-8")
        with pytest.raises(InputError, match=told) as caught:
            read_posterior(path, catalogue)
        assert "study=calibrate" in str(caught.value)
        assert "\n" not in str(caught.value)
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps([1]), encoding="utf-8")
    with pytest.raises(InputError, match="provenance"):
        read_posterior(path, CATALOGUE)


# The stored waves.


def test_a_place_in_a_prior_is_found_from_the_value() -> None:
    entries = {f"{group}.{name}": entry for group, name, entry in CATALOGUE.uncertain() if not entry.dated}
    points = prior_points(6, 300, len(entries))
    for prior in (
        Prior(distribution="uniform", low=1.0, high=3.0),
        Prior(distribution="triangular", low=1.0, high=3.0),
        Prior(distribution="lognormal", low=1.0, high=6.0),
    ):
        np.testing.assert_allclose(probability(prior, 2.0, quantile(prior, 2.0, points[:, 0])), points[:, 0])
    found = places(entries, pd.DataFrame(at_points(entries, points)))
    np.testing.assert_allclose(found, points, atol=1e-9)
    # Seven digits, as they are stored, move a place by less than a draw of a million.
    single = pd.DataFrame(at_points(entries, points)).astype("float32")
    np.testing.assert_allclose(places(entries, single), points, atol=1e-5)
    low = entries["staffing.turnover"].prior.low
    assert places({"staffing.turnover": entries["staffing.turnover"]}, pd.DataFrame({"staffing.turnover": [low]})) > 0
    assert ENDS[0] > 0
    with pytest.raises(ValueError, match="fixed"):
        probability(Prior(distribution="fixed"), 1.0, np.ones(1))


def test_waves_that_are_not_those_of_the_posterior_are_refused_in_one_line(tmp_path: Path) -> None:
    frame = pd.DataFrame({"replicate": [0, 1, 2], "staffing.turnover": [0.1, 0.11, 0.12], "sites": [1.0, 2.0, np.nan]})
    whole = wave_content({"prior": frame, "wave_2": frame.iloc[1:], "posterior": frame.iloc[:1]})
    path = tmp_path / "posterior.csv"

    def put(content: bytes, named: str) -> None:
        path.with_suffix(".parquet").write_bytes(content)
        path.with_suffix(".json").write_text(json.dumps({WAVE: named}), encoding="utf-8")

    put(whole, fingerprint(whole))
    waves = read_waves(path)
    pd.testing.assert_frame_equal(waves.prior, frame, check_dtype=False, rtol=1e-6)
    assert waves.posterior["replicate"].tolist() == [0]
    assert list(waves.later) == ["wave_2"]
    assert waves.drawn["replicate"].tolist() == [0, 1, 2, 1, 2]
    torn, none, alone = whole[: len(whole) // 2], b"", wave_content({"prior": frame})
    for content, named, told in (
        (whole, "0" * 64, "other waves"),
        (torn, fingerprint(whole), "other waves"),
        (torn, fingerprint(torn), "cannot be read"),
        (none, fingerprint(none), "cannot be read"),
        (alone, fingerprint(alone), "does not hold the waves"),
    ):
        put(content, named)
        with pytest.raises(InputError, match=told) as caught:
            read_waves(path)
        assert "study=calibrate" in str(caught.value)
        assert "\n" not in str(caught.value)
    path.with_suffix(".parquet").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        read_waves(path)


def test_the_stored_waves_are_those_of_the_stored_posterior() -> None:
    waves, stored = read_waves(STORED), load_posterior()
    assert len(waves.drawn) == stored.provenance["draws"]
    told = stored.provenance["waves"]
    assert [record["draws"] for record in told] == [len(waves.prior), *map(len, waves.later.values())]
    assert len(waves.posterior) == stored.draws
    assert {target.name for target in table().targets} <= set(waves.prior)
    for name, column in stored.columns.items():
        np.testing.assert_allclose(waves.posterior[name], column, rtol=1e-6)
    assert STORED.with_suffix(".parquet").stat().st_size < 5_000_000
