"""The shocks of a year as a batch of runs feels them: what is written, and what has come by chance."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.engine.arrivals import of_year
from sim.engine.draws import Draws, Purpose
from sim.engine.scenario import CALM, ClusterShocks, Scenario
from sim.world.world import World

Multiple = float | Array
"""One number for all runs, or ``[..., 1, 1]``, or ``[..., 1, C]`` where clusters differ."""


@dataclass(frozen=True)
class Felt:
    """What is multiplied in a year; keys as in `sim.engine.scenario.Shocks`. ``participation`` is for all clusters
    together, ``demand`` for each beside it; ``openings`` are those of a cluster."""

    revenue: Multiple = 1.0
    entrants: Multiple = 1.0
    participation: Multiple = 1.0
    progression: Multiple = 1.0
    credentials: Multiple = 1.0
    turnover: Multiple = 1.0
    instructor_supply: Multiple = 1.0
    running_costs: Multiple = 1.0
    startup_costs: Multiple = 1.0
    local_money: Multiple = 1.0
    general_money: Multiple = 1.0
    federal_money: Multiple = 1.0
    paid_on_time: Multiple = 1.0
    revenue_noise: Multiple = 1.0
    recurring_budget: Multiple = 1.0
    demand: Multiple = 1.0
    openings: Multiple = 1.0


UNDISTURBED = Felt()
"""A year without shocks."""


def felt(world: World, scenario: Scenario, draws: Draws, fiscal_year: int, year_index: int) -> Felt:
    """The shocks of a fiscal year; none in the base year and before. ``year_index`` is its place in the draws.

    Shocks of one key that meet in a year are multiplied: those that are written, those of single clusters, and those
    that have come by chance.
    """
    if fiscal_year <= world.base_year:
        return UNDISTURBED
    written = scenario.at(fiscal_year, world.base_year)
    if written is CALM and scenario.random is None:
        return UNDISTURBED
    found: dict[str, Any] = {
        field.name: getattr(written, field.name) for field in fields(Felt) if field.name not in ("demand", "openings")
    }
    if scenario.random is not None:
        uniforms = draws.yearly[Purpose.SHOCKS]
        first = year_index - (fiscal_year - max(scenario.random.from_year, world.base_year + 1))
        for key, multiple in of_year(scenario.random, uniforms[max(first, 0) : year_index + 1]).items():
            found[key] = found[key] * multiple
    if written.clusters:
        for key in ClusterShocks.model_fields:
            by_cluster = _by_cluster(world, written.clusters, key)
            name = "demand" if key == "participation" else key
            found[name] = found.get(name, 1.0) * by_cluster
    return Felt(**found)


def _by_cluster(world: World, clusters: dict[str, ClusterShocks], key: str) -> Array:
    """A shock of single clusters, ``[..., 1, C]``: 1 in those that are not named."""
    each = [getattr(clusters[name], key) if name in clusters else 1.0 for name in world.clusters.identifier]
    columns = [np.asarray(value, dtype=np.float64).reshape(-1, 1) for value in each]
    runs = max(len(column) for column in columns)
    table: Array = np.concatenate([np.broadcast_to(column, (runs, 1)) for column in columns], axis=1)
    return table[:, np.newaxis, :] if runs > 1 else table
