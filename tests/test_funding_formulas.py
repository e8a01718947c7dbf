"""The formulas that are shipped, on New Mexico's own tables and statewide counts."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.arrays import Array, district_total, state_total
from sim.funding.allocation import Claim, Ledger, cost_to_state, counts_for, settle
from sim.funding.budget import Budget, appropriate, voted
from sim.funding.context import PricingContext
from sim.funding.formula import Formula, describe, lines_in_force, scale_to
from sim.funding.line import Line
from sim.funding.pricing import announce, held_at_all_spending, program_units
from sim.funding.reading import read_formula
from sim.funding.schedule import Counts
from sim.funding.smoothing import Before
from sim.study.compare.scaling import UnreachableError, cost_neutral_factor
from sim.world.loading import load_world
from sim.world.world import QUALITY_COMPONENTS, World

CONF = Path(__file__).parent.parent / "conf"
NAMES = sorted(path.stem for path in (CONF / "formula").glob("*.yaml"))
SHIPPED = {
    "status_quo", "pilot_sunset", "seg_only", "aligned", "aligned_base", "aligned_per_concentrator",
    "aligned_cost_tier", "aligned_credentials", "aligned_quality", "sb130_quarter_weight", "credential_pilot",
    "texas", "ohio", "indiana", "kansas", "florida", "kentucky", "michigan", "utah", "colorado_reimbursement",
    "colorado_credential_bonus", "louisiana", "minnesota", "arizona", "wyoming", "wisconsin", "tennessee",
    "oregon", "nevada", "california", "washington", "idaho", "north_dakota", "pennsylvania", "massachusetts",
    "new_york", "georgia",
}  # fmt: skip
SCHOOLS_OFFERING = 200.0
PLACEMENTS = 3_000.0
MEAN_QUALITY = 0.5
INSTRUCTORS = 870.0
SPENDING = 40e6


@cache
def new_mexico() -> World:
    return load_world()


@cache
def shipped(name: str) -> Formula:
    return read_formula(CONF / "formula" / f"{name}.yaml", CONF / "line", new_mexico().clusters.identifier)


@cache
def anchor_counts() -> Counts:
    """The state's published totals (69,888 participants, 22,210 concentrators) laid on districts by membership."""
    world = new_mexico()
    members = world.districts.membership[:, np.newaxis]
    share = members / members.sum()
    clusters = world.clusters
    concentrators = 22_210.0 * share * clusters.concentrator_share[np.newaxis, :]
    earned = concentrators * clusters.credential_rate.central[np.newaxis, :]
    tier = clusters.credential_tier[np.newaxis, :]
    schools = world.districts.high_schools[:, np.newaxis].astype(np.float64)
    offering = schools * (SCHOOLS_OFFERING / schools.sum())
    return Counts(
        membership=members,
        offering_schools=offering,
        sites=np.ones_like(concentrators),
        participants=69_888.0 * share * clusters.concentrator_share[np.newaxis, :],
        concentrators=concentrators,
        credentials=(earned * (tier == 1), earned * (tier == 2), earned * (tier == 3)),
        instructors=INSTRUCTORS * share * clusters.concentrator_share[np.newaxis, :],
        quality=np.full((len(world.districts), len(QUALITY_COMPONENTS)), MEAN_QUALITY),
        expenditure=SPENDING * share,
        startup_spending=np.zeros_like(concentrators),
        placements=PLACEMENTS * share,
        dual_credit=8_600.0 * share,
    )


def one(number: float) -> Array:
    return np.full((1, 1), number)


def budget(year: int, prices: float = 1.0) -> Budget:
    return Budget(year, one(prices), one(13.4e9), one(0.0), one(0.0))


def pricing_context(year: int, runs: int = 1, appropriation: Array | None = None) -> PricingContext:
    world = new_mexico()
    rng = np.random.default_rng(11)
    shape = (runs, len(world.districts), 1)
    return PricingContext(
        world=world,
        fiscal_year=year,
        price_index=one(1.0),
        unit_value=one(6801.5),
        counts=anchor_counts(),
        appropriation=one(20e6) if appropriation is None else appropriation,
        award_noise=rng.standard_normal(shape),
        award_capacity=rng.standard_normal(shape),
    )


