"""The spans of years over which results are told: the first five under a formula, the next five, the last five."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.arrays import BoolArray, IntArray
from sim.results.headlines import LAST

FIRST = 5
"""Years of the first span, and of the one after it."""


class Dated(Protocol):
    """What has fiscal years ``[T]``, the base year first or among them."""

    @property
    def years(self) -> IntArray:
        """All of them."""

    @property
    def base_year(self) -> int:
        """The last one before a formula can act."""


@dataclass(frozen=True)
class Span:
    """Some fiscal years of a panel: ``years[T]`` are in it; ``name`` says which after the base year ('years 1 to 5'),
    ``text`` which in the calendar ('FY2027-31')."""

    name: str
    years: BoolArray
    text: str


def first_years(panel: Dated) -> Span:
    """The first five years after the base year, or as many as were run; without any the base year."""
    horizon = _horizon(panel)
    if not horizon:
        return _span(panel, "base year", 0, 0)
    end = min(FIRST, horizon)
    return _span(panel, f"years 1 to {end}", 1, end)


def next_years(panel: Dated) -> Span | None:
    """The five years after them, or as many as were run; None if none were."""
    horizon = _horizon(panel)
    if horizon <= FIRST:
        return None
    end = min(2 * FIRST, horizon)
    return _span(panel, f"years {FIRST + 1} to {end}", FIRST + 1, end)


def last_years(panel: Dated) -> Span:
    """The last five years, or all after the base year if there are fewer; without any the last one that was run."""
    horizon = _horizon(panel)
    return _span(panel, f"last {LAST} years", max(1, horizon - LAST + 1), horizon)


def _horizon(panel: Dated) -> int:
    return int(panel.years[-1]) - panel.base_year


def _span(panel: Dated, name: str, first: int, last: int) -> Span:
    since = panel.years - panel.base_year
    years = np.asarray((since >= first) & (since <= last))
    if not years.any():
        years = np.asarray(panel.years == panel.years[-1])
    return Span(name, years, years_text(panel.years[years]))


def years_text(years: IntArray) -> str:
    """Consecutive fiscal years in words: 'FY2027-56', 'FY2026'."""
    return f"FY{years[0]}" if len(years) == 1 else f"FY{years[0]}-{str(years[-1])[2:]}"
