"""The static score: what a formula would owe for the base year's counts, with no one responding."""

from dataclasses import replace

import numpy as np

from sim.arrays import Array
from sim.engine import money
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble
from sim.funding import allocation
from sim.funding.allocation import Ledger, LineMemory
from sim.funding.formula import Formula


def base_year_ledgers(ensemble: Ensemble, formula: Formula) -> dict[str, Ledger]:
    """Each line's ledger for the base year's counts at base-year prices, before any district responds.

    The lines are those of the year in which the formula takes effect, at the latest the year after the base year.
    """
    world, state = ensemble.world, ensemble.state
    year = max(formula.takes_effect, world.base_year + 1)
    if formula.takes_effect <= world.base_year:
        year = world.base_year
    lines = tuple(line for line in formula.lines if line.active(year))
    conditions = replace(ensemble.base.conditions, fiscal_year=year)
    noise = ensemble.draws.year(WARM_UP_YEARS)[Purpose.AWARD]
    offers = money.announce(world, ensemble.parameters, ensemble.premises, lines, state, conditions, noise)
    nothing: Array = state.counts.membership * 0.0
    memory = LineMemory(paid=nothing, reference=state.base_payment)
    return {
        offer.line.name: allocation.settle(
            offer.line,
            offer.schedule,
            state.counts,
            offer.appropriation,
            state.memory.get(offer.line.name, memory),
            year,
        )
        for offer in offers.lines
    }


def base_year_entitlement(ensemble: Ensemble, formula: Formula) -> dict[str, float]:
    """What each line owes statewide for the base year's counts before proration, dollars, mean over runs."""
    return {name: float(np.mean(ledger.owed)) for name, ledger in base_year_ledgers(ensemble, formula).items()}
