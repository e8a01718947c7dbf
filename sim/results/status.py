"""What a results folder holds: done, failed and pending runs, torn files, and who is or was at work on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.results.claims import Writer, writers
from sim.results.manifest import Manifest, read_manifest
from sim.results.store import ChunkRecord, examine_chunks, read_design
from sim.results.tables import read_shards


@dataclass(frozen=True)
class Status:
    """``pending``: chunks that are not finished; ``torn``: of these, the files that are damaged. ``failures`` has a row
    for each stage and message, with the number of runs and the first of them. ``writers``: starts that have not ended
    well, each with whether its process lives."""

    folder: Path
    manifest: Manifest
    runs: int
    done: int
    failed: int
    chunks: int
    pending: list[int]
    torn: dict[int, list[str]]
    finished: dict[int, ChunkRecord]
    failures: pd.DataFrame
    writers: list[tuple[Writer, bool]]

    @property
    def complete(self) -> bool:
        """Whether every run of the design is done or has failed."""
        return self.done + self.failed == self.runs


def read_status(folder: Path, *, checksums: bool = True) -> Status:
    """Look at a results folder; with ``checksums`` at every byte of it, else at sizes and footers.

    Raises InputError if it is not a results folder.
    """
    manifest, design = read_manifest(folder), read_design(folder)
    finished, torn = examine_chunks(folder, checksums=checksums)
    chunks = -(-_rows(manifest, design) // manifest.chunk_size)
    return Status(
        folder=folder,
        manifest=manifest,
        runs=len(design),
        done=sum(len(record.run_ids) for record in finished.values()),
        failed=sum(len(record.failed) for record in finished.values()),
        chunks=chunks,
        pending=[chunk for chunk in range(chunks) if chunk not in finished],
        torn=torn,
        finished=finished,
        failures=_failures(folder, [r.shards["failures"].file for r in finished.values() if r.failed], design),
        writers=writers(folder),
    )


def _rows(manifest: Manifest, design: pd.DataFrame) -> int:
    """What chunks are cut from: the runs that each pair of formula and scenario has."""
    if "scenario" not in design:
        return manifest.draws
    return len(design) // len(design[["formula", "scenario"]].drop_duplicates())


def _failures(folder: Path, files: list[str], design: pd.DataFrame) -> pd.DataFrame:
    rows = read_shards(folder / "results", files, "failures", ["run_id", "stage", "message"])
    reasons = rows.sort_values("run_id").groupby(["stage", "message"], as_index=False, sort=False)
    counted: pd.DataFrame = reasons.agg(runs=("run_id", "size"), run_id=("run_id", "first"))
    named = [name for name in ("run_id", "formula", "scenario", "replicate") if name in design]
    return counted.merge(design[named], on="run_id").sort_values("runs", ascending=False, ignore_index=True)


def numbers(values: Iterable[int]) -> str:
    """Whole numbers in words: '0 to 3, 7, 9 to 12'."""
    spans: list[list[int]] = []
    for value in sorted(values):
        if spans and value == spans[-1][1] + 1:
            spans[-1][1] = value
        else:
            spans.append([value, value])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in spans)


def status_text(status: Status) -> str:
    """The status in some lines for a reader."""
    manifest = status.manifest
    lines = [
        f"{status.folder}: study={manifest.study}, {len(manifest.formulas)} formulas, {manifest.draws:,} draws, "
        f"{manifest.horizon} years; begun {manifest.created}, version {manifest.code_version}",
        f"runs    {status.done:,} done, {status.failed:,} failed, "
        f"{status.runs - status.done - status.failed:,} pending, of {status.runs:,}",
        f"chunks  {status.chunks - len(status.pending):,} of {status.chunks:,} finished"
        + (f"; pending: {numbers(status.pending)}" if status.pending else ""),
    ]
    for chunk, files in sorted(status.torn.items()):
        lines.append(f"torn    {', '.join(files)}: chunk {chunk} will be run again")
    for row in status.failures.head(_SHOWN).itertuples():
        run = ", ".join(f"{name} {getattr(row, name)}" for name in ("formula", "replicate") if hasattr(row, name))
        lines.append(f"failed  {row.runs:,} runs at {row.stage}: {row.message} (the first is run {row.run_id}, {run})")
    if len(status.failures) > _SHOWN:
        lines.append(f"failed  and {len(status.failures) - _SHOWN} further reasons: results/failures-*.parquet")
    for writer, alive in status.writers:
        if alive:
            lines.append(f"at work {writer.chunks}: {writer.who}")
        else:
            end = writer.stopped or "ended without a word, as when it is killed"
            lines.append(f"stopped {writer.chunks}: {writer.who}: {end}")
    if status.complete:
        lines.append("All runs are there." if not status.failed else "All runs are there or have failed.")
    return "\n".join(lines)


_SHOWN = 10
