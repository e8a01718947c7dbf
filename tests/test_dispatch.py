"""Handing chunks to executors: order, how many are out, dead workers, errors, and equal results from all of them."""

import hashlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import working
from results_folder import a_manifest
from simulated import made_up, shipped

from sim.engine.scenario import BASELINE
from sim.parameters.catalogue import load_catalogue
from sim.results.records import ChunkRecord
from sim.results.store import begin, finished_chunks
from sim.results.tables import read_shards
from sim.study.running import dispatch as dispatching
from sim.study.running.chunk import Task, run_chunk
from sim.study.running.dispatch import carrier_for, dispatch
from sim.study.running.executors import Carrier, InProcess, LocalPool
from sim.study.running.processes import interrupts_held_back
from sim.study.running.stopping import FolderGoneError, StoppedError, Whereabouts
from sim.study.setup.executor_settings import DaskSettings, LocalSettings

CHUNKS = 6


def tasks(folder: Path) -> list[Task]:
    """Six chunks of one draw under two formulas, in a folder that has been begun."""
    names = ["status_quo", "aligned"]
    design = pd.DataFrame({"run_id": range(2 * CHUNKS), "formula": np.repeat(names, CHUNKS)})
    design["replicate"] = design["run_id"] % CHUNKS
    record = {"title": "t", "source": "s", "fingerprint": "f"}
    manifest = a_manifest(formulas=dict.fromkeys(names, record), draws=CHUNKS, chunk_size=1, horizon=2)
    begin(folder, manifest, design)
    return [
        Task(
            folder=folder, chunk=chunk, world=made_up(4, 1), catalogue=load_catalogue(),
            current_law=shipped("status_quo"), formulas=(shipped("status_quo"), shipped("aligned")),
            scenarios=(BASELINE,), seed=0, replicates=(chunk,), draws=CHUNKS, horizon=2, uncertainty="prior",
        )
        for chunk in range(CHUNKS)
    ]  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "results").glob("*.parquet")}


def messages(folder: Path) -> list[str]:
    files = sorted((folder / "results").glob("failures-*.parquet"))
    return read_shards(files, "failures", ["message"])["message"].to_pylist()


def test_ctrl_c_waits_until_a_process_is_started_whichever_thread_receives_it() -> None:
    done, asleep = threading.Event(), []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started the tests
    other = threading.Thread(target=done.wait)
    other.start()

    def starting() -> None:
        with interrupts_held_back():
            os.kill(os.getpid(), signal.SIGINT)
            asleep.append(done.wait(0.2))

    with pytest.raises(KeyboardInterrupt):
        starting()
    done.set()
    other.join()
    assert asleep == [False]
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("expected")
    for task in reversed(tasks(folder)):
        run_chunk(task)
    return digests(folder)


def carried_out(
    folder: Path, carrier: Carrier, work: Callable[[Task], ChunkRecord] = run_chunk
) -> dict[int, ChunkRecord]:
    with carrier:
        records = list(dispatch(carrier, tasks(folder), work))
    assert sorted(record.chunk for record in records) == list(range(CHUNKS))
    assert finished_chunks(folder) == {record.chunk: record for record in records}
    return {record.chunk: record for record in records}


def dask() -> Carrier:
    pytest.importorskip("distributed")
    return carrier_for(DaskSettings(kind="dask"), 2, CHUNKS)


CARRIERS = pytest.mark.parametrize(
    "carrier", [InProcess, lambda: LocalPool(2), lambda: LocalPool(3), dask], ids=["here", "two", "three", "dask"]
)
DYING = pytest.mark.parametrize("carrier", [lambda: LocalPool(2), dask], ids=["pool", "dask"])


@pytest.mark.slow
@CARRIERS
def test_every_executor_gives_the_same_bytes(
    tmp_path: Path, expected: dict[str, str], carrier: Callable[[], Carrier]
) -> None:
    carried_out(tmp_path, carrier())
    assert digests(tmp_path) == expected


@pytest.mark.slow
@DYING
def test_a_chunk_that_kills_its_worker_fails_and_the_others_go_on(
    tmp_path: Path, expected: dict[str, str], carrier: Callable[[], Carrier]
) -> None:
    records = carried_out(tmp_path, carrier(), working.kills_for_chunk_2)
    assert records[2].failed == (2, 8)
    assert all(not record.failed for chunk, record in records.items() if chunk != 2)
    assert all("its worker died" in message and "tried again alone" in message for message in messages(tmp_path))
    kept = {name: digest for name, digest in digests(tmp_path).items() if not name.startswith("failures")}
    assert kept == {name: digest for name, digest in expected.items() if "00002" not in name}


