"""Whole runs of districts that read the law or do not: what is announced, and what a floor or a cap leaves of it."""

from dataclasses import replace
from functools import cache
from typing import Any

import builders
import numpy as np
import pytest
from made_up_laws import each, grants, law, lump
from simulated import Step, differences, made_up, prior_parameters, shipped, sparse, steps, warmed_up

from sim.arrays import district_total
from sim.engine import settling
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, simulate
from sim.engine.mesa_model import CTEModel
from sim.engine.outlook import marginal_share
from sim.engine.state import take_run
from sim.funding.formula import Formula

HORIZON = 5
FIRST = {"start_year": 2027}


@cache
def ensemble() -> Ensemble:
    world = made_up(7, 11)
    return warmed_up(world, sparse(prior_parameters(world, range(5), 7), world), 7, range(5), HORIZON)


def reading(attention: float, **state: Any) -> Ensemble:
    held = ensemble()
    premises = replace(held.premises, attention=np.full_like(held.premises.attention, attention))
    return replace(held, premises=premises, state=replace(held.state, **state))


def priced(dollars: float = 900.0, **keys: Any) -> Formula:
    return law(each(dollars, "concentrators", **FIRST, **keys), takes_effect=2027)


def moved(one: Step, other: Step) -> list[str]:
    """What districts chose and what came of it that differs."""
    parts = ("choice", "workforce", "schooling", "maintenance")
    return [name for part in parts for name in differences(getattr(one.year, part), getattr(other.year, part))]


def test_where_nobody_reads_an_announced_end_changes_nothing_before_it_comes() -> None:
    ends, endless = (steps(reading(0.0), priced(**keys), HORIZON) for keys in ({"sunset_year": 2029}, {}))
    for one, other in zip(ends[:3], endless[:3], strict=True):
        assert differences(one.after, other.after) == []
        assert differences(one.year.prospects, other.year.prospects) == []
    assert differences(ends[3].after, endless[3].after) != []


def test_who_reads_builds_less_on_what_ends() -> None:
    ends, endless = (steps(reading(1.0), priced(3000.0, **keys), HORIZON) for keys in ({"sunset_year": 2029}, {}))
    assert moved(ends[0], endless[0]) != []
    begun = [sum(float(step.year.choice.begun.sum()) for step in run[:3]) for run in (ends, endless)]
    sections = [float(run[2].after.sections.sum()) for run in (ends, endless)]
    assert begun[0] < begun[1]
    assert sections[0] < sections[1]


def test_a_phase_in_that_pays_nothing_for_three_years_moves_nobody_who_reads() -> None:
    waiting = priced(rules={"phase_in": [0.0, 0.0, 0.0], "phase_in_from": "nothing"})
    promised, nothing = (steps(reading(1.0), formula, HORIZON) for formula in (waiting, law(takes_effect=2027)))
    for one, other in zip(promised[:3], nothing[:3], strict=True):
        assert moved(one, other) == []
    assert moved(promised[3], nothing[3]) != []
    unread = steps(reading(0.0), waiting, HORIZON)
    assert moved(unread[0], nothing[0]) != []


@pytest.mark.parametrize("attention", [0.0, 1.0])
def test_a_price_under_a_floor_moves_nobody_who_reads(attention: float) -> None:
    """Two prices of which neither reaches what districts are held harmless at pay the same."""
    held = ensemble()
    before = 5000.0 * district_total(held.state.taught) + 50_000.0
    known = {"base_payment": before, "trust": {"line_0": np.ones_like(before)}}
    floor = {"hold_harmless": {"share": 1.0, "reference": "base_year"}}
    runs = [steps(reading(attention, **known), priced(dollars, rules=floor), 2) for dollars in (100.0, 900.0)]
    for one, other in zip(*runs, strict=True):
        if not attention:
            assert moved(one, other) != []
            continue
        assert np.array_equal(*(step.year.settlement.ledgers["line_0"].paid for step in (one, other)))
        # A district without a pathway is under no floor yet; its students' records answer a price, and it has none.
        assert [name for name in moved(one, other) if name != ".efforts.recoded_share"] == []
        bound = one.year.outlook.lines["line_0"].marginal[..., 0] == 0.0
        assert np.array_equal(bound, district_total(one.before.sites)[..., 0] > 0.0)
        recoded = [step.year.schooling.efforts.recoded_share[bound] for step in (one, other)]
        assert np.array_equal(*recoded)
        assert np.allclose(*(step.year.prospects.restricted[bound] for step in (one, other)), rtol=1e-9)
        teaching = bound & (one.year.settlement.ledgers["line_0"].entitlement[..., 0] > 0.0)
        assert teaching.any()
        assert (one.year.settlement.reaching_cte[teaching] > 0).all()


