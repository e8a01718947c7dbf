"""Formulas and scenarios held against the world and the years of a study, before anything runs."""

from collections.abc import Sequence
from pathlib import Path

from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE, Scenario, read_scenario
from sim.funding.formula import Formula
from sim.funding.placing import in_file
from sim.funding.reading import places, read_lines
from sim.funding.sense import FARTHEST, never_comes, out_of_place, seen
from sim.inputs import Mistake, Source, nearest, read_with_lines
from sim.study.setup.known import line_folder
from sim.study.setup.settings import Settings
from sim.world.world import World

USUAL_HORIZON = 30
"""Years after the base year within which a bill that is priced, not run, takes effect."""


def refuse_senseless(
    settings: Settings, world: World, formulas: Sequence[Formula], scenarios: Sequence[Scenario]
) -> None:
    """Refuse formulas and scenarios that would be run and do nothing, or another thing than is written in them.

    Words that match nothing in the world, conditions that no district meets, years that are not simulated. Raises
    InputError, one line, with the line in the file where a user's own file is wrong.
    """
    last_year = world.base_year + settings.horizon
    asked = [*settings.study.formulas, *([settings.formula_file] if settings.formula_file else [])]
    for formula in formulas:
        _refuse_formula(formula, world, last_year, asked)
    _refuse_senseless_scenarios(settings, world, scenarios)


def refuse_senseless_bill(formula: Formula, world: World, path: str | None) -> None:
    """Refuse a bill that is priced and names what the world does not have, or begins in no year of a usual study.

    Raises InputError, one line.
    """
    _refuse_formula(formula, world, world.base_year + USUAL_HORIZON, [path] if path else [])


def _refuse_formula(formula: Formula, world: World, last_year: int, asked: Sequence[str]) -> None:
    found = never_comes(formula, world.base_year, last_year)
    # The shipped formulas are of one state; a smaller world need not have all that they name.
    if _own_file(formula.name, asked) is not None or not _shipped("formula", formula.name).is_file():
        found += out_of_place(formula, world)
    if found:
        own = _own_file(formula.name, asked)
        if own is None:
            raise _source("formula", formula.name, asked).refusals(seen(formula, found))
        written, source = read_with_lines(own)
        shared = read_lines(line_folder(config_folder(), world.law))
        raise source.refusals(in_file(found, written, places(written, source, formula.name, shared)))


def _refuse_senseless_scenarios(settings: Settings, world: World, scenarios: Sequence[Scenario]) -> None:
    base_year, last_year = world.base_year, world.base_year + settings.horizon
    asked = settings.study.scenarios
    shocked = [scenario for scenario in scenarios if scenario.written() or scenario.name != BASELINE.name]
    for scenario in shocked:
        source = _source("scenario", scenario.name, asked)
        found = scenario.never_comes(base_year, base_year + FARTHEST) + _unknown_clusters(scenario, world)
        if found:
            raise source.refusals(found)
        if not scenario.does_something(base_year, base_year + FARTHEST):
            raise source.refusal((), "multiplies nothing: write a shock other than 1 under years or from_year")
    # Of a list that is shipped some shocks may come later than a short study ends, but not all.
    idle = [scenario for scenario in shocked if not scenario.does_something(base_year, last_year)]
    for scenario in idle:
        listed = scenario.name in asked and _shipped("scenario", scenario.name).is_file()
        if not listed or len(idle) == len(shocked):
            year, where = min((year, where) for where, year in scenario.written())
            said = f"{'' if year in where else f'{year} '}lies after FY{last_year}, the last year that is simulated"
            raise _source("scenario", scenario.name, asked).refusal(where, f"{said}; nothing would change")


def _unknown_clusters(scenario: Scenario, world: World) -> list[Mistake]:
    """Shocks of clusters that the world does not have. What a shipped scenario names, a smaller world may lack."""
    known = world.clusters.identifier
    named = [
        (key, year, cluster)
        for key, path in (("years", scenario.years), ("from_year", scenario.from_year))
        for year, shocks in path.items()
        for cluster in shocks.clusters
        if cluster not in known
    ]
    if not named:
        return []
    shipped = [read_scenario(path) for path in (config_folder() / "scenario").glob("*.yaml")]
    allowed = {name for one in shipped for path in (one.years, one.from_year) for at in path.values()
               for name in at.clusters}  # fmt: skip
    return [
        Mistake((key, year, "clusters", cluster), f"there is no such cluster; {nearest(cluster, known)}")
        for key, year, cluster in named
        if cluster not in allowed
    ]


def _own_file(name: str, asked: Sequence[str]) -> Path | None:
    """The user's own file of a formula or scenario of that name, where one was asked for by its path."""
    paths = (Path(word) for word in asked if word.endswith((".yaml", ".yml")))
    return next((path for path in paths if path.stem == name), None)


def _shipped(group: str, name: str) -> Path:
    return config_folder() / group / f"{name}.yaml"


def _source(group: str, name: str, asked: Sequence[str]) -> Source:
    """Where a formula or scenario was written: a file of the user's own, with its lines; else its name."""
    path = _own_file(name, asked)
    if path is not None:
        return read_with_lines(path)[1]
    return Source(f"{group}/{name}.yaml" if _shipped(group, name).is_file() else f"{group} {name}")
