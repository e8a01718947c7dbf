"""Cells of a user's table as text: reading a CSV file, cleaning words, and telling what is a plain number."""

import csv
import io
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from sim.inputs import InputError

MOST_BYTES = 20_000_000
"""The largest table that is read, unless the reader says otherwise: many times the districts of the whole country."""

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""A number as any spreadsheet and any program reads it: no separators, no currency, no percent sign, no underscore."""

LONGEST_NUMBER = 40
"""Characters of the longest number that is read; longer ones are slips."""

SHOWN = 60
"""Characters of a value that a message repeats."""

_MADE_OF_NUMBERS = re.compile(r"[+\-−(]?\s*[$€£]?\s*[+\-−]?\s*\d[\d.,_'’\s]*\s*[$€£%‰)]?\s*(?:[eE][+-]?\d+)?")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_ALIKE = str.maketrans({**dict.fromkeys("‘’ʼ`´′", "'"), **dict.fromkeys("“”″", '"'), **dict.fromkeys("‐‑‒–—―−", "-")})


@dataclass(frozen=True)
class Cells:
    """The cells of a file, cleaned. ``numbers`` are its rows as a spreadsheet shows them: the header is row 1, blank
    lines count. Every row has one cell for each column of the ``header``; rows without any are left out."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def read_cells(path: Path, most_bytes: int = MOST_BYTES, most_rows: int | None = None) -> Cells:
    """The cells of a CSV file, as text.

    Columns and rows without any text are left out at the end and in between. Raises InputError, one line: the file
    cannot be read (see ``refuse_unreadable``), is not UTF-8 or not comma-separated, is empty, has too many rows, has a
    column without a name or one twice, or a row with more cells than there are columns.
    """
    records = _records(path, most_bytes)
    if not any(any(cells) for _, cells in records):
        raise InputError(f"{path}: the file is empty; its first row must name the columns")
    header = records[0][1]
    if not any(header):
        raise InputError(f"{path}, row 1: the row is blank; the first row must name the columns")
    filled = [(number, cells) for number, cells in records[1:] if any(cells)]
    if most_rows is not None and len(filled) > most_rows:
        raise InputError(f"{path}: holds {len(filled):,} rows; at most {most_rows:,}")
    used = [place for place in range(len(header)) if header[place] or any(_at(cells, place) for _, cells in filled)]
    for number, cells in filled:
        extra = next((place for place in range(len(header), len(cells)) if cells[place]), None)
        if extra is not None:
            width = len(cells) - next(place for place, cell in enumerate(reversed(cells)) if cell)
            why = f"the row cannot be read: it has {width} cells and the header {len(header)} columns"
            raise InputError(
                f"{path}, row {number}, column {extra + 1}: value '{shown(cells[extra])}' is not allowed: {why}; "
                "allowed: commas inside quotes only"
            )
    for place in used:
        name = header[place]
        if not name:
            raise InputError(f"{path}, row 1, column {place + 1}: the column has values and no name; allowed: a name")
        if header.count(name) > 1:
            raise InputError(f"{path}, row 1, column {shown(name)}: the column is there twice; keep one")
    return Cells(
        path=path,
        header=tuple(header[place] for place in used),
        rows=tuple(tuple(_at(cells, place) for place in used) for _, cells in filled),
        numbers=tuple(number for number, _ in filled),
    )


def _at(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _records(path: Path, most_bytes: int) -> list[tuple[int, list[str]]]:
    refuse_unreadable(path, most_bytes)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read: it is not UTF-8 text; save it as CSV UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from error
    if rows and any(mark in cell for cell in rows[0] for mark in ";|\t"):
        raise InputError(
            f"{path}, row 1: the columns are separated by semicolons or tabs; allowed: commas, and points in numbers"
        )
    return [(number, [clean(cell) for cell in cells]) for number, cells in enumerate(rows, start=1)]


def refuse_unreadable(path: Path, most_bytes: int) -> None:
    """Refuse at once what is no ordinary file of a reasonable size. Raises InputError, one line, for a path that is not
    there, a folder, a named pipe, a device, and a file of more than ``most_bytes``."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"{path}: cannot be read: there is no such file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name"
        raise InputError(f"{path}: cannot be read: {reason}") from error
    if not stat.S_ISREG(found.st_mode):
        kind = next((words for is_kind, words in _KINDS if is_kind(found.st_mode)), "something else")
        raise InputError(f"{path}: cannot be read: it is {kind}; allowed: a file")
    if found.st_size > most_bytes:
        raise InputError(f"{path}: cannot be read: it has {found.st_size:,} bytes; allowed: up to {most_bytes:,}")


def clean(text: str) -> str:
    """A cell without what nobody sees: blanks around it, double and no-break spaces, line ends, control and direction
    marks; accents composed (Unicode NFC)."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(one for one in unicodedata.normalize("NFC", text) if one.isspace() or not _unseen(one))
    return " ".join(text.split())


def _unseen(one: str) -> bool:
    """Whether a character shows nothing: controls, and format marks but those that join letters in some scripts."""
    return unicodedata.category(one) in ("Cc", "Cf") and one not in "\u200c\u200d"


def alike(word: str) -> str:
    """What two spellings of one word share: capital letters, blanks, Unicode forms, and kinds of dashes and quotes
    make no difference."""
    if word.isascii():
        return " ".join(word.translate(_ALIKE).split()).casefold()
    folded = unicodedata.normalize("NFKC", clean(word).translate(_ALIKE)).casefold()
    seen = "".join(one for one in unicodedata.normalize("NFKC", folded) if unicodedata.category(one) != "Cf")
    return " ".join(seen.split())


def shown(value: object) -> str:
    """A value as a message repeats it: what cannot be seen is written out, and what is long is cut."""
    text = str(value)
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return "".join(
        one if one.isprintable() and not unicodedata.combining(one) else one.encode("unicode_escape").decode()
        for one in cut
    )


def is_number(text: str) -> bool:
    """Whether a cell is a plain, finite number."""
    return len(text) <= LONGEST_NUMBER and NUMBER.fullmatch(text) is not None and abs(float(text)) != float("inf")


def why_no_number(text: str) -> str:
    """What a cell that is due to be a plain number is instead."""
    if len(text) > LONGEST_NUMBER:
        return "it is too long for a number"
    if text.casefold().lstrip("+-") in ("nan", "inf", "infinity") or NUMBER.fullmatch(text):
        return "it is not a finite number"
    if "%" in text and is_number(text.replace("%", "").strip()):
        return f"it is a percentage (write {float(text.replace('%', '')) / 100.0:.6g})"
    if _MADE_OF_NUMBERS.fullmatch(text):
        return "it is not a plain number (write 1234.5, without separators)"
    return "it is not a number"


def looks_like_a_number(text: str) -> bool:
    """Whether a cell is a number to a person, plain or not: 1,234.5, $500, 15%."""
    return _MADE_OF_NUMBERS.fullmatch(text) is not None
