"""The study ``assess``: a stored calibration checked from its waves alone, without a new simulation."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.parameters.posterior import posterior_path
from sim.results.manifest import hash_of
from sim.states.folder import targets_path
from sim.study.assessment.coverage import Coverage, counted
from sim.study.assessment.discrepancy import (
    Discrepancy,
    discrepancies,
    of_another_kind,
    sigma_from_others,
    with_discrepancy,
)
from sim.study.assessment.evidence import Evidence, evidence_of
from sim.study.assessment.forecasts import (
    BANDS,
    Forecasts,
    below,
    forecasts_of,
    inside,
    misfit,
    with_tolerance,
)
from sim.study.assessment.power_scaling import Sensitivity, sensitivities
from sim.study.assessment.race import Entrant, Heat, SizeOfChange, bias_by_size, changes, entrants, heats
from sim.study.assessment.ranks import Ranks, RankTest, rank_tests, ranks_of_truths
from sim.study.assessment.response import response_spread
from sim.study.assessment.scores import Interval
from sim.study.calibration.stored import Waves, read_waves
from sim.study.calibration.targets import Targets, read_targets
from sim.study.setup.settings import Settings

FEWEST = 20
"""Truths without which their ranks say nothing."""


@dataclass(frozen=True)
class Assessment:
    """All checks of a calibration.

    ``chance``: of a number below the observed one, tolerance included, as fitted and with the case left out, both
    ``[S]``. ``misfit``: of all fitted targets together, mean sum of squares and its posterior predictive p.
    ``other_kinds``: the discrepancy of a kind that no target has; ``response``: that of the size of a change;
    ``sigma`` ``[S, G]``: chances of the discrepancy
    that other cases tell. ``changed``: observed and forecast changes ``[S]``; ``slope``: how much of a change is
    forecast. ``parameters`` and ``expected``: power-scaling of the fitted parameters and of what is expected for every
    target. ``same_targets``: whether the table of targets is the one that the posterior was fitted to.
    """

    evidence: Evidence
    waves: Waves
    forecasts: Forecasts
    ranks: Ranks
    tests: list[RankTest]
    chance: tuple[Array, Array]
    misfit: tuple[float, float]
    coverage: list[Coverage]
    discrepancies: list[Discrepancy]
    other_kinds: Discrepancy
    response: Discrepancy
    sigma: Array
    entrants: dict[str, Entrant]
    heats: list[Heat]
    sizes: list[SizeOfChange]
    slope: Interval
    changed: tuple[Array, Array]
    parameters: list[Sensitivity]
    expected: list[Sensitivity]
    truths: int
    seed: int
    same_targets: bool

    @property
    def all_discrepancies(self) -> list[Discrepancy]:
        """Kind by kind, then of other kinds, then of the size of a response."""
        return [*self.discrepancies, self.other_kinds, self.response]


def read_materials(settings: Settings) -> tuple[Waves, Targets, Evidence]:
    """The stored calibration, or that of a results folder, beside the targets. Raises InputError, one line."""
    catalogue = load_catalogue()
    table, cases = read_targets(targets_path(settings.world_path), catalogue)
    waves = read_waves(
        posterior_path(settings.world_path) if settings.folder is None else Path(settings.folder) / "posterior.csv"
    )
    evidence = evidence_of(waves, table, cases, catalogue)
    most = evidence.of_prior // 2
    if not FEWEST <= settings.draws <= most:
        raise InputError(f"settings: draws: {settings.draws} is not allowed: from {FEWEST} to {most} truths")
    return waves, table, evidence


def assess(settings: Settings, waves: Waves, table: Targets, evidence: Evidence) -> Assessment:
    """Carry out every check."""
    seed, values, tolerances = settings.seed, evidence.values, evidence.tolerances
    forecasts = forecasts_of(evidence, seed)
    kept = evidence.fitted
    ranks = ranks_of_truths(
        evidence.z, evidence.statistics[:, kept], evidence.scales[kept], evidence.parameters, settings.draws, seed,
        of_prior=evidence.of_prior,
    )  # fmt: skip
    sigma = sigma_from_others(forecasts.left_out, values, evidence.kinds, evidence.cases)
    told = (forecasts.left_out, values, evidence.kinds, evidence.cases)
    kinds, others = discrepancies(*told), of_another_kind(*told)
    response = response_spread(forecasts.left_out, values, evidence.unchanged, tolerances, evidence.cases)
    running = entrants(evidence, forecasts, sigma, seed)
    sizes, slope = bias_by_size(evidence, forecasts)
    parameters, expected = sensitivities(evidence, forecasts)
    return Assessment(
        evidence=evidence,
        waves=waves,
        forecasts=forecasts,
        ranks=ranks,
        tests=rank_tests(ranks),
        chance=(below(forecasts.simulated, tolerances, values), below(forecasts.left_out, tolerances, values)),
        misfit=misfit(
            forecasts.emulator.of(kept), forecasts.points, forecasts.weights, values[kept], evidence.scales[kept]
        ),
        coverage=coverage_of(evidence, forecasts, sigma, seed),
        discrepancies=kinds,
        other_kinds=others,
        response=response,
        sigma=sigma,
        entrants=running,
        heats=heats(evidence, running),
        sizes=sizes,
        slope=slope,
        changed=changes(evidence, forecasts),
        parameters=parameters,
        expected=expected,
        truths=settings.draws,
        seed=seed,
        same_targets=waves.provenance.get("targets") == hash_of(table.model_dump(mode="json")),
    )


AS_FITTED = "all targets, as fitted"
HELD_OUT = "held-out targets, as fitted"
LEFT_OUT = "case left out"
ALONE = "case left out, without tolerance"
CARRIED = "case left out, with discrepancy"


def coverage_of(evidence: Evidence, forecasts: Forecasts, sigma: Array, seed: int) -> list[Coverage]:
    """Of bands as fitted and without the case. Those without tolerance are parameters and luck alone, which is what
    intervals hold with ``discrepancy=false``; those with discrepancy take in place of the tolerance what other cases
    tell."""
    everything, held = np.ones(len(evidence.values), dtype=bool), ~evidence.fitted
    fitted = with_tolerance(forecasts.simulated, evidence.tolerances, seed)
    left = forecasts.left_out
    samples = [
        (AS_FITTED, fitted, everything),
        (HELD_OUT, fitted, held),
        (LEFT_OUT, with_tolerance(left, evidence.tolerances, seed), everything),
        (ALONE, left, everything),
        (CARRIED, with_discrepancy(left, sigma, seed), everything),
    ]
    names = np.asarray(evidence.cases)
    return [
        counted(name, [inside(sample, evidence.values, band)[rows] for band in BANDS], tuple(names[rows]))
        for name, sample, rows in samples
        if rows.any()
    ]
