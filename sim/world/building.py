"""From checked rows to the arrays of the world: sorting, sums over schools, defaults for what was left out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.arrays import Array, IntArray
from sim.world.geography import coverage, neighbors
from sim.world.reading import Table
from sim.world.schema import SPREADS, ClusterRow, DistrictRow, HighSchoolRow, PathwayRow, PriorityRow, RegionRow
from sim.world.world import Clusters, Districts, HighSchools, PathwayMap, Regions, Spread

SECTIONS_PER_FTE = 5.0
"""Sections that one full-time instructor teaches: a section is 0.2 FTE."""

FEWEST_TAUGHT, MOST_TAUGHT = 1.0, 400.0
"""Participants whom one full-time instructor may teach in a year: five full sections of 60 make 300."""

TOTAL_PER_MEMBERSHIP = 13.0 / 4.0
"""Membership of all 13 grades for one of grades 9-12, where only the latter is known."""

ONE_REGION = "state"
"""The region of districts that name none."""

SIZE_CLASSES: tuple[tuple[float, str], ...] = (
    (100.0, "under 100"),
    (500.0, "100-499"),
    (2_000.0, "500-1,999"),
    (float("inf"), "2,000 and over"),
)
"""Upper bound, exclusive, and name of the size classes by membership in grades 9-12."""


def size_class(membership: float) -> str:
    """The size class of a district with so many students in grades 9-12."""
    return next(name for bound, name in SIZE_CLASSES if membership < bound)


def schools_of_equal_size(districts: Table[DistrictRow]) -> Table[HighSchoolRow]:
    """A school table for districts that only say how many high schools they have: equal schools, equal grades."""
    rows = []
    numbers = []
    for row, number in zip(districts.rows, districts.numbers, strict=True):
        assert row.membership is not None
        assert row.high_schools is not None
        grade = row.membership / row.high_schools / 4.0
        rows += [
            HighSchoolRow(
                school=f"{row.district}-{school + 1}",
                name=f"{row.name or row.district}, high school {school + 1}",
                district=row.district,
                grade_9=grade,
                grade_10=grade,
                grade_11=grade,
                grade_12=grade,
                source=row.source,
                estimated=("grade_9", "grade_10", "grade_11", "grade_12"),
            )
            for school in range(row.high_schools)
        ]
        numbers += [number] * row.high_schools
    path = Path(districts.path.name)
    return Table(path=path, columns=tuple(HighSchoolRow.model_fields), rows=tuple(rows), numbers=tuple(numbers))


def build_districts(
    rows: Sequence[DistrictRow], schools: Table[HighSchoolRow], regions: Sequence[str]
) -> tuple[Districts, HighSchools]:
    """Districts sorted by region and identifier, and their schools, largest first."""
    place = {name: position for position, name in enumerate(regions)}
    ordered = sorted(rows, key=lambda row: (place[row.region or ONE_REGION], row.district))
    region = np.array([place[row.region or ONE_REGION] for row in ordered], dtype=np.intp)
    high_schools = build_high_schools(schools.rows, {row.district: index for index, row in enumerate(ordered)})
    inside = high_schools.district >= 0
    owner = high_schools.district[inside]
    by_grade = np.zeros((len(ordered), 4))
    np.add.at(by_grade, owner, high_schools.membership_by_grade[inside])
    membership = by_grade.sum(axis=1)
    latitude, longitude, placed = _coordinates(ordered, region)
    index, weights = neighbors(latitude, longitude, region)
    districts = Districts(
        identifier=tuple(row.district for row in ordered),
        name=tuple(row.name or row.district for row in ordered),
        kind=tuple(row.kind for row in ordered),
        county=tuple(row.county for row in ordered),
        locale=tuple(row.locale for row in ordered),
        size_class=tuple(size_class(float(students)) for students in membership),
        estimated=tuple(
            _estimated(row, bool(known), changed)
            for row, known, changed in zip(ordered, placed, _districts_with_estimates(schools, ordered), strict=True)
        ),
        source=tuple(row.source for row in ordered),
        region=region,
        region_starts=np.searchsorted(region, np.arange(len(regions))).astype(np.intp),
        latitude=latitude,
        longitude=longitude,
        poverty_share=np.array([row.poverty_share for row in ordered]),
        membership=membership,
        membership_by_grade=by_grade,
        total_membership=np.array(
            [
                max(row.total_membership, students)
                if row.total_membership is not None
                else TOTAL_PER_MEMBERSHIP * students
                for row, students in zip(ordered, membership.tolist(), strict=True)
            ]
        ),
        high_schools=np.bincount(owner, minlength=len(ordered)).astype(np.intp),
        coverage=coverage(owner, high_schools.membership[inside], len(ordered)),
        neighbors=index,
        neighbor_weights=weights,
        taxable_value_per_member=_taxable_value(ordered, membership),
    )
    return districts, high_schools


def _taxable_value(rows: Sequence[DistrictRow], membership: Array) -> Array | None:
    """Taxable value a member, blanks filled with the mean of the known; None where no row has one."""
    known = np.array([row.taxable_value_per_member is not None for row in rows])
    if not known.any():
        return None
    values = np.array([row.taxable_value_per_member or 0.0 for row in rows])
    mean = np.average(values[known], weights=membership[known])
    return np.where(known, values, mean)


def build_high_schools(rows: Sequence[HighSchoolRow], index: dict[str, int]) -> HighSchools:
    """Schools brought to the base year, by district and then largest first; schools without a district come last."""
    by_grade = np.array([[row.grade_9, row.grade_10, row.grade_11, row.grade_12] for row in rows])
    by_grade = by_grade * np.array([[row.membership_change] for row in rows])
    membership = by_grade.sum(axis=1)
    owner = np.array([index[row.district] if row.district else -1 for row in rows], dtype=np.intp)
    order = sorted(range(len(rows)), key=lambda row: (owner[row] < 0, owner[row], -membership[row], rows[row].school))
    return HighSchools(
        identifier=tuple(rows[row].school for row in order),
        name=tuple(rows[row].name or rows[row].school for row in order),
        kind=tuple(rows[row].kind for row in order),
        district=owner[order],
        membership=membership[order],
        membership_by_grade=by_grade[order],
    )


def _districts_with_estimates(schools: Table[HighSchoolRow], ordered: Sequence[DistrictRow]) -> list[bool]:
    estimated = {row.district for row in schools.rows if row.estimated}
    return [row.district in estimated for row in ordered]


def _estimated(row: DistrictRow, placed: bool, membership_estimated: bool) -> tuple[str, ...]:
    """The estimated fields of a district: those that the table names, and those that it leaves to defaults."""
    left_out = [
        name
        for name in ("region", "locale", "poverty_share", "total_membership")
        if name not in row.model_fields_set or getattr(row, name) in ("", None)
    ]
    if "taxable_value_per_member" in row.model_fields_set and row.taxable_value_per_member is None:
        left_out += ["taxable_value_per_member"]
    if not placed:
        left_out += ["latitude", "longitude"]
    if membership_estimated:
        left_out += ["membership" if row.membership is None else "membership_by_grade"]
    return tuple(dict.fromkeys((*row.estimated, *left_out)))


def _coordinates(rows: Sequence[DistrictRow], region: IntArray) -> tuple[Array, Array, Array]:
    """Latitude, longitude, and 1 where both are known; else the mean of the region's known ones, or of all."""
    known = np.array([1.0 if row.latitude is not None and row.longitude is not None else 0.0 for row in rows])
    regions = int(region[-1]) + 1
    count = np.bincount(region, weights=known, minlength=regions)

    def filled(given: list[float | None]) -> Array:
        values = np.array([value if value is not None else 0.0 for value in given]) * known
        overall = values.sum() / known.sum() if known.any() else 0.0
        total = np.bincount(region, weights=values, minlength=regions)
        mean = np.where(count > 0.0, total / np.where(count > 0.0, count, 1.0), overall)
        result: Array = np.where(known > 0.0, values, mean[region])
        return result

    return filled([row.latitude for row in rows]), filled([row.longitude for row in rows]), known


