"""The one array convention of the model.

Every quantity is a float64 array whose last two axes say what it varies over. Leading axes, if any, are runs.

==================  =====================================================
``[..., D, C]``     a pathway: one district offering one career cluster
``[..., D, 1]``     a district
``[..., 1, C]``     a career cluster, the same in every district
``[..., 1, 1]``     the state as a whole, or a parameter
``[..., D, K]``     the 12 components of the high-quality CTE framework
``[..., G, C]``     a CTE region and a cluster
==================  =====================================================

Keeping both axes everywhere means that any two quantities broadcast without reshaping, that one district is the
slice ``[..., d : d + 1, :]`` and that a rule written once serves one district, one run or a batch of runs.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.floating[Any]]
"""What arithmetic on arrays gives, as far as a type checker can tell; always float64 here."""

ZERO: Array = np.zeros((1, 1))
"""The shared zero: a price that is not paid, a count that does not occur. Rules may skip it by identity."""
ZERO.flags.writeable = False


TINY = 1e-300


def district_total(quantity: Numbers) -> Array:
    """Sum over clusters: ``[..., D, C]`` to ``[..., D, 1]``."""
    total: Array = quantity.sum(axis=-1, keepdims=True)
    return total


def state_total(quantity: Numbers) -> Array:
    """Sum over clusters and districts: ``[..., D, C]`` or ``[..., D, 1]`` to ``[..., 1, 1]``.

    Summed as one row for each run: NumPy adds long rows several times faster than short ones, and in the same order
    for one run as for many.
    """
    lead = quantity.shape[:-2]
    total: Array = quantity.reshape(*lead, -1).sum(axis=-1)
    return total.reshape(*lead, 1, 1)


def cluster_total(quantity: Numbers) -> Array:
    """Sum over districts: ``[..., D, C]`` to ``[..., 1, C]``."""
    total: Array = quantity.sum(axis=-2, keepdims=True)
    return total


def ratio(part: Numbers, whole: Numbers, empty: float = 0.0) -> Array:
    """``part / whole``, and ``empty`` where the whole is not positive."""
    positive = whole > 0
    result: Array = np.where(positive, part / np.where(positive, whole, 1.0), empty)
    return result


def part_of(part: Numbers, whole: Numbers) -> Array:
    """``part / whole`` for a part that is nothing wherever the whole is; nothing there. Cheaper than ``ratio``."""
    result: Array = part / np.maximum(whole, TINY)
    return result


def logistic(x: Array) -> Array:
    """The logistic function, 1 / (1 + exp(-x))."""
    result: Array = 1.0 / (1.0 + np.exp(-x))
    return result
