"""Words of a person become the settings that there are; what cannot be meant is told in the words that were typed."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

import sim.cli
from sim.composition import compose
from sim.config_folder import config_folder, names_in
from sim.inputs import InputError, read_yaml
from sim.study.setup.inputs import read_bill
from sim.study.setup.naming import CALLED
from sim.verbs.completion import offered
from sim.verbs.help import HELP, topic_text, verb_text
from sim.verbs.new_bill import write_new_bill
from sim.verbs.table import VERBS
from sim.verbs.words import refuse_further, understood
from sim.world.loading import load_world

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ",".join(read_yaml(config_folder() / "study" / "compare.yaml")["formulas"])
LIBRARY = ",".join(read_yaml(config_folder() / "study" / "library.yaml")["study"]["formulas"])


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user works: a bill or two, and a file that is none."""
    monkeypatch.chdir(tmp_path)
    for name in ("my_bill.yaml", "my other bill.yaml"):
        shutil.copy(ROOT / "docs" / "examples" / "my_bill.yaml", tmp_path / name)
    (tmp_path / "notes.txt").write_text("notes")
    return tmp_path


def settings(line: str) -> list[str]:
    return list(understood(shlex.split(line)).settings)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("compare", ["study=compare"]),
        ("compare my_bill.yaml", ["study=compare", "study.formulas=[my_bill.yaml]"]),
        ("compare my_bill.yaml aligned 'my other bill.yaml' draws=4",
         ["study=compare", 'study.formulas=[my_bill.yaml,aligned,"my other bill.yaml"]', "draws=4"]),
        ("compare shipped my_bill.yaml", ["study=compare", f"study.formulas=[{SHIPPED},my_bill.yaml]"]),
        ("compare my_bill.yaml shipped aligned", ["study=compare", f"study.formulas=[my_bill.yaml,{SHIPPED}]"]),
        ("compare aligned formula.appropriation.dollars=6",
         ["study=compare", "study.formulas=[aligned]", "formula=aligned", "formula.appropriation.dollars=6"]),
        ("price my_bill.yaml", ["study=check_formula", "formula_file=my_bill.yaml"]),
        ("price aligned", ["study=check_formula", "formula=aligned"]),
        ("project my_bill.yaml", ["study=project", "formula_file=my_bill.yaml"]),
        ("draws=3 project aligned", ["study=project", "formula=aligned", "draws=3"]),
        ("stress my_bill.yaml oil_slump shock_2020",
         ["study=stress", "study.scenarios=[oil_slump,shock_2020]", "study.formulas=[my_bill.yaml]"]),
        ("explain gallup my_bill.yaml cluster=health",
         ["study=explain", "formula_file=my_bill.yaml", "district=gallup", "cluster=health"]),
        ("explain my_bill.yaml aligned 'Doña Ana' 2031",
         ["study=explain", "study.years=[2031]", "study.formulas=[my_bill.yaml,aligned]", 'district="Doña Ana"']),
        ("explain my_bill.yaml district=gallup", ["study=explain", "formula_file=my_bill.yaml", "district=gallup"]),
        ("bridge my_bill.yaml 2027 2032", ["study=bridge", "study.years=[2027,2032]", "formula_file=my_bill.yaml"]),
        ("library my_bill.yaml", ["study=library", f"study.formulas=[{LIBRARY},my_bill.yaml]"]),
        ("hindcast michigan ohio", ["study=hindcast", "study.cases=[michigan,ohio]"]),
        ("status outputs/2026", ["study=status", "folder=outputs/2026"]),
        ("status 2026", ["study=status", 'folder="2026"']),
        ("study=compare draws=3", ["study=compare", "draws=3"]),
        ("", []),
        ("compare out=mine", ["study=compare", "hydra.run.dir=mine"]),
        ("out='my run [/x]'", ['hydra.run.dir="my run [/x]"']),
    ],
)  # fmt: skip
def test_words_are_a_shorter_way_to_write_settings(line: str, said: list[str]) -> None:
    assert settings(line) == said


def test_several_bills_that_are_priced_are_a_study_each_in_one_folder() -> None:
    found = understood(["price", "my_bill.yaml", "aligned", "out=both"])
    assert found.several
    assert "formula_file=my_bill.yaml,aligned" in found.settings
    assert "hydra.sweep.dir=both" in found.settings
    assert "hydra.sweep.dir=x" in understood(["compare", "seed=1,2", "out=x"], multirun=True).settings


