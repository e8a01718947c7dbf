"""The federal test of how equally money is spread over pupils (34 CFR 222.162)."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array

LIMIT = 0.25
"""A state passes the federal test if its disparity is at most 25% (34 CFR 222.162)."""


@dataclass(frozen=True)
class Disparity:
    """Dollars a member at the 5th and the 95th percentile of members, and the federal measure ``(high - low) / low``.

    ``share`` is infinite where the districts of the 5th percentile get nothing; ``ratio`` is ``high / low``.
    """

    low: float
    high: float

    @property
    def ratio(self) -> float:
        """Dollars a member at the 95th percentile over those at the 5th."""
        return self.high / self.low if self.low > 0.0 else float("inf")

    @property
    def share(self) -> float:
        """The federal disparity: the difference over the lower amount."""
        return self.ratio - 1.0


def disparity(dollars: Array, members: Array) -> Disparity:
    """The 95/5 disparity of ``dollars[D]`` over ``members[D]``.

    Districts are ranked by dollars a member; the percentiles are read at 5% and 95% of cumulative members, so that few
    pupils in small districts at either end do not count. Districts without members are left out.
    """
    held = members > 0.0
    per_member = dollars[held] / members[held]
    order = np.argsort(per_member, kind="stable")
    reached = np.cumsum(members[held][order])
    if not reached.size:
        return Disparity(0.0, 0.0)
    ranked = per_member[order]
    low, high = (ranked[np.searchsorted(reached, level * reached[-1])] for level in (0.05, 0.95))
    return Disparity(float(low), float(high))
