"""The numbers behind the answer: what each formula does in a span of years, and when its money is short."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.spans import Span, first_years, next_years
from sim.report.shared.written import Running
from sim.report.stress.shortfall import CALM, shortfall, stress_panels
from sim.results.discrepancy import CarriedDiscrepancy

if TYPE_CHECKING:
    from sim.results.results import Results

PAID = 0.95
"""A formula counts as short in a year in which it pays less than this share of what it owes."""

TENTH = 10
"""The year after the base year for which the paid share is told, or the last one before it."""


@dataclass(frozen=True)
class Yearly:
    """Yearly means over a span by draw, each ``[R]``: concentrators ``per_100`` members and in heads ``taught``, those
    ``recoded`` and ``reported``, dollars of the base year that the ``state``'s CTE lines pay and that a weight has
    ``moved`` from other units of the main formula. Also the distance of two formulas within each draw."""

    per_100: Array
    taught: Array
    recoded: Array
    reported: Array
    state: Array
    moved: Array

    @property
    def public(self) -> Array:
        """Public money used for CTE: what the state's lines pay and what a weight takes from other program units."""
        return self.state + self.moved

    @property
    def recoded_share(self) -> float:
        """Of those reported, the part that is not taught."""
        reported = float(self.reported.mean())
        return float(self.recoded.mean()) / reported if reported > 0.0 else 0.0

    def minus(self, other: "Yearly") -> "Yearly":
        """The distance from another formula within each draw."""
        return Yearly(*(one - two for one, two in zip(self._columns, other._columns, strict=True)))

    @property
    def _columns(self) -> tuple[Array, ...]:
        return self.per_100, self.taught, self.recoded, self.reported, self.state, self.moved


@dataclass(frozen=True)
class Paid:
    """When a formula is short: the ``first`` fiscal year in which the median draw pays under ``PAID`` (None: in none),
    the share that the median draw pays in ``year`` (NaN: nothing is owed), and the ``part`` of draws with a short
    year."""

    first: int | None
    year: int
    share: float
    part: float


@dataclass(frozen=True)
class BadYear:
    """What a scenario does to a formula, by draw ``[R]``: dollars owed and not paid in the worst year, and yearly
    concentrators taught against the same draw without it."""

    scenario: str
    unpaid: Array
    taught: Array


@dataclass(frozen=True)
class Facts:
    """What the answer is made of. ``levels`` are by span and then by formula; ``bad_years`` by formula, None where the
    results hold no scenario beside the calm one; ``reference`` is current law with its dollars indexed, by span."""

    scenario: str
    base_year: int
    draws: int
    baseline: int | None
    names: tuple[str, ...]
    titles: tuple[str, ...]
    spans: tuple[Span, ...]
    levels: tuple[tuple[Yearly, ...], ...]
    paid: tuple[Paid, ...]
    bad_years: tuple[tuple[BadYear, ...], ...] | None
    discrepancy: CarriedDiscrepancy | None
    uncertainty: str
    running: tuple[Running, ...] = ()
    """From when to when each formula holds; empty where all hold from the year after the base year on."""
    last_year: int | None = None
    """The last fiscal year of the spans."""

    @property
    def others(self) -> tuple[int, ...]:
        """The formulas that are set against current law; none if it was not run."""
        return tuple(f for f in range(len(self.names)) if f != self.baseline) if self.baseline is not None else ()

    def begins(self, formula: int) -> int:
        """The first fiscal year in which a formula holds."""
        return self.running[formula].begins if self.running else self.base_year + 1

    def ends(self, formula: int) -> int | None:
        """The last fiscal year in which a line of a formula can pay; None if it has no end."""
        return self.running[formula].ends if self.running else None

    def change(self, formula: int, span: int = 0) -> Yearly:
        """The distance of a formula from current law, or where that was not run its own numbers."""
        own = self.levels[span][formula]
        return own if self.baseline is None else own.minus(self.levels[span][self.baseline])


