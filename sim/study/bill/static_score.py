"""Where districts stand under a formula in one year: what is posted, what is counted and how it is settled.

In the base year this is the static score: the counts of the base year, with no one responding to the formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, ratio, state_total
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble
from sim.engine.offers import Offer, Offers
from sim.engine.static import static_score
from sim.funding import allocation, seg
from sim.funding.allocation import Ledger
from sim.funding.formula import Formula, enacted, first_priced_year
from sim.funding.line import Line
from sim.funding.schedule import Counts, entitlement
from sim.inputs import InputError


@dataclass(frozen=True)
class Position:
    """A formula in one fiscal year, its lines by name.

    ``counts`` are those that each line pays on. ``dilution`` ``[..., D, 1]`` is main formula money that a district
    loses because weights without money lower the unit value, dollars. ``weight_cost`` is that of
    ``sim.engine.offers.Offers``.
    """

    fiscal_year: int
    offers: Mapping[str, Offer]
    counts: Mapping[str, Counts]
    ledgers: Mapping[str, Ledger]
    dilution: Array
    weight_cost: Array

    @property
    def own_lines(self) -> tuple[Line, ...]:
        """The formula's own lines, without those that flow in every formula."""
        return tuple(offer.line for offer in self.offers.values() if not offer.line.background)

    def stage(self, name: str) -> Array:
        """The districts' dollars at a stage of the ledger, own lines together, ``[..., D, 1]``."""
        dollars = self._nothing()
        for line in self.own_lines:
            dollars = dollars + getattr(self.ledgers[line.name], name)
        return dollars

    def net(self) -> Array:
        """What districts are paid by own lines, less what they lose inside the main formula, ``[..., D, 1]``."""
        return self.stage("paid") - self.dilution

    def owed(self) -> Array:
        """What own lines owe before proration, the state's own spending included, ``[..., 1, 1]``."""
        return state_total(self._nothing()) + sum(self.ledgers[line.name].owed for line in self.own_lines)

    def spent(self) -> Array:
        """What own lines pay, the state's own spending included, ``[..., 1, 1]``."""
        return state_total(self._nothing()) + sum(self.ledgers[line.name].spent for line in self.own_lines)

    def for_pathways(self) -> Array:
        """The part of what own lines pay districts that is meant for pathways, ``[..., D, 1]``."""
        dollars = self._nothing()
        for line in self.own_lines:
            dollars = dollars + line.pathway_share * self.ledgers[line.name].paid
        return dollars

    def held_to_cte(self) -> Array:
        """The part of what own lines pay districts that must be spent on CTE, ``[..., D, 1]``: all of a restricted
        line, of general money what ``spend_on_cte`` says."""
        dollars = self._nothing()
        for line in self.own_lines:
            share = 1.0 if line.oversight != "general" else line.rules.spend_on_cte
            if share is not None:
                dollars = dollars + share * self.ledgers[line.name].paid
        return dollars

    def state_cost(self, line: Line) -> Array:
        """What a line adds to the state's spending, ``[..., 1, 1]``; see ``allocation.cost_to_state``."""
        return allocation.cost_to_state(line, self.ledgers[line.name], self.weight_cost)

    def entitled(self) -> Array:
        """What own lines owe by prices and limits alone, the state's own spending included, ``[..., 1, 1]``."""
        statewide = sum(self.ledgers[line.name].statewide_owed for line in self.own_lines)
        return state_total(self.stage("entitlement")) + statewide

    def _nothing(self) -> Array:
        return self.dilution * 0.0


def base_year_position(
    ensemble: Ensemble, formula: Formula, counts: Counts | None = None, year: int | None = None, drawn: bool = False
) -> Position:
    """The static score of a formula, see ``sim.engine.static``; ``counts`` stand for those of the base year, ``year``
    for the fiscal year whose rules hold, and ``drawn`` for awards with the luck of the base year."""
    scored = static_score(ensemble, formula, counts, year, drawn)
    held = ensemble.state.counts if counts is None else counts
    return _position(scored.fiscal_year, scored.offers, dict.fromkeys(scored.ledgers, held), scored.ledgers)


def position_in_year(before: Counts, after: Counts, year: Year) -> Position:
    """Where districts stood in a simulated year, from what was counted in the year before it and in it."""
    counts = {offer.line.name: allocation.counts_for(offer.line, after, before) for offer in year.offers.lines}
    return _position(year.fiscal_year, year.offers, counts, year.settlement.ledgers)


def _position(year: int, offers: Offers, counts: Mapping[str, Counts], ledgers: Mapping[str, Ledger]) -> Position:
    lost = seg.dilution(offers.base_units, offers.undiluted_value, offers.unit_value)
    by_name = {offer.line.name: offer for offer in offers.lines}
    return Position(year, by_name, counts, ledgers, lost, offers.weight_cost)


def paying(position: Position) -> dict[str, tuple[BoolArray, ...]]:
    """For each own line in force the districts ``[D]`` in which each of its components brings money in half of
    the draws or more."""
    found = {}
    for line in position.own_lines:
        counts = position.counts[line.name]
        parts = position.offers[line.name].schedule.parts
        dollars = [np.broadcast_to(entitlement(part, counts), counts.membership.shape)[..., 0] for part in parts]
        found[line.name] = tuple((each.reshape(-1, each.shape[-1]) != 0.0).mean(axis=0) >= 0.5 for each in dollars)
    return found


def share_paid(position: Position) -> Array:
    """The part of what own lines owe that they pay, ``[..., 1, 1]``; 1 where nothing is owed."""
    return ratio(position.spent(), position.owed(), 1.0)


def refuse_empty(formula: Formula, current_law: Formula, base_year: int, year: int | None = None) -> None:
    """Raise InputError if no line of the formula's own is ever paid, so that there is nothing to price, or none in the
    ``year`` that is asked for."""
    first_paid = first_priced_year(formula, current_law, base_year)
    first = max(formula.takes_effect, base_year + 1)
    if first_paid is None:
        raise InputError(
            f"formula '{formula.name}': no line of its own pays from FY{first} on, when the bill can first pay; there "
            "is no price"
        )
    if year is None:
        return
    if year < first_paid:
        said = f"{year} lies before FY{first_paid}, in which formula '{formula.name}' first pays"
        raise InputError(f"settings: year: {said}")
    if not any(line.active(year) for line in enacted(formula, current_law, base_year).own_lines):
        raise InputError(f"settings: year: no line of formula '{formula.name}' pays in FY{year}")
