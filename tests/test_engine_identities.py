"""What must hold in every year of every run, whatever the districts, the formula and the parameters."""

from collections.abc import Callable
from dataclasses import dataclass, field

import funding_strategies as generated
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import Step, formula_of, leaves, line_of, made_up, parameters_from, shipped, sparse, steps, warmed_up

from sim.arrays import Array, Numbers, district_total, state_total
from sim.behavior.launching import FOR_INSTRUCTOR
from sim.behavior.staffing import by_region
from sim.engine.ensemble import Ensemble
from sim.engine.scenario import ClusterShocks, Scenario, Shocks
from sim.funding import budget
from sim.funding.allocation import ROUNDING
from sim.funding.formula import Formula
from sim.world.world import World

RELATIVE = 1e-9
"""Room for rounding where dollars of many lines are added in another order."""


@dataclass(frozen=True)
class Run:
    world: World
    ensemble: Ensemble = field(repr=False)
    steps: list[Step] = field(repr=False)
    told: str

    def __repr__(self) -> str:
        return self.told


formulas = st.one_of(
    st.builds(
        lambda lines, year: formula_of(*lines, takes_effect=year),
        generated.lines_of_a_formula,
        st.integers(2027, 2029),
    ),
    st.sampled_from(["status_quo", "aligned", "pilot_sunset", "sb130_quarter_weight", "seg_only"]).map(shipped),
)


shocks = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from([0.0, 0.5, 1.3, 10.0]) for name in Shocks.model_fields},
        "paid_on_time": st.sampled_from([0.0, 0.25, 1.0]),
        "clusters": st.just({"construction": ClusterShocks(participation=1.5, openings=3.0, startup_costs=2.0)}),
    },
).map(lambda written: Shocks(**written))
scenarios = st.builds(
    lambda years, later: Scenario(name="made_up", title="Made up", source="none", years=years, from_year=later),
    st.dictionaries(st.integers(2027, 2032), shocks, max_size=2),
    st.dictionaries(st.integers(2027, 2032), shocks, max_size=1),
)


@st.composite
def runs(draw: Callable[..., object]) -> Run:
    world = made_up(draw(st.integers(1, 8)), draw(st.integers(0, 30)))
    seed = draw(st.integers(0, 2**40))
    parameters = parameters_from(world, seed, 2, draw(st.sampled_from([0.0, 0.2, 1.0])))  # type: ignore[arg-type]
    parameters = sparse(parameters, world, draw(st.floats(0.3, 14.0)))  # type: ignore[arg-type]
    formula, horizon = draw(formulas), draw(st.integers(3, 6))
    assert isinstance(formula, Formula)
    assert isinstance(horizon, int)
    scenario = draw(scenarios)
    assert isinstance(scenario, Scenario)
    told = f"{len(world.districts)} districts, seed {seed}, {horizon} years of {formula!r} under {scenario!r}"
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        ensemble = warmed_up(world, parameters, seed, (0, 1), horizon)  # type: ignore[arg-type]
        return Run(world, ensemble, steps(ensemble, formula, horizon, scenario), told)


def close(one: Numbers, other: Numbers, scale: Numbers | float = 0.0) -> bool:
    """Equal up to rounding of numbers as large as ``scale``."""
    return bool((np.abs(one - other) <= RELATIVE * (np.abs(one) + np.abs(other) + scale) + 1e-6).all())


def whole(quantity: Numbers) -> bool:
    return bool((quantity == np.rint(quantity)).all() and (quantity >= 0).all())


@settings(max_examples=40)
@given(runs())
def test_identities(run: Run) -> None:
    for step in run.steps:
        every_number_is_finite(step)
        students_are_conserved(run, step)
        sites_and_posts_balance(run, step)
        plans_queue(run, step)
        instructors_come_from_the_pool(run, step)
        shares_are_shares(run, step)
        money_is_conserved(run, step)
        books_balance(run, step)
        cohorts_move_up(run, step)


def every_number_is_finite(step: Step) -> None:
    for name, array in leaves((step.after, step.year.choice, step.year.workforce, step.year.schooling)):
        assert np.isfinite(array).all(), name