def build_clusters(rows: Sequence[ClusterRow]) -> Clusters:
    """The clusters in the order of the table; their shares of concentrators sum to one exactly."""

    def values(name: str) -> Array:
        return np.array([float(getattr(row, name)) for row in rows])

    spreads = {
        name: Spread(values(f"{name}_low"), values(f"{name}_central"), values(f"{name}_high")) for name in SPREADS
    }
    share = values("concentrator_share")
    return Clusters(
        identifier=tuple(row.cluster for row in rows),
        name=tuple(row.name for row in rows),
        group=tuple(row.group for row in rows),
        source=tuple(row.source for row in rows),
        confidence=tuple(row.confidence for row in rows),
        main_credentials=tuple(row.main_credentials for row in rows),
        **spreads,
        facility_cost=values("facility_cost"),
        startup_equipment_share=values("startup_equipment_share"),
        equipment_life=values("equipment_life"),
        equipment_tier=values("equipment_tier"),
        replacement_cost=values("replacement_cost"),
        maintenance_cost=values("maintenance_cost"),
        professional_development_cost=values("professional_development_cost"),
        student_organization_cost=values("student_organization_cost"),
        salary_premium=values("salary_premium"),
        class_size=values("class_size"),
        class_cap=values("class_cap"),
        fill_probability=values("fill_probability"),
        credential_tier=values("credential_tier"),
        concentrator_share=share / share.sum(),
        high_cost_share=values("high_cost_share"),
        employment_growth=values("employment_growth"),
    )


