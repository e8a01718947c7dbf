"""Rows held against each other: totals among the parts, one place twice, codes for 'missing', places that are far away.

Each check stops at the first row that cannot be what the table says, in one line. What a row is by chance and not by
mistake can be said in its ``note``: such a row is taken as it is where only a coincidence speaks against it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray
from sim.cells import alike, shown
from sim.world.geography import reached_within
from sim.world.reading import Table
from sim.world.schema import ClusterRow, DistrictRow, HighSchoolRow, PathwayRow

TOTAL_NAME = re.compile(
    r"(?:grand |state |statewide |overall |district |school |sub-?)?totals?\b.*|.*[ ,:(-](?:sub-?)?totals?\)?"
    r"|(?:the |whole |entire )?state|state-?wide|state (?:sum|average|mean|median)"
    r"|(?:sum|average|mean|median)(?: of .*)?"
    r"|all(?: the)?|all(?: the)? (?:districts|schools|charters|leas|agencies|counties|students|regions)\b.*"
)
"""Names of rows that hold the sum or the mean of other rows."""

DISTRICTS_ALONE = "districts alone; leave rows of totals out"
AS_LARGE_AS_ALL = 4
"""Rows from which on one that is as large as all others together is taken for their total by its membership alone; with
fewer, its schools must be as many as theirs too."""

FAR_LEAST = 600.0
"""Distance, km, from which on a district may be said to lie far from all others: more than most states are wide."""

FAR_TIMES = 12.0
"""How many times the usual distance between neighbors a district may lie away from the others, in wide states."""

MOST_TIMES_HIGH_SCHOOL = 100.0
"""Students of all grades for each of grades 9-12, above which one of the two numbers is a slip."""

SMALLEST_LARGEST_SHARE = 0.01
"""A column of shares whose largest is below it was divided by a hundred once too often."""

SHARES = ("poverty_share",)
CLUSTER_SHARES = (
    "pass_rate_low", "pass_rate_central", "pass_rate_high", "fill_probability", "startup_equipment_share",
)  # fmt: skip


def check_districts(table: Table[DistrictRow]) -> None:
    """Refuse rows of a table of districts that speak against each other. Raises InputError, one line."""
    if len(table.rows) > 1:
        _refuse_totals_by_name(table, ("district", "name"), DISTRICTS_ALONE)
        _refuse_total_by_size(table)
    _refuse_one_district_twice(table)
    _refuse_codes(table, ("membership", "total_membership"))
    _refuse_coordinates(table)
    _refuse_hundredths(table, SHARES)
    schools = 0
    for position, row in enumerate(table.rows):
        schools += row.high_schools or 0
        if schools > HighSchoolRow.most:
            why = f"with the rows above there are {schools:,} schools"
            table.refuse(position, "high_schools", why, f"together up to {HighSchoolRow.most:,}")
        if row.membership is None:
            continue
        if row.high_schools is not None and row.high_schools > row.membership:
            why = f"the district has {row.membership:g} students in grades 9-12"
            table.refuse(position, "high_schools", why, f"1 to {int(row.membership)}, a student or more for each")
        if row.total_membership is not None and row.total_membership > MOST_TIMES_HIGH_SCHOOL * row.membership:
            why = f"it is {row.total_membership / row.membership:,.0f} times the {row.membership:g} of grades 9-12"
            table.refuse(position, "total_membership", why, f"up to {MOST_TIMES_HIGH_SCHOOL * row.membership:,.0f}")


def check_schools(table: Table[HighSchoolRow]) -> None:
    """Refuse totals and codes for 'missing' in a table of schools. Raises InputError, one line."""
    if len(table.rows) > 1:
        _refuse_totals_by_name(table, ("school", "name"), "schools alone; leave rows of totals out")
        _refuse_school_totals(table)
    _refuse_number_twice(table, "school")
    _refuse_codes(table, ("grade_9", "grade_10", "grade_11", "grade_12"))


def check_clusters(table: Table[ClusterRow]) -> None:
    """Refuse shares in a table of clusters that are hundredths of shares. Raises InputError, one line."""
    _refuse_hundredths(table, CLUSTER_SHARES)


def check_pathways(table: Table[PathwayRow]) -> None:
    """Refuse codes for 'missing' in a map of pathways. Raises InputError, one line."""
    _refuse_codes(table, ("instructors", "participants", "concentrators"))


def _said_otherwise(row: DistrictRow | HighSchoolRow | PathwayRow) -> bool:
    """Whether the user has written a note beside a row."""
    return bool(getattr(row, "note", ""))


def _refuse_totals_by_name(
    table: Table[DistrictRow] | Table[HighSchoolRow], columns: tuple[str, ...], allowed: str
) -> None:
    for position, row in enumerate(table.rows):
        for column in columns:
            if TOTAL_NAME.fullmatch(alike(getattr(row, column)).replace("_", " ")):
                table.refuse(position, column, "it is the name of a total, and would be counted twice", allowed)


def _refuse_total_by_size(table: Table[DistrictRow]) -> None:
    """Refuse a district that is as large as all others together."""
    sizes = np.array([row.membership or 0.0 for row in table.rows])
    schools = np.array([row.high_schools or 0 for row in table.rows])
    if len(sizes) < 3 or not (sizes > 0.0).all():
        return
    as_large = np.abs(2.0 * sizes - sizes.sum()) <= np.minimum(0.5, 1e-6 * sizes.sum())
    if len(sizes) < AS_LARGE_AS_ALL:
        as_large &= 2 * schools == schools.sum()
    for position in np.flatnonzero(as_large).tolist():
        if not _said_otherwise(table.rows[position]):
            why = "it is the sum of all other rows, as a row of totals is"
            table.refuse(position, "membership", why, f"{DISTRICTS_ALONE}; if it is a district, say so in column note")


def _refuse_school_totals(table: Table[HighSchoolRow]) -> None:
    """Refuse a row that is, grade by grade, the sum of all other rows, or of its district's."""
    grades = np.array([[row.grade_9, row.grade_10, row.grade_11, row.grade_12] for row in table.rows])
    whole = grades.sum(axis=0)
    owners: dict[str, list[int]] = {}
    for position, row in enumerate(table.rows):
        owners.setdefault(row.district, []).append(position)
    groups = [list(range(len(table.rows))), *owners.values()]
    for group in groups:
        if len(group) < 3:
            continue
        whole = grades[group].sum(axis=0)
        for position in group:
            row = table.rows[position]
            if (2.0 * grades[position] == whole).all() and not _said_otherwise(row):
                why = "grade by grade it is the sum of other rows, as a row of totals is"
                table.refuse(position, "school", why, "schools alone; if it is a school, say so in column note")


