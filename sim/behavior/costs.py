"""What CTE costs beyond ordinary courses: the excess cost of a pathway, sustained and as practiced."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.parameters.groups import ClusterCosts, Costs, Parameters, Staffing
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


def site_scale(sites: Array, sections: Array, costs: Costs) -> Array:
    """How many sites at 1.0 FTE a pathway's non-salary costs amount to: part goes with the site whatever its size,
    part with its instructors."""
    return costs.fixed_site_share * sites + (1.0 - costs.fixed_site_share) * sections / costs.sections_per_instructor


def section_salary(clusters: Clusters, wage_index: Array, costs: Costs, staffing: Staffing) -> Array:
    """Compensation for one section, dollars, ``[..., 1, C]``, with the part of the cluster's wage premium paid."""
    premium = 1.0 + staffing.premium_paid * clusters.salary_premium
    return costs.compensation * wage_index * premium / costs.sections_per_instructor


def elective_cost(wage_index: Array, costs: Costs, seats_per_section: Array) -> Array:
    """What a participant would cost in an ordinary elective of ``elective_class_size`` students, dollars."""
    participants_per_instructor = costs.sections_per_instructor * costs.elective_class_size * seats_per_section
    return costs.compensation * wage_index / participants_per_instructor


def instruction_excess(sections: Array, participants: Array, salary: Array, elective: Array) -> Array:
    """Instruction beyond ordinary electives, dollars, ``[..., D, C]``: smaller classes cost more per student."""
    return sections * salary - participants * elective


def usual_cost(
    salary: Array,
    elective: Array,
    sites: SiteCosts,
    variable_each: Array,
    practiced: Array,
    clusters: Clusters,
    parameters: Parameters,
) -> Array:
    """Excess cost of a participant in a full section of a site of usual size, dollars, ``[..., D, C]``, positive.

    ``variable_each`` are consumables and exams of a participant; non-salary costs count as far as they are practiced.
    """
    seats = clusters.class_size * parameters.choice.seats_per_section
    costs = parameters.costs
    site_share = costs.fixed_site_share / costs.usual_site + (1.0 - costs.fixed_site_share) / (
        seats * costs.sections_per_instructor
    )
    excess = salary / seats - elective + practiced * (sites.total * site_share + variable_each)
    return np.maximum(excess, 0.1 * elective)


def variable_cost(
    participants: Array,
    concentrators: Array,
    attempts: Array,
    clusters: ClusterCosts,
    price_index: Array,
    costs: Costs,
) -> Array:
    """Consumables and exam fees, dollars, ``[..., D, C]``; upper-level courses use more consumables."""
    materials = clusters.consumables * (participants + costs.upper_level_consumables * concentrators)
    return (materials * costs.running_level + clusters.exam_fee * attempts) * price_index
