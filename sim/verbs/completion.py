"""What a shell offers while a person types: verbs and the names that go with them, and Hydra's answer for settings."""

import os
from collections.abc import Sequence
from pathlib import Path

from hydra.errors import HydraException

from sim.arguments import OUT
from sim.composition import loader
from sim.config_folder import config_folder, names_in
from sim.inputs import InputError
from sim.study.setup.reads import setting_paths
from sim.verbs.listing import LISTS
from sim.verbs.table import SHIPPED, VERBS


def complete(words: Sequence[str], own_folder: Path | None) -> None:
    """Print the script that sets completion up (``install=bash``), or what may stand next (``query=bash``).

    Raises InputError, one line, for another word.
    """
    asked = any(word.startswith("query=") for word in words)
    if asked:
        line = os.environ.get("COMP_LINE", "")
        if list(words[:1]) != ["query=fish"] and (known := offered(line)):
            print(" ".join(known))
            return
        os.environ["COMP_LINE"] = _settings_of(line)
    from hydra._internal.hydra import Hydra

    try:
        Hydra("cte-sim", loader(own_folder)).shell_completion("config", list(words))
    except ValueError as error:
        raise InputError("-sc: write -sc install=bash, install=zsh or install=fish") from error
    except (HydraException, InputError):
        if not asked:  # what is half typed need not fit together yet, and nothing may be said beside it
            raise


def _settings_of(line: str) -> str:
    """The line without verbs and names, which Hydra does not know."""
    program, *before = line.split() or [""]
    begun = before.pop() if before and not line[-1].isspace() else ""
    return " ".join([program, *(word for word in before if "=" in word or word.startswith("-")), begun])


def offered(line: str) -> list[str]:
    """The words that may stand where the line ends; none where it is the value of a setting that is typed.

    ``line`` is what has been typed, the program's name first.
    """
    before = line.split()[1:]
    begun = "" if not line or line[-1].isspace() else (before.pop() if before else "")
    if "=" in begun or begun.startswith(("-", "+", "~", "/", ".")):
        return []
    typed = [word for word in before if "=" not in word and not word.startswith("-")]
    settings = [f"{path}=" for path in (*setting_paths(), OUT)]
    known = [*_after(typed), *settings] if typed else [*VERBS, *settings]
    return [word for word in known if word.startswith(begun)]


def _after(typed: Sequence[str]) -> list[str]:
    """The names that may follow a verb."""
    verb = VERBS.get(typed[0])
    if verb is None:
        return []
    if verb.name in ("help", "list"):
        return ([*VERBS, "settings"] if verb.name == "help" else list(LISTS)) if len(typed) == 1 else []
    names = [name for slot in verb.slots if slot.group for name in names_in(config_folder(), slot.group)]
    return [*names, SHIPPED] if any(slot.setting == "study.formulas" for slot in verb.slots) else names
