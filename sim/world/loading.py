"""From tables to a world: which tables are used, how they fit together, and what is derived from them.

The bundled tables describe the default state. A folder of the user's may hold any of the tables; what it lacks
is taken from the bundled ones where that makes sense (``docs/reference/tables.md``, "Your own state").
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sim.arrays import Array
from sim.cells import alike, shown
from sim.inputs import InputError
from sim.states.folder import CALIBRATION, POSTERIOR, calibration_folder, law_folder, read_state
from sim.states.words import StateWords
from sim.world.building import (
    ONE_REGION,
    build_clusters,
    build_districts,
    build_pathways,
    build_regions,
    schools_of_equal_size,
)
from sim.world.folder import BUNDLED, Folder, open_folder
from sim.world.plausible import check_clusters, check_districts, check_pathways, check_schools
from sim.world.reading import Table, read_table, spellings, words
from sim.world.schema import (
    TABLES,
    ClusterRow,
    DistrictRow,
    HighSchoolRow,
    PathwayRow,
    PriorityRow,
    RegionRow,
    Row,
)
from sim.world.statewide import BASE_YEAR, Size, read_anchors, read_revenue, with_main_formula, with_revenue
from sim.world.world import PathwayMap, World

RowType = TypeVar("RowType", bound=Row)


def load_world(path: Path | str | None = None) -> World:
    """The world described by the tables in ``path``: a folder, a shipped state by its name, or the default state if it
    is None.

    Raises InputError, in one line naming file, row, column, value and what is allowed, if a table cannot be read, a
    row breaks its schema (``sim.world.schema``), speaks against other rows (``sim.world.plausible``,
    ``sim.world.statewide``), or tables do not fit each other.
    """
    folder = open_folder(Path(path) if path is not None else None)
    of_state = folder.path if folder.whole else BUNDLED
    state = read_state(of_state)
    districts, schools, another_state = _read_districts(folder)
    districts = districts.respelled("kind", spellings(state.kinds))
    _check_kinds(districts, state)
    clusters = folder.read(ClusterRow)
    _check_clusters(clusters)
    regions = _read_regions(folder, districts, another_state)
    region_names = [row.region for row in regions.rows] if isinstance(regions, Table) else list(regions)
    districts = districts.respelled("region", spellings(region_names))
    _check_regions(districts, region_names)
    _check_membership(districts, schools)

    built_districts, built_schools = build_districts(districts.rows, schools, region_names)
    built_clusters = build_clusters(clusters.rows)
    pathways: PathwayMap | None = None
    if folder.has(PathwayRow):
        table = folder.read(PathwayRow).respelled("district", spellings(built_districts.identifier))
        table = table.respelled("cluster", spellings(built_clusters.identifier))
        check_pathways(table)
        pathways = build_pathways(table, built_districts, built_clusters)
    growth = _growth(folder, built_districts.membership)
    size = Size(float(built_districts.membership.sum()), len(built_clusters), growth)
    revenue = read_revenue(folder, size)
    anchors = with_revenue(folder, read_anchors(folder, size, pathways), revenue)
    anchors = with_main_formula(anchors, float(built_districts.total_membership.sum()))
    another_state = another_state or folder.whole
    priorities = None if another_state and not folder.has(PriorityRow) else folder.read(PriorityRow)
    if priorities is not None:
        priorities = priorities.respelled("cluster", spellings(built_clusters.identifier))
        priorities = priorities.respelled("region", spellings(region_names))
        _check_priorities(priorities, clusters, region_names, folder)
    built_regions = build_regions(
        regions.rows if isinstance(regions, Table) else tuple(_named_region(name) for name in regions),
        priorities.rows if priorities is not None else (),
        built_clusters.identifier,
        int(anchors["regional_priorities"].value) if priorities is not None and "regional_priorities" in anchors else 0,
    )
    return World(
        name=folder.path.name,
        base_year=BASE_YEAR,
        districts=built_districts,
        high_schools=built_schools,
        clusters=built_clusters,
        regions=built_regions,
        anchors=anchors,
        pathways=pathways,
        fingerprint=_fingerprint(folder),
        revenue=revenue,
        state=state,
        law=law_folder(of_state) if folder.whole else None,
        posterior=_own_posterior(folder),
    )


def _read_districts(folder: Folder) -> tuple[Table[DistrictRow], Table[HighSchoolRow], bool]:
    """Districts and their schools, and whether they are another state's than the bundled one."""
    districts = folder.read(DistrictRow)
    districts = districts.respelled("county", spellings(row.county for row in districts.rows))
    if not folder.has(DistrictRow):
        return districts, _read_schools(folder, districts), False
    check_districts(districts)
    another_state = not _identifiers(districts) <= _identifiers(read_table(BUNDLED / DistrictRow.table, DistrictRow))
    if folder.has(HighSchoolRow):
        for position, row in enumerate(districts.rows):
            for column in ("membership", "high_schools"):
                if getattr(row, column) is not None:
                    why = f"it is counted in {HighSchoolRow.table} already"
                    districts.refuse(position, column, why, f"a blank, or no {HighSchoolRow.table}")
        return districts, _read_schools(folder, districts), another_state
    for position, row in enumerate(districts.rows):
        for column in ("membership", "high_schools"):
            if getattr(row, column) is None:
                why = f"there is no {HighSchoolRow.table} beside {DistrictRow.table} to count it in"
                districts.refuse(position, column, why, "a number above 0")
        assert row.membership is not None
        if row.total_membership is not None and row.total_membership < row.membership:
            why = f"grades 9-12 alone are {row.membership:g}"
            districts.refuse(position, "total_membership", why, "membership of all grades, that of 9-12 included")
    schools = schools_of_equal_size(districts)
    return districts, schools, another_state


