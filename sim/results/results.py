"""Opening a results folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.dataset as ds

from sim.inputs import InputError
from sim.results.contents import contents_of, refuse_strange
from sim.results.manifest import Manifest
from sim.results.records import ChunkRecord, shard_path
from sim.results.schema import TABLES
from sim.results.stopping import Stopped, read_stopped
from sim.results.store import read_design, read_study
from sim.results.tables import DAMAGE, arrow_schema, checked_format, read_shards


@dataclass(frozen=True)
class Results:
    """The results of a study. Tables are read when first asked for, sorted by run and year, keyed by ``run_id``.

    ``design`` has one row for each run.
    """

    folder: Path
    manifest: Manifest
    design: pd.DataFrame
    chunks: dict[int, ChunkRecord] = field(repr=False)
    stopped: Stopped | None = None
    """Where the study stopped early, if it did: ``design`` and tables hold the runs up to there."""

    @cached_property
    def state(self) -> pd.DataFrame:
        """Statewide outcomes: one row for each run and fiscal year."""
        return self.read("state")

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Funding lines: one row for each run, fiscal year and line."""
        return self.read("lines")

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """Career clusters: one row for each run, fiscal year and cluster."""
        return self.read("clusters")

    @cached_property
    def districts(self) -> pd.DataFrame:
        """Districts: one row for each run, stored fiscal year and district; no rows if the study did not store them."""
        return self.read("districts")

    @cached_property
    def district_programs(self) -> pd.DataFrame:
        """What districts run, kept with ``keep=[...,district_programs]``: one row for each run, stored fiscal year and
        district. Raises InputError if the study did not keep it."""
        return self.read("district_programs")

    @cached_property
    def references(self) -> pd.DataFrame:
        """Statewide outcomes of what ran beside the baseline to be compared with (``manifest.references``): one row for
        each run of the baseline and fiscal year, under that run's ``run_id``; no rows if nothing did."""
        return self.read("references")

    def keeps(self, table: str) -> bool:
        """Whether the study stored a table; static scores go with districts."""
        asked = "districts" if table == "static" else table
        return asked in self.manifest.config.get("keep", TABLES) or table in ("references", "failures")

    @cached_property
    def static(self) -> pd.DataFrame:
        """Static scores: one row for each run and district; no rows if the study did not store them."""
        return self.read("static")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Runs that failed, one row each; they have no rows in the other tables."""
        return self.read("failures")

    def read(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table, or some of its columns, in memory. Repeated words (lines, clusters, districts) are categories.

        Raises InputError if a shard is damaged.
        """
        self._must_be_kept(table)
        names = None if columns is None else list(columns)
        added = self.stopped is not None and names is not None and "run_id" not in names
        try:
            found = read_shards(
                self._shards(table), table, ["run_id", *names] if added and names is not None else names
            )
        except DAMAGE as error:
            raise InputError(
                f"{self.folder}: table '{table}' cannot be read: a shard is damaged; cte-sim status {self.folder} "
                "names it"
            ) from error
        frame: pd.DataFrame = found.to_pandas(split_blocks=True, self_destruct=True, use_threads=False)
        if self.stopped is not None:
            frame = frame[frame["run_id"] % self.stopped.size < self.stopped.rows].reset_index(drop=True)
        if added:
            frame = frame.drop(columns="run_id")
        keys = [key for key in ("run_id", "fiscal_year") if key in frame]
        if "run_id" in frame and np.any(np.diff(frame["run_id"].to_numpy()) < 0):
            frame = frame.sort_values(keys, kind="stable", ignore_index=True)
        return frame

    def _shards(self, table: str) -> list[Path]:
        records = (self.chunks[number] for number in sorted(self.chunks))
        return [shard_path(self.folder, table, record.chunk) for record in records if table in record.shards]

    def _must_be_kept(self, table: str) -> None:
        if table not in TABLES:
            raise ValueError(f"there is no table '{table}'; there are {', '.join(TABLES)}")
        if not self.keeps(table):
            kept = ",".join(self.manifest.config["keep"])
            raise InputError(
                f"{self.folder}: the table '{table}' was not kept; run the study with keep=[{kept},{table}]"
            )

    def scan(self, table: str) -> ds.Dataset:
        """A table as a lazy Arrow dataset: for results too large for memory, or to hand to Polars or DuckDB.

        Raises InputError if the study did not store it.
        """
        self._must_be_kept(table)
        paths = [str(path) for path in self._shards(table)]
        schema = arrow_schema(table)
        found = ds.dataset(paths, schema=schema, format=checked_format()) if paths else ds.dataset(schema.empty_table())
        if self.stopped is None:
            return found
        run, size = pc.field("run_id"), self.stopped.size
        return found.filter(run - (run / size) * size < self.stopped.rows)

    def with_design(self, table: pd.DataFrame, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """``table`` with the columns of the design (or those named) of each row's run, joined by ``run_id``."""
        design = self.design if columns is None else self.design[["run_id", *columns]]
        return table.merge(design, on="run_id", how="left", validate="many_to_one")


def open_results(path: Path | str, incomplete: bool = False) -> Results:
    """The results in the folder ``path``.

    Raises InputError if it is not a results folder, if runs of the design are missing (neither finished nor failed), or
    if it holds files that are none of the study's. ``incomplete=True`` opens what there is.
    """
    folder = Path(path)
    manifest, layout = read_study(folder)
    stopped = read_stopped(folder, manifest, layout)
    found = contents_of(folder, manifest, layout, checksums=False)
    refuse_strange(folder, found.strange)
    design = read_design(folder)
    rows = stopped.rows if stopped is not None else layout.rows
    if stopped is not None:
        design = design[design["run_id"] % layout.rows < rows].reset_index(drop=True)
    chunks = range(layout.chunks_up_to(rows))
    present = {chunk: record for chunk, record in found.finished.items() if chunk in chunks}
    missing = [chunk for chunk in chunks if chunk not in present]
    if missing and not incomplete:
        runs = np.concatenate([layout.runs_of(chunk) for chunk in missing])
        runs = runs[runs % layout.rows < rows]
        raise InputError(
            f"{folder}: {len(runs):,} of {len(design):,} runs are missing (the first is run {runs.min()}); start the "
            "study again with the same settings and folder to finish it, or open it with incomplete=True"
        )
    return Results(folder, manifest, design, present, stopped)
