"""The study ``explore``: a bill swept over its knobs, an emulator of what came out, and its error on fresh points."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.results.discrepancy import CarriedDiscrepancy
from sim.results.manifest import hash_of, model_fingerprint
from sim.study.calibration.begin import begin
from sim.study.calibration.waves import carry_out_wave
from sim.study.designs.factors import flat
from sim.study.designs.sweep import read_sweep
from sim.study.explore.content import EXACT, content_of, scenario_content
from sim.study.explore.emulator import Emulator, Output, fit_output
from sim.study.explore.errors import Error
from sim.study.explore.knobs import FIRST_YEAR, Knob, default_factors, knobs_of, whole_levels
from sim.study.explore.predicting import Explorer
from sim.study.explore.simulating import DISTRICT_NET, DISTRICT_PAID, Points, Setting, outcomes, surroundings
from sim.study.explore.swept import Swept, by_year
from sim.study.running.dispatch import carrier_for
from sim.study.running.memory import refuse_many_draws
from sim.study.running.runner import carried
from sim.study.setup.inputs import Inputs, find_formula, formula_record
from sim.study.setup.scenarios import find_scenario
from sim.study.setup.sense import refuse_senseless
from sim.study.setup.settings import IGNORED_KEYS, Explore, Settings
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
    ``fresh``: those that the emulator does not see; ``left``: paths of amounts that stay as written. ``further``: the
    other scenarios, in which ``few`` points are swept. ``compared``: formulas that are simulated as they are;
    ``discrepancy``: what intervals carry."""

    formula: Formula
    knobs: tuple[Knob, ...]
    points: pd.DataFrame
    fresh: pd.DataFrame
    left: tuple[str, ...]
    setting: Setting
    further: tuple[Scenario, ...] = ()
    few: pd.DataFrame | None = None
    compared: tuple[Formula, ...] = ()
    discrepancy: CarriedDiscrepancy | None = None

    def swept(self) -> Iterator[tuple[Setting, pd.DataFrame]]:
        """Each scenario's setting and points."""
        yield self.setting, self.points
        for scenario in self.further:
            yield replace(self.setting, scenario=scenario), self.points if self.few is None else self.few


@dataclass(frozen=True)
class Explored:
    """``content`` of explorer.json; the error of the emulator by scenario; every swept point with what came out of it,
    by year."""

    materials: Materials
    content: Mapping[str, Any]
    errors_by_scenario: Mapping[str, tuple[Error, ...]]
    by_year: pd.DataFrame

    @property
    def errors(self) -> tuple[Error, ...]:
        """Those of the explorer's own scenario."""
        return self.errors_by_scenario[self.materials.setting.scenario.name]

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
    further = _further(settings, asked, inputs)
    for setting, points in (("design", len(swept.points)), *(("explore", asked.points) for _ in further[:1])):
        if points < 4 * (2 + len(knobs)):
            raise InputError(
                f"settings: {setting}.points: {points} are too few for {len(knobs)} knobs; at least"
                f" {4 * (2 + len(knobs))}, better {400 if setting == 'design' else 160}"
            )

    def points_of(**changes: Any) -> pd.DataFrame:
        other = design.model_copy(update=changes)
        return read_sweep(settings.model_copy(update={"factors": factors, "design": other}), inputs).points

    fresh = points_of(name=next(name for name in DESIGNS if name != design.name), points=_power(asked.fresh))
    own = pd.DataFrame([{knob.factor.name: knob.value(knob.own) for knob in knobs}])
    few = pd.concat([points_of(points=asked.points), own], ignore_index=True) if further else None
    return Materials(
        formula,
        knobs,
        pd.concat([swept.points, own], ignore_index=True),
        fresh.head(asked.fresh),
        left,
        Setting(
            world, inputs.catalogue, inputs.current_law, inputs.scenarios[0], settings.seed, settings.uncertainty,
            settings.draws, settings.horizon, settings.chunk,
        ),
        further,
        few,
        _compared(asked, formula, inputs),
        carried(settings),
    )  # fmt: skip


