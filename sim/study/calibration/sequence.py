"""Where the waves after the first are drawn: near what all draws so far leave likely, so that the emulator is made
where it is asked (Papamakarios and Murray 2016; Lueckmann and others 2017; here the likelihood is exact).

Places are normal scores of the priors, in which the priors themselves are the standard normal distribution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp, ndtr, ndtri

from sim.arrays import Array, BoolArray
from sim.streams import Stream, generator
from sim.study.calibration.emulating import Emulator, Fit, effective, normalized

WIDER = 2.0
"""Variance of a later wave over that of the posterior so far, as that is of an emulator which may be off there."""

ENDS = (2.0**-33, 1.0 - 2.0**-33)
"""A place in a prior lies between these: 0 or 1 would be an end of a prior that has none."""


@dataclass(frozen=True)
class Proposal:
    """A normal distribution from which a wave is drawn: ``mean`` ``[P]`` and ``covariance`` ``[P, P]``."""

    mean: Array
    covariance: Array

    def points(self, draws: int, seed: int, wave: int) -> Array:
        """``draws`` places in the priors, ``[N, P]``, strictly between 0 and 1, of a ``wave`` by its number."""
        standard = generator(seed, Stream.CALIBRATION_POINTS, wave).standard_normal((draws, len(self.mean)))
        found: Array = np.clip(ndtr(self.mean + standard @ np.linalg.cholesky(self.covariance).T), *ENDS)
        return found

    def log_over_prior(self, z: Array) -> Array:
        """The logarithm of its density over that of the priors at ``z`` ``[N, P]``, ``[N]``."""
        root = np.linalg.cholesky(self.covariance)
        apart = solve_triangular(root, (z - self.mean).T, lower=True)
        found: Array = (
            0.5 * np.sum(z**2, axis=1) - 0.5 * np.sum(apart**2, axis=0) - float(np.sum(np.log(np.diag(root))))
        )
        return found


@dataclass(frozen=True)
class WaveRecord:
    """What is told of a wave: its ``draws``; ``exact``: how many equally likely ones they are worth by exact weights,
    without an emulator; ``missed``: how far the emulator of the waves before was off on it, root mean square in the
    deviations that it stated, 1 if it was off as much as it said; not a number for the first."""

    name: str
    draws: int
    exact: float
    missed: float


def priors_of(parameters: int) -> Proposal:
    """The proposal of the first wave."""
    return Proposal(np.zeros(parameters), np.eye(parameters))


def near(fit: Fit) -> Proposal:
    """The proposal of the next wave: mean and ``WIDER`` covariance of what the fit leaves likely."""
    z = ndtri(fit.places)
    around = z - fit.weights @ z
    return Proposal(fit.weights @ z, WIDER * (around * fit.weights[:, np.newaxis]).T @ around)


def log_drawn(z: Array, proposals: Sequence[Proposal], draws: Sequence[int]) -> Array:
    """The logarithm of the density over that of the priors, ``[N]``, of draws that come from several proposals, so many
    from each (the balance heuristic; Veach and Guibas 1995)."""
    parts = [
        proposal.log_over_prior(z) + np.log(number / sum(draws))
        for proposal, number in zip(proposals, draws, strict=True)
    ]
    found: Array = logsumexp(np.stack(parts), axis=0)
    return found


def sizes(shares: Sequence[float], draws: int) -> list[int]:
    """How many draws each wave has; the first takes what rounding leaves."""
    later = [int(share / sum(shares) * draws) for share in shares[1:]]
    return [draws - sum(later), *later]


def names(waves: int) -> list[str]:
    """The first wave is ``prior``, later ones go by their number."""
    return ["prior", *(f"wave_{number}" for number in range(2, waves + 1))]


def record_of(
    name: str, proposal: Proposal, z: Array, statistics: Array, targets: Array, scales: Array, before: Emulator | None
) -> WaveRecord:
    """What is told of a wave at ``z`` ``[N, P]`` that gave ``statistics`` ``[N, S]``. One of which no draw can be
    compared is worth none."""
    usable: BoolArray = np.all(np.isfinite(statistics), axis=1)
    if not usable.any():
        return WaveRecord(name, len(usable), 0.0, float("nan"))
    z, seen = z[usable], statistics[usable]
    log_weights = -0.5 * np.sum(((seen - targets) / scales) ** 2, axis=1) - proposal.log_over_prior(z)
    missed = float("nan")
    if before is not None:
        apart = (seen - before.at(z)) / np.sqrt(np.diag(before.unexplained))
        missed = float(np.sqrt(np.mean(apart**2)))
    return WaveRecord(name, len(usable), effective(normalized(log_weights)), missed)


def as_mapping(record: WaveRecord) -> Mapping[str, str | int | float | None]:
    """A record as the provenance of a posterior holds it."""
    missed = None if np.isnan(record.missed) else round(record.missed, 3)
    return {"wave": record.name, "draws": record.draws, "exact_effective": round(record.exact, 1), "missed": missed}
