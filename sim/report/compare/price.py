"""What an added outcome costs: whether a formula brings more, and for more, and only then the dollars for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sim.arrays import Array
from sim.report.shared.direction import Direction, direction
from sim.report.shared.intervals import bands, interval_parts, mean_of_defined, number_text, ratio_error
from sim.report.shared.panel import Panel

RATIOS: Mapping[str, str] = MappingProxyType({"concentrators_taught": "concentrator", "credentials": "credential"})
"""Outcomes whose added unit is priced, with the word for one of them: a recoded concentrator is none that was added."""

LEAST_MOVED = 1_000.0
"""Dollars a year below which money moved inside the SEG is rounding."""


@dataclass(frozen=True)
class CostPerAdded:
    """What one more unit of an outcome costs the state against a reference.

    ``cost`` and ``outcome`` are the paired differences by draw ``[R]``, means over the years after the base year,
    constant dollars; ``brings`` and ``costs`` are their directions. ``ratio`` and the percentiles beside it are given
    only where both are 'more': mean cost over mean outcome, and the distribution over draws, in which a draw without
    added cost has its outcome for nothing and one without added outcome is infinitely dear. ``low`` and ``high`` are
    the ends of the interval; ``error`` is the Monte Carlo standard error of ``ratio``.
    """

    brings: Direction
    costs: Direction
    cost: Array
    outcome: Array
    ratio: float | None = None
    low: float = np.nan
    lower: float = np.nan
    median: float = np.nan
    upper: float = np.nan
    high: float = np.nan
    error: float = np.nan

    @property
    def verdict(self) -> str:
        """In words: 'more for less', 'less for the same'; 'unclear' with a single draw."""
        if "unclear" in (self.brings, self.costs):
            return "unclear"
        return f"{self.brings} for {'the same' if self.costs == 'same' else self.costs}"


def cost_per_added(cost: Array, outcome: Array) -> CostPerAdded:
    """Price one added unit from paired differences ``cost[R]`` (dollars) and ``outcome[R]``."""
    brings, costs = direction(outcome), direction(cost)
    if (brings, costs) != ("more", "more"):
        return CostPerAdded(brings, costs, cost, outcome)
    ratios = np.full(cost.shape, np.inf)
    np.divide(np.maximum(cost, 0.0), outcome, out=ratios, where=outcome > 0)
    low, lower, median, upper, high = (
        float(np.percentile(ratios, level, method="nearest")) for level in (5, 25, 50, 75, 95)
    )
    ratio = float(cost.mean()) / float(outcome.mean())
    ends = min(low, ratio), max(high, ratio)
    return CostPerAdded(
        brings, costs, cost, outcome, ratio, ends[0], lower, median, upper, ends[1], ratio_error(cost, outcome)
    )


@dataclass(frozen=True)
class Against:
    """What formulas are priced against: the baseline, or the baseline with its dollars indexed. By outcome, then by the
    place of the formula in the panel."""

    name: str
    indexed: bool
    prices: Mapping[str, Mapping[int, CostPerAdded]]


def priced(panel: Panel) -> tuple[Against, ...]:
    """Every formula but the baseline, priced against it and against its indexed twin if that was run; empty without a
    baseline or without a year after the base year."""
    if panel.baseline is None or not panel.policy.any():
        return ()
    sides = [(panel.formulas[panel.baseline], False, {c: panel.state(c)[panel.baseline] for c in _COLUMNS})]
    if panel.reference is not None:
        sides.append((panel.reference.name, True, {c: panel.reference.state(c) for c in _COLUMNS}))
    return tuple(Against(name, indexed, _prices(panel, side)) for name, indexed, side in sides)


_COST = "state_cost_constant"
_COLUMNS: tuple[str, ...] = (_COST, *RATIOS)


def _prices(panel: Panel, side: Mapping[str, Array]) -> dict[str, dict[int, CostPerAdded]]:
    change = {
        column: (panel.state(column) - side[column][None])[:, :, panel.policy].mean(axis=2) for column in _COLUMNS
    }
    return {
        outcome: {f: cost_per_added(change[_COST][f], change[outcome][f]) for f in panel.others} for outcome in RATIOS
    }


def moved_inside_the_seg(panel: Panel) -> dict[int, tuple[str, str]]:
    """By formula: dollars a year that come from other program units of the SEG and not from the state, and their
    interval; without formulas that move nothing."""
    if not panel.policy.any():
        return {}
    moved = bands(mean_of_defined(panel.constant("dilution")[:, :, panel.policy], axis=2))
    return {
        f: interval_parts(moved.mean[f], moved.low[f], moved.high[f], "dollars")
        for f in range(len(panel.formulas))
        if moved.mean[f] > LEAST_MOVED
    }


def price_text(found: CostPerAdded, between: str = " to ") -> tuple[str, str]:
    """The dollars for one more and their interval, as ('$1,008', '$770 to $1,340'); empty texts without a price."""
    if found.ratio is None:
        return "", ""
    if np.isfinite(found.high):
        return interval_parts(found.ratio, found.low, found.high, "dollars", between=between)
    return number_text(found.ratio, "dollars"), f"{number_text(found.low, 'dollars')} or more"
