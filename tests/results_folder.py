"""Small made-up studies for the tests of the results folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.results.manifest import Manifest, new_manifest
from sim.results.records import ChunkRecord, Failure
from sim.results.schema import TABLES
from sim.results.store import start_or_resume, write_chunk

YEARS = np.arange(2026, 2029)
CONFIG = {"study": "compare", "formula": {"base": {"amount": 50_000}}, "run": {"workers": 2}}


def a_manifest(**changes: Any) -> Manifest:
    settings: dict[str, Any] = {
        "study": "compare",
        "config": CONFIG,
        "world_fingerprint": "w",
        "formulas": {"aligned": {"title": "Aligned", "source": "LESC 2025", "fingerprint": "f", "lines": {"base": {}}}},
        "baseline": "aligned",
        "base_year": 2026,
        "horizon": 2,
        "draws": 6,
        "seed": 0,
        "chunk_size": 2,
        "ignoring": ("run.workers",),
    }
    return new_manifest(**settings | changes)


def a_design(runs: int = 6) -> pd.DataFrame:
    return pd.DataFrame({"run_id": range(runs), "replicate": range(runs), "formula": "aligned", "gain": 0.5})


def small_study(folder: Path, runs: int) -> None:
    """An empty folder of a study of so many runs, two in a chunk."""
    start_or_resume(folder, a_manifest(draws=runs), a_design(runs))


def a_table(table: str, runs: list[int], item: str | None = None, items: tuple[str, ...] = ()) -> dict[str, Any]:
    """Columns of a table whose every number says its run, year and column."""
    count = max(len(items), 1)
    run = np.repeat(runs, len(YEARS) * count)
    year = np.tile(np.repeat(YEARS, count), len(runs))
    columns: dict[str, Any] = {"run_id": run, "fiscal_year": year}
    for number, column in enumerate(TABLES[table]):
        columns.setdefault(column.name, 1e6 * number + 100.0 * run + (year - 2026) / 7)
    if item:
        columns[item] = np.tile(np.array(items), len(runs) * len(YEARS))
    return columns


def write_runs(folder: Path, chunk: int, runs: list[int], failures: tuple[Failure, ...] = ()) -> ChunkRecord:
    tables = {"state": a_table("state", runs), "lines": a_table("lines", runs, "line", ("pilot", f"only_{chunk}"))}
    return write_chunk(folder, chunk, runs, tables, failures)


def finished_study(folder: Path) -> Path:
    """A finished study of six runs in three chunks."""
    start_or_resume(folder, a_manifest(), a_design())
    for chunk in range(3):
        write_runs(folder, chunk, [2 * chunk, 2 * chunk + 1])
    return folder
