"""The command line: ``cte-sim`` composes a configuration with Hydra and runs the study it names."""

import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn, cast

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel

from sim import slurm_wait
from sim.choices import check_words, with_files
from sim.commands import COMMANDS, Request
from sim.config_folder import config_folder
from sim.inputs import InputError, nearest
from sim.study.designs.typed import refuse_dropped
from sim.study.running.stopping import DISK_FULL, StoppedError
from sim.study.setup.reads import known_paths, settings_for
from sim.study.setup.settings import Design, Precision, Sensitivity, Settings, Study, WorldTables

FREE_GROUPS: tuple[str, ...] = ("parameters", "formula", "scenario", "factors", "precision")
"""Settings in which a user may write keys that the configuration does not list; they are checked when read."""

MISTAKES = (InputError, HydraException, OmegaConfBaseException)
"""What a user can get wrong."""

ENDINGS = (*MISTAKES, StoppedError, OSError)
"""What is told in one line, if `_is_an_ending`; anything else is an error of the program and keeps its traceback."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM), as by a batch system at its time limit."""


def main() -> None:
    """The console script. A mistake of the user, or a study that cannot go on, ends with one line on standard error."""
    os.environ["HYDRA_FULL_ERROR"] = "1"
    sys.argv[1:] = [open_key(argument) for argument in with_files(sys.argv[1:])]
    signal.signal(signal.SIGTERM, _terminate)
    ended: list[Exception] = []

    def run(config: DictConfig) -> None:
        # Hydra would print a line of its own for an exception that leaves a job, and start no further job.
        try:
            run_study(config)
        except ENDINGS as error:
            if not _is_an_ending(error) or runs_elsewhere():
                raise
            ended.append(error)

    try:
        check_words(sys.argv[1:])
        hydra.main(version_base="1.3", config_path=str(config_folder()), config_name="config")(run)()
    except ENDINGS as error:
        if not _is_an_ending(error):
            raise
        ended.append(error)
    except KeyboardInterrupt as stop:
        if slurm_wait.report:
            print(f"cte-sim: {slurm_wait.report[0]}", file=sys.stderr)
            raise SystemExit(1) from None
        print(f"cte-sim: stopped{_notes(stop)}", file=sys.stderr)
        raise SystemExit(143 if isinstance(stop, Terminated) else 130) from None
    except Exception as error:
        # Of a job in another process that left no result, submitit knows only that.
        if not type(error).__module__.startswith("submitit."):
            raise
        ended.append(StoppedError(one_line(error)))
    for ending in ended:
        print(f"cte-sim: {one_line(ending)}{_notes(ending)}", file=sys.stderr)
    if ended:
        raise SystemExit(2 if all(isinstance(ending, MISTAKES) for ending in ended) else 1)


def _terminate(number: int, frame: Any) -> NoReturn:
    raise Terminated


def _is_an_ending(error: Exception) -> bool:
    """Whether it is told in one line. Of the errors of the operating system that is a full disk, and no other."""
    return isinstance(error, MISTAKES) or not isinstance(error, OSError) or error.errno in DISK_FULL


def _notes(error: BaseException) -> str:
    return "".join(f"; {note}" for note in getattr(error, "__notes__", ()))


def runs_elsewhere() -> bool:
    """Whether this job of a multirun runs in another process than the command, as on a Slurm cluster."""
    config = HydraConfig.get()
    return config.mode == RunMode.MULTIRUN and "BasicLauncher" not in str(config.launcher.get("_target_"))


def open_key(argument: str) -> str:
    """Let Hydra add keys in the free groups: parameters.x=1 becomes ++parameters.x=1."""
    key = argument.split("=", 1)[0]
    free = key in known_paths() or any(key.startswith(f"{group}.") for group in FREE_GROUPS)
    return f"++{argument}" if free else argument


def one_line(error: BaseException) -> str:
    """What went wrong, in one line, with the nearest key where one was misspelt."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, OSError) and not isinstance(error, MISTAKES):
        return f"results cannot be written: {error.strerror}" + (f": {error.filename}" if error.filename else "")
    text = " ".join(str(error).split())
    cause = error.__cause__
    key = str(getattr(cause, "key", "") or "")
    if "Could not override" in text and key:
        full = str(getattr(cause, "full_key", "") or key)
        return f"{full}: unknown setting; {nearest(key, _known_keys(full))}"
    if "Could not find" in text and "/" in text:
        group, _, name = text.partition("Could not find '")[2].partition("'")[0].rpartition("/")
        return f"{group}={name}: unknown choice; {nearest(name, _choices(group))}"
    if "No match in the defaults list" in text:
        group = text.partition("Could not override '")[2].partition("'")[0]
        return f"{group}: is not chosen in this study" + ("; write study=sweep" if group == "design" else "")
    return text.removesuffix(" Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.")


def _known_keys(full_key: str) -> list[str]:
    group = full_key.rpartition(".")[0]
    groups: dict[str, type[BaseModel]] = {
        "study": Study,
        "design": Design,
        "precision": Precision,
        "sensitivity": Sensitivity,
        "world": WorldTables,
    }
    if group in groups:
        return list(groups[group].model_fields)
    return [*Settings.model_fields, "hydra"]


def _choices(group: str) -> list[str]:
    return sorted(path.stem for path in (config_folder() / group).glob("*.yaml"))


def run_study(config: DictConfig) -> None:
    """Run the study that a composed configuration names.

    In a job of its own, whatever ends it is noted in the results folder too, and leaves the job as an ordinary
    exception: SystemExit would end other jobs of the multirun with it.
    """
    if not runs_elsewhere():
        _run_study(config)
        return
    try:
        _run_study(config)
    except BaseException as error:
        print(f"cte-sim: {one_line(error) or type(error).__name__}{_notes(error)}", file=sys.stderr, flush=True)
        if config.get("shard") is not None and not isinstance(error, KeyboardInterrupt):
            from sim.results.claims import note_stop

            note_stop(_results_folder(config), f"{config.shard} of {config.shards}", one_line(error))
        if isinstance(error, Exception):
            raise
        raise RuntimeError(f"the job was ended by {type(error).__name__}") from error


def _results_folder(config: DictConfig) -> Path:
    """Where results go: the setting ``folder``; else Hydra's folder, which all shards of a multirun share."""
    hydra_config = HydraConfig.get()
    if config.get("folder"):
        return Path(hydra_config.runtime.cwd) / str(config.folder)
    if config.get("shard") is not None and hydra_config.mode == RunMode.MULTIRUN:
        return Path(hydra_config.runtime.cwd) / str(hydra_config.sweep.dir)
    return Path(hydra_config.runtime.output_dir)


def _run_study(config: DictConfig) -> None:
    plain = cast("dict[str, Any]", OmegaConf.to_container(config, resolve=True))
    hydra_config = HydraConfig.get()
    refuse_dropped(hydra_config.overrides.task)
    choices, typed = hydra_config.runtime.choices, tuple(hydra_config.overrides.task)
    settings = settings_for(plain, choices)
    own_folder = Path(hydra_config.runtime.output_dir)
    COMMANDS[settings.study.name](Request(settings, plain, choices, own_folder, _results_folder(config), typed))


if __name__ == "__main__":
    main()
