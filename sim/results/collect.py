"""Joining the shards of a finished study into one file for each table.

::

    results/collected/state.parquet     sorted by run and year; also lines, clusters, districts, failures
    results/collected/SHA256SUMS        their checksums: `sha256sum --check SHA256SUMS`

The bytes depend on the study alone: not on the number of workers, the order or size of chunks, the executor, the
shards, or on how often the study was stopped. So two people can compare one line of text.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.inputs import InputError
from sim.results.files import sync_folder, write_atomically
from sim.results.schema import TABLES
from sim.results.status import Status, numbers, read_status
from sim.results.store import SHARDS, ChunkRecord, read_design
from sim.results.tables import arrow_schema

COLLECTED = "collected"
CHECKSUMS = "SHA256SUMS"

_BLOCK_ROWS = 1_000_000
"""Rows that are sorted together in memory, about; each block becomes a row group."""

_MOST_BLOCKS = 400
"""Each block has a file of its own while shards are dealt out."""


@dataclass(frozen=True)
class Collected:
    """A joined table: its file, rows and SHA-256."""

    table: str
    path: Path
    rows: int
    checksum: str


def collect(folder: Path) -> list[Collected]:
    """Join every table that the study stored; replaces what was collected before.

    Takes the memory of about a million rows, whatever the size of the study. Raises InputError, naming what is missing,
    if the folder is not a results folder or its design is not complete.
    """
    status = read_status(folder)
    if not status.complete:
        raise InputError(_incomplete(status))
    records = status.finished
    runs = np.sort(read_design(folder)["run_id"].to_numpy())
    target = folder / SHARDS / COLLECTED
    target.mkdir(exist_ok=True)
    (target / CHECKSUMS).unlink(missing_ok=True)
    stored = [table for table in TABLES if any(table in record.shards for record in records.values())]
    for old in target.glob("*.parquet"):
        if old.stem not in stored:
            old.unlink()
    done = [_join(folder, table, records, runs, target) for table in stored]
    sums = "".join(f"{found.checksum}  {found.path.name}\n" for found in done)
    write_atomically(target / CHECKSUMS, sums.encode())
    return done


def _incomplete(status: Status) -> str:
    missing = status.runs - status.done - status.failed
    torn = [file for files in status.torn.values() for file in files]
    at_work = [writer.chunks for writer, alive in status.writers if alive]
    stopped = [writer.chunks for writer, alive in status.writers if not alive]
    return (
        f"{status.folder}: {missing:,} of {status.runs:,} runs are missing: chunks {numbers(status.pending)}"
        + (f"; torn: {', '.join(torn)}" if torn else "")
        + (f"; still at work: {', '.join(at_work)}" if at_work else "")
        + (f"; stopped: {', '.join(stopped)}" if stopped else "")
        + "; start the study again with the same settings and folder, then collect"
    )


def _join(folder: Path, table: str, records: dict[int, ChunkRecord], runs: np.ndarray, target: Path) -> Collected:
    shards = [records[chunk].shards[table] for chunk in sorted(records) if table in records[chunk].shards]
    paths = [folder / SHARDS / shard.file for shard in shards]
    rows = sum(shard.rows for shard in shards)
    # The blocks are cut by the design and the rows in all, so that they are the same however the chunks were cut.
    blocks = np.array_split(runs, max(min(-(-rows // _BLOCK_ROWS), len(runs), _MOST_BLOCKS), 1))
    path = target / f"{table}.parquet"
    schema = _plain(arrow_schema(table))
    with TemporaryDirectory(dir=target, prefix=".joining-") as scratch:
        whole = Path(scratch) / path.name
        with pq.ParquetWriter(whole, schema, compression="zstd") as writer:
            for block in _sorted_blocks(paths, blocks, schema, Path(scratch)):
                writer.write_table(block, row_group_size=max(block.num_rows, 1))
        whole.replace(path)
    sync_folder(target)
    with path.open("rb") as file:
        return Collected(table, path, rows, hashlib.file_digest(file, "sha256").hexdigest())


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema with words as text: the numbers of a dictionary depend on which shard came first."""
    fields = [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _sorted_blocks(
    paths: Sequence[Path], blocks: list[np.ndarray], schema: pa.Schema, scratch: Path
) -> Iterator[pa.Table]:
    """The rows of the shards by blocks of runs, each sorted by run and year."""
    if len(blocks) == 1:
        yield _sorted([pq.read_table(path, schema=None).cast(schema) for path in paths], schema)
        return
    # Each shard has rows of many blocks: they are first dealt out to one file for each block.
    starts = np.array([block[0] for block in blocks])
    files = [scratch / f"block-{number}.arrow" for number in range(len(blocks))]
    writers = [pa.ipc.new_stream(str(file), schema) for file in files]
    for path in paths:
        rows = pq.read_table(path).cast(schema)
        place = np.searchsorted(starts, rows["run_id"].to_numpy(), side="right") - 1
        for number in np.unique(place):
            writers[number].write_table(rows.filter(pa.array(place == number)))
    for writer in writers:
        writer.close()
    for file in files:
        with pa.ipc.open_stream(str(file)) as stream:
            yield _sorted([stream.read_all()], schema)
        file.unlink()


def _sorted(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    joined = pa.concat_tables(tables) if tables else schema.empty_table()
    keys = [name for name in ("run_id", "fiscal_year") if name in schema.names]
    # A run's rows of one year all come from one shard, in their order; the sort must leave them so.
    order = np.lexsort([joined[name].to_numpy() for name in reversed(keys)])
    return joined.take(pa.array(order)).combine_chunks()
