"""How far the mean differences between formulas may still move: Monte Carlo error, and when it is small enough."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from scipy.special import stdtrit

from sim.arrays import Array
from sim.results.headlines import HEADLINES, headline_columns, headlines
from sim.results.records import ChunkRecord, shard_path
from sim.results.stopping import LEAST_REPLICATES, Stopped, write_stopped
from sim.study.running.plan import Plan
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Precision, Settings

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Margin:
    """The Monte Carlo error of one mean difference: ``mean``, its standard ``error`` and its 95% ``half_width`` over so
    many ``replicates``; NaN with fewer than two."""

    mean: float
    error: float
    half_width: float
    replicates: int


def margin(differences: Array) -> Margin:
    """The margin of the mean of paired differences, one for each replicate ``[n]``; NaN ones are left out."""
    defined = differences[~np.isnan(differences)]
    count = len(defined)
    if count == 0:
        return Margin(np.nan, np.nan, np.nan, 0)
    mean = float(defined.mean())
    if count < 2:
        return Margin(mean, np.nan, np.nan, count)
    error = float(defined.std(ddof=1)) / float(np.sqrt(count))
    return Margin(mean, error, float(stdtrit(count - 1, (1.0 + CONFIDENCE) / 2.0)) * error, count)


def by_replicate(values: Array, points: int) -> Array:
    """Means over the points of each whole replicate: ``[..., rows]`` to ``[..., replicates]``."""
    whole = values.shape[-1] // points
    kept = values[..., : whole * points].reshape(*values.shape[:-1], whole, points)
    means: Array = kept.mean(axis=-1)
    return means


class StoppingRule:
    """Watches chunks in their order and says when the wanted precision is reached.

    Chunks may finish in any order; each is looked at only when all before it are done, and only whole replicates count.
    So the same study stops at the same replicate, whatever the number of processes and however often it was stopped.
    """

    def __init__(self, wanted: Precision, plan: Plan, folder: Path, inputs: Inputs) -> None:
        self.wanted, self.plan, self.folder = wanted, plan, folder
        self.base_year = inputs.world.base_year
        names = [formula.name for formula in inputs.formulas]
        assert inputs.baseline is not None
        self.baseline = names.index(inputs.baseline)
        self.scenarios = len(inputs.scenarios)
        self.values: Array = np.full((self.scenarios, len(names), plan.rows), np.nan)
        self.waiting: dict[int, ChunkRecord] = {}
        self.next_chunk = 0
        self.rows = 0
        self.stopped: Stopped | None = None

    def saw(self, record: ChunkRecord) -> bool:
        """Take note of a finished chunk; True once the precision is reached."""
        self.waiting[record.chunk] = record
        while self.stopped is None and self.next_chunk in self.waiting:
            self._read(self.waiting.pop(self.next_chunk))
            before = self.rows // self.plan.points
            self.rows += len(self.plan.tasks[self.next_chunk].replicates)
            self.next_chunk += 1
            replicates = self.rows // self.plan.points
            if replicates >= LEAST_REPLICATES and replicates > before and self._enough(replicates):
                rows = replicates * self.plan.points
                self.stopped = Stopped(size=self.plan.rows, rows=rows, replicates=replicates)
                write_stopped(self.folder, self.stopped)
        return self.stopped is not None

    def _read(self, record: ChunkRecord) -> None:
        if not record.run_ids:
            return
        shard = shard_path(self.folder, "state", record.chunk)
        found = headlines(pq.read_table(shard, columns=headline_columns()).to_pandas(), self.base_year)
        runs = found.index.to_numpy()
        self.values.reshape(-1)[runs] = found[self.wanted.outcome].to_numpy()

    def _enough(self, replicates: int) -> bool:
        means = by_replicate(self.values[..., : replicates * self.plan.points], self.plan.points)
        for scenario in range(self.scenarios):
            reference = means[scenario, self.baseline]
            limit = self.wanted.half_width
            if limit is None:
                assert self.wanted.share is not None
                limit = self.wanted.share * abs(float(np.nanmean(reference)))
            for formula, reached in enumerate(means[scenario]):
                if formula != self.baseline and not margin(reached - reference).half_width <= limit:
                    return False
        return True


def stopping_rule(settings: Settings, inputs: Inputs, plan: Plan, folder: Path) -> StoppingRule | None:
    """The rule that a study's settings ask for, if any."""
    if settings.precision is None or inputs.baseline is None:
        return None
    return StoppingRule(settings.precision, plan, folder, inputs)


def margins(
    headline: pd.DataFrame, design: pd.DataFrame, baseline: str, scenario: str
) -> dict[tuple[str, str], Margin]:
    """Margins by formula and headline outcome, of the runs of one scenario in ``design``.

    A replicate counts for a formula when the formula and the baseline finished at all of its points.
    """
    runs = design[design["scenario"].astype(str) == scenario]
    keys = ["replicate", "point"] if "point" in runs else ["replicate"]
    joined = runs[["run_id", "formula", *keys]].merge(headline, left_on="run_id", right_index=True, how="left")
    found: dict[tuple[str, str], Margin] = {}
    for outcome in (headline.name for headline in HEADLINES):
        wide: Any = joined.pivot(index=keys, columns="formula", values=outcome)
        for formula in wide.columns:
            if formula != baseline:
                difference = wide[formula] - wide[baseline]
                if len(keys) > 1:
                    difference = difference.groupby(level="replicate").agg(lambda part: part.mean(skipna=False))
                found[str(formula), outcome] = margin(difference.to_numpy(dtype=np.float64))
    return found
