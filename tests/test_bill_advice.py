"""What a price tells of a bill besides its dollars: limits that bind nowhere, laws that are alike."""

from typing import Any

from builders import standing
from simulated import formula_of, line_of, shipped

from sim.funding.formula import Formula
from sim.funding.likeness import nearest_formula
from sim.study.bill.idle_limits import idle_limits
from sim.study.bill.static_score import base_year_position

PER_HEAD = {"kind": "per_student", "count": "participants", "dollars": 100}
FULL = {"rule": "full"}


def idle(*lines: dict[str, Any]) -> list[tuple[str, str]]:
    written = [line_of(**{"appropriation": FULL, "start_year": 2027, "components": [PER_HEAD], **one}) for one in lines]
    return idle_limits(base_year_position(standing(), formula_of(*written)))


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
