"""What one unit moves: every district and pathway given one unit more or fewer, and some taken through whole ranges."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, BoolArray, IntArray
from sim.engine.ensemble import Ensemble
from sim.engine.state import take_run
from sim.engine.static import static_score
from sim.funding.allocation import STAGES
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.schedule import Counts, entitlement
from sim.study.bill.static_score import Position, base_year_position
from sim.study.bill.units import Unit, in_whole_units

ROWS = 192
"""Changed places that are evaluated together, so that the arrays fit the cache."""

SAMPLED = (0.1, 0.5, 1.0)
"""Sweeps for thresholds look at districts of these ranks by membership, among those with a pathway."""

NEAREST, FEWEST, ACROSS = 12, 3, 96
"""How many real districts or pathways nearest to a threshold are taken across it: so many, if all thresholds together
are of no more places than the last, and no fewer than the second."""

LAST = len(STAGES) - 2
"""The stage before proration, in which one district's unit is priced: the share paid is the same for all."""


@dataclass(frozen=True)
class BaseYear:
    """One draw of the base year in whole units, and the formula's own lines on it."""

    ensemble: Ensemble
    formula: Formula
    counts: Counts
    position: Position

    @property
    def lines(self) -> tuple[Line, ...]:
        """The own lines in force."""
        return self.position.own_lines


@dataclass(frozen=True)
class Steps:
    """Single units, each field ``[N]`` but two: ``by_line`` ``[line, stage, N]`` is what the unit moves at each stage
    of each own line, ``prices`` ``[line, N]`` what it brings by the posted prices. ``owed_below`` is what all lines owe
    without it, ``adjacent`` what the unit next to it moves (NaN where there is none), ``closed`` whether a pathway
    stands without its students at the lower end (see ``Unit.changed``); ``alone`` ``[2, N]`` is then what the site
    moves, and brings by the posted prices, if its students stayed, else the same of the whole step."""

    district: IntArray
    cluster: IntArray
    below: Array
    above: Array
    owed_below: Array
    prices: Array
    adjacent: Array
    by_line: Array
    closed: BoolArray
    alone: Array

    def taken(self, which: BoolArray) -> "Steps":
        """Only the steps of a mask ``[N]``."""
        return Steps(
            self.district[which], self.cluster[which], self.below[which], self.above[which], self.owed_below[which],
            self.prices[:, which], self.adjacent[which], self.by_line[:, :, which], self.closed[which],
            self.alone[:, which],
        )  # fmt: skip

    @property
    def stages(self) -> Array:
        """What the unit moves at each stage of all lines together, ``[stage, N]``."""
        together: Array = self.by_line.sum(axis=0)
        return together

    @property
    def price(self) -> Array:
        """What the unit brings by the posted prices of all lines."""
        posted: Array = self.prices.sum(axis=0)
        return posted

    @property
    def moved(self) -> Array:
        """What the unit moves before proration, by all lines."""
        moved: Array = self.by_line[:, LAST].sum(axis=0)
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
    """The base year of one run (no run axis) for a formula.

    What its years before ``year`` paid is of the same whole units: a floor that counts from fractions of students would
    stand above what all districts whose counts are rounded down earn, and leave one more without pay.
    """
    own = formula.model_copy(update={"lines": formula.own_lines})
    counts = in_whole_units(ensemble.state.counts)
    ensemble = replace(ensemble, state=replace(ensemble.state, counts=counts, sites=counts.sites))
    return BaseYear(ensemble, own, counts, base_year_position(ensemble, own, counts, year))


def one_by_one(base_year: BaseYear, unit: Unit) -> Steps:
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
    at, posted_at = unchanged(base_year, district)
    stages, posted = owed_with(base_year, unit, district, cluster, changed)
    moved = (stages - at) * sign
    price = (posted - posted_at) * sign
    closed = unit.closes(base_year.counts, district, cluster, below)
    alone = _alone(base_year, unit, (district, cluster, below, above), closed, moved, price)
    adjacent = np.full(len(district), np.nan)
    adjacent[down], adjacent[first:] = alone[0, first:], alone[0, down]
    before = np.where(sign > 0.0, at[:, LAST].sum(axis=0), stages[:, LAST].sum(axis=0))
    return Steps(district, cluster, below, above, before, price, adjacent, moved, closed, alone)


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


def swept_through(base_year: BaseYear, unit: Unit) -> Iterator[Steps]:
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
        here, there = np.full(len(amounts), place), np.full(len(amounts), cluster)
        stages, posted = owed_with(base_year, unit, here, there, amounts)
        moved, price = np.diff(stages, axis=-1), np.diff(posted)
        ends = here[1:], there[1:], amounts[:-1], amounts[1:]
        closed = unit.closes(base_year.counts, here, there, amounts)[:-1]
        alone = _alone(base_year, unit, ends, closed, moved, price)
        size = np.pad(np.abs(alone[0]), 1, constant_values=np.inf)
        adjacent = np.minimum(size[:-2], size[2:])
        before = stages[:, LAST, :-1].sum(axis=0)
        yield Steps(*ends, before, price, adjacent, moved, closed, alone)


def written_thresholds(formula: Formula, unit: Unit, high_schools: IntArray) -> set[float]:
    """The counts of members at which a condition that is written in a formula begins or ends to hold, whether or not a
    sweep gets there; none of other units, whose thresholds are low."""
    if unit.field != "membership":
        return set()
    schools = np.unique(np.maximum(high_schools, 1))
    ends = list(_ends([line.model_dump() for line in formula.lines]))
    found = {float(np.ceil(end)) for per_school, end in ends if not per_school}
    return found | {float(np.ceil(end * many)) for per_school, end in ends if per_school for many in schools}


