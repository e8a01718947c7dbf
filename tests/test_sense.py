"""What files say is done, or they are not taken: formulas and scenarios in the world and the years of a study."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_inputs.files import BILL, HEAD, PART, WORKED, shared_lines, world
from simulated import made_up, shipped
from small_world import context_of, counts_of, small_world
from sweeping import settings_with

from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE, Scenario, Shocks, read_scenario, scenario_from
from sim.funding.components import COMPONENTS, Component
from sim.funding.formula import Formula
from sim.funding.reading import formula_from, line_from
from sim.funding.schedule import PRICES, Schedule
from sim.funding.sense import idle, never_comes, out_of_place, own_name
from sim.inputs import InputError, read_yaml
from sim.study.setup.sense import refuse_senseless, refuse_senseless_bill

FULL = {"rule": "full"}


def bill(**changes: Any) -> Formula:
    written = {key: value for key, value in {**BILL, **changes}.items() if value is not None}
    return formula_from(written, "bill.yaml", "bill", shared_lines(), world().clusters.identifier)


def lines(*written: Any, **changes: Any) -> Formula:
    return bill(components=None, appropriation=None, lines=list(written), **changes)


def line(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "components": [PART], "appropriation": FULL, **changes}


def test_a_delayed_start_a_repeal_and_two_spans_are_no_mistake() -> None:
    for good in (
        bill(takes_effect=2030),
        bill(start_year=2030),
        bill(sunset_year=2027),
        bill(start_year=2028, sunset_year=2028),
        lines({"line": "nextgen_pilot", "sunset_year": 2026}, takes_effect=2000),
        lines(line("first", sunset_year=2028), line("second", start_year=2029)),
        lines("nextgen_pilot", "career_development_success", line("new")),
    ):
        refuse_senseless_bill(good, world(), None)
    later = lines(line("first", sunset_year=2028), line("second", start_year=2029))
    assert never_comes(later, 2026, 2027) == []


def test_every_shipped_formula_makes_sense_in_the_world_it_is_for() -> None:
    for path in sorted((config_folder() / "formula").glob("*.yaml")):
        formula = shipped(path.stem)
        assert [*idle(formula), *out_of_place(formula, world()), *never_comes(formula, 2026, 2056)] == [], path.stem


def test_every_shipped_scenario_does_something_within_twenty_years() -> None:
    for path in sorted((config_folder() / "scenario").glob("*.yaml")):
        scenario = read_scenario(path)
        assert scenario.never_comes(2026, 2086) == []
        assert scenario.does_something(2026, 2046) == (scenario.name != "baseline"), path.stem


@pytest.mark.parametrize("year", [2001, 2010, 2025, 2026])
def test_a_formula_written_to_begin_before_the_first_year_is_the_law_from_then_on(year: int) -> None:
    assert never_comes(bill(takes_effect=year), 2026, 2056) == []


@pytest.mark.parametrize("year", [2057, 2100])
def test_a_formula_takes_effect_in_a_year_that_is_simulated(year: int) -> None:
    (mistake,) = never_comes(bill(takes_effect=year), 2026, 2056)
    assert mistake.where == ("takes_effect",)
    assert str(year) in mistake.said


def test_shipped_formulas_run_in_a_world_that_lacks_what_they_name_and_a_bill_does_not() -> None:
    settings, small = settings_with(), made_up(3, 3)
    refuse_senseless(settings, small, [shipped("status_quo")], [BASELINE])
    zones = {"kind": "innovation_zone", "schools": 200, "dollars_per_school": 5}
    with pytest.raises(InputError, match="200 is more than the"):
        refuse_senseless(settings, small, [bill(components=[zones])], [BASELINE])


def test_a_condition_is_held_against_the_districts_that_there_are() -> None:
    town = small_world(3, members=[100.0, 200.0, 300.0])

    def told(**condition: Any) -> list[str]:
        adjusted = bill(components=[PART, {"kind": "size_adjustment", **condition}])
        return [mistake.said for mistake in out_of_place(adjusted, town)]

    assert told(small={"members_below": 101, "multiplier": 2}) == []
    assert told(small={"members_below": 100, "multiplier": 2}) == [
        "holds for no district: none lies in districts with fewer than 100 members in grades 9-12; members "
        "goes from 100 to 300"
    ]
    assert told(rural={"locales": ["town", "rural"], "multiplier": 2}) == []
    assert told(rural={"multiplier": 2}) == ["holds for no district: none lies in rural districts; there are: town"]
    assert told(sparse={"members_per_school_below": 50, "multiplier": 2}) != []


def test_a_multiplier_needs_an_amount_to_work_on() -> None:
    tier = {"kind": "cost_tier", "tiers": [{"clusters": "high_cost", "multiplier": 2}]}
    with pytest.raises(InputError, match="none pays any"):
        bill(components=[tier])
    with pytest.raises(InputError, match="none pays any"):
        bill(components=[tier, {"kind": "base", "per_school": 5}])
    assert bill(components=[tier, PART]).own_lines
    assert bill(components=[{"kind": "quality_incentive", "share": 0.1}, {"kind": "base", "per_school": 5}]).own_lines


def test_a_key_of_its_default_value_is_refused_too_where_it_has_no_effect() -> None:
    with pytest.raises(InputError, match=r"completion_share: has no effect here: .* it belongs to completers"):
        bill(components=[{**PART, "completion_share": 0.59}])
    assert bill(components=[{"kind": "per_student", "count": "completers", "dollars": 5, "completion_share": 0.59}])


def priced(component: Component, worked: dict[str, Any]) -> set[str]:
    """The names of the prices above zero that a component sets in a worked case, where nothing else pays."""
    districts = [{"members": 100, "schools": 1, "locale": "town", **district} for district in worked["districts"]]
    town = small_world(
        len(districts),
        high_schools=[int(district["schools"]) or 1 for district in districts],
        locales=[district["locale"] for district in districts],
    )
    pot = np.full((1, 1), 1e6)
    schedule = component.prices(context_of(town, counts_of(districts), appropriation=pot), Schedule())
    return {name for name in PRICES if np.any([np.any(price) for price in np.atleast_1d(getattr(schedule, name))])}


def test_components_pay_by_the_prices_that_they_say_they_pay_by() -> None:
    seen: dict[str, set[str]] = {kind: set() for kind in COMPONENTS}
    said: dict[str, set[str]] = {kind: set() for kind in COMPONENTS}
    for worked in read_yaml(WORKED):
        for component in line_from({"appropriation": FULL, **worked["line"]}, "case", "case").components:
            kind = str(getattr(component, "kind", ""))
            found = priced(component, worked)
            assert found <= component.paid_prices(), worked["name"]
            assert component.works_on() <= set(PRICES)
            seen[kind] |= found
            said[kind] |= component.paid_prices()
    for kind, prices in said.items():
        assert bool(seen[kind]) == bool(prices), kind


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("my_bill", "my_bill"),
        ("SB64", "sb64"),
        ("HB 12 (draft)", "hb_12__draft"),
        ("2026_draft", "line_2026_draft"),
        ("año", "a_o"),
        ("---", "line"),
    ],
)
def test_the_line_of_a_bill_is_named_after_its_file_whatever_that_is_called(formula: str, name: str) -> None:
    assert own_name(formula) == name
    written = {**HEAD, "components": [PART], "appropriation": FULL}
    assert formula_from(written, "x.yaml", formula, {}).lines[0].name == name


def scenario(**changes: Any) -> Scenario:
    return scenario_from({"title": "A shock", "source": "ours", **changes}, "x.yaml", "x")


def test_a_shock_is_held_against_the_years_of_the_study() -> None:
    settings = settings_with(horizon=4)

    def refused(*scenarios: Scenario) -> None:
        refuse_senseless(settings, world(), [], scenarios)

    refused(BASELINE)
    refused(BASELINE, scenario(years={2028: {"revenue": 0.9}}))
    refused(scenario(years={2028: {"revenue": 0.9}, 2040: {"revenue": 0.9}}))
    refused(scenario(from_year={2028: {"revenue": 0.9}, 2029: {}}))
    for years in ({2020: {"revenue": 0.5}}, {2026: {"revenue": 0.5}}, {2031: {"revenue": 0.5}}, {2028: {}}, {}):
        with pytest.raises(InputError):
            refused(scenario(years=years))
    assert scenario(years={"2028": {"revenue": 0.9}}).years == {2028: Shocks(revenue=0.9)}


def test_of_a_list_of_shipped_scenarios_some_may_come_after_a_short_study() -> None:
    names = ("baseline", "oil_slump", "long_oil_decline")
    found = [read_scenario(config_folder() / "scenario" / f"{name}.yaml") for name in names]
    study = {"name": "stress", "formulas": ["status_quo"], "baseline": "status_quo", "scenarios": list(names)}
    refuse_senseless(settings_with(study=study, design=None), world(), [], found)
    with pytest.raises(InputError, match=r"from_year\.2031: lies after FY2028"):
        refuse_senseless(settings_with(study=study, design=None), world(), [], [found[0], found[2]])


def test_a_mistake_in_a_file_of_ones_own_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "late.yaml"
    path.write_text("title: Late\nsource: ours\nyears:\n  2040: {revenue: 0.9}\n", encoding="utf-8")
    study = {"name": "stress", "formulas": ["status_quo"], "scenarios": ["baseline", str(path)]}
    with pytest.raises(InputError, match=r"^late\.yaml, line 4: years\.2040: lies after FY2028"):
        refuse_senseless(settings_with(study=study, design=None), world(), [], [BASELINE, read_scenario(path)])
