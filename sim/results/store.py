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
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.inputs import InputError
from sim.results.contents import contents_of, refuse_strange
from sim.results.environment import this_environment
from sim.results.files import cannot, entries_in, is_regular, is_there, remove_leftovers, write_atomically
from sim.results.layout import DESIGN_KEYS, Layout, layout_of
from sim.results.manifest import MANIFEST_FILE, Manifest, check_same, read_manifest, write_manifest
from sim.results.records import (
    SHARDS,
    ChunkRecord,
    Failure,
    Shard,
    checksum_of,
    record_content,
    record_path,
    shard_path,
)
from sim.results.schema import TABLES
from sim.results.tables import DAMAGE, Columns, by_year, to_arrow, written_as

DESIGN_FILE = "design.parquet"


def write_shard(path: Path, table: pa.Table) -> Shard:
    """Write a Parquet file, whole or not at all. Its pages carry checksums, which readers can verify.

    Raises OSError if the disk is full or the folder is gone.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **written_as(table.schema))
    content = sink.getvalue().to_pybytes()
    write_atomically(path, content, make_folder=False)
    return Shard(path.name, table.num_rows, len(content), hashlib.sha256(content).hexdigest())


def write_design(folder: Path, design: pd.DataFrame) -> Shard:
    """Write ``design.parquet``: one row for each run, told apart by ``run_id``.

    Raises ValueError if ``run_id`` is missing, is not a whole number or repeats.
    """
    if "run_id" not in design or not pd.api.types.is_integer_dtype(design["run_id"]):
        raise ValueError("a design needs a column run_id of whole numbers")
    if design["run_id"].duplicated().any():
        raise ValueError("a design holds each run_id once")
    return write_shard(folder / DESIGN_FILE, _design_table(design))


def _design_table(design: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(design, preserve_index=False)


def read_design(folder: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The design of a results folder, or those of some columns that it has.

    Raises InputError, one line, if it is missing, torn or may not be read.
    """
    path = folder / DESIGN_FILE
    if not is_there(path):
        raise InputError(f"{folder}: is not a results folder: {DESIGN_FILE} is missing")
    if not is_regular(path):
        raise InputError(f"{path}: is not a file")
    try:
        with path.open("rb") as file:
            source = pq.ParquetFile(file, page_checksum_verification=True)
            names = source.schema_arrow.names
            wanted = names if columns is None else [name for name in columns if name in names]
            frame: pd.DataFrame = source.read(wanted).to_pandas()
    except PermissionError as error:
        raise cannot("read", path, error) from error
    except DAMAGE as error:
        raise InputError(f"{path}: cannot be read: the file is torn; start the study again to write it anew") from error
    return frame


def read_study(folder: Path) -> tuple[Manifest, Layout]:
    """The manifest of a results folder, and how its design is cut into chunks.

    Raises InputError, one line, if either cannot be read or they do not fit each other.
    """
    manifest = read_manifest(folder)
    design, path = read_design(folder, DESIGN_KEYS), folder / DESIGN_FILE
    if manifest.design_checksum is not None and checksum_of(path) != manifest.design_checksum:
        raise InputError(
            f"{path}: is not the design that {MANIFEST_FILE} tells of; start the study again to restore it"
        )
    return manifest, fitting_layout(manifest, design, folder)


def fitting_layout(manifest: Manifest, design: pd.DataFrame, folder: Path) -> Layout:
    """How a design is cut into chunks. Raises InputError, one line, if it is not that of the manifest."""
    try:
        layout = layout_of(design, manifest.draws, manifest.chunk_size)
    except ValueError as fault:
        raise InputError(f"{folder / DESIGN_FILE}: does not fit {MANIFEST_FILE}: {fault}") from fault
    if manifest.formulas and set(design["formula"].astype(str)) != set(manifest.formulas):
        raise InputError(f"{folder / DESIGN_FILE}: does not fit {MANIFEST_FILE}: its formulas are others")
    return layout


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
    ready = {name: by_year(to_arrow(name, columns)) for name, columns in tables.items()}
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
    record = ChunkRecord(chunk, tuple(finished), tuple(failed), shards, this_environment())
    write_atomically(record_path(folder, chunk), record_content(record), make_folder=False)
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


def start_or_resume(folder: Path, manifest: Manifest, design: pd.DataFrame) -> dict[int, ChunkRecord]:
    """Make ``folder`` ready for the chunks of a study; returns the chunks that an earlier start has finished.

    Raises InputError if the folder holds results of a different study.
    """
    begin(folder, manifest, design)
    return finished_chunks(folder)


def finished_chunks(
    folder: Path, *, checksums: bool = True, only: Container[int] | None = None
) -> dict[int, ChunkRecord]:
    """The chunks of a folder that count, by number; of those in ``only``, if given. See `contents_of`.

    Raises InputError if the folder cannot be read, or holds files that would be taken for results of the study.
    """
    manifest, layout = read_study(folder)
    found = contents_of(folder, manifest, layout, checksums=checksums, only=only)
    refuse_strange(folder, found.strange)
    return found.finished


def begin(folder: Path, manifest: Manifest, design: pd.DataFrame) -> None:
    """Write design and manifest into a new folder, or make sure that those in it are the same and whole.

    A design that is damaged is written anew. Raises InputError if the folder holds results of a different study.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not is_there(folder / MANIFEST_FILE):
        if any(name.startswith("chunk-") for name in entries_in(folder / SHARDS)):
            raise InputError(
                f"{folder}: holds results but no {MANIFEST_FILE}; choose another folder or remove this one"
            )
        written = manifest.model_copy(update={"design_checksum": write_design(folder, design).checksum})
        write_manifest(folder, written)
        (folder / SHARDS).mkdir(exist_ok=True)
        return
    stored = read_manifest(folder)
    check_same(stored, manifest, folder)
    try:
        there = _design_table(read_design(folder))
    except InputError:
        there = None
    if there is not None and not there.equals(_design_table(design)):
        raise InputError(f"{folder}: holds a different design; choose another folder or remove this one")
    if there is None or checksum_of(folder / DESIGN_FILE) != stored.design_checksum:
        stored = stored.model_copy(update={"design_checksum": write_design(folder, design).checksum})
        write_manifest(folder, stored)
    (folder / SHARDS).mkdir(exist_ok=True)
    remove_leftovers(folder)
    remove_leftovers(folder / SHARDS)


def remove_unfinished(folder: Path, chunks: Container[int]) -> None:
    """Remove what killed writers left of these chunks under temporary names; only for who has claimed the chunks."""
    for leftover in (folder / SHARDS).glob(".*.tmp"):
        digits = leftover.name.partition("-")[2].partition(".")[0]
        if digits.isdecimal() and int(digits) in chunks:
            leftover.unlink(missing_ok=True)
