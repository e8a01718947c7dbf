"""What CTE cost, what is counted, whose money pays, and what a district gives next year; worked by hand."""

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import column, number, row
from small_world import small_world

from sim.engine import accounts
from sim.engine.accounts import Bill, Books, OwnMoney
from sim.engine.classrooms import Schooling
from sim.engine.economy import Cohorts
from sim.engine.maintenance import Maintenance
from sim.engine.offers import Offer
from sim.engine.settlement import Settlement
from sim.engine.situation import own_budget
from sim.funding.allocation import Ledger
from sim.students.courses import Enrolled
from sim.students.credentials import Credentials

COSTS = {
    "program": 1000.0,
    "section": row(20_000.0, 30_000.0, 40_000.0),
    "elective": 500.0,
    "site": row(100.0, 200.0, 300.0),
    "section_upkeep": row(10.0, 20.0, 30.0),
    "participant": 1.0,
    "concentrator": 2.0,
    "attempt": 5.0,
}


def priced(index: float = 1.0, wages: float = 1.0, **changes: Any) -> Any:
    """Conditions at a price and a wage index with unit costs written out."""
    known = builders.conditions(price_index=index, wage_index=wages)
    return replace(known, costs=builders.changed(known.costs, **COSTS), **changes)


def schooling(**changes: Any) -> Schooling:
    enrolled = builders.bundle(Enrolled, first=row(40.0, 0.0, 0.0), second=row(10.0, 0.0, 0.0))
    credentials = builders.bundle(Credentials, attempts=row(4.0, 0.0, 0.0))
    done = {"taught": row(8.0, 0.0, 0.0), "recoded": row(3.0, 0.0, 0.0), "credentials": credentials}
    return builders.filled(Schooling, 1, 3, {"enrolled": enrolled, **done}, changes)


WORKED = builders.workforce(
    1, 3,
    sites=row(1.0, 0.0, 0.0), first_posts=row(3.0, 0.0, 0.0), second_posts=row(1.0, 0.0, 0.0),
    vacant=row(1.0, 0.0, 0.0), first_taught=row(2.5, 0.0, 0.0), second_taught=row(1.0, 0.0, 0.0),
)  # fmt: skip


def billed(known: dict[str, Any] | None = None, choice: dict[str, Any] | None = None, **conditions: Any) -> Bill:
    return accounts.bill(
        builders.parameters(outcomes={"recoding_cost": 7.0}),
        priced(**conditions),
        builders.situation(1, 3, **(known or {})),
        builders.choice(1, 3, **(choice or {})),
        WORKED,
        schooling(),
    )


def test_instruction_is_what_is_taught_less_the_seats_it_saves() -> None:
    assert billed().instruction == pytest.approx(3.5 * 20_000 - 50 * 500 + 1000)


def test_upkeep_goes_with_sites_instructors_students_and_exams_and_recoding_with_an_administrator() -> None:
    kept = 100 + 3 * 10 + 50 * 1 + 8 * 2 + 4 * 5
    assert billed().flexible == pytest.approx(kept + 3 * 7)
    assert billed(wages=2.0).flexible == pytest.approx(kept + 3 * 7 * 2)


def test_a_launch_costs_its_whole_start_up_whoever_pays() -> None:
    choice = {"launch_cost": row(30.0, 0.0, 400.0), "paid": np.array([[True, False, False]])}
    known = {"startup_cost": row(50.0, 50.0, 50.0), "startup_net": row(30.0, 30.0, 30.0)}
    assert billed(known, choice).startup == pytest.approx(50 + 400)


