"""How long a shock is felt: years until a draw is back where it would have been without it, and what was lost
meanwhile."""

import numpy as np

from sim.arrays import Array

BACK = 0.01
"""A year counts as recovered when it is within this part of the same draw without the shock."""


def years_to_recover(shocked: Array, calm: Array, first: int) -> Array:
    """Years from the ``first`` year of a shock, by its place, to the first from which on no later year lies more than
    `BACK` below the same draw without it, ``[R]`` of ``[R, T]``; NaN where the last year still does; 0 where none ever
    did.

    By hand, 100 a year without the shock: 100, 90, 95, 99.5, 100 with one in the second year: recovered in the fourth,
    2 years after it began.
    """
    below = shocked < (1.0 - BACK) * calm
    years = shocked.shape[-1]
    last = np.where(below.any(axis=-1), years - 1 - np.argmax(below[..., ::-1], axis=-1), first - 1)
    found: Array = np.where(last >= years - 1, np.nan, np.maximum(last + 1 - first, 0))
    return found


def lost(shocked: Array, calm: Array) -> Array:
    """What is fewer than without the shock, summed over the years ``[..., T]``; below zero where the shock adds."""
    found: Array = (calm - shocked).sum(axis=-1)
    return found


def exits(shocked: Array, calm: Array) -> Array:
    """Districts that offer nothing under the shock and do without it, of pathways by district ``[..., D]``,
    ``[...]``."""
    found: Array = ((shocked < 0.5) & (calm >= 0.5)).sum(axis=-1).astype(np.float64)
    return found
