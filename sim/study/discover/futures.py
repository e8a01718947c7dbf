"""Futures: uncertain numbers, amounts of bills, and a scenario of some kind and size, drawn together.

A future has one scenario, of a kind and size of its own, and luck of its own, which all formulas meet. One scenario
whose every shock is a factor of the design stands for all kinds, so that futures run together as any points do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.engine.scenario import MOST, ClusterShocks, Scenario, Shocks
from sim.inputs import InputError
from sim.parameters.posterior import posterior_path
from sim.streams import Stream, generator
from sim.study.designs.factors import Factor, Spec, read_factors
from sim.study.designs.places import Place
from sim.study.designs.points import suited, unit_points
from sim.study.designs.sweep import Sweep, check_points
from sim.study.sensitivity.numbers import Number, uncertain_numbers
from sim.study.setup.combining import scaled
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Discover, Settings, flat_parameters

KIND, SIZE = "scenario", "scenario_size"
"""Columns of a future: the kind of its scenario, and how large it is, 1 as its file has it, 0 without a shock."""

NAME = "futures"
DESIGNS = ("latin_hypercube", "sobol", "prior")
TAIL = 2.0**-33

Key = tuple[str, int, str] | tuple[str, int, str, str, str]


@dataclass(frozen=True)
class Dimension:
    """What a condition may limit: a column of the futures with its label and unit. ``formulas`` in which it stands,
    None if in all."""

    name: str
    label: str
    unit: str
    formulas: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Futures:
    """``table``: a row for each future, a column for each dimension. ``sweep`` carries them out with ``inputs``."""

    dimensions: tuple[Dimension, ...]
    table: pd.DataFrame
    kinds: Mapping[str, str]
    sweep: Sweep
    inputs: Inputs


@dataclass(frozen=True)
class _Shock:
    """A multiplier in a year, and what it is in each kind at its full size."""

    key: Key
    factor: Factor


def futures(settings: Settings, inputs: Inputs, layout: Discover, points: int, part: int) -> Futures:
    """So many futures; another ``part`` has others, with other luck. Raises InputError, one line."""
    design = settings.design
    if design is None or design.name not in DESIGNS:
        raise InputError(f"settings: design: study=discover draws its futures; write design={', '.join(DESIGNS)}")
    path = posterior_path(settings.world_path) if settings.uncertainty == "posterior" else None
    numbers = tuple(number for number in uncertain_numbers(inputs, path) if len(number.dimensions) == 1
                    and not number.dimensions[0].factor.name.startswith("clusters."))  # fmt: skip
    amounts = _amounts(settings, inputs)
    last_year = inputs.world.base_year + settings.horizon
    random = generator(settings.seed, Stream.FUTURES, part)
    cube = np.clip(unit_points(design.name, len(numbers) + len(amounts) + 2, points, random), TAIL, 1.0 - TAIL)
    kinds = np.minimum((cube[:, -2] * len(inputs.scenarios)).astype(int), len(inputs.scenarios) - 1)
    calm = np.array([not _written(scenario, inputs, last_year) for scenario in inputs.scenarios])
    sizes = np.where(calm[kinds], 0.0, layout.severity * cube[:, -1])
    order = np.lexsort((sizes, kinds))  # futures of a kind run together
    cube, kinds, sizes = cube[order], kinds[order], sizes[order]
    columns = {one.name: one.dimensions[0].at(cube[:, at]).tolist() for at, one in enumerate(numbers)}
    columns |= {factor.name: factor.at(cube[:, len(numbers) + at]) for at, factor in enumerate(amounts)}
    master, shocks, values = _scenario(inputs, last_year, kinds, sizes, layout.severity)
    factors = (*(number.dimensions[0].factor for number in numbers), *amounts, *(shock.factor for shock in shocks))
    points_table = pd.DataFrame({**columns, **values})
    labels = tuple(f"future {place}" for place in range(points))
    luck = (np.arange(points, dtype=np.intp) + part * points).reshape(-1, 1)
    own = replace(inputs, scenarios=(master,))
    sweep = Sweep(factors, points_table, labels, luck)
    check_points(sweep, own, last_year)
    titles = {scenario.name: scenario.title for scenario in inputs.scenarios}
    table = pd.DataFrame({**columns, KIND: [inputs.scenarios[kind].name for kind in kinds], SIZE: sizes})
    return Futures(_dimensions(numbers, amounts), table, titles, sweep, own)


def _amounts(settings: Settings, inputs: Inputs) -> tuple[Factor, ...]:
    assert settings.design is not None
    held = list(flat_parameters(settings.parameters))
    found = suited(read_factors(settings.factors, inputs, held), settings.design.name) if settings.factors else ()
    for factor in found:
        if factor.root != "formula":
            raise InputError(
                f"settings: factors.{factor.path}: every uncertain number varies already, and scenarios are listed in"
                " study.scenarios; write formula.<key>"
            )
    return found


def _dimensions(numbers: Sequence[Number], amounts: Sequence[Factor]) -> tuple[Dimension, ...]:
    return (
        *(Dimension(number.name, number.label, number.unit) for number in numbers),
        *(Dimension(one.name, _in_words(one.path), one.unit, tuple(one.places)) for one in amounts),
        Dimension(KIND, "Scenario", ""),
        Dimension(SIZE, "Size of the scenario's shocks", "times that of its file"),
    )


def _in_words(path: str) -> str:
    """What an amount is called: 'Aligned appropriation' of formula.aligned.appropriation.dollars."""
    words = path.removeprefix("formula.").removesuffix(".dollars").replace("components.", "")
    return words.replace(".", " ").replace("_", " ").capitalize()


def _written(scenario: Scenario, inputs: Inputs, last_year: int) -> bool:
    return scenario.does_something(inputs.world.base_year, last_year)


def _scenario(
    inputs: Inputs, last_year: int, kinds: np.ndarray, sizes: np.ndarray, largest: float
) -> tuple[Scenario, list[_Shock], dict[str, list[float]]]:
    """The scenario that stands for all kinds, its shocks, and the value of each in every future."""
    base_year = inputs.world.base_year
    for scenario in inputs.scenarios:
        if scenario.end is not None or scenario.random is not None:
            what = "ends the formula" if scenario.end is not None else "comes by chance"
            raise InputError(f"settings: study.scenarios: {scenario.name} {what} and has no size; leave it out")
        try:
            scaled(scenario, largest)
        except ValueError as error:
            raise InputError(f"settings: discover.severity: {largest:g}: {scenario.name}: {error}") from error
    turns = sorted(
        {base_year + 1}
        | {year + after
           for scenario in inputs.scenarios
           for written, after in ((scenario.from_year, 0), (scenario.years, 0), (scenario.years, 1))
           for year in written
           if base_year < year + after <= last_year}
    )  # fmt: skip
    per_future = []
    for kind, size in zip(kinds, sizes, strict=True):
        one = scaled(inputs.scenarios[kind], float(size))
        per_future.append(dict(_multipliers(one, turns, base_year)))
    moved = sorted({key for scenario in inputs.scenarios for key, _ in _multipliers(scenario, turns, base_year)})
    shocks, values = [], {}
    for key in moved:
        column = [found.get(key, 1.0) for found in per_future]
        name = f"scenario.{'.'.join(map(str, key))}"
        spec = Spec("range", low=min(0.0, *column), high=min(MOST, max(1.0, *column)))
        place = Place(".".join(map(str, key)), key, 1.0)
        factor = Factor(name, name, "scenario", spec, "times what it would be", "the kind and size of the scenario",
                        "1", places={NAME: place})  # fmt: skip
        shocks.append(_Shock(key, factor))
        values[name] = column
    master = Scenario(
        name=NAME, title="A scenario of some kind and size in each future", source="as drawn",
        from_year={year: Shocks() for year in turns},
    )  # fmt: skip
    return master, shocks, values


def _multipliers(scenario: Scenario, turns: Sequence[int], base_year: int) -> Iterator[tuple[Key, float]]:
    """The shocks of a scenario that move anything: where each stands, by the year from which on it holds."""
    for year in turns:
        shocks = scenario.at(year, base_year)
        for name in Shocks.model_fields:
            if name != "clusters" and getattr(shocks, name) != 1.0:
                yield ("from_year", year, name), getattr(shocks, name)
        for cluster, one in shocks.clusters.items():
            for name in ClusterShocks.model_fields:
                if getattr(one, name) != 1.0:
                    yield ("from_year", year, "clusters", cluster, name), getattr(one, name)
