"""How many sections a pathway runs: expansion and contraction by whole sections."""

import numpy as np

from sim.arrays import Array, BoolArray, outer, ratio
from sim.parameters.groups import Decisions


def squeeze(by_usual: Array, by_cap: Array, covered: Array) -> Array:
    """How far a district's classes must grow from their usual size to their cap for its money to do, 0 to 1,
    ``[..., D, 1]``.

    Its demand needs ``by_usual`` sections in usual classes and ``by_cap`` in full ones; its money has ``covered`` so
    many. Districts look at what sections cost, not at how short they were: a fixed answer to last year's shortage
    would give up too many sections in one year and add them again in the next.
    """
    short = covered < by_usual
    return np.clip(ratio(by_cap * (by_usual - covered), covered * (by_usual - by_cap), 1.0), 0.0, 1.0) * short


def planned_class(usual: Array, capped: Array, squeeze: Array) -> Array:
    """Participants a district plans for each section, ``[..., D, C]``: as many as a ``usual`` section serves, or
    towards those of one at its cap as far as money is short."""
    return usual + outer(squeeze, capped - usual)


def sections_needed(demanded: Array, per_section: Array, sites: Array | float) -> Array:
    """Whole sections of ``per_section`` participants that serve the demand, at least one for each site."""
    return np.maximum(np.rint(demanded / per_section), sites)


def section_change(
    *, sections: Array, sites: Array, needed: Array, half_empty: BoolArray, squeezed: BoolArray, decisions: Decisions
) -> Array:
    """Sections to add (positive) or give up (negative), ``[..., D, C]``.

    A pathway grows toward the sections that its demand needs at the planned class size, by at most a share of its
    sections in one year. It shrinks when its sections run ``half_empty`` (below ``contraction_fill`` of the
    typical size), or when money is short and fewer, larger sections would do. At least one section a site stays.
    """
    step = np.maximum(np.floor(decisions.expansion_limit * sections), 1.0)
    most_given_up = step * (half_empty | squeezed)
    return np.clip(needed - sections, -most_given_up, step) * np.minimum(sites, 1.0)
