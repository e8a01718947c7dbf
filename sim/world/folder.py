"""A folder of a user's tables: which it holds, and one line for what lies beside them and would not be read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from sim.cells import shown
from sim.inputs import InputError, nearest
from sim.states.folder import DEFAULT, STATE_FILE, is_whole, state_folder, unknown_state
from sim.world.reading import Table, read_table
from sim.world.schema import TABLES, Row

BUNDLED: Path = DEFAULT
"""The tables of the default state."""

OTHER_FORMATS = (
    ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".tsv", ".tab", ".txt", ".dat", ".gz", ".zip", ".json",
    ".parquet", ".feather", ".dta", ".sav", ".dbf", ".html", ".htm", ".xml", ".yaml", ".yml", ".bak", ".old",
)  # fmt: skip
"""Endings of files in which a table may have been saved by mistake."""

RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True)
class Folder:
    """The tables to read: the user's where there are any, else the bundled ones. Of a ``whole`` state, which has its
    own words and law, nothing bundled is taken for what it lacks."""

    path: Path
    own: frozenset[str]
    whole: bool = False

    def read(self, model: type[RowType]) -> Table[RowType]:
        """The rows of a table. Raises InputError, one line, as ``read_table`` does."""
        return read_table(self.file(model), model)

    def file(self, model: type[Row]) -> Path:
        """Where a table is read from."""
        return (self.path if self.has(model) else BUNDLED) / model.table

    def has(self, model: type[Row]) -> bool:
        """Whether the user has given this table."""
        return model.table in self.own


def open_folder(path: Path | None) -> Folder:
    """The tables in a folder of the user's, or the bundled ones without one.

    Raises InputError, one line, if there is no such folder, it holds no table, or it holds a file that its user takes
    for a table though it is not read: a CSV of another name, or a table in another format. Hidden files and those that
    a spreadsheet lays beside an open one are passed over.
    """
    named, path = path, state_folder(path)
    if named is None or path == BUNDLED:
        return Folder(BUNDLED, frozenset())
    names = [model.table for model in TABLES]
    allowed = f"a folder with any of {', '.join(names)}"
    try:
        if not path.is_dir():
            if len(path.parts) == 1 and not path.exists():
                raise unknown_state(str(path))
            what = "it is no folder" if path.exists() else "there is no such folder"
            raise InputError(f"{path}: {what}; allowed: {allowed}")
        files = sorted(file.name for file in path.iterdir() if not file.name.startswith((".", "~")))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no folder can have this name"
        raise InputError(f"{shown(path)}: cannot be read: {reason}") from error
    own = [name for name in files if name.casefold().endswith(".csv")]
    for name in own:
        if name not in names:
            raise InputError(f"{path / shown(name)}: unknown table; it is not read; {nearest(name, names)}")
    for name in files:
        table = _meant(name, names) if name != STATE_FILE and name.casefold().endswith(OTHER_FORMATS) else None
        if table is not None:
            raise InputError(f"{path / shown(name)}: is not read; save it as {table} (CSV UTF-8), or move it elsewhere")
    if not own:
        raise InputError(f"{path}: holds no table; allowed: any of {', '.join(names)}")
    return Folder(path, frozenset(own), is_whole(path))


def _meant(file: str, tables: Iterable[str]) -> str | None:
    """The table for which a file's name stands: 'Districts 2025.xlsx', 'high schools.ods', 'districts.csv.txt'."""
    said = re.sub(r"[^a-z]+", "_", file.casefold().split(".")[0]).strip("_")
    stems = {table.removesuffix(".csv"): table for table in tables}
    for stem, table in stems.items():
        if re.search(rf"(^|_){stem}(_|$)", said):
            return table
    close = get_close_matches(said, stems, n=1, cutoff=0.85)
    return stems[close[0]] if close else None
