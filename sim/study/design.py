"""The design table: one row for each run, written before anything runs."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.engine.draws import Purpose, unit_cube
from sim.parameters import values
from sim.parameters.catalogue import Catalogue
from sim.parameters.groups import Parameters
from sim.world.world import World

Uncertainty = Literal["prior", "central"]


def parameter_points(catalogue: Catalogue, world: World, seed: int, replicates: Sequence[int]) -> Array:
    """Where in its priors each replicate stands, ``[R, dimensions]``; the same for every formula."""
    return unit_cube(seed, replicates, Purpose.PARAMETERS, values.dimensions(catalogue, world.clusters))


def parameters_for(
    catalogue: Catalogue, world: World, seed: int, replicates: Sequence[int], uncertainty: Uncertainty
) -> Parameters:
    """The parameters of these replicates: one draw from the priors each, or central values for all."""
    if uncertainty == "central":
        return values.central_parameters(catalogue, world.clusters, len(replicates))
    return values.parameters_at(catalogue, world.clusters, parameter_points(catalogue, world, seed, replicates))


def crossed_design(
    formulas: Sequence[str],
    scenarios: Sequence[str],
    draws: int,
    catalogue: Catalogue,
    world: World,
    seed: int,
    uncertainty: Uncertainty,
) -> pd.DataFrame:
    """Every formula under every scenario with every replicate.

    Columns ``run_id``, ``formula``, ``scenario``, ``replicate`` and the drawn values of the uncertain parameters. Runs
    of one replicate share their draws.
    """
    replicates = np.arange(draws)
    cells = len(formulas) * len(scenarios)
    frame = pd.DataFrame(
        {
            "run_id": np.arange(cells * draws),
            "formula": np.tile(np.repeat(list(formulas), draws), len(scenarios)),
            "scenario": np.repeat(list(scenarios), len(formulas) * draws),
            "replicate": np.tile(replicates, cells),
        }
    )
    if uncertainty == "prior":
        points = parameter_points(catalogue, world, seed, range(draws))
        drawn = values.drawn_values(catalogue, points)
        columns = pd.DataFrame({name: np.tile(column, cells) for name, column in drawn.items()})
        frame = pd.concat([frame, columns], axis=1)
    return frame
