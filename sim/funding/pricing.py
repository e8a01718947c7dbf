"""The state announces: a line's components become the price schedule of a year."""

from dataclasses import replace

import numpy as np

from sim.arrays import ZERO
from sim.funding.components import SegWeight
from sim.funding.context import ONE, PricingContext
from sim.funding.line import Line
from sim.funding.schedule import Array, Counts, Schedule

NOTHING = Schedule()


def counted(line: Line, counts: Counts) -> Counts:
    """What of ``counts`` the line pays for: the limits of its components (minimum size, credential limits, threshold).

    Posted prices are the same for all; these limits decide what is counted when the line is settled.
    """
    for component in line.components:
        counts = component.counted(counts)
    return counts


def announce(line: Line, context: PricingContext) -> Schedule:
    """The prices of a line in a fiscal year; no price at all in a year in which the line does not pay.

    Amounts are added first, then what multiplies them (cost tiers, then size), then quality. Dollars written in the
    line are multiplied by the price index where the line is indexed; everything by the line's scale.
    """
    if not line.active(context.fiscal_year):
        return NOTHING
    index = context.price_index if line.rules.indexation == "prices" else ONE
    # A pot that is the appropriation is scaled with it; the components must see it unscaled, as all is scaled below.
    appropriation = context.appropriation if line.scale in (0.0, 1.0) else context.appropriation / line.scale
    counts = context.counts
    if any(component.prices_what_is_counted for component in line.components):
        counts = counted(line, counts)
    context = replace(context, index=index, appropriation=appropriation, counts=counts)
    schedule = NOTHING
    for component in sorted(line.components, key=lambda component: component.stage):
        schedule = schedule.plus(component.prices(context, schedule))
    if line.scale == 1.0:
        return schedule
    schedule = schedule.times(np.full((1, 1), line.scale))
    if schedule.startup_share is not ZERO:
        schedule = replace(schedule, startup_share=np.minimum(schedule.startup_share, 1.0))
    return schedule


def program_units(line: Line, counts: Counts, fiscal_year: int) -> Array:
    """Program units that the line's weights add to the SEG, ``[..., D, 1]``; zero for lines outside it."""
    units = counts.membership * 0.0
    if line.active(fiscal_year):
        for component in line.components:
            if isinstance(component, SegWeight):
                units = units + component.units(counts) * line.scale
    return units
