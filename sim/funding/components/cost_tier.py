"""Higher amounts for career clusters that cost more."""

from typing import Literal, Self

import numpy as np
from pydantic import field_validator, model_validator

from sim.arrays import ZERO, Array
from sim.funding.components.component import MULTIPLIERS, Component, Dollars, Multiplier, Strict, listed, money
from sim.funding.components.per_student import per_student_schedule
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule
from sim.world.world import World

HIGH_COST = "high_cost"
"""LESC's four high-cost fields; a cluster counts by the share of it that the fields cover."""


class Tier(Strict):
    """Clusters and what they get: ``dollars`` added for each student counted, or a ``multiplier`` (1.5 is half more).

    ``clusters`` is one cluster, a list of them, or the word ``high_cost``.
    """

    clusters: tuple[str, ...]
    dollars: Dollars | None = None
    multiplier: Multiplier | None = None

    @field_validator("clusters", mode="before")
    @classmethod
    def _as_list(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("clusters")
    @classmethod
    def _named_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or len(set(value)) != len(value):
            raise ValueError("name at least one cluster, and each once")
        if HIGH_COST in value and len(value) > 1:
            raise ValueError("high_cost stands alone; give other clusters a tier of their own")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.dollars is None) == (self.multiplier is None):
            raise ValueError("write exactly one of dollars or multiplier")
        return self

    def coverage(self, world: World) -> Array:
        """How much of each cluster lies in the tier, 0 to 1, ``[1, C]``."""
        if self.clusters == (HIGH_COST,):
            return world.clusters.high_cost_share[np.newaxis, :]
        return np.array([[1.0 if cluster in self.clusters else 0.0 for cluster in world.clusters.identifier]])


class CostTier(Component):
    """Tiered funding for specialized costs: more for clusters that are dearer to run.

    Modelled on Ohio's five category weights (ORC 3317.014) and on LESC's high-cost industry specialists, whose
    schools spent $1,592 more per student against $905 (LESC brief, pp. 7-8, 11). ``dollars`` are added for each
    student of ``count``; a ``multiplier`` works on the line's amounts per participant and per concentrator.
    """

    kind: Literal["cost_tier"] = "cost_tier"
    count: Literal["participants", "concentrators"] = "concentrators"
    tiers: tuple[Tier, ...]

    stage = MULTIPLIERS

    @field_validator("tiers")
    @classmethod
    def _no_cluster_twice(cls, value: tuple[Tier, ...]) -> tuple[Tier, ...]:
        named = [cluster for tier in value for cluster in tier.clusters]
        if not named:
            raise ValueError("name at least one tier")
        for cluster in named:
            if named.count(cluster) > 1:
                raise ValueError(f"'{cluster}' stands in two tiers")
        return value

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """What the tiers add for each student and cluster, ``[..., 1, C]``."""
        added: Array = ZERO
        factor: Array = ZERO
        for tier in self.tiers:
            coverage = tier.coverage(context.world)
            if tier.dollars is not None:
                added = added + coverage * tier.dollars
            if tier.multiplier is not None:
                factor = factor + coverage * (tier.multiplier - 1.0)
        schedule = Schedule()
        if added is not ZERO:
            schedule = per_student_schedule(self.count, added * context.index)
        if factor is not ZERO:
            line_amounts = Schedule(per_participant=so_far.per_participant, per_concentrator=so_far.per_concentrator)
            schedule = schedule.plus(line_amounts.times(factor))
        return schedule

    def clusters_named(self) -> tuple[str, ...]:
        """All clusters of all tiers, without the word ``high_cost``."""
        return tuple(cluster for tier in self.tiers for cluster in tier.clusters if cluster != HIGH_COST)

    def describe(self) -> list[str]:
        """One sentence for each tier."""
        sentences = []
        for tier in self.tiers:
            where = "LESC's four high-cost fields" if tier.clusters == (HIGH_COST,) else listed(tier.clusters)
            if tier.dollars is not None:
                sentences.append(f"{money(tier.dollars)} more for every {self.count.removesuffix('s')} in {where}.")
            else:
                sentences.append(f"The amounts per student are multiplied by {tier.multiplier:g} in {where}.")
        return sentences
