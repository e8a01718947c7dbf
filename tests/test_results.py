"""A results folder: what is written comes back, and what is missing is never taken for results."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from results_folder import CONFIG, a_design, a_manifest, a_table, finished_study, small_study, write_runs

import sim.results
from sim.inputs import InputError
from sim.results import manifest as manifests
from sim.results import store
from sim.results.manifest import check_same, hash_of, read_manifest, write_manifest
from sim.results.records import Failure
from sim.results.schema import CLUSTER, DISTRICT, KEYS, LINE, SCHEMA_VERSION, STATE, TABLES, Column
from sim.results.store import start_or_resume, write_chunk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return finished_study(tmp_path)


def test_names_are_unique_within_each_table() -> None:
    for table, columns in TABLES.items():
        names = [column.name for column in columns]
        assert len(set(names)) == len(names), table
    assert TABLES["state"] == KEYS + STATE
    for detail in (LINE, CLUSTER, DISTRICT):
        assert not {column.name for column in KEYS} & {column.name for column in detail}


def test_every_column_says_whether_its_years_add_up() -> None:
    for table, columns in TABLES.items():
        for column in columns:
            numeric = column.unit not in ("", "year")
            assert isinstance(column.adds_up, bool) == numeric, f"{table}.{column.name}"
            if column.unit in ("share", "index", "index 0-1", "FTE") or column.name in ("membership", "concentrators"):
                assert column.adds_up is False, f"{table}.{column.name}: a state of a year cannot be added to another's"


def test_a_column_that_does_not_say_whether_its_years_add_up_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="adds_up"):
        Column("happiness", "students", "happy")  # type: ignore[call-arg]


def test_tables_come_back_as_written(folder: Path) -> None:
    results = sim.results.open(folder)
    expected = pd.DataFrame(a_table("state", list(range(6))))[[column.name for column in TABLES["state"]]]
    pd.testing.assert_frame_equal(results.state, expected, check_dtype=False)
    assert (results.state.drop(columns=["run_id", "fiscal_year"]).dtypes == np.float64).all()
    assert set(results.lines["line"]) == {"pilot", "only_0", "only_1", "only_2"}
    only = results.lines[results.lines["line"] == "only_2"]
    assert sorted(set(only["run_id"])) == [4, 5]
    pd.testing.assert_frame_equal(results.design, a_design())


def test_order_of_columns_and_of_chunks_does_not_matter(tmp_path: Path) -> None:
    small_study(tmp_path, 4)
    shuffled = pd.DataFrame(a_table("state", [3, 2])).iloc[:, ::-1]
    write_chunk(tmp_path, 1, [2, 3], {"state": shuffled})
    write_chunk(tmp_path, 0, [0, 1], {"state": a_table("state", [0, 1])})
    state = sim.results.open(tmp_path).state
    assert list(state.columns) == [column.name for column in TABLES["state"]]
    assert list(state["run_id"]) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert list(state["fiscal_year"]) == [2026, 2027, 2028] * 4


def test_district_panel_is_single_precision_and_names_are_categories(tmp_path: Path) -> None:
    small_study(tmp_path, 2)
    districts = a_table("districts", [0, 1], "district", ("3500010", "3500020"))
    districts["district"] = pd.Categorical(districts["district"])
    write_chunk(tmp_path, 0, [0, 1], {"state": a_table("state", [0, 1]), "districts": districts})
    panel = sim.results.open(tmp_path).districts
    assert (panel.drop(columns=["run_id", "fiscal_year", "district"]).dtypes == np.float32).all()
    assert list(panel["district"].cat.categories) == ["3500010", "3500020"]
    np.testing.assert_array_equal(panel["membership"], districts["membership"].astype(np.float32))


def test_a_table_that_was_not_stored_is_empty_with_its_columns(folder: Path) -> None:
    districts = sim.results.open(folder).districts
    assert len(districts) == 0
    assert list(districts.columns) == [column.name for column in TABLES["districts"]]


def test_design_joins_by_run(folder: Path) -> None:
    results = sim.results.open(folder)
    joined = results.with_design(results.read("state", ["run_id", "fiscal_year", "concentrators"]), ["formula"])
    assert list(joined.columns) == ["run_id", "fiscal_year", "concentrators", "formula"]
    assert set(joined["formula"]) == {"aligned"}
    assert len(joined) == len(results.state)


def test_scan_is_lazy_and_agrees_with_the_frame(folder: Path) -> None:
    results = sim.results.open(folder)
    assert results.scan("state").count_rows() == len(results.state) == 18
    assert "state" not in vars(sim.results.open(folder))
    with pytest.raises(ValueError, match="no table 'schools'; there are state"):
        results.scan("schools")


def test_any_reader_of_parquet_sees_plain_columns(folder: Path) -> None:
    frame = pd.read_parquet(folder / "results" / "lines-00000.parquet")
    assert frame["line"].astype(str).tolist()[:2] == ["pilot", "only_0"]
    metadata = pq.read_schema(folder / "results" / "lines-00000.parquet").metadata
    assert metadata[b"schema_version"] == str(SCHEMA_VERSION).encode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda columns: columns.pop("trust"), "lacks the columns trust"),
        (lambda columns: columns.update(happiness=columns["trust"]), "has no columns happiness"),
        (lambda columns: columns.update(trust=columns["trust"][:-1]), "table 'state'|length"),
        (lambda columns: columns.update(trust=["high"] * len(columns["trust"])), "column 'trust'"),
        (lambda columns: columns.update(trust=[None] * len(columns["trust"])), "column 'trust'"),
        (lambda columns: columns.update(run_id=columns["run_id"] + 1), "rows of run 2, which is not in the chunk"),
        (lambda columns: columns.update(run_id=columns["run_id"] * 0), "every run of the chunk needs rows"),
    ],
)
def test_columns_that_do_not_fit_the_schema_are_not_written(tmp_path: Path, change: Any, message: str) -> None:
    columns = a_table("state", [0, 1])
    change(columns)
    with pytest.raises(ValueError, match=message):
        write_chunk(tmp_path, 0, [0, 1], {"state": columns})
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_mean_over_nothing_stays_nan(tmp_path: Path) -> None:
    small_study(tmp_path, 2)
    columns = a_table("state", [0, 1])
    columns["class_size"] = np.where(columns["run_id"] == 0, np.nan, 20.0)
    write_chunk(tmp_path, 0, [0, 1], {"state": columns})
    size = sim.results.open(tmp_path).state["class_size"]
    assert size.isna().tolist() == [True] * 3 + [False] * 3


def test_failed_runs_are_rows_and_not_missing(tmp_path: Path) -> None:
    small_study(tmp_path, 4)
    failure = Failure(3, seed=2**80, stage="calendar", message="books do not balance", parameters={"gain": 0.5})
    write_runs(tmp_path, 0, [0, 1])
    write_runs(tmp_path, 1, [2], (failure,))
    results = sim.results.open(tmp_path)
    row = results.failures.iloc[0]
    assert (row["run_id"], row["seed"], row["stage"]) == (3, str(2**80), "calendar")
    assert json.loads(row["parameters"]) == {"gain": 0.5}
    assert 3 not in set(results.state["run_id"])


def test_a_chunk_in_which_every_run_failed_is_finished(tmp_path: Path) -> None:
    small_study(tmp_path, 2)
    write_chunk(tmp_path, 0, [], {}, [Failure(run, run, "draws", "overflow", {}) for run in (0, 1)])
    results = sim.results.open(tmp_path)
    assert len(results.state) == 0
    assert len(results.failures) == 2


def test_incomplete_results_open_only_when_asked(tmp_path: Path) -> None:
    start_or_resume(tmp_path, a_manifest(), a_design())
    write_runs(tmp_path, 1, [2, 3])
    with pytest.raises(InputError, match=r"4 of 6 runs are missing \(the first is run 0\)") as refused:
        sim.results.open(tmp_path)
    assert "\n" not in str(refused.value)
    assert list(sim.results.open(tmp_path, incomplete=True).state["run_id"].unique()) == [2, 3]


def test_a_chunk_outside_the_design_is_refused(folder: Path) -> None:
    write_runs(folder, 3, [4, 5])
    with pytest.raises(InputError, match=r"chunk-00003\.json: the study has chunks 0 to 2; remove it \(and 2 more\)"):
        sim.results.open(folder)


@pytest.mark.parametrize("runs", [[4], [4, 5, 0], [0, 1], [6, 7]])
def test_a_chunk_with_runs_that_are_not_its_own_does_not_count(folder: Path, runs: list[int]) -> None:
    write_runs(folder, 2, runs)
    with pytest.raises(InputError, match=r"2 of 6 runs are missing \(the first is run 4\)"):
        sim.results.open(folder)


def test_design_needs_distinct_whole_run_ids(tmp_path: Path) -> None:
    for run_ids in ([0, 0], [0.5, 1.0], ["a", "b"]):
        with pytest.raises(ValueError, match="run_id"):
            store.write_design(tmp_path, pd.DataFrame({"run_id": run_ids}))
    with pytest.raises(ValueError, match="run_id"):
        store.write_design(tmp_path, pd.DataFrame({"formula": ["aligned"]}))


def test_folder_without_results_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a results folder: manifest\.json is missing"):
        sim.results.open(tmp_path / "nowhere")
    write_manifest(tmp_path, a_manifest())
    with pytest.raises(InputError, match=r"design\.parquet is missing"):
        sim.results.open(tmp_path)
    (tmp_path / "design.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(InputError, match="torn"):
        sim.results.open(tmp_path)


def test_manifest_comes_back_as_written(tmp_path: Path) -> None:
    manifest = a_manifest()
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert manifest.config == CONFIG
    assert manifest.formulas["aligned"]["lines"] == {"base": {}}
    assert manifest.environment.packages["numpy"] == np.__version__
    assert manifest.seed == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra": 1}, "extra: unknown key"),
        ({"horizon": "long"}, "horizon: 'long' is not allowed"),
        ({"schema_version": 99}, f"schema_version: 99, but this version of the code reads {SCHEMA_VERSION}"),
    ],
)
def test_manifest_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(json.loads(a_manifest().model_dump_json()) | change))
    with pytest.raises(InputError, match=message):
        read_manifest(tmp_path)
    path.write_text('{"study": "comp')
    with pytest.raises(InputError, match="not valid JSON"):
        read_manifest(tmp_path)


def test_formula_without_source_has_no_place_in_a_manifest() -> None:
    with pytest.raises(ValueError, match="source"):
        a_manifest(formulas={"aligned": {"title": "Aligned", "fingerprint": "f"}})


def test_settings_that_cannot_change_a_number_do_not_make_a_different_study() -> None:
    more_workers = CONFIG | {"run": {"workers": 8}}
    check_same(a_manifest(), a_manifest(config=more_workers))
    assert hash_of(CONFIG) != hash_of(more_workers)
    assert hash_of(CONFIG) == hash_of(dict(reversed(CONFIG.items())))
    changed = more_workers | {"stick": 1}
    with pytest.raises(InputError, match="stick: absent there, 1 here"):
        check_same(a_manifest(), a_manifest(config=changed))


def test_model_fingerprint_covers_rules_and_tables_but_not_reports(tmp_path: Path, monkeypatch: Any) -> None:
    for name in ("funding", "world", "report"):
        (tmp_path / name).mkdir()
    (tmp_path / "arrays.py").write_text("")
    monkeypatch.setattr(manifests, "_PACKAGE", tmp_path)

    def fingerprint() -> str:
        manifests.model_fingerprint.cache_clear()
        return manifests.model_fingerprint()

    try:
        empty = fingerprint()
        (tmp_path / "report" / "tables.py").write_text("x = 1")
        assert fingerprint() == empty
        (tmp_path / "funding" / "rule.py").write_text("x = 1\n")
        with_rule = fingerprint()
        assert with_rule != empty
        (tmp_path / "funding" / "rule.py").write_bytes(b"x = 1\r\n")
        assert fingerprint() == with_rule
        (tmp_path / "world" / "table.csv").write_text("a,b")
        assert fingerprint() != with_rule
    finally:
        manifests.model_fingerprint.cache_clear()
