"""From tables to a world: which tables are used, how they fit together, and what is derived from them.

The bundled tables describe New Mexico. A folder of the user's may hold any of the tables; what it lacks is taken from
the bundled ones where that makes sense (``docs/tables.md``, "Your own state").
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sim.arrays import Array
from sim.inputs import InputError, nearest
from sim.world.building import (
    ONE_REGION,
    build_clusters,
    build_districts,
    build_pathways,
    build_regions,
    schools_of_equal_size,
)
from sim.world.reading import Table, read_table
from sim.world.schema import (
    TABLES,
    AnchorRow,
    ClusterRow,
    DistrictRow,
    HighSchoolRow,
    PathwayRow,
    PriorityRow,
    RegionRow,
    RevenueRow,
    Row,
)
from sim.world.world import Anchor, Value, World

BUNDLED: Path = Path(__file__).parent / "new_mexico"
"""The tables of the default state."""

BASE_YEAR = 2026
"""The fiscal year the tables describe: FY2026, school year 2025-26. Dollars are of this year."""

RowType = TypeVar("RowType", bound=Row)
ValueType = TypeVar("ValueType", bound=Value)


@dataclass(frozen=True)
class _Folder:
    """The tables to read: the user's where there are any, else the bundled ones."""

    path: Path
    own: frozenset[str]

    def read(self, model: type[RowType]) -> Table[RowType]:
        return read_table(self.file(model), model)

    def file(self, model: type[Row]) -> Path:
        return (self.path if self.has(model) else BUNDLED) / model.table

    def has(self, model: type[Row]) -> bool:
        return model.table in self.own


def load_world(path: Path | str | None = None) -> World:
    """The world described by the tables in ``path``, or New Mexico if it is None.

    Raises InputError, in one line naming file, row, column, value and what is allowed, if a table cannot be read, a
    row breaks its schema (``sim.world.schema``), or tables do not fit each other.
    """
    folder = _open(Path(path)) if path is not None else _Folder(BUNDLED, frozenset())
    districts, schools, another_state = _read_districts(folder)
    clusters = folder.read(ClusterRow)
    _check_clusters(clusters)
    regions = _read_regions(folder, districts, another_state)
    region_names = [row.region for row in regions.rows] if isinstance(regions, Table) else regions
    _check_districts(districts, schools, region_names)

    built_districts, built_schools = build_districts(districts.rows, schools, region_names)
    built_clusters = build_clusters(clusters.rows)
    growth = _growth(folder, built_districts.membership)
    anchors = _read_anchors(folder, growth)
    priorities = None if another_state and not folder.has(PriorityRow) else folder.read(PriorityRow)
    if priorities is not None:
        _check_priorities(priorities, clusters, region_names, folder)
    built_regions = build_regions(
        regions.rows if isinstance(regions, Table) else tuple(_named_region(name) for name in regions),
        priorities.rows if priorities is not None else (),
        built_clusters.identifier,
        int(anchors["regional_priorities"].value) if priorities is not None and "regional_priorities" in anchors else 0,
    )
    pathways = folder.read(PathwayRow) if folder.has(PathwayRow) else None
    return World(
        name=folder.path.name,
        base_year=BASE_YEAR,
        districts=built_districts,
        high_schools=built_schools,
        clusters=built_clusters,
        regions=built_regions,
        anchors=anchors,
        pathways=build_pathways(pathways, built_districts, built_clusters) if pathways is not None else None,
        fingerprint=_fingerprint(folder),
        revenue=_read_revenue(folder, growth),
    )


def _open(path: Path) -> _Folder:
    names = [model.table for model in TABLES]
    if not path.is_dir():
        raise InputError(f"{path}: there is no such folder; allowed: a folder with any of {', '.join(names)}")
    own = sorted(file.name for file in path.iterdir() if file.suffix.lower() == ".csv")
    for name in own:
        if name not in names:
            raise InputError(f"{path / name}: unknown table; {nearest(name, names)}")
    if not own:
        raise InputError(f"{path}: holds no table; allowed: any of {', '.join(names)}")
    return _Folder(path, frozenset(own))


def _read_districts(folder: _Folder) -> tuple[Table[DistrictRow], Table[HighSchoolRow], bool]:
    """Districts and their schools, and whether they are another state's than the bundled one."""
    districts = folder.read(DistrictRow)
    if not folder.has(DistrictRow):
        return districts, folder.read(HighSchoolRow), False
    another_state = not _identifiers(districts) <= _identifiers(read_table(BUNDLED / DistrictRow.table, DistrictRow))
    if folder.has(HighSchoolRow):
        for position, row in enumerate(districts.rows):
            for column in ("membership", "high_schools"):
                if getattr(row, column) is not None:
                    why = f"it is counted in {HighSchoolRow.table} already"
                    districts.refuse(position, column, why, f"a blank, or no {HighSchoolRow.table}")
        return districts, folder.read(HighSchoolRow), another_state
    for position, row in enumerate(districts.rows):
        for column in ("membership", "high_schools"):
            if getattr(row, column) is None:
                why = f"there is no {HighSchoolRow.table} beside {DistrictRow.table} to count it in"
                _refuse_blank(districts, position, column, why, "a number above 0")
        assert row.membership is not None
        if row.total_membership is not None and row.total_membership < row.membership:
            why = f"grades 9-12 alone are {row.membership:g}"
            districts.refuse(position, "total_membership", why, "membership of all grades, that of 9-12 included")
    schools = schools_of_equal_size(districts)
    return districts, schools, another_state


def _refuse_blank(table: Table[RowType], position: int, column: str, why: str, allowed: str) -> None:
    raise InputError(
        f"{table.path}, row {table.numbers[position]}, column {column}: value '' is not allowed: {why}; "
        f"allowed: {allowed}"
    )


