"""Reporting apart from teaching: sequences re-cut so that students with two courses count as concentrators."""

import numpy as np

from sim.arrays import ZERO, Array
from sim.parameters.groups import Outcomes


def recoded_share(share: Array, price: Array, outcomes: Outcomes) -> Array:
    """Share of the recodable students who are counted, a year later, ``[..., D, C]``.

    Of students with two courses 26 in 100 do not have them in one sequence (NCES transcripts); re-cutting sequences
    makes them concentrators without one more seat. It moves toward 1 - exp(-price / scale), as an administrator's time
    is paid back, within one to three years, and back as fast when the pay ends.
    """
    if price is ZERO:
        return share * (1.0 - outcomes.recoding_speed)
    target = 1.0 - np.exp(np.minimum(price * (-1.0 / outcomes.recoding_price_scale), 0.0))
    return share + outcomes.recoding_speed * (target - share)


def recoded(share: Array, taught: Array, outcomes: Outcomes) -> Array:
    """Concentrators counted by recoding alone, ``[..., D, C]``: at most ``recodable`` for each taught one."""
    return share * outcomes.recodable * taught
