"""What a price tells of a bill besides its dollars: limits that bind or do not, competitions, laws that are alike."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders import standing
from simulated import formula_of, line_of, shipped

from sim.funding.formula import Formula, describe
from sim.funding.likeness import nearest_formula
from sim.report.bill import answer, remarks
from sim.report.bill.shortfall import left_over
from sim.report.shared.intervals import number_text
from sim.study.bill.awards import bounded_competitions
from sim.study.bill.cliff_causes import most_of
from sim.study.bill.idle_limits import bounds_that_hold, ends_of_state_shares, idle_limits, left_out_by_minimums
from sim.study.bill.static_score import base_year_position

PER_HEAD = {"kind": "per_student", "count": "participants", "dollars": 100}
FULL = {"rule": "full"}


def idle(*lines: dict[str, Any]) -> list[tuple[str, str]]:
    ensemble, formula = standing(), bill_of(*lines)
    position = base_year_position(ensemble, formula)
    return [*idle_limits(position), *bounds_that_hold(ensemble, formula, position)[1]]


def bill_of(*lines: dict[str, Any]) -> Formula:
    usual = {"appropriation": FULL, "start_year": 2027, "components": [PER_HEAD]}
    return formula_of(*(line_of(**{**usual, **one}) for one in lines))


def held(*lines: dict[str, Any]) -> dict[tuple[str, str], float]:
    """What the bounds of a bill's lines take, dollars of all districts."""
    ensemble, formula = standing(), bill_of(*lines)
    found, _ = bounds_that_hold(ensemble, formula, base_year_position(ensemble, formula))
    return {(one.line, one.rule): float(one.dollars.sum()) for one in found}


def owed(*lines: dict[str, Any]) -> float:
    """Dollars of all districts before proration, mean over draws."""
    stage = base_year_position(standing(), bill_of(*lines)).stage("phased_in")
    return float(stage.sum(axis=-2).mean())


def test_ends_of_a_share_by_wealth_are_told_where_they_take_and_where_they_bind_nobody() -> None:
    def line(**ends: float) -> dict[str, Any]:
        return {"rules": {"state_share": {"measure": "poverty", "local": 0.5, **ends}}}

    def told(**ends: float) -> tuple[dict[str, float], list[str]]:
        ensemble, formula = standing(), bill_of(line(**ends))
        found, nobody = ends_of_state_shares(ensemble, formula, base_year_position(ensemble, formula))
        return {one.rule: float(one.dollars.sum()) for one in found}, [rule for _, rule in nobody]

    assert told() == ({}, [])
    assert told(least=0.01, most=0.99) == (
        {}, ["lowest share that the state pays, 1%", "highest share that the state pays, 99%"]
    )  # fmt: skip
    taken, idle_ends = told(most=0.1)
    assert idle_ends == []
    assert taken == {"highest share that the state pays, 10%": pytest.approx(owed(line()) - owed(line(most=0.1)))}
    assert told(least=0.98) == ({}, []), "a floor that lifts takes nothing and is not idle"


def test_a_cap_that_holds_nothing_but_a_floor_down_binds() -> None:
    """Two lines owe a dollar a head; a floor lifts both far above what is earned. A tenth of the second line's money is
    more than any district earns there, and less than the floor would give it."""
    floor = {"hold_harmless": {"share": 1.0}}
    dollar = [{**PER_HEAD, "dollars": 1}]
    first = {"rules": floor, "components": dollar}

    def second(share: float) -> dict[str, Any]:
        voted = {"rule": "fixed", "dollars": 100_000}
        return {"rules": {**floor, "share_cap": {"share": share}}, "components": dollar, "appropriation": voted}

    position = base_year_position(standing(), bill_of(first, second(0.1)))
    ledger = position.ledgers["line_1"]
    assert (ledger.matched == ledger.entitlement).all(), "the cap takes nothing of what is earned"
    less = owed(first, {**second(0.1), "rules": floor}) - owed(first, second(0.1))
    assert less > 1_000.0
    assert held(first, second(0.1)) == {("line_1", "share cap"): pytest.approx(less)}
    assert ("line_1", "share cap") not in idle(first, second(0.1))
    uncapped = {**second(0.1), "appropriation": FULL}
    assert held(first, {**uncapped, "rules": {**floor, "maximum_payment": 1e9}}) == {}
    assert ("line_1", "maximum payment") in idle(first, {**uncapped, "rules": {**floor, "maximum_payment": 1e9}})


