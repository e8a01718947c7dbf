"""A district's numbers as they are shown: with the discrepancy of the state, over spans of years, and its place among
districts of its size."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.answer.facts import per_100
from sim.report.shared.discrepancy import Factors, items_shown
from sim.report.shared.intervals import COVERS, COVERS_WITH_DISCREPANCY, bands, interval_parts, number_text
from sim.report.shared.names import short_titles
from sim.report.shared.order import ranks
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import Span, first_years, next_years

if TYPE_CHECKING:
    from sim.study.district.study import DistrictStudy

LAW, BILL = 0, 1
"""Places of the two formulas on the axis of formulas: what a bill is set against, and the bill."""

RANKED = (5.0, 95.0)
"""Percentiles over draws of a place among districts."""


class Told:
    """The study's numbers as they are shown; axes as in ``DistrictStudy``. Dollars are of the base year unless they are
    said to be nominal."""

    def __init__(self, study: "DistrictStudy") -> None:
        self.study = study
        self.years: IntArray = study.years
        self.base_year = int(study.years[0])
        formulas = study.question.formulas
        self.titles = short_titles(
            [formula.name for formula in formulas],
            [formula.title for formula in formulas],
            [formula.short for formula in formulas],
        )
        self.first: Span = first_years(self)
        self.later: Span | None = next_years(self)
        found = study.discrepancy
        self._at = np.arange(len(self.years))
        self._factors = (
            None if found is None else Factors(found, study.seed, study.draws, self.years - self.base_year)
        )  # fmt: skip
        self.covers = COVERS if found is None else COVERS_WITH_DISCREPANCY

    @property
    def spans(self) -> tuple[Span, ...]:
        """The next five years and, where they were run, the five after them."""
        return (self.first,) if self.later is None else (self.first, self.later)

    @property
    def dollars(self) -> str:
        """What constant dollars are called."""
        return f"FY{self.base_year} dollars"

    def shown(self, column: str, values: Array) -> Array:
        """Values ``[F, R, T, ...]`` of a column of the results, with the discrepancy if it carries one."""
        return items_shown(self._factors, column, values, LAW, self._at)

    def count(self, column: str) -> Array:
        """What is counted in the district, ``[F, R, T]``."""
        return self.shown(column, self.study.counts[column])

    def rate(self, column: str) -> Array:
        """The same for each 100 members, ``[F, R, T]``."""
        return per_100(self.count(column), self.study.counts["membership"])

    def money(self, name: str) -> Array:
        """Money of the district, ``[F, R, T]``."""
        found: Array = self.study.money[name] / self.study.price_index
        return found

    @cached_property
    def net(self) -> Array:
        """What the state's CTE lines pay the district, less main formula money lost to a lower unit value, ``[F, R,
        T]``."""
        return self.money("paid") - self.money("dilution")

    @cached_property
    def sites(self) -> Array:
        """Sites by cluster, ``[F, R, T, C]``."""
        return self.shown("sites", self.study.sites)

    @cached_property
    def neighbors_money(self) -> Array:
        """Net payments for each member of the districts of its size, ``[F, R, T, P]``."""
        of = self.study.neighbors
        net = (of["paid"] - of["dilution"]) / self.study.price_index[..., np.newaxis]
        return per_100(net, of["membership"]) / 100.0

    @cached_property
    def neighbors_rate(self) -> Array:
        """Concentrators taught for each 100 members of the districts of its size, ``[F, R, T, P]``."""
        of = self.study.neighbors
        return per_100(self.shown("concentrators_taught", of["concentrators_taught"]), of["membership"])

    @cached_property
    def state_rate(self) -> Array:
        """Concentrators taught for each 100 members of the state, ``[F, R, T]``."""
        of = self.study.state
        return per_100(self.shown("concentrators_taught", of["concentrators_taught"]), of["membership"])

    @cached_property
    def state_money(self) -> Array:
        """Net payments for each member of the state, ``[F, R, T]``."""
        of = self.study.state
        return per_100((of["paid"] - of["dilution"]) / self.study.price_index, of["membership"]) / 100.0

    @property
    def own_money_each(self) -> Array:
        """Net payments for each member of the district, ``[F, R, T]``."""
        return per_100(self.net, self.study.counts["membership"]) / 100.0


def over(values: Array, span: Span) -> Array:
    """Yearly means over a span, ``[F, R, ...]``."""
    found: Array = values[:, :, span.years].mean(axis=2)
    return found


def change(values: Array, span: Span) -> Array:
    """The bill less what it is set against, yearly means over a span within each draw, ``[R, ...]``."""
    of = over(values, span)
    found: Array = of[BILL] - of[LAW]
    return found


@dataclass(frozen=True)
class Place:
    """Where the district stands among those of its size by the mean over draws, 1 the largest, and between which
    places it stands in 90% of draws; ``of`` so many."""

    place: int
    low: int
    high: int
    of: int

    @property
    def text(self) -> str:
        """'3 of 11 (1 to 6)'; one place alone where all draws agree."""
        spread = f" ({self.low} to {self.high})" if self.low != self.high else ""
        return f"{self.place} of {self.of}{spread}"


def place_of(changes: Array, at: int) -> Place:
    """The place of one district, by number ``at``, by changes ``[R, P]``. Equal changes share the better place, and the
    interval holds the place by the mean."""
    mean = int(ranks(changes.mean(axis=0))[at])
    each = [int(ranks(draw)[at]) for draw in changes]
    low, high = np.percentile(each, RANKED)
    return Place(mean, min(int(np.floor(low)), mean), max(int(np.ceil(high)), mean), changes.shape[1])


def cell(values: Array, unit: str, signed: bool = False, between: str = " to ") -> Cell:
    """A mean over draws ``[R]`` with its interval below it."""
    found = bands(values, axis=0)
    return interval_parts(float(found.mean), float(found.low), float(found.high), unit, signed, between)


def mean_cell(values: Array, unit: str, signed: bool = False) -> Cell:
    """A mean over draws ``[R]`` alone, rounded as its interval allows."""
    return cell(values, unit, signed)[0], ""


def mean_text(values: Array, unit: str) -> str:
    """A mean over draws ``[R]`` in three figures."""
    return number_text(float(values.mean()), unit)
