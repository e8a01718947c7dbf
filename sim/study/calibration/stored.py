"""The stored waves of a calibration: parameters and statistics of every draw, beside the posterior that came of them.

``posterior.parquet`` has a row for each simulated draw; the column ``wave`` tells those of the priors, those
drawn later near what was likely, and those of the posterior apart. The provenance of the posterior holds its
fingerprint, so that what is checked against the waves is what the posterior was fitted to. Both are written by
``study=calibrate``.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import ndtr

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import Entry, Prior
from sim.parameters.posterior import REMEDY
from sim.parameters.priors import P90_OF_STANDARD_NORMAL
from sim.parameters.values import center
from sim.results.tables import DAMAGE
from sim.study.calibration.sequence import ENDS

FIRST, LAST = "prior", "posterior"
"""The waves that there always are: draws from the priors, and those of the posterior simulated anew."""

WAVE = "wave"
"""The column that tells them apart."""


@dataclass(frozen=True)
class Waves:
    """Every draw of a calibration: frames with a row a draw, ``replicate``, fitted parameters and statistics; ``later``
    are the waves between the first and the posterior, in their order."""

    prior: pd.DataFrame
    posterior: pd.DataFrame
    provenance: Mapping[str, Any]
    later: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def drawn(self) -> pd.DataFrame:
        """What the emulator is made from: the draws from the priors, then those of the later waves."""
        return pd.concat([self.prior, *self.later.values()], ignore_index=True)


def wave_content(waves: Mapping[str, pd.DataFrame]) -> bytes:
    """All waves as one Parquet file. Numbers are kept to seven digits, which makes it a third of their size."""
    joined = pd.concat(waves.values(), ignore_index=True).astype("float32")
    joined["replicate"] = np.concatenate([wave["replicate"] for wave in waves.values()]).astype(np.int32)
    joined.insert(0, WAVE, np.repeat(list(waves), [len(wave) for wave in waves.values()]))
    numbers = [name for name in joined if name not in (WAVE, "replicate")]
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_pandas(joined, preserve_index=False), sink, compression="zstd", compression_level=19,
        use_dictionary=[WAVE], use_byte_stream_split=numbers,
    )  # fmt: skip
    content: bytes = sink.getvalue().to_pybytes()
    return content


def fingerprint(content: bytes) -> str:
    """SHA-256 of the file."""
    return hashlib.sha256(content).hexdigest()


def read_waves(path: Path) -> Waves:
    """The waves beside a posterior of that ``path``, ``posterior.csv``. Raises InputError, one line, if they are
    missing, are not those that the posterior's provenance names, or lack the first or the last wave."""
    own = path.with_suffix(".parquet")
    try:
        provenance = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        content = own.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{own.name}: the waves of the calibration cannot be read ({error}); {REMEDY}") from error
    if not isinstance(provenance, dict) or provenance.get(WAVE) != fingerprint(content):
        raise InputError(f"{own.name}: holds other waves than those that the posterior was fitted to; {REMEDY}")
    try:
        frame: pd.DataFrame = pq.read_table(io.BytesIO(content)).to_pandas()
    except DAMAGE as error:
        raise InputError(f"{own.name}: the waves of the calibration cannot be read ({error}); {REMEDY}") from error
    if WAVE not in frame or not {FIRST, LAST} <= set(frame[WAVE]):
        raise InputError(f"{own.name}: does not hold the waves {FIRST} and {LAST}; {REMEDY}")
    waves = {
        str(name): frame[frame[WAVE] == name].drop(columns=WAVE).astype("float64").reset_index(drop=True)
        for name in frame[WAVE].unique()
    }
    return Waves(waves.pop(FIRST), waves.pop(LAST), provenance, waves)


def places(entries: Mapping[str, Entry], draws: pd.DataFrame) -> Array:
    """Where in their priors the draws of the fitted parameters stand, ``[N, P]``, strictly between 0 and 1."""
    columns = [
        probability(entry.prior, center(entry), draws[name].to_numpy(np.float64)) for name, entry in entries.items()
    ]
    return np.clip(np.column_stack(columns), *ENDS)


def probability(prior: Prior, center: float, value: Array) -> Array:
    """The mass of a prior below ``value``: the inverse of ``quantile``. Raises ValueError for a fixed parameter, which
    has no such place."""
    low, high = prior.low, prior.high
    if prior.distribution == "fixed" or low is None or high is None:
        raise ValueError("a parameter that is fixed has no place in a prior")
    if prior.distribution == "uniform":
        return (value - low) / (high - low)
    if prior.distribution == "triangular":
        width = high - low
        inside = np.clip(value, low, high)
        rising = (inside - low) ** 2 / (width * max(center - low, np.finfo(float).tiny))
        falling = 1.0 - (high - inside) ** 2 / (width * max(high - center, np.finfo(float).tiny))
        return np.where(inside < center, rising, falling)
    distance = np.log(value / center)
    scale = np.where(distance < 0, np.log(center / low), np.log(high / center))
    found: Array = ndtr(distance / scale * P90_OF_STANDARD_NORMAL)
    return found
