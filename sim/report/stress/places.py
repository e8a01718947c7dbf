"""What a shock takes from students, and where: pathways, credentials and students by district and career cluster,
districts that leave, and years until it is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray
from sim.report.shared.direction import CLEAR
from sim.report.shared.intervals import bands, interval_parts, number_text
from sim.report.shared.panel import Panel
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import years_text
from sim.report.stress.measured import Measured
from sim.report.stress.narrowed import of_scenario
from sim.report.stress.sheets import Row, Sheet
from sim.report.stress.shortfall import CALM, LEAST_TAUGHT
from sim.study.stress.recovery import exits, lost, years_to_recover

if TYPE_CHECKING:
    from sim.world.world import World

FEW = 100.0
"""Members of grades 9-12 below which a district is not named: its change is luck of a few students."""

NAMED = 5
"""Districts and clusters that a table names."""


@dataclass(frozen=True)
class Toll:
    """What one scenario takes under one formula, by draw: ``taught`` and ``credentials`` fewer over all years,
    ``sites`` fewer in the last year, ``years`` until those taught are back (NaN: not within the horizon), each
    ``[R]``."""

    taught: Array
    credentials: Array
    sites: Array
    years: Array


@dataclass(frozen=True)
class Where:
    """Where it takes it, mean over draws in the stored years after the shock began: ``taught`` fewer for each 100
    members ``[D]``, whether 95% of draws agree, dollars a member fewer ``[D]``, ``exits`` (districts, ``[R]``), and by
    cluster those taught fewer ``[C]``; ``pathways`` fewer ``[D]`` and ``credentials`` fewer ``[C]``, as means."""

    per_100: Array
    agree: BoolArray
    dollars: Array
    exits: Array
    clusters: Array
    members: Array
    pathways: Array
    credentials: Array


def first_of(of: Measured, scenario: str) -> int:
    """The place of the first year, after the base year, in which a scenario's runs differ from those without it."""
    own, calm = of.panels[scenario], of.calm
    for place in range(len(of.years)):
        for column in ("revenue", "membership", "participants", "credentials", "spending", "vacancies"):
            if not np.array_equal(own.simulated(column)[:, :, place + 1], calm.simulated(column)[:, :, place + 1]):
                return place
    return 0


def toll(of: Measured, scenario: str, formula: int) -> Toll:
    """What a scenario takes from students under a formula, within each draw."""
    own, calm = of.panels[scenario], of.calm
    after = calm.policy

    def both(column: str) -> tuple[Array, Array]:
        return own.state(column)[formula][:, after], calm.state(column)[formula][:, after]

    sites, without = both("sites")
    return Toll(
        lost(*both("concentrators_taught")),
        lost(*both("credentials")),
        without[:, -1] - sites[:, -1],
        years_to_recover(*both("concentrators_taught"), first_of(of, scenario)),
    )


def told(of: Measured) -> list[tuple[int, str]]:
    """Pairs of formula and scenario in which a hundredth of those taught or more is lost over all years, or gained; by
    formula, the largest loss first."""
    found = []
    for f in range(len(of.formulas)):
        taught = of.calm.state("concentrators_taught")[f][:, of.calm.policy].sum(axis=1).mean()
        losses = {name: float(toll(of, name, f).taught.mean()) for name in of.shocks}
        moved = [name for name in of.shocks if losses[name] >= LEAST_TAUGHT * taught]
        found += [(f, name) for name in sorted(moved, key=lambda name: -losses[name])]
    return found


def toll_sheet(of: Measured) -> Sheet | None:
    """Students, credentials and sites lost, and years to recover; None where no scenario takes a hundredth."""
    rows: list[Row] = []
    last: int | None = None
    for f, name in told(of):
        if f != last:
            rows.append(Row(((of.calm.short_titles[f], ""), *[("", "")] * 4), strong=True))
            last = f
        found = toll(of, name, f)
        back = np.isfinite(found.years)
        median = f"{np.nanmedian(found.years):.0f} years" if back.any() else "-"
        rows.append(
            Row((
                (f"  {of.under(name)}", ""), _cell(found.taught, "students"), (median, f"{back.mean():.0%} of draws"),
                _cell(found.credentials, "credentials"), _cell(found.sites, "sites"),
            ))
        )  # fmt: skip
    if not rows:
        return None
    return Sheet(
        "toll",
        f"What students lose over {years_text(of.years)}, and when it is over",
        (("Formula, condition", ""), ("Taught,\nstudent-years", "fewer"), ("Back within\n1% after", ""),
         ("Credentials", "fewer"), ("Sites in\nthe last year", "fewer")),
        tuple(rows),
        (
            "Against the same draws without the shock; below each mean its 90% of draws. Back: years from the "
            "shock's first "
            "to the one from which those taught stay within 1% of where they would have been, median of the "
            "draws that are "
            f"back by FY{int(of.years[-1])}.",
        ),
    )  # fmt: skip


