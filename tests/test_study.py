"""Studies: settings, design, chunks, processes, resuming, and the cost-neutral switch."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated import formula_of, line_of, made_up, new_mexico, shipped

import sim.results
from sim.engine.ensemble import prepare
from sim.engine.scenario import BASELINE, Scenario
from sim.engine.static import base_year_entitlement, static_score
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.results.schema import TABLES
from sim.study.compare.fairness import rescaled
from sim.study.compare.neutral import REPLICATES
from sim.study.running.chunk import Task, run_chunk
from sim.study.running.plan import shared_out
from sim.study.running.runner import Outcome, carry_out
from sim.study.setup.design import crossed_design, parameters_for
from sim.study.setup.detail import DETAIL_STEPS
from sim.study.setup.inputs import Inputs, find_formula, formula_record, read_inputs
from sim.study.setup.settings import Settings, flat_parameters, read_settings

CONFIG: Mapping[str, Any] = {
    "study": {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"},
    "world": {"path": None},
    "horizon": 3,
    "draws": 5,
    "seed": 0,
    "chunk": 2,
    "workers": 1,
    "uncertainty": "prior",
    "cost_neutral": None,
    "report": False,
    "keep": ["state", "lines", "clusters", "districts", "district_programs"],
    "parameters": {},
}


def settings_with(**changes: Any) -> Settings:
    return read_settings({**CONFIG, **changes})


def small_inputs(*formulas: Formula, scenarios: tuple[Scenario, ...] = (BASELINE,)) -> Inputs:
    return Inputs(
        world=made_up(6, 4),
        catalogue=load_catalogue(),
        current_law=shipped("status_quo"),
        formulas=formulas or (shipped("status_quo"), shipped("aligned")),
        baseline="status_quo",
        scenarios=scenarios,
    )


def run(folder: Path, inputs: Inputs | None = None, **changes: Any) -> Outcome:
    config = {**CONFIG, **changes}
    return carry_out(read_settings(config), inputs or small_inputs(), folder, config, lambda done, total: None)


def shards(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "results").glob("*.parquet")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    run(folder)
    return folder


def test_a_study_stores_every_run_of_its_design(finished: Path) -> None:
    results = sim.results.open(finished)
    assert list(results.design["formula"]) == ["status_quo"] * 5 + ["aligned"] * 5
    assert list(results.design["replicate"]) == [0, 1, 2, 3, 4] * 2
    assert len(results.state) == 10 * 4
    assert set(results.state["fiscal_year"]) == {2026, 2027, 2028, 2029}
    assert len(results.clusters) == 10 * 4 * 14
    assert len(results.districts) == 10 * 6 * sum(step <= 3 for step in DETAIL_STEPS)
    assert len(results.failures) == 0
    for table in ("state", "lines", "clusters", "districts", "static"):
        frame = getattr(results, table)
        assert list(frame.columns) == [column.name for column in TABLES[table]]
        assert np.isfinite(frame.select_dtypes("number")).all().all()


def test_tables_agree_with_each_other(finished: Path) -> None:
    results = sim.results.open(finished)
    keys = ["run_id", "fiscal_year"]
    state = results.state.set_index(keys)
    clusters = results.clusters.groupby(keys, observed=True)[["participants", "concentrators", "sites", "credentials"]]
    assert np.allclose(
        clusters.sum(), state.loc[clusters.sum().index, ["participants", "concentrators", "sites", "credentials"]]
    )
    total = results.districts.merge(results.district_programs).groupby(keys, observed=True).sum(numeric_only=True)
    assert np.allclose(total[["membership", "pathways"]], state.loc[total.index, ["membership", "pathways"]])
    lines = results.lines[results.lines["line"] != "perkins"].groupby(keys, observed=True)["paid"].sum()
    outside = results.lines[~results.lines["line"].isin(["perkins", "secondary_weight"])]
    assert np.allclose(
        outside.groupby(keys, observed=True)["paid"].sum().reindex(state.index, fill_value=0.0), state["state_cost"]
    )
    assert (lines >= 0).all()
    assert np.allclose(state["concentrators"], state["concentrators_taught"] + state["concentrators_recoded"])
    assert np.allclose(state["plans"], state[["plans_for_money", "plans_for_room", "plans_for_instructor"]].sum(axis=1))
    before = state.groupby("run_id")["plans"].shift()
    kept = before + state["plans_begun"] - state["plans_given_up"] - state["launches_started"]
    assert np.allclose(kept.dropna(), state["plans"][before.notna()])
    by_level = state.loc[total.index]
    assert np.allclose(total["sections"], by_level["first_sections"] + by_level["second_sections"])
    assert np.allclose(total["unserved"], by_level["unserved_first"] + by_level["unserved_second"])
    for column in ("participants", "concentrators", "concentrators_taught", "instructors", "spending"):
        assert np.allclose(total[column], by_level[column]), column
    assert np.allclose(state["recurring_cost"] + state["nonrecurring_cost"], state["state_cost"])


def test_every_formula_starts_from_the_same_base_year(finished: Path) -> None:
    results = sim.results.open(finished)
    base = results.with_design(results.state[results.state["fiscal_year"] == 2026], ["formula", "replicate"])
    one, other = (
        base[base["formula"] == name].drop(columns=["run_id", "formula"]).reset_index(drop=True)
        for name in ("status_quo", "aligned")
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_numbers_do_not_depend_on_processes(finished: Path, tmp_path: Path) -> None:
    run(tmp_path, workers=2)
    assert shards(tmp_path) == shards(finished)
    assert len(shards(tmp_path)) == 3 * 6


def test_numbers_do_not_depend_on_the_size_of_chunks(finished: Path, tmp_path: Path) -> None:
    run(tmp_path, chunk=5)
    one, other = sim.results.open(finished), sim.results.open(tmp_path)
    for table in ("state", "lines", "clusters", "districts", "static"):
        keys = list(getattr(one, table).columns[:3])
        first, second = (getattr(results, table).sort_values(keys, ignore_index=True) for results in (one, other))
        pd.testing.assert_frame_equal(first, second, check_exact=True, check_categorical=False)


def test_a_study_continues_where_it_stopped(finished: Path, tmp_path: Path) -> None:
    run(tmp_path)
    for path in (tmp_path / "results").glob("*-00001.*"):
        path.unlink()
    torn = tmp_path / "results" / "state-00002.parquet"
    torn.write_bytes(torn.read_bytes()[:-100])
    kept = (tmp_path / "results" / "state-00000.parquet").stat().st_mtime_ns
    outcome = run(tmp_path)
    assert (outcome.runs, outcome.resumed, outcome.failed) == (10, 4, 0)
    assert shards(tmp_path) == shards(finished)
    assert (tmp_path / "results" / "state-00000.parquet").stat().st_mtime_ns == kept
    assert run(tmp_path).resumed == 10


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"seed": 1}, "seed"), ({"draws": 6}, "draws"), ({"horizon": 4}, "horizon"), ({"chunk": 3}, "chunk")],
)
def test_another_study_in_the_same_folder_is_refused(finished: Path, changes: dict[str, Any], named: str) -> None:
    before = shards(finished)
    with pytest.raises(InputError, match=f"different study.*{named}"):
        run(finished, **changes)
    assert shards(finished) == before


def test_other_workers_may_continue_a_study(finished: Path) -> None:
    assert run(finished, workers=2).resumed == 10


def test_progress_is_told_from_start_to_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    carry_out(settings_with(), small_inputs(), tmp_path, CONFIG, lambda done, total: told.append((done, total)))
    assert told == [(0, 10), (4, 10), (8, 10), (10, 10)]


def test_a_run_that_fails_is_a_row_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study.designs import batches

    original = batches.prepare

    def fails_for_the_second(*arguments: Any, **named: Any) -> Any:
        if 1 in arguments[4]:
            raise FloatingPointError("concentrators is not a finite number")
        return original(*arguments, **named)

    monkeypatch.setattr(batches, "prepare", fails_for_the_second)
    outcome = run(tmp_path)
    assert outcome == Outcome(10, 0, 2)
    results = sim.results.open(tmp_path)
    assert list(results.failures["run_id"]) == [1, 6]
    assert "not a finite number" in results.failures["message"].iloc[0]
    assert set(results.state["run_id"]) == {0, 2, 3, 4, 5, 7, 8, 9}


def test_the_design_carries_the_parameters_that_runs_had(finished: Path) -> None:
    design = sim.results.open(finished).design
    world, catalogue = made_up(6, 4), load_catalogue()
    parameters = parameters_for(catalogue, world, 0, range(5), "prior")
    assert np.array_equal(design["staffing.turnover"][:5], parameters.staffing.turnover.reshape(-1))
    names = [f"{group}.{name}" for group, name, _ in catalogue.uncertain()]
    assert set(names) < set(design.columns)
    aligned = design[design["formula"] == "aligned"][names].reset_index(drop=True)
    pd.testing.assert_frame_equal(aligned, design[design["formula"] == "status_quo"][names], check_exact=True)


def test_a_longer_design_begins_with_the_replicates_of_a_shorter() -> None:
    few, many = (
        crossed_design(["a"], ["baseline"], draws, load_catalogue(), made_up(6, 4), 9, "prior") for draws in (3, 7)
    )
    pd.testing.assert_frame_equal(few, many[:3], check_exact=True)
    central = crossed_design(["a"], ["baseline"], 3, load_catalogue(), made_up(6, 4), 9, "central")
    assert list(central.columns) == ["run_id", "formula", "scenario", "replicate"]


def test_central_parameters_leave_chance_alone(tmp_path: Path) -> None:
    run(tmp_path, uncertainty="central", draws=3)
    state = sim.results.open(tmp_path).state
    last = state[state["fiscal_year"] == 2029]
    assert last["price_index"].nunique() == 1
    assert last["concentrators"].nunique() > 3


def test_an_infinite_number_is_a_failure_not_a_result(tmp_path: Path) -> None:
    world = made_up(2, 1)
    broken = replace(world, districts=replace(world.districts, membership=world.districts.membership * np.nan))
    task = Task(
        folder=tmp_path, chunk=0, world=broken, catalogue=load_catalogue(), current_law=shipped("status_quo"),
        formulas=(shipped("aligned"),), scenarios=(BASELINE,), seed=0, replicates=(0, 1), draws=2, horizon=1,
        uncertainty="prior",
    )  # fmt: skip
    (tmp_path / "results").mkdir()
    record = run_chunk(task)
    assert record.failed == (0, 1)
    assert record.run_ids == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"horizon": 0}, "horizon: 0 is not allowed"),
        ({"horizon": 61}, "horizon: 61 is not allowed"),
        ({"draws": 2.0}, "draws: 2.0 is not allowed"),
        ({"draws": True}, "draws: True is not allowed"),
        ({"seed": -1}, "seed: -1 is not allowed"),
        ({"chunk": 0}, "chunk: 0 is not allowed"),
        ({"workers": 0}, "workers: 0 is not allowed"),
        ({"shard": 3, "shards": 2}, "shard 3 is not one of 2"),
        ({"shards": 2}, "shards=2 needs a shard"),
        ({"executor": {"kind": "ray"}}, "executor: "),
        ({"executor": {"kind": "dask", "adress": "x"}}, "adress: unknown key"),
        ({"uncertainty": "likely"}, "uncertainty: 'likely' is not allowed"),
        ({"report": "perhaps"}, "report: 'perhaps' is not allowed"),
        ({"horizn": 3}, "horizn: unknown key; did you mean 'horizon'?"),
        ({"study": {"name": "compare", "formula": ["x"]}}, "study.formula: unknown key; did you mean 'formulas'?"),
        ({"study": {"name": "sweeep"}}, "study.name: 'sweeep' is not allowed"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_one_line(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        settings_with(**changes)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_seed_zero_is_allowed_and_used(finished: Path) -> None:
    assert settings_with(seed=0).seed == 0
    assert sim.results.open(finished).manifest.seed == 0


def test_parameters_are_named_by_group() -> None:
    assert flat_parameters({"staffing": {"turnover": 0.1}, "books": {"backfill": 0.2}}) == {
        "staffing.turnover": 0.1,
        "books.backfill": 0.2,
    }
    with pytest.raises(InputError, match=r"write parameters\.group\.name=value"):
        flat_parameters({"staffing": 3})


def test_inputs_hold_the_baseline_and_each_formula_once() -> None:
    inputs = read_inputs(settings_with(study={"name": "project", "baseline": "status_quo"}), None, "aligned")
    assert [formula.name for formula in inputs.formulas] == ["status_quo", "aligned"]
    with pytest.raises(InputError, match="stands twice"):
        read_inputs(settings_with(study={"name": "compare", "formulas": ["aligned", "aligned"]}))
    with pytest.raises(InputError, match="did you mean 'aligned'"):
        read_inputs(settings_with(study={"name": "compare", "formulas": ["alignd"]}))
    with pytest.raises(InputError, match="name at least one"):
        read_inputs(settings_with(study={"name": "compare"}))


def test_a_changed_formula_has_another_fingerprint() -> None:
    one = formula_record(shipped("aligned"))
    line = shipped("aligned").lines[0]
    other = shipped("aligned").model_copy(update={"lines": (line.model_copy(update={"scale": 1.1}),)})
    assert one["fingerprint"] != formula_record(other)["fingerprint"]
    assert one["fingerprint"] == formula_record(shipped("aligned"))["fingerprint"]


def test_formulas_are_found_by_name_or_by_path(tmp_path: Path) -> None:
    clusters = new_mexico().clusters.identifier
    with pytest.raises(InputError, match="cannot be read"):
        find_formula(str(tmp_path / "mine.yaml"), tmp_path, clusters)


@pytest.mark.parametrize("target", [20_000_000.0, "baseline"])
def test_a_cost_neutral_comparison_owes_the_same_in_the_base_year(target: float | str) -> None:
    grant = formula_of(
        line_of(
            components=[{"kind": "base", "per_school": 10_000}],
            appropriation={"rule": "demand_with_cap", "cap": 5_000_000},
        ),
        name="grant",
    )
    nothing = formula_of(name="nothing")
    inputs = small_inputs(shipped("status_quo"), shipped("aligned"), grant, nothing)
    settings = settings_with(cost_neutral=target, draws=4)
    scaled = rescaled(settings, inputs)
    replicates = range(REPLICATES)
    parameters = parameters_for(inputs.catalogue, inputs.world, settings.seed, replicates, "prior")
    ensemble = prepare(inputs.world, parameters, inputs.current_law, settings.seed, replicates, 1)
    owed = {
        formula.name: sum(base_year_entitlement(ensemble, formula)[line.name] for line in formula.own_lines)
        for formula in scaled.formulas
    }
    wanted = target if isinstance(target, float) else owed["status_quo"]
    assert owed["aligned"] == pytest.approx(wanted, rel=1e-9)
    assert owed["grant"] == pytest.approx(wanted, rel=1e-9)
    assert scaled.formulas[3] == nothing
    assert rescaled(settings_with(), inputs) is inputs


def test_a_static_score_changes_nothing() -> None:
    inputs = small_inputs()
    parameters = parameters_for(inputs.catalogue, inputs.world, 0, range(2), "prior")
    ensemble = prepare(inputs.world, parameters, inputs.current_law, 0, range(2), 2)
    first, again = (static_score(ensemble, shipped("aligned")).ledgers["aligned"].paid for _ in range(2))
    assert np.array_equal(first, again)


def test_scenarios_are_crossed_with_formulas_on_the_same_draws(tmp_path: Path) -> None:
    bust = Scenario.model_validate(
        {"name": "bust", "title": "Bust", "source": "none", "years": {2028: {"revenue": 0.5}}}
    )
    run(tmp_path, small_inputs(scenarios=(BASELINE, bust)))
    results = sim.results.open(tmp_path)
    assert len(results.design) == 20
    state = results.with_design(results.state, ["formula", "scenario", "replicate"])
    keys = ["formula", "replicate", "fiscal_year"]
    calm, shocked = (
        state[state["scenario"] == name].drop(columns=["run_id", "scenario"]).set_index(keys)
        for name in ("baseline", "bust")
    )
    ratio = (shocked["revenue"] / calm["revenue"]).groupby("fiscal_year").mean()
    assert ratio.to_dict() == pytest.approx({2026: 1.0, 2027: 1.0, 2028: 0.5, 2029: 1.0})
    before = calm.index.get_level_values("fiscal_year") < 2028
    pd.testing.assert_frame_equal(calm[before], shocked[before], check_exact=True)


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 40])
def test_shards_take_every_chunk_once_in_order(shards: int) -> None:
    taken = [
        chunk for shard in range(1, shards + 1) for chunk in settings_with(shard=shard, shards=shards).chunks_to_run(17)
    ]
    assert taken == list(range(17)) == list(settings_with().chunks_to_run(17))


def test_processes_are_those_of_the_slurm_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    free = settings_with(workers=None).worker_count
    assert free >= 1
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "1")
    assert settings_with(workers=None).worker_count == 1
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", str(free + 8))
    assert settings_with(workers=None).worker_count == free
    assert settings_with(workers=5).worker_count == 5


def test_failed_runs_are_run_again_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study.designs import batches

    original = batches.prepare

    def fails_for_the_second(*arguments: Any, **named: Any) -> Any:
        if 1 in arguments[4]:
            raise FloatingPointError("memory of a neighbor")
        return original(*arguments, **named)

    monkeypatch.setattr(batches, "prepare", fails_for_the_second)
    assert run(tmp_path).failed == 2
    monkeypatch.undo()
    assert run(tmp_path).failed == 2
    again = run(tmp_path, retry_failed=True)
    assert (again.resumed, again.failed) == (6, 0)
    assert len(sim.results.open(tmp_path).failures) == 0
    assert not list((tmp_path / "results").glob("failures-*.parquet"))


@pytest.mark.parametrize("most", [1, 2, 20, 32, 512])
@pytest.mark.parametrize("rows", [1, 2, 5, 15, 16, 31, 32, 33, 100, 1_000])
def test_rows_are_shared_out_over_chunks(rows: int, most: int) -> None:
    chunks = shared_out(rows, most)
    assert [row for chunk in chunks for row in chunk] == list(range(rows))
    sizes = [len(chunk) for chunk in chunks]
    assert max(sizes) <= most
    assert max(sizes) == min(sizes[:-1], default=sizes[0])
    assert max(sizes) == most or len(chunks) <= 4


@pytest.mark.parametrize(
    ("rows", "most", "sizes"),
    [
        (32, 32, [8, 8, 8, 8]),
        (40, 32, [10, 10, 10, 10]),
        (16, 32, [8, 8]),
        (15, 32, [15]),
        (5, 2, [2, 2, 1]),
        (130, 32, [32, 32, 32, 32, 2]),
    ],
)
def test_a_small_study_is_cut_for_several_workers(rows: int, most: int, sizes: list[int]) -> None:
    assert [len(chunk) for chunk in shared_out(rows, most)] == sizes
