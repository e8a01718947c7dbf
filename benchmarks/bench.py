"""How fast the simulation is, in milliseconds and as multiples of a fixed kernel on the same machine.

``python benchmarks/bench.py`` measures and prints; ``--write`` also puts the tables into benchmarks/README.md. CPU time
of one process, median of several repeats. Ratios carry over to another machine; milliseconds do not.
"""

import argparse
import importlib.util
import math
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import alone, cpu_ms, reference_kernel

from sim.config_folder import config_folder
from sim.engine import recording
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.state import take_run
from sim.funding.formula import Formula
from sim.parameters.catalogue import load_catalogue
from sim.study.designs.sweep import read_sweep
from sim.study.running.runner import carry_out
from sim.study.setup.design import parameters_for
from sim.study.setup.detail import DETAIL_STEPS
from sim.study.setup.inputs import find_formula, read_inputs
from sim.study.setup.settings import read_settings
from sim.world import World, load_world, synthetic_world

PAGE = Path(__file__).parent / "README.md"
FORMULA, LAW = "aligned", "status_quo"
SEED = 2026
FEW = (LAW, "pilot_sunset", FORMULA)
MANY = (*FEW, "seg_only", "sb130_quarter_weight", "texas", "ohio", "indiana", "kansas", "florida", "kentucky", "utah")

SWEPT: Mapping[str, Any] = {
    "parameters": {"staffing": {"turnover": [0.05, 0.2]}},
    "formula": {"components": {"per_student": {"dollars": [500, 2000]}}},
}
"""The factors of the sweep that is measured."""
FULL_CHUNKS = 4
"""Chunks of a measured study: from so many on all of them are full."""
RUNS, CORES = 100_000, 2
"""The study that times are extrapolated to."""
TARGET_MS, TARGET_TIMES, TARGET_MINUTES = 6.0, 100.0, 10.0
"""What was aimed at: a batched run, an agent-by-agent run over a batched one, and so many runs on so many cores."""


@dataclass(frozen=True)
class Scope:
    """What is measured: years, runs at once (``chunk`` where one size must do), districts of made-up nations, and how
    often; ``apart``: each in a process of its own, so that its memory can be told."""

    horizon: int = 30
    chunks: tuple[int, ...] = (1, 4, 8, 16, 32, 48, 64)
    chunk: int = 32
    nations: tuple[int, ...] = (100, 1_000, 13_000)
    repeats: int = 7
    apart: bool = True


Row = tuple[str, float, float | None]
"""What was measured, milliseconds, and the peak memory of its process in megabytes."""


def formulas(world: World) -> tuple[Formula, Formula]:
    """Current law and the formula that is measured."""
    law, formula = (find_formula(name, config_folder(), world.clusters.identifier) for name in (LAW, FORMULA))
    return law, formula


def ready(world: World, runs: int, horizon: int) -> Ensemble:
    """A batch of runs at the end of the base year."""
    parameters = parameters_for(load_catalogue(), world, SEED, range(runs), "prior")
    return prepare(world, parameters, formulas(world)[0], SEED, range(runs), horizon)


def run_out(ensemble: Ensemble, formula: Formula, horizon: int) -> None:
    """The years of a formula, nothing kept."""
    for state_and_year in simulate(ensemble, formula, horizon):
        del state_and_year


def batched(runs: int, scope: Scope) -> float:
    """Milliseconds a run of the batched engine; warm-up and recording apart."""
    world = load_world()
    ensemble, formula = ready(world, runs, scope.horizon), formulas(world)[1]
    return cpu_ms(lambda: run_out(ensemble, formula, scope.horizon), scope.repeats) / runs


def started(scope: Scope) -> float:
    """Milliseconds a run of drawing its start and warming it up."""
    world = load_world()
    return cpu_ms(lambda: ready(world, scope.chunk, scope.horizon), scope.repeats) / scope.chunk


def recorded(tables: str, scope: Scope) -> float:
    """Milliseconds a run of turning states into columns, for the ``state`` table or for ``all`` of them."""
    world = load_world()
    ensemble, formula = ready(world, scope.chunk, scope.horizon), formulas(world)[1]
    spent: list[float] = []
    for _ in range(scope.repeats + 1):
        spent.append(0.0)
        for step, (state, year) in enumerate(simulate(ensemble, formula, scope.horizon), start=1):
            start = time.process_time()
            recording.statewide(world, ensemble.parameters, state, year)
            if tables == "all":
                recording.by_line(year)
                recording.by_cluster(ensemble.parameters, state, year)
                if step in DETAIL_STEPS:
                    recording.by_district(ensemble.parameters, state, year)
            spent[-1] += 1000.0 * (time.process_time() - start)
    return statistics.median(spent[1:]) / scope.chunk


