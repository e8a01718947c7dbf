"""Studies that stopped because they were precise enough, or went on elsewhere: what counts, and what is told."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from results_folder import CONFIG, a_design, a_manifest, finished_study, write_runs

import sim.results
from sim.inputs import InputError
from sim.results import environment
from sim.results.claims import claim, preparing
from sim.results.collect import CHECKSUMS, collect
from sim.results.environment import Environment, differences, mixture, this_environment
from sim.results.records import record_path, shard_path
from sim.results.status import read_status, status_text
from sim.results.stopping import STOPPED_FILE, Stopped, write_stopped
from sim.results.store import start_or_resume

DRAWS = 50
PRECISE = {**CONFIG, "precision": {"outcome": "concentrators", "half_width": 1.0, "share": None}}


def precise_study(folder: Path, chunks: int, **changes: Any) -> Path:
    """The first chunks, of ten draws each, of a study that may stop early."""
    settings = {"config": PRECISE, "draws": DRAWS, "chunk_size": 10, **changes}
    start_or_resume(folder, a_manifest(**settings), a_design(DRAWS))
    for chunk in range(chunks):
        write_runs(folder, chunk, list(range(10 * chunk, 10 * chunk + 10)))
    return folder


def sums(folder: Path) -> str:
    collect(folder)
    return (folder / "results" / "collected" / CHECKSUMS).read_text()


def test_a_study_that_stopped_early_is_complete_and_can_be_collected(tmp_path: Path) -> None:
    folder = precise_study(tmp_path, 3)
    assert not read_status(folder).complete
    write_stopped(folder, Stopped(DRAWS, 30, 30))
    status = read_status(folder)
    assert (status.runs, status.done, status.pending, status.complete) == (30, 30, [], True)
    text = status_text(status)
    assert "runs    30 done, 0 failed, 0 pending, of 30" in text
    assert "enough  precise enough after 30 of 50 draws: the other 20 runs are not needed" in text
    assert "All runs are there." in text
    [state, _] = collect(folder)
    assert pd.read_parquet(state.path)["run_id"].max() == 29
    assert state.rows == 90


def test_chunks_that_were_under_way_at_the_stop_are_not_collected(tmp_path: Path) -> None:
    few, more = precise_study(tmp_path / "few", 3), precise_study(tmp_path / "more", 5)
    for folder in (few, more):
        write_stopped(folder, Stopped(DRAWS, 30, 30))
    assert sums(few) == sums(more)
    shard_path(more, "state", 4).unlink()
    assert read_status(more).complete
    shard_path(more, "state", 1).unlink()
    status = read_status(more)
    assert (status.complete, status.pending, status.done) == (False, [1], 20)
    with pytest.raises(InputError, match=r"10 of 30 runs are missing: chunks 1; torn: state-00001\.parquet"):
        collect(more)


def test_a_stop_within_a_chunk_counts_whole_replicates_only(tmp_path: Path) -> None:
    """Points of a sweep: the last chunk ends with a replicate that only some points have run."""
    rows = np.arange(200)
    design = pd.DataFrame({"run_id": rows, "formula": "aligned", "replicate": rows // 4, "point": rows % 4})
    start_or_resume(tmp_path, a_manifest(config=PRECISE, draws=50, chunk_size=50), design)
    for chunk in range(3):
        write_runs(tmp_path, chunk, list(range(50 * chunk, 50 * chunk + 50)))
    write_stopped(tmp_path, Stopped(200, 148, 37))
    status = read_status(tmp_path)
    assert (status.runs, status.done, status.complete) == (148, 148, True)
    assert collect(tmp_path)[0].rows == 148 * 3
    results = sim.results.open(tmp_path)
    assert results.read("state", ["trust"]).shape == (148 * 3, 1)
    assert results.scan("state").count_rows() == 148 * 3


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        ({"size": 40, "rows": 30, "replicates": 30}, "size: 40, but the design has 50 runs of each formula"),
        ({"size": 50, "rows": 20, "replicates": 30}, "rows: 20 are not 30 replicates of 1 points"),
        ({"size": 50, "rows": 20, "replicates": 20}, "replicates: 20, but no study stops before 30"),
        ({"size": 50, "rows": 35, "replicates": 35}, "replicates: 35, but no chunk ends there"),
        ({"size": 50, "rows": 60, "replicates": 60}, "rows: 60 are not 60 replicates"),
        ({"size": 50, "rows": 30}, "replicates: is missing"),
        ({"size": 0, "rows": 0, "replicates": 0}, "size: 0 is not allowed: it is too small"),
        ({"size": "50", "rows": 30, "replicates": 30}, "size: '50' is not allowed: a whole number is expected"),
    ],
)
def test_a_stop_that_does_not_fit_the_design_is_not_believed(tmp_path: Path, stop: Any, told: str) -> None:
    folder = precise_study(tmp_path, 4)
    (folder / STOPPED_FILE).write_text(json.dumps(stop))
    status = read_status(folder)
    assert not status.complete
    assert f"note    stopped.json is not believed: {told}" in status_text(status)
    with pytest.raises(InputError, match=f"stopped.json: {told[:20]}"):
        sim.results.open(folder)
    with pytest.raises(InputError, match="10 of 50 runs are missing"):
        collect(folder)


def test_a_stop_is_believed_only_where_the_settings_ask_for_precision(tmp_path: Path) -> None:
    folder = precise_study(tmp_path, 4, config=CONFIG)
    write_stopped(folder, Stopped(DRAWS, 30, 30))
    status = read_status(folder)
    assert (status.done, status.runs, status.pending) == (40, 50, [4])
    assert "the settings do not let the study stop early" in status_text(status)
    with pytest.raises(InputError, match="10 of 50 runs are missing"):
        sim.results.open(folder)


def another_machine(**changes: Any) -> Environment:
    here = this_environment()
    return here.model_copy(update=changes)


def test_a_chunk_that_was_computed_elsewhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished_study(tmp_path)
    assert read_status(tmp_path).notes == []
    older = another_machine(processor=("SSE",), packages={**this_environment().packages, "numpy": "2.0.0"})
    monkeypatch.setattr("sim.results.store.this_environment", lambda: older)
    write_runs(tmp_path, 2, [4, 5])
    monkeypatch.undo()
    [note] = read_status(tmp_path).notes
    assert "its chunks come from different machines or packages" in note
    assert " and 2.0.0" in note
    assert "processors with and without " in note
    assert "processors without and with SSE" in note
    assert "last digits may differ" in note
    assert f"note    {note}" in status_text(read_status(tmp_path))
    assert len(collect(tmp_path)) == 2


def test_the_environment_knows_what_the_processor_can_do() -> None:
    here = this_environment()
    assert here.packages["numpy"]
    assert len(here.processor) >= 1
    assert differences(here, here) == []
    assert mixture([]) is None
    assert mixture([here, here]) is None
    assert differences(another_machine(platform="Linux arm64"), here) == [f"Linux arm64 and {here.platform}"]
    assert environment.package_versions() == here.packages


def test_a_folder_can_be_looked_at_without_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a colleague's folder, or on a disk that can only be read: every file is opened for reading."""
    folder = finished_study(tmp_path / "study")
    with preparing(folder):
        held = claim(folder, range(0, 3))
    record_path(folder, 1).unlink()
    ordinary = os.open

    def only_reading(path: Any, flags: int, *more: Any, **named: Any) -> int:
        assert not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND), path
        return ordinary(path, flags, *more, **named)

    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", no_writing(open))
        patched.setattr("io.open", no_writing(open))
        patched.setattr("os.open", only_reading)
        text = status_text(read_status(folder))
        assert "at work chunks 0 to 2: process" in text
        assert len(sim.results.open(folder, incomplete=True).state) == 12
    held.release()


def no_writing(ordinary: Any) -> Any:
    def opened(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        assert not set(mode) & set("wax+"), f"{file} is opened for writing"
        return ordinary(file, mode, *more, **named)

    return opened
