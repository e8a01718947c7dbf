"""Extreme conditions with known answers."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from simulated import (
    Step,
    formula_of,
    leaves,
    line_of,
    made_up,
    new_mexico,
    new_mexico_ensemble,
    parameters_from,
    prior_parameters,
    shipped,
    sparse,
    steps,
    warmed_up,
    with_parameters,
)

from sim.arrays import district_total, state_total
from sim.behavior import launching
from sim.engine import recording
from sim.engine.draws import Purpose
from sim.engine.ensemble import Ensemble, prepare
from sim.engine.scenario import BASELINE, Scenario, Shocks
from sim.world.world import Spread, World

HORIZON = 6


def start(sites_per_school: float = 5.0, districts: int = 8) -> Ensemble:
    world = made_up(districts, 21)
    parameters = sparse(parameters_from(world, 5, 3, 0.0), world, sites_per_school)
    return warmed_up(world, parameters, 5, (0, 1, 2), HORIZON)


def under(ensemble: Ensemble, **groups: dict[str, float]) -> Ensemble:
    """The same start, with parameters that hold from then on."""
    return replace(ensemble, parameters=with_parameters(ensemble.parameters, **groups))


def total(simulated: list[Step], what: str) -> float:
    years = [step.year for step in simulated]
    owner = "workforce" if hasattr(years[0].workforce, what) else "choice"
    return float(sum((getattr(getattr(year, owner), what) * 1.0).sum() for year in years))


def waiting(simulated: list[Step], stage: float) -> int:
    return int(sum((step.year.choice.plan == stage).sum() for step in simulated))


def sound(simulated: list[Step]) -> None:
    """No number is NaN or infinite, and nothing that is counted is negative."""
    for step in simulated:
        for name, array in leaves((step.after, step.year)):
            if array.dtype == np.float64 and ".appropriation" not in name and ".budget" not in name:
                assert np.isfinite(array).all(), name
        for name, array in leaves((step.after.counts, step.after.sites, step.after.first_students, step.after.pool)):
            # An accounted cost beyond ordinary courses is no count: crowded classes can save money.
            assert name.endswith("expenditure") or (array >= 0).all(), name


def poor(ensemble: Ensemble) -> Ensemble:
    """The same start where nobody gives a dollar and nobody holds one."""
    state, nothing = ensemble.state, 0.0 * ensemble.state.cash
    return replace(
        ensemble, state=replace(state, own_money=nothing, base_own=nothing, base_restricted=nothing, cash=nothing)
    )


def test_without_instructors_to_hire_nothing_opens_and_vacancies_only_grow() -> None:
    nobody = under(start(), staffing={"fill_level": 0.0})
    simulated = steps(nobody, shipped("aligned"), HORIZON)
    assert total(simulated, "without_instructor") > 0
    assert total(simulated, "launched") == total(simulated, "hired") == 0
    for step in simulated:
        choice = step.year.choice
        kept = (choice.sites_closed == 0) & (choice.first_change >= 0) & (choice.second_change >= 0)
        assert (step.after.vacant_sections >= step.before.vacant_sections)[kept].all()
    teaching = [float(step.year.workforce.staffed.sum()) for step in simulated]
    assert teaching[-1] < 0.75 * teaching[0]


def test_without_turnover_or_closure_no_post_becomes_vacant() -> None:
    calm = under(
        start(),
        staffing={"turnover": 0.0},
        decisions={"close_notice": 1e6, "reduction_limit": 0.0, "deficit_share": 1e9, "section_slack": 1e6},
    )
    for step in steps(calm, shipped("status_quo"), 3):
        assert (step.after.sites >= step.before.sites).all()
        grown = np.maximum(step.year.choice.first_change, 0.0) + np.maximum(step.year.choice.second_change, 0.0)
        assert (step.after.vacant_sections <= step.before.vacant_sections + grown).all()


def test_a_state_that_pays_nothing_costs_nothing_and_keeps_what_districts_pay_themselves() -> None:
    ensemble = start()
    nothing = steps(ensemble, formula_of(), HORIZON)
    for step in nothing:
        record = recording.statewide(ensemble.world, ensemble.parameters, step.after, step.year)
        assert (record["state_cost"] == 0).all()
        assert (record["proration"] == 1).all()
        assert (step.year.settlement.reaching_cte == 0).all()
        assert (step.year.books.local >= 0).all()
    assert (state_total(nothing[-1].after.participants) > 0).all()
    paid = steps(ensemble, shipped("status_quo"), HORIZON)
    assert state_total(nothing[-1].after.taught).sum() < state_total(paid[-1].after.taught).sum()


def test_with_money_without_end_no_plan_waits_for_money_and_upkeep_is_paid_to_its_ceiling() -> None:
    rich = under(start(), books={"carryover_limit": 1e6}, decisions={"minimum_section": 0.0, "plans_per_school": 14.0})
    flood = line_of(
        components=[{"kind": "base", "per_district": 1e9}, {"kind": "startup_grant", "share": 1.0}],
        appropriation={"rule": "full"},
    )
    simulated = steps(rich, formula_of(flood), HORIZON)
    after_first_payment = simulated[1:]
    assert total(after_first_payment, "begun") > 0
    assert total(after_first_payment, "paid") > 0
    last = simulated[-1].after
    # The law pays districts that offer CTE, and no others.
    offering = np.logical_and.reduce([district_total(step.after.sites) > 0 for step in simulated])
    assert not any((offering & (step.year.choice.plan == launching.FOR_MONEY)).any() for step in after_first_payment)
    assert offering.mean() > 0.5
    assert (last.cash[offering] > 1e9).all()
    ceiling = rich.parameters.books.spending_ceiling + 0.0 * last.spending_ratio
    assert (last.spending_ratio == ceiling)[offering].all()


def test_without_a_dollar_no_plan_is_paid_and_no_lab_is_built() -> None:
    ensemble = start()
    simulated = steps(under(poor(ensemble), books={"general_launch": 0.0}), formula_of(), HORIZON)
    assert total(simulated, "paid") == total(simulated, "builds_facility") == total(simulated, "launch_cost") == 0
    assert total(steps(ensemble, shipped("aligned"), HORIZON), "paid") > 0


def test_where_no_student_is_interested_nobody_takes_part() -> None:
    ensemble = start()
    empty = replace(ensemble, premises=replace(ensemble.premises, participation=0.0 * ensemble.premises.participation))
    simulated = steps(empty, shipped("aligned"), HORIZON)
    assert (simulated[0].after.first_students == 0).all()
    assert (simulated[0].after.second_students > 0).any()
    for step in simulated[1:]:
        assert (step.after.participants == 0).all()
        assert (step.after.taught == 0).all()
        assert all((tier == 0).all() for tier in step.year.schooling.credentials.earned)
        assert total([step], "begun") == 0
    sound(simulated)
    assert simulated[-1].after.sites.sum() < simulated[0].before.sites.sum()


def test_where_every_school_offers_everything_nothing_can_be_planned() -> None:
    full = start(sites_per_school=14.0)
    schools = full.world.districts.high_schools[:, np.newaxis]
    state = replace(full.state, sites=schools + 0.0 * full.state.sites, launching=0.0 * full.state.launching)
    step = steps(replace(full, state=state), shipped("aligned"), 1)[0]
    assert total([step], "begun") == waiting([step], launching.FOR_MONEY) == 0


def test_a_state_of_one_district_runs_and_keeps_its_students() -> None:
    ensemble = start(districts=1)
    simulated = steps(ensemble, shipped("aligned"), HORIZON)
    for step in simulated:
        assert step.after.sites.shape[-2] == 1
        assert (district_total(step.after.participants) <= step.after.counts.membership).all()
    sound(simulated)


def with_one_cluster(world: World) -> World:
    """The same state with its first cluster alone, which all its students want."""
    clusters, number = world.clusters, len(world.clusters)

    def first(value: Any) -> Any:
        if isinstance(value, Spread):
            return Spread(value.low[:1], value.central[:1], value.high[:1])
        return value[:1] if len(value) == number else value

    kept = replace(clusters, **{field.name: first(getattr(clusters, field.name)) for field in fields(clusters)})
    kept = replace(kept, concentrator_share=np.ones(1))
    regions = replace(world.regions, priority_probability=world.regions.priority_probability[:, :1])
    return replace(world, clusters=kept, regions=regions)


def test_a_state_of_one_cluster_runs_and_teaches_it() -> None:
    world = with_one_cluster(made_up(6, 21))
    parameters = sparse(parameters_from(world, 5, 2, 0.0), world, 0.8)
    each = line_of(
        components=[{"kind": "per_student", "count": "concentrators", "dollars": 900}], appropriation={"rule": "full"}
    )
    law = formula_of(each, takes_effect=2000)
    with np.errstate(divide="raise", invalid="raise"):
        ensemble = prepare(world, parameters, law, 5, (0, 1), HORIZON)
        simulated = steps(ensemble, law, HORIZON)
    assert simulated[-1].after.sites.shape[-1] == 1
    assert (state_total(simulated[-1].after.taught) > 0).all()
    sound(simulated)


def test_a_state_whose_schools_empty_closes_its_pathways_and_stays_finite() -> None:
    ensemble = new_mexico_ensemble(2, 12)
    nobody = Scenario(name="s", title="t", source="s", from_year={2027: Shocks(entrants=0.0)})
    with np.errstate(divide="raise", invalid="raise"):
        simulated = steps(ensemble, shipped("aligned"), 12, nobody)
    sound(simulated)
    assert (simulated[5].after.counts.membership == 0).all()
    assert (simulated[5].after.participants == 0).all()
    assert simulated[-1].after.sites.sum() < 0.05 * simulated[0].before.sites.sum()


@pytest.mark.parametrize("count", ["participants", "concentrators", "credentials"])
def test_prices_beyond_all_measure_teach_no_more_than_there_are_students(count: str) -> None:
    ensemble = start()
    rich = line_of(components=[{"kind": "per_student", "count": count, "dollars": 1e6}], appropriation={"rule": "full"})
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        simulated = steps(ensemble, formula_of(rich), HORIZON)
    sound(simulated)
    last = simulated[-1].after
    assert (district_total(last.participants) <= last.counts.membership).all()
    assert (last.sites <= ensemble.world.districts.high_schools[:, np.newaxis]).all()


def test_costs_beyond_all_measure_end_launches_and_stay_finite() -> None:
    ensemble = new_mexico_ensemble(2, 12)
    dear = Scenario(name="s", title="t", source="s", from_year={2027: Shocks(startup_costs=10.0, running_costs=10.0)})
    calm, hit = (steps(ensemble, shipped("status_quo"), 12, scenario) for scenario in (BASELINE, dear))
    sound(hit)
    assert total(hit, "launched") < 0.5 * total(calm, "launched")
    assert hit[-1].after.sites.sum() < calm[-1].after.sites.sum()


def test_where_no_money_is_left_districts_leave_and_some_return_when_it_comes_back() -> None:
    horizon, back = 20, 10
    ensemble = new_mexico_ensemble(2, horizon)
    rich = line_of(
        components=[
            {"kind": "per_student", "count": "participants", "dollars": 4000},
            {"kind": "startup_grant", "share": 1.0},
        ],
        appropriation={"rule": "full"},
        start_year=2027 + back,
    )
    simulated = steps(poor(ensemble), formula_of(rich), horizon)
    sound(simulated)
    offering = [(district_total(step.after.sites) > 0).squeeze(-1) for step in simulated]
    before = district_total(ensemble.state.sites).squeeze(-1) > 0
    gone = before & ~offering[back - 1]
    assert gone.sum() > 0.25 * before.sum()
    assert (offering[-1] & gone).sum() > 0.1 * gone.sum()
    # A district that has left has no section, no student and no plan in front of nobody.
    last = simulated[back - 1].after
    assert (last.sections[gone] == 0).all()
    assert (last.participants[gone] == 0).all()


def test_where_nobody_leaves_school_the_state_keeps_its_size() -> None:
    ensemble = start()
    growth = replace(ensemble.parameters.enrollment.entry_growth, factor=np.zeros((3, 1, 1)))
    parameters = replace(ensemble.parameters, enrollment=replace(ensemble.parameters.enrollment, entry_growth=growth))
    still = with_parameters(parameters, enrollment={"local_noise": 0.0, "local_trend": 0.0})
    for step in steps(replace(ensemble, parameters=still), shipped("status_quo"), HORIZON):
        assert np.allclose(step.after.counts.membership, ensemble.state.counts.membership, rtol=1e-9)


def test_a_bust_cuts_grants_more_than_formula_money() -> None:
    world = new_mexico()
    ensemble = warmed_up(world, prior_parameters(world, (0,)), 0, (0,), 1)
    noise = {purpose: block.copy() for purpose, block in ensemble.draws.yearly.items()}
    noise[Purpose.REVENUE][:] = -10.0
    bust = replace(ensemble, draws=replace(ensemble.draws, yearly=noise))
    grants, formula = steps(bust, shipped("status_quo"), 1)[0], steps(bust, shipped("aligned"), 1)[0]
    economy = ensemble.parameters.economy
    assert (grants.year.conditions.grant_cut == economy.grant_cut).all()
    assert (formula.year.conditions.formula_cut == economy.formula_cut).all()
    zones = next(offer for offer in grants.year.offers.lines if offer.line.name == "innovation_zones")
    own = next(offer for offer in formula.year.offers.lines if offer.line.name == "aligned")
    price = formula.year.conditions.price_index
    assert np.allclose(zones.appropriation, 11_200_000 * (1 - economy.grant_cut), rtol=1e-12)
    assert np.allclose(own.appropriation, 50_000_000 * price * (1 - economy.formula_cut), rtol=1e-12)


def test_a_state_without_any_pathway_starts_and_stays_finite() -> None:
    world = made_up(1, 3)
    parameters = with_parameters(parameters_from(world, 2, 2, 0.0), initial={"sites_per_school": 1e-9})
    with np.errstate(divide="raise", invalid="raise"):
        ensemble = warmed_up(world, parameters, 2, (0, 1), 3)
        simulated = steps(ensemble, shipped("aligned"), 3)
    for step in simulated:
        assert all(np.isfinite(array).all() for _, array in leaves(step.after))


def test_a_school_without_a_grade_starts_and_stays_finite() -> None:
    world = made_up(1, 3)
    districts = replace(world.districts, membership_by_grade=np.array([[40.0, 30.0, 0.0, 0.0]]))
    schooled = replace(world, districts=replace(districts, membership=np.array([70.0])))
    parameters = sparse(parameters_from(schooled, 2, 2, 0.0), schooled)
    with np.errstate(divide="raise", invalid="raise"):
        ensemble = warmed_up(schooled, parameters, 2, (0, 1), 3)
        simulated = steps(ensemble, shipped("aligned"), 3)
    assert np.allclose(ensemble.state.counts.membership, 70.0)
    for step in simulated:
        assert all(np.isfinite(array).all() for _, array in leaves(step.after))
