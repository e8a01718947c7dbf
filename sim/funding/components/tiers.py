"""Tiers: groups of career clusters that get more than others."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, get_args

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import ZERO, Array
from sim.funding.components.amounts import MOST_ENTRIES, Multiplier, OneDollars
from sim.funding.components.component import MULTIPLIERS, Strict, money
from sim.funding.components.counting import KEYS_OF, PRICES_OF, WORDS, PathwayCount, StudentCounting
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule
from sim.inputs import Mistake, shown
from sim.states.speaking import state_words
from sim.states.words import listed
from sim.world.world import World

HIGH_COST = "high_cost"
"""The state's high-cost fields; a cluster counts by the share of it that the fields cover."""
VALUE_WORDS: dict[str, float] = {"value_1": 1.0, "value_2": 2.0, "value_3": 3.0}
"""Clusters whose main credential is of low, middle or high labor-market value."""
TIER_WORDS = (HIGH_COST, *VALUE_WORDS)
BY_PATHWAY: tuple[PathwayCount, ...] = get_args(PathwayCount)


class Tier(Strict):
    """Clusters and what they get: ``dollars`` added for each one counted, or a ``multiplier`` (1.5 is half more).

    ``clusters`` is one cluster, a list of them, or a word: ``high_cost``, or ``value_1``, ``value_2``, ``value_3`` for
    the clusters whose main credential has that value tier.
    """

    clusters: Annotated[tuple[str, ...], Field(max_length=MOST_ENTRIES)]
    dollars: OneDollars | None = None
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
        for word in TIER_WORDS:
            if word in value and len(value) > 1:
                raise ValueError(f"{word} stands alone; give other clusters a tier of their own")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.dollars is None) == (self.multiplier is None):
            raise ValueError("write exactly one of dollars or multiplier")
        return self

    def coverage(self, world: World) -> Array:
        """How much of each cluster lies in the tier, 0 to 1, ``[1, C]``."""
        word = self.clusters[0]
        if word == HIGH_COST:
            return world.clusters.high_cost_share[np.newaxis, :]
        if word in VALUE_WORDS:
            return np.where(world.clusters.credential_tier[np.newaxis, :] == VALUE_WORDS[word], 1.0, 0.0)
        return np.array([[1.0 if cluster in self.clusters else 0.0 for cluster in world.clusters.identifier]])

    def named(self) -> tuple[str, ...]:
        """The clusters named, without words."""
        return tuple(cluster for cluster in self.clusters if cluster not in TIER_WORDS)

    def where(self) -> str:
        """The tier in words."""
        word = self.clusters[0]
        if word == HIGH_COST:
            return state_words().high_cost
        if word in VALUE_WORDS:
            return f"clusters of credential value {VALUE_WORDS[word]:g}"
        return listed([state_words().cluster(cluster) for cluster in self.clusters])


def check_tiers(tiers: tuple[Tier, ...], multipliers_only: bool = False) -> None:
    """Raise ValueError if there is no tier, a cluster stands in two, or value tiers stand beside named clusters."""
    named = [cluster for tier in tiers for cluster in tier.clusters]
    if not named:
        raise ValueError("name at least one tier")
    for cluster in named:
        if named.count(cluster) > 1:
            raise ValueError(f"{shown(cluster)} stands in two tiers")
    by_value = [cluster in VALUE_WORDS for cluster in named]
    if any(by_value) and not all(by_value):
        raise ValueError("tiers by value (value_1 to value_3) cover all clusters and stand without others")
    if multipliers_only and any(tier.multiplier is None for tier in tiers):
        raise ValueError("write a multiplier for each tier")


def tiers_out_of_place(tiers: tuple[Tier, ...], world: World) -> list[Mistake]:
    """Tiers in which no cluster of the world lies, and clusters that lie in two tiers and would be paid by both.

    Clusters that the world does not have are told elsewhere.
    """
    found = []
    holders: dict[str, int] = {}
    for place, tier in enumerate(tiers):
        inside = [name for name, share in zip(world.clusters.identifier, tier.coverage(world)[0], strict=True) if share]
        if not inside and not tier.named():
            found.append(Mistake(("tiers", place, "clusters"), f"no cluster lies in {shown(tier.clusters[0])}"))
        for cluster in inside:
            if cluster in holders:
                said = f"{shown(cluster)} lies in tier {holders[cluster] + 1} too; a cluster is paid by one tier"
                found.append(Mistake(("tiers", place, "clusters"), said))
                break
            holders[cluster] = place
    return found


