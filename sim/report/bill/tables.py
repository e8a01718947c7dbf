"""The numbers of a checked bill as rows: by line, by district and by group of districts, means and bands over draws."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray
from sim.funding.allocation import STAGES
from sim.funding.appropriation import DemandWithCap
from sim.report.shared.groups import LOCALES, Group
from sim.report.shared.intervals import Bands, bands
from sim.report.shared.order import QUARTERS, quarters
from sim.report.shared.origin import also, short
from sim.states.speaking import state_words
from sim.study.bill.bridge import STEPS
from sim.version import __version__

if TYPE_CHECKING:
    from sim.funding.allocation import Ledger
    from sim.funding.line import Line
    from sim.study.bill.check_formula import BillCheck
    from sim.world.world import World

HALF_A_DOLLAR = 0.5
"""Half a dollar counts as no change."""


def origin_text(check: "BillCheck") -> str:
    """Run number, date, versions of formula, code and data, draws and seed, for every page."""
    of = check.origin
    return (
        f"Run {short(of.run)} of {datetime.now(UTC):%Y-%m-%d}, formula {check.formula.name} version "
        f"{short(of.formula)}, CTE funding simulation {__version__}, data {short(of.data)} "
        f"({check.world.vintage}), {of.draws:,} draw{'' if of.draws == 1 else 's'}, seed {of.seed}"
        f"{also(of.changed)}{state_words().told_behavior}"
    )


@dataclass(frozen=True)
class LineRow:
    """A line of the bill statewide, each field ``[R]``: what stages owe, what was voted (infinite if paid in full; what
    is owed up to the cap where it follows demand), what is paid, the state's own spending included. ``drawn``: what is
    paid where the awards of a competition under a bound are drawn, and not as they are expected; None of others."""

    name: str
    title: str
    entitlement: Array
    owed: Array
    appropriation: Array
    paid: Array
    drawn: Array | None = None


def line_rows(check: "BillCheck") -> list[LineRow]:
    """The bill's own lines."""
    rows = []
    for line in check.bill.own_lines:
        ledger, held = check.bill.ledgers[line.name], check.as_drawn.get(line.name)
        rows.append(
            LineRow(
                line.name,
                line.called,
                _each(check, ledger.entitlement.sum(axis=-2, keepdims=True) + ledger.statewide_owed),
                _each(check, ledger.owed),
                _each(check, appropriated(line, ledger, check.bill.offers[line.name].appropriation)),
                _each(check, ledger.spent),
                _each(check, held.spent) if held is not None else None,
            )
        )
    return rows


def appropriated(line: "Line", ledger: "Ledger", voted: Array) -> Array:
    """The dollars appropriated for a line, ``[..., 1, 1]``: a cap is no money that could be left over."""
    return np.minimum(voted, ledger.owed) if isinstance(line.appropriation, DemandWithCap) else voted


def _each(check: "BillCheck", values: Array) -> Array:
    """Statewide ``[..., 1, 1]`` as one number for each draw."""
    return np.broadcast_to(values[..., 0, 0], (check.origin.draws,))


def by_draw(check: "BillCheck", values: Array) -> Array:
    """District ``[..., D, 1]`` as ``[R, D]``."""
    return np.broadcast_to(values[..., 0], check.members.shape)


def district_groups(world: "World") -> list[Group]:
    """All districts, then groups by size class (small to large), locale and quarter of poverty share.

    Poverty quarters hold equally many districts, as far as districts of one share stay together, not equally many
    students; where shares are too often the same there are none.
    """
    districts = world.districts
    count = len(districts)
    out = [Group("state", f"all {state_words().places}", np.ones(count, np.bool_))]

    def add(by: str, labels: tuple[str, ...], order: list[str]) -> None:
        held = np.array(labels)
        out.extend(Group(by, name, held == name) for name in order if name and (held == name).any())

    held = np.array(districts.size_class)
    sizes = sorted(set(districts.size_class), key=lambda name: float(np.median(districts.membership[held == name])))
    add("size class", districts.size_class, sizes)
    add("locale", districts.locale, [*LOCALES, *sorted(set(districts.locale) - set(LOCALES))])
    if (poverty := quarters(districts.poverty_share)) is not None:
        add("poverty quarter", poverty, list(QUARTERS))
    return out


@dataclass(frozen=True)
class GroupRow:
    """A group of districts: members and payments (means over draws, main formula money lost taken off), the change and
    the change a member as bands over draws, and how many districts gain and lose in the mean over draws."""

    group: Group
    members: float
    law: float
    bill: float
    change: Bands
    per_member: Bands
    gain: int
    lose: int


