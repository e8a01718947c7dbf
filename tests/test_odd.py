"""The ODD protocol against the code: nothing that the model has is missing, and what the tables say is so."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from simulated import new_mexico, new_mexico_ensemble, shipped

from sim.arrays import Array
from sim.behavior.situation import Situation
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, simulate
from sim.engine.state import Premises, State
from sim.parameters.catalogue import load_catalogue
from sim.parameters.groups import ClusterCosts, Decisions, Parameters, Staffing
from sim.parameters.values import GROUP_TYPES
from sim.report.generated_docs import odd
from sim.report.generated_docs.dependencies import dependencies_of, functions_of
from sim.world.world import QUALITY_COMPONENTS, Clusters

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "odd.md"
PACKAGES = ("sim.behavior", "sim.engine", "sim.funding", "sim.funding.components", "sim.students")
ELEMENTS = (
    "## 1. Purpose and patterns", "## 2. Entities, state variables and scales", "## 3. Process overview and scheduling",
    "## 4. Design concepts", "## 5. Initialization", "## 6. Input data", "## 7. Submodels",
)  # fmt: skip
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
)  # fmt: skip


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def table(header: str) -> list[list[str]]:
    """The rows of the table whose first column has that header, as plain cells."""
    rows = page().split(f"\n| {header} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    rows = [row for row in rows if row.startswith("|")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


@cache
def ensemble() -> Ensemble:
    return new_mexico_ensemble(2, 3)


def lengths() -> Mapping[str, tuple[int, int]]:
    """The last two axes of what varies over what a table names."""
    world = new_mexico()
    districts, clusters, regions, components = (
        len(world.districts), len(world.clusters), len(world.regions), len(QUALITY_COMPONENTS),
    )  # fmt: skip
    return {
        "district x cluster": (districts, clusters),
        "district": (districts, 1),
        "district x grade": (districts, 4),
        "district x component": (districts, components),
        "region x cluster": (regions, clusters),
        "state": (1, 1),
        "cluster": (1, clusters),
        "component": (1, components),
        "transition between grades": (1, 3),
    }


def arrays_of(value: object) -> list[Array]:
    """The arrays of a premise or state variable that are all alike in shape; none of what has a shape of its own."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple):
        return [array for part in value for array in arrays_of(part)]
    return []


def test_the_protocol_has_its_seven_elements_and_eleven_concepts_in_order() -> None:
    headings = re.findall(r"^(##+ .*)$", page(), re.MULTILINE)
    assert [heading for heading in headings if heading in ELEMENTS] == list(ELEMENTS)
    assert [heading[4:] for heading in headings if heading[4:] in CONCEPTS] == list(CONCEPTS)
    assert headings[0] == "## Summary"


@pytest.mark.parametrize(("header", "kind"), [("variable", State), ("premise", Premises)])
def test_every_state_variable_and_premise_stands_once_in_its_table(header: str, kind: type) -> None:
    named = [row[0] for row in table(header)]
    assert len(named) == len(set(named))
    assert set(named) == {field.name for field in fields(kind)}


@pytest.mark.parametrize("header", ["variable", "premise"])
def test_what_varies_over_what_is_what_the_arrays_vary_over(header: str) -> None:
    run = ensemble()
    holder = run.state if header == "variable" else run.premises
    compared = 0
    for name, over, *_ in table(header):
        for array in arrays_of(getattr(holder, name)):
            assert array.shape[-2:] == lengths()[over], name
            compared += 1
    assert compared > 15


def test_what_the_tables_call_whole_is_whole_and_nothing_else_is_always() -> None:
    whole = {row[0] for row in table("variable") if row[2].endswith("whole")}
    assert {"sites", "vacant_sections", "launching"} <= whole
    states = [ensemble().state, *(state for state, _ in simulate(ensemble(), shipped("aligned"), 3))]
    for field in fields(State):
        found = [array for state in states for array in arrays_of(getattr(state, field.name))]
        if any(array.any() for array in found):  # effort on what neither law nor bill pays for stays at zero
            assert all((np.rint(array) == array).all() for array in found) == (field.name in whole), field.name
    for row in table("premise"):
        if row[2].endswith("whole"):
            premise = getattr(ensemble().premises, row[0])
            assert np.isin(premise, (0.0, 1.0)).all(), row[0]


