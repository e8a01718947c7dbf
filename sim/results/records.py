"""The record that makes a chunk count: its runs, and each of its shards with size and checksum."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sim.inputs import InputError
from sim.results.environment import Environment
from sim.results.files import content_of, first_fault, is_regular
from sim.results.layout import Layout
from sim.results.manifest import Hash, Manifest
from sim.results.schema import TABLES
from sim.results.tables import DAMAGE, arrow_schema

SHARDS = "results"

Count = Annotated[int, Field(ge=0, le=2**53)]
_STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, config=_STRICT)
class Shard:
    """A shard as written: file name, rows, size in bytes, SHA-256."""

    file: Annotated[str, Field(min_length=1)]
    rows: Count
    size: Annotated[int, Field(ge=1, le=2**53)]
    checksum: Hash


@dataclass(frozen=True, config=_STRICT)
class Failure:
    """A run that failed: its row in the design, seed and parameters, what was being done, and why it failed."""

    run_id: int
    seed: int | str
    stage: str
    message: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, config=_STRICT)
class ChunkRecord:
    """What ``chunk-00000.json`` says: the runs with results, the runs that failed, the shards by table, and on what the
    chunk was computed."""

    chunk: Count
    run_ids: tuple[Count, ...]
    failed: tuple[Count, ...]
    shards: dict[str, Shard]
    environment: Environment


_RECORD = TypeAdapter(ChunkRecord)


def record_content(record: ChunkRecord) -> bytes:
    """A record as it is stored."""
    return _RECORD.dump_json(record)


def shard_path(folder: Path, table: str, chunk: int) -> Path:
    """Where a chunk's shard of a table lies."""
    return folder / SHARDS / f"{table}-{chunk:05d}.parquet"


def record_path(folder: Path, chunk: int) -> Path:
    """Where the record of a chunk lies."""
    return folder / SHARDS / f"chunk-{chunk:05d}.json"


def read_record(folder: Path, chunk: int, manifest: Manifest, layout: Layout) -> ChunkRecord:
    """The record of a chunk, held against the design.

    Raises ValueError, in some words, if it cannot be read or does not say what this chunk of this study would: its
    runs, each once, and a shard under its own name for every table that the study keeps.
    """
    try:
        record = _RECORD.validate_json(content_of(record_path(folder, chunk)))
    except InputError as error:
        raise ValueError(str(error).partition(".json: ")[2]) from error
    except ValidationError as error:
        raise ValueError(first_fault(error)) from error
    if record.chunk != chunk:
        raise ValueError(f"chunk: {record.chunk}")
    runs = np.array([*record.run_ids, *record.failed], dtype=np.int64)
    if not np.array_equal(np.sort(runs), layout.runs_of(chunk)):
        raise ValueError(
            f"run_ids, failed: are not the {layout.places * len(layout.rows_of(chunk)):,} runs of the chunk"
        )
    needed = _needed(record, manifest)
    for table in sorted(needed - record.shards.keys()):
        raise ValueError(f"shards.{table}: is missing")
    for table, shard in record.shards.items():
        if table not in TABLES or (table == "failures" and not record.failed):
            raise ValueError(f"shards.{table[:40]!r}: is no table of this chunk")
        if shard.file != shard_path(folder, table, chunk).name:
            raise ValueError(f"shards.{table}.file: {shard.file[:60]!r} is not the name of its shard")
    return record


def _needed(record: ChunkRecord, manifest: Manifest) -> set[str]:
    """The tables that a chunk must have: of its finished runs what is kept, of failed runs why they failed."""
    kept = manifest.tables if manifest.tables is not None else {"state"}
    return {*(kept if record.run_ids else ()), *(["failures"] if record.failed else [])}


def is_complete(path: Path, shard: Shard | None = None, *, checksum: bool = True) -> bool:
    """Whether a Parquet file is whole: its footer can be read and, where ``shard`` says what was written, its size, row
    count and (unless ``checksum`` is False) its bytes are those."""
    return _footer(path, shard, checksum=checksum) is not None


def _footer(path: Path, shard: Shard | None, *, checksum: bool) -> pa.Schema | None:
    """The columns of a Parquet file that is whole, as of `is_complete`; None if it is not."""
    try:
        if not is_regular(path) or (shard is not None and path.stat().st_size != shard.size):
            return None
        with path.open("rb") as file:
            found = pq.ParquetFile(file)
            rows, schema = found.metadata.num_rows, found.schema_arrow
        if shard is not None and (rows != shard.rows or (checksum and checksum_of(path) != shard.checksum)):
            return None
    except DAMAGE:
        return None
    return schema


def torn_shards(folder: Path, record: ChunkRecord, manifest: Manifest, *, checksums: bool) -> list[str]:
    """The shards of a chunk that are torn, gone or not what its record and its table say."""
    torn = []
    for table, shard in record.shards.items():
        columns = _footer(shard_path(folder, table, record.chunk), shard, checksum=checksums)
        rows = rows_needed(record, table, manifest)
        if columns is None or not columns.equals(arrow_schema(table)) or (rows is not None and rows != shard.rows):
            torn.append(shard.file)
    return torn


def rows_needed(record: ChunkRecord, table: str, manifest: Manifest) -> int | None:
    """How many rows a shard must have: of the state one for each run and year, of failures one for each failed run."""
    if table == "failures":
        return len(record.failed)
    return len(record.run_ids) * (manifest.horizon + 1) if table == "state" else None


def checksum_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
