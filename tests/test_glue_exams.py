"""Exams in the course of years: a base year that meets the cluster table, rest without pay, diffusion with it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from made_up_laws import each, law
from simulated import Step, line_of, new_mexico_ensemble, shipped, steps

from sim.arrays import ZERO, Array, logistic, state_total
from sim.engine.ensemble import Ensemble
from sim.engine.exams import peers, settle_exams
from sim.engine.state import State
from sim.students.credentials import acceptance, considering, sites_administering

HORIZON = 8
RUNS = 4


@cache
def standing() -> Ensemble:
    return new_mexico_ensemble(RUNS, HORIZON)


@cache
def years(dollars: float, until: int = 0) -> list[Step]:
    """Background lines and a bonus for each credential, open-ended, in dollars of the year; perhaps with an end."""
    lines = [line for line in shipped("status_quo").lines if line.background]
    ending = {"sunset_year": until} if until else {}
    bonus = {"kind": "credential_bonus", "dollars": dict.fromkeys((1, 2, 3), dollars), "per_student_limit": None}
    paid = line_of(
        name="bonus", components=[bonus], appropriation={"rule": "full"}, rules={"indexation": "prices"},
        start_year=2027, **ending,
    )  # fmt: skip
    own = law(each(0.0), takes_effect=2027)
    return steps(standing(), own.model_copy(update={"lines": (paid if dollars else own.lines[0], *lines)}), HORIZON)


def share(state: State) -> Array:
    found: Array = state_total(state.exam_sites) / state_total(state.sites)
    return found


def test_usual_exams_of_the_base_year_are_those_of_the_cluster_table() -> None:
    ensemble = standing()
    school, terms = ensemble.base.schooling, ensemble.parameters
    usual = state_total(school.taught * terms.clusters.attempt_rate) * terms.outcomes.credential_level
    found = state_total(school.exams.share * school.taught * terms.clusters.attempt_rate) * (
        terms.outcomes.credential_level / ensemble.premises.exam_share
    )
    assert found == pytest.approx(usual, rel=0.05)
    assert found.mean() == pytest.approx(usual.mean(), rel=0.02)


def test_exams_are_whole_sites_within_those_that_stand() -> None:
    for step in [*years(0.0), *years(1000.0)]:
        exams = step.after.exam_sites
        assert (exams == np.rint(exams)).all()
        assert ((exams >= 0.0) & (exams <= step.after.sites)).all()


def test_without_pay_as_many_take_up_an_exam_as_drop_it() -> None:
    before = share(standing().state)
    for step in years(0.0):
        assert share(step.after).mean() == pytest.approx(before.mean(), abs=0.04)
        # The pilot of the base year has ended.
        assert not step.year.schooling.exams.for_pay.any()
        assert not step.after.exam_for_pay.any()


def test_constants_are_sought_at_which_the_sites_that_stand_gain_no_exams() -> None:
    ensemble, step = standing(), years(0.0)[-1]
    world, outcomes = ensemble.world, ensemble.parameters.outcomes
    premises, sites, opened = ensemble.premises, step.after.sites, step.year.workforce.opened
    assert opened.sum() > 0
    for _ in range(20):
        accepted = acceptance(ZERO, premises.exam_acceptance, outcomes)
        exams = replace(step.year.schooling.exams, accepted=accepted)
        premises = settle_exams(ensemble.parameters, premises, step.after, opened, exams)
    considers = considering(peers(world, exams.share, np.minimum(sites, 1.0)), outcomes)
    expected = sites_administering(exams.sites, sites - opened, considers, exams.accepted, outcomes)
    assert state_total(expected) == pytest.approx(state_total(exams.sites), rel=1e-9)


def test_with_pay_exams_spread_for_years_and_takers_come_first() -> None:
    paid = years(1000.0)
    shares = [share(standing().state).mean(), *(share(step.after).mean() for step in paid)]
    assert (np.diff(shares) > 0).all()
    assert shares[-1] - shares[4] > 0.03
    assert shares[1] - shares[0] < 0.5 * (shares[-1] - shares[0])
    sat = [np.average(step.after.further_exams, weights=step.after.participants) for step in paid]
    assert sat[1] > 0.4 * sat[-1]


def test_more_pay_brings_more_and_the_pass_rate_falls_with_takers() -> None:
    found = []
    for dollars in (0.0, 500.0, 1000.0, 2000.0):
        school = years(dollars)[-1].year.schooling.credentials
        passes = state_total(school.earned[0] + school.earned[1] + school.earned[2]).mean()
        found.append((share(years(dollars)[-1].after).mean(), passes, passes / state_total(school.attempts).mean()))
    sites, passes, rate = zip(*found, strict=True)
    assert (np.diff(sites) > 0).all()
    assert (np.diff(passes) > 0).all()
    assert rate[-1] < rate[-2] < rate[0]


def test_pay_that_is_less_than_the_fee_moves_nobody() -> None:
    cheapest = standing().parameters.clusters.exam_fee.min()
    for nothing, little in zip(years(0.0), years(8.0), strict=True):
        assert 0.0 < little.year.prospects.credential_price.max() < cheapest
        without = logistic(standing().premises.exam_acceptance)
        assert little.year.schooling.exams.accepted == pytest.approx(without + 0.0 * little.after.sites)
        sat = state_total(little.after.further_exams), state_total(nothing.after.further_exams)
        assert sat[0] == pytest.approx(sat[1])


def test_where_pay_ends_those_stop_that_began_for_it_and_at_once() -> None:
    ended, lasting = years(1000.0, 2031), years(1000.0)
    last, after = ended[4], ended[5]
    assert last.year.fiscal_year == 2031
    assert last.after.exam_for_pay.max() > 0.3
    still = state_total(lasting[5].year.schooling.exams.sites)
    assert (state_total(after.year.schooling.exams.sites) < 0.9 * still).all()
    assert not after.year.schooling.exams.for_pay.any()
    assert share(after.after).mean() < share(lasting[5].after).mean() - 0.05


def test_a_peer_without_the_cluster_says_nothing_about_its_exam() -> None:
    """Where all who offer it administer it, that is all of them, however few they are."""
    world, state = standing().world, standing().state
    offers = np.minimum(state.sites, 1.0)
    assert peers(world, offers, offers) == pytest.approx(1.0 + 0.0 * offers)
    assert not peers(world, 0.0 * offers, offers).any()
    half = peers(world, 0.5 * offers, offers)
    assert half == pytest.approx(0.5 + 0.0 * offers)
