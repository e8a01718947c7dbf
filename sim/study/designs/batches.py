"""From points to batches: the parameters of each row, and formulas and scenarios merged where they may be."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.arrays import IntArray
from sim.engine.ensemble import Ensemble, prepare, take_rows
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.funding.merging import merged, structure
from sim.parameters.catalogue import Catalogue
from sim.parameters.values import with_columns
from sim.study.design import Uncertainty, parameters_for
from sim.study.designs.factors import Factor
from sim.study.designs.places import Scalar
from sim.study.designs.sweep import versions
from sim.world.world import World


@dataclass(frozen=True)
class Varied:
    """What varies between the rows of a chunk: the factors, and for each by its name one value a row."""

    factors: tuple[Factor, ...] = ()
    values: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)

    def at(self, row: int) -> dict[str, Scalar]:
        """The values of one row."""
        return {name: column[row] for name, column in self.values.items()}

    def take(self, rows: Sequence[int]) -> dict[str, tuple[Scalar, ...]]:
        """The values of some rows."""
        return {name: tuple(column[row] for row in rows) for name, column in self.values.items()}


NOTHING_VARIES = Varied()


@dataclass(frozen=True)
class Batch:
    """Rows that run together: their places among the rows asked for, and their formula and scenario."""

    rows: IntArray
    formula: Formula
    scenario: Scenario


def start(
    world: World,
    catalogue: Catalogue,
    current_law: Formula,
    seed: int,
    replicates: Sequence[int],
    varied: Varied,
    rows: Sequence[int],
    horizon: int,
    uncertainty: Uncertainty,
) -> Ensemble:
    """The rows at the end of the base year. Rows with the same luck and parameters are warmed up once."""
    names = [factor.name for factor in varied.factors if factor.root == "parameters"]
    values = varied.take(rows)
    keys = [(replicates[row], *(values[name][at] for name in names)) for at, row in enumerate(rows)]
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    distinct = sorted(set(first.values()))
    luck = [replicates[rows[at]] for at in distinct]
    parameters = parameters_for(catalogue, world, seed, luck, uncertainty)
    columns = {name: np.array([values[name][at] for at in distinct], dtype=np.float64) for name in names}
    ensemble = prepare(world, with_columns(parameters, columns), current_law, seed, luck, horizon)
    if len(distinct) == len(rows):
        return ensemble
    place = {at: number for number, at in enumerate(distinct)}
    return take_rows(ensemble, np.array([place[first[key]] for key in keys], dtype=np.intp))


def batches(formula: Formula, scenario: Scenario, varied: Varied, rows: Sequence[int]) -> list[Batch]:
    """The rows in as few batches as their formulas and scenarios allow, see ``funding.merging``."""
    values, told = varied.take(rows), tuple(f"row {row}" for row in rows)
    formulas = versions(formula, varied.factors, values, told)
    scenarios = versions(scenario, varied.factors, values, told)
    groups: dict[Hashable, list[int]] = {}
    known: dict[int, Any] = {}
    for at, (law, shocks) in enumerate(zip(formulas, scenarios, strict=True)):
        for model in (law, shocks):
            if id(model) not in known:
                known[id(model)] = structure(model)
        groups.setdefault((known[id(law)], known[id(shocks)]), []).append(at)
    return [
        Batch(
            np.array(places, dtype=np.intp),
            merged([formulas[at] for at in places]),
            merged([scenarios[at] for at in places]),
        )
        for places in groups.values()
    ]
