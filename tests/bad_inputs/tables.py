"""Tables that are wrong, made from their schemas: every column's cells, every table's columns and rows, files, folders.

``cases`` gives each with a name that begins with what the answer must name: the file, and the row and column of a cell.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_origin

from annotated_types import Ge, Gt, Le
from bad_inputs import tables_together as together
from bad_inputs.table_writing import DISTRICTS, GOOD, Writer, rows_of, text_of, with_cell, without_column

from sim.world import load_world
from sim.world.reading import read_table
from sim.world.schema import HighSchoolRow, Row

Case = tuple[str, Callable[[], object]]

NO_NUMBERS = (
    "abc", "1,234", "1.234,5", "12%", "$5", "€5", "1_000", "90_000_000", "nan", "NaN", "inf", "-Infinity", "1e400",
    "--5", "0x10", "१२", "１２", "1 200", "1'200", "N/A", "n/a", "#REF!", "#DIV/0!", "*", "-", "<10", "5-9", "1;5",
    "=1+1", "TRUE", "1/2", "1:30", "9" * 60, "1e", "e5", "+", ".", "'5", "−5", "5 students", "2026-07-01", "null",
)  # fmt: skip
FIRST_NUMBERS = (
    "membership",
    "grade_9",
    "startup_cost_low",
    "probability",
    "value",
    "participants",
    "revenue",
    "sites",
)
"""Columns, one or two of each table, that meet all of these; the others some."""
NOT_WHOLE = ("1.5", "2.0001", "1e-3")
NO_WORDS = ("zzz", "0", "1.5", "true", "yes, no", "-", "N/A", "city;rural", "'")


def cells(write: Writer) -> Iterator[Case]:
    """Every column of every table with values that its type, its words or its bounds do not allow."""
    for model, text in GOOD.items():
        header = rows_of(text)[0]
        for name, field in model.model_fields.items():
            if name not in header:
                continue
            for value in _bad_values(field, name, everything=name in FIRST_NUMBERS):
                yield (
                    f"{model.table}, row 3, column {name}: {value!r}",
                    write.table(model, with_cell(text, 3, name, value)),
                )


def _bad_values(field: Any, name: str, everything: bool) -> Iterator[str]:
    if field.is_required():
        yield ""
        yield " \u00a0 "
    if get_origin(field.annotation) is Literal:
        yield from (word for word in NO_WORDS if word not in ("0", "1") or name != "credential_tier")
        return
    kinds = str(field.annotation)
    if "int" not in kinds and "float" not in kinds:
        return
    yield from NO_NUMBERS if everything else NO_NUMBERS[:: len(NO_NUMBERS) // 5]
    if "int" in kinds:
        yield from NOT_WHOLE
    for rule in field.metadata:
        if isinstance(rule, Ge):
            steps = (1.0 if "int" in kinds else 0.001, 99.0, 1e12)
            yield from {_text(float(rule.ge) - max(step, abs(float(rule.ge)) * 1e-9)): None for step in steps}
        elif isinstance(rule, Gt):
            yield from (_text(float(rule.gt)), _text(float(rule.gt) - 1))
        elif isinstance(rule, Le):
            yield from (_text(float(rule.le) * 1.01 + 1), "1e300", "1e18")


def _text(number: float) -> str:
    return f"{number:.17g}"


def columns(write: Writer) -> Iterator[Case]:
    """Columns that are missing, unknown, there twice or without a name."""
    for model, text in GOOD.items():
        table, header = rows_of(text), rows_of(text)[0]
        for name, field in model.model_fields.items():
            if name in header and field.is_required():
                yield f"{model.table}, row 1, column {name}: missing", write.table(model, without_column(text, name))
        wrong = {
            f"{header[0]}x": "misspelt", "Column 1": "of another kind", "": "nameless", "membership_2024": "of a year",
        }  # fmt: skip
        for name, what in wrong.items():
            extra = text_of([[*row, name if place == 0 else "1"] for place, row in enumerate(table)])
            where = name or str(len(header) + 1)
            yield f"{model.table}, row 1, column {where}: {what}", write.table(model, extra)
        for twice in (header[-1], header[-1].upper()):
            doubled = text_of([[*row, twice if place == 0 else row[-1]] for place, row in enumerate(table)])
            yield f"{model.table}, row 1, column {header[-1]}: twice as {twice}", write.table(model, doubled)


def rows(write: Writer) -> Iterator[Case]:
    """Rows twice, with too many cells, and after blank lines, which count."""
    for model, text in GOOD.items():
        table = rows_of(text)
        last = len(table) + 1
        yield (
            f"{model.table}, row {last}, column {model.key[-1]}: twice",
            write.table(model, text_of([*table, table[1]])),
        )
        louder = [cell.upper() if name in model.key else cell for name, cell in zip(table[0], table[1], strict=True)]
        same = write.table(model, text_of([*table, louder]))
        yield f"{model.table}, row {last}, column {model.key[-1]}: twice in capitals", same
        long = text_of([*table[:2], [*table[2], "7"], *table[3:]])
        yield f"{model.table}, row 3, column {len(table[0]) + 1}: too many cells", write.table(model, long)
        lines = text_of(table).splitlines()
        blank = "\n".join([lines[0], "", "", *lines[1:3], ",,", *lines[3:], lines[1]])
        yield f"{model.table}, row {last + 3}, column {model.key[-1]}: twice after blanks", write.table(model, blank)


def files(write: Writer) -> Iterator[Case]:
    """Files that are no tables, or none that anybody should wait for."""
    for model, text in GOOD.items():
        head = text.splitlines()[0]
        contents: dict[str, str | bytes] = {
            "empty": "",
            "a byte order mark alone": "\ufeff",
            "blank lines": "\n\n,,\n",
            "a blank first row": f"\n{text}",
            "a header alone": f"{head}\n",
            "semicolons": text_of([[";".join(row)] for row in rows_of(text)]).replace('"', ""),
            "tabs": text.replace(",", "\t"),
            "bars": text.replace(",", "|"),
            "a separator line": f"sep=;\n{text}",
            "an open quote": text.replace("\n", '\n"', 1),
            "another encoding": text.replace("o", "ó").encode("cp1252"),
            "UTF-16": text.encode("utf-16"),
            "a workbook": b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00",
            "a page": "<!DOCTYPE html><html><body>Moved</body></html>",
            "a cell without end": f'{head}\n"{"x" * 200_000}',
            "too many bytes": b"\n" * 20_000_001,
        }
        for what, content in contents.items():
            yield f"{model.table}: {what}", write.table(model, content)
        if model is HighSchoolRow:
            continue
        for what, put in _things(model.table).items():
            yield f"{model.table}: {what}", _thing(write, model, put)


def _things(name: str) -> dict[str, Callable[[Path], object]]:
    return {
        "a folder": lambda path: (path / name).mkdir(),
        "a named pipe": lambda path: os.mkfifo(path / name),
        "a device": lambda path: (path / name).symlink_to("/dev/zero"),
        "a link to nowhere": lambda path: (path / name).symlink_to(path / "nowhere"),
        "a link to itself": lambda path: (path / name).symlink_to(path / name),
    }


def _thing(write: Writer, model: type[Row], put: Callable[[Path], object]) -> Callable[[], object]:
    def call() -> object:
        path = write.new()
        put(path)
        return read_table(path / model.table, model)

    return call


def folders(write: Writer) -> Iterator[Case]:
    """Folders that are none, hold none, or hold what looks like a table and is not read."""

    def at(*parts: str) -> Callable[[], object]:
        return lambda: load_world(write.new().joinpath(*parts))

    def of_a_file() -> object:
        path = write.new() / "my_state.csv"
        path.write_text(DISTRICTS, encoding="utf-8")
        return load_world(path)

    yield "nowhere: no folder", at("nowhere")
    yield "case_: no table", at()
    yield "my_state.csv: a file", of_a_file
    yield ": a name that cannot be", at("a\0b")
    yield "cannot be read: a name that is too long", at("x" * 300)
    names = (
        "district.csv", "Districts.csv", "DISTRICTS.CSV", "high-schools.csv", "anchor.csv", "data.csv",
        "districts (1).csv",
        "districts.xlsx", "districts.txt", "districts.xls", "districts.ods", "districts.csv.txt", "districts.tsv",
        "districts.csv.gz", "Districts 2025.xlsx", "high schools.xlsx", "high_schools.numbers", "anchors.json",
        "pathways.parquet", "revenue.xlsx", "my_districts.xlsx", "district.xlsx", "priorities.yaml", "clusters.csv.bak",
        "regions.dta", "clusters.zip",
    )  # fmt: skip
    for name in names:
        yield f"{name}: is not read", write.beside(lambda path, name=name: (path / name).write_bytes(b"x,y\n1,2\n"))


MAKERS: tuple[Callable[[Writer], Iterator[Case]], ...] = (
    cells, columns, rows, files, folders,
    together.districts, together.schools, together.clusters, together.anchors, together.pathways, together.revenue,
    together.regions,
)  # fmt: skip


def cases(folder: Path) -> Iterator[Case]:
    """Each wrong input with its name, and a call that must raise InputError with one line. ``folder`` is theirs."""
    write = Writer(folder)
    for make in MAKERS:
        yield from make(write)
