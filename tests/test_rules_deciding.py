"""The decision of a district as a whole: worked by hand, alike for one row and for many, and the right way round."""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import column, number, row

from sim.behavior.deciding import decide, priced_ahead
from sim.behavior.launching import FOR_INSTRUCTOR, FOR_MONEY, FOR_ROOM
from sim.behavior.situation import Choice, Situation
from sim.behavior.weighing import Planned, weigh_budget, weigh_closing, weigh_sections, weigh_site
from sim.parameters.groups import Decisions

TERMS: Decisions = builders.parameters(
    decisions={
        "class_start": 0.3,
        "class_response": 1.0,
        "section_spread": 0.5,
        "price_speed": 1.0,
        "price_step": 0.7,
        "price_limit": 3.0,
        "second_class": 0.75,
        "least_cost": 0.1,
        "least_response": 0.05,
        "section_slack": 0.1,
        "expansion_limit": 0.25,
        "reduction_limit": 0.25,
        "minimum_section": 5.0,
        "plans_per_school": 1.0,
        "plan_hurdle": 0.1,
        "plan_patience": 5.0,
        "plan_second": 0.5,
        "close_notice": 2.0,
        "close_spread": 0.5,
        "close_vacancy_years": 2.0,
        "deficit_share": 0.05,
    }
).decisions


def weighed(log_price: float = 0.0, **changes: Any) -> Any:
    return weigh_sections(builders.situation(**changes), number(log_price), TERMS)


def test_sections_as_they_are_weighed_in_the_base_year() -> None:
    """Classes of 23; 60 students fill 60 / 23 first sections, 20 fill 20 / 17.25 second ones."""
    found = weighed()
    assert found.first_class == pytest.approx(23.0)
    assert found.first.possible == pytest.approx(60 / 23)
    assert found.second.possible == pytest.approx(20 / 17.25)
    assert found.first.worth == pytest.approx(23_000.0)
    assert found.second.worth == pytest.approx(34_500.0)
    assert found.first.cost == pytest.approx(20_000 - 500 * 23)
    assert found.second.cost == pytest.approx(20_000 - 500 * 17.25)
    runs = 1 / (1 + np.exp(-(23_000 - 8_500) / (0.5 * 8_500)))
    assert found.first_wanted == pytest.approx(runs * 60 / 23)
    assert found.upkeep_share == pytest.approx(0.6)


def test_a_plan_costs_its_sections_and_its_sites_less_what_it_earns() -> None:
    running = {"section_running": 1000.0, "site_running": 2000.0, "first_running": 10.0, "second_running": 20.0}
    plain = weighed(**running)
    assert plain.first.cost == pytest.approx(20_000 + 0.6 * 1000 + (0.6 * 10 - 500) * 23)
    known = builders.situation(**running, first_earned=100.0, program_cost=700.0)
    paid = weigh_sections(known, number(0.0), TERMS)
    planned = weigh_budget(known, paid, TERMS)
    first, second = paid.first_wanted * paid.first.cost, paid.second_wanted * paid.second.cost
    assert planned.cost == pytest.approx(first + second + 0.6 * 2000 + 700)
    assert planned.earned == pytest.approx(paid.first_wanted * 2300)


def test_what_a_dearer_dollar_saves_is_the_slope_of_what_the_plan_costs() -> None:
    """Sections given up and upkeep put off, where classes do not answer; that upkeep moves sections is left out."""
    terms = replace(TERMS, class_response=number(0.0))
    known = builders.situation(elective=0.0, section_running=1000.0, site_running=2000.0, wanted=300.0)

    def planned(log_price: float) -> Planned:
        return weigh_budget(known, weigh_sections(known, number(log_price), terms), terms)

    slope = (planned(-1e-4).cost - planned(1e-4).cost).item() / 2e-4
    assert slope > 0
    assert planned(0.0).falls.item() == pytest.approx(slope, rel=0.05)


def test_larger_classes_save_salaries_as_far_as_they_may_grow() -> None:
    stiff, free = (
        weigh_budget(known, weigh_sections(known, number(0.0), TERMS), TERMS).falls
        for known in (builders.situation(class_cap=20.0), builders.situation())
    )
    assert free > stiff
    at_the_cap = weigh_sections(builders.situation(), number(0.7), TERMS)
    assert at_the_cap.class_size == pytest.approx(30.0)


