"""The page's arithmetic is Python's: executed by Node.js where there is one, over random states of the sliders."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import yaml
from explored import bill, content, knobs

from sim.config_folder import config_folder
from sim.funding.reading import formula_from, read_lines
from sim.report.explore.shown import Shown
from sim.report.page.rendering import render
from sim.study.explore.bill_file import formula_at
from sim.study.explore.predicting import SHOWN, Explorer, band, spans
from sim.study.setup.inputs import formula_record

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")

ASKED = """
const { content, states, hashes, full } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const core = explorerCore, links = explorerLinks;
const explorers = core.read(content);
const out = { answers: [], files: [], hashes: [], spans: core.spans(content.years), refused: [] };
for (const state of states) {
  const hash = links.toHash(content, state);
  const back = links.fromHash(content, hash);
  out.hashes.push({ hash, ...back });
  out.files.push([back.state.values, back.state.kept || state.values].map((values) => links.fileText(content, values)));
  if (full) {
    const explorer = explorers[state.scenario];
    const found = core.answer(explorer, back.state.values);
    const bands = {}, levels = {}, shown = {};
    for (const name of core.SHOWN) {
      bands[name] = out.spans.map((span) => core.band(core.overYears(explorer, found.levels[name], span.places)));
      levels[name] = Array.from(found.levels[name]);
      shown[name] = Array.from(found.shown[name]);
    }
    const { money, taught } = found.districts;
    out.answers.push({ levels, shown, bands, money: Array.from(money), taught: Array.from(taught) });
  }
}
for (const hash of hashes) { out.refused.push(links.fromHash(content, hash)); }
const plain = (levels) => Object.fromEntries(core.SHOWN.map((name) => [name, Array.from(levels[name])]));
out.law = explorers.map((one) => plain(one.law));
out.lawShown = explorers.map((one) => plain(one.lawShown));
out.compared = explorers.map((one) => plain(core.exactAnswer(one, one.of.compared[0]).shown));
console.log(JSON.stringify(out));
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    script = tmp_path_factory.mktemp("page") / "explorer.js"
    script.write_text(render("explorer.js") + ASKED, encoding="utf-8")

    def answered(states, hashes=(), full=True, made=None):
        given = json.dumps({"content": made or content(), "states": states, "hashes": list(hashes), "full": full})
        done = subprocess.run(
            ["node", str(script)], input=given, capture_output=True, text=True, timeout=120, check=True
        )  # fmt: skip
        return json.loads(done.stdout)

    return answered


def as_written():
    return {"values": Explorer(content()).own(), "scenario": 0, "beside": "written", "kept": None}


BESIDE = ("written", "law", "formula:kansas", "scenario:baseline", "scenario:oil_slump", "kept")


def random_states(number, seed=3):
    random, found = np.random.default_rng(seed), []

    def values():
        digits = int(random.integers(0, 8))
        return [float(random.integers(knob.low, knob.high + 1)) if knob.whole
                else min(max(round(float(random.uniform(knob.low, knob.high)), digits), knob.low), knob.high)
                for knob in knobs()]  # fmt: skip

    for _ in range(number):
        beside = BESIDE[int(random.integers(len(BESIDE)))]
        found.append(
            {"values": values(), "scenario": int(random.integers(2)), "beside": beside,
             "kept": values() if beside == "kept" else None}
        )  # fmt: skip
    return found


