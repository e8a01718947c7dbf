"""Cliffs of a formula: places where one student, pathway or credential moves a payment by far more, or far less, than
the posted price of one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.engine.ensemble import Ensemble
from sim.funding.formula import Formula
from sim.study.bill.cliff_causes import causes
from sim.study.bill.unit_steps import (
    BaseYear,
    Payer,
    Steps,
    across_thresholds,
    base_year_of_run,
    one_by_one,
    single_draw,
    swept_through,
)
from sim.study.bill.units import UNITS, Unit

JUMP_TIMES, JUMP_DOLLARS = 3.0, 500.0
"""A jump differs from the posted price of one unit by more than three times that price and more than three times what
the unit next to it brings, and by at least $500: awards that rise smoothly with size are no cliff."""

UNPAID_SHARE, UNPAID_DOLLARS = 0.1, 10.0
"""A unit is unpaid if it brings at most a tenth of a posted price of at least $10."""

Kind = Literal["jump", "unpaid"]


@dataclass(frozen=True)
class Pair:
    """Two districts alike but for one unit: what a district (and a cluster, or -1) holds ``below`` and ``above``, and
    what it is owed by the line then, dollars. ``price`` is what the posted prices say the unit brings."""

    district: int
    cluster: int
    below: float
    above: float
    owed_below: float
    owed_above: float
    price: float

    @property
    def dollars(self) -> float:
        """What one unit more brings."""
        return self.owed_above - self.owed_below

    @property
    def beyond(self) -> float:
        """How far that is from the posted price."""
        return abs(self.dollars - self.price)


@dataclass(frozen=True)
class Cliff:
    """Units of one sort that one component, or one rule, of a line pays far more, or not at all.

    ``line`` names the line, or the lines that a joint rule holds together. ``cause`` is the component's label or the
    rule's name and ``words`` what the formula says. ``pair`` is the largest found. ``affected`` is how many pathways
    (or districts) stand within one unit of it, mean over draws, and ``thresholds`` at which counts a sweep met it,
    whether or not a district stands there today.
    """

    line: str
    cause: str
    words: str
    unit: Unit
    kind: Kind
    pair: Pair
    affected: float
    thresholds: tuple[float, ...]


_Key = tuple[str, str, str, Kind]
_Found = dict[_Key, list[tuple[int, Pair]]]
"""Pairs with their run, by line, cause, unit and kind."""


def find_cliffs(ensemble: Ensemble, formula: Formula, draws: int, year: int | None = None) -> tuple[Cliff, ...]:
    """The cliffs of a formula's own lines in the base year, jumps first, the largest first.

    In each of the first ``draws`` runs, every district and every pathway is given one unit more and one fewer, alone,
    and prices and payment are worked out anew; the change is set against the posted price of the unit. In the first
    run a few districts are also taken through whole ranges of each count, to meet the thresholds at which no district
    stands today. Money is what is owed before proration, dollars. ``year``: whose rules
    hold, if not the first.
    """
    found: _Found = defaultdict(list)
    met: dict[_Key, set[float]] = defaultdict(set)
    words: dict[tuple[str, str], str] = {}
    for run in range(draws):
        base_year = base_year_of_run(single_draw(ensemble, run), formula, year)
        for unit in UNITS:
            for payer, steps in one_by_one(base_year, unit):
                for kind in ("jump", "unpaid"):
                    _collect(base_year, unit, payer, steps, kind, run, found, words)
            if run == 0:
                swept: _Found = defaultdict(list)
                for payer, steps in swept_through(base_year, unit):
                    _collect(base_year, unit, payer, steps, "jump", -1, swept, words)
                for key, pairs in swept.items():
                    met[key].update(pair.above for _, pair in pairs)
                thresholds = {at for key, found_at in met.items() if key[2] == unit.one for at in found_at}
                for payer, steps in across_thresholds(base_year, unit, thresholds):
                    _collect(base_year, unit, payer, steps, "jump", -1, found, words)
                for key in swept.keys() - found.keys():
                    found[key] = [min(swept[key], key=lambda seen: seen[1].owed_below)]
    by_name = {unit.one: unit for unit in UNITS}
    cliffs = [
        Cliff(
            line,
            cause,
            words[line, cause],
            by_name[unit_name],
            kind,
            max((pair for _, pair in pairs), key=lambda pair: pair.beyond),
            len({(run, pair.district, pair.cluster) for run, pair in pairs if run >= 0}) / draws,
            tuple(sorted(met[line, cause, unit_name, kind])),
        )
        for (line, cause, unit_name, kind), pairs in found.items()
    ]
    return tuple(sorted(cliffs, key=lambda cliff: (cliff.kind != "jump", -cliff.pair.beyond)))


def _collect(
    base_year: BaseYear,
    unit: Unit,
    payer: Payer,
    steps: Steps,
    kind: Kind,
    run: int,
    found: _Found,
    words: dict[tuple[str, str], str],
) -> None:
    """Add the steps that are of this kind under their causes; ``run`` is -1 where no district stands today."""
    beyond = np.abs(steps.moved - steps.price)
    if kind == "jump":
        usual = np.fmax(np.abs(steps.price), np.where(np.isfinite(steps.adjacent), np.abs(steps.adjacent), 0.0))
        which = (beyond > JUMP_TIMES * usual) & (beyond >= JUMP_DOLLARS)
    else:
        which = (steps.price >= UNPAID_DOLLARS) & (np.abs(steps.moved) <= UNPAID_SHARE * steps.price)
    some = steps.taken(which)
    for place, (cause, said) in enumerate(causes(base_year, unit, payer, some)):
        words[payer.name, cause] = said
        pair = Pair(
            int(some.district[place]),
            int(some.cluster[place]) if unit.by_pathway else -1,
            float(some.below[place]),
            float(some.above[place]),
            float(some.owed_below[place]),
            float(some.owed_below[place] + some.moved[place]),
            float(some.price[place]) + 0.0,
        )
        found[payer.name, cause, unit.one, kind].append((run, pair))
