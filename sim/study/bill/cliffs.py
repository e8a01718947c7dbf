"""Cliffs of a formula: places where one student, pathway or credential moves a payment by far more, or far less, than
the posted price of one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.engine.ensemble import Ensemble
from sim.funding.formula import Formula
from sim.study.bill.cliff_causes import Cause, causes
from sim.study.bill.unit_steps import (
    BaseYear,
    Steps,
    across_thresholds,
    base_year_of_run,
    one_by_one,
    single_draw,
    swept_through,
    written_thresholds,
)
from sim.study.bill.units import UNITS, Unit

JUMP_TIMES, JUMP_DOLLARS = 3.0, 500.0
"""A jump differs from the posted price of one unit by more than three times that price and more than three times what
the unit next to it brings, and by at least $500: awards that rise smoothly with size are no cliff."""

CLOSED_TIMES = 2.0
"""A pathway that begins is a jump only if it brings, with its students, so many times what is posted for them."""

UNPAID_SHARE, UNPAID_DOLLARS = 0.1, 1.0
"""A unit is unpaid if it brings at most a tenth of a posted price of at least $1."""

ALL_LINES = "all lines"
"""What a rule over all lines in force is of."""

Kind = Literal["jump", "unpaid"]


@dataclass(frozen=True)
class Pair:
    """Two districts alike but for one unit: what a district (and a cluster, or -1) holds ``below`` and ``above``, and
    what it is owed by all lines then, dollars. ``price`` is what the posted prices say the unit brings; ``closed``
    whether the pathway has no site, and so no students, below."""

    district: int
    cluster: int
    below: float
    above: float
    owed_below: float
    owed_above: float
    price: float
    closed: bool = False

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
    """Units of one sort that all lines together pay far more, or not at all, because of one component or rule.

    ``lines`` are those that it belongs to, by name, and ``line`` names them together. ``cause`` is the component's
    label or the rule's name and ``words`` what the formula says. ``pair`` is the largest found. ``affected`` is how
    many pathways (or districts) stand within one unit of it, mean over draws, and ``thresholds`` at which counts a
    sweep met it, whether or not a district stands there today.
    """

    line: str
    cause: str
    words: str
    unit: Unit
    kind: Kind
    pair: Pair
    affected: float
    thresholds: tuple[float, ...]
    lines: tuple[str, ...] = ()


_Key = tuple[Cause, str, Kind]
_Found = dict[_Key, list[tuple[int, Pair]]]
"""Pairs with their run, by cause, unit and kind."""


def find_cliffs(ensemble: Ensemble, formula: Formula, draws: int, year: int | None = None) -> tuple[Cliff, ...]:
    """The cliffs of a formula's own lines in the base year, jumps first, the largest first.

    In each of the first ``draws`` runs, every district and every pathway is given one unit more and one fewer, alone,
    and prices and payment are worked out anew; the change of what all lines owe is set against the posted price of the
    unit, so that what one line gains and another loses is no cliff. In the first run a few districts are also taken
    through whole ranges of each count, to meet the thresholds at which no district stands today, and the real ones
    nearest to each threshold, and to each number of members that a condition names, across it. Money is what is owed
    before proration, dollars. ``year``: whose rules hold, if not the first.
    """
    found: _Found = defaultdict(list)
    met: dict[_Key, set[float]] = defaultdict(set)
    in_force: tuple[str, ...] = ()
    for run in range(draws):
        base_year = base_year_of_run(single_draw(ensemble, run), formula, year)
        in_force = tuple(line.name for line in base_year.lines if not line.pays_nothing)
        for unit in UNITS:
            steps = one_by_one(base_year, unit)
            for kind in ("jump", "unpaid"):
                _collect(base_year, unit, steps, kind, run, found)
            if run == 0:
                swept: _Found = defaultdict(list)
                for steps in swept_through(base_year, unit):
                    _collect(base_year, unit, steps, "jump", -1, swept)
                for key, pairs in swept.items():
                    met[key].update(pair.above for _, pair in pairs)
                thresholds = {at for key, found_at in met.items() if key[1] == unit.one for at in found_at}
                written = written_thresholds(formula, unit, ensemble.world.districts.high_schools)
                across: _Found = defaultdict(list)
                for steps in across_thresholds(base_year, unit, thresholds | written):
                    _collect(base_year, unit, steps, "jump", -1, across)
                for key, pairs in across.items():
                    found[key] += pairs
                    met[key].update(pair.above for _, pair in pairs if pair.above in written)
                for key in swept.keys() - found.keys():
                    found[key] = [min(swept[key], key=lambda seen: seen[1].owed_below)]
    found, met = _told_once(found, met)
    by_name = {unit.one: unit for unit in UNITS}
    cliffs = [
        Cliff(
            _together(cause.lines, in_force),
            cause.name,
            cause.words,
            by_name[unit_name],
            kind,
            max((pair for _, pair in pairs), key=lambda pair: pair.beyond),
            len({(run, pair.district, pair.cluster) for run, pair in pairs if run >= 0}) / draws,
            tuple(sorted(met[cause, unit_name, kind])),
            cause.lines,
        )
        for (cause, unit_name, kind), pairs in found.items()
    ]
    return tuple(sorted(cliffs, key=lambda cliff: (cliff.kind != "jump", -cliff.pair.beyond)))


def _told_once(found: _Found, met: dict[_Key, set[float]]) -> tuple[_Found, dict[_Key, set[float]]]:
    """The jumps of a district's own counts with each threshold under the one cause that makes the most of it anywhere:
    where several components change at one count, which of them is the largest differs between districts."""
    of_districts = {unit.one for unit in UNITS if not unit.by_pathway}
    most: dict[tuple[str, float], tuple[float, _Key]] = {}
    for key, pairs in found.items():
        for _, pair in pairs if key[1] in of_districts and key[2] == "jump" else ():
            at = key[1], pair.above
            most[at] = max(most.get(at, (-1.0, key)), (pair.beyond, key), key=lambda one: one[0])
    told: _Found = defaultdict(list)
    where: dict[_Key, set[float]] = defaultdict(set)
    for key, pairs in found.items():
        for run, pair in pairs:
            _, cause = most.get((key[1], pair.above), (0.0, key)) if key[2] == "jump" else (0.0, key)
            told[cause].append((run, pair))
    for key, thresholds in met.items():
        for threshold in thresholds:
            _, cause = most.get((key[1], threshold), (0.0, key)) if key[2] == "jump" else (0.0, key)
            where[cause].add(threshold)
    return told, where


def _together(lines: tuple[str, ...], in_force: tuple[str, ...]) -> str:
    """What lines are called together."""
    return ALL_LINES if len(lines) > 1 and set(lines) == set(in_force) else " and ".join(lines)


def _collect(base_year: BaseYear, unit: Unit, steps: Steps, kind: Kind, run: int, found: _Found) -> None:
    """Add the steps that are of this kind under their causes; ``run`` is -1 where no district stands today. A pathway
    that closes is a jump where its site alone is, as many students at once are no unit, and none that is not paid. Not
    paid is one more than there are, where a district has a pathway: that one fewer would cost nothing under a floor
    takes no pay from a further one, and what has no pathway leaves none unpaid."""
    moved, price = steps.moved, steps.price
    if kind == "jump":
        beyond = np.abs(steps.alone[0] - steps.alone[1])
        usual = np.fmax(np.abs(steps.alone[1]), np.where(np.isfinite(steps.adjacent), np.abs(steps.adjacent), 0.0))
        which = (beyond > JUMP_TIMES * usual) & (beyond >= JUMP_DOLLARS)
        which &= ~steps.closed | (moved < 0.0) | (moved >= CLOSED_TIMES * price)
    else:
        held = unit.held(base_year.counts)[steps.district, steps.cluster if unit.by_pathway else 0]
        there = (base_year.counts.offering[:, 0] > 0.0)[steps.district]
        further = (steps.below == held) & there
        which = (price >= UNPAID_DOLLARS) & (np.abs(moved) <= UNPAID_SHARE * price) & ~steps.closed & further
    some = steps.taken(which)
    owed, price = some.owed_below + some.moved, some.price
    for place, cause in enumerate(causes(base_year, unit, some)):
        pair = Pair(
            int(some.district[place]),
            int(some.cluster[place]) if unit.by_pathway else -1,
            float(some.below[place]),
            float(some.above[place]),
            float(some.owed_below[place]),
            float(owed[place]),
            float(price[place]) + 0.0,
            bool(some.closed[place]),
        )
        found[cause, unit.one, kind].append((run, pair))
