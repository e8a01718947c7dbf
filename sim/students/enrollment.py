"""Membership in grades 9-12: cohorts enter from smaller and smaller birth years and move up."""

import numpy as np

from sim.arrays import Array, state_total


def entering_cohort(base_entrants: Array, state_index: Array, local_index: Array) -> Array:
    """Students entering grade 9, ``[..., D, 1]``.

    Districts gain and lose relative to each other (``local_index`` ``[..., D, 1]``), while the state follows its
    outlook: ``base_entrants`` ``[..., D, 1]`` times ``state_index`` ``[..., 1, 1]``.
    """
    drifting = base_entrants * local_index
    return drifting * (state_index * state_total(base_entrants) / state_total(drifting))


def moved_up(grades: Array, entrants: Array, retention: Array) -> Array:
    """Membership by grade one year on, ``[..., D, 4]``: entrants, then each grade times ``retention`` ``[1, 3]``."""
    staying = grades[..., :3] * retention
    moved: Array = np.concatenate([entrants.swapaxes(-1, -2), staying.swapaxes(-1, -2)], axis=-2)
    return moved.swapaxes(-1, -2)


def local_drift(local_index: Array, trend: Array, noise: Array) -> Array:
    """A district's size relative to the state one year on: grows by ``trend`` plus ``noise``, both yearly shares."""
    return local_index * np.exp(trend + noise)
