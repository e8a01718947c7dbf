"""Worked examples computed by hand: every component and every rule against the cases in ``tests/cases``.

A case is data that finance staff can read: one sentence as its name, the formula's keys, the counts of each district,
and what is expected, to the cent. It has one ``line``, or ``lines`` with the ``rules`` that hold for all of them
together, or a ``formula``, the name of a shipped law or of a file beside the case; of several lines it expects the sum,
and what it expects ``by_line``.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated import new_mexico, shipped
from small_world import CLUSTERS, context_of, counts_of, small_world

from sim.arrays import Array
from sim.engine.requirements import effort_kept
from sim.funding.allocation import Claim, settle_all
from sim.funding.budget import Budget, appropriate, voted
from sim.funding.components import COMPONENTS
from sim.funding.components.component import Component
from sim.funding.formula import lines_in_force
from sim.funding.line import Line
from sim.funding.pricing import announce, program_units
from sim.funding.reading import formula_from, line_from, read_formula
from sim.funding.resolving import in_force
from sim.funding.sense import idle, out_of_place
from sim.funding.smoothing import Before
from sim.inputs import read_yaml

CASES = Path(__file__).parent / "cases"
CONF = Path(__file__).parent.parent / "conf"
BILLS = CASES / "fresh_laws"
"""Bills that cases beside the folder name."""
LEDGER = (
    "claimed", "entitlement", "matched", "guaranteed", "held_harmless", "capped", "phased_in", "paid",
    "proration", "statewide_owed", "statewide_paid",
)  # fmt: skip
STATEWIDE = ("proration", "statewide_owed", "statewide_paid")
CASE_KEYS = {
    "name", "line", "lines", "formula", "rules", "takes_effect", "districts", "year", "price_index", "unit_value",
    "revenue", "cuts", "memory", "clusters", "expected", "expect",
}  # fmt: skip
DISTRICT_KEYS = {
    "members", "schools", "high_schools", "sites", "participants", "concentrators", "credentials_tier_1",
    "credentials_tier_2", "credentials_tier_3", "quality", "startup_spending", "placements", "locale", "poverty",
    "award_noise", "award_capacity", "expenditure", "instructors", "dual_credit", "kind", "own", "own_required",
    "ordinary_cost", "taxable_value", "called", "county", "region",
}  # fmt: skip


def all_cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case of every file with its file's name."""
    return [
        (path.stem, case) for path in sorted(CASES.rglob("*.yaml")) if path.parent != BILLS for case in read_yaml(path)
    ]


def _column(districts: list[dict[str, Any]], key: str, otherwise: float) -> Array:
    return np.array([[float(district.get(key, otherwise))] for district in districts])


def _single(number: float) -> Array:
    return np.full((1, 1), float(number))


def lines_of(case: dict[str, Any], year: int) -> tuple[Line, ...]:
    """The lines of a case that pay in a year: its one line as it stands, or those of its formula."""
    if "formula" in case:
        bill = BILLS / f"{case['formula']}.yaml"
        formula = read_formula(bill, CONF / "line") if bill.is_file() else shipped(case["formula"])
        own = formula.model_copy(update={"lines": formula.own_lines})
        return lines_in_force(own, own.model_copy(update={"lines": ()}), year, 2026)
    if "line" in case:
        return (line_from({"appropriation": {"rule": "full"}, **case["line"]}, "case", "case_line"),)
    written = {
        "title": case["name"], "source": "case", "year_of_numbers": 2026, "description": case["name"], "also": [],
        "takes_effect": case.get("takes_effect", 2027), "rules": case.get("rules", {}),
        "lines": [{"appropriation": {"rule": "full"}, **line} for line in case["lines"]],
    }  # fmt: skip
    formula = formula_from(written, "case", "case", {})
    nothing = formula.model_copy(update={"lines": ()})
    return lines_in_force(formula, nothing, year, 2026)


