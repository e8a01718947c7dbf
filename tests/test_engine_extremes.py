"""Extreme conditions with known answers."""

from dataclasses import replace

import numpy as np
from simulated import (
    Step,
    formula_of,
    leaves,
    line_of,
    made_up,
    new_mexico,
    parameters_from,
    prior_parameters,
    shipped,
    sparse,
    steps,
    warmed_up,
    with_parameters,
)

from sim.arrays import district_total, state_total
from sim.engine import recording
from sim.engine.draws import Purpose
from sim.engine.ensemble import Ensemble

HORIZON = 6


def start(sites_per_school: float = 5.0, districts: int = 8) -> Ensemble:
    world = made_up(districts, 21)
    parameters = sparse(parameters_from(world, 5, 3, 0.0), world, sites_per_school)
    return warmed_up(world, parameters, 5, (0, 1, 2), HORIZON)


def under(ensemble: Ensemble, **groups: dict[str, float]) -> Ensemble:
    """The same start, with parameters that hold from then on."""
    return replace(ensemble, parameters=with_parameters(ensemble.parameters, **groups))


def total(simulated: list[Step], what: str) -> float:
    ensemble_years = [step.year for step in simulated]
    owner = "workforce" if what in ("launched", "stopped", "opened") else "choice"
    return float(sum((getattr(getattr(year, owner), what) * 1.0).sum() for year in ensemble_years))


def test_without_instructors_to_hire_nothing_opens_and_vacancies_only_grow() -> None:
    nobody = under(start(), staffing={"fill_level": 0.0})
    simulated = steps(nobody, shipped("aligned"), HORIZON)
    assert total(simulated, "wanted") > 0
    assert total(simulated, "stopped") > 0
    assert total(simulated, "launched") == 0
    for step in simulated:
        kept = (step.year.choice.sites_closed == 0) & (step.year.choice.section_change >= 0)
        assert (step.after.vacant_sections >= step.before.vacant_sections)[kept].all()
        hired = step.after.sections - step.before.sections
        assert (hired <= step.year.workforce.opened * step.before.launching_sections).all()
    first, last = simulated[0].before, simulated[-1].after
    assert last.sections.sum() < 0.75 * first.sections.sum()


def test_without_turnover_or_closure_no_post_becomes_vacant() -> None:
    calm = under(start(), staffing={"turnover": 0.0}, decisions={"close_intercept": -500.0, "expansion_limit": 0.0})
    for step in steps(calm, shipped("status_quo"), 3):
        assert (step.after.sites >= step.before.sites).all()
        grown = np.maximum(step.year.choice.section_change, 0.0)
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
    assert state_total(nothing[-1].after.concentrators).sum() < state_total(paid[-1].after.concentrators).sum()


def test_with_money_without_end_no_launch_is_stopped_by_money() -> None:
    rich = under(
        start(),
        books={"carryover_limit": 1e6},
        decisions={"cash_reserve": 0.0, "launches_per_school": 14.0, "minimum_section": 0.0},
    )
    flood = line_of(
        components=[{"kind": "base", "per_district": 1e9}, {"kind": "startup_grant", "share": 1.0}],
        appropriation={"rule": "full"},
    )
    simulated = steps(rich, formula_of(flood), HORIZON)
    after_first_payment = simulated[1:]
    assert total(after_first_payment, "wanted") > 0
    for reason in ("stopped_by_cash", "stopped_by_facility", "stopped_by_size", "stopped_by_capacity"):
        assert total(after_first_payment, reason) == 0, reason
    assert (simulated[-1].after.cash > 1e9).all()
    assert (simulated[-1].after.spending_ratio == 1).all()


def test_without_cash_or_general_money_every_launch_costs_more_than_there_is() -> None:
    ensemble = start()
    poor = under(
        replace(ensemble, state=replace(ensemble.state, cash=np.minimum(ensemble.state.cash, 0.0))),
        decisions={"general_startup": 0.0},
    )
    first = steps(poor, formula_of(), 1)
    assert total(first, "wanted") > 0
    assert total(first, "launch") == 0
    assert total(first, "stopped_by_capacity") == 0


def test_where_no_student_is_interested_nobody_takes_part() -> None:
    ensemble = start()
    empty = replace(ensemble, premises=replace(ensemble.premises, participation=0.0 * ensemble.premises.participation))
    simulated = steps(empty, shipped("aligned"), HORIZON)
    for step in simulated:
        assert (step.after.participants == 0).all()
        assert (step.after.concentrators == 0).all()
        assert all((tier == 0).all() for tier in step.year.schooling.credentials.earned)
        assert total([step], "wanted") == 0
        assert all(np.isfinite(array).all() for _, array in leaves(step.after))
    assert simulated[-1].after.sites.sum() < simulated[0].before.sites.sum()


def test_where_every_school_offers_everything_nothing_can_be_launched() -> None:
    full = start(sites_per_school=14.0)
    schools = full.world.districts.high_schools[:, np.newaxis]
    state = replace(full.state, sites=schools + 0.0 * full.state.sites, launching=0.0 * full.state.launching)
    step = steps(replace(full, state=state), shipped("aligned"), 1)[0]
    assert total([step], "wanted") == 0


def test_a_state_of_one_district_runs_and_keeps_its_students() -> None:
    ensemble = start(districts=1)
    for step in steps(ensemble, shipped("aligned"), HORIZON):
        assert step.after.sites.shape[-2] == 1
        assert (step.year.situation.peer_share == 0).all()
        assert (district_total(step.after.participants) <= step.after.counts.membership).all()


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
