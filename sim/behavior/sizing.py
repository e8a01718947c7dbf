"""How many sections a pathway runs: expansion and contraction by whole sections."""

import numpy as np

from sim.arrays import Array, BoolArray
from sim.parameters.groups import Decisions


def target_class_size(class_size: Array, class_cap: Array, spending_ratio: Array, practiced: Array) -> Array:
    """Students a district plans for each section, ``[..., D, C]``: the typical size, and towards the cap when
    spending falls short of what is practiced in ordinary years."""
    squeeze = np.clip((practiced - spending_ratio) / practiced, 0.0, 1.0)
    return class_size + (class_cap - class_size) * squeeze


def sections_needed(demanded: Array, class_size: Array, seats_per_section: Array, sites: Array) -> Array:
    """Whole sections that serve the demand, at least one for each site."""
    needed: Array = np.maximum(np.rint(demanded / (class_size * seats_per_section)), sites) * (sites > 0)
    return needed


def section_change(
    *, sections: Array, sites: Array, needed: Array, half_empty: BoolArray, squeezed: BoolArray, decisions: Decisions
) -> Array:
    """Sections to add (positive) or give up (negative), ``[..., D, C]``.

    A pathway grows toward the sections that its demand needs at the planned class size, by at most a share of its
    sections in one year. It shrinks when its sections run ``half_empty`` (below ``contraction_fill`` of the
    typical size), or when money is short and fewer, larger sections would do. At least one section a site stays.
    """
    step: Array = np.maximum(np.floor(decisions.expansion_limit * sections), 1.0)
    gap = needed - sections
    growing = np.minimum(np.maximum(gap, 0.0), step)
    shrinking = np.minimum(np.maximum(-gap, 0.0), step) * (half_empty | squeezed)
    change: Array = (growing - shrinking) * (sites > 0)
    return change