def _identifiers(districts: Table[DistrictRow]) -> set[str]:
    return {row.district for row in districts.rows}


def _read_regions(
    folder: _Folder, districts: Table[DistrictRow], another_state: bool
) -> Table[RegionRow] | tuple[str, ...]:
    """The regions table cut to the regions in use, or, for another state without one, the names in use."""
    used = {row.region or ONE_REGION for row in districts.rows}
    if another_state and not folder.has(RegionRow):
        return tuple(sorted(used))
    table = folder.read(RegionRow)
    if folder.has(RegionRow):
        for position, row in enumerate(table.rows):
            if row.region not in used:
                table.refuse(position, "region", f"no district of {districts.path.name} lies in it", "regions in use")
        return table
    kept = [position for position, row in enumerate(table.rows) if row.region in used]
    return replace(
        table,
        rows=tuple(table.rows[position] for position in kept),
        numbers=tuple(table.numbers[position] for position in kept),
    )


def _named_region(name: str) -> RegionRow:
    return RegionRow(region=name, source="column region of the user's districts.csv")


def _check_districts(
    districts: Table[DistrictRow], schools: Table[HighSchoolRow], regions: list[str] | tuple[str, ...]
) -> None:
    for position, row in enumerate(districts.rows):
        if (row.region or ONE_REGION) not in regions:
            districts.refuse(position, "region", "it is not a region of regions.csv", _words(row.region, regions))
    known = districts.index("district")
    membership = dict.fromkeys(known, 0.0)
    for position, school in enumerate(schools.rows):
        if school.district and school.district not in known:
            why = f"it is not a district of {districts.path.name}"
            schools.refuse(position, "district", why, _words(school.district, known))
        if school.district:
            counted = school.grade_9 + school.grade_10 + school.grade_11 + school.grade_12
            membership[school.district] += counted * school.membership_change
    for position, row in enumerate(districts.rows):
        if membership[row.district] <= 0.0:
            why = f"it has no school in {schools.path.name}"
            districts.refuse(position, "district", why, "districts with at least one high school")
        if row.total_membership is not None and row.total_membership < membership[row.district] - 1.0:
            why = f"its high schools alone have {membership[row.district]:.0f} in grades 9-12"
            districts.refuse(position, "total_membership", why, "membership of all grades, that of 9-12 included")


def _check_clusters(clusters: Table[ClusterRow]) -> None:
    total = sum(row.concentrator_share for row in clusters.rows)
    if abs(total - 1.0) > 0.001:
        last = len(clusters.rows) - 1
        clusters.refuse(last, "concentrator_share", f"the shares of all rows sum to {total:.4f}", "a sum of 1")


def _check_priorities(
    priorities: Table[PriorityRow],
    clusters: Table[ClusterRow],
    regions: list[str] | tuple[str, ...],
    folder: _Folder,
) -> None:
    known = clusters.index("cluster")
    for position, row in enumerate(priorities.rows):
        if row.cluster not in known and (folder.has(PriorityRow) or not folder.has(ClusterRow)):
            why = f"it is not a cluster of {clusters.path.name}"
            priorities.refuse(position, "cluster", why, _words(row.cluster, known))
        if row.region and row.scope == "state":
            priorities.refuse(position, "region", "the state's own priorities hold in every region", "a blank")
        if row.region and row.region not in regions and folder.has(PriorityRow):
            priorities.refuse(position, "region", "it is not a region in use", _words(row.region, regions))


def _words(word: str, allowed: Mapping[str, int] | list[str] | tuple[str, ...]) -> str:
    hint = nearest(word, allowed)
    return hint.removeprefix("allowed: ")


def _growth(folder: _Folder, membership: Array) -> float:
    """Membership of these districts over that of the bundled ones, by which bundled totals are scaled."""
    if not folder.has(DistrictRow) and not folder.has(HighSchoolRow):
        return 1.0
    bundled = read_table(BUNDLED / HighSchoolRow.table, HighSchoolRow)
    counted = sum(
        (row.grade_9 + row.grade_10 + row.grade_11 + row.grade_12) * row.membership_change
        for row in bundled.rows
        if row.district
    )
    growth = float(membership.sum()) / counted
    return 1.0 if abs(growth - 1.0) < 1e-9 else growth


def _read_anchors(folder: _Folder, growth: float) -> dict[str, Anchor]:
    """The bundled anchors, totals brought to the world's membership, under the user's own."""
    anchors = scale_anchors(_anchors(read_table(BUNDLED / AnchorRow.table, AnchorRow)), growth)
    return anchors | _anchors(folder.read(AnchorRow)) if folder.has(AnchorRow) else anchors


def _anchors(table: Table[AnchorRow]) -> dict[str, Anchor]:
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


def _read_revenue(folder: _Folder, growth: float) -> dict[int, Value]:
    rows = folder.read(RevenueRow).rows
    revenue = {
        row.fiscal_year: Value(
            value=row.revenue,
            unit="dollars",
            year=f"FY{row.fiscal_year}",
            source=row.source,
            confidence=row.confidence,
            label=f"recurring general-fund revenue, {row.kind}",
        )
        for row in sorted(rows, key=lambda row: row.fiscal_year)
    }
    if folder.has(RevenueRow) or growth == 1.0:
        return revenue
    return {year: scaled(value, growth) for year, value in revenue.items()}


def _fingerprint(folder: _Folder) -> str:
    digest = hashlib.sha256()
    for model in TABLES:
        file = folder.file(model)
        if file.exists():
            digest.update(model.table.encode())
            # The same table must not look different because a checkout wrote other line ends.
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
