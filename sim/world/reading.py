"""Reading one table: cells as text, every row checked, one clear line when something is wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, NoReturn, TypeVar, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.cells import alike, is_number, read_cells, shown, why_no_number
from sim.inputs import InputError, nearest
from sim.world.schema import Row

RowType = TypeVar("RowType", bound=Row)

MOST_WORDS = 8
"""How many allowed words a message lists."""


@dataclass(frozen=True)
class Table(Generic[RowType]):
    """The checked rows of one file. ``numbers`` counts rows as a spreadsheet does: the header is row 1."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[RowType, ...]
    numbers: tuple[int, ...]

    def refuse(self, index: int, column: str, why: str, allowed: str) -> NoReturn:
        """Stop with one line about a cell of row ``index``."""
        value = getattr(self.rows[index], column)
        raise cell_error(self.path, self.numbers[index], column, "" if value is None else value, why, allowed)

    def lookup(self, index: int, column: str, known: Mapping[str, int], what: str) -> int:
        """What ``known`` holds for the word in ``column`` of row ``index``; stops if it is not there."""
        word = str(getattr(self.rows[index], column))
        if word not in known:
            self.refuse(index, column, f"it is not {what}", words(word, known))
        return known[word]

    def index(self, column: str) -> dict[str, int]:
        """The row of each value of ``column``."""
        return {getattr(row, column): position for position, row in enumerate(self.rows)}

    def respelled(self, column: str, spellings: Mapping[str, str]) -> "Table[RowType]":
        """The table with the words of ``column`` written as ``spellings`` has them, by what they have in common."""
        rows = tuple(
            row if spelling is None or spelling == word else row.model_copy(update={column: spelling})
            for row in self.rows
            for word in [str(getattr(row, column))]
            for spelling in [spellings.get(alike(word))]
        )
        return replace(self, rows=rows)


def spellings(found: Iterable[str]) -> dict[str, str]:
    """One spelling for each word, by what its spellings have in common: the most frequent; of those one with capital
    and small letters; of those the first of the alphabet. So the order of rows does not matter."""
    counts = Counter(word for word in found if word)
    chosen: dict[str, str] = {}
    for word in sorted(counts, key=lambda word: (-counts[word], word.isupper() or word.islower(), word)):
        chosen.setdefault(alike(word), word)
    return chosen


def words(word: str, allowed: Iterable[str]) -> str:
    """The allowed word nearest to ``word``, or all of them where they are few, to stand after 'allowed: '."""
    known = list(allowed)
    hint = nearest(word, known)
    return shown_hint(hint) if hint.startswith("did you mean") else _listed(known)


def _listed(allowed: list[str]) -> str:
    more = f" and {len(allowed) - MOST_WORDS} more" if len(allowed) > MOST_WORDS else ""
    return ", ".join(shown(one) for one in allowed[:MOST_WORDS]) + more


