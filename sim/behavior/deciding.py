"""The yearly decision of a district, for every cluster at once: close, contract, hold, expand or launch.

``decide`` is the step of the agent. It reads only what the district itself knows (``Situation``), so that it can be
called for one district's row or for all districts of many runs with the same result.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from sim.arrays import Array, BoolArray, logistic, part_of
from sim.behavior import closing, launching, sizing
from sim.parameters.groups import Books, Decisions

A_CENT = 0.01
"""Dollars: books that close to the cent are in no deficit, whatever the rounding of sums."""


class Rows:
    """A bundle of arrays that can be cut to one district."""

    def row(self, district: int) -> Self:
        """The same bundle for one district: every array that varies by district is cut to ``[..., 1, n]``."""
        cut = {}
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and value.shape[-2] > 1:
                cut[field.name] = value[..., district : district + 1, :]
        return replace(self, **cut)  # type: ignore[type-var]


@dataclass(frozen=True)
class Situation(Rows):
    """What a district knows when it decides. Dollars of the year; ``[..., D, C]`` unless said otherwise.

    Offer: ``sites``, ``sections`` (staffed), ``vacant_sections``, ``vacant_years``, ``launching`` (years until the
    next site's first cohort, 0 if none), ``facilities`` (schools with a usable lab or shop), ``high_schools``
    ``[D, 1]``, ``equipment`` (service life left).
    Students: ``participants`` of last year; ``demanded``, the students who would come this year; ``site_demand``,
    those whom one more site would draw, and ``site_sections``, the sections that it would run.
    Money: ``margin``, a year's expected revenue of a pathway as it stands less its excess cost as practiced;
    ``site_margin``, that of one more site; ``startup_cost`` and ``startup_grant`` of one site; ``facility_cost``;
    ``cash``, ``general_money`` (for launches) and ``yearly_spending`` ``[..., D, 1]``.
    Signals: ``labor_signal``, ``peer_share``; ``quality_gap``, ``revenue_risk`` and ``spending_ratio``
    ``[..., D, 1]``. ``annuity`` turns a yearly margin into a value over the planning horizon, ``[..., 1, 1]``.
    ``class_size``, ``class_cap`` ``[1, C]``; ``price_index`` and ``seats_per_section`` ``[..., 1, 1]``.
    Draws: ``launch_draw`` and ``close_draw``, uniform on [0, 1).
    """

    sites: Array
    sections: Array
    vacant_sections: Array
    vacant_years: Array
    launching: Array
    facilities: Array
    high_schools: Array
    equipment: Array
    participants: Array
    demanded: Array
    site_demand: Array
    site_sections: Array
    margin: Array
    site_margin: Array
    startup_cost: Array
    startup_grant: Array
    facility_cost: Array
    cash: Array
    general_money: Array
    yearly_spending: Array
    labor_signal: Array
    peer_share: Array
    quality_gap: Array
    revenue_risk: Array
    spending_ratio: Array
    annuity: Array
    class_size: Array
    class_cap: Array
    price_index: Array
    seats_per_section: Array
    launch_draw: Array
    close_draw: Array


@dataclass(frozen=True)
class Choice:
    """What a district decided, ``[..., D, C]``.

    ``sites_closed``; ``section_change`` (positive: sections to staff, negative: sections given up), before closures;
    ``launch``: a further site, provided that an instructor is found; ``launch_sections`` it needs; ``launch_cost``
    net of grants, facility included; ``builds_facility``. ``wanted`` and the ``stopped_by_*`` masks count launches by
    what stopped them.
    """

    sites_closed: Array
    section_change: Array
    launch: BoolArray
    launch_sections: Array
    launch_cost: Array
    builds_facility: BoolArray
    wanted: BoolArray
    stopped_by_size: BoolArray
    stopped_by_facility: BoolArray
    stopped_by_cash: BoolArray
    stopped_by_capacity: BoolArray


def attractiveness(situation: Situation, net_value: Array, decisions: Decisions) -> Array:
    """How much a district wants one more site of a cluster, ``[..., D, C]``, on the scale of log odds.

    financial x asinh(expected net value / scale) + demand x unmet demand in sections + labor signal + peers + quality
    - risk aversion x share of revenue at risk - inertia where the district offers nothing of the cluster yet.
    """
    s = situation
    of_the_district = (
        decisions.quality_weight * s.quality_gap - decisions.risk_aversion * s.revenue_risk - decisions.launch_inertia
    )
    by_section = decisions.demand_weight / (s.class_size * s.seats_per_section)
    return (
        decisions.financial_weight * np.arcsinh(net_value * (1.0 / (decisions.financial_scale * s.price_index)))
        + np.minimum(s.site_demand * by_section, 2.0 * decisions.demand_weight)
        + decisions.labor_weight * s.labor_signal
        + decisions.peer_weight * s.peer_share
        + decisions.launch_inertia * np.minimum(s.sites, 1.0)
        + of_the_district
    )


def decide(situation: Situation, decisions: Decisions, books: Books) -> Choice:
    """The district's step: closures, sections, then launches among the clusters that compete for its cash."""
    s = situation
    startup_net = s.startup_cost - s.startup_grant
    score = attractiveness(s, s.annuity * s.site_margin - startup_net, decisions)
    candidate = (
        (s.sites < s.high_schools)
        & (s.launching <= 0)
        & (s.site_demand > decisions.considered_share * decisions.minimum_section)
    )
    wanted = candidate & (s.launch_draw < logistic(decisions.launch_intercept + score))
    gates = launching.pass_gates(
        wanted=wanted,
        score=score,
        expected_participants=s.site_demand,
        has_facility=s.facilities > s.sites,
        startup_net=startup_net,
        facility_cost=s.facility_cost,
        cash=np.maximum(s.cash - decisions.cash_reserve * s.yearly_spending, 0.0) + s.general_money,
        capacity=launching.launch_capacity(s.high_schools, decisions.launches_per_school),
        minimum_section=decisions.minimum_section,
    )

    real_margin = s.margin * (s.participants > 0) * (1.0 / s.price_index)
    chance = closing.closing_chance(
        part_of(real_margin, s.participants),
        s.cash < -A_CENT,
        s.vacant_years >= 2,
        s.participants < decisions.minimum_section * s.sites,
        s.equipment,
        decisions,
    )
    sites_closed = closing.sites_closed(s.sites, chance, s.close_draw)

    full, capped = s.class_size * s.seats_per_section, s.class_cap * s.seats_per_section
    planned = sizing.planned_class(full, capped, s.spending_ratio, books.practiced_spending)
    section_change = sizing.section_change(
        sections=s.sections + s.vacant_sections,
        sites=s.sites,
        needed=sizing.sections_needed(s.demanded, planned, s.sites),
        half_empty=s.participants < s.sections * (decisions.contraction_fill * full),
        squeezed=s.spending_ratio < books.practiced_spending,
        decisions=decisions,
    )
    return Choice(
        sites_closed=sites_closed,
        section_change=section_change,
        launch=gates.passed,
        launch_sections=s.site_sections,
        launch_cost=gates.cost,
        builds_facility=gates.builds_facility,
        wanted=wanted,
        stopped_by_size=gates.stopped_by_size,
        stopped_by_facility=gates.stopped_by_facility,
        stopped_by_cash=gates.stopped_by_cash,
        stopped_by_capacity=gates.stopped_by_capacity,
    )