def test_a_section_that_saves_more_seats_than_it_costs_still_costs_something() -> None:
    assert weighed(elective=5000.0).first.cost == pytest.approx(0.1 * 20_000)


def test_students_are_not_turned_away_for_classes_smaller_than_those_of_the_base_year() -> None:
    assert weighed(-0.2).first_class == pytest.approx(23.0)
    assert weighed(0.2).first_class == pytest.approx(25.0)


def test_a_small_second_course_is_worth_its_few_students_and_may_be_taught_together_with_the_first() -> None:
    assert weighed(eligible=4.9).second.possible == 0.0
    small = weighed(eligible=6.0).second
    assert small.possible == 1.0
    assert small.worth == pytest.approx(6 * 2000)
    assert small.cost == pytest.approx(20_000 - 6 * 500)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vacant_years": 2.0, "vacant_sections": 4.0}, "long_vacant"),
        ({"wanted": 3.0, "eligible": 1.9}, "few_students"),
        ({"equipment": 0.0}, "lab_out_of_use"),
    ],
)
def test_what_ends_a_site_beside_money(changes: dict[str, float], reason: str) -> None:
    known = builders.situation(**changes)
    terms = weigh_closing(known, weigh_sections(known, number(0.0), TERMS), TERMS)
    found = {name for name in ("long_vacant", "few_students", "lab_out_of_use") if getattr(terms, name).any()}
    assert found == {reason}


@pytest.mark.parametrize(
    "changes",
    [
        {"vacant_years": 1.0, "vacant_sections": 4.0},
        {"vacant_years": 9.0, "vacant_sections": 3.0},
        {"wanted": 3.0, "eligible": 2.0},
        {"equipment": 0.01},
        {"sites": 0.0, "equipment": 0.0, "wanted": 0.0, "eligible": 0.0, "vacant_years": 9.0},
    ],
)
def test_what_does_not(changes: dict[str, float]) -> None:
    known = builders.situation(**changes)
    terms = weigh_closing(known, weigh_sections(known, number(0.0), TERMS), TERMS)
    assert not (terms.long_vacant | terms.few_students | terms.lab_out_of_use).any()


def test_a_site_is_worth_its_students_and_its_place_at_the_price_of_a_dollar() -> None:
    known = builders.situation(site_earned=300.0, site_running=2000.0, first_earned=10.0, second_earned=40.0)
    found = weigh_sections(known, number(np.log(2.0)), TERMS)
    first, second = found.first, found.second
    worth = (10_000 + 1000 * 60 + 2000 * 20) / 2
    cost = 0.3 * 2000 + first.cost * first.possible + second.cost * second.possible
    margin = (worth + 300 + 10 * 60 + 40 * 20 - cost) / cost
    assert weigh_closing(known, found, TERMS).margin == pytest.approx(margin)


PLANNER = {
    "high_schools": 3.0,
    "facilities": 2.0,
    "site_wanted": 40.0,
    "startup_cost": 50_000.0,
    "startup_net": 30_000.0,
    "facility_cost": 100_000.0,
}


def test_a_further_site_is_worth_its_years_less_its_start() -> None:
    """Two sections of 20; half of 40 students go on, into 20 / 15 sections; five years."""
    known = builders.situation(
        **PLANNER,
        section_running=1000.0,
        site_running=2000.0,
        first_running=10.0,
        second_running=25.0,
        site_earned=50.0,
        first_earned=5.0,
    )
    found = weigh_site(known, number(0.0), TERMS)
    worth = 10_000 + 1000 * 40 + 2000 * 20
    taught = 2 + 20 / 15
    cost = taught * 20_000 + 0.6 * (2000 + taught * 1000 + 10 * 40 + 25 * 20) - 500 * 60
    assert found.sections == 2.0
    assert found.value == pytest.approx(5 * (worth + 50 + 5 * 40 - cost) - 30_000)
    assert found.required == pytest.approx(3000.0)
    assert found.has_room.all()
    assert found.possible.all()
    assert found.capacity == 3.0


@pytest.mark.parametrize("changes", [{"sites": 3.0}, {"launching": 1.0}, {"site_wanted": 4.9}, {"high_schools": 1.0}])
def test_a_further_site_is_not_possible(changes: dict[str, float]) -> None:
    known = builders.situation(**{**PLANNER, **changes})
    assert not weigh_site(known, number(0.0), TERMS).possible.any()


