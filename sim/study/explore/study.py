"""The study ``explore``: a bill swept over its knobs, an emulator of what came out, and its error on fresh points."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.results.manifest import hash_of, model_fingerprint
from sim.study.calibration.begin import begin
from sim.study.calibration.waves import carry_out_wave
from sim.study.designs.factors import flat
from sim.study.designs.sweep import read_sweep
from sim.study.explore.content import DISTRICT_REST, amount_path, content_of
from sim.study.explore.emulator import Emulator, Output, fit_output, unit
from sim.study.explore.errors import Error, district_errors, errors
from sim.study.explore.knobs import FIRST_YEAR, Knob, default_factors, knobs_of, whole_levels
from sim.study.explore.predicting import COST, MOVED, PER_100, SHOWN, Explorer
from sim.study.explore.predicting import OWED as ALL_OWED
from sim.study.explore.simulating import (
    COUNTS,
    DISTRICT_DUE,
    DISTRICT_NET,
    DISTRICT_OWED,
    DISTRICT_PAID,
    DISTRICT_TAUGHT,
    LAW_OWED,
    MEMBERS,
    OWED,
    UNCAPPED,
    UNIT,
    Points,
    Setting,
    capped_lines,
    outcomes,
    prorated,
    surroundings,
)
from sim.study.running.dispatch import carrier_for
from sim.study.running.memory import refuse_many_draws
from sim.study.setup.inputs import Inputs, formula_record
from sim.study.setup.settings import IGNORED_KEYS, Settings
from sim.version import __version__

SWEPT, FRESH = "swept", "fresh"
"""Names of the two sets of points."""
SHARD = 4
"""Points in a shard."""
DESIGNS = ("latin_hypercube", "sobol")
"""Designs that fill a box; the fresh points stand in the one that the swept ones do not."""


@dataclass(frozen=True)
class Materials:
    """What is swept, read and checked. ``points``: of the knobs, one column for each, the bill as written last;
    ``fresh``: those that the emulator does not see; ``left``: paths of amounts that stay as written."""

    formula: Formula
    knobs: tuple[Knob, ...]
    points: pd.DataFrame
    fresh: pd.DataFrame
    left: tuple[str, ...]
    setting: Setting


@dataclass(frozen=True)
class Explored:
    """``content`` of explorer.json; the error of the emulator; every swept point with what came out of it, by year."""

    materials: Materials
    content: Mapping[str, Any]
    errors: tuple[Error, ...]
    by_year: pd.DataFrame

    @property
    def explorer(self) -> Explorer:
        """The emulator as a reader of the file has it."""
        return Explorer(self.content)


def read_materials(settings: Settings, inputs: Inputs) -> Materials:
    """The knobs and points of the study. Raises InputError, one line, before anything runs."""
    formula, design, asked = inputs.formula(inputs.chosen), settings.design, settings.explore
    if design is None or asked is None:
        raise InputError("settings: explore: is missing; write study=explore")
    if formula.name == inputs.baseline:
        raise InputError("settings: formula: is current law; name a bill: formula_file=my_bill.yaml")
    if design.name not in DESIGNS:
        raise InputError(
            f"settings: design: {design.name} does not fill a box; write design={DESIGNS[0]} or {DESIGNS[1]}"
        )
    if design.luck != "common":
        raise InputError("settings: design.luck: all points of an explorer share their draws; write common")
    refuse_many_draws(settings, inputs.world)
    world = inputs.world
    left: tuple[str, ...] = ()
    if settings.factors:
        factors = whole_levels(dict(flat(settings.factors)))
    else:
        factors, left = default_factors(formula, world.base_year, world.base_year + settings.horizon)
    swept = read_sweep(settings.model_copy(update={"factors": factors}), inputs)
    knobs = knobs_of(formula, swept.factors)
    if len(swept.points) < 4 * (2 + len(knobs)):
        raise InputError(
            f"settings: design.points: {len(swept.points)} are too few for {len(knobs)} knobs; at least"
            f" {4 * (2 + len(knobs))}, better 400"
        )
    other = design.model_copy(
        update={"name": next(name for name in DESIGNS if name != design.name), "points": _power(asked.fresh)}
    )
    fresh = read_sweep(settings.model_copy(update={"factors": factors, "design": other}), inputs).points
    own = pd.DataFrame([{knob.factor.name: knob.value(knob.own) for knob in knobs}])
    setting = Setting(
        world, inputs.catalogue, inputs.current_law, inputs.scenarios[0], settings.seed, settings.uncertainty,
        settings.draws, settings.horizon, settings.chunk,
    )  # fmt: skip
    points = pd.concat([swept.points, own], ignore_index=True)
    return Materials(formula, knobs, points, fresh.head(asked.fresh), left, setting)


def _power(points: int) -> int:
    """The next power of two, at which Sobol points are balanced."""
    return 1 << (points - 1).bit_length()


def explore(
    settings: Settings,
    materials: Materials,
    folder: Path,
    config: Mapping[str, Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Explored:
    """Simulate, fit and judge. Continues what an earlier start of the same study left in ``folder``; raises InputError
    if that holds another."""
    setting, formula, knobs = materials.setting, materials.formula, materials.knobs
    record = {
        **config,
        "bill": formula_record(formula)["fingerprint"],
        "knobs": {knob.path: [knob.low, knob.high] for knob in knobs},
        "scenario_content": setting.scenario.model_dump(mode="json"),
    }
    begin(folder, settings, setting.world, record)
    work = Points(setting, formula, tuple(knob.factor for knob in knobs))
    simulations = len(materials.points) + len(materials.fresh)
    fits = sum(not name.startswith((DISTRICT_PAID, DISTRICT_NET)) for name in work.outputs)

    def wave(name: str, points: pd.DataFrame, before: int) -> dict[str, Array]:
        columns = {str(column): points[column].to_numpy() for column in points}
        frame = carry_out_wave(
            folder, name, work, columns, before, SHARD, settings.executor, settings.worker_count,
            lambda done: progress(before + done, simulations + fits),
        )  # fmt: skip
        return {output: np.stack(frame[output].tolist()) for output in work.outputs}

    swept = wave(SWEPT, materials.points, 0)
    fresh = wave(FRESH, materials.fresh, len(materials.points))
    moves = any(knob.path == FIRST_YEAR for knob in knobs)
    law, around = outcomes(setting, setting.current_law, work.outputs), surroundings(setting, formula, moves)
    training = _inputs(materials, materials.points)
    outputs = _fitted(settings, training, _to_emulate(materials, materials.points, swept),
                      lambda done, of: progress(simulations + done, simulations + of))  # fmt: skip
    emulator = Emulator(training, outputs)
    content = content_of(formula, knobs, emulator, law, around, setting.world, setting.horizon)
    content["provenance"] = {
        "run": hash_of({**record, "model": model_fingerprint(), "world": setting.world.fingerprint}, IGNORED_KEYS),
        "formula": formula_record(formula)["fingerprint"],
        "model": model_fingerprint(),
        "data": setting.world.fingerprint,
        "vintage": setting.world.vintage,
        "version": __version__,
        "draws": setting.draws,
        "seed": setting.seed,
        "uncertainty": setting.uncertainty,
        "scenario": setting.scenario.name,
        "points": len(materials.points),
        "fresh": len(materials.fresh),
    }
    # The error is that of what a reader of the file gets, in the digits that stand there.
    content = json.loads(json.dumps(content))
    found = _errors(materials, Explorer(content), fresh, law, around)
    content["errors"] = [vars(error) for error in found]
    exact = _shown(materials, materials.points, swept, law, around)
    return Explored(materials, content, tuple(found), _by_year(materials, exact, Explorer(content)))


def _fitted(
    settings: Settings, training: Array, swept: Mapping[str, Array], progress: Callable[[int, int], None]
) -> dict[str, Output]:
    """The emulator of each output, fitted by the processes that simulate, which need one thread each."""
    found = {}
    with carrier_for(settings.executor, settings.worker_count, len(swept)) as carrier:
        waiting = {carrier.submit(fit_output, (training, values)): name for name, values in swept.items()}
        for done, future in enumerate(as_completed(waiting), 1):
            found[waiting[future]] = future.result()
            progress(done, len(swept))
    return {name: found[name] for name in swept}


def _inputs(materials: Materials, points: pd.DataFrame) -> Array:
    values = points[[knob.factor.name for knob in materials.knobs]].to_numpy(dtype=np.float64)
    low, high = (np.array([getattr(knob, end) for knob in materials.knobs]) for end in ("low", "high"))
    return unit(values, low, high)


def _first_years(materials: Materials, points: pd.DataFrame) -> list[int]:
    """The first year of the bill at each point."""
    named = [knob.factor.name for knob in materials.knobs if knob.path == FIRST_YEAR]
    own = max(materials.formula.takes_effect, materials.setting.world.base_year + 1)
    return [int(year) for year in points[named[0]]] if named else [own] * len(points)


def _to_emulate(materials: Materials, points: pd.DataFrame, simulated: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs as they are emulated: dollars of the bill by years since it began, so that a later start moves them
    smoothly; what lies beyond the last year stays as in the last."""
    draws, horizon, base = materials.setting.draws, materials.setting.horizon, materials.setting.world.base_year
    found = {name: simulated[name] for name in (*COUNTS, MOVED)}
    shifts = [year - base - 1 for year in _first_years(materials, points)]
    at = np.minimum(np.arange(horizon) + np.array(shifts)[:, np.newaxis], horizon - 1)
    for name, values in simulated.items():
        if name == UNCAPPED or name.startswith(OWED):
            by_year = values.reshape(len(points), draws, horizon)
            found[name] = np.take_along_axis(by_year, at[:, np.newaxis, :], axis=2).reshape(len(points), -1)
    found[DISTRICT_TAUGHT] = simulated[DISTRICT_TAUGHT]
    if prorated(materials.formula):
        return {**found, DISTRICT_OWED: simulated[DISTRICT_OWED]}
    found |= {name: values for name, values in simulated.items() if name.startswith(DISTRICT_DUE)}
    paid = sum(values for name, values in simulated.items() if name.startswith(DISTRICT_PAID))
    return {**found, DISTRICT_REST: simulated[DISTRICT_NET] - paid}


