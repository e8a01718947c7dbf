"""What CTE costs beyond ordinary courses: the excess cost of a pathway, sustained and as practiced."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import ZERO, Array, part_of
from sim.parameters.groups import Costs, Parameters, Staffing
from sim.world.world import Clusters


@dataclass(frozen=True)
class SiteCosts:
    """Non-salary costs of one site at 1.0 FTE with everything sustained, dollars of the year, ``[..., 1, C]``."""

    replacement: Array
    upkeep: Array
    """Maintenance, professional development and student organizations."""

    @property
    def total(self) -> Array:
        """All non-salary costs of a site."""
        return self.replacement + self.upkeep


def site_costs(clusters: Clusters, price_index: Array, costs: Costs) -> SiteCosts:
    """Non-salary costs of a site (clusters table), raised by the price index."""
    level = price_index * costs.running_level
    upkeep = clusters.maintenance_cost + clusters.professional_development_cost + clusters.student_organization_cost
    return SiteCosts(clusters.replacement_cost * level, upkeep * level)


def section_salary(clusters: Clusters, wage_index: Array, costs: Costs, staffing: Staffing) -> Array:
    """Compensation for one section, dollars, ``[..., 1, C]``, with the part of the cluster's wage premium paid."""
    premium = 1.0 + staffing.premium_paid * clusters.salary_premium
    return costs.compensation * wage_index * premium / costs.sections_per_instructor


def elective_cost(wage_index: Array, costs: Costs) -> Array:
    """What a student would cost in an ordinary elective of ``elective_class_size`` students, dollars."""
    students_per_instructor = costs.sections_per_instructor * costs.elective_class_size
    return costs.compensation * wage_index / students_per_instructor


@dataclass(frozen=True)
class UnitCosts:
    """What one unit of everything costs in a year, dollars, ``[..., 1, C]``, with everything sustained.

    ``program``: what a district spends to run CTE at all. ``section``: compensation of a section. ``elective`` ``[...,
    1, 1]``: what a participant would cost in an ordinary course. Non-salary costs go partly with the ``site`` whatever
    its size, partly with its instructors (``section_upkeep``). Consumables and exam fees go with each ``participant``,
    further with each ``concentrator``, as upper-level courses use more, and with each exam ``attempt``. ``replacement``
    is the part of ``site`` and ``section_upkeep`` that replaces equipment."""

    program: Array
    section: Array
    elective: Array
    site: Array
    section_upkeep: Array
    participant: Array
    concentrator: Array
    attempt: Array
    replacement: Array


def unit_costs(clusters: Clusters, parameters: Parameters, wage_index: Array, price_index: Array) -> UnitCosts:
    """Unit costs at a year's wages and prices; the same for all districts."""
    costs, drawn = parameters.costs, parameters.clusters
    parts = site_costs(clusters, price_index, costs)
    site = parts.total
    materials = drawn.consumables * costs.running_level * price_index
    return UnitCosts(
        program=costs.program * wage_index,
        section=section_salary(clusters, wage_index, costs, parameters.staffing),
        elective=elective_cost(wage_index, costs),
        site=costs.fixed_site_share * site,
        section_upkeep=(1.0 - costs.fixed_site_share) / costs.sections_per_instructor * site,
        participant=materials,
        concentrator=materials * costs.upper_level_consumables,
        attempt=drawn.exam_fee * price_index,
        replacement=part_of(parts.replacement, site),
    )


def variable_each(progression: Array, attempts_each: Array, unit: UnitCosts, practiced: Array) -> Array:
    """Consumables and exams of a participant where ``progression`` of them concentrate, with ``attempts_each`` exams
    for each concentrator, dollars, ``[..., D, C]``; the share of them that is ``practiced``."""
    return practiced * unit.participant + progression * (practiced * (unit.concentrator + attempts_each * unit.attempt))


def flexible_cost(
    sites: Array, sections: Array, participants: Array, concentrators: Array, attempts: Array, unit: UnitCosts
) -> Array:
    """All but instruction, dollars, ``[..., D, C]``: replacement, upkeep, consumables and exams."""
    without_exams = (
        sites * unit.site
        + sections * unit.section_upkeep
        + participants * unit.participant
        + concentrators * unit.concentrator
    )
    return without_exams if attempts is ZERO else without_exams + attempts * unit.attempt


def usual_cost(practiced_variable: Array, unit: UnitCosts, practiced: Array, seats: Array, usual_site: Array) -> Array:
    """Excess cost of a participant in a full section of a site of usual size, dollars, ``[..., D, C]``, positive.

    ``practiced_variable`` are a participant's consumables and exams and ``practiced`` the share of non-salary costs, as
    far as they are paid in ordinary years. ``seats`` ``[..., 1, C]`` are the participants of a full section,
    ``usual_site`` the sites at 1.0 FTE that a site usually amounts to.
    """
    each = unit.section / seats - unit.elective
    upkeep = practiced * (unit.site / usual_site + unit.section_upkeep / seats)
    return np.maximum(practiced_variable + (each + upkeep), 0.1 * unit.elective)
