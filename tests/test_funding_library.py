"""The formulas that are shipped: what they would owe in the base year, and how other states' laws were translated."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from simulated import new_mexico, shipped, warmed_up

from sim.arrays import Array
from sim.engine.ensemble import Ensemble
from sim.engine.money import reach
from sim.engine.static import base_year_entitlement
from sim.funding.line import Line
from sim.funding.reading import line_from
from sim.funding.schedule import Schedule
from sim.inputs import read_yaml
from sim.parameters.catalogue import load_catalogue
from sim.study.design import parameters_for

CONF = Path(__file__).parent.parent / "conf"
NAMES = sorted(path.stem for path in (CONF / "formula").glob("*.yaml"))
OTHER_STATES = (
    "texas", "ohio", "indiana", "kansas", "florida", "kentucky", "michigan", "utah", "colorado_reimbursement",
    "colorado_credential_bonus", "louisiana", "minnesota", "arizona", "wyoming", "wisconsin", "tennessee",
)  # fmt: skip
TOLERANCE = 0.03
"""What the mean over 16 starting maps may be off: another seed moves it by up to 2% where pathways are counted."""
SEED, REPLICATES = 2026, 16


@cache
def base_year() -> Ensemble:
    """New Mexico at the end of its base year, at the default seed and the central value of every parameter."""
    world = new_mexico()
    parameters = parameters_for(load_catalogue(), world, SEED, range(REPLICATES), "central")
    return warmed_up(world, parameters, SEED, range(REPLICATES), 1)


def owed(name: str) -> float:
    formula = shipped(name)
    by_line = base_year_entitlement(base_year(), formula)
    return sum(by_line[line.name] for line in formula.own_lines if line.name in by_line)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pilot_sunset"])
def test_the_base_year_entitlement_is_the_one_the_file_expects(name: str) -> None:
    expected = shipped(name).expected_base_year_entitlement
    assert expected is not None
    np.testing.assert_allclose(owed(name), expected, rtol=TOLERANCE)


@pytest.mark.parametrize("name", OTHER_STATES)
def test_a_law_of_another_state_says_how_it_was_translated_and_what_was_left_out(name: str) -> None:
    formula = shipped(name)
    assert "another state" in formula.status
    assert len(formula.translation) > 100
    assert len(formula.not_translated) > 50
    assert formula.takes_effect == 2027
    assert all(line.name.startswith(name.split("_")[0]) for line in formula.own_lines)


def test_the_study_of_the_library_runs_every_law_against_current_law() -> None:
    study = read_yaml(CONF / "study" / "library.yaml")["study"]
    assert study["baseline"] == "status_quo"
    assert study["formulas"] == ["status_quo", *OTHER_STATES]


def test_indianas_amounts_are_those_of_its_code() -> None:
    """Indiana's published dollars for each credit, level 1 and level 2."""
    line = shipped("indiana").own_lines[0]
    tiers = {tier.clusters[0]: tier.dollars for tier in line.components[0].tiers}  # type: ignore[union-attr]
    assert tiers == {"value_3": 710, "value_2": 398, "value_1": 199}
    level = line.components[1]
    assert tiers["value_3"] * level.advanced == 1065  # type: ignore[operator, union-attr]
    assert tiers["value_2"] * level.advanced == 597  # type: ignore[operator, union-attr]


def test_ohio_puts_every_cluster_into_a_category() -> None:
    tiers = shipped("ohio").line("ohio_category_weights").components[1]
    assert set(tiers.clusters_named()) == set(new_mexico().clusters.identifier)


def _line(**written: object) -> Line:
    content = {"components": [{"kind": "per_student", "count": "participants", "dollars": 1}], **written}
    return line_from({"appropriation": {"rule": "full"}, **content}, "test", "test", {"start_year": 2027})


def _reach(line: Line, year: int = 2027) -> Array:
    return reach(line, Schedule(), year, base_year().parameters.beliefs)


def test_a_spending_rule_lets_its_share_stick_as_restricted_money_and_the_rest_as_loose_money() -> None:
    beliefs = base_year().parameters.beliefs
    loose, tied = _line(oversight="general"), _line(oversight="categorical")
    for year in (2027, 2035):
        texan = _line(oversight="general", rules={"spend_on_cte": 0.55})
        expected = 0.55 * beliefs.stick_categorical + 0.45 * _reach(loose, year)
        np.testing.assert_allclose(_reach(texan, year), expected, rtol=1e-12)
        whole = _line(oversight="general", rules={"spend_on_cte": 1.0})
        np.testing.assert_allclose(_reach(whole, year), _reach(tied, year), rtol=1e-12)
        none = _line(oversight="categorical", rules={"spend_on_cte": 0.0})
        np.testing.assert_allclose(_reach(none, year), _reach(loose, year), rtol=1e-12)
