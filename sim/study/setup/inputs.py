"""From settings to what the engine needs: the world, the parameter catalogue, the formulas."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE, Scenario, read_scenario, scenario_from
from sim.funding.formula import Formula
from sim.funding.reading import formula_from, read_formula, read_lines
from sim.inputs import InputError, Source, nearest, read_with_lines
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.results.manifest import hash_of, model_fingerprint
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World

CURRENT_LAW = "status_quo"
"""The formula under which every run is warmed up and spends its base year."""


@dataclass(frozen=True)
class Inputs:
    """Everything read and checked. ``formulas`` are in the order asked for; the baseline is among them.

    ``references`` run beside the baseline on the same draws, to be compared with, and are no designs of their own.
    ``neutral`` says of formulas, by name, how they were scaled to equal money, or why they were not.
    """

    world: World
    catalogue: Catalogue
    current_law: Formula
    formulas: tuple[Formula, ...]
    baseline: str | None
    scenarios: tuple[Scenario, ...] = (BASELINE,)
    references: tuple[Formula, ...] = ()
    neutral: Mapping[str, Any] = field(default_factory=dict)


def read_inputs(
    settings: Settings,
    written: Mapping[str, Any] | None = None,
    chosen: str | None = None,
    chosen_scenario: str | None = None,
) -> Inputs:
    """Read and check world, parameters and formulas.

    ``written`` is the content of the configuration's ``formula`` group and ``chosen`` its name, so that a user's
    overrides of the formula's keys apply; ``chosen_scenario`` names the content of its ``scenario`` group. Raises
    InputError, one line, before anything runs.
    """
    world = load_world(settings.world_path)
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    clusters = world.clusters.identifier
    folder = config_folder()
    names = list(settings.study.formulas)
    if chosen is not None and chosen not in names:
        names.append(chosen)
    if settings.study.baseline is not None and settings.study.baseline not in names:
        names.insert(0, settings.study.baseline)
    if not names:
        raise InputError("settings: study.formulas: is empty; name at least one formula")
    formulas = []
    for name in names:
        if name == chosen and written:
            lines = read_lines(folder / "line")
            source = chosen_source(folder, f"formula/{name}.yaml", written)
            formulas.append(formula_from(dict(written), source, name, lines, clusters))
        else:
            formulas.append(find_formula(name, folder, clusters))
    _refuse_repeats(formulas)
    scenarios = find_scenarios(settings, folder, chosen_scenario)
    current_law = find_formula(CURRENT_LAW, folder, clusters)
    return Inputs(world, catalogue, current_law, tuple(formulas), settings.study.baseline, scenarios)


def find_scenarios(settings: Settings, folder: Path, chosen: str | None) -> tuple[Scenario, ...]:
    """The scenarios of a study: those it lists, else the one chosen, else none but the outlook. Raises InputError."""
    names = settings.study.scenarios
    if not names:
        if chosen is None or not settings.scenario:
            return (BASELINE,)
        source = chosen_source(folder, f"scenario/{chosen}.yaml", settings.scenario)
        return (scenario_from(settings.scenario, source, chosen),)
    found = []
    for name in names:
        path = Path(name) if name.endswith((".yaml", ".yml")) else folder / "scenario" / f"{name}.yaml"
        if not path.is_file():
            known = sorted(file.stem for file in (folder / "scenario").glob("*.yaml"))
            raise InputError(f"settings: scenario '{name}' is not known; {nearest(name, known)}")
        found.append(read_scenario(path))
    for scenario in found:
        if [other.name for other in found].count(scenario.name) > 1:
            raise InputError(f"settings: study.scenarios: '{scenario.name}' stands twice")
    return tuple(found)


def chosen_source(folder: Path, name: str, written: Mapping[str, Any]) -> Source:
    """The source of the file ``name`` of the configuration, with its lines unless the user has overridden its keys."""
    path = folder / name
    if path.is_file():
        content, source = read_with_lines(path, name)
        if content == written:
            return source
    return Source(name)


def find_formula(name: str, folder: Path, clusters: Sequence[str]) -> Formula:
    """A shipped formula by name, or one in a user's file by its path. Raises InputError if there is none."""
    if name.endswith((".yaml", ".yml")):
        return read_formula(Path(name), folder / "line", clusters)
    path = folder / "formula" / f"{name}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in (folder / "formula").glob("*.yaml"))
        raise InputError(f"settings: formula '{name}' is not known; {nearest(name, known)}")
    return read_formula(path, folder / "line", clusters)


def read_bill(name: str | None, clusters: Sequence[str]) -> Formula:
    """The formula in a user's file (a path that ends in .yaml), or a shipped one by its name.

    Raises InputError, one line: file, line where something wrong stands, key, reason.
    """
    if not name:
        raise InputError("settings: formula_file: is missing; write formula_file=my_bill.yaml")
    return find_formula(name, config_folder(), clusters)


def _refuse_repeats(formulas: Sequence[Formula]) -> None:
    names = [formula.name for formula in formulas]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"settings: study.formulas: '{name}' stands twice; give each formula a name of its own")


def formula_record(formula: Formula) -> dict[str, Any]:
    """What the manifest keeps of a formula: title, source, description, lines and a fingerprint of its content."""
    content = formula.model_dump(mode="json")
    return {
        "title": formula.title,
        "source": formula.source,
        "description": formula.description,
        "year_of_numbers": formula.year_of_numbers,
        "lines": {
            line.name: {
                "title": line.title or line.name.replace("_", " "),
                "fund": line.fund,
                "recurring": line.recurring,
                "background": line.background,
                "seg": line.seg,
            }
            for line in formula.lines
        },
        "content": content,
        "fingerprint": hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
    }


def run_number(settings: Settings, world: World, **content: Any) -> str:
    """The number of a study that keeps no runs: a hash of what its numbers follow from, of which ``told`` is what the
    study has besides its tables, parameters and draws."""
    common = {
        "world": world.fingerprint,
        "model": model_fingerprint(),
        "parameters": settings.parameters,
        "uncertainty": settings.uncertainty,
        "draws": settings.draws,
        "seed": settings.seed,
    }
    return hash_of({**common, **content})


def asked_number(settings: Settings, inputs: Inputs, formulas: Sequence[Formula], years: Sequence[int]) -> str:
    """The number of a study of some formulas in some years."""
    return run_number(
        settings,
        inputs.world,
        formulas=[formula_record(formula)["fingerprint"] for formula in formulas],
        years=list(years),
        scenario=inputs.scenarios[0].model_dump(mode="json"),
    )
