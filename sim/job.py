"""One study as the command line asked for it: where it writes, and carrying it out."""

import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from sim.audience import TERMINAL, Audience
from sim.commands.request import Request
from sim.commands.table import COMMANDS
from sim.composition import Composed
from sim.endings import ending_of
from sim.inputs import InputError
from sim.run_folder import RunFolder
from sim.states.folder import words_of
from sim.states.speaking import speaking
from sim.study.running.processes import prepare_processes
from sim.study.setup.executor_settings import LocalSettings
from sim.study.setup.reads import READS, settings_for
from sim.study.setup.settings import Settings

WRITES_NOTHING: tuple[str, ...] = ("parameters", "status", "collect")
"""Studies that have no folder of their own."""

READS_A_FOLDER: tuple[str, ...] = ("assess",)
"""Studies to which the setting ``folder`` names what they read; they write into their own."""

NEEDED: Mapping[str, str] = {"sensitivity": "SALib", "discover": "sklearn"}
"""The package that a study alone needs; the extra that brings it is named after the study."""

SMALL = 8
"""Draws that are one chunk, however small chunks may be."""


def run_job(
    composed: Composed, own: RunFolder, sweep: RunFolder | None = None, audience: Audience = TERMINAL
) -> Path | None:
    """Carry out the study that is composed, and say where its results lie; None if it has none, or a part of them.
    ``own`` is its folder; ``sweep`` that of the multirun it is a job of; ``audience`` is told of what is found.

    A study that is refused leaves nothing behind. Raises InputError and StoppedError, each with one line, and what
    `sim.endings` tells besides.
    """
    settings = settings_for(composed.plain, composed.choices)
    own.study, own.plain = settings.study.name, composed.plain
    if settings.shard is not None:
        own.words, own.shared = None, True  # the words of one shard would not bring back the others
    runs = runs_folder(settings, composed, own, sweep)
    request = Request(settings, composed.plain, composed.choices, own, runs, composed.sources, composed.typed, audience)
    if settings.study.name not in WRITES_NOTHING:
        check_packages(settings)
        runs.check()
    if _will_start_processes(settings):
        prepare_processes()
    try:
        with speaking(words_of(settings.world_path)):
            COMMANDS[settings.study.name](request)
    except BaseException as error:
        told = ending_of(error)
        if told is not None and told.status == 2:
            request.withdraw()
        raise
    return runs.written or own.written if settings.shard is None else None


def runs_folder(settings: Settings, composed: Composed, own: RunFolder, sweep: RunFolder | None) -> RunFolder:
    """Where runs go: the setting ``folder``; else the job's own folder, or the multirun's, which its shards share."""
    if settings.folder and settings.study.name not in (*WRITES_NOTHING, *READS_A_FOLDER):
        return RunFolder(Path.cwd() / settings.folder, own.study, True, own.words, composed.plain, own.shared)
    if settings.shard is not None and sweep is not None:
        return RunFolder(sweep.open(), own.study, True, sweep.words, composed.plain, True)
    return own


def _will_start_processes(settings: Settings) -> bool:
    """Whether the study is one that local processes carry out, and has draws enough for more than one chunk."""
    local = "executor" in READS[settings.study.name] and isinstance(settings.executor, LocalSettings)
    return local and settings.worker_count > 1 and settings.draws > min(settings.chunk, SMALL)


def check_packages(settings: Settings) -> None:
    """Refuse, before anything is begun, an executor or a study whose packages are not here. Raises InputError."""
    study = settings.study.name
    own = NEEDED.get(study)
    if own is not None and find_spec(own) is None:
        raise InputError(
            f"study={study}: needs a package that is not installed ({own}): "
            f"pip install 'cte-funding-simulation[{study}]'"
        )
    kind = settings.executor.kind
    needed = {"dask": ["distributed", "cryptography"], "slurm_dask": ["distributed", "cryptography", "dask_jobqueue"]}
    for package in needed.get(kind, []):
        if find_spec(package) is None:
            raise InputError(
                f"executor={kind}: needs a package that is not installed ({package}): "
                "pip install 'cte-funding-simulation[dask]'"
            )
    if kind == "slurm_dask":
        slurm_must_be_here("executor=slurm_dask")


def slurm_must_be_here(setting: str) -> None:
    """Raises InputError if Slurm's ``sbatch`` is not on this computer."""
    if shutil.which("sbatch") is None:
        raise InputError(f"{setting}: needs Slurm's sbatch, which this computer lacks; use a login node of a cluster")


def record_of(words: Sequence[str], own_folder: Path | None, *, multirun: bool = False) -> list[str]:
    """The words of a command as they are kept: with the user's own folder of files, and -m for a multirun."""
    flags = ["-m"] if multirun else []
    if own_folder is not None:
        flags.append(f"--config-dir={os.fspath(own_folder)}")
    return [*flags, *words]
