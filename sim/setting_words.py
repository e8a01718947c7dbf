"""The settings of a command line in Hydra's grammar, each looked at before anything is read."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.errors import HydraException

from sim.arguments import FOLDERS, LAUNCHER, SEE, open_key
from sim.config_folder import DATA_GROUPS, LAUNCHERS, config_folder, names_in
from sim.inputs import InputError, nearest


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
    return f"'{typed}' is not a setting; write setting=value; {SEE}"


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
        return f"{typed}: cannot be read: '{key}' is not a setting; write setting=value; {SEE}"
    return f"{typed}: cannot be read; look at its brackets, commas and quotes, and put text in quotes"


def _check(word: Word) -> None:
    if not word.key:
        raise InputError(f"{word.typed}: has no setting before '='; {SEE}")
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
