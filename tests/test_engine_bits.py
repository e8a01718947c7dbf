"""The same numbers to the last bit: agent by agent or all at once, in any batch, for any horizon."""

import numpy as np
import pytest
from made_up_laws import component, law
from simulated import (
    BASE_YEAR,
    differences,
    made_up,
    new_mexico,
    prior_parameters,
    shipped,
    sparse,
    steps,
    warmed_up,
)

from sim.engine import draws as drawing
from sim.engine.calendar import Year
from sim.engine.draws import Purpose, draw, replicate_key, stream, unit_cube
from sim.engine.ensemble import Ensemble, simulate
from sim.engine.mesa_model import CTEModel
from sim.engine.state import State, take_run
from sim.funding.formula import Formula
from sim.world.world import World

REPLICATES = (0, 1, 2, 3, 4)


def batch(world: World, replicates: tuple[int, ...], horizon: int = 3, seed: int = 7) -> Ensemble:
    return warmed_up(world, sparse(prior_parameters(world, replicates, seed), world), seed, replicates, horizon)


def years(ensemble: Ensemble, formula: Formula, horizon: int) -> list[tuple[State, Year]]:
    return list(simulate(ensemble, formula, horizon))


def agent_by_agent(
    world: World, parameters: object, formula: Formula, seed: int, replicate: int, years: int
) -> CTEModel:
    return CTEModel(world, parameters, shipped("status_quo"), formula, seed, replicate, years)  # type: ignore[arg-type]


def with_a_center() -> Formula:
    center = {"kind": "shared_center", "centers": [{"name": "One", "where": {"members": {"below": 100_000}}}]}
    return law(component(**center, per_participant=200), takes_effect=2027)


LAWS = ["status_quo", "pilot_sunset", "aligned", "sb130_quarter_weight", "seg_only", with_a_center()]


@pytest.mark.parametrize("formula", LAWS, ids=lambda law: law if isinstance(law, str) else "a center")
def test_districts_deciding_one_by_one_give_the_numbers_of_the_batch(formula: str | Formula) -> None:
    world, place = made_up(7, 11), 3
    formula = shipped(formula) if isinstance(formula, str) else formula
    ensemble = batch(world, REPLICATES, horizon=4)
    model = agent_by_agent(world, take_run(ensemble.parameters, place), formula, 7, REPLICATES[place], 4)
    assert differences(model.state, take_run(ensemble.state, place)) == []
    assert differences(model.year, take_run(ensemble.base, place)) == []
    launched = 0.0
    for state, year in years(ensemble, formula, 4):
        model.step()
        assert differences(model.state, take_run(state, place)) == []
        assert differences(model.year, take_run(year, place)) == []
        launched += float(year.workforce.launched.sum())
    assert launched > 0


def test_the_drivers_agree_on_new_mexico() -> None:
    world = new_mexico()
    parameters = prior_parameters(world, (0, 1), 2026)
    ensemble = warmed_up(world, parameters, 2026, (0, 1), 2)
    model = agent_by_agent(world, take_run(parameters, 1), shipped("aligned"), 2026, 1, 2)
    for state, year in years(ensemble, shipped("aligned"), 2):
        model.step()
        assert differences(model.state, take_run(state, 1)) == []
        assert differences(model.year, take_run(year, 1)) == []


def test_the_model_collects_what_its_districts_do() -> None:
    world = made_up(4, 11)
    model = agent_by_agent(
        world, take_run(sparse(prior_parameters(world, (0,), 7), world), 0), shipped("aligned"), 7, 0, 2
    )
    model.step()
    model.step()
    collected = model.datacollector.get_model_vars_dataframe()
    assert list(collected["fiscal_year"]) == [BASE_YEAR, BASE_YEAR + 1, BASE_YEAR + 2]
    assert collected["sites"].iloc[-1] == model.state.sites.sum()
    agents = model.datacollector.get_agent_vars_dataframe()
    assert len(agents) == 3 * 4
    assert agents["concentrators"].to_numpy()[-4:] == pytest.approx(model.state.taught.sum(axis=-1))


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1, 1), (2, 3), (4, 1)])
def test_a_batch_gives_the_numbers_of_smaller_batches(sizes: tuple[int, ...]) -> None:
    world, formula = made_up(5, 2), shipped("aligned")
    whole = years(batch(world, REPLICATES), formula, 3)
    first = 0
    for size in sizes:
        part = years(batch(world, REPLICATES[first : first + size]), formula, 3)
        for (state, year), (small_state, small_year) in zip(whole, part, strict=True):
            for run in range(size):
                assert differences(take_run(state, first + run), take_run(small_state, run)) == []
                assert differences(take_run(year, first + run), take_run(small_year, run)) == []
        first += size


