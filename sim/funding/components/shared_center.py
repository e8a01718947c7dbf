"""Money for centers at which students of several districts or high schools are taught."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.arrays import ZERO, Array, BoolArray, district_total, ratio, state_total
from sim.funding.components.amounts import MOST_ENTRIES, Count, DistrictDollars, OneDollars, Share, Title
from sim.funding.components.component import Component, money, percent
from sim.funding.conditions import Where, mask, out_of_place
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts, Schedule
from sim.funding.strict import Strict
from sim.inputs import Mistake, Unit
from sim.world.world import World


class Center(Strict):
    """A center: whom it serves (``where``, districts and, if it does not teach all, clusters)."""

    name: Title
    where: Where


class SharedCenter(Component):
    """Dollars for each shared center, and for each student who is taught there.

    Modeled on Idaho's career technical schools (at least two high schools, none with more than 85% of the enrollment)
    and on regional centers such as New York's BOCES and North Dakota's. A center reaches the districts and clusters of
    its ``where``: participants and concentrators of these pathways are taken to be taught there. It is paid where at
    least ``least_districts`` send students, and none more than ``largest_share`` of them, as the state counted them
    last. ``per_center`` is shared by the districts as they send participants; ``per_participant`` and
    ``per_concentrator`` follow the student. Districts whose classes are small share sections there, pay for the way,
    and have some students who do not go (`sim.behavior.centers`); all others teach at home what the center pays for.
    """

    kind: Literal["shared_center"] = "shared_center"
    centers: Annotated[tuple[Center, ...], Field(min_length=1, max_length=MOST_ENTRIES)]
    per_center: Annotated[DistrictDollars, Unit("dollars for a center")] = 0.0
    per_participant: OneDollars = 0.0
    per_concentrator: OneDollars = 0.0
    least_districts: Annotated[Count, Unit("districts")] = 2.0
    largest_share: Share = 1.0

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [center.name for center in self.centers]
        if len(set(names)) < len(names):
            raise ValueError("two centers have one name")
        return self

    def paid_prices(self) -> frozenset[str]:
        """A lump sum for the center, prices for its students."""
        paid = {
            "per_district": self.per_center > 0.0,
            "per_participant": self.per_participant > 0.0,
            "per_concentrator": self.per_concentrator > 0.0,
        }
        return frozenset(name for name, pays in paid.items() if pays and self.largest_share > 0.0)

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """Centers for nobody, for fewer districts than it takes, and two for the same pathways."""
        found: list[Mistake] = []
        taken = np.zeros((len(world.districts), 1))
        for place, center in enumerate(self.centers):
            where = ("centers", place, "where")
            wrong = out_of_place(center.where, world)
            found += [Mistake((*where, *mistake.where), mistake.said) for mistake in wrong]
            if wrong:
                continue
            here = mask(center.where, world, world.districts.membership[:, np.newaxis])
            number = int((here.max(axis=-1) > 0.0).sum())
            if number < self.least_districts:
                least = f"{self.least_districts:g}"
                found.append(Mistake(where, f"reaches {number} districts, and a center is paid for {least} or more"))
            if ((taken > 0.0) & (here > 0.0)).any():
                found.append(Mistake(where, "reaches pathways that an earlier center does; a student is counted once"))
            taken = np.maximum(taken, here)
        return found

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """A lump sum ``[..., D, 1]`` and prices ``[..., D, C]`` (or ``[..., D, 1]`` for a center of all clusters)."""
        lump, participant, concentrator = ZERO, ZERO, ZERO
        for center in self.centers:
            here = mask(center.where, context.world, context.counts.membership)
            sends = district_total(context.counts.participants * here)
            paid = self._qualifies(sends) * context.index
            if np.any(self.per_center):
                lump = lump + ratio(sends, state_total(sends)) * (self.per_center * paid)
            if np.any(self.per_participant):
                participant = participant + here * (self.per_participant * paid)
            if np.any(self.per_concentrator):
                concentrator = concentrator + here * (self.per_concentrator * paid)
        return Schedule(per_district=lump, per_participant=participant, per_concentrator=concentrator)

    def members(self, world: World, counts: Counts) -> Iterator[BoolArray]:
        """Of each center that is paid, the pathways that it serves, ``[..., D, 1]`` or ``[..., D, C]``."""
        for center in self.centers:
            here = mask(center.where, world, counts.membership)
            yield (here > 0.0) & (self._qualifies(district_total(counts.participants * here)) > 0.0)

    def _qualifies(self, sends: Array) -> Array:
        """1 where enough districts send students and none too many of them, else 0, ``[..., 1, 1]``."""
        number = state_total((sends > 0.0).astype(np.float64))
        largest = ratio(sends.max(axis=-2, keepdims=True), state_total(sends))
        found: Array = ((number >= self.least_districts) & (largest <= self.largest_share)).astype(np.float64)
        return found

    def attended(self, center: Center, world: World, counts: Counts) -> tuple[Array, Array]:
        """What participants each district sends to a center, ``[..., D, 1]``; and 1 if it is paid, ``[..., 1, 1]``."""
        sends = district_total(counts.participants * mask(center.where, world, counts.membership))
        return sends, self._qualifies(sends)

    def describe(self) -> list[str]:
        """The amounts, then each center."""
        amounts = [
            (self.per_center, "every shared center, by the participants that each district sends"),
            (self.per_participant, "every participant taught at a shared center"),
            (self.per_concentrator, "every concentrator taught at a shared center"),
        ]
        said = [f"{money(dollars)} for {what}." for dollars, what in amounts if dollars]
        most = f", none more than {percent(self.largest_share)}" if self.largest_share < 1.0 else ""
        said.append(f"A center is paid where at least {self.least_districts:g} districts send students{most}.")
        return [*said, *(f"{center.name}: {center.where.phrase()}." for center in self.centers)]
