"""Points of a design: where in its factors each point of a sweep stands."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.inputs import InputError, shown
from sim.streams import Stream, generator
from sim.study.designs.factors import Factor, as_range, refuse_repeats
from sim.study.designs.places import Scalar

DesignName = Literal["grid", "latin_hypercube", "sobol", "prior", "posterior", "table"]
MOST_POINTS = 1_000_000


def suited(factors: Sequence[Factor], design: DesignName) -> tuple[Factor, ...]:
    """The factors as the design takes them: a list of two numbers is a range, but in a grid it is two levels.

    Raises InputError if a factor is written in a way that the design cannot take.
    """
    fitted = []
    for factor in factors:
        where, spec = f"settings: factors.{factor.path}", factor.spec
        if design in ("table", "posterior"):
            if spec.kind != "file":
                raise InputError(f"{where}: design={design} takes values from its file; write file, or no factors")
        elif spec.kind == "file":
            raise InputError(f"{where}: file is not allowed: design={design} reads none; use design=table")
        elif design == "grid":
            if spec.kind == "list":
                refuse_repeats(spec.levels, where)
                factor = replace(factor, spec=replace(spec, kind="levels"))
            if spec.kind == "prior":
                raise InputError(f"{where}: a grid needs levels, as [0.1, 0.2] or {{low, high, steps}}, not a prior")
            if spec.kind == "range" and spec.steps is None:
                raise InputError(f"{where}: a range in a grid needs steps")
        elif spec.kind == "range" and spec.steps is not None:
            raise InputError(f"{where}: steps belong to design=grid; design={design} draws within the range")
        elif design == "prior" and spec.kind != "prior":
            raise InputError(f"{where}: design=prior draws from priors; write prior, or use design=latin_hypercube")
        elif spec.kind == "list":
            if len(spec.levels) != 2:
                levels = shown(list(spec.levels))
                raise InputError(
                    f"{where}: {levels} is not allowed: [low, high] is a range, {{levels: [...]}} a choice"
                )
            factor = replace(factor, spec=as_range(spec.levels, where))
        fitted.append(factor)
    return tuple(fitted)


def place_points(factors: Sequence[Factor], design: DesignName, points: int | None, seed: int) -> pd.DataFrame:
    """The points of a design that draws or enumerates them: one row for each, one column for each factor by its name.

    Raises InputError if there is no factor, no number of points, too many, or a Sobol design out of balance.
    """
    if not factors:
        raise InputError("settings: factors: is empty; name at least one factor, as factors.parameters.staffing=prior")
    if design == "grid":
        return _grid(factors)
    if points is None:
        raise InputError(f"settings: design.points: is missing; design={design} needs a number of points")
    if design == "sobol" and points & (points - 1):
        near = 2 ** int(math.log2(points))
        raise InputError(
            f"settings: design.points: {points} is not a power of two, at which Sobol points are balanced;"
            f" write {near} or {2 * near}"
        )
    cube = unit_points(design, len(factors), points, generator(seed, Stream.DESIGN_POINTS))
    return as_table(factors, [factor.at(cube[:, place]) for place, factor in enumerate(factors)])


def as_table(factors: Sequence[Factor], columns: Sequence[Sequence[Scalar]]) -> pd.DataFrame:
    """Columns of values by factor; those with something left out keep Python's own values."""
    return pd.DataFrame(
        {
            factor.name: pd.Series(column, dtype=object if any(value is None for value in column) else None)
            for factor, column in zip(factors, columns, strict=True)
        }
    )


def _grid(factors: Sequence[Factor]) -> pd.DataFrame:
    levels = [factor.grid() for factor in factors]
    size = math.prod(len(column) for column in levels)
    if size > MOST_POINTS:
        raise InputError(f"settings: factors: a grid of {size:,} points is too large; at most {MOST_POINTS:,}")
    return as_table(factors, list(zip(*product(*levels), strict=True)))


def unit_points(design: DesignName, dimensions: int, points: int, random: np.random.Generator) -> Array:
    """Points of the unit cube ``[points, dimensions]``: Sobol, Latin hypercube, or independent (``prior``)."""
    if design == "prior":
        return random.random((points, dimensions))
    from scipy.stats import qmc  # slow to import, and workers do not need it

    if design == "sobol":
        scrambled: Array = qmc.Sobol(d=dimensions, scramble=True, seed=random).random_base2(int(math.log2(points)))
        # Scrambled points may touch 0, where the quantile of a prior is not finite.
        return np.clip(scrambled, 2.0**-33, 1.0 - 2.0**-33)
    drawn: Array = qmc.LatinHypercube(d=dimensions, seed=random).random(points)
    return drawn
