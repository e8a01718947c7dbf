"""The words after ``cte-sim``: flags, and settings in Hydra's grammar, each looked at before anything is read."""

import re
import shlex
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.errors import HydraException

from sim.config_folder import config_folder
from sim.config_source import DATA_GROUPS, LAUNCHERS, names_in
from sim.inputs import InputError, nearest

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
_SEE = "cte-sim help shows what may be written"


@dataclass(frozen=True)
class Arguments:
    """What a command line asks for: what is to be done, the words besides flags, and the user's own folder of files."""

    does: Literal["run", "multirun", "help", "version", "show", "completion"]
    words: tuple[str, ...]
    config_dir: Path | None


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {_SEE}")


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
    return text if plain else str(QuotedString(text, Quote.double).with_quotes())


def folder_setting(key: str, folder: Path) -> str:
    """A setting that names a folder, as it is to be typed."""
    return f"{key}={quoted(str(folder))}"


@dataclass(frozen=True)
class Word:
    """One setting of the command line: as typed, its key without a sign, and how Hydra's grammar reads it."""

    typed: str
    key: str
    override: Override

    @property
    def group(self) -> str | None:
        """The group of which it chooses a file, or None."""
        return self.key if self.key in (*DATA_GROUPS, LAUNCHER) else None

    @property
    def removes(self) -> bool:
        """Whether it takes a key away (``~formula.rules``)."""
        return bool(self.override.is_delete())

    @property
    def sweeps(self) -> bool:
        """Whether it holds several values, of which each job of a multirun takes one."""
        return bool(self.override.is_sweep_override())

    @property
    def value(self) -> Any:
        """Its value as plain data."""
        return self.override.value()

    @property
    def text(self) -> str:
        """Its value as text, without quotes."""
        return self.value if isinstance(self.value, str) else self.typed.partition("=")[2]

    def for_hydra(self) -> str:
        """The word as Hydra is to read it."""
        return open_key(self.typed.lstrip("+"))


def read_words(typed: Sequence[str]) -> list[Word]:
    """The settings of a command line. Raises InputError, one line, for what is no setting or may not be set."""
    parser = OverridesParser.create()
    words = [_word(word, parser) for word in typed]
    for word in words:
        _check(word)
    return words


def _word(typed: str, parser: OverridesParser) -> Word:
    if any("\ud800" <= sign <= "\udfff" for sign in typed):
        raise InputError(f"{typed}: is not text in this locale; set PYTHONUTF8=1, or a UTF-8 locale")
    if "=" not in typed and not typed.startswith("~"):
        raise InputError(_no_setting(typed))
    try:
        override = parser.parse_override(typed)
        if not override.is_sweep_override():
            override.value()
    except (HydraException, ValueError) as error:
        raise InputError(_unreadable(typed, parser)) from error
    return Word(typed, str(override.key_or_group), override)


def _no_setting(typed: str) -> str:
    if typed in names_in(config_folder(), "study"):
        return f"'{typed}' is not a setting; write cte-sim study={typed}"
    if typed in ("help", "version"):
        return f"'{typed}' is not a setting; write cte-sim --{typed}"
    if typed.endswith((".yaml", ".yml")):
        return f"'{typed}' is not a setting; write cte-sim price {typed}"
    return f"'{typed}' is not a setting; write setting=value; {_SEE}"


def _unreadable(typed: str, parser: OverridesParser) -> str:
    key, _, value = typed.partition("=")
    quoted = f"{key}={QuotedString(value, Quote.double).with_quotes()}"
    if value and value[0] not in "[{\"'":
        try:
            parser.parse_override(quoted)
            return f"{typed}: cannot be read; put the value in quotes: {shlex.quote(quoted)}"
        except HydraException:
            pass
    if not re.fullmatch(r"[+~]*[\w./@$-]+", key):
        return f"{typed}: cannot be read: '{key}' is not a setting; write setting=value; {_SEE}"
    return f"{typed}: cannot be read; look at its brackets, commas and quotes, and put text in quotes"


def _check(word: Word) -> None:
    if not word.key:
        raise InputError(f"{word.typed}: has no setting before '='; {_SEE}")
    if word.override.package is not None or "@" in word.key or "$" in word.key:
        raise InputError(f"{word.key}: is not a setting; write it without '@' and '$'")
    if any(part.startswith("_") and part.endswith("_") for part in re.split(r"[./]", word.key) if part):
        raise InputError(f"{word.key}: is not allowed: a setting names no class")
    hydra = word.key == "hydra" or word.key.startswith(("hydra.", "hydra/"))
    if hydra and word.key not in (*FOLDERS, LAUNCHER) and not word.key.startswith("hydra.launcher."):
        allowed = f"{', '.join((*FOLDERS, LAUNCHER))} and hydra.launcher.*"
        raise InputError(f"{word.key}: may not be set; of Hydra's settings there are {allowed}")
    if "${" in word.typed and word.key not in FOLDERS:
        raise InputError(f"{word.key}: '${{...}}' is not allowed: write the value itself")
    if word.removes and not word.key.startswith(("formula.", "scenario.")):
        raise InputError(f"{word.typed}: cannot be left out; only keys of a formula or a scenario can")
    if word.key == LAUNCHER and not word.sweeps and word.text not in LAUNCHERS:
        raise InputError(f"{word.typed}: unknown choice; {nearest(word.text, LAUNCHERS)}")
    if word.key in FOLDERS and (word.sweeps or word.value is None or not word.text.strip() or "\0" in word.text):
        raise InputError(f"{word.typed}: name one folder")
