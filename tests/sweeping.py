"""Small sweeps for the tests: a made-up state, two formulas, and settings in one place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulated import made_up, shipped

from sim.engine.scenario import BASELINE, Scenario
from sim.funding.formula import Formula
from sim.parameters.catalogue import load_catalogue
from sim.study.designs.sweep import Sweep, read_sweep
from sim.study.running.runner import Outcome, carry_out
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings, read_settings

CONFIG: Mapping[str, Any] = {
    "study": {"name": "sweep", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"},
    "world": {"path": None},
    "horizon": 2,
    "draws": 1,
    "seed": 0,
    "chunk": 4,
    "workers": 1,
    "uncertainty": "prior",
    "cost_neutral": None,
    "report": False,
    "keep": ["state"],
    "design": {"name": "latin_hypercube", "points": 6},
}
TURNOVER = {"parameters": {"staffing": {"turnover": [0.05, 0.2]}}}
DOLLARS = {"formula": {"components": {"per_student": {"dollars": [500, 2000]}}}}


def settings_with(**changes: Any) -> Settings:
    return read_settings({**CONFIG, **changes})


def inputs_of(
    *formulas: Formula, scenarios: tuple[Scenario, ...] = (BASELINE,), baseline: str | None = "status_quo"
) -> Inputs:
    return Inputs(
        world=made_up(6, 4),
        catalogue=load_catalogue(),
        current_law=shipped("status_quo"),
        formulas=formulas or (shipped("status_quo"), shipped("aligned")),
        baseline=baseline,
        scenarios=scenarios,
    )


def swept(inputs: Inputs | None = None, **changes: Any) -> Sweep:
    return read_sweep(settings_with(**changes), inputs or inputs_of())


def run(folder: Path, inputs: Inputs | None = None, **changes: Any) -> Outcome:
    inputs = inputs or inputs_of()
    settings = settings_with(**changes)
    sweep = read_sweep(settings, inputs) if settings.study.name == "sweep" else None
    return carry_out(settings, inputs, folder, {**CONFIG, **changes}, lambda done, total: None, sweep)