def _cell(values: Array, unit: str) -> Cell:
    found = bands(values, axis=0)
    return interval_parts(float(found.mean), float(found.low), float(found.high), unit)


class Places:
    """Where shocks take from students, read scenario by scenario; None of it where districts were not stored."""

    def __init__(self, of: Measured, world: "World") -> None:
        self._of = of
        self.world = world
        self._held: dict[tuple[str, int], Where] = {}

    @property
    def there(self) -> bool:
        """Whether districts and clusters were stored."""
        return self._of.results.keeps("districts") and self._of.results.keeps("clusters")

    @cached_property
    def calm(self) -> Panel:
        """The panel without a shock, districts and clusters with it."""
        return self._panel(CALM)

    def _panel(self, scenario: str) -> Panel:
        return Panel(of_scenario(self._of.results, scenario, ("districts", "clusters")), scenario)

    @cached_property
    def worst(self) -> Mapping[int, str]:
        """By formula the scenario that takes most students."""
        found: dict[int, str] = {}
        for f, name in told(self._of):
            found.setdefault(f, name)
        return found

    def read(self, scenario: str) -> None:
        """Read what a scenario takes under every formula of which it is the worst."""
        calm, own = self.calm, self._panel(scenario)
        first = int(self._of.years[first_of(self._of, scenario)])
        stored = np.flatnonzero(calm.district_years >= first)
        by_cluster = np.flatnonzero(calm.cluster_years >= first)
        for f in (f for f, name in self.worst.items() if name == scenario):
            if not len(stored) or not len(by_cluster):
                continue

            def fewer(column: str, f: int = f) -> Array:
                found: Array = calm.districts(column)[f][:, stored] - own.districts(column)[f][:, stored]
                return found

            members = calm.districts("membership")[f][:, stored]
            per = np.divide(100.0 * fewer("concentrators_taught"), members, out=np.zeros_like(members),
                            where=members > 0.0).mean(axis=1)  # fmt: skip
            prices = calm.district_prices()[f][:, stored]
            paid = np.divide((fewer("paid") - fewer("dilution")) / prices, members, out=np.zeros_like(members),
                             where=members > 0.0).mean(axis=1)  # fmt: skip
            gone = exits(own.districts("pathways")[f][:, stored], calm.districts("pathways")[f][:, stored]).max(axis=1)
            taught = calm.clusters("concentrators_taught")[f] - own.clusters("concentrators_taught")[f]
            earned = calm.clusters("credentials")[f] - own.clusters("credentials")[f]
            mean = per.mean(axis=0)
            self._held[scenario, f] = Where(
                mean, np.asarray((np.sign(per) == np.sign(mean)).mean(axis=0) >= CLEAR), paid.mean(axis=0), gone,
                taught[:, by_cluster].mean(axis=(0, 1)), members.mean(axis=(0, 1)),
                fewer("pathways").mean(axis=(0, 1)), earned[:, by_cluster].mean(axis=(0, 1)),
            )  # fmt: skip

    def where(self, scenario: str, formula: int) -> Where | None:
        """Where a scenario takes under a formula; None if it was not read."""
        if (scenario, formula) not in self._held and self.there and self.worst.get(formula) == scenario:
            self.read(scenario)
        return self._held.get((scenario, formula))

    def district_names(self) -> list[str]:
        """Names of the districts in the order of the tables."""
        known = dict(zip(self.world.districts.identifier, self.world.districts.name, strict=True))
        return [known.get(identifier, identifier) for identifier in self.calm.district_names]

    def cluster_names(self) -> list[str]:
        """Names of the clusters in the order of the tables."""
        known = dict(zip(self.world.clusters.identifier, self.world.clusters.name, strict=True))
        return [known.get(identifier, identifier) for identifier in self.calm.cluster_names]