def planning_on(known: Situation, **money: Any) -> Situation:
    """The district after a year in which it planned at a price of one dollar for a dollar what it could pay, with money
    that comes through the horizon unless said otherwise."""
    planned = weigh_budget(known, weigh_sections(known, known.log_price, TERMS), TERMS)
    promised = money.get("promised", planned.cost - planned.earned) + number(0.0)
    return replace(
        known,
        plan_cost=planned.cost,
        plan_falls=planned.falls,
        earned=planned.earned,
        promised=promised,
        enduring=money.get("enduring", promised) + number(0.0),
    )


def richer(poor: Situation, dollars: float) -> Situation:
    """With so many dollars more in every year of the horizon."""
    return replace(poor, promised=poor.promised + dollars, enduring=poor.enduring + dollars)


def decided(**changes: Any) -> Choice:
    """A district that may promise what its plan costs at a price of one dollar for a dollar, unless said otherwise."""
    money = {name: changes[name] for name in ("promised", "enduring") if name in changes}
    return decide(planning_on(builders.situation(**{**PLANNER, **changes}), **money), TERMS)


def test_where_money_is_what_the_plan_costs_nothing_moves() -> None:
    choice = decided()
    assert choice.log_price == pytest.approx(0.0, abs=1e-9)
    assert choice.upkeep_share == pytest.approx(0.6)
    assert choice.first_change == 0.0
    assert choice.second_change == 0.0
    assert not choice.sites_closed.any()
    assert not choice.notice.any()


def test_a_district_without_money_puts_off_upkeep_fills_classes_and_gives_up_sections() -> None:
    choice = decided(promised=0.0, site_running=9000.0)
    assert choice.log_price == pytest.approx(0.7)
    assert choice.upkeep_share == pytest.approx(0.6 * np.exp(-0.7))
    assert choice.first_class == pytest.approx(30.0)
    assert choice.first_change < 0.0
    assert choice.second_change < 0.0


def test_in_the_warm_up_the_price_waits_for_the_budget_and_nobody_is_laid_off() -> None:
    choice = decided(promised=0.0, solving=0.0)
    assert choice.log_price == 0.0
    assert choice.first_change == 0.0


def test_the_plan_that_waits_for_an_instructor_is_the_one_that_seeks() -> None:
    assert not decided(launch_cash=0.0).seeking.any()
    assert decided(launch_cash=0.0).plan == FOR_MONEY
    assert decided(facilities=1.0, startup_cost=9e9).plan == FOR_ROOM
    ready = decided(launch_cash=20_000.0, launch_general=10_000.0)
    assert ready.plan == FOR_INSTRUCTOR
    assert ready.seeking.all()
    assert ready.paid.all()
    assert ready.launch_cost == pytest.approx(30_000.0)
    assert ready.launch_sections == 2.0


def test_cash_and_general_money_pay_for_a_launch_together() -> None:
    for cash, general, paid in ((29_999.0, 0.0, False), (0.0, 30_000.0, True), (29_000.0, 1000.0, True)):
        assert decided(launch_cash=cash, launch_general=general).paid.any() == paid


@pytest.mark.parametrize(
    ("case", "log_price", "enduring", "falls", "expected"),
    [
        ("all endures", 0.4, 9000.0, 5000.0, 0.4),
        ("more endures than may be promised", 0.4, 12_000.0, 5000.0, 0.4),
        ("a unit of the log price for what a plan falls by it", 0.4, 4000.0, 5000.0, 1.4),
        ("half of it", 0.4, 6500.0, 5000.0, 0.9),
        ("no dearer than any plan answers", 0.4, 0.0, 1000.0, 3.0),
        ("and a dollar that is dearer stays so", 3.5, 0.0, 1000.0, 3.5),
        ("a cheap dollar becomes dearer too", -0.5, 6500.0, 5000.0, 0.0),
        ("a plan that cannot fall", 0.4, 8900.0, 0.0, 3.0),
        ("of a plan of nothing nothing ends", 0.4, 9000.0, 0.0, 0.4),
    ],
)
def test_plans_are_held_against_the_dollar_that_is_left_when_money_ends(
    case: str, log_price: float, enduring: float, falls: float, expected: float
) -> None:
    known = builders.situation(promised=9000.0, enduring=enduring, plan_falls=falls)
    assert priced_ahead(known, number(log_price), TERMS) == pytest.approx(expected), case
    # While the warm-up looks for budgets the price waits for them.
    assert priced_ahead(replace(known, solving=number(0.0)), number(log_price), TERMS) == log_price


