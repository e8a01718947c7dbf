"""Screening: one number changed at a time, from many places (Morris), to find the few that matter.

Elementary effects after Morris (1991) and Campolongo and others (2007), by SALib.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array, IntArray
from sim.streams import Stream, generator
from sim.study.designs.sweep import Sweep
from sim.study.sensitivity.numbers import Number, dimensions, groups, point_table
from sim.study.sensitivity.outcomes import Target

LEVELS = 4
ENDS = (0.05, 0.95)
"""Probabilities between which a number is moved: the ends of many distributions are not finite."""

CONFIDENCE = 0.90


@dataclass(frozen=True)
class Screening:
    """The design: ``cube`` ``[P, dimensions]`` in probabilities, and whose luck each point meets ``[P, replicates]``.

    The points of a trajectory share their luck, so that an elementary effect is the number and not the dice.
    """

    numbers: tuple[Number, ...]
    cube: Array
    replicates: IntArray

    @property
    def problem(self) -> dict[str, Any]:
        """What SALib is told."""
        return problem_of(self.numbers, ENDS)

    def sweep(self) -> Sweep:
        """The design as a sweep carries it out."""
        points = point_table(self.numbers, self.cube)
        factors = tuple(dimension.factor for dimension in dimensions(self.numbers))
        labels = tuple(f"point {place} of the screening" for place in range(len(points)))
        return Sweep(factors, points, labels, self.replicates)


def problem_of(numbers: Sequence[Number], ends: tuple[float, float]) -> dict[str, Any]:
    """Numbers as SALib knows them: dimensions in probabilities between ``ends``, in groups by number."""
    names = [dimension.factor.name for dimension in dimensions(numbers)]
    return {"num_vars": len(names), "names": names, "bounds": [list(ends)] * len(names), "groups": groups(numbers)}


def screening_design(numbers: tuple[Number, ...], trajectories: int, replicates: int, seed: int) -> Screening:
    """Trajectories through the numbers, each with ``replicates`` turns of luck of its own."""
    from SALib.sample import morris

    # SALib takes a seed of 0 for none, but never a generator.
    random = generator(seed, Stream.SCREENING_POINTS)
    cube = morris.sample(problem_of(numbers, ENDS), trajectories, num_levels=LEVELS, seed=random)
    of_trajectory = np.repeat(np.arange(trajectories), len(cube) // trajectories)
    luck = of_trajectory[:, np.newaxis] * replicates + np.arange(replicates)
    return Screening(numbers, np.asarray(cube, dtype=np.float64), luck.astype(np.intp))


def effects(design: Screening, target: Target, seed: int, resamples: int) -> pd.DataFrame:
    """Of each number: mean absolute effect with its 90% interval, mean effect, spread of effects, and its weight.

    Effects are in units of the target, for a move from the 5th to the 95th percentile (estimated from moves of two
    thirds of that way). ``effect`` and ``spread`` are NaN for a number of several dimensions, which move in directions
    of their own. ``weight`` is the squared effect as a share of all: roughly its share of the variance.
    """
    from SALib.analyze import morris

    if not target.varies:
        zero = np.zeros(len(design.numbers))
        columns = dict.fromkeys(("absolute_effect", "half_width", "effect", "spread", "weight"), zero)
        return pd.DataFrame({"number": [number.name for number in design.numbers], **columns})
    found = morris.analyze(
        design.problem, design.cube, target.values, num_resamples=resamples, conf_level=CONFIDENCE,
        num_levels=LEVELS, seed=generator(seed, Stream.SCREENING_BOOTSTRAP),
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "number": list(found["names"]),
            "absolute_effect": np.ma.filled(found["mu_star"], np.nan),
            "half_width": np.ma.filled(found["mu_star_conf"], np.nan),
            "effect": np.ma.filled(found["mu"], np.nan),
            "spread": np.asarray(found["sigma"], dtype=np.float64),
        }
    )
    several = {number.name for number in design.numbers if len(number.dimensions) > 1}
    table.loc[table["number"].isin(several), ["effect", "spread"]] = np.nan
    squares = table["absolute_effect"] ** 2
    table["weight"] = squares / squares.sum()
    return table


def screened(design: Screening, chosen: Sequence[Target], seed: int, resamples: int) -> pd.DataFrame:
    """The effects on every target, with its formula, outcome and kind."""
    tables = []
    for target in chosen:
        found = effects(design, target, seed, resamples)
        keys = {"outcome": target.outcome, "of": target.kind, "formula": target.formula, "reference": target.reference}
        tables.append(found.assign(**keys))
    return pd.concat(tables, ignore_index=True)


def survivors(found: pd.DataFrame, numbers: Sequence[Number], most: int) -> tuple[Number, ...]:
    """The most important numbers: those with the greatest weight in any target, strongest first."""
    score = found.groupby("number", sort=False)["weight"].max()
    ranked = score.sort_values(ascending=False, kind="stable")
    by_name = {number.name: number for number in numbers}
    return tuple(by_name[str(name)] for name in ranked.index[:most] if ranked[name] > 0.0)
