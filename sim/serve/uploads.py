"""What a client sends as a bill or as tables: plain text of known names and sizes, checked as the command line does.

No name from outside becomes a path, nothing is run, and no file but those just written is read.
"""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.inputs import InputError, nearest, shown
from sim.serve.bills import Bill, read_bill
from sim.serve.warm import Common, Warm
from sim.tables_for_people import RUN_BY_SPREADSHEETS, plain_cell
from sim.world.schema import TABLES

MOST_OF_A_BILL = 200_000
"""Bytes of a bill; the longest that is shipped has 6,000."""

MOST_OF_TABLES = 10_000_000
"""Bytes of all tables of a state together."""

TABLE_NAMES: tuple[str, ...] = tuple(model.table for model in TABLES)
"""Names that a table may have."""


def bill_name(said: object) -> str:
    """The name of a bill from that of a file: letters, digits and '_' alone. Raises InputError if none is left."""
    stem = re.split(r"[\\/]", str(said))[-1]
    found = re.sub(r"\W+", "_", re.sub(r"\.ya?ml$", "", stem, flags=re.IGNORECASE), flags=re.ASCII).strip("_")[:60]
    if not re.match(r"[A-Za-z]", found):
        raise InputError(f"{shown(str(said))}: is not allowed: call the file of a bill my_bill.yaml")
    return found


def text_in(content: Mapping[str, Any], name: str, most: int) -> str:
    """A text that was sent. Raises InputError if it is none or too long."""
    text = content.get(name)
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{name}: is missing: the text of a file")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: is not text") from error
    if size > most:
        raise InputError(f"{name}: is too large: at most {most / 1e6:g} MB are taken")
    return text


def taken_bill(content: Mapping[str, Any], folder: Path, key: str, warm: Warm) -> Bill:
    """A bill that was sent, as ``name`` and ``text``, written into ``folder`` and read. Raises InputError, one line."""
    name = bill_name(content.get("name", ""))
    text = text_in(content, "text", MOST_OF_A_BILL)
    place = Path(tempfile.mkdtemp(dir=folder, prefix="bill-"))
    path = place / f"{name}.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        return read_bill(key, str(path), warm.inputs, warm.settings)
    except InputError as error:
        path.unlink()
        place.rmdir()
        raise InputError(without_folder(str(error), place)) from error


def taken_tables(content: Mapping[str, Any], folder: Path, common: Common, under: Path | None = None) -> Warm:
    """Tables that were sent, as ``files``: a mapping of names to texts, written into a folder of their own and made
    ready. ``under``: the folder of the state that is served, if it is a whole one, whose other tables, law and words
    hold. Raises InputError, one line."""
    files = content.get("files")
    if not isinstance(files, Mapping) or not files:
        raise InputError("files: are missing: the tables of a state, as districts.csv")
    for name in files:
        if name not in TABLE_NAMES:
            raise InputError(f"{shown(str(name))}: unknown table; it is not read; {nearest(str(name), TABLE_NAMES)}")
    texts = {name: text_in(files, name, MOST_OF_TABLES) for name in TABLE_NAMES if name in files}
    place = Path(tempfile.mkdtemp(dir=folder, prefix="tables-"))
    if under is not None:
        shutil.copytree(under, place, dirs_exist_ok=True)
    for name, text in texts.items():
        (place / name).write_text(text, encoding="utf-8", newline="")
    try:
        found = Warm(common, str(place))
        for name, text in texts.items():
            refuse_formulas(name, text)
        found.warm_up()
        return found
    except InputError as error:
        shutil.rmtree(place)
        raise InputError(without_folder(str(error), place)) from error


def refuse_formulas(name: str, text: str) -> None:
    """Refuse a table with a cell that a spreadsheet would run, as it may come back in a table that is given out.
    Raises InputError, one line."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    for number, row in enumerate(rows, 1):
        for place, written in enumerate(row):
            cell = written.strip()
            if plain_cell(cell) != cell:
                column = rows[0][place].strip() if place < len(rows[0]) else str(place + 1)
                raise InputError(
                    f"{name}, row {number}, column {shown(column, quotes=False)}: value {shown(cell)} is not allowed: a"
                    f" spreadsheet would run it; allowed: text that begins with none of "
                    f"{' '.join(RUN_BY_SPREADSHEETS[:4])}"
                )


def without_folder(line: str, folder: Path) -> str:
    """A refusal in which files are called as they were sent."""
    return line.replace(f"{folder}/", "").replace(f"{folder}\\", "").replace(str(folder), "the tables")
