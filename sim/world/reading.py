"""Reading one table: cells as text, every row checked, one clear line when something is wrong."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, NoReturn, TypeVar, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.inputs import InputError, nearest
from sim.world.schema import Row

RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True)
class Table(Generic[RowType]):
    """The checked rows of one file. ``numbers`` counts rows as a spreadsheet does: the header is row 1."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[RowType, ...]
    numbers: tuple[int, ...]

    def refuse(self, index: int, column: str, why: str, allowed: str) -> NoReturn:
        """Stop with one line about a cell of row ``index``."""
        raise cell_error(self.path, self.numbers[index], column, getattr(self.rows[index], column), why, allowed)

    def lookup(self, index: int, column: str, known: Mapping[str, int], what: str) -> int:
        """What ``known`` holds for the word in ``column`` of row ``index``; stops if it is not there."""
        word = str(getattr(self.rows[index], column))
        if word not in known:
            self.refuse(index, column, f"it is not {what}", nearest(word, known).removeprefix("allowed: "))
        return known[word]

    def index(self, column: str) -> dict[str, int]:
        """The row of each value of ``column``."""
        return {getattr(row, column): position for position, row in enumerate(self.rows)}


def cell_error(path: Path, row: int, column: str, value: object, why: str, allowed: str) -> InputError:
    """The one line about one cell."""
    shown = f"{value:.12g}" if isinstance(value, float) else value
    return InputError(f"{path}, row {row}, column {column}: value '{shown}' is not allowed: {why}; allowed: {allowed}")


def read_table(path: Path, model: type[RowType]) -> Table[RowType]:
    """All rows of a CSV file, checked against ``model``.

    A blank cell is a value left out. Raises InputError in one line: the file cannot be read or has no rows; a column
    is unknown, missing or there twice; a row has too many cells; a cell holds what its column does not allow; two
    rows share the table's key.
    """
    records = _records(path)
    if not records:
        raise InputError(f"{path}: the file is empty; its first row must name the columns")
    header = [name.strip() for name in records[0][1]]
    _check_header(path, header, model)
    rows: list[RowType] = []
    numbers: list[int] = []
    for number, cells in records[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            extra = cells[len(header)]
            why = f"the row has {len(cells)} cells and the header {len(header)} columns"
            raise cell_error(path, number, str(len(header) + 1), extra, why, "commas inside quotes only")
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        try:
            rows.append(model.model_validate(values))
        except ValidationError as error:
            raise _row_error(path, number, model, error) from None
        numbers.append(number)
    if not rows:
        raise InputError(f"{path}: no rows under the header; at least one is needed")
    table = Table(path=path, columns=tuple(header), rows=tuple(rows), numbers=tuple(numbers))
    _check_unique(table, model)
    return table


def _records(path: Path) -> list[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(enumerate(csv.reader(file, strict=True), start=1))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read: it is not UTF-8 text; save it as CSV UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from error


def _check_header(path: Path, header: list[str], model: type[Row]) -> None:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise InputError(f"{path}, row 1: the columns are separated by semicolons or tabs; allowed: commas")
    for name in header:
        if name not in model.model_fields:
            raise InputError(f"{path}, row 1, column {name}: unknown column; {nearest(name, model.model_fields)}")
        if header.count(name) > 1:
            raise InputError(f"{path}, row 1, column {name}: the column is there twice; keep one")
    for name, field in model.model_fields.items():
        if field.is_required() and name not in header:
            raise InputError(f"{path}, row 1, column {name}: the column is missing; needed: {', '.join(needed(model))}")


def needed(model: type[Row]) -> list[str]:
    """The columns that a table cannot do without."""
    return [name for name, field in model.model_fields.items() if field.is_required()]


def _row_error(path: Path, number: int, model: type[Row], error: ValidationError) -> InputError:
    problem = error.errors(include_url=False)[0]
    if problem["type"] == "cell":
        cell = problem["ctx"]
        return cell_error(path, number, cell["column"], cell["value"], cell["why"], cell["allowed"])
    name = str(problem["loc"][0])
    allowed = allowed_values(model.model_fields[name])
    if problem["type"] == "missing":
        return cell_error(path, number, name, "", "the cell is blank", allowed)
    value = problem["input"]
    return cell_error(path, number, name, value, _reason(value, allowed), allowed)


def _reason(value: Any, allowed: str) -> str:
    if "number" not in allowed:
        return "it is not one of the words known here"
    text = str(value)
    try:
        number = float(text)
    except ValueError:
        if text.replace(",", "").replace(".", "").isdigit():
            return "it is not a plain number (write 1234.5, without separators)"
        return "it is not a number"
    if number != number or number in (float("inf"), float("-inf")):
        return "it is not a finite number"
    if "whole" in allowed and number != int(number):
        return "it is not a whole number"
    return "it is out of range"


def allowed_values(field: FieldInfo) -> str:
    """What a column may hold, in words."""
    kinds = [kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind is not type(None)]
    if get_origin(field.annotation) is Literal:
        return ", ".join(str(word) for word in get_args(field.annotation))
    if float in kinds or int in kinds:
        return f"{'a whole number' if int in kinds else 'a number'}{_bounds(field.metadata)}"
    return "a word" if any(isinstance(rule, MinLen) for rule in field.metadata) else "text"


def _bounds(metadata: Iterable[Any]) -> str:
    lower = upper = ""
    for rule in metadata:
        if isinstance(rule, Ge):
            lower = f"{rule.ge:g}" if isinstance(rule.ge, (int, float)) else str(rule.ge)
        elif isinstance(rule, Gt):
            lower = "above " + (f"{rule.gt:g}" if isinstance(rule.gt, (int, float)) else str(rule.gt))
        elif isinstance(rule, Le):
            upper = f"{rule.le:g}" if isinstance(rule.le, (int, float)) else str(rule.le)
    if lower and upper:
        return f" {'' if lower.startswith('above') else 'from '}{lower} to {upper}"
    if lower:
        return f" {lower}" if lower.startswith("above") else f", {lower} or more"
    return f", {upper} or less" if upper else ""


def _check_unique(table: Table[RowType], model: type[Row]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for position, row in enumerate(table.rows):
        key = tuple(str(getattr(row, name)) for name in model.key)
        if key in seen:
            why = f"it is already in row {table.numbers[seen[key]]}"
            if len(key) > 1:
                why = f"'{', '.join(part for part in key if part)}' is already in row {table.numbers[seen[key]]}"
            table.refuse(position, model.key[-1], why, "each once")
        seen[key] = position
