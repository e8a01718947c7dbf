"""Runs of a stress study: with shocks off those of a comparison to the bit, and draws of parameters that share luck's
turns."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulated import made_up, new_mexico
from test_study import run

import sim.results
from sim.parameters.catalogue import load_catalogue
from sim.results.schema import TABLES
from sim.study.setup.design import crossed_design, parameter_points

TABLES_OF_RUNS = ("state", "lines", "clusters", "districts")


def test_with_shocks_off_a_stress_study_is_a_comparison_to_the_bit(tmp_path: Path) -> None:
    study = {"formulas": ["status_quo", "aligned"], "baseline": "status_quo"}
    run(tmp_path / "compare", draws=4)
    run(tmp_path / "stress", draws=4, study={"name": "stress", **study}, stress={"luck": 1, "reserve": "new_mexico"})
    one, other = (sim.results.open(tmp_path / name) for name in ("compare", "stress"))
    pd.testing.assert_frame_equal(one.design, other.design, check_exact=True)
    for table in TABLES_OF_RUNS:
        assert table in TABLES
        pd.testing.assert_frame_equal(one.read(table), other.read(table), check_exact=True)


def test_turns_of_luck_share_parameters_and_nothing_else(tmp_path: Path) -> None:
    run(tmp_path / "one", draws=4, horizon=1)
    run(tmp_path / "two", draws=4, horizon=1, stress={"luck": 2})
    one, two = (sim.results.open(tmp_path / name) for name in ("one", "two"))
    drawn = [name for name in two.design if "." in name]
    first = two.design[two.design["formula"] == "aligned"].set_index("replicate")[drawn]
    alone = one.design[one.design["formula"] == "aligned"].set_index("replicate")[drawn]
    assert (first.loc[0] == first.loc[1]).all()
    assert (first.loc[2] == first.loc[3]).all()
    assert (first.loc[2] == alone.loc[1]).all()
    assert (first.loc[0] != first.loc[2]).any()
    taught = two.with_design(two.state, ["formula", "replicate"]).query("formula == 'aligned' and fiscal_year == 2027")
    assert taught["concentrators_taught"].nunique() == 4
    # The first turn of the first draw is the run of a study without turns.
    same = one.with_design(one.state, ["formula", "replicate"]).query("replicate == 0")["concentrators_taught"]
    own = two.with_design(two.state, ["formula", "replicate"]).query("replicate == 0")["concentrators_taught"]
    assert np.array_equal(same.to_numpy(), own.to_numpy())


def test_a_design_of_turns_says_which_parameters_each_replicate_has() -> None:
    catalogue, world = load_catalogue(), made_up(6, 4)
    design = crossed_design(["aligned"], ["baseline"], 6, catalogue, world, 3, "prior", luck=3)
    drawn = [name for name in design if "." in name]
    assert len(design[drawn].drop_duplicates()) == 2
    assert parameter_points(catalogue, new_mexico(), 3, [0, 0])[0] == pytest.approx(
        parameter_points(catalogue, new_mexico(), 3, [0])[0]
    )
