"""Numbers of the whole state: anchors and revenue, held against each other, the districts and the bundled ones.

A user's anchors are those that the model knows, in their units. Totals must fit the districts: participants among
their students, concentrators among participants, dollars for each member within reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from sim.cells import alike
from sim.inputs import InputError, read_yaml
from sim.states.folder import STATE_FILE
from sim.world.folder import BUNDLED, Folder
from sim.world.reading import Table, read_table, words
from sim.world.schema import AnchorRow, RevenueRow
from sim.world.world import Anchor, PathwayMap, Value

BASE_YEAR = 2026
"""The fiscal year the tables describe: FY2026, school year 2025-26. Dollars are of this year."""

REVENUE = "general_fund_revenue"
"""The anchor from which the model's general-fund revenue starts."""

WITHIN = 0.02
"""How far two numbers of the user's own that mean the same may lie apart, as a share."""

AS_COUNTED = 0.005
"""The same for totals of the base year and the pathways that they are the totals of."""

YEARS_APART = 0.25
"""The same for counts of membership, which may be of different years."""

FACTOR = 2.0
"""How many times a share of the bundled state's that was read another one may be, for the same districts."""

FEWEST_PARTICIPANTS, FEWEST_CONCENTRATORS = 0.02, 0.02
"""The least share of members who participate, and of participants who concentrate, that is taken for a count."""

DOLLARS_A_MEMBER = (3_000.0, 3_000_000.0)
"""General-fund revenue for each student in grades 9-12: states have 20,000 to 500,000."""

TIMES_BUNDLED = 300.0
"""How many times the bundled price or total in dollars another may be, or the other way round: thousands are more."""

GROWTH_MOST = 3.0
"""How many times the revenue of one year that of the next row may be."""

GAP = 3
"""Missing years that stand for an early history told in steps; fewer are a row left out."""
RECENT = 2019
"""From this fiscal year on no year is left out."""

ORDERED = (
    ("concentrators", "participants"),
    ("membership", "total_membership"),
    ("graduates_change_low", "graduates_change"),
    ("graduates_change", "graduates_change_high"),
)
"""Pairs of anchors of which the first is at most the second."""

ORDERED_ENDINGS = (
    ("_concentrators", "_participants"),
    ("_participants", "_membership"),
    ("_min", "_max"),
    ("_low", "_high"),
)
"""Endings of names of which the same holds, whatever they begin with: ``before_the_law_participants``."""

MAIN_FORMULA = "main_formula_total"
"""The anchor of a whole state whose main formula has no unit value: all its money in the base year, dollars."""

UNITS = ("program_units", "unit_value")
"""The anchors of a main formula that has a unit value: how many units there are, and dollars for each."""

NEEDED = ("participants", "concentrators")
"""Anchors without which no whole state can start."""

SHARES_OF = (
    ("participation_share", "participants", None),
    ("concentrator_share", "concentrators", None),
    ("concentrators_per_participant", "concentrators", "participants"),
)
"""An anchor that is the second over the third, or over the members of all districts."""

MAY_FALL = ("graduates_change", "graduates_change_high", "graduates_change_low", "enrollment_change_per_year")
MAY_BE_ZERO = ("dollars", "clusters per region", "share per year", "charter schools", "districts")

DEFAULT_NAME: str = str(read_yaml(BUNDLED / STATE_FILE).get("name", ""))
"""What the bundled state is called, where a number of its own stands in for one that a user's tables lack."""

ValueType = TypeVar("ValueType", bound=Value)


@dataclass(frozen=True)
class Size:
    """What totals are held against: ``members`` of grades 9-12 in all districts, ``clusters``, and ``growth``, members
    over those of the bundled districts."""

    members: float
    clusters: int
    growth: float


def read_anchors(folder: Folder, size: Size, pathways: PathwayMap | None) -> dict[str, Anchor]:
    """The bundled anchors, totals brought to the world's membership, under the user's own.

    Raises InputError, one line, for an anchor that is unknown, in another unit or not plausible, and for anchors that
    contradict each other, the districts or the map of pathways.
    """
    bundled = anchors_of(read_table(BUNDLED / AnchorRow.table, AnchorRow))
    anchors = {} if folder.whole else scale_anchors(bundled, size.growth)
    if not folder.has(AnchorRow):
        return _of_map(anchors, pathways)
    known = {alike(name): name for name in bundled}
    table = folder.read(AnchorRow).respelled("name", known)
    for position in range(len(table.rows)):
        if not (folder.whole and table.rows[position].name not in bundled):
            _check_anchor(table, position, bundled, size)
    own = table.index("name")
    anchors = anchors | anchors_of(table)
    if folder.whole:
        _refuse_missing(table, anchors)
    _check_together(table, own, anchors, size, bundled_districts=size.growth == 1.0)
    if pathways is not None:
        _check_against_map(table, own, pathways)
    return _of_map(anchors, pathways)


