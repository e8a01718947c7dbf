"""Points from a file: an explicit table, or parameter draws that a calibration accepted, with weights."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.arrays import Array
from sim.cells import is_number, looks_like_a_number, read_cells, refuse_unreadable, shown, why_no_number
from sim.inputs import InputError
from sim.streams import Stream, generator
from sim.study.designs.factors import FILE, Factor, Spec, named_factors, refuse_overlaps
from sim.study.designs.points import MOST_POINTS
from sim.study.setup.inputs import Inputs

WEIGHT = "weight"

MOST_BYTES = 1_000_000_000
"""The largest file of points that is read: ``MOST_POINTS`` rows of many columns."""

WORDS: dict[str, bool | None] = {"null": None, "true": True, "false": False}
"""Cells that are no text, as in YAML: something left out, yes and no."""


def read_points(path: Path) -> pd.DataFrame:
    """A CSV or Parquet file, no cell left out; its index are the numbers of its rows, see ``row_of``.

    Cells of a CSV are read as text and made into numbers one by one: what is no number stays a word. Raises InputError
    naming file, row and column.
    """
    if path.suffix == ".parquet":
        frame = _parquet(path)
    elif path.suffix == ".csv":
        frame = _csv(path)
    else:
        refuse_unreadable(path, MOST_BYTES)
        raise InputError(f"{path}: is not allowed: a file of points ends in .csv or .parquet")
    if not len(frame):
        raise InputError(f"{path}: holds no rows")
    if len(frame) > MOST_POINTS:
        raise InputError(f"{path}: holds {len(frame):,} rows; at most {MOST_POINTS:,}")
    if frame.columns.duplicated().any():
        raise InputError(f"{path}: column {frame.columns[frame.columns.duplicated()][0]}: stands twice")
    return frame


def _parquet(path: Path) -> pd.DataFrame:
    refuse_unreadable(path, MOST_BYTES)
    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas(ignore_metadata=True)
    except (ValueError, OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read: {' '.join(str(error).split())[:200]}") from error
    frame.columns = frame.columns.map(lambda name: str(name).strip())
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    for name in frame.columns:
        gaps = np.flatnonzero(frame[name].isna().to_numpy())
        if gaps.size:
            raise InputError(f"{row_of(path, int(gaps[0]) + 1)}, column {shown(name)}: is empty or not a number")
    return frame


def _csv(path: Path) -> pd.DataFrame:
    cells = read_cells(path, MOST_BYTES, MOST_POINTS)
    columns: dict[str, Any] = {}
    for place, name in enumerate(cells.header):
        texts = [row[place] for row in cells.rows]
        values = [_value(text) for text in texts]
        for number, text, value in zip(cells.numbers, texts, values, strict=True):
            if not text:
                why = "is empty; a value left out is written null"
            elif "." in name and isinstance(value, str) and looks_like_a_number(text):
                why = f"'{shown(text)}' is not allowed: {why_no_number(text)}"
            else:
                continue
            raise InputError(f"{row_of(path, number)}, column {shown(name)}: {why}")
        mixed = len({type(value) for value in values} - {int, float}) > 0
        columns[name] = pd.Series(values, index=cells.numbers, dtype=object if mixed else None)
    return pd.DataFrame(columns, index=list(cells.numbers))


def _value(text: str) -> int | float | bool | str | None:
    """The value of a cell: a number, a word, or what YAML's words mean."""
    if is_number(text):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    return WORDS.get(text.casefold(), text)


def row_of(path: Path, number: Hashable) -> str:
    """A row as a user finds it: as a spreadsheet counts in a CSV, from the first row in a Parquet file."""
    return f"{path}, row {number}"


def file_factors(
    frame: pd.DataFrame, path: Path, inputs: Inputs, listed: tuple[Factor, ...], held: list[str], parameters_only: bool
) -> tuple[tuple[Factor, ...], pd.DataFrame]:
    """The factors that a file's columns name: those ``listed`` in the settings, or every column with a dot in it.

    A parameter's column is ``group.name`` or ``parameters.group.name``. Columns without a dot (``weight``,
    ``distance``) are the file's own and vary nothing. Gives the factors, and
    the file with their columns under their names. Raises InputError for a listed factor without a column, a column
    that names nothing, or a value that a parameter may not have.
    """
    columns: dict[str, str] = {}
    for name in (str(name) for name in frame.columns if "." in str(name)):
        other = columns.setdefault(_path(name, inputs), name)
        if other != name:
            raise InputError(f"{path}: column {name}: is the factor of column {other}; keep one of the two")
    if listed:
        for factor in listed:
            if factor.path not in columns:
                raise InputError(f"{path}: column {factor.name}: is missing")
        factors = list(listed)
    else:
        factors = []
        for factor_path, name in columns.items():
            factors.extend(named_factors(factor_path, Spec("file"), inputs, f"{path}: column {name}", held))
        refuse_overlaps(factors, f"{path}: columns")
        if not factors:
            raise InputError(f"{path}: names no factor; a column is named by its path, as staffing.turnover")
    for factor in factors:
        if parameters_only and factor.root != "parameters":
            raise InputError(f"{path}: column {factor.name}: a posterior holds parameters; use design=table")
        for number, value in frame[columns[factor.path]].items():
            factor.check(value, f"{row_of(path, number)}, column {columns[factor.path]}")
    return tuple(factors), frame.rename(columns={columns[factor.path]: factor.name for factor in factors})


def _path(column: str, inputs: Inputs) -> str:
    return f"parameters.{column}" if column.split(".")[0] in inputs.catalogue.entries else column


def weights_of(frame: pd.DataFrame, path: Path) -> Array:
    """The weights of a posterior's draws, summing to 1; equal without a column. Raises InputError for bad ones."""
    if WEIGHT not in frame:
        return np.full(len(frame), 1.0 / len(frame))
    column: list[Any] = frame[WEIGHT].tolist()
    for number, value in zip(frame.index, column, strict=True):
        if value is None or isinstance(value, str | bool) or not 0.0 <= value < np.inf:
            raise InputError(f"{row_of(path, number)}, column {WEIGHT}: {value!r} is not allowed: a number from 0")
    total = float(sum(column))
    if total <= 0.0:
        raise InputError(f"{path}: column {WEIGHT}: sums to 0; at least one draw needs a weight")
    return np.array(column, dtype=np.float64) / total


def resampled(weights: Array, points: int, seed: int) -> Array:
    """Rows of a weighted sample, ``points`` of them: a row of weight w comes ``points`` x w times, give or take one.

    Systematic resampling: one uniform number places an even comb on the cumulative weights. Rows come in a random
    order, so that the first points are a sample too.
    """
    random = generator(seed, Stream.DESIGN_POINTS)
    comb = (random.random() + np.arange(points)) / points
    rows = np.searchsorted(np.cumsum(weights) / weights.sum(), comb, side="right")
    return random.permutation(np.minimum(rows, len(weights) - 1))


__all__ = ["FILE", "file_factors", "read_points", "resampled", "row_of", "weights_of"]
