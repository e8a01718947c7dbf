"""The command line: ``cte-sim`` composes a configuration and runs the study it names."""

import os
import signal
import string
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, cast

import yaml
from omegaconf import OmegaConf

import sim
from sim import slurm_wait
from sim.arguments import Arguments, open_key, read_arguments
from sim.composition import Composed, compose, loader
from sim.config_folder import config_folder
from sim.config_source import DATA_GROUPS, names_in
from sim.endings import Ending, ending_of
from sim.inputs import InputError
from sim.job import record_of, run_job
from sim.multirun import run_all
from sim.printing import prepare_streams
from sim.run_folder import RunFolder

__all__ = ["main", "open_key", "run"]


class Terminated(KeyboardInterrupt):
    """The process was asked to end by a signal: SIGTERM, as by a batch system at its time limit, or SIGHUP."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def main() -> None:
    """The console script. A mistake of the user, or a study that cannot go on, ends with one line on standard error."""
    prepare_streams()
    os.environ["MPLBACKEND"] = "agg"  # figures are files here, whatever the user's notebooks draw with
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup has SIGHUP ignored
            signal.signal(number, _terminate)
    raise SystemExit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Do what a command line asks for; the exit status. Errors of the program are raised."""
    try:
        endings = [ending_of(error) for error in _carried_out(read_arguments(argv))]
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        if slurm_wait.report:
            return _tell([Ending(slurm_wait.report[0], 1)])
        notes = "".join(f"; {note}" for note in getattr(stop, "__notes__", ()))
        return _tell(
            [Ending(f"stopped{notes}", 128 + (stop.number if isinstance(stop, Terminated) else signal.SIGINT))]
        )
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _no_one_reads():
            return 141
        endings = [ending_of(error)]
        if endings == [None]:
            raise
    return _tell([ending for ending in endings if ending is not None])


def _carried_out(arguments: Arguments) -> list[Exception]:
    if arguments.does == "version":
        print(f"cte-sim {sim.__version__}")
    elif arguments.does == "help":
        print(help_text(compose(arguments.words, arguments.config_dir), arguments.config_dir))
    elif arguments.does == "show":
        print(_as_yaml(compose(arguments.words, arguments.config_dir)), end="")
    elif arguments.does == "completion":
        _complete(arguments)
    elif arguments.does == "multirun":
        return run_all(arguments.words, arguments.config_dir)
    else:
        composed = compose(arguments.words, arguments.config_dir)
        record = record_of(arguments.words, arguments.config_dir)
        folder = Path.cwd() / composed.folder("run.dir")
        run_job(composed, RunFolder(folder, "", composed.names_its_folder("run.dir"), record))
    return []


def _no_one_reads() -> bool:
    """Whether what is printed is read no longer (``| head -1``). What Python prints at its end then goes nowhere."""
    gone = False
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            gone = True
    return gone


def _tell(endings: Sequence[Ending]) -> int:
    for ending in endings:
        print(f"cte-sim: {ending.line}", file=sys.stderr)
    return min((ending.status for ending in endings), default=0)


def _terminate(number: int, frame: Any) -> NoReturn:
    raise Terminated(number)


def help_text(composed: Composed, own_folder: Path | None) -> str:
    """What --help prints: the studies, the choices of each group, the settings and their values."""
    page = cast("dict[str, Any]", OmegaConf.to_container(composed.config, resolve=False))["hydra"]["help"]
    template = page["template"]
    for part in ("header", "footer"):
        template = template.replace(f"${{hydra.help.{part}}}", page[part])
    folders = [folder for folder in (config_folder(), own_folder) if folder is not None]
    groups = {group: sorted({name for folder in folders for name in names_in(folder, group)}) for group in DATA_GROUPS}
    choices = "\n".join(f"{group}: {', '.join(groups[group])}" for group in sorted(groups))
    return string.Template(template).safe_substitute(APP_CONFIG_GROUPS=choices, CONFIG=_as_yaml(composed))


def _as_yaml(composed: Composed) -> str:
    return yaml.safe_dump(composed.plain, sort_keys=False, allow_unicode=True)


def _complete(arguments: Arguments) -> None:
    """What a shell asks for while the user types (``cte-sim -sc install=bash`` sets it up)."""
    from hydra._internal.hydra import Hydra

    try:
        Hydra("cte-sim", loader(arguments.config_dir)).shell_completion("config", list(arguments.words))
    except ValueError as error:
        raise InputError("-sc: write -sc install=bash, install=zsh or install=fish") from error


if __name__ == "__main__":
    main()
