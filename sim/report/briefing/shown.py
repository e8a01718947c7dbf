"""The figures of a briefing, each with the numbers behind it as a table that can be copied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.shared.groups import Group, net_payment, per_hundred
from sim.report.shared.intervals import Bands, bands
from sim.report.shared.panel import Panel

PER = 100.0
"""Members that rates are for."""


@dataclass(frozen=True)
class Shown:
    """A figure on the page: ``svg`` with its finding as ``alternative`` text, and the ``table`` behind it, as CSV
    under the file name ``name``."""

    name: str
    svg: str
    alternative: str
    table: str


def rates_over_years(panel: Panel) -> pd.DataFrame:
    """Concentrators taught for each 100 members in grades 9-12, by formula and fiscal year."""
    return _over_years(panel, PER * panel.share("concentrators_taught", "membership"), "taught_per_100_members")


def money_over_years(panel: Panel) -> pd.DataFrame:
    """Public money used for CTE, dollars of the base year, by formula and fiscal year: what the state's lines pay and
    what a weight takes from other program units."""
    return _over_years(panel, panel.state("state_cost_constant") + panel.constant("dilution"), "public_dollars")


def paid_over_years(panel: Panel) -> pd.DataFrame:
    """The share paid of what is owed, by formula and fiscal year; without a number where nothing is owed."""
    return _over_years(panel, panel.proration(), "paid_share")


def by_cluster(panel: Panel) -> pd.DataFrame:
    """Pathways by career cluster, formula and fiscal year, every fifth year."""
    values = bands(panel.clusters("pathways"))
    at = [t for t, year in enumerate(panel.years) if (year - panel.base_year) % 5 == 0]
    rows = [
        {"formula": name, "career_cluster": cluster, "fiscal_year": int(panel.years[t])}
        | _numbers(values, (f, t, c), "pathways")
        for f, name in enumerate(panel.formulas)
        for c, cluster in enumerate(panel.cluster_names)
        for t in at
    ]
    return pd.DataFrame(rows)


def by_group(panel: Panel, shown: "list[Group]", at: int) -> pd.DataFrame:
    """State money for each member and concentrators taught for each 100 members against the baseline, by group of
    districts, in stored year number ``at``."""
    rows = []
    year = int(panel.district_years[at])
    measures: Mapping[str, Array] = {
        "dollars_per_member": net_payment(panel) / PER,
        "taught_per_100_members": panel.districts("concentrators_taught"),
    }
    for group in shown:
        for measure, values in measures.items():
            level = per_hundred(panel, values, group.members, at)
            found = bands(level - level[panel.baseline][None])
            rows += [
                {"formula": panel.formulas[f], "group": group.by, "of": group.name, "fiscal_year": year}
                | _numbers(found, (f,), f"change_{measure}")
                for f in panel.others
            ]
    return pd.DataFrame(rows)


BEHIND: Mapping[str, Callable[[Panel], pd.DataFrame]] = {
    "rates": rates_over_years,
    "money": money_over_years,
    "paid": paid_over_years,
    "clusters": by_cluster,
}


def _over_years(panel: Panel, values: Array, name: str) -> pd.DataFrame:
    found = bands(values)
    rows = [
        {"formula": formula, "fiscal_year": int(year)} | _numbers(found, (f, t), name)
        for f, formula in enumerate(panel.formulas)
        for t, year in enumerate(panel.years)
    ]
    return pd.DataFrame(rows)


def _numbers(found: Bands, place: tuple[int, ...], name: str) -> dict[str, float]:
    values = {"mean": found.mean, "low": found.low, "high": found.high}
    return {f"{name}_{which}": _figures(float(np.asarray(of)[place])) for which, of in values.items()}


def _figures(value: float) -> float:
    """Four figures are all that a mean over draws holds."""
    return float(f"{value:.4g}")
