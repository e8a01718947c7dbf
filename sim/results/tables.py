"""Result tables in the columns, order and types of the schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.schema import SCHEMA_VERSION, TABLES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.dataset as ds

Columns: TypeAlias = "pd.DataFrame | Mapping[str, npt.ArrayLike | Sequence[Any] | pd.Categorical]"
"""A table by column: a data frame, or a mapping from column name to values of one length."""

DAMAGE: tuple[type[Exception], ...] = (
    OSError, pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowKeyError, pa.ArrowIndexError, pa.ArrowNotImplementedError,
    pa.ArrowSerializationError, pa.ArrowCapacityError,
)  # fmt: skip
"""What reading a damaged Parquet file raises; want of memory is none of it."""

SINGLE: tuple[str, ...] = ("clusters", "districts", "district_programs", "static")
"""Tables with numbers of single precision: seven digits."""

_WORDS = pa.dictionary(pa.int32(), pa.string())
_TYPES: dict[str, pa.DataType] = {
    "run_id": pa.int64(),
    "fiscal_year": pa.int32(),
    "line": _WORDS,
    "cluster": _WORDS,
    "district": _WORDS,
    "seed": pa.string(),
    "stage": pa.string(),
    "message": pa.string(),
    "parameters": pa.string(),
}


def checked_format() -> "ds.ParquetFileFormat":
    """Parquet whose pages are held against their checksums as they are read, so that no flipped bit becomes a
    number."""
    import pyarrow.dataset as ds  # it loads pandas, for which what begins a study does not wait

    scanned = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    return ds.ParquetFileFormat(default_fragment_scan_options=scanned)


def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table: numbers are float64, in the large tables of districts and clusters float32."""
    number = pa.float32() if table in SINGLE else pa.float64()
    fields = [pa.field(column.name, _TYPES.get(column.name, number), nullable=False) for column in TABLES[table]]
    return pa.schema(fields, metadata={"schema_version": str(SCHEMA_VERSION), "table": table})


def to_arrow(table: str, columns: Columns) -> pa.Table:
    """``columns`` as a table of the schema, its columns in the schema's order. NaN stays: a mean over nothing.

    Raises ValueError if there is no such table, if a column is missing or unknown, if lengths differ, if a value is
    missing (None) or if it does not fit the column's type.
    """
    if table not in TABLES:
        raise ValueError(f"there is no table '{table}'; there are {', '.join(TABLES)}")
    schema = arrow_schema(table)
    given = list(columns.keys())
    if missing := [name for name in schema.names if name not in given]:
        raise ValueError(f"table '{table}' lacks the columns {', '.join(missing)}")
    if unknown := [str(name) for name in given if name not in schema.names]:
        raise ValueError(f"table '{table}' has no columns {', '.join(unknown)}; see sim.results.schema")
    return pa.table([_column(table, field, columns[field.name]) for field in schema], schema=schema)


def _column(table: str, field: pa.Field, values: Any) -> pa.Array:
    import pandas as pd  # slow to import: what only names a table does not wait for it

    try:
        if isinstance(values, pd.Series):
            values = values.array if isinstance(values.dtype, pd.CategoricalDtype) else values.to_numpy()
        if not isinstance(values, pd.Categorical):
            values = np.asarray(values, dtype=object) if pa.types.is_string(field.type) else np.asarray(values)
        array = pa.array(values, from_pandas=False)
        if field.type == _WORDS and not pa.types.is_dictionary(array.type):
            array = array.cast(pa.string()).dictionary_encode()
        array = array.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise ValueError(f"table '{table}', column '{field.name}': {error}") from error
    if array.null_count:
        raise ValueError(f"table '{table}', column '{field.name}': {array.null_count} values are missing")
    return array


def by_year(table: pa.Table) -> pa.Table:
    """The rows of a table year by year, else in their order. What is alike in all runs of a year then lies together and
    takes less space, as the base year does under every formula."""
    if "fiscal_year" not in table.schema.names:
        return table
    years = table["fiscal_year"].to_numpy()
    if not np.any(np.diff(years) < 0):
        return table
    return table.take(pa.array(np.argsort(years, kind="stable")))


def written_as(schema: pa.Schema) -> dict[str, Any]:
    """How Parquet is to hold a table: numbers byte by byte, the first of all rows before the second, which compresses
    best; words and keys as numbers of a dictionary."""
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    return {
        "compression": "zstd",
        "compression_level": 9,
        "use_dictionary": [name for name in schema.names if name not in numbers],
        "use_byte_stream_split": numbers,
        "data_page_size": 1 << 24,
        "write_page_checksum": True,
    }


def read_shards(paths: Sequence[Path], table: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Some shards of a table, or some of its columns, one after the other; no rows if there are none.

    Pages are held against their checksums, and no threads are started, which would not do where memory is short. Raises
    one of ``DAMAGE`` if a shard is damaged.
    """
    names = list(columns) if columns is not None else arrow_schema(table).names
    parts = [arrow_schema(table).empty_table().select(names)]
    for path in paths:
        with path.open("rb") as file:
            source = pq.ParquetFile(file, page_checksum_verification=True)
            parts.append(source.read(names, use_threads=False).select(names))
    return pa.concat_tables(parts).unify_dictionaries()