def settled(line: Line, year: int, runs: int = 1, appropriation: Array | None = None) -> Ledger:
    """One year of a line on the anchor counts, with awards drawn for ``runs`` runs."""
    counts = anchor_counts()
    money = appropriate(line, budget(year)) if appropriation is None else appropriation
    context = pricing_context(year, runs, money)
    nothing = np.zeros_like(counts.membership)
    claim = Claim(line, announce(line, context), counts_for(line, counts, counts), money)
    return settle(claim, Before(nothing, nothing), year)


def owed_in_base_year(formula: Formula) -> dict[str, float]:
    """Dollars owed by line, in full, on the anchor counts in the year in which the formula pays for the first time."""
    year = max(formula.takes_effect, 2026)
    owed = {}
    for line in formula.own_lines:
        ledger = settled(line, year)
        owed[line.name] = state_total(ledger.entitlement).item() + ledger.statewide_owed.item()
    return owed


def owed_by_own_lines(formula: Formula) -> float:
    return sum(owed_in_base_year(formula).values())


def test_the_library_is_shipped_whole() -> None:
    assert set(NAMES) >= SHIPPED


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_says_what_it_pays_for(name: str) -> None:
    formula = shipped(name)
    said = describe(formula)
    assert len(said) > len(formula.lines)
    assert all(sentence.endswith((".", ":")) for sentence in said)
    assert all(line.source for line in formula.lines if line.name != name)


def test_the_appropriations_of_fy2026_are_as_voted() -> None:
    formula = shipped("status_quo")
    for_year = {
        line.name: voted(line, budget(2026), settled(line, 2026).spent).item() / 1e6 for line in formula.own_lines
    }
    assert for_year == {
        "nextgen_pilot": 13.0,
        "innovation_zones": 11.2,
        "other_cte": 14.3,
        "internships": 10.0,
        "career_development_success": 1.5,
    }
    assert sum(for_year.values()) == 50.0
    assert not any(line.recurring for line in formula.own_lines)


def test_the_pilots_awards_per_student_span_two_orders_of_magnitude_around_those_of_fy2025() -> None:
    ledger = settled(shipped("status_quo").line("nextgen_pilot"), 2026, runs=200)
    per_student = ledger.paid / district_total(anchor_counts().participants)
    won = np.where(ledger.paid > 0.0, per_student, np.nan)
    least, most = np.nanmin(won, axis=(1, 2)), np.nanmax(won, axis=(1, 2))
    assert 10.0 < np.median(least) < 60.0
    assert 3_000.0 < np.median(most) < 12_000.0
    assert 80.0 < np.median(most / least) < 500.0
    # Published for FY25: $27 and $7,888.
    assert np.quantile(least, 0.05) < 27.0 < np.quantile(least, 0.95)
    assert np.quantile(most, 0.05) < 7_888.0 < np.quantile(most, 0.95)
    np.testing.assert_allclose(ledger.spent, 13e6)


def test_larger_districts_win_larger_awards_but_less_for_each_student() -> None:
    ledger = settled(shipped("status_quo").line("nextgen_pilot"), 2026, runs=400)
    award = np.where(ledger.paid > 0.0, ledger.paid, np.nan)
    mean_award = np.nanmean(award, axis=0)[:, 0]
    students = district_total(anchor_counts().participants)[:, 0]
    slope = np.polyfit(np.log(students), np.log(mean_award), 1)[0]
    assert 0.3 < slope < 0.9


def test_innovation_zones_are_47_schools() -> None:
    ledger = settled(shipped("status_quo").line("innovation_zones"), 2026, runs=50)
    np.testing.assert_allclose(ledger.spent, 11.2e6)
    per_zone = np.array([np.min(run[run > 0.0]) for run in ledger.paid])
    assert np.quantile(11.2e6 / per_zone, 0.5) == pytest.approx(47.0)


def test_after_the_sunset_only_federal_and_seg_money_is_left() -> None:
    formula, law = shipped("pilot_sunset"), shipped("status_quo")
    assert [line.name for line in lines_in_force(formula, law, 2027, 2026)] == ["perkins", "secondary_weight"]
    before = [line.name for line in lines_in_force(formula, law, 2026, 2026)]
    assert before == [line.name for line in lines_in_force(law, law, 2026, 2026)]


