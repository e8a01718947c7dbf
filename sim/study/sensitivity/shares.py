"""Shares of variance: how much of the spread of an outcome each number brings, alone and together with others.

First-order and total indices after Sobol (2001) and Saltelli and others (2010), by SALib. Chance, and all numbers that
the screening left out, are factors of their own: nothing is held still, and the shares are of the whole spread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array, IntArray
from sim.results.rank_correlation import spearman
from sim.streams import Stream, generator
from sim.study.designs.sweep import Sweep
from sim.study.sensitivity.numbers import Number, dimensions, groups, point_table
from sim.study.sensitivity.outcomes import Table, Target
from sim.study.sensitivity.screening import CONFIDENCE, problem_of

CHANCE, REST, TOGETHER = "chance", "all_other_numbers", "together_only"
"""Whose luck a point meets; the numbers that were screened out; what arises only from several moving at once."""

TAIL = 2.0**-33


@dataclass(frozen=True)
class Shares:
    """The design: base points A and B, and for each factor A with that factor from B.

    ``cube`` ``[P, dimensions]`` in probabilities, ``numbers`` first and then ``rest``; ``replicates`` ``[P, 1]``: whose
    luck. ``factors`` names what has a share, in the order of SALib's blocks.
    """

    numbers: tuple[Number, ...]
    rest: tuple[Number, ...]
    cube: Array
    replicates: IntArray
    base: int

    @property
    def factors(self) -> list[str]:
        """The names of the factors."""
        return [*(number.name for number in self.numbers), *([REST] if self.rest else []), CHANCE]

    @property
    def problem(self) -> dict[str, Any]:
        """What SALib is told."""
        return _problem(self.numbers, self.rest)

    @property
    def sample(self) -> IntArray:
        """The rows of A and B: independent draws of all numbers and luck, for frequencies."""
        step = len(self.factors) + 2
        first = np.arange(0, len(self.cube), step)
        return np.concatenate([first, first + step - 1])

    def sweep(self) -> Sweep:
        """The design as a sweep carries it out."""
        numbers = (*self.numbers, *self.rest)
        points = point_table(numbers, self.cube)
        factors = tuple(dimension.factor for dimension in dimensions(numbers))
        return Sweep(
            factors, points, tuple(f"point {place} of the shares" for place in range(len(points))), self.replicates
        )


def _problem(numbers: tuple[Number, ...], rest: tuple[Number, ...]) -> dict[str, Any]:
    problem = problem_of((*numbers, *rest), (0.0, 1.0))
    return {
        "num_vars": problem["num_vars"] + 1,
        "names": [*problem["names"], CHANCE],
        "bounds": [*problem["bounds"], [0.0, 1.0]],
        "groups": [*groups(numbers), *([REST] * len(groups(rest))), CHANCE],
    }


def shares_design(numbers: tuple[Number, ...], rest: tuple[Number, ...], base: int, seed: int) -> Shares:
    """``base`` (a power of two) points in each of A and B; points in all: base x (factors + 2).

    The coordinate of chance only says which turn of luck a point meets: equal where SALib left it equal, else another.
    """
    from SALib.sample import sobol

    random = generator(seed, Stream.SHARES_POINTS)
    cube = sobol.sample(_problem(numbers, rest), base, calc_second_order=False, seed=random)
    _, luck = np.unique(cube[:, -1], return_inverse=True)
    return Shares(
        numbers, rest, np.clip(cube[:, :-1], TAIL, 1.0 - TAIL), luck.reshape(-1, 1).astype(np.intp), base
    )  # fmt: skip


def shares(design: Shares, target: Target, seed: int, resamples: int) -> pd.DataFrame:
    """For each factor its share of the variance ``alone`` (first order) and ``total`` (with all its interactions).

    With 90% bootstrap intervals over base points, and a last row of what arises only from several factors together: 1
    less the shares alone. An estimate may lie a little outside 0 to 1. All NaN for a target that does not vary.
    """
    from SALib.analyze import sobol

    names = design.factors
    keys = ("alone", "alone_low", "alone_high", "total", "total_low", "total_high")
    if not target.varies:
        return pd.DataFrame({"factor": [*names, TOGETHER], **dict.fromkeys(keys, np.nan)})
    if len(target.values) != len(design.cube):
        raise ValueError(f"{len(target.values)} values for {len(design.cube)} points")
    found = sobol.analyze(
        design.problem, target.values, calc_second_order=False, num_resamples=resamples, conf_level=CONFIDENCE,
        keep_resamples=True, seed=generator(seed, Stream.SHARES_BOOTSTRAP),
    )  # fmt: skip
    table = pd.DataFrame({"factor": names})
    for name, key in (("alone", "S1"), ("total", "ST")):
        ends = np.quantile(found[f"{key}_conf_all"], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
        table[name] = found[key]
        # Resamples of a skewed estimator may all lie on one side of it; its interval reaches to it all the same.
        table[f"{name}_low"], table[f"{name}_high"] = np.fmin(ends[0], found[key]), np.fmax(ends[1], found[key])
    left, estimate = 1.0 - found["S1_conf_all"].sum(axis=1), 1.0 - float(found["S1"].sum())
    low, high = np.quantile(left, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    last = {"factor": TOGETHER, "alone": estimate, "alone_low": min(low, estimate), "alone_high": max(high, estimate)}
    return pd.concat([table, pd.DataFrame([last])], ignore_index=True)


def directions(design: Shares, target: Target) -> dict[str, float]:
    """Rank correlation of each number of one dimension with the target over the independent draws."""
    rows = design.sample
    places = {number.name: place for place, number in single_dimensions(design)}
    return {name: spearman(design.cube[rows, at], target.values[rows])[0] for name, at in places.items()}


def single_dimensions(design: Shares) -> list[tuple[int, Number]]:
    """The told-apart numbers that have one dimension, each with its column of the cube."""
    found, place = [], 0
    for number in design.numbers:
        if len(number.dimensions) == 1:
            found.append((place, number))
        place += len(number.dimensions)
    return found


def sampled(design: Shares, table: Table) -> Mapping[tuple[str, str], Array]:
    """The table at the independent draws alone ``[2 x base]``."""
    return {key: values[design.sample] for key, values in table.items()}
