"""The rule by which a hindcast is judged, written down once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import Array
from sim.results.rank_correlation import spearman
from sim.study.hindcast.case import Outcome
from sim.study.hindcast.net import fact_net_of, net_of_placebo, no_change
from sim.study.hindcast.outcomes import Fact
from sim.study.hindcast.running import compared, facts

Verdict = Literal["agrees", "partly", "does not agree", "cannot be tested"]
Direction = Literal["right", "wrong", "not told"]

BAND = (5.0, 95.0)
"""The central 90% of draws."""

MOST = 2.0 / 3.0
"""The share of judged years in which a condition must hold."""

CHANCE = 3.5
"""Standard errors of a correlation beyond which it is not taken for chance among some hundred parameters."""

SURE = 1.96
"""Standard errors beyond which the median of draws is told from no change."""

ORDER: tuple[Verdict, ...] = ("does not agree", "partly", "agrees")
"""Verdicts on an outcome, the best last."""

RULE = (
    "What is relative to a start is judged net of the placebo, which is the same state on the same draws with the law"
    " unchanged: over its median, or less its median for a share of districts, so that drift is taken out and luck "
    "stays in the band as it is in the record; levels are judged as they are. An outcome agrees if the observed value"
    " (or a part of the range that is known) lies within the central 90% of draws and the median of draws lies within"
    " the tolerance of it, each in at least two thirds of the judged years; partly if one of both holds; else it does"
    " not agree. A case agrees if all outcomes do, does not agree if none does even partly, and else agrees partly. A"
    " direction is right or wrong only where the median difference from the placebo, draw by draw, is told from "
    "nothing beyond the error of so few draws."
)


@dataclass(frozen=True)
class Spread:
    """The median of draws and their central 90%."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Point:
    """A year: what is known of it (``fact``), what the case and the placebo have, and what is known and what the case
    has net of the placebo's median, on which ``inside`` (the band holds some of what is known) and ``near`` (the median
    lies within the tolerance, ``allowed`` in units of the number) are judged. ``effect``: the case net of the placebo
    of the same draw, without the luck of a draw, which a record has and a difference on common draws has not."""

    year: int
    judged: bool
    fact: Fact
    case: Spread
    placebo: Spread | None
    net: Spread
    net_fact: Fact
    effect: Spread
    share_below: float
    inside: bool
    near: bool
    allowed: float

    @property
    def observed(self) -> float:
        """The observed value, as one number."""
        return self.fact.middle

    @property
    def median(self) -> float:
        """The median of draws under the case's laws."""
        return self.case.median

    @property
    def p05(self) -> float:
        """The lower end of the band under the case's laws."""
        return self.case.low

    @property
    def p95(self) -> float:
        """The upper end of the band under the case's laws."""
        return self.case.high


@dataclass(frozen=True)
class Judgement:
    """An outcome and its ``verdict``, net of the placebo. ``as_it_is``: what the verdict would be on the case's own
    numbers; ``of_placebo``: on the placebo's, as if no law had changed (None where the case is its own placebo).

    ``skill``: the part of the error of 'nothing changes' that the median removes, mean over judged years, 1 for a
    perfect and below 0 for a worse answer; NaN for a level. ``direction``: whether the median lies on the observed side
    of no change in the last judged year; None where the record moves by less than the tolerance, or may lie on both.
    """

    outcome: Outcome
    points: tuple[Point, ...]
    verdict: Verdict
    as_it_is: Verdict
    of_placebo: Verdict | None
    skill: float
    direction: Direction | None

    @property
    def remark(self) -> str:
        """What the placebo says of the verdict, if anything."""
        if self.of_placebo is None:
            return ""
        if ORDER.index(self.as_it_is) > ORDER.index(self.verdict):
            known = bool(self.outcome.unchanged)
            why = "if the record's own change without a law is not taken off" if known else "as its placebo drifts"
            return f"{'agrees' if self.as_it_is == 'agrees' else 'agrees partly'} only {why}"
        if self.verdict != "does not agree" and ORDER.index(self.of_placebo) >= ORDER.index(self.verdict):
            return "so does the placebo, with the law unchanged"
        return ""


