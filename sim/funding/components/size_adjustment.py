"""More for small, rural or sparse districts."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.arrays import Array, BoolArray
from sim.funding.components.amounts import MOST_ENTRIES, Members, Multiplier
from sim.funding.components.component import SIZE, Component, Strict, listed
from sim.funding.context import PricingContext
from sim.funding.schedule import PRICES, STAKES, Schedule
from sim.inputs import Mistake, shown
from sim.world.world import World

LOCALES = ("city", "suburb", "town", "rural")
"""The locale words of the districts table."""


class Small(Strict):
    """Districts with fewer members in grades 9-12 than ``members_below``."""

    members_below: Members
    multiplier: Multiplier


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


class Sparse(Strict):
    """Districts with fewer members in grades 9-12 for each high school than ``members_per_school_below``."""

    members_per_school_below: Members
    multiplier: Multiplier


UNADJUSTED = frozenset({"startup_share", "expenditure_share", "per_quality_point", "statewide", *STAKES})
"""Prices that the size of a district leaves as they are."""


class SizeAdjustment(Component):
    """Multiplies the line's dollar amounts for districts that are small, rural or sparse.

    Modeled on the size adjustment and rural units of New Mexico's funding formula (Section 22-8-23 NMSA 1978 and its
    amendments) and on California's size bands. A district that meets several conditions gets the greatest of their
    multipliers, not their product. Shares of spending are left as they are.
    """

    kind: Literal["size_adjustment"] = "size_adjustment"
    small: Small | None = None
    rural: Rural | None = None
    sparse: Sparse | None = None

    stage = SIZE
    once_in_a_line = True

    @model_validator(mode="after")
    def _adjusts_something(self) -> Self:
        if self.small is None and self.rural is None and self.sparse is None:
            raise ValueError("write at least one of small, rural or sparse")
        return self

    def paid_prices(self) -> frozenset[str]:
        """None: it multiplies what others pay."""
        return frozenset()

    def works_on(self) -> frozenset[str]:
        """Dollar amounts, if a multiplier is other than 1."""
        multiplies = any(part is not None and part.multiplier != 1.0 for part in (self.small, self.rural, self.sparse))
        return frozenset(PRICES) - UNADJUSTED if multiplies else frozenset()

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Conditions that no district of the world meets."""
        districts = world.districts
        members, schools = districts.membership, np.maximum(districts.high_schools, 1)
        found = []
        if self.small is not None and not (members < self.small.members_below).any():
            said = f"no district has fewer than {self.small.members_below:g} members; the smallest has"
            found.append(Mistake(("small", "members_below"), f"{said} {members.min():,.0f}"))
        if self.rural is not None and not set(self.rural.locales) & set(districts.locale):
            there = ", ".join(sorted(set(districts.locale)))
            found.append(
                Mistake(("rural", "locales"), f"no district is {listed(self.rural.locales)}; there are: {there}")
            )
        if self.sparse is not None and not (members < self.sparse.members_per_school_below * schools).any():
            said = f"no district has fewer than {self.sparse.members_per_school_below:g} members for each high school"
            found.append(Mistake(("sparse", "members_per_school_below"), said))
        return found

    def multiplier(self, context: PricingContext) -> Array:
        """The multiplier of each district, ``[..., D, 1]``."""
        districts = context.world.districts
        members = context.counts.membership
        conditions: list[tuple[BoolArray, float]] = []
        if self.small is not None:
            conditions.append((members < self.small.members_below, self.small.multiplier))
        if self.rural is not None:
            is_rural = np.array([[locale in self.rural.locales] for locale in districts.locale], dtype=np.bool_)
            conditions.append((is_rural.reshape(len(districts), 1), self.rural.multiplier))
        if self.sparse is not None:
            schools = np.maximum(districts.high_schools[:, np.newaxis], 1)
            conditions.append((members < self.sparse.members_per_school_below * schools, self.sparse.multiplier))
        met = conditions[0][0]
        greatest = np.where(met, conditions[0][1], 0.0)
        for condition, multiplier in conditions[1:]:
            met = met | condition
            greatest = np.maximum(greatest, np.where(condition, multiplier, 0.0))
        return np.where(met, greatest, 1.0)

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """What the adjustment adds to every dollar amount, ``[..., D, 1]`` or ``[..., D, C]``."""
        return so_far.without(*UNADJUSTED).times(self.multiplier(context) - 1.0)

    def describe(self) -> list[str]:
        """One sentence for each condition."""
        sentences = []
        if self.small is not None:
            who = f"fewer than {self.small.members_below:g} members in grades 9-12"
            sentences.append(f"The amounts are multiplied by {self.small.multiplier:g} in districts with {who}.")
        if self.rural is not None:
            who = listed(self.rural.locales)
            sentences.append(f"The amounts are multiplied by {self.rural.multiplier:g} in {who} districts.")
        if self.sparse is not None:
            who = f"fewer than {self.sparse.members_per_school_below:g} members for each high school"
            sentences.append(f"The amounts are multiplied by {self.sparse.multiplier:g} in districts with {who}.")
        return sentences
