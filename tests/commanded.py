"""Carrying out what a command line asks for in this process: composed by Hydra, read, checked and run."""

from pathlib import Path
from typing import Any, cast

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from sim.choices import check_words, with_files
from sim.commands import COMMANDS, Request
from sim.config_folder import config_folder
from sim.study.setup.reads import settings_for


def asked(folder: Path, *words: str) -> Request:
    """What the words of a command line ask for, with results in ``folder``. Raises InputError as the command does."""
    typed = [f"++{word}" if "." in word.partition("=")[0] else word for word in with_files(words)]
    check_words(typed)
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        config = compose("config", overrides=typed, return_hydra_config=True)
    choices = dict(config.hydra.runtime.choices)
    plain = cast("dict[str, Any]", OmegaConf.to_container(config, resolve=False))
    plain.pop("hydra")
    return Request(settings_for(plain, choices), plain, choices, folder, folder, tuple(typed))


def carried_out(folder: Path, *words: str) -> Request:
    """Carry out a command, and give what was asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    request = asked(folder, *words)
    COMMANDS[request.settings.study.name](request)
    return request