def _shown(
    materials: Materials,
    points: pd.DataFrame,
    simulated: Mapping[str, Array],
    law: Mapping[str, Array],
    around: Mapping[str, Array],
) -> list[dict[str, Array]]:
    """What was simulated at each point, as the explorer shows it, ``[R, T]`` each."""
    setting = materials.setting
    shape = (setting.draws, setting.horizon)
    years = setting.world.base_year + 1 + np.arange(setting.horizon)
    lines = [(f"{OWED}{line.name}", f"{UNIT}{line.name}", _amounts(materials, points, line.name))
             for line in capped_lines(materials.formula)]  # fmt: skip
    found = []
    for number, first in enumerate(_first_years(materials, points)):
        one = {name: simulated[name][number].reshape(shape) for name in (*COUNTS, MOVED, UNCAPPED)}
        owed = paid = one.pop(UNCAPPED)
        for output, per_unit, amounts in lines:
            due = simulated[output][number].reshape(shape)
            owed, paid = owed + due, paid + np.minimum(due, amounts[number] * around[per_unit])
        one[PER_100] = 100.0 * one["taught"] / around[MEMBERS]
        one[COST] = paid
        one[ALL_OWED] = np.where(years >= first, owed, around[LAW_OWED])
        found.append({name: one[name] for name in SHOWN})
    return found


