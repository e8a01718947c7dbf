"""Where the configuration files lie, and which groups of them there are."""

from pathlib import Path

from sim.inputs import InputError

_PACKAGE = Path(__file__).resolve().parent

OWN_READERS: tuple[str, ...] = ("formula", "scenario")
"""Groups of which Hydra knows the names alone; their content never passes through it."""

DATA_GROUPS: tuple[str, ...] = (*OWN_READERS, "study", "world", "executor", "design")
"""Groups that may have files of the user's own."""

LAUNCHERS: tuple[str, ...] = ("basic", "submitit_local", "submitit_slurm", "slurm_shards")
"""What may carry the jobs of a multirun."""


def config_folder() -> Path:
    """The folder of the Hydra configs: ``conf/`` of the checkout, or the copy that an installed wheel carries.

    Raises InputError if there is neither.
    """
    for folder in (_PACKAGE / "conf", _PACKAGE.parent / "conf"):
        if (folder / "config.yaml").is_file():
            return folder
    raise InputError(f"{_PACKAGE}: the configuration files are missing; expected a folder 'conf' with config.yaml")


def names_in(folder: Path, group: str) -> list[str]:
    """The choices that a folder offers in a group, sorted."""
    place = folder / group
    return sorted(path.stem for path in place.iterdir() if path.suffix == ".yaml") if place.is_dir() else []
