"""Competitions of a bill as they are drawn: a bound takes more of awards than of what districts may expect of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.arrays import Array
from sim.funding.bounds import bounds_written
from sim.funding.components import CompetitiveGrant, Component, StartupGrant
from sim.funding.formula import Formula
from sim.study.bill.bridge import BOUNDS
from sim.study.bill.static_score import Position


@dataclass(frozen=True)
class Drawn:
    """A line with a competition: its ``bounds`` by their names, and what it ``spent`` where awards are drawn, dollars
    ``[..., 1, 1]``."""

    bounds: tuple[str, ...]
    spent: Array


def bounded_competitions(formula: Formula, drawn: Position) -> Mapping[str, Drawn]:
    """The own lines in force that award money by competition and bound what a district is paid, by name; ``drawn`` is
    where districts stand with the luck of the base year."""
    found = {}
    for line in drawn.own_lines:
        bounds = tuple(BOUNDS[key] for key in bounds_written(formula.line(line.name).rules))
        if bounds and any(competes(component) for component in line.components):
            found[line.name] = Drawn(bounds, drawn.ledgers[line.name].spent)
    return found


def competes(component: Component) -> bool:
    """Whether chance decides who is paid."""
    return isinstance(component, CompetitiveGrant) or (isinstance(component, StartupGrant) and component.competitive)
