"""What was swept of a bill: as its emulator takes it, as a reader is shown it, and how far the emulator is from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.funding.formula import Formula
from sim.study.explore.content import DISTRICT_REST, amount_path
from sim.study.explore.emulator import unit
from sim.study.explore.errors import Error, district_errors, errors
from sim.study.explore.knobs import FIRST_YEAR, Knob
from sim.study.explore.predicting import COST, MOVED, PER_100, SHOWN, Explorer
from sim.study.explore.predicting import OWED as ALL_OWED
from sim.study.explore.simulating import (
    COUNTS,
    DISTRICT_DUE,
    DISTRICT_NET,
    DISTRICT_OWED,
    DISTRICT_PAID,
    DISTRICT_TAUGHT,
    LAW_OWED,
    MEMBERS,
    OWED,
    UNCAPPED,
    UNIT,
    Setting,
    capped_lines,
    prorated,
)


@dataclass(frozen=True)
class Swept:
    """A bill at ``points``, one column for each of its ``knobs``, in one scenario, and what was ``simulated`` there:
    outputs by name, a row for each point."""

    formula: Formula
    knobs: tuple[Knob, ...]
    setting: Setting
    points: pd.DataFrame
    simulated: Mapping[str, Array]

    @property
    def values(self) -> Array:
        """The knobs at each point, ``[N, K]``."""
        found: Array = self.points[[knob.factor.name for knob in self.knobs]].to_numpy(dtype=np.float64)
        return found

    @property
    def places(self) -> Array:
        """The same as places between their ends."""
        low, high = (np.array([getattr(knob, end) for knob in self.knobs]) for end in ("low", "high"))
        return unit(self.values, low, high)

    @property
    def first_years(self) -> list[int]:
        """The first year of the bill at each point."""
        named = [knob.factor.name for knob in self.knobs if knob.path == FIRST_YEAR]
        own = max(self.formula.takes_effect, self.setting.world.base_year + 1)
        return [int(year) for year in self.points[named[0]]] if named else [own] * len(self.points)

    def amounts(self, line: str) -> list[float]:
        """What is voted for a line at each point: the value of its knob, or what stands in the bill."""
        path, own = amount_path(self.formula, line)
        named = [knob.factor.name for knob in self.knobs if knob.path == path]
        return [float(value) for value in self.points[named[0]]] if named else [own] * len(self.points)

    def to_emulate(self) -> dict[str, Array]:
        """The outputs as they are emulated: dollars of the bill by years since it began, so that a later start moves
        them smoothly; what lies beyond the last year stays as in the last."""
        draws, horizon, base = self.setting.draws, self.setting.horizon, self.setting.world.base_year
        found = {name: self.simulated[name] for name in (*COUNTS, MOVED)}
        shifts = [year - base - 1 for year in self.first_years]
        at = np.minimum(np.arange(horizon) + np.array(shifts)[:, np.newaxis], horizon - 1)
        for name, values in self.simulated.items():
            if name == UNCAPPED or name.startswith(OWED):
                by_year = values.reshape(len(self.points), draws, horizon)
                found[name] = np.take_along_axis(by_year, at[:, np.newaxis, :], axis=2).reshape(len(self.points), -1)
        found[DISTRICT_TAUGHT] = self.simulated[DISTRICT_TAUGHT]
        if prorated(self.formula):
            return {**found, DISTRICT_OWED: self.simulated[DISTRICT_OWED]}
        found |= {name: values for name, values in self.simulated.items() if name.startswith(DISTRICT_DUE)}
        paid = sum(values for name, values in self.simulated.items() if name.startswith(DISTRICT_PAID))
        return {**found, DISTRICT_REST: self.simulated[DISTRICT_NET] - paid}

    def shown(self, around: Mapping[str, Array]) -> list[dict[str, Array]]:
        """What was simulated at each point, as the explorer shows it, ``[R, T]`` each."""
        setting = self.setting
        shape = (setting.draws, setting.horizon)
        years = setting.world.base_year + 1 + np.arange(setting.horizon)
        lines = [(f"{OWED}{line.name}", f"{UNIT}{line.name}", self.amounts(line.name))
                 for line in capped_lines(self.formula)]  # fmt: skip
        found = []
        for number, first in enumerate(self.first_years):
            one = {name: self.simulated[name][number].reshape(shape) for name in (*COUNTS, MOVED, UNCAPPED)}
            owed = paid = one.pop(UNCAPPED)
            for output, per_unit, amounts in lines:
                due = self.simulated[output][number].reshape(shape)
                owed, paid = owed + due, paid + np.minimum(due, amounts[number] * around[per_unit])
            one[PER_100] = 100.0 * one["taught"] / around[MEMBERS]
            one[COST] = paid
            one[ALL_OWED] = np.where(years >= first, owed, around[LAW_OWED])
            found.append({name: one[name] for name in SHOWN})
        return found

    def errors(self, explorer: Explorer, around: Mapping[str, Array]) -> list[Error]:
        """How far an explorer is from what was simulated here."""
        values = self.values.tolist()
        shape = (len(explorer.districts["years"]), len(explorer.districts["names"]))
        districts = [
            {
                "money": self.simulated[DISTRICT_NET][number].reshape(shape),
                "taught": self.simulated[DISTRICT_TAUGHT][number].reshape(shape),
            }
            for number in range(len(self.points))
        ]
        return [*errors(explorer, values, self.shown(around)), *district_errors(explorer, values, districts)]


def by_year(scenario: str, exact: Sequence[Mapping[str, Array]], explorer: Explorer) -> pd.DataFrame:
    """Every point, outcome and year: mean, 5th and 95th percentile over draws of the level and of the change from
    current law within each draw."""
    law, blocks = explorer.current_law(), []
    for outcome in SHOWN:
        level = np.stack([levels[outcome] for levels in exact])
        change = level - law[outcome]
        columns: dict[str, Array] = {}
        for name, values in (("", level), ("change_", change)):
            low, high = np.percentile(values, [5.0, 95.0], axis=1)
            columns |= {f"{name}mean": values.mean(axis=1), f"{name}p05": low, f"{name}p95": high}
        points, years = columns["mean"].shape
        keys = {
            "scenario": np.full(points * years, scenario),
            "point": np.repeat(np.arange(points), years),
            "fiscal_year": np.tile(explorer.years, points),
            "outcome": np.full(points * years, outcome),
        }
        blocks.append(pd.DataFrame({**keys, **{name: column.ravel() for name, column in columns.items()}}))
    return pd.concat(blocks, ignore_index=True)
