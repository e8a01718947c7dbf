"""A bill's JSON schema and the page of its keys: both say of bills what the program reads, and no more."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.config_folder import config_folder
from sim.funding.formula import Formula
from sim.funding.reading import FORMULA_KEYS, LINE_KEYS, formula_from, read_lines
from sim.inputs import InputError, read_yaml
from sim.report.generated_docs.bill_keys import keys_page, meaning, parts_within, written_keys
from sim.report.generated_docs.bill_schema import bill_schema
from sim.verbs.new_bill import write_new_bill

jsonschema = pytest.importorskip("jsonschema")
ROOT = Path(__file__).resolve().parent.parent
SHIPPED = sorted((config_folder() / "formula").glob("*.yaml"))
OTHERS = [
    config_folder() / "new_bill.yaml",
    *sorted((ROOT / "docs" / "examples").glob("*.yaml")),
    *sorted((ROOT / "experiments" / "formulas").glob("*.yaml")),
]


@cache
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(bill_schema())
    return jsonschema.Draft202012Validator(bill_schema())


def mistakes(bill: dict[str, Any]) -> list[str]:
    """Where a bill breaks the schema, as paths; keys are text, as in an editor."""
    return [error.json_path for error in validator().iter_errors(json.loads(json.dumps(bill)))]


def my_bill(**changes: Any) -> dict[str, Any]:
    return {**read_yaml(ROOT / "docs" / "examples" / "my_bill.yaml"), **changes}


@pytest.mark.parametrize("path", [*SHIPPED, *OTHERS], ids=lambda path: path.stem)
def test_what_the_program_reads_suits_the_schema(path: Path) -> None:
    assert mistakes(read_yaml(path)) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"titel": "A bill"}, "$"),
        ({"takes_effect": "soon"}, "$.takes_effect"),
        ({"takes_effect": 1927}, "$.takes_effect"),
        ({"oversight": "strict"}, "$.oversight"),
        ({"components": [{"kind": "base", "per_scool": 50_000}]}, "$.components[0]"),
        ({"components": [{"kind": "per_student", "count": "concentrators", "dollars": "$900"}]}, "$.components[0]"),
        ({"components": [{"per_school": 50_000}]}, "$.components[0]"),
        ({"appropriation": {"rule": "indexed"}}, "$.appropriation"),
        ({"appropriation": {"rule": "share_of_revenue", "share": 1.5}}, "$.appropriation"),
        ({"rules": {"growth_cap": 6.5}}, "$.rules.growth_cap"),
        ({"rules": {"proration": "by_luck"}}, "$.rules.proration"),
        ({"lines": ["nextgen_pilot"]}, "$"),
        ({"scale": 2}, "$"),
    ],
    ids=str,
)
def test_what_the_program_refuses_breaks_the_schema_there(changes: dict[str, Any], where: str) -> None:
    assert mistakes(my_bill()) == []
    assert where in mistakes(my_bill(**changes))
    with pytest.raises(InputError):
        formula_from(my_bill(**changes), "my_bill", "my_bill", read_lines(config_folder() / "line"))


def test_lines_are_whole_lines_names_of_shared_ones_or_shared_ones_changed() -> None:
    head = {key: my_bill()[key] for key in ("title", "source", "year_of_numbers", "description")}
    own = {"name": "own", "components": [{"kind": "base", "per_school": 1}], "appropriation": {"rule": "full"}}
    lines = [own, "perkins", {"line": "nextgen_pilot", "sunset_year": 2029}]
    assert mistakes({**head, "lines": lines, "rules": {"growth_cap": 0.1}}) == []
    assert mistakes({**head, "lines": ["perkinz"]}) == ["$.lines[0]"]
    assert mistakes({**head, "lines": [{"line": "nextgen_pilot", "sunset": 2029}]}) == ["$.lines[0]"]
    assert mistakes({**head, "lines": [{key: own[key] for key in own if key != "name"}]}) == ["$.lines[0]"]
    assert mistakes({**head, "lines": lines, "rules": {"count_lag": 1}}) == ["$.rules"]
    assert mistakes(head) == ["$", "$"]


def test_numbers_with_underscores_are_numbers_to_an_editor_that_reads_newer_yaml() -> None:
    component = {"kind": "base", "per_school": "50_000"}
    assert mistakes(my_bill(components=[component])) == []
    assert mistakes(my_bill(components=[{**component, "per_school": "5_0000"}])) != []


def test_every_key_that_is_read_stands_in_the_schema_and_on_the_page_with_its_meaning() -> None:
    schema, page = bill_schema(), keys_page()
    assert set(FORMULA_KEYS) <= set(schema["properties"])
    assert set(schema["$defs"]["Line"]["properties"]) == set(LINE_KEYS)
    for part in parts_within(Formula):
        for key in written_keys(part):
            assert meaning(part, key)
            assert key in ("kind", "rule") or f"| `{key}` |" in page


def test_the_page_says_of_each_key_a_sentence_of_its_own() -> None:
    for part in parts_within(Formula):
        said = [meaning(part, key) for key in written_keys(part) if key not in ("kind", "rule")]
        assert len(set(said)) == len(said), f"{part.__name__} says one thing of two keys"
        for sentence in said:
            assert sentence.endswith("."), f"{part.__name__}: {sentence}"
            assert not sentence[0].islower(), f"{part.__name__}: {sentence}"
            assert len(sentence) <= 200, f"{part.__name__}: {sentence}"


def test_the_page_has_every_key_that_the_schema_has_at_the_top_and_in_a_law() -> None:
    page, schema = keys_page(), bill_schema()
    bill, law = (page.split(heading)[1].split("\n## ")[0].split("\n### ")[0] for heading in ("## The bill", "### Law"))
    for key in ("also", "laws", "lines"):
        assert f"| `{key}` |" in bill
    assert "from" in schema["$defs"]["Law"]["properties"]
    for key in ("from", "components", "lines", "rules"):
        assert f"| `{key}` |" in law
    assert "must be given" not in next(row for row in bill.splitlines() if row.startswith("| `lines` |"))


def test_the_page_has_the_keys_of_a_condition_with_what_they_may_be() -> None:
    condition = keys_page().split("### Where")[1].split("### ")[0]
    assert "| `kind` | " in condition
    assert "| `high_schools` | a whole number, or keys of [schools band](#schools-band) |" in condition


def test_a_bill_written_beside_the_schema_names_it(tmp_path: Path) -> None:
    write_new_bill(tmp_path / "first.yaml")
    write_new_bill(tmp_path / "bill.schema.json")
    write_new_bill(tmp_path / "second.yaml")
    first, second = ((tmp_path / name).read_text(encoding="utf-8") for name in ("first.yaml", "second.yaml"))
    comment, _, rest = second.partition("\n")
    assert comment == "# yaml-language-server: $schema=bill.schema.json"
    assert rest == first.replace("first.yaml", "second.yaml")
    assert json.loads((tmp_path / "bill.schema.json").read_text(encoding="utf-8")) == bill_schema()
    with pytest.raises(InputError, match="is there already"):
        write_new_bill(tmp_path / "bill.schema.json")


@pytest.mark.parametrize(
    "where",
    [
        {"locale": "rural"},
        {"members": {"below": 200}, "unless": {"kind": "charter"}},
        {"any_of": [{"locale": ["rural", "town"]}, {"poverty": {"at_least": 0.25}}]},
        {"high_schools": 1},
    ],
    ids=str,
)
def test_conditions_and_what_differs_by_them_suit_the_schema(where: dict[str, Any]) -> None:
    base = {"kind": "base", "per_school": 50_000}
    for component in ({**base, "where": where}, {**base, "differs": [{"where": where, "per_school": 80_000}]}):
        bill = my_bill(components=[component])
        formula_from(bill, "my_bill", "my_bill", read_lines(config_folder() / "line"))
        assert mistakes(bill) == []
    assert mistakes(my_bill(components=[{**base, "differs": [{"per_school": 80_000}]}])) != []
    assert mistakes(my_bill(components=[{**base, "where": {"localle": "rural"}}])) != []


def test_laws_that_follow_each_other_suit_the_schema_and_what_stands_beside_them_does_not() -> None:
    head = {key: my_bill()[key] for key in ("title", "source", "year_of_numbers", "description")}
    pays = {"components": [{"kind": "base", "per_school": 50_000}], "appropriation": {"rule": "full"}}
    laws = [{"from": 2028, **pays}, {"from": 2031, **pays, "rules": {"growth_cap": 0.1}}]
    formula_from({**head, "laws": laws}, "my_bill", "my_bill", read_lines(config_folder() / "line"))
    assert mistakes({**head, "laws": laws}) == []
    assert mistakes({**head, "laws": laws, **pays}) != []
    assert mistakes({**head, "laws": [pays]}) == ["$.laws[0]"]
    assert mistakes({**head, "laws": [{"from": 2028}]}) == ["$.laws[0]", "$.laws[0]"]