def _refuse_missing(table: Table[AnchorRow], anchors: Mapping[str, Anchor]) -> None:
    """Refuse the anchors of a whole state that lack what a run starts from. Raises InputError, one line."""
    for name in NEEDED:
        if name not in anchors:
            raise InputError(f"{table.path}: name {name}: is missing; a whole state says {', '.join(NEEDED)}")
    units = [name in anchors for name in UNITS]
    if not (all(units) or MAIN_FORMULA in anchors) or (any(units) and MAIN_FORMULA in anchors):
        raise InputError(
            f"{table.path}: name {MAIN_FORMULA}: say the money of the main formula once: {' and '.join(UNITS)}, or "
            f"{MAIN_FORMULA} where it has no unit value"
        )


def with_main_formula(anchors: Mapping[str, Anchor], students: float) -> dict[str, Anchor]:
    """The anchors, with the money of a main formula that has no unit value as so many dollars for each of its
    ``students`` of all grades: one unit each, which no law can name."""
    if MAIN_FORMULA not in anchors:
        return dict(anchors)
    money = anchors[MAIN_FORMULA]
    return {
        **anchors,
        UNITS[0]: replace(money, value=students, unit="students", label="students of all grades"),
        UNITS[1]: replace(money, value=money.value / students, unit="dollars per student", extent="rate"),
    }


def _check_anchor(table: Table[AnchorRow], position: int, bundled: Mapping[str, Anchor], size: Size) -> None:
    row = table.rows[position]
    if row.name not in bundled:
        table.refuse(position, "name", "the model has no such anchor", words(row.name, bundled))
    usual = bundled[row.name]
    if alike(row.unit) != alike(usual.unit):
        table.refuse(position, "unit", f"{row.name} is in another unit", usual.unit)
    if row.extent != usual.extent:
        table.refuse(position, "extent", f"{row.name} is the other kind of number", usual.extent)
    if usual.unit == "clusters per region" and row.value != int(row.value):
        table.refuse(position, "value", "it is not a whole number", "whole clusters")
    low, high = bounds(row.name, usual, size)
    if not low <= row.value <= high and not (row.value == 0.0 and usual.unit in MAY_BE_ZERO and row.name != REVENUE):
        why = "it is out of range for these districts"
        if usual.extent == "state" and 0.0 < row.value < 1.0:
            why = "it is a share, and a count is due"
        elif usual.unit.startswith("share") and 1.0 < row.value <= 100.0:
            why = "it is a percentage, and a share is due, as 0.18"
        table.refuse(position, "value", why, f"{_plain(low)} to {_plain(high)} {usual.unit}")


def bounds(name: str, usual: Anchor, size: Size) -> tuple[float, float]:
    """The least and the most that an anchor may be, by its unit, the bundled number and the membership of the
    districts."""
    if name == REVENUE:
        return DOLLARS_A_MEMBER[0] * size.members, DOLLARS_A_MEMBER[1] * size.members
    if usual.unit.startswith(("share", "standard deviation")):
        least = -1.0 if name in MAY_FALL else 0.0
        return (0.001 if name in [share for share, _, _ in SHARES_OF] else least), 1.0
    if usual.unit == "clusters per region":
        return 0.0, float(size.clusters)
    if usual.extent == "rate" or usual.unit in ("dollars", "program units"):
        like = usual.value * (size.growth if usual.extent == "state" else 1.0)
        return like / TIMES_BUNDLED, like * TIMES_BUNDLED
    most = size.members * (20.0 if "membership" in name else 1.0)
    least = FEWEST_PARTICIPANTS * size.members if name == "participants" else min(1.0, most)
    return least, most


