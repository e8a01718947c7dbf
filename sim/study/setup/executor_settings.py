"""Where chunks are carried out, as a user may set it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class LocalSettings(BaseModel):
    """Processes of this computer; how many is the setting ``workers``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["local"] = "local"


class DaskSettings(BaseModel):
    """A Dask cluster. ``address`` is that of a running scheduler; without it a cluster is started on this computer with
    as many processes as the setting ``workers`` says. ``patience``: seconds to wait
    for the scheduler, at the start and when the connection is lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["dask"]
    address: str | None = None
    patience: Annotated[float, Field(gt=0)] = 60.0


class SlurmDaskSettings(BaseModel):
    """Dask workers in Slurm jobs, submitted by dask-jobqueue.

    ``jobs`` jobs with ``processes`` workers on ``cores`` cores and ``memory`` each, in the partition ``queue``, for
    ``walltime`` (HH:MM:SS). ``interface`` is the network that jobs and driver share ('ib0', 'eth0'). ``directives``
    are further ``#SBATCH`` lines; ``prologue`` are commands run before a worker starts (loading modules, say).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["slurm_dask"]
    jobs: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 4
    queue: str | None = None
    account: str | None = None
    cores: Annotated[int, Field(strict=True, ge=1)] = 8
    processes: Annotated[int, Field(strict=True, ge=1)] = 8
    memory: str = "16GB"
    walltime: str = "04:00:00"
    interface: str | None = None
    directives: tuple[str, ...] = ()
    prologue: tuple[str, ...] = ()
    log_directory: str | None = None


ExecutorSettings = Annotated[LocalSettings | DaskSettings | SlurmDaskSettings, Field(discriminator="kind")]
