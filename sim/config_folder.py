"""Where the configuration files lie."""

from pathlib import Path

from sim.inputs import InputError

_PACKAGE = Path(__file__).resolve().parent


def config_folder() -> Path:
    """The folder of the Hydra configs: ``conf/`` of the checkout, or the copy that an installed wheel carries.

    Raises InputError if there is neither.
    """
    for folder in (_PACKAGE / "conf", _PACKAGE.parent / "conf"):
        if (folder / "config.yaml").is_file():
            return folder
    raise InputError(f"{_PACKAGE}: the configuration files are missing; expected a folder 'conf' with config.yaml")
