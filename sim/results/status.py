"""What a results folder holds: done, failed and pending runs, damaged files, and who is or was at work on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.inputs import InputError
from sim.results.claims import Writer, writers
from sim.results.contents import contents_of
from sim.results.environment import mixture
from sim.results.files import is_there
from sim.results.layout import DESIGN_KEYS, Layout
from sim.results.manifest import Manifest
from sim.results.records import ChunkRecord, shard_path
from sim.results.stopping import STOPPED_FILE, Stopped, asks_for_precision, read_stopped
from sim.results.store import read_design, read_study
from sim.results.tables import DAMAGE, read_shards


@dataclass(frozen=True)
class Status:
    """What counts are the runs of the design, or of those up to where the study ``stopped`` because it was precise
    enough: ``done``, ``failed``, of ``runs`` in ``chunks``.

    ``pending``: chunks that are not finished; ``torn``: of these, the files that are damaged. ``strange``: files that
    are none of the study's and would be read as such, each with why. ``failures`` has a row for each stage and message,
    with the number of runs and the first of them. ``writers``: starts that have not ended well, each with whether its
    process lives. ``notes``: what else is worth knowing, in sentences.
    """

    folder: Path
    manifest: Manifest
    layout: Layout
    stopped: Stopped | None
    runs: int
    done: int
    failed: int
    chunks: int
    pending: list[int]
    torn: dict[int, list[str]]
    strange: dict[str, str]
    finished: dict[int, ChunkRecord]
    failures: pd.DataFrame
    writers: list[tuple[Writer, bool]]
    notes: list[str]

    @property
    def complete(self) -> bool:
        """Whether every run that counts is done or has failed, and no file is in the way."""
        return not self.pending and not self.strange


def read_status(folder: Path, *, checksums: bool = True) -> Status:
    """Look at a results folder; with ``checksums`` at every byte of it, else at sizes and footers.

    Nothing is written, and nothing but the results needs to be readable. Raises InputError, one line, if it is not a
    results folder, or if its manifest or its design cannot be read.
    """
    manifest, layout = read_study(folder)
    stopped, notes = _stopped(folder, manifest, layout)
    rows = stopped.rows if stopped is not None else layout.rows
    chunks = layout.chunks_up_to(rows)
    found = contents_of(folder, manifest, layout, checksums=checksums)
    finished = {chunk: record for chunk, record in found.finished.items() if chunk < chunks}
    failures, unread = _failures(folder, finished, layout, rows)
    present, unseen = _writers(folder)
    mixed = mixture(record.environment for record in finished.values())
    return Status(
        folder=folder,
        manifest=manifest,
        layout=layout,
        stopped=stopped,
        runs=layout.places * rows,
        done=sum(run % layout.rows < rows for record in finished.values() for run in record.run_ids),
        failed=sum(run % layout.rows < rows for record in finished.values() for run in record.failed),
        chunks=chunks,
        pending=[chunk for chunk in range(chunks) if chunk not in finished],
        torn={chunk: files for chunk, files in found.torn.items() if chunk < chunks},
        strange=found.strange,
        finished=finished,
        failures=failures,
        writers=present,
        notes=[*notes, *unread, *unseen, *([mixed] if mixed else [])],
    )


def _stopped(folder: Path, manifest: Manifest, layout: Layout) -> tuple[Stopped | None, list[str]]:
    """Where the study stopped early, if it did; and why a file that says so is not believed."""
    try:
        stopped = read_stopped(folder, manifest, layout)
        if stopped is None and not asks_for_precision(manifest) and is_there(folder / STOPPED_FILE):
            return None, [f"{STOPPED_FILE} is not believed: the settings do not let the study stop early"]
    except InputError as error:
        return None, [f"{STOPPED_FILE} is not believed: {str(error).partition(f'{STOPPED_FILE}: ')[2]}"]
    return stopped, []


def _writers(folder: Path) -> tuple[list[tuple[Writer, bool]], list[str]]:
    """Who is or was at work, and what of that one may not see."""
    try:
        found, unread = writers(folder)
    except InputError as error:
        return [], [f"who is at work cannot be told: {error}"]
    return found, [f"who is at work cannot be told: {path}" for path in unread]


def _failures(
    folder: Path, finished: Mapping[int, ChunkRecord], layout: Layout, rows: int
) -> tuple[pd.DataFrame, list[str]]:
    """The reasons for which runs failed, each with its runs and the first of them; and why they cannot be told."""
    paths = [shard_path(folder, "failures", chunk) for chunk, record in finished.items() if record.failed]
    if not paths:
        return pd.DataFrame(), []
    try:
        told = read_shards(paths, "failures", ["run_id", "stage", "message"]).to_pandas()
        design = read_design(folder, DESIGN_KEYS)
    except DAMAGE:
        return pd.DataFrame(), ["why runs failed cannot be read: results/failures-*.parquet"]
    told = told[told["run_id"] % layout.rows < rows]
    reasons = told.sort_values("run_id").groupby(["stage", "message"], as_index=False, sort=False)
    counted: pd.DataFrame = reasons.agg(runs=("run_id", "size"), run_id=("run_id", "first"))
    counted = counted.merge(design, on="run_id").sort_values("runs", ascending=False, ignore_index=True)
    return counted, []


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
    manifest, stopped = status.manifest, status.stopped
    lines = [
        f"{status.folder}: study={manifest.study}, {len(manifest.formulas)} formulas, {manifest.draws:,} draws, "
        f"{manifest.horizon} years; begun {manifest.created}, version {manifest.code_version}",
        f"runs    {status.done:,} done, {status.failed:,} failed, "
        f"{status.runs - status.done - status.failed:,} pending, of {status.runs:,}",
        f"chunks  {status.chunks - len(status.pending):,} of {status.chunks:,} finished"
        + (f"; pending: {numbers(status.pending)}" if status.pending else ""),
    ]
    if stopped is not None:
        lines.append(
            f"enough  precise enough after {stopped.replicates:,} of {manifest.draws:,} draws: the other "
            f"{status.layout.runs - status.runs:,} runs are not needed"
        )
    for chunk, files in sorted(status.torn.items()):
        lines.append(f"torn    {', '.join(files)}: chunk {chunk} will be run again")
    lines += [f"strange {name}: {why}; remove it" for name, why in status.strange.items()]
    for row in status.failures.head(_SHOWN).itertuples():
        run = ", ".join(f"{name} {getattr(row, name)}" for name in ("formula", "replicate"))
        lines.append(f"failed  {row.runs:,} runs at {row.stage}: {row.message} (the first is run {row.run_id}, {run})")
    if len(status.failures) > _SHOWN:
        lines.append(f"failed  and {len(status.failures) - _SHOWN} further reasons: results/failures-*.parquet")
    for writer, alive in status.writers:
        if alive:
            lines.append(f"at work {writer.chunks}: {writer.who}")
        else:
            end = writer.stopped or "ended without a word, as when it is killed"
            lines.append(f"stopped {writer.chunks}: {writer.who}: {end}")
    lines += [f"note    {note}" for note in status.notes]
    if status.complete:
        lines.append("All runs are there." if not status.failed else "All runs are there or have failed.")
    return "\n".join(lines)


_SHOWN = 10