def test_current_law_holds_until_a_formula_takes_effect() -> None:
    law, formula = shipped("status_quo"), shipped("aligned")
    assert lines_in_force(formula, law, 2026, 2026) == lines_in_force(law, law, 2026, 2026)
    assert [line.name for line in lines_in_force(formula, law, 2027, 2026)] == [
        "aligned",
        "perkins",
        "secondary_weight",
    ]


def test_the_aligned_formula_is_the_sum_of_its_parts() -> None:
    whole = sum(owed_in_base_year(shipped("aligned")).values())
    parts = ("base", "per_concentrator", "cost_tier", "credentials", "quality")
    owed = sum(sum(owed_in_base_year(shipped(f"aligned_{part}")).values()) for part in parts)
    np.testing.assert_allclose(owed, whole, rtol=0.01)
    assert 40e6 < whole < 50e6


def test_sb130_costs_the_state_nothing_and_its_units_are_worth_37_8_million() -> None:
    line = shipped("sb130_quarter_weight").own_lines[0]
    ledger = settled(line, 2027)
    assert line.seg == "unfunded"
    np.testing.assert_allclose(ledger.spent, 37.8e6, rtol=2e-3)
    assert cost_to_state(line, ledger).item() == 0.0
    units = program_units(line, anchor_counts(), 2027)
    np.testing.assert_allclose(state_total(units), 5_552.5)


def test_money_in_the_seg_follows_members_and_costs_the_state() -> None:
    line = shipped("seg_only").own_lines[0]
    ledger = settled(line, 2027)
    assert (line.seg, line.oversight, line.recurring) == ("funded", "general", True)
    np.testing.assert_allclose(cost_to_state(line, ledger), ledger.spent)
    per_member = ledger.paid / anchor_counts().membership
    np.testing.assert_allclose(per_member, 0.0723 * 6801.5)


def test_background_money_is_no_cost_of_the_formula() -> None:
    formula = shipped("aligned")
    perkins, weight = formula.line("perkins"), formula.line("secondary_weight")
    assert perkins.background
    assert weight.background
    paid = settled(perkins, 2027)
    np.testing.assert_allclose(paid.spent, 4.7e6)
    assert cost_to_state(perkins, paid).item() == 0.0
    assert settled(weight, 2027).spent.item() == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_the_cost_neutral_switch_brings_every_formula_to_the_same_base_year_entitlement(name: str) -> None:
    formula = shipped(name)
    target = 30e6  # what no formula but a reimbursement of all spending falls short of
    factor = cost_neutral_factor(formula, target, owed_by_own_lines)
    scaled = scale_to(formula, factor)
    np.testing.assert_allclose(owed_by_own_lines(scaled), target, rtol=1e-9)
    for line, plain in zip(scaled.lines, formula.lines, strict=True):
        if plain.background:
            assert line == plain
            continue
        year = max(formula.takes_effect, 2026)
        np.testing.assert_allclose(appropriate(line, budget(year)), factor * appropriate(plain, budget(year)))
        counts = anchor_counts()
        np.testing.assert_allclose(program_units(line, counts, year), factor * program_units(plain, counts, year))


@pytest.mark.parametrize("name", ["minnesota", "colorado_reimbursement"])
def test_no_one_is_paid_back_more_than_all_that_was_spent(name: str) -> None:
    formula = shipped(name)
    with pytest.raises(UnreachableError, match="at most") as refused:
        cost_neutral_factor(formula, 50e6, owed_by_own_lines)
    assert refused.value.nearest == pytest.approx(SPENDING, rel=1e-6)
    for line, held in ((scale_to(formula, 10.0).own_lines[0], True), (formula.own_lines[0], False)):
        posted = announce(line, pricing_context(2027))
        assert (posted.expenditure_share.max() == 1.0) == held
        assert held_at_all_spending(line, posted) == held


def test_a_count_lag_pays_on_last_years_counts() -> None:
    this_year = anchor_counts()
    last_year = replace(this_year, membership=this_year.membership * 2.0)
    assert counts_for(shipped("seg_only").own_lines[0], this_year, last_year) is last_year
    assert counts_for(shipped("aligned").own_lines[0], this_year, last_year) is this_year
