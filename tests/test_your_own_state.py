"""A second state, whole and made up: the tutorial "your own state", and no word of the default state in its output."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from markupsafe import escape

import sim
from sim.api.carrying import carried_out
from sim.composition import compose
from sim.config_folder import config_folder
from sim.inputs import InputError, read_yaml
from sim.parameters.catalogue import load_catalogue
from sim.parameters.posterior import STORED
from sim.serve.server import ready
from sim.states.folder import DEFAULT, STATES, read_state, shipped_states, state_folder, targets_path
from sim.states.speaking import state_words
from sim.study.setup.design import parameters_for
from sim.verbs.listing import list_text
from sim.verbs.words import understood
from sim.world.loading import load_world

ROOT = Path(__file__).parent.parent
EXAMPLE = STATES / "example_state"

WORDS = re.compile(
    r"New Mexico|new_mexico|\bSEG\b|LESC|\bLFC\b|nextgen|\bPED\b|pilot|charter|NMSA|Innovation Zone|program units?"
    r"|unit value|Public Education|Legislative (?:Finance|Education)|Albuquerque|Santa Fe\b|career_development_success",
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


@cache
def cited() -> list[str]:
    """Where numbers of shipped scenarios, levers and parameters are from, the longest first."""
    files = [path for group in ("scenario", "lever") for path in (config_folder() / group).glob("*.yaml")]
    written = [read_yaml(path)["source"] for path in files]
    written += [entry.source for named in load_catalogue().entries.values() for entry in named.values()]
    return sorted({" ".join(source.split()) for source in written}, key=len, reverse=True)


def foreign(folder: Path) -> list[str]:
    """Words of the default state in what a study wrote, each with what stands around it. Sources of shipped scenarios,
    levers and parameters are left out: they are citations. So are names of parameters: they are identifiers."""
    found = []
    for name, text in texts(folder):
        shown = re.sub(r"data:[a-z/+]+;base64,[A-Za-z0-9+/=]+", "", text)
        for source in cited():
            for written in (source, str(escape(source)), source.replace('"', '""')):
                shown = shown.replace(written, "")
        shown = re.sub(rf"\b({'|'.join(load_catalogue().entries)})\.[a-z_]+", "", shown)
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


YEARS: dict[str, dict[str, Any]] = {
    "compare": {"horizon": 10},
    "stress": {"horizon": 10},
    "reverse": {"horizon": 3},
    "sweep": {"horizon": 2, "factors": {"parameters.staffing.turnover": [0.1, 0.2]}, "design.points": 4},
    "sensitivity": {
        "horizon": 2, "sensitivity.trajectories": 2, "sensitivity.replicates": 2, "sensitivity.points": 8,
        "sensitivity.numbers": 3, "sensitivity.resamples": 20,
    },
    "discover": {
        "horizon": 2, "design.points": 64, "discover.years": 2, "discover.fresh": 32, "discover.resamples": 20,
    },
}  # fmt: skip
"""Studies of several formulas, each small; compare writes fiscal notes, workbook and run sheet too."""

OF_ONE: dict[str, dict[str, Any]] = {
    "decompose": {"horizon": 3},
    "two_by_two": {"horizon": 3},
    "levers": {"horizon": 3},
    "explore": {
        "horizon": 2, "design.points": 40, "explore.fresh": 4, "explore.points": 28,
        "explore.scenarios": ["oil_slump"],
    },
}  # fmt: skip
BORROWED = "fitted to the record of another state"


@pytest.mark.slow
@pytest.mark.parametrize("study", [*YEARS, *OF_ONE])
def test_nor_does_what_is_written_of_its_years(
    study: str, bill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    named = {"formula_file": str(bill)} if study in OF_ONE else {"study.formulas": ["status_quo", str(bill)]}
    few = {"workers": 1} if study in ("sensitivity", "discover") else CHEAP
    carried_out(study, {**named, "world": "example_state", **few, **(YEARS | OF_ONE)[study]}, {}, out, False)
    assert foreign(out) == []
    assert not WORDS.search(capsys.readouterr().out)
    if study in ("compare", "stress"):
        assert BORROWED in " ".join(text for _, text in texts(out)).replace("\n", " ")


def test_what_is_listed_and_meant_without_a_bill_is_the_state_s_own(tmp_path: Path) -> None:
    for what in ("districts", "clusters"):
        # The key of a kind stands there as bills write it.
        assert not WORDS.search(re.sub(r"\bcharter, ", "", list_text(what, "", "example_state")))
    listed = list_text("formulas", "", "example_state")
    assert "law_ends" in listed
    assert not re.search(r"aligned|pilot|SEG|sb130", listed)
    for study, formulas in (("compare", ["status_quo", "law_ends"]), ("decompose", ["law_ends"])):
        composed = compose([f"study={study}", "world=example_state"])
        assert composed.plain["study"]["formulas"] == formulas
    assert compose(["study=library", "world=example_state"]).plain["study"]["formulas"][1] == "texas"
    assert compose(["study=explore", "world=example_state"]).plain["explore"]["compared"] == ["law_ends"]
    with pytest.raises(InputError, match="no bill of Example State is meant where none is named"):
        carried_out("district", {"district": "A01", "world": "example_state", "draws": 2}, {}, tmp_path / "x", True)


def test_a_formula_of_its_law_is_known_by_its_name_on_the_command_line() -> None:
    said = understood(["compare", "law_ends", "world=example_state"]).settings
    assert "study.formulas=[law_ends]" in said
    priced = compose(["study=check_formula", "formula=law_ends", "world=example_state"])
    assert str(priced.plain["formula_file"]).endswith("example_state/law/law_ends.yaml")
    with pytest.raises(InputError, match="'law_ends' is no bill"):
        understood(["compare", "law_ends"])


def test_served_pages_speak_of_the_state_that_is_served(bill: Path, tmp_path: Path) -> None:
    pages = ready([str(bill)], tmp_path, "example_state")
    shown = {name: getattr(pages, name)({}) for name in ("bill", "bad_years", "districts", "watch", "yours")}
    for name, page in shown.items():
        for source in cited():
            page = page.replace(str(escape(source)), "")
        assert WORDS.findall(page) == [], name
    assert "those that are not given are Example State's" in shown["yours"]
    with pytest.raises(InputError, match="name a bill; no bill of Example State is meant"):
        ready([], tmp_path, "example_state")


def test_two_states_in_one_process_speak_each_its_own_words(bill: Path) -> None:
    few: dict[str, Any] = {"draws": 2, "years": 2, "workers": 1, "quiet": True}
    ours, theirs = sim.World("example_state"), sim.World()
    law = [sim.Formula("status_quo", world=ours), sim.Formula("status_quo", world=theirs)]
    bills = [sim.compare(str(bill), world=world, **few) for world in (ours, theirs)]
    told: list[list[str]] = [[], []]
    for _ in range(2):  # answers are asked for in turn
        for place, (world, of_law, runs) in enumerate(zip((ours, theirs), law, bills, strict=True)):
            summary = runs.summary
            told[place] += [repr(world), of_law.describe(), runs.report(bill.parent / "page.html").read_text("utf-8")]
            told[place] += [" ".join(map(str, summary[column])) for column in ("measure", "unit") if column in summary]
    assert "academies" in told[0][0]
    assert "charters" in told[1][0]
    assert [WORDS.findall(re.sub(r"data:[a-z/+]+;base64,[A-Za-z0-9+/=]+", "", text)) for text in told[0]] == [[]] * len(
        told[0]
    )
    assert "foundation grant" not in "".join(told[1])
    assert told[0][: len(told[0]) // 2] == told[0][len(told[0]) // 2 :]
    assert bills[0].words.name == "Example State" == bills[0].manifest.words.name


def test_a_formula_of_a_state_is_priced_and_saved_in_that_state(tmp_path: Path) -> None:
    law = sim.Formula("status_quo", world=sim.World("example_state"))
    assert len(law.price(draws=2).table()) == len(sim.World("example_state").districts)
    saved = law.save(tmp_path / "law.yaml").read_text(encoding="utf-8")
    assert saved == (EXAMPLE / "law" / "status_quo.yaml").read_text(encoding="utf-8")


VOCATIONAL = """\
title: For vocational schools
source: made up
year_of_numbers: 2026
description: An amount for every participant of a vocational school.
components: [{kind: per_student, count: participants, dollars: 500, where: {kind: vocational}}]
appropriation: {rule: full}
"""


def test_a_state_has_its_own_kinds_of_districts(tmp_path: Path) -> None:
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    path = copy / "state.yaml"
    more = "many: academies}\n  vocational: {one: vocational school, many: vocational schools}"
    path.write_text(path.read_text().replace("many: academies}", more))
    table = copy / "districts.csv"
    rows = list(csv.reader(table.open(encoding="utf-8", newline="")))
    kind = rows[0].index("kind")
    changed = [[*row[:kind], "vocational", *row[kind + 1 :]] if row[0] == "A02" else row for row in rows]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(changed)
    world = sim.World(copy)
    assert "districts, academies and vocational schools" in repr(world)
    law = sim.Formula.from_text(VOCATIONAL, world=world)
    assert "in vocational schools, and nowhere else" in law.describe()
    paid = law.price(draws=2).table().set_index("district")["paid"]
    assert set(paid[paid > 0].index) == {"A02"}
    with pytest.raises(InputError, match=r"kind: there is no kind 'vocatonal'; did you mean 'vocational'"):
        sim.Formula.from_text(VOCATIONAL.replace("kind: vocational", "kind: vocatonal"), world=world).price(draws=2)
    path.write_text(path.read_text().replace("  vocational:", "  regional:"))
    with pytest.raises(InputError, match=r"value 'vocational' is not allowed: the state has no such kind.*regional"):
        load_world(copy)


# Whose record behavior is fitted to.


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the example whose behavior is its own, with a posterior in which one parameter is moved."""
    copy = tmp_path / "my_state"
    shutil.copytree(EXAMPLE, copy)
    path = copy / "state.yaml"
    path.write_text(path.read_text().replace("behavior: borrowed", "behavior: own"))
    return copy


