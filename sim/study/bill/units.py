"""One unit more or less of what a formula counts, in one district or pathway at a time."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from sim.arrays import Array, BoolArray, IntArray, ratio
from sim.funding.schedule import Counts

Field = Literal[
    "membership", "participants", "concentrators", "credentials", "sites", "instructors", "placements", "dual_credit",
    "quality",
]  # fmt: skip

WHOLE: tuple[str, ...] = ("membership", "participants", "concentrators", "placements", "dual_credit")
"""Counts that the simulation holds as expected values and that a district reports in whole students."""


@dataclass(frozen=True)
class Unit:
    """Something of which a district has one more or one fewer.

    ``one`` and ``many`` are its words; ``step`` how much of the count it is; ``by_pathway`` whether it belongs to a
    cluster; ``tier`` the value tier of a credential; ``most`` up to how many a sweep looks for thresholds.
    """

    one: str
    many: str
    field: Field
    most: int
    step: float = 1.0
    by_pathway: bool = True
    tier: int = 0

    def held(self, counts: Counts) -> Array:
        """How much of it is counted, ``[D, C]`` or ``[D, 1]``; for quality the mean score."""
        if self.field == "credentials":
            return counts.credentials[self.tier - 1]
        if self.field == "quality":
            score: Array = counts.quality.mean(axis=-1, keepdims=True)
            return score
        held: Array = getattr(counts, self.field)
        return held

    def room(
        self, counts: Counts, high_schools: IntArray, district: IntArray, cluster: IntArray
    ) -> tuple[Array, Array]:
        """The least and the most that these places can hold, all else being as it is, ``[N]`` each.

        A student is a member, and takes part in one cluster; a concentrator takes part in it. A participant earns at
        most one credential of a tier in a year. A high school offers a pathway once. What a place holds it can hold.
        """
        held = self.held(counts)[district, cluster if self.by_pathway else 0]
        least, most = np.zeros(len(district)), np.full(len(district), np.inf)
        members, students = counts.membership[district, 0], counts.participants[district, :].sum(axis=-1)
        if self.field == "membership":
            least = np.ceil(students - 1e-9)
        elif self.field == "participants":
            least = np.maximum(counts.concentrators[district, cluster], 1.0)
            most = np.floor(members - (students - held) + 1e-9)
        elif self.field in ("concentrators", "credentials"):
            most = counts.participants[district, cluster]
        elif self.field == "sites":
            most = high_schools[district].astype(np.float64)
        elif self.field in ("placements", "dual_credit"):
            most = members
        elif self.field == "quality":
            most = np.ones(len(district))
        return np.minimum(least, held), np.maximum(most, held)

    def closes(self, counts: Counts, district: IntArray, cluster: IntArray, amount: Array) -> BoolArray:
        """Whether a place that has students is left without a site by holding ``amount[N]``."""
        if self.field != "sites":
            return np.zeros(len(district), np.bool_)
        closes: BoolArray = (amount <= 0.0) & (counts.participants[district, cluster] > 0.0)
        return closes

    def changed(
        self, counts: Counts, district: IntArray, cluster: IntArray, amount: Array, students_stay: bool = False
    ) -> Counts:
        """The counts ``[D, ...]`` with one place changed in each row ``[N, D, ...]``: there ``amount[N]`` is held.

        Another site may make a further high school one with a pathway, as the number of these schools is that of the
        cluster that most of them offer. A pathway without a site has none of its students, sections and credentials,
        and of what is counted for the district its participants' share goes with them, unless ``students_stay``.
        Quality is moved in all its components alike, within 0 to 1. A further participant would have cost something in
        ordinary courses too; what is spent on CTE stays.
        """
        row = np.arange(len(district))
        if self.field == "quality":
            scores = _repeated(counts.quality, len(row))
            moved = amount - self.held(counts)[district, 0]
            scores[row, district, :] = np.clip(scores[row, district, :] + moved[:, np.newaxis], 0.0, 1.0)
            return replace(counts, quality=scores)
        grown = _repeated(self.held(counts), len(row))
        grown[row, district, cluster if self.by_pathway else 0] = amount
        if self.field == "credentials":
            first, second, third = (
                grown if tier == self.tier else held for tier, held in enumerate(counts.credentials, start=1)
            )
            return replace(counts, credentials=(first, second, third))
        if self.field == "sites":
            further = grown.max(axis=-1, keepdims=True) - counts.sites.max(axis=-1, keepdims=True)
            schools = np.maximum(counts.offering_schools + further, 0.0)
            left = replace(counts, sites=grown, offering_schools=schools)
            gone = self.closes(counts, district, cluster, amount)
            if students_stay or not gone.any():
                return left
            return _without_students(left, row[gone], district[gone], cluster[gone], len(row))
        changes: dict[str, Any] = {self.field: grown}
        if self.field == "participants":
            changes["ordinary_cost"] = _with_students(counts, row, district, grown)
        return replace(counts, **changes)


UNITS: tuple[Unit, ...] = (
    Unit("member in grades 9-12", "members", "membership", 3000, by_pathway=False),
    Unit("participant", "participants", "participants", 120),
    Unit("concentrator", "concentrators", "concentrators", 120),
    Unit("credential of tier 1", "credentials of tier 1", "credentials", 60, tier=1),
    Unit("credential of tier 2", "credentials of tier 2", "credentials", 60, tier=2),
    Unit("credential of tier 3", "credentials of tier 3", "credentials", 60, tier=3),
    Unit("pathway at a high school", "pathways at high schools", "sites", 30),
    Unit("section of an instructor", "sections", "instructors", 60, step=0.2),
    Unit("work-based learning place", "places", "placements", 120, by_pathway=False),
    Unit("dual-credit enrollment", "dual-credit enrollments", "dual_credit", 120, by_pathway=False),
    Unit("hundredth of quality", "quality", "quality", 100, step=0.01, by_pathway=False),
)
"""What a formula may count, and by how much it changes when a district has one more."""


def in_whole_units(counts: Counts) -> Counts:
    """The counts as a district would report them: whole students and credentials, sections of 0.2 FTE.

    A pathway keeps at least one participant.
    """
    offered = (counts.sites > 0.0).astype(np.float64)
    whole: dict[str, Any] = {name: np.round(getattr(counts, name)) for name in WHOLE}
    first, second, third = (np.round(tier) for tier in counts.credentials)
    return replace(
        counts,
        **{**whole, "participants": np.maximum(whole["participants"], offered)},
        credentials=(first, second, third),
        instructors=np.round(counts.instructors / 0.2) * 0.2,
    )


def _repeated(count: Array, rows: int) -> Array:
    return np.repeat(count[np.newaxis], rows, axis=0)


def _with_students(counts: Counts, row: IntArray, district: IntArray, participants: Array) -> Array:
    """What ordinary courses would have cost for ``participants[N, D, C]``, of which those of one district in each row
    differ from what is counted, ``[N, D, 1]``."""
    ordinary = _repeated(np.broadcast_to(counts.ordinary_cost, counts.membership.shape), len(row))
    before = counts.participants[district, :].sum(axis=-1)
    ordinary[row, district, 0] *= ratio(participants[row, district, :].sum(axis=-1), before)
    return ordinary


def _without_students(counts: Counts, row: IntArray, district: IntArray, cluster: IntArray, rows: int) -> Counts:
    """The counts ``[N, D, ...]`` without all that the pathways of some rows count, one in each of these rows."""
    students = counts.participants[district, :].sum(axis=-1)
    kept = np.maximum(1.0 - counts.participants[district, cluster] / students, 0.0)
    kept = np.where(kept > ALMOST_NONE, kept, 0.0)

    def emptied(count: Array) -> Array:
        grown = _repeated(count, rows)
        grown[row, district, cluster] = 0.0
        return grown

    def lessened(count: Array) -> Array:
        grown = _repeated(np.broadcast_to(count, counts.membership.shape), rows)
        grown[row, district, 0] *= kept
        return grown

    quality = _repeated(counts.quality, rows)
    quality[row, district, :] *= (kept > 0.0)[:, np.newaxis]
    first, second, third = (emptied(tier) for tier in counts.credentials)
    fields: dict[str, Any] = {name: emptied(getattr(counts, name)) for name in OF_STUDENTS}
    fields |= {name: lessened(getattr(counts, name)) for name in OF_THE_DISTRICT}
    return replace(counts, credentials=(first, second, third), quality=quality, **fields)


ALMOST_NONE = 1e-9
OF_STUDENTS = ("participants", "concentrators", "instructors", "startup_spending")
"""What a pathway counts beside its sites and credentials."""
OF_THE_DISTRICT = ("expenditure", "ordinary_cost", "placements", "dual_credit")
"""What is counted for a district because of its pathways."""
