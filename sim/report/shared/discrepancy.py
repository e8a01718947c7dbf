"""Draws as they are shown: parameters and luck, and what forecasts have missed beyond both in other cases.

Two things have been missed there. A *level* goes its own way: each draw's outcomes are times a lognormal factor, one
for each kind of outcome, that grows to its full width within the years over which forecasts were held against records.
A law's *effect*, the distance from current law in the same draw, is larger or smaller than forecast: it is times a
second factor, the same for all outcomes and formulas of a draw. So a formula that is current law stays it, effects
keep their sign, and means stay what was simulated.

Money follows the counts that the law pays for as far as it does so between draws, up to what is appropriated: under an
appropriation that binds what is owed moves, and what is paid does not.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from sim.arrays import Array, IntArray
from sim.report.shared.intervals import mean_of_defined
from sim.results.discrepancy import ALL_KINDS, CarriedDiscrepancy, Spread
from sim.streams import Stream, generator

KINDS: Mapping[str, tuple[str, ...]] = {
    "concentrators": (
        "concentrators", "concentrators_taught", "concentrators_recoded", "high_cost_concentrators",
        "school_concentrator_share", "graduates_gained",
    ),
    "participation": ("participants", "dual_credit", "placements"),
    "credentials": (
        "credentials", "credentials_tier_1", "credentials_tier_2", "credentials_tier_3", "credential_attempts",
    ),
    "spending": ("spending", "sustained_cost", "startup_spending", "own_money", "local_money"),
    ALL_KINDS: (
        "pathways", "sites", "sites_opened", "sites_closed", "plans", "plans_begun", "plans_given_up",
        "launches_started", "first_sections", "second_sections", "sections", "instructors", "unserved_first",
        "unserved_second", "unserved", "vacancies",
    ),
}  # fmt: skip
"""The columns that carry a discrepancy, by the kind of outcome that the calibration's cases tell of."""

KIND_OF: Mapping[str, str] = {column: kind for kind, columns in KINDS.items() for column in columns}

COUNTED = ("concentrators", "credentials")
"""What laws pay for and districts answer: owed money moves with them."""

OWED, PAID = "entitlement", "state_cost"
PARTS_OF_PAID = ("state_cost", "state_cost_constant", "recurring_cost", "nonrecurring_cost")
MONEY = (OWED, *PARTS_OF_PAID, "proration")
"""The statewide columns of money that follow what is counted."""


class Factors:
    """The factors of a panel's draws: ``levels`` by kind ``[R, T]`` and ``response`` ``[R]``.

    Normal scores in an order drawn from a stream of their own, so that over any number of draws they are spread as a
    normal distribution is, and the same for every formula and scenario.
    """

    def __init__(self, found: CarriedDiscrepancy, seed: int, draws: int, since: IntArray) -> None:
        part = (np.clip(since, 0, None) / found.years).clip(max=1.0)
        self._levels = {
            kind: np.exp(_deviations(spread, seed, draws, 1 + place)[:, None] * np.sqrt(part))
            for place, (kind, spread) in enumerate(sorted(found.levels.items()))
        }
        self.response: Array = np.exp(_deviations(found.response, seed, draws, 0))

    def level(self, column: str) -> Array:
        """Of a column's kind, ``[R, T]``; of all kinds together where the cases tell nothing of its own."""
        kind = KIND_OF[column]
        found: Array = self._levels[kind if kind in self._levels else ALL_KINDS]
        return found


def shown(values: Array, reference: Array | None, level: Array, response: Array) -> Array:
    """Draws ``[F, R, ...]`` times the ``level`` and with their distance from the ``reference`` ``[R, ...]`` (None: no
    formula is set against another) times the ``response``, both ``[R, ...]`` or what spreads to it; not below zero.

    The mean over draws stays what it was, of the reference, of what lies above it and of what lies below it; of the
    last as far as there is something left to take in the draws that lie below.
    """
    if reference is None:
        return _times(values, level)
    apart, factor, own = values - reference, level * response, _times(reference[np.newaxis], level)
    found: Array = own + _times(np.maximum(apart, 0.0), factor) - _within(np.maximum(-apart, 0.0), factor, own)
    return found


def items_shown(factors: Factors | None, column: str, values: Array, baseline: int | None, at: IntArray) -> Array:
    """A column by cluster or district, ``[F, R, Y, ...]``, as it is shown: with the discrepancy of the state, in the
    years ``at`` among those of the factors; as simulated where it carries none."""
    if factors is None or column not in KIND_OF:
        return values
    own, more = None if baseline is None else values[baseline], (1,) * (values.ndim - 3)
    level = factors.level(column)[:, at]
    return shown(values, own, level.reshape(*level.shape, *more), factors.response.reshape(-1, 1, *more))


def _times(values: Array, factor: Array) -> Array:
    """Draws times a factor, of which the mean over draws stays what it was."""
    found = factor * values
    was, now = _mean(values), _mean(found)
    times: Array = found * np.divide(was, now, out=np.ones_like(now), where=now > 0.0)
    return times


