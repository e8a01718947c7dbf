"""The yearly decision of a district, for every cluster at once: close, contract, hold, expand or launch.

``decide`` is the step of the agent. It reads only what the district itself knows (``Situation``), so that it can be
called for one district's row or for all districts of many runs with the same result.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from sim.arrays import Array, BoolArray, logistic, part_of
from sim.behavior import closing, launching, sizing
from sim.behavior.closing import ClosingTerms
from sim.behavior.launching import Gates
from sim.parameters.groups import Decisions

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
    Signals: ``labor_signal``, ``peer_share``; ``quality_gap``, ``revenue_risk``, ``short_of_money`` (last year's
    spending fell short of what is practiced) and ``squeeze`` (how far classes are planned from their usual size toward
    their cap) ``[..., D, 1]``. ``annuity`` turns a yearly margin into a value over
    the planning horizon, ``[..., 1, 1]``.
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
    short_of_money: BoolArray
    squeeze: Array
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


@dataclass(frozen=True)
class Attraction:
    """What speaks for one more site of a cluster (positive) and against it, log odds, each broadcasting to
    ``[..., D, C]``.

    financial x asinh(expected net value / scale) + demand x unmet demand in sections + labor signal + peers + quality
    - risk aversion x share of revenue at risk - inertia where the district offers nothing of the cluster yet.
    """

    known: Situation
    net_value: Array
    decisions: Decisions

    @property
    def financial(self) -> Array:
        """Expected net value over the planning horizon, in constant dollars; it saturates."""
        scale = self.decisions.financial_scale * self.known.price_index
        term: Array = self.decisions.financial_weight * np.arcsinh(self.net_value * (1.0 / scale))
        return term

    @property
    def unmet_demand(self) -> Array:
        """Full sections of students whom the site would draw, at most two."""
        by_section = self.decisions.demand_weight / (self.known.class_size * self.known.seats_per_section)
        return np.minimum(self.known.site_demand * by_section, 2.0 * self.decisions.demand_weight)

    @property
    def labor_signal(self) -> Array:
        """Priorities and job openings of the region."""
        return self.decisions.labor_weight * self.known.labor_signal

    @property
    def peers(self) -> Array:
        """Neighbors that offer the cluster."""
        return self.decisions.peer_weight * self.known.peer_share

    @property
    def quality(self) -> Array:
        """Quality above the reference."""
        return self.decisions.quality_weight * self.known.quality_gap

    @property
    def risk(self) -> Array:
        """Revenue that may not be paid or not last."""
        return -self.decisions.risk_aversion * self.known.revenue_risk

    @property
    def inertia(self) -> Array:
        """Nothing, or the inertia of a district that offers nothing of the cluster yet."""
        return self._offered - self.decisions.launch_inertia

    @property
    def _offered(self) -> Array:
        return self.decisions.launch_inertia * np.minimum(self.known.sites, 1.0)

    @property
    def total(self) -> Array:
        """How much a district wants one more site of a cluster, ``[..., D, C]``, on the scale of log odds."""
        of_the_district = self.quality + self.risk - self.decisions.launch_inertia
        return self.financial + self.unmet_demand + self.labor_signal + self.peers + self._offered + of_the_district


@dataclass(frozen=True)
class Launch:
    """One more site of every cluster, weighed, ``[..., D, C]``.

    ``attraction``, its sum ``score`` and, with the intercept, the yearly ``chance`` of wanting it. ``candidate``: a
    high school is without the cluster, none of its launches is under way and enough students would come; ``wanted``: a
    candidate whose draw lies below its chance. ``has_facility``: a usable lab or shop stands ready. ``money`` for
    launches, dollars, and ``capacity``, launches a year, ``[..., D, 1]``. ``gates``: what became of it.
    """

    attraction: Attraction
    score: Array
    chance: Array
    candidate: BoolArray
    wanted: BoolArray
    has_facility: BoolArray
    money: Array
    capacity: Array
    gates: Gates


@dataclass(frozen=True)
class Sections:
    """How many sections a pathway should run, ``[..., D, C]``: participants ``planned`` for each, sections ``needed``,
    whether they run ``half_empty``, and the ``change`` that follows."""

    planned: Array
    needed: Array
    half_empty: BoolArray
    change: Array


def weigh_launch(situation: Situation, decisions: Decisions) -> Launch:
    """Which further sites the district wants, and which of them pass the gates, the most attractive first."""
    s = situation
    startup_net = s.startup_cost - s.startup_grant
    attraction = Attraction(s, s.annuity * s.site_margin - startup_net, decisions)
    score = attraction.total
    candidate = (
        (s.sites < s.high_schools)
        & (s.launching <= 0)
        & (s.site_demand > decisions.considered_share * decisions.minimum_section)
    )
    chance = logistic(decisions.launch_intercept + score)
    wanted = candidate & (s.launch_draw < chance)
    has_facility = s.facilities > s.sites
    money = np.maximum(s.cash - decisions.cash_reserve * s.yearly_spending, 0.0) + s.general_money
    capacity = launching.launch_capacity(s.high_schools, decisions.launches_per_school)
    gates = launching.pass_gates(
        wanted=wanted,
        score=score,
        expected_participants=s.site_demand,
        has_facility=has_facility,
        startup_net=startup_net,
        facility_cost=s.facility_cost,
        cash=money,
        capacity=capacity,
        minimum_section=decisions.minimum_section,
    )
    return Launch(attraction, score, chance, candidate, wanted, has_facility, money, capacity, gates)


def weigh_closing(situation: Situation, decisions: Decisions) -> ClosingTerms:
    """What speaks for and against closing the sites of a pathway."""
    s = situation
    real_margin = s.margin * (s.participants > 0) * (1.0 / s.price_index)
    return ClosingTerms(
        real_margin=part_of(real_margin, s.participants),
        in_deficit=s.cash < -A_CENT,
        long_vacant=part_of(s.vacant_sections, s.sections + s.vacant_sections)
        * (s.vacant_years >= decisions.close_vacancy_years),
        small=s.participants < decisions.minimum_section * s.sites,
        service_life=s.equipment,
        decisions=decisions,
    )


def weigh_sections(situation: Situation, decisions: Decisions) -> Sections:
    """How many sections a pathway's students need, and by how many it changes."""
    s = situation
    full, capped = s.class_size * s.seats_per_section, s.class_cap * s.seats_per_section
    planned = sizing.planned_class(full, capped, s.squeeze)
    needed = sizing.sections_needed(s.demanded, planned, s.sites)
    half_empty = s.participants < s.sections * (decisions.contraction_fill * full)
    change = sizing.section_change(
        sections=s.sections + s.vacant_sections,
        sites=s.sites,
        needed=needed,
        half_empty=half_empty,
        short_of_money=s.short_of_money,
        decisions=decisions,
    )
    return Sections(planned, needed, half_empty, change)


def decide(situation: Situation, decisions: Decisions) -> Choice:
    """The district's step: closures, sections, then launches among the clusters that compete for its cash."""
    s = situation
    launch = weigh_launch(s, decisions)
    gates = launch.gates
    return Choice(
        sites_closed=closing.sites_closed(s.sites, weigh_closing(s, decisions).chance, s.close_draw),
        section_change=weigh_sections(s, decisions).change,
        launch=gates.passed,
        launch_sections=s.site_sections,
        launch_cost=gates.cost,
        builds_facility=gates.builds_facility,
        wanted=launch.wanted,
        stopped_by_size=gates.stopped_by_size,
        stopped_by_facility=gates.stopped_by_facility,
        stopped_by_cash=gates.stopped_by_cash,
        stopped_by_capacity=gates.stopped_by_capacity,
    )
