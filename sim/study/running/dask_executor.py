"""Chunks through Dask: a cluster on this computer, a scheduler that runs elsewhere, or workers in Slurm jobs.

Whoever can talk to a Dask scheduler can have it run anything. A cluster that is started here takes connections only
from those who hold the certificate that was made for it, and answers no web browser.
"""

import logging
import re
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sim.inputs import InputError
from sim.study.running.processes import interrupts_held_back
from sim.study.running.stopping import StoppedError
from sim.study.setup.executor_settings import DaskSettings, SlurmDaskSettings

try:
    import dask
    from distributed import Client, LocalCluster, Security
    from distributed.scheduler import KilledWorker
    from distributed.utils import get_ip
except ImportError as missing:
    raise InputError(
        f"settings: executor: needs a package that is not installed ({missing.name}): "
        "pip install 'cte-funding-simulation[dask]'"
    ) from missing

_UNMANNED_SECONDS = 120.0


class DaskCarrier:
    """A Dask client as carrier. Dask itself gives a chunk whose worker died to another worker, up to four times.

    Workers need this package, and see the results folder under the same path.
    """

    lost: tuple[type[BaseException], ...] = (KilledWorker,)
    attempts = 1

    def __init__(self, settings: DaskSettings | SlurmDaskSettings, workers: int) -> None:
        self.settings, self.workers = settings, workers
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with interrupts_held_back():
            try:
                self._client = self._stack.enter_context(self._connect())
            except BaseException:
                self._stack.close()
                raise
        # Not pure: a chunk that is handed over a second time is to be carried out a second time.
        self._executor = self._client.get_executor(pure=False)
        self._manned = time.monotonic()
        return self

    def _connect(self) -> Client:
        settings = self.settings
        if isinstance(settings, SlurmDaskSettings):
            return Client(self._stack.enter_context(_slurm_cluster(settings)))
        if settings.address is None:
            # Two deaths of a worker are enough to suspect a chunk: this class tries it again itself.
            with dask.config.set({"distributed.scheduler.allowed-failures": 1}), _without_web_pages():
                cluster = LocalCluster(
                    n_workers=self.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    protocol="tls://",
                    security=_credentials(),
                    dashboard_address=None,
                    memory_limit=None,
                    silence_logs=logging.CRITICAL,  # what becomes of each chunk is in its record
                )
            _stop_web_server(cluster)
            return Client(self._stack.enter_context(cluster))
        try:
            return Client(settings.address, timeout=settings.patience)
        except (OSError, ValueError) as error:
            raise InputError(
                f"settings: executor.address: no Dask scheduler answers at {settings.address} ({error})"
            ) from error

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Hand one chunk to the scheduler. Raises StoppedError if it has ended."""
        while self._client.status == "connecting":
            time.sleep(0.1)  # what is handed over meanwhile would be lost; the client gives up within its patience
        self.must_be_there()
        future: Future[Any] = self._executor.submit(work, task)
        return future

    def must_be_there(self) -> None:
        """Raises StoppedError if the scheduler has ended, and has not been found again within the ``patience``."""
        if self._client.status not in ("running", "connecting"):
            raise StoppedError("the Dask scheduler has ended")
        # Workers of a cluster elsewhere may still be waited for; those of this computer come at once or never.
        here = isinstance(self.settings, DaskSettings) and self.settings.address is None
        if here and self._client.status == "running":
            if self._threads():
                self._manned = time.monotonic()
            elif time.monotonic() - self._manned > _UNMANNED_SECONDS:
                raise StoppedError("the Dask cluster of this computer has no workers any more")

    def width(self) -> int:
        """Two for each thread of the workers that are there now; some before the first has come."""
        return max(2 * self._threads(), 4)

    def _threads(self) -> int:
        try:
            return sum(int(number) for number in self._client.nthreads().values())
        except OSError as error:
            raise StoppedError(f"the Dask scheduler has ended ({error})") from error

    def renew(self) -> bool:
        """Dask replaces dead workers itself, and the other chunks are not touched."""
        return False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._executor.shutdown()
            self._stack.close()
            return
        # Dask would report, at length, each chunk that is given up now.
        logging.disable(logging.CRITICAL)
        try:
            self._stack.close()
        finally:
            logging.disable(logging.NOTSET)


def _credentials() -> Security:
    """A certificate of this cluster's own, kept in memory: without it nobody can connect. Raises InputError."""
    try:
        security: Security = Security.temporary()
        return security
    except ImportError as missing:
        raise InputError(
            "settings: executor: needs a package that is not installed (cryptography): "
            "pip install 'cte-funding-simulation[dask]'"
        ) from missing


@contextmanager
def _without_web_pages() -> Iterator[None]:
    """Dask has a web server in every scheduler and worker; let it have no page, and not complain of its port."""
    routes: dict[str, Any] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    with dask.config.set(routes), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Port .* is already in use")
        yield


def _stop_web_server(cluster: Any) -> None:
    cluster.scheduler.http_server.stop()


def _slurm_cluster(settings: SlurmDaskSettings) -> Any:
    try:
        from dask_jobqueue import SLURMCluster
    except ImportError as missing:
        raise InputError(
            "settings: executor: dask-jobqueue is not installed: pip install 'cte-funding-simulation[dask]'"
        ) from missing
    with _without_web_pages():
        cluster = SLURMCluster(
            queue=settings.queue,
            account=settings.account,
            cores=settings.cores,
            processes=settings.processes,
            memory=settings.memory,
            walltime=settings.walltime,
            interface=settings.interface,
            job_extra_directives=list(settings.directives),
            job_script_prologue=["export DASK_DISTRIBUTED__WORKER__HTTP__ROUTES='[]'", *settings.prologue],
            log_directory=settings.log_directory,
            worker_extra_args=["--no-dashboard", "--dashboard-address", "127.0.0.1:0"],
            protocol="tls://",
            security=_credentials(),
            shared_temp_directory=str(_folder_of_jobs()),
            scheduler_options={
                "dashboard": False,
                "dashboard_address": "127.0.0.1:0",
                **({} if settings.interface else {"host": get_ip()}),
            },
        )
    _stop_web_server(cluster)
    # Adaptive with equal bounds: jobs that end at their time limit are replaced.
    cluster.adapt(minimum_jobs=settings.jobs, maximum_jobs=settings.jobs)
    return cluster


def _folder_of_jobs() -> Path:
    """Where jobs find the certificate, in files that only this user can read and that go with the cluster: the working
    folder, or the user's home if the shell would not take the working folder's name as it is. Raises InputError."""
    for folder in (Path.cwd(), Path.home()):
        if re.fullmatch(r"[\w./+@-]+", str(folder), re.ASCII):
            return folder
    raise InputError(f"{Path.cwd()}: Slurm jobs need a working folder without blanks and signs in its name")
