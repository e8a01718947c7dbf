"""What the state's CTE lines are expected to pay for a year's counts: competitive awards before they are drawn."""

from dataclasses import replace

import numpy as np

from sim.arrays import Array
from sim.engine.calendar import Year
from sim.engine.offers import announce, settled
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.world.world import World


def expected_payment(
    world: World, parameters: Parameters, premises: Premises, before: State, after: State, year: Year
) -> Array:
    """Dollars from the state's CTE lines of ``year`` by district, ``[..., D, 1]``, money inside the main formula left
    out.

    For the counts of that year alone, prices announced for them as well, as in a static score: a district that opened
    its first pathway in the year has a reference, and what a bill is held against is what a check of it shows as now.
    What is awarded by competition is taken at its expectation over the luck of the year, given a district's lasting
    capacity to win (``funding.components.expected_awards``); awards of a pot sum to the pot, drawn or expected.
    ``before`` and ``after`` are the states on either side of the year.
    """
    state = replace(before, counts=after.counts)
    lines = tuple(offer.line for offer in year.offers.lines)
    undrawn = np.zeros_like(premises.award_capacity)
    offers = announce(world, parameters, premises, lines, state, year.conditions, undrawn, expected=True)
    ledgers = settled(state, offers, state.counts, year.conditions.fiscal_year)
    paid = [ledgers[offer.line.name].paid for offer in offers.lines if offer.line.joint]
    return sum(paid, 0.0 * state.counts.membership)
