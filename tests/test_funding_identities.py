"""What holds for every formula: money paid within the appropriation, floors kept, and one number however it is run."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from funding_strategies import capped_lines, lines, lines_with_reserve, rules, seg_lines
from hypothesis import given
from hypothesis import strategies as st
from small_world import small_world, some_counts

from sim.arrays import Array, district_total, state_total
from sim.funding.allocation import ROUNDING, Claim, Ledger, settle
from sim.funding.budget import Budget, appropriate
from sim.funding.context import PricingContext
from sim.funding.line import Line
from sim.funding.pricing import announce, counted
from sim.funding.reading import line_from
from sim.funding.reserve import ReserveYear
from sim.funding.schedule import PRICES, Counts, Schedule, entitlement
from sim.funding.smoothing import Before

DISTRICTS, RUNS = 6, 3
WORLD = small_world(
    DISTRICTS,
    members=[30.0, 5000.0, 800.0, 200.0, 120.0, 60.0],
    high_schools=[1, 6, 2, 1, 1, 1],
    locales=["rural", "city", "town", "rural", "suburb", "rural"],
    poverty=[0.3, 0.15, 0.2, 0.0, 0.1, 0.4],
    taxable_values=[9e4, 5e5, 2e5, 1e5, 3e5, 4e4],
)
YEARS = st.integers(2026, 2032)
SEEDS = st.integers(0, 10_000)


def one_year(line: Line, seed: int, year: int, leading: tuple[int, ...] = ()) -> tuple[Ledger, Schedule, Array, Any]:
    """A line announced on one year's counts and settled on other counts, with everything drawn from ``seed``."""
    rng = np.random.default_rng(seed)
    single = (*leading, 1, 1)
    district = (*leading, DISTRICTS, 1)
    prices = 1.0 + rng.random(single)
    budget = Budget(
        year, prices, 1e10 * (1.0 + rng.random(single)), 0.1 * rng.random(single), 0.03 * rng.random(single)
    )
    appropriation = appropriate(line, budget)
    counts = some_counts(seed + 1, leading, DISTRICTS)
    context = PricingContext(
        world=WORLD,
        fiscal_year=year,
        price_index=prices,
        unit_value=6801.5 * (0.9 + 0.2 * rng.random(single)),
        counts=some_counts(seed, leading, DISTRICTS),
        appropriation=appropriation,
        award_noise=rng.standard_normal(district),
        award_capacity=rng.standard_normal(district),
    )
    paid, reference = rng.gamma(0.5, 1e5, district), rng.gamma(0.5, 1e5, district)
    before, reserve = Before(base_year=reference, last_year=paid), rng.gamma(0.5, 1e6, single)
    schedule = announce(line, context)
    ledger = settle(Claim(line, schedule, counts, appropriation, reserve), before, year)
    return ledger, schedule, appropriation, (counts, before, context, reserve)


@given(line=lines, seed=SEEDS, year=YEARS)
def test_payments_are_never_negative_and_proration_is_a_share(line: Line, seed: int, year: int) -> None:
    ledger, schedule, _, _ = one_year(line, seed, year, (RUNS,))
    for stage in ("claimed", "entitlement", "matched", "guaranteed", "held_harmless", "capped", "phased_in", "paid"):
        amounts = getattr(ledger, stage)
        assert amounts.shape == (RUNS, DISTRICTS, 1)
        assert np.isfinite(amounts).all()
        assert (amounts >= 0.0).all()
    assert ledger.proration.shape == (RUNS, 1, 1)
    assert ((ledger.proration >= 0.0) & (ledger.proration <= 1.0)).all()
    assert (ledger.paid <= ledger.phased_in).all()
    assert all((price >= 0.0).all() for price in _prices(schedule))


@given(line=capped_lines, seed=SEEDS, year=YEARS)
def test_a_line_never_spends_more_than_its_appropriation(line: Line, seed: int, year: int) -> None:
    ledger, _, appropriation, _ = one_year(line, seed, year, (RUNS,))
    available = appropriation + ledger.reserve.drawn
    assert (ledger.spent <= available * (1.0 + ROUNDING)).all()
    enough = ledger.owed <= available
    np.testing.assert_array_equal(ledger.paid[enough[:, 0, 0]], ledger.phased_in[enough[:, 0, 0]])
    short = ~enough & (available > 0.0)
    np.testing.assert_allclose(ledger.spent[short], available[short], rtol=1e-9)


