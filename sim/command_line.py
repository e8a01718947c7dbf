"""What a command line asks for, carried out: help, the settings as they come out, one study, or several."""

import string
from pathlib import Path
from typing import Any, cast

import yaml
from omegaconf import OmegaConf

import sim
from sim.arguments import Arguments
from sim.composition import Composed, compose, loader
from sim.config_folder import config_folder
from sim.config_source import DATA_GROUPS, names_in
from sim.inputs import InputError
from sim.job import record_of, run_job
from sim.multirun import run_all
from sim.run_folder import RunFolder


def carry_out(arguments: Arguments) -> list[Exception]:
    """Do what was asked for; what ended some of the jobs of a multirun. Raises what ends a single study."""
    words, own_folder = arguments.words, arguments.config_dir
    if arguments.does == "version":
        print(f"cte-sim {sim.__version__}")
    elif arguments.does == "help":
        print(help_text(compose(words, own_folder), own_folder))
    elif arguments.does == "show":
        print(_as_yaml(compose(words, own_folder)), end="")
    elif arguments.does == "completion":
        _complete(arguments)
    elif arguments.does == "multirun":
        return run_all(words, own_folder)
    else:
        composed = compose(words, own_folder)
        folder = Path.cwd() / composed.folder("run.dir")
        run_job(composed, RunFolder(folder, "", composed.names_its_folder("run.dir"), record_of(words, own_folder)))
    return []


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
