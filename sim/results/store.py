"""The folder that a study writes: the design first, then one set of shards for each chunk of runs.

::

    manifest.json                   what was run
    design.parquet                  one row for each run
    results/state-00000.parquet     one shard for each table and chunk; also lines, clusters, districts, failures
    results/chunk-00000.json        written last: the chunk is finished

Every file appears whole or not at all, and a chunk counts only once its record lists its shards with their sizes and
checksums. A study that is killed loses the chunks in flight and nothing else.
"""

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from sim.inputs import InputError
from sim.results.files import remove_leftovers, write_atomically
from sim.results.manifest import MANIFEST_FILE, Manifest, check_same, read_manifest, write_manifest
from sim.results.schema import TABLES
from sim.results.tables import Columns, to_arrow

DESIGN_FILE = "design.parquet"
SHARDS = "results"


@dataclass(frozen=True)
class Shard:
    """A shard as written: file name, rows, size in bytes, SHA-256."""

    file: str
    rows: int
    size: int
    checksum: str


@dataclass(frozen=True)
class Failure:
    """A run that failed: its row in the design, seed and parameters, what was being done, and why it failed."""

    run_id: int
    seed: int | str
    stage: str
    message: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class ChunkRecord:
    """What ``chunk-00000.json`` says: the runs with results, the runs that failed, and the shards by table."""

    chunk: int
    run_ids: tuple[int, ...]
    failed: tuple[int, ...]
    shards: dict[str, Shard]


_RECORD = TypeAdapter(ChunkRecord)


def write_shard(path: Path, table: pa.Table) -> Shard:
    """Write a Parquet file, whole or not at all. Raises OSError if the disk is full."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    write_atomically(path, content)
    return Shard(path.name, table.num_rows, len(content), hashlib.sha256(content).hexdigest())


def is_complete(path: Path, shard: Shard | None = None, *, checksum: bool = True) -> bool:
    """Whether a Parquet file is whole: its footer can be read and, where ``shard`` says what was written, its size, row
    count and (unless ``checksum`` is False) its bytes are those."""
    try:
        if shard is not None and path.stat().st_size != shard.size:
            return False
        rows = pq.read_metadata(path).num_rows
        if shard is None:
            return True
        return rows == shard.rows and (not checksum or _checksum(path) == shard.checksum)
    except (OSError, pa.ArrowException):
        return False


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_design(folder: Path, design: pd.DataFrame) -> None:
    """Write ``design.parquet``: one row for each run, told apart by ``run_id``.

    Raises ValueError if ``run_id`` is missing, is not a whole number or repeats.
    """
    if "run_id" not in design or not pd.api.types.is_integer_dtype(design["run_id"]):
        raise ValueError("a design needs a column run_id of whole numbers")
    if design["run_id"].duplicated().any():
        raise ValueError("a design holds each run_id once")
    write_shard(folder / DESIGN_FILE, _design_table(design))


def _design_table(design: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(design, preserve_index=False)


def read_design(folder: Path) -> pd.DataFrame:
    """The design of a results folder. Raises InputError if it is missing or torn."""
    path = folder / DESIGN_FILE
    if not path.is_file():
        raise InputError(f"{folder}: is not a results folder: {DESIGN_FILE} is missing")
    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read; the file is torn") from error
    return frame


def write_chunk(
    folder: Path,
    chunk: int,
    run_ids: Sequence[int] | npt.NDArray[np.integer],
    tables: Mapping[str, Columns],
    failures: Sequence[Failure] = (),
) -> ChunkRecord:
    """Write the shards of a chunk, then the record that makes it count.

    ``run_ids`` are the runs with results; ``tables`` maps 'state', 'lines', 'clusters' or 'districts' to columns.
    Every run has rows in 'state'. Writing a chunk again replaces it.
    Raises ValueError if a table does not fit its schema, or if its runs are not those of the chunk.
    """
    finished, failed = [int(run) for run in run_ids], [failure.run_id for failure in failures]
    if len({*finished, *failed}) < len(finished) + len(failed):
        raise ValueError("a run of the chunk is named twice")
    ready = {name: to_arrow(name, columns) for name, columns in tables.items()}
    for name, table in ready.items():
        if strangers := _runs(table) - set(finished):
            raise ValueError(f"table '{name}' has rows of run {min(strangers)}, which is not in the chunk")
    if finished and ("state" not in ready or set(finished) - _runs(ready["state"])):
        raise ValueError("every run of the chunk needs rows in the table 'state'")
    if failures:
        ready["failures"] = to_arrow("failures", _failure_columns(failures))
    # The record comes off first, so that it never vouches for shards that are being replaced.
    record_path(folder, chunk).unlink(missing_ok=True)
    for name in TABLES.keys() - ready.keys():
        shard_path(folder, name, chunk).unlink(missing_ok=True)  # of an earlier try: readers take shards by their names
    shards = {name: write_shard(shard_path(folder, name, chunk), table) for name, table in ready.items()}
    record = ChunkRecord(chunk, tuple(finished), tuple(failed), shards)
    write_atomically(record_path(folder, chunk), json.dumps(asdict(record)).encode())
    return record


def _runs(table: pa.Table) -> set[int]:
    return set(pc.unique(table["run_id"]).to_pylist())


def _failure_columns(failures: Sequence[Failure]) -> dict[str, list[Any]]:
    return {
        "run_id": [failure.run_id for failure in failures],
        "seed": [str(failure.seed) for failure in failures],
        "stage": [failure.stage for failure in failures],
        "message": [failure.message for failure in failures],
        "parameters": [json.dumps(dict(failure.parameters), sort_keys=True, default=str) for failure in failures],
    }


def shard_path(folder: Path, table: str, chunk: int) -> Path:
    """Where a chunk's shard of a table lies."""
    return folder / SHARDS / f"{table}-{chunk:05d}.parquet"


