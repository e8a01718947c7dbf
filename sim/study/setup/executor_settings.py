"""Where chunks are carried out, as a user may set it."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sim.study.setup.words import Name, PathName


def _word(value: str) -> str:
    if not re.fullmatch(r"[\w.,:@%+-]+", value, re.ASCII):
        raise ValueError("a single word of letters, digits and . , : @ % + - is needed")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("one line is needed")
    return value


Word = Annotated[Name, AfterValidator(_word)]
"""A word that stands in a job's script, where a blank or a line end would begin something else."""

Line = Annotated[PathName, AfterValidator(_one_line)]
"""A line of a job's script."""


Size = Annotated[
    str, Field(pattern=r"^\d+(\.\d+)? ?[kKMGTP]i?B$", max_length=20, description="a size of memory, as 16GB")
]
Duration = Annotated[
    str,
    Field(pattern=r"^(\d+-)?\d{1,3}:[0-5]\d:[0-5]\d$", max_length=20, description="a time, as 04:00:00 for four hours"),
]


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
    address: PathName | None = None
    patience: Annotated[float, Field(strict=True, gt=0, le=86_400, allow_inf_nan=False)] = 60.0


class SlurmDaskSettings(BaseModel):
    """Dask workers in Slurm jobs, submitted by dask-jobqueue.

    ``jobs`` jobs with ``processes`` workers on ``cores`` cores and ``memory`` each, in the partition ``queue``, for
    ``walltime`` (HH:MM:SS). ``interface`` is the network that jobs and driver share ('ib0', 'eth0'). ``directives``
    are further ``#SBATCH`` lines; ``prologue`` are commands run before a worker starts (loading modules, say).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["slurm_dask"]
    jobs: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 4
    queue: Word | None = None
    account: Word | None = None
    cores: Annotated[int, Field(strict=True, ge=1, le=4_096)] = 8
    processes: Annotated[int, Field(strict=True, ge=1, le=4_096)] = 8
    memory: Size = "16GB"
    walltime: Duration = "04:00:00"
    interface: Word | None = None
    directives: tuple[Line, ...] = ()
    prologue: tuple[Line, ...] = ()
    log_directory: Line | None = None


ExecutorSettings = Annotated[LocalSettings | DaskSettings | SlurmDaskSettings, Field(discriminator="kind")]
