"""The order of formulas over the draws: how often each is first, and which uncertain number could change that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.arrays import Array, BoolArray, IntArray
from sim.study.sensitivity.numbers import Number
from sim.study.sensitivity.outcomes import OUTCOMES, Table, Target
from sim.study.sensitivity.shares import Shares, sampled, single_dimensions

THIRDS = ("low", "middle", "high")
TAUGHT = OUTCOMES[0].name
"""The outcome by which formulas are judged."""

NORMAL_90 = 1.6448536269514722
"""Standard normal quantile of a two-sided 90% interval."""


@dataclass(frozen=True)
class Criterion:
    """What formulas are ordered by. ``order`` gives the place of each, from 0, in each draw: ``[F, P]``.

    ``measure`` is the outcome by which one formula is ahead of another, if there is one; ``judges_baseline`` whether
    the baseline has a place itself.
    """

    name: str
    words: str
    order: Callable[[Table, Sequence[str], str], IntArray]
    measure: str | None = None
    judges_baseline: bool = True


def by_concentrators(table: Table, formulas: Sequence[str], baseline: str) -> IntArray:
    """The most concentrators taught first."""
    return _places([-np.stack([table[formula, TAUGHT] for formula in formulas])])


def by_cost(table: Table, formulas: Sequence[str], baseline: str) -> IntArray:
    """The least state cost for an added concentrator taught first, both against the baseline.

    A ratio alone would mislead where it is negative. So: those that add concentrators and cost no more come first, by
    concentrators added; then those that add for more money, by dollars for each; last those that add none, by
    concentrators.
    """
    added = np.stack([table[formula, TAUGHT] - table[baseline, TAUGHT] for formula in formulas])
    cost = np.stack([table[formula, "state_cost"] - table[baseline, "state_cost"] for formula in formulas])
    group = np.where(added <= 0.0, 2.0, np.where(cost <= 0.0, 0.0, 1.0))
    ratio = np.divide(cost, added, out=np.zeros_like(cost), where=added > 0.0)
    return _places([group, np.where(group == 1.0, ratio, -added)])


CRITERIA: tuple[Criterion, ...] = (
    Criterion(TAUGHT, "most concentrators taught", by_concentrators, measure=TAUGHT),
    Criterion(
        "cost_per_added_concentrator", "least state cost for an added concentrator", by_cost, judges_baseline=False
    ),
)


def _places(keys: Sequence[Array]) -> IntArray:
    """The place of each row in each column by ``keys``, the first of which counts most; ties in the order of rows."""
    ordered = np.lexsort(tuple(reversed([np.asarray(key) for key in keys])), axis=0)
    places: IntArray = np.argsort(ordered, axis=0)
    return places


def proportion(hits: int, draws: int) -> tuple[float, float, float]:
    """A share of draws with its 90% interval (Wilson), which is not empty at 0 or 1 either."""
    share, z = hits / draws, NORMAL_90
    middle = (share + z * z / (2 * draws)) / (1 + z * z / draws)
    half = z / (1 + z * z / draws) * sqrt(share * (1 - share) / draws + z * z / (4 * draws * draws))
    return share, middle - half if hits else 0.0, middle + half if hits < draws else 1.0


@dataclass(frozen=True)
class Third:
    """How often the leader has the contested place where a number lies in one third of its distribution; and who has
    it most often there."""

    third: str
    share: float
    low: float
    high: float
    draws: int
    most_often: str

    @property
    def words(self) -> str:
        """Which third it is."""
        return {"low": "lowest", "middle": "middle", "high": "highest"}[self.third]


@dataclass(frozen=True)
class Flip:
    """What one number does to the order: the leader's share in each third of it.

    ``change`` is the share in the high third less that in the low third, ``error`` its Monte Carlo standard error.
    ``errors`` is how many of them a change must be to stand out among all numbers looked at.
    """

    number: Number
    leader: str
    thirds: tuple[Third, ...]
    change: float
    error: float
    errors: float

    @property
    def clear(self) -> bool:
        """Whether the change is more than the draws alone would give to any of the numbers, at 5%."""
        return abs(self.change) > self.errors * self.error

    @property
    def others_lead(self) -> bool:
        """Whether another formula than the leader has the place most often in one of the thirds."""
        return any(third.most_often != self.leader for third in self.thirds)

    @property
    def changes_the_answer(self) -> bool:
        """Whether another formula leads in one of the thirds, and the change is clear."""
        return self.clear and self.others_lead


@dataclass(frozen=True)
class Ranking:
    """The order of formulas by one criterion.

    ``places`` ``[F, F]``: how often (first index) a formula is at (second) a place. ``contested`` is the first place,
    from 0, that no formula has in every draw; formulas before it are ``decided``; it is 0 where all are. ``leader`` has
    the contested place most often, ``runner_up`` is the other formula, of those not decided, most often ahead of it.
    """

    criterion: Criterion
    baseline: str
    formulas: tuple[str, ...]
    places: Array
    draws: int
    decided: tuple[str, ...]
    leader: str
    runner_up: str
    ahead: tuple[float, float, float]
    flips: tuple[Flip, ...]

    @property
    def contested(self) -> int:
        """The contested place, from 0."""
        return len(self.decided)

    def holds(self, formula: str) -> tuple[float, float, float]:
        """How often a formula has the contested place, with its 90% interval."""
        return proportion(round(self.places[self.formulas.index(formula), self.contested] * self.draws), self.draws)


def rank(criterion: Criterion, design: Shares, table: Table, formulas: Sequence[str], baseline: str) -> Ranking:
    """Order the formulas at the independent draws. Needs two formulas that the criterion judges."""
    judged = tuple(formula for formula in formulas if criterion.judges_baseline or formula != baseline)
    if len(judged) < 2:
        raise ValueError("an order needs two formulas")
    places = criterion.order(sampled(design, table), judged, baseline)
    draws = places.shape[1]
    counts = np.stack([(places == place).mean(axis=1) for place in range(len(judged))], axis=1)
    sure = [int(np.argmax(counts[:, place])) for place in range(len(judged)) if counts[:, place].max() == 1.0]
    contested = next((place for place in range(len(judged)) if counts[:, place].max() < 1.0), 0)
    decided = sure[:contested]
    best = int(np.argmax(counts[:, contested]))
    others = [at for at in range(len(judged)) if at != best and at not in decided]
    second = max(others, key=lambda other: ((places[other] < places[best]).mean(), -places[other].mean()))
    ahead = proportion(int((places[best] < places[second]).sum()), draws)
    thirds_of = {number.name: design.cube[design.sample, at] for at, number in single_dimensions(design)}
    # Of many numbers that do nothing some look as if they did: Bonferroni's bound holds them together at 5%.
    errors = float(ndtri(1.0 - 0.025 / max(len(thirds_of), 1)))
    flips = tuple(
        _flip(number, thirds_of[number.name], places == contested, best, judged, errors)
        for _, number in single_dimensions(design)
    )
    ranked = tuple(sorted(flips, key=lambda flip: abs(flip.change), reverse=True))
    before = tuple(judged[at] for at in decided)
    return Ranking(criterion, baseline, judged, counts, draws, before, judged[best], judged[second], ahead, ranked)


def _flip(
    number: Number, probability: Array, holds: BoolArray, best: int, formulas: tuple[str, ...], errors: float
) -> Flip:
    thirds = []
    part = np.minimum((probability * len(THIRDS)).astype(np.intp), len(THIRDS) - 1)
    for place, name in enumerate(THIRDS):
        inside = holds[:, part == place]
        draws = inside.shape[1]
        firsts = inside.sum(axis=1)
        share, low, high = proportion(int(firsts[best]), draws) if draws else (np.nan, 0.0, 1.0)
        # A tie is the leader's: another formula must have the place more often to be named.
        most = best if not draws or firsts[best] == firsts.max() else int(np.argmax(firsts))
        thirds.append(Third(name, share, low, high, draws, formulas[most]))
    change = thirds[-1].share - thirds[0].share
    # A share of 0 or 1 has no spread of its own; half a draw keeps its error above zero.
    variance = sum(_smoothed_variance(third) for third in (thirds[0], thirds[-1]))
    return Flip(number, formulas[best], tuple(thirds), change, sqrt(variance), errors)


def _smoothed_variance(third: Third) -> float:
    share = (third.share * third.draws + 0.5) / (third.draws + 1)
    return share * (1 - share) / max(third.draws, 1)


def order_target(ranking: Ranking, table: Table) -> Target:
    """What decides an order, as a target of shares at all points of the design.

    How far the leader is ahead of its runner-up in what the criterion measures; where it measures no one thing, 1 at
    points where the leader is ahead, else 0.
    """
    leader, other, measure = ranking.leader, ranking.runner_up, ranking.criterion.measure
    if measure is not None:
        lead = table[leader, measure] - table[other, measure]
    else:
        places = ranking.criterion.order(table, ranking.formulas, ranking.baseline)
        at = ranking.formulas.index
        lead = (places[at(leader)] < places[at(other)]).astype(np.float64)
    return Target("order", leader, ranking.criterion.name, lead, other)


def ranking_frame(rankings: Sequence[Ranking]) -> pd.DataFrame:
    """All of it as one tidy table: how often each formula is at each place, and the leader's share by thirds."""
    rows: list[Mapping[str, object]] = []
    for ranking in rankings:
        name = ranking.criterion.name
        for at, formula in enumerate(ranking.formulas):
            for place in range(len(ranking.formulas)):
                share, low, high = proportion(round(ranking.places[at, place] * ranking.draws), ranking.draws)
                rows.append(
                    {
                        "criterion": name, "of": "place", "formula": formula, "place": place + 1, "share": share,
                        "low": low, "high": high, "draws": ranking.draws,
                    }
                )  # fmt: skip
        for flip in ranking.flips:
            for third in flip.thirds:
                rows.append(
                    {
                        "criterion": name, "of": "place_by_third", "formula": ranking.leader,
                        "place": ranking.contested + 1,
                        "number": flip.number.name, "label": flip.number.label, "third": third.third,
                        "share": third.share, "low": third.low, "high": third.high, "draws": third.draws,
                        "most_often_there": third.most_often, "change": flip.change, "change_error": flip.error,
                        "clear": flip.clear,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)
