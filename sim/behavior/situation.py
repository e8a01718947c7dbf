"""What a district knows when it decides, and what it decides: the two bundles between the engine and the agent."""

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self, cast

import numpy as np

from sim.arrays import ZERO, Array, BoolArray, district_total
from sim.parameters.groups import Decisions
from sim.pathways import At, Pathways


class Rows:
    """A bundle of arrays that can be cut to one district, or to some pathways."""

    @property
    def whole(self) -> Self:
        """The bundle itself, which of one cut to some pathways is the uncut one."""
        return self

    def at(self, pathways: Pathways) -> Self:
        """The same bundle at some pathways, each array ``[N]``."""
        return cast(Self, At(self, pathways))

    def total(self, amounts: Array) -> Array:
        """The sum over each district's pathways, ``[..., D, 1]``."""
        return district_total(amounts)

    def each(self, quantity: Any) -> Any:
        """A district's number ``[..., D, 1]`` at each of its pathways."""
        return quantity

    def terms(self, decisions: Decisions) -> Decisions:
        """Parameters ``[..., 1, 1]`` at each of the pathways."""
        return decisions

    def row(self, district: int) -> Self:
        """The same bundle for one district: every array that varies by district is cut to ``[..., 1, n]``."""
        cut = {}
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            if isinstance(value, np.ndarray) and value.shape[-2] > 1:
                cut[one.name] = value[..., district : district + 1, :]
        return replace(self, **cut)  # type: ignore[type-var]


@dataclass(frozen=True)
class Situation(Rows):
    """What a district knows when it decides. Dollars of the year; ``[..., D, C]`` unless said otherwise.

    Offer: ``sites``; posts of first and of second courses, ``first_sections`` and ``second_sections``;
    ``vacant_sections`` among them and ``vacant_years``; ``launching`` (years until a launched site's first cohort);
    ``facilities`` (schools with a usable lab), ``high_schools`` ``[D, 1]``, ``equipment`` (service life left),
    ``notice``, ``plan`` (what a plan waits for) and ``plan_years``. Students: ``wanted`` (a first course), ``eligible``
    (for a second), ``going_on`` (share of first-course students who will be), and ``site_wanted``, whom one more site
    would draw. Worth at a price of one dollar: ``first_worth`` and ``second_worth`` of a student, ``site_worth`` of a
    site. Believed payments, as far as they last: ``first_earned``, ``second_earned`` a student, ``section_earned`` a
    section (for its instructor), ``site_earned`` a site.
    Costs: ``section_cost`` (salary); ``elective`` saved for each student; ``first_running`` and ``second_running`` for
    each student, ``section_running`` and ``site_running``, all sustained; ``startup_net``, ``facility_cost``. Money
    ``[..., D, 1]``: ``own_budget`` (real dollars a member); ``commitment``, what may pay for ``program_cost``, that of
    running CTE at all; ``promised`` to staff; what of the rest comes ``once``, for things bought once, and what comes
    ``once_again``; ``usual_upkeep``; what may be promised, less what prices no longer pay, of money that comes through
    the horizon, ``enduring``; last year's plan: ``log_price``, ``plan_cost``, ``plan_falls``, and what is now
    ``earned`` for it; ``launch_cash`` and ``launch_general``. Classes: ``class_size``, ``class_cap`` and
    ``second_class`` (of second courses, relative to first). ``annuity`` ``[..., 1, 1]``. Draws, uniform:
    ``first_draw``, ``second_draw``, ``close_draw``. ``practiced``, ``floor`` and ``ceiling`` ``[..., 1, 1]``: shares
    of sustained non-salary cost. ``solving``: 1 where the price of a dollar follows the budget, 0 in the warm-up,
    where budgets follow it. ``pooled``: 1 where classes are shared with other districts at a center."""

    sites: Array
    first_sections: Array
    second_sections: Array
    vacant_sections: Array
    vacant_years: Array
    launching: Array
    facilities: Array
    high_schools: Array
    equipment: Array
    notice: Array
    program_notice: Array
    plan: Array
    plan_years: Array
    wanted: Array
    eligible: Array
    going_on: Array
    site_wanted: Array
    first_worth: Array
    second_worth: Array
    site_worth: Array
    first_earned: Array
    second_earned: Array
    section_earned: Array
    site_earned: Array
    section_cost: Array
    elective: Array
    first_running: Array
    second_running: Array
    section_running: Array
    site_running: Array
    program_cost: Array
    startup_cost: Array
    startup_net: Array
    facility_cost: Array
    own_budget: Array
    commitment: Array
    promised: Array
    once: Array
    once_again: Array
    usual_upkeep: Array
    enduring: Array
    earned: Array
    plan_cost: Array
    plan_falls: Array
    log_price: Array
    launch_cash: Array
    launch_general: Array
    class_size: Array
    class_cap: Array
    second_class: Array
    annuity: Array
    practiced: Array
    floor: Array
    ceiling: Array
    first_draw: Array
    second_draw: Array
    close_draw: Array
    solving: Array
    school_bonus: Array
    pooled: Array = field(default_factory=lambda: ZERO)

    @cached_property
    def all_sites(self) -> Array:
        """The sites of a district, ``[..., D, 1]``."""
        return district_total(self.sites)


@dataclass(frozen=True)
class Choice:
    """What a district decided. ``[..., D, C]``: ``sites_closed``; ``first_change`` and ``second_change`` of sections
    (positive: to staff, negative: given up), before closures; ``notice`` that runs; plans: ``plan``, ``plan_years``,
    ``begun``, ``given_up``, ``seeking`` (looks for an instructor now), ``launch_sections`` that the new site needs,
    ``launch_cost`` taken from cash, ``builds_facility``. ``[..., D, 1]``: ``log_price`` of a dollar, ``upkeep_share``.
    """

    sites_closed: Array
    first_change: Array
    second_change: Array
    notice: Array
    program_notice: Array
    plan: Array
    plan_years: Array
    begun: BoolArray
    given_up: BoolArray
    seeking: BoolArray
    launch_sections: Array
    launch_cost: Array
    paid: BoolArray
    builds_facility: BoolArray
    first_class: Array
    log_price: Array
    upkeep_share: Array
    plan_cost: Array
    plan_earned: Array
    plan_falls: Array
    closed_for_money: BoolArray
    leaves: BoolArray
