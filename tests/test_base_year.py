"""A study starts from the state that its tables describe, or says in one line that it does not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from simulated import (
    differences,
    formula_of,
    line_of,
    new_mexico,
    new_mexico_ensemble,
    prior_parameters,
    shipped,
    with_parameters,
)
from sweeping import settings_with

from sim.arrays import district_total
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.mesa_model import CTEModel
from sim.engine.state import take_run
from sim.engine.static import static_score
from sim.inputs import InputError
from sim.study.setup.base_year import WITHIN, refuse_missed, targets
from sim.study.setup.inputs import read_inputs
from sim.world import World, load_world
from sim.world.world import PathwayMap

HEAD = "name,value,unit,year,extent,role,confidence,label\n"
DISTRICTS = (
    "district,name,region,locale,membership,high_schools\n0601,Northfield,valley,town,1200,2\n"
    "0602,Lakeside,valley,rural,90,1\n0603,Easton,valley,town,600,1\n"
)
HEADS = "district,cluster,sites,instructors,participants,concentrators\n"
PATHWAYS = HEADS + (
    "0601,agriculture,1,1.0,60,20\n"
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


def started_steadily(world: World, draws: int) -> Ensemble:
    """A state whose membership, prices and revenue stand still."""
    still = with_parameters(
        prior_parameters(world, range(draws)),
        economy={"inflation": 0.0, "wage_growth": 0.0, "revenue_volatility": 0.0, "budget_growth": 0.0},
        enrollment={"local_trend": 0.0, "local_noise": 0.0},
    )
    growth = replace(still.enrollment.entry_growth, factor=np.zeros((1, 1, 1)))
    still = replace(still, enrollment=replace(still.enrollment, entry_growth=growth))
    return prepare(world, still, shipped("status_quo"), 2026, range(draws), 5)


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
        assert target.reached == pytest.approx(target.wanted, rel=WITHIN)


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
    assert message.endswith("allowed: within 0.5%")


def test_a_miss_of_one_percent_in_one_draw_is_enough(tmp_path: Path) -> None:
    ensemble = started(load_world(state(tmp_path)))
    refuse_missed(ensemble)
    for factor in (0.99, 1.01):
        first = np.where(np.arange(24) == 7, factor, 1.0)[:, np.newaxis, np.newaxis]
        students = {name: getattr(ensemble.state, name) * first for name in ("first_students", "second_students")}
        with pytest.raises(InputError, match="the farthest of 24 draws"):
            refuse_missed(replace(ensemble, state=replace(ensemble.state, **students)))


ODD_MAPS = {
    "of three districts": PATHWAYS,
    "all concentrate": HEADS + "0601,agriculture,1,1.0,60,60\n0603,construction,1,0.4,20,19\n",
    "nobody concentrates": HEADS + "0601,agriculture,2,1.0,60,0\n",
    "three students a section": HEADS + "0601,agriculture,1,2.0,30,9\n",
    "seventy students a section": HEADS + "0601,agriculture,1,0.4,140,50\n",
    "one section at each site": HEADS + "0601,agriculture,2,0.4,50,20\n0601,construction,2,0.6,44,20\n",
    "all members": HEADS + "0603,agriculture,1,6.0,600,190\n0602,agriculture,1,0.2,12,3\n",
    "fractions of students": HEADS + "0601,agriculture,1,1.0,60.25,20.5\n",
}


@pytest.mark.parametrize("pathways", ODD_MAPS.values(), ids=ODD_MAPS)
def test_a_map_of_ones_own_is_the_base_year_in_every_draw(tmp_path: Path, pathways: str) -> None:
    world = load_world(state(tmp_path, pathways=pathways))
    known = world.pathways
    assert known is not None
    ensemble = started(world)
    refuse_missed(ensemble)
    held, before = ensemble.state, ensemble.counts_before
    assert (held.sites == known.sites).all()
    assert (held.sections == known.sections).all()
    assert (held.first_sections >= held.sites).all()
    assert np.allclose(held.participants, known.participants, rtol=1e-12)
    assert (held.taught == known.concentrators).all()
    assert (held.first_students >= 0.0).all()
    assert (held.vacant_sections <= held.sections).all()
    # What the state counts and pays for is the same map.
    assert (held.counts.sites == known.sites).all()
    assert np.allclose(held.counts.participants, known.participants, rtol=1e-12)
    assert before.membership.shape == held.counts.membership.shape
    for after, _ in simulate(ensemble, shipped("status_quo"), 1):
        assert np.isfinite(after.participants).all()
        assert (district_total(after.participants) <= after.counts.membership * (1.0 + 1e-9)).all()


def test_districts_deciding_one_by_one_start_from_the_same_map(tmp_path: Path) -> None:
    world, place = load_world(state(tmp_path, pathways=PATHWAYS)), 2
    ensemble = started(world, 4)
    law = shipped("status_quo")
    model = CTEModel(world, take_run(ensemble.parameters, place), law, law, 2026, place, 1)
    assert differences(model.state, take_run(ensemble.state, place)) == []
    assert differences(model.ensemble.premises, take_run(ensemble.premises, place)) == []


def test_a_pathway_that_is_off_in_one_draw_is_named(tmp_path: Path) -> None:
    ensemble = started(load_world(state(tmp_path, pathways=PATHWAYS)), 4)
    sites = ensemble.state.sites.copy()
    sites[2, 1, ensemble.world.clusters.identifier.index("agriculture")] += 1.0
    with pytest.raises(InputError) as caught:
        refuse_missed(replace(ensemble, state=replace(ensemble.state, sites=sites)))
    message = str(caught.value)
    assert "1 sites are wanted in district 0602, cluster agriculture" in message
    assert "starts from 2 in draw 2" in message
    assert len(message) < 300


def test_totals_beside_a_map_are_the_maps(tmp_path: Path) -> None:
    world = load_world(state(tmp_path, pathways=PATHWAYS))
    assert {name: world.anchors[name].value for name in ("participants", "concentrators")} == {
        "participants": 365.0,
        "concentrators": 118.0,
    }
    world = load_world(state(tmp_path, anchors=anchors(366, 118)))
    refuse_missed(started(world, 4))
    state(tmp_path, anchors=anchors(368, 118))
    assert "the participants of pathways.csv sum to 365; allowed: within 0.5% of it" in refusal(tmp_path)


def test_a_checked_bill_pays_for_the_map_as_it_is(tmp_path: Path) -> None:
    world = load_world(state(tmp_path, pathways=PATHWAYS))
    ensemble = started(world, 4)
    a_head = {"kind": "per_student", "dollars": 1_000}
    for component, owed in (
        ({**a_head, "count": "concentrators"}, 118_000.0),
        ({**a_head, "count": "participants"}, 365_000.0),
        ({"kind": "base", "per_site": 1_000}, 6_000.0),
    ):
        law = formula_of(line_of(components=[component], appropriation={"rule": "full"}))
        ledger = static_score(ensemble, law).ledgers["line_0"]
        assert np.allclose(ledger.owed.sum(axis=(1, 2)), owed, rtol=1e-12)


def test_a_map_stays_where_nothing_moves_it() -> None:
    """Current law continued at steady membership and prices, on a map of New Mexico: a few percent in five years."""
    world = new_mexico()
    drawn = new_mexico_ensemble(1, 1, 5).state
    known = PathwayMap(
        sites=drawn.sites[0],
        sections=drawn.sections[0],
        participants=np.maximum(np.rint(drawn.participants[0]), 1.0 * (drawn.sites[0] > 0)),
        concentrators=np.floor(drawn.taught[0]),
    )
    totals = {
        name: replace(world.anchors[name], value=float(getattr(known, name).sum()))
        for name in ("participants", "concentrators")
    }
    world = replace(world, pathways=known, anchors={**world.anchors, **totals})
    ensemble = started_steadily(world, 12)
    refuse_missed(ensemble)
    *_, (after, _) = simulate(ensemble, shipped("status_quo"), 5)
    for name in ("sites", "sections", "participants", "taught"):
        assert getattr(after, name).sum() == pytest.approx(getattr(ensemble.state, name).sum(), rel=0.08), name


def test_totals_scaled_from_new_mexico_are_said_to_be(tmp_path: Path) -> None:
    message = refusal(state(tmp_path), parameters={"initial": {"sites_per_school": 0.01}})
    assert message.startswith("anchors.csv of New Mexico, scaled by membership: 1,302 participants are wanted")
