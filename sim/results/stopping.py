"""Where a study stopped before the end of its design, because its results were precise enough."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sim.inputs import InputError
from sim.results.files import content_of, first_fault, is_there, write_atomically, writing
from sim.results.layout import Layout
from sim.results.manifest import Manifest

STOPPED_FILE = "stopped.json"

LEAST_REPLICATES = 30
"""Replicates below which a half-width is too uncertain itself to stop on."""

Count = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Stopped:
    """Runs of a design go by ``run_id`` = place x ``size`` + row; those with a row below ``rows`` are in the results.

    ``replicates`` is how many whole replicates these are.
    """

    size: Count
    rows: Count
    replicates: Count

    def holds(self, run_id: int) -> bool:
        """Whether a run is in the results."""
        return run_id % self.size < self.rows


_STOPPED = TypeAdapter(Stopped)


def write_stopped(folder: Path, stopped: Stopped) -> None:
    """Write ``stopped.json``, whole or not at all. Raises InputError if something else is in its place."""
    with writing(folder / STOPPED_FILE, "remove what is there and start the study again"):
        write_atomically(folder / STOPPED_FILE, json.dumps(asdict(stopped)).encode(), make_folder=False)


def asks_for_precision(manifest: Manifest) -> bool:
    """Whether the settings of a study let it stop early."""
    return bool(manifest.config.get("precision"))


def read_stopped(folder: Path, manifest: Manifest, layout: Layout) -> Stopped | None:
    """Where the study stopped; None if it did not, or if its settings do not let it.

    Raises InputError, one line, if there is a file that does not say where this design could have stopped.
    """
    path = folder / STOPPED_FILE
    if not asks_for_precision(manifest) or not is_there(path):
        return None
    try:
        stopped = _STOPPED.validate_json(content_of(path))
    except ValidationError as error:
        raise InputError(f"{path}: {first_fault(error)}; start the study again to write it anew") from error
    if fault := _fault(stopped, layout):
        raise InputError(f"{path}: {fault}; start the study again to write it anew")
    return stopped


def _fault(stopped: Stopped, layout: Layout) -> str | None:
    """Why a study of this layout cannot have stopped there: it stops after a chunk, at the whole replicates that are
    done by then."""
    if stopped.size != layout.rows:
        return f"size: {stopped.size:,}, but the design has {layout.rows:,} runs of each formula"
    if stopped.rows != stopped.replicates * layout.points or stopped.rows > layout.rows:
        return f"rows: {stopped.rows:,} are not {stopped.replicates:,} replicates of {layout.points:,} points"
    if stopped.replicates < LEAST_REPLICATES:
        return f"replicates: {stopped.replicates:,}, but no study stops before {LEAST_REPLICATES}"
    done = layout.rows_of(layout.chunks_up_to(stopped.rows) - 1).stop
    if done // layout.points != stopped.replicates:
        return f"replicates: {stopped.replicates:,}, but no chunk ends there"
    return None
