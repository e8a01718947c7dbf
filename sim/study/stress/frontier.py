"""A frontier: the options of which no other is better in everything."""

import numpy as np

from sim.arrays import Array, BoolArray


def undominated(costs: Array) -> BoolArray:
    """Which options ``[N, K]`` no other option beats: as good in all of K costs and better in one, ``[N]``; less is
    better.

    By hand, (1, 3), (2, 2), (3, 1) and (3, 3): the last is beaten by each of the others.
    """
    no_worse = np.asarray((costs[None] <= costs[:, None]).all(axis=2))
    better = np.asarray((costs[None] < costs[:, None]).any(axis=2))
    found: BoolArray = np.logical_not(np.logical_and(no_worse, better).any(axis=1))
    return found
