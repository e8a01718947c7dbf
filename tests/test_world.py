"""The bundled tables and what is derived from them."""

import csv
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world import World, load_world, synthetic_world
from sim.world.building import SIZE_CLASSES
from sim.world.documentation import provenance, tables_page
from sim.world.geography import coverage, great_circle, neighbors
from sim.world.loading import BUNDLED
from sim.world.reading import read_table
from sim.world.schema import TABLES, HighSchoolRow, PathwayRow

BUNDLED_TABLES = [model for model in TABLES if model is not PathwayRow]


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


def district(world: World, name: str) -> int:
    return world.districts.name.index(name)


def test_the_federal_counts_of_2017_18_are_kept() -> None:
    rows = read_table(BUNDLED / "high_schools.csv", HighSchoolRow).rows
    assert len(rows) == 234
    assert sum(row.grade_9 for row in rows) == 28_519
    assert sum(row.grade_10 for row in rows) == 25_596
    assert sum(row.grade_11 for row in rows) == 22_814
    assert sum(row.grade_12 for row in rows) == 21_573
    assert sum(row.kind == "alternative" for row in rows) == 26
    assert sum(row.charter == "yes" for row in rows) == 61


def test_membership_is_brought_to_the_newest_statewide_count(world: World) -> None:
    assert world.high_schools.membership.sum() == pytest.approx(101_654, abs=1)
    assert world.anchors["membership"].value == 101_654
    agencies = world.high_schools.district == -1
    assert agencies.sum() == 7
    assert world.high_schools.membership[agencies].sum() == pytest.approx(178 * 101_654 / 98_502, abs=0.1)
    assert world.districts.membership.sum() == pytest.approx(101_470, abs=1)


def test_the_agents_are_the_districts_and_the_state_charters_with_federal_counts(world: World) -> None:
    kinds = world.districts.kind
    assert len(world.districts) == 120
    assert kinds.count("district") == 89
    assert kinds.count("charter") == 31
    assert {"3502801", "3500186", "3502802"} <= set(world.districts.identifier)


def test_newer_counts_of_a_district_are_kept_as_they_are(world: World) -> None:
    for name, students in (("Gadsden Independent Schools", 3_970 + 60 * 1.04145), ("Logan Municipal Schools", 94)):
        assert world.districts.membership[district(world, name)] == pytest.approx(students, abs=0.5)


def test_charters_that_left_the_roster_count_in_the_district_of_their_location(world: World) -> None:
    owner = dict(zip(world.high_schools.name, world.high_schools.district, strict=True))
    assert owner["Cottonwood Classical Prep"] == district(world, "Albuquerque Public Schools")
    assert owner["Anthony Charter School"] == district(world, "Gadsden Independent Schools")
    assert owner["Vista Grande High School"] == district(world, "Vista Grande High School")


def test_every_row_of_every_table_names_its_source() -> None:
    for model in BUNDLED_TABLES:
        with (BUNDLED / model.table).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows
        for row in rows:
            assert row["source"].strip(), (model.table, row)
            assert "estimated" in row


def test_no_table_holds_a_path_of_a_machine() -> None:
    for model in BUNDLED_TABLES:
        text = (BUNDLED / model.table).read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/[A-Za-z]+/|[A-Z]:\\", text), model.table


def test_estimated_fields_stay_visible_with_the_district(world: World) -> None:
    estimated = dict(zip(world.districts.name, world.districts.estimated, strict=True))
    assert "region" in estimated["Albuquerque Public Schools"]
    assert "region" not in estimated["Taos Municipal Schools"]
    assert "poverty_share" in estimated["Aldo Leopold Charter"]
    assert all("membership" in names for names in estimated.values())
    assert "membership: estimated for 120 of 120 districts" in provenance(world)


def test_districts_are_sorted_by_region_and_identifier(world: World) -> None:
    districts = world.districts
    keys = list(zip(districts.region.tolist(), districts.identifier, strict=True))
    assert keys == sorted(keys)
    totals = np.add.reduceat(districts.membership, districts.region_starts)
    assert len(totals) == len(world.regions) == 9
    for region, total in enumerate(totals):
        assert total == pytest.approx(districts.membership[districts.region == region].sum())


def test_district_figures_are_sums_over_their_schools(world: World) -> None:
    schools, districts = world.high_schools, world.districts
    inside = schools.district >= 0
    sums = np.bincount(schools.district[inside], weights=schools.membership[inside])
    np.testing.assert_allclose(sums, districts.membership)
    np.testing.assert_array_equal(np.bincount(schools.district[inside]), districts.high_schools)
    np.testing.assert_allclose(districts.membership_by_grade.sum(axis=1), districts.membership)
    assert (districts.total_membership >= districts.membership).all()
    for here, after in zip(range(len(schools.district) - 1), range(1, len(schools.district)), strict=True):
        if schools.district[here] == schools.district[after]:
            assert schools.membership[here] >= schools.membership[after]


