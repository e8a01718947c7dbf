"""Where the spread of worst years comes from: what is not known, luck, and revenue or another shock.

Draws are nested: each parameter draw meets several turns of luck, and the same turns meet every scenario. The split is
that of a nested analysis of variance by the method of moments (Searle, Casella and McCulloch 1992, chapter 3); a part
that comes out below zero, as it may by chance, is told as zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, IntArray
from sim.streams import Stream, generator

RESAMPLES = 400

PARTS: Mapping[str, str] = {
    "parameters": "what is not known of districts and prices (parameters)",
    "luck": "luck of districts, hiring and ordinary revenue",
    "shocks": "revenue and the other shocks of the scenario",
    "missed": "what forecasts of other laws have missed",
}
"""The parts of a variance, in words."""


@dataclass(frozen=True)
class Part:
    """A part of a variance: its size and share of the whole, and the 90% bootstrap interval of the share."""

    variance: float
    share: float
    low: float
    high: float


def nested(values: Array, groups: IntArray) -> tuple[float, float]:
    """Variance between parameter draws and within them, of values ``[R]`` with ``groups`` ``[R]`` of one size.

    By hand, two draws with two turns each, (1, 3) and (5, 7): within, 2; the means 2 and 6 vary by 8, of which luck
    makes 2 / 2; between, 7.
    """
    number = int(groups.max()) + 1
    held = np.stack([values[groups == group] for group in range(number)])
    turns = held.shape[1]
    within = float(held.var(axis=1, ddof=1).mean()) if turns > 1 else 0.0
    between = float(held.mean(axis=1).var(ddof=1)) - within / turns if number > 1 else 0.0
    return max(between, 0.0), within


def split(calm: Array, shocked: Array | None, shown: Array | None, groups: IntArray) -> dict[str, float]:
    """The variance of a loss under shocks by its parts: ``parameters`` between draws; ``luck`` within them in the calm
    scenario; ``shocks``: what the scenario ``shocked`` (None: there is none) adds within them; ``missed``: what the
    draws as ``shown``, with the discrepancy, vary more. All ``[R]`` on the same draws.

    A scenario of fixed years adds nothing within a draw but what luck makes of it; one that is drawn anew in every draw
    adds its own.
    """
    between, within = nested(calm, groups)
    found = {"parameters": between, "luck": within, "shocks": 0.0}
    if shocked is not None:
        between, whole = nested(shocked, groups)
        found |= {"parameters": between, "shocks": max(whole - within, 0.0), "luck": min(within, whole)}
    if shown is not None:
        under = calm if shocked is None else shocked
        found["missed"] = max(float(shown.var(ddof=1)) - float(under.var(ddof=1)), 0.0)
    return found


def parts(
    calm: Array, shocked: Array | None, shown: Array | None, groups: IntArray, seed: int, resamples: int = RESAMPLES
) -> dict[str, Part]:
    """The parts of `split` with intervals: parameter draws are resampled whole."""
    sizes = np.bincount(groups)
    if sizes.min() != sizes.max():
        raise ValueError("every parameter draw needs as many turns of luck as the others")
    order = np.argsort(groups, kind="stable").reshape(len(sizes), -1)
    whole = split(calm, shocked, shown, groups)
    random = generator(seed, Stream.TAILS, 1)
    again: dict[str, list[float]] = {name: [] for name in whole}
    for _ in range(resamples):
        rows = order[random.integers(len(sizes), size=len(sizes))].ravel()
        taken = [None if values is None else values[rows] for values in (shocked, shown)]
        found = split(calm[rows], taken[0], taken[1], np.repeat(np.arange(len(sizes)), order.shape[1]))
        total = sum(found.values())
        for name, variance in found.items():
            again[name].append(variance / total if total > 0.0 else 0.0)
    total = sum(whole.values())
    return {
        name: Part(
            variance, variance / total if total > 0.0 else 0.0, *np.percentile(again[name], (5.0, 95.0)).tolist()
        )
        for name, variance in whole.items()
    }