def factors(tiers: tuple[Tier, ...], world: World) -> Array:
    """What one student of each cluster counts as, 1 where no tier says otherwise, ``[1, C]``."""
    factor = np.ones((1, len(world.clusters)))
    for tier in tiers:
        if tier.multiplier is not None:
            factor = factor + tier.coverage(world) * (tier.multiplier - 1.0)
    return factor


class Tiered(StudentCounting):
    """What cost tiers and value tiers share: dollars added, or the line's amounts multiplied, cluster by cluster."""

    count: PathwayCount = "concentrators"
    tiers: Annotated[tuple[Tier, ...], Field(max_length=MOST_ENTRIES)]

    stage = MULTIPLIERS

    @field_validator("tiers")
    @classmethod
    def _no_cluster_twice(cls, value: tuple[Tier, ...]) -> tuple[Tier, ...]:
        check_tiers(value)
        return value

    def paid_prices(self) -> frozenset[str]:
        """The price of what it counts, if a tier adds dollars to it."""
        adds = any(tier.dollars is not None and tier.dollars > 0.0 for tier in self.tiers)
        return PRICES_OF[self.count] if adds and self.counts_any(self.count) else frozenset()

    def works_on(self) -> frozenset[str]:
        """The amounts per participant and per concentrator, if a tier multiplies them."""
        multiplies = any(tier.multiplier not in (None, 1.0) for tier in self.tiers)
        return frozenset({"per_participant", "per_concentrator"} if multiplies else ())

    def without_effect(self) -> Mapping[str, str]:
        """What says how dollars are counted, where no tier adds dollars; else keys that the count does not follow."""
        if any(tier.dollars is not None for tier in self.tiers):
            return self.keys_without_effect(self.count, shares_out=False)
        keys = ("count", *KEYS_OF, "full_time_share", "eligible_share")
        return dict.fromkeys(keys, "a multiplier works on what the line's other components count")

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Tiers that match no cluster, or one that another has."""
        return tiers_out_of_place(self.tiers, world)

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
            schedule = self.prices_for(self.count, added * context.index)
        if factor is not ZERO:
            line_amounts = Schedule(per_participant=so_far.per_participant, per_concentrator=so_far.per_concentrator)
            schedule = schedule.plus(line_amounts.times(factor))
        return schedule

    def describe(self) -> list[str]:
        """One sentence for each tier."""
        sentences = []
        for tier in self.tiers:
            if tier.dollars is not None:
                sentences.append(f"{money(tier.dollars)} more for every {WORDS[self.count]} in {tier.where()}.")
            else:
                sentences.append(f"The amounts per student are multiplied by {tier.multiplier:g} in {tier.where()}.")
        return sentences


class CostTier(Tiered):
    """Tiered funding for specialized costs: more for clusters that are dearer to run.

    Modeled on Ohio's five category weights (ORC 3317.014) and on LESC's high-cost industry specialists, whose
    schools spent $1,592 more per student against $905 (LESC brief, pp. 7-8, 11). ``dollars`` are added for each
    one of ``count``; a ``multiplier`` works on the line's amounts per participant and per concentrator.
    """

    kind: Literal["cost_tier"] = "cost_tier"


class ValueTier(Tiered):
    """More for clusters that lead to work in demand and well paid.

    Modeled on Indiana's high, moderate and less-than-moderate value courses (IC 20-43-8-15) and on Tennessee's
    program levels (Rule 0520-12-05-.05: wage 70%, demand 20%, skill 10%). Works as ``cost_tier`` does; the words
    ``value_1`` to ``value_3`` sort clusters by the value of their main credential where a law's own list is not known.
    """

    kind: Literal["value_tier"] = "value_tier"