def _check_together(
    table: Table[AnchorRow], own: Mapping[str, int], anchors: Mapping[str, Anchor], size: Size, bundled_districts: bool
) -> None:
    for least, most in _ordered(anchors):
        if anchors[least].value > anchors[most].value and (least in own or most in own):
            low, high = (f"{_plain(anchors[name].value)}{_whose(name, own, anchors)}" for name in (least, most))
            if least in own:
                table.refuse(own[least], "value", f"{most} are {high}", f"{least} up to them")
            table.refuse(
                own[most], "value", f"{least} are {low}", f"{most} of at least as many, or {least} of your own"
            )
    if "concentrators" in own:
        least_share = FEWEST_CONCENTRATORS * anchors["participants"].value
        if anchors["concentrators"].value < least_share:
            why = f"{_plain(anchors['participants'].value)} participate"
            table.refuse(own["concentrators"], "value", why, f"{_plain(least_share)} or more concentrators")
    for share, part, whole in SHARES_OF:
        if not {name for name in (share, part, whole) if name is not None} <= set(anchors):
            continue
        of = size.members if whole is None else anchors[whole].value
        told, found = anchors[share].value, anchors[part].value / of
        named = [name for name in (part, whole, share) if name is not None and name in own]
        if not named or not (bundled_districts or set(named) >= {share, part}):
            continue
        apart = max(told, found) / min(told, found)
        both = share in own and part in own
        if apart > (1.0 + YEARS_APART if both else FACTOR):
            words_of = "all members" if whole is None else whole
            why = f"{part} are {found:.3g} of {words_of}, and {share} says {told:.3g}"
            table.refuse(own[named[0]], "value", why, f"numbers that agree; {share} and {part} belong together")
    for name, counted in (("membership", size.members),):
        if name in own and not 1.0 - YEARS_APART <= anchors[name].value / counted <= 1.0 + YEARS_APART:
            why = f"the districts have {_plain(counted)} students in grades 9-12"
            table.refuse(own[name], "value", why, f"within {YEARS_APART:.0%} of it")


def _whose(name: str, own: Mapping[str, int], anchors: Mapping[str, Anchor]) -> str:
    if name in own:
        return ""
    whose = f"{DEFAULT_NAME}'s" if DEFAULT_NAME else "bundled"
    return f" ({whose}, scaled by membership)" if "scaled" in anchors[name].source else f" ({whose})"


def _ordered(anchors: Mapping[str, Anchor]) -> list[tuple[str, str]]:
    """The pairs of these anchors of which the first is at most the second."""
    found = [pair for pair in ORDERED if set(pair) <= set(anchors)]
    for least, most in ORDERED_ENDINGS:
        stems = [name.removesuffix(least) for name in anchors if name.endswith(least)]
        found += [(stem + least, stem + most) for stem in stems if stem + most in anchors]
    return list(dict.fromkeys(found))


def _check_against_map(table: Table[AnchorRow], own: Mapping[str, int], pathways: PathwayMap) -> None:
    for name, mapped in (("participants", pathways.participants), ("concentrators", pathways.concentrators)):
        total = float(mapped.sum())
        if name in own and abs(table.rows[own[name]].value - total) > AS_COUNTED * total:
            why = f"the {name} of pathways.csv sum to {_plain(total)}"
            table.refuse(own[name], "value", why, f"within {AS_COUNTED:.1%} of it")


def _of_map(anchors: Mapping[str, Anchor], pathways: PathwayMap | None) -> dict[str, Anchor]:
    """The anchors, with the participants and concentrators of a map of pathways where there is one."""
    if pathways is None:
        return dict(anchors)
    sums = {"participants": pathways.participants.sum(), "concentrators": pathways.concentrators.sum()}
    counted = {
        name: replace(anchors[name], value=float(total), source="pathways.csv, summed", year=f"FY{BASE_YEAR}")
        for name, total in sums.items()
    }
    return dict(anchors) | counted