def facts(results: "Results", scenario: str) -> Facts:
    """The facts of one scenario of a study's results."""
    panel = Panel(results, scenario)
    later = next_years(panel)
    spans = (first_years(panel), *([later] if later is not None else []))
    return Facts(
        scenario=scenario,
        base_year=panel.base_year,
        draws=panel.draws,
        baseline=panel.baseline,
        names=panel.formulas,
        titles=panel.short_titles,
        spans=spans,
        levels=tuple(yearly(panel, span) for span in spans),
        paid=tuple(_paid(panel, share, panel.in_force(f)) for f, share in enumerate(panel.proration())),
        bad_years=_bad_years(results, panel) if scenario == CALM else None,
        discrepancy=results.manifest.discrepancy,
        uncertainty=str(getattr(results.manifest, "config", {}).get("uncertainty", "")),
        running=panel.running,
        last_year=int(panel.years[spans[-1].years][-1]),
    )


def yearly(panel: Panel, span: Span) -> tuple[Yearly, ...]:
    """What every formula of the panel does in the span."""
    columns = {name: panel.state(name) for name in _COLUMNS}
    columns["moved"] = panel.constant("dilution")

    def of(formula: int) -> Callable[[str], Array]:
        return lambda name: columns[name][formula]

    return tuple(_means(of(formula), span) for formula in range(len(panel.formulas)))


def yearly_of_reference(panel: Panel, span: Span) -> Yearly | None:
    """What current law with its dollars indexed does in the span; None if it was not run."""
    if panel.reference is None:
        return None
    columns = {name: panel.reference.state(name) for name in _COLUMNS}
    columns["moved"] = panel.reference.constant("dilution")
    return _means(columns.__getitem__, span)


_COLUMNS = (
    "concentrators_taught", "membership", "concentrators_recoded", "concentrators", "state_cost_constant",
)  # fmt: skip


def per_100(part: Array, members: Array) -> Array:
    """For each 100 members of grades 9-12; zero where there are none."""
    return 100.0 * np.divide(part, members, out=np.zeros_like(part), where=members > 0.0)


def _means(column: Callable[[str], Array], span: Span) -> Yearly:
    def mean(values: Array) -> Array:
        found: Array = values[:, span.years].mean(axis=1)
        return found

    taught = column("concentrators_taught")
    return Yearly(
        per_100=mean(per_100(taught, column("membership"))),
        taught=mean(taught),
        recoded=mean(column("concentrators_recoded")),
        reported=mean(column("concentrators")),
        state=mean(column("state_cost_constant")),
        moved=mean(column("moved")),
    )


def _paid(panel: Panel, share: Array, held: BoolArray) -> Paid:
    """Of one formula's paid share ``[R, T]``, NaN where nothing is owed, in the years ``held[T]`` in which it holds:
    those before it begins are current law's."""
    within = held if held.any() else panel.policy if panel.policy.any() else panel.years == panel.years[-1]
    after, of_years = panel.years[within], share[:, within]
    medians = [float(np.median(own[~np.isnan(own)])) if not np.isnan(own).all() else np.nan for own in of_years.T]
    short = [int(year) for year, median in zip(after, medians, strict=True) if median < PAID]
    place = max(int(np.searchsorted(after, panel.base_year + TENTH, side="right")) - 1, 0)
    ever = (np.where(np.isnan(of_years), 1.0, of_years) < PAID).any(axis=1)
    return Paid(short[0] if short else None, int(after[place]), medians[place], float(ever.mean()))


def _bad_years(results: "Results", calm: Panel) -> tuple[tuple[BadYear, ...], ...] | None:
    if len(scenario_names(results)) < 2:
        return None
    panels = {name: panel for name, panel in stress_panels(results).items() if name != CALM}
    same = {
        name: panel
        for name, panel in panels.items()
        if panel.formulas == calm.formulas and panel.replicates == calm.replicates
    }
    if not same:
        return None
    found = []
    for formula in range(len(calm.formulas)):
        shocks = {name: shortfall(panel, calm, formula) for name, panel in same.items()}
        found.append(tuple(BadYear(name, shock.worst_shortfall, shock.taught) for name, shock in shocks.items()))
    return tuple(found)
