"""Whether differences within draws have a direction: an interval beside zero, and a mean that will stay there."""

from math import sqrt
from typing import Literal

import numpy as np

from sim.arrays import Array
from sim.study.running.precision import margin

CLEAR = 0.95
"""A difference has a direction where this share of draws agree on it: where its interval lies on one side of zero."""

Direction = Literal["more", "same", "less", "unclear"]


def direction(differences: Array) -> Direction:
    """Whether paired differences ``[R]`` are above zero, below it, or neither.

    'more' and 'less' need an interval on that side of zero, and a mean that is further from zero than its 95% Monte
    Carlo error. The interval's end has a Monte Carlo error too: the share of draws on that side may fall short of 95%
    by one standard error of such a share. Without that a study of few draws and one of many would differ in the word
    wherever the end comes near zero. 'unclear' with a single draw.
    """
    draws = len(differences)
    if draws < 2:
        return "unclear"
    found = margin(differences)
    if not abs(found.mean) > found.half_width:
        return "same"
    agree = float((np.sign(differences) == np.sign(found.mean)).mean())
    if agree < CLEAR - sqrt(CLEAR * (1.0 - CLEAR) / draws):
        return "same"
    return "more" if found.mean > 0.0 else "less"
