"""How much a posterior owes to its priors and how much to the targets: power-scaling (Kallioinen and others 2024).

The prior, or the likelihood, is raised to a power a little above and below one, by weights on the points of the
posterior, and the change of a quantity's distribution is measured by the cumulative Jensen-Shannon distance for each
doubling of the power. Priors are scaled in their normal scores: each becomes wider or narrower about its median.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from sim.arrays import Array
from sim.study.assessment.evidence import Evidence
from sim.study.assessment.forecasts import Forecasts
from sim.study.calibration.emulating import log_likelihood, normalized

POWER = 1.01
"""By which prior or likelihood is raised, and one over it."""

SENSITIVE = 0.05
"""Sensitivity from which on a quantity is said to answer; the measure's authors' own threshold."""


@dataclass(frozen=True)
class Sensitivity:
    """Of a parameter or of a forecast target: distance for each doubling of the power of the ``prior`` and of the
    ``likelihood``; ``moves``: by how much its mean goes if all priors are twice as narrow in variance, in its posterior
    standard deviations."""

    name: str
    prior: float
    likelihood: float
    moves: float

    @property
    def diagnosis(self) -> str:
        """In words, as the measure's authors read the two."""
        if self.prior >= SENSITIVE:
            return "priors and targets pull apart" if self.likelihood >= SENSITIVE else "told by the prior"
        return "told by the targets" if self.likelihood >= SENSITIVE else "hardly told by either"


def sensitivities(evidence: Evidence, forecasts: Forecasts) -> tuple[list[Sensitivity], list[Sensitivity]]:
    """Of every fitted parameter, and of what the posterior expects for every target."""
    z, kept = forecasts.points, evidence.fitted
    likelihood = log_likelihood(forecasts.emulator.of(kept), z, evidence.values[kept], evidence.scales[kept])
    prior = -0.5 * np.sum(z**2, axis=1)

    def of(names: tuple[str, ...], quantities: Array) -> list[Sensitivity]:
        return [
            sensitivity(name, quantities[:, place], forecasts.weights, prior, likelihood)
            for place, name in enumerate(names)
        ]

    targets = tuple(target.name for target in evidence.targets)
    return of(evidence.parameters, z), of(targets, forecasts.emulator.at(z))


def sensitivity(name: str, quantity: Array, weights: Array, prior: Array, likelihood: Array) -> Sensitivity:
    """Of one ``quantity`` ``[N]`` at weighted points with their logarithms of ``prior`` and ``likelihood``."""
    order = np.argsort(quantity, kind="stable")
    values, base = quantity[order], weights[order]

    def answer(log_part: Array) -> float:
        part = log_part[order]
        ends = (scaled(base, part, power) for power in (POWER, 1.0 / POWER))
        return sum(cjs(values, base, end) for end in ends) / (2.0 * float(np.log2(POWER)))

    mean = float(base @ values)
    spread = float(np.sqrt(base @ (values - mean) ** 2))
    step = float(scaled(base, prior[order], POWER) @ values - scaled(base, prior[order], 1.0 / POWER) @ values)
    moves = step / (2.0 * float(np.log2(POWER)) * spread) if spread > 0 else 0.0
    return Sensitivity(name, answer(prior), answer(likelihood), moves)


def scaled(weights: Array, log_part: Array, power: float) -> Array:
    """Weights once a part of the posterior, by its logarithm, is raised to a ``power``."""
    with np.errstate(divide="ignore"):
        return normalized(np.log(weights) + (power - 1.0) * (log_part - log_part.max()))


def cjs(values: Array, one: Array, other: Array) -> float:
    """The cumulative Jensen-Shannon distance, 0 to 1, of two weightings of sorted ``values`` (Nguyen and Vreeken 2015),
    the larger of those from below and from above."""
    return max(_cjs(np.diff(values), *(np.cumsum(w)[:-1] for w in (one, other))),
               _cjs(np.diff(values), *(1.0 - np.cumsum(w)[:-1] for w in (one, other))))  # fmt: skip


def _cjs(width: Array, p: Array, q: Array) -> float:
    p, q = np.clip(p, 0.0, 1.0), np.clip(q, 0.0, 1.0)
    middle = np.maximum((p + q) / 2.0, np.finfo(float).tiny)
    total_p, total_q = float(width @ p), float(width @ q)
    bound = total_p + total_q
    if bound <= 0.0:
        return 0.0
    apart = (xlogy(p, p) - xlogy(p, middle) + xlogy(q, q) - xlogy(q, middle)) / np.log(2.0)
    # The corrections for unequal integrals, (Q - P) / 2 ln 2 and (P - Q) / 2 ln 2, cancel in the sum of both.
    return float(np.sqrt(max(float(width @ apart), 0.0) / bound))