def test_a_formula_in_a_folder_of_ones_own_is_a_bill_by_its_name(place: Path) -> None:
    (place / "own" / "formula").mkdir(parents=True)
    shutil.copy("my_bill.yaml", "own/formula/mine.yaml")
    assert understood(["compare", "mine"], Path("own")).settings[1] == "study.formulas=[own/formula/mine.yaml]"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("comapre my_bill.yaml", "'comapre' is not a verb; did you mean 'compare'?"),
        ("zzzz", "'zzzz' is not a verb; cte-sim help lists what there is"),
        ("check_formula my_bill.yaml", "write cte-sim price"),
        ("my_bill.yaml", "say what to do with it: cte-sim price my_bill.yaml, or cte-sim compare my_bill.yaml"),
        ("aligned", "say what to do with it: cte-sim compare aligned"),
        ("draws", "'draws' is a setting; write draws=..."),
        ("compare alignd", "'alignd' is no bill that is known; did you mean 'aligned'?"),
        ("compare my_bil.yaml", "my_bil.yaml: there is no such file; did you mean 'my_bill.yaml'?"),
        ("compare notes.txt", "notes.txt: the file of a bill ends in .yaml"),
        ("compare my_bill.yaml my_bill.yaml", "'my_bill.yaml' stands twice"),
        ("compare study=stress", "both say what is to be done"),
        ("compare my_bill.yaml study.formulas=[aligned]", "both name the bill; write one of them"),
        ("compare aligned texas formula.appropriation.dollars=6", "changes one formula; name one bill"),
        ("price", "say which bill: cte-sim price my_bill.yaml"),
        ("project my_bill.yaml aligned", "cte-sim project takes one bill; several are compared by cte-sim compare"),
        ("project my_bill.yaml formula=aligned", "both name the bill"),
        ("stress my_bill.yaml oil_slmp", "is no scenario and no bill that is known; did you mean 'oil_slump'?"),
        ("explain my_bill.yaml", "say which district: cte-sim explain gallup my_bill.yaml"),
        ("explain gallup my_bill.yaml district=gallup", "both name the district"),
        ("explain a b c d", "'b': cte-sim explain takes one district"),
        ("hindcast michgan", "did you mean 'michigan'?"),
        ("calibrate all", "takes no words, settings only"),
        ("status", "say which folder: cte-sim status outputs/my_run"),
        ("compare out=a hydra.run.dir=b", "the folder is named twice"),
        ("list", "say which names: cte-sim list formulas"),
        ("list formulas a b", "'b': is one word too many"),
        ("open a b", "'b': is one word too many; write cte-sim open [FOLDER]"),
        ("list formulas draws=3", "draws=3: cte-sim list takes no such setting; it takes world="),
        ("list formulae", "did you mean 'formulas'?"),
        ("list districts zzzz", "no districts with 'zzzz' in the name; cte-sim list districts shows all 120"),
        ("help strss", "did you mean 'stress'?"),
        ("new my_bill.yaml", "my_bill.yaml: is there already and is left as it is"),
        ("new bill", "write cte-sim new bill.yaml"),
        ("open", "outputs/latest: leads to no finished run; name its folder"),
        ("open nowhere", "nowhere: there is no such folder"),
        ("verify nowhere", "nowhere: there is no such folder"),
        ("verify .", "holds no results of a study"),
        ("-c job list", "name one"),
    ],
)
def test_words_that_cannot_be_meant_are_told_in_one_line_and_leave_nothing(
    line: str, told: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(place.rglob("*"))
    assert sim.cli.run(shlex.split(line)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert len(err.splitlines()) == 1
    assert "hydra" not in err.lower().replace("hydra.run.dir", "")
    assert sorted(place.rglob("*")) == before


def test_every_study_file_has_a_verb_and_every_verb_a_study_file() -> None:
    assert {verb.study for verb in VERBS.values() if verb.study} == set(names_in(config_folder(), "study"))
    assert {study: verb.name for verb in VERBS.values() if (study := verb.study) not in (None, verb.name)} == CALLED


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_a_verb_are_understood(verb: str) -> None:
    shutil.copy("my_bill.yaml", "other.yaml")
    for typed, _ in VERBS[verb].examples:
        words = shlex.split(typed)
        assert words[0] == verb
        command = understood(words)
        refuse_further(command) if VERBS[verb].study is None else compose(
            [word for word in command.settings if not command.several or not word.startswith(("formula", "hydra"))]
        )


def test_the_help_is_a_page_that_names_every_verb() -> None:
    lines = HELP.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert [verb for verb in VERBS if f" {verb}" not in HELP] == []
    assert lines.index("Your bill") < lines.index("How far to trust it")


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_fits_a_terminal_and_shows_what_its_study_reads(verb: str) -> None:
    text = verb_text(VERBS[verb]) if verb != "help" else topic_text("help")
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("cte-sim")
    assert (f"The same without a verb: cte-sim study={VERBS[verb].study}" in text) == (VERBS[verb].study is not None)


def test_the_help_of_a_verb_has_the_defaults_and_the_comments_of_the_configuration() -> None:
    text = verb_text(VERBS["probes"])
    assert "  draws=600\n      replicates: each with its own luck and its own parameters" in text
    assert "horizon=" not in text
    assert "  horizon=30\n      years after the base year, 1 to 60" in verb_text(VERBS["compare"])
    assert "sensitivity.points=256" in verb_text(VERBS["sensitivity"])


def test_the_help_about_settings_says_what_each_is() -> None:
    lines = topic_text("settings").splitlines()
    assert max(map(len, lines)) <= 80
    heads = [place for place, line in enumerate(lines) if line.startswith("  ") and "=" in line and line[2] != " "]
    bare = [lines[place] for place in heads[5:] if "read by:" in lines[place + 1]]
    assert [line for line in bare if line.split("=")[0].strip() not in ("sensitivity", "alternatives", "design")] == []


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("cte-sim pr", {"price", "project", "probes", "precision="}),
        ("cte-sim compare shi", {"shipped"}),
        ("cte-sim stress my_bill.yaml oil", {"oil_slump"}),
        ("cte-sim list ", {"formulas", "districts"}),
        ("cte-sim help str", {"stress"}),
        ("cte-sim compare draws=", set()),
    ],
)
def test_a_shell_is_offered_verbs_names_and_settings(line: str, some: set[str]) -> None:
    found = set(offered(line))
    assert some <= found
    assert found or not some


