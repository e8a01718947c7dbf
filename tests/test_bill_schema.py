"""The JSON schema of a bill's file: editors accept what is read and mark what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.config_folder import config_folder
from sim.funding.bill_schema import bill_schema
from sim.inputs import read_yaml

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = bill_schema()
FILES = sorted((config_folder() / "formula").glob("*.yaml"))
BILL = {"title": "t", "source": "s", "year_of_numbers": 2026, "description": "d"}
MONEY = {"appropriation": {"rule": "full"}}


def mistakes(written: Any) -> list[str]:
    found = jsonschema.Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(written)))
    return [one.message for one in found]


def paying(**component: Any) -> dict[str, Any]:
    return {**BILL, **MONEY, "components": [{"kind": "base", **component}]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_formula_is_accepted(path: Path) -> None:
    assert mistakes(read_yaml(path)) == []


def test_the_schema_is_one_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_conditions_differing_rates_and_several_laws_are_accepted() -> None:
    small = {"members": {"below": 141}, "locale": "rural", "high_schools": 1, "unless": {"county": ["Taos"]}}
    assert mistakes(paying(per_school=5, where=small, differs=[{"where": {"kind": "charter"}, "per_school": 9}])) == []
    law = {"components": [{"kind": "base", "per_school": 5}], **MONEY}
    assert (
        mistakes({**BILL, "laws": [{"from": 2027, **law}, {"from": 2031, **law, "rules": {"growth_cap": 0.1}}]}) == []
    )
    ruled = {"rules": {"differs": [{"where": small, "growth_cap": 0.1}]}}
    assert mistakes({**paying(per_school=5), **ruled}) == []


@pytest.mark.parametrize(
    "written",
    [
        paying(per_scool=5),
        paying(per_school="$5"),
        paying(per_school=-1),
        paying(per_school=5, where={"members": {"min": 5}}),
        paying(per_school=5, where={"locale": "remote"}),
        {**paying(per_school=5), "colour": "red"},
        {**BILL, **MONEY},
        {key: value for key, value in paying(per_school=5).items() if key != "title"},
    ],
)
def test_what_is_refused_is_marked(written: dict[str, Any]) -> None:
    assert mistakes(written) != []


def test_every_key_says_what_it_may_be() -> None:
    for name, definition in SCHEMA["$defs"].items():
        if name in ("WholeLine", "ChangedLine", "Law"):
            continue
        for key, said in definition["properties"].items():
            assert said.get("description"), (name, key)
    assert SCHEMA["$defs"]["Base"]["properties"]["per_school"]["description"] == (
        "a number from 0 to 10,000,000 (dollars for a high school)"
    )
