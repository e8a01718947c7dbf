"""Formulas scaled to equal money: to the same base-year entitlement, or to the same present value of state cost."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.arrays import ZERO, Array
from sim.engine import recording
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.scenario import Scenario
from sim.engine.static import base_year_entitlement, static_score
from sim.funding import pricing
from sim.funding.cases import Case
from sim.funding.formula import Formula, scale_to
from sim.inputs import InputError
from sim.study.compare.discounting import present_value, real_rate
from sim.study.compare.scaling import UnreachableError, cost_neutral_factor
from sim.study.compare.words import HELD
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import NeutralBy, Settings

REPLICATES = 16
"""Replicates over which a measure of money is averaged, however many the study has: more draws, the same formulas."""

NEAR_ENOUGH: dict[NeutralBy, float] = {"entitlement": 1e-9, "present_value": 5e-4}
"""How near to its target, as a share of it, a scale is sought. Simulated cost moves in small steps, as launches do."""


@dataclass(frozen=True)
class Neutral:
    """How a formula was scaled, or why it was not.

    ``by`` is the measure of money, ``target`` what the formula was to come to and ``achieved`` what it comes to, in
    dollars of the base year, means over ``replicates``; ``factor`` multiplies its prices and appropriations.
    ``held``: a share of spending is held at 100%. ``rate`` is the real rate of a present value. ``refused`` says in one
    sentence why no scale meets the target; the formula then runs as written only.
    """

    by: NeutralBy
    target: float
    achieved: float
    factor: float
    held: bool = False
    rate: float | None = None
    replicates: int = REPLICATES
    refused: str = ""

    @property
    def said(self) -> str:
        """What a title adds: that a share of spending is held at 100%, if it is."""
        return f"; {HELD}" if self.held else ""

    def record(self) -> dict[str, Any]:
        """As plain data, for the manifest."""
        return asdict(self)


@dataclass(frozen=True)
class Measure:
    """A measure of a formula's money in dollars of the base year: ``comes_to`` of a formula, on ``ensemble``."""

    by: NeutralBy
    ensemble: Ensemble
    comes_to: Callable[[Formula], float]
    rate: float | None = None

    def neutral(self, formula: Formula, target: float) -> tuple[Formula, Neutral]:
        """The formula scaled to the target, and how. Raises UnreachableError if no scale meets it."""
        factor = cost_neutral_factor(formula, target, self.comes_to, NEAR_ENOUGH[self.by])
        scaled = scale_to(formula, factor)
        pays_back, held = spending_paid_back(self.ensemble, scaled)
        if pays_back > 1.0 + pricing.ROUNDING:
            raise UnreachableError(formula, target, self.comes_to(scaled), "over")
        return scaled, Neutral(self.by, target, self.comes_to(scaled), factor, held, self.rate)


def measure_for(settings: Settings, inputs: Inputs) -> Measure:
    """The measure that the settings ask for, on the first replicates of the study and their draws."""
    if settings.neutral_by == "present_value":
        ensemble = _ensemble(settings, inputs, settings.horizon)
        rate, scenario = real_rate(settings), inputs.scenarios[0]
        return Measure(
            "present_value",
            ensemble,
            lambda formula: present_cost(ensemble, formula, settings.horizon, scenario, rate),
            rate,
        )
    return entitlement_measure(settings, inputs)


def entitlement_measure(settings: Settings, inputs: Inputs) -> Measure:
    """What a formula's own lines owe for the base year's counts before proration, with no one responding."""
    ensemble = _ensemble(settings, inputs, 1)

    def owes(formula: Formula) -> float:
        owed = base_year_entitlement(ensemble, formula)
        return sum(owed.get(line.name, 0.0) for line in formula.own_lines)

    return Measure("entitlement", ensemble, owes)


def _ensemble(settings: Settings, inputs: Inputs, horizon: int) -> Ensemble:
    replicates = range(REPLICATES)
    parameters = parameters_for(inputs.catalogue, inputs.world, settings.seed, replicates, settings.uncertainty)
    return prepare(inputs.world, parameters, inputs.current_law, settings.seed, replicates, horizon)


def present_cost(ensemble: Ensemble, formula: Formula, horizon: int, scenario: Scenario, rate: float) -> float:
    """The present value of a formula's cost over the horizon, districts responding; mean over runs.

    Cost is what the state's CTE lines pay and, so that a weight inside the main formula is not free, what it moves to
    CTE from other program units; both in dollars of the base year.
    """
    yearly: list[Array] = []
    for state, year in simulate(ensemble, formula, horizon, scenario=scenario):
        found = recording.statewide(ensemble.world, ensemble.parameters, state, year)
        yearly.append(found["state_cost_constant"] + found["dilution"] / found["price_index"])
    return float(present_value(np.stack(yearly, axis=-1), rate).mean())


