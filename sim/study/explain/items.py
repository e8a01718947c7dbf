"""The numbers of an explanation: each with its step, its unit and how it came about, for each formula beside."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.behavior import launching
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.funding.line import Line

Quantity = npt.NDArray[np.floating[Any] | np.bool_]
"""An array of the model, or an answer to a question."""

YES_NO = "yes/no"
"""The unit of an answer: 1 yes, 0 no."""

PRICE = "dollars for a dollar"
"""The unit of what one more dollar for CTE is worth to a district."""

ALL = 0.9995
"""From here on a share is all, as it is printed."""

FACTOR = "factor"
"""The unit of what something is multiplied by."""

CHANGE = "sections more or less"
"""The unit of sections that are added or given up."""

WAITING = "waits for"
"""The unit of what a plan for a further site waits for."""

STAGES_OF_A_PLAN: dict[float, str] = {
    launching.NONE: "no plan",
    launching.FOR_ROOM: "waits for a lab",
    launching.FOR_MONEY: "waits for money",
    launching.FOR_INSTRUCTOR: "seeks an instructor",
}
"""What a plan waits for, in words; the number stands in tables."""

SINGULAR: dict[str, str] = {
    "sites": "site", "schools": "school", "sections": "section", "launches": "launch", "years": "year",
    "students": "student", "credentials": "credential", "points": "point", "plans": "plan",
    "pathways": "pathway", "attempts": "attempt",
}  # fmt: skip
"""Units of one thing alone."""


@dataclass(frozen=True)
class Moment:
    """One fiscal year of one draw under a formula: the state on either side of it and what happened.

    ``ensemble`` holds that one draw; ``district`` and ``cluster`` are the place that is looked at, without a cluster
    the whole district.
    """

    ensemble: Ensemble
    formula: Formula
    before: State
    year: Year
    after: State
    district: int
    cluster: int | None

    @property
    def law(self) -> str:
        """The formula's name, and that current law still holds until it takes effect."""
        waiting = self.year.fiscal_year < self.formula.takes_effect
        return f"{self.formula.name} (not yet in force)" if waiting else self.formula.name

    def at(self, quantity: Quantity) -> float:
        """A quantity ``[..., D, C]``, or of fewer axes, in the district and cluster of the moment."""
        return float(self._row(quantity)[self.cluster or 0 if quantity.shape[-1] > 1 else 0])

    def total(self, quantity: Quantity) -> float:
        """A quantity summed over the clusters of the district."""
        return float(self._row(quantity).sum())

    def of_district(self, quantity: Quantity) -> float:
        """A quantity ``[..., D, 1]`` of the district."""
        return float(self._row(quantity)[0])

    def _row(self, quantity: Quantity) -> Quantity:
        rows = quantity.reshape(-1, quantity.shape[-1])
        row: Quantity = rows[self.district if quantity.shape[-2] > 1 else 0]
        return row


@dataclass(frozen=True)
class Item:
    """One number. ``how`` says in a few signs what it was made of, such as '1,204 x $905', or in words what it is,
    such as 'restricted:'; ``quiet`` numbers are said by another item's ``how`` and stand in tables only; ``stage``
    marks the ledger, whose idle stages are drawn together."""

    step: str
    name: str
    unit: str
    value: float
    how: str = ""
    quiet: bool = False
    stage: bool = False


@dataclass(frozen=True)
class Row:
    """The same number under each formula; NaN where a formula does not have it."""

    step: str
    name: str
    unit: str
    values: tuple[float, ...]
    hows: tuple[str, ...]
    quiet: bool
    stage: bool

    @property
    def differs(self) -> bool:
        """Whether the formulas give different numbers, beyond the rounding of sums."""
        first = self.values[0]
        return any(
            math.isnan(first) != math.isnan(value)
            or not (math.isnan(value) or math.isclose(first, value, rel_tol=1e-9, abs_tol=1e-9))
            for value in self.values[1:]
        )


def side_by_side(sides: Sequence[Sequence[Item]]) -> tuple[Row, ...]:
    """The items of several formulas as rows: the order of the first, with what others have besides put in its place.

    Raises ValueError if a formula has two numbers of one name in a step.
    """
    found = [{(item.step, item.name): item for item in side} for side in sides]
    for side, named in zip(sides, found, strict=True):
        if len(named) != len(side):
            names = [(item.step, item.name) for item in side]
            raise ValueError(f"two numbers are called {next(name for name in names if names.count(name) > 1)}")
    rows = []
    for step in _merged([list(dict.fromkeys(item.step for item in side)) for side in sides]):
        for name in _merged([[item.name for item in side if item.step == step] for side in sides]):
            held = [named.get((step, name)) for named in found]
            one = next(item for item in held if item is not None)
            values = tuple(math.nan if item is None else item.value for item in held)
            hows = tuple("" if item is None else item.how for item in held)
            quiet = all(item.quiet for item in held if item is not None)
            rows.append(Row(step, name, one.unit, values, hows, quiet, one.stage))
    return tuple(rows)


def _merged(lists: Sequence[list[str]]) -> list[str]:
    """One order of several: that of the first; what only a later one has stands before the next that both have."""
    order = list(lists[0])
    for other in lists[1:]:
        waiting: list[str] = []
        for name in other:
            if name not in order:
                waiting.append(name)
                continue
            place = order.index(name)
            order[place:place] = waiting
            waiting = []
        order.extend(waiting)
    return order


def line_titles(lines: Iterable[Line]) -> dict[str, str]:
    """Each line, by name, in words that no other line has."""
    words = {line.name: line.called for line in lines}
    alike = list(words.values())
    return {name: title if alike.count(title) == 1 else f"{title} ({name})" for name, title in words.items()}


def amount(value: float, unit: str) -> str:
    """A number with its unit, with as many digits as one can add up by hand: '$1,234,567', '12.3 students', '43.1%'."""
    if math.isnan(value):
        return "-"
    if unit == YES_NO:
        return "yes" if value else "no"
    if unit == PRICE:
        return f"${value:,.2f}"
    if unit.startswith("dollars"):
        return _dollars(value) + unit.removeprefix("dollars")
    if unit == "share":
        return f"{100.0 * value:.1f}%"
    if unit == WAITING:
        return STAGES_OF_A_PLAN[value]
    if unit == FACTOR:
        return f"{value:.2f}"
    if unit == CHANGE:
        return f"{value:+,.0f} {'section' if abs(value) == 1 else 'sections'}" if value else "none"
    if unit == "draw":
        return f"{value:.3f}"
    digits = 0 if value == round(value) and abs(value) >= 1 else (2 if abs(value) < 10 else 1)
    if value == 0.0:
        value, digits = 0.0, 0  # no minus before nothing
    return f"{value:,.{digits}f} {SINGULAR.get(unit, unit) if value == 1.0 else unit}".rstrip()


def _dollars(value: float) -> str:
    size = abs(value)
    sign = "-" if value < 0 and round(size, 2) > 0 else ""
    if math.isinf(value):
        return f"{sign}without limit"
    if size >= 999.5e6:
        return f"{sign}${size / 1e9:,.3f}B"
    if size >= 9_999_999.5:
        return f"{sign}${size / 1e6:,.2f}M"
    return f"{sign}${size:,.0f}" if size >= 1000 or size == round(size) else f"{sign}${size:,.2f}"