@given(st.integers(0, 2**32 - 1))
def test_the_price_ahead_is_never_below_the_price_and_falls_with_each_dollar_that_endures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = situation_of(seed)
    log_price = rng.normal(0.0, 2.0, known.promised.shape)
    ends = [replace(known, enduring=share * known.promised) for share in (0.0, 0.4, 0.9, 1.0, 1.5)]
    prices = [priced_ahead(each, log_price, TERMS) for each in ends]
    for dear, cheap in pairwise(prices):
        assert (dear >= cheap).all()
    assert np.array_equal(prices[-1], log_price)
    assert np.array_equal(prices[-2], log_price)


def test_money_that_ends_builds_no_site_and_changes_nothing_else() -> None:
    ready = {"launch_cash": 20_000.0, "launch_general": 10_000.0}
    lasting, ending = decided(**ready), decided(**ready, enduring=0.0)
    assert lasting.plan == FOR_INSTRUCTOR
    assert not ending.plan.any()
    for name in ("log_price", "first_change", "second_change", "sites_closed", "upkeep_share"):
        assert np.array_equal(getattr(lasting, name), getattr(ending, name)), name


WORTHLESS = {"first_worth": 0.0, "second_worth": 0.0, "site_worth": 0.0, "site_running": 9000.0}


def test_a_site_that_does_not_carry_itself_closes_after_notice_as_the_last_of_the_program_leaves() -> None:
    first = decided(**WORTHLESS, close_draw=0.99)
    assert first.notice == 1.0
    assert not first.sites_closed.any()
    second = decided(**WORTHLESS, close_draw=0.99, notice=1.0)
    assert second.sites_closed == 1.0
    assert second.closed_for_money.all()


def situation_of(seed: int, districts: int = 5, clusters: int = 3) -> Situation:
    rng = np.random.default_rng(seed)

    def spread(most: float, columns: int = clusters) -> Any:
        return rng.random((districts, columns)) * most

    sites = rng.integers(0, 3, (districts, clusters)).astype(np.float64)
    first = sites * rng.integers(1, 4, sites.shape)
    second = sites * rng.integers(0, 2, sites.shape)
    known = builders.situation(
        districts,
        clusters,
        sites=sites,
        first_sections=first,
        second_sections=second,
        facilities=np.minimum(sites + rng.integers(0, 2, sites.shape), 4.0),
        high_schools=4.0,
        equipment=spread(1.0),
        notice=rng.integers(0, 4, sites.shape) * 1.0,
        plan=rng.integers(0, 4, sites.shape) * 1.0,
        plan_years=rng.integers(0, 6, sites.shape) * 1.0,
        wanted=spread(120.0) * (sites > 0),
        eligible=spread(40.0) * (sites > 0),
        site_wanted=spread(40.0),
        first_worth=spread(1500.0),
        second_worth=spread(3000.0),
        site_worth=spread(20_000.0),
        first_earned=spread(300.0),
        second_earned=spread(900.0),
        section_running=spread(2000.0),
        site_running=spread(8000.0),
        startup_cost=spread(90_000.0),
        startup_net=spread(60_000.0),
        facility_cost=100_000.0,
        promised=spread(400_000.0, 1),
        log_price=rng.normal(0.0, 0.4, (districts, 1)),
        launch_cash=spread(100_000.0, 1),
        launch_general=spread(50_000.0, 1),
        section_cost=row(15_000.0, 20_000.0, 25_000.0),
        first_draw=spread(1.0),
        second_draw=spread(1.0),
        close_draw=spread(1.0),
    )
    return planning_on(known, promised=known.promised)