def distribution(check: "BillCheck") -> list[GroupRow]:
    """Who gains and who loses against current law, by group."""
    law, bill = by_draw(check, check.law.net()), by_draw(check, check.bill.net())
    mean = (bill - law).mean(axis=0)
    gain, lose = mean > HALF_A_DOLLAR, mean < -HALF_A_DOLLAR
    rows = []
    for group in district_groups(check.world):
        chosen = group.members
        members = check.members[:, chosen].sum(axis=1)
        change = (bill - law)[:, chosen].sum(axis=1)
        rows.append(
            GroupRow(
                group,
                float(members.mean()),
                float(law[:, chosen].sum(axis=1).mean()),
                float(bill[:, chosen].sum(axis=1).mean()),
                bands(change, axis=0),
                bands(np.divide(change, members, out=np.zeros_like(change), where=members > 0), axis=0),
                int(gain[chosen].sum()),
                int(lose[chosen].sum()),
            )
        )
    return rows


def clearly(check: "BillCheck") -> tuple[BoolArray, BoolArray]:
    """Districts ``[D]`` that gain, and districts that lose, on average and in at least 95% of draws."""
    change = bands(by_draw(check, check.bill.net() - check.law.net()), axis=0)
    return change.low > HALF_A_DOLLAR, change.high < -HALF_A_DOLLAR


def district_table(check: "BillCheck") -> pd.DataFrame:
    """One row for each district: who it is, the ledger of the bill's own lines together, current law, the change with
    its interval, and the steps of the bridge. Dollars of the base year, means over draws; ``_p05`` and ``_p95`` hold
    90% of draws."""
    districts = check.world.districts
    law, bill = by_draw(check, check.law.net()), by_draw(check, check.bill.net())
    change = bands(bill - law, axis=0)
    each = bands(np.divide(bill - law, check.members, out=np.zeros_like(bill), where=check.members > 0), axis=0)
    columns: dict[str, object] = {
        "district": districts.identifier,
        "name": districts.name,
        "kind": [state_words().kind(kind) for kind in districts.kind],
        "county": districts.county,
        "size_class": districts.size_class,
        "locale": districts.locale,
        "poverty_share": districts.poverty_share,
        "membership": check.members.mean(axis=0),
        **{stage: by_draw(check, check.bill.stage(stage)).mean(axis=0) for stage in STAGES},
        "main_formula_lost": by_draw(check, check.bill.dilution).mean(axis=0),
        "net": bill.mean(axis=0),
        "net_current_law": law.mean(axis=0),
        "change": change.mean,
        "change_p05": change.low,
        "change_p95": change.high,
        "change_per_member": each.mean,
        "change_per_member_p05": each.low,
        "change_per_member_p95": each.high,
        **{f"step_{step}": by_draw(check, check.change.steps[step]).mean(axis=0) for step in STEPS},
        "estimated_fields": ["; ".join(fields) for fields in districts.estimated],
    }
    return pd.DataFrame(columns)


STATEWIDE: tuple[str, ...] = ("part", "name", "measure", "unit", "mean", "p05", "p95", "monte_carlo_error", "draws")
"""Columns of the statewide table."""


def statewide_table(check: "BillCheck") -> pd.DataFrame:
    """Every number of the printed tables: of the bill's lines, of its components, and of each group of districts."""
    rows: list[dict[str, object]] = []

    def add(part: str, name: str, measure: str, unit: str, values: Array) -> None:
        if np.isfinite(values).all():
            of = bands(values, axis=0)
            row = {"mean": of.mean, "p05": of.low, "p95": of.high, "monte_carlo_error": of.error, "draws": len(values)}
            rows.append({"part": part, "name": name, "measure": measure, "unit": unit, **row})

    for line in line_rows(check):
        for measure in ("entitlement", "owed", "appropriation", "paid"):
            add("line", line.name, measure, "dollars", getattr(line, measure))
        share = np.divide(line.paid, line.owed, out=np.ones_like(line.paid), where=line.owed > 0)
        add("line", line.name, "paid share", "share", share)
    for one in check.parts.parts:
        name = f"{one.line}: {one.component}"
        add("component", name, "alone", "dollars", one.alone)
        add("component", name, "bill without it", "dollars", one.without)
        add("component", name, "it adds last", "dollars", check.parts.whole - one.without)
    add("component", "all", "interaction", "dollars", check.parts.interaction)
    law, bill = by_draw(check, check.law.net()), by_draw(check, check.bill.net())
    for group in district_groups(check.world):
        members = check.members[:, group.members].sum(axis=1)
        own, other = bill[:, group.members].sum(axis=1), law[:, group.members].sum(axis=1)
        each = np.divide(own - other, members, out=np.zeros_like(own), where=members > 0)
        label = f"{group.by}: {group.name}"
        for measure, unit, values in (
            ("members", "students", members), ("now", "dollars", other), ("bill", "dollars", own),
            ("change", "dollars", own - other), ("change a member", "dollars", each),
        ):  # fmt: skip
            add("districts", label, measure, unit, values)
    add(
        "main formula",
        "all",
        f"taken from {state_words().others}",
        "dollars",
        by_draw(check, check.bill.dilution).sum(axis=1),
    )
    return pd.DataFrame(rows, columns=list(STATEWIDE))