@given(line=lines_with_reserve, seed=SEEDS, year=st.integers(2027, 2032))
def test_a_reserve_gives_what_it_has_and_keeps_its_books(line: Line, seed: int, year: int) -> None:
    ledger, _, appropriation, (_, _, _, held) = one_year(line, seed, year, (RUNS,))
    kept, terms = ledger.reserve, line.reserve
    assert terms is not None
    set_aside = terms.start if year == line.start_year else 0.0
    np.testing.assert_array_equal(kept.at_hand, held + set_aside)
    lacking = np.maximum(ledger.owed - appropriation, 0.0)
    np.testing.assert_array_equal(kept.drawn, np.minimum(lacking, kept.at_hand))
    spare = np.maximum(appropriation - ledger.owed, 0.0)
    assert (kept.refilled <= terms.keeps * spare).all()
    assert ((kept.drawn == 0.0) | (kept.refilled == 0.0)).all()
    whole = kept.at_hand - kept.drawn + kept.refilled
    np.testing.assert_array_equal(kept.balance, np.minimum(whole, np.inf if terms.most is None else terms.most))


@given(line=seg_lines, seed=SEEDS)
def test_what_is_funded_in_full_is_paid_in_full(line: Line, seed: int) -> None:
    ledger, _, _, _ = one_year(line, seed, 2030, (RUNS,))
    np.testing.assert_array_equal(ledger.paid, ledger.phased_in)


@given(line=lines, seed=SEEDS, year=YEARS)
def test_a_batch_of_runs_gives_the_numbers_of_each_run_alone_to_the_last_bit(line: Line, seed: int, year: int) -> None:
    batch, schedule, appropriation, (counts, before, context, reserve) = one_year(line, seed, year, (RUNS,))
    for run in range(RUNS):
        alone_context = replace(
            context,
            price_index=context.price_index[run],
            unit_value=context.unit_value[run],
            counts=_one(context.counts, run),
            appropriation=context.appropriation[run],
            award_noise=context.award_noise[run],
            award_capacity=context.award_capacity[run],
        )
        alone_schedule = announce(line, alone_context)
        for price, alone_price in zip(_prices(schedule), _prices(alone_schedule), strict=True):
            _same_bits(price[run] if price.ndim == 3 else price, alone_price)
        claim = Claim(line, alone_schedule, _one(counts, run), appropriation[run], reserve[run])
        alone = settle(claim, Before(before.base_year[run], before.last_year[run]), year)
        for stage in fields(Ledger):
            if stage.name != "reserve":
                _same_bits(getattr(batch, stage.name)[run], getattr(alone, stage.name))
        for held in fields(ReserveYear):
            together, single = getattr(batch.reserve, held.name), getattr(alone.reserve, held.name)
            _same_bits(together[run] if together.ndim == 3 else together, single)


@given(line=lines, seed=SEEDS)
def test_entitlement_is_prices_times_counts_within_the_limits(line: Line, seed: int) -> None:
    ledger, schedule, _, (counts, _, _, _) = one_year(line, seed, 2029)
    limited = counted(line, counts)
    by_hand = schedule.per_district + np.zeros_like(counts.membership)
    by_hand = by_hand + schedule.per_offering_district * (limited.offering_schools > 0)
    by_hand = by_hand + schedule.per_school * limited.offering_schools + schedule.per_member * limited.membership
    by_hand = by_hand + schedule.per_placement * limited.placements + schedule.per_dual_credit * limited.dual_credit
    by_hand = by_hand + schedule.expenditure_share * limited.expenditure
    by_hand = by_hand + district_total(
        schedule.per_site * limited.sites
        + schedule.per_participant * limited.participants
        + schedule.per_concentrator * limited.concentrators
        + schedule.startup_share * limited.startup_spending
        + schedule.per_instructor * limited.instructors
    )
    for price, earned in zip(schedule.per_credential, limited.credentials, strict=True):
        by_hand = by_hand + district_total(price * earned)
    by_hand = by_hand + district_total(schedule.per_quality_point * limited.quality)
    np.testing.assert_allclose(ledger.entitlement, by_hand, rtol=1e-9, atol=1e-6)
    most = line.rules.most_by_spending(counts.expenditure, counts.ordinary_cost)
    if most is not None:
        by_hand = np.minimum(by_hand, most)
    np.testing.assert_allclose(ledger.matched, by_hand, rtol=1e-9, atol=1e-6)
    assert (ledger.entitlement <= ledger.claimed * (1.0 + 1e-12) + 1e-9).all()


@given(rule=rules, seed=SEEDS, year=st.integers(2027, 2032))
def test_no_district_with_a_pathway_falls_below_its_floor_but_by_proration(
    rule: dict[str, Any], seed: int, year: int
) -> None:
    line = _per_concentrator({**rule, "hold_harmless": {"share": 0.9}})
    ledger, _, _, (counts, before, _, _) = one_year(line, seed, year)
    floor = 0.9 * before.base_year * counts.offering
    most = line.rules.most_by_spending(counts.expenditure, counts.ordinary_cost)
    if most is not None:
        floor = np.minimum(floor, most)
    assert (ledger.phased_in >= floor).all()
    assert (ledger.paid >= floor * ledger.proration).all()


