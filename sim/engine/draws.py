"""Randomness, drawn before a run and addressed by purpose, year, district and cluster.

Each purpose has its own Philox stream keyed by (replicate, purpose), drawn as a block whether or not it is used. Two
simulations with the same seed therefore face the same luck in every district, cluster and year, whatever the formula,
the batch size or the number of workers. What studies draw besides has keys of its own, see ``sim.streams``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum

import numpy as np

from sim.arrays import Array, IntArray, chosen_runs
from sim.engine.arrivals import DRAWN
from sim.engine.scenario import MOST_KINDS
from sim.streams import replicate_key
from sim.world.world import QUALITY_COMPONENTS, World


class Purpose(IntEnum):
    """What a draw decides. The number is part of the stream's key: never renumber or use one again, only append."""

    CLOSURE = 2
    TURNOVER = 3
    HIRING = 4
    LAUNCH_HIRING = 5
    CAPITAL_PROJECT = 6
    AWARD = 7
    LOCAL_ENROLLMENT = 8
    REVENUE = 9
    LOCAL_SHARES = 10
    STARTING_MAP = 11
    STARTING_FACILITIES = 12
    AWARD_CAPACITY = 13
    REGIONAL_PRIORITIES = 14
    REGIONAL_OPENINGS = 15
    LOCAL_TREND = 16
    QUALITY_PROFILE = 17
    PARAMETERS = 18
    CLUSTER_COSTS = 19
    POSTERIOR = 20
    FIRST_SECTIONS = 21
    SECOND_SECTIONS = 22
    APPEAL = 23
    LEADERSHIP = 24
    STARTING_APPEAL = 25
    TASTE = 26
    EXAM = 27
    STARTING_EXAM = 28
    LEADERSHIP_CHANGE = 29
    INTEREST = 30
    ATTENTION = 31
    SHOCKS = 32


class Shape(Enum):
    """Over what a purpose is drawn."""

    PATHWAYS = "district x cluster"
    DISTRICTS = "district"
    STATE = "state"
    SCHOOLS = "rank of a high school in its district x district x (breadth, then each cluster)"
    REGIONS = "region x cluster"
    COMPONENTS = "district x quality component"
    SHOCKS = "kind of shock x (whether one comes, how hard, how long)"


YEARLY: Mapping[Purpose, tuple[Shape, str]] = {
    Purpose.FIRST_SECTIONS: (Shape.PATHWAYS, "uniform"),
    Purpose.SECOND_SECTIONS: (Shape.PATHWAYS, "uniform"),
    Purpose.APPEAL: (Shape.PATHWAYS, "normal"),
    Purpose.LEADERSHIP: (Shape.DISTRICTS, "normal"),
    Purpose.LEADERSHIP_CHANGE: (Shape.DISTRICTS, "uniform"),
    Purpose.INTEREST: (Shape.DISTRICTS, "normal"),
    Purpose.CLOSURE: (Shape.PATHWAYS, "uniform"),
    Purpose.TURNOVER: (Shape.PATHWAYS, "uniform"),
    Purpose.HIRING: (Shape.PATHWAYS, "uniform"),
    Purpose.LAUNCH_HIRING: (Shape.PATHWAYS, "uniform"),
    Purpose.CAPITAL_PROJECT: (Shape.PATHWAYS, "uniform"),
    Purpose.EXAM: (Shape.PATHWAYS, "uniform"),
    Purpose.AWARD: (Shape.DISTRICTS, "normal"),
    Purpose.LOCAL_ENROLLMENT: (Shape.DISTRICTS, "normal"),
    Purpose.REVENUE: (Shape.STATE, "normal"),
    Purpose.SHOCKS: (Shape.SHOCKS, "uniform"),
}
ONCE: Mapping[Purpose, tuple[Shape, str]] = {
    Purpose.LOCAL_SHARES: (Shape.PATHWAYS, "uniform"),
    Purpose.STARTING_MAP: (Shape.SCHOOLS, "uniform"),
    Purpose.STARTING_FACILITIES: (Shape.PATHWAYS, "uniform"),
    Purpose.AWARD_CAPACITY: (Shape.DISTRICTS, "normal"),
    Purpose.REGIONAL_PRIORITIES: (Shape.REGIONS, "uniform"),
    Purpose.REGIONAL_OPENINGS: (Shape.REGIONS, "normal"),
    Purpose.LOCAL_TREND: (Shape.DISTRICTS, "normal"),
    Purpose.QUALITY_PROFILE: (Shape.COMPONENTS, "normal"),
    Purpose.STARTING_APPEAL: (Shape.PATHWAYS, "normal"),
    Purpose.TASTE: (Shape.DISTRICTS, "normal"),
    Purpose.ATTENTION: (Shape.DISTRICTS, "normal"),
    Purpose.STARTING_EXAM: (Shape.PATHWAYS, "uniform"),
}


