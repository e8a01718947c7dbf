"""Simulating many draws in chunks, each a Parquet shard that a later start finds again."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.arrays import Array
from sim.results.store import SHARDS, is_complete, write_shard
from sim.study.calibration.statistics import Simulated, statistics_of
from sim.study.running.dispatch import carrier_for
from sim.study.setup.design import in_chunks
from sim.study.setup.executor_settings import ExecutorSettings


@dataclass(frozen=True)
class Chunk:
    """One unit of work: the draws to simulate and the shard to write."""

    path: Path
    work: Simulated


def carry_out_wave(
    folder: Path,
    wave: str,
    work: Simulated,
    columns: Mapping[str, Array],
    first_replicate: int,
    size: int,
    executor: ExecutorSettings,
    workers: int,
    progress: Callable[[int], None],
) -> pd.DataFrame:
    """Simulate a draw for each row of ``columns``, replicate after replicate, and give the statistics of all.

    Shards that are whole are not simulated again. ``progress`` is called with the draws done.
    """
    chunks = list(_chunks(folder, wave, work, columns, first_replicate, size))
    open_chunks = [chunk for chunk in chunks if not is_complete(chunk.path)]
    done = sum(len(chunk.work.replicates) for chunk in chunks) - sum(len(c.work.replicates) for c in open_chunks)
    progress(done)
    if open_chunks:
        with carrier_for(executor, workers, len(open_chunks)) as carrier:
            for future in as_completed([carrier.submit(run_chunk, chunk) for chunk in open_chunks]):
                done += future.result()
                progress(done)
    frames = [pq.read_table(chunk.path).to_pandas() for chunk in chunks]
    joined: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return joined


def run_chunk(chunk: Chunk) -> int:
    """Simulate a chunk and write its shard: replicate, fitted parameters, statistics. Gives its number of draws."""
    work = chunk.work
    columns = {"replicate": np.array(work.replicates), **work.columns, **statistics_of(work)}
    chunk.path.parent.mkdir(parents=True, exist_ok=True)
    write_shard(chunk.path, pa.table({name: np.asarray(column) for name, column in columns.items()}))
    return len(work.replicates)


def _chunks(
    folder: Path, wave: str, work: Simulated, columns: Mapping[str, Array], first_replicate: int, size: int
) -> Iterator[Chunk]:
    draws = len(next(iter(columns.values())))
    for number, rows in enumerate(in_chunks(draws, size)):
        own = {name: column[rows.start : rows.stop] for name, column in columns.items()}
        replicates = tuple(first_replicate + row for row in rows)
        yield Chunk(folder / SHARDS / f"{wave}-{number:05d}.parquet", replace(work, replicates=replicates, columns=own))
