"""Places and years to explain, for the tests of ``study=explain``."""

from functools import cache
from typing import Any

from simulated import new_mexico, new_mexico_ensemble, shipped, steps

from sim.engine.ensemble import Ensemble
from sim.study.explain.items import Item, Moment

PLACES = [("Gallup", 8), ("Albuquerque", 3), ("Vaughn", 1), ("Santa Fe", 11), ("Middle College", 4)]
FORMULAS = ["status_quo", "aligned", "pilot_sunset", "sb130_quarter_weight", "ohio", "utah", "louisiana", "michigan"]
HORIZON = 3


@cache
def ensemble() -> Ensemble:
    return new_mexico_ensemble(1, HORIZON, 5)


@cache
def simulated_steps(formula: str) -> list[Any]:
    return steps(ensemble(), shipped(formula), HORIZON)


def district_named(word: str) -> int:
    return next(place for place, name in enumerate(new_mexico().districts.name) if name.startswith(word))


def moments(formula: str) -> list[Moment]:
    held, law = ensemble(), shipped(formula)
    found = []
    for step in simulated_steps(formula):
        for word, cluster in PLACES:
            found.append(Moment(held, law, step.before, step.year, step.after, district_named(word), cluster))
    return found


def told(items: list[Item], step: str) -> dict[str, float]:
    return {item.name: item.value for item in items if item.step == step}
