"""Joining shards, looking at a folder, and claims on its chunks."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from results_folder import a_design, a_manifest, a_table, finished_study, write_runs

import sim.results
from sim.inputs import InputError
from sim.report.shared.progress import Pace
from sim.results import claims, collect
from sim.results.claims import claim, note_stop, preparing, writers
from sim.results.collect import CHECKSUMS
from sim.results.records import Failure, record_path
from sim.results.status import numbers, read_status, status_text
from sim.results.store import remove_unfinished, start_or_resume, write_chunk


def sums(folder: Path) -> str:
    collect.collect(folder)
    return (folder / "results" / "collected" / CHECKSUMS).read_text()


def test_collected_tables_hold_every_row_sorted_by_run_and_year(tmp_path: Path) -> None:
    folder = finished_study(tmp_path)
    done = collect.collect(folder)
    assert [table.table for table in done] == ["state", "lines"]
    results = sim.results.open(folder)
    for table in done:
        joined = pd.read_parquet(table.path)
        assert list(zip(joined["run_id"], joined["fiscal_year"], strict=True)) == sorted(
            zip(joined["run_id"], joined["fiscal_year"], strict=True)
        )
        stored = results.read(table.table)
        if "line" in stored:
            stored["line"] = stored["line"].astype(joined["line"].dtype)
        pd.testing.assert_frame_equal(joined, stored, check_exact=True)
        assert table.rows == len(joined) == len(stored)
        assert table.checksum == hashlib.sha256(table.path.read_bytes()).hexdigest()


def test_checksums_can_be_checked_with_the_usual_tool(tmp_path: Path) -> None:
    finished_study(tmp_path)
    sums(tmp_path)
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    check = ["sha256sum", "--check", "--strict", CHECKSUMS]
    subprocess.run(check, cwd=tmp_path / "results" / "collected", check=True, capture_output=True)


def test_collected_bytes_do_not_depend_on_how_runs_were_cut_into_chunks(tmp_path: Path) -> None:
    expected = None
    for size, chunks in ((2, [[1, 0], [2, 3], [5, 4]]), (6, [[3, 5, 4, 1, 0, 2]]), (4, [[0, 1, 2, 3], [4, 5]])):
        folder = tmp_path / str(size)
        start_or_resume(folder, a_manifest(chunk_size=size), a_design())
        for number, runs in reversed(list(enumerate(chunks))):
            lines = a_table("lines", runs, "line", ("pilot", "base"))
            write_chunk(folder, number, runs, {"state": a_table("state", runs), "lines": lines})
        expected = expected or sums(folder)
        assert sums(folder) == expected


def test_large_tables_are_joined_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished_study(tmp_path)
    collect.collect(tmp_path)
    whole = pq.read_table(tmp_path / "results" / "collected" / "lines.parquet")
    monkeypatch.setattr(collect, "_BLOCK_ROWS", 7)
    collect.collect(tmp_path)
    path = tmp_path / "results" / "collected" / "lines.parquet"
    assert pq.ParquetFile(path).num_row_groups > 3
    assert pq.read_table(path).equals(whole)
    assert sorted(file.name for file in path.parent.iterdir()) == [CHECKSUMS, "lines.parquet", "state.parquet"]


def test_an_incomplete_design_is_refused_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    finished_study(tmp_path)
    record_path(tmp_path, 1).unlink()
    state = tmp_path / "results" / "state-00002.parquet"
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"4 of 6 runs are missing: chunks 1 to 2; torn: state-00002\.parquet"):
        collect.collect(tmp_path)
    assert not (tmp_path / "results" / "collected").exists()


def test_failed_runs_are_collected_as_failures(tmp_path: Path) -> None:
    start_or_resume(tmp_path, a_manifest(), a_design())
    for chunk in range(2):
        write_runs(tmp_path, chunk, [2 * chunk, 2 * chunk + 1])
    write_runs(tmp_path, 2, [5], (Failure(4, 0, "calendar", "books do not balance", {}),))
    assert [table.table for table in collect.collect(tmp_path)] == ["state", "lines", "failures"]
    status = read_status(tmp_path)
    assert (status.done, status.failed, status.pending) == (5, 1, [])
    text = status_text(status)
    assert "runs    5 done, 1 failed, 0 pending, of 6" in text
    assert "failed  1 runs at calendar: books do not balance (the first is run 4, formula aligned, replicate 4)" in text


def test_whole_numbers_in_words() -> None:
    assert numbers([7, 0, 1, 2, 9, 10]) == "0 to 2, 7, 9 to 10"
    assert numbers([]) == ""


def test_overlapping_claims_are_refused_while_their_process_lives(tmp_path: Path) -> None:
    with preparing(tmp_path):
        held = claim(tmp_path, range(0, 4), "1 of 2")
    with preparing(tmp_path):
        other = claim(tmp_path, range(4, 8), "2 of 2")
    with preparing(tmp_path), pytest.raises(InputError, match=rf"shard 1 of 2, chunks 0 to 3 .* process {os.getpid()}"):
        claim(tmp_path, range(3, 4))
    held.release()
    with preparing(tmp_path):
        claim(tmp_path, range(0, 4)).release("no space left")
    other.release()
    assert [(writer.stopped, alive) for writer, alive in writers(tmp_path)[0]] == [("no space left", False)]
    with preparing(tmp_path):
        claim(tmp_path, range(0, 8)).release()
    assert writers(tmp_path) == ([], [])


CLAIMS = """
import sys
from pathlib import Path
from sim.results.claims import claim, preparing
with preparing(Path(sys.argv[1])):
    held = claim(Path(sys.argv[1]), range(0, 4))
