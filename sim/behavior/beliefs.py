"""What districts believe of a price: will it be paid, will it last; what they have learnt, and what they read."""

from collections.abc import Sequence

import numpy as np

from sim.arrays import TINY, Array
from sim.parameters.groups import Beliefs


def updated_trust(trust: Array, paid: Array, owed: Array, learning_rate: Array) -> Array:
    """Expected paid share of a line after seeing what was paid, ``[..., D, 1]``.

    trust += learning_rate x (paid / owed - trust), only where something was owed.
    """
    due = owed > 0
    share = np.where(due, paid / np.where(due, owed, 1.0), trust)
    return trust + learning_rate * (np.minimum(share, 1.0) - trust)


def persistence(recurring: bool, beliefs: Beliefs) -> Array:
    """Weight of a yearly dollar that may end, relative to one that is certain, over the planning horizon.

    sum of (continuation x discount)^h over sum of discount^h, h from 1 to the horizon: recurring formula money is
    expected to last, a nonrecurring grant to be renewed year by year. ``[..., 1, 1]``.
    """
    continuation = beliefs.recurring_continuation if recurring else beliefs.nonrecurring_continuation
    discount = 1.0 / (1.0 + beliefs.discount_rate)
    return annuity(continuation * discount, beliefs.horizon_years) / annuity(discount, beliefs.horizon_years)


def persistence_read(recurring: bool, shares: Sequence[float], then: float, beliefs: Beliefs) -> Array:
    """The same for one who reads the law: in the h-th year, this one first, it pays the share ``shares[h]`` of what it
    posts, 0 after its end and less in the first steps of a phase-in, and ``then`` the same every year. ``[..., 1,
    1]``.

    sum of share_h x (continuation x discount)^h over sum of discount^h.
    """
    continuation = beliefs.recurring_continuation if recurring else beliefs.nonrecurring_continuation
    discount = 1.0 / (1.0 + beliefs.discount_rate)
    paid = _paid_over(continuation * discount, shares, then, beliefs.horizon_years)
    return paid / annuity(discount, beliefs.horizon_years)


def share_after_opening(shares: Sequence[float], then: float, beliefs: Beliefs) -> Array:
    """Of a dollar in every year of the horizon in which a site that is planned now would teach, what a line pays by its
    words, ``[..., 1, 1]``: sum of share_h x discount^h over sum of discount^h, h from beyond ``opening_lead`` on."""
    discount, horizon, lead = 1.0 / (1.0 + beliefs.discount_rate), beliefs.horizon_years, beliefs.opening_lead
    paid = _paid_over(discount, shares, then, horizon, lead)
    return paid / (annuity(discount, horizon) - annuity(discount, np.minimum(lead, horizon)))


def _paid_over(factor: Array, shares: Sequence[float], then: float, horizon: Array, lead: Array | float = 0.0) -> Array:
    """Sum of share_h x factor^h beyond the ``lead``; a horizon that ends within a year counts its part, as ``annuity``
    does."""
    until = [annuity(factor, np.clip(float(year), lead, horizon)) for year in range(len(shares) + 1)]
    paid = then * (annuity(factor, horizon) - until[-1])
    for share, sooner, later in zip(shares, until[:-1], until[1:], strict=True):
        paid = paid + share * (later - sooner)
    return paid


def attention(median: Array, spread: Array, normal: Array) -> Array:
    """How far each district reads the law, 0 to 1, ``[..., D, 1]``: 1 - (1 - median)^exp(spread x normal), so that
    nobody reads where the median is 0 and all do where it is 1."""
    return 1.0 - _overlooked(median, np.exp(spread * normal))


def attention_after(attention: Array, years: int) -> Array:
    """How far districts read a line that has run for so many ``years``: each is one more chance to see what they
    overlooked, 1 - (1 - attention)^(1 + years), ``[..., D, 1]``."""
    return attention if years == 0 else 1.0 - _overlooked(attention, 1.0 + years)


NOTHING_LEFT = -600.0
"""Log of a share so small that the machine would hold it for nothing."""


def _overlooked(attention: Array, looks: Array | float) -> Array:
    """What is overlooked after so many ``looks``, (1 - attention)^looks; nothing where all is seen at once."""
    missed: Array = np.exp(np.maximum(looks * np.log(np.maximum(1.0 - attention, TINY)), NOTHING_LEFT))
    return np.where(attention < 1.0, missed, 0.0)


def read(unread: Array, written: Array, attention: Array) -> Array:
    """A share as a district takes it: what one who does not read takes, lowered toward what is ``written`` by as much
    as it reads. Good news counts when it is paid: a board does not hire on the promise of a later step."""
    return unread - attention * np.maximum(unread - written, 0.0)


def steadiness_after(steadiness: Array, again: Array, beliefs: Beliefs) -> Array:
    """Share of a promise's money that districts count on to last, beside how long money of its kind does, ``[..., 1,
    1]``, after the state has announced a year.

    ``again``: of last year's real dollars, the share that comes for what was counted then. A cut beyond what nobody
    remarks (``cut_noticed``) counts at once; of what was held against the promise the share ``cut_memory`` is still
    held a year later.
    """
    remembered = 1.0 - beliefs.cut_memory * (1.0 - steadiness)
    return remembered * np.minimum(again / (1.0 - beliefs.cut_noticed), 1.0)


def annuity(factor: Array, years: Array) -> Array:
    """Sum of factor^h for h from 1 to ``years``, for a factor below one."""
    return factor * (1.0 - np.exp(years * np.log(factor))) / (1.0 - factor)
