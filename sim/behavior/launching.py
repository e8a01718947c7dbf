"""The gates that a wanted launch must pass, and which of them stopped it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray, IntArray


@dataclass(frozen=True)
class Gates:
    """The outcome for every cluster of a district, ``[..., D, C]``. ``cost`` is what a passed launch takes from
    cash, dollars."""

    passed: BoolArray
    cost: Array
    builds_facility: BoolArray
    stopped_by_size: BoolArray
    stopped_by_facility: BoolArray
    stopped_by_cash: BoolArray
    stopped_by_capacity: BoolArray


def launch_capacity(high_schools: Array, launches_per_school: Array) -> Array:
    """How many sites a district can launch in one year: at least one, growing with its high schools, whole."""
    return np.maximum(np.floor(launches_per_school * high_schools), 1.0)


def pass_gates(
    *,
    wanted: BoolArray,
    score: Array,
    expected_participants: Array,
    has_facility: BoolArray,
    startup_net: Array,
    facility_cost: Array,
    cash: Array,
    capacity: Array,
    minimum_section: Array,
) -> Gates:
    """Let the wanted launches of each district pass in order of attractiveness until cash or capacity ends.

    A launch is stopped, in this order, by size (fewer expected participants than a minimum section), by facility (no
    usable lab or shop and too little cash to build one), by cash (start-up net of grants is more than what is left),
    or by capacity (the district launches all that it can). Only launches that are wanted are looked at; they are few
    in a year.
    """
    stopped_by_size = wanted & (expected_participants < minimum_section)
    queue = np.ascontiguousarray(wanted & ~stopped_by_size)
    if not queue.any():
        none = np.zeros_like(wanted)
        return Gates(none, np.zeros_like(wanted, dtype=np.float64), none, stopped_by_size, none, none, none)
    cells = np.unravel_index(np.flatnonzero(queue), queue.shape)
    liked, housed = _at(score, cells), _at(has_facility, cells)
    price = _at(startup_net, cells) + np.where(housed, 0.0, _at(facility_cost, cells))

    district = np.ravel_multi_index(cells[:-1], queue.shape[:-1])
    changes = np.diff(district, prepend=-1) > 0
    row = np.cumsum(changes) - 1
    first = tuple(axis[changes] for axis in cells)
    cash_left, room = _at(cash, first).copy(), _at(capacity, first).copy()
    goes = np.zeros(row.size, dtype=bool)
    able = np.flatnonzero((price <= cash_left[row]) & (room[row] >= 1))
    while able.size:
        chosen = _most_liked(able, row, liked)
        goes[chosen] = True
        cash_left[row[chosen]] -= price[chosen]
        room[row[chosen]] -= 1
        rest = able[~goes[able]]
        able = rest[(price[rest] <= cash_left[row[rest]]) & (room[row[rest]] >= 1)]
    affordable = goes | (price <= cash_left[row])

    def mask(which: BoolArray) -> BoolArray:
        everywhere = np.zeros_like(wanted)
        everywhere[cells] = which
        return everywhere

    cost = np.zeros_like(wanted, dtype=np.float64)
    cost[cells] = np.where(goes, price, 0.0)
    return Gates(
        passed=mask(goes),
        cost=cost,
        builds_facility=mask(goes & ~housed),
        stopped_by_size=stopped_by_size,
        stopped_by_facility=mask(~affordable & ~housed),
        stopped_by_cash=mask(~affordable & housed),
        stopped_by_capacity=mask(affordable & ~goes),
    )


@dataclass(frozen=True)
class Turn:
    """What a launch met when its turn came, ``[..., D, C]``: ``cash_left``, dollars, and ``room``, further launches of
    the district's capacity, after the launches that the district likes better."""

    cash_left: Array
    room: Array


def at_its_turn(gates: Gates, score: Array, cash: Array, capacity: Array) -> Turn:
    """What better-liked launches that passed left over for each cluster; equal scores go in the order of clusters."""
    order = np.argsort(-score, axis=-1, kind="stable")
    place = np.argsort(order, axis=-1, kind="stable")

    def left(start: Array, taken: Array) -> Array:
        in_order = np.take_along_axis(taken, order, axis=-1)
        first = np.broadcast_to(start, (*taken.shape[:-1], 1))
        after_each = np.subtract.accumulate(np.concatenate([first, in_order], axis=-1), axis=-1)
        return np.take_along_axis(after_each, place, axis=-1)

    return Turn(left(cash, gates.cost), left(capacity, gates.passed.astype(np.float64)))


def _most_liked(able: IntArray, row: IntArray, liked: Array) -> IntArray:
    """Of the launches that are ``able`` to go, the most attractive one of each district, ``row`` by row."""
    starts = np.flatnonzero(np.diff(row[able], prepend=-1))
    best = np.maximum.reduceat(liked[able], starts)
    chosen = able[liked[able] == np.repeat(best, np.diff(starts, append=able.size))]
    alone: IntArray = chosen[np.diff(row[chosen], prepend=-1) > 0]
    return alone


def _at(quantity: Any, cells: tuple[IntArray, ...]) -> Any:
    """What a quantity is in some cells, whatever axes it varies over."""
    lead = cells[len(cells) - quantity.ndim :]
    return quantity[tuple(place if size > 1 else 0 * place for place, size in zip(lead, quantity.shape, strict=True))]
