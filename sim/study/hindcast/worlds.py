"""The stylized states of the cases, and their laws in the model's dollars and size."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.config_folder import config_folder
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.funding.indexing import with_indexed_dollars
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError
from sim.parameters.catalogue import Catalogue
from sim.parameters.groups import Parameters
from sim.study.hindcast.case import Case, Law, law_as_formula
from sim.study.hindcast.prices import price_factor
from sim.study.hindcast.schema import TIERS
from sim.study.setup.inputs import find_formula
from sim.world.world import World

ALWAYS = 1900
"""The first year of what stood before the change, so that it is in force in every year of the warm-up."""


def refuse_impossible_start(world: World, case: Case) -> None:
    """Raise InputError, one line, if the districts and clusters of ``world`` cannot start as the case says."""
    start = case.start
    if start is None:
        return
    if start.tier_mix:
        lowest, highest = kept_bounds(weights_by_main_tier(world), tier_shares(case))
        if lowest > highest:
            weights = ", ".join(f"{weight:.2f}" for weight in weights_by_main_tier(world))
            raise InputError(
                f"{case.name}.yaml: start.tier_mix: no such mix comes of clusters whose main credentials are of "
                f"tiers 1, 2 and 3 with weights {weights}; choose one nearer to these"
            )
    wanted = start.districts_taking_part
    with_schools = districts_with_schools(world)
    if wanted is not None and wanted > with_schools.mean():
        raise InputError(
            f"{case.name}.yaml: start.districts_taking_part: {wanted:g} is not allowed: at most "
            f"{np.floor(100.0 * with_schools.mean()) / 100.0:g}, the share of the world's districts with a high school"
        )


def districts_with_schools(world: World) -> BoolArray:
    """Districts with a high school, ``[D]``."""
    placed = world.high_schools.district
    with_schools: BoolArray = np.isin(np.arange(len(world.districts)), placed[placed >= 0])
    return with_schools


def without_the_smallest(world: World, share: float) -> World:
    """The world in which only a ``share`` of districts start with pathways: the largest by members of grades 9-12. The
    schools of the others are on no map, so that nothing is laid on them."""
    offering = districts_with_schools(world)
    size = np.where(offering, world.districts.membership, -1.0)
    taking_part = np.zeros(size.size, dtype=np.bool_)
    taking_part[np.argsort(-size, kind="stable")[: round(share * size.size)]] = True
    schools = world.high_schools
    placed = np.where((schools.district >= 0) & taking_part[schools.district], schools.district, -1)
    return replace(world, high_schools=replace(schools, district=placed))


def stylized_world(world: World, case: Case) -> World:
    """The districts of ``world`` with the case's start: its year, participants and concentrators of that year, and
    which districts take part."""
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
    if start.districts_taking_part is not None:
        world = without_the_smallest(world, start.districts_taking_part)
    return replace(world, name=case.name, base_year=start.year, anchors=anchors, pathways=None)


def tier_shares(case: Case) -> Array:
    """The starting shares of credentials by value tier, ``[3]``."""
    assert case.start is not None
    return np.array([case.start.tier_mix[tier] for tier in TIERS])


def weights_by_main_tier(world: World) -> Array:
    """Shares of the usual credentials in clusters whose main credential is of tier 1, 2 and 3, ``[3]``."""
    clusters = world.clusters
    weight = clusters.concentrator_share * clusters.credential_rate.central
    found: Array = np.array([weight[clusters.credential_tier == tier].sum() for tier in TIERS]) / weight.sum()
    return found


def kept_bounds(weights: Array, shares: Array) -> tuple[float, float]:
    """The least and the largest share of credentials that clusters may have in the tier of their main one, if all
    together are to have ``shares`` ``[3]`` of tiers; none if the first exceeds the second.

    Of the weight W of a tier's clusters x stays in the tier and the rest goes to the other two alike, so that the
    tier's share is x + (the others' W - x) / 2. With X the sum of all x that is x = (share - (1 - W - X) / 2) / 1.5,
    which must lie from 0 to W.
    """
    low = max(0.0, float(np.max(1.0 - weights - 2.0 * shares)))
    high = min(1.0, float(np.min(1.0 + 2.0 * weights - 2.0 * shares)))
    return low, high


def main_shares(weights: Array, shares: Array, drawn: Array) -> Array:
    """Share of a cluster's credentials in the tier of its main one, ``[..., 3]`` by that tier, such that the state has
    the ``shares`` ``[3]``; as near to the ``drawn`` share ``[..., 1]`` of all clusters as there is."""
    whole = np.clip(drawn, *kept_bounds(weights, shares))
    kept = (shares - 0.5 * (1.0 - weights - whole)) / 1.5
    found: Array = np.clip(kept / np.maximum(weights, 1e-12), 0.0, 1.0)
    return found


def stylized_parameters(parameters: Parameters, catalogue: Catalogue, world: World, case: Case) -> Parameters:
    """The drawn parameters with sites and credentials brought to the case's starting ratios.

    The number of sites keeps its spread around the catalogue's central value. The level of credentials, the share of
    exams that are passed and the mix of tiers are set for all draws where the case knows them; pass rates of clusters
    still differ between draws, and with them the number of exams, not that of credentials.
    """
    start = case.start
    assert start is not None
    initial, outcomes, clusters = parameters.initial, parameters.outcomes, parameters.clusters
    if start.participants_per_site is not None:
        schools = float((world.high_schools.district >= 0).sum())
        wanted = world.anchors["participants"].value / start.participants_per_site / schools
        entry = catalogue.entries["initial"]["sites_per_school"]
        assert isinstance(entry.value, int | float)
        initial = replace(initial, sites_per_school=initial.sites_per_school * (wanted / entry.value))
    if start.credentials_per_concentrator is not None:
        known = world.clusters
        usual = float((known.concentrator_share * known.credential_rate.central).sum())
        level = start.credentials_per_concentrator / usual
        outcomes = replace(outcomes, credential_level=0.0 * outcomes.credential_level + level)
    if start.pass_rate is not None:
        exams = world.clusters.concentrator_share * clusters.attempt_rate
        passed = (exams * clusters.pass_rate).sum(axis=-1, keepdims=True) / exams.sum(axis=-1, keepdims=True)
        brought = np.minimum(clusters.pass_rate * (start.pass_rate / passed), 1.0)
        clusters = replace(
            clusters, pass_rate=brought, attempt_rate=clusters.attempt_rate * (clusters.pass_rate / brought)
        )
    if start.tier_mix:
        by_tier = main_shares(weights_by_main_tier(world), tier_shares(case), outcomes.main_tier_share[..., 0])
        of_cluster = by_tier[:, np.newaxis, world.clusters.credential_tier.astype(np.intp) - 1]
        outcomes = replace(outcomes, main_tier_share=of_cluster)
    return replace(parameters, initial=initial, outcomes=outcomes, clusters=clusters)


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


def law_of_placebo(world: World, case: Case, dollars_year: int) -> Formula:
    """The law that the placebo runs under: that before the change, its dollars kept at their worth if the case says
    so."""
    before = law_before(world, case, dollars_year)
    return with_indexed_dollars(before) if case.placebo.indexed else before


def scenario_of_placebo(case: Case) -> Scenario:
    """What befalls the placebo beside the law: nothing, or the case's shocks if it says so."""
    return scenario_of(case) if case.placebo.shocks else scenario_of(case.model_copy(update={"shocks": {}}))


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
