"""The sequence of courses: first courses meet students' interest, second courses those who wish to go on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.arrays import Array, district_total, part_of, ratio


@dataclass(frozen=True)
class Enrolled:
    """Students of a year, ``[..., D, C]``: in ``first`` and ``second`` courses, and those who wanted one and found no
    seat (``unserved_first``, ``unserved_second``)."""

    first: Array
    second: Array
    unserved_first: Array
    unserved_second: Array

    @cached_property
    def participants(self) -> Array:
        """Students in a first or second course, ``[..., D, C]``."""
        return self.first + self.second

    @cached_property
    def in_district(self) -> Array:
        """All of a district's participants, ``[..., D, 1]``."""
        return district_total(self.participants)

    @property
    def unserved(self) -> Array:
        """Students who found no seat in a first or a second course, ``[..., D, C]``."""
        return self.unserved_first + self.unserved_second


def eligible_for_second(previous_first: Array, staying: Array, going_on: Array) -> Array:
    """Students who could take their second course in a pathway this year and wish to, ``[..., D, C]``.

    They took a first course last year, passed it, are still enrolled and want to go on (``going_on``), at sites that
    are still open (``staying``). Of graduates with any CTE credit in a field 51% reach two credits in it (NCES
    transcripts).
    """
    return previous_first * (going_on * staying)


def enroll(
    demanded: Array,
    eligible: Array,
    first_sections: Array,
    second_sections: Array,
    sites: Array,
    planned_class: Array,
    second_class: Array,
    spill_over: Array,
    second_posts: Array | None = None,
) -> Enrolled:
    """Seat students in classes of the planned size, ``[..., D, C]``.

    ``demanded`` students want a course of the pathway this year. Those ``eligible`` for the second take it as far as
    there are seats, in sections of their own (``planned_class`` x ``second_class`` seats) or in combined ones; all
    others ask for a first course. Those turned away there take, by the share ``spill_over``, free seats of the
    district's other pathways. ``first_sections`` and ``second_sections`` are those with a teacher in front of them, of
    ``second_posts`` (by default all): a section that lacks its instructor is not taught together with another.
    """
    held = first_sections * planned_class
    own_room = second_sections * (planned_class * second_class)
    combined = part_of(np.maximum(sites - (second_sections if second_posts is None else second_posts), 0.0), sites)
    second = np.minimum(eligible, own_room)
    wanted = np.maximum(demanded - second, 0.0)
    left = np.minimum(np.maximum(held - wanted, 0.0), 0.5 * combined * held)
    together = np.minimum(eligible - second, left)
    second = second + together
    wanted = np.maximum(wanted - together, 0.0)
    held = held - together
    seated = np.minimum(wanted, held)
    free = held - seated
    free_total = district_total(free)
    moving = np.minimum(spill_over * district_total(wanted - seated), free_total)
    first = seated + free * ratio(moving, free_total)
    return Enrolled(first, second, wanted - seated, eligible - second)