def _refuse_number_twice(table: Table[DistrictRow] | Table[HighSchoolRow], column: str) -> None:
    """Refuse an identifier that is another one but for zeros in front, which spreadsheets drop."""
    seen: dict[str, int] = {}
    for position, row in enumerate(table.rows):
        word = getattr(row, column)
        number = word.lstrip("0") if word.isascii() and word.isdigit() else word
        if number in seen:
            other = getattr(table.rows[seen[number]], column)
            why = f"it is the number '{shown(other)}' of row {table.numbers[seen[number]]}"
            table.refuse(position, column, why, "each once, with its zeros in front")
        seen[number] = position


def _refuse_one_district_twice(table: Table[DistrictRow]) -> None:
    """Refuse one district under two identifiers: the same name in the same county, where identifiers are no codes or
    the two are as large as each other."""
    _refuse_number_twice(table, "district")
    seen: dict[tuple[str, str, str], list[int]] = {}
    for position, row in enumerate(table.rows):
        if not (row.name and row.county):
            continue
        for other in seen.setdefault((alike(row.name), alike(row.county), row.kind), []):
            first = table.rows[other]
            codes = any(one.isdigit() for one in row.district + first.district)
            sizes = [(one.membership, one.total_membership) for one in (row, first)]
            if not codes or (sizes[0] == sizes[1] and sizes[0] != (None, None) and not _said_otherwise(row)):
                why = f"the district of row {table.numbers[other]} has this name, county and kind, and "
                why += "is as large" if codes else "neither has a code"
                table.refuse(position, "name", why, "each district once, with its code")
        seen[alike(row.name), alike(row.county), row.kind].append(position)


def _refuse_codes(
    table: Table[DistrictRow] | Table[HighSchoolRow] | Table[PathwayRow], columns: tuple[str, ...]
) -> None:
    """Refuse 9999 and its like, and 999 where it stands more often than numbers near it: codes for 'missing'."""
    for column in columns:
        held = [getattr(row, column) for row in table.rows]
        count = Counter(held)
        repeated = count[999.0] > max(1, 2 * max(count[float(near)] for near in range(980, 1_020) if near != 999))
        for position, value in enumerate(held):
            if value is None or set(f"{value:.12g}") != {"9"} or _said_otherwise(table.rows[position]):
                continue
            if value >= 9999.0 or (value == 999.0 and repeated):
                why = "it looks like a code for a missing value"
                allowed = "what was counted, or a blank where one is allowed"
                table.refuse(position, column, why, f"{allowed}; if it was counted, say so in column note")