def build_regions(
    rows: Sequence[RegionRow], priorities: Sequence[PriorityRow], clusters: Sequence[str], regional_priorities: int
) -> Regions:
    """Regions with the chance that each cluster is a priority; a cluster named twice keeps the larger chance."""
    probability = np.zeros((len(rows), len(clusters)))
    for priority in priorities:
        if priority.cluster not in clusters:
            continue
        cluster = clusters.index(priority.cluster)
        for index, row in enumerate(rows):
            if priority.region in ("", row.region):
                probability[index, cluster] = max(probability[index, cluster], priority.probability)
    return Regions(
        identifier=tuple(row.region for row in rows),
        name=tuple(row.name or row.region for row in rows),
        source=tuple(row.source for row in rows),
        priority_probability=probability,
        regional_priorities=regional_priorities,
    )


def build_pathways(table: Table[PathwayRow], districts: Districts, clusters: Clusters) -> PathwayMap:
    """A known map of pathways, checked against the districts' schools and membership."""
    district = {name: index for index, name in enumerate(districts.identifier)}
    cluster = {name: index for index, name in enumerate(clusters.identifier)}
    shape = (len(districts), len(clusters))
    sites, sections, participants, concentrators = (np.zeros(shape) for _ in range(4))
    taking = np.zeros(len(districts))
    for position, row in enumerate(table.rows):
        d = table.lookup(position, "district", district, "a district of districts.csv")
        c = table.lookup(position, "cluster", cluster, "a cluster of clusters.csv")
        if row.sites > districts.high_schools[d]:
            why = f"district {row.district} has {districts.high_schools[d]} high schools"
            table.refuse(position, "sites", why, f"1 to {districts.high_schools[d]}")
        taking[d] += row.participants
        if taking[d] > districts.membership[d]:
            why = f"with the rows above, district {row.district} has {taking[d]:.0f} participants"
            table.refuse(position, "participants", why, f"together up to its membership, {districts.membership[d]:.0f}")
        steps = round(row.instructors * SECTIONS_PER_FTE)
        if steps < row.sites:
            why = f"{row.sites} sites need at least one section of 0.2 FTE each"
            table.refuse(position, "instructors", why, f"{row.sites / SECTIONS_PER_FTE:g} or more")
        if not FEWEST_TAUGHT <= row.participants / row.instructors <= MOST_TAUGHT:
            why = f"{row.participants:g} participants make {row.participants / row.instructors:.3g} for each instructor"
            table.refuse(position, "instructors", why, f"FTE, with {FEWEST_TAUGHT:g} to {MOST_TAUGHT:g} for each")
        sites[d, c] = row.sites
        sections[d, c] = steps
        participants[d, c] = row.participants
        concentrators[d, c] = row.concentrators
    return PathwayMap(sites=sites, sections=sections, participants=participants, concentrators=concentrators)
