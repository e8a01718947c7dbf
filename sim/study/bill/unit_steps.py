"""What one unit moves: every district and pathway given one unit more or fewer, and some taken through whole ranges."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from sim.arrays import Array, BoolArray, IntArray
from sim.engine.ensemble import Ensemble
from sim.engine.state import take_run
from sim.engine.static import static_score
from sim.funding.allocation import STAGES
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.schedule import Counts, entitlement
from sim.funding.together import held_together
from sim.study.bill.static_score import Position, base_year_position
from sim.study.bill.units import Unit, in_whole_units

ROWS = 192
"""Changed places that are evaluated together, so that the arrays fit the cache."""

SAMPLED = (0.1, 0.5, 1.0)
"""Sweeps for thresholds look at districts of these ranks by membership, among those with a pathway."""

NEAREST = 12
"""How many real districts or pathways nearest to a threshold are taken across it."""

LAST = len(STAGES) - 2
"""The stage before proration, in which one district's unit is priced: the share paid is the same for all."""


@dataclass(frozen=True)
class Payer:
    """A line, or lines that joint rules hold together: a unit that one of them counts may move what the others owe."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class BaseYear:
    """One draw of the base year in whole units, and the formula's own lines on it."""

    ensemble: Ensemble
    formula: Formula
    counts: Counts
    position: Position

    @property
    def payers(self) -> tuple[Payer, ...]:
        """The own lines, each by itself but for those that a joint rule holds together."""
        found: list[list[Line]] = []
        for line in self.position.own_lines:
            group = next((held for held in found if any(held_together(line, other) for other in held)), None)
            if group is None:
                found.append([line])
            else:
                group.append(line)
        whole = len(found) == 1 and len(found[0]) > 1
        return tuple(
            Payer("all lines" if whole else " and ".join(line.name for line in lines), tuple(lines)) for lines in found
        )


@dataclass(frozen=True)
class Steps:
    """Single units, each field ``[N]``; ``stages`` ``[stage, N]`` holds what the unit moves at each stage, and
    ``adjacent`` what the unit next to it moves (NaN where there is none)."""

    district: IntArray
    cluster: IntArray
    below: Array
    above: Array
    owed_below: Array
    price: Array
    adjacent: Array
    stages: Array

    def taken(self, which: BoolArray) -> "Steps":
        """Only the steps of a mask ``[N]``."""
        return Steps(
            self.district[which], self.cluster[which], self.below[which], self.above[which],
            self.owed_below[which], self.price[which], self.adjacent[which], self.stages[:, which],
        )  # fmt: skip

    @property
    def moved(self) -> Array:
        """What the unit moves before proration."""
        moved: Array = self.stages[LAST]
        return moved


def single_draw(ensemble: Ensemble, run: int) -> Ensemble:
    """One run of a batch without its run axis."""
    return replace(
        ensemble,
        parameters=take_run(ensemble.parameters, run),
        premises=take_run(ensemble.premises, run),
        state=take_run(ensemble.state, run),
        base=take_run(ensemble.base, run),
        draws=ensemble.draws.single(run),
    )


def base_year_of_run(ensemble: Ensemble, formula: Formula, year: int | None = None) -> BaseYear:
    """The base year of one run (no run axis) for a formula."""
    own = formula.model_copy(update={"lines": formula.own_lines})
    counts = in_whole_units(ensemble.state.counts)
    return BaseYear(ensemble, own, counts, base_year_position(ensemble, own, counts, year))


def one_by_one(base_year: BaseYear, unit: Unit) -> Iterator[tuple[Payer, Steps]]:
    """Every district or offered pathway with one unit more, and with one fewer where it has one."""
    district, cluster, amount = _places(base_year, unit)
    least, most = _room(base_year, unit, district, cluster)
    more = np.minimum(amount + unit.step, most)
    fewer = np.maximum(amount - unit.step, 0.0)
    down = np.flatnonzero(amount - unit.step > least - 1e-9)
    first = len(amount)
    district, cluster = np.concatenate([district, district[down]]), np.concatenate([cluster, cluster[down]])
    below, above = np.concatenate([amount, fewer[down]]), np.concatenate([more, amount[down]])
    changed = np.concatenate([more, fewer[down]])
    sign = np.where(np.arange(len(district)) < first, 1.0, -1.0)
    base = {name: (stages, posted) for name, stages, posted in paid(base_year, base_year.counts)}
    pieces: dict[str, list[tuple[Array, Array]]] = defaultdict(list)
    for part in chunks(len(district)):
        counts = unit.changed(base_year.counts, district[part], cluster[part], changed[part])
        rows = np.arange(len(district[part]))
        for name, stages, posted in paid(base_year, counts):
            own = (
                own_districts(stages, rows, district[part]),
                own_districts(posted[np.newaxis], rows, district[part])[0],
            )
            pieces[name].append(own)
    for payer in base_year.payers:
        stages, posted = (np.concatenate(column, axis=-1) for column in zip(*pieces[payer.name], strict=True))
        at, posted_at = (values[..., district] for values in base[payer.name])
        moved = (stages - at) * sign
        adjacent = np.full(len(district), np.nan)
        adjacent[down], adjacent[first:] = moved[LAST, first:], moved[LAST, down]
        before = np.where(sign > 0.0, at[LAST], stages[LAST])
        yield payer, Steps(district, cluster, below, above, before, (posted - posted_at) * sign, adjacent, moved)


