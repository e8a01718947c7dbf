"""Worlds that differ in one district: all others face the same luck and feel only what the model says reaches them."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated import (
    formula_of,
    leaves,
    line_of,
    new_mexico,
    prior_parameters,
    steps,
    warmed_up,
    with_parameters,
)

from sim.arrays import Array
from sim.engine.draws import ONCE, YEARLY, Draws, Purpose, Shape, draw
from sim.engine.ensemble import Ensemble
from sim.world.loading import BUNDLED, load_world
from sim.world.world import World

Rows = list[dict[str, str]]
CHANGED = "3502370"
"""A district in the middle of the table, with others of its own region and of later ones behind it."""


def write(folder: Path, table: str, change: Callable[[Rows], Rows]) -> None:
    with (BUNDLED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(change(rows))


def poorer(rows: Rows) -> Rows:
    return [{**row, "poverty_share": "0.9"} if row["district"] == CHANGED else row for row in rows]


def larger(rows: Rows) -> Rows:
    return [{**row, "grade_9": "777"} if row["district"] == CHANGED else row for row in rows]


def one_school_more(rows: Rows) -> Rows:
    own = next(row for row in rows if row["district"] == CHANGED)
    return [*rows, {**own, "school": "359999999999", "name": "New High", "grade_9": "3"}]


def world_with(folder: Path, table: str, change: Callable[[Rows], Rows]) -> World:
    for name in ("districts", "high_schools"):
        write(folder, name, change if name == table else lambda rows: rows)
    return load_world(folder)


def by_owner(world: World, draws: Draws, purpose: Purpose, shape: Shape) -> dict[str, Array]:
    """The draws of a purpose by what they belong to: a district, a district's largest, second, ... school, or all."""
    block = draws.yearly[purpose] if purpose in YEARLY else draws.once[purpose]
    names = world.districts.identifier
    if shape is Shape.SCHOOLS:
        assert block.shape[-3:-1] == (world.districts.high_schools.max(), len(names))
        return {
            f"{name} {rank}": block[..., rank, place, :]
            for place, name in enumerate(names)
            for rank in range(int(world.districts.high_schools[place]))
        }
    if shape in (Shape.PATHWAYS, Shape.DISTRICTS, Shape.COMPONENTS):
        return {name: block[..., place, :] for place, name in enumerate(names)}
    return {"the state": block}


