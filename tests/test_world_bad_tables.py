"""Every wrong table that the generator makes is answered in one line; tables like it that are good stay good."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bad_inputs import tables
from bad_inputs.table_writing import DISTRICTS, GOOD, Writer, with_cell, with_column, without_column

from sim.inputs import InputError
from sim.world import World, load_world
from sim.world.loading import BUNDLED
from sim.world.schema import AnchorRow, DistrictRow, HighSchoolRow, PathwayRow, RevenueRow

LONGEST = 300
"""Characters of an answer, the folder left out."""


@pytest.mark.parametrize("make", tables.MAKERS, ids=lambda make: make.__name__)
def test_every_wrong_table_is_answered_in_one_line_that_names_where_it_is_wrong(
    tmp_path: Path, make: Callable[[Writer], object]
) -> None:
    wrong = []
    for name, call in make(Writer(tmp_path)):
        try:
            call()
        except InputError as error:
            said = str(error).replace(str(tmp_path), "")
            where = name.split(": ")[0]
            if where not in said or "\n" in said or len(said) > LONGEST:
                wrong.append(f"{name}: {said}")
        else:
            wrong.append(f"{name}: accepted")
    assert wrong == []


def test_there_are_many_wrong_tables_each_of_its_own_name(tmp_path: Path) -> None:
    names = [name for name, _ in tables.cases(tmp_path)]
    assert len(names) > 1_000
    assert len(names) == len(set(names))
    assert list(tmp_path.iterdir()) == []


def test_the_state_that_the_wrong_tables_are_made_from_is_good(tmp_path: Path) -> None:
    write = Writer(tmp_path)
    for model in GOOD:
        write.table(model, GOOD[model])()
    world = write.world()()
    assert isinstance(world, World)
    assert world.anchors["participants"].value == 1_300
    schools = GOOD[DistrictRow]
    for column in ("membership", "high_schools"):
        schools = without_column(schools, column)
    world = write.world({DistrictRow: schools, HighSchoolRow: GOOD[HighSchoolRow]}, AnchorRow, PathwayRow)()
    assert isinstance(world, World)
    assert len(world.high_schools.name) == 5


def districts_of(tmp_path: Path, text: str, encoding: str = "utf-8") -> World:
    (tmp_path / "districts.csv").write_text(text, encoding=encoding, newline="")
    return load_world(tmp_path)


def test_accents_leading_zeros_and_quoted_commas_are_kept(tmp_path: Path) -> None:
    text = (
        "district,name,region,membership,high_schools\r\n0601,Peñasco Independent ,norte,1200,2\r\n"
        '0602,"Española, Public Schools",norte,900,1\r\n'
    )
    world = districts_of(tmp_path, text, "utf-8-sig")
    assert world.districts.identifier == ("0601", "0602")
    assert world.districts.name == ("Peñasco Independent", "Española, Public Schools")


def test_two_districts_of_one_name_stay_two(tmp_path: Path) -> None:
    text = "district,name,region,locale,membership,high_schools\n0601,Union,valley,town,1200,2\n"
    world = districts_of(tmp_path, f"{text}0602,Union,valley,rural,90,1\n0603,Easton,valley,rural,300,1\n")
    assert world.districts.name == ("Union", "Union", "Easton")


def test_empty_columns_and_rows_are_passed_over(tmp_path: Path) -> None:
    lines = ("district,name,,membership,high_schools,,", "0601,Northfield,,1200,2,,", ",,,", "", "0602,Lakeside,,90,1")
    world = districts_of(tmp_path, "\r\n".join([*lines, ",,"]))
    np.testing.assert_allclose(world.districts.membership, [1200, 90])


@pytest.mark.parametrize(
    ("spellings", "kept"),
    [
        (("North", "north", "NORTH "), "North"),
        (("Rio\u00a0Arriba", "Rio Arriba", " rio  arriba"), "Rio Arriba"),
        (("Española", "Espan\u0303ola", "ESPAÑOLA"), "Española"),
        (("Valley\u200b", "Valley", "\u2066valley\u2069"), "Valley"),
        (("O’Brien", "O'Brien", "o'brien"), "O'Brien"),
        (("Rio–Arriba", "Rio-Arriba", "rio-arriba"), "Rio-Arriba"),
    ],
)
def test_spellings_of_one_region_are_one_region_and_one_county(
    tmp_path: Path, spellings: tuple[str, ...], kept: str
) -> None:
    rows = "".join(f"060{place},{word},{word},{100 + place},1\n" for place, word in enumerate(spellings))
    world = districts_of(tmp_path, f"district,region,county,membership,high_schools\n{rows}")
    assert world.regions.identifier == (kept,)
    assert set(world.districts.county) == {kept}
    (tmp_path / "regions.csv").write_text(f"region\n{spellings[-1]}\n", encoding="utf-8")
    assert len(load_world(tmp_path).regions) == 1


def test_known_words_and_columns_are_found_in_any_letters(tmp_path: Path) -> None:
    text = (
        "District,NAME,Locale,KIND,membership,high_schools\n0601,A, Rural ,Charter,300,1\n0602,B,CITY,district,90,1\n"
    )
    world = districts_of(tmp_path, text)
    assert world.districts.locale == ("rural", "city")
    assert world.districts.kind == ("charter", "district")


def test_keys_of_other_tables_are_found_in_any_letters(tmp_path: Path) -> None:
    write = Writer(tmp_path)
    louder = GOOD[PathwayRow].replace("agriculture", "Agriculture ").replace("education", "EDUCATION")
    named = GOOD[AnchorRow].replace("participants,1300,students", "Participants,1300,Students")
    world = write.world({PathwayRow: louder, AnchorRow: named})()
    assert isinstance(world, World)
    assert world.pathways is not None
    assert world.pathways.participants.sum() == 1_300
    assert world.anchors["participants"].value == 1_300


def test_blank_lines_count_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    lines = GOOD[DistrictRow].replace("36.3", "95").splitlines()
    with pytest.raises(InputError, match=r"districts.csv, row 5, column latitude: value '95'"):
        districts_of(tmp_path, "\n".join([lines[0], "", lines[1], ",,,", *lines[2:]]))


def test_a_row_that_only_looks_like_a_total_passes_with_a_note(tmp_path: Path) -> None:
    text = "district,membership,high_schools,note\n01,300,1,\n02,500,1,\n03,800,2,{}\n04,9999,9,{}\n"
    with pytest.raises(InputError, match="row 5, column membership"):
        districts_of(tmp_path, text.format("counted in October", ""))
    world = districts_of(tmp_path, text.format("counted in October", "counted in October"))
    assert len(world.districts) == 4


def test_names_that_merely_hold_such_words_are_names(tmp_path: Path) -> None:
    names = ("State College Area", "All Saints", "Summit", "Statesboro", "Meanwhile", "Allen", "Totality", "Center")
    rows = "".join(f"{place:02d},{name},{100 + place * place},1\n" for place, name in enumerate(names))
    world = districts_of(tmp_path, f"district,name,membership,high_schools\n{rows}")
    assert set(world.districts.name) == set(names)


def test_a_state_of_one_district_may_be_called_as_it_likes(tmp_path: Path) -> None:
    assert len(districts_of(tmp_path, "district,membership,high_schools\nStatewide,52000,40\n").districts) == 1


def test_a_wide_state_is_not_too_wide(tmp_path: Path) -> None:
    """Places as far apart as Alaska's, in which each has another within a few hundred kilometers."""
    places = ((61.2, -149.9), (64.8, -147.7), (58.3, -134.4), (55.3, -131.6), (71.3, -156.8), (53.9, -166.5),
              (51.9, -176.7), (60.8, -161.8), (66.9, -162.6), (64.5, -165.4))  # fmt: skip
    rows = "".join(f"{place:02d},{north},{east},{100 + 7 * place},1\n" for place, (north, east) in enumerate(places))
    world = districts_of(tmp_path, f"district,latitude,longitude,membership,high_schools\n{rows}")
    assert len(world.districts) == len(places)


