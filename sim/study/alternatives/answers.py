"""What a structure answers: formulas beside current law on draws of its posterior."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.engine import recording
from sim.engine.ensemble import prepare, simulate
from sim.funding.formula import Formula
from sim.parameters.catalogue import Catalogue
from sim.parameters.values import with_columns
from sim.results.headlines import HEADLINES, LAST
from sim.study.setup.design import parameters_for
from sim.world.world import World

Effects = Mapping[str, Mapping[str, Array]]
"""By formula and headline outcome: the difference from current law in each draw, ``[R]``."""


@dataclass(frozen=True)
class Answering:
    """What a worker needs to put formulas into force: ``formulas``, current law first, over ``horizon`` years; draws by
    replicate with their parameters ``[R]``. Parameters not in ``columns`` are drawn from their priors by each
    replicate's own stream."""

    world: World
    catalogue: Catalogue
    formulas: tuple[Formula, ...]
    horizon: int
    seed: int
    replicates: tuple[int, ...]
    columns: Mapping[str, Array]

    @property
    def outputs(self) -> tuple[str, ...]:
        """A name for each formula and headline outcome."""
        return tuple(named(formula.name, headline.name) for formula in self.formulas for headline in HEADLINES)

    def simulate(self) -> dict[str, Array]:
        """Every headline outcome under every formula, the mean of the last years, ``[R]``."""
        parameters = parameters_for(self.catalogue, self.world, self.seed, self.replicates, "prior")
        parameters = with_columns(parameters, self.columns)
        ensemble = prepare(self.world, parameters, self.formulas[0], self.seed, self.replicates, self.horizon)
        found = {}
        for formula in self.formulas:
            years = [
                recording.statewide(self.world, parameters, state, year)
                for state, year in simulate(ensemble, formula, self.horizon)
            ]
            for headline in HEADLINES:
                last = [record[headline.column] for record in years[-LAST:]]
                found[named(formula.name, headline.name)] = np.mean(last, axis=0)
        return found


def named(formula: str, headline: str) -> str:
    """The column of a formula's outcome."""
    return f"{formula}/{headline}"


def effects(frame: pd.DataFrame, formulas: tuple[str, ...]) -> Effects:
    """What each formula brings beyond the first, draw by draw."""
    first, *others = formulas
    return {
        formula: {
            headline.name: (frame[named(formula, headline.name)] - frame[named(first, headline.name)]).to_numpy()
            for headline in HEADLINES
        }
        for formula in others
    }


def order(found: Effects, current_law: str, headline: str) -> list[tuple[str, ...]]:
    """All formulas, that of the most first; those that stand together are not told apart from the one before them by
    two standard errors of the mean of paired differences."""
    draws = len(next(iter(found.values()))[headline])
    values = {current_law: np.zeros(draws), **{name: found[name][headline] for name in found}}
    names = sorted(values, key=lambda name: -float(values[name].mean()))
    groups: list[tuple[str, ...]] = [(names[0],)]
    for name in names[1:]:
        if tells_apart(values[groups[-1][-1]] - values[name]):
            groups.append((name,))
        else:
            groups[-1] = (*groups[-1], name)
    return groups


def tells_apart(difference: Array) -> bool:
    """Whether the mean of paired differences ``[R]`` lies beyond two standard errors from zero."""
    error = difference.std(ddof=1) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
    return bool(abs(difference.mean()) > 2.0 * error)


def reversals(one: Effects, other: Effects, current_law: str, headline: str) -> Iterator[tuple[str, str]]:
    """Pairs of formulas, the better by ``one`` first, of which ``other`` says the opposite, both beyond two standard
    errors."""
    names = [current_law, *one]
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            apart = [_difference(found, current_law, first, second, headline) for found in (one, other)]
            if all(tells_apart(difference) for difference in apart):
                before, after = (float(difference.mean()) for difference in apart)
                if before * after < 0:
                    yield (first, second) if before > 0 else (second, first)


def _difference(found: Effects, current_law: str, first: str, second: str, headline: str) -> Array:
    draws = len(next(iter(found.values()))[headline])
    one, other = (np.zeros(draws) if name == current_law else found[name][headline] for name in (first, second))
    difference: Array = one - other
    return difference
