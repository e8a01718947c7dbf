"""A file from which a person writes a bill."""

from pathlib import Path

from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.study.setup.asked import is_file

TEMPLATE = "new_bill.yaml"
"""In ``conf``: a bill with remarks, which prices as it stands."""


def write_new_bill(path: Path) -> str:
    """Write the template into a file that is not there yet; what to do next. Raises InputError, one line."""
    if not is_file(path.name):
        raise InputError(f"{path}: the file of a bill ends in .yaml; write cte-sim new {path}.yaml")
    text = (config_folder() / TEMPLATE).read_text(encoding="utf-8").replace("THIS_FILE.yaml", path.name)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"{path}: is there already and is left as it is; name another file") from error
    return f"Written to {path}. Change it in any editor, then: cte-sim price {path}"
