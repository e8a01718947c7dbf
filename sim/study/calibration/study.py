"""The study ``calibrate``: waves of draws, an emulator of their statistics, and its posterior simulated."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import qmc

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.parameters.catalogue import Catalogue, Entry, load_catalogue
from sim.parameters.posterior import priors_hash
from sim.parameters.priors import quantile
from sim.parameters.values import center
from sim.results.files import write_atomically
from sim.results.manifest import hash_of, model_fingerprint
from sim.states.folder import targets_path
from sim.streams import Stream, generator
from sim.study.calibration.begin import begin
from sim.study.calibration.emulating import Fit, fewest, fitted, shift_error
from sim.study.calibration.sequence import WaveRecord, as_mapping, log_drawn, names, near, priors_of, record_of, sizes
from sim.study.calibration.statistics import Simulated
from sim.study.calibration.stored import FIRST, LAST, WAVE, fingerprint, wave_content
from sim.study.calibration.targets import Targets, read_targets
from sim.study.calibration.waves import carry_out_wave
from sim.study.designs.files import resampled
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.inputs import CURRENT_LAW, find_formula
from sim.study.setup.settings import Settings, flat_parameters
from sim.version import __version__
from sim.world.loading import load_world

Found = TypeVar("Found")

DIGITS = 6
"""Significant digits in which a posterior is stored."""


@dataclass(frozen=True)
class Calibration:
    """What a calibration found. ``prior``, the ``later`` waves and ``posterior`` have a row for each simulated draw:
    fitted parameters and statistics; the rows of ``posterior`` are the stored draws, simulated anew with luck of their
    own. ``fit`` is what they were drawn from."""

    table: Targets
    entries: Mapping[str, Entry]
    prior: pd.DataFrame
    posterior: pd.DataFrame
    fit: Fit
    provenance: Mapping[str, Any]
    later: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def waves(self) -> dict[str, pd.DataFrame]:
        """All of them by name, in their order."""
        return {FIRST: self.prior, **self.later, LAST: self.posterior}


def read_materials(settings: Settings) -> tuple[Targets, Simulated]:
    """The targets, and all that a simulation needs but its draws. Raises InputError, one line, before anything runs."""
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    world = load_world(settings.world_path)
    table, cases = read_targets(targets_path(settings.world_path), catalogue)
    needed = fewest(len(table.parameters))
    if settings.draws < (least := max(2 * needed, math.ceil(needed * sum(table.waves) / table.waves[0]))):
        raise InputError(
            f"settings: draws: {settings.draws} is too few for {len(table.parameters)} parameters; at least {least}"
        )
    law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier, law=world.law)
    refuse_another_start(settings, world, catalogue, law)
    return table, Simulated(world, catalogue, law, cases, table.targets, settings.seed, (), {})


def calibrate(
    settings: Settings,
    table: Targets,
    work: Simulated,
    folder: Path,
    config: Mapping[str, Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """Simulate, fit, and simulate the posterior. Continues what an earlier start of the same study left in
    ``folder``; raises InputError if that holds another."""
    cases = {case.name: case.model_dump(mode="json") for case in work.cases}
    begin(folder, settings, work.world, {**config, "targets": table.model_dump(mode="json"), "cases": cases})
    entries = {name: _entry(work.catalogue, name) for name in table.parameters}
    total = settings.draws + table.keep

    def wave(name: str, columns: Mapping[str, Array], first: int) -> pd.DataFrame:
        return carry_out_wave(
            folder, name, work, columns, first, settings.chunk, settings.executor, settings.worker_count,
            lambda done: progress(first + done, total),
        )  # fmt: skip

    fitting = _Fitting(table, settings.seed)
    for name, draws in zip(names(len(table.waves)), sizes(table.waves, settings.draws), strict=True):
        points = fitting.next_points(draws)
        fitting.add(name, points, wave(name, at_points(entries, points), fitting.draws))
    chosen = resampled(fitting.fit.weights, table.keep, settings.seed)
    drawn = {name: rounded(column) for name, column in at_points(entries, fitting.fit.places[chosen]).items()}
    # Replicates after those of the waves before: the posterior is judged by luck that it has not seen.
    posterior = wave(LAST, drawn, settings.draws)
    prior, later = fitting.frames[FIRST], {name: wave for name, wave in fitting.frames.items() if name != FIRST}
    origin = _provenance(settings, table, work, fitting)
    found = Calibration(table, entries, prior, posterior, fitting.fit, origin, later)
    write_posterior(folder, found)
    return found


class _Fitting:
    """The waves so far, and the fit to all of them. Raises InputError if too few draws could be compared."""

    def __init__(self, table: Targets, seed: int) -> None:
        self._targets = [target.name for target in table.fitted]
        self._values = np.array([target.value for target in table.fitted])
        self._scales = np.array([target.scale for target in table.fitted])
        self._seed = seed
        self._proposals = [priors_of(len(table.parameters))]
        self._points: list[Array] = []
        self.frames: dict[str, pd.DataFrame] = {}
        self.records: list[WaveRecord] = []
        self.fit: Fit

    @property
    def draws(self) -> int:
        """How many draws have been simulated."""
        return sum(len(points) for points in self._points)

    def next_points(self, draws: int) -> Array:
        """Where the next wave is to be simulated, ``[N, P]``."""
        if not self._points:
            return prior_points(self._seed, draws, len(self._proposals[0].mean))
        self._proposals.append(near(self.fit))
        return self._proposals[-1].points(draws, self._seed, len(self._proposals))

    def add(self, name: str, points: Array, simulated: pd.DataFrame) -> None:
        """Fit anew, with one more wave."""
        before = self.fit.emulator if self._points else None
        statistics = simulated[self._targets].to_numpy()
        self.records.append(
            record_of(name, self._proposals[-1], ndtri(points), statistics, self._values, self._scales, before)
        )
        self._points.append(points)
        self.frames[name] = simulated
        self.fit = self._on_all(fitted)

    def shift_error(self) -> float:
        """How far the posterior's means may be off for want of draws, in standard deviations of the prior."""
        return self._on_all(shift_error)

    def _on_all(self, method: Callable[..., Found]) -> Found:
        points = np.concatenate(self._points)
        statistics = np.concatenate([frame[self._targets].to_numpy() for frame in self.frames.values()])
        drawn = log_drawn(ndtri(points), self._proposals, [len(wave) for wave in self._points])
        try:
            return method(points, statistics, self._values, self._scales, self._seed, drawn)
        except ValueError as error:
            raise InputError(f"settings: draws: {error}") from error