@given(st.integers(0, 2**32 - 1))
def test_a_district_decides_by_its_own_row(seed: int) -> None:
    many = situation_of(seed)
    together = decide(many, TERMS)
    for district in range(5):
        own = many.row(district)
        assert own.promised.shape == (1, 1)
        assert own.annuity is many.annuity
        alone = decide(own, TERMS)
        for one in fields(Choice):
            ours = np.broadcast_to(getattr(together, one.name), (5, 3))[district]
            theirs = np.broadcast_to(getattr(alone, one.name), (1, 3))[0]
            assert np.array_equal(ours, theirs), one.name


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 200_000.0))
def test_a_dollar_more_makes_a_dollar_cheaper_classes_smaller_and_upkeep_better(seed: int, dollars: float) -> None:
    poor = situation_of(seed)
    less, more = decide(poor, TERMS), decide(richer(poor, dollars), TERMS)
    assert (more.log_price <= less.log_price).all()
    assert (more.upkeep_share >= less.upkeep_share).all()
    assert (more.first_class <= less.first_class).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 200_000.0))
def test_where_classes_and_upkeep_stay_a_dollar_more_never_takes_a_section_or_a_site(seed: int, dollars: float) -> None:
    nothing = number(0.0)
    known = situation_of(seed)
    poor = replace(known, class_cap=known.class_size, section_running=nothing, site_running=nothing)
    less, more = decide(poor, TERMS), decide(richer(poor, dollars), TERMS)
    for name in ("first_change", "second_change", "launch_sections"):
        assert (getattr(more, name) >= getattr(less, name)).all(), name
    for name in ("notice", "program_notice", "sites_closed", "given_up", "leaves"):
        assert (getattr(more, name) <= getattr(less, name)).all(), name


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 100_000.0))
def test_launch_money_never_holds_back_a_launch_and_moves_nothing_else(seed: int, dollars: float) -> None:
    poor = situation_of(seed)
    housed = replace(poor, facilities=np.full_like(poor.sites, 4.0))
    less = decide(housed, TERMS)
    for kind in ("launch_cash", "launch_general"):
        more = decide(replace(housed, **{kind: getattr(housed, kind) + dollars}), TERMS)
        assert (more.seeking >= less.seeking).all()
        assert np.array_equal(more.first_change, less.first_change)
        assert np.array_equal(more.log_price, less.log_price)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 2000.0))
def test_a_price_for_students_never_lowers_what_a_section_or_a_site_is_worth(seed: int, dollars: float) -> None:
    plain = situation_of(seed)
    paid = replace(plain, second_earned=plain.second_earned + dollars)
    one, other = weigh_sections(plain, plain.log_price, TERMS), weigh_sections(paid, plain.log_price, TERMS)
    assert (other.second_wanted >= one.second_wanted - 1e-9).all()
    sites = [weigh_site(known, plain.log_price, TERMS).value for known in (plain, paid)]
    assert (sites[1] >= sites[0] - 1e-6).all()
    gain = weigh_closing(paid, other, TERMS).margin - weigh_closing(plain, one, TERMS).margin
    assert (gain >= -1e-9).all()


def test_a_district_cannot_promise_more_than_its_money_and_what_it_may_lack_of_it() -> None:
    known = situation_of(7)
    broke = decide(replace(known, promised=column(0.0, 0.0, 0.0, 0.0, 0.0), first_draw=0.0 * known.sites), TERMS)
    gone = -(broke.first_change + broke.second_change)
    assert (gone[known.first_sections > 0] > 0).all()


def test_a_district_that_wants_no_program_gives_notice_leaves_and_plans_none() -> None:
    """Whatever its sections are worth: after two years in which nobody would pay for running one, all sites close."""
    wanting = {"sites": 2.0, "high_schools": 3.0, "site_wanted": 40.0, "program_cost": 19_000.0, "site_worth": 1e6}
    kept = decide(builders.situation(**wanting, commitment=19_000.0, program_notice=5.0), TERMS)
    assert max(kept.program_notice, kept.sites_closed) == 0
    assert not kept.leaves.any()
    known = builders.situation(**wanting, commitment=18_000.0)
    first = decide(known, TERMS)
    assert (first.program_notice.item(), first.sites_closed.item()) == (1, 0)
    assert not weigh_site(known, number(0.0), TERMS).possible.any()
    assert weigh_site(replace(known, commitment=number(2e4)), number(0.0), TERMS).possible.all()
    assert weigh_site(replace(known, site_earned=number(2e3)), number(0.0), TERMS).possible.all()
    second = decide(replace(known, program_notice=first.program_notice), TERMS)
    assert second.leaves.all()
    assert second.sites_closed == 2
