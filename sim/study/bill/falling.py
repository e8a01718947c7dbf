"""Payments that fall from year to year because a growth cap stands beside a phase-in, though no less is owed."""

from dataclasses import dataclass
from itertools import pairwise

from sim.arrays import Array
from sim.engine.ensemble import Ensemble
from sim.funding.formula import Formula, enacted, first_priced_year
from sim.funding.line import Line
from sim.study.bill.static_score import base_year_position

MOST_YEARS = 8
"""Years of a phase-in that are looked at; each is priced after all before it."""
LEAST = 1.0
"""Dollars a year by which a district's payment falls at least where it is told."""


@dataclass(frozen=True)
class Fall:
    """A fiscal year in which ``districts`` are owed less after the phase-in than the year before: ``after`` instead of
    ``before``, dollars of all of them, means over draws."""

    fiscal_year: int
    districts: int
    before: float
    after: float


def falls(ensemble: Ensemble, formula: Formula) -> list[Fall]:
    """The years of a formula's phase-in in which it pays districts less on the same counts than the year before, though
    they are owed more than that before its growth cap; none without such a cap."""
    base_year = ensemble.world.base_year
    law = enacted(formula, ensemble.current_law, base_year)
    steps = max((len(line.rules.phase_in) for line in law.own_lines if _capped(line)), default=0)
    first = first_priced_year(formula, ensemble.current_law, base_year)
    if not steps or first is None:
        return []
    priced = []
    for year in range(first, first + min(steps, MOST_YEARS) + 1):
        position = base_year_position(ensemble, formula, year=year)
        owed, phased = (_by_district(position.stage(stage)) for stage in ("held_harmless", "phased_in"))
        priced.append((year, owed, phased))
    found = []
    for (_, _, before), (year, owed, after) in pairwise(priced):
        less = (after < before - LEAST) & (owed > before)
        if less.any():
            found.append(Fall(year, int(less.sum()), float(before[less].sum()), float(after[less].sum())))
    return found


def _capped(line: Line) -> bool:
    rules = line.rules
    return rules.growth_cap is not None or any(case.growth_cap is not None for case in rules.differs)


def _by_district(dollars: Array) -> Array:
    """Means over draws, ``[D]``, of ``[..., D, 1]``."""
    mean: Array = dollars.reshape(-1, *dollars.shape[-2:]).mean(axis=0)[:, 0]
    return mean
