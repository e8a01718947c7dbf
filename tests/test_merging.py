"""A batch of runs whose formulas differ in numbers gives exactly what the runs give one by one."""

import numpy as np
import pytest
from funding_strategies import capped_lines, seg_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import differences, formula_of, line_of, made_up, new_mexico, prior_parameters, shipped, warmed_up
from small_world import some_counts
from test_funding_identities import DISTRICTS, WORLD
from varied import moved_formula, moved_line

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.engine import recording
from sim.engine.ensemble import simulate, take_rows
from sim.engine.scenario import BASELINE, Scenario
from sim.engine.state import take_runs
from sim.funding.allocation import Claim, settle
from sim.funding.budget import Budget, appropriate, voted
from sim.funding.context import PricingContext
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.merging import merged, structure
from sim.funding.pricing import announce, places_bought, program_units
from sim.funding.smoothing import Before

FORMULAS = sorted(path.stem for path in (config_folder() / "formula").glob("*.yaml"))
HORIZON = 4


def groups(models: list[Formula]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for place, model in enumerate(models):
        found.setdefault(structure(model), []).append(place)
    return found


@pytest.mark.parametrize("name", FORMULAS)
def test_a_merged_batch_gives_the_runs_one_by_one(name: str) -> None:
    world, replicates = made_up(7, 3), (0, 3, 4, 9)
    ensemble = warmed_up(world, prior_parameters(world, replicates), 5, replicates, HORIZON)
    rng = np.random.default_rng(1)
    formulas = [moved_formula(shipped(name), rng) for _ in replicates]
    assert len({formula.model_dump_json() for formula in formulas}) == len(replicates)
    assert len(groups(formulas)) == 1, "the versions of this formula do not fit one batch"
    together = list(simulate(ensemble, merged(formulas), HORIZON))
    for run, formula in enumerate(formulas):
        row = np.array([run])
        alone = simulate(take_rows(ensemble, row), formula, HORIZON)
        for (state, year), (one_state, one_year) in zip(together, alone, strict=True):
            assert differences(take_runs(state, row), one_state) == []
            assert differences(take_runs(year.settlement, row), one_year.settlement) == []
            record = recording.statewide(world, ensemble.parameters, state, year)
            single = take_rows(ensemble, row).parameters
            for column, values in recording.statewide(world, single, one_state, one_year).items():
                assert np.array_equal(np.broadcast_to(record[column], (4,))[row], np.broadcast_to(values, (1,))), column


def test_a_merged_batch_is_exact_on_new_mexico() -> None:
    world, replicates = new_mexico(), (2, 2, 2)
    ensemble = warmed_up(world, prior_parameters(world, replicates), 8, replicates, 3)
    rng = np.random.default_rng(4)
    formulas = [moved_formula(shipped("aligned"), rng) for _ in replicates]
    together = list(simulate(ensemble, merged(formulas), 3))
    for run, formula in enumerate(formulas):
        row = np.array([run])
        for (state, _), (alone, _) in zip(together, simulate(take_rows(ensemble, row), formula, 3), strict=True):
            assert differences(take_runs(state, row), alone) == []


def settled(line: Line, seed: int, year: int, rows: list[int], runs: int) -> list[Array]:
    """A year of a line for some of ``runs`` runs, whose world is drawn from ``seed``."""
    rng = np.random.default_rng(seed)
    single, district = (runs, 1, 1), (runs, DISTRICTS, 1)
    at = np.array(rows)
    prices = (1.0 + rng.random(single))[at]
    budget = Budget(
        year,
        prices,
        1e10 * (1.0 + rng.random(single))[at],
        0.1 * rng.random(single)[at],
        0.03 * rng.random(single)[at],
    )
    money = appropriate(line, budget)
    seen, counts = (take_runs(some_counts(seed + more, (runs,), DISTRICTS), at) for more in (0, 1))
    context = PricingContext(
        world=WORLD,
        fiscal_year=year,
        price_index=prices,
        unit_value=6801.5 * (0.9 + 0.2 * rng.random(single))[at],
        counts=seen,
        appropriation=money,
        award_noise=rng.standard_normal(district)[at],
        award_capacity=rng.standard_normal(district)[at],
    )
    paid, reference = (rng.gamma(0.5, 1e5, district)[at] for _ in range(2))
    schedule = announce(line, context)
    ledger = settle(Claim(line, schedule, counts, money), Before(reference, paid), year)
    spent = np.broadcast_to(ledger.spent, (len(rows), 1, 1))
    return [
        money,
        voted(line, budget, spent),
        places_bought(line, schedule, money),
        program_units(line, counts, year),
        *(getattr(ledger, name) for name in ("claimed", "entitlement", "guaranteed", "held_harmless", "capped")),
        *(getattr(ledger, name) for name in ("phased_in", "proration", "paid", "statewide_owed", "statewide_paid")),
    ]


@settings(max_examples=150)
@given(line=st.one_of(capped_lines, seg_lines), seed=st.integers(0, 10_000), year=st.integers(2026, 2030))
def test_any_line_settles_in_a_merged_batch_as_it_does_alone(line: Line, seed: int, year: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [moved_line(line, rng) for _ in range(3)]
    found: dict[object, list[int]] = {}
    for place, version in enumerate(lines):
        found.setdefault(structure(version), []).append(place)
    for rows in found.values():
        together = settled(merged([lines[row] for row in rows]), seed, year, rows, 3)
        for place, row in enumerate(rows):
            for one, all_of_them in zip(settled(lines[row], seed, year, [row], 3), together, strict=True):
                shape = np.broadcast_shapes(all_of_them.shape, (len(rows), 1, 1))
                assert np.array_equal(
                    np.broadcast_to(all_of_them, shape)[place : place + 1], np.broadcast_to(one, (1, *shape[1:]))
                )


def base(**keys: object) -> Formula:
    return formula_of(line_of(components=[{"kind": "base", **keys}], appropriation={"rule": "full"}))


def test_numbers_that_a_rule_skips_or_ranks_are_told_apart() -> None:
    assert structure(base(per_school=10.0)) == structure(base(per_school=20.0))
    assert structure(base(per_school=10.0)) != structure(base(per_school=10.0, per_district=1.0))
    assert structure(base(per_school=10.0)) != structure(base(per_district=10.0))

    def bonus(one: float, three: float) -> Formula:
        component = {"kind": "credential_bonus", "dollars": {1: one, 3: three}}
        return formula_of(line_of(components=[component], appropriation={"rule": "full"}))

    assert structure(bonus(100.0, 200.0)) == structure(bonus(50.0, 400.0))
    assert structure(bonus(100.0, 200.0)) != structure(bonus(200.0, 100.0))


@pytest.mark.parametrize(
    "changed",
    [
        {"rules": {"count_lag": 1}},
        {"rules": {"phase_in": [0.5]}, "start_year": 2027},
        {"rules": {"growth_cap": 0.1}},
        {"sunset_year": 2030},
        {"appropriation": {"rule": "fixed", "dollars": 1.0}},
        {"components": [{"kind": "base", "per_school": 5.0}, {"kind": "statewide_dollars", "dollars": 1.0}]},
    ],
)
def test_what_cannot_differ_within_a_batch_is_told_apart(changed: dict[str, object]) -> None:
    plain = {"components": [{"kind": "base", "per_school": 5.0}], "appropriation": {"rule": "full"}}
    one, other = formula_of(line_of(**plain)), formula_of(line_of(**{**plain, **changed}))
    assert structure(one) != structure(other)
    with pytest.raises(ValueError, match="structure"):
        merged([one, other])


def test_formulas_that_are_alike_stay_as_they_are() -> None:
    formula = shipped("aligned")
    assert merged([formula, formula.model_copy()]) is formula


def test_scenarios_merge_too() -> None:
    world, replicates = made_up(6, 1), (0, 1)
    ensemble = warmed_up(world, prior_parameters(world, replicates), 5, replicates, 3)
    shocks = ({"revenue": 0.7, "progression": 1.2}, {"revenue": 0.9, "progression": 0.8})
    scenarios = [BASELINE.model_copy(update={"from_year": Scenario.model_validate(
        {"name": "s", "title": "s", "source": "s", "from_year": {2028: shock}}
    ).from_year}) for shock in shocks]  # fmt: skip
    together = list(simulate(ensemble, shipped("aligned"), 3, scenario=merged(scenarios)))
    for run, scenario in enumerate(scenarios):
        row = np.array([run])
        alone = simulate(take_rows(ensemble, row), shipped("aligned"), 3, scenario=scenario)
        for (state, _), (one, _) in zip(together, alone, strict=True):
            assert differences(take_runs(state, row), one) == []
