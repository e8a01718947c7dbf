"""How fast the simulation is, in milliseconds and as multiples of a fixed kernel on the same machine.

``python benchmarks/bench.py`` measures and prints; ``--write`` also puts the tables into benchmarks/README.md. CPU time
of one process, median of several repeats. Ratios carry over to another machine; milliseconds do not.
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.config_folder import config_folder
from sim.engine import recording
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.state import take_run
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.study.chunk import DETAIL_STEPS
from sim.study.design import parameters_for
from sim.study.inputs import find_formula, read_inputs
from sim.study.runner import carry_out
from sim.study.settings import read_settings
from sim.world import World, load_world, synthetic_world

PAGE = Path(__file__).parent / "README.md"
HORIZON = 30
FORMULA = "aligned"
SEED = 2026
CHUNKS = (1, 4, 16, 32, 64)
NATIONS = (100, 1_000, 13_000)


def reference_kernel() -> float:
    """A fixed amount of array work in the shape of one run: 30 years of 190 districts by 14 clusters, about 30 vector
    operations a year (saturation, exponentials, shares, minima and maxima)."""
    state = np.linspace(0.1, 1.0, 190 * 14).reshape(190, 14)
    share = np.linspace(1.0, 2.0, 14)[np.newaxis, :] / 21.0
    total = 0.0
    for year in range(30):
        price = 1.0 + 0.01 * year
        effort = 1.0 - np.exp(-price * state)
        pull = np.exp(0.5 * state + 0.3 * share)
        mix = pull / pull.sum(axis=1, keepdims=True)
        demand = mix * state.sum(axis=1, keepdims=True)
        seats = np.floor(5.0 * state + 0.5) / 5.0
        seated = np.minimum(demand, seats)
        free = np.maximum(seats - seated, 0.0)
        spill = free * (demand - seated).sum(axis=1, keepdims=True) / np.maximum(free.sum(axis=1, keepdims=True), 1.0)
        chance = 1.0 / (1.0 + np.exp(2.0 - effort - 0.2 * spill))
        grown = seated + 0.1 * spill + 0.05 * chance * (1.0 - state)
        state = np.clip(state + 0.3 * (grown - state), 0.05, 1.0)
        total += float((state * share).sum())
    return total


def cpu_ms(work: Callable[[], object], repeats: int) -> float:
    """Median CPU milliseconds of ``work``, after one call that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times)


def ready(world: World, catalogue: Catalogue, law: Formula, runs: int, horizon: int = HORIZON) -> Ensemble:
    """A batch of runs at the end of the base year."""
    replicates = range(runs)
    parameters = parameters_for(catalogue, world, SEED, replicates, "prior")
    return prepare(world, parameters, law, SEED, replicates, horizon)


def run_out(ensemble: Ensemble, formula: Formula, horizon: int = HORIZON) -> None:
    """The years of a formula, nothing kept."""
    for _ in simulate(ensemble, formula, horizon):
        pass


