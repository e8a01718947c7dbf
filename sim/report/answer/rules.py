"""What may be said of the numbers: which formulas differ, in what order, whether it lasts, what a size is worth.

A difference is said where its interval leaves out zero, its mean is beyond its Monte Carlo error, and each half of the
draws has it on the same side; what does not pass is said as no clear difference. All of it within draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.arrays import Array
from sim.report.shared.direction import Direction, direction
from sim.report.shared.intervals import bands
from sim.study.running.precision import margin

LARGEST_ERROR = 0.25
"""A mean is too uncertain to be quoted where its 95% Monte Carlo error is more than this part of it."""

OFTEN = 0.25
"""Draws with a short year from which on it is said, where the median draw has none."""

LEAST_RECODED = 0.01
"""Of those reported, the part from which on recoding is told."""

LEAST_MOVED = 0.5e6
"""Dollars a year from which on what a weight takes from other program units is told."""


def settled(differences: Array) -> Direction:
    """The direction of paired differences ``[R]`` if both halves of the draws have it: 'more', 'less', 'same', or
    'unclear' with a single draw."""
    found = direction(differences)
    if found not in ("more", "less"):
        return found
    sign = 1.0 if found == "more" else -1.0
    return found if all(half.mean() * sign > 0.0 for half in np.array_split(differences, 2)) else "same"


def clear(differences: Array) -> bool:
    """Whether differences within draws ``[R]`` may be said to be more, or less: settled, and beside an interval
    that, as it is shown, leaves zero out."""
    if settled(differences) not in ("more", "less"):
        return False
    found = bands(differences, axis=0)
    low, high = float(found.low), float(found.high)
    step = 10.0 ** (np.floor(np.log10(high - low)) - 1.0) if high > low else 0.0
    return low > step / 2.0 or high < -step / 2.0


def precise(differences: Array) -> bool:
    """Whether other draws would move the mean by little: its 95% Monte Carlo error is at most a quarter of it."""
    found = margin(differences)
    return bool(found.half_width <= LARGEST_ERROR * abs(found.mean))


@dataclass(frozen=True)
class Ranking:
    """Formulas by their places against current law: those that bring ``more`` in groups from the most down, in which
    no order may be said; those of which no ``same`` or other may be said; and those that bring ``less``, the smallest
    loss first."""

    more: tuple[tuple[int, ...], ...]
    same: tuple[int, ...]
    less: tuple[int, ...]


def ranking(changes: dict[int, Array]) -> Ranking:
    """Rank formulas by what they bring against current law, ``[R]`` by formula; nothing can be ranked by one draw."""
    by_mean = sorted(changes, key=lambda f: -float(changes[f].mean()))
    said = {f: settled(changes[f]) for f in by_mean}
    groups: list[list[int]] = []
    for f in (f for f in by_mean if said[f] == "more"):
        # A formula joins those above it unless the first of them is clearly ahead of it.
        if groups and settled(changes[groups[-1][0]] - changes[f]) != "more":
            groups[-1].append(f)
        else:
            groups.append([f])
    return Ranking(
        tuple(tuple(group) for group in groups),
        tuple(f for f in by_mean if said[f] in ("same", "unclear")),
        tuple(f for f in by_mean if said[f] == "less"),
    )


@dataclass(frozen=True)
class Later:
    """What becomes of an order in a later span, pair by pair, the one ahead first: pairs that ``hold``, that can no
    longer be told apart (``gone``), and that are the other way round (``turned``)."""

    hold: tuple[tuple[int, int], ...]
    gone: tuple[tuple[int, int], ...]
    turned: tuple[tuple[int, int], ...]


def later(first: Sequence[Array], then: Sequence[Array]) -> Later:
    """Hold the order of formulas by what they bring, ``[R]`` each, against that in a later span."""
    found: dict[Direction, list[tuple[int, int]]] = {"more": [], "same": [], "less": [], "unclear": []}
    for one, other in combinations(range(len(first)), 2):
        way = settled(first[one] - first[other])
        if way in ("more", "less"):
            ahead, behind = (one, other) if way == "more" else (other, one)
            found[settled(then[ahead] - then[behind])].append((ahead, behind))
    return Later(tuple(found["more"]), (*found["same"], *found["unclear"]), tuple(found["less"]))
