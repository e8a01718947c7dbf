"""How formulas fare under shocks: dear years, short years, and what students lose, draw by draw."""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.shared.direction import CLEAR, Direction
from sim.report.shared.panel import Panel, scenario_names
from sim.report.stress.narrowed import statewide
from sim.study.running.precision import margin

if TYPE_CHECKING:
    from sim.results.results import Results

CALM = "baseline"
"""The scenario without shocks, against which losses are taken draw by draw."""

SHORT = 0.005
"""A year counts as short when more than this share of what is owed is not paid."""

LEAST_DOLLARS = 0.5e6
"""Dollars of a worst year from which on a change of it is told."""

LEAST_TAUGHT = 0.01
"""Part of those taught from which on a change of it is told."""


NEXT_TO_NOTHING = 0.1
"""Part of what is worth telling up to which a draw that goes the other way denies no direction."""


def short_years(panel: Panel) -> BoolArray:
    """Whether a year is short, ``[F, R, T]``."""
    owed, paid = panel.state("entitlement"), panel.state("state_cost")
    short: BoolArray = (owed - paid > SHORT * owed) & (owed > 0)
    return short


@dataclass(frozen=True)
class Shortfall:
    """How one formula fares under one scenario; arrays by draw ``[R]``.

    ``worst_cost``: state cost of the dearest year, constant dollars. ``short``: 1 if any year was short.
    ``worst_shortfall``: owed but not paid in the worst year, ``all_unpaid``: in all years, constant dollars.
    ``most_taken``: what a weight takes from other program units in the year in which it takes most. ``lowest_share``:
    the lowest paid share. ``taught`` (concentrators), ``concentrators`` (reported), ``participants`` and
    ``credentials``: yearly mean, against the same draw without the shock.
    """

    worst_cost: Array
    short: Array
    worst_shortfall: Array
    all_unpaid: Array
    most_taken: Array
    lowest_share: Array
    participants: Array
    taught: Array
    concentrators: Array
    credentials: Array


def shortfall(panel: Panel, calm: Panel, formula: int) -> Shortfall:
    """How a formula, by its place in the panel, fares against the calm panel of the same draws: its money from the year
    on in which it begins, before which current law pays."""
    years = panel.policy
    begun = panel.begun(formula)[years]
    owed = panel.constant("entitlement")[formula][:, years] * begun
    paid = panel.constant("state_cost")[formula][:, years] * begun
    shortfall = np.maximum(owed - paid, 0.0)
    share = np.where(begun, np.nan_to_num(panel.proration()[formula][:, years], nan=1.0), 1.0)

    def change(column: str) -> Array:
        with_shock = panel.state(column)[formula][:, years].mean(axis=-1)
        difference: Array = with_shock - calm.state(column)[formula][:, years].mean(axis=-1)
        return difference

    return Shortfall(
        worst_cost=paid.max(axis=-1),
        short=(share.min(axis=-1) < 1.0 - SHORT).astype(np.float64),
        worst_shortfall=shortfall.max(axis=-1),
        all_unpaid=shortfall.sum(axis=-1),
        most_taken=(panel.constant("dilution")[formula][:, years] * begun).max(axis=-1),
        lowest_share=share.min(axis=-1),
        participants=change("participants"),
        taught=change("concentrators_taught"),
        concentrators=change("concentrators"),
        credentials=change("credentials"),
    )


@dataclass(frozen=True)
class Stressed:
    """One formula under every scenario: ``calm`` without a shock, ``shocks`` by the name of the scenario; ``taught`` is
    the mean number taught in a year without a shock."""

    title: str
    name: str
    calm: Shortfall
    shocks: dict[str, Shortfall]
    taught: float

    def moves(self, scenario: str) -> bool:
        """Whether the scenario moves anything of this formula by an amount that is told."""
        said = (self.dearer(scenario), self.unpaid(scenario), self.takes(scenario), self.teaches(scenario))
        return any(one in ("more", "less") for one in said)

    def dearer(self, scenario: str) -> Direction:
        """Which way the scenario moves the cost of the dearest year."""
        return moved(self.shocks[scenario].worst_cost - self.calm.worst_cost, LEAST_DOLLARS)

    def unpaid(self, scenario: str) -> Direction:
        """Which way it moves what is not paid in the worst year."""
        return moved(self.shocks[scenario].worst_shortfall - self.calm.worst_shortfall, LEAST_DOLLARS)

    def takes(self, scenario: str) -> Direction:
        """Which way it moves what is taken from other program units."""
        return moved(self.shocks[scenario].most_taken - self.calm.most_taken, LEAST_DOLLARS)

    def teaches(self, scenario: str) -> Direction:
        """Which way it moves those taught."""
        return moved(self.shocks[scenario].taught, LEAST_TAUGHT * self.taught)


def moved(change: Array, least: float) -> Direction:
    """Which way a scenario moves something, by paired differences ``[R]``: 'same' where the mean is not worth telling
    (under ``least``) or within its Monte Carlo error, or where more draws than an interval leaves out go the other way.
    A draw in which next to nothing moves, as where an appropriation is not reached, denies no direction."""
    if len(change) < 2:
        return "unclear"
    found = margin(change)
    if abs(found.mean) < max(least, 1e-9) or not abs(found.mean) > found.half_width:
        return "same"
    against = float((-np.sign(found.mean) * change > NEXT_TO_NOTHING * least).mean())
    if against > 1.0 - CLEAR + sqrt(CLEAR * (1.0 - CLEAR) / len(change)):
        return "same"
    return "more" if found.mean > 0.0 else "less"


def stressed(panels: dict[str, Panel]) -> list[Stressed]:
    """Every formula under every scenario that was run. Raises ValueError without the scenario that has no shock."""
    calm = panels.get(CALM)
    if calm is None:
        raise ValueError(f"a stress study needs the scenario '{CALM}', against which losses are taken")
    taught = calm.state("concentrators_taught")[:, :, calm.policy].mean(axis=(1, 2))
    return [
        Stressed(
            calm.short_titles[f],
            name,
            shortfall(calm, calm, f),
            {scenario: shortfall(panel, calm, f) for scenario, panel in panels.items() if scenario != CALM},
            float(taught[f]),
        )
        for f, name in enumerate(calm.formulas)
    ]


_KEPT = "stress_panels"


def stress_panels(results: "Results") -> dict[str, Panel]:
    """The panel of each scenario, by its name: statewide columns alone. Made once, and kept as long as the results."""
    kept = vars(results)
    if _KEPT not in kept:
        held = statewide(results)
        kept[_KEPT] = {name: Panel(held, name) for name in scenario_names(results)}
    panels: dict[str, Panel] = kept[_KEPT]
    return panels


def scenario_titles(results: "Results") -> dict[str, str]:
    """Titles of the scenarios that were run, by name; the name in words where the manifest has none."""
    held = getattr(results.manifest, "config", {}).get("scenarios") or {}
    return {
        name: str((held.get(name) or {}).get("title") or name.replace("_", " ").capitalize())
        for name in scenario_names(results)
    }
