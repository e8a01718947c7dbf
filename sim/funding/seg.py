"""The state equalization guarantee (SEG): money is program units times a unit value, which floats.

The unit value is total money over total units (Section 22-8-25 NMSA 1978), so a weight that adds units without money
makes every unit in the state worth less.
"""

import numpy as np

from sim.arrays import Array, ratio, state_total
from sim.world.world import World


def unit_value(base_units: Array, funded_units: Array, unfunded_units: Array, seg_appropriation: Array) -> Array:
    """Dollars for each program unit, ``[..., 1, 1]``.

    ``base_units`` are those without CTE weights and ``seg_appropriation`` the money voted for them, dollars. Funded
    units bring their own worth, so that alone they leave the value as it is:

        value = appropriation x (1 + funded / base) / (base + funded + unfunded)
    """
    money = seg_appropriation * (1.0 + ratio(funded_units, base_units))
    return ratio(money, base_units + funded_units + unfunded_units)


def base_program_units(world: World, statewide_units: Array) -> Array:
    """The state's program units laid on districts by total membership, ``[..., D, 1]``.

    A simplification: the real units of a district also follow its grades, size, staff and at-risk students.
    """
    members = world.districts.total_membership[:, np.newaxis]
    return ratio(members, state_total(members)) * statewide_units


def dilution(base_units: Array, value_before: Array, value_after: Array) -> Array:
    """SEG dollars that districts' other units lose because the unit value fell, ``[..., D, 1]``."""
    return base_units * (value_before - value_after)
