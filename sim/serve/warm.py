"""A world kept warm: its tables, parameters and first draws at the end of the base year, ready for any bill."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from sim.api.words import words_of as as_words
from sim.arrays import Array
from sim.composition import compose
from sim.config_folder import config_folder
from sim.engine import recording
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.scenario import Scenario, read_scenario
from sim.funding.formula import Formula
from sim.inputs import InputError, nearest
from sim.states.folder import words_of
from sim.states.speaking import speaking
from sim.states.words import StateWords
from sim.study.setup.design import in_chunks, parameters_for
from sim.study.setup.inputs import Inputs, read_inputs
from sim.study.setup.reads import settings_for
from sim.study.setup.settings import Settings

PART = 32
"""Draws that run together; the first part is the first answer."""

KEPT = 2
"""Parts whose start is kept in memory; that of the others is made anew, as it takes a few tenths of a second."""

MOST_DRAWS = 200
"""Draws up to which an answer is refined: those of a study that says nothing else."""

COLUMNS: tuple[str, ...] = (
    "membership", "concentrators_taught", "concentrators", "credentials", "pathways", "entitlement", "state_cost",
    "dilution", "price_index",
)  # fmt: skip
"""What is kept of a year statewide: columns of the results' state table."""

State = Mapping[str, Array]
"""Statewide columns, each ``[R, T]``: the years after the base year."""


class AbandonedError(Exception):
    """The client has asked something else, or gone."""


@dataclass(frozen=True)
class Common:
    """What all runs of a start share."""

    seed: int = 2026
    horizon: int = 10
    uncertainty: str = "posterior"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    draws: int = MOST_DRAWS

    def words(self, tables: str | None) -> list[str]:
        """The same as words of a command line."""
        named: dict[str, Any] = {"seed": self.seed, "horizon": self.horizon, "uncertainty": self.uncertainty}
        if self.parameters:
            named["parameters"] = self.parameters
        if tables is not None:
            named["world"] = tables
        return as_words(named)


class Warm:
    """The tables of one state with what every run on them begins from. Threads may share it.

    Raises InputError, one line, for tables that cannot be used.
    """

    def __init__(self, common: Common, tables: str | None = None) -> None:
        composed = compose(["study=project", f"draws={common.draws}", *common.words(tables)])
        self.common, self.tables = common, tables
        self.settings: Settings = settings_for(composed.plain, composed.choices)
        with speaking(words_of(self.settings.world_path)):
            self.inputs: Inputs = read_inputs(
                self.settings, self.settings.formula, composed.choices.get("formula"), composed.choices.get("scenario"),
                composed.typed, composed.sources,
            )  # fmt: skip
        self.parts: tuple[range, ...] = tuple(in_chunks(common.draws, PART))
        self._kept: dict[int, Ensemble] = {}
        self._law: dict[tuple[str, int], State] = {}
        self._lock = Lock()

    @property
    def words(self) -> StateWords:
        """What the state of the tables, its main formula and its districts are called."""
        return self.inputs.world.state

    @property
    def state(self) -> Path | None:
        """The folder of the state, where it is one with words and a law of its own."""
        law = self.inputs.world.law
        return None if law is None else law.parent

    @property
    def years(self) -> list[int]:
        """The fiscal years after the base year."""
        return [self.inputs.world.base_year + step for step in range(1, self.common.horizon + 1)]

    def warm_up(self) -> None:
        """Make the first draws' start, and what current law brings on them."""
        for part in range(min(KEPT, len(self.parts))):
            self.start(part)
        self.law(find_scenario("baseline"), 0, Event())

    def started(self, replicates: Sequence[int]) -> Ensemble:
        """These replicates at the end of the base year."""
        of, world = self.settings, self.inputs.world
        parameters = parameters_for(self.inputs.catalogue, world, of.seed, replicates, of.uncertainty)
        return prepare(world, parameters, self.inputs.current_law, of.seed, replicates, of.horizon)

    def start(self, part: int) -> Ensemble:
        """The draws of a part at the end of the base year."""
        if part >= KEPT:
            return self.started(self.parts[part])
        with self._lock:
            if part not in self._kept:
                self._kept[part] = self.started(self.parts[part])
            return self._kept[part]

    def law(self, scenario: Scenario, part: int, stop: Event, ensemble: Ensemble | None = None) -> State:
        """What current law brings on the draws of a part; kept. Raises AbandonedError."""
        key = (scenario.name, part)
        if key not in self._law:
            start = self.start(part) if ensemble is None else ensemble
            self._law[key] = statewide(start, self.inputs.current_law, scenario, self.common.horizon, stop)
        return self._law[key]

    def runs(self, formula: Formula, scenario: Scenario, stop: Event) -> Iterator[tuple[State, State]]:
        """Part by part what a formula and current law bring on the same draws. Raises AbandonedError."""
        for part in range(len(self.parts)):
            ensemble = self.start(part)
            law = self.law(scenario, part, stop, ensemble)
            if formula == self.inputs.current_law:
                yield law, law
            else:
                yield statewide(ensemble, formula, scenario, self.common.horizon, stop), law


def statewide(ensemble: Ensemble, formula: Formula, scenario: Scenario, horizon: int, stop: Event) -> State:
    """What a formula brings statewide. Raises AbandonedError within a year of the wish."""
    runs = ensemble.state.sites.shape[0]
    by_year: dict[str, list[Array]] = {name: [] for name in COLUMNS}
    for state, year in simulate(ensemble, formula, horizon, scenario=scenario):
        if stop.is_set():
            raise AbandonedError
        found = recording.statewide(ensemble.world, ensemble.parameters, state, year)
        for name in COLUMNS:
            by_year[name].append(np.broadcast_to(found[name], (runs,)))
    return {name: np.stack(values, axis=-1) for name, values in by_year.items()}


def scenario_names() -> list[str]:
    """The shipped scenarios, the one without a shock first."""
    names = sorted(path.stem for path in (config_folder() / "scenario").glob("*.yaml"))
    return sorted(names, key=lambda name: name != "baseline")


def scenario_titles() -> dict[str, str]:
    """What the shipped scenarios are called, by name, the one without a shock first."""
    return {name: find_scenario(name).title for name in scenario_names()}


def find_scenario(name: object) -> Scenario:
    """A shipped scenario. Raises InputError for any other word."""
    if not isinstance(name, str) or name not in scenario_names():
        raise InputError(f"scenario: {str(name)[:40]!r} is not known; {nearest(str(name), scenario_names())}")
    return read_scenario(config_folder() / "scenario" / f"{name}.yaml")
