"""The gates that a wanted launch must pass, and which of them stopped it."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray


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
    or by capacity (the district launches all that it can). Sorting and spending happen only in districts that want
    something, which are few in a year.
    """
    shape = wanted.shape
    stopped_by_size = wanted & (expected_participants < minimum_section)
    queue = wanted & ~stopped_by_size
    passed, builds, by_facility, by_cash, by_capacity = np.zeros((5, *shape), dtype=bool)
    cost = np.zeros(shape)

    rows = np.nonzero(queue.any(axis=-1))
    waiting = queue[rows].sum(axis=-1)
    rank = np.where(queue[rows], np.broadcast_to(score, shape)[rows], -np.inf)
    housed = np.broadcast_to(has_facility, shape)[rows]
    startup = np.broadcast_to(startup_net, shape)[rows]
    building = np.broadcast_to(facility_cost, shape)[rows]
    cash_left = np.broadcast_to(cash, (*shape[:-1], 1))[rows][:, 0]
    room = np.broadcast_to(capacity, (*shape[:-1], 1))[rows][:, 0]
    for turn in range(int(waiting.max(initial=0))):
        live = np.flatnonzero(waiting > turn)
        best = rank[live].argmax(axis=-1)
        rank[live, best] = -np.inf
        place = (*(axis[live] for axis in rows), best)
        has_lab = housed[live, best]
        price = startup[live, best] + np.where(has_lab, 0.0, building[live, best])
        affordable = price <= cash_left[live]
        goes = affordable & (room[live] >= 1)
        passed[place] = goes
        builds[place] = goes & ~has_lab
        by_facility[place] = ~affordable & ~has_lab
        by_cash[place] = ~affordable & has_lab
        by_capacity[place] = affordable & ~goes
        spent = np.where(goes, price, 0.0)
        cost[place] = spent
        cash_left[live] -= spent
        room[live] -= goes
    return Gates(passed, cost, builds, stopped_by_size, by_facility, by_cash, by_capacity)


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
