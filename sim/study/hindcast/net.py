"""What a number of a case is net of its placebo, of the model and of the record alike."""

import numpy as np

from sim.arrays import Array, ratio
from sim.study.hindcast.outcomes import Fact, Net


def net_of_placebo(values: Array, placebo: Array, how: Net) -> Array:
    """A number ``[R]`` net of the placebo's, of the same draw ``[R]`` or of all ``[1]``: their ratio, their difference,
    or the number itself. Not a number where the placebo has nothing to divide by."""
    match how:
        case "ratio":
            return ratio(values, placebo, np.nan)
        case "difference":
            return values - placebo
        case "none":
            return values


def fact_net_of(fact: Fact, unchanged: float | None, how: Net) -> Fact:
    """What is known of a number, net of what the record shows where no law changed (1 of a ratio and 0 of a difference,
    if it shows nothing)."""
    match how:
        case "ratio":
            base = unchanged if unchanged else 1.0
            return Fact(fact.low / base, fact.high / base)
        case "difference":
            return Fact(fact.low - (unchanged or 0.0), fact.high - (unchanged or 0.0))
        case "none":
            return fact


def no_change(how: Net, relative: bool) -> float | None:
    """The number that stands for no change; None for a level that is judged as it is."""
    if how == "difference":
        return 0.0
    return 1.0 if relative or how == "ratio" else None
