"""Several studies from one command (``cte-sim -m seed=1,2,3``): one after the other, or each as a job of a launcher."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.types import HydraContext
from omegaconf import DictConfig, open_dict

from sim import slurm_wait
from sim.arguments import folder_setting
from sim.composition import Composed, compose, loader
from sim.endings import ending_of
from sim.inputs import InputError
from sim.job import record_of, run_job, slurm_must_be_here
from sim.latest import note_latest
from sim.run_folder import RunFolder
from sim.study.setup.settings import read_settings


def run_all(words: Sequence[str], own_folder: Path | None, record: Sequence[str]) -> list[Exception]:
    """Carry out one study for each combination of the values that words hold; what ended some of them. ``record`` are
    the words that are kept in the folder of all.

    All are composed before the first begins. Raises InputError if one of them cannot be, or names no setting.
    """
    jobs = _jobs(words, own_folder)
    composed = [compose(job, own_folder) for job in jobs]
    first = composed[0]
    launcher = str(first.config.hydra.launcher["_target_"])
    for each in composed:
        read_settings(each.plain)
    sweep = RunFolder(
        Path.cwd() / first.folder("sweep.dir", bill=None if len({each.bill for each in composed}) == 1 else ""),
        "",
        first.names_its_folder("sweep.dir"),
        record,
        shared=True,
        of_jobs=True,
    )
    if "BasicLauncher" not in launcher:
        return _elsewhere(jobs, composed, sweep, own_folder, on_slurm="SlurmLauncher" in launcher)
    ended: list[Exception] = []
    try:
        for number, each in enumerate(composed):
            folder = sweep.open() / each.folder("sweep.subdir", number)
            try:
                run_job(each, RunFolder(folder, "", True, _record_of_job(jobs[number], own_folder)), sweep)
            except Exception as error:
                if ending_of(error) is None:
                    raise
                ended.append(error)
    finally:
        sweep.remove_if_empty()
    if len(ended) < len(jobs) and sweep.path.is_dir():
        note_latest(sweep.path)
    return ended


def _jobs(words: Sequence[str], own_folder: Path | None) -> list[list[str]]:
    """The words of each job: every combination of the values that words hold."""
    parser = OverridesParser.create(config_loader=loader(own_folder))
    try:
        overrides = parser.parse_overrides([*words])
        jobs: list[list[str]] = BasicSweeper.split_arguments(overrides, None)[0]
    except HydraException:
        return [list(words)]  # what cannot be read is told when it is composed
    for override in overrides:
        if override.is_sweep_override() and override.is_hydra_override():
            raise InputError(f"{override.input_line}: takes one value, the same for all jobs")
    if not jobs:
        raise InputError(f"{' '.join(words)}: there is no job to do; a range ends before it begins")
    return jobs


def _record_of_job(words: Sequence[str], own_folder: Path | None) -> list[str]:
    """The words that bring one job back as a study of its own: without those about the multirun."""
    return record_of([word for word in words if not word.startswith("hydra")], own_folder)


class ElsewhereJob:
    """The study of one job in another process, as a launcher carries it there: it holds the words of all jobs."""

    def __init__(
        self, jobs: Sequence[Sequence[str]], own_folder: Path | None, sweep: Path, words: Sequence[str]
    ) -> None:
        self.jobs, self.own_folder, self.sweep, self.words = jobs, own_folder, sweep, words

    def __call__(self, config: DictConfig) -> None:
        """Carry out the job of this number. Whatever ends it is noted in the results folder too, and leaves the job as
        an ordinary exception: SystemExit would end other jobs of the multirun with it."""
        number = int(HydraConfig.get().job.num)
        composed: Composed | None = None
        try:
            composed = compose(self.jobs[number], self.own_folder)
            sweep = RunFolder(self.sweep, "", True, self.words, shared=True, of_jobs=True)
            words = _record_of_job(self.jobs[number], self.own_folder)
            run_job(composed, RunFolder(self.sweep / composed.folder("sweep.subdir", number), "", True, words), sweep)
        except BaseException as error:
            told = ending_of(error)
            line = told.line if told is not None else str(error) or type(error).__name__
            print(f"cte-sim: {line}", file=sys.stderr, flush=True)
            if composed is not None and not isinstance(error, KeyboardInterrupt):
                self._note(composed.plain, line)
            if isinstance(error, Exception):
                raise
            raise RuntimeError(f"the job was ended by {type(error).__name__}") from error

    def _note(self, plain: dict[str, Any], line: str) -> None:
        from sim.results.claims import note_stop

        if plain["shard"] is None:
            return
        folder = Path.cwd() / str(plain["folder"]) if plain["folder"] else self.sweep
        note_stop(folder, f"{plain['shard']} of {plain['shards']}", line)


def _elsewhere(
    jobs: Sequence[Sequence[str]],
    composed: Sequence[Composed],
    sweep: RunFolder,
    own_folder: Path | None,
    *,
    on_slurm: bool,
) -> list[Exception]:
    """Hand the jobs to the launcher that the configuration names, and wait for them."""
    if on_slurm:
        slurm_must_be_here("hydra/launcher")
    sweep.check()
    named = composed[0].folder("sweep.dir")
    folder = sweep.open()
    config = composed[0].config
    with open_dict(config):
        config.hydra.sweep.dir, config.hydra.sweep.subdir = str(folder), "${hydra.job.num}"
        config.hydra.output_subdir = None
        config.hydra.overrides.hydra = [
            *config.hydra.overrides.hydra, folder_setting("hydra.sweep.dir", folder), "hydra.output_subdir=null",
        ]  # fmt: skip
    own = own_folder.absolute() if own_folder is not None else None
    launcher = Plugins.instance().instantiate_launcher(
        hydra_context=HydraContext(config_loader=loader(own), callbacks=Callbacks()),
        task_function=ElsewhereJob([list(job) for job in jobs], own, folder, list(sweep.words or ())),
        config=config,
    )
    with slurm_wait.watching(folder):
        returned = launcher.launch([[] for _ in jobs], initial_job_idx=0)
    ended = []
    for job in returned:
        try:
            _ = job.return_value
        except Exception as error:
            if ending_of(error) is None:
                raise
            ended.append(error)
    if composed[0].plain["shards"] > 1 and not ended:
        place = Path(composed[0].plain["folder"] or (named if sweep.chosen else folder))
        print(f"All jobs have ended: {shlex.join(['cte-sim', 'collect', str(place)])}")
    if len(ended) < len(jobs):
        note_latest(folder)
    return ended