def _within(values: Array, factor: Array, most: Array) -> Array:
    """The same of draws none of which exceeds its ``most``: what one cannot carry, those that have room do."""
    found = _times(values, factor)
    while np.any(found > most):
        full = found >= most
        held, free = np.where(full, most, 0.0), np.where(full, 0.0, found)
        left, now = _mean(values) - _mean(held), _mean(free)
        found = held + free * np.divide(left, now, out=np.ones_like(now), where=now > 0.0)
    return found


def money_shown(
    column: str,
    columns: Mapping[str, Array],
    before: Sequence[Array],
    after: Sequence[Array],
    free: Array | float = 0.0,
) -> Array:
    """A column of ``MONEY`` ``[F, R, T]`` that follows what is counted. What is owed and what is paid keep their means
    over draws; parts of what is paid move with it, and the share paid is that of both. Where a draw's debt falls below
    what is paid, the share is one: to pay less there would lower the mean.

    ``columns``: those of ``MONEY`` and ``appropriation`` as simulated; ``before`` and ``after``: what is counted, as
    simulated and as shown, each ``[F, R, T]``. Nothing is paid beyond what is appropriated but by lines
    that no appropriation limits: ``free`` is their part of what is paid.
    """
    owed, paid, voted = columns[OWED], columns[PAID], columns["appropriation"]
    # Lines that are funded in full count at what they paid: only where more or less was voted is there a limit.
    limited = (owed > paid * (1.0 + 1e-9)) | (voted > paid * (1.0 + 1e-9))
    # Years without a limit in any draw pay what they owe, whatever other years tell of how the two move.
    owes = np.where(
        limited.any(axis=1, keepdims=True), _following(owed, before, after), _following(paid, before, after)
    )
    if column == OWED:
        return owes
    follows = _following(paid, before, after)
    ratio = np.divide(follows, paid, out=np.ones_like(paid), where=paid > 0.0)
    pays = np.minimum(follows, np.where(limited, np.maximum(voted, paid) - free + free * ratio, np.inf))
    pays = _evened(paid, pays)
    change = np.divide(pays, paid, out=np.ones_like(paid), where=paid > 0.0)
    if column in PARTS_OF_PAID:
        return columns[column] * change
    share = columns[column] * change * np.divide(owed, owes, out=np.ones_like(owes), where=owes > 0.0)
    return np.minimum(share, np.maximum(columns[column], 1.0))


def _evened(paid: Array, pays: Array) -> Array:
    """What is paid, moved up as much as down in the mean over draws: the larger moves are made smaller."""
    up, down = np.maximum(pays - paid, 0.0), np.maximum(paid - pays, 0.0)
    most = np.minimum(_mean(up), _mean(down))
    part_up, part_down = (
        np.divide(most, _mean(moves), out=np.zeros_like(most), where=_mean(moves) > 0.0) for moves in (up, down)
    )
    found: Array = paid + part_up * up - part_down * down
    return found


def _following(money: Array, before: Sequence[Array], after: Sequence[Array]) -> Array:
    """Money that moves with what is counted, by its elasticities."""
    moved = np.zeros_like(money)
    for part, was, now in zip(elasticities(money, before), before, after, strict=True):
        moved += part[:, None, None] * np.divide(now - was, was, out=np.zeros_like(was), where=was > 0.0)
    return _times(money, np.maximum(1.0 + moved, 0.0))


def elasticities(money: Array, counted: Sequence[Array]) -> list[Array]:
    """By what part money ``[F, R, T]`` rises if a count does by one, ``[F]`` each: least squares over draws in
    relative distances from the year's mean, none below zero and no more than one together. A law that pays a sum
    whatever is counted has none, one that pays by the count alone has one; of counts that move as one each has half,
    and one that does not move has none."""
    found = [np.zeros(len(money)) for _ in counted]
    for formula in range(len(money)):
        apart = [_relative(count[formula]).ravel() for count in counted]
        design = np.stack(apart, axis=1)
        slopes = np.clip(np.linalg.lstsq(design, _relative(money[formula]).ravel(), rcond=None)[0], 0.0, None)
        slopes /= max(float(slopes.sum()), 1.0)
        for place, slope in enumerate(slopes):
            found[place][formula] = slope
    return found


def _relative(values: Array) -> Array:
    """Draws ``[R, T]`` as distances from their year's mean, over it."""
    mean = values.mean(axis=0, keepdims=True)
    found: Array = np.divide(values - mean, mean, out=np.zeros_like(values), where=mean > 0.0)
    return found


def _mean(values: Array) -> Array:
    """Over draws ``[F, 1, ...]``, of those that are defined."""
    return mean_of_defined(values, axis=1)[:, np.newaxis]


def _deviations(spread: Spread, seed: int, draws: int, part: int) -> Array:
    """Logarithms of a factor ``[R]``. Of its standard deviation only the median and 90% are known: they have that of a
    normal distribution which leaves as much beyond its 5% and 95%."""
    random = generator(seed, Stream.DISCREPANCY, part)
    scores = ndtri((np.arange(draws) + 0.5) / draws)
    found: Array = spread.predictive * random.permutation(scores)
    return found