def _plain(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000.0 else f"{value:,.0f}"


def anchors_of(table: Table[AnchorRow]) -> dict[str, Anchor]:
    """The anchors of a table by name."""
    return {
        row.name: Anchor(
            value=row.value,
            unit=row.unit,
            year=row.year,
            source=row.source,
            confidence=row.confidence,
            label=row.label,
            role=row.role,
            extent=row.extent,
            estimated="value" in row.estimated,
        )
        for row in table.rows
    }


def scale_anchors(anchors: Mapping[str, Anchor], factor: float) -> dict[str, Anchor]:
    """Anchors of a world with ``factor`` times the membership: totals of the state grow with it, rates do not."""
    return {
        name: replace(scaled(anchor, factor), estimated=True) if anchor.extent == "state" and factor != 1.0 else anchor
        for name, anchor in anchors.items()
    }


def scaled(value: ValueType, factor: float) -> ValueType:
    """A total of the state brought to another membership, and marked as a judgement."""
    source = f"{value.source}; scaled by membership, x {factor:.4g}"
    return replace(value, value=value.value * factor, source=source, confidence="judgement")


def read_revenue(folder: Folder, size: Size) -> dict[int, Value]:
    """General-fund revenue by fiscal year: the user's own, or the bundled one brought to the world's membership.

    Raises InputError, one line, for revenue of the user's that has no row of the base year or one year only, leaves a
    year out, or is not plausible for these districts.
    """
    table = folder.read(RevenueRow)
    if folder.has(RevenueRow):
        _check_revenue(table, size)
    revenue = {
        row.fiscal_year: Value(
            value=row.revenue,
            unit="dollars",
            year=f"FY{row.fiscal_year}",
            source=row.source,
            confidence=row.confidence,
            label=f"recurring general-fund revenue, {row.kind}",
        )
        for row in sorted(table.rows, key=lambda row: row.fiscal_year)
    }
    if folder.has(RevenueRow) or size.growth == 1.0:
        return revenue
    return {year: scaled(value, size.growth) for year, value in revenue.items()}


def _check_revenue(table: Table[RevenueRow], size: Size) -> None:
    order = sorted(range(len(table.rows)), key=lambda position: table.rows[position].fiscal_year)
    years = [table.rows[position].fiscal_year for position in order]
    if BASE_YEAR not in years or len(years) < 2:
        why = f"there is no row of FY{BASE_YEAR}" if BASE_YEAR not in years else "it is the only year"
        table.refuse(order[-1], "fiscal_year", why, f"two years or more, FY{BASE_YEAR} among them")
    for position in order:
        each = table.rows[position].revenue / size.members
        if not DOLLARS_A_MEMBER[0] <= each <= DOLLARS_A_MEMBER[1]:
            why = f"it is {each:,.4g} dollars for each student in grades 9-12; is it in thousands or millions?"
            low, high = (_plain(each * size.members) for each in DOLLARS_A_MEMBER)
            table.refuse(position, "revenue", why, f"{low} to {high} dollars")
    for before, after in pairwise(order):
        first, second = table.rows[before], table.rows[after]
        missing = second.fiscal_year - first.fiscal_year - 1
        if 0 < missing < GAP or (missing and first.fiscal_year >= RECENT):
            left_out = f"FY{first.fiscal_year + 1}"
            table.refuse(after, "fiscal_year", f"{left_out} before it is missing", "every year once, none left out")
        apart = max(first.revenue, second.revenue) / min(first.revenue, second.revenue)
        if not missing and apart > GROWTH_MOST:
            why = f"FY{first.fiscal_year} has {first.revenue:,.0f}, {apart:,.1f} times as much or as little"
            table.refuse(after, "revenue", why, f"up to {GROWTH_MOST:g} times as much or as little as the year before")


def with_revenue(folder: Folder, anchors: Mapping[str, Anchor], revenue: Mapping[int, Value]) -> dict[str, Anchor]:
    """The anchors with the user's own revenue of the base year, from which the model's revenue starts.

    Raises InputError, one line, if the user's anchors say another number.
    """
    if not folder.has(RevenueRow):
        return dict(anchors)
    own = revenue[BASE_YEAR]
    told = anchors.get(REVENUE, Anchor(
        own.value, "dollars", own.year, own.source, own.confidence, "recurring general-fund "
            "revenue", "calibrate", "state", False
    ))  # fmt: skip
    if folder.has(AnchorRow):
        table = folder.read(AnchorRow)
        for position, row in enumerate(table.rows):
            if alike(row.name) == REVENUE and abs(row.value - own.value) > WITHIN * own.value:
                why = f"revenue.csv has {own.value:,.0f} for FY{BASE_YEAR}"
                table.refuse(position, "value", why, f"within {WITHIN:.0%} of it")
    if abs(told.value - own.value) <= WITHIN * own.value:
        return {**anchors, REVENUE: told}
    source = f"{own.source} (revenue.csv)"
    found = replace(told, value=own.value, source=source, year=own.year, confidence=own.confidence, estimated=False)
    return {**anchors, REVENUE: found}