@given(line=capped_lines, seed=SEEDS, year=st.integers(2027, 2032), match=st.floats(0.1, 3.0))
def test_no_rule_lifts_a_payment_above_what_a_match_allows(line: Line, seed: int, year: int, match: float) -> None:
    matched = line.model_copy(update={"rules": line.rules.model_copy(update={"local_match": match, "carryover": None})})
    ledger, _, _, (counts, _, _, _) = one_year(matched, seed, year)
    most = counts.expenditure / (1.0 + match)
    for stage in (ledger.matched, ledger.guaranteed, ledger.held_harmless, ledger.phased_in, ledger.paid):
        assert (stage <= most * (1.0 + 1e-12) + 1e-9).all()


@given(seed=SEEDS, first=st.floats(0.0, 1.0), second=st.floats(0.0, 1.0))
def test_a_later_step_of_a_phase_in_is_nearer_to_what_is_owed(seed: int, first: float, second: float) -> None:
    line = _per_concentrator({"phase_in": sorted([first, second])})
    early, _, _, (_, before, _, _) = one_year(line, seed, 2027)
    late, _, _, _ = one_year(line, seed, 2028)
    whole, _, _, _ = one_year(line, seed, 2029)
    tolerance = 1e-6 + 1e-9 * before.base_year
    distance = np.abs(early.capped - early.phased_in) - np.abs(late.capped - late.phased_in)
    assert (distance >= -tolerance).all()
    np.testing.assert_array_equal(whole.phased_in, whole.capped)


@given(seed=SEEDS, growth=st.floats(0.0, 0.5))
def test_no_capped_payment_grows_faster_than_the_cap(seed: int, growth: float) -> None:
    ledger, _, _, (_, before, _, _) = one_year(_per_concentrator({"growth_cap": growth}), seed, 2030)
    paid_before = before.last_year > 0.0
    assert (ledger.capped <= (1.0 + growth) * before.last_year)[paid_before].all()


@given(line=capped_lines, seed=SEEDS, factor=st.floats(0.1, 100.0))
def test_no_scale_pays_back_more_than_all_that_was_spent(line: Line, seed: int, factor: float) -> None:
    _, schedule, _, _ = one_year(line.model_copy(update={"scale": factor}), seed, 2030)
    assert (schedule.startup_share <= 1.0).all()
    assert (schedule.expenditure_share <= 1.0).all()