def test_two_bounds_of_which_none_alone_makes_a_difference_are_told_together() -> None:
    """A maximum of $40 and a fifth of $200 are the same; both hold whom either would hold alone."""
    voted = {"rule": "fixed", "dollars": 200}
    both = {"rules": {"share_cap": {"share": 0.2}, "maximum_payment": 40}, "appropriation": voted}
    one = {**both, "rules": {"maximum_payment": 40}}
    assert list(held(both)) == [("line_0", "share cap and maximum payment")]
    assert held(both) == {
        ("line_0", "share cap and maximum payment"): pytest.approx(held(one)["line_0", "maximum payment"])
    }
    assert idle(both) == []


def test_a_bound_that_holds_where_a_condition_does_is_judged_too() -> None:
    everywhere = {"where": {"members": {"at_least": 0}}, "maximum_payment": 40}
    assert held({"rules": {"differs": [everywhere]}}) == {
        ("line_0", "maximum payment"): pytest.approx(
            held({"rules": {"maximum_payment": 40}})["line_0", "maximum payment"]
        )
    }


def test_whom_a_minimum_leaves_out_is_told_with_the_dollars() -> None:
    """A base of $5,000 a school: without its minimum every school would be paid."""
    base = {"kind": "base", "per_school": 5_000}
    asked = {"components": [{**base, "minimum_concentrators": 1e6}]}
    ensemble, formula = standing(), bill_of(asked, {"components": [PER_HEAD]})
    (found,) = left_out_by_minimums(ensemble, formula, base_year_position(ensemble, formula))
    assert (found.line, found.rule) == ("line_0", "minimum of 1e+06 concentrators (base)")
    assert found.dollars.sum() == pytest.approx(owed({"components": [base]}))
    met = bill_of({"components": [{**base, "minimum_concentrators": 1e-6}]})
    assert left_out_by_minimums(ensemble, met, base_year_position(ensemble, met)) == []


FLOOR = "No district with a pathway is owed, before proration, less than 100% of its base-year payment"


def test_a_floor_says_what_it_is_bounded_by() -> None:
    floor = {"hold_harmless": {"share": 1.0}}

    def said(*lines: dict[str, Any]) -> list[str]:
        return [one for one in describe(bill_of(*lines)) if one.startswith(FLOOR)]

    assert said({"rules": floor}) == [f"{FLOOR}."]
    assert said({"rules": {**floor, "share_cap": {"share": 0.1}, "maximum_payment": 500_000}}) == [
        f"{FLOOR}, but no more than 10% of the line's money or $500,000."
    ]
    assert said({"rules": floor}, {"rules": {**floor, "share_cap": {"of": "members"}}}) == [
        f"{FLOOR}, but of line 1 no more than its share of the state's members of the line's money."
    ]
    matched = {**floor, "local_match": 1, "differs": [{"where": {"locale": "rural"}, "carryover": 0.1}]}
    assert said({"rules": matched}) == [
        f"{FLOOR}, but no more than what its own CTE spending matches or what its CTE spending and its carry-over "
        "allow where that is asked."
    ]


def test_a_capped_competition_is_told_with_what_it_pays_as_it_is_drawn() -> None:
    """Of awards as they are expected a cap takes less than of those that are drawn, as few win all of it."""
    pot = {
        "components": [{"kind": "competitive_grant", "winners": 0.5}],
        "appropriation": {"rule": "fixed", "dollars": 1e6},
    }
    capped = bill_of({**pot, "rules": {"share_cap": {"share": 0.3}}})
    ensemble = standing(runs=64)
    expected, drawn = (base_year_position(ensemble, capped, drawn=luck) for luck in (False, True))
    found = bounded_competitions(capped, drawn)["line_0"]
    assert found.bounds == ("share cap",)
    assert found.spent.mean() < expected.ledgers["line_0"].spent.mean()
    assert bounded_competitions(bill_of(pot), drawn) == {}
    certain = bill_of({"rules": {"share_cap": {"share": 0.3}}})
    assert bounded_competitions(certain, base_year_position(ensemble, certain, drawn=True)) == {}
    row = SimpleNamespace(
        name="line_0", paid=expected.ledgers["line_0"].spent, drawn=found.spent, appropriation=np.full((64, 1, 1), 1e6)
    )
    assert left_over(row) == pytest.approx(1e6 - found.spent), "what awards as they are drawn leave"
    law = SimpleNamespace(short="the law", title="", net=lambda: expected.net() * 0.0)
    check: Any = SimpleNamespace(
        formula=capped,
        as_drawn={"line_0": found},
        bill=expected,
        law=law,
        current_law=law,
        members=expected.net()[..., 0],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remarks, "line_rows", lambda check: [row])
        (said,) = remarks.drawn_sentences(check)
        assert said.startswith("Its share cap is applied here to what a district may expect of the competition.")
        patch.setattr(answer, "line_rows", lambda check: [row])
        (short,) = answer.drawn_in_short(check)
        spent = number_text(float(found.spent.mean()), "dollars")
        assert f"share cap cuts them more, and districts are paid {spent} (+{spent} against the law)" in short
        row.drawn = row.paid
        assert remarks.drawn_sentences(check) == answer.drawn_in_short(check) == []


