"""What an added outcome costs: whether a formula brings more, and for more, and only then the dollars for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.answer.rules import precise, settled
from sim.report.shared.direction import Direction
from sim.report.shared.intervals import interval_parts, number_text, ratio_error
from sim.report.shared.panel import Panel

RATIOS: Mapping[str, str] = MappingProxyType({"concentrators_taught": "concentrator", "credentials": "credential"})
"""Outcomes whose added unit is priced, with the word for one of them: a recoded concentrator is none that was added."""

LEAST_MOVED = 1_000.0
"""Dollars a year below which money moved inside the main formula is rounding."""

EACH, PER_LOSS = "each", "a loss"
"""After dollars for one more that is brought, and after dollars less for one fewer."""


@dataclass(frozen=True)
class CostPerAdded:
    """What one more unit of an outcome costs against a reference.

    ``cost`` and ``outcome`` are the paired differences by draw ``[R]``, means over the same years; ``brings`` and
    ``costs`` are their directions. ``ratio`` and the percentiles beside it are given only where both are 'more' and
    precise enough to be divided: mean cost over mean outcome, and the distribution over draws, in which a draw without
    added cost has its outcome for nothing and one without added outcome is infinitely dear. ``low`` and ``high`` are
    the ends of the interval; ``error`` is the Monte Carlo standard error of ``ratio``. ``per_loss`` is the same ratio
    where both are 'less': what is spent less for one unit that is lost.
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
    per_loss: float | None = None

    @property
    def verdict(self) -> str:
        """In words: 'more for less', 'less for the same'; 'unclear' with a single draw."""
        if "unclear" in (self.brings, self.costs):
            return "unclear"
        return f"{self.brings} for {'the same' if self.costs == 'same' else self.costs}"


def cost_per_added(cost: Array, outcome: Array) -> CostPerAdded:
    """Price one added unit from paired differences ``cost[R]`` (dollars) and ``outcome[R]``."""
    brings, costs = settled(outcome), settled(cost)
    if brings != costs or brings not in ("more", "less") or not (precise(cost) and precise(outcome)):
        return CostPerAdded(brings, costs, cost, outcome)
    ratio = float(cost.mean()) / float(outcome.mean())
    if brings == "less":
        return CostPerAdded(brings, costs, cost, outcome, per_loss=ratio)
    ratios = np.full(cost.shape, np.inf)
    np.divide(np.maximum(cost, 0.0), outcome, out=ratios, where=outcome > 0)
    low, lower, median, upper, high = (
        float(np.percentile(ratios, level, method="nearest")) for level in (5, 25, 50, 75, 95)
    )
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


def priced(panel: Panel, years: BoolArray) -> tuple[Against, ...]:
    """Every formula but the baseline, priced over ``years[T]`` in public money used for CTE (what the state's lines
    pay and what a weight takes from other program units) against the baseline, and against its indexed twin if that was
    run; empty without a baseline or without years."""
    if panel.baseline is None or not years.any():
        return ()
    own = {column: panel.state(column) for column in RATIOS} | {PUBLIC: public_money(panel)}
    sides = [(panel.formulas[panel.baseline], False, {name: values[panel.baseline] for name, values in own.items()})]
    if panel.reference is not None:
        twin = panel.reference
        other = {column: twin.state(column) for column in RATIOS}
        sides.append((twin.name, True, other | {PUBLIC: twin.state(_COST) + twin.constant("dilution")}))
    return tuple(Against(name, indexed, _prices(panel, own, side, years)) for name, indexed, side in sides)


PUBLIC = "public money"
_COST = "state_cost_constant"


def public_money(panel: Panel) -> Array:
    """Dollars of the base year that the state's lines pay and that a weight takes from other units, ``[F, R, T]``."""
    found: Array = panel.state(_COST) + panel.constant("dilution")
    return found


def _prices(
    panel: Panel, own: Mapping[str, Array], side: Mapping[str, Array], years: BoolArray
) -> dict[str, dict[int, CostPerAdded]]:
    change = {name: (values - side[name][None])[:, :, years].mean(axis=2) for name, values in own.items()}
    return {
        outcome: {f: cost_per_added(change[PUBLIC][f], change[outcome][f]) for f in panel.others} for outcome in RATIOS
    }


def price_text(found: CostPerAdded, between: str = " to ") -> tuple[str, str]:
    """The dollars for one more and their interval, as ('$1,008', '$770 to $1,340'); empty texts without a price."""
    if found.ratio is None:
        return "", ""
    if np.isfinite(found.high):
        return interval_parts(found.ratio, found.low, found.high, "dollars", between=between)
    return number_text(found.ratio, "dollars"), f"{number_text(found.low, 'dollars')} or more"


def divided(found: CostPerAdded, money: str, outcome: str) -> str:
    """The dollars for one more, or less for one fewer, by the division that a reader makes of the two numbers as they
    are shown: '$1,830 each'; empty where it has no meaning."""
    said = EACH if found.ratio is not None else PER_LOSS if found.per_loss is not None else ""
    return f"{number_text(shown_number(money) / shown_number(outcome), 'dollars')} {said}" if said else ""


def shown_number(text: str) -> float:
    """The number that a cell shows: 3.78e6 for '+$3.78M'. Raises ValueError for a cell without one."""
    match = re.fullmatch(r"([+-]?)\$?([\d,]+(?:\.\d+)?)([MB]?)", text)
    if match is None:
        raise ValueError(f"'{text}' shows no number")
    size = {"": 1.0, "M": 1e6, "B": 1e9}[match[3]]
    return (-size if match[1] == "-" else size) * float(match[2].replace(",", ""))
