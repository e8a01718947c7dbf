"""What the shares are of: outcomes of every point by formula, in the order of the design, and differences of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError
from sim.results.headlines import HEADLINES, Headline, outcomes_by_run
from sim.study.designs.sweep import Sweep

if TYPE_CHECKING:
    from sim.results.results import Results


OUTCOMES: tuple[Headline, ...] = (
    *HEADLINES,
    Headline(
        "high_quality_share", "high_quality_share", "share", "High-quality\nshare", "Share of sites of high quality"
    ),
)
"""What shares are told of: the headline outcomes and the quality of what is offered."""

Table = Mapping[tuple[str, str], Array]
"""Outcomes by (formula, outcome), one number for each point of the design, in its order ``[P]``."""


@dataclass(frozen=True)
class Target:
    """A number whose variance is shared out: an outcome under a formula, its paired difference from the baseline, or
    how far one formula is ahead of another (``order``).

    ``values`` ``[P]``; ``reference`` is the baseline, or the formula that is not ahead.
    """

    kind: str
    formula: str
    outcome: str
    values: Array
    reference: str | None = None

    @property
    def varies(self) -> bool:
        """Whether it differs between points at all."""
        return bool(np.ptp(self.values) > 1e-12 * max(1.0, float(np.abs(self.values).max())))


def outcome_table(results: "Results", sweep: Sweep, draws: int) -> tuple[dict[tuple[str, str], Array], str]:
    """Outcomes of every point, mean over its replicates; and the fiscal years that they are means of.

    Joined by run: the order of the design is held against the points. Raises InputError if a run is missing or failed,
    because an index of incomplete points is wrong and does not look it.
    """
    design = results.design
    if len(results.failures):
        raise InputError(
            f"{results.folder}: {len(results.failures)} of {len(design)} runs failed, and shares need every run; see"
            " results/failures-*.parquet, hold the number that cannot be computed, and use another folder"
        )
    means, span = outcomes_by_run(results, [outcome.column for outcome in OUTCOMES])
    joined = design.merge(means, left_on="run_id", right_index=True, how="left", validate="one_to_one")
    found: dict[tuple[str, str], Array] = {}
    points = sweep.points.to_numpy(dtype=np.float64)
    for formula in dict.fromkeys(joined["formula"]):
        runs = joined[joined["formula"] == formula].sort_values(["point", "run_id"], kind="stable")
        counted = runs["point"].to_numpy().reshape(-1, draws) if len(runs) == len(points) * draws else None
        if counted is None or not (counted == np.arange(len(points))[:, np.newaxis]).all():
            raise InputError(f"{results.folder}: the points of formula {formula} are not those of the design")
        placed = runs[list(sweep.points.columns)].to_numpy(dtype=np.float64)[::draws]
        if not np.array_equal(placed, points):
            raise InputError(f"{results.folder}: the points of formula {formula} are not in the order of the design")
        for outcome in OUTCOMES:
            values = runs[outcome.column].to_numpy(dtype=np.float64).reshape(-1, draws)
            if not np.isfinite(values).all():
                raise InputError(f"{results.folder}: {outcome.column} of formula {formula} is missing in some runs")
            found[str(formula), outcome.name] = values.mean(axis=1)
    return found, span


def targets(table: Table, formulas: Sequence[str], baseline: str) -> list[Target]:
    """By outcome: its level under each formula, then the difference of each formula from the baseline."""
    found = []
    for outcome in OUTCOMES:
        for formula in formulas:
            found.append(Target("level", formula, outcome.name, table[formula, outcome.name]))
        for formula in formulas:
            if formula != baseline:
                change = table[formula, outcome.name] - table[baseline, outcome.name]
                found.append(Target("difference", formula, outcome.name, change, baseline))
    return found


def between(table: Table, formulas: Sequence[str], baseline: str) -> list[Target]:
    """How many more concentrators each formula but the baseline has taught than each later one: what an order hangs
    on."""
    judged = [formula for formula in formulas if formula != baseline]
    return [
        Target("order", one, OUTCOMES[0].name, table[one, OUTCOMES[0].name] - table[other, OUTCOMES[0].name], other)
        for place, one in enumerate(judged)
        for other in judged[place + 1 :]
    ]