def judge(outcome: Outcome, values: Array, start_year: int, placebo: Array | None = None) -> Judgement:
    """Hold the draws of an outcome, ``[R, T]`` from the start year on, against what was observed, net of the
    ``placebo``, which has the same shape (None: the case is its own)."""
    how = outcome.how_net if placebo is not None else "none"
    model, known = compared(outcome, values, start_year), facts(outcome)
    still = compared(outcome, placebo, start_year) if placebo is not None else None
    judged = set(known) if outcome.contrast is not None else set(outcome.judged_years)
    nets, effects = model, model
    if still is not None:
        middles = {year: np.nanmedian(still[year], keepdims=True) for year in known}
        nets = {year: net_of_placebo(model[year], middles[year], how) for year in known}
        effects = {year: net_of_placebo(model[year], still[year], how) for year in known}
    net_facts = {year: fact_net_of(fact, outcome.unchanged.get(year), how) for year, fact in known.items()}
    allowed = {
        year: outcome.tolerance * (fact.middle if how == "difference" else net_facts[year].middle)
        for year, fact in known.items()
    }
    points = tuple(
        Point(
            year=year,
            judged=year in judged,
            fact=known[year],
            case=spread_of(model[year]),
            placebo=spread_of(still[year]) if still is not None else None,
            net=spread_of(nets[year]),
            net_fact=net_facts[year],
            effect=spread_of(effects[year]),
            share_below=float(np.mean(nets[year] < net_facts[year].middle)),
            inside=_inside(spread_of(nets[year]), net_facts[year]),
            near=_near(spread_of(nets[year]), net_facts[year], allowed[year]),
            allowed=allowed[year],
        )
        for year in sorted(known)
    )
    counted = [point for point in points if point.judged]
    middle = no_change(how, outcome.relative)
    last = counted[-1]
    return Judgement(
        outcome=outcome,
        points=points,
        verdict=outcome_verdict([point.inside for point in counted], [point.near for point in counted]),
        as_it_is=_verdict_on([point.case for point in counted], counted, outcome.tolerance),
        of_placebo=_verdict_on([point.placebo for point in counted if point.placebo], counted, outcome.tolerance)
        if still is not None
        else None,
        skill=_skill(counted, middle) if middle is not None else float("nan"),
        direction=direction_of(last.net_fact, effects[last.year], middle, allowed[last.year])
        if middle is not None
        else None,
    )


def spread_of(draws: Array) -> Spread:
    """Median and central 90% of the draws in which a number is defined."""
    defined = draws[np.isfinite(draws)]
    if defined.size == 0:
        return Spread(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(defined, BAND)
    return Spread(float(np.median(defined)), float(low), float(high))


def _inside(spread: Spread, fact: Fact) -> bool:
    return bool(spread.low <= fact.high and fact.low <= spread.high)


def _near(spread: Spread, fact: Fact, allowed: float) -> bool:
    return bool(fact.away(spread.median) <= abs(allowed))


def _verdict_on(spreads: Sequence[Spread], points: Sequence[Point], tolerance: float) -> Verdict:
    """The verdict on numbers as they are, held against what was observed as it is."""
    pairs = list(zip(spreads, [point.fact for point in points], strict=True))
    return outcome_verdict(
        [_inside(spread, fact) for spread, fact in pairs],
        [_near(spread, fact, tolerance * fact.middle) for spread, fact in pairs],
    )


def median_bounds(draws: Array) -> tuple[float, float]:
    """What the median of a long run of draws lies between, at 95%, by the ranks of those at hand, whatever their
    distribution; without end where they are too few."""
    ordered = np.sort(draws[np.isfinite(draws)])
    rank = int(np.floor(0.5 * (ordered.size - SURE * np.sqrt(ordered.size))))
    if rank < 1:
        return float("-inf"), float("inf")
    return float(ordered[rank - 1]), float(ordered[ordered.size - rank])


def direction_of(fact: Fact, draws: Array, middle: float, allowed: float) -> Direction | None:
    """Whether draws ``[R]`` move to the observed side of ``middle``, where nothing changes. None where the record
    stands on no side: nearer than ``allowed``, or on both."""
    if fact.low - allowed <= middle <= fact.high + allowed:
        return None
    low, high = median_bounds(draws)
    if low <= middle <= high:
        return "not told"
    return "right" if (low > middle) == (fact.low > middle) else "wrong"


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


def _skill(points: Sequence[Point], middle: float) -> float:
    model = sum(point.net_fact.away(point.net.median) for point in points)
    still = sum(point.net_fact.away(middle) for point in points)
    return 1.0 - model / still if still > 0 else float("nan")


def pulls(final: Array, drawn: Mapping[str, Array], most: int = 3) -> list[tuple[str, float]]:
    """The parameters whose draws go with the model's last number, by rank correlation, strongest first; only those
    whose correlation is larger than the largest that chance gives among a hundred."""
    found = [(name, spearman(values, final)[0]) for name, values in drawn.items()]
    clear = CHANCE / np.sqrt(final.size)
    moving = [pair for pair in found if abs(pair[1]) > clear]
    return sorted(moving, key=lambda pair: -abs(pair[1]))[:most]
