"""The stored posterior: draws that a calibration accepted, the default uncertainty of the parameters it fitted.

``posterior/<default state>.csv`` has a column for each fitted parameter and a row for each draw, all of equal weight;
``posterior/<default state>.json`` says where they come from. Both are written by ``study=calibrate``.
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
from sim.parameters.catalogue import FOLDER, Catalogue, load_catalogue
from sim.states.folder import DEFAULT

STORED = FOLDER / "posterior" / f"{DEFAULT.name}.csv"
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


@cache
def load_posterior() -> Posterior:
    """The bundled posterior. Raises InputError, one line, if it is missing or does not fit the bundled priors."""
    return read_posterior(STORED, load_catalogue())
