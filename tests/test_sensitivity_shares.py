"""Screening and shares on functions whose answers are known, through the designs and tables that the study uses."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sweeping import inputs_of

from sim.arrays import Array
from sim.parameters.priors import quantile
from sim.parameters.values import CLUSTER_SPREADS, central_parameters, parameters_at, with_columns
from sim.study.sensitivity.numbers import Number, dimensions, point_table, uncertain_numbers
from sim.study.sensitivity.outcomes import Target
from sim.study.sensitivity.screening import ENDS, Screening, effects, screened, screening_design, survivors
from sim.study.sensitivity.shares import CHANCE, REST, TOGETHER, Shares, shares, shares_design
from sim.study.sensitivity.study import share_table

NUMBERS = uncertain_numbers(inputs_of())
THREE, OTHERS = NUMBERS[:3], NUMBERS[3:5]
NAMES = [number.name for number in THREE]


def of(values: Array) -> Target:
    return Target("level", "aligned", "concentrators", values)


def table_of(design: Shares, values: Array, seed: int = 0) -> Any:
    return shares(design, of(values), seed, 200).set_index("factor")


def ishigami(cube: Array) -> Array:
    x = np.pi * (2 * cube - 1)
    result: Array = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return result


@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_the_shares_of_the_ishigami_function_are_those_of_the_books(seed: int) -> None:
    design = shares_design(THREE, OTHERS, 2048, seed)
    found = table_of(design, ishigami(design.cube), seed)
    assert found.loc[NAMES, "alone"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.04)
    assert found.loc[NAMES, "total"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.04)
    assert found.loc[TOGETHER, "alone"] == pytest.approx(0.2437, abs=0.06)
    assert found.loc[[REST, CHANCE], "total"].tolist() == [0.0, 0.0]
    inside = (found["total_low"] <= found["total"]) & (found["total"] <= found["total_high"])
    assert inside.drop(TOGETHER).all()


def test_chance_and_the_numbers_left_out_have_shares_of_their_own() -> None:
    """An additive function: each share is a variance over the sum of variances, and nothing arises together."""
    design = shares_design(THREE, OTHERS, 1024, 0)
    luck = np.random.default_rng(3).standard_normal(int(design.replicates.max()) + 1)[design.replicates[:, 0]]
    values = np.sqrt(12) * (2 * design.cube[:, 0] + design.cube[:, 3] + design.cube[:, 4]) + 1.5 * luck
    found = table_of(design, values)
    total = 4 + 1 + 1 + 2.25
    expected = {NAMES[0]: 4 / total, NAMES[1]: 0.0, REST: 2 / total, CHANCE: 2.25 / total}
    for name, share in expected.items():
        assert found.loc[name, "total"] == pytest.approx(share, abs=0.03), name
        assert found.loc[name, "alone"] == pytest.approx(share, abs=0.06), name
    assert found.loc[TOGETHER, "alone"] == pytest.approx(0.0, abs=0.1)


def test_the_luck_of_a_block_is_another_in_b_and_in_the_block_of_chance_alone() -> None:
    design = shares_design(THREE, OTHERS, 8, 0)
    assert design.factors == [*NAMES, REST, CHANCE]
    blocks = design.replicates.reshape(8, len(design.factors) + 2)
    assert (blocks[:, :5] == blocks[:, :1]).all()
    assert (blocks[:, 5] == blocks[:, 6]).all()
    assert len(np.unique(blocks)) == 16
    assert sorted(design.replicates[design.sample, 0]) == list(range(16))
    assert len(np.unique(design.cube[design.sample], axis=0)) == 16, "independent draws differ in all numbers"


def test_only_one_factor_moves_in_each_block() -> None:
    design = shares_design(THREE, OTHERS, 8, 0)
    blocks = design.cube.reshape(8, -1, len(dimensions((*THREE, *OTHERS))))
    for block, moved in enumerate([{0}, {1}, {2}, {3, 4}], start=1):
        differs = (blocks[:, block] != blocks[:, 0]).all(axis=0)
        assert set(np.flatnonzero(differs)) == moved
        same = (blocks[:, block] == blocks[:, 0]).all(axis=0)
        assert set(np.flatnonzero(same)) == set(range(5)) - moved


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_same_design_and_the_same_intervals(seed: int) -> None:
    one, other = (shares_design(THREE, OTHERS, 64, seed) for _ in range(2))
    assert np.array_equal(one.cube, other.cube)
    assert np.array_equal(one.replicates, other.replicates)
    values = ishigami(one.cube)
    assert table_of(one, values, seed).equals(table_of(other, values, seed))
    first, second = (screening_design(NUMBERS, 3, 2, seed) for _ in range(2))
    assert np.array_equal(first.cube, second.cube)
    sums = first.cube.sum(axis=1)
    assert effects(first, of(sums), seed, 50).equals(effects(second, of(sums), seed, 50))


def test_another_seed_gives_another_design() -> None:
    assert not np.array_equal(shares_design(THREE, OTHERS, 64, 0).cube, shares_design(THREE, OTHERS, 64, 1).cube)
    assert not np.array_equal(screening_design(THREE, 3, 1, 0).cube, screening_design(THREE, 3, 1, 1).cube)


def test_shares_need_a_value_for_every_point_and_do_without_any_where_nothing_varies() -> None:
    design = shares_design(THREE, OTHERS, 8, 0)
    with pytest.raises(ValueError, match="55 values for 56 points"):
        shares(design, of(ishigami(design.cube)[:-1]), 0, 50)
    constant = share_table(design, [of(np.full(len(design.cube), 3.0))], 0, 50)
    assert constant["total"].isna().all()
    assert (constant["mean"] == 3.0).all()


def test_the_direction_is_that_of_the_rank_correlation() -> None:
    design = shares_design(THREE, OTHERS, 64, 0)
    target = of(np.exp(3 * design.cube[:, 0]) - 4 * design.cube[:, 1])
    found = share_table(design, [target], 0, 50).set_index("factor")["rank_correlation"]
    assert found[NAMES[0]] > 0.5
    assert found[NAMES[1]] < -0.2
    assert np.isnan(found[CHANCE])


def test_an_elementary_effect_is_the_slope_from_the_fifth_to_the_ninety_fifth_percentile() -> None:
    design = screening_design(NUMBERS, 4, 2, 0)
    width = ENDS[1] - ENDS[0]
    values = (10 * design.cube[:, 0] - 4 * design.cube[:, 1]) / width
    found = effects(design, of(values), 0, 50).set_index("number")
    assert found.loc[NAMES[0], "effect"] == pytest.approx(10)
    assert found.loc[NAMES[1], "effect"] == pytest.approx(-4)
    assert found.loc[NAMES[1], "absolute_effect"] == pytest.approx(4)
    assert found.loc[NAMES[0], "spread"] == pytest.approx(0, abs=1e-9)
    assert found.loc[NAMES[0], "weight"] == pytest.approx(100 / 116)
    assert found["weight"].sum() == pytest.approx(1)
    assert found.loc[NAMES[2], "absolute_effect"] == pytest.approx(0, abs=1e-9)


def test_a_kind_of_cluster_cost_moves_as_one_and_has_no_direction() -> None:
    design = screening_design(NUMBERS, 4, 1, 0)
    costs = [place for place, one in enumerate(dimensions(NUMBERS)) if one.factor.name.startswith("clusters.exam_fee")]
    values = design.cube[:, costs].sum(axis=1)
    found = effects(design, of(values), 0, 50).set_index("number")
    assert found.index[found["absolute_effect"] > 1e-9].tolist() == ["clusters.exam_fee"]
    assert np.isnan(found.loc["clusters.exam_fee", "effect"])


def test_a_trajectory_keeps_its_luck() -> None:
    design = screening_design(THREE, 5, 2, 0)
    assert design.cube.shape == (20, 3)
    assert design.replicates.tolist() == [[2 * row, 2 * row + 1] for row in range(5) for _ in range(4)]
    sweep = design.sweep()
    assert sweep.replicates is design.replicates
    assert len(sweep.points) == 20


def test_what_matters_to_any_outcome_survives() -> None:
    design = screening_design(NUMBERS, 4, 1, 0)
    one = replace(of(5 * design.cube[:, 7] + 0.1 * design.cube[:, 3]), outcome="state_cost")
    other = of(1e-6 * design.cube[:, 11] + 1e-8 * design.cube[:, 2])
    found = screened(design, [one, other, of(np.zeros(len(design.cube)))], 0, 50)
    assert {number.name for number in survivors(found, NUMBERS, 2)} == {NUMBERS[7].name, NUMBERS[11].name}
    assert len(survivors(found, NUMBERS, 50)) == 4


def test_every_uncertain_number_is_there_once_and_nothing_fixed() -> None:
    inputs = inputs_of()
    names = [number.name for number in NUMBERS]
    uncertain = [f"{group}.{name}" for group, name, _ in inputs.catalogue.uncertain()]
    assert names == [*uncertain, *(f"clusters.{column}" for column in CLUSTER_SPREADS)]
    assert all(number.label and number.unit and number.confidence and number.source for number in NUMBERS)
    held = replace(inputs, catalogue=inputs.catalogue.with_values({"staffing.turnover": 0.1}, "settings"))
    assert len(uncertain_numbers(held)) == len(NUMBERS) - 1


def test_points_give_the_parameters_that_a_replicate_at_the_same_place_has() -> None:
    """The numbers of this study are those that every other study draws, cluster by cluster."""
    inputs = inputs_of()
    cube = np.random.default_rng(1).random((3, len(dimensions(NUMBERS))))
    late = [place for place, (_, _, entry) in enumerate(inputs.catalogue.uncertain()) if entry.drawn_last]
    order = [*(place for place in range(cube.shape[1]) if place not in late), *late]
    drawn = parameters_at(inputs.catalogue, inputs.world.clusters, cube[:, order])
    columns = {str(name): column.to_numpy() for name, column in point_table(NUMBERS, cube).items()}
    placed = with_columns(central_parameters(inputs.catalogue, inputs.world.clusters, 3), columns)
    for name in ("startup_cost", "consumables", "exam_fee", "pass_rate", "attempt_rate", "launch_years"):
        assert np.array_equal(getattr(placed.clusters, name), getattr(drawn.clusters, name)), name
    for group, name, entry in inputs.catalogue.uncertain():
        one, other = (getattr(getattr(found, group), name) for found in (placed, drawn))
        assert np.array_equal(one.factor, other.factor) if entry.dated else np.array_equal(one, other), name


def test_a_posterior_gives_the_distribution_of_what_it_has(tmp_path: Any) -> None:
    path = tmp_path / "accepted.csv"
    path.write_text("staffing.turnover,distance,weight\n0.08,1,1\n0.10,1,2\n0.14,1,1\n")
    numbers = {number.name: number for number in uncertain_numbers(inputs_of(), path)}
    (turnover,) = numbers["staffing.turnover"].dimensions
    assert turnover.at(np.array([0.0, 0.125, 0.5, 0.875, 1.0])).tolist() == [0.08, 0.08, 0.10, 0.14, 0.14]
    assert turnover.at(np.array([0.3125])).tolist() == pytest.approx([0.09])
    assert "calibrated" in numbers["staffing.turnover"].spread
    prior = numbers[NAMES[0]].dimensions[0]
    assert prior.marginal is None
    entry = prior.factor.entry
    assert entry is not None
    assert prior.at(np.array([0.5])) == pytest.approx(quantile(entry.prior, float(entry.value), np.array([0.5])))  # type: ignore[arg-type]


def test_a_screening_of_few_numbers_is_a_screening() -> None:
    few: tuple[Number, ...] = THREE[:1]
    design = screening_design(few, 2, 1, 0)
    assert isinstance(design, Screening)
    found = effects(design, of(design.cube[:, 0]), 0, 50)
    assert found["weight"].tolist() == [1.0]
