"""How the runs of a design are numbered and cut into chunks: which runs a chunk must hold."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Runs = npt.NDArray[np.int64]

DESIGN_KEYS: tuple[str, ...] = ("run_id", "formula", "scenario", "replicate", "point")
"""The columns of a design that say which run is which; the last two may be absent, and so may ``scenario``."""


@dataclass(frozen=True)
class Layout:
    """Every pair of scenario and formula runs each of ``rows`` rows, so that ``run_id`` = place of the pair x ``rows``
    + row, over ``places`` pairs. A row is one of ``points`` points with a replicate, replicate by replicate. A chunk
    carries out ``size`` rows, the last what is left."""

    places: int
    rows: int
    points: int
    size: int

    @property
    def runs(self) -> int:
        """The runs of the design."""
        return self.places * self.rows

    @property
    def chunks(self) -> int:
        """The chunks of the design."""
        return -(-self.rows // self.size)

    def rows_of(self, chunk: int) -> range:
        """The rows that a chunk carries out."""
        return range(chunk * self.size, min((chunk + 1) * self.size, self.rows))

    def runs_of(self, chunk: int) -> Runs:
        """The runs that a chunk carries out, in order."""
        rows = np.array(self.rows_of(chunk), dtype=np.int64)
        return (np.arange(self.places, dtype=np.int64)[:, np.newaxis] * self.rows + rows).reshape(-1)

    def chunks_up_to(self, rows: int) -> int:
        """How many chunks hold the first rows, so many of them."""
        return -(-rows // self.size)


def layout_of(design: "pd.DataFrame", draws: int, chunk_size: int) -> Layout:
    """The layout of a design of so many draws, of which ``DESIGN_KEYS`` are looked at.

    Raises ValueError, in some words, if a column is missing, if runs are not numbered as `Layout` says, or if draws and
    points do not give the rows.
    """
    missing = [name for name in ("run_id", "formula", "replicate") if name not in design]
    if missing:
        raise ValueError(f"column {missing[0]} is missing")
    runs = len(design)
    if runs == 0:
        raise ValueError("it has no runs")
    if not np.array_equal(design["run_id"].to_numpy(), np.arange(runs)):
        raise ValueError("column run_id: runs are not numbered from 0 on, one after the other")
    pairs = design[[name for name in ("scenario", "formula") if name in design]]
    places = len(pairs.drop_duplicates())
    rows = runs // places
    if runs % places:
        raise ValueError("its formulas and scenarios do not have equally many runs")
    blocks = pairs.ne(pairs.shift()).any(axis=1).to_numpy().nonzero()[0]
    if not np.array_equal(blocks, np.arange(places) * rows):
        raise ValueError("its runs do not go formula by formula")
    points = 1
    if "point" in design:
        points = int(design["point"].nunique())
        if not np.array_equal(design["point"].to_numpy(), np.tile(np.arange(rows) % points, places)):
            raise ValueError("column point: points do not follow each other replicate by replicate")
    if draws * points != rows:
        of_points = f" of {points:,} points" if "point" in design else ""
        raise ValueError(f"it has {rows:,} runs of each formula{of_points}, and not those of {draws:,} draws")
    return Layout(places, rows, points, chunk_size)
