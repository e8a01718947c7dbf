"""Points as a search for conditions sees them, and boxes around some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray, IntArray


@dataclass(frozen=True)
class Points:
    """``values`` ``[P, D]``: a column for each name; words stand as places in ``levels``, which are None of numbers."""

    names: tuple[str, ...]
    values: Array
    levels: tuple[tuple[str, ...] | None, ...]

    def take(self, rows: IntArray) -> "Points":
        """Some of the points, in the order of ``rows``."""
        return replace(self, values=self.values[rows])


def points_of(table: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> Points:
    """The points of a table, a column for each dimension; ``levels`` are the words that a column of words may hold."""
    names = tuple(str(name) for name in table)
    columns = []
    for name in names:
        if name in levels:
            place = {word: at for at, word in enumerate(levels[name])}
            columns.append(np.array([place[word] for word in table[name]], dtype=np.float64))
        else:
            columns.append(table[name].to_numpy(dtype=np.float64))
    words = tuple(tuple(levels[name]) if name in levels else None for name in names)
    return Points(names, np.column_stack(columns), words)


@dataclass(frozen=True)
class Box:
    """Limits ``low < value < high`` of each dimension ``[D]``, infinite where there is none; ``kept`` are the places
    of the words that lie inside, None where all do, and of numbers."""

    low: Array
    high: Array
    kept: tuple[frozenset[int] | None, ...]

    def limited(self, dimension: int) -> bool:
        """Whether the box has a limit in a dimension."""
        ends = np.isfinite(self.low[dimension]) or np.isfinite(self.high[dimension])
        return bool(ends) or self.kept[dimension] is not None

    @property
    def limits(self) -> tuple[int, ...]:
        """The dimensions in which it has a limit."""
        return tuple(at for at in range(len(self.kept)) if self.limited(at))

    def with_limit(
        self, dimension: int, *, low: float | None = None, high: float | None = None, kept: frozenset[int] | None = None
    ) -> "Box":
        """The box with another limit in a dimension."""
        lows, highs, words = self.low.copy(), self.high.copy(), list(self.kept)
        lows[dimension] = lows[dimension] if low is None else low
        highs[dimension] = highs[dimension] if high is None else high
        words[dimension] = words[dimension] if kept is None else kept
        return Box(lows, highs, tuple(words))

    def without(self, dimension: int) -> "Box":
        """The box with no limit in a dimension."""
        lows, highs, words = self.low.copy(), self.high.copy(), list(self.kept)
        lows[dimension], highs[dimension], words[dimension] = -np.inf, np.inf, None
        return Box(lows, highs, tuple(words))

    def holds(self, points: Points) -> BoolArray:
        """Which points lie inside, ``[P]``."""
        inside: BoolArray = np.all((points.values > self.low) & (points.values < self.high), axis=1)
        for at, kept in enumerate(self.kept):
            if kept is not None:
                inside &= np.isin(points.values[:, at], list(kept))
        return inside


def whole(points: Points) -> Box:
    """The box without a limit."""
    size = len(points.names)
    return Box(np.full(size, -np.inf), np.full(size, np.inf), (None,) * size)


@dataclass(frozen=True)
class Measure:
    """How a box stands among points: ``points`` of which ``cases`` are of the kind looked for; ``inside`` it lie so
    many, ``hits`` of them cases."""

    points: int
    cases: int
    inside: int
    hits: int

    @property
    def share(self) -> float:
        """Of all points, those that are cases."""
        return self.cases / self.points

    @property
    def mass(self) -> float:
        """Of all points, those inside."""
        return self.inside / self.points

    @property
    def coverage(self) -> float:
        """Of the cases, those inside; none without cases."""
        return self.hits / self.cases if self.cases else 0.0

    @property
    def density(self) -> float:
        """Of the points inside, those that are cases; none in an empty box."""
        return self.hits / self.inside if self.inside else 0.0

    @property
    def told_apart(self) -> float:
        """Coverage less the share of the other points that lie inside too (Youden 1950): 0 for the whole space or a
        box that knows nothing, 1 for one that holds all cases and nothing else."""
        others = self.points - self.cases
        return self.coverage - ((self.inside - self.hits) / others if others else 0.0)


def measured(inside: BoolArray, cases: BoolArray) -> Measure:
    """How the points ``inside`` ``[P]`` stand to the ``cases`` ``[P]``."""
    return Measure(len(cases), int(cases.sum()), int(inside.sum()), int((inside & cases).sum()))