def batched(
    world: World, catalogue: Catalogue, law: Formula, formula: Formula, repeats: int
) -> list[tuple[str, float]]:
    """Milliseconds a run of the batched engine, by chunk size; warm-up and recording apart."""
    rows = []
    for runs in CHUNKS:
        fewer = max(3, repeats if runs <= 16 else repeats // 2)
        ensemble = ready(world, catalogue, law, runs)
        rows.append((f"batched engine, {runs} at once", cpu_ms(lambda e=ensemble: run_out(e, formula), fewer) / runs))
    runs = 16
    rows.append(
        (f"start and warm-up, {runs} at once", cpu_ms(lambda: ready(world, catalogue, law, runs), repeats) / runs)
    )
    ensemble = ready(world, catalogue, law, runs)
    kept = list(simulate(ensemble, formula, HORIZON))

    def record() -> None:
        for step, (state, year) in enumerate(kept, start=1):
            recording.statewide(world, ensemble.parameters, state, year)
            recording.by_line(year)
            recording.by_cluster(ensemble.parameters, state, year)
            if step in DETAIL_STEPS:
                recording.by_district(state, year)

    rows.append((f"recording, {runs} at once", cpu_ms(record, repeats) / runs))
    return rows


def stored(formulas: list[str], repeats: int) -> float:
    """Milliseconds a run as a study pays them in one process: warm-up shared by the formulas, years, recording,
    writing."""
    runs = 20
    config: dict[str, Any] = {
        "study": {"name": "compare", "baseline": "status_quo", "formulas": formulas}, "world": {"path": None},
        "horizon": HORIZON, "draws": runs, "seed": SEED, "chunk": runs, "workers": 1, "uncertainty": "prior",
        "cost_neutral": None, "report": False,
    }  # fmt: skip
    settings = read_settings(config)
    inputs = read_inputs(settings)

    def study() -> None:
        with tempfile.TemporaryDirectory() as folder:
            carry_out(settings, inputs, Path(folder), config, lambda done, total: None)

    return cpu_ms(study, repeats) / (runs * len(formulas))


def agent_by_agent(world: World, catalogue: Catalogue, law: Formula, formula: Formula, repeats: int) -> float:
    """Milliseconds a run of the Mesa model, warm-up apart: each district decides on its own row."""
    from sim.engine.mesa_model import CTEModel

    parameters = take_run(parameters_for(catalogue, world, SEED, range(1), "prior"), 0)
    times = []
    for _ in range(repeats):
        model = CTEModel(world, parameters, law, formula, SEED, 0, HORIZON)
        start = time.process_time()
        for _ in range(HORIZON):
            model.step()
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times)


def nations(world: World, catalogue: Catalogue, repeats: int) -> list[tuple[str, float]]:
    """Milliseconds a run for made-up nations, one run at a time."""
    rows = []
    for districts in NATIONS:
        nation = synthetic_world(world, districts, seed=1)
        law, formula = (
            find_formula(name, config_folder(), nation.clusters.identifier) for name in ("status_quo", FORMULA)
        )
        ensemble = ready(nation, catalogue, law, 1, horizon=10)
        per_year = cpu_ms(lambda e=ensemble, f=formula: run_out(e, f, 10), repeats) / 10.0
        rows.append((f"{districts:,} districts", per_year * HORIZON))
    return rows


def table(rows: list[tuple[str, float]], kernel: float, heading: str) -> list[str]:
    """A Markdown table of milliseconds and ratios."""
    lines = [f"| {heading} | ms | x kernel |", "|---|---:|---:|"]
    return lines + [f"| {name} | {number:,.2f} | {number / kernel:,.1f} |" for name, number in rows]


def measured(repeats: int) -> str:
    """All tables in Markdown."""
    world, catalogue = load_world(), load_catalogue()
    clusters = world.clusters.identifier
    law, formula = (find_formula(name, config_folder(), clusters) for name in ("status_quo", FORMULA))
    study = ["status_quo", "pilot_sunset", FORMULA]
    kernel = cpu_ms(reference_kernel, 9 * repeats)
    rows = [("reference kernel", kernel), *batched(world, catalogue, law, formula, repeats)]
    rows.append((f"all of it and writing, {len(study)} formulas, 20 at once", stored(study, 3)))
    agents = agent_by_agent(world, catalogue, law, formula, 3)
    rows.append(("agent by agent (Mesa)", agents))
    best = min(number for name, number in rows if name.startswith("batched"))
    kernel_after = cpu_ms(reference_kernel, 9 * repeats)
    lines = table(rows, kernel, f"New Mexico, {len(world.districts)} districts, {HORIZON} years, `{FORMULA}`: a run")
    lines += ["", f"Agent by agent over the best batched run: {agents / best:,.0f} times."]
    lines += [f"The kernel took {kernel:.2f} ms before and {kernel_after:.2f} ms after.", ""]
    lines += table(nations(world, catalogue, 3), kernel, f"made-up nations, one run at a time, {HORIZON} years")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the simulation is.")
    parser.add_argument("--repeats", type=int, default=7, help="repeats of each measurement (default 7)")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    chosen = parser.parse_args()
    text = measured(chosen.repeats)
    print(text)
    if chosen.write:
        page = re.compile(r"(<!-- generated: tables -->\n).*?(<!-- end -->)", re.DOTALL)
        old = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(page.sub(lambda found: f"{found[1]}{text}\n{found[2]}", old), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