def _further(settings: Settings, asked: Explore, inputs: Inputs) -> tuple[Scenario, ...]:
    """The scenarios to choose from besides the explorer's own, but for those that come after its last year."""
    named = [find_scenario(name, config_folder(), "settings: explore.scenarios") for name in asked.scenarios]
    base = inputs.world.base_year
    found = {
        scenario.name: scenario
        for scenario in named
        if scenario.name != inputs.scenarios[0].name and scenario.does_something(base, base + settings.horizon)
    }
    listed = settings.study.model_copy(update={"scenarios": tuple(found)})
    refuse_senseless(settings.model_copy(update={"study": listed}), inputs.world, (), tuple(found.values()))
    return tuple(found.values())


def _compared(asked: Explore, formula: Formula, inputs: Inputs) -> tuple[Formula, ...]:
    """The formulas that stand beside the bill as they are, current law and the bill itself left out."""
    clusters, law = inputs.world.clusters.identifier, inputs.world.law
    found = [find_formula(name, config_folder(), clusters, "explore.compared", law) for name in asked.compared]
    return tuple(one for one in found if one.name not in (formula.name, inputs.current_law.name))


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
        "further_scenarios": [scenario.model_dump(mode="json") for scenario in materials.further],
        "compared": [formula_record(one)["fingerprint"] for one in materials.compared],
    }
    begin(folder, settings, setting.world, record)
    scenarios = list(materials.swept())
    work = Points(setting, formula, tuple(knob.factor for knob in knobs))
    fits = sum(not name.startswith((DISTRICT_PAID, DISTRICT_NET)) for name in work.outputs)
    total = sum(len(points) + len(materials.fresh) + fits for _, points in scenarios)
    done = 0

    def wave(name: str, of: Setting, points: pd.DataFrame) -> Swept:
        nonlocal done
        columns = {str(column): points[column].to_numpy() for column in points}
        named = name if of is setting else f"{name}-{of.scenario.name}"
        frame = carry_out_wave(
            folder, named, replace(work, setting=of), columns, done, SHARD, settings.executor, settings.worker_count,
            partial(_on, progress, done, total),
        )  # fmt: skip
        done += len(points)
        return Swept(formula, knobs, of, points, {one: np.stack(frame[one].tolist()) for one in work.outputs})

    moves = any(knob.path == FIRST_YEAR for knob in knobs)
    found, judged = [], []
    for of, points in scenarios:
        swept, fresh = wave(SWEPT, of, points), wave(FRESH, of, materials.fresh)
        law = outcomes(of, of.current_law, (*work.outputs, *EXACT))
        around = surroundings(of, formula, moves)
        compared = [(one, outcomes(of, one, EXACT)) for one in materials.compared]
        outputs = _fitted(settings, swept, partial(_on, progress, done, total))
        done += fits
        emulator = Emulator(swept.places, outputs)
        found.append(
            {
                **scenario_content(of.scenario, emulator, law, around, compared),
                "points": len(points),
                "fresh": len(materials.fresh),
            }
        )
        judged.append((swept, fresh, around))
    content = content_of(formula, knobs, found, setting.world, setting.horizon)
    content["discrepancy"] = None if materials.discrepancy is None else materials.discrepancy.model_dump(mode="json")
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
    }
    # The error is that of what a reader of the file gets, in the digits that stand there.
    content = json.loads(json.dumps(content))
    told, years = {}, []
    for place, (swept, fresh, around) in enumerate(judged):
        explorer, name = Explorer(content, place), swept.setting.scenario.name
        told[name] = tuple(fresh.errors(explorer, around))
        content["scenarios"][place]["errors"] = [vars(error) for error in told[name]]
        years.append(by_year(name, swept.shown(around), explorer))
    return Explored(materials, content, told, pd.concat(years, ignore_index=True))


def _on(progress: Callable[[int, int], None], done: int, total: int, more: int) -> None:
    progress(done + more, total)


def _fitted(settings: Settings, swept: Swept, progress: Callable[[int], None]) -> dict[str, Output]:
    """The emulator of each output, fitted by the processes that simulate, which need one thread each."""
    outputs: Mapping[str, Array] = swept.to_emulate()
    found = {}
    with carrier_for(settings.executor, settings.worker_count, len(outputs)) as carrier:
        waiting = {carrier.submit(fit_output, (swept.places, values)): name for name, values in outputs.items()}
        for done, future in enumerate(as_completed(waiting), 1):
            found[waiting[future]] = future.result()
            progress(done)
    return {name: found[name] for name in outputs}
