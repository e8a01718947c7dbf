"""The price schedule: what a line of state or federal money pays for each thing that is counted.

Districts decide by these prices and are paid by these prices, so incentive and payment cannot disagree:
entitlement = schedule x counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from operator import is_
from typing import Any, TypeVar

import numpy as np

from sim.arrays import ZERO, Array, district_most, district_total, outer, ratio

Known = TypeVar("Known")

CREDENTIAL_ZERO: tuple[Array, Array, Array] = (ZERO, ZERO, ZERO)


@dataclass(frozen=True)
class Counts:
    """What the state counts in one school year.

    District level ``[..., D, 1]``: ``membership`` (grades 9-12), ``offering_schools`` (high schools with at least one
    pathway), ``expenditure`` (sustained CTE spending above ordinary courses, dollars), ``placements`` (work-based
    learning places), ``dual_credit`` (dual-credit enrollments in CTE), ``ordinary_cost`` (what ordinary courses would
    have cost in place of CTE, dollars: all CTE cost is ``expenditure`` and this).
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
    dual_credit: Array
    ordinary_cost: Array = field(default_factory=lambda: ZERO)

    @property
    def offering(self) -> Array:
        """1 where a district has at least one high school with a pathway, else 0, ``[..., D, 1]``."""
        return (self.offering_schools > 0.0).astype(np.float64)

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], tuple[tuple[Any, ...], Any]]:
        return {}

    def but(self, **changed: Any) -> "Counts":
        """The same counts but for some, by name; what is known of the others stays known."""
        known, other = self._known, object.__new__(Counts)
        vars(other).update(vars(self), _known=known, **changed)
        return other

    def once(self, what: str, read: tuple[Any, ...], work: Callable[[], Known]) -> Known:
        """What ``work`` finds from what it has ``read``, worked out once for as long as that is the same.

        Sums over clusters and limits of what counts cost more than all that is multiplied with them, and a year asks
        for those of last year's counts several times.
        """
        key = (what, *map(id, read))
        known = self._known.get(key)
        if known is None or not all(map(is_, read, known[0])):
            known = self._known[key] = (read, work())
        found: Known = known[1]
        return found

    @property
    def all_credentials(self) -> Array:
        """Credentials of all value tiers, ``[..., D, C]``."""
        one, two, three = self.credentials
        return self.once("all credentials", self.credentials, lambda: one + two + three)

    def total(self, name: str) -> Array:
        """A pathway count, a value tier's credentials (``credentials_1``) or quality points, ``[..., D, 1]``."""
        tier = name.removeprefix("credentials_")
        counted: Array = self.credentials[int(tier) - 1] if tier != name else getattr(self, name)
        return self.once("total", (counted,), lambda: district_total(counted))

    def inside(self, condition: Array) -> "Counts":
        """The counts where a condition holds, ``[..., D, 1]`` or ``[..., D, C]`` of ones and zeros; none elsewhere."""
        district = condition.max(axis=-1, keepdims=True)
        changed: dict[str, Any] = {}
        for each in fields(Counts):
            held = getattr(self, each.name)
            if each.name == "credentials":
                changed[each.name] = tuple(tier * condition for tier in held)
            else:
                changed[each.name] = held * (condition if each.name in BY_PATHWAY else district)
        return Counts(**changed)

    def approved(self, share: Array) -> "Counts":
        """The counts of a share of each pathway's sites, ``[..., D, C]``; what launches cost is counted in any case."""
        one, two, three = self.credentials
        return replace(
            self,
            offering_schools=self.offering_schools * share_of_most(self.sites, share),
            sites=self.sites * share,
            participants=self.participants * share,
            concentrators=self.concentrators * share,
            instructors=self.instructors * share,
            credentials=(one * share, two * share, three * share),
        )

    def mixed(self, other: "Counts", condition: Array) -> "Counts":
        """``other`` where a condition holds, these counts elsewhere."""
        district = condition.max(axis=-1, keepdims=True)
        changed: dict[str, Any] = {}
        for each in fields(Counts):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if each.name == "credentials":
                changed[each.name] = tuple(
                    np.where(condition > 0.0, there, here) for here, there in zip(mine, theirs, strict=True)
                )
            else:
                at = condition if each.name in BY_PATHWAY else district
                changed[each.name] = np.where(at > 0.0, theirs, mine)
        return Counts(**changed)


def share_of_most(sites: Array, share: Array) -> Array:
    """Of a district's high schools with a pathway, which are as many as its most common one has, the share that still
    has one where a share of sites counts, ``[..., D, 1]``."""
    return ratio(district_most(sites * share), district_most(sites), 1.0)


BY_PATHWAY: frozenset[str] = frozenset({"sites", "participants", "concentrators", "instructors", "startup_spending"})
"""The counts of a pathway, beside credentials."""


def _unpaid() -> Array:
    return ZERO


