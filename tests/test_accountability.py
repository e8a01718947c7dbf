"""A rule that counts outcomes: districts answer it as a price, and nobody pays it."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from made_up_laws import law
from parameter_groups import number, row
from simulated import Step, line_of, made_up, shipped, sparse, steps, warmed_up
from small_world import some_counts
from test_funding_identities import WORLD

from sim.arrays import ZERO, state_total
from sim.engine.ensemble import Ensemble
from sim.engine.stakes import stakes
from sim.funding.allocation import cost_to_state
from sim.funding.context import PricingContext
from sim.funding.line import Line
from sim.funding.pricing import announce
from sim.funding.schedule import Schedule
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters

HORIZON = 6
MIX = (row(0.2, 0.6, 0.2), row(0.6, 0.2, 0.2), row(0.2, 0.2, 0.6))


def counting(count: str, strength: float, **more: Any) -> dict[str, Any]:
    return {"kind": "accountability", "count": count, "strength": strength, **more}


def rule(*components: dict[str, Any], **more: Any) -> Line:
    return line_of(components=list(components), appropriation={"rule": "full"}, **more)


def announced(line: Line, price_index: float = 1.0) -> Schedule:
    counts = some_counts(0, (), len(WORLD.districts))
    one = number(1.0)
    context = PricingContext(WORLD, 2030, number(price_index), one, counts, np.inf * one, 0.0 * one, 0.0 * one)
    return announce(line, context)


def test_strength_is_in_dollars_of_the_base_year_whether_or_not_the_line_is_indexed() -> None:
    for indexation in ("none", "prices"):
        found = announced(rule(counting("credentials", 300.0), rules={"indexation": indexation}), 1.5)
        assert [stake.item() for stake in found.credential_stake] == pytest.approx([450.0, 450.0, 450.0])
        assert stakes((found,), MIX, number(1.5)).tiers[0] == pytest.approx(300.0)


def test_only_the_tiers_that_are_named_count() -> None:
    found = stakes((announced(rule(counting("credentials", 300.0, tiers=[2, 3]))),), MIX, number(1.0))
    assert found.tiers[0] is ZERO
    assert found.credential == pytest.approx(row(240.0, 120.0, 240.0))
    assert found.concentrator is ZERO


def test_no_scale_and_no_size_makes_a_rule_stronger() -> None:
    small = {"kind": "size_adjustment", "small": {"members_below": 1e6, "multiplier": 2.0}}
    line = rule(counting("concentrators", 500.0), {"kind": "base", "per_school": 10.0}, small)
    plain, scaled = announced(line), announced(line.model_copy(update={"scale": 3.0}))
    assert plain.concentrator_stake == pytest.approx(500.0)
    assert scaled.concentrator_stake == pytest.approx(500.0)
    assert scaled.per_school == pytest.approx(3 * plain.per_school)


def test_what_counts_is_added_to_what_is_paid() -> None:
    found = stakes((Schedule(concentrator_stake=number(50.0)), Schedule()), MIX, number(1.0))
    assert found.with_concentrators(number(100.0)) == pytest.approx(150.0)
    assert found.with_concentrators(ZERO) == pytest.approx(50.0)
    assert found.with_credentials(ZERO) is ZERO
    assert found.with_tiers((ZERO, ZERO, number(1.0)))[2] == 1.0


@cache
def standing() -> Ensemble:
    world = made_up(40, 3)
    return warmed_up(world, sparse(central_parameters(load_catalogue(), world.clusters, 2), world), 5, (0, 1), HORIZON)


@cache
def years(*counts: str) -> list[Step]:
    lines = [{"components": [counting(count, 800.0)], "appropriation": {"rule": "full"}} for count in counts]
    background = [line for line in shipped("status_quo").lines if line.background]
    formula = law(*lines, takes_effect=2027)
    return steps(standing(), formula.model_copy(update={"lines": (*formula.lines, *background)}), HORIZON)


@pytest.mark.parametrize("count", ["credentials", "concentrators"])
def test_it_is_never_owed_paid_or_a_cost(count: str) -> None:
    for step in years(count):
        offer = next(offer for offer in step.year.offers.lines if not offer.line.background)
        ledger = step.year.settlement.ledgers[offer.line.name]
        for amount in (ledger.owed, ledger.paid, ledger.spent, cost_to_state(offer.line, ledger, number(1.0))):
            assert not np.any(amount)
        assert not step.year.settlement.for_credentials.any()


def test_credentials_that_count_are_sat_for_and_taken_up_over_years() -> None:
    plain, counted = years(), years("credentials")
    share = [(state_total(step.after.exam_sites) / state_total(step.after.sites)).mean() for step in counted]
    assert share[-1] > share[2] > share[0]
    assert counted[-1].after.further_exams.max() > 0.0
    passes = [state_total(steps[-1].after.counts.all_credentials).mean() for steps in (plain, counted)]
    assert passes[1] > 1.3 * passes[0]
    # Exams are paid for by districts, though nobody pays districts for them.
    assert (
        state_total(counted[0].year.bill.flexible) > state_total(plain[0].year.bill.flexible)
    ).all()  # the first year has the same sections


def test_concentrators_that_count_are_recoded_without_one_more_course() -> None:
    plain, counted = years(), years("concentrators")
    assert (state_total(counted[0].year.schooling.recoded) > 0.0).all()
    assert not plain[0].year.schooling.recoded.any()
    assert np.array_equal(plain[0].after.taught, counted[0].after.taught)