def test_coverage_rises_from_nothing_to_all(world: World) -> None:
    share = world.districts.coverage
    assert share.shape == (120, world.districts.high_schools.max() + 1)
    assert (share[:, 0] == 0).all()
    assert (share[:, -1] == 1).all()
    assert (np.diff(share, axis=1) >= 0).all()
    gains = np.diff(share, axis=1)
    assert (np.diff(gains, axis=1) <= 1e-12).all()
    assert (share[np.arange(120), world.districts.high_schools] == 1).all()


def test_coverage_of_a_worked_example() -> None:
    share = coverage(np.array([0, 0, 0, 1]), np.array([600.0, 300.0, 100.0, 40.0]), 2)
    np.testing.assert_allclose(share, [[0, 0.6, 0.9, 1.0], [0, 1.0, 1.0, 1.0]])


def test_size_classes_split_the_districts_usefully(world: World) -> None:
    counts = [world.districts.size_class.count(name) for _, name in SIZE_CLASSES]
    assert sum(counts) == 120
    assert min(counts) >= 10


def test_the_great_circle_of_known_places() -> None:
    # Albuquerque to Las Cruces, and a quarter of the equator.
    assert great_circle(*map(np.array, (35.0844, -106.6504, 32.3199, -106.7637))) == pytest.approx(307.6, abs=1)
    assert great_circle(*map(np.array, (0.0, 0.0, 0.0, 90.0))) == pytest.approx(6371 * np.pi / 2)


def test_neighbors_are_others_and_prefer_the_own_region(world: World) -> None:
    districts = world.districts
    itself = np.arange(120)[:, None]
    assert (districts.neighbors != itself).all()
    np.testing.assert_allclose(districts.neighbor_weights.sum(axis=1), 1)
    assert (np.diff(districts.neighbor_weights, axis=1) <= 1e-12).all()
    same = districts.region[districts.neighbors] == districts.region[:, None]
    assert same.mean() > 0.8
    for row in districts.neighbors:
        assert len(set(row.tolist())) == len(row)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), count=st.integers(1, 40), near=st.integers(1, 8))
def test_neighbors_are_those_that_a_full_search_finds(data: st.DataObject, count: int, near: int) -> None:
    degrees = st.lists(st.integers(-40, 40), min_size=count, max_size=count)
    latitude = np.array(data.draw(degrees), dtype=float)
    longitude = np.array(data.draw(degrees), dtype=float)
    region = np.array(data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count)), dtype=np.intp)
    index, weight = neighbors(latitude, longitude, region, near)
    assert index.shape == weight.shape == (count, near)
    others = min(near, count - 1)
    for d in range(count):
        distance = great_circle(latitude[d], longitude[d], latitude, longitude)
        felt = np.where(region == region[d], distance, 2 * distance)
        best = np.sort(np.delete(felt, d))[:others]
        np.testing.assert_allclose(felt[index[d, :others]], best, atol=1e-2)
        assert d not in index[d, :others]
        assert (weight[d, others:] == 0).all()
        assert weight[d].sum() == pytest.approx(1.0 if others else 0.0)


