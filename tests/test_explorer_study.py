"""The study explore from end to end on a made-up state: what it answers, refuses, resumes and writes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explored import SETTINGS, bill, found_in, inputs
from simulated import made_up, new_mexico, shipped

import sim
import sim.study.calibration.waves as waves
from sim.inputs import InputError
from sim.report.explore.files import page_content, read_content, write_explorer
from sim.study.explore.content import EXACT
from sim.study.explore.predicting import Explorer
from sim.study.explore.simulating import outcomes
from sim.study.explore.study import Explored, explore, read_materials
from sim.study.setup.settings import read_settings


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Explored]:
    folder = tmp_path_factory.mktemp("explore")
    return folder, found_in(folder)


@pytest.mark.slow
def test_as_written_it_says_what_the_simulation_of_the_bill_says(done: tuple[Path, Explored]) -> None:
    _, found = done
    explorer, materials = found.explorer, found.materials
    names = (
        *(name for name in found.content["scenarios"][0]["outputs"] if not name.startswith("district")),
        "district_net",
    )
    exact = outcomes(materials.setting, bill(), (*names, "district_owed", "district_taught"))
    levels = explorer.at(explorer.own()).levels()
    np.testing.assert_allclose(levels["taught"], exact["taught"], rtol=1e-2)
    np.testing.assert_allclose(levels["owed"], exact["owed:my_bill"], rtol=1e-2)
    law = outcomes(materials.setting, shipped("status_quo"), names)
    np.testing.assert_allclose(explorer.current_law()["cost"], law["uncapped"], rtol=1e-6)
    assert made_up(6, 4).base_year + 1 == explorer.years[0]


@pytest.mark.slow
def test_of_a_bill_in_new_mexico_it_is_as_near_as_it_is_meant_to_be(tmp_path: Path) -> None:
    config = {**SETTINGS, "horizon": 10, "draws": 8, "chunk": 8, "uncertainty": "posterior", "explore": {"fresh": 16},
              "design": {"name": "latin_hypercube", "points": 64}}  # fmt: skip
    settings = read_settings(config)
    found = explore(settings, read_materials(settings, replace(inputs(), world=new_mexico())), tmp_path, config)
    means = [error for error in found.errors if error.number == "mean" and error.span not in ("districts", "groups")]
    assert len(means) == 7 * 3
    assert [error for error in means if not error.reached] == []


@pytest.mark.slow
def test_a_further_scenario_and_a_formula_beside_it_say_what_their_simulation_says(done: tuple[Path, Explored]) -> None:
    _, found = done
    (scenario,), (formula,) = found.materials.further, found.materials.compared
    assert (scenario.name, formula.name) == ("oil_slump", "aligned")
    explorer, setting = Explorer(found.content, 1), replace(found.materials.setting, scenario=scenario)
    exact = outcomes(setting, bill(), EXACT)
    answer = explorer.at(explorer.own()).with_voted()
    for name, simulated in (("taught", "taught"), ("owed", "entitled"), ("cost", "uncapped"), ("voted", "voted")):
        np.testing.assert_allclose(answer[name], exact[simulated], rtol=1e-2)
    beside = explorer.exact(explorer.scenario["compared"][0])
    exact = outcomes(setting, formula, EXACT)
    np.testing.assert_allclose(beside["taught"], exact["taught"], rtol=1e-6)
    np.testing.assert_allclose(beside["cost"], exact["uncapped"], rtol=1e-6)
    # Oil falls after the first year, in which both scenarios are the same.
    calm = found.explorer.current_law()["taught"]
    np.testing.assert_allclose(explorer.current_law()["taught"][:, 0], calm[:, 0], rtol=1e-6)


@pytest.mark.slow
def test_it_goes_on_where_it_was_and_refuses_the_folder_of_another(
    done: tuple[Path, Explored], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, found = done
    monkeypatch.setattr(waves, "run_chunk", lambda chunk: pytest.fail("was simulated again"))
    again = found_in(folder)
    assert again.content == found.content
    with pytest.raises(InputError, match="seed"):
        found_in(folder, seed=1)


@pytest.mark.slow
def test_its_files_hold_the_same_and_its_text_fits_a_terminal(done: tuple[Path, Explored], tmp_path: Path) -> None:
    _, found = done
    text = write_explorer(found, tmp_path)
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("As written the bill brings")
    assert Explorer(found.content).at(found.explorer.own()).values == found.explorer.own()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "explore.txt", "explore_by_year.csv", "explore_errors.csv", "explore_points.csv", "explorer.html",
        "explorer.json",
    ]  # fmt: skip
    assert read_content(tmp_path) == json.loads(json.dumps(page_content(found.content)))
    shutil.copy(done[0] / "manifest.json", tmp_path)
    opened = sim.open(tmp_path)
    assert isinstance(opened, sim.Report)
    assert opened.text == text
    (tmp_path / "manifest.json").unlink()
    assert read_content(tmp_path.parent) is None
    (tmp_path / "explorer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="is of another version"):
        read_content(tmp_path)
    table = found.by_year[found.by_year["scenario"] == "baseline"]
    # The bill as written is the last point; the difference of means is the mean of differences.
    own = table[(table["point"] == 28) & (table["outcome"] == "taught")]
    law = found.explorer.current_law()["taught"].mean(axis=0)
    np.testing.assert_allclose(own["mean"] - own["change_mean"], law, rtol=1e-6)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"factors": {"parameters.staffing.turnover": [0.1, 0.2]}}, "a slider moves the bill"),
        ({"factors": {"formula.appropriation.dollars": [5e7, 6e7]}}, "leaves out the bill's own 40000000"),
        ({"factors": {"formula.takes_effect": {"levels": [2027, 2029]}}}, "whole numbers one after the other"),
        ({"factors": {"formula.components.per_student.dolars": [1, 2]}}, "has no 'dolars' there"),
        ({"design": {"name": "grid"}}, "grid does not fill a box"),
        ({"explore": {"fresh": 4, "scenarios": ["oil_slmp"]}}, "explore.scenarios: scenario 'oil_slmp' is not known"),
        ({"explore": {"fresh": 4, "compared": ["utopia"]}}, "explore.compared: formula 'utopia' is not known"),
        ({"explore": {"fresh": 4, "scenarios": ["oil_slump"], "points": 9}}, "explore.points: 9 are too few for 5"),
        ({"design": {"name": "latin_hypercube", "points": 20}}, "20 are too few for 5 knobs; at least 28"),
    ],
)  # fmt: skip
def test_what_no_slider_can_move_is_refused_in_one_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_materials(read_settings({**SETTINGS, **changes}), inputs())
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_current_law_is_no_bill_to_explore() -> None:
    with pytest.raises(InputError, match="is current law; name a bill"):
        read_materials(read_settings(SETTINGS), replace(inputs(), chosen="status_quo"))