def test_what_has_ended_of_the_law_is_told() -> None:
    """A line that is paid up to FY2026, one without an end and one from FY2028 on."""
    law = bill_of({"start_year": 2020, "sunset_year": 2026}, {"start_year": None}, {"start_year": 2028})

    def said(year: int) -> list[str]:
        check: Any = SimpleNamespace(
            bill=SimpleNamespace(fiscal_year=year), world=SimpleNamespace(base_year=2026), current_law=law
        )
        return remarks.ended_law_sentences(check)

    (told,) = said(2028)
    assert told.endswith(
        "as it stands in FY2028. Since FY2026 line 0 has ended (last paid in FY2026) and line 2 has begun (FY2028)."
    )
    assert said(2026) == []


def test_a_limit_that_binds_nobody_is_told_and_one_that_binds_somebody_is_not() -> None:
    assert idle({"rules": {"minimum_guarantee": 1}}) == [("all lines", "minimum guarantee")]
    assert idle({"rules": {"minimum_guarantee": 1e6}}) == []
    assert idle({"rules": {"share_cap": {"share": 1.0}}}) == [("line_0", "share cap")]
    assert idle({"rules": {"share_cap": {"share": 0.01}}}) == []
    assert idle({}) == []
    limited = {"kind": "base", "per_school": 5_000, "minimum_concentrators": 1e-6}
    assert idle({"components": [limited]}) == [("line_0", "limits of base")]


def test_a_rule_over_all_lines_that_binds_in_one_of_them_is_not_idle() -> None:
    rule = {"hold_harmless": {"share": 1.0}}
    assert idle({"rules": rule}, {"rules": rule}) == []
    tiny = {"hold_harmless": {"share": 1e-6}}
    assert idle({"rules": tiny}, {"rules": tiny}) == [("all lines", "hold harmless")]


def like(name: str, *components: dict[str, Any], **keys: Any) -> str | None:
    others = [shipped(one) for one in ("kansas", "wisconsin", "minnesota", "utah", "aligned")]
    bill: Formula = formula_of(line_of(components=list(components), **keys), name=name)
    found = nearest_formula(bill, others)
    return found.formula.name if found is not None else None


def test_the_formula_that_is_most_like_a_bill_is_named_and_none_if_none_is() -> None:
    credentials = {"kind": "credential_bonus", "dollars": {1: 500, 2: 900}}
    capped = {"rule": "demand_with_cap", "cap": 5e6}
    assert like("mine", credentials, appropriation=capped, rules={"count_lag": 1}) == "wisconsin"
    reimbursed = {"kind": "expenditure_reimbursement", "rate": 0.5}
    assert like("mine", reimbursed, appropriation=capped, rules={"count_lag": 1}) == "minnesota"
    assert (
        like("mine", {"kind": "federal_perkins", "dollars": 5e6}, appropriation={"rule": "fixed", "dollars": 5e6})
        is None
    )
    assert nearest_formula(shipped("kansas"), [shipped("kansas")]) is None


def test_of_two_rates_that_take_turns_the_one_that_moves_as_the_step_does_makes_it_and_no_third() -> None:
    step, effects = np.array([-9_600.0]), np.array([[-96_000.0], [86_400.0], [-2_000.0]])
    found, left = most_of(step, effects, np.array([0, 0, 0]))
    assert (found.item(), left.item()) == (0, 0.0)
