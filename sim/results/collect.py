"""Joining the shards of a finished study into one file for each table.

::

    results/collected/state.parquet     sorted by run and year; also lines, clusters, districts, failures
    results/collected/SHA256SUMS        their checksums: `sha256sum --check SHA256SUMS`

On one kind of processor and with one set of packages the bytes depend on the study alone: not on the number of workers,
the order or size of chunks, the executor, the shards, or on how often the study was stopped. So two people can compare
one line of text.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.inputs import InputError
from sim.results.contents import refuse_strange
from sim.results.files import sync_folder, write_atomically, writing
from sim.results.records import SHARDS, ChunkRecord, checksum_of, shard_path
from sim.results.schema import TABLES
from sim.results.status import Status, numbers, read_status
from sim.results.tables import arrow_schema, written_as

COLLECTED = "collected"
CHECKSUMS = "SHA256SUMS"

_BLOCK_ROWS = 1_000_000
"""Rows that are sorted together in memory, about; each block becomes a row group."""

_MOST_BLOCKS = 400
"""Each block has a file of its own while shards are dealt out."""

_SCRATCH = ".joining-"
_SCRATCH_SECONDS = 3600.0


@dataclass(frozen=True)
class Collected:
    """A joined table: its file, rows and SHA-256."""

    table: str
    path: Path
    rows: int
    checksum: str


def collect(folder: Path) -> list[Collected]:
    """Join every table that the study stored; replaces what was collected before.

    A study that stopped because it was precise enough gives the runs up to there, whatever else was under way. Takes
    the memory of about a million rows, whatever the size of the study. Raises InputError, naming what is missing, if
    the folder is not a results folder, its design is not complete, or it cannot be written; OSError on a full disk.
    """
    return collected(read_status(folder))


def collected(status: Status) -> list[Collected]:
    """Join the tables of a study whose status is known, as `collect` does."""
    folder, target = status.folder, status.folder / SHARDS / COLLECTED
    refuse_strange(folder, status.strange)
    if not status.complete:
        raise InputError(_incomplete(status))
    records = list(status.finished.values())
    stored = [table for table in TABLES if any(table in record.shards for record in records)]
    try:
        with writing(target, "collect in a copy of the folder that is yours"):
            target.mkdir(exist_ok=True)
            (target / CHECKSUMS).unlink(missing_ok=True)
            _remove_scratch(target)
            for old in target.glob("*.parquet"):
                if old.stem not in stored:
                    old.unlink()
            done = [_join(status, table, target) for table in stored]
            sums = "".join(f"{found.checksum}  {found.path.name}\n" for found in done)
            write_atomically(target / CHECKSUMS, sums.encode())
    except OSError as error:
        error.add_note("the runs are as they were; make space, then collect again")
        raise
    return done


def _incomplete(status: Status) -> str:
    missing = status.runs - status.done - status.failed
    torn = [file for files in status.torn.values() for file in files]
    at_work = [writer.chunks for writer, alive in status.writers if alive]
    stopped = [writer.chunks for writer, alive in status.writers if not alive]
    return (
        f"{status.folder}: {missing:,} of {status.runs:,} runs are missing: chunks {numbers(status.pending)}"
        + (f"; torn: {_some(torn)}" if torn else "")
        + (f"; still at work: {_some(at_work)}" if at_work else "")
        + (f"; stopped: {_some(stopped)}" if stopped else "")
        + "; start the study again with the same settings and folder, then collect"
    )


def _some(words: Sequence[str], most: int = 3) -> str:
    """The first of some words, and how many more there are; `status` names all."""
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _remove_scratch(target: Path) -> None:
    """Remove what a killed collection left, unless it may still be at work: it was touched within the hour."""
    for scratch in target.glob(f"{_SCRATCH}*"):
        if time.time() - scratch.stat().st_mtime > _SCRATCH_SECONDS:
            shutil.rmtree(scratch, ignore_errors=True)


def _join(status: Status, table: str, target: Path) -> Collected:
    parts = [_Part(status, record, table) for _, record in sorted(status.finished.items()) if table in record.shards]
    rows = sum(part.rows for part in parts)
    runs = np.arange(status.layout.runs)
    if status.stopped is not None:
        runs = runs[runs % status.layout.rows < status.stopped.rows]
    # The blocks are cut by the design and the rows in all, so that they are the same however the chunks were cut.
    blocks = np.array_split(runs, max(min(-(-rows // _BLOCK_ROWS), len(runs), _MOST_BLOCKS), 1))
    path = target / f"{table}.parquet"
    schema = _plain(arrow_schema(table))
    with TemporaryDirectory(dir=target, prefix=_SCRATCH) as scratch:
        whole = Path(scratch) / path.name
        with pq.ParquetWriter(whole, schema, **written_as(schema)) as writer:
            for block in _sorted_blocks(parts, blocks, schema, Path(scratch)):
                writer.write_table(block, row_group_size=max(block.num_rows, 1))
        whole.replace(path)
    sync_folder(target)
    return Collected(table, path, rows, checksum_of(path))


class _Part:
    """The rows of a chunk's shard that belong to the results: all, unless the study stopped within the chunk."""

    def __init__(self, status: Status, record: ChunkRecord, table: str) -> None:
        self.path = shard_path(status.folder, table, record.chunk)
        self.rows = record.shards[table].rows
        self.size, self.up_to = status.layout.rows, status.layout.rows
        stopped = status.stopped
        if stopped is not None and stopped.rows < status.layout.rows_of(record.chunk).stop:
            self.up_to = stopped.rows
            self.rows = int(np.count_nonzero(self._inside(pq.read_table(self.path, columns=["run_id"]))))

    def _inside(self, table: pa.Table) -> np.ndarray:
        inside: np.ndarray = table["run_id"].to_numpy() % self.size < self.up_to
        return inside

    def read(self, schema: pa.Schema) -> pa.Table:
        """The rows, with words as text."""
        table = pq.read_table(self.path, schema=None).cast(schema)
        return table if self.up_to == self.size else table.filter(pa.array(self._inside(table)))


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema with words as text: the numbers of a dictionary depend on which shard came first."""
    fields = [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _sorted_blocks(
    parts: Sequence[_Part], blocks: list[np.ndarray], schema: pa.Schema, scratch: Path
) -> Iterator[pa.Table]:
    """The rows of the shards by blocks of runs, each sorted by run and year."""
    if len(blocks) == 1:
        yield _sorted([part.read(schema) for part in parts], schema)
        return
    # Each shard has rows of many blocks: they are first dealt out to one file for each block.
    starts = np.array([block[0] for block in blocks])
    files = [scratch / f"block-{number}.arrow" for number in range(len(blocks))]
    writers = [pa.ipc.new_stream(str(file), schema) for file in files]
    for part in parts:
        rows = part.read(schema)
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
