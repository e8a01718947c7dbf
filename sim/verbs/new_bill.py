"""A file from which a person writes a bill, and the schema by which an editor helps with it."""

import json
from pathlib import Path

from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.study.setup.asked import is_file

TEMPLATE = "new_bill.yaml"
"""In ``conf``: a bill with remarks, which prices as it stands."""

SCHEMA = "bill.schema.json"
"""What the file of the schema is called; a bill that is written beside one names it in its first line."""


def write_new_bill(path: Path) -> str:
    """Write the template, or the schema for editors, into a file that is not there yet; what to do next.

    Raises InputError, one line."""
    if path.name == SCHEMA:
        from sim.report.generated_docs.bill_schema import bill_schema

        _write(path, json.dumps(bill_schema(), indent=2, ensure_ascii=False) + "\n")
        return f"Written to {path}. Bills that cte-sim new writes beside it name it, and editors then check them."
    if not is_file(path.name):
        raise InputError(f"{path}: the file of a bill ends in .yaml; write cte-sim new {path}.yaml")
    text = (config_folder() / TEMPLATE).read_text(encoding="utf-8").replace("THIS_FILE.yaml", path.name)
    if (path.parent / SCHEMA).is_file():
        text = f"# yaml-language-server: $schema={SCHEMA}\n{text}"
    _write(path, text)
    return f"Written to {path}. Change it in any editor, then: cte-sim price {path}"


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"{path}: is there already and is left as it is; name another file") from error
