"""Tables of the user's own: what is accepted, what falls back, and one line for what is not."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.inputs import InputError
from sim.world import load_world
from sim.world.loading import BUNDLED

Rows = list[dict[str, str]]
MINIMAL = "district,membership,high_schools\nNorthfield,1200,2\nLakeside,90,1\nAshton,300,1\n"
PATHWAYS = (
    "district,cluster,sites,instructors,participants,concentrators\n3500010,agriculture,2,3.0,200,60\n"
    "3500010,construction,,1.2,90,30\n"
)


def write(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def changed(folder: Path, table: str, change: Callable[[Rows], None]) -> Path:
    """A folder with one bundled table, changed."""
    with (BUNDLED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def cell(row: int, column: str, value: str) -> Callable[[Rows], None]:
    """Put ``value`` into a row counted as a spreadsheet does."""

    def change(rows: Rows) -> None:
        rows[row - 2][column] = value

    return change


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_world(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "told"),
    [
        ("districts", 5, "latitude", "95", "a number from -90 to 90"),
        ("districts", 9, "latitude", "north", "it is not a number"),
        ("districts", 3, "poverty_share", "nan", "it is not a finite number"),
        ("districts", 3, "poverty_share", "-0.1", "a number from 0 to 1"),
        ("districts", 3, "total_membership", "inf", "it is not a finite number"),
        ("districts", 3, "total_membership", "16,463", "without separators"),
        ("districts", 3, "total_membership", "12", "grades 9-12"),
        ("districts", 4, "locale", "village", "city, suburb, town, rural"),
        ("districts", 4, "kind", "school", "district, charter"),
        ("districts", 4, "estimated", "postcode", "it is not a column of this table"),
        ("clusters", 2, "startup_cost_low", "9000000", "low <= central <= high"),
        ("clusters", 2, "class_size", "25", "up to 20"),
        ("clusters", 6, "credential_tier", "4", "1, 2, 3"),
        ("clusters", 6, "facility_cost", "-1", "a number from 0 to 1,000,000,000"),
        ("clusters", 3, "pass_rate_central", "", "the cell is blank"),
        ("clusters", 15, "concentrator_share", "0.5", "a sum of 1"),
        ("priorities", 3, "cluster", "educaton", "did you mean 'education'?"),
        ("priorities", 3, "region", "B", "a blank"),
        ("priorities", 6, "region", "Z", "it is not a region in use"),
        ("priorities", 6, "probability", "1.5", "a number from 0 to 1"),
        ("anchors", 4, "value", "many", "it is not a number"),
        ("anchors", 4, "confidence", "sure", "high, medium, low, judgement"),
        ("high_schools", 3, "district", "3500011", "it is not a district of districts.csv"),
        ("high_schools", 3, "grade_9", "-4", "a number from 0 to 20,000"),
        ("high_schools", 3, "membership_change", "0", "above 0"),
        ("revenue", 2, "fiscal_year", "2008.5", "it is not a whole number"),
    ],
)
def test_a_bad_cell_gives_one_line(tmp_path: Path, table: str, row: int, column: str, value: str, told: str) -> None:
    folder = changed(tmp_path, table, cell(row, column, value))
    if table == "districts":
        changed(folder, "high_schools", lambda rows: None)
    message = refusal(folder)
    told_column = "startup_cost_central" if column == "startup_cost_low" else column
    assert f"{table}.csv, row {row}, column {told_column}: value '" in message
    if column != "startup_cost_low":
        assert f"value '{value}'" in message
    assert "is not allowed: " in message
    assert "; allowed: " in message
    assert told in message


def test_a_district_twice(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, districts=MINIMAL + "Lakeside,80,1\n"))
    assert "districts.csv, row 5, column district: value 'Lakeside' is not allowed: it is already in row 3" in message


def test_a_district_without_a_school(tmp_path: Path) -> None:
    changed(tmp_path, "districts", lambda rows: None)
    changed(tmp_path, "high_schools", lambda rows: rows.pop(0))
    message = refusal(tmp_path)
    assert "districts.csv, row 2, column district: value '3500001' is not allowed: it has no school" in message


def test_a_misspelt_column(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, districts=MINIMAL.replace("high_schools", "highschools")))
    assert "districts.csv, row 1, column highschools: unknown column; did you mean 'high_schools'?" in message


def test_a_missing_column(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, districts="name,membership,high_schools\nNorthfield,1200,2\n"))
    assert "districts.csv, row 1, column district: the column is missing; needed: district" in message


def test_a_column_twice(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, districts="district,membership,membership\nNorthfield,1200,2\n"))
    assert "column membership: the column is there twice" in message


def test_districts_without_schools_and_without_membership(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, districts="district,high_schools\nNorthfield,2\n"))
    assert "districts.csv, row 2, column membership: value '' is not allowed" in message


def test_membership_told_twice(tmp_path: Path) -> None:
    schools = "school,district,grade_9,grade_10,grade_11,grade_12\n1,Northfield,9,9,9,9\n"
    write(tmp_path, districts="district,membership\nNorthfield,36\n", high_schools=schools)
    assert "districts.csv, row 2, column membership: value '36' is not allowed" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("district;membership;high_schools\nNorthfield;1200;2\n", "allowed: commas"),
        ("district,membership,high_schools\n", "no rows under the header"),
        ("district,membership,high_schools\nNorthfield,1200,2,7\n", "row 2, column 4: value '7' is not allowed"),
        ('district,membership,high_schools\n"Northfield,1200,2\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_not_a_table(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(write(tmp_path, districts=text))


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "districts.csv").write_bytes("district,membership,high_schools\nEspañola,900,1\n".encode("cp1252"))
    assert "it is not UTF-8 text" in refusal(tmp_path)


def test_a_folder_that_is_not_there_or_holds_nothing(tmp_path: Path) -> None:
    assert "there is no such folder" in refusal(tmp_path / "nowhere")
    assert "holds no table" in refusal(tmp_path)


def test_a_table_of_an_unknown_name(tmp_path: Path) -> None:
    assert "did you mean 'districts.csv'?" in refusal(write(tmp_path, district=MINIMAL))


def test_a_region_that_regions_csv_does_not_know_and_one_without_districts(tmp_path: Path) -> None:
    districts = "district,region,membership,high_schools\nNorthfield,valley,1200,2\nLakeside,hills,90,1\n"
    write(tmp_path, districts=districts, regions="region,name\nvalley,The valley\nhill,The hill\n")
    assert "regions.csv, row 3, column region: value 'hill' is not allowed" in refusal(tmp_path)
    write(tmp_path, regions="region,name\nvalley,The valley\n")
    message = refusal(tmp_path)
    assert "districts.csv, row 3, column region: value 'hills' is not allowed" in message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("construction,,1.2,90,30", "constructon,,1.2,90,30", "row 3, column cluster: value 'constructon'"),
        ("3500010,construction", "9999999,construction", "row 3, column district: value '9999999'"),
        (",90,30", ",90,91", "row 3, column concentrators: value '91'"),
        (",90,30", ",9000,30", "row 3, column participants: value '9000'"),
        ("agriculture,2,", "agriculture,5,", "row 2, column sites: value '5'"),
        ("2,3.0", "4,0.4", "row 2, column instructors: value '0.4'"),
        ("construction", "agriculture", "row 3, column cluster: value 'agriculture'"),
    ],
)
def test_a_map_of_pathways_that_does_not_fit(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert f"pathways.csv, {told} is not allowed" in refusal(write(tmp_path, pathways=PATHWAYS.replace(old, new)))


def test_a_map_of_pathways_is_laid_on_districts_and_clusters(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, pathways=PATHWAYS))
    assert world.pathways is not None
    d = world.districts.identifier.index("3500010")
    agriculture = world.clusters.identifier.index("agriculture")
    construction = world.clusters.identifier.index("construction")
    assert world.pathways.sites[d, agriculture] == 2
    assert world.pathways.sites[d, construction] == 1
    assert world.pathways.sections[d, agriculture] == 15
    assert world.pathways.sections[d, construction] == 6
    assert world.pathways.participants.sum() == 290
    assert world.pathways.concentrators.sum() == 90
    assert len(world.districts) == 120
    assert world.fingerprint != load_world().fingerprint


def test_the_smallest_table_of_districts_is_a_world(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, districts=MINIMAL))
    d = world.districts
    assert d.identifier == ("Ashton", "Lakeside", "Northfield")
    np.testing.assert_allclose(d.membership, [300, 90, 1200])
    np.testing.assert_array_equal(d.high_schools, [1, 1, 2])
    np.testing.assert_allclose(d.membership_by_grade, d.membership[:, None] / 4 * np.ones(4))
    np.testing.assert_allclose(d.coverage[2], [0, 0.5, 1])
    assert world.regions.identifier == ("state",)
    assert (world.regions.priority_probability == 0).all()
    for field in ("region", "poverty_share", "latitude", "total_membership", "membership_by_grade"):
        assert all(field in names for names in d.estimated)
    assert np.isfinite(d.latitude).all()
    np.testing.assert_allclose(d.neighbor_weights.sum(axis=1), 1)


def test_bundled_totals_are_scaled_to_the_users_districts_and_say_so(tmp_path: Path) -> None:
    bundled = load_world()
    world = load_world(write(tmp_path, districts=MINIMAL))
    factor = 1590 / bundled.districts.membership.sum()
    assert world.anchors["participants"].value == pytest.approx(69_888 * factor)
    assert world.anchors["participants"].confidence == "judgement"
    assert "scaled by membership" in world.anchors["participants"].source
    assert world.anchors["unit_value"] == bundled.anchors["unit_value"]
    assert world.revenue[2026].value == pytest.approx(13.4e9 * factor)


def test_own_anchors_stand_beside_the_bundled_ones(tmp_path: Path) -> None:
    anchors = (
        "name,value,unit,year,extent,role,confidence,label,source\n"
        "participants,70100,students,2024-25,state,calibrate,high,CTE participants,PED 2026\n"
    )
    world = load_world(write(tmp_path, anchors=anchors))
    assert world.anchors["participants"].value == 70_100
    assert world.anchors["concentrators"].value == 22_210


def test_a_part_of_the_bundled_districts_keeps_its_regions_and_priorities(tmp_path: Path) -> None:
    kept = {"3500010", "3500060", "3502520"}

    def some(rows: Rows) -> None:
        rows[:] = [row for row in rows if row["district"] in kept]

    changed(tmp_path, "districts", some)
    changed(tmp_path, "high_schools", some)
    world = load_world(tmp_path)
    assert world.regions.identifier == ("B", "central")
    assert world.districts.identifier == ("3502520", "3500010", "3500060")
    assert world.regions.regional_priorities == 3


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    for table in ("districts", "high_schools"):
        changed(tmp_path, table, lambda rows: rows.reverse())
    mixed, plain = load_world(tmp_path), load_world()
    assert mixed.districts.identifier == plain.districts.identifier
    assert mixed.high_schools.identifier == plain.high_schools.identifier
    np.testing.assert_array_equal(mixed.districts.membership, plain.districts.membership)
    np.testing.assert_array_equal(mixed.districts.neighbors, plain.districts.neighbors)


def test_blank_lines_a_byte_order_mark_and_spaces_do_not_matter(tmp_path: Path) -> None:
    text = "﻿" + MINIMAL.replace("\n", "\r\n").replace(",1200", ", 1200 ") + "\r\n , ,\r\n"
    (tmp_path / "districts.csv").write_bytes(text.encode())
    np.testing.assert_allclose(load_world(tmp_path).districts.membership, [300, 90, 1200])


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(12, 50_000).filter(lambda students: set(f"{students:.12g}") != {"9"}),
            st.integers(1, 12),
            st.sampled_from(["east", "west", "north"]),
        ),
        min_size=1,
        max_size=12,
    ).filter(lambda rows: all(2 * students != sum(other for other, _, _ in rows) for students, _, _ in rows))
)
def test_any_table_of_districts_gives_a_world_that_adds_up(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, int, str]]
) -> None:
    text = "district,membership,high_schools,region\n"
    text += "".join(f"d{i},{students!r},{schools},{region}\n" for i, (students, schools, region) in enumerate(rows))
    world = load_world(write(tmp_path_factory.mktemp("state"), districts=text))
    d = world.districts
    assert d.membership.sum() == pytest.approx(sum(students for students, _, _ in rows))
    assert d.high_schools.sum() == sum(schools for _, schools, _ in rows)
    assert (np.diff(d.coverage, axis=1) >= 0).all()
    assert (d.coverage[:, -1] == 1).all()
    assert len(np.add.reduceat(d.membership, d.region_starts)) == len({region for _, _, region in rows})
    np.testing.assert_allclose(d.neighbor_weights.sum(axis=1), 1.0 if len(rows) > 1 else 0.0)
