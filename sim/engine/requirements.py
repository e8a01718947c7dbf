"""What lines ask of districts' own money: maintenance of effort and local match, in the dollars of a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import ZERO, Array, ratio, some
from sim.behavior import budgeting
from sim.engine.economy import Conditions
from sim.engine.state import State
from sim.funding.line import Line

LEAST_MATCH = 1e-9
"""A match below this asks for nothing to speak of: any payment is worth it."""


@dataclass(frozen=True)
class Requirement:
    """Own money that a district must give for the whole payment of a ``line``, ``[..., D, 1]``.

    It is ``a_member`` (real dollars a member) or so many ``dollars`` of the year; the other is ``ZERO``. ``worth``: own
    dollars of the year that the district adds at most to what it wants to give, so that the line pays.
    """

    line: str
    rule: Literal["maintenance_of_effort", "local_match"]
    a_member: Array
    dollars: Array
    worth: Array

    def required(self, size: Array) -> Array:
        """Real dollars a member; ``size`` is members times the price index, ``[..., D, 1]``."""
        return self.a_member + (0.0 if self.dollars is ZERO else ratio(self.dollars, size))


def asks(line: Line) -> bool:
    """Whether a line asks anything of districts' own money."""
    return line.rules.maintenance_of_effort is not None or some(line.rules.local_match)


def unmatched(line: Line) -> Line:
    """The line as it would pay if every district gave what it must to match it."""
    if not some(line.rules.local_match):
        return line
    return line.model_copy(update={"rules": line.rules.model_copy(update={"local_match": 0.0})})


def effort_required(line: Line, state: State, conditions: Conditions) -> Array | None:
    """Own money that a line's maintenance of effort asks for this year, real dollars a member, ``[..., D, 1]``; None
    where it asks nothing: up to the base year, without the rule, and after its years."""
    rule = line.rules.maintenance_of_effort
    if rule is None or conditions.years_since_base < 1:
        return None
    if rule.years is not None and line.rule_year(conditions.fiscal_year) >= rule.years:
        return None
    return rule.share * (state.base_fiscal_effort if rule.reference == "base_year" else state.fiscal_effort)


def effort_kept(own: Array, required: Array) -> Array:
    """Share of a payment that a district keeps whose own money is ``own``, ``[..., D, 1]``: it loses the proportion by
    which it falls short (20 U.S.C. 7901(b)(1) for school districts, 2391(b) for states)."""
    return np.minimum(ratio(own, required, 1.0), 1.0)


def effort_expected(state: State, required: Array, worth: Array, size: Array) -> Array:
    """Share of a payment, ``worth`` so many own dollars, that a district expects to keep, from what it plans to give of
    its own and would add for this line, ``[..., D, 1]``."""
    floor = budgeting.own_money_floor(state.own_wanted, (required,), (ratio(worth, size),))
    return effort_kept(np.maximum(state.own_money, floor), required)


def to_match(line: Line, payment: Array, reaching: Array, others: Array, state: State) -> Requirement:
    """Own money that matches a whole ``payment``, dollars ``[..., D, 1]``, of which so much is ``reaching`` CTE.

    Payment and match must be spent on CTE within the year, and ``others`` are the receipts for CTE that count toward
    it; where the match is measured on all CTE cost, what ordinary courses would have cost counts too. What is kept for
    things bought once counts toward no match. An own dollar brings 1 / match dollars, and a district adds at most so
    much for each dollar of the payment.
    """
    match = line.rules.local_match
    spending = (1.0 + match) * payment * (1.0 + state.capital_share)
    ordinary = state.counts.ordinary_cost if line.rules.match_on == "all_cost" else 0.0
    own = np.where(np.asarray(match) > 0.0, np.maximum(spending - reaching - others - ordinary, 0.0), 0.0)
    return Requirement(line.name, "local_match", ZERO, own, payment / np.maximum(match, LEAST_MATCH))


def floor(requirements: Sequence[Requirement], wanted: Array, size: Array) -> Array:
    """Own money that districts give at least, as the requirements are worth it to them, real dollars a member,
    ``[..., D, 1]``; ``wanted`` is what they want to give."""
    return budgeting.own_money_floor(
        wanted,
        tuple(one.required(size) for one in requirements),
        tuple(ratio(one.worth, size) for one in requirements),
    )


def fiscal_effort_after(lines: Sequence[Line], state: State, conditions: Conditions, own: Array) -> Array:
    """What next year's effort is measured against, real dollars a member, ``[..., D, 1]``: ``own`` money that was
    given, or what was required if that is more: a shortfall lowers no later requirement (34 CFR 300.203(c))."""
    for line in lines:
        required = effort_required(line, state, conditions)
        if required is not None:
            own = np.maximum(own, required)
    return own


def shares_kept(lines: Sequence[Line], state: State, conditions: Conditions, own: Array) -> Mapping[str, Array]:
    """Share of its payment that a district's own money keeps, by the name of each line that asks for effort."""
    asked = {line.name: effort_required(line, state, conditions) for line in lines}
    return {name: effort_kept(own, required) for name, required in asked.items() if required is not None}