def with_a_posterior(state: Path, turnover: float) -> None:
    (state / "calibration").mkdir(exist_ok=True)
    with STORED.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    place = header.index("staffing.turnover")
    rows = [[*row[:place], str(turnover), *row[place + 1 :]] for row in rows]
    with (state / "calibration" / "posterior.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    (state / "calibration" / "posterior.json").write_bytes(STORED.with_suffix(".json").read_bytes())


def test_a_state_of_its_own_behavior_is_refused_without_its_posterior_and_runs_over_priors(
    own: Path, bill: Path
) -> None:
    said = re.escape(f"{own}/calibration/posterior.csv: is missing; behavior of this state is its own")
    with pytest.raises(InputError, match=said) as refused:
        sim.Formula(str(bill)).price(world=own, draws=2)
    assert "\n" not in str(refused.value)
    assert "uncertainty=prior" in str(refused.value)
    assert sim.Formula(str(bill)).price(world=own, draws=2, uncertainty="prior").text


def test_its_own_posterior_is_what_its_behavior_is_drawn_from(own: Path) -> None:
    with_a_posterior(own, 0.123)
    catalogue = load_catalogue()
    mine, other = load_world(own), load_world("example_state")
    for world, own_draw in ((mine, True), (other, False)):
        drawn = parameters_for(catalogue, world, 3, range(4), "posterior").staffing.turnover
        assert bool((drawn == 0.123).all()) is own_draw
    before = mine.fingerprint
    with_a_posterior(own, 0.125)
    assert load_world(own).fingerprint != before  # runs of the other posterior are not continued
    assert (parameters_for(catalogue, load_world(own), 3, range(4), "posterior").staffing.turnover == 0.125).all()


def test_a_state_that_borrows_has_no_posterior_of_its_own(own: Path) -> None:
    with_a_posterior(own, 0.123)
    path = own / "state.yaml"
    path.write_text(path.read_text().replace("behavior: own", "behavior: borrowed"))
    with pytest.raises(InputError, match=r"behavior: borrowed, but calibration/posterior\.csv is there"):
        load_world(own)


def test_no_state_is_fitted_to_the_record_of_another(own: Path) -> None:
    with pytest.raises(InputError, match=r"targets\.yaml: is missing; behavior is fitted to a state's own record"):
        targets_path(own)
    (own / "calibration").mkdir()
    shutil.copy(targets_path(), own / "calibration" / "targets.yaml")
    assert targets_path(own) == own / "calibration" / "targets.yaml"


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
        ("  district: {one: district, many: districts}", "", "district is missing"),
        ("  charter: {one:", "  A Charter: {one:", "kinds"),
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