BIND: dict[str, Formula] = {
    "sunset": priced(sunset_year=2028),
    "phase-in": priced(rules={"phase_in": [0.0, 0.3, 0.6]}),
    "floor": priced(300.0, rules={"hold_harmless": {"share": 0.9, "reference": "previous_year"}}),
    "cap": priced(3000.0, rules={"growth_cap": 0.05}),
    "all of it": law(
        each(
            900.0,
            "concentrators",
            sunset_year=2030,
            recurring=False,
            rules={
                "phase_in": [0.25, 0.5],
                "growth_cap": 0.1,
                "hold_harmless": {"share": 0.8, "reference": "base_year"},
            },
            **FIRST,
        ),
        {**lump(20_000.0), "oversight": "general", "fund": "Federal", "sunset_year": 2029},
        takes_effect=2027,
    ),
    "a pot that ends": law({**grants(3e5), "sunset_year": 2028, **FIRST}, takes_effect=2027),
}


@pytest.mark.parametrize("name", BIND)
def test_districts_that_read_the_law_one_by_one_give_the_numbers_of_the_batch(name: str) -> None:
    """Horizons differ from run to run, and with them how many years of the law's own words count."""
    held, place = ensemble(), 3
    assert len(np.unique(held.parameters.beliefs.horizon_years)) == 5
    assert len(np.unique(held.premises.attention)) > 5
    model = CTEModel(held.world, take_run(held.parameters, place), shipped("status_quo"), BIND[name], 7, place, HORIZON)
    for state, year in simulate(held, BIND[name], HORIZON):
        model.step()
        assert differences(model.state, take_run(state, place)) == []
        assert differences(model.year, take_run(year, place)) == []


def test_floors_and_caps_bind_in_these_laws_and_not_everywhere() -> None:
    for name in ("floor", "cap"):
        run = steps(ensemble(), BIND[name], HORIZON)
        bound = [marginal_share(step.year.settlement.ledgers["line_0"]) == 0.0 for step in run]
        assert 0.0 < np.mean(bound) < 1.0, name


def test_a_superintendents_view_stays_until_another_comes() -> None:
    held, changed = ensemble(), []
    chance = held.parameters.decisions.leadership_change
    for number, step in enumerate(steps(held, shipped("status_quo"), HORIZON), start=1):
        stays = held.draws.year(WARM_UP_YEARS + number)[Purpose.LEADERSHIP_CHANGE] >= chance
        assert np.array_equal(step.after.leadership[stays], step.before.leadership[stays])
        assert (step.after.leadership != step.before.leadership)[~stays].all()
        changed.append(~stays)
    assert np.mean(changed) == pytest.approx(float(chance.mean()), abs=0.1)


def test_interest_fades_by_its_memory() -> None:
    held = ensemble()
    terms = held.parameters.choice
    for number, step in enumerate(steps(held, shipped("status_quo"), 2), start=1):
        noise = held.draws.year(WARM_UP_YEARS + number)[Purpose.INTEREST]
        news = terms.interest_spread * np.sqrt(1.0 - terms.interest_memory**2) * noise
        assert step.after.interest == pytest.approx(terms.interest_memory * step.before.interest + news)


def test_interest_is_usual_over_the_state_up_to_the_base_year_though_not_in_each_school() -> None:
    before = ensemble().before
    members = before.counts.membership
    assert (members * before.interest).sum(axis=(1, 2)) / members.sum(axis=(1, 2)) == pytest.approx(0.0, abs=1e-12)
    assert before.interest.std() > 0.05


def test_a_district_begins_with_the_budget_that_its_leaders_would_have() -> None:
    state = builders.standing(None).state
    leaders = np.linspace(-1.5, 1.0, state.cash.size).reshape(state.cash.shape)
    known = settling.begin_to_live_within(replace(state, leadership=leaders))
    assert (known.own_money > 0).any()
    assert known.own_money == pytest.approx(state.base_own * np.maximum(1.0 + leaders, 0.0))
    assert np.array_equal(known.base_own, state.base_own)


def test_a_budget_is_the_mean_over_the_warm_up_in_which_the_nth_year_counts_n_times() -> None:
    held = builders.standing(None)
    year, state = held.base, held.state
    first = settling.settle_budget(held.parameters, state, year, 0)
    # Only budgets move: launches and posts that are filled have the shares that they have in the year.
    alike = {name: getattr(first, name) for name in ("capital_share", "filled_share")}
    needed, settled = first.base_own, replace(state, base_own=0.0 * state.base_own)
    assert (needed > 0).any()
    for index in range(6):
        settled = settling.settle_budget(held.parameters, replace(settled, **alike), year, index)
    assert settled.base_own == pytest.approx(needed)
    for index in (1, 3):
        late = replace(state, **alike, base_own=0.0 * needed)
        weight = (index + 1) / sum(range(1, index + 2))
        assert settling.settle_budget(held.parameters, late, year, index).base_own == pytest.approx(weight * needed)
