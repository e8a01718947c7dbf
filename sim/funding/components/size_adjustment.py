"""More for small, rural or sparse districts."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import Array
from sim.funding.components.amounts import MOST_ENTRIES, Members, Multiplier
from sim.funding.components.component import SIZE, Component
from sim.funding.conditions import LOCALES, MembersBand, PerSchoolBand, Where, holds, out_of_place
from sim.funding.context import PricingContext
from sim.funding.schedule import PRICES, STAKES, Schedule
from sim.funding.strict import Strict
from sim.inputs import Mistake, Part, shown
from sim.world.world import World


class Small(Strict):
    """Districts with fewer members in grades 9-12 than ``members_below``."""

    members_below: Members
    multiplier: Multiplier

    def condition(self) -> Where:
        """The condition in the grammar of all others."""
        return Where.model_construct(members=MembersBand.model_construct(below=self.members_below))


class Rural(Strict):
    """Districts in one of ``locales`` (the locale words of the districts table)."""

    locales: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_ENTRIES)] = ("rural",)
    multiplier: Multiplier

    @field_validator("locales", mode="before")
    @classmethod
    def _as_list(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("locales")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            if word not in LOCALES:
                raise ValueError(f"{shown(word)} is no locale; allowed: {', '.join(LOCALES)}")
            if value.count(word) > 1:
                raise ValueError(f"{shown(word)} stands twice")
        return value

    def condition(self) -> Where:
        """The condition in the grammar of all others."""
        return Where.model_validate({"locale": list(self.locales)})


class Sparse(Strict):
    """Districts with fewer members in grades 9-12 for each high school than ``members_per_school_below``."""

    members_per_school_below: Members
    multiplier: Multiplier

    def condition(self) -> Where:
        """The condition in the grammar of all others."""
        band = PerSchoolBand.model_construct(below=self.members_per_school_below)
        return Where.model_construct(members_per_school=band)


class SizeBand(Strict):
    """Districts that meet any condition (``where``)."""

    where: Where
    multiplier: Multiplier

    def condition(self) -> Where:
        """The condition."""
        return self.where


UNADJUSTED = frozenset({"startup_share", "expenditure_share", "per_quality_point", "statewide", *STAKES})
"""Prices that the size of a district leaves as they are."""


class SizeAdjustment(Component):
    """Multiplies the line's dollar amounts for districts that are small, rural or sparse, or meet a condition of
    ``bands``.

    Modeled on the size adjustment and rural units of New Mexico's funding formula (Section 22-8-23 NMSA 1978 and its
    amendments) and on California's size bands. A district that meets several conditions gets the greatest of their
    multipliers, not their product. Shares of spending are left as they are.
    """

    kind: Literal["size_adjustment"] = "size_adjustment"
    small: Small | None = None
    rural: Rural | None = None
    sparse: Sparse | None = None
    bands: Annotated[tuple[SizeBand, ...], Field(max_length=MOST_ENTRIES)] = ()

    stage = SIZE
    once_in_a_line = True

    @model_validator(mode="after")
    def _adjusts_something(self) -> Self:
        if not self.conditions():
            raise ValueError("write at least one of small, rural, sparse or bands")
        if any(band.where.by_cluster() for band in self.bands):
            raise ValueError("bands are of districts; write a cost_tier for clusters")
        return self

    def conditions(self) -> list[tuple[tuple[Part, ...], Where, float]]:
        """Each condition with its multiplier, and the way to where it is written."""
        found: list[tuple[tuple[Part, ...], Where, float]] = []
        for part, key in (
            (self.small, ("small", "members_below")),
            (self.rural, ("rural", "locales")),
            (self.sparse, ("sparse", "members_per_school_below")),
        ):
            if part is not None:
                found.append((key, part.condition(), part.multiplier))
        found.extend((("bands", place, "where"), band.where, band.multiplier) for place, band in enumerate(self.bands))
        return found

    def paid_prices(self) -> frozenset[str]:
        """None: it multiplies what others pay."""
        return frozenset()

    def works_on(self) -> frozenset[str]:
        """Dollar amounts, if a multiplier is other than 1."""
        multiplies = any(multiplier != 1.0 for _, _, multiplier in self.conditions())
        return frozenset(PRICES) - UNADJUSTED if multiplies else frozenset()

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Conditions that no district of the world meets."""
        return [
            Mistake((*way, *mistake.where), mistake.said)
            for way, where, _ in self.conditions()
            for mistake in out_of_place(where, world)
        ]

    def multiplier(self, context: PricingContext) -> Array:
        """The multiplier of each district, ``[..., D, 1]``: the greatest of those whose condition it meets, else 1."""
        members = context.counts.membership
        (_, first, times), *others = self.conditions()
        met = holds(first, context.world, members)
        greatest = np.where(met, times, 0.0)
        for _, where, multiplier in others:
            condition = holds(where, context.world, members)
            met = met | condition
            greatest = np.maximum(greatest, np.where(condition, multiplier, 0.0))
        return np.where(met, greatest, 1.0)

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """What the adjustment adds to every dollar amount, ``[..., D, 1]`` or ``[..., D, C]``."""
        return so_far.without(*UNADJUSTED).times(self.multiplier(context) - 1.0)

    def describe(self) -> list[str]:
        """One sentence for each condition."""
        said = [
            f"The amounts are multiplied by {multiplier:g} {where.words()}."
            for _, where, multiplier in self.conditions()
        ]
        if len(said) > 1:
            said = [one.replace(", and nowhere else.", ".") for one in said]
            said.append("Where several of these hold the greatest multiplier counts, and elsewhere none.")
        return said