def test_a_bill_to_begin_with_prices_as_it_stands_and_is_never_written_over(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim.cli.run(["new", "draft.yaml"]) == 0
    text = (place / "draft.yaml").read_text(encoding="utf-8")
    assert "cte-sim price draft.yaml" in text
    assert sim.cli.run(["price", "draft.yaml", "draws=2", "out=priced"]) == 0
    assert "A bill of my own:" in capsys.readouterr().out


def test_each_part_that_the_bill_to_begin_with_offers_may_stand_in_it(place: Path) -> None:
    write_new_bill(Path("draft.yaml"))
    text = (place / "draft.yaml").read_text(encoding="utf-8")
    offers = re.findall(r"^ *# (?:- \{|[a-z_]+: ).*$", text, re.MULTILINE)
    assert len(offers) == 9
    clusters = load_world().clusters.identifier
    plain = read_bill("draft.yaml", clusters)
    for number, line in enumerate(offers):
        (place / f"one{number}.yaml").write_text(text.replace(line, line.replace("# ", "", 1)), encoding="utf-8")
        found = read_bill(f"one{number}.yaml", clusters)
        assert found.model_copy(update={"name": plain.name}) != plain or "takes_effect" in line or "recurring" in line


def test_an_unknown_verb_never_leads_to_a_page_of_another_project() -> None:
    with pytest.raises(InputError) as caught:
        understood(["compar"])
    assert "http" not in str(caught.value)


def test_a_district_that_is_not_known_is_answered_with_near_names_and_how_to_list_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim.cli.run(["explain", "galup", "aligned"]) == 2
    line = capsys.readouterr().err
    assert "did you mean " in line
    assert "Gallup-McKinley County Schools (3501110)" in line
    assert "cte-sim list districts prints all 120" in line
    assert sim.cli.run(["list", "districts", "gallup"]) == 0
    assert "3501110  Gallup-McKinley County Schools" in capsys.readouterr().out
