"""A formula taken apart, statically: each element alone, all but each, and what they do only together."""

from dataclasses import dataclass

from sim.arrays import Array
from sim.engine.ensemble import Ensemble
from sim.funding.formula import Formula
from sim.study.bill.static_score import Position, base_year_position
from sim.study.compare.variants import component_variants


@dataclass(frozen=True)
class Part:
    """One component of one line. Dollars of statewide entitlement ``[...]`` (runs): ``alone``, as the whole formula,
    and ``without``, the formula with everything but it."""

    line: str
    component: str
    words: tuple[str, ...]
    alone: Array
    without: Array


@dataclass(frozen=True)
class Decomposition:
    """Statewide entitlement of the own lines within limits, before guarantees, caps and proration, dollars ``[...]``.

    ``interaction`` is the whole less the sum of the parts alone: what a multiplier or a share of the rest adds, or two
    limits take, only because other components stand beside them.
    """

    whole: Array
    parts: tuple[Part, ...]

    @property
    def interaction(self) -> Array:
        """The whole less the sum of the parts."""
        total = self.whole
        for part in self.parts:
            total = total - part.alone
        return total


def decompose(ensemble: Ensemble, formula: Formula, asked: int | None = None) -> Decomposition:
    """Price every component of a formula's own lines alone, and the formula without it, on base-year counts.

    All in the year in which the whole formula is priced, or in the year ``asked``: a line that pays in others alone has
    no price in it, and is no part.
    """
    position = base_year_position(ensemble, formula, year=asked)
    whole, year = _entitled(position), position.fiscal_year
    in_force = {line.name for line in position.own_lines}
    elements = [(line, component) for line in formula.own_lines for component in line.components]
    # A formula of one component has no variants: alone it is the whole, and without it nothing.
    variants = component_variants(formula) if len(elements) > 1 else ()
    parts = []
    for place, (line, component) in enumerate(elements):
        if line.name not in in_force:
            continue
        alone, without = whole, whole * 0.0
        if variants:
            pair = variants[2 * place : 2 * place + 2]
            alone, without = (_entitled(base_year_position(ensemble, one, year=year)) for one in pair)
        parts.append(Part(line.name, component.label, tuple(component.sentences()), alone, without))
    return Decomposition(whole, tuple(parts))


def _entitled(position: Position) -> Array:
    return position.entitled()[..., 0, 0]
