"""What a user changes of a shipped formula, scenario or parameter is said wherever the name stands."""

import json
from pathlib import Path
from typing import Any

import pytest
from commanded import asked, carried_out

from sim.config_folder import config_folder
from sim.inputs import read_yaml
from sim.study.setup.changes import changes, marked, number_words, told, typed_changes

QUICK = ("draws=2", "horizon=2", "workers=1", "report=false")
FORMULA = ("formula=aligned", "formula.appropriation.dollars=1000000")
SCENARIO = "scenario.from_year.2027.participation=0.1"
SAID = "aligned, changed: appropriation.dollars=1,000,000"


@pytest.mark.parametrize("group", ["formula", "scenario"])
def test_a_shipped_file_that_is_left_alone_is_not_changed(group: str, tmp_path: Path) -> None:
    for path in sorted((config_folder() / group).glob("*.yaml")):
        settings = asked(tmp_path, "study=project", f"{group}={path.stem}").settings
        assert changes(read_yaml(path), getattr(settings, group)) == "", path.name


def test_a_choice_alone_changes_nothing(tmp_path: Path) -> None:
    inputs = asked(tmp_path, "study=project", "formula=aligned", "scenario=oil_slump").inputs()
    assert inputs.changed == {}
    assert [scenario.name for scenario in inputs.scenarios] == ["oil_slump"]
    assert not any(", changed" in formula.title for formula in inputs.formulas)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": 1}, {"a": 1}, ""),
        ({"a": 1}, {"a": 20_000}, "a=20,000"),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 0.5}]}}, "a.b.1.c=0.5"),
        ({"a": {"b": 1}, "d": 2}, {"a": {"b": 1}}, "without d"),
        ({}, {"takes_effect": 2030}, "takes_effect=2030"),
        ({"a": [1, 2]}, {"a": [1]}, "a=[1]"),
        ({"a": 1}, {"a": True}, "a=True"),
        ({"a": 1}, {"a": None}, "a=null"),
        ({"title": "x"}, {"title": "y", "a": 1}, "a=1"),
        ({}, {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, "a=1, b=2, c=3 and 2 more"),
    ],
)
def test_a_change_is_told_by_its_path_and_its_new_value(before: Any, after: Any, said: str) -> None:
    assert changes(before, after) == said


def test_numbers_are_written_as_a_reader_writes_them() -> None:
    assert [number_words(value) for value in (2030, 9_999, 10_000, 1_000_000, 0.05, 25_000.5)] == [
        "2030", "9999", "10,000", "1,000,000", "0.05", "25,000.5",
    ]  # fmt: skip


def test_of_a_file_in_a_folder_of_the_users_own_the_words_are_told() -> None:
    words = ("++formula.components.0.per_school=60000", "~formula.rules", "formula.title=x", "draws=2", "formula=mine")
    written = {"components": [{"per_school": 60_000}]}
    assert typed_changes("formula", written, words) == "components.0.per_school=60,000, without rules"


def test_held_parameters_are_told_after_the_formulas() -> None:
    assert told({"aligned": "a=1"}, {"staffing.turnover": 0.2}) == (
        "aligned, changed: a=1",
        "parameters set: staffing.turnover=0.2",
    )
    assert told({}, {}) == ()
    assert marked("aligned", "") == "aligned"


def test_a_comparison_says_what_was_changed_on_screen_in_its_page_and_in_the_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carried_out(tmp_path, "study=project", *FORMULA, SCENARIO, "parameters.staffing.turnover=0.2", *QUICK)
    shown = capsys.readouterr()
    page = (tmp_path / "comparison.txt").read_text(encoding="utf-8")
    for text in (shown.out, page):
        said = " ".join(text.split())
        assert SAID in said
        assert "scenario baseline, changed: from_year.2027.participation=0.1" in said
        assert "parameters set: staffing.turnover=0.2" in said
        assert [line for line in text.splitlines() if line.strip().startswith("changed")]
    assert SAID in shown.err
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest["formulas"]) == ["status_quo", "aligned"]
    assert manifest["formulas"]["aligned"]["title"].endswith(", changed: appropriation.dollars=1,000,000")
    assert manifest["formulas"]["aligned"]["changed"] == "appropriation.dollars=1,000,000"
    assert ", changed" not in manifest["formulas"]["status_quo"]["title"]


@pytest.mark.parametrize(
    ("study", "words", "page"),
    [
        ("bridge", QUICK, "bridge.txt"),
        ("explain", (*QUICK, "district=gallup"), "explain.txt"),
        ("district", (*QUICK, "district=gallup"), "district.txt"),
        ("two_by_two", QUICK, "parts.txt"),
    ],
)
def test_a_page_of_one_formula_says_what_was_changed(
    study: str, words: tuple[str, ...], page: str, tmp_path: Path
) -> None:
    carried_out(tmp_path, f"study={study}", *FORMULA, "parameters.staffing.turnover=0.2", *words)
    said = " ".join((tmp_path / page).read_text(encoding="utf-8").split())
    assert SAID in said
    assert "parameters set: staffing.turnover=0.2" in said


@pytest.mark.slow
def test_a_checked_bill_says_what_was_changed(tmp_path: Path) -> None:
    carried_out(tmp_path, "study=check_formula", *FORMULA, "parameters.staffing.turnover=0.2", "draws=2")
    said = " ".join((tmp_path / "bill.txt").read_text(encoding="utf-8").split())
    assert "LESC's aligned formula, changed: appropriation.dollars=1,000,000: on the counts of" in said
    assert "parameters set: staffing.turnover=0.2" in said


def test_a_study_as_shipped_says_nothing_of_changes(tmp_path: Path) -> None:
    carried_out(tmp_path, "study=project", "formula=aligned", *QUICK)
    assert "changed" not in (tmp_path / "comparison.txt").read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert "changed" not in manifest["formulas"]["aligned"]