def spending_paid_back(ensemble: Ensemble, formula: Formula) -> tuple[float, bool]:
    """The largest share of one kind of spending that the formula's own lines pay back together, and whether one of them
    is held at all of it."""
    most, held = 0.0, False
    offers = {offer.line.name: offer.schedule for offer in static_score(ensemble, formula).offers.lines}
    schedules = [(line, offers[line.name]) for line in formula.own_lines if line.name in offers]
    for name in pricing.SPENDING_SHARES:
        together: Array = ZERO
        for _, schedule in schedules:
            together = together + getattr(schedule, name)
        most = max(most, float(np.max(together)))
    for line, schedule in schedules:
        held = held or pricing.held_at_all_spending(line, schedule)
    return most, held


def has_money(formula: Formula, base_year: int, horizon: int) -> bool:
    """Whether a line of the formula's own pays in any year of the horizon: there is something to scale."""
    years = range(base_year + 1, base_year + horizon + 1)
    return any(line.active(year) for line in formula.own_lines for year in years)


def reason(error: UnreachableError, by: NeutralBy, base_year: int) -> str:
    """Why no scale brings a formula to its target, in one sentence."""
    formula = error.formula
    goal, nearest = (
        f"${dollars / 1e6:,.2f}M" if dollars >= 1e6 else f"${dollars:,.0f}" for dollars in (error.target, error.nearest)
    )
    year = max(formula.takes_effect, base_year)
    if by == "entitlement":
        what, comes = f"owe {goal} for base-year counts", "owes"
    else:
        what, comes = f"cost {goal} in present value", "costs"
    if error.bound == "over":
        why = "its lines would together pay back more than all that districts spend"
    elif error.bound == "jumps":
        why = f"it jumps past it, to {nearest}"
    elif error.bound == "fixed" and error.nearest <= 0.0:
        why = f"it {comes} nothing{f' in FY{year}, its first year,' if by == 'entitlement' else ''} at any scale"
    elif error.bound == "fixed":
        why = f"it {comes} {nearest} at any scale{_causes(formula, 'fixed')}"
    else:
        why = f"it {comes} {error.bound} {nearest} at any scale{_causes(formula, error.bound)}"
    return f"formula '{formula.name}' cannot {what}: {why}"


def _any(cases: Iterable[Case], *keys: str) -> bool:
    """Whether any of some rules holds under a condition."""
    return any(key in case.written for case in cases for key in keys)


def _causes(formula: Formula, bound: str) -> str:
    """The rules that can keep a formula from scaling, in brackets."""
    lines = formula.own_lines
    cases = [*formula.rules.differs, *(case for line in lines for case in line.rules.differs)]
    found = []
    if bound != "at least":
        if any(line.rules.bounded for line in lines) or _any(cases, "local_match", "carryover", "maximum_payment"):
            found.append("its share of local spending")
        capped = formula.rules.growth_cap is not None or any(line.rules.growth_cap is not None for line in lines)
        if capped or _any(cases, "growth_cap"):
            found.append("its growth cap")
        if any("reimbursement" in component.label or component.label == "startup_grant"
               for line in lines for component in line.components):  # fmt: skip
            found.append("no more than all spending is paid back")
    if bound != "at most":
        held = formula.rules.hold_harmless is not None or any(line.rules.hold_harmless is not None for line in lines)
        if held or _any(cases, "hold_harmless"):
            found.append("its hold harmless")
        least = bool(formula.rules.minimum_guarantee) or any(line.rules.minimum_guarantee for line in lines)
        if least or _any(cases, "minimum_guarantee"):
            found.append("its minimum guarantee")
    if any(line.rules.phase_in for line in lines):
        found.append("its phase-in")
    return f" ({', '.join(found)})" if found else ""


def refuse(error: UnreachableError, settings: Settings, base_year: int) -> InputError:
    """The refusal of a study in which a formula cannot be scaled."""
    other = "present_value" if settings.neutral_by == "entitlement" else "entitlement"
    said = reason(error, settings.neutral_by, base_year)
    return InputError(f"settings: cost_neutral: {said}; leave it out or try neutral_by={other}")
