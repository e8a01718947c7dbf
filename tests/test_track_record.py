"""The track record of hindcasts: what is counted, on made-up pasts whose answer is known."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from judged import judged_settings
from scipy.stats import norm

from sim.arrays import Array
from sim.report.track_record.files import write_track_record
from sim.report.track_record.tables import by_case, misses, misses_table, tables
from sim.report.track_record.trust import trust
from sim.report.track_record.words import findings, width_text
from sim.study.assessment.discrepancy import GRID, with_discrepancy
from sim.study.assessment.race import DISCREPANT, LINE, MODEL, NOTHING
from sim.study.assessment.scores import Interval, crps_of_normal
from sim.study.hindcast.case import Case, Outcome, read_cases
from sim.study.hindcast.study import Finding, Hindcast, hindcast, read_materials
from sim.study.hindcast.verdict import judge
from sim.study.track_record.carried import Missed, missed_by_calibration
from sim.study.track_record.record import (
    ALL,
    ALONE,
    CARRIED,
    EVERY_YEAR,
    HELD_OUT,
    TOLERANT,
    WHOLLY,
    WIDER,
    TrackRecord,
    recorded,
    track_record,
)
from sim.study.track_record.sheet import Sheet, records, sheet_of

OHIO = read_cases(("ohio",))[0]
START = 2018
PLACES = norm.ppf((np.arange(1_000) + 0.5) / 1_000)
NOTHING_TOLD = "The discrepancy is not asked for."


def outcome(name: str, observed: dict[int, Any], **changes: Any) -> Outcome:
    plain = {
        "name": name, "label": name, "measure": "participants", "stands_for": "a count", "start": 100.0,
        "observed": observed, "tolerance": 0.1, "use": "held_out", "confidence": "high",
    }  # fmt: skip
    return Outcome.model_validate({**plain, **changes})


def case_of(title: str, *outcomes: Outcome) -> Case:
    name = title.lower().replace(",", "").replace(" ", "_")
    return OHIO.model_copy(update={"name": name, "title": title, "outcomes": outcomes})


def finding(case: Case, draws: dict[str, Sequence[Array | float]], still: float | None = None) -> Finding:
    """A case whose numbers after a start of 1 are ``draws`` by outcome, year after year; its placebo stays at
    ``still``."""
    paths = {
        name: np.column_stack([np.ones_like(PLACES), *(year * np.ones_like(PLACES) for year in years)])
        for name, years in draws.items()
    }
    kept = np.ones_like(PLACES) * (1.0 if still is None else still)
    placebo = {
        name: np.column_stack([path[:, 0], *[kept] * (path.shape[1] - 1)]) if still is not None else path
        for name, path in paths.items()
    }
    judged = tuple(
        judge(own, paths[own.name], START, None if still is None else placebo[own.name]) for own in case.outcomes
    )
    return Finding(case, "partly", judged, paths, {} if still is None else placebo, {})


def one(title: str, seen: float, forecast: Array | float, use: str = "held_out") -> Finding:
    return finding(case_of(title, outcome("o", {2019: 100.0 * seen}, use=use)), {"o": [forecast]})


def told(
    sigma: float = 0.3, states: tuple[str, ...] = ("Utah", "Iowa", "Ohio"), off: dict[str, float] | None = None
) -> Missed:
    """A calibration that missed one target of participation in each state by as much as sigma, but those ``off``."""
    states = ("Utah", "Iowa", "Ohio")
    values = np.exp([(off or {}).get(state, sigma) for state in states])
    sample = np.ones((4_000, len(states))) * (1.0 + 0.01 * np.resize(PLACES, 4_000)[:, np.newaxis])
    own = tuple((state.lower(), "o") for state in states)
    none = np.full(len(states), np.nan)
    kinds = ("participation",) * len(states)
    return Missed(sample, values, none, 0.1 * np.ones(len(states)), none, kinds, states, states, own)


def record_of(*found: Finding, missed: Missed | str = NOTHING_TOLD) -> TrackRecord:
    return recorded(sheet_of(found), missed, 5)


def held(found: TrackRecord, group: str, forecast: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    row = next(row for row in found.coverage[group] if row.forecast == forecast)
    return row.shares, tuple(mean.value for mean in row.over_cases)


# Coverage.


def test_bands_hold_what_lies_in_them_by_hand() -> None:
    # A forecast of 2 with a deviation of 0.1: the bands reach to 0.067, 0.128 and 0.164 to either side.
    forecast = 2.0 + 0.1 * PLACES
    seen = (2.0, 2.1, 2.15, 2.2)
    found = record_of(*(one(f"State {place}, x", value, forecast) for place, value in enumerate(seen)))
    assert held(found, ALL, ALONE) == ((0.25, 0.5, 0.75), (0.25, 0.5, 0.75))
    # With a tolerance of a tenth of the observed number the deviation is 0.24 and the 50% band reaches to 0.16.
    assert held(found, ALL, TOLERANT)[0] == (0.75, 1.0, 1.0)


def test_outcomes_and_cases_count_once_however_many_years_and_outcomes_they_have() -> None:
    near, far = outcome("near", {2019: 100.0, 2020: 100.0, 2021: 300.0}), outcome("far", {2019: 300.0})
    two = finding(case_of("Utah, two outcomes", near, far), {"near": [1.0] * 3, "far": [1.0] * 3})
    found = record_of(two, one("Iowa, one", 1.0, 1.0))
    # Outcomes: two thirds of the years of one, none of the other, and one; cases: their mean of a third, and one.
    assert held(found, ALL, ALONE)[0] == pytest.approx(((2 / 3 + 0.0 + 1.0) / 3,) * 3)
    assert held(found, ALL, ALONE)[1] == pytest.approx(((1 / 3 + 1.0) / 2,) * 3)
    row = found.coverage[ALL][0]
    assert (row.targets, row.cases) == (3, 2)


def test_two_readings_of_one_record_are_one_case() -> None:
    first, other = one("Utah, a slow ramp", 1.2, 1.0), one("Utah, all at once", 1.2, 1.2)
    assert set(records([first.case, other.case]).values()) == {"Utah (2 cases of one record)"}
    found = record_of(first, other, one("Iowa, other", 1.3, 1.0))
    assert found.coverage[ALL][0].cases == 2
    assert held(found, ALL, ALONE)[1] == (0.25,) * 3


def test_a_range_is_held_by_a_band_that_has_any_part_of_it_and_has_no_score() -> None:
    forecast = 1.0 + 0.1 * PLACES
    for known, inside in (
        ({"low": 110.0, "high": 150.0}, True),
        ({"low": 130.0, "high": 150.0}, False),
        ({"at_least": 115.0}, True),
        ({"at_least": 120.0}, False),
        ({"at_most": 50.0}, False),
        ({"at_most": 300.0}, True),
    ):
        own = case_of("Utah, a range", outcome("o", {2019: known}))
        found = record_of(finding(own, {"o": [forecast]}))
        assert held(found, ALL, ALONE)[0][-1] == float(inside), known
        assert np.isnan(found.entrants[MODEL].crps).all()
        assert np.isnan(found.entrants[NOTHING].crps).all()
    assert "1 are ranges or bounds" in " ".join(findings(found))


def test_years_that_are_only_shown_are_counted_apart() -> None:
    own = outcome("o", {2019: 100.0, 2020: 300.0}, judged=[2019])
    found = record_of(finding(case_of("Utah, x", own), {"o": [1.0, 1.0]}))
    assert held(found, ALL, ALONE)[0] == (1.0,) * 3
    assert held(found, EVERY_YEAR, ALONE)[0] == (0.5,) * 3


def test_a_case_of_which_anything_was_fitted_is_not_held_out_wholly() -> None:
    mixed = case_of("Utah, x", outcome("a", {2019: 100.0}, use="fitted"), outcome("b", {2019: 300.0}))
    found = record_of(finding(mixed, {"a": [1.0], "b": [1.0]}), one("Iowa, x", 1.0, 1.0))
    assert [found.coverage[group][0].targets for group in (ALL, HELD_OUT, WHOLLY)] == [3, 2, 1]
    fitted = record_of(one("Utah, x", 1.0, 1.0, use="fitted"))
    assert WHOLLY not in fitted.coverage
    assert fitted.heats[WHOLLY][0].targets == 0
    assert findings(fitted)


# Net of the placebo.


def test_record_and_draws_are_taken_net_as_the_verdict_is() -> None:
    own = case_of("Utah, x", outcome("o", {2019: 110.0}))
    found = record_of(finding(own, {"o": [1.1 + 0.01 * PLACES]}, still=1.1))
    (row,) = found.sheet.rows
    assert row.net == "ratio"
    assert np.median(found.forecasts[ALONE].sample) == pytest.approx(1.0)
    # The model's rise is its drift, so that it forecasts no change, as "nothing changes" does.
    assert misses(found)[0] == pytest.approx(np.log(1.1))
    assert row.unchanged == 1.0
    assert held(found, ALL, ALONE)[0] == (0.0,) * 3


def test_a_discrepancy_is_of_the_number_and_not_of_its_difference_from_the_placebo() -> None:
    level = {"compare": "level", "start": None, "net": "difference", "measure": "participants_per_member"}
    own = case_of("Utah, x", outcome("o", {2019: 0.5, 2020: 0.5}, unchanged={2019: 0.2}, **level))
    found = record_of(finding(own, {"o": [0.5, 0.5]}, still=0.2), missed=told(0.3))
    # A year in which the record's own change is not known, though it is in another, is left aside.
    assert [row.year for row in found.sheet.rows] == [2019]
    assert found.sheet.left_aside == 1
    assert found.sheet.rows[0].unchanged == 0.0
    np.testing.assert_allclose(found.forecasts[ALONE].sample, 0.3)
    wide = found.forecasts[CARRIED].sample
    assert np.log(wide + 0.2).mean() == pytest.approx(np.log(0.5), abs=0.03)
    assert np.median(wide) == pytest.approx(0.3, abs=0.02)
    assert wide.min() > -0.2


# The discrepancy.


def test_a_discrepancy_widens_every_band_and_narrows_none() -> None:
    found = record_of(
        *(one(f"{state}, x", 1.5, 1.4 + spread * PLACES) for state, spread in (("Utah", 0.01), ("Iowa", 0.3))),
        missed=told(0.2),
    )
    for band in (0.5, 0.8, 0.9):
        low, high = (
            np.quantile(found.forecasts[name].sample, (0.5 - band / 2, 0.5 + band / 2), axis=0)
            for name in (ALONE, CARRIED)
        )
        assert (np.log(high[1] / high[0]) > np.log(low[1] / low[0])).all()
        assert (high[0] < low[0]).all()
        assert (high[1] > low[1]).all()


def test_the_sigma_of_a_state_does_not_see_what_was_missed_in_it() -> None:
    sheet = sheet_of([one("Ohio, a law", 3.0, 1.0), one("Utah, a law", 3.0, 1.0)])
    plain, far = told(0.1).sigma(sheet.rows), told(0.1, off={"Ohio": 2.0}).sigma(sheet.rows)
    np.testing.assert_array_equal(plain[0], far[0])
    assert far[1] @ GRID > 2.0 * (plain[1] @ GRID)
    assert told().tellers(sheet.rows[0]) == ("Utah", "Iowa")
    # Nor does the wider one, which held-out cases of other states tell as well.
    ones = np.ones((4_000, 2)) * (1.0 + 0.01 * np.resize(PLACES, 4_000)[:, np.newaxis])
    wider = told(0.1).with_held_out(sheet, ones)
    assert wider.cases == ("Utah", "Iowa", "Ohio", "Ohio, a law", "Utah, a law")
    less = told(0.1).with_held_out(sheet_of([one("Ohio, a law", 1.0, 1.0), one("Utah, a law", 3.0, 1.0)]), ones)
    np.testing.assert_array_equal(wider.sigma(sheet.rows)[0], less.sigma(sheet.rows)[0])
    assert wider.sigma(sheet.rows)[0] @ GRID > 2.0 * (plain[0] @ GRID)


def test_what_was_missed_in_a_state_tells_none_of_its_cases_however_they_are_titled() -> None:
    def sigma(off: float) -> Array:
        missed = told(0.1, off={"Utah": off})
        return record_of(one("Utah's pilot, x", 1.2, 1.0 + 0.1 * PLACES), missed=missed).sigma

    np.testing.assert_array_equal(sigma(2.0), sigma(0.1))


def test_what_is_a_target_already_tells_once_and_its_case_stays_one() -> None:
    target = case_of("ohio", outcome("o", {2019: 300.0}), outcome("p", {2019: 300.0}))
    sheet = sheet_of([finding(target, {"o": [1.0], "p": [1.0]})])
    wider = told().with_held_out(sheet, np.ones((4_000, 2)))
    assert wider.cases == ("Utah", "Iowa", "Ohio", "Ohio")
    assert wider.hindcasts[-1] == ("ohio", "p")


def test_a_kind_that_no_case_tells_leans_on_all_together() -> None:
    own = case_of("Utah, x", outcome("o", {2019: 150.0}, measure="credentials"))
    found = record_of(finding(own, {"o": [1.4]}), missed=told(0.3))
    assert found.tellers == ((),)
    assert found.sigma[0] == pytest.approx(0.3, rel=0.15)
    assert "For 1 number no other state tells of their kind" in " ".join(findings(found))
    assert misses_table(found).sigma_told_by.tolist() == ["all kinds together"]


# The race.

STATES = ("Utah", "Iowa", "Ohio", "Maine", "Idaho", "Texas")


def test_who_knows_what_happened_beats_nothing_changes_and_who_is_wrong_loses() -> None:
    seen = (1.5, 2.0, 1.8, 0.6, 1.4, 2.2)
    cases = list(zip(STATES, seen, strict=True))
    knows = record_of(*(one(f"{state}, x", value, value * (1.0 + 0.05 * PLACES)) for state, value in cases))
    wrong = record_of(*(one(f"{state}, x", value, (1.0 + 0.05 * PLACES) / value**2) for state, value in cases))
    won, lost = knows.heats[WHOLLY][0], wrong.heats[WHOLLY][0]
    assert (won.first, won.other, won.verdict, won.won) == (MODEL, NOTHING, "won", 6)
    assert (lost.verdict, lost.won) == ("lost", 0)
    assert 'wins against "nothing changes"' in " ".join(findings(knows))
    assert 'loses to "nothing changes"' in " ".join(findings(wrong))
    slope = knows.sizes[ALL][1]
    np.testing.assert_allclose(slope[:3], 1.0, atol=1e-3)
    assert wrong.sizes[ALL][1].value == pytest.approx(-2.0, abs=1e-2)
    assert [row.right for row in wrong.sizes[ALL][0]] == [0]


def test_scores_are_in_tolerances_and_opponents_have_the_spread_of_their_other_misses() -> None:
    found = record_of(one("Utah, x", 1.25, 1.25), one("Iowa, x", 2.0, 2.0))
    # "Nothing changes" is off by 2 tolerances of 0.125 in Utah and by 5 of 0.2 in Iowa.
    known = crps_of_normal(np.array([2.0, 5.0]), np.sqrt([1.0 + 25.0, 1.0 + 4.0]), np.zeros(2))
    np.testing.assert_allclose(found.entrants[NOTHING].crps, known)
    right = crps_of_normal(np.zeros(1), np.ones(1), np.zeros(1))[0]
    np.testing.assert_allclose(found.entrants[MODEL].crps, right, rtol=0.05)
    assert DISCREPANT not in found.entrants


def test_a_straight_line_runs_in_the_years_after_the_first() -> None:
    own = outcome("o", {2019: 110.0, 2021: 130.0})
    found = record_of(finding(case_of("Utah, x", own), {"o": [1.1, 1.2, 1.3]}))
    assert [row.line for row in found.sheet.rows][1] == pytest.approx(1.3)
    assert np.isnan(found.sheet.rows[0].line)
    heat = next(heat for heat in found.heats[ALL] if heat.other == LINE)
    assert (heat.targets, heat.log_error) == (1, pytest.approx((0.0, 0.0), abs=1e-2))


def test_bias_is_of_the_last_judged_year_of_an_outcome() -> None:
    own = outcome("o", {2019: 102.0, 2020: 200.0})
    found = record_of(finding(case_of("Utah, x", own), {"o": [1.0, np.sqrt(2.0)]}))
    (row,), slope = found.sizes[ALL]
    assert (row.size, row.targets) == ("over 25%", 1)
    assert (row.observed, row.forecast) == (pytest.approx(np.log(2.0)), pytest.approx(np.log(2.0) / 2))
    assert slope.value == pytest.approx(0.5)


# Words and files.


def test_words_follow_from_the_numbers() -> None:
    wide = [width_text(Interval(share, share - 0.05, share + 0.05, 9)) for share in (0.79, 0.8, 0.97, 0.98)]
    assert wide == ["too narrow", "about as wide as they say", "about as wide as they say", "too wide"]
    assert width_text(Interval(0.7, 0.4, 0.95, 9)) == "too narrow, as far as so few cases tell"
    assert width_text(Interval(0.0, 0.0, 0.0, 4)) == "too few cases to tell their width"
    cases = [one(f"{state}, x", 4.0 if state == "Ohio" else 1.05, 1.0 + 0.05 * PLACES) for state in STATES]
    said = " ".join(findings(record_of(*cases, missed=told(0.02))))
    assert "1: Ohio, o: 4.00 where 1.00 was forecast" in said
    assert "what is missed grows with what changed" in said
    calm = " ".join(findings(record_of(*(one(f"{state}, x", 1.05, 1.0) for state in STATES), missed=told(0.3))))
    assert "No held-out outcome lies outside" in calm
    assert NOTHING_TOLD in " ".join(findings(record_of(cases[0])))
    assert "too wide" in calm


def test_what_is_said_of_trust_names_the_cases_that_it_rests_on() -> None:
    def said(use: str) -> str:
        cases = (one(f"{state}, x", 1.5, 1.3 + 0.05 * PLACES, use) for state in STATES)
        return " ".join(trust(record_of(*cases, missed=told(0.3))))

    held_out, fitted = said("held_out"), said("fitted")
    assert f"In {len(STATES)} cases that nothing was fitted to, 90% intervals" in held_out
    assert "Of a change observed in cases that nothing was fitted to," in held_out
    assert "nothing was fitted to" not in fitted
    assert f"In {len(STATES)} past cases, 90% intervals" in fitted
    assert "Of a change observed in past cases," in fitted
    assert "Trust the direction of a large change" in fitted
    # Of small changes alone nothing follows for large ones.
    small = " ".join(trust(record_of(*(one(f"{state}, x", 1.1, 1.1) for state in STATES))))
    assert "direction was right in 6 of 6" in small.replace(str(len(STATES)), "6")
    assert "large change" not in small
    wrong = " ".join(trust(record_of(*(one(f"{state}, x", 1.5, 0.9) for state in STATES))))
    assert wrong.startswith("**Do not trust a direction by itself.**")


def test_what_was_missed_is_told_case_by_case() -> None:
    mixed = case_of("Utah, x", outcome("a", {2019: 100.0}, use="fitted"), outcome("b", {2019: 300.0}))
    (row,) = by_case(record_of(finding(mixed, {"a": [1.0], "b": [1.0]})))
    assert (row.record, row.outcomes, row.held_out) == ("Utah, x", 2, 1)
    assert row.mean == pytest.approx(np.log(3.0) / 2)
    assert row.holds[ALONE] == 0.5


def hindcast_of(*found: Finding) -> Hindcast:
    return Hindcast(found, len(PLACES), 5, "posterior", "0" * 12, "0" * 12)


def test_everything_is_written_and_the_figures_show_it(tmp_path: Path) -> None:
    cases = [one(f"{state}, x", 1.3, 1.2 + 0.1 * PLACES) for state in STATES]
    found = record_of(*cases, missed=told(0.2))
    text = write_track_record(found, hindcast_of(*cases), tmp_path)
    assert (tmp_path / "track_record.txt").read_text(encoding="utf-8") == text
    for name, table in tables(found).items():
        assert len(pd.read_csv(tmp_path / f"{name}.csv")) == len(table) > 0
    page = (tmp_path / "track_record.md").read_text(encoding="utf-8")
    for figure in ("coverage", "misses"):
        assert f"](figures/track_record_{figure}.png)" in page
        assert (tmp_path / "figures" / f"track_record_{figure}.png").stat().st_size > 10_000
    held_in = misses_table(found)
    assert {f"in_90_{name.replace(' ', '_')}" for name in (ALONE, TOLERANT, CARRIED, WIDER)} <= set(held_in)


def test_a_hindcast_without_anything_to_judge_has_no_track_record(tmp_path: Path) -> None:
    settings = judged_settings("hindcast", ["delaware"])
    study = hindcast(settings, read_materials(settings))
    text = write_track_record(track_record(study), study, tmp_path)
    assert "there is no track record" in text
    assert not (tmp_path / "figures").exists()


def test_draws_of_the_priors_carry_no_discrepancy_of_the_posterior() -> None:
    said = missed_by_calibration("prior", 3)
    assert isinstance(said, str)
    assert "not of it" in said


def test_shipped_cases_that_share_a_record_are_one() -> None:
    names = records([case for case in read_cases() if not case.untestable])
    past = [name for name in names if name.startswith("new_mexico_")]
    assert len(past) == 4
    assert len({names[name] for name in past}) == 1
    assert len(set(names.values())) == len(names) - 3


def test_a_sheet_of_nothing_is_empty() -> None:
    empty = sheet_of([])
    assert isinstance(empty, Sheet)
    assert (empty.outcomes, empty.rows) == (0, ())


# What intervals carry.


def changed(factors: dict[str, float]) -> Missed:
    """A calibration whose forecast change of 0.4 was so many times as large in each state, and never exactly so."""
    states = tuple(factors)
    sample = 1.4 + 0.02 * np.resize(PLACES, 4_000)[:, np.newaxis] * np.ones(len(states))
    values, still = 1.0 + 0.4 * np.array(list(factors.values())), np.ones(len(states))
    own = tuple((state.lower(), "o") for state in states)
    kinds = ("participation",) * len(states)
    return Missed(sample, values, still, 0.02 * still, 4.0 * still, kinds, states, states, own, "w")


def test_a_change_that_was_missed_by_its_size_widens_changes_and_leaves_what_stands_still() -> None:
    far = changed({"Utah": 2.5, "Iowa": 0.4, "Ohio": 2.2, "Maine": 0.5, "Texas": 1.8})
    near = changed({"Utah": 1.05, "Iowa": 0.95, "Ohio": 1.0, "Maine": 1.0, "Texas": 1.02})
    assert far.response().sigma > 2.0 * near.response().sigma
    # What a state tells of itself is left out.
    alone = changed({"Utah": 9.0, "Iowa": 1.0, "Ohio": 1.0, "Maine": 1.0})
    assert alone.response(("Utah",)).sigma < alone.response().sigma
    sheet = sheet_of([one("Vermont, x", 1.5, 2.0), one("Nevada, x", 1.0, 1.0)])
    found = far.as_carried(sheet, sheet.sample(), 3)
    grown, stood = (np.log(np.quantile(column, (0.05, 0.95))) @ [-1.0, 1.0] for column in found.T)
    plain = near.as_carried(sheet, sheet.sample(), 3)
    assert grown > 1.3 * stood
    assert grown > 1.5 * (np.log(np.quantile(plain[:, 0], (0.05, 0.95))) @ [-1.0, 1.0])
    np.testing.assert_allclose(found.mean(axis=0)[0], 2.0, rtol=0.15)


def test_what_a_state_was_missed_by_is_in_no_part_of_what_it_carries_itself() -> None:
    sheet = sheet_of([one("Utah's pilot, x", 1.5, 2.0), one("Utah, y", 1.2, 1.0)])
    found = [
        changed({"Utah": own, "Iowa": 1.0, "Ohio": 1.5, "Maine": 0.8}).as_carried(sheet, sheet.sample(), 3)
        for own in (9.0, 1.0)
    ]
    np.testing.assert_array_equal(*found)


def test_the_size_of_a_change_is_from_the_placebo_and_levels_are_told_of_what_it_leaves() -> None:
    missed = changed({"Utah": 2.5, "Iowa": 0.4, "Ohio": 2.2, "Maine": 0.5})
    own = case_of("Vermont, x", outcome("o", {2019: 110.0}))
    sheet = sheet_of([finding(own, {"o": [1.1]}, still=1.1)])
    left = missed.responding(missed.response(), 3).sigma(sheet.rows)
    wide, wider = (
        sheet.taken_net(with_discrepancy(sheet.sample(), chance, 3)) for chance in (left, missed.sigma(sheet.rows))
    )
    np.testing.assert_array_equal(missed.as_carried(sheet, sheet.sample(), 3), wide)
    assert wide.std() < 0.9 * wider.std()


def test_what_was_fitted_tells_nothing_that_its_calibration_does_not() -> None:
    sheet = sheet_of([one("Vermont, x", 2.0, 1.0, use="fitted"), one("Nevada, x", 2.0, 1.0)])
    found = changed({"Utah": 1.0, "Iowa": 1.5}).with_held_out(sheet, sheet.sample())
    assert found.states == ("Utah", "Iowa", "Nevada")


def test_a_level_goes_its_way_within_the_years_of_changes_alone() -> None:
    missed = changed({"Utah": 2.5, "Iowa": 0.4, "Ohio": 2.2})
    still = np.array([1.0, 1.0, np.nan])
    found = replace(missed, years=np.array([3.0, 5.0, 40.0]), unchanged=still).carried(3)
    assert found is not None
    assert found.years == 4.0
    assert replace(missed, unchanged=np.full(3, np.nan)).carried(3) is None


def test_what_is_carried_is_told_by_all_cases_and_in_two_parts() -> None:
    missed = changed({"Utah": 2.5, "Iowa": 0.4, "Ohio": 2.2, "Maine": 0.5})
    found = missed.carried(3)
    assert found.response == missed.response().spread
    assert found.response.cases == 4
    assert set(found.levels) == {"participation", "all kinds"}
    assert found.years == 4.0
    # What the size of changes explains is not told once more as a level's.
    without = Missed(
        missed.forecasts, missed.values, np.full(4, np.nan), missed.tolerances, missed.years, missed.kinds,
        missed.cases, missed.states, missed.hindcasts,
    )  # fmt: skip
    assert found.levels["participation"].sigma < without.sigma(sheet_of([one("Idaho, x", 1.0, 1.0)]).rows)[0] @ GRID
    record = record_of(one("Vermont, x", 1.5, 2.0), missed=missed)
    assert record.wave == "w"
    assert record.carried is not None
    assert record.carried.response.cases == 5  # the held-out case tells too
    assert record_of(one("Vermont, x", 1.5, 2.0)).carried is None
