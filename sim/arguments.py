"""The words after ``cte-sim``: flags told from settings, and how a setting is typed.

Hydra is loaded where its grammar is needed: half a second that help and lists need not wait for.
"""

import re
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from sim.inputs import InputError

FREE_GROUPS: tuple[str, ...] = ("parameters", "formula", "scenario", "factors", "precision")
"""Settings in which a user may write keys that the configuration does not list; they are checked when read."""

FOLDERS: tuple[str, ...] = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir")
"""The settings of Hydra's own that say where results go; names of folders may refer to the date and to settings."""

LAUNCHER = "hydra/launcher"

OUT = "out"
"""The word for the folder where results go, of one study or of a multirun."""

_NOT_TEXT = frozenset({"null", "true", "false", "nan", "inf"})

_REFUSED_FLAGS = {
    "--experimental-rerun": "it would run what a file says",
    "--config-path": "the configuration is the program's own; a folder of your own is named by --config-dir",
    "-cp": "the configuration is the program's own; a folder of your own is named by --config-dir",
    "--config-name": "the configuration is the program's own; say what is to be done with a verb",
    "-cn": "the configuration is the program's own; say what is to be done with a verb",
}
SEE = "cte-sim help shows what may be written"
"""Where a refusal leads."""


@dataclass(frozen=True)
class Arguments:
    """What a command line asks for: what is to be done, the words besides flags, and the user's own folder of files."""

    does: Literal["run", "multirun", "help", "version", "show", "completion"]
    words: tuple[str, ...]
    config_dir: Path | None


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {SEE}")


def read_arguments(argv: Sequence[str]) -> Arguments:
    """Tell flags from settings. Raises InputError, one line, for a flag that there is not."""
    for word in argv:
        flag = word.split("=", 1)[0]
        if flag in _REFUSED_FLAGS:
            raise InputError(f"{flag}: is not allowed: {_REFUSED_FLAGS[flag]}")
    parser = _Parser(prog="cte-sim", add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="store_const", const="help", dest="does", default="run")
    parser.add_argument("--version", action="store_const", const="version", dest="does")
    parser.add_argument("-m", "--multirun", action="store_const", const="multirun", dest="does")
    parser.add_argument("-c", "--cfg", choices=["job"])
    parser.add_argument("-sc", "--shell-completion", action="store_const", const="completion", dest="does")
    parser.add_argument("-cd", "--config-dir")
    parser.add_argument("words", nargs="*")
    found = parser.parse_intermixed_args(list(argv))
    folder = Path(found.config_dir) if found.config_dir is not None else None
    if folder is not None and not folder.is_dir():
        raise InputError(f"--config-dir: {folder}: there is no such folder")
    return Arguments("show" if found.cfg else found.does, tuple(found.words), folder)


def open_key(word: str) -> str:
    """Let Hydra add keys in the free groups: parameters.x=1 becomes ++parameters.x=1."""
    key = word.split("=", 1)[0]
    return f"++{word}" if any(key.startswith(f"{group}.") for group in FREE_GROUPS) else word


def quoted(text: str) -> str:
    """A text as a value in Hydra's grammar: in quotes where it would be read as something else."""
    plain = re.fullmatch(r"[A-Za-z_./][\w./+-]*", text, re.ASCII) and text.lower() not in _NOT_TEXT
    if plain:
        return text
    from hydra.core.override_parser.types import Quote, QuotedString

    return str(QuotedString(text, Quote.double).with_quotes())


def folder_setting(key: str, folder: Path) -> str:
    """A setting that names a folder, as it is to be typed."""
    return f"{key}={quoted(str(folder))}"
