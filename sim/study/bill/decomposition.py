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

    All in the year in which the whole formula is priced, or in the year ``asked``: a line that pays later has no price
    yet.
    """
    position = base_year_position(ensemble, formula, year=asked)
    whole, year = _entitled(position), position.fiscal_year
    elements = [(line, component) for line in formula.own_lines for component in line.components]
    if len(elements) == 1:
        priced = [(whole, whole * 0.0)]
    else:
        variants = [
            _entitled(base_year_position(ensemble, variant, year=year)) for variant in component_variants(formula)
        ]
        priced = list(zip(variants[::2], variants[1::2], strict=True))
    parts = tuple(
        Part(line.name, component.label, tuple(component.sentences()), alone, without)
        for (line, component), (alone, without) in zip(elements, priced, strict=True)
    )
    return Decomposition(whole, parts)


def _entitled(position: Position) -> Array:
    return position.entitled()[..., 0, 0]
