"""The patient rule induction method (PRIM): a box in which cases are dense, found by peeling, then pasting.

Friedman and Fisher, "Bump hunting in high-dimensional data", Statistics and Computing 9 (1999), 123-143. From the
whole space a thin slice is cut away again and again, at one end of one dimension, or one word of a dimension of words:
the slice in which cases are rarest. Among slices of one size that is the one that raises the density inside most, which
is what the paper asks for; and a word that many points have is not cut for its size alone. Then ends are moved out
again as long as the density does not fall.

Of libraries that have it, one brings a whole workbench with it and the other draws interactive figures; neither
resamples or judges a box among fresh points.
"""

import math
from collections.abc import Collection, Sequence

import numpy as np

from sim.arrays import Array, BoolArray
from sim.study.discover.points import Box, Measure, Points, measured, whole

ALPHA = 0.05
"""The part of the points inside that one slice takes, the method's usual patience."""

LEAST = 0.05
"""The part of all points that a box holds at least."""


def peel(
    points: Points,
    cases: BoolArray,
    among: Collection[int] | None = None,
    alpha: float = ALPHA,
    least: float = LEAST,
) -> list[Box]:
    """The boxes of the peeling, the whole space first, each a slice smaller than the one before. ``among``: the
    dimensions that may be cut, all if none are named.

    Ends where every further slice would leave fewer than ``least`` of the points, or where all inside are cases.
    """
    floor = max(1, math.ceil(least * len(cases)))
    box, inside = whole(points), np.ones(len(cases), dtype=bool)
    boxes = [box]
    among = sorted(range(len(points.names)) if among is None else among)
    while among and not cases[inside].all():
        found = _best_slice(points, cases, box, inside, among, alpha, floor)
        if found is None:
            break
        box = found
        inside = box.holds(points)
        boxes.append(box)
    return boxes


def paste(points: Points, cases: BoolArray, box: Box, alpha: float = ALPHA) -> Box:
    """The box with ends moved out, or words taken in again, each the best of its round, while density does not fall."""
    while True:
        now = measured(box.holds(points), cases)
        best: tuple[float, int, Box] | None = None
        for wider in _wider(points, box, max(1, math.ceil(alpha * now.inside))):
            then = measured(wider.holds(points), cases)
            better = best is None or (then.density, then.inside) > best[:2]
            if then.inside > now.inside and then.density >= now.density and better:
                best = (then.density, then.inside, wider)
        if best is None:
            return box
        box = best[2]


def most_telling(points: Points, cases: BoolArray, boxes: list[Box]) -> tuple[Box, list[Measure]]:
    """The box of a peeling that tells cases and others apart best, the larger of equals; and how each stands."""
    measures = [measured(box.holds(points), cases) for box in boxes]
    best = max(range(len(boxes)), key=lambda at: measures[at].told_apart)
    return boxes[best], measures


def _best_slice(
    points: Points, cases: BoolArray, box: Box, inside: BoolArray, among: Sequence[int], alpha: float, floor: int
) -> Box | None:
    rows, hits = points.values[inside][:, among], cases[inside]
    size = len(rows)
    cut = min(max(1, math.ceil(alpha * size)), size - 1)
    if cut < 1:
        return None
    numbers = np.array([points.levels[dimension] is None for dimension in among])
    lowest, highest = np.partition(rows, cut - 1, axis=0)[cut - 1], np.partition(rows, size - cut, axis=0)[size - cut]
    best, found = -math.inf, None
    for low_end, left in ((True, rows > lowest), (False, rows < highest)):
        gains = np.where(numbers, _gains(left, hits, floor), -math.inf)
        at = int(np.argmax(gains))
        if gains[at] > best:
            best = float(gains[at])
            kept = rows[left[:, at], at]
            edge = float(lowest[at] + kept.min()) / 2.0 if low_end else float(highest[at] + kept.max()) / 2.0
            found = box.with_limit(among[at], low=edge) if low_end else box.with_limit(among[at], high=edge)
    for at in np.flatnonzero(~numbers).tolist():
        present = np.unique(rows[:, at])
        left = rows[:, [at]] != present
        gains = _gains(left, hits, floor)
        word = int(np.argmax(gains))
        if gains[word] > best:
            best = float(gains[word])
            kept_words = frozenset(int(one) for one in present if one != present[word])
            found = box.with_limit(among[at], kept=kept_words)
    return found


def _gains(left: BoolArray, hits: BoolArray, floor: int) -> Array:
    """By slice how much rarer cases are in it than inside; minus infinity if it leaves too few points or takes none."""
    size, count = len(hits), left.sum(axis=0)
    taken = size - count
    with np.errstate(divide="ignore", invalid="ignore"):
        density = (hits.sum() - hits.astype(np.float64) @ left) / taken
        gains: Array = np.where((count >= floor) & (taken > 0), hits.mean() - density, -math.inf)
    return gains


def _wider(points: Points, box: Box, many: int) -> list[Box]:
    """The boxes with one end moved out over the next ``many`` points, or with one more word."""
    found = []
    for at in box.limits:
        among = box.without(at).holds(points)
        column = points.values[among, at]
        kept = box.kept[at]
        if kept is not None:
            found += [_with_word(points, box, at, int(word)) for word in np.unique(column) if int(word) not in kept]
            continue
        below, above = np.sort(column[column < box.low[at]]), np.sort(column[column > box.high[at]])
        if len(below):
            rest = below[below < below[-many:][0]]
            found.append(box.with_limit(at, low=float(rest[-1] + below[-many:][0]) / 2.0 if len(rest) else -np.inf))
        if len(above):
            rest = above[above > above[:many][-1]]
            found.append(box.with_limit(at, high=float(rest[0] + above[:many][-1]) / 2.0 if len(rest) else np.inf))
    return found


def _with_word(points: Points, box: Box, at: int, word: int) -> Box:
    kept, levels = box.kept[at], points.levels[at]
    assert kept is not None
    assert levels is not None
    if len(kept) + 1 == len(levels):
        return box.without(at)
    return box.with_limit(at, kept=kept | {word})