def _refuse_coordinates(table: Table[DistrictRow]) -> None:
    held = Counter(value for row in table.rows for value in (row.latitude, row.longitude))
    for position, row in enumerate(table.rows):
        for column, value in (("latitude", row.latitude), ("longitude", row.longitude)):
            why = ""
            if value is not None and row.latitude == row.longitude:
                why = "latitude and longitude are the same"
            elif value == 0.0 or (value in (-9.0, -99.0) and held[value] > 1):
                why = "it looks like a code for a missing value"
            if why:
                table.refuse(position, column, why, "where the office is, in degrees, or a blank")
    known = [p for p, row in enumerate(table.rows) if row.latitude is not None and row.longitude is not None]
    if len(known) < 2:
        return
    latitude = np.array([table.rows[position].latitude for position in known], dtype=np.float64)
    longitude = np.array([table.rows[position].longitude for position in known], dtype=np.float64)
    found = _far(latitude, longitude)
    if found is not None:
        why = f"it lies {found.distance:,.0f} km from the nearest other district{found.slip}"
        allowed = f"within {found.most:,.0f} km of another, or a blank latitude and longitude"
        table.refuse(known[found.place], found.column, why, allowed)


@dataclass(frozen=True)
class _Far:
    """A place away from the others: which, how far from the nearest of them, how far is allowed, which column is
    farther off, and the slip that would explain it, in words."""

    place: int
    distance: float
    most: float
    column: str
    slip: str


def _far(latitude: Array, longitude: Array) -> _Far | None:
    """The first place that is not joined to the others by steps of a usual length, and how far away it is."""
    joined, most = _joined(latitude, longitude)
    if joined.all():
        return None
    place = int(np.flatnonzero(~joined)[0])
    others = joined if joined.any() else np.arange(len(joined)) != place
    _, distance = reached_within(latitude[others], longitude[others], latitude[[place]], longitude[[place]], 0.0)
    middle = float(np.median(latitude[others])), float(np.median(longitude[others]))
    away = abs(float(latitude[place]) - middle[0]), abs(float(longitude[place]) - middle[1])
    column = "latitude" if away[0] > away[1] else "longitude"
    slip = _slip(float(latitude[place]), float(longitude[place]), latitude[others], longitude[others], most)
    return _Far(place, float(distance[0]), most, column, slip)


def _joined(latitude: Array, longitude: Array) -> tuple[BoolArray, float]:
    """The places that steps of at most a usual length lead to from the middle of all, and that length, km."""
    middle = np.abs(latitude - np.median(latitude)) + np.abs(longitude - np.median(longitude))
    start = int(np.argmin(middle))
    _, first = reached_within(latitude, longitude, latitude, longitude, 0.0, itself=False)
    most = max(FAR_LEAST, FAR_TIMES * float(np.median(first)) if len(first) > 4 else 0.0)
    joined = np.zeros(len(latitude), dtype=np.bool_)
    joined[start] = True
    newest = joined.copy()
    while newest.any() and not joined.all():
        rest = np.flatnonzero(~joined)
        near, _ = reached_within(latitude[newest], longitude[newest], latitude[rest], longitude[rest], most)
        newest = np.zeros(len(latitude), dtype=np.bool_)
        newest[rest[near]] = True
        joined |= newest
    return joined, most


def _slip(north: float, east: float, latitude: Array, longitude: Array, most: float) -> str:
    """The slip without which a place would lie among the others, in words; nothing if there is none."""
    slips = {
        "; the minus of a western longitude is missing": (north, -east),
        "; latitude and longitude are swapped": (east, north),
        "; latitude and longitude are swapped, and a minus is missing": (east, -north),
    }
    for words, (y, x) in slips.items():
        if abs(y) <= 90.0 and reached_within(latitude, longitude, np.array([y]), np.array([x]), most)[0][0]:
            return words
    return ""


def _refuse_hundredths(table: Table[DistrictRow] | Table[ClusterRow], columns: Sequence[str]) -> None:
    for column in columns:
        if column not in table.columns or len(table.rows) < 3:
            continue
        shares = [getattr(row, column) for row in table.rows if column in row.model_fields_set]
        if shares and 0.0 < max(shares) < SMALLEST_LARGEST_SHARE:
            position = next(place for place, row in enumerate(table.rows) if getattr(row, column) == max(shares))
            why = "it is the largest of the column, less than 1 in 100"
            table.refuse(position, column, why, "shares from 0 to 1, as 0.18 for 18%")
