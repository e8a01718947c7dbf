"""The ladder of a state's reserve funds: which rung is empty when, and what a shortfall of CTE could have of it.

Reserves answer for the whole general fund. When its revenue falls short of the recurring budget, the gap is drawn from
the rungs in their order; a shortfall of CTE claims what is left, of most rungs no more than CTE's share of general-fund
spending. Nothing is put back: a later good year refills no rung here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.arrays import Array, IntArray
from sim.inputs import InputError, Source, mistakes, read_with_lines, shown
from sim.states.folder import whole_folder

OWN = "own"
"""The word for the ladder that stands in the state's own folder."""

RESERVE_FILE = "reserve_funds.yaml"
"""The file of that ladder."""

Money = Annotated[float, Field(ge=0.0, le=1e13, allow_inf_nan=False)]


class Rung(BaseModel):
    """A fund. ``dollars``: what it holds at the start; None with ``yearly``: ``part`` of what each year's revenue
    leaves over the recurring budget. ``access``: how easily it is reached, as Utah's stress tests rank contingencies.
    ``claim``: what a shortfall of CTE may have of it: ``all``, no more than CTE's ``share`` of general-fund spending,
    or ``none``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str
    dollars: Money | None = None
    yearly: bool = False
    part: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    access: Literal["easy", "moderate", "hard"]
    claim: Literal["all", "share", "none"]
    source: str

    @model_validator(mode="after")
    def _holds_or_follows(self) -> Self:
        if self.yearly == (self.dollars is not None):
            raise ValueError("write dollars, or yearly: true without them")
        return self


class Ladder(BaseModel):
    """Rungs in the order in which they are used; dollars of the year ``as_of``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    as_of: Annotated[int, Field(ge=2000, le=2200)]
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1, max_length=20)]


def read_ladder(name: str, state: Path | str | None = None) -> Ladder | None:
    """The ladder of a ``state``, a name or folder, if ``name`` is ``own`` (None if it has none), else that of a user's
    file. Raises InputError, one line."""
    file = whole_folder(state) / RESERVE_FILE if name == OWN else Path(name)
    if not file.is_file():
        if name == OWN:
            return None
        raise InputError(
            f"settings: stress.reserve: {shown(name)}: there is no such file; allowed: {OWN} (the state's own funds), "
            "the path of a YAML file, or null"
        )
    content, source = read_with_lines(file)
    return ladder_from(content, source)


def ladder_from(content: object, source: Source) -> Ladder:
    """A ladder from plain data. Raises InputError, one line."""
    try:
        return Ladder.model_validate(content)
    except ValidationError as error:
        raise source.refusals(mistakes(error, {"": tuple(Ladder.model_fields)}, Ladder)) from error


@dataclass(frozen=True)
class Drawn:
    """A ladder over the years of draws, nominal dollars.

    ``gap`` ``[R, T]``: recurring budget above revenue. ``by_state`` and ``by_cte`` ``[K, R, T]``: drawn from each rung
    for the general fund and for CTE. ``left`` ``[K, R, T]``: what it holds at the year's end, of yearly rungs what the
    year leaves. ``unmet`` ``[R, T]``: of CTE's shortfall what no rung could pay.
    """

    gap: Array
    by_state: Array
    by_cte: Array
    left: Array
    unmet: Array

    def empty_from(self, rung: int, years: IntArray) -> Array:
        """The first fiscal year at whose end a rung is empty, by draw ``[R]``; NaN where it never is."""
        empty = self.left[rung] <= 0.5
        first = np.argmax(empty, axis=1)
        found: Array = np.where(empty.any(axis=1), years[first].astype(np.float64), np.nan)
        return found


def draw_down(ladder: Ladder, revenue: Array, budget: Array, short: Array, voted: Array) -> Drawn:
    """The ladder under ``revenue``, recurring ``budget``, CTE's shortfall ``short`` and money ``voted``, ``[R, T]``
    nominal.

    By hand: rungs of 10 and 20 dollars, the second claimed by share; a year with 12 missing in a budget of 100, 1
    missing for CTE, of which 1 in 100 is voted: the general fund takes 10 and 2; of the 18 left CTE's hundredth is
    0.18, so 0.82 stay unpaid.
    """
    draws, years = revenue.shape
    rungs = len(ladder.rungs)
    gap = np.maximum(budget - revenue, 0.0)
    held = np.stack([np.full(draws, rung.dollars or 0.0) for rung in ladder.rungs])
    by_state, by_cte, left = (np.zeros((rungs, draws, years)) for _ in range(3))
    unmet = short.copy()
    for year in range(years):
        for place, rung in enumerate(ladder.rungs):
            if rung.yearly:
                held[place] = rung.part * np.maximum(revenue[:, year] - budget[:, year], 0.0)
        missing = gap[:, year].copy()
        for place in range(rungs):
            by_state[place, :, year] = np.minimum(held[place], missing)
            held[place] -= by_state[place, :, year]
            missing -= by_state[place, :, year]
        share = np.divide(voted[:, year], budget[:, year], out=np.zeros(draws), where=budget[:, year] > 1.0)
        for place, rung in enumerate(ladder.rungs):
            part = {"all": np.ones(draws), "share": np.minimum(share, 1.0), "none": np.zeros(draws)}[rung.claim]
            by_cte[place, :, year] = np.minimum(unmet[:, year], part * held[place])
            held[place] -= by_cte[place, :, year]
            unmet[:, year] -= by_cte[place, :, year]
        left[:, :, year] = held
    return Drawn(gap, by_state, by_cte, left, unmet)


def recurring_budget(base_revenue: Array, share: Array, growth: Array, shocks: Sequence[float]) -> Array:
    """The recurring budget of the years after the base year, ``[R, T]``, as the model has it: a share of the base
    year's revenue that grows by a rate of each draw, times what the scenario multiplies it by in each year,
    ``shocks``."""
    after = np.arange(1, len(shocks) + 1)
    found: Array = (base_revenue * share)[:, None] * (1.0 + growth[:, None]) ** after * np.asarray(shocks)
    return found
