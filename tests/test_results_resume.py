"""A study that was stopped: torn files, killed writers, full disks, and folders of another study."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from results_folder import CONFIG, a_design, a_manifest, finished_study, write_runs

import sim.results
from sim.inputs import InputError
from sim.results.records import is_complete, record_path
from sim.results.store import finished_chunks, start_or_resume


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return finished_study(tmp_path)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.999])
def test_torn_shard_makes_its_chunk_unfinished(folder: Path, kept: float) -> None:
    shard = folder / "results" / "lines-00001.parquet"
    assert is_complete(shard)
    content = shard.read_bytes()
    shard.write_bytes(content[: int(len(content) * kept)])
    assert not is_complete(shard)
    assert sorted(finished_chunks(folder)) == [0, 2]
    with pytest.raises(InputError, match=r"2 of 6 runs are missing \(the first is run 2\)"):
        sim.results.open(folder)


def test_one_changed_byte_is_found_by_the_checksum(folder: Path) -> None:
    shard = folder / "results" / "state-00000.parquet"
    content = bytearray(shard.read_bytes())
    content[len(content) // 3] ^= 1
    shard.write_bytes(content)
    assert sorted(finished_chunks(folder)) == [1, 2]


def test_whole_file_with_other_rows_than_recorded_is_not_complete(folder: Path) -> None:
    record = finished_chunks(folder)[0]
    shard = folder / "results" / "state-00000.parquet"
    assert is_complete(shard, record.shards["state"])
    assert not is_complete(shard, dataclasses.replace(record.shards["state"], rows=5))
    assert not is_complete(shard, record.shards["lines"])


@pytest.mark.parametrize("content", [b"", b'{"chunk": 1, "run_ids": [2', b'{"chunk": 2}', b"[]"])
def test_torn_record_makes_its_chunk_unfinished(folder: Path, content: bytes) -> None:
    record_path(folder, 1).write_bytes(content)
    assert sorted(finished_chunks(folder)) == [0, 2]


def test_missing_shard_makes_its_chunk_unfinished(folder: Path) -> None:
    (folder / "results" / "state-00002.parquet").unlink()
    assert sorted(finished_chunks(folder)) == [0, 1]


def test_resume_sees_finished_chunks_and_completes(tmp_path: Path) -> None:
    assert start_or_resume(tmp_path, a_manifest(), a_design()) == {}
    first = write_runs(tmp_path, 0, [0, 1])
    last = write_runs(tmp_path, 2, [4, 5])
    finished = start_or_resume(tmp_path, a_manifest(), a_design())
    assert finished == {0: first, 2: last}
    write_runs(tmp_path, 1, [2, 3])
    assert list(sim.results.open(tmp_path).state["run_id"].unique()) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"study": "stress"}, "study: compare there, stress here"),
        ({"config": CONFIG | {"formula": {"base": {"amount": 60_000}}}}, "amount: 50000 there, 60000 here"),
        ({"config": CONFIG | {"stick": 1}}, "stick: absent there, 1 here"),
        ({"formulas": {"aligned": {"title": "A", "source": "s", "fingerprint": "g"}}}, "formula aligned has changed"),
        ({"world_fingerprint": "other"}, "tables of the world have changed"),
        ({"seed": 1}, "seed: 0 there, 1 here"),
        ({"chunk_size": 4}, "chunk_size: 2 there, 4 here"),
    ],
)
def test_folder_of_a_different_study_is_refused(folder: Path, change: dict[str, Any], message: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError, match=message) as refused:
        start_or_resume(folder, a_manifest(**change), a_design())
    assert "\n" not in str(refused.value)
    assert sorted(folder.rglob("*")) == before


def test_changed_model_is_a_different_study(folder: Path) -> None:
    changed = a_manifest().model_copy(update={"model_fingerprint": "other"})
    with pytest.raises(InputError, match="code or the tables of the model have changed"):
        start_or_resume(folder, changed, a_design())


def test_folder_with_another_design_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="different design"):
        start_or_resume(folder, a_manifest(), a_design().assign(gain=[0.5] * 5 + [0.6]))


def test_results_without_manifest_are_not_adopted(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"holds results but no manifest\.json"):
        start_or_resume(folder, a_manifest(), a_design())


# Writes chunk 0, then blocks in the given rename of chunk 1: its bytes are on disk under the temporary name.
_WRITER = """
import os, sys
from pathlib import Path
from results_folder import write_runs

folder, stop_at = Path(sys.argv[1]), int(sys.argv[2])
write_runs(folder, 0, [0, 1])
rename, calls = os.replace, 0

def blocking(source, target):
    global calls
    calls += 1
    if calls == stop_at:
        print("writing", flush=True)
        sys.stdin.read()
    rename(source, target)

os.replace = blocking
write_runs(folder, 1, [2, 3])
"""


@pytest.mark.parametrize("stop_at", [1, 2, 3], ids=["state", "lines", "record"])
def test_killed_writer_leaves_no_half_shard(tmp_path: Path, stop_at: int) -> None:
    start_or_resume(tmp_path, a_manifest(), a_design())
    command = [sys.executable, "-c", _WRITER, str(tmp_path), str(stop_at)]
    here = Path(__file__).parent
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=here) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        writer.kill()
    shards = list((tmp_path / "results").glob("*-00001.parquet"))
    assert len(shards) == stop_at - 1
    assert all(is_complete(path) for path in shards)
    assert sorted(start_or_resume(tmp_path, a_manifest(), a_design())) == [0]
    write_runs(tmp_path, 1, [2, 3])
    write_runs(tmp_path, 2, [4, 5])
    assert len(sim.results.open(tmp_path).state) == 18


def test_leftovers_are_removed_only_when_old(folder: Path) -> None:
    old, young = folder / "results" / ".state-00009.parquet.a.tmp", folder / "results" / ".state-00009.parquet.b.tmp"
    for leftover in (old, young):
        leftover.write_bytes(b"half")
    os.utime(old, (0, 0))
    start_or_resume(folder, a_manifest(), a_design())
    assert not old.exists()
    assert young.exists()


def test_full_disk_loses_nothing(folder: Path, monkeypatch: Any) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.results.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_runs(folder, 3, [6, 7])
    monkeypatch.undo()
    assert sorted(finished_chunks(folder)) == [0, 1, 2]
    assert not list(folder.rglob("*.tmp"))
    assert len(sim.results.open(folder).state) == 18
