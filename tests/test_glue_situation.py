"""What districts see when they decide: dollars of the year, each counted once, and one choice at any price level."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import row
from small_world import small_world

from sim.arrays import ZERO, district_total, ratio
from sim.behavior import costs
from sim.behavior.deciding import decide
from sim.behavior.situation import Choice, Situation
from sim.engine import situation
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble
from sim.engine.prospects import Prospects

REAL = """
    sites first_sections second_sections vacant_sections vacant_years launching facilities high_schools equipment notice
    program_notice plan plan_years wanted eligible going_on site_wanted own_budget log_price class_size class_cap
    second_class annuity practiced floor ceiling first_draw second_draw close_draw solving
"""
"""What of a situation is no dollar of the year."""


@pytest.fixture(scope="module")
def standing() -> Ensemble:
    return builders.standing(None)


def expecting(standing: Ensemble, **dollars: float) -> Prospects:
    """Prospects of a thousand dollars for a participant and so on, as given; nothing else."""
    nothing = 0.0 * standing.state.cash
    neutral = dict.fromkeys(("expected", "lasting", "restricted", "free", "uncredited"), nothing)
    given = {name: value + nothing for name, value in dollars.items()}
    return builders.filled(Prospects, 1, 1, {**neutral, "per_school": ZERO, "credential_value": ZERO}, given)


def observed(standing: Ensemble, prospects: Prospects, level: float = 1.0, **state: Any) -> Situation:
    """What districts see after the base year where prices and wages are at ``level``."""
    year, known = standing.base, replace(standing.state, **state)
    dear = np.full((1, 1, 1), level)
    unit = costs.unit_costs(standing.world.clusters, standing.parameters, dear, dear)
    conditions = replace(year.conditions, price_index=dear, wage_index=dear, costs=unit)
    offers = replace(year.offers, unit_value=level * year.offers.unit_value)
    return situation.observe(
        standing.world, standing.parameters, standing.premises, known, conditions, offers, prospects, year.signals,
        year.interest, year.cohorts, standing.draws.year(WARM_UP_YEARS + 1),
    )  # fmt: skip


def scaled(prospects: Prospects, level: float) -> Prospects:
    kept = ("startup_share", "steadiness")
    values = {one.name: getattr(prospects, one.name) for one in fields(prospects)}
    return replace(
        prospects,
        **{
            name: value if name in kept or value is ZERO or isinstance(value, tuple | Mapping) else level * value
            for name, value in values.items()
        },
    )


PROMISES = {"per_participant": 40.0, "per_concentrator": 500.0, "per_site": 900.0, "startup_share": 0.3}
RECEIPTS = {
    "expected": 300_000.0,
    "lasting": 200_000.0,
    "restricted": 350_000.0,
    "free": 10_000.0,
    "uncredited": 5000.0,
}


def test_at_twice_the_prices_every_dollar_is_twice_and_nothing_else_moves(standing: Ensemble) -> None:
    prospects = expecting(standing, **PROMISES, **RECEIPTS)
    cash = {"cash": np.abs(standing.state.cash) + 1000.0}
    plain, dear = (observed(standing, scaled(prospects, level), level, **cash) for level in (1.0, 2.0))
    for one in fields(Situation):
        before, after = getattr(plain, one.name), getattr(dear, one.name)
        factor = 1.0 if one.name in REAL.split() else 2.0
        assert after == pytest.approx(factor * before, rel=1e-9, abs=1e-9), one.name


def test_and_districts_choose_the_same(standing: Ensemble) -> None:
    prospects = expecting(standing, **PROMISES, **RECEIPTS)
    plain, dear = (
        decide(observed(standing, scaled(prospects, level), level), standing.parameters.decisions)
        for level in (1.0, 2.0)
    )
    for one in fields(Choice):
        before, after = getattr(plain, one.name), getattr(dear, one.name)
        factor = 2.0 if one.name in ("launch_cost", "plan_cost", "plan_earned", "plan_falls") else 1.0
        assert after == pytest.approx(factor * before, rel=1e-6, abs=1e-6), one.name


def test_students_of_the_second_course_earn_their_seat_and_their_completion(standing: Ensemble) -> None:
    known = observed(standing, expecting(standing, per_participant=40.0, per_concentrator=500.0))
    assert known.first_earned == pytest.approx(40.0 + 0.0 * known.first_earned)
    assert known.second_earned == pytest.approx(40.0 + 500.0 * standing.base.interest.completion)


def test_a_credential_is_earned_as_often_as_a_concentrator_tries_and_passes(standing: Ensemble) -> None:
    """Where a site administers an exam, and nothing was sat for pay."""
    clusters, terms, state = standing.parameters.clusters, standing.parameters.outcomes, standing.state
    nobody = 0.0 * state.further_exams
    known = observed(standing, expecting(standing, credential_value=100.0), further_exams=nobody)
    there = ratio(state.exam_sites, state.sites)
    tried = clusters.attempt_rate * terms.credential_level / standing.premises.exam_share
    earned = 100.0 * there * tried * clusters.pass_rate
    assert known.second_earned == pytest.approx(standing.base.interest.completion * earned)
    assert not known.first_earned.any()
    fees = observed(standing, expecting(standing), further_exams=nobody, exam_sites=0.0 * nobody).second_running
    exams = standing.base.interest.completion * there * tried * standing.base.conditions.costs.attempt
    assert known.second_running == pytest.approx(fees + exams)


def test_a_student_of_a_first_course_who_sits_for_pay_earns_and_costs(standing: Ensemble) -> None:
    terms, state = standing.parameters.outcomes, standing.state
    some = 0.1 + 0.0 * state.further_exams
    known = observed(standing, expecting(standing, credential_value=100.0), further_exams=some)
    exams = 0.1 * terms.exam_limit * ratio(state.exam_sites, state.sites)
    passes = standing.parameters.clusters.pass_rate * (1.0 - terms.pass_rate_fall)
    assert known.first_earned == pytest.approx(100.0 * exams * passes)
    unit = standing.base.conditions.costs
    assert known.first_running == pytest.approx(unit.participant + exams * unit.attempt)


def test_a_start_up_grant_lowers_what_a_launch_takes_and_never_below_nothing(standing: Ensemble) -> None:
    part, all_of_it = (observed(standing, expecting(standing, startup_share=share)) for share in (0.3, 1.7))
    assert part.startup_net == pytest.approx(0.7 * part.startup_cost + 0.0 * part.startup_net)
    assert not all_of_it.startup_net.any()


def test_students_who_sit_in_a_second_course_do_not_ask_for_a_first(standing: Ensemble) -> None:
    nobody = 0.0 * standing.state.second_students
    known = observed(standing, expecting(standing))
    alone = observed(standing, expecting(standing), second_students=nobody)
    assert known.wanted == pytest.approx(np.maximum(alone.wanted - standing.state.second_students, 0.0))
    assert known.eligible == pytest.approx(standing.state.first_students * standing.base.interest.going_on)


def test_what_may_not_be_promised_to_staff_is_there_for_launches_with_the_cash(standing: Ensemble) -> None:
    state = {"cash": 0.0 * standing.state.cash + 7000.0}
    passing = observed(standing, expecting(standing, expected=500_000.0, lasting=0.0), **state)
    certain = observed(standing, expecting(standing, expected=500_000.0, lasting=500_000.0), **state)
    nothing = observed(standing, expecting(standing), **state)
    assert (passing.promised <= certain.promised).all()
    assert (passing.promised < certain.promised).any()
    assert (passing.launch_cash >= certain.launch_cash).all()
    assert (certain.launch_cash >= nothing.launch_cash).all()
    own = nothing.own_budget * standing.base.cohorts.membership
    for known, comes in ((passing, 500_000.0), (certain, 500_000.0), (nothing, 0.0)):
        everything = known.launch_cash + known.promised * standing.state.filled_share
        assert everything == pytest.approx(7000.0 + own + comes)


@pytest.mark.parametrize("dollars", [10_000.0, 1_000_000.0])
def test_a_dollar_of_any_kind_never_lowers_what_is_promised_or_lies_ready(standing: Ensemble, dollars: float) -> None:
    plain = observed(standing, expecting(standing, **RECEIPTS))
    for change in (
        {"expected": RECEIPTS["expected"] + dollars},
        {"expected": RECEIPTS["expected"] + dollars, "lasting": RECEIPTS["lasting"] + dollars},
    ):
        richer = observed(standing, expecting(standing, **{**RECEIPTS, **change}))
        assert (richer.promised >= plain.promised - 1e-6).all()
        assert (richer.launch_cash >= plain.launch_cash - 1e-6).all()
        gained = richer.promised * standing.state.filled_share + richer.launch_cash
        had = plain.promised * standing.state.filled_share + plain.launch_cash
        assert gained == pytest.approx(had + dollars)


def test_a_debt_buys_no_launch(standing: Ensemble) -> None:
    broke = observed(standing, expecting(standing), cash=0.0 * standing.state.cash - 1e6)
    assert (broke.launch_cash >= 0).all()


def test_general_money_for_launches_is_saved_while_a_plan_waits(standing: Ensemble) -> None:
    plain = observed(standing, expecting(standing), plan_years=0.0 * standing.state.plan_years)
    waited = observed(standing, expecting(standing), plan_years=0.0 * standing.state.plan_years + 2.0)
    base, value = standing.base.offers.base_units, standing.base.offers.unit_value
    assert plain.launch_general == pytest.approx(standing.parameters.books.general_launch * base * value)
    assert waited.launch_general == pytest.approx(3.0 * plain.launch_general)


def test_a_school_is_promised_where_one_more_site_is_one_more_school() -> None:
    """Two of three schools offer CTE: only a cluster that both offer would bring the third, and only if it fills."""
    world, known = small_world(2, high_schools=(3, 2)), builders.parameters(decisions={"minimum_section": 5.0})
    prospects = builders.prospects(2, 3, per_school=5000.0)
    counts = builders.counts(2, 3, offering_schools=2.0)
    state = builders.state(2, 3, sites=row(2.0, 1.0, 2.0), counts=counts)
    promised = situation.school_bonus(world, known, state, prospects, row(9.0, 9.0, 4.9))
    assert promised.tolist() == [[5000.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_what_equipment_usually_costs_is_its_part_of_upkeep(standing: Ensemble) -> None:
    state, year = standing.state, standing.base
    due = situation.equipment_due(standing.parameters, state, year.conditions)
    unit = year.conditions.costs
    whole = district_total((unit.site * state.sites + unit.section_upkeep * state.sections) * unit.replacement)
    assert due == pytest.approx(standing.parameters.books.practiced_spending * whole)
    assert (due < district_total(unit.site * state.sites + unit.section_upkeep * state.sections))[whole > 0].all()


def test_what_is_promised_to_nobody_and_comes_again_is_known_and_none_of_what_ends(standing: Ensemble) -> None:
    own = standing.base.cohorts.membership * observed(standing, expecting(standing)).own_budget
    for lasting, ending in ((300_000.0, 0.0), (0.0, 0.0), (0.0, 300_000.0)):
        known = observed(standing, expecting(standing, expected=300_000.0, lasting=lasting, ending=ending))
        promised = known.promised if not ending else observed(standing, expecting(standing)).promised
        left = own + 300_000.0 - ending - promised * standing.state.filled_share
        assert known.once_again == pytest.approx(np.maximum(left, 0.0), abs=1e-6)


def test_usual_upkeep_is_the_practiced_share_of_what_last_year_s_courses_need(standing: Ensemble) -> None:
    state, terms = standing.state, standing.parameters
    unit = costs.unit_costs(standing.world.clusters, terms, np.ones((1, 1)), np.ones((1, 1)))
    conditions = replace(standing.base.conditions, costs=unit)
    each = state.sites * unit.site + (state.sections - state.vacant_sections) * unit.section_upkeep
    needed = each + state.participants * unit.participant + state.taught * unit.concentrator
    assert situation.usual_upkeep(terms, state, conditions) == pytest.approx(
        terms.books.practiced_spending * district_total(needed)
    )
