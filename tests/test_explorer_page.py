"""The page's arithmetic is Python's: executed by Node.js where there is one, over random states of the sliders."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml
from explored import bill, content, knobs

from sim.config_folder import config_folder
from sim.funding.reading import formula_from, read_lines
from sim.study.explore.bill_file import formula_at
from sim.study.explore.predicting import SHOWN, Explorer, band, spans
from sim.study.setup.inputs import formula_record

CORE = Path(__file__).parents[1] / "sim" / "report" / "page" / "templates" / "explorer.js"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")

ASKED = """
const core = require(process.argv[1]);
const { content, states, hashes, full } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const explorer = core.read(content);
const out = { answers: [], files: [], hashes: [], spans: core.spans(explorer.years), refused: [] };
for (const values of states) {
  const hash = core.toHash(content, values);
  const back = core.fromHash(content, hash);
  out.hashes.push({ hash, values: back.values, wrong: back.wrong });
  out.files.push(core.fileText(content, back.values));
  if (full) {
    const found = core.answer(explorer, back.values);
    const bands = {};
    for (const name of core.SHOWN) {
      bands[name] = out.spans.map((span) => core.band(core.overYears(explorer, found.levels[name], span.places)));
    }
    const levels = {};
    for (const name of core.SHOWN) { levels[name] = Array.from(found.levels[name]); }
    const { money, taught } = found.districts;
    out.answers.push({ levels, bands, money: Array.from(money), taught: Array.from(taught) });
  }
}
for (const hash of hashes) { out.refused.push(core.fromHash(content, hash)); }
out.law = Object.fromEntries(core.SHOWN.map((name) => [name, Array.from(explorer.law[name])]));
console.log(JSON.stringify(out));
"""


def asked(states, hashes=(), full=True):
    given = json.dumps({"content": content(), "states": states, "hashes": list(hashes), "full": full})
    done = subprocess.run(
        ["node", "-e", ASKED, str(CORE)], input=given, capture_output=True, text=True, timeout=120, check=True
    )
    return json.loads(done.stdout)


def random_states(number, seed=3):
    random, found = np.random.default_rng(seed), []
    for _ in range(number):
        digits = int(random.integers(0, 8))
        found.append([float(random.integers(knob.low, knob.high + 1)) if knob.whole
                      else min(max(round(float(random.uniform(knob.low, knob.high)), digits), knob.low), knob.high)
                      for knob in knobs()])  # fmt: skip
    return found


def test_the_page_answers_as_python_does():
    explorer = Explorer(content())
    states = [explorer.own(), *random_states(8)]
    found = asked(states)
    for name, numbers in explorer.current_law().items():
        np.testing.assert_allclose(found["law"][name], numbers.ravel(), rtol=1e-12)
    assert [span["name"] for span in found["spans"]] == list(spans(explorer.years.tolist()))
    for values, answer in zip(states, found["answers"], strict=True):
        mine = explorer.at(values)
        levels = mine.levels()
        for name in SHOWN:
            np.testing.assert_allclose(answer["levels"][name], levels[name].ravel(), rtol=1e-9)
            for span, told in zip(found["spans"], answer["bands"][name], strict=True):
                own = band(levels[name][:, span["places"]].mean(axis=1))
                theirs = [told[end] for end in ("mean", "low", "high")]
                np.testing.assert_allclose(theirs, [own.mean, own.low, own.high], rtol=1e-9)
        districts = mine.districts()
        for name in ("money", "taught"):
            np.testing.assert_allclose(answer[name], districts[name].ravel(), rtol=1e-9)


def holds(states):
    found, lines = asked(states, full=False), read_lines(config_folder() / "line")
    for values, link, text in zip(states, found["hashes"], found["files"], strict=True):
        assert link["values"] == values
        assert link["wrong"] == []
        wanted = formula_at(bill(), knobs(), values)
        read = formula_from(yaml.safe_load(text), "page", wanted.name, lines)
        assert formula_record(read)["fingerprint"] == formula_record(wanted)["fingerprint"]


def test_a_state_is_a_link_and_a_file_and_the_same_law():
    holds(random_states(20))


@pytest.mark.slow
def test_a_thousand_states_are_links_and_files_and_the_same_laws():
    holds(random_states(1_000, seed=4))


def test_a_link_that_asks_for_what_was_not_swept_is_told_and_left():
    usual = Explorer(content()).own()
    outside, unknown, words, none, some = asked(
        [], ["#explorer?appropriation.dollars=1", "#explorer?%3Cscript%3E=1", "#explorer?takes_effect=soon", "#winners",
             "#explorer?takes_effect=2029&rules.phase_in.years=0"]
    )["refused"]  # fmt: skip
    for refused, said in (
        (outside, "lies outside what was simulated"),
        (unknown, "does not move"),
        (words, "no number"),
    ):
        assert refused["values"] == usual
        assert said in refused["wrong"][0]
    assert none is None
    assert some["values"] == [usual[0], 2029, 0, *usual[3:]]
