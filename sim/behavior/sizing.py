"""How many sections a pathway runs: expansion and contraction by whole sections."""

import numpy as np

from sim.arrays import Array, BoolArray, outer
from sim.parameters.groups import Decisions


def squeeze(before: Array, spending_ratio: Array, practiced: Array, speed: Array) -> Array:
    """How far a district plans its classes from their usual size toward their cap, 0 to 1, ``[..., D, 1]``.

    It moves from where it was ``before`` by the share ``speed`` toward the part of practiced spending that was lacking
    last year. Without memory a shortage would give up more sections than it costs, and bring them back a year later.
    """
    lacking = np.clip((practiced - spending_ratio) / practiced, 0.0, 1.0)
    return before + speed * (lacking - before)


def planned_class(usual: Array, capped: Array, squeeze: Array) -> Array:
    """Participants a district plans for each section, ``[..., D, C]``: as many as a ``usual`` section serves, or
    towards those of one at its cap as far as money is short."""
    return usual + outer(squeeze, capped - usual)


def sections_needed(demanded: Array, per_section: Array, sites: Array | float) -> Array:
    """Whole sections of ``per_section`` participants that serve the demand, at least one for each site."""
    return np.maximum(np.rint(demanded / per_section), sites)


def section_change(
    *,
    sections: Array,
    sites: Array,
    needed: Array,
    half_empty: BoolArray,
    short_of_money: BoolArray,
    decisions: Decisions,
) -> Array:
    """Sections to add (positive) or give up (negative), ``[..., D, C]``.

    A pathway grows toward the sections that its demand needs at the planned class size, by at most a share of its
    sections in one year. It shrinks when its sections run ``half_empty`` (below ``contraction_fill`` of the
    typical size), or when money is short and fewer, larger sections would do. At least one section a site stays.
    """
    step = np.maximum(np.floor(decisions.expansion_limit * sections), 1.0)
    most_given_up = step * (half_empty | short_of_money)
    return np.clip(needed - sections, -most_given_up, step) * np.minimum(sites, 1.0)
