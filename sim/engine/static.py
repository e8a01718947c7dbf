"""The static score: what a formula would owe for the base year's counts, with no one responding."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array
from sim.engine import money
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble
from sim.engine.money import Offers
from sim.funding import allocation
from sim.funding.allocation import Ledger, LineMemory
from sim.funding.formula import Formula
from sim.funding.schedule import Counts


@dataclass(frozen=True)
class StaticScore:
    """What is posted and what each line's ledger says when the rules of ``fiscal_year`` meet base-year counts."""

    fiscal_year: int
    offers: Offers
    ledgers: Mapping[str, Ledger]


def static_year(formula: Formula, base_year: int) -> int:
    """The fiscal year whose rules a static score applies: the formula's first, at the earliest the base year."""
    return max(formula.takes_effect, base_year)


def static_score(ensemble: Ensemble, formula: Formula, counts: Counts | None = None) -> StaticScore:
    """Base-year counts and prices, the rules of the formula's first year, no district responding.

    ``counts`` stand for those of the base year, both where prices are announced and where payments are settled, to ask
    what a district would be owed if it counted otherwise.
    """
    world = ensemble.world
    state = ensemble.state if counts is None else replace(ensemble.state, counts=counts)
    year = static_year(formula, world.base_year)
    lines = tuple(line for line in formula.lines if line.active(year))
    conditions = replace(ensemble.base.conditions, fiscal_year=year)
    luck = ensemble.draws.year(WARM_UP_YEARS)[Purpose.AWARD]
    offers = money.announce(world, ensemble.parameters, ensemble.premises, lines, state, conditions, luck)
    nothing: Array = state.counts.membership * 0.0
    new = LineMemory(paid=nothing, reference=state.base_payment)
    ledgers = {
        offer.line.name: allocation.settle(
            offer.line,
            offer.schedule,
            state.counts,
            offer.appropriation,
            state.memory.get(offer.line.name, new),
            year,
        )
        for offer in offers.lines
    }
    return StaticScore(year, offers, ledgers)


def base_year_entitlement(ensemble: Ensemble, formula: Formula) -> dict[str, float]:
    """What each line owes statewide for the base year's counts before proration, dollars, mean over runs."""
    return {name: float(np.mean(ledger.owed)) for name, ledger in static_score(ensemble, formula).ledgers.items()}
