"""The model's year against a second implementation of it, written from ``docs/explanation/odd.md`` in plain numbers.

Where the page did not say enough it was completed from the code. The second implementation reads as data where the year
begins: parameters, premises, the state at the end of the base year, draws, and the prices that the law posts.
Everything else is worked out again, for every district and cluster, and has to be the engine's number.
"""

import ast
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from builders import standing
from second_implementation.plain import at, plain
from second_implementation.year import run_year
from simulated import (
    BASE_YEAR,
    Step,
    formula_of,
    line_of,
    made_up,
    parameters_from,
    shipped,
    sparse,
    steps,
    warmed_up,
)

from sim.behavior.situation import Choice, Situation
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble
from sim.engine.prospects import Prospects
from sim.engine.scenario import BASELINE, ClusterShocks, Scenario, Shocks
from sim.engine.state import State, take_run
from sim.engine.workforce import Workforce
from sim.funding.formula import Formula
from sim.funding.schedule import Counts

TOLERANCE = 1e-9
"""Relative; of numbers far below the largest of their kind, to a millionth of that."""

NOTHING = 1e-12
DOLLARS = ("prospects.", "books.")
NO_DOLLARS = 1e-9
"""What differs by less is rounding where something is nothing: of dollars, which are often differences of many
thousands, a billionth of one."""

YEARS = 2

ALL_SHOCKS = Scenario(
    name="all_at_once", title="Everything moves", source="none",
    from_year={
        BASE_YEAR + 1: Shocks(
            revenue=0.75, entrants=0.9, participation=1.1, progression=0.9, credentials=1.2, turnover=1.5,
            instructor_supply=0.7, running_costs=1.1, startup_costs=0.9, local_money=0.8, general_money=0.9,
            federal_money=0.6, paid_on_time=0.7, revenue_noise=0.5,
            recurring_budget=1.1,
            clusters={
                "construction": ClusterShocks(
                    participation=1.4, openings=2.0, turnover=1.2, running_costs=1.3, startup_costs=1.5,
                ),
                "digital_technology": ClusterShocks(instructor_supply=0.5, openings=0.5),
            },
        )
    },
)  # fmt: skip


def depth_with_a_floor() -> Formula:
    """Pays for concentrators and credentials, no district less than nine tenths of its base-year payment."""
    paid = [
        {"kind": "per_student", "count": "concentrators", "dollars": 900},
        {"kind": "credential_bonus", "dollars": {1: 250, 2: 500, 3: 750}},
    ]
    rules = {"indexation": "prices", "hold_harmless": {"share": 0.9}}
    return formula_of(line_of(components=paid, appropriation={"rule": "indexed", "dollars": 400_000}, rules=rules))


def several_lines() -> Formula:
    """Two lines under one guarantee, growth cap and phase-in, one of which ends; exams and sites are paid dearly."""
    joint = {
        "minimum_guarantee": 20_000, "growth_cap": 0.2, "phase_in": [0.4, 0.8], "phase_in_from": "nothing",
    }  # fmt: skip
    exams = [
        {"kind": "credential_bonus", "dollars": {2: 3000, 3: 1500}, "per_student_limit": 2, "district_share_limit": 0.2}
    ]
    reach = [{"kind": "base", "per_school": 20_000, "per_site": 4000}]
    shared = {"start_year": BASE_YEAR + 1, "rules": joint}
    return formula_of(
        line_of(components=exams, appropriation={"rule": "full"}, **shared),
        line_of(
            components=reach, sunset_year=BASE_YEAR + 2, oversight="monitored", recurring=False,
            appropriation={"rule": "fixed", "dollars": 900_000}, **shared,
        ),
    )  # fmt: skip


def without_strings() -> Formula:
    """A share of revenue for seats and instructors, part to be spent on CTE, little left over; it falls slowly."""
    rules = {
        "spend_on_cte": 0.55, "carryover": 0.1, "count_lag": 1, "phase_in": [0.4, 0.7], "phase_in_from": "previous_law",
        "hold_harmless": {"share": 0.9, "reference": "previous_year"},
    }  # fmt: skip
    paid = [
        {"kind": "per_student", "count": "participants", "dollars": 500},
        {"kind": "instructor_unit", "dollars": 4000},
    ]
    appropriation = {"rule": "share_of_revenue", "share": 0.0004}
    shared = {"oversight": "general", "start_year": BASE_YEAR + 1}
    return formula_of(line_of(components=paid, appropriation=appropriation, rules=rules, **shared))


@cache
def central() -> Ensemble:
    """Thirty districts in two regions, parameters at their shipped values."""
    return standing(30, runs=2, horizon=YEARS)


@cache
def at_the_edges(seed: int) -> Ensemble:
    """Twelve districts, half of the parameters near the limits of their priors."""
    world = made_up(12, seed)
    return warmed_up(world, sparse(parameters_from(world, seed, 2, 0.5), world), seed, (0, 1), YEARS)