print("claimed", flush=True)
sys.stdin.read()
"""


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIMS, str(tmp_path)]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        with preparing(tmp_path), pytest.raises(InputError, match=f"process {other.pid} on "):
            claim(tmp_path, range(0, 1))
        other.kill()
    [(writer, alive)] = writers(tmp_path)[0]
    assert (writer.process, alive) == (other.pid, False)
    with preparing(tmp_path):
        claim(tmp_path, range(0, 1)).release()


def test_only_one_start_at_a_time_prepares_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "_WAIT_SECONDS", 0.1)
    with preparing(tmp_path), pytest.raises(InputError, match="preparing this folder"), preparing(tmp_path):
        raise AssertionError


def test_a_file_system_without_locks_is_told_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(descriptor: object, how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with preparing(tmp_path):
        claim(tmp_path, range(0, 4)).release()
    assert "this file system has no locks" in capsys.readouterr().err


def test_a_note_of_a_shard_goes_when_the_shard_is_done(tmp_path: Path) -> None:
    note_stop(tmp_path, "2 of 4", "world.path: there is no\nsuch folder")
    [(writer, alive)] = writers(tmp_path)[0]
    assert (writer.shard, writer.stopped, alive) == ("2 of 4", "world.path: there is no such folder", False)
    assert writer.chunks == "shard 2 of 4, before its first chunk"
    with preparing(tmp_path):
        claim(tmp_path, range(5, 10), "2 of 4").release()
    assert writers(tmp_path) == ([], [])


def test_only_the_leftovers_of_claimed_chunks_are_removed(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    mine, others = (tmp_path / "results" / f".state-{chunk}.parquet.ab.tmp" for chunk in ("00003", "00007"))
    for leftover in (mine, others):
        leftover.write_bytes(b"half")
    remove_unfinished(tmp_path, range(0, 5))
    assert not mine.exists()
    assert others.exists()


def test_the_pace_leaves_out_what_was_done_before() -> None:
    seconds = iter([0.0, 0.2, 10.0, 20.0])
    pace = Pace(lambda: next(seconds))
    assert pace.text(900, 1_000) == ""
    assert pace.text(901, 1_000) == ""
    assert pace.text(920, 1_000) == "2 a second, 0:00:40 left"
    assert pace.text(1_000, 1_000) == "5 a second"


def test_polars_reads_lazily(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    results = sim.results.open(finished_study(tmp_path))
    found = polars.scan_pyarrow_dataset(results.scan("state")).select(polars.col("trust").mean()).collect().item()
    assert np.isclose(found, results.state["trust"].mean())
