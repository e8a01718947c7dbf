"""The one table of random streams: whose luck a seed gives, and what else of a study is drawn, each from its own key.

NumPy's ``SeedSequence`` turns a seed and a *spawn key*, some whole numbers, into a stream. The key of a replicate is
its number alone; no other key has one number, and no two purposes have the same, so that no two streams ever meet.
"""

from enum import Enum, unique

import numpy as np


@unique
class Stream(Enum):
    """What is drawn besides the luck of replicates, with its spawn key: never renumber, only append."""

    SYNTHETIC_WORLD = ()
    """The districts of an invented world."""
    DESIGN_POINTS = (0, 1)
    """Where the points of a design stand, or which rows of a weighted sample they are."""
    CALIBRATION_SAMPLE = (0, 2)
    """The places in the priors among which a calibration weighs."""
    CALIBRATION_POINTS = (0, 3)
    """Where in the priors the draws of a calibration stand."""
    SHARES_POINTS = (0, 4)
    """The points from which shares of variance are taken."""
    SHARES_BOOTSTRAP = (0, 5)
    """The resamples behind the intervals of those shares."""
    SCREENING_POINTS = (0, 6)
    """The trajectories of a screening."""
    SCREENING_BOOTSTRAP = (0, 7)
    """The resamples behind the intervals of its effects."""
    SCHOOL_BACKGROUND = (0, 8)
    """What else differs between schools where LESC's comparison of spending is repeated, replicate by replicate."""
    DISCREPANCY = (0, 9)
    """What forecasts miss beyond parameters and luck, over the draws that a report shows."""
    FUTURES = (0, 12)
    """Where the futures stand among which conditions are looked for, and the fresh ones that judge them."""
    FUTURES_BOOTSTRAP = (0, 13)
    """The resamples of those futures."""
    TAILS = (0, 20)
    """The resamples behind the intervals of what a stress study says of worst years."""


def replicate_key(seed: int, replicate: int) -> int:
    """The 64-bit key of a replicate: seeds that are near each other give unrelated streams."""
    state = np.random.SeedSequence(seed, spawn_key=(replicate,)).generate_state(1, np.uint64)
    return int(state[0])


def generator(seed: int, stream: Stream, *part: int) -> np.random.Generator:
    """The generator of a purpose, or of one ``part`` of it, such as a replicate.

    Raises ValueError if the key would be that of a replicate.
    """
    key = (*stream.value, *part)
    if len(key) == 1:
        raise ValueError(f"the key {key} belongs to a replicate")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
