"""Districts one by one: what a formula leaves each with, and how that differs from the baseline in the same draw."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError, shown
from sim.report.shared.groups import net_payment, roster
from sim.report.shared.intervals import bands
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    import pandas as pd

    from sim.world.world import World

PER = 100.0
"""Members that rates of concentrators are for."""


def district_table(panel: Panel, world: "World", year: int | None) -> "pd.DataFrame":
    """A row for each formula but the baseline and each district, in one stored year; see `sim.Runs.districts`."""
    import pandas as pd

    at = _stored(panel, year)
    if panel.baseline is None:
        raise InputError("districts: differences are from a baseline, and the study ran without one")
    facts = roster(panel, world)
    members = panel.districts("membership")[:, :, at]
    money = net_payment(panel)[:, :, at]
    taught = panel.districts("concentrators_taught")[:, :, at]
    parts = []
    for f in panel.others:
        own, other = (members[g] for g in (f, panel.baseline))
        gain = bands(money[f] - money[panel.baseline], axis=0)
        each = bands(_per(money[f], own) - _per(money[panel.baseline], other), axis=0)
        rate = bands(PER * (_per(taught[f], own) - _per(taught[panel.baseline], other)), axis=0)
        columns = {
            "formula": panel.formulas[f],
            "district": panel.district_names,
            "name": facts.name,
            "kind": facts.kind,
            "county": facts.county,
            "size_class": facts.size_class,
            "locale": facts.locale,
            "fiscal_year": int(panel.district_years[at]),
            "members": own.mean(axis=0),
            "money": money[f].mean(axis=0),
            "money_current_law": money[panel.baseline].mean(axis=0),
            "gain": gain.mean,
            "gain_low": gain.low,
            "gain_high": gain.high,
            "gain_per_member": each.mean,
            "gain_per_member_low": each.low,
            "gain_per_member_high": each.high,
            "concentrators_taught": taught[f].mean(axis=0),
            "concentrators_per_100_change": rate.mean,
            "concentrators_per_100_change_low": rate.low,
            "concentrators_per_100_change_high": rate.high,
            "estimated": facts.estimated,
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _stored(panel: Panel, year: int | None) -> int:
    """The place of a stored year, the last one if none is named."""
    stored = [int(one) for one in panel.district_years]
    if not panel.district_names or not stored:
        raise InputError("districts: the study did not keep them; run it with keep=['state', 'lines', 'districts']")
    if year is None:
        return len(stored) - 1
    if year in stored:
        return stored.index(year)
    raise InputError(
        f"year: {shown(year)} is not allowed: districts are kept for {', '.join(f'FY{one}' for one in stored)}"
    )


def _per(values: Array, members: Array) -> Array:
    """Per member; zero where a district has none."""
    found: Array = np.divide(values, members, out=np.zeros_like(values), where=members > 0.0)
    return found
