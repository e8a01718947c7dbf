"""A race that the model can lose: its forecasts without the case against two that need no model.

"Nothing changes" says one for a ratio to the start and none for a share of districts; "straight line" goes on as the
first observed year began, which it has seen and the model has not. Both get the spread that their own misses in the
other cases had, beside the tolerance of the target. Scores are in tolerances, so that targets can be added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray
from sim.study.assessment.discrepancy import with_discrepancy
from sim.study.assessment.evidence import Evidence
from sim.study.assessment.forecasts import Forecasts, with_tolerance
from sim.study.assessment.scores import (
    Interval,
    crps_of_normal,
    crps_of_sample,
    log_error,
    over_cases,
    skill_over_cases,
    slope_over_cases,
)

MODEL, DISCREPANT = "model", "model with discrepancy"
NOTHING, LINE, PRIOR = "nothing changes", "straight line", "priors alone"

UNDECIDED = "not told from a draw"

SIZES: Mapping[str, tuple[float, float]] = {
    "up to 5%": (0.0, float(np.log(1.05))),
    "5 to 25%": (float(np.log(1.05)), float(np.log(1.25))),
    "over 25%": (float(np.log(1.25)), np.inf),
}
"""Classes of observed changes, up or down as many log points."""


@dataclass(frozen=True)
class Entrant:
    """A forecast of all targets: its score in each, in tolerances, and its distance in log points, both ``[S]``. Not a
    number where it says nothing."""

    name: str
    crps: Array
    log_error: Array


@dataclass(frozen=True)
class Heat:
    """One against another over the targets that both forecast. ``crps`` and ``log_error``: means over cases of each;
    ``skill``: one less the ratio of scores; ``closer``: the difference of distances in log points, above zero where
    the first is nearer; ``won``: cases in which the first has the better score."""

    first: str
    other: str
    targets: int
    crps: tuple[float, float]
    log_error: tuple[float, float]
    skill: Interval
    closer: Interval
    won: int

    @property
    def verdict(self) -> str:
        """Won or lost if the interval of the skill leaves out zero, else not told."""
        if self.skill.low > 0:
            return "won"
        return "lost" if self.skill.high < 0 else UNDECIDED


def entrants(evidence: Evidence, forecasts: Forecasts, sigma: Array, seed: int) -> dict[str, Entrant]:
    """All that run, by name. ``sigma`` ``[S, G]``: the discrepancy that other cases tell of each target's kind."""
    values, tolerances = evidence.values, evidence.tolerances
    left = forecasts.left_out

    def sampled(name: str, sample: Array, middle: Array) -> Entrant:
        return Entrant(name, crps_of_sample(sample, values) / tolerances, log_error(middle, values))

    found = [
        sampled(MODEL, with_tolerance(left, tolerances, seed), np.median(left, axis=0)),
        sampled(DISCREPANT, with_discrepancy(left, sigma, seed), np.median(left, axis=0)),
        sampled(PRIOR, with_tolerance(forecasts.prior, tolerances, seed), np.median(forecasts.prior, axis=0)),
        unmodelled(NOTHING, evidence.unchanged, values, tolerances, evidence.cases),
        unmodelled(LINE, evidence.line, values, tolerances, evidence.cases),
    ]
    return {entrant.name: entrant for entrant in found}


def heats(evidence: Evidence, running: Mapping[str, Entrant]) -> list[Heat]:
    """The model, with and without its discrepancy, against each of the others."""
    return [
        heat(running[first], running[other], evidence.cases)
        for other in (NOTHING, LINE, PRIOR)
        for first in (MODEL, DISCREPANT)
    ]


