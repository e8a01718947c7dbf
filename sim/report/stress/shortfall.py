"""How formulas fare under shocks: dear years, short years, and what students lose, draw by draw."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.shared.panel import Panel

CALM = "baseline"
"""The scenario without shocks, against which losses are taken draw by draw."""

SHORT = 0.005
"""A year counts as short when more than this share of what is owed is not paid."""


def short_years(panel: Panel) -> BoolArray:
    """Whether a year is short, ``[F, R, T]``."""
    owed, paid = panel.state("entitlement"), panel.state("state_cost")
    short: BoolArray = (owed - paid > SHORT * owed) & (owed > 0)
    return short


@dataclass(frozen=True)
class Shortfall:
    """How one formula fares under one scenario; arrays by draw ``[R]``.

    ``worst_cost``: state cost of the dearest year, constant dollars. ``short``: 1 if any year was short.
    ``worst_shortfall``: owed but not paid in the worst year, constant dollars. ``lowest_share``: the lowest paid share.
    ``taught`` (concentrators), ``concentrators`` (reported), ``participants`` and ``credentials``: yearly mean, against
    the same draw without the shock.
    """

    worst_cost: Array
    short: Array
    worst_shortfall: Array
    lowest_share: Array
    participants: Array
    taught: Array
    concentrators: Array
    credentials: Array


def shortfall(panel: Panel, calm: Panel, formula: int) -> Shortfall:
    """How a formula, by its place in the panel, fares against the calm panel of the same draws."""
    years = panel.policy
    owed = panel.constant("entitlement")[formula][:, years]
    paid = panel.constant("state_cost")[formula][:, years]
    shortfall = np.maximum(owed - paid, 0.0)
    share = np.nan_to_num(panel.proration()[formula][:, years], nan=1.0)

    def change(column: str) -> Array:
        with_shock = panel.state(column)[formula][:, years].mean(axis=-1)
        difference: Array = with_shock - calm.state(column)[formula][:, years].mean(axis=-1)
        return difference

    return Shortfall(
        worst_cost=paid.max(axis=-1),
        short=(share.min(axis=-1) < 1.0 - SHORT).astype(np.float64),
        worst_shortfall=shortfall.max(axis=-1),
        lowest_share=share.min(axis=-1),
        participants=change("participants"),
        taught=change("concentrators_taught"),
        concentrators=change("concentrators"),
        credentials=change("credentials"),
    )
