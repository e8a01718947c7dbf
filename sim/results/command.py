"""The command that began a study, by Hydra's record of it in the study's folder."""

import shlex
from pathlib import Path
from typing import Any

from sim.inputs import InputError, read_yaml
from sim.results.files import is_regular

_OF_A_START = ("hydra.mode=", "hydra.run.dir=", "hydra.sweep.dir=")


def command_of(folder: Path) -> str | None:
    """The command that continues the study in a folder; None if there is no record of it, or none that can be read."""
    one, many = folder / ".hydra" / "overrides.yaml", folder / "multirun.yaml"
    if is_regular(many):
        task, hydra = (_words(many, "hydra", "overrides", part) for part in ("task", "hydra"))
        words = None if task is None or hydra is None else ["-m", *task, *hydra]
        place = "sweep"
    elif is_regular(one):
        words, place = _words(one), "run"
    else:
        return None
    if words is None:
        return None
    kept = [word.removeprefix("++") for word in words if not word.startswith(_OF_A_START)]
    return shlex.join(["cte-sim", *kept, f"hydra.{place}.dir={folder}"])


def _words(path: Path, *keys: str) -> list[str] | None:
    """The list of words under some keys of a YAML file; None if the file is damaged or holds something else."""
    try:
        found: Any = read_yaml(path)
    except (InputError, ValueError, RecursionError):
        return None
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None