CASES: dict[str, tuple[Any, Any, Scenario]] = {
    "current law": (central, lambda: shipped("status_quo"), BASELINE),
    "depth with a floor": (central, depth_with_a_floor, BASELINE),
    "several lines": (central, several_lines, BASELINE),
    "money inside the main formula": (central, lambda: shipped("sb130_quarter_weight"), BASELINE),
    "no money of the state": (central, lambda: shipped("seg_only"), BASELINE),
    "money without strings": (central, without_strings, BASELINE),
    "quality and places": (central, lambda: shipped("aligned_quality"), ALL_SHOCKS),
    "credentials that count": (lambda: at_the_edges(2), lambda: shipped("ohio"), BASELINE),
    "current law at the edges": (lambda: at_the_edges(2), lambda: shipped("status_quo"), ALL_SHOCKS),
    "depth at the edges": (lambda: at_the_edges(5), depth_with_a_floor, ALL_SHOCKS),
    "lines at the edges": (lambda: at_the_edges(5), several_lines, BASELINE),
}


@cache
def years_of(case: str) -> tuple[Ensemble, list[Step]]:
    """The engine's years."""
    prepared, formula, scenario = CASES[case]
    return prepared(), steps(prepared(), formula(), YEARS, scenario)


def both(case: str, run: int, chained: bool = False) -> Iterator[tuple[Any, Any, Any]]:
    """Year by year: what the second implementation finds, the engine's year and its state at the end. ``chained``:
    every year but the first begins with the second implementation's own state."""
    ensemble, done = years_of(case)
    world, rules = plain(ensemble.world), plain(take_run(ensemble.parameters, run))
    premises, own = plain(take_run(ensemble.premises, run)), None
    for number, step in enumerate(done, start=1):
        engine = take_run(step.year, run)
        year, before, after = (plain(one) for one in (engine, take_run(step.before, run), take_run(step.after, run)))
        if chained and own is not None:
            before = SimpleNamespace(**{**vars(before), **vars(own)})
        drawn = ensemble.draws.single(run).year(WARM_UP_YEARS + number)
        luck = SimpleNamespace(**{purpose.name: plain(block) for purpose, block in drawn.items()})
        lines = [offer.line for offer in engine.offers.lines]
        announced = [(line, offer.schedule) for line, offer in zip(lines, year.offers.lines, strict=True)]
        found = run_year(world, rules, premises, before, announced, year.conditions.shocks, luck, BASE_YEAR + number)
        own = found.after
        yield found, year, after


