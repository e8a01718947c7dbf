"""How arrays lie in memory: a run is stored cluster by cluster, from the draws to the last line of a year."""

import platform
from typing import Any

import numpy as np
import pytest
from simulated import differences, leaves, made_up, prior_parameters, shipped, sparse, warmed_up

from sim.arrays import at_districts, cluster_major, cluster_total, district_most, district_total, outer, state_total
from sim.engine import memory
from sim.engine.ensemble import simulate
from sim.engine.memory import keep_freed_memory
from sim.engine.mesa_model import CTEModel
from sim.engine.state import take_run


def stored_otherwise(bundle: Any) -> list[str]:
    """The arrays over districts and clusters whose districts do not lie side by side."""
    return [
        name
        for name, array in leaves(bundle)
        if array.ndim >= 2 and min(array.shape[-2:]) > 1 and array.strides[-2] != array.itemsize
    ]


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "kentucky", "utah", "wyoming", "sb130_quarter_weight"])
def test_every_array_of_a_year_is_stored_cluster_by_cluster(formula: str) -> None:
    world = made_up(6, 3)
    ensemble = warmed_up(world, sparse(prior_parameters(world, (0, 1)), world), 7, (0, 1), 3)
    for state, year in simulate(ensemble, shipped(formula), 3):
        assert stored_otherwise(state) == []
        assert stored_otherwise(year) == []


def test_so_it_is_agent_by_agent() -> None:
    world = made_up(6, 3)
    parameters = take_run(sparse(prior_parameters(world, (0,)), world), 0)
    model = CTEModel(world, parameters, shipped("status_quo"), shipped("aligned"), 7, 0, 2)
    for _ in range(2):
        model.step()
        assert stored_otherwise(model.state) == []
        assert stored_otherwise(model.year) == []


@pytest.mark.parametrize("lead", [(), (1,), (4,)])
@pytest.mark.parametrize(("districts", "clusters"), [(1, 14), (2, 3), (37, 14), (200, 5)])
def test_totals_do_not_depend_on_how_an_array_is_stored(lead: tuple[int, ...], districts: int, clusters: int) -> None:
    numbers = np.random.default_rng(districts).lognormal(0.0, 5.0, (*lead, districts, clusters))
    stored = cluster_major(numbers)
    assert np.array_equal(stored, numbers)
    for total in (district_total, district_most, state_total, cluster_total):
        assert np.array_equal(total(stored), total(numbers)), total.__name__
        alone = [total(stored[(*run, ...)]) for run in np.ndindex(lead)]
        assert np.array_equal(total(stored).reshape(-1), np.concatenate([part.reshape(-1) for part in alone]))
    for total in (district_total, district_most):
        rows = [total(stored[..., row : row + 1, :]) for row in range(districts)]
        assert np.array_equal(np.concatenate(rows, axis=-2), total(stored)), total.__name__
    assert district_total(numbers) == pytest.approx(numbers.sum(axis=-1, keepdims=True))
    assert np.array_equal(district_most(numbers), numbers.max(axis=-1, keepdims=True))
    assert state_total(numbers) == pytest.approx(numbers.sum(axis=(-1, -2), keepdims=True))


def test_freed_memory_is_kept_where_the_c_library_can() -> None:
    assert keep_freed_memory() == (platform.libc_ver()[0] == "glibc")


def test_products_and_places_keep_the_order() -> None:
    by_district, by_cluster = np.arange(1.0, 6.0).reshape(5, 1), np.arange(1.0, 4.0).reshape(1, 3)
    product = outer(by_district, by_cluster)
    assert np.array_equal(product, by_district * by_cluster)
    place = np.array([4, 0, 0, 2])
    moved = at_districts(product, place)
    assert np.array_equal(moved, product[place])
    assert stored_otherwise((product, moved)) == []


@pytest.mark.parametrize("function", [np.exp, np.log1p, np.arcsinh, np.log])
def test_functions_give_the_same_bits_however_numbers_are_stored(function: Any) -> None:
    numbers = np.random.default_rng(1).lognormal(0.0, 1.0, (3, 29, 14))
    stored = cluster_major(numbers)
    together = function(stored)
    assert np.array_equal(together, function(numbers))
    for district in range(29):
        assert np.array_equal(together[1, district : district + 1], function(stored[1, district : district + 1]))


def test_the_buffer_changes_no_number_and_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world, before = made_up(6, 3), np.getbufsize()
    ensemble = warmed_up(world, sparse(prior_parameters(world, (0, 1)), world), 7, (0, 1), 3)
    once = list(simulate(ensemble, shipped("aligned"), 3))
    for size in (16, 8192):
        monkeypatch.setattr(memory, "SMALL_BUFFER", size)
        for one, two in zip(once, simulate(ensemble, shipped("aligned"), 3), strict=True):
            assert differences(one, two) == []
    assert np.getbufsize() == before


def test_the_buffer_is_put_back_after_an_error() -> None:
    seen = []

    @memory.in_place
    def fail() -> None:
        seen.append(np.getbufsize())
        raise ArithmeticError

    before = np.getbufsize()
    with pytest.raises(ArithmeticError):
        fail()
    assert (seen, np.getbufsize()) == ([memory.SMALL_BUFFER], before)
