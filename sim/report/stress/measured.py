"""What a stress study measured: losses of every formula under every scenario, with the tails that its draws can
tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array, IntArray
from sim.inputs import InputError
from sim.report.shared.panel import Panel
from sim.report.stress.conditions import RANDOM, condition
from sim.report.stress.shortfall import CALM, scenario_titles, stress_panels
from sim.study.stress.losses import Losses, losses, over
from sim.study.stress.tails import Tail, tails, weights_of

if TYPE_CHECKING:
    from sim.results.results import Results

MONEY = ("entitlement", "state_cost", "reserve_drawn", "dilution")
"""The columns that losses are made of."""


@dataclass(frozen=True)
class Measured:
    """Panels and losses by scenario, on common draws. ``luck``: turns of luck that each draw of parameters met."""

    results: "Results"
    panels: Mapping[str, Panel]
    titles: Mapping[str, str]
    luck: int

    @property
    def calm(self) -> Panel:
        """The panel without a shock."""
        return self.panels[CALM]

    @property
    def formulas(self) -> tuple[str, ...]:
        """Names of the formulas."""
        return self.calm.formulas

    @property
    def years(self) -> IntArray:
        """The fiscal years after the base year."""
        found: IntArray = self.calm.years[self.calm.policy]
        return found

    @property
    def unconditional(self) -> str:
        """The scenario whose distribution holds without a condition where it was run, else the one without a shock."""
        return RANDOM if RANDOM in self.panels else CALM

    @cached_property
    def groups(self) -> IntArray:
        """Which draw of parameters each replicate has, counted from 0, ``[R]``."""
        number = np.array([int(str(replicate)) // self.luck for replicate in self.calm.replicates])
        found: IntArray = np.unique(number, return_inverse=True)[1].astype(np.intp)
        return found

    @property
    def independent(self) -> int:
        """Draws that are independent of each other: those of parameters."""
        return int(self.groups.max()) + 1

    @cached_property
    def weights(self) -> Array:
        """Resamples of the draws, the same for all formulas and scenarios."""
        return weights_of(self.calm.draws, int(self.calm.seed), self.groups if self.luck > 1 else None)

    @cached_property
    def losses(self) -> Mapping[str, tuple[Losses, ...]]:
        """By scenario and then by formula, constant dollars, by draw and year after the base year ``[R, T]``."""
        return {name: _losses(panel, simulated=False) for name, panel in self.panels.items()}

    @cached_property
    def simulated(self) -> Mapping[str, tuple[Losses, ...]]:
        """The same without the discrepancy: parameters and luck alone."""
        return {name: _losses(panel, simulated=True) for name, panel in self.panels.items()}

    @cached_property
    def _tails(self) -> dict[tuple[str, int, str, str], tuple[Tail, ...]]:
        return {}

    def tails(self, scenario: str, formula: int, measure: str, span: str) -> tuple[Tail, ...]:
        """The tails of a measure over a span (see ``losses``), at 90, 95 and 99%."""
        key = (scenario, formula, measure, span)
        if key not in self._tails:
            values = over(span, self.losses[scenario][formula].of(measure))
            self._tails[key] = tails(values, self.weights, self.independent)
        return self._tails[key]

    def means(self, measure: str, span: str) -> Array:
        """Means over draws by formula and scenario, ``[F, S]``."""
        return np.array([
            [float(over(span, self.losses[name][f].of(measure)).mean()) for name in self.panels]
            for f in range(len(self.formulas))
        ])  # fmt: skip

    @property
    def shocks(self) -> tuple[str, ...]:
        """The scenarios beside the one without a shock."""
        return tuple(name for name in self.panels if name != CALM)

    def under(self, scenario: str) -> str:
        """A scenario as the condition of a figure: 'without a shock', 'under a take-up surge'."""
        return condition(self.titles, scenario)


_KEPT = "stress_measured"


def measured(results: "Results") -> Measured:
    """The losses of a stress study's results, measured once and kept as long as they are.

    Raises ValueError without the scenario that has no shock, InputError, one line, if scenarios have other draws, as
    after runs that failed.
    """
    kept = vars(results)
    if _KEPT not in kept:
        kept[_KEPT] = _measured(results)
    found: Measured = kept[_KEPT]
    return found


def _measured(results: "Results") -> Measured:
    panels = stress_panels(results)
    if CALM not in panels:
        raise ValueError(f"a stress study needs the scenario '{CALM}', against which losses are taken")
    for name, panel in panels.items():
        if panel.replicates != panels[CALM].replicates:
            raise InputError(
                f"{results.folder}: scenario {name} has other draws than the one without a shock, as runs failed; "
                "the same "
                "command with retry_failed=true runs them again"
            )
    stress: Mapping[str, Any] = getattr(results.manifest, "config", {}).get("stress") or {}
    return Measured(results, panels, scenario_titles(results), int(stress.get("luck") or 1))


def _losses(panel: Panel, simulated: bool) -> tuple[Losses, ...]:
    """Of each formula from the year on in which it begins: before it current law loses, and not the formula."""
    column = panel.simulated if simulated else panel.state
    prices = panel.state("price_index")[:, :, panel.policy]
    begun = np.stack([panel.begun(f)[panel.policy] for f in range(len(panel.formulas))])[:, np.newaxis]
    owed, paid, drawn, taken = (column(name)[:, :, panel.policy] / prices * begun for name in MONEY)
    return tuple(losses(owed[f], paid[f], drawn[f], taken[f]) for f in range(len(panel.formulas)))
