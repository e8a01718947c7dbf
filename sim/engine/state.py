"""What changes from year to year, and what a run keeps from its start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np

from sim.arrays import Array, IntArray, chosen_runs
from sim.behavior.staffing import Markets
from sim.behavior.upkeep import Loadings
from sim.funding.schedule import Counts
from sim.students.choice import Reach

Bundle = TypeVar("Bundle")


@dataclass(frozen=True)
class Premises:
    """What is drawn or solved once for a run and then holds.

    ``local_shares`` ``[..., D, C]`` is a district's own demand mix; ``participation`` ``[..., D, 1]`` the share of
    its students who would take CTE if all clusters were within reach; ``progression`` ``[..., 1, 1]`` the progression
    rate at reference quality and breadth; both are solved so that the state's starting counts come out.
    ``priority`` and ``openings`` ``[..., G, C]``: regional priority clusters, and job openings relative to the mean
    cluster in the base year. ``quality_level`` ``[..., D, K]``: a district's own profile. ``trend`` and
    ``award_capacity`` ``[..., D, 1]``. ``entrants`` ``[D, 1]`` and ``retention`` ``[1, 3]`` keep base-year membership
    steady. ``reference_breadth``, ``reference_equipment``, ``reference_stability``,
    ``reference_fill``, ``reference_spending`` ``[..., 1, 1]`` are the state's starting means. ``tier_mix``: shares of
    value tiers without incentives. ``reach``: how many students sites reach. ``markets`` for
    instructors.
    """

    local_shares: Array
    participation: Array
    progression: Array
    priority: Array
    openings: Array
    quality_level: Array
    trend: Array
    award_capacity: Array
    entrants: Array
    retention: Array
    reference_breadth: Array
    reference_equipment: Array
    reference_stability: Array
    reference_fill: Array
    reference_spending: Array
    tier_mix: tuple[Array, Array, Array]
    reach: Reach
    markets: Markets
    loadings: Loadings


@dataclass(frozen=True)
class State:
    """The state of the world at the end of a year; every step gives a new one.

    Pathways ``[..., D, C]``: ``sites``; ``sections`` staffed and ``vacant_sections``; ``vacant_years``;
    ``launching`` (years until the launched site's first cohort) and ``launching_sections``; ``facilities`` (schools
    with a usable lab or shop); ``equipment`` (service life left, mean over sites); ``participants``;
    ``concentrators``; ``concentration_effort`` and ``credential_effort`` (extra share that paid effort brings).
    Districts ``[..., D, 1]``: ``cash``; ``spending_ratio``; ``squeeze`` (how far classes are planned toward their cap);
    ``local_rate`` (own dollars a participant, base-year prices); ``receipts`` (remembered yearly receipts that reach
    CTE); ``reference_receipts`` and ``reference_participants`` (a member, frozen in the base year); ``base_payment``
    (dollars that the state's CTE lines are expected to have paid in the base year) and ``last_payment`` (that they paid
    last year); ``local_index`` (size relative to the state);
    ``dual_credit_effort``, ``placement_effort``.
    ``grades`` ``[..., D, 4]``; ``quality`` ``[..., D, K]``.
    Regions ``[..., G, C]``: ``supply`` of instructors, in sections a year.
    State ``[..., 1, 1]``: ``entry_index`` and ``revenue_shock``.
    By funding line: ``trust`` ``[..., D, 1]`` and ``reserves`` ``[..., 1, 1]`` (dollars held). ``counts`` are those of
    the last year.
    """

    sites: Array
    sections: Array
    vacant_sections: Array
    vacant_years: Array
    launching: Array
    launching_sections: Array
    facilities: Array
    equipment: Array
    participants: Array
    concentrators: Array
    concentration_effort: Array
    credential_effort: Array
    cash: Array
    spending_ratio: Array
    squeeze: Array
    local_rate: Array
    receipts: Array
    reference_receipts: Array
    reference_participants: Array
    base_payment: Array
    last_payment: Array
    local_index: Array
    dual_credit_effort: Array
    placement_effort: Array
    grades: Array
    quality: Array
    supply: Array
    entry_index: Array
    revenue_shock: Array
    trust: Mapping[str, Array]
    reserves: Mapping[str, Array]
    counts: Counts


def take_run(bundle: Bundle, run: int) -> Bundle:
    """The same nested bundle of arrays with one run of a batch taken and the run axis dropped."""

    def one(array: Array) -> Array:
        if array.ndim < 3:
            return array
        taken: Array = array[run if array.shape[0] > 1 else 0]
        return taken

    return cast(Bundle, _mapped(bundle, one))


def take_runs(bundle: Bundle, rows: IntArray) -> Bundle:
    """The same nested bundle of arrays with some runs of a batch, in the order of ``rows``; a run may come often."""
    last = int(rows.max())

    def chosen(array: Array) -> Array:
        if array.ndim < 3 or array.shape[0] <= last:  # what is alike in all runs has one row for all
            return array
        return chosen_runs(array, rows)

    return cast(Bundle, _mapped(bundle, chosen))


def with_run_axis(bundle: Bundle) -> Bundle:
    """The same nested bundle with a leading axis for one run on every array."""
    return cast(Bundle, _mapped(bundle, lambda array: array[np.newaxis]))


def _mapped(value: Any, change: Callable[[Array], Array]) -> Any:
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(part, change) for part in value)
    if isinstance(value, Mapping):
        return {key: _mapped(part, change) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _mapped(getattr(value, f.name), change) for f in fields(value)})
    return value
