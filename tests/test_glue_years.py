"""What holds from year to year: what is frozen, what a shock leaves behind, what people and reports add up to."""

import builders
import numpy as np
import pytest
from simulated import Step, formula_of, shipped, steps

from sim.arrays import district_total
from sim.behavior.staffing import by_region
from sim.engine.ensemble import Ensemble
from sim.engine.scenario import BASELINE, Scenario, Shocks

RICH = builders.line(components=[{"kind": "per_student", "count": "concentrators", "dollars": 2000}])


@pytest.fixture(scope="module")
def standing() -> Ensemble:
    return builders.standing(None)


@pytest.fixture(scope="module")
def years(standing: Ensemble) -> list[Step]:
    return steps(standing, formula_of(RICH), 6)


def shocked(**written: dict[int, Shocks]) -> Scenario:
    return BASELINE.model_copy(update={"name": "made_up", **written})


def test_what_later_years_are_held_against_is_frozen_once(standing: Ensemble, years: list[Step]) -> None:
    for step in years:
        for name in ("base_own", "base_restricted", "base_payment"):
            assert np.array_equal(getattr(step.after, name), getattr(standing.state, name)), name


def test_what_is_counted_and_paid_is_what_is_reported(years: list[Step]) -> None:
    recoded = 0.0
    for step in years:
        reported = step.year.schooling.taught + step.year.schooling.recoded
        assert step.after.counts.concentrators == pytest.approx(reported)
        assert step.year.settlement.ledgers["line_0"].paid == pytest.approx(2000 * district_total(reported))
        assert step.after.taught == pytest.approx(step.year.schooling.taught)
        recoded += float(step.year.schooling.recoded.sum())
    assert recoded > 0


def test_recoding_ends_with_the_pay(standing: Ensemble) -> None:
    ending = RICH.model_copy(update={"start_year": 2027, "sunset_year": 2029})
    shares = [step.after.recoded_share.mean() for step in steps(standing, formula_of(ending), 6)]
    assert shares[2] > 3 * shares[5]
    assert shares[:3] == sorted(shares[:3])


def test_instructors_are_conserved_region_by_region(standing: Ensemble, years: list[Step]) -> None:
    staffing, starts = standing.parameters.staffing, standing.world.districts.region_starts
    for step in years:
        before, after, found = step.before, step.after, step.year.workforce
        teaching = before.sections - before.vacant_sections
        opened = found.opened * before.launching_sections
        launched = found.launched * step.year.choice.launch_sections
        hired = found.hired
        left = teaching + (hired - launched) - (after.sections - after.vacant_sections - opened)
        assert (left >= -1e-9).all()
        staying = np.maximum(before.pool - by_region(hired, starts), 0.0) * (1.0 - staffing.pool_exit)
        coming = after.pool - staying - staffing.return_share * by_region(left, starts)
        premium = standing.world.clusters.salary_premium * staffing.premium_paid
        entrants = standing.premises.entering * (1.0 + staffing.wage_elasticity * premium)
        assert coming == pytest.approx(entrants, rel=1e-9, abs=1e-9)


def own_money(standing: Ensemble, scenario: Scenario) -> list[np.ndarray]:
    return [step.year.books.own for step in steps(standing, shipped("status_quo"), 4, scenario)]


def test_a_lasting_shock_to_own_money_is_as_large_in_every_year(standing: Ensemble) -> None:
    calm = own_money(standing, BASELINE)
    lasting = own_money(standing, shocked(from_year={2027: Shocks(local_money=0.8)}))
    assert calm[0].sum() > 0
    assert lasting[0] == pytest.approx(0.8 * calm[0])
    for one, other in zip(calm, lasting, strict=True):
        assert other.sum() == pytest.approx(0.8 * one.sum(), rel=0.05)


def test_a_shock_of_one_year_leaves_plans_for_own_money_as_they_were(standing: Ensemble) -> None:
    calm = own_money(standing, BASELINE)
    once = own_money(standing, shocked(years={2027: Shocks(local_money=0.5)}))
    assert once[0] == pytest.approx(0.5 * calm[0])
    assert once[1].sum() == pytest.approx(calm[1].sum(), rel=0.02)


def test_a_line_that_is_to_end_raises_no_plan_before_its_end_and_keeps_no_site_after_it(standing: Ensemble) -> None:
    lasts = RICH.model_copy(update={"start_year": 2027})
    ends = lasts.model_copy(update={"sunset_year": 2028})
    lasting, ending = (steps(standing, formula_of(line), 6) for line in (lasts, ends))
    for one, other in list(zip(lasting, ending, strict=True))[:2]:
        assert other.year.choice.begun.sum() <= one.year.choice.begun.sum()
        assert other.year.workforce.launched.sum() <= one.year.workforce.launched.sum()
    assert ending[-1].after.sites.sum() < lasting[-1].after.sites.sum()
    assert ending[-1].after.taught.sum() < lasting[-1].after.taught.sum()


def test_a_drought_of_instructors_leaves_fewer_to_be_found(standing: Ensemble) -> None:
    dry = shocked(from_year={2027: Shocks(instructor_supply=0.5)})
    plain, drought = (steps(standing, formula_of(RICH), 6, scenario)[-1] for scenario in (BASELINE, dry))
    assert drought.after.pool.sum() < 0.8 * plain.after.pool.sum()
    assert drought.after.vacant_sections.sum() > plain.after.vacant_sections.sum()
    assert drought.after.taught.sum() < plain.after.taught.sum()
