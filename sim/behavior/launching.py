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
    passed = np.zeros(shape, dtype=bool)
    builds = np.zeros(shape, dtype=bool)
    by_facility = np.zeros(shape, dtype=bool)
    by_cash = np.zeros(shape, dtype=bool)
    by_capacity = np.zeros(shape, dtype=bool)
    cost = np.zeros(shape)

    where = np.nonzero(queue.any(axis=-1))
    rank = np.where(queue[where], np.broadcast_to(score, shape)[where], -np.inf)
    waiting = queue[where].sum(axis=-1)
    housed = np.broadcast_to(has_facility, shape)[where]
    startup = np.broadcast_to(startup_net, shape)[where]
    building = np.broadcast_to(facility_cost, shape)[where]
    cash_left = np.broadcast_to(cash, (*shape[:-1], 1))[where][:, 0]
    room = np.broadcast_to(capacity, (*shape[:-1], 1))[where][:, 0]
    each = np.arange(waiting.size)
    for turn in range(int(waiting.max(initial=0))):
        best = rank.argmax(axis=-1)
        rank[each, best] = -np.inf
        live = turn < waiting
        position = tuple(axis for axis in where)
        has_lab = housed[each, best]
        price = startup[each, best] + np.where(has_lab, 0.0, building[each, best])
        affordable = price <= cash_left
        goes = live & affordable & (room >= 1)
        by_facility[(*position, best)] |= live & ~affordable & ~has_lab
        by_cash[(*position, best)] |= live & ~affordable & has_lab
        by_capacity[(*position, best)] |= live & affordable & (room < 1)
        passed[(*position, best)] |= goes
        builds[(*position, best)] |= goes & ~has_lab
        cost[(*position, best)] += np.where(goes, price, 0.0)
        cash_left = cash_left - np.where(goes, price, 0.0)
        room = room - goes
    return Gates(passed, cost, builds, stopped_by_size, by_facility, by_cash, by_capacity)
