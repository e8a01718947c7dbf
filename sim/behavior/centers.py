"""Shared centers: who sends students, how much of a section a sending district pays for, and who does not go."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, part_of, state_total


@dataclass(frozen=True)
class Pooled:
    """What centers make of pathways, ``[..., D, C]``; 1, 1 and 0 where none does anything.

    ``going``: the share of students who come, of those who would take the pathway at home; ``part``: of what a section
    and its lab cost, what falls on the district, as others fill the rest of the class; ``away``: 1 where students
    travel.
    """

    going: Array
    part: Array
    away: Array


def pooled(
    students: Array, sites: Array, class_size: Array, section_cost: Array, members: BoolArray, going: Array, way: Array
) -> Pooled:
    """One center for the pathways that ``members`` ``[..., D, C]`` marks.

    ``students``: who would take a pathway at home, or would if there were a site, ``[..., D, C]``; ``sites`` there
    are; ``class_size`` students fill a section, which costs ``section_cost`` with its lab; ``going``, the share who
    would go to a center, and ``way``, the dollars that getting a student there costs.

    The center stands where most of its students are, at a site that there is. A district sends its students where a
    class of its own would cost more for each than a place there and the way, those who do not go being lost to it:

        going section / n > section / min(class, N) + way

    with ``n`` students in a class of its own and ``N`` at the center. It pays for the part of a section that its
    students fill, ``going n / min(class, N)``; so does the district of the center where its own class is not full. All
    parts add up to one section as long as all fit into one, and to ``N / class`` sections beyond. Modeled on regional
    centers whose sending schools pay tuition and transport (Vermont's 15; New York's BOCES).
    """
    here = np.where(members, students, 0.0)
    each = np.where(sites > 0, part_of(here, np.maximum(sites, 1.0)), here)
    small = members & (here >= 1.0) & (each < class_size)  # nobody runs a bus for less than a student
    stands = _largest(np.where(members & (sites > 0), here, 0.0))
    would_come = going * here * small * ~stands
    already = would_come * (sites > 0)
    others = state_total(here * stands + already) - already
    there = np.maximum(np.minimum(class_size, others + would_come), 1e-9)
    dearer = going * section_cost / np.maximum(each, 1e-9) > section_cost / there + way
    away = small & ~stands & (others > 0.0) & dearer
    come = going * here * away
    total = state_total(here * stands + come * (sites > 0))
    full = np.maximum(np.minimum(class_size, np.where(sites > 0, total, total + come)), 1e-9)
    visited = state_total(away.astype(np.float64)) > 0.0
    filled = np.minimum(each * np.where(away, going, 1.0) / full, 1.0)
    part = np.where(away | (stands & visited & small), filled, 1.0)
    return Pooled(going=np.where(away, going + 0.0 * here, 1.0), part=part, away=away.astype(np.float64) + 0.0 * here)


def _largest(students: Array) -> BoolArray:
    """Where most students of a cluster are, the first district if several have as many, ``[..., D, C]``."""
    place = np.argmax(students, axis=-2, keepdims=True)
    found: BoolArray = (np.arange(students.shape[-2])[:, np.newaxis] == place) & (students > 0.0)
    return found
