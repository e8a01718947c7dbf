"""How structures stand beside the model: evidence, misfit, and forecasts of cases that were left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from sim.arrays import Array
from sim.parameters.catalogue import Catalogue
from sim.parameters.posterior import priors_hash
from sim.study.alternatives.fitting import Fitted
from sim.study.assessment.evidence import Evidence, evidence_of
from sim.study.assessment.forecasts import forecasts_of, with_tolerance
from sim.study.assessment.scores import Interval, crps_of_sample, over_cases
from sim.study.calibration.emulating import LogEvidence, fewest, log_evidence, regression
from sim.study.calibration.stored import Waves
from sim.study.calibration.targets import Targets
from sim.study.hindcast.case import Case

PARTS = 8
"""Parts of the draws, each of which is left out once where the error of the emulator is estimated."""

LIGHT = 5_000
"""Points of the emulator that are weighed each time."""

STEPS = 2_000
"""Of the climb to the weights of stacking; it is smooth and they cost nothing."""


@dataclass(frozen=True)
class Standing:
    """How a fitted structure does.

    ``evidence``: the logarithm of the fitted targets' density before the fit; ``parts`` ``[PARTS]``: the same by the
    emulator of the draws without each part. ``distance`` ``[S]``: of the posterior's mean, simulated anew, from each
    target, in its tolerances; ``crps`` ``[S]``: score of the forecast without the target's case, in tolerances, less is
    better; ``log_scores`` ``[C]``: of each of ``cases``, the logarithm of the density that the fit without the case
    gives all its targets together, more is better. ``case_of`` ``[S]``: the case of each target.
    """

    evidence: LogEvidence
    parts: Array
    distance: Array
    crps: Array
    log_scores: Array
    cases: tuple[str, ...]
    case_of: tuple[str, ...]

    def misfit(self, targets: Targets) -> float:
        """The mean square of the distances of the fitted targets."""
        return float(np.mean(self.distance[[target.use == "fit" for target in targets.targets]] ** 2))


@dataclass(frozen=True)
class Beside:
    """A structure less the model: ``evidence`` with its standard ``error`` (of the emulator and of sampling);
    ``log_score`` and ``crps`` with their intervals over cases, of which the second is the better the lower."""

    evidence: float
    error: float
    log_score: Interval
    crps: Interval


def stand(found: Fitted, table: Targets, cases: Sequence[Case], catalogue: Catalogue, seed: int) -> Standing:
    """The standing of one structure. Raises InputError if too few of its draws can be compared."""
    own = table.model_copy(update={"parameters": tuple(found.structure.entries)})
    waves = Waves(found.prior, found.posterior, {"priors": priors_hash(catalogue, own.parameters)})
    evidence = evidence_of(waves, own, cases, catalogue, fewest(len(own.parameters)))
    simulated = evidence.simulated[np.isfinite(evidence.simulated).all(axis=1)]
    left_out = forecasts_of(evidence, seed).left_out
    names = tuple(dict.fromkeys(evidence.cases))
    return Standing(
        evidence=evidence_of_fitted(evidence, seed),
        parts=np.array([evidence_of_fitted(evidence, seed, part).value for part in range(PARTS)]),
        distance=(simulated.mean(axis=0) - evidence.values) / evidence.scales,
        crps=crps_of_sample(with_tolerance(left_out, evidence.tolerances, seed), evidence.values) / evidence.tolerances,
        log_scores=np.array([log_score(evidence, case, seed) for case in names]),
        cases=names,
        case_of=evidence.cases,
    )


def evidence_of_fitted(evidence: Evidence, seed: int, without: int | None = None) -> LogEvidence:
    """That of the fitted targets, by the emulator of all draws or of those ``without`` one of the parts."""
    rows = np.ones(len(evidence.z), dtype=bool)
    if without is not None:
        rows[without::PARTS] = False
    kept = evidence.fitted
    emulator = regression(evidence.z[rows], evidence.statistics[rows][:, kept])
    return log_evidence(emulator, evidence.values[kept], evidence.scales[kept], evidence.z.shape[1], seed, LIGHT)


def log_score(evidence: Evidence, case: str, seed: int) -> float:
    """The logarithm of the density of all targets of a case together, by the fit to all fitted targets of others: the
    evidence of both less that of the others."""
    own = np.asarray(evidence.cases) == case
    others = evidence.fitted & ~own
    emulator = regression(evidence.z, evidence.statistics)
    both, without = (
        log_evidence(
            emulator.of(kept), evidence.values[kept], evidence.scales[kept], evidence.z.shape[1], seed, LIGHT
        ).value
        for kept in (others | own, others)
    )
    return both - without


def beside(one: Standing, model: Standing) -> Beside:
    """A structure against the model, draw part by draw part and case by case, as both have the same."""
    apart = one.parts - model.parts
    # The jackknife over parts of the draws; the samplings of both are independent of it.
    of_emulator = (PARTS - 1.0) / PARTS * np.sum((apart - apart.mean()) ** 2)
    error = np.sqrt(of_emulator + one.evidence.error**2 + model.evidence.error**2)
    return Beside(
        one.evidence.value - model.evidence.value,
        float(error),
        over_cases(one.log_scores - model.log_scores, one.cases),
        over_cases(one.crps - model.crps, one.case_of),
    )


def stacking_weights(log_scores: Array) -> Array:
    """Weights ``[K]`` of a mixture of structures that would have forecast the left-out cases best: those that make the
    sum over cases of the logarithm of the mixed densities greatest, from ``log_scores`` ``[K, C]`` (Yao, Vehtari,
    Simpson and Gelman 2018). By expectation and maximization, which climbs to the one maximum there is."""
    weights = np.full(len(log_scores), 1.0 / len(log_scores))
    for _ in range(STEPS):
        joint = np.log(np.maximum(weights, np.finfo(float).tiny))[:, np.newaxis] + log_scores
        weights = np.exp(joint - logsumexp(joint, axis=0)).mean(axis=1)
    return weights