def test_many_points_and_few_points_find_the_same_neighbors(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    latitude, longitude = rng.uniform(30, 48, 300), rng.uniform(-120, -75, 300)
    region = rng.integers(0, 6, 300)
    outright = neighbors(latitude, longitude, region)
    monkeypatch.setattr("sim.world.geography.FEW_POINTS", 0)
    searched = neighbors(latitude, longitude, region)
    np.testing.assert_array_equal(outright[0], searched[0])
    np.testing.assert_array_equal(outright[1], searched[1])


def test_clusters_are_the_fourteen_of_the_framework(world: World) -> None:
    clusters = world.clusters
    assert len(clusters) == 14
    assert len(set(clusters.group)) == 6
    assert clusters.concentrator_share.sum() == pytest.approx(1, abs=1e-12)
    assert 0.40 <= (clusters.concentrator_share * clusters.high_cost_share).sum() <= 0.46
    for spread in (clusters.startup_cost, clusters.pass_rate, clusters.launch_months):
        assert (spread.low <= spread.central).all()
        assert (spread.central <= spread.high).all()
    assert (clusters.class_size <= clusters.class_cap).all()
    assert clusters.facility_cost.min() == 675_000
    assert clusters.facility_cost.max() == 3_000_000


def test_priorities_of_state_and_regions(world: World) -> None:
    probability = world.regions.priority_probability
    by_cluster = dict(zip(world.clusters.identifier, probability.T, strict=True))
    for cluster in ("management_entrepreneurship", "education", "digital_technology"):
        assert (by_cluster[cluster] == 1).all()
    assert by_cluster["healthcare_human_services"] == pytest.approx(6 / 7, abs=1e-4)
    assert by_cluster["marketing_sales"] == pytest.approx(0)
    assert world.regions.regional_priorities == 3


def test_anchors_agree_with_each_other(world: World) -> None:
    value = {name: anchor.value for name, anchor in world.anchors.items()}
    assert value["participants"] == 69_888
    assert value["concentrators"] == 22_210
    assert value["participation_share"] == pytest.approx(value["participants"] / value["membership"], abs=0.005)
    assert value["concentrator_share"] == pytest.approx(value["concentrators"] / value["membership"], abs=0.001)
    assert value["unit_value"] == pytest.approx(value["secondary_funding_fy2026"] / value["secondary_weight"], abs=0.1)
    assert value["seg_total"] == pytest.approx(value["program_units"] * value["unit_value"])
    assert value["appropriation_fy2026"] == (
        value["cte_appropriation_fy2026"] + value["internships_fy2026"] + value["credential_pilot"]
    )
    assert value["appropriation_fy2025"] == value["cte_appropriation_fy2025"] + value["internships_fy2025"]
    assert value["cte_appropriation_fy2025"] == (
        value["nextgen_awards_fy2025"] + value["innovation_zones_fy2025"] + value["other_cte_fy2025"]
    )
    assert value["general_fund_revenue"] == world.revenue[2026].value
    assert value["nextgen_award_per_student_max"] / value["nextgen_award_per_student_min"] > 100


def test_the_fingerprint_follows_content_not_line_ends(tmp_path: Path) -> None:
    folders = []
    for name, change in (("same", None), ("crlf", b"\r\n"), ("other", None)):
        folder = tmp_path / name
        folder.mkdir()
        for model in BUNDLED_TABLES:
            content = (BUNDLED / model.table).read_bytes()
            (folder / model.table).write_bytes(content.replace(b"\n", change) if change else content)
        folders.append(folder)
    revenue = folders[2] / "revenue.csv"
    revenue.write_text(revenue.read_text(encoding="utf-8").replace("13900000000", "13900000001"), encoding="utf-8")
    same, crlf, other = (load_world(folder).fingerprint for folder in folders)
    assert same == crlf == load_world().fingerprint
    assert other != same


@pytest.mark.parametrize("districts", [1, 2, 3, 8, 120, 700])
def test_synthetic_worlds_of_any_size_are_whole(world: World, districts: int) -> None:
    made = synthetic_world(world, districts, seed=3)
    d = made.districts
    assert len(d) == districts
    for field in fields(d):
        value = getattr(d, field.name)
        if value is None:
            assert getattr(world.districts, field.name) is None
            continue
        if field.name not in ("region_starts",):
            assert len(value) == districts, field.name
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            assert np.isfinite(value).all(), field.name
    assert (np.bincount(d.region, minlength=len(made.regions)) > 0).all()
    assert len(np.add.reduceat(d.membership, d.region_starts)) == len(made.regions)
    assert made.regions.priority_probability.shape == (len(made.regions), 14)
    np.testing.assert_allclose(d.coverage[:, -1], 1)
    np.testing.assert_allclose(d.neighbor_weights.sum(axis=1), 1.0 if districts > 1 else 0.0)
    per_student = made.anchors["participants"].value / d.membership.sum()
    assert per_student == pytest.approx(world.anchors["participants"].value / world.districts.membership.sum())
    assert made.anchors["unit_value"] == world.anchors["unit_value"]


def test_synthetic_worlds_repeat_and_differ_by_seed(world: World) -> None:
    one, again, other = synthetic_world(world, 30, 0), synthetic_world(world, 30, 0), synthetic_world(world, 30, 1)
    np.testing.assert_array_equal(one.districts.membership, again.districts.membership)
    assert one.fingerprint == again.fingerprint
    assert (one.districts.membership != other.districts.membership).any()
    assert one.fingerprint != other.fingerprint


def test_the_documented_tables_are_those_of_the_schema() -> None:
    page = Path(__file__).parent.parent / "docs" / "reference" / "tables.md"
    assert page.read_text(encoding="utf-8") == tables_page(), "print it again: python -m sim.world.documentation"