def test_a_far_place_is_said_to_be_far_and_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lies [\d,]+ km from the nearest other district; the minus"):
        districts_of(tmp_path, with_cell(DISTRICTS, 4, "longitude", "119.1"))
    eastern = with_column(DISTRICTS, "longitude", ["-79.5", "-79.7", "-79.1", "-79.9"])
    with pytest.raises(InputError, match="latitude and longitude are swapped"):
        districts_of(tmp_path, with_cell(with_cell(eastern, 4, "longitude", "36.9"), 4, "latitude", "-79.1"))


def test_districts_without_places_are_marked_as_estimated(tmp_path: Path) -> None:
    world = districts_of(tmp_path, with_column(DISTRICTS, "latitude", ["36.1", "", "36.9", "36.8"]))
    assert "latitude" in dict(zip(world.districts.identifier, world.districts.estimated, strict=True))["0602"]


@pytest.mark.parametrize(
    "name", ["README.txt", "notes.xlsx", "source.zip", ".~lock.districts.csv#", "~$districts.xlsx", "map.pdf", "x.yaml"]
)
def test_other_files_beside_the_tables_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "districts.xlsx").write_bytes(b"x")
    assert len(districts_of(tmp_path, DISTRICTS).districts) == 4


def test_a_copy_of_every_bundled_table_is_the_bundled_world(tmp_path: Path) -> None:
    for file in BUNDLED.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    copied, bundled = load_world(tmp_path), load_world()
    assert copied.fingerprint == bundled.fingerprint
    assert copied.anchors == bundled.anchors
    assert copied.regions.identifier == bundled.regions.identifier
    np.testing.assert_array_equal(copied.districts.neighbors, bundled.districts.neighbors)


def test_revenue_of_the_base_year_is_where_the_model_starts(tmp_path: Path) -> None:
    write = Writer(tmp_path)
    world = write.world(None, AnchorRow, PathwayRow)()
    assert isinstance(world, World)
    assert world.anchors["general_fund_revenue"].value == 236_000_000
    assert "revenue.csv" in world.anchors["general_fund_revenue"].source
    own = GOOD[AnchorRow] + "general_fund_revenue,237000000,dollars,FY2026,state,calibrate,high,revenue\n"
    world = write.world({AnchorRow: own}, PathwayRow)()
    assert isinstance(world, World)
    assert world.anchors["general_fund_revenue"].value == 237_000_000
    world = write.world({AnchorRow: own}, PathwayRow, RevenueRow)()
    assert isinstance(world, World)
    assert world.anchors["general_fund_revenue"].value == 237_000_000


def test_many_districts_are_read_in_seconds(tmp_path: Path) -> None:
    with (tmp_path / "districts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("district", "region", "latitude", "longitude", "membership", "high_schools"))
        rng = np.random.default_rng(4)
        for place in range(3_000):
            north, east = rng.uniform(30, 48), rng.uniform(-120, -75)
            writer.writerow((f"{place:05d}", f"r{place % 40}", f"{north:.4f}", f"{east:.4f}", 40 + place % 997, 1))
    assert len(load_world(tmp_path).districts) == 3_000
