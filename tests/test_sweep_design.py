"""Designs of a sweep: factors by path, points where they belong, files, and one line for every mistake."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated import formula_of, line_of, shipped
from sweeping import DOLLARS, TURNOVER, inputs_of, settings_with, swept

from sim.engine.scenario import Scenario
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.study.designs.files import resampled
from sim.study.designs.sweep import factor_table, versions
from sim.study.running.plan import planned


def refused(**changes: Any) -> str:
    with pytest.raises(InputError) as caught:
        swept(**changes)
    told = str(caught.value)
    assert "\n" not in told
    return told


def test_a_latin_hypercube_has_one_point_in_each_slice() -> None:
    sweep = swept(factors={**TURNOVER, **DOLLARS}, design={"name": "latin_hypercube", "points": 10})
    assert list(sweep.points.columns) == ["staffing.turnover", "formula.components.per_student.dollars"]
    for name, low, high in (("staffing.turnover", 0.05, 0.2), ("formula.components.per_student.dollars", 500, 2000)):
        slices = np.floor((sweep.points[name] - low) / (high - low) * 10).astype(int)
        assert sorted(slices) == list(range(10))


def test_sobol_points_halve_every_factor_and_every_pair() -> None:
    factors = {"parameters": {"staffing": {"turnover": [0, 1], "rural_factor": [0, 1]}}}
    points = swept(factors=factors, design={"name": "sobol", "points": 64}).points.to_numpy()
    quarters = np.floor(points * 2).astype(int)
    assert (quarters.sum(axis=0) == 32).all()
    assert sorted(np.unique(quarters[:, 0] * 2 + quarters[:, 1], return_counts=True)[1]) == [16] * 4


def test_a_grid_is_every_combination_in_order() -> None:
    factors = {
        "parameters": {"staffing": {"turnover": [0.1, 0.2]}},
        "formula": {
            "rules": {"count_lag": [0, 1]},
            "appropriation": {"dollars": {"low": 1e7, "high": 3e7, "steps": 3}},
        },
    }
    points = swept(factors=factors, design={"name": "grid"}).points
    assert len(points) == 12
    assert points.iloc[:3]["formula.appropriation.dollars"].tolist() == [1e7, 2e7, 3e7]
    assert points["formula.rules.count_lag"].tolist()[:6] == [0, 0, 0, 1, 1, 1]
    assert len(points.drop_duplicates()) == 12


def test_a_log_range_is_even_in_logarithms() -> None:
    factors = {"formula": {"appropriation": {"dollars": {"low": 1e6, "high": 1e8, "scale": "log"}}}}
    points = swept(factors=factors, design={"name": "latin_hypercube", "points": 100}).points
    assert (points < 1e7).to_numpy().sum() == 50


@pytest.mark.parametrize("design", ["latin_hypercube", "prior", "sobol"])
def test_a_prior_is_drawn_by_its_own_quantiles(design: str) -> None:
    factors = {"parameters": {"staffing": {"turnover": "prior"}}}
    drawn = swept(factors=factors, design={"name": design, "points": 256}).points["staffing.turnover"]
    prior = load_catalogue().entries["staffing"]["turnover"].prior
    assert prior.low is not None
    assert prior.high is not None
    assert drawn.between(prior.low, prior.high).all()
    # A triangular from 0.08 over 0.10 to 0.15 holds 2/7 below its peak.
    assert (drawn < 0.1).mean() == pytest.approx(2 / 7, abs=0.08)


def test_one_word_sweeps_a_group_or_all_parameters() -> None:
    every = [f"{group}.{name}" for group, name, _ in load_catalogue().uncertain()]
    design = {"name": "prior", "points": 2}
    assert list(swept(factors={"parameters": "prior"}, design=design).points) == every
    staffing = swept(factors={"parameters": {"staffing": "prior"}}, design=design).points
    assert list(staffing) == [name for name in every if name.startswith("staffing.")]
    held = {"staffing": {"turnover": 0.1}}
    rest = swept(factors={"parameters": {"staffing": "prior"}}, design=design, parameters=held).points
    assert list(rest) == [name for name in staffing if name != "staffing.turnover"]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol", "prior"])
def test_the_seed_places_the_points(design: str) -> None:
    factors = {"parameters": {"staffing": {"turnover": "prior"}}}
    one, again, other = (
        swept(factors=factors, design={"name": design, "points": 8}, seed=seed).points for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(one, again, check_exact=True)
    assert not one.equals(other)


def test_paths_may_be_written_as_one_word_or_nested() -> None:
    nested = swept(factors=DOLLARS)
    dotted = swept(factors={"formula.components.per_student.dollars": [500, 2000]})
    by_place = swept(factors={"formula.components.1.dollars": [500, 2000]})
    pd.testing.assert_frame_equal(nested.points, dotted.points)
    assert by_place.factors[0].places["aligned"].keys == nested.factors[0].places["aligned"].keys


def test_a_formula_factor_moves_every_formula_but_the_baseline() -> None:
    one = formula_of(
        line_of(components=[{"kind": "base", "per_school": 5.0}], appropriation={"rule": "fixed", "dollars": 9.0}),
        name="one",
    )
    inputs = inputs_of(shipped("aligned"), one, one.model_copy(update={"name": "two"}), baseline="aligned")
    factor = swept(inputs, factors={"formula.appropriation.dollars": [10, 20]}).factors[0]
    assert list(factor.places) == ["one", "two"]
    alone = swept(inputs, factors={"formula.two.appropriation.dollars": [10, 20]}).factors[0]
    assert list(alone.places) == ["two"]
    base = swept(inputs, factors={"formula.aligned.appropriation.dollars": [10, 20]}).factors[0]
    assert list(base.places) == ["aligned"]


def test_a_line_is_named_where_a_formula_has_several() -> None:
    path = "formula.status_quo.lines.nextgen_pilot.appropriation.dollars"
    sweep = swept(factors={path: [10e6, 20e6]})
    row = {path: (12e6,)}
    law = versions(shipped("status_quo"), sweep.factors, row, ("here",))[0]
    assert law.line("nextgen_pilot").appropriation.dollars == 12e6  # type: ignore[union-attr]
    others = [line for line in law.lines if line.name != "nextgen_pilot"]
    assert others == [line for line in shipped("status_quo").lines if line.name != "nextgen_pilot"]


def test_a_rule_that_is_not_set_can_be_swept() -> None:
    sweep = swept(factors={"formula.rules.hold_harmless.share": [0.5, 1.0], "formula.rules.growth_cap": [0.01, 0.1]})
    values = {"formula.rules.hold_harmless.share": (0.75,), "formula.rules.growth_cap": (0.05,)}
    rules = versions(shipped("aligned"), sweep.factors, values, ("here",))[0].lines[0].rules
    assert rules.hold_harmless is not None
    assert (rules.hold_harmless.share, rules.growth_cap) == (0.75, 0.05)


def test_levels_may_leave_a_rule_out() -> None:
    sweep = swept(factors={"formula.rules.growth_cap": [None, 0.05]}, design={"name": "grid"})
    made = versions(shipped("aligned"), sweep.factors, {"formula.rules.growth_cap": (None, 0.05)}, ("a", "b"))
    assert [formula.lines[0].rules.growth_cap for formula in made] == [None, 0.05]


def test_when_a_formula_takes_effect_can_be_swept() -> None:
    sweep = swept(factors={"formula.takes_effect": [2028, 2031]}, design={"name": "grid"})
    later = versions(shipped("aligned"), sweep.factors, {"formula.takes_effect": (2031,)}, ("here",))[0]
    assert (later.takes_effect, later.own_lines[0].start_year) == (2031, 2031)


def test_a_scenario_factor_begins_a_year_or_moves_it() -> None:
    slump = Scenario.model_validate({"name": "slump", "title": "s", "source": "s", "years": {2028: {"revenue": 0.5}}})
    inputs = inputs_of(scenarios=(slump,))
    sweep = swept(
        inputs,
        factors={"scenario.years.2028.revenue": [0.4, 0.9], "scenario.from_year.2029.turnover": [1, 2]},
        horizon=4,
    )
    values = {"scenario.years.2028.revenue": (0.75,), "scenario.from_year.2029.turnover": (1.5,)}
    made = versions(slump, sweep.factors, values, ("here",))[0]
    assert made.at(2028, 2026).revenue == 0.75
    assert (made.at(2030, 2026).turnover, made.at(2030, 2026).revenue) == (1.5, 1.0)


def test_the_design_table_holds_every_run_point_by_point(tmp_path: Path) -> None:
    settings = settings_with(factors={**TURNOVER, **DOLLARS}, draws=3)
    plan = planned(settings, inputs_of(), tmp_path, swept(factors={**TURNOVER, **DOLLARS}, draws=3))
    design = plan.design
    assert list(design.columns[:7]) == [
        "run_id", "point", "formula", "scenario", "replicate", "staffing.turnover",
        "formula.components.per_student.dollars",
    ]  # fmt: skip
    assert len(design) == 6 * 3 * 2
    assert design.duplicated(["point", "replicate", "formula", "scenario"]).sum() == 0
    assert (design.groupby("point")["staffing.turnover"].nunique() == 1).all()
    assert design["staffing.turnover"].nunique() == 6
    # What is not swept is drawn for each replicate, and is the same at all points.
    assert (design.groupby("replicate")["staffing.rural_factor"].nunique() == 1).all()
    assert design["staffing.rural_factor"].nunique() == 3
    assert design.columns.duplicated().sum() == 0
    own = settings_with(factors=TURNOVER, draws=3, design={"name": "prior", "points": 6, "luck": "own"})
    lucky = planned(own, inputs_of(), tmp_path, swept(factors=TURNOVER, draws=3)).design
    assert (lucky.groupby("replicate")["point"].nunique() == 1).all()
    assert lucky["replicate"].nunique() == 18


def test_central_leaves_only_factors_in_the_design(tmp_path: Path) -> None:
    settings = settings_with(factors=TURNOVER, uncertainty="central")
    design = planned(settings, inputs_of(), tmp_path, swept(factors=TURNOVER)).design
    assert list(design.columns) == ["run_id", "point", "formula", "scenario", "replicate", "staffing.turnover"]


def test_the_factor_table_says_unit_range_and_source() -> None:
    table = factor_table(swept(factors={**TURNOVER, **DOLLARS}).factors)
    assert "staffing.turnover,parameters.staffing.turnover,share per year,0.05 to 0.2,0.1" in table
    assert "12.7% of CTE teachers" in table
    assert 'dollars,"500 to 2,000",905,aligned' in table


def written(folder: Path, text: str, name: str = "points.csv") -> dict[str, str]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return {"name": "table", "file": str(path)}


def test_a_table_is_run_row_by_row(tmp_path: Path) -> None:
    design = written(tmp_path, "note, staffing.turnover, formula.aligned.appropriation.dollars\n1,0.1,5e7\n2,0.2,6e7\n")
    points = swept(design=design).points
    assert points["staffing.turnover"].tolist() == [0.1, 0.2]
    assert points["formula.aligned.appropriation.dollars"].tolist() == [5e7, 6e7]
    only = swept(design=design, factors={"parameters": {"staffing": {"turnover": "file"}}}).points
    assert list(only) == ["staffing.turnover"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("staffing.turnover\n0.1\n1.5\n", "row 3, column staffing.turnover: 1.5 is not allowed: a number from 0 to 1"),
        (
            "staffing.turnover,formula.appropriation.dollars\n0.1,5e7\n,6e7\n",
            "row 3, column staffing.turnover: is empty",
        ),
        ("staffing.turnover,x\n0.1,\n", "row 2, column x: is empty"),
        ("staffing.turnovr\n0.1\n", "column staffing.turnovr: unknown parameter; did you mean"),
        ("formula.appropriation.dollars\n5e7\n-1\n", "row 3: aligned.appropriation.dollars: -1"),
        ("staffing.turnover\nhigh\n", "row 2, column staffing.turnover: 'high' is not allowed"),
        ("a,b\n1,2\n", "names no factor"),
        ("staffing.turnover\n", "holds no rows"),
        ("staffing.turnover,a\n1,2,3\n1,2,3,4\n", "cannot be read"),
    ],
)
def test_a_bad_cell_is_named_with_file_row_and_column(tmp_path: Path, text: str, told: str) -> None:
    answer = refused(design=written(tmp_path, text))
    assert str(tmp_path / "points.csv") in answer
    assert told in answer


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    design = written(tmp_path, "staffing.rural_factor\n0.8\n")
    told = refused(design=design, factors={"parameters.staffing.turnover": "file"})
    assert "points.csv: column staffing.turnover: is missing" in told


def test_a_posterior_is_resampled_by_its_weights(tmp_path: Path) -> None:
    frame = pd.DataFrame({"staffing.turnover": [0.1, 0.12, 0.14], "weight": [0.5, 0.0, 1.5], "distance": [1, 2, 3]})
    path = tmp_path / "accepted.parquet"
    frame.to_parquet(path)
    design = {"name": "posterior", "file": str(path), "points": 40}
    points = swept(design=design).points
    assert list(points) == ["staffing.turnover"]
    assert points["staffing.turnover"].value_counts().to_dict() == {0.14: 30, 0.1: 10}
    pd.testing.assert_frame_equal(points, swept(design=design).points)
    assert not points.equals(swept(design=design, seed=9).points)
    whole = swept(design={"name": "posterior", "file": str(path)}).points
    assert len(whole) == 3


@pytest.mark.parametrize(
    ("weight", "told"), [([1.0, -1.0], "row 3, column weight: -1.0"), ([0.0, 0.0], "column weight: sums to 0")]
)
def test_bad_weights_are_refused(tmp_path: Path, weight: list[float], told: str) -> None:
    path = tmp_path / "accepted.csv"
    pd.DataFrame({"staffing.turnover": [0.1, 0.12], "weight": weight}).to_csv(path, index=False)
    assert told in refused(design={"name": "posterior", "file": str(path)})


def test_a_posterior_holds_parameters_only(tmp_path: Path) -> None:
    design = {**written(tmp_path, "formula.appropriation.dollars\n5e7\n"), "name": "posterior"}
    assert "a posterior holds parameters" in refused(design=design)


def test_resampling_is_systematic() -> None:
    rows = resampled(np.array([0.25, 0.5, 0.25]), 8, 3)
    assert np.bincount(rows).tolist() == [2, 4, 2]
    assert len(resampled(np.full(1000, 1e-3), 1000, 1)) == len(set(resampled(np.full(1000, 1e-3), 1000, 1)))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "factors: is empty"),
        ({"factors": {"parameters": {"staffing": {"turnovr": [0, 1]}}}}, "did you mean 'staffing.turnover'?"),
        ({"factors": {"parameters": {"staffin": "prior"}}}, "did you mean 'staffing'?"),
        (
            {"factors": {"parameters": {"staffing": {"turnover": [0.1, 1.5]}}}},
            "1.5 is not allowed: a number from 0 to 1",
        ),
        ({"factors": {"parameters": {"staffing": {"turnover": [0.2, 0.1]}}}}, "low lies below high"),
        ({"factors": {"parameters": {"staffing": {"turnover": [0.1, 0.1]}}}}, "low lies below high"),
        ({"factors": {"parameters": {"staffing": {"turnover": []}}}}, "is an empty list"),
        ({"factors": {"parameters": {"staffing": {"turnover": None}}}}, "is empty"),
        ({"factors": {"parameters": {"staffing": {"turnover": "priors"}}}}, "'priors' is not allowed"),
        ({"factors": {"parameters": {"staffing": {"turnover": [0.1, "x"]}}}}, "levels are all numbers"),
        ({"factors": {"parameters": {"staffing": {"turnover": [0.1, float("nan")]}}}}, "levels are all numbers"),
        ({"factors": TURNOVER, "parameters": {"staffing": {"turnover": 0.1}}}, "held at a value"),
        ({"factors": {"formulas": {"x": [0, 1]}}}, "a factor is parameters.group.name"),
        ({"factors": {"formula.components.base.dollars": [0, 1]}}, "formula aligned has no 'dollars' there"),
        ({"factors": {"formula.components.bonus.dollars": [0, 1]}}, "formula aligned has no entry 'bonus'"),
        ({"factors": {"formula.algned.appropriation.dollars": [0, 1]}}, "did you mean 'aligned'?"),
        ({"factors": {"formula.components.per_student.dollars": [-5, 5]}}, "-5 is not allowed"),
        ({"factors": {"formula.components.quality_incentive.share": [0.5, 1.1]}}, "1.1 is not allowed"),
        ({"factors": {"formula.components.per_student": [0, 1]}}, "is not one value"),
        ({"factors": {"formula.rules.count_lag": [0, 1]}}, "is not allowed: 0, 1"),
        ({"factors": {"formula.appropriation.dollars": "prior"}}, "only parameters have a prior"),
        ({"factors": {"scenario.from_year.2028.progresion": [0.5, 1]}}, "did you mean 'progression'?"),
        ({"factors": {"scenario.from_yaer.2028.progression": [0.5, 1]}}, "did you mean 'from_year'?"),
        ({"factors": {"scenario.from_year.2028.progression": [0.5, 11]}}, "11 is not allowed"),
        (
            {"factors": {"formula.appropriation.dollars": [1, 2], "formula.aligned.appropriation.dollars": [1, 2]}},
            "one key",
        ),
        ({"factors": TURNOVER, "design": {"name": "sobol", "points": 6}}, "write 4 or 8"),
        ({"factors": TURNOVER, "design": {"name": "latin_hypercube"}}, "design.points: is missing"),
        ({"factors": TURNOVER, "design": {"name": "prior", "points": 4}}, "write prior"),
        ({"factors": {"parameters": {"staffing": "prior"}}, "design": {"name": "grid"}}, "a grid needs levels"),
        ({"factors": TURNOVER, "design": {"name": "table"}}, "takes values from its file"),
        ({"design": {"name": "posterior"}}, "design.file: is missing"),
        ({"design": {"name": "table", "file": "nowhere.csv"}}, "nowhere.csv: cannot be read"),
        ({"factors": TURNOVER, "design": {"name": "sobol", "points": 4, "file": "x.csv"}}, "reads no file"),
        ({"factors": DOLLARS, "cost_neutral": "baseline"}, "cost_neutral"),
        ({"factors": {"parameters.economy.inflation": {"low": 0.01}}}, "high: is missing"),
        ({"factors": {"parameters.economy.inflation": {"low": 0, "high": 0.05, "scale": "log"}}}, "above 0"),
        ({"factors": {"parameters.economy.inflation": {"low": 0.01, "high": 0.05, "steps": 3}}}, "steps belong"),
    ],
)
def test_mistakes_are_answered_in_one_line(changes: dict[str, Any], told: str) -> None:
    assert told in refused(**changes)


def test_a_number_of_points_does_not_go_with_a_grid() -> None:
    factors = {"parameters": {"staffing": {"turnover": [0.05, 0.2]}}}
    assert "design.points: 7 is not read" in refused(factors=factors, design={"name": "grid", "points": 7})


def test_a_factor_of_nothing_is_refused() -> None:
    assert "factors.parameters.staffing.turnover: is empty" in refused(factors={"parameters.staffing.turnover": {}})


def test_a_grid_that_is_too_large_is_refused() -> None:
    names = ["turnover", "rural_factor", "fill_level", "supply_slack"]
    wide = {"parameters": {"staffing": {name: {"low": 0.1, "high": 0.9, "steps": 40} for name in names}}}
    assert "2,560,000 points is too large" in refused(factors=wide, design={"name": "grid"})


def test_points_that_break_a_rule_between_keys_are_found_before_any_run() -> None:
    level = {"kind": "course_level", "introductory": 1.0, "advanced": 1.5}
    pays = {"kind": "per_student", "count": "participants", "dollars": 10.0}
    law = formula_of(line_of(components=[pays, level], appropriation={"rule": "full"}), name="levels")
    inputs = inputs_of(shipped("status_quo"), law)
    with pytest.raises(InputError, match=r"point 0: levels.*advanced is at least introductory"):
        swept(inputs, factors={"formula.components.course_level.introductory": [1.6, 2.0]})
    both = {
        "formula.components.course_level.introductory": [1.6, 2.0],
        "formula.components.course_level.advanced": [2, 3],
    }
    assert len(swept(inputs, factors=both).points) == 6


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'label,staffing.turnover,formula.aligned.appropriation.dollars\nlow,0.08,"40,000,000"\nhigh,15%,4e7\n',
            "row 3, column staffing.turnover: '15%' is not allowed: it is a percentage (write 0.15)",
        ),
        (
            'formula.appropriation.dollars\n5e7\n"40,000,000"\n',
            "row 3, column formula.appropriation.dollars: '40,000,000'",
        ),
        ("staffing.turnover\n0.1\n\n\nabc\n", "row 5, column staffing.turnover: 'abc' is not allowed"),
        ("staffing.turnover\n0.1\n1_0\n", "row 3, column staffing.turnover: '1_0' is not allowed"),
        ("staffing.turnover\n0.1\ntrue\n", "row 3, column staffing.turnover: True is not allowed"),
        ("staffing.turnover\n0.1\nnull\n", "row 3, column staffing.turnover: null is not allowed"),
        ("staffing.turnover\n0.1\nnan\n", "row 3, column staffing.turnover: 'nan' is not allowed"),
        ("label;staffing.turnover\nlow;0,08\n", "row 1: the columns are separated by semicolons or tabs"),
        ("staffing.turnover,staffing.turnover\n0.1,0.2\n", "column staffing.turnover: the column is there twice"),
        ("staffing.turnover,\n0.1,0.2\n", "row 1, column 2: the column has values and no name"),
        ("", "the file is empty"),
    ],
)
def test_the_cell_that_is_wrong_is_the_one_that_is_blamed(tmp_path: Path, text: str, told: str) -> None:
    answer = refused(design=written(tmp_path, text))
    assert told in answer
    assert str(tmp_path / "points.csv") in answer
    assert "\n" not in answer


def test_empty_columns_and_rows_of_a_table_of_points_are_passed_over(tmp_path: Path) -> None:
    text = "label,staffing.turnover,formula.aligned.appropriation.dollars,,\nlow,0.08,40000000,,\n\nhigh,0.15,4e7,,\n"
    sweep = swept(design=written(tmp_path, f"{text},,,,\n"))
    assert sweep.points["staffing.turnover"].tolist() == [0.08, 0.15]
    assert [source.rsplit(", ", 1)[1] for source in sweep.source] == ["row 2", "row 4"]


def test_a_level_left_out_is_written_null(tmp_path: Path) -> None:
    points = swept(design=written(tmp_path, "formula.aligned.rules.growth_cap\nnull\n0.05\n")).points
    assert points["formula.aligned.rules.growth_cap"].tolist() == [None, 0.05]


def test_a_table_of_points_that_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name, what in (("pipe.csv", "a named pipe"), ("folder.parquet", "a folder"), ("zero.csv", "a device")):
        told = refused(design={"name": "table", "file": str(tmp_path / name)})
        assert f"{name}: cannot be read: it is {what}" in told
    assert "there is no such file" in refused(design={"name": "table", "file": str(tmp_path / "none.csv")})