def test_the_order_of_replicates_does_not_matter() -> None:
    world = made_up(3, 2)
    forward, backward = batch(world, (0, 1, 2)), batch(world, (2, 1, 0))
    for run in range(3):
        assert differences(take_run(forward.state, run), take_run(backward.state, 2 - run)) == []


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    world = made_up(5, 3)
    once, again, other = (years(batch(world, (0, 1), seed=seed), shipped("aligned"), 3) for seed in (7, 7, 8))
    for one, two in zip(once, again, strict=True):
        assert differences(one, two) == []
    assert ".sites" in differences(once[-1][0], other[-1][0])


def test_a_short_horizon_is_the_beginning_of_a_long_one() -> None:
    world = made_up(4, 4)
    short = years(batch(world, (0, 1), horizon=5), shipped("pilot_sunset"), 5)
    long = years(batch(world, (0, 1), horizon=8), shipped("pilot_sunset"), 8)
    assert len(long) == 8
    for one, two in zip(short, long[:5], strict=True):
        assert differences(one, two) == []


def test_a_run_leaves_its_start_as_it_was() -> None:
    world = made_up(4, 4)
    untouched, used = batch(world, (0, 1)), batch(world, (0, 1))
    once = years(used, shipped("aligned"), 3)
    assert differences(used.state, untouched.state) == []
    assert differences(used.premises, untouched.premises) == []
    for one, two in zip(once, years(used, shipped("aligned"), 3), strict=True):
        assert differences(one, two) == []


def test_a_formula_changes_nothing_before_it_takes_effect() -> None:
    world = made_up(6, 5)
    ensemble = batch(world, (0, 1), horizon=5)
    late = shipped("aligned").model_copy(update={"takes_effect": BASE_YEAR + 4})
    law, other = steps(ensemble, shipped("status_quo"), 5), steps(ensemble, late, 5)
    for one, two in zip(law[:3], other[:3], strict=True):
        assert differences(one, two) == []
    assert differences(law[3], other[3]) != []


def test_seed_zero_is_a_seed_like_any_other() -> None:
    keys = {replicate_key(seed, replicate) for seed in range(20) for replicate in range(20)}
    assert len(keys) == 400
    world = made_up(3, 1)
    zero, one = draw(world, 0, [0], 2), draw(world, 1, [0], 2)
    assert not np.array_equal(zero.yearly[Purpose.TURNOVER], one.yearly[Purpose.TURNOVER])
    assert differences(zero, draw(world, 0, [0], 2)) == []


def test_every_purpose_draws_from_a_stream_of_its_own() -> None:
    first = [float(stream(5, purpose).random()) for purpose in Purpose]
    assert len(set(first)) == len(Purpose)
    assert set(drawing.YEARLY).isdisjoint(drawing.ONCE)
    assert set(drawing.YEARLY) | set(drawing.ONCE) | {
        Purpose.PARAMETERS,
        Purpose.CLUSTER_COSTS,
        Purpose.POSTERIOR,
    } == set(Purpose)


def test_draws_of_a_longer_run_begin_with_those_of_a_shorter() -> None:
    world = made_up(3, 1)
    short, long = draw(world, 9, [4], 3), draw(world, 9, [4], 7)
    for purpose, block in short.yearly.items():
        assert np.array_equal(block, long.yearly[purpose][:3])
    assert differences(short.once, long.once) == []


def test_parameter_points_belong_to_a_replicate_not_to_a_batch() -> None:
    together = unit_cube(3, range(5), Purpose.PARAMETERS, 40)
    alone = unit_cube(3, [4], Purpose.PARAMETERS, 40)
    assert np.array_equal(together[4:], alone)
    assert ((together > 0) & (together < 1)).all()
