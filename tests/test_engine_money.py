"""Who pays for what: start-up and its grants, federal money, the base year as a reference, dated growth, quality."""

from dataclasses import replace

import numpy as np
import pytest
from simulated import (
    BASE_YEAR,
    formula_of,
    line_of,
    made_up,
    new_mexico_ensemble,
    parameters_from,
    shipped,
    sparse,
    steps,
    warmed_up,
)

from sim.arrays import district_total, state_total
from sim.engine import recording
from sim.engine.economy import entry_index
from sim.engine.ensemble import Ensemble
from sim.engine.prospects import form_prospects
from sim.engine.situation import school_bonus
from sim.funding.line import Line
from sim.parameters.groups import Dated, Enrollment


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    world = made_up(8, 21)
    return warmed_up(world, sparse(parameters_from(world, 5, 3, 0.0), world), 5, (0, 1, 2), 5)


def test_launches_cost_their_startup_whoever_pays_and_the_grant_is_money_received(ensemble: Ensemble) -> None:
    """The district pays ahead what it does not trust the state to pay."""
    grant = line_of(components=[{"kind": "startup_grant", "share": 0.5}], appropriation={"rule": "full"})
    launches = 0.0
    for step in steps(ensemble, formula_of(grant), 5):
        known, choice, year = step.year.situation, step.year.choice, step.year
        startups = district_total(choice.paid * known.startup_cost)
        labs = district_total(choice.builds_facility * known.facility_cost)
        assert year.bill.startup == pytest.approx(startups + labs)
        granted = year.settlement.ledgers["line_0"].paid
        assert granted == pytest.approx(0.5 * startups)
        believed = year.prospects.startup_share
        assert (believed < 0.5).all()
        fronted = district_total((1.0 - believed) * (choice.paid * known.startup_cost))
        assert district_total(choice.launch_cost) == pytest.approx(fronted + labs)
        end, local = year.books.year_end, year.books.local + year.books.year_end.returned
        price = year.conditions.price_index
        assert price * step.before.cash + local + granted == pytest.approx(
            end.spending + startups + labs + price * step.after.cash + end.returned + end.lapsed
        )
        launches += float(choice.paid.sum())
    assert launches > 0


def test_federal_money_reaches_districts_and_is_no_cost_of_the_state(ensemble: Ensemble) -> None:
    federal = line_of(
        components=[{"kind": "per_student", "count": "participants", "dollars": 100}],
        appropriation={"rule": "full"},
        fund="Federal",
    )
    step = steps(ensemble, formula_of(federal), 1)[0]
    record = recording.statewide(ensemble.world, ensemble.parameters, step.after, step.year)
    assert (step.year.settlement.state_paid == 0).all()
    assert (record["state_cost"] == 0).all()
    assert record["federal_paid"] == pytest.approx(100 * record["participants"])
    assert (step.year.settlement.reaching_cte > 0).any()


def test_a_new_line_is_held_against_what_current_law_paid_in_the_base_year(ensemble: Ensemble) -> None:
    law = ensemble.state.base_payment
    assert (law > 0).any()
    held = line_of(
        components=[{"kind": "base", "per_school": 0.01}],
        appropriation={"rule": "full"},
        rules={"hold_harmless": {"share": 0.9, "reference": "base_year"}},
    )
    step = steps(ensemble, formula_of(held), 1)[0]
    offering = step.after.counts.offering
    paid = step.year.settlement.ledgers["line_0"].paid
    assert paid == pytest.approx(np.maximum(0.9 * law, 0.01 * step.after.counts.offering_schools) * offering)


def test_a_funded_weight_costs_what_the_state_adds_also_beside_an_unfunded_one(ensemble: Ensemble) -> None:
    """SEG money to districts is what would be paid without weights and what the state is recorded to add for them."""

    def weight(funded: bool) -> Line:
        component = {"kind": "seg_weight", "count": "concentrators", "weight": 0.4, "funded": funded}
        return line_of(components=[component], appropriation={"rule": "full"}, oversight="general")

    for step in steps(ensemble, formula_of(weight(True), weight(False)), 2):
        offers, ledgers = step.year.offers, step.year.settlement.ledgers
        record = recording.statewide(ensemble.world, ensemble.parameters, step.after, step.year)
        assert (offers.unit_value < 0.99 * offers.undiluted_value).all()
        units = state_total(ledgers["line_0"].paid) / offers.unit_value
        assert record["state_cost"] == pytest.approx((units * offers.undiluted_value).reshape(-1))
        by_line = recording.by_line(step.year)["line_0"]
        assert by_line["appropriation"] == pytest.approx(record["state_cost"])
        # On the counts that prices were announced for, all of it balances.
        base = state_total(offers.base_units)
        weights = offers.weight_units * offers.unit_value
        added = offers.weight_units / 2.0 * offers.undiluted_value
        assert base * offers.unit_value + weights == pytest.approx(base * offers.undiluted_value + added)


def test_growth_of_entering_cohorts_is_that_of_the_year() -> None:
    growth = Dated((2018, 2027, 2042), (0.0, -0.02, -0.005), np.ones((1, 1)))
    terms = Enrollment(growth, *(np.full((1, 1), np.nan) for _ in range(3)))
    index = np.full((1, 1), 0.9)
    for year, expected in {2026: 0.9, 2027: 0.882, 2041: 0.882, 2042: 0.8955}.items():
        assert entry_index(terms, index, BASE_YEAR, year) == pytest.approx(expected)


def test_better_districts_see_more_students_complete(ensemble: Ensemble) -> None:
    low, high = (
        steps(
            replace(ensemble, state=replace(ensemble.state, quality=np.full_like(ensemble.state.quality, quality))),
            shipped("status_quo"),
            1,
        )[0]
        for quality in (0.1, 0.9)
    )
    assert (high.year.interest.completion > low.year.interest.completion).all()
    assert high.after.taught.sum() > 1.005 * low.after.taught.sum()
    assert high.year.schooling.credentials.earned[0].sum() > low.year.schooling.credentials.earned[0].sum()


def test_a_school_is_promised_only_where_one_more_site_would_be_counted_as_one() -> None:
    ensemble = new_mexico_ensemble(3, 2)
    for step in steps(ensemble, shipped("aligned_base"), 2):
        sites, year = step.before.sites, step.year
        believed = form_prospects(ensemble.premises, step.before, year.offers, year.outlook, year.conditions)
        demand = year.situation.site_wanted
        promised = school_bonus(ensemble.world, ensemble.parameters, step.before, believed, demand)
        counted = sites.max(axis=-1, keepdims=True)
        counts_more = (sites + 1.0 > counted) & (counted < ensemble.world.districts.high_schools[:, np.newaxis])
        assert (promised[~counts_more] == 0.0).all()
        fills = demand >= ensemble.parameters.decisions.minimum_section
        assert (promised[counts_more & fills] > 0.0).all()
        assert (counts_more & fills).any()
