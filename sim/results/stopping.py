"""Where a study stopped before the end of its design, because its results were precise enough."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sim.inputs import InputError
from sim.results.files import write_atomically

STOPPED_FILE = "stopped.json"


@dataclass(frozen=True)
class Stopped:
    """Runs of a design go by ``run_id`` = place x ``size`` + row; those with a row below ``rows`` are in the results.

    ``replicates`` is how many whole replicates these are.
    """

    size: int
    rows: int
    replicates: int

    def holds(self, run_id: int) -> bool:
        """Whether a run is in the results."""
        return run_id % self.size < self.rows


_STOPPED = TypeAdapter(Stopped)


def write_stopped(folder: Path, stopped: Stopped) -> None:
    """Write ``stopped.json``, whole or not at all."""
    write_atomically(folder / STOPPED_FILE, json.dumps(asdict(stopped)).encode())


def read_stopped(folder: Path) -> Stopped | None:
    """Where the study stopped, or None if it did not. Raises InputError if the file cannot be read."""
    path = folder / STOPPED_FILE
    if not path.is_file():
        return None
    try:
        return _STOPPED.validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(f"{path}: cannot be read; run the study again to write it anew") from error