@pytest.mark.parametrize("carries", [True, False])
def test_the_page_answers_as_python_does(asked, carries):
    made = content() if carries else {**content(), "discrepancy": None}
    explorers = [Explorer(made, place) for place in range(2)]
    shown = [Shown(explorer) for explorer in explorers]
    states = [as_written(), *random_states(8)]
    found = asked(states, made=made)
    for place, explorer in enumerate(explorers):
        beside = shown[place].levels(explorer.exact(made["scenarios"][place]["compared"][0]))
        for name, numbers in explorer.current_law().items():
            near(found["law"][place][name], numbers, 1e-12)
            near(found["lawShown"][place][name], shown[place].law[name])
            near(found["compared"][place][name], beside[name])
    assert [span["name"] for span in found["spans"]] == list(spans(explorers[0].years.tolist()))
    for state, answer in zip(states, found["answers"], strict=True):
        mine = explorers[state["scenario"]].at(state["values"])
        levels, told = mine.levels(), shown[state["scenario"]].at(mine)
        for name in SHOWN:
            near(answer["levels"][name], levels[name])
            near(answer["shown"][name], told[name])
            for span, band_told in zip(found["spans"], answer["bands"][name], strict=True):
                own = band(levels[name][:, span["places"]].mean(axis=1))
                theirs = [band_told[end] for end in ("mean", "low", "high")]
                np.testing.assert_allclose(theirs, [own.mean, own.low, own.high], rtol=1e-9)
        districts = mine.districts()
        for name in ("money", "taught"):
            near(answer[name], districts[name])


def near(theirs, mine, share=1e-7):
    np.testing.assert_allclose(theirs, mine.ravel(), rtol=share, atol=1e-12)


def test_what_was_missed_elsewhere_widens_bands_and_leaves_means():
    made = content()
    explorer, bare = Explorer(made), {**made, "discrepancy": None}
    answer = explorer.at(explorer.own())
    wide, narrow = Shown(explorer).at(answer), Shown(Explorer(bare)).at(answer)
    np.testing.assert_array_equal(narrow["taught"], answer.levels()["taught"])
    for name in ("taught", "credentials", "owed", "cost"):
        np.testing.assert_allclose(wide[name].mean(axis=0), narrow[name].mean(axis=0), rtol=1e-9)
    assert (np.ptp(wide["taught"], axis=0) > np.ptp(narrow["taught"], axis=0)).all()
    # Nothing is paid beyond what is voted, whatever was missed.
    assert (wide["cost"] <= answer.with_voted()["voted"] * (1.0 + 1e-9)).all()


def holds(asked, states):
    found, lines = asked(states, full=False), read_lines(config_folder() / "line")
    for state, link, texts in zip(states, found["hashes"], found["files"], strict=True):
        assert link["state"] == state
        assert link["wrong"] == []
        for values, text in zip((state["values"], state["kept"] or state["values"]), texts, strict=True):
            wanted = formula_at(bill(), knobs(), values)
            read = formula_from(yaml.safe_load(text), "page", wanted.name, lines)
            assert formula_record(read)["fingerprint"] == formula_record(wanted)["fingerprint"]


def test_a_state_is_a_link_and_its_bills_are_files_and_the_same_laws(asked):
    holds(asked, random_states(20))


@pytest.mark.slow
def test_a_thousand_states_are_links_and_files_and_the_same_laws(asked):
    holds(asked, random_states(1_000, seed=4))


def test_a_link_that_asks_for_what_was_not_swept_is_told_and_left(asked):
    usual = as_written()
    *refused, none, some, old = asked(
        [], ["#explorer?appropriation.dollars=1", "#explorer?%3Cscript%3E=1", "#explorer?takes_effect=soon",
             "#explorer?scenario=flood", "#explorer?beside=formula:utopia", "#explorer?beside=%3Cscript%3E", "#winners",
             "#explorer?takes_effect=2029&beside=kept&beside.rules.phase_in.years=0&scenario=oil_slump",
             "#explorer?takes_effect=2029&rules.phase_in.years=0"]
    )["refused"]  # fmt: skip
    said = (
        "lies outside what was simulated",
        "does not move",
        "no number",
        "does not hold",
        "does not hold",
        "does not hold",
    )
    for one, words in zip(refused, said, strict=True):
        assert one["state"] == usual
        assert words in one["wrong"][0]
    assert none is None
    own = usual["values"]
    assert old["state"] == {**usual, "values": [own[0], 2029, 0, *own[3:]]}
    assert some["state"] == {
        "values": [own[0], 2029, *own[2:]], "scenario": 1, "beside": "kept", "kept": [*own[:2], 0, *own[3:]],
    }  # fmt: skip