def test_what_holds_after_the_base_year_holds() -> None:
    held = {row[0] for row in table("variable") if row[4].startswith("never")}
    assert held
    first = ensemble().state
    *_, (last, _) = simulate(ensemble(), shipped("aligned"), 3)
    for field in fields(State):
        before, after = arrays_of(getattr(first, field.name)), arrays_of(getattr(last, field.name))
        if any(array.any() for array in (*before, *after)):
            same = all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
            assert same == (field.name in held), field.name


def test_scales_are_those_of_the_world() -> None:
    world = new_mexico()
    schools = int(world.districts.high_schools.sum())
    text = " ".join(page().split())
    assert f"{len(world.districts)} districts, {schools} high schools, {len(world.regions)} regions" in text
    assert (WARM_UP_YEARS, len(world.clusters)) == (12, 14)
    assert "Twelve years of warm-up" in text


def test_every_purpose_of_randomness_stands_in_the_table() -> None:
    assert [row[0] for row in table("purpose")] == [purpose.name for purpose in Purpose]


def test_a_purpose_that_no_one_has_described_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {purpose: text for purpose, text in odd.PURPOSES.items() if purpose is not Purpose.AWARD}
    monkeypatch.setattr(odd, "PURPOSES", without)
    with pytest.raises(ValueError, match="AWARD"):
        odd.purposes_table()


def test_every_parameter_of_every_group_is_read_by_a_submodel_on_the_page() -> None:
    linked = set(re.findall(r"^\| \[`([\w.]+)`\]", page(), re.MULTILINE))
    everything = {f"{group}.{name}" for group, named in load_catalogue().entries.items() for name in named}
    assert linked == everything
    drawn = " ".join(re.findall(r"^- From the \[clusters table\].*$", page(), re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", drawn)) == {field.name for field in fields(ClusterCosts)}
    assert {*GROUP_TYPES, "clusters"} == {field.name for field in fields(Parameters)}


def test_no_rule_that_reads_a_parameter_is_left_out_of_the_submodels() -> None:
    groups = {*GROUP_TYPES.values(), ClusterCosts}
    described = {function for places in odd.SUBMODELS.values() for place in places for function in functions_of(place)}
    modules = [
        f"{package}.{found.name}"
        for package in PACKAGES
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__)
        if not found.ispkg
    ]
    reading = {
        function
        for module in modules
        for function, reads in functions_of(module).items()
        if any(kind in groups for kind, _ in reads)
    }
    assert len(reading) > 30
    assert reading <= described


def test_links_to_parameters_lead_to_their_headings() -> None:
    headings = re.findall(
        r"^#+ (.*)$", (PAGE.parent.parent / "reference" / "parameters.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    wanted = set(re.findall(r"\(\.\./reference/parameters\.md#([^)]+)\)", page()))
    assert wanted
    assert wanted <= {odd.anchor(heading) for heading in headings}


def test_modules_and_functions_named_on_the_page_exist() -> None:
    for name in set(re.findall(r"`(sim(?:\.\w+)+)`", page())):
        module, _, inside = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), inside), name


@pytest.mark.parametrize(
    ("place", "kind", "field"),
    [
        ("sim.behavior.staffing.fill_chance", Staffing, "rural_factor"),  # of an argument
        ("sim.engine.workforce.staff", Staffing, "refill_rounds"),  # of a local name, set in a pair
        ("sim.engine.economy.signals", Clusters, "employment_growth"),  # of a field of a field
        ("sim.engine.workforce.staff", State, "pool"),
        ("sim.behavior.weighing.weigh_site", Decisions, "plan_hurdle"),  # of what a method returns
        ("sim.behavior.weighing.weigh_site", Situation, "site_worth"),
    ],
)
def test_what_a_rule_reads_is_found_in_its_source(place: str, kind: type, field: str) -> None:
    assert is_dataclass(kind)
    assert (kind, field) in dependencies_of(place)


def test_a_decision_is_not_taken_for_the_parameters_of_the_same_name() -> None:
    read = {kind for kind, field in dependencies_of("sim.engine.workforce.staff") if field == "seeking"}
    assert [kind.__module__ for kind in read] == ["sim.behavior.situation"]


@pytest.mark.parametrize("place", ["sim.behavior.nothing", "sim.behavior.staffing.nothing", "nothing"])
def test_a_place_that_is_not_there_is_an_error(place: str) -> None:
    with pytest.raises(ValueError, match="nothing"):
        dependencies_of(place)
