"""The stored posterior: draws that a calibration accepted, the default uncertainty of the parameters it fitted.

``calibration/posterior.csv`` of a state's folder has a column for each fitted parameter and a row for each draw, all of
equal weight; ``posterior.json`` beside it says where they come from. Both are written by ``study=calibrate``. A state
whose behavior is borrowed has the default state's.
"""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.states.folder import CALIBRATION, DEFAULT, POSTERIOR, calibration_folder

STORED = DEFAULT / CALIBRATION / POSTERIOR
"""The posterior of the default state."""

REMEDY = (
    "run cte-sim study=calibrate and store what it finds (docs/explanation/calibration.md), or set uncertainty=prior"
)


@dataclass(frozen=True)
class Posterior:
    """Draws ``[N]`` by 'group.name', a row across all columns being one draw, and their provenance."""

    columns: Mapping[str, Array]
    provenance: Mapping[str, Any]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(next(iter(self.columns.values())))


def priors_hash(catalogue: Catalogue, names: Sequence[str]) -> str:
    """SHA-256 of value and prior of these parameters: what a posterior of them was drawn from."""
    priors = {}
    for full_name in names:
        group, _, name = full_name.partition(".")
        entry = catalogue.entries.get(group, {}).get(name)
        priors[full_name] = None if entry is None else [entry.value, entry.prior.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(priors, sort_keys=True).encode()).hexdigest()


def read_posterior(path: Path, catalogue: Catalogue) -> Posterior:
    """A stored posterior that fits the catalogue. Raises InputError, one line, if it cannot be read or was drawn from
    other priors than those of the catalogue."""
    provenance_path = path.with_suffix(".json")
    if not path.is_file():
        raise InputError(f"{path}: is missing; behavior of this state is its own; {REMEDY}")
    try:
        provenance = json.loads(provenance_path.read_text(encoding="utf-8"))
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        table = np.array([[float(cell) for cell in row] for row in rows]).reshape(len(rows), len(header))
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name}: the posterior cannot be read ({error}); {REMEDY}") from error
    if not rows or not isinstance(provenance, dict):
        raise InputError(f"{path.name}: the posterior holds no draws or no provenance; {REMEDY}")
    if provenance.get("priors") != priors_hash(catalogue, header):
        raise InputError(f"{path.name}: the posterior was drawn from other priors than those of today; {REMEDY}")
    for place, full_name in enumerate(header):
        group, name = full_name.split(".")
        prior = catalogue.entries[group][name].prior
        low, high = prior.low, prior.high
        column = table[:, place]
        bounded = prior.distribution in ("uniform", "triangular") and low is not None and high is not None
        if not np.isfinite(column).all() or (bounded and not ((low <= column) & (column <= high)).all()):
            raise InputError(f"{path.name}: column {full_name}: leaves its prior, {low} to {high}; {REMEDY}")
    return Posterior({name: table[:, place] for place, name in enumerate(header)}, provenance)


def posterior_path(named: Path | str | None) -> Path:
    """The posterior that a state's behavior is drawn from, whether or not it is there. Raises InputError."""
    return calibration_folder(named) / POSTERIOR


def load_posterior(path: Path | None = None) -> Posterior:
    """A stored posterior, by default the bundled one. Raises InputError, one line, if it is missing or does not fit the
    bundled priors."""
    path = STORED if path is None else path
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@cache
def _read(path: Path, changed: int) -> Posterior:
    return read_posterior(path, load_catalogue())
