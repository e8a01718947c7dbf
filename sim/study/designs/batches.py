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
from sim.parameters.uncertainty import Uncertainty
from sim.parameters.values import with_columns
from sim.study.designs.factors import Factor
from sim.study.designs.places import Scalar
from sim.study.designs.sweep import versions
from sim.study.setup.design import parameters_for
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
    """Rows that run together: their places among the rows asked for, and their formula and scenario.

    Rows that are alike in everything run once: ``starts`` are the runs to carry out, by their place in what ``start``
    gave, and ``result`` says which of them each row takes its numbers from.
    """

    rows: IntArray
    starts: IntArray
    result: IntArray
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
    turns: int = 1,
) -> tuple[Ensemble, IntArray]:
    """The end of the base year, once for all rows with the same luck and parameters; and each row's place in it.

    ``turns``: of luck that each draw of parameters meets, one replicate after the other.
    """
    names = [factor.name for factor in varied.factors if factor.root == "parameters"]
    values = varied.take(rows)
    keys = [(replicates[row], *(values[name][at] for name in names)) for at, row in enumerate(rows)]
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    distinct = sorted(set(first.values()))
    luck = [replicates[rows[at]] for at in distinct]
    parameters = parameters_for(catalogue, world, seed, [replicate // turns for replicate in luck], uncertainty)
    columns = {name: np.array([values[name][at] for at in distinct], dtype=np.float64) for name in names}
    ensemble = prepare(world, with_columns(parameters, columns), current_law, seed, luck, horizon)
    place = {at: number for number, at in enumerate(distinct)}
    return ensemble, np.array([place[first[key]] for key in keys], dtype=np.intp)


def batches(
    formula: Formula, scenario: Scenario, varied: Varied, rows: Sequence[int], started: IntArray
) -> list[Batch]:
    """The rows in as few batches as their formulas and scenarios allow, see ``funding.merging``.

    ``started`` is each row's place in what ``start`` gave.
    """
    values, labels = varied.take(rows), tuple(f"row {row}" for row in rows)
    formulas = versions(formula, varied.factors, values, labels)
    scenarios = versions(scenario, varied.factors, values, labels)
    groups: dict[Hashable, list[int]] = {}
    known: dict[int, Any] = {}
    for at, (law, shocks) in enumerate(zip(formulas, scenarios, strict=True)):
        for model in (law, shocks):
            if id(model) not in known:
                known[id(model)] = structure(model)
        groups.setdefault((known[id(law)], known[id(shocks)]), []).append(at)
    return [_batch(places, formulas, scenarios, started) for places in groups.values()]


def _batch(
    places: Sequence[int], formulas: Sequence[Formula], scenarios: Sequence[Scenario], started: IntArray
) -> Batch:
    # A formula or scenario without factors of its own is one object for all rows, and so is each that was made twice.
    keys = [(int(started[at]), id(formulas[at]), id(scenarios[at])) for at in places]
    number = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    firsts = [places[keys.index(key)] for key in number]
    return Batch(
        rows=np.array(places, dtype=np.intp),
        starts=started[firsts],
        result=np.array([number[key] for key in keys], dtype=np.intp),
        formula=merged([formulas[at] for at in firsts]),
        scenario=merged([scenarios[at] for at in firsts]),
    )


def begin(ensemble: Ensemble, batch: Batch) -> Ensemble:
    """The runs of a batch at the end of the base year."""
    if np.array_equal(batch.starts, np.arange(ensemble.state.sites.shape[0])):
        return ensemble
    return take_rows(ensemble, batch.starts)
