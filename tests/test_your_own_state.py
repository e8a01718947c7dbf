"""A second state, whole and made up: the tutorial "your own state", and no word of the default state in its output."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from markupsafe import escape

import sim
from sim.api.carrying import carried_out
from sim.config_folder import config_folder
from sim.inputs import InputError, read_yaml
from sim.states.folder import DEFAULT, STATES, read_state, shipped_states, state_folder
from sim.states.speaking import state_words
from sim.world.loading import load_world

ROOT = Path(__file__).parent.parent
EXAMPLE = STATES / "example_state"

WORDS = re.compile(
    r"New Mexico|new_mexico|\bSEG\b|LESC|\bLFC\b|nextgen|\bPED\b|pilot|charter|NMSA|Innovation Zone|program units?"
    r"|unit value|Public Education|Albuquerque|Santa Fe\b|career_development_success",
    re.IGNORECASE,
)
"""Words of the default state's law, formula, agencies and schools."""

BILL = """\
title: A bill in ten lines
source: a member's draft
year_of_numbers: 2026
description: An amount for every concentrator and a base for every high school with a pathway.
components:
  - {kind: base, per_school: 50_000}
  - {kind: per_student, count: concentrators, dollars: 900}
appropriation: {rule: indexed, dollars: 4_000_000}
"""


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text that a study wrote, by file: what is in workbooks and documents too."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".parquet", ".png", ".pdf"):
            continue
        if path.suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(path) as parts:
                for name in parts.namelist():
                    if name.endswith(".xml"):
                        yield f"{path.name}/{name}", parts.read(name).decode("utf-8", "replace")
        else:
            yield path.name, of_record(path) if path.name == "manifest.json" else path.read_text(encoding="utf-8")