def where_sheet(of: Measured, places: Places) -> Sheet | None:
    """By formula, under the scenario that takes most: the districts and clusters that lose most, and districts that
    leave; None where nothing is lost or districts were not stored."""
    rows = []
    for f, name in places.worst.items():
        found = places.where(name, f)
        if found is None:
            continue
        large = [d for d in np.argsort(-found.per_100, kind="stable") if found.members[d] >= FEW and found.agree[d]]
        names, clusters = places.district_names(), places.cluster_names()
        most = [f"{names[d]} {number_text(float(found.per_100[d]), 'per 100 members')}" for d in large[:NAMED]
                if found.per_100[d] > 0.0]  # fmt: skip
        order = [c for c in np.argsort(-found.clusters, kind="stable") if found.clusters[c] >= 0.5]
        taken = [f"{clusters[c]} {number_text(float(found.clusters[c]), 'students')}" for c in order[:NAMED]]
        gone = bands(found.exits, axis=0)
        rows.append(Row((
            (of.calm.short_titles[f], of.under(name)), ("\n".join(most) or "none clearly", ""),
            ("\n".join(taken) or "none", ""),
            interval_parts(float(gone.mean), float(gone.low), float(gone.high), "districts"),
        )))  # fmt: skip
    if not rows:
        return None
    return Sheet(
        "where",
        "Who loses most under the scenario that takes most students",
        (("Formula", "condition"), ("Districts", "taught per 100 members, fewer"), ("Career clusters", "taught, fewer"),
         ("Districts\nthat leave CTE", "")),
        tuple(rows),
        (
            "Against the same draws without the shock, mean of the stored years since it began. Districts of 100 "
            "members of "
            "grades 9-12 or more in which 95% of draws agree; leave: offer no pathway in a stored year and would have.",
        ),
    )  # fmt: skip


def lost_frame(of: Measured, places: Places) -> pd.DataFrame:
    """By formula, under the scenario that takes most: every district and career cluster, and how many leave CTE."""
    rows = []
    for f, name in places.worst.items():
        found = places.where(name, f)
        if found is None:
            continue
        shared = {"scenario": name, "formula": of.formulas[f]}
        for d, district in enumerate(places.calm.district_names):
            rows.append(shared | {"place": "district", "identifier": district, "members": found.members[d],
                                  "taught_fewer_per_100_members": found.per_100[d],
                                  "pathways_fewer": found.pathways[d], "dollars_fewer_per_member": found.dollars[d],
                                  "95%_of_draws_agree": found.agree[d]})  # fmt: skip
        for c, cluster in enumerate(places.calm.cluster_names):
            rows.append(shared | {"place": "career cluster", "identifier": cluster, "taught_fewer": found.clusters[c],
                                  "credentials_fewer": found.credentials[c]})  # fmt: skip
        gone = bands(found.exits, axis=0)
        rows.append(shared | {"place": "state", "identifier": "districts that leave CTE", "leave": float(gone.mean),
                              "leave_p05": float(gone.low), "leave_p95": float(gone.high)})  # fmt: skip
    return pd.DataFrame(rows)


def toll_frame(of: Measured) -> pd.DataFrame:
    """Every scenario and formula: students, credentials and sites lost, years to recover."""
    rows = []
    for name in of.shocks:
        for f, formula in enumerate(of.formulas):
            found = toll(of, name, f)
            for measure, values, unit in (
                ("taught fewer, all years", found.taught, "student-years"),
                ("credentials fewer, all years", found.credentials, "credentials"),
                ("sites fewer, last year", found.sites, "sites"),
                ("years until those taught are back", found.years, "years"),
            ):
                held = bands(values, axis=0)
                rows.append({"scenario": name, "formula": formula, "measure": measure, "unit": unit,
                             "mean": float(held.mean), "p05": float(held.p05), "p95": float(held.p95),
                             "draws": int(held.count)})  # fmt: skip
    return pd.DataFrame(rows)
