"""How much districts' CTE staff changes from year to year where nothing moves the state as a whole."""

from collections.abc import Sequence

import numpy as np

from sim.arrays import Array, BoolArray, ratio

CENTRAL = (0.16, 0.84)
"""The central two thirds; half of this range is the standard deviation of a normal distribution."""


def yearly_changes(staff: Sequence[Array], chosen: BoolArray) -> Array:
    """Symmetric growth rates, the difference over the half-sum, ``[R, N]``, over years and the ``chosen`` districts.

    ``staff``: one ``[R, D]`` for each year. Not a number where a district has none in both years.
    """
    levels = np.stack(staff, axis=1)[..., chosen]
    before, after = levels[:, :-1], levels[:, 1:]
    middle = (before + after) / 2.0
    return ratio(after - before, middle, np.nan).reshape(len(levels), -1)


def change_spread(staff: Sequence[Array], chosen: BoolArray) -> Array:
    """Half of the range that holds the central two thirds of yearly changes, ``[R]``."""
    low, high = np.nanquantile(yearly_changes(staff, chosen), CENTRAL, axis=1)
    found: Array = (high - low) / 2.0
    return found


def change_deviation(staff: Sequence[Array], chosen: BoolArray) -> Array:
    """The standard deviation of yearly changes, ``[R]``."""
    found: Array = np.nanstd(yearly_changes(staff, chosen), axis=1)
    return found


def reallocation(staff: Sequence[Array], chosen: BoolArray) -> Array:
    """Staff created and destroyed beyond what the net change needs, share a year, ``[R]`` (Davis and Haltiwanger 1992):
    what a state that grows and one that shrinks can be compared by."""
    levels = np.stack(staff, axis=1)[..., chosen]
    moved = levels[:, 1:] - levels[:, :-1]
    created = np.maximum(moved, 0.0).sum(axis=(1, 2))
    destroyed = np.maximum(-moved, 0.0).sum(axis=(1, 2))
    return ratio(created + destroyed - np.abs(created - destroyed), levels[:, :-1].sum(axis=(1, 2)), np.nan)
