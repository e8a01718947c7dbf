"""Rules over all lines of a formula together: one bill owes the same however it is written, and what is ambiguous is
refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from funding_strategies import joint_rules
from hypothesis import given
from hypothesis import strategies as st
from simulated import new_mexico_ensemble, shipped, steps
from small_world import context_of, small_world, some_counts
from sweeping import inputs_of, swept

from sim.arrays import Array, state_total
from sim.engine.static import static_score
from sim.funding.allocation import JOINT_STAGES, STAGES, Claim, Ledger, settle_all
from sim.funding.budget import Budget, appropriate
from sim.funding.formula import Formula, describe, first_priced_year, lines_in_force
from sim.funding.pricing import announce
from sim.funding.reading import formula_from
from sim.funding.smoothing import Before
from sim.inputs import InputError
from sim.study.bill.static_score import base_year_position, refuse_empty
from sim.study.designs.batches import versions

DISTRICTS, RUNS = 6, 2
WORLD = small_world(DISTRICTS, high_schools=[1, 6, 2, 1, 1, 1], kinds=["district"] * 4 + ["charter"] * 2)


def bill(**written: Any) -> Formula:
    head = {"title": "t", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}
    return formula_from({**head, **written}, "bill.yaml", "bill", {})


def line(name: str, *components: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"name": name, "components": list(components), "appropriation": {"rule": "full"}, **keys}


def each(dollars: float, count: str = "concentrators", name: str | None = None) -> dict[str, Any]:
    return {"kind": "per_student", "name": name, "count": count, "dollars": dollars}


def over_years(formula: Formula, seed: int, years: Sequence[int]) -> list[tuple[Ledger, ...]]:
    """Ledgers of some years, each counting what was paid in the year before; counts and current law from ``seed``."""
    rng = np.random.default_rng(seed)
    shape = (RUNS, DISTRICTS, 1)
    reference, paid = rng.gamma(0.5, 2e5, shape), rng.gamma(0.5, 2e5, shape) * (rng.random(shape) < 0.8)
    nothing = formula.model_copy(update={"lines": ()})
    found = []
    for place, year in enumerate(years):
        counts = some_counts(seed + 7 * place, (RUNS,), DISTRICTS)
        prices = np.full((RUNS, 1, 1), 1.02**place)
        budget = Budget(year, prices, 1e10 * prices, 0.0 * prices, 0.0 * prices)
        claims = []
        for one in lines_in_force(formula, nothing, year, 2026):
            money = appropriate(one, budget)
            context = context_of(WORLD, counts, fiscal_year=year, price_index=prices, appropriation=money)
            claims.append(Claim(one, announce(one, context), counts, money))
        ledgers = settle_all(claims, Before(reference, paid), year)
        paid = sum((ledger.paid for ledger in ledgers), start=np.zeros(shape))
        found.append(ledgers)
    return found


def summed(ledgers: Sequence[Ledger], stage: str) -> Array:
    return sum((getattr(ledger, stage) for ledger in ledgers), start=np.zeros((RUNS, DISTRICTS, 1)))


amounts = st.lists(
    st.builds(
        lambda count, dollars: each(dollars, count),
        st.sampled_from(["participants", "concentrators", "members", "credentials", "placements"]),
        st.floats(1.0, 2000.0),
    ),
    min_size=2,
    max_size=5,
)


@given(
    components=amounts,
    parts=st.lists(st.integers(0, 2), min_size=5, max_size=5),
    rules=joint_rules,
    at_the_top=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_a_bill_owes_the_same_in_one_line_and_in_several(
    components: list[dict[str, Any]], parts: list[int], rules: dict[str, Any], at_the_top: bool, seed: int
) -> None:
    named = [{**part, "name": f"part_{place}"} for place, part in enumerate(components)]
    apart: dict[int, list[dict[str, Any]]] = {}
    for place, part in zip(parts, named, strict=False):
        apart.setdefault(place, []).append(part)
    whole = bill(lines=[line("whole", *named, rules=rules)])
    if at_the_top:
        several = bill(rules=rules, lines=[line(f"line_{place}", *held) for place, held in apart.items()])
    else:
        several = bill(lines=[line(f"line_{place}", *held, rules=rules) for place, held in apart.items()])
    years = (2027, 2028, 2029, 2031)
    for one, split in zip(over_years(whole, seed, years), over_years(several, seed, years), strict=True):
        for stage in STAGES:
            np.testing.assert_allclose(summed(split, stage), summed(one, stage), rtol=1e-9, atol=1e-6, err_msg=stage)
        for ledger in split:
            assert all((getattr(ledger, stage) >= 0.0).all() for stage in JOINT_STAGES)


@given(rules=joint_rules, seed=st.integers(0, 1000))
def test_a_rule_at_the_top_and_in_every_line_gives_the_same_bits(rules: dict[str, Any], seed: int) -> None:
    parts = (line("depth", each(900.0)), line("reach", each(200.0, "participants")))
    top = bill(rules=rules, lines=list(parts))
    within = bill(lines=[{**part, "rules": rules} for part in parts])
    for one, other in zip(over_years(top, seed, (2027, 2028)), over_years(within, seed, (2027, 2028)), strict=True):
        for mine, theirs in zip(one, other, strict=True):
            assert all(np.array_equal(getattr(mine, stage), getattr(theirs, stage)) for stage in STAGES)


def test_two_lines_held_harmless_owe_the_base_year_payment_once() -> None:
    ensemble = new_mexico_ensemble(4, 3)
    held = {"hold_harmless": {"share": 1.0}}
    parts = line("depth", each(10.0)), line("reach", each(5.0, "participants"))
    owed = static_score(ensemble, bill(rules=held, lines=list(parts))).ledgers
    together = sum(ledger.held_harmless for ledger in owed.values())
    base, offering = ensemble.state.base_payment, ensemble.state.counts.offering
    earned = sum(ledger.matched for ledger in owed.values())
    np.testing.assert_allclose(together, np.maximum(base * offering, earned), rtol=1e-9)
    assert (earned < base)[offering > 0.0].mean() > 0.9


@pytest.mark.parametrize("lines", [1, 2])
def test_a_growth_cap_binds_in_the_first_year_against_current_law(lines: int) -> None:
    """A simulated bill of $4,000 a concentrator: no district rises by more than 5% over what it was expected to get."""
    ensemble = new_mexico_ensemble(4, 3)
    parts = [line(f"line_{place}", each(4000.0 / lines)) for place in range(lines)]
    for place, step in enumerate(steps(ensemble, bill(rules={"growth_cap": 0.05}, lines=parts), 2)):
        before = ensemble.state.base_payment if place == 0 else step.before.last_payment
        paid = step.year.settlement.joint_paid
        assert (paid <= 1.05 * before * (1.0 + 1e-9))[before > 0.0].all()
        assert (paid > 1.04 * before)[before > 0.0].any()
        np.testing.assert_array_equal(step.after.last_payment, paid)


def test_money_inside_the_seg_gives_a_growth_cap_no_room() -> None:
    ensemble = new_mexico_ensemble(4, 3)
    weight = {"kind": "seg_weight", "count": "members", "weight": 0.2, "funded": True}
    mixed = bill(rules={"growth_cap": 0.05}, lines=[line("capped", each(4000.0)), line("weight", weight)])
    first, second = steps(ensemble, mixed, 2)
    before = first.year.settlement.ledgers["capped"].paid
    after = second.year.settlement.ledgers["capped"].paid
    assert (after <= 1.05 * before * (1.0 + 1e-9))[before > 0.0].all()
    np.testing.assert_array_equal(first.after.last_payment, before)
    assert (first.year.settlement.ledgers["weight"].paid > 0.0).all()


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ({"takes_effect": 2020}, 2027),
        ({"takes_effect": 2026}, 2027),
        ({"start_year": 2024}, 2027),
        ({"takes_effect": 2025, "start_year": 2028}, 2028),
        ({"takes_effect": 2029, "start_year": 2027}, 2029),
    ],
)
def test_a_phase_in_begins_in_the_first_year_that_is_paid_in_the_check_and_in_the_simulation(
    written: dict[str, Any], first: int
) -> None:
    ensemble = new_mexico_ensemble(2, 4)
    rules = {"phase_in": [0.25, 0.5, 0.75], "phase_in_from": "nothing"}
    content = {"components": [each(100.0, "members")], "appropriation": {"rule": "full"}, "rules": rules, **written}
    formula = bill(**content)
    scored = static_score(ensemble, formula)
    assert scored.fiscal_year == first
    ledger = scored.ledgers["bill"]
    np.testing.assert_allclose(ledger.phased_in, 0.25 * ledger.capped)
    shares = {}
    for step in steps(ensemble, formula, 4):
        paid = step.year.settlement.ledgers.get("bill")
        if paid is not None:
            shares[step.year.fiscal_year] = float(np.mean(state_total(paid.phased_in) / state_total(paid.capped)))
    assert list(shares) == list(range(first, 2031))
    assert list(shares.values()) == pytest.approx([0.25, 0.5, 0.75, 1.0][: len(shares)])


def test_a_reserve_that_begins_before_the_base_year_is_set_aside_when_the_line_is_first_paid() -> None:
    ensemble = new_mexico_ensemble(2, 3)
    formula = bill(
        takes_effect=2024,
        components=[each(1000.0)],
        appropriation={"rule": "fixed", "dollars": 1_000_000.0},
        reserve={"start": 2_000_000.0},
    )
    years = [step.year.settlement.ledgers["bill"].reserve.set_aside for step in steps(ensemble, formula, 2)]
    assert [float(np.max(set_aside)) for set_aside in years] == [2_000_000.0, 0.0]


def test_a_bill_is_priced_in_its_first_paid_year_and_current_law_in_the_base_year() -> None:
    law = shipped("status_quo")
    assert first_priced_year(law, law, 2026) == 2026
    assert first_priced_year(shipped("pilot_sunset"), law, 2026) == 2026
    assert first_priced_year(shipped("aligned"), law, 2026) == 2027
    spans = [line("first", each(1.0), sunset_year=2028), line("second", each(2.0), start_year=2029)]
    assert first_priced_year(bill(lines=spans), law, 2026) == 2027
    assert first_priced_year(bill(lines=spans[1:]), law, 2026) == 2029
    ended = bill(takes_effect=2020, lines=[line("first", each(1.0), sunset_year=2025)])
    assert first_priced_year(ended, law, 2026) is None
    with pytest.raises(InputError, match="no line of its own pays from FY2027 on"):
        refuse_empty(ended, law, 2026)


TWO = (line("one", each(1.0)), line("two", each(2.0)))


def with_rules(place: int, **rules: Any) -> list[dict[str, Any]]:
    return [{**part, "rules": rules} if at == place else part for at, part in enumerate(TWO)]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"lines": with_rules(1, growth_cap=0.05)}, "lines.1.rules.growth_cap: line two: differs from line one, which"),
        ({"lines": with_rules(0, hold_harmless={"share": 0.9})}, "hold_harmless: line two: differs from line one"),
        ({"lines": with_rules(0, phase_in=[0.5])}, "phase_in: line two: differs from line one"),
        (
            {"rules": {"growth_cap": 0.05}, "lines": with_rules(0, growth_cap=0.05)},
            "lines.0.rules.growth_cap: line one: stands under the formula's rules too; write it there alone",
        ),
        (
            {"rules": {"minimum_guarantee": 5.0}, "lines": with_rules(0, minimum_guarantee=5.0)},
            "minimum_guarantee: line one: stands under the formula's rules too",
        ),
        (
            {"rules": {"count_lag": 1}, "lines": list(TWO)},
            "rules.count_lag: is a rule of a line; write it inside lines",
        ),
        (
            {"rules": {"growth_kap": 1}, "lines": list(TWO)},
            "rules.growth_kap: unknown key; did you mean 'growth_cap'?",
        ),
        ({"rules": [0.05], "lines": list(TWO)}, "rules: [0.05] is not allowed: rules are a mapping of keys to values"),
        ({"rules": {"growth_cap": 6.5}, "lines": list(TWO)}, "growth_cap: 6.5 is not allowed"),
        ({"rules": {"phase_in": [0.5, 0.2]}, "lines": list(TWO)}, "a phase-in never goes down, but 0.2 follows 0.5"),
        (
            {"rules": {"growth_cap": 0.1}, "lines": [line("a", each(1.0), fund="Federal Perkins")]},
            "rules.growth_cap: holds for nothing: money in the SEG, federal and background money are outside it",
        ),
        (
            {
                "components": [{"kind": "seg_weight", "count": "members", "weight": 0.1, "funded": True}],
                "appropriation": {"rule": "full"},
                "rules": {"phase_in": [0.5]},
            },
            "rules.phase_in: cannot hold for money inside the SEG",
        ),
        (
            {"lines": [line("a", each(1.0), fund="Federal", rules={"growth_cap": 0.1}), TWO[0]]},
            "lines.0.rules.growth_cap: line a: counts what the formula pays, of which federal money is no part",
        ),
    ],
)
def test_what_is_no_single_rule_is_refused_in_one_line(written: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refused:
        bill(**written)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


def test_lines_that_do_not_meet_may_differ_in_their_rules() -> None:
    spans = bill(
        lines=[
            line("first", each(1.0), sunset_year=2028, rules={"phase_in": [0.5]}),
            line("second", each(2.0), start_year=2029, rules={"growth_cap": 0.05}),
        ]
    )
    assert [one.rules.growth_cap for one in spans.lines] == [None, 0.05]
    with pytest.raises(InputError, match="differs from line first"):
        bill(
            lines=[
                line("first", each(1.0), sunset_year=2029, rules={"phase_in": [0.5]}),
                line("second", each(2.0), start_year=2029, rules={"growth_cap": 0.05}),
            ]
        )


def test_where_a_rule_starts_from_is_refused_without_the_rule() -> None:
    for key, rule in (("phase_in_from", "phase_in"), ("growth_cap_from", "growth_cap")):
        with pytest.raises(InputError, match=f"rules.{key}: has no effect here: .* {rule}"):
            bill(lines=with_rules(0, **{key: "nothing"}))


def test_words_say_when_a_bill_and_its_lines_begin_and_end_and_a_joint_rule_once() -> None:
    spans = bill(
        takes_effect=2028,
        rules={"growth_cap": 0.05},
        lines=[
            line("first", each(1.0), sunset_year=2029),
            line("second", each(2.0), start_year=2030, sunset_year=2033),
        ],
    )
    said = describe(spans)
    assert said[0] == "It takes effect in FY2028 and ends after FY2033; until then current law holds."
    assert "It pays from FY2028 to FY2029." in said
    assert "It pays from FY2030 to FY2033." in said
    assert said[-2:] == [
        "All its lines together (one rule over their sum):",
        "A district's payment rises by at most 5% a year.",
    ]
    assert sum("rises by at most" in sentence for sentence in said) == 1
    within = describe(bill(lines=[{**part, "rules": {"growth_cap": 0.05}} for part in TWO]))
    assert sum("rises by at most" in sentence for sentence in within) == 1
    assert describe(bill(components=[each(1.0)], appropriation={"rule": "full"}))[0] == (
        "It takes effect in FY2027 and has no end; until then current law holds."
    )


def test_a_joint_rule_of_several_lines_can_be_swept() -> None:
    two = bill(lines=list(TWO), rules={"growth_cap": 0.1}).model_copy(update={"name": "two"})
    inputs = inputs_of(shipped("status_quo"), two)
    factors = {"formula.rules.growth_cap": [0.02, 0.1], "formula.rules.hold_harmless.share": [0.5, 0.9]}
    sweep = swept(inputs, factors=factors)
    values = {"formula.rules.growth_cap": (0.04, 0.06), "formula.rules.hold_harmless.share": (0.7, 0.8)}
    first, second = versions(two, sweep.factors, values, ("a", "b"))
    assert (first.rules.growth_cap, second.rules.growth_cap) == (0.04, 0.06)
    assert second.rules.hold_harmless is not None
    assert second.rules.hold_harmless.share == 0.8
    assert two.rules.growth_cap == 0.1
    unruled = bill(lines=list(TWO)).model_copy(update={"name": "two"})
    path = "formula.rules.growth_cap"
    left_out = swept(inputs_of(shipped("status_quo"), unruled), factors={path: [None, 0.05]}, design={"name": "grid"})
    made = versions(unruled, left_out.factors, {path: (None, 0.05)}, ("a", "b"))
    assert [one.rules.growth_cap for one in made] == [None, 0.05]


@pytest.mark.parametrize(
    ("lines", "rules", "path", "said"),
    [
        (TWO, {"growth_cap": 0.1}, "lines.one.rules.growth_cap", "holds for all lines of two; write rules.growth_cap"),
        (TWO, {}, "lines.one.rules.growth_cap", "differs from line one, which runs at the same time"),
        (TWO, {}, "rules.count_lag", "has 2 lines of its own; write lines.<name>.rules.count_lag"),
    ],
)
def test_a_sweep_that_would_part_a_joint_rule_is_refused(
    lines: tuple[dict[str, Any], ...], rules: dict[str, Any], path: str, said: str
) -> None:
    two = bill(lines=list(lines), rules=rules).model_copy(update={"name": "two"})

    def swept_once() -> None:
        sweep = swept(inputs_of(shipped("status_quo"), two), factors={f"formula.{path}": [0.01, 0.2]})
        versions(two, sweep.factors, {f"formula.{path}": (0.02,)}, ("row 0",))

    with pytest.raises(InputError, match=said) as refused:
        swept_once()
    assert len(str(refused.value)) < 300


def test_the_check_says_what_share_of_each_sides_money_is_meant_for_pathways() -> None:
    ensemble = new_mexico_ensemble(4, 3)
    law = base_year_position(ensemble, shipped("status_quo"))
    paid = {one.name: state_total(law.ledgers[one.name].paid) for one in law.own_lines}
    by_hand = sum(one.pathway_share * paid[one.name] for one in law.own_lines)
    np.testing.assert_allclose(state_total(law.for_pathways()), by_hand)
    assert (by_hand < 0.7 * sum(paid.values())).all()
