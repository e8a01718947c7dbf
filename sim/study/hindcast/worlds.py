"""The stylized states of the cases, and their laws in the model's dollars and size."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.config_folder import config_folder
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.funding.reading import formula_from, read_lines
from sim.parameters.catalogue import Catalogue
from sim.parameters.groups import Parameters
from sim.study.hindcast.case import Case, Law, law_as_formula
from sim.study.hindcast.prices import price_factor
from sim.study.setup.inputs import find_formula
from sim.world.world import World

ALWAYS = 1900
"""The first year of what stood before the change, so that it is in force in every year of the warm-up."""


def stylized_world(world: World, case: Case) -> World:
    """The districts of ``world`` with the case's start: its year, and participants and concentrators of that year."""
    start = case.start
    assert start is not None
    members = float(world.districts.membership.sum())
    anchors = dict(world.anchors)
    seen, completed = anchors["participants"], anchors["concentrators"]
    part, deep = seen.value / members, completed.value / seen.value
    part = start.participants_per_member or part
    deep = start.concentrators_per_participant or deep
    anchors["participants"] = replace(seen, value=part * members, source=case.source)
    anchors["concentrators"] = replace(completed, value=deep * part * members, source=case.source)
    return replace(world, name=case.name, base_year=start.year, anchors=anchors, pathways=None)


def stylized_parameters(parameters: Parameters, catalogue: Catalogue, world: World, case: Case) -> Parameters:
    """The drawn parameters with sites and credentials brought to the case's starting ratios.

    The number of sites keeps its spread around the catalogue's central value. The level of credentials is set for all
    draws, because the case's own level is known; pass rates still differ between draws.
    """
    start = case.start
    assert start is not None
    initial, outcomes = parameters.initial, parameters.outcomes
    if start.participants_per_site is not None:
        schools = float((world.high_schools.district >= 0).sum())
        wanted = world.anchors["participants"].value / start.participants_per_site / schools
        entry = catalogue.entries["initial"]["sites_per_school"]
        assert isinstance(entry.value, int | float)
        initial = replace(initial, sites_per_school=initial.sites_per_school * (wanted / entry.value))
    if start.credentials_per_concentrator is not None:
        clusters = world.clusters
        usual = float((clusters.concentrator_share * clusters.credential_rate.central).sum())
        level = start.credentials_per_concentrator / usual
        outcomes = replace(outcomes, credential_level=0.0 * outcomes.credential_level + level)
    return replace(parameters, initial=initial, outcomes=outcomes)


def scenario_of(case: Case) -> Scenario:
    """What is fed beside the law: the case's shocks, each from its year on."""
    return Scenario(name=case.name, title=case.title, source=case.source, from_year=dict(case.shocks))


def law_before(world: World, case: Case, dollars_year: int) -> Formula:
    """The law under which the stylized state is warmed up; in force in every year."""
    assert case.before is not None
    formula = _formula(world, case, case.before, dollars_year, 2000)
    lines = tuple(
        line if line.start_year not in (None, 2000) else line.model_copy(update={"start_year": ALWAYS})
        for line in formula.lines
    )
    return formula.model_copy(update={"lines": lines, "takes_effect": ALWAYS})


def laws_after(world: World, case: Case, dollars_year: int) -> dict[int, Formula]:
    """The laws by the fiscal year in which they begin."""
    return {
        law.starts: _formula(world, case, law, dollars_year, law.starts) for law in case.laws if law.starts is not None
    }


def _formula(world: World, case: Case, law: Law, dollars_year: int, starts: int) -> Formula:
    folder, clusters = config_folder(), world.clusters.identifier
    if law.formula is not None:
        found = find_formula(law.formula, folder, clusters)
        lines = tuple(
            line.model_copy(update={"start_year": starts}) if line.start_year == found.takes_effect else line
            for line in found.lines
        )
        return found.model_copy(update={"takes_effect": starts, "lines": lines})
    assert case.start is not None
    size = float(world.districts.membership.sum()) / case.start.members
    written = law_as_formula(case, law, [_sized(line, size) for line in law.lines])
    shared = read_lines(folder / "line")
    formula = formula_from(written, f"hindcast/{case.name}.yaml", case.name, shared, clusters, of_the_past=True)
    factor = price_factor(law.dollars_of, dollars_year) if law.dollars_of is not None else 1.0
    lines = tuple(
        line if line.background else line.model_copy(update={"scale": line.scale * factor}) for line in formula.lines
    )
    return formula.model_copy(update={"lines": lines})


def _sized(line: Mapping[str, Any], size: float) -> dict[str, Any]:
    """A line with its statewide totals (pots and appropriations) brought from the real state's size to the model's."""
    sized = dict(line)
    if "components" in line:
        sized["components"] = [
            {**part, "pot": float(part["pot"]) * size} if "pot" in part else part for part in line["components"]
        ]
    money = dict(line.get("appropriation", {}))
    for key in ("dollars", "cap"):
        if key in money:
            money[key] = float(money[key]) * size
    if money:
        sized["appropriation"] = money
    return sized
