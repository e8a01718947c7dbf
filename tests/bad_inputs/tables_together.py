"""Tables whose cells are each allowed and that cannot be true together."""

from collections.abc import Callable, Iterator

from bad_inputs.table_writing import (
    ANCHORS,
    CLUSTERS,
    DISTRICTS,
    PATHWAYS,
    PRIORITIES,
    REGIONS,
    REVENUE,
    SCHOOLS,
    Writer,
    rows_of,
    text_of,
    with_cell,
    with_column,
    without_column,
)

from sim.world import load_world
from sim.world.loading import BUNDLED
from sim.world.schema import (
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

Case = tuple[str, Callable[[], object]]

NAMES_OF_TOTALS = (
    "Total", "TOTAL", "total ", "Totals", "Statewide", "State", "state", "Grand Total", "State Total",
    "Statewide total", "All districts", "ALL", "Total, all districts", "Valley total", "Subtotal", "Sum", "Average",
    "Total:", "To\u200btal", "all schools", "State\u00a0total", "Sub-total hills",
)  # fmt: skip


def _changed(row: int, **values: str) -> str:
    text = DISTRICTS
    for column, value in values.items():
        text = with_cell(text, row, column, value)
    return text


def districts(write: Writer) -> Iterator[Case]:
    """Districts that speak against each other."""
    for name in NAMES_OF_TOTALS:
        total = f"{name},,district,,valley,rural,,,0.2,7080,2140,5,\n" if "," not in name else ""
        if total:
            yield f"districts.csv, row 6, column district: total {name!r}", write.districts(DISTRICTS + total)
        named = f'0699,"{name}",district,,valley,rural,,,0.2,7080,2140,5,\n'
        yield f"districts.csv, row 6, column name: total {name!r}", write.districts(DISTRICTS + named)
        first = text_of([rows_of(DISTRICTS)[0], *rows_of(named), *rows_of(DISTRICTS)[1:]])
        yield f"districts.csv, row 2, column name: total {name!r} first", write.districts(first)
    for name in ("Everything", "Sunshine County"):
        sized = DISTRICTS + f"0699,{name},district,,valley,rural,,,0.2,7080,2140,5,\n"
        yield f"districts.csv, row 6, column membership: the sum as {name!r}", write.districts(sized)
    three = "district,membership,high_schools\n0601,1200,2\n0602,90,1\n0699,1290,3\n"
    yield "districts.csv, row 4, column membership: the sum of two", write.districts(three)
    for code in ("601", "00601", "0601 ", "\u00a00601"):
        yield f"districts.csv, row 3, column district: again as {code!r}", write.districts(_changed(3, district=code))
    alike = "district,name,county,membership,high_schools\n{},Union,Ash,300,1\n{},{},{},{},1\nc3,Easton,Ash,200,1\n"
    for one, other, name, county, size in (
        ("union", "union_2nd", "Union", "Ash", "300"), ("union", "onion", "UNION", "ash", "120"),
        ("01", "02", "Union", "Ash", "300"), ("01", "02", " union", "ASH ", "300"),
    ):  # fmt: skip
        text = alike.format(one, other, name, county, size)
        yield f"districts.csv, row 3, column name: {name!r} of {county!r} again as {other}", write.districts(text)
    for count in ("200000", "1000000000", "5001", "91", "500"):
        yield f"districts.csv, row 3, column high_schools: {count}", write.districts(_changed(3, high_schools=count))
    many = "".join(f"{place:04d},60000,5000\n" for place in range(1, 43))
    crowded = f"district,membership,high_schools\n{many}"
    yield "districts.csv, row 42, column high_schools: together more than any country", write.districts(crowded)
    for total in ("89", "9001", "50000", "1e300"):
        yield (
            f"districts.csv, row 3, column total_membership: {total}",
            write.districts(_changed(3, total_membership=total)),
        )
    for size in ("1e300", "1e-300", "0.5", "9999", "99999", "0.18"):
        yield f"districts.csv, row 2, column membership: {size}", write.districts(_changed(2, membership=size))
    text = with_column(without_column(DISTRICTS, "total_membership"), "membership", ["999", "90", "999", "250"])
    yield "districts.csv, row 2, column membership: 999 twice", write.districts(text)
    text = with_column(DISTRICTS, "poverty_share", ["0.0018", "0.0022", "0.0030", "0.0012"])
    yield "districts.csv, row 4, column poverty_share: hundredths", write.districts(text)
    yield "districts.csv, row 2, column poverty_share: percents", write.districts(_changed(2, poverty_share="18"))
    places = {
        ("0", "-119.5"): "latitude", ("36.1", "0"): "longitude", ("0", "0"): "latitude", ("-1", "-1"): "latitude",
        ("-9", "-9"): "latitude", ("99", "99"): "latitude", ("999", "-119"): "latitude", ("-99", "-99"): "latitude",
        ("9999", "9999"): "latitude", ("46.1", "-119.5"): "latitude", ("36.1", "119.5"): "longitude",
        ("26.1", "-119.5"): "latitude", ("36.1", "-109.5"): "longitude", ("36.1", "-99"): "longitude",
        ("-36.1", "-119.5"): "latitude", ("3.61", "-119.5"): "latitude", ("36.1", "-11.95"): "longitude",
    }  # fmt: skip
    for (north, east), column in places.items():
        text = _changed(3, latitude=north, longitude=east)
        yield f"districts.csv, row 3, column {column}: {north} {east}", write.districts(text)
    text = with_column(
        with_column(DISTRICTS, "latitude", ["36.1", "-1", "36.9", "-2"]), "longitude", ["-119", "-3", "-119", "-4"]
    )
    yield "districts.csv, row 3, column longitude: two far away together", write.districts(text)
    far_apart = "district,latitude,longitude,membership,high_schools\n01,36,-119,300,1\n02,31,-91,300,1\n"
    yield "districts.csv, row 3, column longitude: two far apart", write.districts(far_apart)
    for column in ("membership", "high_schools"):
        yield f"districts.csv, row 4, column {column}: blank", write.districts(_changed(4, **{column: ""}))
    yield (
        "districts.csv, row 2, column estimated: no column",
        write.districts(DISTRICTS.replace(",note\n", ",estimated\n").replace("1200,2,", "1200,2,postcode")),
    )


def _with_schools(write: Writer, text: str, total: str = "") -> Callable[[], object]:
    alone = without_column(without_column(DISTRICTS, "membership"), "high_schools")
    if total:
        alone = with_cell(alone, 3, "total_membership", total)
    return write.world({DistrictRow: alone, HighSchoolRow: text}, AnchorRow, PathwayRow)


def schools(write: Writer) -> Iterator[Case]:
    """Schools that speak against each other or against their districts."""
    for grade in ("99999999", "9000", "9999", "1000"):
        text = with_cell(SCHOOLS, 4, "grade_10", grade)
        yield f"high_schools.csv, row 4, column grade_10: {grade} of a small district", _with_schools(write, text)
    yield "districts.csv, row 3, column total_membership: too few for its school", _with_schools(write, SCHOOLS, "12")
    for name in NAMES_OF_TOTALS[:8]:
        total = f"{name},,,regular,no,584,548,522,486,1.0,\n"
        yield f"high_schools.csv, row 7, column school: total {name!r}", _with_schools(write, SCHOOLS + total)
    all_sums = "9,Everyone,0604,regular,no,584,548,522,486,1.0,\n"
    yield "high_schools.csv, row 7, column school: the sum", _with_schools(write, SCHOOLS + all_sums)
    own_sums = "9,Northfield,0601,regular,no,330,310,290,270,1.0,\n"
    yield "high_schools.csv, row 7, column school: the sum of its district", _with_schools(write, SCHOOLS + own_sums)
    yield "high_schools.csv, row 3, column school: again", _with_schools(write, with_cell(SCHOOLS, 3, "school", "01"))
    for word in ("0605", "601", "Northfield", "nowhere"):
        text = with_cell(SCHOOLS, 3, "district", word)
        yield f"high_schools.csv, row 3, column district: {word!r}", _with_schools(write, text)
    none = text_of([row for row in rows_of(SCHOOLS) if row[2] != "0603"])
    yield "districts.csv, row 4, column district: without a school", _with_schools(write, none)
    nobody = SCHOOLS.replace("160,150,150,140", "0,0,0,0")
    yield "high_schools.csv, row 5, column grade_9: nobody", _with_schools(write, nobody)
    for change in ("1e-9", "0.001", "0", "11"):
        text = with_cell(SCHOOLS, 5, "membership_change", change)
        yield f"high_schools.csv, row 5, column membership_change: {change}", _with_schools(write, text)
    counted_twice = write.world({HighSchoolRow: SCHOOLS}, AnchorRow, PathwayRow)
    yield "districts.csv, row 2, column membership: counted twice", counted_twice


def clusters(write: Writer) -> Iterator[Case]:
    """Clusters and priorities that do not fit each other."""
    table = rows_of(CLUSTERS)
    first = table[1][0]

    def of(text: str, *left_out: type[Row]) -> Callable[[], object]:
        return write.world({ClusterRow: text}, *left_out)

    renamed = with_cell(CLUSTERS, 2, "cluster", "zzz")
    yield (
        "clusters.csv, row 15, column concentrator_share: sum",
        of(with_cell(CLUSTERS, 15, "concentrator_share", "0.5")),
    )
    for column, low in (("startup_cost", "9000000"), ("pass_rate", "1"), ("launch_months", "100")):
        text = with_cell(CLUSTERS, 2, f"{column}_low", low)
        yield f"clusters.csv, row 2, column {column}_central: order", of(text)
    for column, value in (("class_size", "1e-9"), ("class_size", "59"), ("facility_cost", "1e300")):
        yield f"clusters.csv, row 2, column {column}: {value}", of(with_cell(CLUSTERS, 2, column, value))
    small = [f"{0.005 + place / 1e4:.6f}" for place in range(len(table) - 1)]
    yield (
        f"clusters.csv, row {len(table)}, column fill_probability: hundredths",
        of(with_column(CLUSTERS, "fill_probability", small)),
    )
    yield (
        f"pathways.csv, row 2, column cluster: {first} is gone",
        of(renamed.replace("agriculture,", "farming,"), PriorityRow),
    )
    for old, new in (("education", "educaton"), ("agriculture", "farming")):
        row = 2 if old == "education" else 3
        yield (
            f"priorities.csv, row {row}, column cluster: {new}",
            write.world({PriorityRow: PRIORITIES.replace(old, new)}),
        )
    bundled = (BUNDLED / "districts.csv").read_text(encoding="utf-8"), (BUNDLED / "high_schools.csv").read_text("utf-8")

    def of_new_mexico() -> object:
        path = write.new()
        for name, text in zip(("districts.csv", "high_schools.csv"), bundled, strict=True):
            (path / name).write_text(text, encoding="utf-8")
        (path / "clusters.csv").write_text(CLUSTERS.replace("\neducation,", "\nteaching,"), encoding="utf-8")
        return load_world(path)

    yield "clusters.csv: cluster 'education' renamed though the bundled priorities name it", of_new_mexico
    yield (
        "priorities.csv, row 2, column region: the state's",
        write.world({PriorityRow: PRIORITIES.replace("state,,", "state,hills,")}),
    )
    yield (
        "priorities.csv, row 3, column region: unknown",
        write.world({PriorityRow: PRIORITIES.replace("hills", "hill")}),
    )


def anchors(write: Writer) -> Iterator[Case]:
    """Totals that contradict the districts, each other, their units or common sense."""

    def of(row: int, **values: str) -> Callable[[], object]:
        text = ANCHORS
        for column, value in values.items():
            text = with_cell(text, row, column, value)
        return write.world({AnchorRow: text}, PathwayRow)

    for value in ("-1000", "0", "0.69", "0.5", "-0.69", "10", "2141", "5000000", "1e300", "130000"):
        yield f"anchors.csv, row 2, column value: {value} participants", of(2, value=value)
    for value in ("69.8", "130"):
        yield f"anchors.csv, row 3, column value: for {value} participants", of(2, value=value)
    for value in ("-1", "0", "0.218", "1301", "1e9", "5000000", "10", "1"):
        yield f"anchors.csv, row 3, column value: {value} concentrators", of(3, value=value)
    for value in ("61", "-0.61", "0", "1.2"):
        yield f"anchors.csv, row 4, column value: {value} of members", of(4, value=value)
    for value in ("0.061", "0.2"):
        yield f"anchors.csv, row 2, column value: not {value} of members", of(4, value=value)
    for value in ("6.1", "0", "-6100", "6100000"):
        yield f"anchors.csv, row 5, column value: {value} for a unit", of(5, value=value)
    for name in ("concentratrs", "participant", "members", "Participants (CTE)", "x", "unit value"):
        yield f"anchors.csv, row 2, column name: {name}", of(2, name=name)
    yield "anchors.csv, row 3, column name: twice", of(3, name="Participants")
    for unit in ("thousands of students", "share", "percent", "dollars"):
        yield f"anchors.csv, row 2, column unit: {unit}", of(2, unit=unit)
    yield "anchors.csv, row 2, column extent: rate", of(2, extent="rate")
    more = {
        "membership,21400,students,2025-26,state,context,high,members": "ten times the members",
        "membership,214,students,2025-26,state,context,high,members": "a digit missing",
        "general_fund_revenue,236000,dollars,FY2026,state,calibrate,high,revenue": "in thousands",
        "general_fund_revenue,0,dollars,FY2026,state,calibrate,high,revenue": "nothing",
        "general_fund_revenue,150000000,dollars,FY2026,state,calibrate,high,revenue": "not that of revenue.csv",
        "regional_priorities,40,clusters per region,2026,rate,calibrate,high,priorities": "more than clusters",
        "regional_priorities,2.5,clusters per region,2026,rate,calibrate,high,priorities": "half a cluster",
        "vacancy_rate,3,share of posts,2025,rate,validate,medium,vacancies": "a percentage",
        "instructor_compensation,96,dollars per FTE,FY2026,rate,calibrate,high,pay": "in thousands",
        "seg_total,90,dollars,FY2026,state,calibrate,high,formula": "in millions",
    }  # fmt: skip
    for line, what in more.items():
        name = line.split(",", 1)[0]
        yield (
            f"anchors.csv, row 6, column value: {name}, {what}",
            write.world({AnchorRow: f"{ANCHORS}{line}\n"}, PathwayRow),
        )
    for wanted in ("1200", "1400"):
        text = with_cell(ANCHORS, 2, "value", wanted)
        yield f"anchors.csv, row 2, column value: {wanted}, not that of the map", write.world({AnchorRow: text})
    without_share = text_of([row for row in rows_of(ANCHORS) if row[0] != "participation_share"])
    map_only = with_cell(without_share, 3, "value", "300")
    yield "anchors.csv, row 3, column value: not the concentrators of the map", write.world({AnchorRow: map_only})

    def of_new_mexico(text: str) -> Callable[[], object]:
        def call() -> object:
            path = write.new()
            (path / AnchorRow.table).write_text(text, encoding="utf-8")
            return load_world(path)

        return call

    head = ANCHORS.splitlines()[0]
    for line in ("participants,6988,students", "participants,698880,students", "concentrators,2221,students"):
        text = f"{head}\n{line},2022-23,state,calibrate,high,a digit slipped\n"
        yield f"anchors.csv, row 2, column value: {line} of New Mexico", of_new_mexico(text)


def pathways(write: Writer) -> Iterator[Case]:
    """Pathways that their district, their cluster or their instructors cannot have."""
    changes = (
        (2, "district", "0699"), (2, "district", "601"), (2, "district", "Northfield"), (2, "district", "Total"),
        (2, "cluster", "agricultur"), (2, "cluster", "Total"), (2, "sites", "3"), (3, "participants", "1100"),
        (2, "concentrators", "261"), (2, "instructors", "1e12"), (2, "instructors", "0.05"), (2, "instructors", "0.5"),
        (2, "instructors", "300"), (2, "participants", "0"), (3, "instructors", "0.2"), (2, "participants", "0.26"),
    )  # fmt: skip
    for row, column, value in changes:
        told = "concentrators" if value == "0.26" else column
        text = with_cell(PATHWAYS, row, column, value)
        yield f"pathways.csv, row {row}, column {told}: {value}", write.world({PathwayRow: text}, AnchorRow)


def revenue(write: Writer) -> Iterator[Case]:
    """Revenue without its base year, with a year left out, or in another unit."""

    def of(*kept: int, scale: float = 1.0) -> Callable[[], object]:
        table = [rows_of(REVENUE)[0], *(rows_of(REVENUE)[place] for place in kept)]
        scaled = [table[0], *([row[0], f"{float(row[1]) * scale:.12g}", *row[2:]] for row in table[1:])]
        return write.world({RevenueRow: text_of(scaled)}, AnchorRow, PathwayRow)

    yield "revenue.csv, row 2, column fiscal_year: one year", of(4)
    yield "revenue.csv, row 4, column fiscal_year: without the base year", of(1, 2, 3)
    yield "revenue.csv, row 4, column fiscal_year: a year left out", of(1, 2, 4)
    yield "revenue.csv, row 3, column fiscal_year: two years left out", of(1, 4)
    for scale in (1e-3, 1e-6, 1e3, 1e6):
        yield f"revenue.csv, row 2, column revenue: times {scale:g}", of(1, 2, 3, 4, scale=scale)
    for row, value in ((3, "22400000"), (4, "2310000000"), (2, "21000000")):
        told = row if value != "21000000" else 3
        text = with_cell(REVENUE, row, "revenue", value)
        name = f"revenue.csv, row {told}, column revenue: {value}"
        yield name, write.world({RevenueRow: text}, AnchorRow, PathwayRow)


def regions(write: Writer) -> Iterator[Case]:
    """Regions that are not there, or nobody's."""
    yield "regions.csv, row 4, column region: nobody's", write.world({RegionRow: f"{REGIONS}coast,The coast\n"})
    yield (
        "regions.csv, row 4, column region: twice in two spellings",
        write.world({RegionRow: f"{REGIONS}Valley ,Again\n"}),
    )
    yield "districts.csv, row 4, column region: unknown", write.world({DistrictRow: _changed(4, region="hils")})
