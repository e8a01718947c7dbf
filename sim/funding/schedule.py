"""The price schedule: what a line of state or federal money pays for each thing that is counted.

Districts decide by these prices and are paid by these prices, so incentive and payment cannot disagree:
entitlement = schedule x counts.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from sim.arrays import ZERO, Array, district_total

CREDENTIAL_ZERO: tuple[Array, Array, Array] = (ZERO, ZERO, ZERO)


@dataclass(frozen=True)
class Counts:
    """What the state counts in one school year.

    District level ``[..., D, 1]``: ``membership`` (grades 9-12), ``offering_schools`` (high schools with at least one
    pathway), ``expenditure`` (sustained CTE spending, dollars), ``placements`` (work-based learning places).
    Pathway level ``[..., D, C]``: ``sites``, ``participants``, ``concentrators``, ``instructors`` (FTE),
    ``startup_spending`` (dollars spent on launches), ``credentials`` (one array for each value tier).
    ``quality`` ``[..., D, K]``: the 12 components, 0 to 1.
    """

    membership: Array
    offering_schools: Array
    sites: Array
    participants: Array
    concentrators: Array
    credentials: tuple[Array, Array, Array]
    instructors: Array
    quality: Array
    expenditure: Array
    startup_spending: Array
    placements: Array

    @property
    def offering(self) -> Array:
        """1 where a district has at least one high school with a pathway, else 0, ``[..., D, 1]``."""
        return (self.offering_schools > 0.0).astype(np.float64)


def _unpaid() -> Array:
    return ZERO


@dataclass(frozen=True)
class Schedule:
    """Dollars of one year per thing counted; ``ZERO`` where a line does not pay for it. Broadcasts with ``Counts``.

    ``per_district`` ``[..., D, 1]`` is a lump sum, already awarded; ``per_offering_district`` is owed to every
    district with at least one pathway. ``per_quality_point`` ``[..., D, K]`` pays a full component (1.0).
    ``startup_share`` and ``expenditure_share`` are shares of what the district spends. ``statewide`` ``[..., 1, 1]``
    is spent by the state and never reaches a district.
    """

    per_district: Array = field(default_factory=_unpaid)
    per_offering_district: Array = field(default_factory=_unpaid)
    per_school: Array = field(default_factory=_unpaid)
    per_site: Array = field(default_factory=_unpaid)
    per_participant: Array = field(default_factory=_unpaid)
    per_concentrator: Array = field(default_factory=_unpaid)
    per_credential: tuple[Array, Array, Array] = field(default=CREDENTIAL_ZERO)
    per_instructor: Array = field(default_factory=_unpaid)
    per_quality_point: Array = field(default_factory=_unpaid)
    per_member: Array = field(default_factory=_unpaid)
    per_placement: Array = field(default_factory=_unpaid)
    startup_share: Array = field(default_factory=_unpaid)
    expenditure_share: Array = field(default_factory=_unpaid)
    statewide: Array = field(default_factory=_unpaid)

    def plus(self, other: "Schedule") -> "Schedule":
        """Both schedules added price by price."""
        return Schedule(**{name: _add(getattr(self, name), getattr(other, name)) for name in PRICES})

    def times(self, factor: Array) -> "Schedule":
        """Every price multiplied by ``factor`` (``[..., 1, 1]`` or ``[..., D, 1]``)."""
        return Schedule(**{name: _scale(getattr(self, name), factor) for name in PRICES})


PRICES: tuple[str, ...] = tuple(price.name for price in fields(Schedule))
"""The names of all prices of a schedule."""

Price = Array | tuple[Array, Array, Array]


def _add(one: Price, other: Price) -> Any:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return (_sum(one[0], other[0]), _sum(one[1], other[1]), _sum(one[2], other[2]))
    assert not isinstance(one, tuple)
    assert not isinstance(other, tuple)
    return _sum(one, other)


def _sum(one: Array, other: Array) -> Array:
    if one is ZERO:
        return other
    return one if other is ZERO else one + other


def _scale(price: Price, factor: Array) -> Any:
    if isinstance(price, tuple):
        return (_product(price[0], factor), _product(price[1], factor), _product(price[2], factor))
    return _product(price, factor)


def _product(price: Array, factor: Array) -> Array:
    return ZERO if price is ZERO else price * factor


def entitlement(schedule: Schedule, counts: Counts) -> Array:
    """What the schedule owes each district for these counts, dollars, ``[..., D, 1]``; statewide money stays out."""
    owed: Array = ZERO
    for price, count in (
        (schedule.per_district, None),
        (schedule.per_offering_district, counts.offering if schedule.per_offering_district is not ZERO else None),
        (schedule.per_school, counts.offering_schools),
        (schedule.per_member, counts.membership),
        (schedule.per_placement, counts.placements),
        (schedule.expenditure_share, counts.expenditure),
    ):
        if price is not ZERO:
            owed = owed + (price if count is None else price * count)
    # Pathway terms are added before the one sum over clusters, which costs more than all of them.
    by_pathway: Array = ZERO
    for price, count in (
        (schedule.per_site, counts.sites),
        (schedule.per_participant, counts.participants),
        (schedule.per_concentrator, counts.concentrators),
        (schedule.per_instructor, counts.instructors),
        (schedule.startup_share, counts.startup_spending),
        *zip(schedule.per_credential, counts.credentials, strict=True),
    ):
        if price is not ZERO:
            by_pathway = price * count if by_pathway is ZERO else by_pathway + price * count
    if by_pathway is not ZERO:
        owed = owed + district_total(by_pathway)
    if schedule.per_quality_point is not ZERO:
        owed = owed + district_total(schedule.per_quality_point * counts.quality)
    return owed if owed is not ZERO else counts.membership * 0.0