def prior_points(seed: int, draws: int, dimensions: int) -> Array:
    """A Latin hypercube in the priors of the fitted parameters, ``[N, P]``, strictly between 0 and 1."""
    random = generator(seed, Stream.CALIBRATION_POINTS)
    points: Array = qmc.LatinHypercube(d=dimensions, seed=random).random(draws)
    return np.clip(points, 2.0**-33, 1.0 - 2.0**-33)


def at_points(entries: Mapping[str, Entry], points: Array) -> dict[str, Array]:
    """The fitted parameters at places in their priors, ``[N]`` by 'group.name'."""
    return {
        name: quantile(entry.prior, center(entry), points[:, place])
        for place, (name, entry) in enumerate(entries.items())
    }


def rounded(column: Array) -> Array:
    """To the digits that are stored, so that what is simulated is what a reader of the file gets."""
    return np.array([float(f"{value:.{DIGITS}g}") for value in column])


def write_posterior(folder: Path, found: Calibration) -> None:
    """``posterior.csv`` and ``posterior.json``: the draws, and where they come from; ``posterior.parquet``: parameters
    and statistics of every draw, by the fingerprint that the second holds."""
    text = found.posterior[list(found.entries)].to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    waves = wave_content(found.waves)
    origin = {**found.provenance, WAVE: fingerprint(waves)}
    write_atomically(folder / "posterior.csv", text.encode())
    write_atomically(folder / "posterior.parquet", waves)
    write_atomically(folder / "posterior.json", (json.dumps(origin, indent=2) + "\n").encode())


def _entry(catalogue: Catalogue, full_name: str) -> Entry:
    group, name = full_name.split(".")
    return catalogue.entries[group][name]


def _provenance(settings: Settings, table: Targets, work: Simulated, fitting: _Fitting) -> dict[str, Any]:
    fit = fitting.fit
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": settings.seed,
        "draws": settings.draws,
        "compared": fit.finite,
        "exact_effective": round(fit.exact, 1),
        "effective": round(fit.effective),
        "weighed": len(fit.weights),
        "shift_error": round(fitting.shift_error(), 3),
        "waves": [as_mapping(record) for record in fitting.records],
        "kept": table.keep,
        "targets": hash_of(table.model_dump(mode="json")),
        "priors": priors_hash(work.catalogue, table.parameters),
        "all_priors": priors_hash(
            work.catalogue, [f"{group}.{name}" for group, named in work.catalogue.entries.items() for name in named]
        ),
        "world": work.world.fingerprint,
        "model": model_fingerprint(fitted=False),
        "code_version": __version__,
    }