@given(line=capped_lines, seed=SEEDS, factor=st.floats(0.1, 10.0))
def test_scaling_a_line_scales_what_it_owes_and_what_is_voted(line: Line, seed: int, factor: float) -> None:
    unlimited = {"growth_cap": None, "hold_harmless": None, "local_match": 0.0, "carryover": None}
    plain = line.model_copy(update={"rules": line.rules.model_copy(update=unlimited), "reserve": None})
    unphased = plain.model_copy(update={"rules": plain.rules.model_copy(update={"phase_in": ()})})
    if any(component.label in ("startup_grant", "expenditure_reimbursement") for component in line.components):
        factor = min(factor, 1.0)  # a share of spending cannot rise above the whole
    before, _, voted_before, _ = one_year(unphased, seed, 2030)
    after, _, voted_after, _ = one_year(unphased.model_copy(update={"scale": factor}), seed, 2030)
    np.testing.assert_allclose(voted_after, voted_before * factor, rtol=1e-12)
    np.testing.assert_allclose(after.phased_in, before.phased_in * factor, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(after.paid, before.paid * factor, rtol=1e-9, atol=1e-6)


@given(
    seed=SEEDS,
    appropriation=st.floats(0.0, 1e6),
    proration=st.sampled_from(["by_component", "by_tier"]),
    statewide=st.sampled_from([0.0, 50_000.0]),
)
def test_in_a_queue_no_part_is_paid_before_the_one_in_front_of_it_is_paid_whole(
    seed: int, appropriation: float, proration: str, statewide: float
) -> None:
    bonus = {"kind": "credential_bonus", "dollars": {1: 250, 3: 750}, "per_student_limit": None}
    line = line_from(
        {
            "components": [
                {"kind": "base", "per_school": 30_000},
                bonus,
                {"kind": "statewide_dollars", "dollars": statewide},
            ],
            "appropriation": {"rule": "fixed", "dollars": appropriation},
            "rules": {"proration": proration},
        },
        "test",
        "queue",
    )
    ledger, schedule, money, (counts, _, _, _) = one_year(line, seed, 2030, (RUNS,))
    base = schedule.per_school * counts.offering_schools
    tiers = [district_total(schedule.per_credential[tier] * counts.credentials[tier]) for tier in (2, 0)]
    parts = [base, *tiers] if proration == "by_tier" else [base, tiers[0] + tiers[1]]
    left = np.maximum(money - ledger.statewide_owed, 0.0)
    by_hand = np.zeros_like(base)
    for part in parts:
        share = np.minimum(left / np.maximum(state_total(part), 1e-9), 1.0)
        by_hand = by_hand + part * share
        left = np.maximum(left - state_total(part), 0.0)
    np.testing.assert_allclose(ledger.paid, by_hand, rtol=1e-9, atol=1e-6)


@given(seed=SEEDS, winners=st.floats(0.05, 1.0), spread=st.floats(0.0, 2.0))
def test_competitive_awards_sum_to_the_pot(seed: int, winners: float, spread: float) -> None:
    line = line_from(
        {
            "components": [{"kind": "competitive_grant", "winners": winners, "spread": spread}],
            "appropriation": {"rule": "fixed", "dollars": 13e6},
        },
        "test",
        "grant",
    )
    ledger, schedule, appropriation, (_, _, context, _) = one_year(line, seed, 2030, (RUNS,))
    np.testing.assert_allclose(state_total(schedule.per_district), appropriation, rtol=1e-12)
    no_pathway = district_total(context.counts.participants) == 0.0
    assert (schedule.per_district[no_pathway] == 0.0).all()
    np.testing.assert_allclose(ledger.spent, appropriation, rtol=1e-12)


def test_innovation_zones_are_whole_schools_that_stay_where_they_are() -> None:
    line = line_from(
        {
            "components": [{"kind": "innovation_zone", "schools": 3, "dollars_per_school": 1_000}],
            "appropriation": {"rule": "fixed", "dollars": 3_000},
        },
        "test",
        "zones",
    )
    _, schedule, _, (_, _, context, _) = one_year(line, 3, 2030, (40,))
    zones = schedule.per_district / 1_000
    np.testing.assert_array_equal(zones, np.round(zones))
    np.testing.assert_array_equal(state_total(zones), 3.0)
    assert (zones <= WORLD.districts.high_schools[:, np.newaxis]).all()
    assert len(np.unique(zones, axis=0)) > 1
    later = replace(context, fiscal_year=2040, award_noise=-context.award_noise)
    np.testing.assert_array_equal(announce(line, later).per_district, schedule.per_district)


def test_a_lucky_district_wins_again_more_often_when_capacity_persists() -> None:
    def repeat_winners(persistence: float) -> float:
        line = line_from(
            {
                "components": [{"kind": "competitive_grant", "winners": 0.5, "persistence": persistence}],
                "appropriation": {"rule": "fixed", "dollars": 1e6},
            },
            "test",
            "grant",
        )
        _, first, _, (_, _, context, _) = one_year(line, 5, 2030, (400,))
        again = announce(line, replace(context, award_noise=np.roll(context.award_noise, 1, axis=0)))
        won = first.per_district > 0.0
        return float((again.per_district > 0.0)[won].mean())

    assert repeat_winners(0.9) > repeat_winners(0.1) + 0.1


def test_schedules_add_price_by_price_and_scale() -> None:
    one = Schedule(per_school=np.full((1, 1), 2.0), per_credential=(np.ones((1, 1)),) * 3)
    both = one.plus(Schedule(per_school=np.full((1, 1), 3.0)))
    assert both.per_school.item() == 5.0
    assert both.per_credential[1].item() == 1.0
    assert one.times(np.full((1, 1), 4.0)).per_credential[2].item() == 4.0
    counts = some_counts(0, (), DISTRICTS)
    np.testing.assert_array_equal(entitlement(Schedule(), counts), np.zeros((DISTRICTS, 1)))


def _per_concentrator(rule: dict[str, Any]) -> Line:
    return line_from(
        {
            "components": [{"kind": "per_student", "count": "concentrators", "dollars": 900}],
            "appropriation": {"rule": "fixed", "dollars": 150_000},
            "rules": rule,
        },
        "test",
        "test_line",
        {"start_year": 2027},
    )


def _prices(schedule: Schedule) -> list[Array]:
    prices = [getattr(schedule, name) for name in PRICES if name not in ("per_credential", "credential_stake")]
    return [*prices, *schedule.per_credential, *schedule.credential_stake]


def _one(counts: Counts, run: int) -> Counts:
    parts = {part.name: getattr(counts, part.name) for part in fields(Counts)}
    credentials = counts.credentials
    single = {name: value[run] for name, value in parts.items() if name != "credentials"}
    return Counts(**single, credentials=(credentials[0][run], credentials[1][run], credentials[2][run]))


def _same_bits(one: Array, other: Array) -> None:
    shape = np.broadcast_shapes(one.shape, other.shape)
    assert np.broadcast_to(one, shape).tobytes() == np.broadcast_to(other, shape).tobytes()