def compared(found: Any, year: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, own number or numbers, and the engine's."""
    named = (
        ("conditions", found.now, year.conditions, (
            "price_index", "price_rise", "wage_index", "revenue", "revenue_shock", "grant_cut", "formula_cut",
            "categorical_cut")),
        ("cohorts", found.cohorts, year.cohorts, ("grades", "membership", "local_index", "entry_index")),
        ("prospects", found.believed, year.prospects, vars(found.believed)),
        ("interest", found.wish, year.interest, ("interested", "wanted", "going_on", "completion", "quality_gap")),
        ("situation", found.seen, year.situation, SITUATION),
        ("workforce", found.staffed, year.workforce, WORKFORCE),
        ("schooling", found.taken, year.schooling, ("reached", "diverted", "demanded", "eligible", "taught")),
        ("enrolled", found.taken, year.schooling.enrolled, ("first", "second", "unserved_first", "unserved_second")),
        ("schooling", found.found, year.schooling, ("recoded", "dual_credit", "placements")),
        ("exams", found.found, year.schooling.exams, ("share", "accepted")),
        ("upkeep", found.kept, year.maintenance, ("quality", "equipment", "facilities", "fill")),
        ("bill", found.owed, year.bill, ("instruction", "flexible", "startup")),
        ("books", found.closed, year.books, ("own", "launch_money", "received", "awaited")),
        ("books", found.closed, year.books.year_end, (
            "spending_ratio", "spending", "cash", "covered", "returned", "lapsed")),
        ("state", found.after, after, STATE),
        ("counts", found.counts, after.counts, [field.name for field in fields(Counts)]),
        ("state", found.after, after, ("trust", "remembered", "steadiness", "paid_before", "reserves", "approved")),
    )  # fmt: skip
    for where, mine, theirs, names in named:
        for name in names:
            yield f"{where}.{name}", getattr(mine, name), getattr(theirs, name)
    for name in CHOICE:
        yield f"choice.{name}", [getattr(one, name) for one in found.chosen], getattr(year.choice, name)
    yield "openings", found.openings, year.signals.openings
    yield "unit value", found.unit.value, year.offers.unit_value
    yield "undiluted unit value", found.unit.undiluted, year.offers.undiluted_value
    yield "credentials.attempts", found.found.attempts, year.schooling.credentials.attempts
    yield "passing.share", found.found.passing, year.schooling.passing.share
    paid = year.settlement
    for name, theirs in (("reaching", paid.reaching_cte), ("restricted", paid.restricted), ("free", paid.free)):
        yield f"settlement.{name}", getattr(found.paid, name), theirs
    for mine, theirs in zip(found.offers, year.offers.lines, strict=True):
        if mine.appropriation < 1e300:
            yield f"{mine.line.name}.appropriation", mine.appropriation, theirs.appropriation
        yield f"{mine.line.name}.reach", mine.reach, theirs.reach
        ledger, engine = found.ledgers[mine.line.name], paid.ledgers[mine.line.name]
        for stage in STAGES:
            yield f"{mine.line.name}.{stage}", getattr(ledger, stage), getattr(engine, stage)
        for name in SEEN:
            each = [getattr(one, name) for one in found.outlook.lines[mine.line.name]]
            yield f"{mine.line.name}.{name}", each, getattr(year.outlook.lines[mine.line.name], name)


STAGES = (
    "claimed", "entitlement", "matched", "guaranteed", "held_harmless", "capped", "phased_in", "proration", "paid",
)  # fmt: skip
SEEN = (
    "attention", "trust", "now", "of_last_year", "lasts", "receipts_last", "stays", "steadiness", "marginal",
)  # fmt: skip
CHOICE = sorted({field.name for field in fields(Choice)} - {"closed_for_money"})
SITUATION = sorted({field.name for field in fields(Situation)} - {"solving"})
WORKFORCE = sorted(field.name for field in fields(Workforce))
KEPT = {"base_own", "base_restricted", "base_fiscal_effort", "base_payment", "capital_share", "filled_share"}
"""What no year after the base year changes."""
BY_NAME = {"trust", "remembered", "steadiness", "paid_before", "reserves", "approved"}
STATE = sorted({field.name for field in fields(State)} - KEPT - BY_NAME - {"counts"})


def off(name: str, mine: Any, theirs: Any) -> list[str]:
    """Where a number is not the engine's."""
    pairs = list(_paired(mine, theirs, ""))
    largest = max((abs(one) for _, _, one in pairs), default=0.0)
    allowed = max(1e-6 * largest * TOLERANCE, NO_DOLLARS if name.startswith(DOLLARS) else NOTHING)
    return [
        f"{name}{place}: {own!r}, the engine {one!r}"
        for place, own, one in pairs
        if not abs(own - one) <= max(TOLERANCE * max(abs(own), abs(one)), allowed)
    ]


def _paired(mine: Any, theirs: Any, place: str) -> Iterator[tuple[str, float, float]]:
    """Numbers side by side; what is alike for all clusters or districts stands once with the engine."""
    if isinstance(mine, dict):
        assert set(mine) == set(theirs)
        for key in mine:
            yield from _paired(mine[key], theirs[key], f"{place}.{key}")
    elif not isinstance(mine, list | tuple):
        yield place, float(mine), float(theirs)
    elif isinstance(mine[0], list) and isinstance(mine[0][0], list):
        for tier, (own, one) in enumerate(zip(mine, theirs, strict=True)):
            yield from _paired(own, one, f"{place}, tier {tier + 1} ")
    elif isinstance(theirs, list) and any(isinstance(one, list | tuple) for one in theirs):
        for number, (own, one) in enumerate(zip(mine, theirs, strict=True)):
            yield from _paired(own, one, f"{place}[{number}]")
    else:
        for number, own in enumerate(mine):
            for cluster, value in enumerate(own if isinstance(own, list) else [own]):
                column = number if isinstance(mine, tuple) else cluster
                yield f"{place}[{number}, {cluster}]", float(value), at(theirs, number, column)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("run", [0, 1])
def test_a_year_by_hand_is_the_engine_s_year(case: str, run: int) -> None:
    for found, year, after in both(case, run):
        wrong = [line for name, mine, theirs in compared(found, year, after) for line in off(name, mine, theirs)]
        assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("case", ["current law", "depth with a floor", "lines at the edges"])
def test_its_own_state_carries_on(case: str) -> None:
    for found, year, after in both(case, run=0, chained=True):
        wrong = [line for name, mine, theirs in compared(found, year, after) for line in off(name, mine, theirs)]
        assert not wrong, "\n".join(wrong[:20])


def test_nothing_that_districts_expect_is_left_out() -> None:
    left_out = {field.name for field in fields(Prospects)} - {"required"}
    found, _, _ = next(both("depth with a floor", run=0))
    assert left_out == set(vars(found.believed))
    assert set(vars(found.after)) == {field.name for field in fields(State)} - KEPT


def test_it_shares_no_code_with_the_engine() -> None:
    """Neither rules nor arrays: the standard library and itself."""
    for path in sorted((Path(__file__).parent / "second_implementation").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            allowed = {
                "collections", "copy", "dataclasses", "itertools", "math", "second_implementation", "types", "typing",
            }  # fmt: skip
            assert {name.split(".")[0] for name in names} <= allowed, f"{path.name}: {names}"
