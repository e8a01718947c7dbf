"""How unequal a formula's effect is: percentiles over districts of the change in each district's rates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray
from sim.report.shared.intervals import Bands, bands
from sim.report.shared.panel import Panel

RATES: tuple[tuple[str, str, str], ...] = (
    ("concentrators_taught", "concentrators taught", "concentrators taught for each 100 members"),
    ("sections", "sections", "sections for each 100 members"),
)
"""The rates of a district whose change is looked at: column, what it counts, unit."""

PERCENTILES: tuple[int, ...] = (10, 25, 50, 75, 90)

PER = 100.0
"""Members that rates are for."""

CHANGED = 0.005
"""A district loses or gains where its rate changes by more than this part of the state's rate under the baseline."""


@dataclass(frozen=True)
class Across:
    """One formula against the baseline in one year, over the districts with members in grades 9-12.

    ``percentiles`` are bands over draws of each of `PERCENTILES` of the change within a draw, each district counting
    once, ``[P]``; ``losing`` and ``gaining`` of the share of districts whose rate falls or rises by more than `CHANGED`
    of the state's, ``in_losing`` of the share of members in districts that lose.
    """

    percentiles: Bands
    losing: Bands
    gaining: Bands
    in_losing: Bands


def across(panel: Panel, column: str, f: int, year: int) -> Across:
    """How the change of a rate is spread over districts; ``year`` is the place of a stored year. Needs a baseline."""
    assert panel.baseline is not None
    members = panel.districts("membership")[:, :, year]
    values = panel.districts(column)[:, :, year]
    own, other = members[f], members[panel.baseline]
    counted: BoolArray = (own > 0.0) & (other > 0.0)
    change = np.where(counted, _rate(values[f], own) - _rate(values[panel.baseline], other), np.nan)
    least = CHANGED * PER * values[panel.baseline].sum(axis=1) / other.sum(axis=1)
    ever = counted.any(axis=0)
    # The same numbers: what leaves out districts without students draw by draw takes fifty times as long.
    of_draws = np.percentile if counted[:, ever].all() else np.nanpercentile
    percentiles = of_draws(change[:, ever], PERCENTILES, axis=1)
    lose, gain = change < -least[:, None], change > least[:, None]
    number = counted.sum(axis=1)
    return Across(
        bands(percentiles, axis=1),
        bands(lose.sum(axis=1) / number, axis=0),
        bands(gain.sum(axis=1) / number, axis=0),
        bands((lose * other).sum(axis=1) / other.sum(axis=1), axis=0),
    )


def _rate(values: Array, members: Array) -> Array:
    rate: Array = PER * np.divide(values, members, out=np.zeros_like(values), where=members > 0.0)
    return rate


def across_frame(panel: Panel) -> pd.DataFrame:
    """A row for each formula but the baseline, stored year after the base year, rate and statistic: mean over draws
    with the ends of its interval; without rows where there is no baseline or districts were not stored."""
    return pd.DataFrame(list(_rows(panel)))


def _rows(panel: Panel) -> Iterator[dict[str, Any]]:
    if panel.baseline is None or not panel.district_names:
        return
    for f in panel.others:
        for at, year in enumerate(panel.district_years):
            if year <= panel.base_year:
                continue
            for column, _, unit in RATES:
                found = across(panel, column, f, at)
                shared = {
                    "scenario": panel.scenario,
                    "formula": panel.formulas[f],
                    "baseline": panel.formulas[panel.baseline],
                    "fiscal_year": int(year),
                    "metric": column,
                }
                for place, level in enumerate(PERCENTILES):
                    of = found.percentiles
                    ends = {"mean": of.mean[place], "p05": of.low[place], "p95": of.high[place]}
                    name = "median" if level == 50 else f"p{level}"
                    yield shared | {"over_districts": name, "unit": f"change in {unit}"} | ends | {"draws": panel.draws}
                shares = (
                    ("losing", "share of districts", found.losing),
                    ("gaining", "share of districts", found.gaining),
                    ("members in losing", "share of members", found.in_losing),
                )
                for name, counted, of in shares:
                    ends = {"mean": float(of.mean), "p05": float(of.low), "p95": float(of.high)}
                    yield shared | {"over_districts": name, "unit": counted} | ends | {"draws": panel.draws}
