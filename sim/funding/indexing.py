"""A formula whose dollars keep their worth: the same law, its nominal amounts and appropriations following prices."""

from sim.funding.appropriation import AppropriationRule, DemandWithCap, Fixed, Indexed
from sim.funding.formula import Formula
from sim.funding.line import Line


def with_indexed_dollars(formula: Formula) -> Formula:
    """The formula with the dollars of its own state lines indexed: what it pays for a thing, its guarantees, and its
    appropriations and caps. The same object if all of them are indexed already.

    Money voted once stays what was voted, a share of revenue follows revenue, and federal and background lines stay as
    they are, because they flow alike in every formula. Up to the base year nothing changes: the price index is 1.
    """
    lines = tuple(_indexed(line) for line in formula.lines)
    return formula if lines == formula.lines else formula.model_copy(update={"lines": lines})


def _indexed(line: Line) -> Line:
    if line.background or line.federal:
        return line
    rules = line.rules.model_copy(update={"indexation": "prices", "yearly_rise": 0.0})
    return line.model_copy(update={"rules": rules, "appropriation": _following_prices(line.appropriation)})


def _following_prices(rule: AppropriationRule) -> AppropriationRule:
    if isinstance(rule, Fixed):
        return Indexed(dollars=rule.dollars)
    if isinstance(rule, DemandWithCap):
        return rule.model_copy(update={"indexed": True, "yearly_rise": 0.0})
    return rule
