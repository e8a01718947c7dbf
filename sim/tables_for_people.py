"""CSV files that people open in a spreadsheet: one encoding, and no cell that a spreadsheet would run.

They are UTF-8 with a byte order mark, without which Excel reads ``Española`` as ``EspaÃ±ola``; pandas, R and others
read them as they are (``encoding="utf-8-sig"`` where a program asks). A text that a spreadsheet would take for a
formula stands behind an apostrophe, as a spreadsheet itself writes it; numbers stay numbers.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cells import NUMBER

if TYPE_CHECKING:
    import pandas as pd

ENCODING = "utf-8-sig"

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a text begins with that a spreadsheet takes for a formula, or for the beginning of another cell."""


def plain_cell(value: Any) -> Any:
    """A cell as it is written: a text that a spreadsheet would run behind an apostrophe, all else as it is."""
    if isinstance(value, str) and value.startswith(RUN_BY_SPREADSHEETS) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def table_text(table: "pd.DataFrame", digits: int | None = 10) -> str:
    """A table as CSV, one line for each row, numbers with so many significant ``digits``, or in full."""
    plain = table.rename(columns=plain_cell)
    for place, kind in enumerate(table.dtypes):
        if kind.kind not in "biuf":
            plain.isetitem(place, [plain_cell(value) for value in table.iloc[:, place]])
    shown = None if digits is None else f"%.{digits}g"
    text: str = plain.to_csv(index=False, float_format=shown, lineterminator="\n")
    return text


def write_table(table: "pd.DataFrame", path: Path, digits: int | None = 10) -> None:
    """Write a table for people, see ``table_text``."""
    path.write_text(table_text(table, digits), encoding=ENCODING, newline="\n")
