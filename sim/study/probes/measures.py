"""What a probe may measure of a run: a column of the state, of districts of some kind, of clusters, or yearly changes.

A measure is data in a probe's file and gives one number for each draw and year, ``[R, T]``, the base year first.
"""

from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.arrays import Array, BoolArray, ratio
from sim.funding.components.amounts import YesNo
from sim.inputs import Unit, nearest, shown
from sim.study.probes.history import CLUSTER_COLUMNS, DISTRICT_COLUMNS, STATE_COLUMNS, History
from sim.world.world import World

Size = Annotated[float, Field(strict=True, ge=0.0, le=1e7), Unit("students")]
Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0), Unit("share")]


def _known(columns: tuple[str, ...]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in columns:
            raise ValueError(f"{shown(name)} is not a column; {nearest(name, columns)}")
        return name

    return AfterValidator(check)


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _one_or_two(bounds: tuple[float, ...]) -> tuple[float, ...]:
    if len(bounds) not in (1, 2) or (len(bounds) == 2 and bounds[0] >= bounds[1]):
        raise ValueError("write from where on, or from where to below where, as [250, 500]")
    return bounds


StateColumn = Annotated[str, Field(strict=True), _known(STATE_COLUMNS)]
DistrictColumn = Annotated[str, Field(strict=True), _known(DISTRICT_COLUMNS)]
ClusterColumn = Annotated[str, Field(strict=True), _known(CLUSTER_COLUMNS)]
StateColumns = Annotated[tuple[StateColumn, ...], Field(max_length=10), BeforeValidator(_listed)]
DistrictColumns = Annotated[tuple[DistrictColumn, ...], Field(max_length=10), BeforeValidator(_listed)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Standard(_Data):
    """When a district is saturated: at most such a share of students turned away, of classes larger than usual, and of
    upkeep put off."""

    unserved_share: Share
    larger_classes: Share
    upkeep_put_off: Share


class Group(_Data):
    """Districts: with ``pupils`` of all grades, or ``members`` of grades 9-12, from the first to below the second (no
    second: without end); of these ``locales``; and those that are, or are not, ``saturated`` in the year by a
    ``standard``."""

    pupils: Annotated[tuple[Size, ...], AfterValidator(_one_or_two)] | None = None
    members: Annotated[tuple[Size, ...], AfterValidator(_one_or_two)] | None = None
    locales: Annotated[tuple[Literal["city", "suburb", "town", "rural"], ...], Field(max_length=4)] = ()
    saturated: YesNo | None = None
    standard: Standard | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.saturated is None) != (self.standard is None):
            raise ValueError("saturated and standard go together")
        return self

    def mask(self, world: World) -> BoolArray:
        """The districts, ``[D]``, whatever the year."""
        districts = world.districts
        inside: BoolArray = np.ones(len(districts), dtype=np.bool_)
        for bounds, size in ((self.pupils, districts.total_membership), (self.members, districts.membership)):
            if bounds is not None:
                inside &= (size >= bounds[0]) & (size < (bounds[1] if len(bounds) == 2 else np.inf))
        if self.locales:
            inside &= np.isin(np.array(districts.locale), self.locales)
        return inside

    def chosen(self, world: World, year: dict[str, Array]) -> BoolArray:
        """The districts of a year, ``[R, D]``."""
        inside: BoolArray = np.broadcast_to(self.mask(world), year["spending"].shape)
        if self.standard is None:
            return inside
        met: BoolArray = np.logical_and.reduce([year[name] <= bound for name, bound in self.standard])
        wanted: BoolArray = inside & (met == self.saturated)
        return wanted


EVERYWHERE = Group()


class Part(_Data):
    """Which ``share`` of all districts those of a ``group`` stand for."""

    group: Group
    share: Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share")]


class OfState(_Data):
    """A statewide ``column``, or the sum of several, over another one (``per``), or the product of several."""

    kind: Literal["state"] = "state"
    column: StateColumns
    per: StateColumns = ()

    def values(self, history: History) -> Array:
        """``[R, T]``."""
        years = []
        for year in history.state:
            value = sum(year[name] for name in self.column) + np.zeros(history.runs)
            years.append(value / _product(year, self.per, np.ones(1)))
        return np.stack(years, axis=1)


class OfClusters(_Data):
    """Which share of a ``column`` lies in LESC's four high-cost fields."""

    kind: Literal["clusters"] = "clusters"
    column: ClusterColumn
    take: Literal["high_cost_share"]

    def values(self, history: History) -> Array:
        """``[R, T]``."""
        inside = history.world.clusters.high_cost_share
        years = [
            ratio((year[self.column] * inside).sum(axis=-1), year[self.column].sum(axis=-1))
            for year in history.clusters
        ]
        return np.stack(years, axis=1)


class OfDistricts(_Data):
    """A ``column`` of the districts of a ``group``, over others (``per``).

    ``take``: ``total`` (over the group, as is what stands below; with ``beside`` over that of another group), or over
    districts a ``quantile`` or the share ``below`` a number, with ``at`` saying which. ``relative``: each district's
    number over its own in the base year; a district without one then is left out. ``parts``: over districts, groups
    count by their shares, as they do in a record that is compared, and each district of a group alike.
    """

    kind: Literal["districts"] = "districts"
    column: DistrictColumns
    per: DistrictColumns = ()
    group: Group = EVERYWHERE
    beside: Group | None = None
    relative: YesNo = False
    take: Literal["total", "quantile", "below"]
    at: Annotated[float, Field(strict=True, ge=0.0, le=1e9)] | None = None
    parts: Annotated[tuple[Part, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.take == "total") != (self.at is None):
            raise ValueError("at goes with take: quantile or below")
        if self.take == "quantile" and self.at is not None and self.at > 1.0:
            raise ValueError("a quantile lies from 0 to 1")
        if self.take == "total" and self.relative:
            raise ValueError("relative is for each district; of a total write since in the check")
        if self.take != "total" and self.beside is not None:
            raise ValueError("beside goes with take: total")
        if self.parts and (self.take == "total" or self.group != EVERYWHERE):
            raise ValueError("parts go with take: quantile or below, and without group")
        return self

    def values(self, history: History) -> Array:
        """``[R, T]``; NaN where the group has no district."""
        first = self._each(history.districts[0])
        years = [self._of_year(history.world, year, first) for year in history.districts]
        return np.stack(years, axis=1)

    def _each(self, year: dict[str, Array]) -> Array:
        value: Array = ratio(self._sum(year), _product(year, self.per, np.ones((1, 1))), np.nan)
        return value

    def _sum(self, year: dict[str, Array]) -> Array:
        total: Array = np.add.reduce([year[name] for name in self.column])
        return total

    def _of_year(self, world: World, year: dict[str, Array], first: Array) -> Array:
        inside = self.group.chosen(world, year)
        if self.take == "total":
            value = self._total(year, inside)
            if self.beside is None:
                return value
            return ratio(value, self._total(year, self.beside.chosen(world, year)), np.nan)
        each = ratio(self._each(year), first, np.nan) if self.relative else self._each(year)
        assert self.at is not None
        weights = self._weights(world, inside & ~np.isnan(each))
        order = np.argsort(np.where(np.isnan(each), np.inf, each), axis=-1, kind="stable")
        values, heavy = np.take_along_axis(each, order, axis=-1), np.take_along_axis(weights, order, axis=-1)
        whole = heavy.sum(axis=-1)
        if self.take == "below":
            return ratio((heavy * (np.nan_to_num(values, nan=np.inf) < self.at)).sum(axis=-1), whole, np.nan)
        # The middle of each district's weight is its place among all.
        places = ratio(np.cumsum(heavy, axis=-1) - 0.5 * heavy, whole[:, np.newaxis])
        found: Array = np.full(whole.shape, np.nan)
        for run, some in enumerate(heavy > 0.0):
            if some.any():
                found[run] = np.interp(self.at, places[run, some], values[run, some])
        return found

    def _weights(self, world: World, counted: BoolArray) -> Array:
        """What each district counts, ``[R, D]``."""
        weights: Array = np.zeros(counted.shape)
        if not self.parts:
            weights[counted] = 1.0
        for part in self.parts:
            inside = counted & part.group.mask(world)
            weights = weights + part.share * ratio(inside * 1.0, inside.sum(axis=-1, keepdims=True))
        return weights

    def _total(self, year: dict[str, Array], inside: BoolArray) -> Array:
        total: Array = (self._sum(year) * inside).sum(axis=-1)
        if not self.per:
            return total
        whole = _product(year, self.per, np.ones((1, 1)))
        return ratio(total, (whole * inside).sum(axis=-1), np.nan)


class Changes(_Data):
    """Yearly changes of a ``column`` in the districts of a ``group``, over all years up to the one asked for.

    A change is the difference over the half-sum of two years that follow each other. ``take``: their standard deviation
    (``sd``), what is ``created`` or ``destroyed`` in districts with a rise or a fall, over what was there, a year, half
    of both together (``turnover``, which growth moves little), or the part of all that is destroyed that goes in falls
    beyond 20% (``lumps``).
    """

    kind: Literal["changes"] = "changes"
    column: DistrictColumn
    group: Group = EVERYWHERE
    take: Literal["sd", "created", "destroyed", "turnover", "lumps"]

    def values(self, history: History) -> Array:
        """``[R, T]``; NaN in the base year, and where nothing changes that could be told of."""
        inside = self.group.mask(history.world)
        series = np.stack([year[self.column][:, inside] for year in history.districts], axis=1)
        before, after = series[:, :-1], series[:, 1:]
        half = 0.5 * (before + after)
        change = ratio(after - before, half, np.nan)
        years = [np.full(history.runs, np.nan)]
        years += [
            self._taken(change[:, :last], before[:, :last], after[:, :last]) for last in range(1, change.shape[1] + 1)
        ]
        return np.stack(years, axis=1)

    def _taken(self, change: Array, before: Array, after: Array) -> Array:
        if self.take == "sd":
            flat = change.reshape(change.shape[0], -1)
            known = ~np.isnan(flat)
            number = np.maximum(known.sum(axis=1), 1)
            mean = np.where(known, flat, 0.0).sum(axis=1) / number
            squares = np.where(known, flat - mean[:, None], 0.0) ** 2
            return np.where(known.any(axis=1), np.sqrt(squares.sum(axis=1) / number), np.nan)
        fallen, risen = np.maximum(before - after, 0.0), np.maximum(after - before, 0.0)
        if self.take == "lumps":
            large = np.where(np.nan_to_num(change) < LUMP, fallen, 0.0)
            return ratio(large.sum(axis=(1, 2)), fallen.sum(axis=(1, 2)), np.nan)
        moved = {"created": risen, "destroyed": fallen, "turnover": 0.5 * (risen + fallen)}[self.take]
        return ratio(moved.sum(axis=(1, 2)), before.sum(axis=(1, 2)), np.nan)


LUMP = -0.2
"""A yearly fall beyond this is a lump, as Texas' falls are counted."""


def _product(year: dict[str, Array], names: tuple[str, ...], start: Array) -> Array:
    product = start
    for name in names:
        product = product * year[name]
    return product


def _as_measure(written: Any) -> Any:
    """The name of a column stands for that column of the state."""
    return {"kind": "state", "column": written} if isinstance(written, str) else written


AnyMeasure = Annotated[
    Annotated[OfState | OfClusters | OfDistricts | Changes, Field(discriminator="kind")], BeforeValidator(_as_measure)
]
