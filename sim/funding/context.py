"""What the state knows when it announces the prices of a year."""

from dataclasses import dataclass, field

import numpy as np

from sim.arrays import Array
from sim.funding.schedule import Counts
from sim.world.world import World

ONE: Array = np.ones((1, 1))
ONE.flags.writeable = False


@dataclass(frozen=True)
class PricingContext:
    """Everything a component may read, at the moment the state announces.

    ``price_index`` and ``unit_value`` (dollars for each program unit) are ``[..., 1, 1]``. ``counts`` are those that
    the state saw last, that is last year's. ``appropriation`` ``[..., 1, 1]`` is the line's money of this year, dollars
    (infinite where the line is funded in full). ``award_noise`` (one draw a year) and ``award_capacity`` (one draw a
    run: how good a district is at winning grants) are standard normal, ``[..., D, 1]``. ``index`` ``[..., 1, 1]``
    multiplies the dollars written in the line; ``announce`` sets it to the price index where the line is indexed.
    ``expected``: what ``award_noise`` would decide is posted at its expectation, before the year's draw. Where a
    component has a condition, ``inside`` says where it holds, ``counts`` are those of there and ``everywhere`` all.
    """

    world: World
    fiscal_year: int
    price_index: Array
    unit_value: Array
    counts: Counts
    appropriation: Array
    award_noise: Array
    award_capacity: Array
    index: Array = field(default_factory=lambda: ONE)
    expected: bool = False
    inside: Array | None = None
    everywhere: Counts | None = None

    @property
    def all_counts(self) -> Counts:
        """The counts of all districts, whatever condition the component has."""
        return self.counts if self.everywhere is None else self.everywhere
