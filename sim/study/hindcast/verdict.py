"""The rule by which a hindcast is judged, written down once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import Array
from sim.results.rank_correlation import spearman
from sim.study.hindcast.case import Outcome
from sim.study.hindcast.running import compared, observed

Verdict = Literal["agrees", "partly", "does not agree", "cannot be tested"]

BAND = (5.0, 95.0)
"""The central 90% of draws."""

MOST = 2.0 / 3.0
"""The share of judged years in which a condition must hold."""

CHANCE = 3.5
"""Standard errors of a correlation beyond which it is not taken for chance among some hundred parameters."""

RULE = (
    "An outcome agrees if the observed value lies within the central 90% of draws and the median of draws lies within "
    "the tolerance of it, each in at least two thirds of the judged years; partly if one of both holds; else it does "
    "not agree. A case agrees if all outcomes do, does not agree if none does even partly, and else agrees partly."
)


@dataclass(frozen=True)
class Point:
    """A year: what was observed, the model's median and band, the share of draws below the observed value."""

    year: int
    judged: bool
    observed: float
    median: float
    p05: float
    p95: float
    share_below: float
    inside: bool
    near: bool


@dataclass(frozen=True)
class Judgement:
    """An outcome and its verdict. ``skill``: the part of the error of 'nothing changes' that the median removes, mean
    over judged years, 1 for a perfect and below 0 for a worse answer; NaN for a level. ``direction``: whether median
    and observed value lie on the same side of no change in the last judged year."""

    outcome: Outcome
    points: tuple[Point, ...]
    verdict: Verdict
    skill: float
    direction: bool | None


def judge(outcome: Outcome, values: Array, start_year: int) -> Judgement:
    """Hold the draws of an outcome, ``[R, T]`` from the start year on, against what was observed."""
    model, seen = compared(outcome, values, start_year), observed(outcome)
    judged = set(seen) if outcome.contrast is not None else set(outcome.judged_years)
    points = tuple(_point(year, year in judged, seen[year], model[year], outcome.tolerance) for year in sorted(seen))
    counted = [point for point in points if point.judged]
    relative = outcome.compare == "ratio" or outcome.contrast is not None
    return Judgement(
        outcome=outcome,
        points=points,
        verdict=outcome_verdict([point.inside for point in counted], [point.near for point in counted]),
        skill=_skill(counted) if relative else float("nan"),
        direction=_direction(counted[-1], outcome.tolerance) if relative else None,
    )


def _direction(point: Point, tolerance: float) -> bool | None:
    if abs(point.observed - 1.0) <= tolerance:
        return None
    return (point.median > 1.0) == (point.observed > 1.0)


def _point(year: int, judged: bool, seen: float, draws: Array, tolerance: float) -> Point:
    low, high = np.percentile(draws, BAND)
    median = float(np.median(draws))
    return Point(
        year=year,
        judged=judged,
        observed=seen,
        median=median,
        p05=float(low),
        p95=float(high),
        share_below=float(np.mean(draws < seen)),
        inside=bool(low <= seen <= high),
        near=abs(median - seen) <= tolerance * seen,
    )


def outcome_verdict(inside: Sequence[bool], near: Sequence[bool]) -> Verdict:
    """The verdict on an outcome from its judged years."""
    held = [sum(condition) >= MOST * len(condition) for condition in (inside, near)]
    return "agrees" if all(held) else "partly" if any(held) else "does not agree"


def case_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a case from those on its outcomes; without any it cannot be tested."""
    if not verdicts:
        return "cannot be tested"
    if all(verdict == "agrees" for verdict in verdicts):
        return "agrees"
    return "does not agree" if all(verdict == "does not agree" for verdict in verdicts) else "partly"


def _skill(points: Sequence[Point]) -> float:
    model = sum(abs(point.median - point.observed) for point in points)
    still = sum(abs(1.0 - point.observed) for point in points)
    return 1.0 - model / still if still > 0 else float("nan")


def pulls(final: Array, drawn: Mapping[str, Array], most: int = 3) -> list[tuple[str, float]]:
    """The parameters whose draws go with the model's last number, by rank correlation, strongest first; only those
    whose correlation is larger than the largest that chance gives among a hundred."""
    found = [(name, spearman(values, final)[0]) for name, values in drawn.items()]
    clear = CHANCE / np.sqrt(final.size)
    moving = [pair for pair in found if abs(pair[1]) > clear]
    return sorted(moving, key=lambda pair: -abs(pair[1]))[:most]
