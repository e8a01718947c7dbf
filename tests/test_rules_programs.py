"""All of a district's CTE, weighed together, and plans held against the dollar to come; worked by hand."""

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import number, row

from sim.arrays import Array
from sim.behavior.deciding import decide
from sim.behavior.situation import Situation
from sim.behavior.weighing import FurtherSite, weigh_budget, weigh_program, weigh_sections, weigh_site
from sim.parameters.groups import Decisions

TERMS: Decisions = builders.parameters(
    decisions={
        "section_spread": 0.5,
        "price_limit": 2.0,
        "second_class": 0.75,
        "least_cost": 0.1,
        "minimum_section": 5.0,
        "plan_hurdle": 0.1,
        "plan_second": 0.5,
        "close_notice": 2.0,
    }
).decisions
CERTAIN = replace(TERMS, section_spread=number(0.023))
"""Sections hardly differ in what they are worth: all are run or none."""


def program(log_price: float, terms: Decisions = TERMS, known: Situation | None = None, **changes: Any) -> Array:
    s = known if known is not None else builders.situation(**changes)
    level = np.full_like(s.total(s.sites), log_price)
    weighed = weigh_sections(s, level, terms)
    return weigh_program(s, weighed, weigh_budget(s, weighed, terms), level, terms)


WORTHY = {
    "sites": 1.0,
    "wanted": 60.0,
    "eligible": 0.0,
    "first_worth": 2000.0,
    "first_earned": 100.0,
    "class_cap": 20.0,
    "elective": 0.0,
    "site_worth": 5000.0,
    "program_cost": 7000.0,
}
"""Three sections of 20 students, each worth $40,000 and earning $2,000, for $20,000."""


def test_at_a_dollar_for_a_dollar_a_program_is_worth_what_it_is_worth_beyond_its_cost() -> None:
    assert program(0.0, CERTAIN, **WORTHY) == pytest.approx(3 * (40_000 + 2_000 - 20_000) + 5000 - 7000)


@pytest.mark.parametrize("price", [1.25, 1.5])
def test_where_a_dollar_is_dear_nothing_is_left_for_that_reason(price: float) -> None:
    """What is run is as many dollars of the general fund beyond its cost as it was."""
    found = program(np.log(price), CERTAIN, **WORTHY)
    assert found == pytest.approx(program(0.0, CERTAIN, **WORTHY))


def test_where_a_dollar_is_cheap_what_is_run_counts_in_dollars_for_cte() -> None:
    """At four fifths of a dollar each section is worth $37,500: the same money has no other use for CTE."""
    known = {**WORTHY, "first_worth": 1500.0}
    assert program(np.log(0.8), CERTAIN, **known) == pytest.approx(3 * (37_500 + 2_000 - 20_000) + 6250 - 7000)


def many(seed: int) -> Situation:
    """Five districts of which as many go on to second courses as were in first ones."""
    rng = np.random.default_rng(seed)
    size = (5, 3)
    sites = rng.integers(0, 3, size).astype(np.float64)
    wanted, going_on = 120.0 * rng.random(size) * (sites > 0), 0.5 * rng.random(size)
    return builders.situation(
        *size,
        sites=sites,
        wanted=wanted,
        going_on=going_on,
        eligible=going_on * wanted,
        first_worth=1500.0 * rng.random(size),
        second_worth=3000.0 * rng.random(size),
        site_worth=20_000.0 * rng.random(size),
        first_earned=300.0 * rng.random(size),
        second_earned=900.0 * rng.random(size),
        section_running=2000.0 * rng.random(size),
        site_running=8000.0 * rng.random(size),
        section_cost=row(15_000.0, 20_000.0, 25_000.0),
        program_cost=rng.gamma(1.0, 20_000.0, (5, 1)),
    )


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 3.0))
def test_what_carries_itself_at_a_dollar_for_a_dollar_does_at_any_dearer_one(seed: int, log_price: float) -> None:
    known = many(seed)
    carried = program(0.0, known=known) >= 0.0
    assert (program(log_price, known=known)[carried] >= -1e-6).all()


def plan(**changes: Any) -> Situation:
    planner = {"sites": 1.0, "high_schools": 3.0, "facilities": 2.0, "site_wanted": 40.0, "startup_net": 30_000.0}
    return builders.situation(**{**planner, **changes})


def with_upkeep(once: float) -> FurtherSite:
    """A further site for 40 students whose upkeep is usually 7,000, where others' is 63,000 and a lab costs 100,000."""
    known = plan(facility_cost=100_000.0, usual_upkeep=63_000.0, once_again=once, site_running=14_000.0, practiced=0.5)
    return weigh_site(known, number(0.0), TERMS)


def test_a_start_up_weighs_what_the_money_that_buys_it_is_worth() -> None:
    """30,000 that come once beside upkeep of 70,000: $30,000 weigh as $21,000, in the value and in what is required."""
    whole, light = with_upkeep(0.0), with_upkeep(30_000.0)
    assert (whole.weight, light.weight) == (pytest.approx(1.0), pytest.approx(0.7))
    assert light.value - whole.value == pytest.approx(9000.0)
    assert (whole.startup, light.startup) == (pytest.approx(30_000.0), pytest.approx(21_000.0))
    assert (whole.required, light.required) == (pytest.approx(3000.0), pytest.approx(2100.0))


def test_a_lab_weighs_as_a_start_up_does() -> None:
    whole, light = with_upkeep(0.0), with_upkeep(30_000.0)
    assert whole.value - whole.value_with_lab == pytest.approx(100_000.0)
    assert light.value - light.value_with_lab == pytest.approx(70_000.0)


def test_where_nothing_runs_yet_a_start_up_is_weighed_against_the_upkeep_of_its_own_site() -> None:
    known = plan(usual_upkeep=0.0, once_again=7000.0, site_running=14_000.0, practiced=0.5)
    assert weigh_site(known, number(0.0), TERMS).weight == pytest.approx(0.5)


def test_money_that_ends_within_the_horizon_holds_plans_back_and_no_section() -> None:
    known = plan(launch_cash=1e6, first_worth=1000.0)
    lasting, ending = (decide(replace(known, enduring=known.promised - dollars), TERMS) for dollars in (0.0, 500_000.0))
    assert lasting.begun.all()
    assert not ending.begun.any()
    for name in ("log_price", "first_change", "second_change", "upkeep_share", "sites_closed", "leaves"):
        assert np.array_equal(getattr(lasting, name), getattr(ending, name)), name


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1e5), st.floats(0.0, 1e5))
def test_the_more_ends_the_less_a_further_site_is_worth(seed: int, some: float, further: float) -> None:
    known = replace(
        many(seed), plan=np.ones((5, 3)), high_schools=np.full((5, 1), 4.0), site_wanted=np.full((5, 3), 40.0)
    )
    less, more = (
        decide(replace(known, enduring=known.promised - np.full((5, 1), dollars)), TERMS)
        for dollars in (some, some + further)
    )
    assert (more.given_up >= less.given_up).all()
    assert (more.begun <= less.begun).all()
