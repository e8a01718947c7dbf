"""The neutral world: where prices, wages, budgets and every amount of law rise alike, nothing that is real moves."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from simulated import Step, formula_of, leaves, line_of, new_mexico_ensemble, shipped, steps, with_parameters

from sim.arrays import Array
from sim.engine.ensemble import Ensemble
from sim.funding.appropriation import DemandWithCap, Fixed, Full, Indexed
from sim.funding.formula import Formula
from sim.funding.line import Line

HORIZON = 12
WITHIN = 1e-7
"""Relative to the largest number of an array. A compound rate and its inverse differ in the last bits, which a memory
of years and a sum over districts carry on."""
NOMINAL = (
    "base_payment",
    "last_payment",
    "payment_before_law",
    "counts.expenditure",
    "counts.startup_spending",
    "counts.ordinary_cost",
    "reserves",
)
"""What the state keeps in dollars of the year, as laws do; all else is real."""

EVERYTHING = [
    {"kind": "base", "per_school": 20_000},
    {"kind": "per_student", "name": "each", "count": "participants", "dollars": 100},
    {"kind": "per_student", "name": "outcome", "count": "concentrators", "dollars": 900},
    {"kind": "credential_bonus", "dollars": {1: 250, 2: 500, 3: 750}},
    {"kind": "quality_incentive", "share": 0.1},
    {"kind": "accountability", "count": "credentials", "strength": 300},
]
FORMULAS: dict[str, list[dict[str, Any]]] = {
    "categorical": [{"components": EVERYTHING, "appropriation": {"rule": "full"}}],
    "monitored and prorated": [
        {
            "components": EVERYTHING,
            "appropriation": {"rule": "fixed", "dollars": 25_000_000},
            "oversight": "monitored",
            "recurring": False,
        }
    ],
    "without strings": [{"components": EVERYTHING, "appropriation": {"rule": "full"}, "oversight": "general"}],
    "start-up and reimbursement": [
        {
            "components": [
                {"kind": "startup_grant", "share": 0.5},
                {"kind": "expenditure_reimbursement", "rate": 0.3},
                {"kind": "internship", "dollars": 3000, "places": 1000},
            ],
            "appropriation": {"rule": "full"},
        }
    ],
    "weight inside the SEG": [
        {
            "components": [{"kind": "seg_weight", "count": "concentrators", "weight": 0.25, "funded": False}],
            "appropriation": {"rule": "full"},
            "oversight": "general",
        }
    ],
    "competition with a reserve": [
        {
            "components": [{"kind": "competitive_grant"}],
            "appropriation": {"rule": "fixed", "dollars": 13_000_000},
            "oversight": "monitored",
        }
    ],
    "nothing": [],
}


def indexed(line: Line) -> Line:
    """A line whose amounts and appropriation follow prices."""
    rule = line.appropriation
    if isinstance(rule, Fixed):
        rule = Indexed(dollars=rule.dollars)
    assert isinstance(rule, Indexed | Full | DemandWithCap), rule
    return line.model_copy(
        update={"rules": line.rules.model_copy(update={"indexation": "prices"}), "appropriation": rule}
    )


def everything_indexed(formula: Formula) -> Formula:
    return formula.model_copy(update={"lines": tuple(indexed(line) for line in formula.lines)})


def formula_named(name: str) -> Formula:
    background = [line for line in shipped("status_quo").lines if line.background]
    own = formula_of(*(line_of(**written) for written in FORMULAS[name]))
    return everything_indexed(own.model_copy(update={"lines": (*own.lines, *background)}))


def rising(ensemble: Ensemble, rate: float) -> Ensemble:
    """The same start, where from now on prices, wages, revenue and budgets rise by ``rate`` and revenue is sure."""
    moved = dict.fromkeys(("inflation", "wage_growth", "revenue_growth", "budget_growth"), rate)
    sure = {"revenue_volatility": 0.0}
    return replace(ensemble, parameters=with_parameters(ensemble.parameters, economy={**moved, **sure}))


@cache
def years(name: str, rate: float) -> list[Step]:
    return steps(rising(new_mexico_ensemble(3, HORIZON), rate), formula_named(name), HORIZON)


def far(one: Array, other: Array, least: float = 1e-9) -> float:
    return float(np.abs(one - other).max() / max(np.abs(one).max(), least))


@pytest.mark.parametrize("name", FORMULAS)
def test_every_real_number_of_the_state_is_the_same_whatever_prices_do(name: str) -> None:
    """Memory included: what is remembered of money is kept in real dollars, so that it cannot fade with prices."""
    for still, risen in zip(years(name, 0.0), years(name, 0.05), strict=True):
        price = risen.year.conditions.price_index
        assert np.allclose(price, 1.05 ** (risen.year.fiscal_year - 2026))
        compared, other = dict(leaves(still.after)), dict(leaves(risen.after))
        assert set(compared) == set(other)
        for key, mine in compared.items():
            nominal = any(f".{part}" in key for part in NOMINAL)
            frozen = key == ".base_payment"
            worth = price if nominal and not frozen else np.ones_like(price)
            assert far(mine, other[key] / worth) < WITHIN, (still.year.fiscal_year, key)


@pytest.mark.parametrize("name", FORMULAS)
def test_money_that_moves_in_a_year_rises_with_prices_and_nothing_else_does(name: str) -> None:
    for still, risen in zip(years(name, 0.0), years(name, 0.05), strict=True):
        price = risen.year.conditions.price_index
        for part in ("bill", "books"):
            mine, theirs = dict(leaves(getattr(still.year, part))), dict(leaves(getattr(risen.year, part)))
            for key, array in mine.items():
                worth = theirs[key] if key.endswith("spending_ratio") else theirs[key] / price
                # An amount that is nothing everywhere is held against a dollar.
                assert far(array, worth, 1.0) < WITHIN, (still.year.fiscal_year, part, key)
        for line, ledger in still.year.settlement.ledgers.items():
            assert far(ledger.paid, risen.year.settlement.ledgers[line].paid / price) < WITHIN
        for part in ("choice", "workforce", "schooling", "maintenance"):
            mine, theirs = dict(leaves(getattr(still.year, part))), dict(leaves(getattr(risen.year, part)))
            for key, array in mine.items():
                dollars = key.endswith(("launch_cost", "plan_cost", "plan_earned", "plan_falls"))
                worth = theirs[key] / price if dollars else theirs[key]
                assert far(array * 1.0, worth * 1.0) < WITHIN, (still.year.fiscal_year, part, key)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_law_that_follows_prices_is_never_held_to_have_cut(name: str) -> None:
    """Whatever is counted from year to year, and however fast prices rise."""
    for step in years(name, 0.05):
        for promise in ("line_0",) if FORMULAS[name] else ():
            assert far(np.ones(1), step.after.steadiness[promise]) < WITHIN, (step.year.fiscal_year, promise)


def test_the_comparison_would_see_a_memory_in_dollars_of_the_year() -> None:
    """Where law stays in dollars of the year, prices do wear it down."""
    formula = formula_of(line_of(components=EVERYTHING, appropriation={"rule": "full"}))
    still, risen = (
        steps(rising(new_mexico_ensemble(3, HORIZON), rate), formula, HORIZON)[-1].after for rate in (0.0, 0.05)
    )
    assert far(still.restricted, risen.restricted) > 0.05
    assert risen.taught.sum() < 0.99 * still.taught.sum()