@dataclass(frozen=True)
class Schedule:
    """Dollars of one year per thing counted; ``ZERO`` where a line does not pay for it. Broadcasts with ``Counts``.

    ``per_district`` ``[..., D, 1]`` is a lump sum, already awarded; ``per_offering_district`` is owed to every
    district with at least one pathway. ``per_quality_point`` ``[..., D, K]`` (or ``[..., D, 1]``) pays a full
    component (1.0).
    ``startup_share`` and ``expenditure_share`` are shares of what the district spends. ``statewide`` ``[..., 1, 1]``
    is spent by the state and never reaches a district. ``credential_stake`` (one for each value tier) and
    ``concentrator_stake`` are what each counts for districts as if it were paid; nobody pays or owes them.

    Further parts are no prices and stay out of sums: ``minimum`` is owed at least to every district with a pathway, and
    no district is paid more than ``maximum``, dollars, ``[..., D, 1]`` or ``[..., 1, 1]``, None without one; ``parts``
    are the prices that each of the line's components adds, before the line's scale; ``covers`` says for each component
    where its condition holds, 1 or 0, ``[..., D, 1]`` or ``[..., D, C]``, None for everywhere (empty where no component
    has one); ``covered`` the same of the line.
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
    per_dual_credit: Array = field(default_factory=_unpaid)
    startup_share: Array = field(default_factory=_unpaid)
    expenditure_share: Array = field(default_factory=_unpaid)
    statewide: Array = field(default_factory=_unpaid)
    credential_stake: tuple[Array, Array, Array] = field(default=CREDENTIAL_ZERO)
    concentrator_stake: Array = field(default_factory=_unpaid)
    minimum: Array = field(default_factory=_unpaid)
    maximum: Array | None = None
    parts: tuple["Schedule", ...] = ()
    covers: tuple[Array | None, ...] = ()
    covered: Array | None = None

    def plus(self, other: "Schedule") -> "Schedule":
        """Both schedules added price by price."""
        mine, theirs = vars(self), vars(other)
        prices: dict[str, Any] = {}
        for name in PRICES:
            one, two = mine[name], theirs[name]
            if two is ZERO or two is CREDENTIAL_ZERO:
                prices[name] = one
            elif one is ZERO or one is CREDENTIAL_ZERO:
                prices[name] = two
            elif isinstance(one, tuple):
                prices[name] = (_sum(one[0], two[0]), _sum(one[1], two[1]), _sum(one[2], two[2]))
            else:
                prices[name] = one + two
        return _of(prices)

    def times(self, factor: Array) -> "Schedule":
        """Every price multiplied by ``factor`` (``[..., 1, 1]``, ``[..., D, 1]`` or ``[..., 1, C]``)."""
        mine = vars(self)
        prices: dict[str, Any] = {}
        for name in PRICES:
            price = mine[name]
            if price is not ZERO and price is not CREDENTIAL_ZERO:
                prices[name] = _scaled(price, factor) if isinstance(price, tuple) else outer(price, factor)
        return _of(prices)

    def but(self, **changed: Any) -> "Schedule":
        """The same schedule but for some of its parts, by name."""
        return _of({**vars(self), **changed})

    def only(self, *names: str) -> "Schedule":
        """The schedule with some of its prices and nothing else."""
        mine = vars(self)
        return _of({name: mine[name] for name in names})

    def without(self, *names: str) -> "Schedule":
        """The schedule with all of its prices but some."""
        return self.only(*(name for name in PRICES if name not in names))


PRICES: tuple[str, ...] = tuple(
    price.name for price in fields(Schedule) if price.name not in ("minimum", "maximum", "parts", "covers", "covered")
)
"""The names of all prices of a schedule."""
STAKES: tuple[str, ...] = ("credential_stake", "concentrator_stake")
"""Those that nobody pays."""
NOTHING = Schedule()
"""No price at all."""


def _of(prices: dict[str, Any]) -> Schedule:
    """The schedule with these prices, by name, and no others. A year makes a hundred of them: filling in the prices
    that most of them lack one by one would take longer than what is done with those they have."""
    made = object.__new__(Schedule)
    vars(made).update(vars(NOTHING), **prices)
    return made


def _sum(one: Array, other: Array) -> Array:
    if one is ZERO:
        return other
    return one if other is ZERO else one + other


def _scaled(prices: tuple[Array, Array, Array], factor: Array) -> tuple[Array, Array, Array]:
    one, two, three = (ZERO if price is ZERO else outer(price, factor) for price in prices)
    return one, two, three


def entitlement(schedule: Schedule, counts: Counts) -> Array:
    """What the schedule owes each district for these counts, dollars, ``[..., D, 1]``; statewide money stays out."""
    owed: Array = ZERO
    for price, count in (
        (schedule.per_district, None),
        (schedule.per_offering_district, counts.offering if schedule.per_offering_district is not ZERO else None),
        (schedule.per_school, counts.offering_schools),
        (schedule.per_member, counts.membership),
        (schedule.per_placement, counts.placements),
        (schedule.per_dual_credit, counts.dual_credit),
    ):
        if price is not ZERO:
            owed = owed + (price if count is None else price * count)
    if schedule.expenditure_share is not ZERO:
        # Large classes can make a district's CTE cheaper than its ordinary courses; nothing is owed then.
        owed = owed + schedule.expenditure_share * np.maximum(counts.expenditure, 0.0)
    # Prices that differ between clusters are added up before the one sum over clusters.
    by_pathway: Array = ZERO
    for name, price in (
        ("sites", schedule.per_site),
        ("participants", schedule.per_participant),
        ("concentrators", schedule.per_concentrator),
        ("instructors", schedule.per_instructor),
        ("startup_spending", schedule.startup_share),
    ):
        if price is ZERO:
            continue
        if price.shape[-1] == 1:
            owed = owed + price * counts.total(name)
        else:
            product = price * getattr(counts, name)
            by_pathway = product if by_pathway is ZERO else by_pathway + product
    if by_pathway is not ZERO:
        owed = owed + district_total(by_pathway)
    for tier, price in enumerate(schedule.per_credential, start=1):
        if price is ZERO:
            continue
        if price.shape[-1] == 1:
            owed = owed + price * counts.total(f"credentials_{tier}")
        else:
            owed = owed + district_total(price * counts.credentials[tier - 1])
    points = schedule.per_quality_point
    if points is not ZERO:
        alike = points.shape[-1] == 1
        owed = owed + (points * counts.total("quality") if alike else district_total(points * counts.quality))
    return owed if owed is not ZERO else counts.membership * 0.0