@dataclass(frozen=True)
class Draws:
    """All draws of a batch of runs: ``yearly[purpose]`` is ``[T, R, ...]``, ``once[purpose]`` is ``[R, ...]``."""

    yearly: Mapping[Purpose, Array]
    once: Mapping[Purpose, Array]

    def year(self, year_index: int) -> dict[Purpose, Array]:
        """The blocks of one year, ``[R, ...]`` each; year 0 is the first of the warm-up."""
        return {purpose: block[year_index] for purpose, block in self.yearly.items()}

    def take(self, rows: IntArray) -> "Draws":
        """The draws of some runs, in the order of ``rows``; a run may come more than once."""
        return Draws(
            {purpose: chosen_runs(block, rows, axis=1) for purpose, block in self.yearly.items()},
            {purpose: chosen_runs(block, rows) for purpose, block in self.once.items()},
        )

    def single(self, run: int) -> "Draws":
        """The draws of one run, without a run axis."""
        return Draws(
            {purpose: block[:, run] for purpose, block in self.yearly.items()},
            {purpose: block[run] for purpose, block in self.once.items()},
        )


def stream(key: int, purpose: Purpose) -> np.random.Generator:
    """The stream of one purpose in one replicate."""
    return np.random.Generator(np.random.Philox(key=np.array([key, int(purpose)], dtype=np.uint64)))


def draw(world: World, seed: int, replicates: Sequence[int], years: int) -> Draws:
    """The draws of these replicates for so many years; the years of a longer run begin with those of a shorter.

    A replicate that comes more than once is drawn once.
    """
    distinct = list(dict.fromkeys(replicates))
    keys = [replicate_key(seed, replicate) for replicate in distinct]
    yearly = {
        purpose: _drawn(keys, purpose, law, (years, *_size(world, shape))) for purpose, (shape, law) in YEARLY.items()
    }
    once = {purpose: _drawn(keys, purpose, law, _size(world, shape)) for purpose, (shape, law) in ONCE.items()}
    drawn = Draws({purpose: np.moveaxis(block, 0, 1) for purpose, block in yearly.items()}, once)
    if len(distinct) == len(replicates):
        return drawn
    return drawn.take(np.array([distinct.index(replicate) for replicate in replicates], dtype=np.intp))


def unit_cube(seed: int, replicates: Sequence[int], purpose: Purpose, dimensions: int) -> Array:
    """One uniform point for each replicate, ``[R, dimensions]``: where in its priors the replicate stands."""
    points = [stream(replicate_key(seed, replicate), purpose).random(dimensions) for replicate in replicates]
    return np.stack(points)


def _drawn(keys: Sequence[int], purpose: Purpose, law: str, size: tuple[int, ...]) -> Array:
    """A block of one purpose for each key, ``[R, ...]``, each from its own stream; stored cluster by cluster."""
    drawn = np.zeros(size)
    stored = np.zeros((len(keys), *size[:-2], size[-1], size[-2]))
    for block, key in zip(stored, keys, strict=True):
        generator = stream(key, purpose)
        if law == "uniform":
            generator.random(out=drawn)
        else:
            generator.standard_normal(out=drawn)
        block[:] = drawn.swapaxes(-1, -2)
    return stored.swapaxes(-1, -2)


def _size(world: World, shape: Shape) -> tuple[int, ...]:
    districts, clusters = len(world.districts), len(world.clusters)
    return {
        Shape.PATHWAYS: (districts, clusters),
        Shape.DISTRICTS: (districts, 1),
        Shape.STATE: (1, 1),
        Shape.SCHOOLS: (int(world.districts.high_schools.max()), districts, 1 + clusters),
        Shape.REGIONS: (len(world.regions), clusters),
        Shape.COMPONENTS: (districts, len(QUALITY_COMPONENTS)),
        Shape.SHOCKS: (MOST_KINDS, DRAWN),
    }[shape]
