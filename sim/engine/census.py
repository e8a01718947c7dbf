"""What is known of a year that is past: it is counted as it was, whatever the model would have made of it."""

from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, district_total, part_of, ratio, state_total
from sim.behavior.situation import Choice
from sim.engine.workforce import Workforce
from sim.parameters.groups import Parameters
from sim.students.courses import Enrolled
from sim.world.world import World


@dataclass(frozen=True)
class Census:
    """A year of which nothing is known: districts do what they decide, and students are counted where they sit."""

    def decided(self, choice: Choice) -> Choice:
        """What of a decision is carried out."""
        return choice

    def offered(self, workforce: Workforce, substitute_cover: Array) -> Workforce:
        """Sites and posts of the year."""
        return workforce

    def counted(self, enrolled: Enrolled, rate: Array, completion: Array, membership: Array) -> tuple[Enrolled, Array]:
        """Students of the year, and concentrators taught: ``rate`` ``[..., D, C]`` of those in second courses, which is
        ``completion`` ``[..., D, 1]`` where no post is vacant."""
        return enrolled, enrolled.second * rate


UNKNOWN = Census()

MOST_TIMES = 2.0
"""How many times the students that the model seats a known total may be: in the smallest states one section counts."""

MOST_INTERESTED = 0.97
"""Most of a district's members who are taken to be interested in CTE, unless its own map has more in it."""


@dataclass(frozen=True)
class KnownTotals(Census):
    """A year of which the state's ``participants`` and ``concentrators`` are known, students."""

    participants: float
    concentrators: float

    def counted(self, enrolled: Enrolled, rate: Array, completion: Array, membership: Array) -> tuple[Enrolled, Array]:
        """Students in proportion to where they sit, in no district more than may be interested; concentrators likewise,
        in no pathway more than its participants."""
        found = enrolled.first + enrolled.second
        by_district = district_total(found)
        # More than chance and whole sections explain would be another state than the one that was simulated.
        whole = state_total(by_district)
        wanted = np.clip(self.participants + 0.0 * whole, whole / MOST_TIMES, whole * MOST_TIMES)
        members = _shared_out(by_district, MOST_INTERESTED * membership, wanted)
        students = found * ratio(members, by_district)
        # Where hardly anyone sits in a second course, concentrators are sought among all participants.
        taught = _shared_out(enrolled.second * rate + 1e-6 * students, students, self.concentrators + 0.0 * whole)
        second = np.minimum(ratio(taught, rate), students)
        return replace(enrolled, first=students - second, second=second), taught


@dataclass(frozen=True)
class KnownMap(Census):
    """A year of which it is known who offers what: ``sites``, ``first_sections``, ``second_sections``,
    ``participants`` and ``concentrators``, ``[..., D, C]``."""

    sites: Array
    first_sections: Array
    second_sections: Array
    participants: Array
    concentrators: Array

    def decided(self, choice: Choice) -> Choice:
        """Nothing is closed, added or given up; plans go on."""
        none = 0.0 * choice.sites_closed
        return replace(
            choice,
            sites_closed=none,
            first_change=none,
            second_change=none,
            closed_for_money=none > 0.0,
            leaves=choice.leaves & False,
        )

    def offered(self, workforce: Workforce, substitute_cover: Array) -> Workforce:
        """The map's own sites and posts; what was launched opens nothing."""
        posts = self.first_sections + self.second_sections
        vacant = np.minimum(workforce.vacant, posts)
        taught = 1.0 - (1.0 - substitute_cover) * part_of(vacant, posts)
        none = 0.0 * workforce.opened
        return replace(
            workforce,
            sites=self.sites + none,
            first_posts=self.first_sections + none,
            second_posts=self.second_sections + none,
            vacant=vacant,
            first_taught=self.first_sections * taught,
            second_taught=self.second_sections * taught,
            emptied=none,
            opened=none,
        )

    def counted(self, enrolled: Enrolled, rate: Array, completion: Array, membership: Array) -> tuple[Enrolled, Array]:
        """The map's own students; as many of them in second courses as usually make its concentrators."""
        usual = ratio(state_total(enrolled.second * rate), state_total(enrolled.second * completion), 1.0)
        second = second_students(self.participants, self.concentrators, completion * usual)
        return replace(enrolled, first=self.participants - second, second=second), self.concentrators + 0.0 * second


MOST_SECOND = 0.9
"""Most of a pathway's participants that are taken to sit in second courses, however many concentrators it has."""


def second_students(participants: Array, concentrators: Array, completion: Array) -> Array:
    """Students in second courses, of whom ``completion`` complete them, ``[..., D, C]``."""
    return np.minimum(concentrators / completion, MOST_SECOND * participants)


def known_map(world: World, parameters: Parameters) -> KnownMap:
    """The map of a world that has one, its sections parted into first and second courses.

    Both levels are given classes of the usual relation. A site keeps one section of its first course; a second course
    of too few students for a section is taught together with the first.
    """
    pathways = world.pathways
    assert pathways is not None
    terms = parameters.decisions
    second = second_students(pathways.participants, pathways.concentrators, parameters.outcomes.completion)
    classes = second / terms.second_class
    part = ratio(classes, pathways.participants - second + classes)
    spare = pathways.sections - pathways.sites
    sections = np.minimum(np.maximum(np.rint(part * pathways.sections), 1.0 * (second > 0.0)), spare)
    sections = np.where(second < terms.minimum_section, 0.0, sections)
    return KnownMap(
        sites=pathways.sites,
        first_sections=pathways.sections - sections,
        second_sections=sections,
        participants=pathways.participants,
        concentrators=pathways.concentrators,
    )


def _shared_out(weight: Array, most: Array, total: Array) -> Array:
    """``total`` ``[..., 1, 1]`` shared out in proportion to ``weight``, to none more than ``most``; less where that is
    all there is."""
    factor = ratio(total, state_total(weight))
    for _ in range(60):
        held = state_total(np.minimum(factor * weight, most))
        short = np.abs(held - total) > 1e-12 * total
        if not short.any():
            break
        factor = np.where(short & (held > 0.0), factor * ratio(total, held), factor)
    return np.minimum(factor * weight, most)
