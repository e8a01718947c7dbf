"""What changes from year to year, and what a run keeps from its start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
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

    ``local_shares`` ``[..., D, C]`` is a district's own demand mix; ``participation`` ``[..., D, 1]`` the share of its
    students who would take a first course in a year if all clusters were within reach. What a known map says of a
    pathway, 1 elsewhere, ``[..., D, C]``: ``class_level`` (its classes relative to its cluster's), ``second_level``
    (those of second courses relative to first, over the state's), ``going_on_level`` (students who wish to go on,
    relative to the state's; more than 1 too where the state's totals say so). ``first_value``, ``second_value`` and
    ``site_value`` ``[..., 1, 1]``: dollars of the base year that a community sees in a student in a first course, in a
    second, and in having a pathway at a school. All of these are solved so that the base year's counts come out; from a
    known map by pathway. Taste, ``[..., D, 1]``: ``loss_passthrough`` is the CTE spending that goes with a restricted
    dollar; ``credit``: what of money without strings that CTE earns its budget is credited with; ``attention``: how far
    it reads the law; ``interest_spread``: how far its students' interest strays. ``entering`` ``[..., G, C]``: people
    who become able to teach. ``priority`` and ``openings`` ``[..., G, C]``: regional priority clusters, and job
    openings relative to the mean cluster in the base year. ``quality_level`` ``[..., D, K]``: a district's own profile.
    ``trend`` and ``award_capacity`` ``[..., D, 1]``. ``entrants`` ``[D, 1]`` and ``retention`` ``[1, 3]`` keep
    base-year membership steady. ``reference_peers`` ``[..., 1, C]`` (the share of the mean district's neighbors that
    offer a cluster), ``reference_equipment``, ``reference_stability``, ``reference_fill``, ``reference_spending``
    ``[..., 1, 1]`` are the state's starting means. ``solving`` ``[1, 1]``: 1 where the price of a dollar follows the
    budget, 0 in the first years of the warm-up, where budgets follow what is run. ``tier_mix``: shares of value tiers
    without incentives. ``exam_acceptance`` ``[..., 1, 1]``: log odds that a site which considers an exam administers it
    without pay, at which as many take one up as drop it; ``exam_share`` ``[..., 1, 1]``: share of concentrators, by
    their clusters' usual exams, who are at sites with an exam in the base year. ``reach``: how many students sites
    reach. ``markets`` for instructors."""

    local_shares: Array
    participation: Array
    class_level: Array
    second_level: Array
    going_on_level: Array
    first_value: Array
    second_value: Array
    site_value: Array
    loss_passthrough: Array
    attention: Array
    interest_spread: Array
    credit: Array
    entering: Array
    priority: Array
    openings: Array
    quality_level: Array
    trend: Array
    award_capacity: Array
    entrants: Array
    retention: Array
    reference_peers: Array
    reference_equipment: Array
    reference_stability: Array
    reference_fill: Array
    reference_spending: Array
    tier_mix: tuple[Array, Array, Array]
    exam_acceptance: Array
    exam_share: Array
    solving: Array
    reach: Reach
    markets: Markets
    loadings: Loadings


