"""Simulating many draws in chunks, each a Parquet shard that a later start finds again."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.arrays import Array
from sim.results.files import writing
from sim.results.records import SHARDS
from sim.results.store import write_shard
from sim.results.tables import DAMAGE
from sim.study.running.dispatch import carrier_for
from sim.study.running.stopping import FolderGoneError, StoppedError, is_gone
from sim.study.setup.design import in_chunks
from sim.study.setup.executor_settings import ExecutorSettings


class Work(Protocol):
    """What a worker needs to simulate draws; a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def replicates(self) -> tuple[int, ...]:
        """Whose luck each draw has."""
        ...

    @property
    def columns(self) -> Mapping[str, Array]:
        """Their parameters ``[R]`` by name."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the numbers that come of it."""
        ...

    def simulate(self) -> Mapping[str, Array]:
        """Those numbers, ``[R]`` by name, or ``[R, K]`` where there are several of a name."""
        ...


@dataclass(frozen=True)
class Chunk:
    """One unit of work: the draws to simulate and the shard to write."""

    path: Path
    work: Work


def carry_out_wave(
    folder: Path,
    wave: str,
    work: Work,
    columns: Mapping[str, Array],
    first_replicate: int,
    size: int,
    executor: ExecutorSettings,
    workers: int,
    progress: Callable[[int], None],
) -> pd.DataFrame:
    """Simulate a draw for each row of ``columns``, replicate after replicate, and give what comes of all.

    Shards that are whole, and of these draws, are not simulated again. ``progress`` is called with the draws done.
    Raises FolderGoneError if the folder is deleted or moved meanwhile.
    """
    chunks = list(_chunks(folder, wave, work, columns, first_replicate, size))
    with writing(folder, "choose another folder (out=...)"):
        (folder / SHARDS).mkdir(exist_ok=True)
    frames = {chunk.path: stored(chunk) for chunk in chunks}
    open_chunks = [chunk for chunk in chunks if frames[chunk.path] is None]
    done = sum(len(chunk.work.replicates) for chunk in chunks) - sum(len(c.work.replicates) for c in open_chunks)
    progress(done)
    if open_chunks:
        with carrier_for(executor, workers, len(open_chunks)) as carrier:
            for future in as_completed([carrier.submit(run_chunk, chunk) for chunk in open_chunks]):
                try:
                    done += future.result()
                except OSError as error:
                    if is_gone(folder):
                        raise FolderGoneError(folder) from error
                    raise
                progress(done)
    for chunk in open_chunks:
        frames[chunk.path] = stored(chunk)
    if damaged := [path for path, frame in frames.items() if frame is None]:
        raise StoppedError(f"{damaged[0]}: what was written cannot be read back; start the study again")
    joined: pd.DataFrame = pd.concat(list(frames.values()), ignore_index=True)
    return joined


def stored(chunk: Chunk) -> pd.DataFrame | None:
    """What the shard of a chunk holds; None if it is missing, damaged, or not of these draws."""
    work = chunk.work
    names = ["replicate", *work.columns, *work.outputs]
    try:
        with chunk.path.open("rb") as file:
            frame: pd.DataFrame = pq.read_table(file, page_checksum_verification=True).to_pandas()
    except DAMAGE:
        return None
    own = {"replicate": np.array(work.replicates), **work.columns}
    if list(frame.columns) != names or len(frame) != len(work.replicates):
        return None
    return frame if all(np.array_equal(frame[name], np.asarray(values)) for name, values in own.items()) else None


def run_chunk(chunk: Chunk) -> int:
    """Simulate a chunk and write its shard: replicate, parameters, what came of them. Gives its number of draws."""
    work = chunk.work
    columns = {"replicate": np.array(work.replicates), **work.columns, **work.simulate()}
    write_shard(chunk.path, pa.table({name: _stored_as(np.asarray(column)) for name, column in columns.items()}))
    return len(work.replicates)


def _stored_as(column: Array) -> Any:
    """A column of numbers ``[R]``, or of so many numbers a row, ``[R, K]``."""
    if column.ndim == 1:
        return column
    return pa.FixedSizeListArray.from_arrays(pa.array(column.ravel()), column.shape[1])


def _chunks(
    folder: Path, wave: str, work: Work, columns: Mapping[str, Array], first_replicate: int, size: int
) -> Iterator[Chunk]:
    draws = len(next(iter(columns.values())))
    for number, rows in enumerate(in_chunks(draws, size)):
        own = {name: column[rows.start : rows.stop] for name, column in columns.items()}
        replicates = tuple(first_replicate + row for row in rows)
        yield Chunk(folder / SHARDS / f"{wave}-{number:05d}.parquet", replace(work, replicates=replicates, columns=own))
