"""Sweeps on a real Slurm of one node: jobs and workers killed in the middle, and the same results as a plain run.

    CTE_SIM_SLURM=1 pytest tests/cluster

Needs root and Debian's packages slurm-wlm and munge, and about two minutes; without the variable it is skipped.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from starts import LIMIT, STUDY, call, chunks_done, environment, started, until

from sim.results.collect import CHECKSUMS

SCRIPT = Path(__file__).parent / "slurm_one_node.sh"
SHARDS = (
    "-m", *STUDY, "hydra/launcher=slurm_shards", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=1",
    "hydra.launcher.timeout_min=5", "shards=2", "shard=1,2", "hydra.sweep.dir=sweep", "workers=1",
)  # fmt: skip


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a client of a Slurm that runs on this machine."""
    if not os.environ.get("CTE_SIM_SLURM"):
        pytest.skip("CTE_SIM_SLURM=1 starts a Slurm of one node on this machine")
    lacking = [name for name in ("slurmctld", "slurmd", "munged", "sbatch") if shutil.which(name) is None]
    reason = f"Slurm is not installed here: {', '.join(lacking)}" if lacking else None
    if reason is None and os.geteuid():
        reason = "starting Slurm takes root"
    folder = tmp_path_factory.mktemp("slurm")
    if reason is None:
        up = subprocess.run([str(SCRIPT), "up", str(folder)], capture_output=True, text=True, timeout=90)
        if up.returncode:
            reason = f"Slurm does not start here: {up.stderr.strip()}"
    if reason is not None:
        pytest.fail(reason)
    try:
        yield environment(SLURM_CONF=str(folder / "slurm.conf"))
    finally:
        subprocess.run([str(SCRIPT), "down", str(folder)], timeout=30, check=True)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("undisturbed")
    done = call(folder, *STUDY, "hydra.run.dir=here", "workers=1")
    assert done.returncode == 0, done.stderr
    return sums(folder, "here")


def sums(folder: Path, name: str) -> str:
    done = call(folder, "study=collect", f"folder={name}")
    assert done.returncode == 0, done.stderr
    return (folder / name / "results" / "collected" / CHECKSUMS).read_text()


def processes_of(word: str, *more: str) -> list[int]:
    """Living processes whose command or environment has all the words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if all(part.encode() in text for part in (word, *more)):
                found.append(int(entry.name))
    return sorted(found)


def test_a_killed_job_is_noticed_and_sent_again(tmp_path: Path, slurm: dict[str, str], undisturbed: str) -> None:
    """The cluster has no accounting: the launcher alone would wait for the killed job for ever."""
    sweep = tmp_path / "sweep"
    with started(tmp_path, *SHARDS, env=slurm) as command:
        until(lambda: (sweep / "results" / "chunk-00007.json").exists(), "a chunk of the second shard")
        jobs = processes_of("submitit.core._submit", f"{sweep}/.submitit/", "SLURM_ARRAY_TASK_ID=1")
        assert jobs
        for job in jobs:
            os.kill(job, signal.SIGKILL)
        _, err = command.communicate(timeout=LIMIT)
        assert command.returncode == 1, err
    assert "Traceback" not in err
    said = [line for line in err.splitlines() if line.startswith("cte-sim: ")]
    assert len(said) == 1
    assert "the Slurm jobs have ended, but not all of them left a result" in said[0]
    assert 7 <= chunks_done(sweep) < 12
    status = call(tmp_path, "study=status", "folder=sweep").stdout
    assert "stopped shard 2 of 2, chunks 6 to 11: process" in status
    assert "Continue with: cte-sim -m " in status
    refused = call(tmp_path, "study=collect", "folder=sweep")
    assert refused.returncode == 2
    assert "stopped: shard 2 of 2" in refused.stderr
    again = call(tmp_path, *SHARDS, env=slurm)
    assert again.returncode == 0, again.stderr
    assert "All jobs have ended: cte-sim collect sweep" in again.stdout
    assert sums(tmp_path, "sweep") == undisturbed


def test_jobs_outlive_the_command_that_sent_them(tmp_path: Path, slurm: dict[str, str], undisturbed: str) -> None:
    sweep = tmp_path / "sweep"
    with started(tmp_path, *SHARDS, env=slurm) as command:
        until(lambda: chunks_done(sweep) >= 1, "a chunk")
        command.kill()
        command.wait(LIMIT)
        assert chunks_done(sweep) < 12
        until(lambda: chunks_done(sweep) == 12, "the jobs to end")
    assert sums(tmp_path, "sweep") == undisturbed


def test_a_job_that_is_refused_says_why(tmp_path: Path, slurm: dict[str, str]) -> None:
    done = call(tmp_path, *SHARDS, "world.path=nowhere", env=slurm)
    assert done.returncode == 2, done.stderr
    assert "'nowhere' is no state that is known and no folder" in done.stderr.splitlines()[-1]
    logs = [path.read_text() for path in (tmp_path / "sweep" / ".submitit").rglob("*_log.err")]
    assert len(logs) == 2
    assert all("cte-sim: " in log and "'nowhere' is no state that is known and no folder" in log for log in logs)


def test_dask_workers_in_slurm_jobs_are_replaced(tmp_path: Path, slurm: dict[str, str], undisturbed: str) -> None:
    pytest.importorskip("dask_jobqueue")
    study = (
        *STUDY, "hydra.run.dir=here", "executor=slurm_dask", "executor.jobs=2", "executor.cores=1",
        "executor.processes=1", "executor.memory=1GB", "executor.walltime='00:05:00'", "executor.interface=lo",
        f"executor.log_directory={tmp_path}/logs",
    )  # fmt: skip
    with started(tmp_path, *study, env=slurm) as command:
        until(lambda: chunks_done(tmp_path / "here") >= 2, "two chunks")
        # The job's whole tree: the nanny would start its worker again at once.
        workers = processes_of("dask", "SLURM_JOB_ID=", f"{tmp_path}")
        assert workers
        job = Path(f"/proc/{workers[0]}/environ").read_bytes().split(b"SLURM_JOB_ID=")[1].split(b"\0")[0].decode()
        for process in processes_of(f"SLURM_JOB_ID={job}\0"):
            os.kill(process, signal.SIGKILL)
        _, err = command.communicate(timeout=LIMIT)
        assert command.returncode == 0, err
    assert "Traceback" not in err
    assert sums(tmp_path, "here") == undisturbed
