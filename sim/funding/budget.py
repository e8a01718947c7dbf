"""The state appropriates: how much is voted for a line in a year."""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from sim.arrays import Array
from sim.funding.appropriation import DemandWithCap, Fixed, Full, Indexed, Once, ShareOfRevenue
from sim.funding.line import Line


@dataclass(frozen=True)
class Budget:
    """The state's finances in a fiscal year, each ``[..., 1, 1]``.

    ``price_index`` (base year 1), ``revenue`` (general-fund recurring, nominal dollars), and the cuts of a bust as
    shares taken from what would otherwise be voted: ``grant_cut`` (agencies lost 4-8% in 2009, 2016 and 2020) and
    ``formula_cut`` (the main formula lost 1-3% in the same crises). ``categorical_cut`` is what CTE lines outside the
    main formula have lost to a scenario's busts.
    """

    fiscal_year: int
    price_index: Array
    revenue: Array
    grant_cut: Array
    formula_cut: Array
    federal_share: float | Array = 1.0
    categorical_cut: float | Array = 0.0


def appropriate(line: Line, budget: Budget) -> Array:
    """The dollars that a line may pay in the year, ``[..., 1, 1]``: infinite if funded in full, zero if not active.

    A share of revenue falls with revenue and is not cut again. Money voted once is given in equal yearly parts.
    """
    if not line.active(budget.fiscal_year):
        return budget.price_index * 0.0
    rule = line.appropriation
    nominal = 1.0 + 0.0 * budget.price_index
    match rule:
        case Full():
            return nominal * np.inf
        case ShareOfRevenue():
            return (rule.share * line.scale) * budget.revenue
        case Fixed():
            dollars = rule.dollars * (nominal * line.risen(rule.yearly_rise, budget.fiscal_year))
        case Indexed():
            dollars = rule.dollars * budget.price_index
        case DemandWithCap():
            rising = nominal * line.risen(rule.yearly_rise, budget.fiscal_year)
            dollars = rule.cap * (budget.price_index if rule.indexed else rising)
        case Once():
            assert line.start_year is not None
            within = budget.fiscal_year < line.start_year + rule.years
            dollars = (rule.dollars / rule.years if within else 0.0) * nominal
        case _:
            assert_never(rule)
    left = budget.federal_share if line.federal else 1.0
    return dollars * line.scale * (1.0 - cut_share(line, budget)) * left


def cut_share(line: Line, budget: Budget) -> Array:
    """The cut of the line this year, ``[..., 1, 1]``: what it shares with grants or with formula money, or, if that is
    more, what lines of its kind have lost."""
    if line.cut_rule == "none":
        return budget.grant_cut * 0.0
    shared = budget.grant_cut if line.cut_rule == "grant" else budget.formula_cut
    if not line.categorical:
        return shared
    cut: Array = np.maximum(shared, budget.categorical_cut)
    return cut


def voted(line: Line, budget: Budget, paid: Array) -> Array:
    """What the appropriation act shows for the line, ``[..., 1, 1]``.

    Money voted once stands in its first year as a whole. Lines that follow demand (in full or up to a cap) stand at
    what they paid, ``paid`` ``[..., 1, 1]``.
    """
    rule = line.appropriation
    if not line.active(budget.fiscal_year):
        return budget.price_index * 0.0
    if isinstance(rule, Full | DemandWithCap):
        return paid
    if isinstance(rule, Once):
        first = budget.fiscal_year == line.start_year
        return budget.price_index * 0.0 + (rule.dollars * line.scale if first else 0.0)
    return appropriate(line, budget)
