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
    queue = np.ascontiguousarray((wanted & ~stopped_by_size).swapaxes(-1, -2))
    cells = np.flatnonzero(queue)
    if not cells.size:
        none = np.zeros_like(wanted)
        return Gates(none, np.zeros_like(wanted, dtype=np.float64), none, stopped_by_size, none, none, none)

    def at(quantity: Any) -> Any:
        return np.broadcast_to(quantity, wanted.shape).swapaxes(-1, -2).reshape(-1)[cells]

    liked, housed = at(score), at(has_facility)
    price = at(startup_net) + np.where(housed, 0.0, at(facility_cost))
    clusters, districts = queue.shape[-2:]
    district = cells // (clusters * districts) * districts + cells % districts
    one_each = (*wanted.shape[:-1], 1)
    goes, cash_left = _approve_launches(
        district, liked, price, np.broadcast_to(cash, one_each).ravel(), np.broadcast_to(capacity, one_each).ravel()
    )
    affordable = goes | (price <= cash_left[district])

    def everywhere(which: Any) -> Any:
        spread = np.zeros(queue.shape, dtype=which.dtype)
        spread.reshape(-1)[cells] = which
        return spread.swapaxes(-1, -2)

    return Gates(
        passed=everywhere(goes),
        cost=everywhere(np.where(goes, price, 0.0)),
        builds_facility=everywhere(goes & ~housed),
        stopped_by_size=stopped_by_size,
        stopped_by_facility=everywhere(~affordable & ~housed),
        stopped_by_cash=everywhere(~affordable & housed),
        stopped_by_capacity=everywhere(affordable & ~goes),
    )


@dataclass(frozen=True)
class LaunchLimits:
    """What a launch met when its turn came, ``[..., D, C]``: ``cash_left``, dollars, and ``room``, further launches of
    the district's capacity, after the launches that the district likes better."""

    cash_left: Array
    room: Array


def launch_limits(gates: Gates, score: Array, cash: Array, capacity: Array) -> LaunchLimits:
    """What better-liked launches that passed left over for each cluster; equal scores go in the order of clusters."""
    order = np.argsort(-score, axis=-1, kind="stable")
    place = np.argsort(order, axis=-1, kind="stable")

    def left(start: Array, taken: Array) -> Array:
        in_order = np.take_along_axis(taken, order, axis=-1)
        first = np.broadcast_to(start, (*taken.shape[:-1], 1))
        after_each = np.subtract.accumulate(np.concatenate([first, in_order], axis=-1), axis=-1)
        return np.take_along_axis(after_each, place, axis=-1)

    return LaunchLimits(left(cash, gates.cost), left(capacity, gates.passed.astype(np.float64)))


def _approve_launches(
    district: IntArray, liked: Array, price: Array, cash: Array, capacity: Array
) -> tuple[BoolArray, Array]:
    """Which launches go, and the cash that each district has left.

    ``cash`` and ``capacity`` are by district. Round by round every district launches what it likes most of what it is
    still able to; of two that it likes equally, the one that comes first.
    """
    cash_left, room = cash.copy(), capacity.copy()
    goes = np.zeros(district.size, dtype=bool)
    able = np.flatnonzero((price <= cash_left[district]) & (room[district] >= 1))
    able = able[np.argsort(-liked[able], kind="stable")]
    # Small integers are sorted several times faster.
    able = able[np.argsort(district[able].astype(np.min_scalar_type(cash.size)), kind="stable")]
    while able.size:
        leads = np.diff(district[able], prepend=-1) > 0
        chosen, rest = able[leads], able[~leads]
        goes[chosen] = True
        cash_left[district[chosen]] -= price[chosen]
        room[district[chosen]] -= 1
        able = rest[(price[rest] <= cash_left[district[rest]]) & (room[district[rest]] >= 1)]
    return goes, cash_left
