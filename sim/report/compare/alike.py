"""Which formulas a figure may show as one, because they do nearly the same."""

from collections.abc import Sequence

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.answer.rules import settled
from sim.report.shared.intervals import mean_of_defined

NEAR: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.25)
"""How far apart means of formulas that are shown as one may be in any year, as a part of all that differs between
formulas: as near as leaves few enough groups, and no further."""

UNSETTLED = 1.5
"""How many times as far they may be apart where their difference has no clear direction."""


def alike(values: Array, shown: Sequence[int], first: int | None, acting: BoolArray, most: int) -> list[list[int]]:
    """Formulas ``shown`` of ``values[F, R, T]`` in groups, each ordered from its leader, groups from the greatest mean
    over the years ``acting`` down.

    A formula joins the group whose leader it is nearest to, if no year's means are further apart than `NEAR`; the
    formula ``first``, if shown, leads the first group. At most ``most`` formulas stay each by itself.
    """
    if len(shown) <= most:
        return [[f] for f in _ordered(values, shown, acting)]
    groups: list[list[int]] = []
    for near in NEAR:
        groups = _grouped(values, shown, first, acting, near)
        if len(groups) <= most:
            break
    leaders = _ordered(values, [group[0] for group in groups], acting)
    return [next(group for group in groups if group[0] == leader) for leader in leaders]


def _ordered(values: Array, shown: Sequence[int], acting: BoolArray) -> list[int]:
    """From the greatest mean over the years down."""
    years = acting if acting.any() else np.ones_like(acting)
    size = {f: float(np.nan_to_num(mean_of_defined(values[f][:, years].ravel(), 0))) for f in shown}
    return sorted(shown, key=lambda f: -size[f])


def _grouped(values: Array, shown: Sequence[int], first: int | None, acting: BoolArray, near: float) -> list[list[int]]:
    years = acting if acting.any() else np.ones_like(acting)
    means = mean_of_defined(values[:, :, years], 1)
    of_shown = means[list(shown)]
    widest = float(np.nanmax(np.nanmax(of_shown, axis=0) - np.nanmin(of_shown, axis=0)))
    order = _ordered(values, shown, acting)
    rest = [f for f in order if f != first]
    groups: list[list[int]] = [[first]] if first in order and first is not None else []
    # Outermost first, so that the formulas that differ most lead.
    center = means[first] if groups and first is not None else np.nanmean(of_shown, axis=0)
    rest.sort(key=lambda f: -float(np.nanmax(np.abs(means[f] - center), initial=0.0)))
    for f in rest:
        apart = [float(np.nanmax(np.abs(means[f] - means[group[0]]), initial=0.0)) for group in groups]
        place = int(np.argmin(apart)) if apart else 0
        allowed = near
        if groups and _unsettled(values[f][:, years], values[groups[place][0]][:, years]):
            allowed *= UNSETTLED
        if groups and apart[place] <= allowed * widest:
            groups[place].append(f)
        else:
            groups.append([f])
    for group in groups:
        group[1:] = [f for f in order if f in group[1:]]
    return groups


def _unsettled(one: Array, other: Array) -> bool:
    difference = mean_of_defined(one - other, 1)
    known = difference[np.isfinite(difference)]
    return len(known) < 2 or settled(known) not in ("more", "less")