def record_path(folder: Path, chunk: int) -> Path:
    """Where the record of a chunk lies."""
    return folder / SHARDS / f"chunk-{chunk:05d}.json"


def finished_chunks(
    folder: Path, *, checksums: bool = True, only: Container[int] | None = None
) -> dict[int, ChunkRecord]:
    """The chunks of a folder whose record and shards are all whole, by number; of those in ``only``, if given.

    A torn record or shard makes its chunk unfinished: it is to be run again. ``checksums=False`` trusts size, footer
    and row count, and reads no data.
    """
    return examine_chunks(folder, checksums=checksums, only=only)[0]


def examine_chunks(
    folder: Path, *, checksums: bool = True, only: Container[int] | None = None
) -> tuple[dict[int, ChunkRecord], dict[int, list[str]]]:
    """The finished chunks as of `finished_chunks`, and the files that are torn or gone of those that a record names."""
    found: dict[int, ChunkRecord] = {}
    torn: dict[int, list[str]] = {}
    for path in sorted((folder / SHARDS).glob("chunk-*.json")):
        number = _chunk_of(path)
        if number is None or (only is not None and number not in only):
            continue
        try:
            record = _RECORD.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            record = None
        if record is None or record.chunk != number:
            torn[number] = [path.name]
            continue
        shards = record.shards.values()
        broken = [s.file for s in shards if not is_complete(path.with_name(s.file), s, checksum=checksums)]
        if broken:
            torn[number] = broken
        else:
            found[number] = record
    return found, torn


def _chunk_of(path: Path) -> int | None:
    """The number of the chunk whose record would lie at ``path``."""
    digits = path.stem.removeprefix("chunk-")
    return int(digits) if digits.isdecimal() and path == record_path(path.parent.parent, int(digits)) else None


def start_or_resume(folder: Path, manifest: Manifest, design: pd.DataFrame) -> dict[int, ChunkRecord]:
    """Make ``folder`` ready for the chunks of a study; returns the chunks that an earlier start has finished.

    Raises InputError if the folder holds results of a different study.
    """
    begin(folder, manifest, design)
    return finished_chunks(folder)


def begin(folder: Path, manifest: Manifest, design: pd.DataFrame) -> None:
    """Write design and manifest into a new folder, or make sure that those in it are the same.

    Raises InputError if the folder holds results of a different study.
    """
    if (folder / MANIFEST_FILE).exists():
        check_same(read_manifest(folder), manifest, folder)
        if not _design_table(design).equals(_design_table(read_design(folder))):
            raise InputError(f"{folder}: holds a different design; choose another folder or remove this one")
        remove_leftovers(folder)
        remove_leftovers(folder / SHARDS)
        return
    if any((folder / SHARDS).glob("chunk-*.json")):
        raise InputError(f"{folder}: holds results but no {MANIFEST_FILE}; choose another folder or remove this one")
    write_design(folder, design)
    write_manifest(folder, manifest)
    (folder / SHARDS).mkdir(exist_ok=True)


def remove_unfinished(folder: Path, chunks: Container[int]) -> None:
    """Remove what killed writers left of these chunks under temporary names; only for who has claimed the chunks."""
    for leftover in (folder / SHARDS).glob(".*.tmp"):
        digits = leftover.name.partition("-")[2].partition(".")[0]
        if digits.isdecimal() and int(digits) in chunks:
            leftover.unlink(missing_ok=True)