def test_what_the_state_counts() -> None:
    counts = accounts.count(
        builders.parameters(costs={"sections_per_instructor": 5.0}),
        builders.state(1, 3, spending_ratio=0.5),
        builders.filled(Cohorts, 1, 3, {}, {"membership": number(240.0)}),
        builders.situation(1, 3, startup_cost=row(50.0, 60.0, 70.0)),
        builders.choice(1, 3, paid=np.array([[False, True, False]])),
        WORKED,
        schooling(),
        builders.filled(Maintenance, 1, 3, {}, {}),
        builders.bundle(Bill, instruction=1000.0, flexible=300.0),
    )
    assert counts.concentrators == pytest.approx(row(11.0, 0.0, 0.0))
    assert counts.participants == pytest.approx(row(50.0, 0.0, 0.0))
    assert counts.instructors == pytest.approx(row(0.6, 0.0, 0.0))
    assert counts.expenditure == pytest.approx(1000 + 0.5 * 300)
    assert counts.startup_spending == pytest.approx(row(0.0, 60.0, 0.0))
    assert counts.offering_schools == 1.0
    assert counts.membership == 240.0


def settlement(**changes: Any) -> Settlement:
    return builders.bundle(Settlement, **changes)


def closed(index: float = 1.0, known: dict[str, Any] | None = None, **launch: float) -> Books:
    """A district of 100 members that gives 3 real dollars for each and has 10 real dollars of cash."""
    terms = {"spending_floor": 0.2, "spending_ceiling": 1.0, "cash_draw": 0.5, "reserve_share": 0.0}
    return accounts.close(
        builders.parameters(books={**terms, "carryover_limit": 1.0, "deficit_limit": 0.1}),
        builders.state(1, 3, cash=10.0),
        priced(index),
        builders.situation(1, 3, own_budget=3.0, launch_cash=40.0, launch_general=25.0, **(known or {})),
        builders.choice(1, 3, upkeep_share=1.0, launch_cost=row(launch.get("launch", 0.0), 0.0, 0.0)),
        builders.counts(1, 3, membership=100.0),
        settlement(reaching_cte=number(200.0)),
        builders.bundle(Bill, instruction=100.0, flexible=50.0, startup=launch.get("launch", 0.0)),
    )


def test_own_money_and_cash_are_real_and_grow_with_prices() -> None:
    for index in (1.0, 1.5):
        books = closed(index)
        assert books.own == pytest.approx(300 * index)
        came = 10 * index + 200 + 300 * index
        end = books.year_end
        assert came == pytest.approx((end.spending + end.cash + end.returned + end.lapsed).item())


@pytest.mark.parametrize(("launch", "general"), [(30.0, 0.0), (40.0, 0.0), (55.0, 15.0), (65.0, 25.0), (90.0, 25.0)])
def test_cash_pays_for_launches_first_and_general_money_for_what_is_left(launch: float, general: float) -> None:
    books = closed(launch=launch)
    assert books.launch_money == pytest.approx(general)
    assert books.local == pytest.approx(books.own + general + books.year_end.covered - books.year_end.returned)


LINES = tuple(
    builders.bundle(Offer, line=builders.line(oversight=oversight).model_copy(update={"name": oversight}), reach=1.0)
    for oversight in ("monitored", "categorical", "general")
)


def own(
    restricted: float = 50.0,
    free: float = 0.0,
    *,
    monitored: float = 0.0,
    value: float = 1000.0,
    index: float = 1.0,
    leadership: float = 0.0,
    conditions: dict[str, Any] | None = None,
) -> OwnMoney:
    """Of a district of 100 members that gave 100 a member when 50 restricted ones came, all in real dollars.

    ``monitored`` is the part of the restricted money that comes by monitored grants.
    """
    parts = {"monitored": monitored * restricted, "categorical": (1.0 - monitored) * restricted, "general": free}
    ledgers = {name: builders.bundle(Ledger, paid=100 * index * part) for name, part in parts.items()}
    return accounts.own_money_wanted(
        builders.parameters(
            books={"general_elasticity": 2.0, "gain_passthrough_monitored": 0.9, "gain_passthrough_categorical": 0.6}
        ),
        builders.premises(small_world(1), loss_passthrough=0.75),
        builders.state(base_own=100.0, base_restricted=50.0, leadership=leadership),
        builders.changed(builders.conditions(price_index=index), **(conditions or {})),
        replace(builders.offers(unit_value=value), lines=LINES),
        builders.counts(membership=100.0),
        settlement(restricted=number(restricted * 100 * index), free=number(free * 100 * index), ledgers=ledgers),
    )


