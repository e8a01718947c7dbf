"""What must hold in every year of every run, whatever the districts, the formula and the parameters."""

from collections.abc import Callable
from dataclasses import dataclass

import funding_strategies as generated
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import Step, formula_of, leaves, line_of, made_up, parameters_from, shipped, sparse, steps, warmed_up

from sim.arrays import Array, Numbers, district_total, state_total
from sim.engine.ensemble import Ensemble
from sim.engine.scenario import Scenario, Shocks
from sim.funding import budget
from sim.funding.allocation import ROUNDING
from sim.funding.formula import Formula
from sim.world.world import World

RELATIVE = 1e-9
"""Room for rounding where dollars of many lines are added in another order."""


@dataclass(frozen=True)
class Run:
    world: World
    ensemble: Ensemble
    steps: list[Step]


formulas = st.one_of(
    st.builds(
        lambda lines, year: formula_of(*lines, takes_effect=year),
        generated.lines_of_a_formula,
        st.integers(2027, 2029),
    ),
    st.sampled_from(["status_quo", "aligned", "pilot_sunset", "sb130_quarter_weight", "seg_only"]).map(shipped),
)


shocks = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([0.0, 0.5, 1.3, 10.0]) for name in Shocks.model_fields}
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
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        ensemble = warmed_up(world, parameters, seed, (0, 1), horizon)  # type: ignore[arg-type]
        return Run(world, ensemble, steps(ensemble, formula, horizon, scenario))


def close(one: Numbers, other: Numbers, scale: Numbers | float = 0.0) -> bool:
    """Equal up to rounding of numbers as large as ``scale``."""
    return bool((np.abs(one - other) <= RELATIVE * (np.abs(one) + np.abs(other) + scale) + 1e-6).all())


def whole(quantity: Numbers) -> bool:
    return bool((quantity == np.rint(quantity)).all() and (quantity >= 0).all())


@given(runs())
def test_identities(run: Run) -> None:
    for step in run.steps:
        every_number_is_finite(step)
        students_are_conserved(run, step)
        sites_and_posts_balance(run, step)
        launches_are_accounted_for(run, step)
        shares_are_shares(step)
        money_is_conserved(run, step)
        books_balance(step)
        cohorts_move_up(run, step)


def every_number_is_finite(step: Step) -> None:
    for name, array in leaves(step.after):
        assert np.isfinite(array).all(), name