def _amounts(materials: Materials, points: pd.DataFrame, line: str) -> list[float]:
    """What is voted for a line at each point: the value of its knob, or what stands in the bill."""
    path, own = amount_path(materials.formula, line)
    named = [knob.factor.name for knob in materials.knobs if knob.path == path]
    return [float(value) for value in points[named[0]]] if named else [own] * len(points)


def _errors(
    materials: Materials,
    explorer: Explorer,
    fresh: Mapping[str, Array],
    law: Mapping[str, Array],
    around: Mapping[str, Array],
) -> list[Error]:
    points = materials.fresh
    values = _values(materials, points)
    shape = (len(explorer.districts["years"]), len(explorer.districts["names"]))
    districts = [
        {"money": fresh[DISTRICT_NET][number].reshape(shape), "taught": fresh[DISTRICT_TAUGHT][number].reshape(shape)}
        for number in range(len(points))
    ]
    exact = _shown(materials, points, fresh, law, around)
    return [*errors(explorer, values, exact), *district_errors(explorer, values, districts)]


def _values(materials: Materials, points: pd.DataFrame) -> list[list[float]]:
    found: list[list[float]] = points[[knob.factor.name for knob in materials.knobs]].to_numpy(np.float64).tolist()
    return found


def _by_year(materials: Materials, exact: Sequence[Mapping[str, Array]], explorer: Explorer) -> pd.DataFrame:
    """Every point, outcome and year: mean, 5th and 95th percentile over draws of the level and of the change from
    current law within each draw."""
    law, blocks = explorer.current_law(), []
    for outcome in SHOWN:
        level = np.stack([levels[outcome] for levels in exact])
        change = level - law[outcome]
        columns: dict[str, Array] = {}
        for name, values in (("", level), ("change_", change)):
            low, high = np.percentile(values, [5.0, 95.0], axis=1)
            columns |= {f"{name}mean": values.mean(axis=1), f"{name}p05": low, f"{name}p95": high}
        points, years = columns["mean"].shape
        keys = {
            "point": np.repeat(np.arange(points), years),
            "fiscal_year": np.tile(explorer.years, points),
            "outcome": np.full(points * years, outcome),
        }
        blocks.append(pd.DataFrame({**keys, **{name: column.ravel() for name, column in columns.items()}}))
    return pd.concat(blocks, ignore_index=True)
