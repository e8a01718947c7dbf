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

In memory a run is stored cluster by cluster: all districts of the first cluster, then those of the second
(``cluster_major``). Rules do not notice, as arithmetic keeps the order in memory of what it is given; but sums over
clusters and whatever multiplies every district by its own number then run along rows of all districts, and take a
quarter of the time. Arrays are put into this order where they are born; ``outer``, ``at_districts`` and the totals
below keep it.
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


def cluster_major(quantity: Numbers) -> Array:
    """The same numbers, stored cluster by cluster: ``[..., D, C]`` with the districts of a cluster side by side."""
    stored: Array = np.ascontiguousarray(quantity.swapaxes(-1, -2))
    return stored.swapaxes(-1, -2)


def chosen_runs(quantity: Numbers, rows: IntArray, axis: int = 0) -> Array:
    """Some runs of a batch, whose runs lie along ``axis``, in the order of ``rows``; stored cluster by cluster."""
    chosen: Array = np.take(quantity.swapaxes(-1, -2), rows, axis=axis)
    return chosen.swapaxes(-1, -2)


def outer(one: Numbers, other: Numbers) -> Array:
    """The product, stored cluster by cluster even where it joins a number for each district, ``[..., D, 1]``, with one
    for each cluster, ``[..., 1, C]``; of numbers of some pathways, ``[N]``, as they are."""
    if one.ndim == 1:
        return one * other
    product: Array = one.swapaxes(-1, -2) * other.swapaxes(-1, -2)
    return product.swapaxes(-1, -2)


def at_districts(quantity: Numbers, place: IntArray) -> Array:
    """What holds where each district lies: ``[..., G, C]`` to ``[..., D, C]``; ``place`` ``[D]`` indexes ``G``."""
    rows: Array = np.ascontiguousarray(quantity.swapaxes(-1, -2))
    found = rows.take(place, axis=-1, mode="clip")
    return found.swapaxes(-1, -2)


def district_total(quantity: Numbers) -> Array:
    """Sum over clusters: ``[..., D, C]`` to ``[..., D, 1]``, cluster after cluster."""
    rows = np.ascontiguousarray(quantity.swapaxes(-1, -2))
    if rows.shape[-1] == 1:
        # One district alone lies in a row, which NumPy would sum in another order than many districts side by side.
        alone: Array = np.add.accumulate(rows, axis=-2)[..., -1:, :]
        return alone.swapaxes(-1, -2)
    total: Array = np.add.reduce(rows, axis=-2, keepdims=True)
    return total.swapaxes(-1, -2)


def district_most(quantity: Numbers) -> Array:
    """The largest over clusters: ``[..., D, C]`` to ``[..., D, 1]``."""
    rows = np.ascontiguousarray(quantity.swapaxes(-1, -2))
    most: Array = np.maximum.reduce(rows, axis=-2, keepdims=True)
    return most.swapaxes(-1, -2)


def state_total(quantity: Numbers) -> Array:
    """Sum over clusters and districts: ``[..., D, C]`` or ``[..., D, 1]`` to ``[..., 1, 1]``.

    Summed as one row for each run: NumPy adds long rows several times faster than short ones, and in the same order
    for one run as for many.
    """
    lead = quantity.shape[:-2]
    total: Array = np.add.reduce(quantity.swapaxes(-1, -2).reshape(*lead, -1), axis=-1)
    return total.reshape(*lead, 1, 1)


def cluster_total(quantity: Numbers) -> Array:
    """Sum over districts: ``[..., D, C]`` to ``[..., 1, C]``."""
    rows = np.ascontiguousarray(quantity.swapaxes(-1, -2))
    total: Array = np.add.reduce(rows, axis=-1, keepdims=True)
    return total.swapaxes(-1, -2)


def ratio(part: Numbers, whole: Numbers, empty: float = 0.0) -> Array:
    """``part / whole``, and ``empty`` where the whole is not positive."""
    # Dividing everywhere and putting ``empty`` in its few places takes half as long as choosing number by number.
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = part / whole
    np.copyto(result, empty, where=whole <= 0.0)
    return result


def part_of(part: Numbers, whole: Numbers) -> Array:
    """``part / whole`` for a part that is nothing wherever the whole is; nothing there. Cheaper than ``ratio``."""
    result: Array = part / np.maximum(whole, TINY)
    return result


def some(number: float | Array) -> bool:
    """Whether a number, or any of those that it is in a batch of runs, is not zero. A plain number is asked itself, as
    NumPy would make an array of it first."""
    return bool(number.any()) if isinstance(number, np.ndarray) else bool(number)


def logistic(x: Array) -> Array:
    """The logistic function, 1 / (1 + exp(-x))."""
    result: Array = 1.0 / (1.0 + np.exp(-x))
    return result


def compound(rate: float | Array, years: int) -> Array:
    """(1 + ``rate``)^``years``, to the bit alike for one run and for many, as powers are not."""
    grown: Array = np.exp(years * np.log1p(rate))
    return grown