@pytest.mark.parametrize(
    ("table", "change"),
    [("districts", poorer), ("high_schools", larger), ("high_schools", one_school_more)],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_change_of_one_district_leaves_the_luck_of_all_others(
    tmp_path: Path, table: str, change: Callable[[Rows], Rows]
) -> None:
    world, other = new_mexico(), world_with(tmp_path, table, change)
    assert other.fingerprint != world.fingerprint
    assert other.districts.identifier == world.districts.identifier
    one, two = draw(world, 3, [0, 1], 3), draw(other, 3, [0, 1], 3)
    for purpose, (shape, _) in {**YEARLY, **ONCE}.items():
        before, after = by_owner(world, one, purpose, shape), by_owner(other, two, purpose, shape)
        for name in before:
            if not name.startswith(CHANGED):
                assert np.array_equal(before[name], after[name]), f"{purpose.name}, {name}"


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    world = new_mexico()
    return warmed_up(world, prior_parameters(world, (0, 1)), 0, (0, 1), 4)


def with_one_district_ruined(ensemble: Ensemble) -> Ensemble:
    """The same state of the world, but one district has lost its pathways and its cash."""
    place = ensemble.world.districts.identifier.index(CHANGED)

    def emptied(array: Array) -> Array:
        changed = array.copy()
        changed[..., place, :] = 0.0
        return changed

    state = ensemble.state
    lost = (
        "sites", "first_sections", "second_sections", "vacant_sections", "first_students", "second_students", "taught",
        "cash", "launching", "launching_sections", "plan", "own_money",
    )  # fmt: skip
    counts = replace(
        state.counts,
        sites=emptied(state.counts.sites),
        offering_schools=emptied(state.counts.offering_schools),
        participants=emptied(state.counts.participants),
        concentrators=emptied(state.counts.concentrators),
    )
    changes: dict[str, Any] = {name: emptied(getattr(state, name)) for name in lost}
    return replace(ensemble, state=replace(state, counts=counts, **changes))


def rows_of(world: World, bundle: Any, districts: list[int]) -> dict[str, Array]:
    """Every array of a state that has a row for each district, at some districts."""
    return {
        name: array[..., districts, :]
        for name, array in leaves(bundle)
        if array.ndim >= 2 and array.shape[-2] == len(world.districts)
    }


def touched(ensemble: Ensemble, lines: tuple[dict[str, Any], ...], horizon: int = 4) -> set[str]:
    """The regions in which any district other than the ruined one ends up different."""
    world = ensemble.world
    place = world.districts.identifier.index(CHANGED)
    formula = formula_of(*(line_of(**line) for line in lines))
    before = steps(ensemble, formula, horizon)[-1].after
    after = steps(with_one_district_ruined(ensemble), formula, horizon)[-1].after
    found = set()
    for region, name in enumerate(world.regions.identifier):
        districts = [d for d in range(len(world.districts)) if world.districts.region[d] == region and d != place]
        one, two = rows_of(world, before, districts), rows_of(world, after, districts)
        assert len(one) > 40
        if any(not np.array_equal(one[key], two[key]) for key in one):
            found.add(name)
    return found


def test_where_nobody_looks_at_neighbors_a_district_feels_others_only_within_its_region() -> None:
    world = new_mexico()
    alone = {"decisions": {"neighbor_weight": 0.0}, "outcomes": {"exam_imitation": 0.0}}
    parameters = with_parameters(prior_parameters(world, (0, 1)), **alone)
    ensemble = warmed_up(world, parameters, 0, (0, 1), 4)
    place = ensemble.world.districts.identifier.index(CHANGED)
    own = ensemble.world.regions.identifier[ensemble.world.districts.region[place]]
    per_student = {
        "components": [{"kind": "per_student", "count": "concentrators", "dollars": 905}],
        "appropriation": {"rule": "full"},
    }
    assert touched(ensemble, ()) <= {own}
    assert touched(ensemble, (per_student,)) <= {own}


def test_a_pot_of_money_connects_all_districts(ensemble: Ensemble) -> None:
    pot = {
        "components": [{"kind": "per_student", "count": "participants", "pot": 20_000_000}],
        "appropriation": {"rule": "fixed", "dollars": 20_000_000},
    }
    assert touched(ensemble, (pot,), 2) == set(ensemble.world.regions.identifier)


def test_a_district_sees_what_its_neighbors_offer_and_nothing_else_of_them(ensemble: Ensemble) -> None:
    """In the year after, the others know what they would have but for what a pathway is worth beside that neighbor."""
    world = ensemble.world
    place = world.districts.identifier.index(CHANGED)
    neighbors = [d for d in range(len(world.districts)) if place in world.districts.neighbors[d] and d != place]
    strangers = [d for d in range(len(world.districts)) if d not in neighbors and d != place]
    one, two = (steps(start, formula_of(), 1)[0] for start in (ensemble, with_one_district_ruined(ensemble)))
    worth = {".first_worth", ".second_worth", ".site_worth"}
    for part, others, seen in (
        ("situation", strangers, set()),
        ("choice", strangers, set()),
        ("prospects", strangers, set()),
        ("situation", neighbors, worth),
    ):
        mine = rows_of(world, getattr(one.year, part), others)
        theirs = rows_of(world, getattr(two.year, part), others)
        assert set(mine) == set(theirs)
        assert {name for name in mine if not np.array_equal(mine[name], theirs[name])} <= seen
    mine, theirs = (rows_of(world, step.year.situation, neighbors)[".site_worth"] for step in (one, two))
    assert (mine >= theirs).all()
    assert (mine > theirs).any()