def of_record(path: Path) -> str:
    """What a manifest says of formulas in words. Its keys are those of the language, and the sources of shipped
    scenarios name whose past they are from, as citations do."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    formulas = {**manifest["formulas"], **manifest.get("references", {})}
    told = [[one["title"], one["source"], one["description"], *one["lines"]] for one in formulas.values()]
    written = manifest["config"].get("formula") or {}
    return json.dumps([told, [str(written.get(key)) for key in ("title", "source", "description", "lines")]])


def foreign(folder: Path) -> list[str]:
    """Words of the default state in what a study wrote, each with what stands around it. Sources of shipped scenarios
    are left out: they are citations."""
    cited = [" ".join(read_yaml(path)["source"].split()) for path in (config_folder() / "scenario").glob("*.yaml")]
    found = []
    for name, text in texts(folder):
        shown = re.sub(r"data:[a-z/+]+;base64,[A-Za-z0-9+/=]+", "", text)
        for source in cited:
            shown = shown.replace(source, "").replace(str(escape(source)), "")
        found += [f"{name}: {shown[max(0, m.start() - 40) : m.end() + 40]!r}" for m in WORDS.finditer(shown)]
    return found


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    path = tmp_path / "my_bill.yaml"
    path.write_text(BILL, encoding="utf-8")
    return path


CHEAP = {"draws": 4, "workers": 1}
STUDIES = {
    "check_formula": {},
    "bridge": {"horizon": 3},
    "explain": {"horizon": 3, "district": "D03"},
    "district": {"horizon": 6, "district": "A01"},
}


@pytest.mark.parametrize("study", STUDIES)
def test_nothing_that_is_written_of_the_second_state_holds_a_word_of_the_first(
    study: str, bill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    carried_out(study, {"formula_file": str(bill), "world": "example_state", **CHEAP, **STUDIES[study]}, {}, out, False)
    said = capsys.readouterr()
    assert foreign(out) == []
    assert not WORDS.search(said.out + said.err)


@pytest.mark.slow
@pytest.mark.parametrize("study", ["compare", "stress"])
def test_nor_does_what_is_written_of_its_years(
    study: str, bill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    asked = {"study.formulas": ["status_quo", str(bill)], "world": "example_state", "horizon": 10, **CHEAP}
    carried_out(study, asked, {}, out, False)
    assert foreign(out) == []
    assert not WORDS.search(capsys.readouterr().out)
    assert "fitted to the record of another state" in " ".join(text for _, text in texts(out)).replace("\n", " ")


@pytest.mark.slow
def test_the_tutorial_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "tutorial" / "your_own_state.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)
    first, last = (text for kind, text in blocks if kind == "python")
    words, bill = (text for kind, text in blocks if kind == "yaml")
    monkeypatch.chdir(tmp_path)
    exec(first, {})
    state = tmp_path / "my_state"
    assert yaml.safe_load(words) == yaml.safe_load((state / "state.yaml").read_text())
    for name, old, new in (
        ("anchors.csv", "participants,6900", "participants,6400"),
        ("law/line/workshop_aid.yaml", "dollars: 1_600_000", "dollars: 1_200_000"),
    ):
        text = (state / name).read_text()
        assert text.count(old) == 1
        (state / name).write_text(text.replace(old, new))
    (tmp_path / "my_bill.yaml").write_text(bill)
    said = ""
    for command in (line for kind, text in blocks if kind == "sh" for line in text.splitlines()):
        asked = [sys.executable, "-m", "sim", *shlex.split(command.removeprefix("cte-sim ")), "workers=1"]
        done = subprocess.run(
            asked, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
        )
        said += done.stdout + done.stderr
    assert "A bill in ten lines" in (tmp_path / "compared" / "answer.txt").read_text()
    assert foreign(tmp_path / "priced") + foreign(tmp_path / "compared") == []
    assert not WORDS.search(said)
    exec(last, {})


def test_the_word_list_would_see_a_word() -> None:
    of_default = " ".join(path.read_text(encoding="utf-8") for path in DEFAULT.glob("*.yaml"))
    assert {match.lower() for match in WORDS.findall(of_default)} >= {"new mexico", "seg", "lesc", "charter"}


def test_a_state_is_known_by_name_by_path_and_by_its_object(bill: Path, tmp_path: Path) -> None:
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    by_name, by_path = sim.World("example_state"), sim.World(copy)
    assert by_name.data.fingerprint == by_path.data.fingerprint
    assert by_name.words.name == by_path.words.name == "Example State"
    law = sim.Formula("status_quo", world=by_path)
    assert [line.name for line in law.data.own_lines] == ["workshop_aid", "completion_award", "equipment_grants"]
    assert state_words().main == "the SEG"  # what is read changes nobody's words


def test_a_changed_table_changes_what_the_state_pays(bill: Path, tmp_path: Path) -> None:
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    line = copy / "law" / "line" / "workshop_aid.yaml"
    line.write_text(line.read_text().replace("dollars: 1_600_000", "dollars: 800_000"))

    def now(world: str) -> float:
        made = sim.Formula(str(bill)).price(draws=4, world=world).table()
        return float(made["net_current_law"].sum())

    # The line is capped by its appropriation in both, so that current law pays 800,000 less.
    assert now("example_state") - now(str(copy)) == pytest.approx(800_000.0, abs=20_000.0)


def test_a_state_without_a_unit_value_has_its_formula_money_for_each_student() -> None:
    world = load_world("example_state")
    units, value = (world.anchors[name].value for name in ("program_units", "unit_value"))
    assert units == world.districts.total_membership.sum()
    assert units * value == pytest.approx(world.anchors["main_formula_total"].value)


@pytest.mark.parametrize(
    ("remove", "said"),
    [
        ("regions.csv", "regions.csv: is missing"),
        ("law/status_quo.yaml", "status_quo.yaml: is missing; it is the state's current law"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused_by_its_name(remove: str, said: str, tmp_path: Path) -> None:
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    (copy / remove).unlink()
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        load_world(copy)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("behavior: borrowed", "behavior: none", "behavior"),
        ("name: Example State", "", "name"),
        ("  short: foundation grant", "  short: foundation grant\n  unit: unit", "unit and units"),
        ("  charter: {one: academy, many: academies}", "", "charter is missing"),
    ],
)
def test_a_state_file_that_cannot_be_used_is_refused_in_one_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    path = copy / "state.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        read_state(copy)
    assert "\n" not in str(refused.value)
    assert "state.yaml" in str(refused.value)


def test_anchors_that_a_run_starts_from_must_be_there(tmp_path: Path) -> None:
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    path = copy / "anchors.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(row for row in rows if not row.startswith("main_formula_total")) + "\n")
    with pytest.raises(InputError, match=r"anchors\.csv: name main_formula_total: say the money"):
        load_world(copy)


def test_a_word_that_names_no_state_is_answered_with_those_there_are() -> None:
    assert set(shipped_states()) == {"example_state", "new_mexico"}
    assert state_folder(None) == DEFAULT
    with pytest.raises(InputError, match="example_state"):
        load_world("exmple_state")
