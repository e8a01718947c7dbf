"""What a sweep survives, for real: Ctrl-C, killed workers, a killed command, full disks, torn files, two starts."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commanded import called
from starts import LIMIT, ROOT, call, chunks_done, environment, group, started, until, workers_of
from starts import SHORTER as STUDY

import sim.results
from sim.results.collect import CHECKSUMS, collect
from sim.results.store import finished_chunks

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")

pytestmark = pytest.mark.slow

HERE = "hydra.run.dir=here"


def sums(folder: Path) -> str:
    """The checksums of the collected tables."""
    collect(folder)
    return (folder / "results" / "collected" / CHECKSUMS).read_text()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checksums of the study when nothing happens to it, in one process."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = called(folder, *STUDY, HERE, "workers=1")
    assert done.returncode == 0, done.stderr
    return sums(folder / "here")


def nothing_is_left_of(leader: int) -> None:
    """No process of the command lives; the one that Python keeps for shared memory ends just after it."""
    until(lambda: not group(leader), "every process to end", 5.0)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.tmp")]


def completes(folder: Path, undisturbed: str) -> str:
    """Start the study again, with one worker: it continues, completes, and holds what the undisturbed one holds."""
    before = chunks_done(folder / "here")
    done = called(folder, *STUDY, HERE, "workers=1")
    assert done.returncode == 0, done.stderr
    assert chunks_done(folder / "here") == 12 >= before
    assert leftovers(folder) == []
    assert sums(folder / "here") == undisturbed
    return done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_ends_in_one_line_and_the_study_continues(
    tmp_path: Path, undisturbed: str, number: int, status: int
) -> None:
    with started(tmp_path, *STUDY, HERE) as command:
        until(lambda: chunks_done(tmp_path / "here") >= 2, "two chunks")
        if number == signal.SIGINT:
            os.killpg(command.pid, number)  # as a terminal does: every process of the command gets it
        else:
            command.send_signal(number)
        out, err = command.communicate(timeout=LIMIT)
        assert command.returncode == status, err
        nothing_is_left_of(command.pid)
    assert out == ""
    said = [line for line in err.splitlines() if line.startswith("cte-sim")]
    assert len(said) == 1
    assert "Traceback" not in err
    assert "of 24 runs are done and kept; the same command with out=" in said[0]
    assert leftovers(tmp_path) == []
    assert 2 <= chunks_done(tmp_path / "here") < 12
    text = called(tmp_path, "study=status", "folder=here").stdout
    assert "stopped chunks 0 to 11: process" in text
    assert "pending: " in text
    completes(tmp_path, undisturbed)


def test_ctrl_c_while_workers_are_starting_leaves_nothing(tmp_path: Path) -> None:
    with started(tmp_path, *STUDY, HERE) as command:
        until(lambda: workers_of(command.pid), "a worker")
        os.killpg(command.pid, signal.SIGINT)
        _, err = command.communicate(timeout=LIMIT)
        assert command.returncode == 130, err
        nothing_is_left_of(command.pid)
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("cte-sim: stopped")


def test_a_command_that_is_refused_once_processes_are_being_prepared_says_one_line_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "wrong.yaml").write_text(
        "title: A bill\nsource: me\nyear_of_numbers: 2026\ndescription: x\ncomponents: 3\nappropriation: {rule: full}\n"
    )
    with started(tmp_path, "compare", "wrong.yaml", "workers=2") as command:
        out, err = command.communicate(timeout=LIMIT)
        nothing_is_left_of(command.pid)
    assert (command.returncode, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("cte-sim: wrong.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"]


def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path, undisturbed: str) -> None:
    with started(tmp_path, *STUDY, HERE) as command:
        until(lambda: chunks_done(tmp_path / "here") >= 2, "two chunks")
        os.kill(workers_of(command.pid)[0], signal.SIGKILL)
        _, err = command.communicate(timeout=LIMIT)
        assert command.returncode == 0, err
        nothing_is_left_of(command.pid)
    assert sums(tmp_path / "here") == undisturbed


def test_a_killed_command_takes_its_workers_with_it_and_the_study_continues(tmp_path: Path, undisturbed: str) -> None:
    with started(tmp_path, *STUDY, HERE) as command:
        until(lambda: chunks_done(tmp_path / "here") >= 2, "two chunks")
        assert len(workers_of(command.pid)) == 2
        command.kill()
        command.wait(LIMIT)
        nothing_is_left_of(command.pid)
    assert chunks_done(tmp_path / "here") < 12
    assert "ended without a word" in called(tmp_path, "study=status", "folder=here").stdout
    completes(tmp_path, undisturbed)
    assert "All runs are there." in called(tmp_path, "study=status", "folder=here").stdout


def test_a_second_start_in_the_same_folder_is_refused(tmp_path: Path, undisturbed: str) -> None:
    with started(tmp_path, *STUDY, HERE) as first:
        until(lambda: chunks_done(tmp_path / "here") >= 1, "a chunk")
        first.send_signal(signal.SIGSTOP)  # so that it cannot be done before the second asks
        second = called(tmp_path, *STUDY, HERE, "workers=1")
        assert second.returncode == 2, second.stderr
        said = [line for line in second.stderr.splitlines() if line.startswith("cte-sim")]
        assert len(said) == 1
        assert f"chunks 0 to 11 are being carried out by process {first.pid} on " in said[0]
        assert "Traceback" not in second.stderr
        assert "at work chunks 0 to 11: process" in called(tmp_path, "study=status", "folder=here").stdout
        first.send_signal(signal.SIGCONT)
        _, err = first.communicate(timeout=LIMIT)
        assert first.returncode == 0, err
    assert sums(tmp_path / "here") == undisturbed


def test_a_limit_on_files_stops_the_study_in_one_line(tmp_path: Path, undisturbed: str) -> None:
    """A quota, as a user without rights can set one: midway, no file may be longer than a kilobyte any more."""
    with started(tmp_path, *STUDY, HERE) as command:
        until(lambda: chunks_done(tmp_path / "here") >= 2, "two chunks")
        for process in (command.pid, *workers_of(command.pid)):
            resource.prlimit(process, resource.RLIMIT_FSIZE, (1_000, resource.RLIM_INFINITY))
        _, err = command.communicate(timeout=LIMIT)
        assert_stopped_for_space(command.returncode, err)
        nothing_is_left_of(command.pid)
    assert leftovers(tmp_path) == []
    assert 2 <= len(finished_chunks(tmp_path / "here")) < 12
    completes(tmp_path, undisturbed)


def assert_stopped_for_space(status: int, err: str) -> None:
    assert status == 1, err
    assert "Traceback" not in err
    said = [line for line in err.splitlines() if line.startswith("cte-sim")]
    assert len(said) == 1, err
    assert "of 24 runs are done and kept; make space, then the same command with out=" in said[0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one and a half megabytes, mounted for this test."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small file system")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_stops_the_study_in_one_line_and_it_continues(small_disk: Path, undisturbed: str) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    done = call(small_disk, *STUDY, HERE)
    assert_stopped_for_space(done.returncode, done.stderr)
    kept = finished_chunks(small_disk / "here")
    assert 0 < len(kept) < 12
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    completes(small_disk, undisturbed)


def test_a_disk_full_from_the_start_is_told_in_one_line(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        (small_disk / "ballast").write_bytes(bytes(2_000_000))
    done = call(small_disk, *STUDY, HERE)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("cte-sim")]) == 1


def test_torn_shards_are_named_and_redone(tmp_path: Path, undisturbed: str) -> None:
    assert called(tmp_path, *STUDY, HERE, "workers=1").returncode == 0
    torn = tmp_path / "here" / "results" / "state-00003.parquet"
    torn.write_bytes(torn.read_bytes()[:-200])
    flipped = tmp_path / "here" / "results" / "lines-00007.parquet"
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    told = called(tmp_path, "study=status", "folder=here").stdout
    assert "torn    state-00003.parquet: chunk 3 will be run again" in told
    assert "torn    lines-00007.parquet: chunk 7 will be run again" in told
    assert "chunks  10 of 12 finished; pending: 3, 7" in told
    assert "Continue with: cte-sim draws=12 chunk=1 " in told
    refused = called(tmp_path, "study=collect", "folder=here")
    assert refused.returncode == 2
    assert "4 of 24 runs are missing: chunks 3, 7; torn: state-00003.parquet, lines-00007.parquet" in refused.stderr
    assert not (tmp_path / "here" / "results" / "collected").exists()
    completes(tmp_path, undisturbed)


def test_shards_fill_one_folder_with_the_same_results(tmp_path: Path, undisturbed: str) -> None:
    """Three shards at the same time, one of them killed, then all again in other shards."""
    study = [*STUDY, "folder=here", "workers=1"]
    with (
        started(tmp_path, *study, "shards=3", "shard=1", "hydra.run.dir=one") as one,
        started(tmp_path, *study, "shards=3", "shard=2", "hydra.run.dir=two") as two,
        started(tmp_path, *study, "shards=3", "shard=3", "hydra.run.dir=three") as three,
    ):
        records = tmp_path / "here" / "results"
        until(lambda: (records / "chunk-00004.json").exists(), "a chunk of the second shard")
        two.kill()
        two.wait(LIMIT)
        for command in (one, three):
            _, err = command.communicate(timeout=LIMIT)
            assert command.returncode == 0, err
    status = called(tmp_path, "study=status", "folder=here").stdout
    assert "stopped shard 2 of 3, chunks 4 to 7: process" in status
    refused = called(tmp_path, "study=collect", "folder=here")
    assert "stopped: shard 2 of 3" in refused.stderr
    again = called(tmp_path, "-m", *study, "shards=2", "shard=1,2", "hydra.sweep.dir=again")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count(" is done. When all are: cte-sim collect ") == 2
    assert sums(tmp_path / "here") == undisturbed
    sim.results.open(tmp_path / "here")


def test_workers_load_neither_mesa_nor_charts() -> None:
    code = (
        "import sys, sim.__main__, sim.study.running.chunk; print(*sorted(name.split('.')[0] for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    heavy = {"mesa", "matplotlib", "hydra", "omegaconf", "rich", "distributed"}
    assert "numpy" in done.stdout.split()
    assert not heavy & set(done.stdout.split())


def test_workers_find_modules_where_the_command_does_and_none_among_the_users_files(tmp_path: Path) -> None:
    for name in ("numpy", "random", "selectors", "socket"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('a file of the user is data')\n")
    code = "import sys; sys.path.pop(0); from sim.__main__ import main; main()"
    command = [sys.executable, "-c", code, *STUDY, HERE]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert chunks_done(tmp_path / "here") == 12
