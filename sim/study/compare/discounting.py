"""The present value of what a formula costs the state: one convention, in one place."""

import numpy as np

from sim.arrays import Array
from sim.parameters.catalogue import Entry, Prior
from sim.study.setup.settings import Settings

REAL_RATE = Entry(
    value=0.02,
    unit="share per year",
    label="Real rate at which yearly state cost, in dollars of the base year, is discounted to the base year",
    source=(
        "OMB Circulars A-94 and A-4 as revised in November 2023: a real social rate of 2.0%; before them 3% (A-4, 2003)"
        " and 7% (A-94, 1992)"
    ),
    confidence="medium",
    prior=Prior(distribution="fixed"),
    range=(0.0, 0.1),
)
"""A convention of comparisons: no run reads it, and districts discount at a rate of their own."""


def real_rate(settings: Settings) -> float:
    """The rate that the settings name, else the convention."""
    rate = REAL_RATE.value if settings.discount_rate is None else settings.discount_rate
    assert isinstance(rate, float)
    return rate


def present_value(yearly: Array, rate: float) -> Array:
    """The value in the base year of real dollars in the years after it, ``[..., T]`` to ``[...]``.

    The first year's dollars are discounted once.
    """
    years = np.arange(1, yearly.shape[-1] + 1)
    value: Array = (yearly / (1.0 + rate) ** years).sum(axis=-1)
    return value