def students_are_conserved(run: Run, step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    parameters, schooling, enrolled = run.ensemble.parameters, step.year.schooling, step.year.schooling.enrolled
    assert (after.counts.participants == after.first_students + after.second_students).all()
    assert (after.counts.concentrators == after.taught + schooling.recoded).all()
    for students in (after.first_students, after.second_students, enrolled.unserved_first, enrolled.unserved_second):
        assert (students >= -ROUNDING).all()
    # A second course is for those who took a first one last year, where a site still stands.
    assert (schooling.eligible <= before.first_students * (1 + ROUNDING)).all()
    assert (schooling.eligible[before.sites == 0] == 0).all()
    assert close(after.second_students + enrolled.unserved_second, schooling.eligible)
    assert (after.taught <= after.second_students * (1 + ROUNDING)).all()
    assert (schooling.recoded <= parameters.outcomes.recodable * after.taught * (1 + ROUNDING)).all()
    # Seats: classes of the planned size in front of a teacher, combined ones within those of the first course.
    held = year.workforce.first_taught * year.choice.first_class
    second = year.workforce.second_taught * year.choice.first_class * parameters.decisions.second_class
    assert (after.first_students <= held * (1 + ROUNDING) + ROUNDING).all()
    assert (after.participants <= (held + second) * (1 + ROUNDING) + ROUNDING).all()
    assert (after.participants[after.sites == 0] == 0).all()
    members = after.counts.membership
    assert (district_total(schooling.demanded) <= members * (1 + ROUNDING)).all()
    assert (district_total(after.first_students) <= members * (1 + ROUNDING)).all()
    assert (district_total(after.second_students) <= members * (1 + ROUNDING)).all()
    attempts, earned = schooling.credentials.attempts, schooling.credentials.earned
    # An exam takes a student who sits it, and a site that administers it.
    limit = parameters.outcomes.exam_limit
    assert (attempts <= limit * after.participants * (1 + ROUNDING)).all()
    assert (attempts[before.exam_sites == 0] == 0).all()
    assert (after.exam_sites <= after.sites).all()
    assert whole(after.exam_sites)
    for share in (after.exam_for_pay, after.further_exams, schooling.exams.share, schooling.passing.share):
        assert ((share >= 0) & (share <= 1 + ROUNDING)).all()
    assert all((tier >= 0).all() for tier in earned)
    assert (earned[0] + earned[1] + earned[2] <= attempts * (1 + ROUNDING)).all()
    assert (after.counts.placements >= 0).all()
    assert (schooling.dual_credit <= district_total(after.participants) * (1 + ROUNDING)).all()


def sites_and_posts_balance(run: Run, step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    choice, workforce = year.choice, year.workforce
    schools = run.world.districts.high_schools[:, np.newaxis]
    for number in (
        after.sites, after.first_sections, after.second_sections, after.vacant_sections, after.facilities,
        after.launching_sections, choice.sites_closed, workforce.emptied, workforce.opened,
    ):  # fmt: skip
        assert whole(number)
    assert (after.sites + (after.launching > 0) <= schools).all()
    assert (after.facilities <= schools).all()
    assert (after.sites == before.sites - choice.sites_closed - workforce.emptied + workforce.opened).all()
    assert (after.counts.offering_schools == after.sites.max(axis=-1, keepdims=True)).all()
    # Sections of both levels are the posts; those without an instructor are among them.
    assert (after.sections == workforce.posts).all()
    assert (workforce.staffed + after.vacant_sections == after.sections).all()
    assert (workforce.staffed >= 0).all()
    assert (after.sections[after.sites == 0] == 0).all()
    assert (after.first_sections >= np.minimum(after.sites, 1.0)).all()
    assert (after.sections >= after.sites).all()
    changed = [
        np.maximum(held + change, 0.0) * (before.sites > 0)
        for held, change in (
            (before.first_sections, choice.first_change),
            (before.second_sections, choice.second_change),
        )
    ]
    opened = workforce.opened * before.launching_sections
    staying = choice.sites_closed == 0
    assert (after.sections == changed[0] + changed[1] + opened)[staying].all()
    assert (after.sections <= before.sections + np.maximum(choice.first_change, 0.0) + np.maximum(
        choice.second_change, 0.0) + opened).all()  # fmt: skip
    assert ((after.vacant_years > 0) == (after.vacant_sections > 0)).all()


def plans_queue(run: Run, step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    choice, workforce, known = year.choice, year.workforce, step.year.situation
    planned, kept, launched = before.plan > 0, choice.plan > 0, workforce.launched > 0
    assert not (choice.begun & planned).any()
    assert not (choice.given_up & ~planned).any()
    assert (kept == ((planned | choice.begun) & ~choice.given_up)).all()
    assert ((after.plan > 0) == (kept & ~launched)).all()
    assert not (launched & ~choice.seeking).any()
    assert (workforce.without_instructor == (choice.seeking & ~launched)).all()
    assert (after.plan_years[after.plan == 0] == 0).all()
    assert ((after.plan_years == before.plan_years + 1.0) | (after.plan_years == 0)).all()
    assert not (kept & (before.launching > 0)).any()
    assert not (kept & (before.sites >= run.world.districts.high_schools[:, np.newaxis])).any()
    # What a plan has been paid for once is not paid again, and no district spends what it has not.
    assert not (choice.paid & (before.plan == FOR_INSTRUCTOR)).any()
    assert not ((choice.paid | choice.builds_facility) & ~kept).any()
    assert (choice.launch_cost[~(choice.paid | choice.builds_facility)] == 0).all()
    ready = known.launch_cash + known.launch_general
    assert (district_total(choice.launch_cost) <= ready * (1 + ROUNDING) + 1e-6).all()
    counting_down = np.maximum(before.launching - 1.0, 0.0)
    begun = workforce.launched * run.ensemble.parameters.clusters.launch_years
    assert (after.launching == counting_down + begun).all()
    assert ((after.launching_sections > 0) == (after.launching > 0)).all()


def instructors_come_from_the_pool(run: Run, step: Step) -> None:
    """Who left is told from the posts on either side of the year, not from the engine."""
    before, year, after = step.before, step.year, step.after
    terms, world = run.ensemble.parameters.staffing, run.world
    workforce, shocks = year.workforce, year.conditions.shocks
    opened = workforce.opened * before.launching_sections
    filled = workforce.hired - workforce.launched * year.choice.launch_sections
    assert whole(filled)
    left = (before.sections - before.vacant_sections) + filled + opened - workforce.staffed
    assert whole(left)

    def regional(sections: Array) -> Array:
        return by_region(sections, world.districts.region_starts)

    raised = 1.0 + terms.wage_elasticity * terms.premium_paid * world.clusters.salary_premium
    entering = run.ensemble.premises.entering * shocks.instructor_supply * raised
    stayed = np.maximum(before.pool - regional(workforce.hired), 0.0) * (1.0 - terms.pool_exit)
    assert close(after.pool, stayed + entering + terms.return_share * regional(left))
    assert (after.pool >= 0).all()


def shares_are_shares(run: Run, step: Step) -> None:
    after, year = step.after, step.year
    ceiling = run.ensemble.parameters.books.spending_ceiling
    for share in (
        after.quality, after.equipment, after.recoded_share, after.spending_ratio / ceiling,
        year.choice.upkeep_share / ceiling, year.workforce.staying, year.interest.going_on, year.interest.completion,
        year.schooling.reached, *after.trust.values(),
    ):  # fmt: skip
        assert (share >= 0).all()
        assert (share <= 1 + ROUNDING).all()
    for ledger in year.settlement.ledgers.values():
        assert (ledger.proration >= 0).all()
        assert (ledger.proration <= 1).all()


def money_is_conserved(run: Run, step: Step) -> None:
    year = step.year
    nothing: Array = step.after.cash * 0.0
    to_districts, statewide, for_pathways, restricted = nothing, state_total(nothing), nothing, nothing
    for offer in year.offers.lines:
        line, ledger = offer.line, year.settlement.ledgers[offer.line.name]
        assert (ledger.paid >= 0).all()
        assert (ledger.paid <= ledger.phased_in * (1 + ROUNDING)).all()
        voted = budget.appropriate(line, year.offers.budget)
        assert np.array_equal(voted, offer.appropriation)
        assert (ledger.spent <= (voted + ledger.reserve.drawn) * (1 + ROUNDING)).all()
        held = step.before.reserves.get(line.name, 0.0)
        set_aside, drawn, refilled = ledger.reserve.set_aside, ledger.reserve.drawn, ledger.reserve.refilled
        assert (drawn <= (held + set_aside) * (1 + ROUNDING)).all()
        assert (ledger.reserve.balance <= (held + set_aside - drawn + refilled) * (1 + ROUNDING) + 1e-6).all()
        assert ((offer.reach >= 0) & (offer.reach <= 1)).all()
        for_pathways = for_pathways + ledger.paid * line.pathway_share
        if line.oversight != "general":
            restricted = restricted + ledger.paid * line.pathway_share
        if not line.background and not line.federal:
            to_districts = to_districts + ledger.paid
            statewide = statewide + ledger.statewide_paid
    settled = year.settlement
    assert close(settled.state_paid, to_districts)
    own = [ledger for name, ledger in settled.ledgers.items() if _is_own(year.offers.lines, name)]
    spent = sum((ledger.spent for ledger in own), start=statewide * 0.0)
    assert close(spent, state_total(settled.state_paid) + statewide)
    # In every district what lines pay for pathways is restricted, or free and spent on CTE, or stays in the budget.
    assert close(settled.restricted, restricted)
    assert close(settled.reaching_cte, settled.restricted + settled.free)
    assert close(settled.reaching_cte + settled.not_sticking, for_pathways)
    for amount in (settled.restricted, settled.free, settled.not_sticking):
        assert (amount >= -1e-6).all()


def _is_own(offers: tuple[object, ...], name: str) -> bool:
    line = next(offer.line for offer in offers if offer.line.name == name)  # type: ignore[attr-defined]
    return not line.background and not line.federal


def books_balance(run: Run, step: Step) -> None:
    """Every dollar that is spent has a payer, district by district and in the state; carry-over keeps its worth."""
    before, year, after = step.before, step.year, step.after
    books, end, bill, prices = year.books, step.year.books.year_end, step.year.bill, step.year.conditions.price_index
    held, left = before.cash * prices, after.cash * prices
    income = held + books.received + books.own + books.launch_money + end.covered
    outgo = end.spending + bill.startup + left + end.returned + end.lapsed
    scale = np.abs(held) + np.abs(left) + np.abs(end.spending) + bill.startup + books.own
    assert close(income, outgo, scale)
    assert close(state_total(income), state_total(outgo), state_total(scale))
    assert close(books.local, books.own + books.launch_money + end.covered - end.returned)
    # What is paid late comes in full, a year later.
    assert close(books.received + books.awaited, year.settlement.reaching_cte + before.awaited)
    assert close(after.awaited, books.awaited)
    assert (books.awaited >= 0).all()
    for amount in (
        books.own, books.launch_money, end.covered, end.returned, end.lapsed, bill.startup, bill.flexible,
    ):  # fmt: skip
        assert (amount >= 0).all()
    own = books.own + books.launch_money
    assert (end.returned <= own * (1 + ROUNDING)).all()
    limit = run.ensemble.parameters.books.deficit_limit * (own + books.received)
    assert (left >= -limit * (1 + 1e-9) - 1e-6).all()
    assert (end.covered[left > 0] == 0).all()
    assert close(end.spending, bill.instruction + after.spending_ratio * bill.flexible, scale=bill.flexible)
    # A launch costs what it costs, whoever pays: the state's grants for it are among the receipts.
    known, choice = year.situation, year.choice
    launches = district_total(choice.paid * known.startup_cost + choice.builds_facility * known.facility_cost)
    assert close(bill.startup, launches)


def cohorts_move_up(run: Run, step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    premises, growth = run.ensemble.premises, run.ensemble.parameters.enrollment.entry_growth
    assert (after.grades[..., 1:] == before.grades[..., :3] * premises.retention).all()
    assert (after.counts.membership == district_total(after.grades)).all()
    assert close(after.entry_index, before.entry_index * (1.0 + growth.at(year.fiscal_year)))
    entering = state_total(after.grades[..., :1])
    assert close(entering, premises.entrants.sum() * after.entry_index * year.conditions.shocks.entrants)


@given(runs())
@settings(max_examples=20)
def test_before_the_base_year_membership_stands_still(run: Run) -> None:
    base = run.ensemble.state
    assert close(base.counts.membership, run.world.districts.membership[:, np.newaxis])
    assert (base.entry_index == 1).all()
    assert (run.ensemble.base.conditions.price_index == 1).all()


@pytest.mark.parametrize("lag", [0, 1])
@pytest.mark.parametrize("funded", [True, False])
def test_weights_inside_the_seg_move_money_and_make_none(funded: bool, lag: int) -> None:
    weight = line_of(
        components=[{"kind": "seg_weight", "count": "concentrators", "weight": 0.25, "funded": funded}],
        appropriation={"rule": "full"},
        oversight="general",
        rules={"count_lag": lag},
    )
    world = made_up(8, 3)
    ensemble = warmed_up(world, sparse(parameters_from(world, 1, 2, 0.0), world), 1, (0, 1), 4)
    for step in steps(ensemble, formula_of(weight), 4):
        offers, paid = step.year.offers, step.year.settlement.state_paid
        without = state_total(offers.base_units) * offers.undiluted_value
        base = state_total(offers.base_units) * offers.unit_value
        if funded:
            assert close(offers.unit_value, offers.undiluted_value)
        else:
            assert (offers.unit_value < offers.undiluted_value).all()
            assert close(base + offers.weight_units * offers.unit_value, without)
        if lag:
            assert close(state_total(paid), offers.weight_units * offers.unit_value)
