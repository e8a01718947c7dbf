"""Levers: each changes what it says on a bill and nothing else, and what cannot be pulled says why."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from simulated import shipped

from sim.funding.appropriation import DemandWithCap, Full, Indexed
from sim.inputs import InputError
from sim.study.explore.simulating import capped_lines
from sim.study.stress.levers import Lever, UnfitError, lever_variants, pulled, read_levers

SHIPPED = {lever.name: lever for lever in read_levers([])}


def nothing_owed() -> Mapping[str, float]:
    raise AssertionError("no lever on a bill that votes dollars asks what it owes")


def test_every_shipped_lever_fits_the_aligned_formula_and_changes_it() -> None:
    bill = shipped("aligned")
    found = lever_variants(bill, list(SHIPPED.values()), nothing_owed)
    assert not found.unfit
    assert set(found.variants) == set(SHIPPED)
    for name, variant in found.variants.items():
        assert variant.name == f"aligned_with_{name}"
        assert (variant.lines, variant.rules) != (bill.lines, bill.rules)


def test_a_cap_moves_the_appropriation_alone() -> None:
    bill = shipped("aligned")
    variant = pulled(bill, SHIPPED["lower_cap"], nothing_owed)
    (before,), (after,) = bill.own_lines, variant.own_lines
    assert isinstance(before.appropriation, Indexed)
    assert isinstance(after.appropriation, Indexed)
    assert after.appropriation.dollars == pytest.approx(0.8 * before.appropriation.dollars)
    assert after.model_copy(update={"appropriation": before.appropriation}) == before
    assert isinstance(pulled(bill, SHIPPED["paid_in_full"], nothing_owed).own_lines[0].appropriation, Full)


def test_a_bill_that_is_paid_in_full_is_capped_at_what_it_owes() -> None:
    bill = shipped("arizona")
    (line,) = bill.own_lines
    found = pulled(bill, SHIPPED["lower_cap"], lambda: {line.name: 30e6}).own_lines[0].appropriation
    assert found == DemandWithCap(cap=24e6, indexed=True)
    with pytest.raises(UnfitError, match="paid in full"):
        pulled(bill, SHIPPED["reserve"], lambda: {line.name: 30e6})
    with pytest.raises(UnfitError, match="has it already"):
        pulled(bill, SHIPPED["paid_in_full"], lambda: {})


def test_money_inside_the_seg_has_no_levers() -> None:
    found = lever_variants(shipped("sb130_quarter_weight"), list(SHIPPED.values()), nothing_owed)
    assert not found.variants
    assert all("inside the main formula" in reason for reason in found.unfit.values())


def test_a_rule_over_all_lines_stands_with_the_formula_and_one_of_a_line_in_each() -> None:
    bill = shipped("status_quo")
    assert pulled(bill, SHIPPED["growth_limit"], nothing_owed).rules.growth_cap == 0.05
    lagged = pulled(bill, SHIPPED["lag"], nothing_owed)
    assert all(line.rules.count_lag == 1 for line in lagged.own_lines if line.joint)
    assert all(line.rules.count_lag == 0 for line in lagged.lines if line.background)


def test_bad_levers_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="levers: growth_limits is not known"):
        read_levers(["growth_limits"])
    file = tmp_path / "mine.yaml"
    file.write_text("title: Mine\ndoes: A thing.\nsource: us\nrules: {growth_caps: 0.1}\n")
    with pytest.raises(InputError, match="growth_caps is no rule"):
        read_levers([str(file)])


def test_a_lever_changes_something() -> None:
    with pytest.raises(ValueError, match="what the lever changes"):
        Lever(name="idle", title="Idle", does="Nothing.", source="none")


def test_a_line_that_stands_apart_has_its_appropriation_moved_as_the_others() -> None:
    bill = shipped("status_quo")
    first, *rest = bill.own_lines
    apart = first.model_copy(update={"apart": True})
    beside = bill.model_copy(update={"lines": (apart, *rest)})
    assert apart in capped_lines(beside)
    variant = pulled(beside, SHIPPED["lower_cap"], nothing_owed)
    as_it_was = pulled(bill, SHIPPED["lower_cap"], nothing_owed)
    assert [line.appropriation for line in variant.own_lines] == [line.appropriation for line in as_it_was.own_lines]
    assert variant.own_lines[0].appropriation != apart.appropriation
