"""The figures of a briefing as parts of its page, each with the numbers behind it."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.arrays import Array
from sim.report.compare.districts import district_table
from sim.report.compare.figures import figure
from sim.report.page.rendering import inline_svg
from sim.report.shared.figure_file import figure_index
from sim.report.shared.intervals import Bands, bands
from sim.report.shared.panel import Panel
from sim.tables_for_people import table_text

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

PER = 100.0
"""Members that rates are for."""

Behind = Callable[[Panel, "World"], pd.DataFrame]
"""The numbers behind a figure."""


@dataclass(frozen=True)
class Shown:
    """A figure on the page, its ``caption``, and the ``table`` behind it as CSV for a file of its ``name``."""

    name: str
    inline: Markup
    caption: str
    table: str


def shown_figures(results: "Results", world: "World", panel: Panel, folder: Path | None = None) -> list[Shown]:
    """The figures that a page shows, those of them that the results hold the numbers of: from a ``folder`` in which all
    of them have been drawn, or drawn now."""
    found = []
    with tempfile.TemporaryDirectory(prefix="cte-sim-") as place:
        for name in BEHIND if folder is None else ():
            figure(results, world, name, Path(place), panel.scenario)
        drawn = Path(place) if folder is None else folder
        entries = {Path(entry["file"]).stem: entry for entry in figure_index(drawn)}
        for name, behind in BEHIND.items():
            if (entry := entries.get(name)) is not None:
                svg = (drawn / entry["vector"]).read_text(encoding="utf-8")
                csv = table_text(behind(panel, world), digits=4)
                caption = entry.get("caption", "")
                found.append(Shown(name, inline_svg(svg, entry["alternative"], caption), caption, csv))
    return found


def rates(panel: Panel, world: "World") -> pd.DataFrame:
    """Concentrators taught for each 100 members in grades 9-12, by formula and fiscal year."""
    taught, members = panel.state("concentrators_taught"), panel.state("membership")
    return _over_years(panel, PER * taught / members, "taught_per_100_members")


def money(panel: Panel, world: "World") -> pd.DataFrame:
    """What the state's CTE lines pay and what a weight takes from other program units, dollars of the base year, by
    formula and fiscal year."""
    lines = _over_years(panel, panel.state("state_cost_constant"), "state_lines")
    moved = _over_years(panel, panel.constant("dilution"), "taken_from_other_units")
    return lines.merge(moved, on=["formula", "fiscal_year"])


def paid(panel: Panel, world: "World") -> pd.DataFrame:
    """The share paid of what is owed, by formula and fiscal year; empty where nothing is owed."""
    return _over_years(panel, panel.proration(), "paid_share")


def offered(panel: Panel, world: "World") -> pd.DataFrame:
    """Sections by career cluster, formula and fiscal year, in the years that are stored."""
    values = bands(panel.clusters("sections"))
    known = dict(zip(world.clusters.identifier, world.clusters.name, strict=True))
    rows = [
        {"formula": name, "career_cluster": known.get(cluster, cluster), "fiscal_year": int(year)}
        | _numbers(values, (f, t, c), "sections")
        for f, name in enumerate(panel.formulas)
        for c, cluster in enumerate(panel.cluster_names)
        for t, year in enumerate(panel.cluster_years)
    ]
    return pd.DataFrame(rows)


def places(panel: Panel, world: "World") -> pd.DataFrame:
    """State money of each district for each member against the baseline, by formula, in the years that are stored."""
    columns = [
        "formula", "district", "name", "fiscal_year", "members", "gain", "gain_per_member", "gain_per_member_low",
        "gain_per_member_high",
    ]  # fmt: skip
    years = [int(year) for year in panel.district_years if year > panel.base_year]
    return pd.concat([district_table(panel, world, year)[columns] for year in years], ignore_index=True)


BEHIND: Mapping[str, Behind] = {
    "concentrators_per_100": rates,
    "cost_and_concentrators": money,
    "proration": paid,
    "offered_by_cluster": offered,
    "map_dollars": places,
}
"""The figures of a page in reading order, and what each rests on."""


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
    return {f"{name}_{which}": float(np.asarray(of)[place]) for which, of in values.items()}
