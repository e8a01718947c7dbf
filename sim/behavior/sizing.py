"""How many sections a pathway runs: whole ones that follow the plan, upward by hiring, downward by attrition first."""

import numpy as np

from sim.arrays import Array
from sim.parameters.groups import Decisions


def sections_possible(students: Array, per_section: Array, sites: Array) -> Array:
    """Sections that these students could fill at the planned class size, at least one a site, ``[..., D, C]``."""
    return np.maximum(students / per_section, sites)


def second_possible(eligible: Array, per_section: Array, minimum_section: Array) -> Array:
    """Sections of second courses that eligible students could fill, ``[..., D, C]``, at least one where there are
    enough for a section at all (``minimum_section``). What a small one is worth decides whether it is run, or the
    course is taught together with the first."""
    return np.maximum(eligible / per_section, 1.0) * (eligible >= minimum_section)


def least_students(minimum_section: Array, pooled: Array) -> Array:
    """Students that a site needs: enough for a section, and one where others share the class (``pooled``)."""
    return minimum_section * (1.0 - pooled) + pooled


def section_change(sections: Array, wanted: Array, least: Array | float, draw: Array, decisions: Decisions) -> Array:
    """Whole sections to add (positive) or give up (negative), ``[..., D, C]``.

    A pathway moves toward what is ``wanted`` once it is off by more than ``section_slack`` of a section, upward by at
    most a share of its sections a year and downward by another, at least one; the fraction is rounded by one draw.
    ``least`` sections stay.
    """
    gap = wanted - sections
    more = np.minimum(
        np.maximum(gap - decisions.section_slack, 0.0), np.maximum(decisions.expansion_limit * sections, 1.0)
    )
    fewer = np.minimum(
        np.maximum(-gap - decisions.section_slack, 0.0), np.maximum(decisions.reduction_limit * sections, 1.0)
    )
    change = np.floor(more + draw) - np.floor(fewer + draw)
    at_least: Array = np.maximum(change, np.minimum(least - sections, 0.0))
    return at_least


def beyond_plan(sections: Array, change: Array, wanted: Array) -> Array:
    """Sections that would still stand beyond what is wanted, as people are not sent away at once, ``[..., D, C]``."""
    return np.maximum(sections + change - wanted, 0.0)


def after_layoffs(change: Array, laid_off: Array, draw: Array) -> Array:
    """The change of sections where so many more are ``laid_off`` at once, whole ones; the fraction is rounded by one
    draw."""
    fewer: Array = change - np.floor(laid_off + draw) * (laid_off > 0.0)
    return fewer