def shown_hint(hint: str) -> str:
    """A hint in which nothing is unseen."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in hint)


def cell_error(path: Path, row: int, column: str, value: object, why: str, allowed: str) -> InputError:
    """The one line about one cell."""
    text = shown(f"{value:.12g}" if isinstance(value, float) else value)
    return InputError(f"{path}, row {row}, column {column}: value '{text}' is not allowed: {why}; allowed: {allowed}")


def read_table(path: Path, model: type[RowType]) -> Table[RowType]:
    """All rows of a CSV file, checked against ``model``.

    A blank cell is a value left out. Words that are known, names of columns among them, are found whatever their
    capital letters. Raises InputError in one line: the file cannot be read or has no rows; a column is unknown, missing
    or there twice; a row has too many cells; a cell holds what its column does not allow; two rows share the table's
    key.
    """
    cells = read_cells(path, most_rows=model.most)
    header = _columns(path, cells.header, model)
    readers = [_reader(model.model_fields[name]) for name in header]
    rows: list[RowType] = []
    for number, texts in zip(cells.numbers, cells.rows, strict=True):
        values: dict[str, Any] = {}
        for name, text, reader in zip(header, texts, readers, strict=True):
            if not text:
                continue
            try:
                values[name] = reader(text)
            except ValueError as error:
                field = model.model_fields[name]
                raise cell_error(path, number, name, text, str(error), allowed_values(field)) from None
        try:
            rows.append(model.model_validate(values))
        except ValidationError as error:
            raise _row_error(path, number, model, error, dict(zip(header, texts, strict=True))) from None
    if not rows:
        raise InputError(f"{path}: no rows under the header; at least one is needed")
    table = Table(path=path, columns=header, rows=tuple(rows), numbers=cells.numbers)
    _check_unique(table, model)
    return table


def _columns(path: Path, header: tuple[str, ...], model: type[Row]) -> tuple[str, ...]:
    """The columns by their names in the model."""
    known = {alike(name): name for name in model.model_fields}
    for name in header:
        if alike(name) not in known:
            hint = nearest(name, model.model_fields)
            raise InputError(f"{path}, row 1, column {shown(name)}: unknown column; {hint}")
    names = tuple(known[alike(name)] for name in header)
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}, row 1, column {name}: the column is there twice; keep one")
    for name in needed(model):
        if name not in names:
            raise InputError(f"{path}, row 1, column {name}: the column is missing; needed: {_listed(needed(model))}")
    return names


def needed(model: type[Row]) -> list[str]:
    """The columns that a table cannot do without."""
    return [name for name, field in model.model_fields.items() if field.is_required()]


def _kinds(field: FieldInfo) -> list[Any]:
    return [kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind is not type(None)]


def _reader(field: FieldInfo) -> Callable[[str], Any]:
    """What makes a value of a column's cell; it raises ValueError with the reason why it cannot."""
    if get_origin(field.annotation) is Literal:
        known = {alike(word): word for word in get_args(field.annotation)}
        return lambda text: known.get(alike(text), text)
    kinds = _kinds(field)
    if int in kinds:
        return _whole_number
    return _number if float in kinds else str


def _number(text: str) -> float:
    if not is_number(text):
        raise ValueError(why_no_number(text))
    return float(text)


def _whole_number(text: str) -> int:
    number = _number(text)
    if number != int(number):
        raise ValueError("it is not a whole number")
    return int(number)


def _row_error(
    path: Path, number: int, model: type[Row], error: ValidationError, texts: Mapping[str, str]
) -> InputError:
    problem = error.errors(include_url=False)[0]
    if problem["type"] == "cell":
        cell = problem["ctx"]
        return cell_error(path, number, cell["column"], cell["value"], cell["why"], cell["allowed"])
    name = str(problem["loc"][0])
    allowed = allowed_values(model.model_fields[name])
    if problem["type"] == "missing":
        return cell_error(path, number, name, "", "the cell is blank", allowed)
    why = "it is out of range" if "number" in allowed else "it is not one of the words known here"
    return cell_error(path, number, name, texts.get(name, problem["input"]), why, allowed)


def allowed_values(field: FieldInfo) -> str:
    """What a column may hold, in words."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(str(word) for word in get_args(field.annotation))
    kinds = _kinds(field)
    if float in kinds or int in kinds:
        return f"{'a whole number' if int in kinds else 'a number'}{_bounds(field.metadata)}"
    return "a word" if any(isinstance(rule, MinLen) for rule in field.metadata) else "text"


def _bounds(metadata: Iterable[Any]) -> str:
    lower = upper = ""
    for rule in metadata:
        if isinstance(rule, Ge):
            lower = _bound(rule.ge)
        elif isinstance(rule, Gt):
            lower = f"above {_bound(rule.gt)}"
        elif isinstance(rule, Le):
            upper = _bound(rule.le)
    if lower and upper:
        return f" {lower}, up to {upper}" if lower.startswith("above") else f" from {lower} to {upper}"
    if lower:
        return f" {lower}" if lower.startswith("above") else f", {lower} or more"
    return f", {upper} or less" if upper else ""


def _bound(value: object) -> str:
    return f"{value:,.15g}" if isinstance(value, int | float) else str(value)


def _check_unique(table: Table[RowType], model: type[Row]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for position, row in enumerate(table.rows):
        key = tuple(str(getattr(row, name)) for name in model.key)
        same = tuple(alike(part) for part in key)
        if same in seen:
            first = seen[same]
            other = tuple(str(getattr(table.rows[first], name)) for name in model.key)
            written = "" if other == key else f" as '{shown(', '.join(part for part in other if part))}'"
            why = f"it is already in row {table.numbers[first]}{written}"
            if len(key) > 1:
                named = shown(", ".join(part for part in key if part))
                why = f"'{named}' is already in row {table.numbers[first]}{written}"
            table.refuse(position, model.key[-1], why, "each once")
        seen[same] = position
