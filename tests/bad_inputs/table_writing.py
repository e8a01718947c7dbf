"""A small state whose tables are good, and what writes them anew, each time into a folder of its own, with changes."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.world import load_world
from sim.world.loading import BUNDLED
from sim.world.reading import read_table
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

Rows = list[list[str]]

DISTRICTS = """\
district,name,kind,county,region,locale,latitude,longitude,poverty_share,total_membership,membership,\
high_schools,note
0601,Northfield,district,Ash,valley,town,36.1,-119.5,0.18,4100,1200,2,
0602,Lakeside,district,Ash,valley,rural,36.3,-119.7,0.22,280,90,1,
0603,Easton,district,Birch,hills,rural,36.9,-119.1,0.30,1900,600,1,
0604,Weston,charter,Birch,hills,suburb,36.8,-119.9,0.12,800,250,1,
"""
SCHOOLS = """school,name,district,kind,charter,grade_9,grade_10,grade_11,grade_12,membership_change,note
1,North High,0601,regular,no,180,170,160,150,1.0,
2,South High,0601,regular,no,150,140,130,120,1.0,
3,Lake High,0602,regular,no,24,23,22,21,1.0,
4,East High,0603,regular,no,160,150,150,140,1.0,
5,Second Chance,0604,alternative,yes,70,65,60,55,1.0,
"""
REGIONS = "region,name\nvalley,The valley\nhills,The hills\n"
PRIORITIES = (
    "scope,region,cluster,probability\nstate,,education,1\nregion,hills,agriculture,0.5\nregion,,construction,0.4\n"
)
ANCHORS = """name,value,unit,year,extent,role,confidence,label
participants,1300,students,2025-26,state,calibrate,high,CTE participants
concentrators,400,students,2025-26,state,calibrate,high,CTE concentrators
participation_share,0.61,share of membership,2025-26,rate,calibrate,high,participants over members
unit_value,6100,dollars per program unit,FY2026,rate,calibrate,high,value of a program unit
"""
PATHWAYS = """district,cluster,sites,instructors,participants,concentrators
0601,agriculture,1,4.0,260,80
0601,construction,2,6.0,440,140
0603,digital_technology,1,5.0,360,110
0604,education,1,3.0,240,70
"""
REVENUE = """fiscal_year,revenue,kind,confidence
2023,210000000,actual,high
2024,224000000,actual,high
2025,231000000,actual,high
2026,236000000,estimate,medium
"""
CLUSTERS = (BUNDLED / ClusterRow.table).read_text(encoding="utf-8")

GOOD: dict[type[Row], str] = {
    DistrictRow: DISTRICTS,
    HighSchoolRow: SCHOOLS,
    ClusterRow: CLUSTERS,
    RegionRow: REGIONS,
    PriorityRow: PRIORITIES,
    AnchorRow: ANCHORS,
    PathwayRow: PATHWAYS,
    RevenueRow: REVENUE,
}
"""A small state that is read without a word; its districts have no table of schools beside them."""

TOGETHER = (DistrictRow, ClusterRow, RegionRow, PriorityRow, AnchorRow, PathwayRow, RevenueRow)


def rows_of(text: str) -> Rows:
    """The cells of a table, its header first."""
    return list(csv.reader(io.StringIO(text)))


def text_of(rows: Sequence[Sequence[str]]) -> str:
    """A table of cells as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def with_cell(text: str, row: int, column: str, value: str) -> str:
    """A table with another value in a cell, its row counted as a spreadsheet does."""
    rows = rows_of(text)
    rows[row - 1][rows[0].index(column)] = value
    return text_of(rows)


def with_column(text: str, column: str, values: Sequence[str]) -> str:
    """A table with other values in a column."""
    rows = rows_of(text)
    place = rows[0].index(column)
    for row, value in zip(rows[1:], values, strict=True):
        row[place] = value
    return text_of(rows)


def without_column(text: str, column: str) -> str:
    """A table without one of its columns."""
    rows = rows_of(text)
    place = rows[0].index(column)
    return text_of([row[:place] + row[place + 1 :] for row in rows])


class Writer:
    """Writes each case into a folder of its own below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def new(self) -> Path:
        """A folder for one case."""
        self.count += 1
        path = self.folder / f"case_{self.count:04d}"
        path.mkdir(parents=True)
        return path

    def table(self, model: type[Row], content: str | bytes) -> Callable[[], object]:
        """The reading of one table."""

        def call() -> object:
            path = self.new() / model.table
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return read_table(path, model)

        return call

    def world(self, changed: dict[type[Row], str] | None = None, *left_out: type[Row]) -> Callable[[], object]:
        """The reading of the whole state, some of its tables changed, and some left out."""

        def call() -> object:
            path = self.new()
            tables = {model: GOOD[model] for model in TOGETHER if model not in left_out} | (changed or {})
            for model, text in tables.items():
                (path / model.table).write_text(text, encoding="utf-8")
            return load_world(path)

        return call

    def districts(self, text: str) -> Callable[[], object]:
        """The reading of districts alone."""

        def call() -> object:
            path = self.new()
            (path / DistrictRow.table).write_text(text, encoding="utf-8")
            return load_world(path)

        return call

    def beside(self, put: Callable[[Path], object]) -> Callable[[], object]:
        """The reading of a folder with districts in which something else was put."""

        def call() -> object:
            path = self.new()
            (path / DistrictRow.table).write_text(DISTRICTS, encoding="utf-8")
            put(path)
            return load_world(path)

        return call