def stored(names: tuple[str, ...], scope: Scope) -> float:
    """Milliseconds a run as a study pays them in one process: warm-up shared by the formulas, years, recording,
    writing."""
    return carried_out({"study": {"name": "compare", "baseline": LAW, "formulas": list(names)}}, scope)


def swept(scope: Scope) -> float:
    """Milliseconds a run of a sweep over a parameter and an amount of a formula: two formulas, the state table kept."""
    sweep = {
        "study": {"name": "sweep", "baseline": LAW, "formulas": [LAW, FORMULA]},
        "keep": ["state"],
        "design": {"name": "latin_hypercube", "points": FULL_CHUNKS * scope.chunk},
        "factors": SWEPT,
        "draws": 1,
    }
    return carried_out(sweep, scope)


def carried_out(changes: Mapping[str, Any], scope: Scope) -> float:
    """Milliseconds a run of a study in one process, in full chunks."""
    config: dict[str, Any] = {
        "world": {"path": None}, "horizon": scope.horizon, "draws": FULL_CHUNKS * scope.chunk, "seed": SEED,
        "chunk": scope.chunk, "workers": 1, "uncertainty": "prior", "cost_neutral": None, "report": False, **changes,
    }  # fmt: skip
    settings = read_settings(config)
    inputs = read_inputs(settings)
    sweep = read_sweep(settings, inputs) if settings.study.name == "sweep" else None
    runs = []

    def study() -> None:
        with tempfile.TemporaryDirectory() as folder:
            runs.append(carry_out(settings, inputs, Path(folder), config, lambda done, total: None, sweep).runs)

    return cpu_ms(study, max(1, scope.repeats // 3)) / runs[0]


def agent_by_agent(scope: Scope) -> float:
    """Milliseconds a run of the Mesa model, warm-up apart: each district decides on its own row."""
    from sim.engine.mesa_model import CTEModel

    world = load_world()
    law, formula = formulas(world)
    parameters = take_run(parameters_for(load_catalogue(), world, SEED, range(1), "prior"), 0)
    times = []
    for _ in range(max(1, scope.repeats // 2)):
        model = CTEModel(world, parameters, law, formula, SEED, 0, scope.horizon)
        start = time.process_time()
        for _ in range(scope.horizon):
            model.step()
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times)


def nation(districts: int, scope: Scope) -> float:
    """Milliseconds a run of a made-up nation, one run at a time."""
    world = synthetic_world(load_world(), districts, seed=1)
    years = min(10, scope.horizon)
    ensemble, formula = ready(world, 1, years), formulas(world)[1]
    repeats = max(1, scope.repeats // 2)
    return cpu_ms(lambda: run_out(ensemble, formula, years), repeats) / years * scope.horizon


def fused(scope: Scope) -> list[tuple[str, float, float, float]]:
    """The hottest rules in NumPy and as a compiled loop: name, milliseconds a run of each, how far apart they are."""
    from fused import blocks

    world = load_world()
    ensemble, formula = ready(world, scope.chunk, scope.horizon), formulas(world)[1]
    years = [(ensemble.state, ensemble.base), *simulate(ensemble, formula, min(8, scope.horizon))]
    (before, _), (_, year) = years[-2:]
    each = scope.horizon / scope.chunk
    repeats = 3 * scope.repeats
    return [
        (block.name, cpu_ms(block.rules, repeats) * each, cpu_ms(block.loop, repeats) * each, block.furthest_apart())
        for block in blocks(ensemble, before, year)
    ]


def table(rows: list[Row], kernel: float, heading: str) -> list[str]:
    """A Markdown table of milliseconds, ratios and memory."""
    lines = [f"| {heading} | ms | x kernel | peak MB |", "|---|---:|---:|---:|"]
    return lines + [
        f"| {name} | {number:,.2f} | {number / kernel:,.1f} | {'' if memory is None else f'{memory:,.0f}'} |"
        for name, number, memory in rows
    ]


def targets_table(best: float, agents: float, minutes: Mapping[str, float]) -> list[str]:
    """What was aimed at, what was measured, and whether it is met."""
    rows = [
        ("batched engine, a run, at most", f"{TARGET_MS:g} ms", f"{best:.1f} ms", best <= TARGET_MS),
        ("agent by agent over batched, at least", f"{TARGET_TIMES:g} times", f"{agents / best:.0f} times",
         agents / best >= TARGET_TIMES),
        *(
            (f"{RUNS:,} runs on {CORES} cores, {name}, at most", f"{TARGET_MINUTES:g} minutes", f"{took:.0f} minutes",
             took <= TARGET_MINUTES)
            for name, took in minutes.items()
        ),
    ]  # fmt: skip
    lines = ["| against the targets | target | measured | met |", "|---|---:|---:|---|"]
    return lines + [f"| {name} | {target} | {found} | {'yes' if met else 'no'} |" for name, target, found, met in rows]


def fused_table(scope: Scope) -> list[str]:
    """The rules in NumPy against a compiled loop, or why they are not compared."""
    if importlib.util.find_spec("numba") is None:
        return ["The compiled loop was not measured: Numba is not installed (dependency group `bench`)."]
    lines = [
        f"| the hottest rules, {scope.chunk} at once: a run | NumPy ms | compiled loop ms | NumPy / loop | apart |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, rules, loop, apart in alone(scope.apart, fused, scope)[0]:
        lines.append(f"| {name} | {rules:,.2f} | {loop:,.2f} | {rules / loop:,.2f} | {apart:.0e} |")
    return lines


def measured(scope: Scope) -> str:
    """All tables in Markdown."""

    def row(name: str, work: Callable[..., float], *arguments: object) -> Row:
        return (name, *alone(scope.apart, work, *arguments, scope))

    kernel = cpu_ms(reference_kernel, 9 * scope.repeats)
    at_once = f"{scope.chunk} at once"
    engine = [row(f"batched engine, {runs} at once", batched, runs) for runs in scope.chunks]
    studies = [row(f"all of it and writing, {len(names)} formulas", stored, names) for names in (FEW, MANY)]
    sweep = row("all of it and writing, a sweep of 2 formulas, state table", swept)
    agents = row("agent by agent (Mesa)", agent_by_agent)
    rows: list[Row] = [
        ("reference kernel", kernel, None),
        *engine,
        row(f"start and warm-up, {at_once}", started),
        row(f"recording the state table, {at_once}", recorded, "state"),
        row(f"recording all tables, {at_once}", recorded, "all"),
        *studies,
        sweep,
        agents,
    ]
    nations = [row(f"{districts:,} districts", nation, districts) for districts in scope.nations]
    best = min(number for _, number, _ in engine)
    minutes = {
        kind: number * RUNS / CORES / 60_000
        for kind, (_, number, _) in zip(
            (f"{len(FEW)} formulas, all tables", f"{len(MANY)} formulas, all tables", "a sweep, state table"),
            (*studies, sweep),
            strict=True,
        )
    }
    exponent = math.log(nations[-1][1] / nations[-2][1]) / math.log(scope.nations[-1] / scope.nations[-2])
    kernel_after = cpu_ms(reference_kernel, 9 * scope.repeats)
    lines = [
        *table(rows, kernel, f"New Mexico, {len(load_world().districts)} districts, {scope.horizon} years: a run"),
        "",
        f"The kernel took {kernel:.2f} ms before and {kernel_after:.2f} ms after.",
        "",
        *targets_table(best, agents[1], minutes),
        "",
        "Minutes are extrapolated from the CPU time of a run: such a study was not carried out here.",
        "",
        *fused_table(scope),
        "",
        *table(nations, kernel, f"made-up nations, one run at a time, {scope.horizon} years"),
        "",
        f"From {scope.nations[-2]:,} to {scope.nations[-1]:,} districts time grows with their number to the power"
        f" {exponent:.2f}.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the simulation is.")
    parser.add_argument("--repeats", type=int, default=7, help="repeats of each measurement (default 7)")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    chosen = parser.parse_args()
    text = measured(Scope(repeats=chosen.repeats))
    print(text)
    if chosen.write:
        page = re.compile(r"(<!-- generated: tables -->\n).*?(<!-- end -->)", re.DOTALL)
        old = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(page.sub(lambda found: f"{found[1]}{text}\n{found[2]}", old), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
