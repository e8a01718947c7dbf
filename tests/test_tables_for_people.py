"""CSV files for people open in a spreadsheet as they are meant, and districts in them can be told from each other."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_results import fake_results, fake_world
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cells import NUMBER
from sim.report.compare.write import write_report
from sim.report.fiscal_note.files import write_note_table
from sim.report.shared.order import first_places, labels_where_shared, quarters, ranks, with_code
from sim.tables_for_people import RUN_BY_SPREADSHEETS, plain_cell, table_text, write_table

DANGEROUS = ("=1+2", "+1+1", "-2+3", "@SUM(1+1)", "\t=1", "\r=1", '=HYPERLINK("x")', "=cmd|' /C calc'!A0", "＝1+1")


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_a_spreadsheet_would_run_stands_behind_an_apostrophe(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+1.5e3", "Española", "5-9", "a=b", "", "'=1", -5, 1.5, None, "($3.0)"])
def test_numbers_and_other_texts_stay_as_they_are(value: object) -> None:
    assert plain_cell(value) is value


@settings(max_examples=40, deadline=None)
@given(cells=st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_no_cell_begins_with_what_a_spreadsheet_runs(cells: list[str]) -> None:
    rows = list(csv.reader(table_text(pd.DataFrame({"name": cells})).splitlines(keepends=True)))
    for cell in [row[0] for row in rows[1:] if row]:
        assert not cell.startswith(RUN_BY_SPREADSHEETS) or NUMBER.fullmatch(cell)


def test_a_table_for_people_has_a_byte_order_mark_and_is_read_by_pandas_as_it_is(tmp_path: Path) -> None:
    table = pd.DataFrame({"name": pd.Categorical(["Española", "=1+2"]), "=dollars": [1.0, -2.5], "count": [1, -2]})
    write_table(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes().startswith(b"\xef\xbb\xbfname,")
    rows = [["name", "'=dollars", "count"], ["Española", "1", "1"], ["'=1+2", "-2.5", "-2"]]
    assert read(tmp_path / "table.csv") == rows
    assert pd.read_csv(tmp_path / "table.csv")["name"].tolist() == ["Española", "'=1+2"]
    assert list(table.columns) == ["name", "=dollars", "count"]
    assert table["name"].tolist() == ["Española", "=1+2"]


def test_numbers_are_written_in_so_many_digits_or_in_full() -> None:
    table = pd.DataFrame({"value": [1 / 3, 1e6 / 3]})
    assert table_text(table, 4) == "value\n0.3333\n3.333e+05\n"
    assert float(table_text(table, None).splitlines()[1]) == 1 / 3


def test_every_csv_of_a_comparison_is_for_people(tmp_path: Path) -> None:
    world = fake_world(8)
    results = fake_results(world, draws=4, horizon=6)
    formulas = {
        name: {**record, "title": "=1+2", "lines": {
            line: {**held, "title": "=cmd|' /C calc'!A0", "fund": "@SUM(1+1)"} for line, held in record["lines"].items()
        }}
        for name, record in results.manifest.formulas.items()
    }  # fmt: skip
    results = replace(results, manifest=replace(results.manifest, formulas=formulas))
    write_report(results, world, tmp_path, everything=False)
    write_note_table(results, tmp_path / "fiscal_note.csv")
    found = list(tmp_path.rglob("*.csv"))
    assert {path.name for path in found} >= {"summary.csv", "fiscal_note.csv"}
    for path in found:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), path.name
        assert not [cell for row in read(path) for cell in row if cell.startswith(("=", "@"))], path.name


def test_districts_of_one_name_are_told_apart_by_their_codes() -> None:
    assert with_code("Union", "0601") == "Union (0601)"
    assert with_code("0601", "0601") == with_code("", "0601") == "0601"
    assert with_code("A very long name of a district", "0601", 24) == "A very long na... (0601)"
    assert labels_where_shared(("Union", "Easton", "Union"), ("1", "2", "3")) == ["Union (1)", "Easton", "Union (3)"]


@pytest.mark.parametrize(
    ("values", "places", "alike"),
    [
        ((5, 3, 9, 1), [2, 0], 0),
        ((5, 5, 9, 1), [2], 2),
        ((5, 5, 5, 5), [], 4),
        ((5, 9, 9, 1), [1, 2], 0),
        ((5,), [0], 0),
    ],
)
def test_first_places_are_not_given_by_the_order_of_a_table(
    values: Sequence[float], places: list[int], alike: int
) -> None:
    assert first_places(np.array(values, dtype=float), 2) == (places, alike)


def test_equal_districts_share_a_rank() -> None:
    np.testing.assert_array_equal(ranks(np.array([3.0, 5.0, 5.0 + 1e-12, 1.0])), [3, 1, 1, 4])


def test_quarters_keep_equal_shares_together() -> None:
    assert quarters(np.array([0.4, 0.1, 0.3, 0.2])) == (
        "highest poverty", "lowest poverty", "third quarter", "second quarter",
    )  # fmt: skip
    found = quarters(np.array([0.1, 0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.4]))
    assert found is not None
    assert found[:3] == ("lowest poverty",) * 3
    assert found[3:5] == ("second quarter",) * 2


@pytest.mark.parametrize(
    "values",
    [(0.2,) * 8, (0.1, 0.2, 0.3), (0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.3, 0.4), (0.1, 0.2, 0.3, 0.3)],
    ids=("all alike", "three districts", "mostly alike", "three shares"),
)
def test_there_are_no_quarters_where_shares_do_not_tell_districts_apart(values: Sequence[float]) -> None:
    assert quarters(np.array(values)) is None


@given(values=st.lists(st.integers(0, 30), min_size=1, max_size=40), seed=st.integers(0, 5))
def test_quarters_do_not_depend_on_the_order_of_the_table(values: list[int], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(values))
    held = np.array(values, dtype=float)
    one, other = quarters(held), quarters(held[order])
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert [one[place] for place in order] == list(other)
        assert set(one) == {"lowest poverty", "second quarter", "third quarter", "highest poverty"}