@pytest.mark.parametrize(
    ("case", "found", "expected"),
    [
        ("the base year again", own(), 100.0),
        ("at other prices", own(index=1.7), 100.0),
        ("a loss", own(10.0), 110.0),
        ("a gain of a categorical line", own(90.0), 100 - 0.4 * 40),
        ("a gain of monitored grants", own(90.0, monitored=1.0), 100 - 0.1 * 40),
        ("a gain of both, by dollars", own(90.0, monitored=0.25), 100 - (0.25 * 0.1 + 0.75 * 0.4) * 40),
        ("dilution by a tenth", own(value=900.0), 100 * 0.9**2),
        ("a cut of formula money by a tenth", own(conditions={"formula_cut": 0.1}), 100 * 0.9**2),
        ("both", own(value=900.0, conditions={"formula_cut": 0.1}), 100 * 0.81**2),
        ("a leadership that likes CTE", own(leadership=0.3), 130.0),
        ("one that does not, at worst", own(leadership=-1.4), 0.0),
        ("freed money", own(10.0, 40.0), 70.0),
    ],
)
def test_what_moves_own_money(case: str, found: OwnMoney, expected: float) -> None:
    assert found.wanted == pytest.approx(expected), case


def next_year(leadership: float = 0.0) -> list[float]:
    """Of a district with 100 of its own that wants 60 under a leadership as usual."""
    found = accounts.own_money_next(
        builders.parameters(books={"own_speed": 0.25}),
        builders.premises(small_world(1), loss_passthrough=2.0),
        builders.state(base_own=100.0, base_restricted=50.0, leadership=leadership),
        number(100.0),
        builders.conditions(price_index=2.0),
        builders.offers(),
        builders.counts(membership=100.0),
        settlement(restricted=number(2000.0), free=number(0.0), not_sticking=number(600.0)),
    )
    return [part.item() for part in found]


def test_next_years_own_money_goes_part_of_the_way_and_remembers_what_came() -> None:
    assert next_year() == pytest.approx([100 + 0.25 * (60 - 100), 60.0, 10.0, 3.0])


def test_a_superintendent_moves_what_is_given_and_not_what_the_district_lastingly_wants() -> None:
    for leadership in (0.5, -0.5, -1.0):
        wanted = 60 * (1 + leadership)
        assert next_year(leadership) == pytest.approx([100 + 0.25 * (wanted - 100), 60.0, 10.0, 3.0])


def budget_of(
    state: tuple[float, float], prospects: tuple[float, float], index: float = 1.0, shock: float = 1.0
) -> float:
    """Own money of the year where 70 a member were planned, from (restricted, uncredited) of last year and this."""
    conditions = builders.conditions(price_index=index)
    conditions = replace(conditions, shocks=replace(conditions.shocks, local_money=shock))
    named = zip(("restricted", "uncredited"), prospects, strict=True)
    expected = {name: number(100 * index * value) for name, value in named}
    known = builders.state(own_money=70.0, restricted=state[0], uncredited=state[1])
    return own_budget(known, builders.prospects(**expected), conditions, column(100.0)).item()


@pytest.mark.parametrize("index", [1.0, 1.6])
@pytest.mark.parametrize(
    ("case", "state", "prospects", "expected"),
    [
        ("on the day, what was freed stays", (50.0, 0.0), (10.0, 40.0), 110.0),
        ("the year after, the district gives what it planned", (10.0, 40.0), (10.0, 40.0), 70.0),
        ("a cut frees nothing", (50.0, 0.0), (10.0, 0.0), 70.0),
        ("nor does new money without strings", (50.0, 0.0), (50.0, 40.0), 70.0),
    ],
)
def test_freed_money_stays_on_the_day_and_not_a_year_longer(
    case: str, state: tuple[float, float], prospects: tuple[float, float], expected: float, index: float
) -> None:
    assert budget_of(state, prospects, index) == pytest.approx(expected), case


def test_a_shock_to_own_money_meets_all_of_it() -> None:
    assert budget_of((50.0, 0.0), (50.0, 0.0), shock=0.8) == pytest.approx(56.0)