def heat(first: Entrant, other: Entrant, cases: tuple[str, ...]) -> Heat:
    """One against another."""
    both = np.isfinite(first.crps) & np.isfinite(other.crps)
    near = np.isfinite(first.log_error) & np.isfinite(other.log_error)

    def means(one: Array, where: BoolArray) -> Interval:
        return over_cases(np.where(where, one, np.nan), cases)

    names = np.asarray(cases)
    won = sum(
        first.crps[both & (names == case)].mean() < other.crps[both & (names == case)].mean()
        for case in np.unique(names[both])
    )
    return Heat(
        first.name,
        other.name,
        int(both.sum()),
        (means(first.crps, both).value, means(other.crps, both).value),
        (means(first.log_error, near).value, means(other.log_error, near).value),
        skill_over_cases(first.crps, other.crps, cases),
        over_cases(other.log_error - first.log_error, cases),
        int(won),
    )


def unmodelled(name: str, middle: Array, values: Array, tolerances: Array, cases: tuple[str, ...]) -> Entrant:
    """A forecast ``middle`` ``[S]`` that needs no model, with the tolerance and the spread of its own misses in other
    cases; not a number where it says nothing."""
    missed = (middle - values) / tolerances
    deviation = np.sqrt(1.0 + spread_of_others(missed, cases) ** 2)
    says = np.isfinite(missed)
    score = np.where(says, crps_of_normal(np.where(says, missed, 0.0), deviation, np.zeros_like(missed)), np.nan)
    return Entrant(name, score, log_error(np.where(says, middle, np.nan), values))


def spread_of_others(missed: Array, cases: tuple[str, ...]) -> Array:
    """The root mean square of misses in the other cases ``[S]``, each case counted once; zero where there is none."""
    names = np.asarray(cases)
    known = np.isfinite(missed)
    found = np.zeros(len(missed))
    for case in np.unique(names):
        others = np.unique(names[known & (names != case)])
        squares = [np.mean(missed[known & (names == other)] ** 2) for other in others]
        found[names == case] = np.sqrt(np.mean(squares)) if squares else 0.0
    return found


@dataclass(frozen=True)
class SizeOfChange:
    """Of the targets whose observed change has a size: means over targets of observed and forecast change, in log
    points towards where the observed one went; ``right``: of how many the forecast goes there too."""

    size: str
    targets: int
    cases: int
    observed: float
    forecast: float
    right: int

    @property
    def missing(self) -> float:
        """How far the forecast change falls short of the observed one."""
        return self.observed - self.forecast


def changes(evidence: Evidence, forecasts: Forecasts) -> tuple[Array, Array]:
    """Observed and forecast change ``[S]`` against nothing changing, log points; not a number where there is none."""
    middle = np.median(forecasts.left_out, axis=0)
    known = np.isfinite(evidence.unchanged) & (evidence.unchanged > 0) & (middle > 0)

    def change(numbers: Array) -> Array:
        found = np.full(len(numbers), np.nan)
        found[known] = np.log(numbers[known] / evidence.unchanged[known])
        return found

    return change(evidence.values), change(middle)


def bias_by_size(evidence: Evidence, forecasts: Forecasts) -> tuple[list[SizeOfChange], Interval]:
    """Classes of observed changes with what is forecast for them, and how much of a change is forecast altogether."""
    return by_size(*changes(evidence, forecasts), evidence.cases)


def by_size(seen: Array, forecast: Array, cases: Sequence[str]) -> tuple[list[SizeOfChange], Interval]:
    """The same of observed and forecast changes ``[S]`` in log points, not a number where there is none."""
    known = np.isfinite(seen) & np.isfinite(forecast)
    names = np.asarray(cases)
    rows = []
    for size, (least, most) in SIZES.items():
        own = known & (np.abs(seen) >= least) & (np.abs(seen) < most)
        if own.any():
            towards = np.sign(seen[own])
            means = float((towards * seen[own]).mean()), float((towards * forecast[own]).mean())
            right = int(np.sum(towards * forecast[own] > 0))
            rows.append(SizeOfChange(size, int(own.sum()), len(np.unique(names[own])), *means, right))
    if not known.any():
        return rows, Interval(np.nan, np.nan, np.nan, 0)
    return rows, slope_over_cases(forecast[known], seen[known], tuple(names[known]))
