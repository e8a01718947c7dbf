"""The explorer: knobs, what they answer, and the file that holds the answer."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import yaml
from explored import DRAWS, YEARS, bill, content, knobs, made_up_numbers, setting
from simulated import made_up

from sim.config_folder import config_folder
from sim.engine import recording
from sim.engine.ensemble import simulate
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError
from sim.report.page.rendering import render
from sim.study.designs.places import formula_place, phase_in_of, with_values
from sim.study.explore.bill_file import file_pieces, filled, formula_at
from sim.study.explore.emulator import emulated, rounded
from sim.study.explore.errors import errors
from sim.study.explore.knobs import default_factors, whole_levels
from sim.study.explore.predicting import Explorer, band
from sim.study.explore.simulating import Points, outcomes, started, surroundings
from sim.study.setup.inputs import formula_record

PATHS = [
    "appropriation.dollars", "takes_effect", "rules.phase_in.years", "components.base.per_school",
    "components.per_student.dollars",
]  # fmt: skip


def test_the_knobs_of_a_bill_are_its_appropriation_years_and_amounts():
    own = knobs()
    assert [knob.path for knob in own] == PATHS
    assert [(knob.low, knob.own, knob.high) for knob in own] == [
        (20e6, 40e6, 60e6), (2027, 2027, 2030), (0, 1, 4), (25_000, 50_000, 75_000), (450, 900, 1_350),
    ]  # fmt: skip
    assert [knob.whole for knob in own] == [False, True, True, False, False]
    assert own[3].words == "$50,000 for every high school with a pathway."


def test_a_bill_with_no_amount_has_no_sliders():
    with pytest.raises(InputError, match=r"^formula arizona: has no dollar amount and no appropriation to move;"):
        default_factors(bill("arizona"), 2026, 2036)


def test_a_bill_of_many_amounts_leaves_some_as_written_and_says_which():
    found, left = default_factors(bill("aligned"), 2026, 2036)
    assert len(found) == 8
    assert left == ("components.credential_bonus.dollars.3",)


def test_years_between_two_ends_are_each_of_them():
    asked = {"formula.takes_effect": [2027, 2029], "formula.rules.phase_in.years": [0, 2], "formula.x.dollars": [1, 3]}
    assert whole_levels(asked) == {
        "formula.takes_effect": {"levels": [2027, 2028, 2029]},
        "formula.rules.phase_in.years": {"levels": [0, 1, 2]},
        "formula.x.dollars": [1, 3],
    }


def test_a_phase_in_of_its_own_length_is_its_own_and_others_go_the_same_way():
    assert phase_in_of((0.2, 0.9), 2) == (0.2, 0.9)
    assert phase_in_of((), 3) == (0.25, 0.5, 0.75)
    assert phase_in_of((0.5,), 0) == ()
    # The curve rises to 0.8 in its first half and to one in the second: a quarter of the way is half of 0.8.
    assert phase_in_of((0.8,), 3) == (0.4, 0.8, 0.9)
    with pytest.raises(InputError, match="a whole number from 0 to 60"):
        phase_in_of((), 2.5)


def test_the_years_of_a_phase_in_can_be_swept():
    place = formula_place(bill(), ["rules", "phase_in", "years"], "here")
    (longer,) = with_values(bill(), [place], [[3]], ["here"])
    assert place.written == 1
    assert longer.own_lines[0].rules.phase_in == (0.25, 0.5, 0.75)


@pytest.mark.parametrize("name", ["aligned", "michigan", "kansas", "kentucky", "wyoming", "colorado_reimbursement"])
def test_the_file_of_a_bill_reads_back_at_any_values(name):
    own = knobs(name, 10)
    pieces = file_pieces(bill(name), own)
    assert pieces is not None
    random = np.random.default_rng(5)
    lines = read_lines(config_folder() / "line")
    for _ in range(3):
        values = [float(random.integers(knob.low, knob.high + 1)) if knob.whole else random.uniform(knob.low, knob.high)
                  for knob in own]  # fmt: skip
        wanted = formula_at(bill(name), own, values)
        read = formula_from(yaml.safe_load(filled(pieces, values)), "file", wanted.name, lines)
        assert formula_record(read)["fingerprint"] == formula_record(wanted)["fingerprint"]


def test_a_bill_of_current_laws_own_lines_has_no_file():
    assert file_pieces(bill("pilot_sunset"), knobs("pilot_sunset", 10)) is None


def explorer_of(**changes):
    """An explorer in which nothing is left to an emulator: owed 10 dollars in the first draw, 4 in the second."""
    fixed = {"processes": [], "basis": []}
    counts = ("taught", "reported", "credentials", "pathways")
    scenario = {
        "draws": 2, "training": [0.5, 0.5],
        "outputs": {**{name: {"center": [6.0] * 4, **fixed} for name in (*counts, "moved")},
                    "uncapped": {"center": [1.0] * 4, **fixed}, "owed:x": {"center": [10.0, 11.0, 4.0, 5.0], **fixed},
                    "district_owed": {"center": [3.0, 1.0], **fixed},
                    "district_taught": {"center": [2.0, 2.0], **fixed}},
        "units": {"x": [1, 0.5, 1, 1]}, "members": [50.0] * 4, "district_members": [1, 1],
        "current_law": {**{name: [5.0] * 4 for name in counts}, "moved": [0.0] * 4, "cost": [20.0] * 4,
                        "owed": [30.0] * 4, "voted": [25.0] * 4, "district_money": [9, 9], "district_taught": [2, 2]},
    }  # fmt: skip
    made = {
        "knobs": [{"path": "appropriation.dollars", "low": 1.0, "high": 9.0, "own": 8.0, "whole": False},
                  {"path": "takes_effect", "low": 2027.0, "high": 2028.0, "own": 2027.0, "whole": True}],
        "years": [2027, 2028], "first_year": {"knob": 1, "own": 2027},
        "lines": [{"name": "x", "output": "owed:x", "knob": 0, "own": 8.0}],
        "districts": {"years": [2028], "names": ["a", "b"], "groups": [], "rest": None,
                      "lines": [{"output": "district_owed", "line": 0}]},
        "scenarios": [scenario],
    }  # fmt: skip
    return Explorer({**made, **changes})


def test_what_is_voted_is_told_with_the_levels_and_is_current_laws_before_the_bill():
    np.testing.assert_array_equal(explorer_of().at([8.0, 2027]).with_voted()["voted"], [[9.0, 5.0], [9.0, 9.0]])
    np.testing.assert_array_equal(explorer_of().at([8.0, 2028]).with_voted()["voted"], [[25.0, 5.0], [25.0, 9.0]])


def test_no_more_is_paid_than_is_voted_in_each_draw_and_year():
    levels = explorer_of().at([8.0, 2027]).levels()
    np.testing.assert_array_equal(levels["owed"], [[11.0, 12.0], [5.0, 6.0]])
    # One dollar comes from a line without a cap; voted are 8, and half of it in the first draw's second year.
    np.testing.assert_array_equal(levels["cost"], [[9.0, 5.0], [5.0, 6.0]])
    np.testing.assert_array_equal(levels["per_100"], np.full((2, 2), 12.0))


def test_until_a_bill_begins_current_law_is_paid_and_then_its_first_year():
    levels = explorer_of().at([8.0, 2028]).levels()
    np.testing.assert_array_equal(levels["cost"], [[20.0, 5.0], [20.0, 5.0]])
    np.testing.assert_array_equal(levels["owed"], [[30.0, 11.0], [30.0, 5.0]])


def test_districts_are_paid_the_states_share_of_what_they_are_owed():
    # Of 11 and 5 dollars owed in the second year 4 and 5 are paid.
    money = explorer_of().at([8.0, 2027]).districts()["money"]
    np.testing.assert_allclose(money, [[3.0 * 9.0 / 16.0, 1.0 * 9.0 / 16.0]])
    later = explorer_of(first_year={"knob": None, "own": 2029}).at([8.0, 2027]).districts()["money"]
    np.testing.assert_array_equal(later, [[9.0, 9.0]])


@pytest.mark.parametrize(("values", "said"), [([9.5, 2027], "lies outside what was simulated"),
                                              ([8.0, 2027.5], "a whole number")])  # fmt: skip
def test_outside_what_was_swept_there_is_no_answer(values, said):
    with pytest.raises(InputError, match=said):
        explorer_of().at(values)


def test_a_band_holds_its_mean():
    found = band(np.array([0.0] * 99 + [1000.0]))
    assert (found.low, found.mean, found.high) == (0.0, 10.0, 10.0)


def test_the_emulator_gives_back_what_it_was_fitted_to_and_its_digits_are_stored():
    training = np.random.default_rng(0).random((60, 5))
    swept = made_up_numbers(training)
    found = emulated(training, swept)
    for name, values in swept.items():
        np.testing.assert_allclose(found.at(training)[name], values, rtol=2e-3)
    assert found.outputs["moved"].processes == ()
    np.testing.assert_array_equal(rounded(np.array([0.0, 123.456, -0.00123456]), 3), [0.0, 123.0, -0.00123])


def test_the_error_that_is_told_is_that_of_points_never_seen():
    explorer, random = Explorer(content()), np.random.default_rng(8)

    def told(number):
        places = random.random((number, len(explorer.knobs)))
        low, high = (np.array([knob[end] for knob in explorer.knobs]) for end in ("low", "high"))
        values = low + places * (high - low)
        values = np.where([knob["whole"] for knob in explorer.knobs], np.round(values), values).tolist()
        exact = []
        for row in values:
            levels = explorer.at(row).levels()
            levels["taught"] = made_up_numbers((np.array([row]) - low) / (high - low))["taught"].reshape(DRAWS, YEARS)
            exact.append(levels)
        return {(error.outcome, error.span, error.number): error for error in errors(explorer, values, exact)}

    few, many = told(30), told(300)
    one, other = (found["taught", "each year", "mean"] for found in (few, many))
    assert 0.4 < one.p95 / other.p95 < 2.5
    assert one.reached
    assert few["credentials", "each year", "mean"].most < 1e-12
    # What is off by a tenth of the level is told as that.
    exact = {name: values * 1.1 for name, values in explorer.at(explorer.own()).levels().items()}
    found = errors(explorer, [explorer.own()], [exact])
    assert {round(error.p95, 6) for error in found if error.number == "mean"} == {round(0.1 / 1.1, 6)}
    assert not any(error.reached for error in found if error.outcome == "taught")


@pytest.mark.parametrize("name", ["docs/examples/my_bill.yaml", "michigan", "kansas"])
def test_what_the_state_pays_is_what_is_owed_up_to_what_is_voted(name):
    own = bill() if name.endswith(".yaml") else bill(name)
    of = setting(made_up(12), draws=3, horizon=2)
    found = outcomes(of, own, Points(of, own, ()).outputs)
    around = surroundings(of, own, moves=True)
    paid = found["uncapped"]
    for line in (key.removeprefix("owed:") for key in found if key.startswith("owed:")):
        rule = own.line(line).appropriation
        voted = getattr(rule, "dollars", getattr(rule, "cap", None))
        paid = paid + np.minimum(found[f"owed:{line}"], voted * around[f"unit:{line}"])
    ((ensemble, share),) = started(of)
    years = [recording.statewide(of.world, ensemble.parameters, *year) for year in simulate(ensemble, own, 2)]
    assert share == 1.0
    np.testing.assert_allclose(paid.T, [year["state_cost_constant"] for year in years], rtol=1e-12)
    np.testing.assert_array_equal(found["taught"].T, [year["concentrators_taught"] for year in years])


def test_draws_are_the_same_in_chunks_and_another_seed_gives_others():
    of = setting(made_up(12), draws=4, horizon=1)
    names = Points(of, bill(), ()).outputs
    whole, parts, other = (
        outcomes(one, bill(), names)["taught"] for one in (of, replace(of, chunk=3), replace(of, seed=7))
    )
    np.testing.assert_allclose(parts, whole, rtol=1e-12)
    assert not np.allclose(other, whole)


def page(**changes):
    made = {**content(), **changes}
    return render("explorer_page.html", explorer=made, findings=["Found."], trust=["Trusted."], origin="Run 1")


def test_the_page_asks_for_nothing_and_holds_what_the_file_holds():
    text = page()
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)", text)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
    data = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1]) == content()


def test_a_name_with_a_script_in_it_stays_text():
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    named = {**content()["districts"], "names": [evil] * 12}
    knob = {**content()["knobs"][0], "label": evil, "words": evil, "unit": evil}
    text = page(districts=named, knobs=[knob, *content()["knobs"][1:]], bill={**content()["bill"], "title": evil})
    assert text.count("<script") == page().count("<script")
    assert "<img" not in text