def results(case: dict[str, Any]) -> dict[str, Any]:
    """Everything a case may expect, computed by the model."""
    assert set(case) <= CASE_KEYS, set(case) - CASE_KEYS
    districts: list[dict[str, Any]] = case["districts"]
    for district in districts:
        assert set(district) <= DISTRICT_KEYS, set(district) - DISTRICT_KEYS
    year, clusters = case.get("year", 2027), case.get("clusters", CLUSTERS)
    world = small_world(
        len(districts),
        members=[district.get("members", 100.0) for district in districts],
        high_schools=[district.get("high_schools", max(1, int(district.get("schools", 1)))) for district in districts],
        locales=[district.get("locale", "town") for district in districts],
        poverty=[district.get("poverty", 0.2) for district in districts],
        kinds=[district.get("kind", "district") for district in districts],
        clusters=clusters,
        names=[district.get("called", f"D{number + 1}") for number, district in enumerate(districts)],
        counties=[district.get("county", "") for district in districts],
        regions=[district["region"] for district in districts if "region" in district] or None,
        taxable_values=[district["taxable_value"] for district in districts if "taxable_value" in district] or None,
    )
    counts = counts_of(districts, clusters)
    prices = _single(case.get("price_index", 1.0))
    cuts = case.get("cuts", {})
    budget = Budget(
        fiscal_year=year,
        price_index=prices,
        revenue=_single(case.get("revenue", 13.4e9)),
        grant_cut=_single(cuts.get("grant", 0.0)),
        formula_cut=_single(cuts.get("formula", 0.0)),
    )
    context = context_of(
        world,
        counts,
        fiscal_year=year,
        price_index=prices,
        unit_value=_single(case.get("unit_value", 6801.5)),
        award_noise=_column(districts, "award_noise", 0.0),
        award_capacity=_column(districts, "award_capacity", 0.0),
        expected=case.get("expected", False),
    )
    before = case.get("memory", {})
    nothing = [0.0] * len(districts)
    memory = Before(
        base_year=np.array(before.get("reference", nothing), dtype=np.float64)[:, np.newaxis],
        last_year=np.array(before.get("paid", nothing), dtype=np.float64)[:, np.newaxis],
        before_law=np.array(before.get("before_law", nothing), dtype=np.float64)[:, np.newaxis],
    )
    claims = []
    for written in lines_of(case, year):
        line = in_force(written, world, counts.membership)
        appropriation = appropriate(line, budget)
        schedule = announce(line, replace(context, appropriation=appropriation))
        own, required = (_column(districts, key, 0.0) for key in ("own", "own_required"))
        kept = effort_kept(own, required) if line.rules.maintenance_of_effort is not None else None
        claims.append(Claim(line, schedule, counts, appropriation, effort_kept=kept))
    ledgers = settle_all(claims, memory, year)
    by_line = {
        claim.line.name: {stage: getattr(ledger, stage) for stage in LEDGER}
        for claim, ledger in zip(claims, ledgers, strict=True)
    }
    if "lines" in case or len(claims) > 1:
        stages = [stage for stage in LEDGER if stage not in STATEWIDE]
        return {"by_line": by_line, **{stage: sum(line[stage] for line in by_line.values()) for stage in stages}}
    line, schedule = claims[0].line, claims[0].schedule
    return {
        **by_line[line.name],
        "units": program_units(line, counts, year, world),
        "appropriation": claims[0].appropriation,
        "voted": voted(line, budget, ledgers[0].spent),
        "price_per_school": schedule.per_school,
        "price_per_participant": schedule.per_participant,
        "price_per_concentrator": schedule.per_concentrator,
        "price_per_member": schedule.per_member,
        "expenditure_share": schedule.expenditure_share,
        "startup_share": schedule.startup_share,
    }


def compare(computed: dict[str, Any], expected: dict[str, Any]) -> None:
    for key, value in expected.items():
        if isinstance(value, dict):
            compare(computed[key], value)
            continue
        found = np.ravel(computed[key])
        wanted = np.ravel(np.array(value, dtype=np.float64))
        assert found.shape == wanted.shape, f"{key}: {found} against {wanted}"
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=0.005, err_msg=key)


@pytest.mark.parametrize(
    ("file", "case"), [pytest.param(file, case, id=f"{file}: {case['name']}") for file, case in all_cases()]
)
def test_the_model_agrees_with_the_worked_example(file: str, case: dict[str, Any]) -> None:
    assert case["expect"], f"{file}: {case['name']} expects nothing"
    compare(results(case), case["expect"])


def test_every_component_has_a_worked_example() -> None:
    cases = [case for _, case in all_cases() if "formula" not in case]
    lines = [line for case in cases for line in case.get("lines", [case.get("line")])]
    kinds = {component["kind"] for line in lines for component in line["components"]}
    assert kinds == set(COMPONENTS)


def test_every_component_names_what_it_is_modeled_on() -> None:
    for kind, component in COMPONENTS.items():
        assert issubclass(component, Component)
        documented = component.__doc__ or ""
        assert any(word in documented for word in ("Modeled on", "LESC", "Perkins V, Section")), kind


def test_case_names_are_sentences_and_stand_once() -> None:
    names = [case["name"] for _, case in all_cases()]
    assert len(names) == len(set(names))
    assert all(len(name.split()) >= 5 for name in names)


def test_every_fresh_law_is_read_without_a_word_and_has_a_case_of_its_own() -> None:
    bills = {path.stem for path in BILLS.glob("*.yaml")}
    assert len(bills) == 10
    assert bills <= {case["formula"] for file, case in all_cases() if file == BILLS.name}
    for name in sorted(bills):
        formula = read_formula(BILLS / f"{name}.yaml", CONF / "line", new_mexico().clusters.identifier)
        assert [*idle(formula), *out_of_place(formula, new_mexico())] == []
