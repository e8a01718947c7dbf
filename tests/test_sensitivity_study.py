"""A sensitivity study from end to end on a made-up state: what it runs, refuses, resumes and writes."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated import shipped
from sweeping import CONFIG, inputs_of

import sim.results
from sim.inputs import InputError
from sim.report.sensitivity.text import CHANCE, LEAST, REST, TOGETHER, percent, share_text, write_sensitivity
from sim.study.sensitivity.numbers import uncertain_numbers
from sim.study.sensitivity.outcomes import OUTCOMES, outcome_table
from sim.study.sensitivity.screening import screening_design
from sim.study.sensitivity.shares import shares_design
from sim.study.sensitivity.study import Findings, check_settings, sensitivity
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import read_settings

NAMES = ("status_quo", "aligned", "aligned_per_concentrator")
LAYOUT = {"trajectories": 2, "replicates": 2, "numbers": 3, "points": 8, "resamples": 20}
SETTINGS: dict[str, Any] = {
    **CONFIG,
    "study": {"name": "sensitivity", "formulas": list(NAMES), "baseline": "status_quo"},
    "design": None,
    "chunk": 32,
    "sensitivity": LAYOUT,
}


def inputs() -> Inputs:
    return inputs_of(*(shipped(name) for name in NAMES))


def found_in(folder: Path, **changes: Any) -> Findings:
    config = {**SETTINGS, **changes}
    return sensitivity(read_settings(config), inputs(), folder, config, lambda name: lambda done, total: None)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Findings]:
    folder = tmp_path_factory.mktemp("sensitivity")
    return folder, found_in(folder)


def test_it_runs_every_point_of_both_stages_in_folders_of_their_own(done: tuple[Path, Findings]) -> None:
    folder, found = done
    numbers = len(uncertain_numbers(inputs()))
    assert found.runs == (2 * (numbers + 1) * 2 * 3, 8 * (3 + 2 + 2) * 3)
    assert len(found.with_shares) == 3
    for stage, runs in zip(("screening", "shares"), found.runs, strict=True):
        results = sim.results.open(folder / stage)
        assert results.manifest.study == "sensitivity"
        assert len(results.design) == runs
        assert not len(results.failures)


def test_the_points_of_a_trajectory_meet_the_same_luck_and_differ_in_one_number(done: tuple[Path, Findings]) -> None:
    folder, _ = done
    results = sim.results.open(folder / "screening")
    design = results.design[results.design["formula"] == "aligned"]
    points = len(design) // 2
    assert design["replicate"].tolist() == [
        *[0] * (points // 2),
        *[2] * (points // 2),
        *[1] * (points // 2),
        *[3] * (points // 2),
    ]
    state = results.with_design(results.state, ["replicate"])
    revenue = state[state["fiscal_year"] == 2028].groupby("replicate")["revenue"]
    assert revenue.ngroups == 4


@pytest.mark.slow
def test_it_can_be_started_again_and_says_the_same(done: tuple[Path, Findings], tmp_path: Path) -> None:
    folder, found = done
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("chunk-*.json")}
    again = found_in(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("chunk-*.json")} == times
    pd.testing.assert_frame_equal(found.table, again.table, check_exact=True)
    other = found_in(tmp_path, chunk=50)
    pd.testing.assert_frame_equal(found.table, other.table, check_exact=True)
    pd.testing.assert_frame_equal(found.morris, other.morris, check_exact=True)
    assert write_sensitivity(other, tmp_path, figures=False) == write_sensitivity(again, tmp_path, figures=False)


@pytest.mark.slow
def test_more_points_need_no_new_screening_and_another_seed_needs_another_folder(
    done: tuple[Path, Findings], tmp_path: Path
) -> None:
    folder, found = done
    with pytest.raises(InputError, match="seed"):
        found_in(folder, seed=5)
    with pytest.raises(InputError, match=r"shares: holds a different study \(sensitivity.points: 8 there, 16 here\)"):
        found_in(folder, sensitivity={**LAYOUT, "points": 16})
    again = found_in(folder, sensitivity={**LAYOUT, "resamples": 20})
    assert again.table["total"].equals(found.table["total"])


def test_a_missing_a_failed_and_a_misplaced_run_are_refused(done: tuple[Path, Findings], tmp_path: Path) -> None:
    folder, found = done
    chosen = found.with_shares
    rest = tuple(number for number in found.numbers if number not in chosen)
    sweep = shares_design(chosen, rest, 8, SETTINGS["seed"]).sweep()
    results = sim.results.open(folder / "shares")
    table, years = outcome_table(results, sweep, 1)
    assert set(table) == {(name, outcome.name) for name in NAMES for outcome in OUTCOMES}
    assert years == "FY2027-28"
    shuffled = replace(results, design=results.design.sample(frac=1.0, random_state=1))
    again, _ = outcome_table(shuffled, sweep, 1)
    assert all(np.array_equal(table[key], again[key]) for key in table), "joined by run, whatever the order of rows"
    swapped = replace(sweep, points=sweep.points.iloc[::-1].reset_index(drop=True))
    with pytest.raises(InputError, match="not in the order of the design"):
        outcome_table(results, swapped, 1)
    short = replace(results, design=results.design.iloc[:-1])
    with pytest.raises(InputError, match="are not those of the design"):
        outcome_table(short, sweep, 1)
    strangers = replace(results, design=results.design.assign(run_id=results.design["run_id"] + 1))
    with pytest.raises(InputError, match="is missing in some runs"):
        outcome_table(strangers, sweep, 1)
    failed = replace(results)
    failed.__dict__["failures"] = pd.DataFrame({"run_id": [3]})
    with pytest.raises(InputError, match="1 of 168 runs failed, and shares need every run"):
        outcome_table(failed, sweep, 1)


def test_an_unfinished_stage_is_refused_by_the_store(done: tuple[Path, Findings], tmp_path: Path) -> None:
    import shutil

    shutil.copytree(done[0] / "shares", tmp_path / "shares")
    next((tmp_path / "shares" / "results").glob("chunk-*.json")).unlink()
    with pytest.raises(InputError, match="runs are missing"):
        sim.results.open(tmp_path / "shares")


def test_the_outcome_of_a_point_is_the_mean_over_its_replicates(done: tuple[Path, Findings]) -> None:
    folder, found = done
    results = sim.results.open(folder / "screening")
    sweep = screening_design(found.numbers, 2, 2, SETTINGS["seed"]).sweep()
    table, _ = outcome_table(results, sweep, 2)
    runs = results.design[(results.design["formula"] == "aligned") & (results.design["point"] == 5)]["run_id"]
    state = results.state[results.state["run_id"].isin(runs) & (results.state["fiscal_year"] > 2026)]
    assert len(runs) == 2
    assert table["aligned", "credentials"][5] == pytest.approx(state["credentials"].mean(), rel=1e-12)


def test_the_words_are_those_of_the_tables(done: tuple[Path, Findings], tmp_path: Path) -> None:
    _, found = done
    text = write_sensitivity(found, tmp_path, figures=False)
    assert (tmp_path / "sensitivity.txt").read_text(encoding="utf-8") == text
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    table = pd.read_csv(tmp_path / "sensitivity.csv")
    keys = ["outcome", "of", "formula", "factor"]
    assert not table.duplicated(keys).any()
    chosen = table[
        (table["of"] == "difference") & (table["formula"] == "aligned") & (table["outcome"] == "concentrators_taught")
    ]
    block = text.split("CONCENTRATORS TAUGHT (mean of FY2027-28)")[1]
    block = block.split("Difference LESC's aligned formula less Current law")[1]
    block = " ".join(block.split("Difference Aligned: per")[0].split())
    numbers = chosen[~chosen["factor"].isin([CHANCE, REST, TOGETHER])].sort_values("total", ascending=False)
    at = -1
    assert (numbers["total"] < LEAST).any() == ("No other of the 3 numbers has a share of 1%" in block)
    for _, row in numbers[numbers["total"] >= LEAST].iterrows():
        what = f"[{row['unit']}; {row['range']}; {row['confidence']}]"
        line = f"{share_text(row)} {percent(row['alone'])} {row['label']} {what}"
        assert line in block
        assert block.index(line) > at, "largest share first"
        at = block.index(line)
    for name in (CHANCE, REST):
        row = chosen[chosen["factor"] == name].iloc[0]
        assert f"{share_text(row)} {percent(row['alone'])} {row['label']}" in block
    together = chosen[chosen["factor"] == TOGETHER].iloc[0]
    assert together["alone"] == pytest.approx(1 - chosen[chosen["factor"] != TOGETHER]["alone"].sum(), abs=1e-4)
    assert f"{share_text(together, 'alone')} {together['label']}" in block
    for ranking in found.rankings:
        share, low, _ = ranking.holds(ranking.leader)
        assert f" in {share:.0%} ({low:.0%} to " in flat.replace(">99%", "100%")
    single = [number for number in found.numbers if len(number.dimensions) == 1]
    assert f"{len(single)} parameters and {len(found.numbers) - len(single)} kinds of cluster costs" in flat
    morris = pd.read_csv(tmp_path / "morris.csv")
    assert set(morris.loc[morris["with_share"], "number"]) == {number.name for number in found.with_shares}
    assert morris["label"].notna().all()


@pytest.mark.slow
def test_a_posterior_is_followed_and_the_text_says_what_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "accepted.csv"
    path.write_text("staffing.turnover\n0.08\n0.09\n0.10\n")
    found = found_in(tmp_path / "out", sensitivity={**LAYOUT, "posterior": str(path)})
    drawn = sim.results.open(tmp_path / "out" / "shares").design["staffing.turnover"]
    assert drawn.between(0.08, 0.10).all()
    assert drawn.nunique() > 5
    text = " ".join(write_sensitivity(found, tmp_path, figures=False).split())
    assert "Calibrated: 1, each by itself; the others follow their priors." in text
    assert "Correlations between calibrated numbers are ignored." in text


def test_the_figures_are_drawn(done: tuple[Path, Findings], tmp_path: Path) -> None:
    write_sensitivity(done[1], tmp_path, figures=True)
    names = {path.name for path in (tmp_path / "figures").glob("*.png")}
    assert names == {
        *(f"shares_{name}.png" for name in NAMES),
        "order_concentrators_taught.png",
        "order_cost_per_added_concentrator.png",
    }


def test_a_level_of_the_baseline_counts_every_source_of_spread(done: tuple[Path, Findings]) -> None:
    _, found = done
    level = found.table[(found.table["of"] == "level") & (found.table["formula"] == "status_quo")]
    factors = {number.name for number in found.with_shares} | {REST, CHANCE, TOGETHER}
    assert set(level["factor"]) == factors
    luck = level[(level["factor"] == CHANCE) & (level["outcome"] == "concentrators")]["total"]
    assert (luck > 0).all()


def test_percent_claims_no_more_than_it_knows() -> None:
    assert [percent(share) for share in (-0.02, 0.0, 0.001, 0.314, 1.2)] == ["0%", "0%", "<1%", "31%", "100%"]
    assert re.fullmatch(
        r"31% \(24-39%\)", share_text(pd.Series({"total": 0.31, "total_low": 0.24, "total_high": 0.39}))
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uncertainty": "central"}, "uncertainty: central is not allowed"),
        ({"factors": {"parameters": "prior"}}, "factors: does not go with study=sensitivity"),
        ({"sensitivity": None}, "sensitivity: is missing"),
        ({"sensitivity": {**LAYOUT, "points": 100}}, "a power of two"),
        ({"sensitivity": {**LAYOUT, "trajectory": 3}}, "trajector"),
        ({"precision": {"outcome": "concentrators", "share": 0.1}}, "precision: does not go"),
    ],
)
def test_what_does_not_go_with_the_study_is_refused_before_it_runs(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_settings(read_settings({**SETTINGS, **changes}), inputs())


def test_one_formula_alone_is_refused_and_so_are_two_scenarios() -> None:
    settings = read_settings(SETTINGS)
    with pytest.raises(InputError, match="needs a baseline and another formula"):
        check_settings(settings, inputs_of(shipped("status_quo")))
    both = inputs_of(scenarios=inputs().scenarios * 2)
    with pytest.raises(InputError, match="one scenario"):
        check_settings(settings, both)


def test_a_posterior_of_what_is_not_uncertain_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accepted.csv"
    path.write_text("economy.nothing\n1\n")
    with pytest.raises(InputError, match="unknown parameter"):
        uncertain_numbers(inputs(), path)
