"""From a peeling to a box that may be quoted: limits that are significant, reproduced, and hold on fresh points.

A peeling always ends in some box, in noise too. So it goes only through the few dimensions in which cases and others
differ most; each limit must be significant as Bryant and Lempert ("Thinking inside the box", Technological Forecasting
& Social Change 77 (2010), 34-49) ask: how likely is a density at least as high inside if the limit did nothing
(``quasi_p``, one-sided binomial); it must come back in most resamples, and the box is fitted anew to the dimensions
that do; and the whole box must be denser than all points among points that the search has not seen.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, chi2_contingency, hypergeom, kstwobign

from sim.arrays import BoolArray
from sim.study.discover.points import Box, Measure, Points, measured, whole
from sim.study.discover.prim import most_telling, paste, peel

SIGNIFICANT = 0.05
"""The most that the quasi-p of a limit may be, and the p of the whole box among fresh points."""

REPRODUCED = 0.7
"""The least part of resamples in which a dimension must be limited again."""

DIFFERENT = 0.01
"""The most that the p-value may be by which cases and others differ in a dimension that a search goes through."""

SEARCHED = 6
"""Dimensions at most that a search goes through."""

FEWEST = 10
"""Cases, and points that are none, below which nothing is looked for."""


@dataclass(frozen=True)
class Limit:
    """A limit that was found in a dimension. ``kept`` says whether it stands in the box that is told."""

    dimension: int
    quasi_p: float
    reproduction: float
    kept: bool


@dataclass(frozen=True)
class Discovery:
    """What a search found. ``box`` has only the limits that are kept; ``found`` and ``fresh`` say how it stands among
    the points searched and among fresh ones; ``trajectory`` are the boxes of the peeling, ``chosen`` the place of the
    one that was taken; ``fresh_p`` how likely at least so many cases are in a subset of the fresh points of that size
    that is drawn blindly (hypergeometric)."""

    box: Box
    limits: tuple[Limit, ...]
    found: Measure
    fresh: Measure
    fresh_p: float
    trajectory: tuple[Measure, ...]
    chosen: int

    @property
    def searched(self) -> bool:
        """Whether there were cases and others enough to look for anything."""
        return enough(self.found.cases, self.found.points)

    @property
    def tells(self) -> bool:
        """Whether a condition was found that holds among fresh points too."""
        return bool(self.box.limits) and self.fresh.inside > 0 and self.fresh_p <= SIGNIFICANT


def enough(cases: int, points: int) -> bool:
    """Whether there are cases, and points that are none, enough to look for a condition."""
    return FEWEST <= cases <= points - FEWEST


def quasi_p(points: Points, cases: BoolArray, box: Box, dimension: int) -> float:
    """How likely at least as many cases inside are, if the limit in ``dimension`` did nothing: binomial, of the points
    inside the box, each a case as often as in the box without that limit."""
    now = measured(box.holds(points), cases)
    without = measured(box.without(dimension).holds(points), cases)
    return float(binom.sf(now.hits - 1, now.inside, without.density))


def telling(points: Points, cases: BoolArray) -> tuple[int, ...]:
    """The dimensions in which cases and others differ most, at most ``SEARCHED``, none in which they do not clearly.

    By the p-value of a two-sample Kolmogorov-Smirnov test (its limit for many points), of words of a chi-square test.
    Among sixty dimensions a search finds slices that pay by luck alone; among these few it seldom does.
    """
    yes, no = int(cases.sum()), int((~cases).sum())
    order = np.argsort(points.values, axis=0, kind="stable")
    values, hits = np.take_along_axis(points.values, order, axis=0), cases[order]
    apart = np.abs(hits.cumsum(axis=0) / yes - (~hits).cumsum(axis=0) / no)
    last = np.vstack([values[1:] > values[:-1], np.ones(values.shape[1], dtype=bool)])
    p_values = kstwobign.sf(np.where(last, apart, 0.0).max(axis=0) * np.sqrt(yes * no / (yes + no)))
    for at, words in enumerate(points.levels):
        if words is not None:
            parts = (points.values[chosen, at].astype(np.intp) for chosen in (cases, ~cases))
            counts = np.array([np.bincount(part, minlength=len(words)) for part in parts])
            counts = counts[:, counts.sum(axis=0) > 0]
            p_values[at] = chi2_contingency(counts).pvalue if counts.shape[1] > 1 else 1.0
    return tuple(int(at) for at in np.argsort(p_values, kind="stable")[:SEARCHED] if p_values[at] <= DIFFERENT)


def fitted(
    points: Points, cases: BoolArray, among: Collection[int]
) -> tuple[Box, dict[int, float], tuple[Measure, ...], int]:
    """The box of one search ``among`` some dimensions: the most telling of a peeling, pasted; again without the
    dimension whose limit is least significant, until all are. Its quasi-p by dimension, the peeling, and the place of
    the box in it."""
    while True:
        boxes = peel(points, cases, among)
        box, measures = most_telling(points, cases, boxes)
        chosen = next(at for at, one in enumerate(boxes) if one is box)
        box = paste(points, cases, box)
        levels = {at: quasi_p(points, cases, box, at) for at in box.limits}
        worst = max(levels, key=lambda at: levels[at], default=None)
        if worst is None or levels[worst] <= SIGNIFICANT:
            return box, levels, tuple(measures), chosen
        among = [at for at in among if at != worst]


def discover(
    points: Points, cases: BoolArray, fresh: Points, fresh_cases: BoolArray, resamples: int, random: np.random.Generator
) -> Discovery:
    """Look for a box among ``points`` and judge it by resampling them and among ``fresh`` ones. ``cases`` ``[P]``."""
    if not enough(int(cases.sum()), len(cases)):
        every, fresh_every = np.ones(len(cases), dtype=bool), np.ones(len(fresh_cases), dtype=bool)
        found = measured(every, cases)
        return Discovery(whole(points), (), found, measured(fresh_every, fresh_cases), 1.0, (found,), 0)
    box, levels, trajectory, chosen = fitted(points, cases, telling(points, cases))
    again = dict.fromkeys(box.limits, 0)
    for _ in range(resamples if again else 0):
        rows = random.integers(len(cases), size=len(cases))
        if enough(int(cases[rows].sum()), len(rows)):
            resample, hits = points.take(rows), cases[rows]
            for at in fitted(resample, hits, telling(resample, hits))[0].limits:
                if at in again:
                    again[at] += 1
    often = {at: count / resamples for at, count in again.items()}
    stands = [at for at, share in often.items() if share >= REPRODUCED]
    if len(stands) < len(often):
        box, kept_levels, trajectory, chosen = fitted(points, cases, stands)
        levels |= kept_levels
    limits = tuple(Limit(at, levels[at], share, box.limited(at)) for at, share in often.items())
    judged = measured(box.holds(fresh), fresh_cases)
    chance = float(hypergeom.sf(judged.hits - 1, judged.points, judged.cases, judged.inside))
    return Discovery(box, limits, measured(box.holds(points), cases), judged, chance, trajectory, chosen)
