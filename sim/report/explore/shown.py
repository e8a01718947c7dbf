"""An explorer's draws as they are shown: with what forecasts have missed in other cases, as a comparison carries it.

The page does the same in JavaScript (``explorer.js``) with the factors that stand in its content; tests hold the two
together.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.report.shared.discrepancy import MONEY, PAID, Factors, money_shown, shown
from sim.report.shared.discrepancy import OWED as ENTITLED
from sim.results.discrepancy import CarriedDiscrepancy
from sim.study.explore.emulator import rounded
from sim.study.explore.predicting import COST, OWED, PER_100, SHOWN, VOTED, Answer, Explorer

COLUMNS: Mapping[str, str] = {
    "taught": "concentrators_taught",
    "reported": "concentrators",
    "credentials": "credentials",
    "pathways": "pathways",
}
"""What is counted, by its column of the state table, which says what kind of outcome it is."""
DIGITS = 10
"""Significant digits in which factors are stored."""


def factors_of(content: Mapping[str, Any]) -> Factors | None:
    """The factors of an explorer's draws, those that a comparison on the same draws has; None if it carries none."""
    carried, of = content["discrepancy"], content["provenance"]
    if carried is None:
        return None
    found = CarriedDiscrepancy.model_validate({name: carried[name] for name in CarriedDiscrepancy.model_fields})
    return Factors(found, of["seed"], of["draws"], 1 + np.arange(len(content["years"])))


def with_factors(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of an explorer with what the page needs to show it so: by outcome a factor for each draw and year,
    and for each draw that of a law's effect."""
    factors = factors_of(content)
    if factors is None:
        return dict(content)
    told = {
        "levels": {name: _stored(factors.level(column)) for name, column in COLUMNS.items()},
        "response": _stored(factors.response),
    }
    return {**content, "discrepancy": {**content["discrepancy"], "factors": told}}


def _stored(values: Array) -> list[float]:
    found: list[float] = rounded(values, DIGITS).ravel().tolist()
    return found


class Shown:
    """An explorer whose levels are as they are shown: ``law``, current law's, and those of any other."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self._factors = factors_of(explorer.content)
        self.law = self.levels(explorer.law)

    def at(self, answer: Answer) -> dict[str, Array]:
        """The levels of an answer, each ``SHOWN`` ``[R, T]``."""
        return self.levels(answer.with_voted())

    def levels(self, simulated: Mapping[str, Array]) -> dict[str, Array]:
        """Levels that were simulated or emulated, with what is voted, as they are shown."""
        factors = self._factors
        if factors is None:
            return {name: simulated[name] for name in SHOWN}
        law = self.explorer.law
        pairs = {name: np.stack([law[name], simulated[name]]) for name in (*COLUMNS, OWED, COST, VOTED)}
        counts = {
            name: shown(pairs[name], law[name], factors.level(column), factors.response[:, np.newaxis])
            for name, column in COLUMNS.items()
        }
        money = {**dict.fromkeys(MONEY, pairs[COST]), ENTITLED: pairs[OWED], "appropriation": pairs[VOTED]}
        counted = ("reported", "credentials")
        before, after = [pairs[name] for name in counted], [counts[name] for name in counted]
        found = {name: values[1] for name, values in counts.items()}
        found[OWED] = money_shown(ENTITLED, money, before, after)[1]
        found[COST] = money_shown(PAID, money, before, after)[1]
        found[PER_100] = 100.0 * found["taught"] / self.explorer.members
        return {name: found.get(name, simulated[name]) for name in SHOWN}
