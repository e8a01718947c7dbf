"""The command on a Dask cluster that others run: results, dead workers, a dead scheduler, and refusals."""

import gc
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from starts import LIMIT, STUDY, call, chunks_done, environment, group, started, until

from sim.results.collect import CHECKSUMS, collect

pytest.importorskip("distributed")

import psutil
from distributed import Client, Security

from sim.study.running.dask_executor import DaskCarrier
from sim.study.setup.executor_settings import DaskSettings, SlurmDaskSettings

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers without nannies, as processes: the scheduler's address, and the three."""
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [
        "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address",
        "127.0.0.1:0", "--scheduler-file", str(file),
    ]  # fmt: skip
    worker = [
        "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny",
        "--no-dashboard", "--local-directory", str(tmp_path), "--death-timeout", "20",
    ]  # fmt: skip
    processes = []
    try:
        for command in (scheduler, worker, worker):
            processes.append(subprocess.Popen([sys.executable, *command], env=environment(), cwd=tmp_path, **quiet))
            until(file.exists, "the scheduler")
        yield json.loads(file.read_text())["address"], processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait(LIMIT)


def dask(address: str) -> tuple[str, ...]:
    return (*STUDY, "hydra.run.dir=here", "executor=dask", f"executor.address={address}")


def test_a_dead_worker_costs_nothing_and_a_dead_scheduler_stops_in_one_line(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, (scheduler, first, _) = cluster
    with started(tmp_path, *dask(address), "executor.patience=6") as command:
        until(lambda: chunks_done(tmp_path / "here") >= 2, "two chunks")
        first.kill()
        done = chunks_done(tmp_path / "here")
        until(lambda: chunks_done(tmp_path / "here") >= done + 3, "three more chunks")
        scheduler.send_signal(signal.SIGKILL)
        _, err = command.communicate(timeout=LIMIT)
        assert command.returncode == 1, err
    said = [line for line in err.splitlines() if line.startswith("cte-sim")]
    assert len(said) == 1, err
    assert "the Dask scheduler has ended" in said[0] or "the executor has ended" in said[0]
    assert not list((tmp_path / "here" / "results").glob("failures-*"))
    assert "of 24 runs are done and kept; the same command with out=" in said[0]
    again = call(tmp_path, *STUDY, "hydra.run.dir=here")
    assert again.returncode == 0, again.stderr
    plain = call(tmp_path, *STUDY, "hydra.run.dir=plain")
    assert plain.returncode == 0, plain.stderr
    collected = []
    for name in ("here", "plain"):
        collect(tmp_path / name)
        collected.append((tmp_path / name / "results" / "collected" / CHECKSUMS).read_text())
    assert collected[0] == collected[1]


def test_a_scheduler_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    done = call(tmp_path, *dask("tcp://127.0.0.1:9"), "executor.patience=1")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "executor.address: no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr.splitlines()[-1]


def test_ctrl_c_ends_a_dask_cluster_of_this_computer(tmp_path: Path) -> None:
    with started(tmp_path, *STUDY, "draws=80", "hydra.run.dir=here", "executor=dask") as command:
        until(lambda: chunks_done(tmp_path / "here") >= 1, "a chunk")
        os.killpg(command.pid, signal.SIGINT)
        _, err = command.communicate(timeout=LIMIT)
        assert command.returncode == 130, err
        until(lambda: not group(command.pid), "every process to end", 10.0)
    assert "Traceback" not in err
    assert len([line for line in err.splitlines() if line.startswith("cte-sim")]) == 1


@pytest.mark.slow
def test_nobody_without_its_certificate_reaches_a_cluster_that_is_started_here() -> None:
    """Whoever could, would run code as its user. It listens on this computer alone, and has no web page."""
    with DaskCarrier(DaskSettings(kind="dask"), 1) as carrier:
        assert carrier.submit(abs, -3).result() == 3
        address = carrier._client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        assert reached(address, carrier._client.security)
        for security in (None, Security(), Security.temporary()):
            for scheme in ("tcp", "tls"):
                assert not reached(address.replace("tls", scheme), security)
        doors = listening()
        assert doors
        assert {host for host, _ in doors} == {"127.0.0.1"}
        for host, port in doors:
            for path in ("/", "/status", "/health", "/json/counts.json", "/info/main/workers.html"):
                assert answer(host, port, path) in (None, 404)


def reached(address: str, security: Security | None) -> bool:
    """Whether a client is let in.

    Dask closes a client that is garbage; where that comes while another one starts, each waits for the other. So what
    is left of one is collected before the next.
    """
    gc.disable()
    try:
        Client(address, security=security, timeout=2).close()
    except (OSError, TypeError, RuntimeError, AssertionError):  # Dask's own assertions, where a connection breaks off
        return False
    finally:
        gc.collect()
        gc.enable()
    return True


def listening() -> list[tuple[str, int]]:
    """Where this process and those it started wait for connections."""
    here = psutil.Process()
    return [
        (connection.laddr.ip, connection.laddr.port)
        for process in (here, *here.children(recursive=True))
        for connection in process.net_connections()
        if connection.status == "LISTEN"
    ]


def answer(host: str, port: int, path: str) -> int | None:
    """What a web browser would get: a status, or None if nothing there speaks to browsers."""
    try:
        connection = http.client.HTTPConnection(host, port, timeout=2)
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("interface", "lo; touch x"), ("interface", "lo --preload x.py"), ("queue", "short\ntouch x"),
        ("account", "a b"), ("walltime", "1:00:00\ntouch x"), ("memory", "1GB\ntouch x"),
        ("log_directory", "logs\ntouch x"), ("directives", ["--x\ntouch x"]), ("prologue", ["a\nb"]),
    ],
)  # fmt: skip
def test_a_setting_of_a_job_adds_nothing_to_its_script(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        SlurmDaskSettings.model_validate({"kind": "slurm_dask", key: value})


def test_a_setting_of_a_job_may_be_what_clusters_have() -> None:
    settings = {
        "kind": "slurm_dask", "interface": "ib0.8001", "queue": "short,long", "account": "proj-7", "memory": "16 GB",
        "walltime": "1-02:00:00", "directives": ["--qos=long"], "prologue": ["module load python && ulimit -n 9"],
    }  # fmt: skip
    assert SlurmDaskSettings.model_validate(settings).prologue == ("module load python && ulimit -n 9",)