def students_are_conserved(run: Run, step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    world, parameters = run.world, run.ensemble.parameters
    participants, concentrators = after.participants, after.concentrators
    assert (participants >= 0).all()
    assert (concentrators >= 0).all()
    assert (district_total(participants) <= after.counts.membership * (1 + 1e-12)).all()
    assert (district_total(year.schooling.demanded) <= after.counts.membership * (1 + 1e-12)).all()
    assert (concentrators <= participants).all()
    assert (concentrators <= before.participants).all()
    assert (concentrators[(before.sites == 0) & (after.sites > 0)] == 0).all()
    seats = year.workforce.taught * world.clusters.class_cap * parameters.choice.seats_per_section
    assert (participants <= seats * (1 + 1e-12)).all()
    assert (participants[after.sites == 0] == 0).all()
    attempts, earned = year.schooling.credentials.attempts, year.schooling.credentials.earned
    assert (attempts <= concentrators * (1 + 1e-12)).all()
    assert all((tier >= 0).all() for tier in earned)
    assert (earned[0] + earned[1] + earned[2] <= attempts * (1 + 1e-12)).all()
    assert (after.counts.placements >= 0).all()
    assert (year.schooling.dual_credit <= district_total(participants) * (1 + 1e-12)).all()


def sites_and_posts_balance(run: Run, step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    schools = run.world.districts.high_schools[:, np.newaxis]
    assert whole(after.sites)
    assert whole(after.sections)
    assert whole(after.vacant_sections)
    assert whole(after.facilities)
    assert whole(year.choice.sites_closed)
    assert (after.sites + (after.launching > 0) <= schools).all()
    assert (after.facilities <= schools).all()
    assert (after.sites == before.sites - year.choice.sites_closed + year.workforce.opened).all()
    assert ((after.sections + after.vacant_sections)[after.sites == 0] == 0).all()
    assert (after.counts.offering_schools == after.sites.max(axis=-1, keepdims=True)).all()
    staying = year.choice.sites_closed == 0
    posts_before, posts = before.sections + before.vacant_sections, after.sections + after.vacant_sections
    change = year.choice.section_change
    given_up = np.minimum(np.maximum(-change, 0.0), np.maximum(posts_before - before.sites, 0.0))
    added = np.maximum(change, 0.0) * (before.sites > 0) + year.workforce.opened * before.launching_sections
    assert (posts == posts_before - given_up + added)[staying].all()
    assert (posts <= posts_before + added).all()
    assert ((after.vacant_years > 0) == (after.vacant_sections > 0)).all()
    counting_down = np.maximum(before.launching - 1.0, 0.0)
    begun = year.workforce.launched * run.ensemble.parameters.clusters.launch_years
    assert (after.launching == counting_down + begun).all()


def launches_are_accounted_for(run: Run, step: Step) -> None:
    before, year = step.before, step.year
    choice, workforce = year.choice, year.workforce
    stopped = (
        choice.stopped_by_size * 1.0
        + choice.stopped_by_facility
        + choice.stopped_by_cash
        + choice.stopped_by_capacity
        + workforce.stopped
    )
    assert (choice.wanted == workforce.launched + stopped).all()
    assert (choice.launch == workforce.launched + workforce.stopped).all()
    assert not (choice.wanted & (before.launching > 0)).any()
    assert not (choice.wanted & (before.sites >= run.world.districts.high_schools[:, np.newaxis])).any()
    assert not (choice.builds_facility & ~choice.launch).any()
    assert (choice.launch_cost[~choice.launch] == 0).all()


def shares_are_shares(step: Step) -> None:
    after, year = step.after, step.year
    for share in (after.quality, after.equipment, after.spending_ratio, *after.trust.values()):
        assert (share >= 0).all()
        assert (share <= 1 + 1e-12).all()
    for ledger in year.settlement.ledgers.values():
        assert (ledger.proration >= 0).all()
        assert (ledger.proration <= 1).all()
    mix = year.situation.peer_share
    assert (mix >= 0).all()
    assert (mix <= 1 + 1e-12).all()
    assert (year.situation.revenue_risk >= 0).all()
    assert (year.situation.revenue_risk <= 1 + 1e-12).all()


def money_is_conserved(run: Run, step: Step) -> None:
    year = step.year
    nothing: Array = step.after.cash * 0.0
    to_districts, statewide, for_pathways = nothing, state_total(nothing), nothing
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
        if not line.background and not line.federal:
            to_districts = to_districts + ledger.paid
            statewide = statewide + ledger.statewide_paid
    settled = year.settlement
    assert close(settled.state_paid, to_districts)
    own = [ledger for name, ledger in settled.ledgers.items() if _is_own(year.offers.lines, name)]
    spent = sum((ledger.spent for ledger in own), start=statewide * 0.0)
    assert close(spent, state_total(settled.state_paid) + statewide)
    assert close(settled.reaching_cte + settled.not_sticking, for_pathways)
    assert (settled.reaching_cte >= 0).all()
    assert (settled.not_sticking >= -1e-6).all()


def _is_own(offers: tuple[object, ...], name: str) -> bool:
    line = next(offer.line for offer in offers if offer.line.name == name)  # type: ignore[attr-defined]
    return not line.background and not line.federal


def books_balance(step: Step) -> None:
    before, year, after = step.before, step.year, step.after
    end, bill = year.books.year_end, year.bill
    income = year.settlement.reaching_cte + year.books.local
    outgo = end.spending + bill.startup + end.released
    assert close(after.cash - before.cash, income - outgo, scale=np.abs(before.cash) + income + np.abs(outgo))
    for amount in (end.rescued, end.released, year.books.backfill, bill.startup, bill.flexible):
        assert (amount >= 0).all()
    assert (year.books.local >= year.books.backfill + end.rescued - 1e-6).all()
    assert close(end.spending, bill.instruction + after.spending_ratio * bill.flexible, scale=bill.flexible)
    launches = (year.workforce.launched * year.choice.launch_cost).sum(axis=-1, keepdims=True)
    grants = (year.workforce.launched * year.situation.startup_grant).sum(axis=-1, keepdims=True)
    assert close(bill.startup, launches + grants)


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
