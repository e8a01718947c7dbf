"""The state's main formula: money is program units times a unit value, which floats.

The unit value is total money over total units (Section 22-8-25 NMSA 1978), so a weight that adds units without money
makes every unit in the state worth less.
"""

import numpy as np

from sim.arrays import ZERO, Array, ratio, state_total
from sim.funding.context import ONE
from sim.world.world import World


def unit_value(base_units: Array, funded_units: Array, unfunded_units: Array, seg_appropriation: Array) -> Array:
    """Dollars for each program unit, ``[..., 1, 1]``.

    ``base_units`` are those without CTE weights and ``seg_appropriation`` the money voted for them, dollars. Funded
    units bring their own worth, so that alone they leave the value as it is:

        value = appropriation x (1 + funded / base) / (base + funded + unfunded)
    """
    money = seg_appropriation * (1.0 + ratio(funded_units, base_units))
    return ratio(money, base_units + funded_units + unfunded_units)


def weight_cost(funded_units: Array, unfunded_units: Array, value: Array, undiluted: Array) -> Array:
    """Dollars by which the main formula's appropriation grows for each dollar that a funded weight pays,
    ``[..., 1, 1]``.

    The Legislature funds a weight at the unit value without CTE weights, ``undiluted``; it pays the unit value of all
    units, ``value``. One where no unfunded weight makes the difference.
    """
    if unfunded_units is ZERO or funded_units is ZERO:
        return ONE
    return ratio(undiluted, value, 1.0)


def base_program_units(world: World, statewide_units: Array) -> Array:
    """The state's program units laid on districts by total membership, ``[..., D, 1]``.

    A simplification: the real units of a district also follow its grades, size, staff and at-risk students.
    """
    members = world.districts.total_membership[:, np.newaxis]
    return ratio(members, state_total(members)) * statewide_units


def dilution(base_units: Array, value_before: Array, value_after: Array) -> Array:
    """Dollars of the main formula that districts' other units lose because the unit value fell, ``[..., D, 1]``."""
    return base_units * (value_before - value_after)
