"""The loop that the benchmark compares with does what the rules do, compiled or not, and what a year did."""

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from simulated import Step, made_up, prior_parameters, shipped, sparse, steps, warmed_up

from sim.engine.ensemble import Ensemble

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
WITHIN = 1e-12


@pytest.fixture
def fused(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("fused")


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    world = made_up(12, 4)
    return warmed_up(world, sparse(prior_parameters(world, (0, 1)), world), 7, (0, 1), 3)


def years(ensemble: Ensemble, formula: str) -> list[Step]:
    return steps(ensemble, shipped(formula), 3)


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "credential_pilot", "pilot_sunset"])
def test_the_loop_does_what_the_rules_do(fused: ModuleType, ensemble: Ensemble, formula: str) -> None:
    for step in years(ensemble, formula):
        for block in fused.blocks(ensemble, step.before, step.year):
            assert block.furthest_apart() < WITHIN, block.name


def test_what_students_do_in_it_is_what_they_did_in_the_year(fused: ModuleType, ensemble: Ensemble) -> None:
    for step in years(ensemble, "aligned"):
        schooling = step.year.schooling
        first, second, turned_away, waiting, taught, recoded, attempts, *earned = fused.blocks(
            ensemble, step.before, step.year
        )[1].loop()
        for mine, theirs in (
            (first, step.after.first_students),
            (second, step.after.second_students),
            (turned_away, schooling.enrolled.unserved_first),
            (waiting, schooling.enrolled.unserved_second),
            (taught, step.after.taught),
            (recoded, schooling.recoded),
            (attempts, schooling.credentials.attempts),
            *zip(earned, schooling.credentials.earned, strict=True),
        ):
            assert np.allclose(mine, theirs, rtol=1e-9, atol=1e-9)
        assert taught.sum() > 0


def test_a_loop_that_did_something_else_would_be_noticed(fused: ModuleType, ensemble: Ensemble) -> None:
    step = years(ensemble, "aligned")[0]
    for block in fused.blocks(ensemble, step.before, step.year):
        other = fused.Block(block.name, block.rules, lambda block=block: [1.001 * array for array in block.loop()])
        assert other.furthest_apart() > 100 * WITHIN