@dataclass(frozen=True)
class State:
    """The state of the world at the end of a year; every step gives a new one.

    Pathways ``[..., D, C]``: ``sites``; posts in ``first_sections`` and ``second_sections``, of which
    ``vacant_sections`` have no instructor; ``vacant_years``; ``appeal`` (log points); ``notice`` (years for which a
    site has not carried itself); ``plan`` (what a plan for a further site waits for) and ``plan_years``;
    ``launching`` (years until the launched site's first cohort) and ``launching_sections``; ``facilities`` (schools
    with a usable lab or shop); ``equipment`` (service life left, mean over sites); ``first_students``,
    ``second_students``; concentrators ``taught``; ``recoded_share``; ``exam_sites`` (sites that will administer a
    paid exam next year), ``exam_for_pay`` (share of them that would not without pay), ``exam_price`` (believed
    price of a credential, real dollars) and ``further_exams`` (of exams beyond the usual ones that students could
    sit, the share that they do). Districts ``[..., D, 1]``: ``program_notice`` (years for which its CTE has not
    carried itself); ``leadership`` (how much more or less than usual its leaders give CTE, a share) and
    ``interest`` (how many more or fewer students than usual want it, a share); ``log_price`` of a CTE dollar;
    ``plan_cost``, ``plan_falls`` (what last year's plan cost, and by how much it falls for each unit of the log
    price, real dollars); ``own_money`` and ``own_wanted``, what it should come to (real dollars a member and year);
    ``restricted`` and ``uncredited`` (last year's restricted receipts, and those without strings that stayed in the
    general fund, real dollars a member); ``base_own`` and ``base_restricted`` (the same in the base year);
    ``fiscal_effort`` and ``base_fiscal_effort``, which maintenance of effort is measured against (own money of last
    year and of the base year, real dollars a member); ``cash`` and ``cost`` of CTE (real dollars: carry-over earns
    what prices rise); ``awaited`` (dollars that the state pays a year late); ``spending_ratio``; ``base_payment``
    (dollars that the state's CTE lines are expected to have paid in the base year), ``last_payment`` (that they
    paid last year) and ``payment_before_law`` (that they paid in the year before a phase-in began); ``local_index``
    (size relative to the state); ``dual_credit_effort``, ``placement_effort``.
    ``grades`` ``[..., D, 4]``; ``quality`` ``[..., D, K]``. Regions ``[..., G, C]``: ``pool`` of people able to
    teach, in sections. State ``[..., 1, 1]``: ``capital_share`` (launch spending over the cost of running),
    ``filled_share`` (cost of running over that of plans with every post filled), ``entry_index``,
    ``revenue_shock``, ``categorical_cut`` (share that CTE lines outside the main formula have lost to a scenario's
    busts). By funding line: ``trust`` and ``remembered`` (unpriced receipts, real dollars a year)
    ``[..., D, 1]``, and ``reserves`` ``[..., 1, 1]`` (dollars held). By promise: ``steadiness`` (share of its money
    that districts count on to last) and ``paid_before`` (real dollars that came under it last year) ``[..., 1,
    1]``. ``counts`` are those of the last year. ``approved``: sites that lines pay for which ask for approval,
    ``[..., D, C]``."""

    sites: Array
    first_sections: Array
    second_sections: Array
    vacant_sections: Array
    vacant_years: Array
    appeal: Array
    notice: Array
    program_notice: Array
    plan: Array
    plan_years: Array
    launching: Array
    launching_sections: Array
    facilities: Array
    equipment: Array
    first_students: Array
    second_students: Array
    taught: Array
    recoded_share: Array
    exam_sites: Array
    exam_for_pay: Array
    exam_price: Array
    further_exams: Array
    leadership: Array
    interest: Array
    log_price: Array
    plan_cost: Array
    plan_falls: Array
    own_money: Array
    own_wanted: Array
    restricted: Array
    uncredited: Array
    base_own: Array
    base_restricted: Array
    fiscal_effort: Array
    base_fiscal_effort: Array
    cash: Array
    awaited: Array
    cost: Array
    spending_ratio: Array
    base_payment: Array
    last_payment: Array
    payment_before_law: Array
    local_index: Array
    dual_credit_effort: Array
    placement_effort: Array
    grades: Array
    quality: Array
    pool: Array
    capital_share: Array
    filled_share: Array
    entry_index: Array
    revenue_shock: Array
    categorical_cut: Array
    trust: Mapping[str, Array]
    remembered: Mapping[str, Array]
    steadiness: Mapping[str, Array]
    paid_before: Mapping[str, Array]
    reserves: Mapping[str, Array]
    counts: Counts
    approved: Mapping[str, Array] = field(default_factory=dict)

    def with_sums(self, participants: Array, sections: Array, staffed: Array) -> "State":
        """The same state, with sums that the year has found already."""
        vars(self).update(participants=participants, sections=sections, staffed=staffed)
        return self

    @cached_property
    def participants(self) -> Array:
        """Students in a first or a second course, ``[..., D, C]``."""
        return self.first_students + self.second_students

    @cached_property
    def sections(self) -> Array:
        """Posts of both levels, ``[..., D, C]``."""
        return self.first_sections + self.second_sections

    @cached_property
    def staffed(self) -> Array:
        """Posts of both levels with an instructor, ``[..., D, C]``."""
        return self.sections - self.vacant_sections


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