def _places(base_year: BaseYear, unit: Unit) -> tuple[IntArray, IntArray, Array]:
    """The districts or pathways that may have one more, and what they have. Any cluster may get a first pathway."""
    held = unit.held(base_year.counts)
    if unit.field == "sites":
        schools = base_year.ensemble.world.districts.high_schools[:, np.newaxis]
        may = np.broadcast_to(schools > 0, held.shape)
    else:
        may = base_year.counts.sites > 0.0 if unit.by_pathway else base_year.counts.offering > 0.0
    district, cluster = np.nonzero(may)
    return district, cluster, held[district, cluster]


def _room(base_year: BaseYear, unit: Unit, district: IntArray, cluster: IntArray) -> tuple[Array, Array]:
    """The least and the most that these places can hold: nobody is shown a neighbor that there cannot be."""
    return unit.room(base_year.counts, base_year.ensemble.world.districts.high_schools, district, cluster)


def swept_through(base_year: BaseYear, unit: Unit) -> Iterator[tuple[Payer, Steps]]:
    """A few districts taken through a range of a count, in the cluster in which they have most of it: through all that
    they can hold, all else being as it is."""
    members = base_year.counts.membership[:, 0]
    offering = np.flatnonzero(base_year.counts.offering[:, 0] > 0.0)
    if not offering.size:
        return
    ranked = offering[np.argsort(members[offering], kind="stable")]
    places = sorted({int(ranked[min(int(rank * len(ranked)), len(ranked) - 1)]) for rank in SAMPLED})
    for place in places:
        cluster = int(np.argmax(base_year.counts.participants[place])) if unit.by_pathway else 0
        amounts = np.round(np.arange(unit.most + 1) * unit.step, 6)
        least, most = _room(base_year, unit, np.array([place]), np.array([cluster]))
        amounts = amounts[(amounts >= least - 1e-9) & (amounts <= most + 1e-9)]
        if len(amounts) < 2:
            continue
        pieces: dict[str, list[tuple[Array, Array]]] = defaultdict(list)
        for part in chunks(len(amounts)):
            rows = np.arange(len(amounts[part]))
            district = np.full(len(rows), place)
            counts = unit.changed(base_year.counts, district, np.full(len(rows), cluster), amounts[part])
            for name, stages, posted in paid(base_year, counts):
                own = own_districts(stages, rows, district), own_districts(posted[np.newaxis], rows, district)[0]
                pieces[name].append(own)
        where = np.full(len(amounts) - 1, place), np.full(len(amounts) - 1, cluster)
        for payer in base_year.payers:
            stages, posted = (np.concatenate(column, axis=-1) for column in zip(*pieces[payer.name], strict=True))
            moved, price = np.diff(stages, axis=-1), np.diff(posted)
            size = np.pad(np.abs(moved[LAST]), 1, constant_values=np.inf)
            adjacent = np.minimum(size[:-2], size[2:])
            yield payer, Steps(*where, amounts[:-1], amounts[1:], stages[LAST, :-1], price, adjacent, moved)


def across_thresholds(base_year: BaseYear, unit: Unit, thresholds: Collection[float]) -> Iterator[tuple[Payer, Steps]]:
    """The real places nearest to these thresholds, each taken from one unit below to the threshold."""
    district, cluster, amount = _places(base_year, unit)
    above = sorted(thresholds)
    if not above or not len(district):
        return
    least, most = _room(base_year, unit, district, cluster)
    places = []
    for at in above:
        by_distance = np.argsort(np.abs(amount - at), kind="stable")
        can = (at - unit.step >= least - 1e-9) & (at <= most + 1e-9)
        places.append(by_distance[can[by_distance]][:NEAREST])
    near, high = np.concatenate(places), np.repeat(above, [len(chosen) for chosen in places])
    if not near.size:
        return
    low = np.round(high - unit.step, 6)
    district, cluster = district[near], cluster[near]
    rows = np.arange(len(near))
    ends = [
        {name: (own_districts(stages, rows, district), own_districts(posted[np.newaxis], rows, district)[0])
         for name, stages, posted in paid(base_year, unit.changed(base_year.counts, district, cluster, at))}
        for at in (low, high)
    ]  # fmt: skip
    for payer in base_year.payers:
        (stages_low, posted_low), (stages_high, posted_high) = ends[0][payer.name], ends[1][payer.name]
        moved, price = stages_high - stages_low, posted_high - posted_low
        unknown = np.full(len(near), np.nan)
        yield payer, Steps(district, cluster, low, high, stages_low[LAST], price, unknown, moved)


def chunks(rows: int) -> Iterator[slice]:
    """Rows in parts that are evaluated together."""
    for first in range(0, rows, ROWS):
        yield slice(first, min(first + ROWS, rows))


def paid(base_year: BaseYear, counts: Counts) -> Iterator[tuple[str, Array, Array]]:
    """For each payer the dollars at every stage ``[stage, ..., D]``, and what the prices posted on the counts as they
    are say of these counts ``[..., D]``."""
    ledgers = static_score(base_year.ensemble, base_year.formula, counts, base_year.position.fiscal_year).ledgers
    for payer in base_year.payers:
        owed, prices = [], []
        for line in payer.lines:
            ledger = ledgers[line.name]
            posted = entitlement(base_year.position.offers[line.name].schedule, counts)
            wanted = np.broadcast_shapes(posted.shape, ledger.paid.shape)
            owed.append(np.stack([np.broadcast_to(getattr(ledger, stage), wanted)[..., 0] for stage in STAGES]))
            prices.append(np.broadcast_to(posted, wanted)[..., 0])
        yield payer.name, reduce(np.add, owed), reduce(np.add, prices)


def own_districts(values: Array, rows: IntArray, district: IntArray) -> Array:
    """Of ``values[stage, N, D]`` each row's own district, ``[stage, N]``; a line that counts none of it has no rows."""
    if values.ndim == 2:
        return values[:, district]
    taken: Array = values[:, rows, district]
    return taken
