"""The design table: one row for each run, written before anything runs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.engine.draws import Purpose, unit_cube
from sim.engine.ensemble import Ensemble, prepare
from sim.funding.formula import Formula
from sim.parameters import values
from sim.parameters.catalogue import Catalogue
from sim.parameters.groups import Parameters
from sim.parameters.posterior import load_posterior
from sim.parameters.uncertainty import Uncertainty
from sim.study.setup.settings import Settings
from sim.world.world import World

if TYPE_CHECKING:
    import pandas as pd


def in_chunks(rows: int, size: int) -> list[range]:
    """The rows of chunks of ``size``; the last has what is left."""
    return [range(first, min(first + size, rows)) for first in range(0, rows, size)]


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
    return values.with_columns(drawn, posterior_columns(catalogue, seed, replicates, world.posterior))


def posterior_columns(
    catalogue: Catalogue, seed: int, replicates: Sequence[int], stored: Path | None = None
) -> dict[str, Array]:
    """The fitted parameters of these replicates, ``[R]`` by 'group.name'. Each replicate picks one draw of the stored
    posterior, by default the bundled one, by a stream of its own. What a user has set to a value is left out."""
    posterior = load_posterior(stored)
    place = unit_cube(seed, replicates, Purpose.POSTERIOR, 1)[:, 0]
    rows = np.floor(place * posterior.draws).astype(np.intp)
    free = {f"{group}.{name}" for group, name, _ in catalogue.uncertain()}
    return {name: column[rows] for name, column in posterior.columns.items() if name in free}


def ensembles(
    settings: Settings, world: World, catalogue: Catalogue, current_law: Formula, horizon: int
) -> Iterator[tuple[range, Ensemble]]:
    """The replicates of a study that keeps no runs, chunk by chunk, each with its ensemble in the base year, ready to
    be simulated for ``horizon`` years."""
    for replicates in in_chunks(settings.draws, settings.chunk):
        parameters = parameters_for(catalogue, world, settings.seed, replicates, settings.uncertainty)
        yield replicates, prepare(world, parameters, current_law, settings.seed, replicates, horizon)


def drawn_columns(
    catalogue: Catalogue, world: World, seed: int, replicates: Sequence[int], uncertainty: Uncertainty
) -> dict[str, Array]:
    """The values of the uncertain parameters by 'group.name', ``[R]``; nothing under central values."""
    if uncertainty == "central":
        return {}
    drawn = values.drawn_values(catalogue, parameter_points(catalogue, world, seed, replicates))
    if uncertainty == "posterior":
        drawn.update(posterior_columns(catalogue, seed, replicates, world.posterior))
    return drawn


def crossed_design(
    formulas: Sequence[str],
    scenarios: Sequence[str],
    draws: int,
    catalogue: Catalogue,
    world: World,
    seed: int,
    uncertainty: Uncertainty,
    luck: int = 1,
) -> "pd.DataFrame":
    """Every formula under every scenario with every replicate, of which ``luck`` after each other share parameters.

    Columns ``run_id``, ``formula``, ``scenario``, ``replicate`` and the drawn values of the uncertain parameters. Runs
    of one replicate share their draws.
    """
    import pandas as pd  # slow to import: what only asks for parameters does not wait for it

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
    drawn = drawn_columns(catalogue, world, seed, [replicate // luck for replicate in range(draws)], uncertainty)
    if drawn:
        columns = pd.DataFrame({name: np.tile(column, cells) for name, column in drawn.items()})
        frame = pd.concat([frame, columns], axis=1)
    return frame
