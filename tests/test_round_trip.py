"""A thousand random bills: read, told in words, priced, written, and read again as the same law."""

import copy
from typing import Any

import numpy as np
import pytest
import yaml
from funding_strategies import written_bills
from hypothesis import HealthCheck, assume, given, settings
from small_world import CLUSTERS, context_of, some_counts
from test_funding_identities import DISTRICTS, WORLD

from sim.funding.allocation import Claim, settle_all
from sim.funding.budget import Budget, appropriate
from sim.funding.formula import Formula, describe, lines_in_force
from sim.funding.pricing import announce
from sim.funding.reading import formula_from
from sim.funding.resolving import in_force
from sim.funding.smoothing import Before
from sim.funding.writing import as_yaml
from sim.inputs import InputError
from sim.study.setup.inputs import formula_record

COUNTS = some_counts(3, (), DISTRICTS)
ONE = np.ones((1, 1))
PLAIN = {"kind": "per_student", "name": "plain", "count": "concentrators", "dollars": 700.0}


def read(written: dict[str, Any]) -> Formula:
    return formula_from(written, "bill.yaml", "bill", {}, CLUSTERS)


def part_that_is_read(line: dict[str, Any]) -> dict[str, Any]:
    """A line of what in it can be read beside a plain amount: parts that would do nothing are left out."""
    kept: dict[str, Any] = {"components": [copy.deepcopy(PLAIN)], "appropriation": line["appropriation"]}
    header = {"title": "t", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}

    def fits(changes: dict[str, Any]) -> bool:
        try:
            read({**header, **kept, **changes})
        except InputError:
            return False
        return True

    if not fits({}):
        kept["appropriation"] = {"rule": "full"}
    for number, component in enumerate(line["components"]):
        more = [*kept["components"], {**component, "name": f"part_{number}"}]
        if fits({"components": more}):
            kept["components"] = more
    rules: dict[str, Any] = {}
    for key, value in line["rules"].items():
        if fits({"rules": {**rules, key: value}}):
            rules[key] = value
    kept["rules"] = rules
    for key in line.keys() - kept.keys():
        if key not in ("takes_effect", "title", "source", "year_of_numbers", "description") and fits({key: line[key]}):
            kept[key] = line[key]
    return kept


def readable(written: dict[str, Any]) -> dict[str, Any]:
    header = {key: written[key] for key in ("title", "source", "year_of_numbers", "description")}
    bill = {**header, "also": []}
    if "laws" in written:
        return {**bill, "laws": [{"from": law["from"], **part_that_is_read(law)} for law in written["laws"]]}
    bill["takes_effect"] = written["takes_effect"]
    if "lines" not in written:
        return {**bill, **part_that_is_read(written)}
    lines = [{"name": f"line_{place}", **part_that_is_read(line)} for place, line in enumerate(written["lines"])]
    return {**bill, "lines": lines, "rules": written["rules"]}


def price(formula: Formula, year: int) -> np.ndarray[Any, Any]:
    """What all own lines pay each district in a year, dollars."""
    nothing = formula.model_copy(update={"lines": ()})
    claims = []
    for written in lines_in_force(formula, nothing, year, 2026):
        line = in_force(written, WORLD, COUNTS.membership)
        money = appropriate(line, Budget(year, ONE, 1e10 * ONE, 0.0 * ONE, 0.0 * ONE))
        context = context_of(WORLD, COUNTS, fiscal_year=year, appropriation=money)
        claims.append(Claim(line, announce(line, context), COUNTS, money))
    before = Before(1e4 * COUNTS.offering, 2e4 * COUNTS.offering)
    paid = [ledger.paid for ledger in settle_all(claims, before, year)]
    total: np.ndarray[Any, Any] = np.sum(paid, axis=0) if paid else np.zeros((DISTRICTS, 1))
    return total


def goes_round(written: dict[str, Any]) -> None:
    try:
        formula = read(readable(written))
    except InputError:
        assume(False)
    words = describe(formula)
    assert all(sentence and sentence[-1] in ".:" for sentence in words), words
    assert not any(word in " ".join(words) for word in ("None", "nan", "array", "{", "Where("))
    text = as_yaml(formula)
    again = read(yaml.safe_load(text))
    assert formula_record(again)["fingerprint"] == formula_record(formula)["fingerprint"]
    assert describe(again) == words
    assert as_yaml(again) == text
    for year in (2028, 2031):
        paid = price(formula, year)
        assert np.isfinite(paid).all()
        assert (paid >= 0.0).all()
        np.testing.assert_array_equal(price(again, year), paid)


def test_rates_that_differ_with_one_limit_over_them_go_round() -> None:
    bonus = {
        "kind": "credential_bonus",
        "dollars": {1: 100.0, 3: 700.0},
        "district_share_limit": 0.1,
        "differs": [
            {"where": {"cluster": "agriculture"}, "dollars": {2: 900.0}},
            {"where": {"locale": "rural"}, "district_share_limit": 0.5},
            {"where": {"any_of": [{"kind": "charter"}, {"poverty": {"at_least": 0.2}}]}, "dollars": {1: 0.0}},
        ],
    }
    header = {"title": "t", "source": "s", "year_of_numbers": 2026, "description": "d", "takes_effect": 2027}
    written = {**header, "components": [bonus], "rules": {}, "appropriation": {"rule": "full"}}
    assert len(read(readable(written)).lines[0].components) == 5
    goes_round(written)


FILTERED = [HealthCheck.filter_too_much, HealthCheck.too_slow]


@settings(max_examples=60, suppress_health_check=FILTERED)
@given(written=written_bills)
def test_a_bill_goes_round(written: dict[str, Any]) -> None:
    goes_round(written)


@pytest.mark.slow
@settings(max_examples=1000, suppress_health_check=FILTERED)
@given(written=written_bills)
def test_a_thousand_bills_go_round(written: dict[str, Any]) -> None:
    goes_round(written)