def _read_schools(folder: Folder, districts: Table[DistrictRow]) -> Table[HighSchoolRow]:
    schools = folder.read(HighSchoolRow)
    if folder.has(HighSchoolRow):
        check_schools(schools)
    return schools.respelled("district", spellings(_identifiers(districts)))


def _identifiers(districts: Table[DistrictRow]) -> set[str]:
    return {row.district for row in districts.rows}


def _read_regions(
    folder: Folder, districts: Table[DistrictRow], another_state: bool
) -> Table[RegionRow] | tuple[str, ...]:
    """The regions table cut to the regions in use, or, for another state without one, the names in use."""
    named = spellings(row.region or ONE_REGION for row in districts.rows)
    if another_state and not folder.has(RegionRow):
        return tuple(sorted(named.values()))
    table = folder.read(RegionRow)
    used = [alike(row.region) in named for row in table.rows]
    if folder.has(RegionRow):
        for position, is_used in enumerate(used):
            if not is_used:
                table.refuse(position, "region", f"no district of {districts.path.name} lies in it", "regions in use")
        return table
    kept = [position for position, is_used in enumerate(used) if is_used]
    return replace(
        table,
        rows=tuple(table.rows[position] for position in kept),
        numbers=tuple(table.numbers[position] for position in kept),
    )


def _named_region(name: str) -> RegionRow:
    return RegionRow(region=name, source="column region of the user's districts.csv")


def _check_regions(districts: Table[DistrictRow], regions: list[str]) -> None:
    for position, row in enumerate(districts.rows):
        if (row.region or ONE_REGION) not in regions:
            districts.refuse(position, "region", "it is not a region of regions.csv", words(row.region, regions))


def _check_kinds(districts: Table[DistrictRow], state: StateWords) -> None:
    for position, row in enumerate(districts.rows):
        if row.kind not in state.kinds:
            districts.refuse(position, "kind", "the state has no such kind", words(row.kind, list(state.kinds)))


GRADE_COLUMNS = ("grade_9", "grade_10", "grade_11", "grade_12")


def _check_membership(districts: Table[DistrictRow], schools: Table[HighSchoolRow]) -> None:
    """Schools lie in districts that are known, and have no more students than their district."""
    known = districts.index("district")
    membership = dict.fromkeys(known, 0.0)
    largest: dict[str, tuple[float, int, str]] = {}
    for position, school in enumerate(schools.rows):
        if school.district and school.district not in known:
            why = f"it is not a district of {districts.path.name}"
            schools.refuse(position, "district", why, words(school.district, known))
        for column in GRADE_COLUMNS if school.district else ():
            students = float(getattr(school, column)) * school.membership_change
            membership[school.district] += students
            largest[school.district] = max(largest.get(school.district, (-1.0, 0, "")), (students, position, column))
    for position, row in enumerate(districts.rows):
        if membership[row.district] <= 0.0:
            why = f"it has no school in {schools.path.name}"
            districts.refuse(position, "district", why, "districts with at least one high school")
        if row.total_membership is None or row.total_membership >= membership[row.district] - 1.0:
            continue
        students, place, column = largest[row.district]
        counted_apart = schools.path.name != districts.path.name
        if counted_apart and membership[row.district] - students <= row.total_membership < students:
            # One cell is more than the whole district, and without it all would fit: that cell is the slip.
            why = f"district {shown(row.district)} has {row.total_membership:,.12g} students in all grades"
            where = f"{districts.path.name}, row {districts.numbers[position]}"
            schools.refuse(place, column, why, f"together up to these ({where})")
        why = f"its high schools alone have {membership[row.district]:.0f} in grades 9-12"
        districts.refuse(position, "total_membership", why, "membership of all grades, that of 9-12 included")


def _check_clusters(clusters: Table[ClusterRow]) -> None:
    check_clusters(clusters)
    total = sum(row.concentrator_share for row in clusters.rows)
    if abs(total - 1.0) > 0.001:
        last = len(clusters.rows) - 1
        clusters.refuse(last, "concentrator_share", f"the shares of all rows sum to {total:.4f}", "a sum of 1")


def _check_priorities(
    priorities: Table[PriorityRow], clusters: Table[ClusterRow], regions: list[str], folder: Folder
) -> None:
    known = clusters.index("cluster")
    for position, row in enumerate(priorities.rows):
        if row.cluster not in known and folder.has(ClusterRow) and not folder.has(PriorityRow):
            raise InputError(
                f"{clusters.path}: cluster '{row.cluster}' is missing, which the bundled {PriorityRow.table} puts "
                f"first; allowed: the bundled names of clusters, or a {PriorityRow.table} of your own"
            )
        if row.cluster not in known:
            why = f"it is not a cluster of {clusters.path.name}"
            priorities.refuse(position, "cluster", why, words(row.cluster, known))
        if row.region and row.scope == "state":
            priorities.refuse(position, "region", "the state's own priorities hold in every region", "a blank")
        if row.region and row.region not in regions and folder.has(PriorityRow):
            priorities.refuse(position, "region", "it is not a region in use", words(row.region, regions))


def _growth(folder: Folder, membership: Array) -> float:
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


def _own_posterior(folder: Folder) -> Path | None:
    """The posterior of a state that has one of its own; that of the default state is a part of the model."""
    path = calibration_folder(folder.path) / POSTERIOR
    return path if folder.whole and path.parent != BUNDLED / CALIBRATION else None


def _fingerprint(folder: Folder) -> str:
    digest = hashlib.sha256()
    posterior = _own_posterior(folder)
    if posterior is not None and posterior.is_file():
        digest.update(posterior.read_bytes())
    for model in TABLES:
        file = folder.file(model)
        if file.exists():
            digest.update(model.table.encode())
            # The same table must not look different because a checkout wrote other line ends.
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
