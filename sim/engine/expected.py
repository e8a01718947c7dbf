"""What the state's CTE lines are expected to have paid in a year: competitive awards before they are drawn."""

import numpy as np

from sim.arrays import Array
from sim.engine import money
from sim.engine.calendar import Year
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.world.world import World


def expected_payment(
    world: World, parameters: Parameters, premises: Premises, before: State, after: State, year: Year
) -> Array:
    """Dollars from the state's CTE lines in ``year`` by district, ``[..., D, 1]``, money inside the SEG left out.

    What is awarded by competition is taken at its expectation over the luck of the year, given a district's lasting
    capacity to win (``funding.components.expected_awards``); all else is as it was paid. The awards of a pot sum to the
    pot, drawn or expected, so that the state's total is the same. ``before`` and ``after`` are the states on either
    side of the year.
    """
    lines = tuple(offer.line for offer in year.offers.lines)
    if not any(line.joint and component.competitive_award for line in lines for component in line.components):
        return year.settlement.joint_paid
    undrawn = np.zeros_like(premises.award_capacity)
    offers = money.announce(world, parameters, premises, lines, before, year.conditions, undrawn, expected=True)
    return money.settle(parameters.beliefs, before, offers, after.counts, year.fiscal_year).joint_paid
