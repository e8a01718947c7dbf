"""Worked examples computed by hand: every component and every rule against the cases in ``tests/cases``.

A case is data that finance staff can read: one sentence as its name, the formula's keys, the counts of each district,
and what is expected, to the cent.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_world import context_of, counts_of, small_world

from sim.arrays import Array
from sim.funding.allocation import LineMemory, settle
from sim.funding.budget import Budget, appropriate, voted
from sim.funding.components import COMPONENTS
from sim.funding.components.component import Component
from sim.funding.line import Line
from sim.funding.pricing import announce, program_units
from sim.funding.reading import line_from
from sim.inputs import read_yaml

CASES = Path(__file__).parent / "cases"
LEDGER = (
    "claimed", "entitlement", "matched", "guaranteed", "held_harmless", "capped", "phased_in", "paid",
    "proration", "statewide_owed", "statewide_paid",
)  # fmt: skip
CASE_KEYS = {"name", "line", "districts", "year", "price_index", "unit_value", "revenue", "cuts", "memory", "expect"}
DISTRICT_KEYS = {
    "members", "schools", "high_schools", "sites", "participants", "concentrators", "credentials_tier_1",
    "credentials_tier_2", "credentials_tier_3", "quality", "startup_spending", "placements", "locale", "poverty",
    "award_noise", "award_capacity", "expenditure", "instructors", "dual_credit", "kind",
}  # fmt: skip


def all_cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case of every file with its file's name."""
    return [(path.stem, case) for path in sorted(CASES.glob("*.yaml")) for case in read_yaml(path)]


def _column(districts: list[dict[str, Any]], key: str, otherwise: float) -> Array:
    return np.array([[float(district.get(key, otherwise))] for district in districts])


def _single(number: float) -> Array:
    return np.full((1, 1), float(number))


def results(case: dict[str, Any]) -> dict[str, Array]:
    """Everything a case may expect, computed by the model."""
    assert set(case) <= CASE_KEYS, set(case) - CASE_KEYS
    districts: list[dict[str, Any]] = case["districts"]
    for district in districts:
        assert set(district) <= DISTRICT_KEYS, set(district) - DISTRICT_KEYS
    written = {"appropriation": {"rule": "full"}, **case["line"]}
    line: Line = line_from(written, "case", "case_line")
    year = case.get("year", 2027)
    world = small_world(
        len(districts),
        members=[district.get("members", 100.0) for district in districts],
        high_schools=[district.get("high_schools", max(1, int(district.get("schools", 1)))) for district in districts],
        locales=[district.get("locale", "town") for district in districts],
        poverty=[district.get("poverty", 0.2) for district in districts],
        kinds=[district.get("kind", "district") for district in districts],
    )
    counts = counts_of(districts)
    prices = _single(case.get("price_index", 1.0))
    cuts = case.get("cuts", {})
    budget = Budget(
        fiscal_year=year,
        price_index=prices,
        revenue=_single(case.get("revenue", 13.4e9)),
        grant_cut=_single(cuts.get("grant", 0.0)),
        formula_cut=_single(cuts.get("formula", 0.0)),
    )
    appropriation = appropriate(line, budget)
    context = context_of(
        world,
        counts,
        fiscal_year=year,
        price_index=prices,
        unit_value=_single(case.get("unit_value", 6801.5)),
        appropriation=appropriation,
        award_noise=_column(districts, "award_noise", 0.0),
        award_capacity=_column(districts, "award_capacity", 0.0),
    )
    before = case.get("memory", {})
    nothing = [0.0] * len(districts)
    memory = LineMemory(
        paid=np.array(before.get("paid", nothing), dtype=np.float64)[:, np.newaxis],
        reference=np.array(before.get("reference", nothing), dtype=np.float64)[:, np.newaxis],
    )
    schedule = announce(line, context)
    ledger = settle(line, schedule, counts, appropriation, memory, year)
    return {
        **{stage: getattr(ledger, stage) for stage in LEDGER},
        "units": program_units(line, counts, year),
        "appropriation": appropriation,
        "voted": voted(line, budget, ledger.spent),
        "price_per_school": schedule.per_school,
        "price_per_participant": schedule.per_participant,
        "price_per_concentrator": schedule.per_concentrator,
        "price_per_member": schedule.per_member,
        "expenditure_share": schedule.expenditure_share,
        "startup_share": schedule.startup_share,
    }


@pytest.mark.parametrize(
    ("file", "case"), [pytest.param(file, case, id=f"{file}: {case['name']}") for file, case in all_cases()]
)
def test_the_model_agrees_with_the_worked_example(file: str, case: dict[str, Any]) -> None:
    computed = results(case)
    assert case["expect"], f"{file}: {case['name']} expects nothing"
    for key, expected in case["expect"].items():
        found = np.ravel(computed[key])
        wanted = np.ravel(np.array(expected, dtype=np.float64))
        assert found.shape == wanted.shape, f"{key}: {found} against {wanted}"
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=0.005, err_msg=key)


def test_every_component_has_a_worked_example() -> None:
    kinds = {component["kind"] for _, case in all_cases() for component in case["line"]["components"]}
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
