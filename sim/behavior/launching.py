"""Plans for further sites: wanted, then housed, paid for, staffed, opened; each year a plan waits for one thing."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray, IntArray
from sim.parameters.groups import Decisions
from sim.pathways import Pathways

NONE, FOR_ROOM, FOR_MONEY, FOR_INSTRUCTOR = 0.0, 1.0, 2.0, 3.0
"""What a plan waits for; the number is kept in the state."""


@dataclass(frozen=True)
class Plans:
    """Plans after the district has looked at them, ``[N]``.

    ``waits`` (what for), ``years`` (since it was made), ``begun`` and ``given_up`` this year, ``builds``: where the
    district builds a lab for it; ``paid``: where its start-up is paid now; ``cost``: dollars that both take this year.
    """

    waits: Array
    years: Array
    begun: BoolArray
    given_up: BoolArray
    paid: BoolArray
    builds: BoolArray
    cost: Array


def reviewed(
    *,
    pathways: Pathways,
    waits: Array,
    years: Array,
    value: Array,
    value_with_lab: Array,
    required: Array,
    possible: BoolArray,
    has_room: BoolArray,
    startup: Array,
    facility: Array,
    money: Array,
    capacity: Array,
    decisions: Decisions,
) -> Plans:
    """Each district looks at its plans and makes new ones; all arrays ``[N]`` of these ``pathways``.

    A plan is given up when its value over the horizon is no longer positive, when it is no longer ``possible``, or
    after ``plan_patience`` years. New ones are made, the most valuable first, where value exceeds what is ``required``
    and the district can carry one more (``capacity``, plans at once). A plan first needs a room: a lab or shop that
    stands unused, or one that capital outlay builds, or one that the district builds itself, for the price of the
    ``facility``, where the plan is worth it too (``value_with_lab``). Money that lies ready (``money``) is spent in
    order of value, on labs and then on the start-ups of plans that have a room. A plan that is housed and paid for
    waits for an instructor.
    """
    planned = waits > NONE
    given_up = planned & reasons_against(value, possible, years, decisions).any
    going = planned & ~given_up
    free = capacity - pathways.take(pathways.total(going.astype(np.float64)))
    begun = _most_valuable(possible & ~planned & (value > required), value, free, pathways)
    stage = np.where(begun, FOR_ROOM, waits * going)
    unhoused = (stage == FOR_ROOM) & ~has_room
    builds, labs = _paid(unhoused & (value_with_lab > 0.0), value_with_lab, facility, money, pathways)
    stage = np.where((stage == FOR_ROOM) & (has_room | builds), FOR_MONEY, stage)
    left = money - pathways.take(pathways.total(labs))
    paid, startups = _paid(stage == FOR_MONEY, value, startup, left, pathways)
    stage = np.where(paid, FOR_INSTRUCTOR, stage)
    return Plans(
        waits=stage,
        years=(years + 1.0) * going,
        begun=begun,
        given_up=given_up,
        paid=paid,
        builds=builds,
        cost=startups + labs,
    )


@dataclass(frozen=True)
class Against:
    """What speaks against a plan, ``[N]``: it is no longer worth its start-up, no longer possible, or has
    waited too long."""

    worthless: BoolArray
    impossible: BoolArray
    too_long: BoolArray

    @property
    def any(self) -> BoolArray:
        """Where one of them does."""
        either: BoolArray = self.worthless | self.impossible | self.too_long
        return either


def reasons_against(value: Array, possible: BoolArray, years: Array, decisions: Decisions) -> Against:
    """Why a plan is given up."""
    return Against(value < 0.0, ~possible, years >= decisions.plan_patience)


def asked_before(asked: BoolArray, value: Array, price: Array, pathways: Pathways) -> Array:
    """Dollars that plans of greater value ask for before each of those that ask, ``[N]``."""
    queue = _Queue(asked, value, pathways)
    each = queue.at(price)
    ahead: Array = queue.everywhere(queue.total_within(each) - each)
    return ahead


def _most_valuable(candidate: BoolArray, value: Array, room: Array, pathways: Pathways) -> BoolArray:
    """The candidates of greatest value, as many as their district has ``room`` for; of two that are worth the
    same, the one that comes first."""
    # Many candidates lie in districts that have room for none: about a half of them.
    queue = _Queue(candidate & (room > 0.0), value, pathways)
    begun: BoolArray = queue.everywhere(queue.place < queue.at(room))
    return begun


def _paid(asked: BoolArray, value: Array, price: Array, money: Array, pathways: Pathways) -> tuple[BoolArray, Array]:
    """Which of those ``asked`` for are paid, and dollars for each: in order of value, as far as money goes."""
    queue = _Queue(asked, value, pathways)
    each = queue.at(price)
    fits = queue.total_within(each) <= queue.at(money)
    return queue.everywhere(fits), queue.everywhere(np.where(fits, each, 0.0))


class _Queue:
    """Some of the pathways, few in a year, in the order in which their districts like them."""

    def __init__(self, asking: BoolArray, value: Array, pathways: Pathways) -> None:
        found = np.flatnonzero(asking)
        district = pathways.district[found]
        # By value, then by district: each sort keeps the order of what is alike. Short integers are sorted by counting.
        liked = np.argsort(-value[found], kind="stable")
        short = np.min_scalar_type(math.prod(pathways.shape[:-1]))
        order = liked[np.argsort(district[liked].astype(short), kind="stable")]
        self.size = asking.size
        self.which: IntArray = found[order]
        district = district[order]
        # Where each district's queue begins, and how far behind it each of them stands.
        number = np.arange(district.size)
        begins = np.ones(district.size, dtype=np.bool_)
        np.not_equal(district[1:], district[:-1], out=begins[1:])
        self.first: IntArray = np.maximum.accumulate(number * begins)
        self.place: Array = (number - self.first).astype(np.float64)

    def at(self, quantity: Array) -> Array:
        """A quantity ``[N]``, or ``[1]`` that all have, in the order of the queue."""
        return quantity.repeat(self.which.size) if quantity.size == 1 else quantity.take(self.which)

    def total_within(self, amounts: Array) -> Array:
        """What the queue of a district asks for up to and with each."""
        running = np.cumsum(amounts)
        return running - (running - amounts)[self.first]

    def everywhere(self, found: Any) -> Any:
        """A mask or an amount of the queue, back in its place ``[N]``; nothing elsewhere."""
        spread = np.zeros(self.size, dtype=found.dtype)
        spread[self.which] = found
        return spread
