"""From settings to what the engine needs: the world, the parameter catalogue, the formulas."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE, Scenario
from sim.funding.formula import Formula
from sim.funding.reading import formula_from, read_formula, read_lines
from sim.inputs import InputError, Source, read_with_lines, shown
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.results.manifest import hash_of, model_fingerprint
from sim.states.folder import law_folder, state_folder
from sim.study.setup.asked import CURRENT_LAW, Choice, asked_formulas, asked_scenarios, is_file, name_of
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import changes, marked, told, typed_changes
from sim.study.setup.known import line_folder
from sim.study.setup.reads import bundled, usual_choice
from sim.study.setup.refusals import hint
from sim.study.setup.scenarios import listed_scenarios, scenario_of
from sim.study.setup.sense import refuse_senseless
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World


@dataclass(frozen=True)
class Inputs:
    """Everything read and checked. ``formulas`` are in the order asked for; the baseline is among them.

    ``references`` run beside the baseline on the same draws, to be compared with, and are no designs of their own.
    ``neutral`` says of formulas, by name, how they were scaled to equal money, or why they were not. ``chosen`` names
    the formula that the study is about, where it is about one; ``changed`` says, by formula, what the user changed of
    a shipped one.
    """

    world: World
    catalogue: Catalogue
    current_law: Formula
    formulas: tuple[Formula, ...]
    baseline: str | None
    scenarios: tuple[Scenario, ...] = (BASELINE,)
    references: tuple[Formula, ...] = ()
    neutral: Mapping[str, Any] = field(default_factory=dict)
    chosen: str | None = None
    changed: Mapping[str, str] = field(default_factory=dict)

    def formula(self, name: str | None) -> Formula:
        """The formula of that name. Raises KeyError if there is none."""
        return {formula.name: formula for formula in self.formulas}[str(name)]


def read_inputs(
    settings: Settings,
    written: Mapping[str, Any] | None = None,
    chosen: str | None = None,
    chosen_scenario: str | None = None,
    typed: Sequence[str] = (),
    sources: Mapping[str, Source] = MappingProxyType({}),
) -> Inputs:
    """Read and check world, parameters, formulas and scenarios.

    ``written`` is the content of the configuration's ``formula`` group and ``chosen`` its name, so that a user's
    overrides of the formula's keys apply; ``chosen_scenario`` names the content of its ``scenario`` group; ``typed``
    are the words of the command line, and ``sources`` say where formula and scenario stand, where that is known. Raises
    InputError, one line, before anything runs.
    """
    law = law_folder(state_folder(settings.world_path))
    choice = _choice("formula", chosen, written, typed, law)
    asked = asked_formulas(settings, choice)
    scenario = _choice("scenario", chosen_scenario, settings.scenario, typed)
    scenario_names = asked_scenarios(settings, scenario)
    world = load_world(settings.world_path)
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    clusters = world.clusters.identifier
    folder = config_folder()
    formulas, changed = [], {}
    for name, setting in asked.formulas.items():
        if name == chosen and written:
            lines = read_lines(line_folder(folder, world.law))
            source = sources.get("formula") or chosen_source(folder, f"formula/{name}.yaml", written)
            formula = formula_from(dict(written), source, name, lines, clusters)
            change = _change("formula", name, written, typed, law)
            changed.update({name: change} if change else {})
            formulas.append(formula.model_copy(update={"title": marked(formula.title, change)}))
        else:
            formulas.append(find_formula(name, folder, clusters, setting, world.law))
    if scenario_names:
        scenarios = listed_scenarios(scenario_names, folder)
    else:
        scenarios = (_chosen_scenario(settings, folder, chosen_scenario, typed, sources.get("scenario")),)
    refuse_senseless(settings, world, formulas, scenarios)
    current_law = find_formula(CURRENT_LAW, folder, clusters, law=world.law)
    refuse_another_start(settings, world, catalogue, current_law)
    baseline = settings.study.baseline
    return Inputs(
        world,
        catalogue,
        current_law,
        tuple(formulas),
        None if baseline is None else name_of(baseline),
        scenarios,
        chosen=asked.chosen,
        changed=changed,
    )


def _choice(
    group: str, name: str | None, written: Mapping[str, Any] | None, typed: Sequence[str], law: Path | None = None
) -> Choice:
    """The file of a group, and whether it is what the user means or what was there before the user wrote anything."""
    if name is None:
        return Choice(None, False)
    named = any(word.partition("=")[0].lstrip("+") == group for word in typed)
    change = _change(group, name, written or {}, typed, law)
    return Choice(name, named or name != usual_choice(group) or bool(change), change)


def _change(group: str, name: str, written: Mapping[str, Any], typed: Sequence[str], law: Path | None = None) -> str:
    """What the user changed of a file of a group, in words; nothing if it is as it was. A state's own ``law`` comes
    before the bundled files."""
    path = bundled(group, name)
    if law is not None and (law / f"{name}.yaml").is_file():
        path = law / f"{name}.yaml"
    if not written:
        return ""
    if not path.is_file():  # a folder of the user's own has it, of which only the words typed are known
        return typed_changes(group, written, typed)
    original = read_with_lines(path)[0]
    return changes(original, written) if isinstance(original, Mapping) else ""


def _chosen_scenario(
    settings: Settings, folder: Path, chosen: str | None, typed: Sequence[str], source: Source | None
) -> Scenario:
    if chosen is None or not settings.scenario:
        return BASELINE
    source = source or chosen_source(folder, f"scenario/{chosen}.yaml", settings.scenario)
    change = _change("scenario", chosen, settings.scenario, typed)
    return scenario_of(settings.scenario, source, marked(chosen, change))


def chosen_source(folder: Path, name: str, written: Mapping[str, Any]) -> Source:
    """The source of the file ``name`` of the configuration, with its lines unless the user has overridden its keys."""
    path = folder / name
    if path.is_file():
        content, source = read_with_lines(path, name)
        if content == written:
            return source
    return Source(name)


def find_formula(
    name: str, folder: Path, clusters: Sequence[str], setting: str = "", law: Path | None = None
) -> Formula:
    """A shipped formula by name, or one in a user's file by its path; ``setting`` is what names it. A state with a
    ``law`` of its own has its current law, further formulas and shared lines there (`sim.world.World.law`).

    Raises InputError if there is none.
    """
    if is_file(name):
        return read_formula(Path(name), line_folder(folder, law), clusters)
    path = folder / "formula" / f"{name}.yaml"
    if law is not None and (law / f"{name}.yaml").is_file():
        path = law / f"{name}.yaml"
    where = f"settings: {setting}" if setting else "settings"
    if "/" in name or "\\" in name or Path(name).exists():
        raise InputError(f"{where}: {shown(name)} is not allowed: the file of a formula ends in .yaml")
    if not path.is_file():
        places = [folder / "formula", *([law] if law is not None else [])]
        known = sorted({file.stem for place in places for file in place.glob("*.yaml")})
        raise InputError(f"{where}: formula {shown(name)} is not known; {hint(name, known)}")
    return read_formula(path, line_folder(folder, law), clusters)


def read_bill(name: str | None, clusters: Sequence[str], law: Path | None = None) -> Formula:
    """The formula in a user's file (a path that ends in .yaml), or a shipped one by its name.

    Raises InputError, one line: file, line where something wrong stands, key, reason.
    """
    if not name:
        raise InputError("settings: formula_file: is missing; write formula_file=my_bill.yaml")
    return find_formula(name, config_folder(), clusters, "formula_file", law)


def formula_record(formula: Formula, change: str = "") -> dict[str, Any]:
    """What the manifest keeps of a formula: title, source, description, lines and a fingerprint of its content, and
    what the user changed of a shipped one."""
    content = formula.model_dump(mode="json")
    return {
        "title": formula.title,
        **({"short": formula.short} if formula.short else {}),
        **({"changed": change} if change else {}),
        "source": formula.source,
        "description": formula.description,
        "year_of_numbers": formula.year_of_numbers,
        "lines": {
            line.name: {
                "title": line.called,
                "fund": line.fund,
                "recurring": line.recurring,
                "background": line.background,
                "seg": line.seg,
                "appropriation": line.appropriation.rule,
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


def changes_told(settings: Settings, inputs: Inputs) -> tuple[str, ...]:
    """What the user changed of formulas and parameters that are shipped, in words."""
    return told(inputs.changed, flat_parameters(settings.parameters))