def _ends(written: object) -> Iterator[tuple[bool, float]]:
    """The ends of all ranges of members in something written, and whether they are of each high school."""
    if isinstance(written, Mapping):
        for key, value in written.items():
            if key in ("members", "members_per_school") and isinstance(value, Mapping):
                yield from ((key == "members_per_school", float(end)) for end in value.values() if end is not None)
            elif key in ("members_below", "members_per_school_below") and value is not None:
                yield key == "members_per_school_below", float(value)
            else:
                yield from _ends(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _ends(value)


def across_thresholds(base_year: BaseYear, unit: Unit, thresholds: Collection[float]) -> Iterator[Steps]:
    """The real places nearest to these thresholds, each taken from one unit below to the threshold."""
    district, cluster, amount = _places(base_year, unit)
    above = sorted(thresholds)
    if not above or not len(district):
        return
    least, most = _room(base_year, unit, district, cluster)
    nearest = min(NEAREST, max(FEWEST, ACROSS // len(above)))
    places = []
    for at in above:
        by_distance = np.argsort(np.abs(amount - at), kind="stable")
        can = (at - unit.step >= least - 1e-9) & (at <= most + 1e-9)
        places.append(by_distance[can[by_distance]][:nearest])
    near, high = np.concatenate(places), np.repeat(above, [len(chosen) for chosen in places])
    if not near.size:
        return
    low = np.round(high - unit.step, 6)
    district, cluster = district[near], cluster[near]
    stages_low, posted_low = owed_with(base_year, unit, district, cluster, low)
    stages_high, posted_high = owed_with(base_year, unit, district, cluster, high)
    unknown = np.full(len(near), np.nan)
    closed = unit.closes(base_year.counts, district, cluster, low)
    before = stages_low[:, LAST].sum(axis=0)
    moved, price = stages_high - stages_low, posted_high - posted_low
    ends = district, cluster, low, high
    alone = _alone(base_year, unit, ends, closed, moved, price)
    yield Steps(*ends, before, price, unknown, moved, closed, alone)


def _alone(
    base_year: BaseYear,
    unit: Unit,
    ends: tuple[IntArray, IntArray, Array, Array],
    closed: BoolArray,
    moved: Array,
    price: Array,
) -> Array:
    """What each step moves and brings by itself, ``[2, N]``: where a pathway closes, of its site as students stay."""
    alone = np.stack([moved[:, LAST].sum(axis=0), price.sum(axis=0)])
    if closed.any():
        district, cluster, low, high = ends[0][closed], ends[1][closed], ends[2][closed], ends[3][closed]
        (stages, posted), (stages_high, posted_high) = (
            owed_with(base_year, unit, district, cluster, amount, students_stay=True) for amount in (low, high)
        )
        alone[0, closed] = (stages_high - stages)[:, LAST].sum(axis=0)
        alone[1, closed] = (posted_high - posted).sum(axis=0)
    return alone


def unchanged(base_year: BaseYear, district: IntArray) -> tuple[Array, Array]:
    """Of these districts as they are, dollars at every stage of each line ``[line, stage, N]`` and by the posted prices
    ``[line, N]``."""
    found = list(paid(base_year, base_year.counts))
    stages, posted = (np.stack(column) for column in zip(*found, strict=True))
    return stages[..., district], posted[..., district]


def owed_with(
    base_year: BaseYear,
    unit: Unit,
    district: IntArray,
    cluster: IntArray,
    amount: Array,
    students_stay: bool = False,
) -> tuple[Array, Array]:
    """The same where each place alone holds another ``amount[N]`` of a unit; see ``Unit.changed``."""
    stages, posted = [], []
    for part in chunks(len(district)):
        places = district[part]
        rows = np.arange(len(places))
        counts = unit.changed(base_year.counts, places, cluster[part], amount[part], students_stay)
        found = [
            (own_districts(owed, rows, places), own_districts(price[np.newaxis], rows, places)[0])
            for owed, price in paid(base_year, counts)
        ]
        own, own_posted = (np.stack(column) for column in zip(*found, strict=True))
        stages.append(own)
        posted.append(own_posted)
    return np.concatenate(stages, axis=-1), np.concatenate(posted, axis=-1)


def chunks(rows: int) -> Iterator[slice]:
    """Rows in parts that are evaluated together."""
    for first in range(0, rows, ROWS):
        yield slice(first, min(first + ROWS, rows))


def paid(base_year: BaseYear, counts: Counts) -> Iterator[tuple[Array, Array]]:
    """For each own line the dollars at every stage ``[stage, ..., D]``, and what the prices posted on the counts as
    they are say of these counts ``[..., D]``."""
    ledgers = static_score(base_year.ensemble, base_year.formula, counts, base_year.position.fiscal_year).ledgers
    for line in base_year.lines:
        ledger = ledgers[line.name]
        posted = entitlement(base_year.position.offers[line.name].schedule, counts)
        wanted = np.broadcast_shapes(posted.shape, ledger.paid.shape)
        owed = np.stack([np.broadcast_to(getattr(ledger, stage), wanted)[..., 0] for stage in STAGES])
        yield owed, np.broadcast_to(posted, wanted)[..., 0]


def own_districts(values: Array, rows: IntArray, district: IntArray) -> Array:
    """Of ``values[stage, N, D]`` each row's own district, ``[stage, N]``; a line that counts none of it has no rows."""
    if values.ndim == 2:
        return values[:, district]
    taken: Array = values[:, rows, district]
    return taken