@pytest.mark.slow
@DYING
def test_a_worker_that_dies_once_costs_no_run(
    tmp_path: Path, expected: dict[str, str], carrier: Callable[[], Carrier]
) -> None:
    carried_out(tmp_path, carrier(), working.kills_once_for_chunk_2)
    assert (tmp_path / "killed").exists()
    assert digests(tmp_path) == expected


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), MemoryError()])
def test_workers_that_cannot_be_started_stop_the_study_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise error

    threads = os.environ.get("OPENBLAS_NUM_THREADS")
    monkeypatch.setattr("sim.study.running.executors.ProcessPoolExecutor", refuse)
    told = "worker processes cannot be started: (Too many open files|memory ran out); take fewer"
    with pytest.raises(StoppedError, match=told), LocalPool(2):
        raise AssertionError
    assert os.environ.get("OPENBLAS_NUM_THREADS") == threads


@pytest.mark.slow
def test_workers_that_always_die_stop_the_study(tmp_path: Path) -> None:
    carrier = LocalPool(2)
    with carrier, pytest.raises(StoppedError, match="3 chunks, one after the other, failed again and again"):
        list(dispatch(carrier, tasks(tmp_path), working.kills_always))
    assert len(finished_chunks(tmp_path)) == 3


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (working.fails_for_chunk_2, "TypeError: an error of the program"),
        (working.runs_out_of_memory, "memory ran out; tried again alone {attempts}x"),
    ],
)
@pytest.mark.parametrize("carrier", [InProcess, lambda: LocalPool(2)], ids=["here", "two"])
def test_a_chunk_that_raises_becomes_failures_and_the_others_go_on(
    tmp_path: Path, carrier: Callable[[], Carrier], work: Callable[[Task], ChunkRecord], told: str
) -> None:
    records = carried_out(tmp_path, carrier(), work)
    assert [chunk for chunk, record in records.items() if record.failed] == [2]
    assert messages(tmp_path) == [told.format(attempts=3)] * 2


@pytest.mark.slow
@DYING
def test_a_chunk_that_exits_does_not_end_the_sweep(tmp_path: Path, carrier: Callable[[], Carrier]) -> None:
    records = carried_out(tmp_path, carrier(), working.exits_for_chunk_2)
    assert [chunk for chunk, record in records.items() if record.failed] == [2]


def test_chunks_are_handed_over_a_few_at_a_time_and_in_order(tmp_path: Path) -> None:
    taken: list[int] = []

    def watched() -> object:
        for task in tasks(tmp_path):
            taken.append(task.chunk)
            yield task

    with InProcess() as carrier:
        for number, record in enumerate(dispatch(carrier, watched())):
            assert record.chunk == number
            assert len(taken) == number + 1


def test_leaving_early_leaves_the_rest_undone(tmp_path: Path) -> None:
    with LocalPool(2) as carrier:
        records = dispatch(carrier, tasks(tmp_path))
        next(records)
        records.close()
    assert 1 <= len(finished_chunks(tmp_path)) <= 4


@pytest.mark.parametrize("carrier", [InProcess, lambda: LocalPool(2)], ids=["here", "two"])
def test_a_study_whose_folder_is_gone_stops_at_once_and_makes_no_new_one(
    tmp_path: Path, carrier: Callable[[], Carrier]
) -> None:
    folder, done = tmp_path / "night", []

    def carry_out(executor: Carrier) -> None:
        for record in dispatch(executor, tasks(folder)):
            done.append(record.chunk)
            if folder.exists():
                folder.rename(tmp_path / "elsewhere")

    with carrier() as executor, pytest.raises(FolderGoneError, match="it was deleted or moved while the study ran"):
        carry_out(executor)
    assert len(done) < CHUNKS
    assert not folder.exists()


def test_a_folder_is_known_by_its_study_where_its_number_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks(tmp_path / "night")
    place = Whereabouts(tmp_path / "night")
    monkeypatch.setattr("sim.study.running.stopping._identity", lambda folder: (0, 0))
    place.must_be_same()
    (tmp_path / "night").rename(tmp_path / "elsewhere")
    (tmp_path / "night" / "results").mkdir(parents=True)
    with pytest.raises(FolderGoneError, match="the results folder is no longer there"):
        place.must_be_same()


def test_results_that_land_in_another_folder_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "_SEEN_SECONDS", 0.1)
    with InProcess() as carrier, pytest.raises(StoppedError, match="must see the results folder under the same path"):
        list(dispatch(carrier, tasks(tmp_path / "driver"), working.writes_elsewhere))


def test_one_worker_needs_no_other_process() -> None:
    assert isinstance(carrier_for(LocalSettings(), 1, 100), InProcess)
    assert isinstance(carrier_for(LocalSettings(), 8, 1), InProcess)
    assert isinstance(carrier_for(LocalSettings(), 8, 100), LocalPool)
