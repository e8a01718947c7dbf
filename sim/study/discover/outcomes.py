"""What came of every future under every formula: whether it breaks its budget or misses its goal, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray
from sim.inputs import InputError
from sim.results.headlines import LAST
from sim.results.results import Results
from sim.study.setup.settings import Discover

COLUMNS = (
    "entitlement", "appropriation", "state_cost", "state_cost_constant", "price_index", "membership",
)  # fmt: skip
ROUNDING = 1e-9
"""How far owed may lie above the appropriation by rounding alone, as a share."""


@dataclass(frozen=True)
class Outcome:
    """A formula in every future ``[P]``.

    ``over``: the worst year's owed dollars (or cost) above the budget, dollars of the base year, negative where it
    never reaches it. ``breaks`` the budget in some year. ``reached``: the goal's outcome per 100 members, mean of the
    last years. ``misses`` the goal. ``cost``: mean state cost a year, dollars of the base year.
    """

    over: Array
    breaks: BoolArray
    reached: Array
    misses: BoolArray
    cost: Array

    @property
    def holds(self) -> BoolArray:
        """Within budget and goal."""
        held: BoolArray = ~self.breaks & ~self.misses
        return held


@dataclass(frozen=True)
class Span:
    """The fiscal years that are judged: the budget in every one, the goal in the mean of those from ``goal_from``."""

    first: int
    last: int
    goal_from: int


def outcomes(
    results: Results, layout: Discover, formulas: Sequence[str], baseline: str, points: pd.DataFrame
) -> tuple[dict[str, Outcome], Span]:
    """The outcome of each formula, in the order of ``points``. Raises InputError if a run is missing or failed."""
    if len(results.failures):
        raise InputError(
            f"{results.folder}: {len(results.failures)} of {len(results.design)} runs failed, and every future is"
            " needed; see results/failures-*.parquet"
        )
    base_year = int(results.manifest.base_year)
    years = min(layout.years, int(results.manifest.horizon))
    span = Span(base_year + 1, base_year + years, base_year + years - min(LAST, years) + 1)
    state = results.read("state", ["run_id", "fiscal_year", *COLUMNS, layout.goal])
    state = state[state["fiscal_year"].between(span.first, span.last)].sort_values(["run_id", "fiscal_year"])
    found: dict[str, tuple[Array, Array, Array]] = {}
    for formula in formulas:
        runs = results.design[results.design["formula"] == formula].sort_values("point")
        rows = state[state["run_id"].isin(runs["run_id"])]
        table = {name: rows.set_index("run_id")[name] for name in rows if name != "run_id"}
        if len(runs) != len(points) or len(rows) != len(points) * years:
            raise InputError(f"{results.folder}: the runs of formula {formula} are not those of the futures")
        if not (runs["run_id"].to_numpy().repeat(years) == rows["run_id"].to_numpy()).all():
            raise InputError(f"{results.folder}: the runs of formula {formula} are not in the order of the futures")
        by_year = {str(name): column.to_numpy(dtype=np.float64).reshape(-1, years) for name, column in table.items()}
        found[formula] = judged(by_year, layout, span)
    level = found[baseline][1] if layout.level == "current_law" else np.full(len(points), float(layout.level))
    return {name: _outcome(over, reached, level, cost) for name, (over, reached, cost) in found.items()}, span


def judged(by_year: dict[str, Array], layout: Discover, span: Span) -> tuple[Array, Array, Array]:
    """From columns of the state table ``[P, years]``: the most above the budget, the goal's outcome per 100 members,
    and mean cost, each ``[P]``."""
    prices = by_year["price_index"]
    if layout.budget == "appropriation":
        slack = ROUNDING * by_year["appropriation"]
        over = (by_year["entitlement"] - by_year["appropriation"] - slack) / prices
    else:
        measured = by_year["entitlement"] if layout.of == "owed" else by_year["state_cost"]
        over = measured / prices - float(layout.budget)
    late = by_year["fiscal_year"][0] >= span.goal_from
    rate = 100.0 * by_year[layout.goal] / by_year["membership"]
    return over.max(axis=1), rate[:, late].mean(axis=1), by_year["state_cost_constant"].mean(axis=1)


def _outcome(over: Array, reached: Array, level: Array, cost: Array) -> Outcome:
    return Outcome(over, over > 0.0, reached, reached < level, cost)
