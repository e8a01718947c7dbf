"""The SEG's floating unit value: what dilutes it and what does not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from small_world import small_world

from sim.arrays import Array, state_total
from sim.funding.seg import base_program_units, dilution, unit_value

BASE_UNITS = 638_500.0
"""Program units of FY25, derived from $71 million / ($6,553.75 - $6,442.55)."""
VALUE = 6_801.5
MONEY = BASE_UNITS * VALUE


def single(number: float) -> Array:
    return np.full((1, 1), number)


def test_without_weights_the_unit_value_is_money_over_units() -> None:
    value = unit_value(single(BASE_UNITS), single(0.0), single(0.0), single(MONEY))
    np.testing.assert_allclose(value, VALUE)


def test_funded_units_leave_the_unit_value_as_it_is() -> None:
    value = unit_value(single(BASE_UNITS), single(7_000.0), single(0.0), single(MONEY))
    np.testing.assert_allclose(value, VALUE)


def test_sb130_lowers_the_unit_value_by_less_than_one_percent() -> None:
    units = 0.25 * 22_210
    value = unit_value(single(BASE_UNITS), single(0.0), single(units), single(MONEY)).item()
    # 638,500 / (638,500 + 5,552.5) = 0.991379
    np.testing.assert_allclose(value / VALUE, 0.991379, rtol=1e-6)
    # The new units are paid $37.4 million of the $37.8 million they look worth; all of it comes from other units.
    np.testing.assert_allclose(units * value, 37.44e6, rtol=1e-3)
    np.testing.assert_allclose(BASE_UNITS * (VALUE - value), units * value, rtol=1e-9)


@given(funded=st.floats(0.0, 1e5), unfunded=st.floats(0.0, 1e5), base=st.floats(1e3, 1e6), money=st.floats(1e6, 1e10))
def test_all_the_money_is_paid_out_whatever_the_weights(
    funded: float, unfunded: float, base: float, money: float
) -> None:
    value = unit_value(single(base), single(funded), single(unfunded), single(money)).item()
    before = money / base
    np.testing.assert_allclose(value * (base + funded + unfunded), money + funded * before, rtol=1e-9)
    assert value <= before * (1.0 + 1e-12)


def test_dilution_takes_from_each_district_in_proportion_to_its_other_units() -> None:
    world = small_world(3, members=[100.0, 300.0, 600.0])
    units = base_program_units(world, single(2_000.0))
    np.testing.assert_allclose(units[:, 0], [200.0, 600.0, 1_200.0])
    lost = dilution(units, single(7_000.0), single(6_990.0))
    np.testing.assert_allclose(lost[:, 0], [2_000.0, 6_000.0, 12_000.0])
    assert state_total(lost).item() == 20_000.0
