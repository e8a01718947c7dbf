"""Where districts stand under a formula in one year: what is posted, what is counted and how it is settled.

In the base year this is the static score: the counts of the base year, with no one responding to the formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from sim.arrays import Array, ratio, state_total
from sim.engine import money
from sim.engine.calendar import Year
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble
from sim.engine.money import Offer, Offers
from sim.engine.state import State
from sim.engine.static import base_year_ledgers
from sim.funding import allocation, seg
from sim.funding.allocation import Ledger
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.schedule import Counts
from sim.inputs import InputError

_NOT_STAGES = frozenset({"proration", "statewide_owed", "statewide_paid"})

STAGES: tuple[str, ...] = tuple(field.name for field in fields(Ledger) if field.name not in _NOT_STAGES)
"""The stages of a district's ledger from what is claimed to what is paid, in their order."""


@dataclass(frozen=True)
class Position:
    """A formula in one fiscal year, its lines by name.

    ``counts`` are those that each line pays on. ``dilution`` ``[..., D, 1]`` is SEG money that a district loses because
    weights without money lower the unit value, dollars.
    """

    fiscal_year: int
    offers: Mapping[str, Offer]
    counts: Mapping[str, Counts]
    ledgers: Mapping[str, Ledger]
    dilution: Array

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
        """What districts are paid by own lines, less what they lose inside the SEG, ``[..., D, 1]``."""
        return self.stage("paid") - self.dilution

    def owed(self) -> Array:
        """What own lines owe before proration, the state's own spending included, ``[..., 1, 1]``."""
        return state_total(self._nothing()) + sum(self.ledgers[line.name].owed for line in self.own_lines)

    def spent(self) -> Array:
        """What own lines pay, the state's own spending included, ``[..., 1, 1]``."""
        return state_total(self._nothing()) + sum(self.ledgers[line.name].spent for line in self.own_lines)

    def entitled(self) -> Array:
        """What own lines owe by prices and limits alone, the state's own spending included, ``[..., 1, 1]``."""
        statewide = sum(self.ledgers[line.name].statewide_owed for line in self.own_lines)
        return state_total(self.stage("entitlement")) + statewide

    def _nothing(self) -> Array:
        return self.dilution * 0.0


def static_year(formula: Formula, base_year: int) -> int:
    """The fiscal year whose rules a static score applies: the formula's first, at the earliest the base year."""
    return max(formula.takes_effect, base_year)


def ledgers_for(ensemble: Ensemble, formula: Formula, counts: Counts) -> dict[str, Ledger]:
    """What each line would owe and pay if districts had these counts in the base year, no one responding."""
    return base_year_ledgers(replace(ensemble, state=replace(ensemble.state, counts=counts)), formula)


def base_year_position(ensemble: Ensemble, formula: Formula, counts: Counts | None = None) -> Position:
    """The static score of a formula: base-year counts and prices, the rules of its first year, no one responding.

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
    ledgers = ledgers_for(ensemble, formula, state.counts)
    return _position(year, offers, dict.fromkeys(ledgers, state.counts), ledgers)


def position_in_year(before: State, after: State, year: Year) -> Position:
    """Where districts stood in a simulated year, from the states before and after it."""
    counts = {
        offer.line.name: allocation.counts_for(offer.line, after.counts, before.counts) for offer in year.offers.lines
    }
    return _position(year.fiscal_year, year.offers, counts, year.settlement.ledgers)


def _position(year: int, offers: Offers, counts: Mapping[str, Counts], ledgers: Mapping[str, Ledger]) -> Position:
    lost = seg.dilution(offers.base_units, offers.undiluted_value, offers.unit_value)
    return Position(year, {offer.line.name: offer for offer in offers.lines}, counts, ledgers, lost)


def share_paid(position: Position) -> Array:
    """The part of what own lines owe that they pay, ``[..., 1, 1]``; 1 where nothing is owed."""
    return ratio(position.spent(), position.owed(), 1.0)


def refuse_empty(formula: Formula, base_year: int) -> None:
    """Raise InputError if no line of the formula's own pays in the year that a static score prices."""
    year = static_year(formula, base_year)
    if not any(line.active(year) for line in formula.own_lines):
        raise InputError(
            f"formula '{formula.name}': no line of its own pays in FY{year}, when it takes effect; there is no price"
        )
