"""Simulations for the tests: small made-up states, generated parameters, and comparison to the last bit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.scenario import BASELINE, Scenario
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.reading import line_from
from sim.parameters.catalogue import load_catalogue
from sim.parameters.groups import Parameters
from sim.parameters.values import dimensions, parameters_at
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import find_formula
from sim.world.loading import load_world
from sim.world.synthetic import synthetic_world
from sim.world.world import World

BASE_YEAR = 2026


@cache
def new_mexico() -> World:
    return load_world()


@cache
def made_up(districts: int, seed: int = 0) -> World:
    return synthetic_world(new_mexico(), districts, seed)


@cache
def shipped(name: str) -> Formula:
    return find_formula(name, config_folder(), new_mexico().clusters.identifier)


def sparse(parameters: Parameters, world: World, sites_per_school: float = 5.0) -> Parameters:
    """The parameters with the statewide number of sites brought to a small state's schools."""
    target = np.full((1, 1, 1), sites_per_school)
    return replace(parameters, initial=replace(parameters.initial, sites_per_school=target))


def with_parameters(parameters: Parameters, **groups: Mapping[str, float]) -> Parameters:
    """The parameters with some set for all runs: ``staffing={"fill_level": 0.0}``."""
    for group, named in groups.items():
        old = getattr(parameters, group)
        new = replace(old, **{name: np.full((1, 1, 1), value) for name, value in named.items()})
        parameters = replace(parameters, **{group: new})
    return parameters


def prior_parameters(world: World, replicates: Sequence[int], seed: int = 0) -> Parameters:
    return parameters_for(load_catalogue(), world, seed, replicates, "prior")


def parameters_from(world: World, seed: int, runs: int, edge: float) -> Parameters:
    """Points of the unit cube, ``edge`` of their coordinates near 0 or 1: priors at their limits."""
    rng = np.random.default_rng(seed)
    size = (runs, dimensions(load_catalogue(), world.clusters))
    points = rng.random(size)
    limits = np.where(rng.random(size) < 0.5, 1e-6, 1.0 - 1e-6)
    return parameters_at(load_catalogue(), world.clusters, np.where(rng.random(size) < edge, limits, points))


def formula_of(*lines: Line, name: str = "made_up", takes_effect: int = 2027) -> Formula:
    numbered = tuple(line.model_copy(update={"name": f"line_{number}"}) for number, line in enumerate(lines))
    return Formula(
        name=name, title="Made up", source="none", year_of_numbers=2026, description="Made up for a test.",
        takes_effect=takes_effect, lines=numbered,
    )  # fmt: skip


def line_of(**written: Any) -> Line:
    return line_from(written, "test", "line", {})


def warmed_up(world: World, parameters: Parameters, seed: int, replicates: Sequence[int], horizon: int) -> Ensemble:
    return prepare(world, parameters, shipped("status_quo"), seed, replicates, horizon)


@cache
def new_mexico_ensemble(replicates: int, horizon: int, seed: int = 2026) -> Ensemble:
    """New Mexico at the end of its base year, with parameters drawn from their priors."""
    world = new_mexico()
    parameters = prior_parameters(world, range(replicates), seed)
    return warmed_up(world, parameters, seed, range(replicates), horizon)


@dataclass(frozen=True)
class Step:
    """A year with the states on either side of it."""

    before: State
    year: Year
    after: State


def steps(ensemble: Ensemble, formula: Formula, horizon: int, scenario: Scenario = BASELINE) -> list[Step]:
    done, before = [], ensemble.state
    for after, year in simulate(ensemble, formula, horizon, scenario=scenario):
        done.append(Step(before, year, after))
        before = after
    return done


def leaves(bundle: Any, name: str = "") -> Iterator[tuple[str, Array]]:
    """Every array of a nested bundle with its name."""
    if isinstance(bundle, np.ndarray):
        yield name, bundle
    elif isinstance(bundle, Mapping):
        for key, value in bundle.items():
            yield from leaves(value, f"{name}.{key}")
    elif isinstance(bundle, tuple):
        for number, value in enumerate(bundle):
            yield from leaves(value, f"{name}[{number}]")
    elif is_dataclass(bundle) and not isinstance(bundle, type):
        for field in fields(bundle):
            yield from leaves(getattr(bundle, field.name), f"{name}.{field.name}")


def differences(one: Any, other: Any) -> list[str]:
    """The arrays of two bundles of the same kind that differ in any bit, shape or presence; NaN equals NaN."""
    first, second = dict(leaves(one)), dict(leaves(other))
    odd = sorted(set(first).symmetric_difference(second))
    return odd + [name for name in first if name in second and not _same(first[name], second[name])]


def _same(one: Array, other: Array) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and bool(np.array_equal(one, other, equal_nan=True))
