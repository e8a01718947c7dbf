"""The design table: one row for each run, written before anything runs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.engine.draws import Purpose, unit_cube
from sim.parameters import values
from sim.parameters.catalogue import Catalogue
from sim.parameters.groups import Parameters
from sim.parameters.posterior import Uncertainty, load_posterior
from sim.world.world import World


def parameter_points(catalogue: Catalogue, world: World, seed: int, replicates: Sequence[int]) -> Array:
    """Where in its priors each replicate stands, ``[R, dimensions]``; the same for every formula."""
    return unit_cube(seed, replicates, Purpose.PARAMETERS, values.dimensions(catalogue, world.clusters))


def parameters_for(
    catalogue: Catalogue, world: World, seed: int, replicates: Sequence[int], uncertainty: Uncertainty
) -> Parameters:
    """The parameters of these replicates: central values for all, or one draw from the priors each, in which
    ``posterior`` replaces what was fitted."""
    if uncertainty == "central":
        return values.central_parameters(catalogue, world.clusters, len(replicates))
    drawn = values.parameters_at(catalogue, world.clusters, parameter_points(catalogue, world, seed, replicates))
    if uncertainty == "prior":
        return drawn
    return values.with_columns(drawn, posterior_columns(catalogue, seed, replicates))


def posterior_columns(catalogue: Catalogue, seed: int, replicates: Sequence[int]) -> dict[str, Array]:
    """The fitted parameters of these replicates, ``[R]`` by 'group.name'. Each replicate picks one draw of the stored
    posterior by a stream of its own. What a user has set to a value is left out."""
    posterior = load_posterior()
    place = unit_cube(seed, replicates, Purpose.POSTERIOR, 1)[:, 0]
    rows = np.floor(place * posterior.draws).astype(np.intp)
    free = {f"{group}.{name}" for group, name, _ in catalogue.uncertain()}
    return {name: column[rows] for name, column in posterior.columns.items() if name in free}


def drawn_columns(
    catalogue: Catalogue, world: World, seed: int, replicates: Sequence[int], uncertainty: Uncertainty
) -> dict[str, Array]:
    """The values of the uncertain parameters by 'group.name', ``[R]``; nothing under central values."""
    if uncertainty == "central":
        return {}
    drawn = values.drawn_values(catalogue, parameter_points(catalogue, world, seed, replicates))
    if uncertainty == "posterior":
        drawn.update(posterior_columns(catalogue, seed, replicates))
    return drawn


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
    drawn = drawn_columns(catalogue, world, seed, range(draws), uncertainty)
    if drawn:
        columns = pd.DataFrame({name: np.tile(column, cells) for name, column in drawn.items()})
        frame = pd.concat([frame, columns], axis=1)
    return frame
