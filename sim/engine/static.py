"""The static score: what a formula would owe for the base year's counts, with no one responding."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble
from sim.engine.offers import Offers, announce, payment_before_law, settled
from sim.engine.state import State
from sim.funding.allocation import Ledger
from sim.funding.formula import Formula, enacted, first_priced_year
from sim.funding.schedule import Counts


@dataclass(frozen=True)
class StaticScore:
    """What is posted and what each line's ledger says when the rules of ``fiscal_year`` meet base-year counts; the
    ``state`` remembers what was paid before."""

    fiscal_year: int
    offers: Offers
    ledgers: Mapping[str, Ledger]
    state: State


def static_score(
    ensemble: Ensemble, formula: Formula, counts: Counts | None = None, year: int | None = None, drawn: bool = False
) -> StaticScore:
    """Base-year counts and prices, the rules of the formula's first year, no district responding.

    Competitive awards are what is expected before they are drawn, or if ``drawn`` those of the base year's luck.
    The first year is that of ``first_priced_year``, or the one in which it takes effect if it never pays; ``year`` is
    another fiscal year whose rules are to be applied, after the years since the first have been paid by theirs: what
    caps and floors count from is what the formula itself paid the year before, and a reserve holds what was left in it.
    ``counts`` stand for those of the base
    year, both where prices are announced and where payments are settled, to ask what a district would be owed if it
    counted otherwise; what was paid before stays.
    """
    world = ensemble.world
    # What is counted is what is offered: no program is new in the year that is priced.
    state = ensemble.state if counts is None else replace(ensemble.state, counts=counts, sites=counts.sites)
    law = enacted(formula, ensemble.current_law, world.base_year)
    first = first_priced_year(formula, ensemble.current_law, world.base_year)
    if year is None:
        year = first if first is not None else max(formula.takes_effect, world.base_year)
    if first is not None and year > first:
        before = static_score(ensemble, formula, None, year - 1, drawn)
        held = {name: ledger.reserve.balance for name, ledger in before.ledgers.items()}
        state = replace(
            state,
            last_payment=_paid(ensemble, before),
            payment_before_law=payment_before_law(before.state, before.offers, year - 1),
            reserves=held,
        )
    lines = tuple(line for line in law.lines if line.active(year))
    conditions = replace(ensemble.base.conditions, fiscal_year=year)
    luck = ensemble.draws.year(WARM_UP_YEARS)[Purpose.AWARD]
    offers = announce(world, ensemble.parameters, ensemble.premises, lines, state, conditions, luck, expected=not drawn)
    return StaticScore(year, offers, settled(state, offers, state.counts, year), state)


def _paid(ensemble: Ensemble, scored: StaticScore) -> Array:
    """What the state's CTE lines paid each district, ``[..., D, 1]``."""
    joint = [scored.ledgers[offer.line.name].paid for offer in scored.offers.lines if offer.line.joint]
    return sum(joint, ensemble.state.last_payment * 0.0)


def base_year_entitlement(ensemble: Ensemble, formula: Formula) -> dict[str, float]:
    """What each line owes statewide for the base year's counts before proration, dollars, mean over runs."""
    return {name: float(np.mean(ledger.owed)) for name, ledger in static_score(ensemble, formula).ledgers.items()}
