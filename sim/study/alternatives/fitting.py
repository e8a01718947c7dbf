"""One structure fitted as a calibration is: a wave of the priors, an emulator, its posterior simulated anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import Entry
from sim.study.alternatives.schema import MODEL, Alternative
from sim.study.calibration.emulating import Fit, fitted
from sim.study.calibration.statistics import Simulated
from sim.study.calibration.study import at_points, rounded
from sim.study.calibration.targets import Targets
from sim.study.designs.files import resampled

Wave = Callable[[str, Mapping[str, Array], int], pd.DataFrame]
"""Simulates draws with these parameters under a name, counting replicates from a first one."""


@dataclass(frozen=True)
class Structure:
    """A structure to be fitted: the model itself, or an ``alternative`` to it. ``entries``: the parameters that are
    fitted, ``held`` those that are not and what they are held at."""

    name: str
    title: str
    alternative: Alternative | None
    entries: Mapping[str, Entry]
    held: Mapping[str, float]

    def columns(self, points: Array) -> dict[str, Array]:
        """Parameters ``[N]`` by name, the held ones last: ``points`` ``[N, P]`` are places in the priors of the fitted
        ones."""
        held = {name: np.full(len(points), value) for name, value in self.held.items()}
        return {**at_points(self.entries, points), **held}


@dataclass(frozen=True)
class Fitted:
    """A structure with its fit: ``prior`` and ``posterior`` have a row for each simulated draw, parameters and
    statistics; ``drawn``: the parameters of the posterior's draws ``[K]``, rounded as they were simulated."""

    structure: Structure
    prior: pd.DataFrame
    posterior: pd.DataFrame
    drawn: Mapping[str, Array]
    fit: Fit


def structures(table: Targets, work: Simulated, alternatives: tuple[Alternative, ...]) -> tuple[Structure, ...]:
    """The model, then each alternative without the parameters that it holds."""

    def entries(held: Mapping[str, float]) -> dict[str, Entry]:
        free = [name.split(".") for name in table.parameters if name not in held]
        return {f"{group}.{name}": work.catalogue.entries[group][name] for group, name in free}

    return (
        Structure(MODEL, "The model", None, entries({}), {}),
        *(Structure(one.name, one.title, one, entries(one.sets), one.sets) for one in alternatives),
    )


def fit_structure(
    structure: Structure, points: Array, table: Targets, kept: int, seed: int, wave: Wave
) -> Fitted:  # fmt: skip
    """Simulate, fit, and simulate ``kept`` draws of the posterior.

    ``points`` ``[N, P]``: places in the priors of all parameters of the table, of which a structure takes the columns
    of those that it fits: structures differ in what they hold alone, and draws of one number share their luck. Raises
    InputError if too few of the draws could be compared.
    """
    own = points[:, [name in structure.entries for name in table.parameters]]
    prior = wave(f"{structure.name}-prior", structure.columns(own), 0)
    targets = table.fitted
    try:
        fit = fitted(
            own,
            prior[[target.name for target in targets]].to_numpy(np.float64),
            np.array([target.value for target in targets]),
            np.array([target.scale for target in targets]),
            seed,
        )
    except ValueError as error:
        raise InputError(f"settings: draws: {structure.name}: {error}") from error
    rows = resampled(fit.weights, kept, seed)
    drawn = {name: rounded(column) for name, column in structure.columns(fit.places[rows]).items()}
    # Replicates after those of the prior: the posterior is judged by luck that it has not seen.
    posterior = wave(f"{structure.name}-posterior", drawn, len(points))
    return Fitted(structure, prior, posterior, drawn, fit)
