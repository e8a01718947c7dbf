"""The study ``alternatives``: structures fitted alike, how they stand beside the model, and what they answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.results.manifest import hash_of, model_fingerprint
from sim.states.folder import targets_path
from sim.study.alternatives.answers import Answering, Effects, effects
from sim.study.alternatives.fitting import Fitted, Structure, fit_structure, structures
from sim.study.alternatives.schema import Alternative, alternatives_path, read_alternatives
from sim.study.alternatives.standing import Beside, Standing, beside, stacking_weights, stand
from sim.study.calibration.begin import begin
from sim.study.calibration.emulating import fewest
from sim.study.calibration.statistics import Simulated
from sim.study.calibration.study import prior_points
from sim.study.calibration.targets import Targets, read_targets
from sim.study.calibration.waves import Work, carry_out_wave
from sim.study.setup.asked import CURRENT_LAW, name_of
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import told
from sim.study.setup.inputs import find_formula, formula_record
from sim.study.setup.settings import Alternatives as Asked
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world


@dataclass(frozen=True)
class Materials:
    """What the study is made of, read and checked. ``formulas``: current law first."""

    table: Targets
    work: Simulated
    alternatives: tuple[Alternative, ...]
    formulas: tuple[Formula, ...]
    asked: Asked


@dataclass(frozen=True)
class Compared:
    """A structure with its fit, its standing, how that is beside the model (nothing of the model itself), and what it
    answers."""

    structure: Structure
    fit: Fitted
    standing: Standing
    beside: Beside | None
    effects: Effects


@dataclass(frozen=True)
class Comparison:
    """All structures, the model first; ``weights`` of a mixture of them that would have forecast left-out cases best.
    ``formulas``: names, current law first; ``years``: how long they are in force. ``run``: a hash of what the numbers
    follow from; ``changed``: what the user changed of parameters."""

    table: Targets
    structures: tuple[Compared, ...]
    weights: Array
    formulas: tuple[str, ...]
    years: int
    draws: int
    asked: Asked
    seed: int
    run: str
    data: str
    changed: tuple[str, ...]

    @property
    def model(self) -> Compared:
        """The model itself."""
        return self.structures[0]

    @property
    def others(self) -> tuple[Compared, ...]:
        """The alternatives to it."""
        return self.structures[1:]


def read_materials(settings: Settings) -> Materials:
    """Targets, alternatives, formulas and world. Raises InputError, one line, before anything runs."""
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    alternatives = read_alternatives(alternatives_path(), catalogue)
    world = load_world(settings.world_path)
    table, cases = read_targets(targets_path(settings.world_path), catalogue)
    if settings.alternatives is None:
        raise InputError("settings: alternatives: is missing; write alternatives.kept=400 alternatives.answered=64")
    if settings.draws < (least := fewest(len(table.parameters))):
        raise InputError(
            f"settings: draws: {settings.draws} is too few for {len(table.parameters)} parameters; at least {least}"
        )
    for alternative in alternatives:
        if set(table.parameters) <= set(alternative.sets):
            raise InputError(f"{alternatives_path().name}: {alternative.name}: sets every parameter that is fitted")
    named = [name for name in settings.study.formulas if name_of(name) != CURRENT_LAW]
    if not named:
        raise InputError("settings: study.formulas: is empty; name at least one formula besides current law")
    if repeated := [name for name in named if [name_of(other) for other in named].count(name_of(name)) > 1]:
        raise InputError(f"settings: study.formulas: {repeated[0]} stands twice; give each formula a name of its own")
    clusters = world.clusters.identifier
    law = find_formula(CURRENT_LAW, config_folder(), clusters, law=world.law)
    formulas = (law, *(find_formula(name, config_folder(), clusters, "study.formulas", world.law) for name in named))
    refuse_another_start(settings, world, catalogue, law)
    work = Simulated(world, catalogue, law, cases, table.targets, settings.seed, (), {})
    return Materials(table, work, alternatives, formulas, settings.alternatives)


def compare_structures(
    settings: Settings,
    materials: Materials,
    folder: Path,
    config: Mapping[str, Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """Fit every structure, judge it and let it answer. Continues what an earlier start of the same study left in
    ``folder``; raises InputError if that holds another."""
    table, work, asked = materials.table, materials.work, materials.asked
    content = {
        **config,
        "targets": table.model_dump(mode="json"),
        "cases": {case.name: case.model_dump(mode="json") for case in work.cases},
        "alternatives": [alternative.model_dump(mode="json") for alternative in materials.alternatives],
        "asked": asked.model_dump(mode="json"),
        "formulas": [formula_record(formula)["fingerprint"] for formula in materials.formulas],
    }
    begin(folder, settings, work.world, content)
    all_structures = structures(table, work, materials.alternatives)
    done, total = 0, len(all_structures) * (settings.draws + asked.kept + asked.answered)

    def wave(name: str, simulated: Work, columns: Mapping[str, Array], first: int) -> pd.DataFrame:
        nonlocal done
        before = done
        found = carry_out_wave(
            folder, name, simulated, columns, first, settings.chunk, settings.executor, settings.worker_count,
            lambda own: progress(before + own, total),
        )  # fmt: skip
        done += len(found)
        return found

    points = prior_points(settings.seed, settings.draws, len(table.parameters))
    names = tuple(formula.name for formula in materials.formulas)
    answering = Answering(
        work.world, work.catalogue, materials.formulas, settings.horizon, settings.seed, (), {}
    )  # fmt: skip
    found: list[Compared] = []
    for structure in all_structures:
        fit = fit_structure(
            structure, points, table, asked.kept, settings.seed,
            lambda name, columns, first: wave(name, work, columns, first),
        )  # fmt: skip
        standing = stand(fit, table, work.cases, work.catalogue, settings.seed)
        drawn = {name: column[: asked.answered] for name, column in fit.drawn.items()}
        answers = wave(f"{structure.name}-answers", answering, drawn, settings.draws + asked.kept)
        against = beside(standing, found[0].standing) if found else None
        found.append(Compared(structure, fit, standing, against, effects(answers, names)))
    return Comparison(
        table=table,
        structures=tuple(found),
        weights=stacking_weights(np.array([one.standing.log_scores for one in found])),
        formulas=names,
        years=settings.horizon,
        draws=settings.draws,
        asked=asked,
        seed=settings.seed,
        run=hash_of({**content, "model": model_fingerprint(fitted=False)}),
        data=work.world.fingerprint,
        changed=told({}, flat_parameters(settings.parameters)),
    )
