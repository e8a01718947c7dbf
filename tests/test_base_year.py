"""A study starts from the state that its tables describe, or says in one line that it does not."""

from dataclasses import replace
from pathlib import Path

import pytest
from simulated import new_mexico_ensemble, prior_parameters, shipped
from sweeping import settings_with

from sim.engine.ensemble import Ensemble, prepare
from sim.inputs import InputError
from sim.study.bill.check_formula import check_formula
from sim.study.setup.base_year import WITHIN, refuse_missed, targets
from sim.study.setup.inputs import read_inputs
from sim.world import World, load_world

HEAD = "name,value,unit,year,extent,role,confidence,label\n"
DISTRICTS = (
    "district,name,region,locale,membership,high_schools\n0601,Northfield,valley,town,1200,2\n"
    "0602,Lakeside,valley,rural,90,1\n0603,Easton,valley,town,600,1\n"
)
PATHWAYS = (
    "district,cluster,sites,instructors,participants,concentrators\n0601,agriculture,1,1.0,60,20\n"
    "0601,construction,2,2.0,110,40\n0601,healthcare_human_services,1,1.6,90,35\n0602,agriculture,1,0.6,30,8\n"
    "0603,digital_technology,1,1.0,75,15\n"
)


def anchors(participants: float, concentrators: float) -> str:
    rows = (("participants", participants), ("concentrators", concentrators))
    return HEAD + "".join(f"{name},{value},students,2025-26,state,calibrate,high,CTE {name}\n" for name, value in rows)


def state(folder: Path, **tables: str) -> Path:
    for name, text in {"districts": DISTRICTS, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def started(world: World, draws: int = 24) -> Ensemble:
    return prepare(world, prior_parameters(world, range(draws)), shipped("status_quo"), 2026, range(draws), 1)


def refusal(folder: Path, **more: object) -> str:
    settings = settings_with(study={"name": "compare", "formulas": ["aligned"]}, world={"path": str(folder)}, **more)
    with pytest.raises(InputError) as caught:
        read_inputs(settings)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


def test_new_mexico_starts_from_its_totals() -> None:
    ensemble = new_mexico_ensemble(12, 1)
    refuse_missed(ensemble)
    wanted = {target.name: target.wanted for target in targets(ensemble)}
    assert wanted == {"participants": 69_888, "concentrators": 22_210}
    for target in targets(ensemble):
        assert target.reached.mean() == pytest.approx(target.wanted, rel=WITHIN)


@pytest.mark.parametrize(
    "text",
    [
        "district,membership,high_schools\nA,24,1\n",
        "district,membership,high_schools\nA,200000,60\n",
        "district,locale,membership,high_schools\n" + "".join(f"d{i},rural,{20 + 7 * i},1\n" for i in range(30)),
        DISTRICTS,
    ],
    ids=("one tiny", "one large", "rural", "three"),
)
def test_small_and_odd_states_start_from_theirs(tmp_path: Path, text: str) -> None:
    (tmp_path / "districts.csv").write_text(text, encoding="utf-8")
    refuse_missed(started(load_world(tmp_path)))


def test_totals_of_ones_own_that_can_be_met_are_met(tmp_path: Path) -> None:
    world = load_world(state(tmp_path, anchors=anchors(1_000, 250)))
    ensemble = started(world)
    refuse_missed(ensemble)
    assert {target.name: target.wanted for target in targets(ensemble)} == {"participants": 1_000, "concentrators": 250}


def test_a_total_that_the_model_cannot_reach_is_told_with_what_it_reaches(tmp_path: Path) -> None:
    message = refusal(state(tmp_path, anchors=anchors(1_875, 500)))
    assert "anchors.csv of " in message
    assert "1,875 participants are wanted in FY2026, and the model starts from 1,8" in message
    assert message.endswith("allowed: within 2%")


def test_one_miss_of_a_few_percent_in_every_draw_is_enough(tmp_path: Path) -> None:
    ensemble = started(load_world(state(tmp_path)))
    world = ensemble.world
    for factor, refused in ((1.0, False), (0.97, True), (1.03, True)):
        reached = next(iter(targets(ensemble))).reached.mean()
        held = {**world.anchors, "participants": replace(world.anchors["participants"], value=reached * factor)}
        other = replace(ensemble, world=replace(world, anchors=held))
        if refused:
            with pytest.raises(InputError, match="participants are wanted"):
                refuse_missed(other)
        else:
            refuse_missed(other)


def test_a_map_from_which_the_base_year_moves_away_is_not_begun_with(tmp_path: Path) -> None:
    state(tmp_path, pathways=PATHWAYS)
    assert "pathways.csv of " in refusal(tmp_path)
    assert ": 365 participants are wanted in FY2026" in refusal(tmp_path)
    state(tmp_path, anchors=anchors(365, 118))
    assert ": 6 sites are wanted in FY2026" in refusal(tmp_path)


def test_totals_scaled_from_new_mexico_are_said_to_be(tmp_path: Path) -> None:
    message = refusal(state(tmp_path), parameters={"initial": {"sites_per_school": 0.01}})
    assert message.startswith("anchors.csv of New Mexico, scaled by membership: 414 concentrators are wanted")


def test_a_checked_bill_asks_too(tmp_path: Path) -> None:
    settings = settings_with(
        study={"name": "check_formula", "baseline": "status_quo"},
        world={"path": str(state(tmp_path, pathways=PATHWAYS))},
        formula_file="aligned",
    )
    with pytest.raises(InputError, match="365 participants are wanted"):
        check_formula(settings)
