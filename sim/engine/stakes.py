"""What counts for districts without being paid: a diploma that asks for a credential, a report card."""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.arrays import ZERO, Array, outer
from sim.funding.schedule import CREDENTIAL_ZERO, NOTHING, Schedule
from sim.students.credentials import Tiers


@dataclass(frozen=True)
class Stakes:
    """As if paid, dollars of the base year: for each ``concentrator``, for each credential of a tier (``tiers``), and
    for a ``credential`` of the usual mix of tiers, ``[..., 1, C]``; ``ZERO`` where nothing counts."""

    concentrator: Array
    credential: Array
    tiers: Tiers

    def with_concentrators(self, price: Array) -> Array:
        """A price of concentrators and what they count for besides."""
        return _sum(price, self.concentrator)

    def with_credentials(self, price: Array) -> Array:
        """A price of credentials and what they count for besides."""
        return _sum(price, self.credential)

    def with_tiers(self, prices: Tiers) -> Tiers:
        """Prices of each tier's credentials and what they count for besides."""
        one, two, three = (_sum(price, stake) for price, stake in zip(prices, self.tiers, strict=True))
        return one, two, three


def stakes(schedules: Iterable[Schedule], usual_mix: Tiers, price_index: Array) -> Stakes:
    """What all lines of a year together make count; ``usual_mix``: shares of tiers without incentives."""
    together = NOTHING
    for schedule in schedules:
        if schedule.credential_stake is not CREDENTIAL_ZERO or schedule.concentrator_stake is not ZERO:
            together = together.plus(schedule.only("credential_stake", "concentrator_stake"))
    real = 1.0 / price_index
    concentrator = together.concentrator_stake
    if concentrator is not ZERO:
        concentrator = concentrator * real
    if together.credential_stake is CREDENTIAL_ZERO:
        return Stakes(concentrator, ZERO, CREDENTIAL_ZERO)
    one, two, three = (ZERO if stake is ZERO else stake * real for stake in together.credential_stake)
    usual = outer(one, usual_mix[0]) + outer(two, usual_mix[1]) + outer(three, usual_mix[2])
    return Stakes(concentrator, usual, (one, two, three))


def _sum(price: Array, stake: Array) -> Array:
    if stake is ZERO:
        return price
    return stake if price is ZERO else price + stake
