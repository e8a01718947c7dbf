"""Sweeps as they are carried out: the same luck at every point, one by one or together, stopped when precise enough."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated import made_up, shipped
from sweeping import CONFIG, DOLLARS, TURNOVER, inputs_of, run, settings_with, swept

import sim.results
from sim.engine import draws as drawing
from sim.engine.scenario import BASELINE, Scenario
from sim.inputs import InputError
from sim.results.stopping import STOPPED_FILE, read_stopped
from sim.study.designs.batches import Varied, batches
from sim.study.designs.sweep import versions
from sim.study.running import chunk
from sim.study.running.chunk import run_chunk
from sim.study.running.plan import planned
from sim.study.running.precision import LEAST_REPLICATES, headlines, margin, margins

FACTORS: dict[str, Any] = {
    **TURNOVER,
    "formula.components.per_student.dollars": [500, 2000],
    "formula.status_quo.lines.nextgen_pilot.appropriation.dollars": [5e6, 20e6],
    "scenario.from_year.2027.progression": [0.8, 1.2],
}


def state_of(folder: Path, *keys: str) -> pd.DataFrame:
    results = sim.results.open(folder)
    frame = results.with_design(results.state, list(keys))
    return frame.drop(columns="run_id").sort_values([*keys, "fiscal_year"], ignore_index=True)


def test_points_in_a_batch_are_what_each_is_alone(tmp_path: Path) -> None:
    """The truth of a sweep: a run with its factors written into settings, formula and scenario, to the last bit."""
    run(tmp_path / "together", factors=FACTORS, draws=2, chunk=5)
    together = state_of(tmp_path / "together", "point", "replicate", "formula")
    sweep = swept(factors=FACTORS, draws=2)
    inputs = inputs_of()
    for point in (0, 4):
        row = {str(name): (column.iloc[point],) for name, column in sweep.points.items()}
        catalogue = inputs.catalogue
        alone = replace(
            inputs,
            formulas=tuple(versions(formula, sweep.factors, row, ("here",))[0] for formula in inputs.formulas),
            scenarios=tuple(versions(one, sweep.factors, row, ("here",))[0] for one in inputs.scenarios),
        )
        turnover = float(row["staffing.turnover"][0])
        # Held parameters leave the order of the drawn ones, so the value is put in where the others are drawn.
        single = settings_with(
            study={**CONFIG["study"], "name": "sweep"}, draws=2, factors=TURNOVER, design={"name": "prior", "points": 1}
        )
        one_point = replace(sweep, factors=sweep.factors[:1], points=pd.DataFrame({"staffing.turnover": [turnover]}))
        plan = planned(single, alone, tmp_path / f"alone_{point}", one_point)
        (tmp_path / f"alone_{point}").mkdir()
        records = [run_chunk(task) for task in plan.tasks]
        assert sum(len(record.run_ids) for record in records) == 4
        shards = [pd.read_parquet(tmp_path / f"alone_{point}" / "results" / r.shards["state"].file) for r in records]
        found = pd.concat(shards).merge(plan.design[["run_id", "replicate", "formula"]], on="run_id")
        found = found.drop(columns="run_id").sort_values(["replicate", "formula", "fiscal_year"], ignore_index=True)
        expected = together[together["point"] == point].drop(columns="point").reset_index(drop=True)
        pd.testing.assert_frame_equal(found[expected.columns], expected, check_exact=True)
        assert catalogue is inputs.catalogue


def test_a_sweep_of_parameters_is_the_comparison_with_that_parameter_held(tmp_path: Path) -> None:
    grid = {"parameters": {"staffing": {"turnover": [0.12]}}}
    run(tmp_path / "sweep", factors=grid, design={"name": "grid"}, draws=3, uncertainty="central")
    inputs = inputs_of()
    held = replace(inputs, catalogue=inputs.catalogue.with_values({"staffing.turnover": 0.12}, "settings"))
    study = {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"}
    run(tmp_path / "compare", held, study=study, draws=3, uncertainty="central", design=None)
    one, other = (state_of(tmp_path / name, "formula", "replicate") for name in ("sweep", "compare"))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.parametrize("changes", [{"chunk": 1}, {"chunk": 7}, {"workers": 2}])
def test_numbers_do_not_depend_on_chunks_or_processes(tmp_path: Path, changes: dict[str, int]) -> None:
    factors = {
        **FACTORS,
        "formula.rules.count_lag": {"levels": [0, 1]},
        "formula.rules.growth_cap": {"levels": [None, 0.05]},
    }
    run(tmp_path / "one", factors=factors, draws=2)
    run(tmp_path / "other", factors=factors, draws=2, **changes)
    keys = ("point", "replicate", "formula", "scenario")
    one, other = (state_of(tmp_path / name, *keys) for name in ("one", "other"))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_all_points_meet_the_same_luck(tmp_path: Path) -> None:
    run(tmp_path, factors=DOLLARS, draws=2)
    state = state_of(tmp_path, "point", "replicate", "formula")
    revenue = state.groupby(["replicate", "fiscal_year"])["revenue"].nunique()
    assert (revenue == 1).all()
    assert state["revenue"].nunique() > 3
    baseline = state[state["formula"] == "status_quo"].drop(columns=["point"])
    assert len(baseline.drop_duplicates()) == 2 * 3
    aligned = state[(state["formula"] == "aligned") & (state["fiscal_year"] == 2028)]
    assert (aligned.groupby("replicate")["concentrators"].nunique() == 6).all()


def test_points_with_luck_of_their_own_differ_in_it(tmp_path: Path) -> None:
    run(tmp_path, factors=DOLLARS, design={"name": "latin_hypercube", "points": 6, "luck": "own"})
    state = state_of(tmp_path, "point", "formula")
    last = state[(state["fiscal_year"] == 2028) & (state["formula"] == "status_quo")]
    assert last["revenue"].nunique() == 6


def test_a_replicate_that_several_points_share_is_drawn_once() -> None:
    one = drawing.draw(made_up(6, 4), 3, [5, 2], 2)
    many = drawing.draw(made_up(6, 4), 3, [5, 5, 2, 5], 2)
    for purpose, block in one.yearly.items():
        assert np.array_equal(block[:, [0, 0, 1, 0]], many.yearly[purpose])
    for purpose, block in one.once.items():
        assert np.array_equal(block[[0, 0, 1, 0]], many.once[purpose])


def test_rows_that_share_luck_and_parameters_are_warmed_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study.designs import batches as room

    sizes: list[int] = []
    original = room.prepare

    def counted(*arguments: Any) -> Any:
        sizes.append(len(arguments[4]))
        return original(*arguments)

    monkeypatch.setattr(room, "prepare", counted)
    run(tmp_path / "formula", factors=DOLLARS, draws=2, chunk=12)
    assert sizes == [2]
    run(tmp_path / "parameter", factors=TURNOVER, draws=2, chunk=12)
    assert sizes == [2, 12]


def test_what_is_alike_at_several_points_runs_once(tmp_path: Path) -> None:
    """Current law does not know the factors of another formula: one run serves all points of a replicate."""
    sweep = swept(factors=DOLLARS)
    values = {str(name): tuple(column) for name, column in sweep.points.items()}
    varied, started = Varied(sweep.factors, values), np.zeros(6, dtype=np.intp)
    (law,) = batches(shipped("status_quo"), BASELINE, varied, range(6), started)
    assert (law.starts.tolist(), law.result.tolist()) == ([0], [0] * 6)
    (aligned,) = batches(shipped("aligned"), BASELINE, varied, range(6), started)
    assert aligned.result.tolist() == list(range(6))
    every = ["state", "lines", "clusters", "districts"]
    run(tmp_path / "together", factors=DOLLARS, draws=2, chunk=12, keep=every)
    run(tmp_path / "alone", factors=DOLLARS, draws=2, chunk=1, keep=every)
    one, other = (sim.results.open(tmp_path / name) for name in ("together", "alone"))
    for table in every:
        keys = list(getattr(one, table).columns[:3])
        first, second = (getattr(results, table).sort_values(keys, ignore_index=True) for results in (one, other))
        pd.testing.assert_frame_equal(first, second, check_exact=True, check_categorical=False)


def test_only_the_state_is_kept_and_a_reader_is_told(tmp_path: Path) -> None:
    run(tmp_path, factors=TURNOVER)
    assert {path.name.split("-")[0] for path in (tmp_path / "results").glob("*.parquet")} == {"state"}
    results = sim.results.open(tmp_path)
    with pytest.raises(InputError, match=r"the table 'lines' was not kept; run the study with keep=\[state,lines\]"):
        _ = results.lines


def test_a_row_that_fails_names_its_values_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = chunk.start

    def fails(*arguments: Any) -> Any:
        varied, rows = arguments[5], arguments[6]
        if any(varied.at(row)["staffing.turnover"] > 0.17 for row in rows):
            raise FloatingPointError("not a finite number")
        return original(*arguments)

    monkeypatch.setattr(chunk, "start", fails)
    outcome = run(tmp_path, factors=TURNOVER)
    results = sim.results.open(tmp_path)
    high = results.design["staffing.turnover"] > 0.17
    assert 0 < high.sum() < len(high)
    assert outcome.failed == high.sum()
    assert sorted(results.failures["run_id"]) == sorted(results.design["run_id"][high])
    assert '"staffing.turnover": 0.1' in results.failures["parameters"].iloc[0]


def test_a_sweep_continues_where_it_stopped_and_another_is_refused(tmp_path: Path) -> None:
    run(tmp_path, factors=TURNOVER, draws=2)
    before = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir() if path.is_file()}
    for path in (tmp_path / "results").glob("*-00001.*"):
        path.unlink()
    outcome = run(tmp_path, factors=TURNOVER, draws=2)
    assert (outcome.runs, outcome.resumed) == (24, 16)
    files = [path for path in (tmp_path / "results").iterdir() if path.is_file()]
    assert {path.name: path.read_bytes() for path in files} == before
    wider = {"parameters": {"staffing": {"turnover": [0.05, 0.25]}}}
    with pytest.raises(InputError, match="different study"):
        run(tmp_path, factors=wider, draws=2)


def test_a_changed_file_of_points_is_a_different_design(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("staffing.turnover\n0.1\n0.2\n")
    design = {"name": "table", "file": str(path)}
    run(tmp_path / "out", design=design)
    path.write_text("staffing.turnover\n0.1\n0.21\n")
    with pytest.raises(InputError, match="different design"):
        run(tmp_path / "out", design=design)


PRECISE: dict[str, Any] = {
    "study": {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"},
    "design": None,
    "draws": 60,
    "chunk": 6,
    "horizon": 1,
}


def fingerprint(folder: Path) -> str:
    results = sim.results.open(folder)
    table = results.state.to_csv(index=False) + results.design.to_csv(index=False)
    return hashlib.sha256(table.encode()).hexdigest()


def half_width_after(folder: Path, replicates: int) -> float:
    results = sim.results.open(folder)
    values = headlines(results.state, 2026)["concentrators"]
    wide = (
        results.design.set_index("run_id")
        .join(values)
        .pivot(index="replicate", columns="formula", values="concentrators")
    )
    return margin((wide["aligned"] - wide["status_quo"]).to_numpy()[:replicates]).half_width


@pytest.mark.slow
def test_a_study_stops_at_the_first_chunk_that_is_precise_enough(tmp_path: Path) -> None:
    run(tmp_path / "all", **PRECISE)
    assert read_stopped(tmp_path / "all") is None
    wanted = half_width_after(tmp_path / "all", 42) * 1.000001
    reached = next(n for n in range(LEAST_REPLICATES, 61, 6) if half_width_after(tmp_path / "all", n) <= wanted)
    assert LEAST_REPLICATES <= reached <= 42
    precision = {"outcome": "concentrators", "half_width": wanted}
    outcome = run(tmp_path / "stopped", **PRECISE, precision=precision)
    assert outcome.stopped is not None
    assert outcome.stopped.replicates == reached
    results = sim.results.open(tmp_path / "stopped")
    assert results.design["replicate"].max() == reached - 1
    assert results.state["run_id"].nunique() == 2 * reached == len(results.design)
    whole = sim.results.open(tmp_path / "all")
    shared = whole.state[whole.state["run_id"].isin(results.design["run_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(shared, results.state, check_exact=True)

    # The same replicates with two processes, whose further chunks are not counted, and after an interruption.
    run(tmp_path / "two", **{**PRECISE, "workers": 2}, precision=precision)
    assert fingerprint(tmp_path / "two") == fingerprint(tmp_path / "stopped")
    for path in (tmp_path / "stopped" / "results").glob("*-00002.*"):
        path.unlink()
    (tmp_path / "stopped" / STOPPED_FILE).unlink()
    with pytest.raises(InputError, match="are missing"):
        sim.results.open(tmp_path / "stopped")
    run(tmp_path / "stopped", **PRECISE, precision=precision)
    assert fingerprint(tmp_path / "stopped") == fingerprint(tmp_path / "two")


def test_no_study_stops_before_enough_replicates_or_after_all(tmp_path: Path) -> None:
    loose = run(tmp_path / "loose", **PRECISE, precision={"outcome": "credentials", "share": 1.0})
    assert loose.stopped is not None
    assert loose.stopped.replicates == LEAST_REPLICATES
    tight = run(tmp_path / "tight", **PRECISE, precision={"outcome": "state_cost", "half_width": 0.01})
    assert tight.stopped is None
    assert len(sim.results.open(tmp_path / "tight").design) == 120


def test_a_sweep_stops_after_whole_replicates_of_all_points(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "factors": DOLLARS, "design": {"name": "latin_hypercube", "points": 3}, "draws": 50, "chunk": 8, "horizon": 1,
    }  # fmt: skip
    outcome = run(tmp_path, **changes, precision={"outcome": "concentrators", "share": 1.0})
    assert outcome.stopped is not None
    assert outcome.stopped.replicates == 32
    results = sim.results.open(tmp_path)
    assert (results.design.groupby("point")["replicate"].nunique() == 32).all()
    assert set(results.state["run_id"]) == set(results.design["run_id"])
    assert set(results.scan("state").to_table(columns=["run_id"])["run_id"].to_pylist()) == set(
        results.design["run_id"]
    )
    found = margins(headlines(results.state, 2026), results.design, "status_quo", "baseline")
    assert found["aligned", "concentrators"].replicates == 32


def test_a_margin_is_the_half_width_of_a_mean() -> None:
    of = margin(np.array([1.0, 2.0, 3.0, 4.0, np.nan]))
    assert (of.mean, of.replicates) == (2.5, 4)
    assert of.error == pytest.approx(np.std([1, 2, 3, 4], ddof=1) / 2)
    assert of.half_width == pytest.approx(3.182446 * of.error)
    assert np.isnan(margin(np.array([1.0])).half_width)
    assert margin(np.zeros(0)).replicates == 0


def test_points_cross_scenarios_and_each_keeps_its_own_factor(tmp_path: Path) -> None:
    bust = Scenario.model_validate({"name": "bust", "title": "b", "source": "b", "years": {2027: {"revenue": 0.5}}})
    inputs = inputs_of(shipped("status_quo"), shipped("aligned"), scenarios=(BASELINE, bust))
    run(tmp_path, inputs, factors={"scenario.bust.years.2027.revenue": [0.4, 0.6]})
    state = state_of(tmp_path, "point", "scenario", "formula")
    year = state[(state["fiscal_year"] == 2027) & (state["formula"] == "aligned")]
    assert year[year["scenario"] == "baseline"]["revenue"].nunique() == 1
    share = year[year["scenario"] == "bust"]["revenue"].to_numpy() / year["revenue"].max()
    design = sim.results.open(tmp_path).design.drop_duplicates("point")
    assert np.allclose(share, design["scenario.bust.years.2027.revenue"])
